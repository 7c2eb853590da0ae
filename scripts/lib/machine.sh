# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# One run of a machine: start QEMU, serve its witness requests, judge what happened.
# Everything of a run is in $run, a folder that QEMU (in the root) and the host both see.

readonly MOCK_PORT=0000:00:04.0 # rp1, as in lab/modules/mock-sriov-pf.c

# A message of the guest's kernel that fails a run, even if the script was content.
readonly KERNEL_BUG='Oops|WARNING:|BUG:|[Kk]ernel panic|possible (recursive|circular) locking|circular locking|inconsistent lock state|suspicious RCU usage|DEBUG_LOCKS_WARN_ON|refcount_t:|UBSAN:|KASAN:|KCSAN:|general protection fault|scheduling while atomic|sleeping function called|rcu:? .*(INFO:|stall)|blocked for more than|soft lockup|hard LOCKUP|unreferenced object|Call Trace:'

iommu_options() { # KIND: sets device and parameters
	case $1 in
	scalable) iommu_device=intremap=on,scalable-mode=on,fsts=on,pasid-bits=20,svm=on,device-iotlb=on ;;
	scalable-ss) iommu_device=intremap=on,scalable-mode=on,pasid-bits=20,device-iotlb=on ;;
	legacy) iommu_device=intremap=on,device-iotlb=on ;;
	off) iommu_device='' ;;
	esac
	case $1 in
	scalable*) iommu_params=intel_iommu=on,sm_on ;;
	*) iommu_params=intel_iommu=on,sm_off ;;
	esac
}

start_qemu() { # RELEASE
	local vmlinuz=/lib/modules/$1/vmlinuz iommu_device iommu_params
	[ -e "$root$vmlinuz" ] || vmlinuz=/boot/vmlinuz-$1
	iommu_options "$opt_iommu"
	mkfifo "$run"/{output,qmp.in,qmp.out,witness.in,witness.out}
	# A reader that leaves early (lab boot ... | head) must not block the guest.
	{ cat || true; cat >/dev/null; } <"$run/output" 2>/dev/null &
	reader=$!
	# The kernel ends QEMU when this shell dies, however it dies.
	in_root setpriv --pdeathsig KILL env --chdir="${run#"$root"}" qemu-system-x86_64 \
		-no-user-config -nodefaults -display none -no-reboot \
		-machine q35,kernel-irqchip=split -cpu max,la57=off -accel "$accel" -smp "$opt_smp" -m "$opt_mem" \
		${iommu_device:+-device "intel-iommu,$iommu_device"} \
		-device pcie-root-port,id=rp0,addr=3,chassis=1 -device pcie-root-port,id=rp1,addr=4,chassis=2 \
		-chardev file,id=console,path=console -serial chardev:console \
		-device virtio-serial-pci,id=ports,addr=5 \
		-chardev file,id=output,path=output -device virtserialport,bus=ports.0,nr=1,chardev=output \
		-chardev file,id=status,path=status -device virtserialport,bus=ports.0,nr=2,chardev=status \
		-chardev pipe,id=witness,path=witness -device virtserialport,bus=ports.0,nr=3,chardev=witness \
		-chardev pipe,id=qmp,path=qmp -mon chardev=qmp,mode=control \
		-D trace -trace 'vtd_inv_desc*' -trace vtd_dmar_fault \
		-kernel "$vmlinuz" -initrd initrd \
		-append "console=ttyS0 loglevel=7 panic=-1 $iommu_params iommu=nopt $opt_append" \
		</dev/null >"$run/qemu.log" 2>&1 &
	qemu=$!
}

# Until QEMU ends (true) or the deadline passes (false).
serve() {
	local request end=$((SECONDS + opt_timeout)) mark=0
	exec {requests}<>"$run/witness.out"
	while kill -0 "$qemu" 2>/dev/null; do
		[ $SECONDS -lt $end ] || return 1
		if read -r -t 0.1 -u "$requests" request; then
			answer "$request"
		fi
	done
}

answer() { # REQUEST: "STATUS LENGTH" and the text, see lab/guest/witness
	local status=0 text=$run/answer
	# shellcheck disable=SC2086
	witness $1 >"$text" 2>&1 || status=$?
	echo "$status $(stat -c %s "$text")" | cat - "$text" >"$text.framed"
	# Under a deadline, because nobody reads it if the machine ends now.
	timeout 30 tee "$run/witness.in" <"$text.framed" >/dev/null || true
}

witness() { # walk [--digest] BDF... | inval mark | inval [--summary]
	case "$1 ${2-}" in
	walk\ *)
		shift
		timeout 30 "$here/walk-tables" "$run/qmp" "$@"
		;;
	'inval mark') mark=$(stat -c %s "$run/trace") ;;
	'inval ' | 'inval --summary') tail -c "+$((mark + 1))" "$run/trace" | "$here/parse-trace" ${2-} ;;
	*)
		echo "unknown request: $*"
		return 2
		;;
	esac
}

# Sets $verdict (exit status) and $reason (a sentence, or nothing when the script's own status is it).
judge() { # ENDED
	local line
	reason=
	if line=$(grep -a -m1 -E "$KERNEL_BUG" "$run/console" 2>/dev/null); then
		verdict=$EXIT_KERNEL_BUG reason="the guest's kernel reported: ${line%$'\r'}"
	elif [ "$1" = no ]; then
		verdict=$EXIT_TIMEOUT reason="the guest did not finish within $opt_timeout s"
	elif read -r word value <"$run/status" 2>/dev/null && [ "$word" = status ]; then
		verdict=$value
	else
		verdict=$EXIT_TIMEOUT reason="the machine ended without a status: ${value:-$(tail -n1 "$run/qemu.log")}"
	fi
}

stop_machine() {
	[ -n "${qemu-}" ] || return 0
	kill -KILL "$qemu" 2>/dev/null || true
	wait "$qemu" 2>/dev/null || true
	# Lets go a reader whose QEMU never opened the other end.
	: <>"$run/output"
	wait "$reader" 2>/dev/null || true
}

cleanup() {
	stop_machine
	rm -rf --one-file-system "$run"
}

# Folders of runs whose shell was killed before it could clean up.
sweep_runs() {
	local old
	for old in "$root"/run/lab/*; do
		[ -e "/proc/${old##*/}" ] || rm -rf "$old"
	done
}

keep_evidence() {
	local kept
	kept=$cache/failed/$(date +%Y%m%d-%H%M%S)-$$
	mkdir -p "$kept"
	mv "$run"/{console,trace,qemu.log,status} "$kept/" 2>/dev/null || true
	keep_newest 20 "$cache"/failed/*
	say "console log and trace are in $kept"
}

report() { # ENDED
	judge "$1"
	[ -z "$opt_trace" ] || cp "$run/trace" "$opt_trace"
	[ -z "$opt_console" ] || cp "$run/console" "$opt_console"
	[ -z "$reason" ] || say "$reason"
	[ "$verdict" = 0 ] || keep_evidence
	exit "$verdict"
}

accelerator() { echo "${opt_accel:-tcg,thread=multi}"; }

boot() { # SCRIPT [ARG...]
	setup
	local modules release image ended=yes
	release=$(kernel_of "$opt_kernel")
	modules=$(machine_modules "$opt_kernel")
	# shellcheck disable=SC2086
	image=$(base_image "$opt_kernel" $modules)
	accel=$(accelerator)
	sweep_runs
	run=$root/run/lab/$$
	trap cleanup EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	mkdir -p "$run"
	run_image "$run/tree" "$@" | cat "$image" - >"$run/initrd"
	start_qemu "$release"
	serve || ended=no
	stop_machine
	report "$ended"
}
