# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other parts
# One run of a machine: start QEMU, serve the guest's questions, judge what happened.
# All files of a run are in $run, a folder that QEMU (inside the root) and the host both see.

# Both PFs are behind rp1: the mock takes its port over, the model's is a device of QEMU.
readonly MOCK_PORT=0000:00:04.0 TESTDEV=0000:02:00.0

# Sets iommu and params, the kernel's. SRS of stock is there only without first stage, and svm needs first stage.
iommu_options() { # MACHINE KIND
	local scalable=x-scalable-mode=on,x-pasid-mode=on,pasid-bits=20,x-srs=on,x-ers=off,x-enforce=on
	iommu=intel-iommu,intremap=on,device-iotlb=on params=intel_iommu=on,sm_on
	case $1-$2 in
	stock-scalable) iommu+=,scalable-mode=on,pasid-bits=20,fsts=on,svm=on ;;
	stock-scalable-ss) iommu+=,scalable-mode=on,pasid-bits=20 ;;
	model-scalable) iommu+=,$scalable,x-flts=on,x-slts=on,svm=on ;;
	model-scalable-ss) iommu+=,$scalable ;;
	*-legacy) params=intel_iommu=on,sm_off ;;
	*-off) iommu='' ;;
	esac
	iommu+=${opt_model:+,$opt_model}
}

# Sets program and devices, with the properties that the caller gave last: of two, QEMU takes the later.
machine_options() {
	local iommu
	iommu_options "$opt_machine" "$opt_iommu"
	program=(qemu-system-x86_64) devices=()
	[ -z "$iommu" ] || devices+=(-device "$iommu")
	devices+=(-device "pcie-root-port,id=rp0,addr=3,chassis=1" -device "pcie-root-port,id=rp1,addr=4,chassis=2")
	[ "$opt_machine" = model ] || return 0
	# Firmware is the packages'; a build in a folder of its own would look for it there.
	program=("${model#"$root"}" -L /usr/share/qemu -L /usr/share/seabios)
	[ -n "$opt_no_mock" ] ||
		devices+=(-device "pasid-testdev,bus=rp1,totalvfs=$((opt_vfs > 8 ? opt_vfs : 8))${opt_testdev:+,$opt_testdev}")
}

start_qemu() { # KERNEL ACCELERATOR
	local program devices params release prefix khz stalls clock=()
	find_kernel "$1"
	khz=$(tsc_khz)
	# The TSC is that clock, too. Idle time is skipped, as a busy host would be slow to let it pass.
	[ -z "$opt_icount" ] || { clock=(-icount "shift=0,sleep=off") khz=1000000; }
	stalls="rcupdate.rcu_cpu_stall_timeout=$(scaled 60) watchdog_thresh=$(scaled 20)"
	machine_options
	[ "$1" != debug ] || params+=' panic_on_warn=1'
	# With SLUB's own debugging, which keeps no arrays of free objects: kmemleak takes what is left in them for users.
	[ -z "$opt_leaks" ] || params+=' kmemleak=on slab_debug=U'
	echo 0 >"$run/paused"
	mkfifo "$run"/{output,qmp.in,qmp.out,witness.in,witness.out}
	# A reader of our output that leaves early (lab boot ... | head) must not stop the guest.
	{ cat || cat >/dev/null; } <"$run/output" 2>/dev/null &
	reader=$!
	# init_on_alloc: clearing all memory takes an emulated processor a tenth of its time.
	# no_timer_check: on a busy host the emulated timer is late, and the kernel would call that broken hardware.
	# tsc=reliable: so it would with the TSC; 7.3 has been seen to hang where the watchdog of clock sources on one
	# processor met one on another that had its interrupts off.
	# rcu_cpu_stall_timeout, watchdog_thresh: as all deadlines they follow from the speed of this machine.
	# The kernel ends QEMU when this shell ends, however that happens. The ports are virtio because a
	# large answer takes seconds through an emulated UART; they bypass the IOMMU, so they cause no invalidations.
	enter_root setpriv --pdeathsig KILL env --chdir="${run#"$root"}" "${program[@]}" \
		-no-user-config -nodefaults -display none -no-reboot \
		-machine q35,kernel-irqchip=split -cpu max,la57=off -accel "$2" "${clock[@]}" -smp "$opt_smp" -m "$opt_mem" \
		"${devices[@]}" \
		-chardev file,id=console,path=console -serial chardev:console \
		-device virtio-serial-pci,id=ports,addr=5 \
		-chardev file,id=output,path=output -device virtserialport,bus=ports.0,nr=1,chardev=output \
		-chardev file,id=status,path=status -device virtserialport,bus=ports.0,nr=2,chardev=status \
		-chardev pipe,id=witness,path=witness -device virtserialport,bus=ports.0,nr=3,chardev=witness \
		-chardev pipe,id=qmp,path=qmp -mon chardev=qmp,mode=control \
		-D trace -trace 'vtd_inv_desc*' -trace vtd_dmar_fault \
		-kernel "$prefix/boot/vmlinux-$release" -initrd initrd \
		-append "console=ttyS0 loglevel=7 panic=-1 audit=0 cryptomgr.notests no_timer_check init_on_alloc=0 tsc=reliable tsc_early_khz=$khz $stalls $params iommu=nopt $opt_append" \
		</dev/null >"$run/qemu.log" 2>&1 &
	qemu=$!
	started=$SECONDS
}

stop_qemu() {
	[ -n "${qemu-}" ] || return 0
	kill -KILL "$qemu" 2>/dev/null || true
	wait "$qemu" 2>/dev/null || true
	# Lets go a reader whose QEMU never opened the other end.
	: <>"$run/output"
	wait "$reader" || true
	qemu=
}

# Answers the guest until QEMU ends (true) or the deadline passes (false). Who watches for that says it where the
# questions come from: bash's read, given a time limit, loses a character now and then when it runs out.
serve() {
	local request requests mark=0
	exec {requests}<>"$run/witness.out"
	{ await_end && echo end >&"$requests"; } &
	while read -r -u "$requests" request && [[ $request != *end ]]; do
		answer "$request"
	done
	! kill -0 "$qemu" 2>/dev/null
}

# Returns when QEMU has ended, or has had its time.
await_end() {
	until timeout 5 tail -s 0.1 --pid="$qemu" -f /dev/null || [ "$(own_time)" -ge "$deadline" ]; do
		:
	done
}

# Seconds since QEMU's start without those in which it waited for a processor, or was paused for the walker. By this
# time a machine beside others, or one that is looked at often, takes no longer than one alone; and one that hangs,
# asleep or at work, comes to its deadline all the same: on the busiest host after twenty times as long.
own_time() {
	local since=$((SECONDS - started)) own
	own=$((since - $(seconds_waited) - $(<"$run/paused") / 1000000))
	echo $((own > since / 20 ? own : since / 20))
}

# How long QEMU's processor that waited longest has waited for one of the host's, and its main loop, for which
# processors wait.
seconds_waited() {
	{ cat "/proc/$qemu/schedstat" "/proc/$qemu/task/"*/schedstat 2>/dev/null || true; } |
		awk 'NR == 1 { loop = $2; next } $2 > most { most = $2 } END { printf "%d\n", (loop + most) / 1e9 }'
}

walk_tables() { # [--digest] BDF...
	local start=${EPOCHREALTIME/[.,]/} status=0
	timeout "$(scaled 120)" "$here/walk-tables" "$run/qmp" "$@" || status=$?
	echo $(($(<"$run/paused") + ${EPOCHREALTIME/[.,]/} - start)) >"$run/paused.new"
	mv "$run/paused.new" "$run/paused" # await_end may be reading it
	return $status
}

# Seconds of a processor that QEMU has used.
processor_time() {
	local stat
	stat=$(<"/proc/$qemu/stat")
	# utime and stime, counted from behind the name, which may be anything.
	awk -v hz="$(getconf CLK_TCK)" '{ printf "%.1f\n", ($12 + $13) / hz }' <<<"${stat##*) }"
}

answer() { # REQUEST: "STATUS LENGTH" and the text, see lab/programs/witness.c
	local status=0 words text=$run/answer
	read -r -a words <<<"$1"
	witness "${words[@]}" >"$text" 2>&1 || status=$?
	# Under a deadline, because nobody reads it if the machine ends now.
	echo "$status $(stat -c %s "$text")" | cat - "$text" | timeout "$(scaled 30)" tee "$run/witness.in" >/dev/null || true
}

witness() { # walk [--digest] BDF... | inval mark | inval [--summary] | own-time | processor-time
	case "$*" in
	walk\ *) walk_tables "${@:2}" ;;
	'inval mark') mark=$(stat -c %s "$run/trace") ;;
	inval | 'inval --summary') tail -c "+$((mark + 1))" "$run/trace" | "$here/parse-trace" "${@:2}" ;;
	own-time) own_time ;;
	processor-time) processor_time ;;
	*) echo "unknown question: $*" && return 2 ;;
	esac
}

# Sets $verdict (exit status) and $reason (a sentence, or nothing when the script's own status is it).
judge() { # ENDED
	local line word='' value=''
	reason=''
	read -r word value <"$run/status" 2>/dev/null || true
	if line=$(grep -a -m1 -F "$KERNEL_BUGS" "$run/console" 2>/dev/null); then
		verdict=$EXIT_KERNEL_BUG reason="the guest's kernel reported: ${line%$'\r'}"
	elif [ "$1" = no ]; then
		verdict=$EXIT_TIMEOUT reason="the guest did not finish within $deadline s"
	elif [ "$word" = status ]; then
		verdict=$value
	else
		verdict=$EXIT_TIMEOUT reason="the machine ended without a status: ${value:-$(tail -n1 "$run/qemu.log")}"
	fi
}

# Boots the script and sets $verdict and $reason.
run_machine() { # KERNEL IMAGE ACCELERATOR SCRIPT [ARG...]
	local kernel=$1 image=$2 accelerator=$3 ended=yes
	shift 3
	run_image "$run/tree" "$@" | cat "$image" ${vmm:+"$vmm"} ${tools:+"$tools"} - >"$run/initrd"
	start_qemu "$kernel" "$accelerator"
	serve || ended=no
	stop_qemu
	judge "$ended"
}

# Sets $run, a folder of this shell alone, and sees to it that nothing outlives the shell.
use_run_folder() {
	local old
	for old in "$root"/run/lab/*; do # of shells that were killed before they could clean up
		[ -e "/proc/${old##*/}" ] || rm -rf --one-file-system "$old"
	done
	run=$root/run/lab/$BASHPID
	trap 'stop_qemu; rm -rf --one-file-system "$run"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	rm -rf --one-file-system "$run" && mkdir "$run"
}

# Prints the file for what is found out once per boot of the host.
known_file() { # NAME
	local known
	known=$1-$(cat /proc/sys/kernel/random/boot_id)
	find "$cache" -maxdepth 1 -name "$1-*" ! -name "$known*" -delete
	echo "$cache/$known"
}

# --- How fast this machine is ----------------------------------------------------------------------------------------

# What the machine whose times README has takes to boot Debian's newest kernel, emulated: tenths of a second of a
# processor.
readonly REFERENCE_BOOT=40

# Prints how many percent of that time this machine takes, at least 100. Measured once per boot of the host, with what
# all tests consist of, and in processor time, so that what runs beside it does not matter. PASID_CTL_SLOWNESS pretends.
slowness() {
	local known
	if [ -n "${PASID_CTL_SLOWNESS-}" ]; then
		echo "$PASID_CTL_SLOWNESS"
		return
	fi
	known=$(known_file slowness)
	(
		flock 9
		[ -e "$known" ] || (measure_slowness >"$known.new" && mv "$known.new" "$known")
	) 9>"$cache/slowness.lock" >&2
	cat "$known"
}

measure_slowness() {
	local PASID_CTL_SLOWNESS=100 image spent
	use_run_folder
	opt_machine=stock opt_iommu=scalable opt_no_mock=yes opt_vfs=0 opt_mock='' opt_add=() opt_append='' opt_leaks=''
	opt_mem=1024 opt_smp=1 deadline=600
	image=$(base_image newest)
	echo 'witness processor-time' >"$run/measure.sh"
	spent=$(run_machine newest "$image" tcg,thread=multi "$run/measure.sh" && [ "$verdict" = 0 ] ||
		die 1 "cannot measure this machine: $reason") ||
		exit
	spent=$((${spent/./} * 100 / REFERENCE_BOOT))
	echo $((spent > 100 ? spent : 100))
}

# How long this machine may take for what takes the reference machine SECONDS.
scaled() { # SECONDS
	echo $(($1 * $(slowness) / 100))
}

# How fast the machine's TSC counts, which is the host's. A kernel that measures it while its processors wait for
# those of the host has been seen to be wrong by a factor of three.
tsc_khz() {
	local known dir=$run/tsc
	known=$(known_file tsc)
	if [ ! -e "$known" ]; then
		cp -r "$repo/lab/host" "$dir"
		# shellcheck disable=SC2016 # the root's shell shall expand this
		in_root sh -c 'cd "$1" && gcc -O2 -Wall -Wextra -Werror -o tsc-khz tsc-khz.c && ./tsc-khz' \
			measure "${dir#"$root"}" >"$dir/khz"
		mv "$dir/khz" "$known"
	fi
	cat "$known"
}

# KVM only where a machine really boots with it: /dev/kvm may be there and useless.
accelerator() { # KERNEL IMAGE
	local known
	known=$(known_file accelerator)
	if [ ! -e /dev/kvm ]; then
		echo tcg,thread=multi
		return
	fi
	if [ ! -e "$known" ]; then
		(probe_kvm "$@") >"$known.$$" 2>/dev/null
		mv "$known.$$" "$known"
	fi
	cat "$known"
}

probe_kvm() { # KERNEL IMAGE
	use_run_folder
	opt_no_mock=yes opt_add=() opt_append='' opt_leaks='' opt_mem=1024 opt_smp=2
	deadline=$(scaled 10)
	run_machine "$1" "$2" kvm /dev/null
	[ "$verdict" = 0 ] && echo kvm || echo tcg,thread=multi
}

keep_evidence() {
	local kept
	kept=$cache/failed/$(date +%Y%m%d-%H%M%S)-$$
	mkdir -p "$kept"
	find "$run" -maxdepth 1 -type f ! -name initrd -exec cp -t "$kept" {} +
	keep_newest 20 "$cache"/failed/*
	say "console log and trace are in $kept"
}

# The command `lab boot`, with the options in opt_*.
boot() { # SCRIPT [ARG...]
	local modules image model='' vmm='' tools=''
	setup
	use_run_folder
	[ "$opt_machine" = stock ] || model=$(model_qemu)
	modules=$(machine_modules "$opt_kernel")
	# shellcheck disable=SC2086
	image=$(base_image "$opt_kernel" $modules)
	deadline=$(scaled "$opt_timeout")
	[ -z "$opt_icount" ] || opt_accel=tcg,thread=single
	opt_accel=${opt_accel:-$(accelerator "$opt_kernel" "$image")}
	[ -z "$opt_vmm" ] || vmm=$(vmm_image "$opt_kernel")
	[ -z "$opt_tools" ] || tools=$(tools_image "$opt_kernel")
	run_machine "$opt_kernel" "$image" "$opt_accel" "$@"
	[ -z "$opt_trace" ] || cp "$run/trace" "$opt_trace"
	[ -z "$opt_console" ] || cp "$run/console" "$opt_console"
	[ -z "$reason" ] || say "$reason"
	[ "$verdict" = 0 ] || keep_evidence
	exit "$verdict"
}
