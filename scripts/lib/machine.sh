# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # variables are shared with the other parts
# A run of a machine: start QEMU, answer the guest's questions, decide whether the run failed. All files of a run are in
# $run, a folder that QEMU (inside the root) and the host both see.

# Both PFs are behind the root port rp1: the mock takes over its bus, the model's PF is a device of QEMU.
readonly MOCK_PORT=0000:00:04.0 TESTDEV=0000:02:00.0

# All that TCG can emulate. A kernel that is started directly cannot switch 5-level paging on.
readonly CPU=max,la57=off

# Sets iommu, QEMU's option, and params, the kernel's. On stock, SRS exists only without first stage, and svm needs first
# stage.
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

# Sets the options of `lab boot`. Machines that measure the host begin with them, too.
default_options() {
	opt_kernel=newest opt_add=() opt_trace='' opt_console='' opt_timeout=120 opt_iommu=scalable opt_vfs=8
	opt_mock='' opt_no_mock='' opt_vmlinuz='' opt_vmm='' opt_tools='' opt_selftests='' opt_leaks='' opt_modules='' opt_append=''
	opt_mem=1024 opt_smp='' opt_cpu=$CPU opt_accel='' opt_icount=''
	opt_machine=model opt_model='' opt_testdev='' opt_device=() opt_disk=''
}

# Prints which file of the kernel is started: vmlinux, if there is one, because to unpack it takes long. Code that vmlinux
# lacks switches 5-level paging on. With --vmlinuz never: QEMU writes vmlinux into memory anew at each reset, also when a
# machine wakes up.
kernel_file() {
	if [[ -n $opt_vmlinuz || $opt_cpu == *la57=on* || ! -e $root$prefix/boot/vmlinux-$release ]]; then
		echo "$prefix/boot/vmlinuz-$release"
	else
		echo "$prefix/boot/vmlinux-$release"
	fi
}

# Sets program and devices. The caller's properties come last, because QEMU takes the later of two.
machine_options() {
	local iommu
	iommu_options "$opt_machine" "$opt_iommu"
	program=(qemu-system-x86_64) devices=()
	[ -z "$iommu" ] || devices+=(-device "$iommu")
	devices+=(-device "pcie-root-port,id=rp0,addr=3,chassis=1" -device "pcie-root-port,id=rp1,addr=4,chassis=2")
	[ "$opt_machine" = model ] || return 0
	# The firmware is in Debian's packages; by default our build looks for it in its own folder.
	program=("${model#"$root"}" -L /usr/share/qemu -L /usr/share/seabios)
	[ -n "$opt_no_mock" ] ||
		devices+=(-device "pasid-testdev,bus=rp1,totalvfs=$((opt_vfs > 8 ? opt_vfs : 8))${opt_testdev:+,$opt_testdev}")
}

start_qemu() { # KERNEL ACCELERATOR
	local program devices params release prefix khz stalls clock=() device
	find_kernel "$1"
	khz=$(tsc_khz)
	# With --icount the TSC counts instructions, too. Idle time is skipped, because a busy host would take long for it.
	[ -z "$opt_icount" ] || { clock=(-icount "shift=0,sleep=off") khz=1000000; }
	stalls="rcupdate.rcu_cpu_stall_timeout=$(scaled 60) watchdog_thresh=$(scaled 20)"
	machine_options
	for device in "${opt_device[@]}"; do
		devices+=(-device "$device")
	done
	if [ -n "$opt_disk" ]; then
		exec 9<>"$opt_disk" # QEMU is in another root
		params+=" $DISK_PARAMS"
		devices+=(-drive "file=/dev/fd/9,format=raw,if=none,id=disk,cache=unsafe"
			-device "virtio-blk-pci,drive=disk,addr=6")
	fi
	[ "$1" != debug ] || params+=' panic_on_warn=1'
	# slab_debug=U, because then SLUB has no arrays of free objects: kmemleak takes stale pointers in them for references.
	[ -z "$opt_leaks" ] || params+=' kmemleak=on slab_debug=U'
	echo 0 >"$run/paused"
	mkfifo "$run"/{output,qmp.in,qmp.out,witness.in,witness.out}
	# The guest goes on if its output cannot be written, as after lab boot ... | head.
	{ cat 2>"$run/unread" || { status=$? && cat >/dev/null && exit "$status"; }; } <"$run/output" &
	reader=$!
	# init_on_alloc: to clear all memory takes a tenth of an emulated processor's time.
	# no_timer_check: on a busy host the emulated timer is late, and the kernel would report broken hardware.
	# tsc=reliable: the same holds for the TSC; and 7.3 was seen to hang when the watchdog of clock sources ran on one
	# processor while another one had its interrupts off.
	# rcu_cpu_stall_timeout, watchdog_thresh: as all deadlines, they follow from the speed of this host.
	# --pdeathsig: the kernel ends QEMU when this shell ends, for any reason. The ports are virtio, because a large answer
	# takes seconds through an emulated UART; they bypass the IOMMU, so they cause no invalidations.
	enter_root setpriv --pdeathsig KILL env --chdir="${run#"$root"}" "${program[@]}" \
		-no-user-config -nodefaults -display none -no-reboot \
		-machine q35,kernel-irqchip=split -cpu "$opt_cpu" -accel "$2" "${clock[@]}" -smp "$opt_smp" -m "$opt_mem" \
		"${devices[@]}" \
		-chardev file,id=console,path=console -serial chardev:console \
		-device virtio-serial-pci,id=ports,addr=5 \
		-chardev file,id=output,path=output -device virtserialport,bus=ports.0,nr=1,chardev=output \
		-chardev file,id=status,path=status -device virtserialport,bus=ports.0,nr=2,chardev=status \
		-chardev pipe,id=witness,path=witness -device virtserialport,bus=ports.0,nr=3,chardev=witness \
		-chardev pipe,id=qmp,path=qmp -mon chardev=qmp,mode=control \
		-D trace -trace 'vtd_inv_desc*' -trace vtd_dmar_fault \
		-kernel "$(kernel_file)" -initrd initrd \
		-append "console=ttyS0 loglevel=7 panic=-1 audit=0 cryptomgr.notests no_timer_check init_on_alloc=0 tsc=reliable tsc_early_khz=$khz $stalls $params iommu=nopt $opt_append" \
		</dev/null >"$run/qemu.log" 2>&1 &
	qemu=$!
	started=$SECONDS
}

stop_qemu() {
	[ -n "${qemu-}" ] || return 0
	[ -z "${waker-}" ] || kill "$waker" 2>/dev/null || true
	kill -KILL "$qemu" 2>/dev/null || true
	wait "$qemu" 2>/dev/null || true
	# Ends the reader if QEMU has never opened the other end.
	: <>"$run/output"
	# What ends the reader by SIGPIPE has read enough.
	wait "$reader" || [ $? = $((128 + 13)) ] || [ -s "$run/unread" ] || echo 'its reader failed' >"$run/unread"
	qemu=
}

# Answers the guest's questions until QEMU ends (true) or the deadline passes (false). await_end writes "end" into the
# pipe of questions then: bash's read with a time limit sometimes loses a character when the time is over.
serve() {
	local request requests mark=0
	exec {requests}<>"$run/witness.out"
	{ await_end && echo end >&"$requests"; } &
	while read -r -u "$requests" request && [[ $request != *end ]]; do
		answer "$request"
	done
	! kill -0 "$qemu" 2>/dev/null
}

# Returns when QEMU has ended or the deadline has passed.
await_end() {
	until timeout 5 tail -s 0.1 --pid="$qemu" -f /dev/null || [ "$(own_time)" -ge "$deadline" ]; do
		:
	done
}

# Prints the seconds since QEMU's start, without the time in which QEMU waited for a processor or was paused for the
# walker. So other machines and the walker do not use up the deadline. A machine that hangs still comes to its deadline,
# on the busiest host after twenty times as long.
own_time() {
	local since=$((SECONDS - started)) own
	own=$((since - $(seconds_waited) - $(<"$run/paused") / 1000000))
	echo $((own > since / 20 ? own : since / 20))
}

# Prints how long QEMU has waited for the host's processors: its main loop, for which its processors wait, plus the one of
# its processors that has waited longest.
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

# Prints how many seconds of a processor QEMU has used.
processor_time() {
	local stat
	stat=$(<"/proc/$qemu/stat")
	# utime and stime. Fields are counted after the name, which may contain blanks.
	awk -v hz="$(getconf CLK_TCK)" '{ printf "%.1f\n", ($12 + $13) / hz }' <<<"${stat##*) }"
}

answer() { # REQUEST: "STATUS LENGTH" and the text, see lab/programs/witness.c
	local status=0 words text=$run/answer
	read -r -a words <<<"$1"
	witness "${words[@]}" >"$text" 2>&1 || status=$?
	# With a deadline: if the machine ends now, the answer is never read.
	echo "$status $(stat -c %s "$text")" | cat - "$text" | timeout "$(scaled 30)" tee "$run/witness.in" >/dev/null || true
}

witness() { # walk [--digest] BDF... | inval mark | inval [--summary] | own-time | processor-time | wake
	case "$*" in
	walk\ *) walk_tables "${@:2}" ;;
	'inval mark') mark=$(stat -c %s "$run/trace") ;;
	inval | 'inval --summary') tail -c "+$((mark + 1))" "$run/trace" | "$here/parse-trace" "${@:2}" ;;
	own-time) own_time ;;
	processor-time) processor_time ;;
	wake)
		wake_up </dev/null >/dev/null 2>&1 &
		waker=$!
		;;
	*) echo "unknown question: $*" && return 2 ;;
	esac
}

# Waits until the machine sleeps, and wakes it. Nobody else asks the monitor meanwhile: the machine would have to ask.
wake_up() {
	local from to line
	exec {from}<>"$run/qmp.out" {to}<>"$run/qmp.in"
	echo '{"execute": "qmp_capabilities"}' >&"$to"
	while read -r -u "$from" line && [[ $line != *'"event": "SUSPEND"'* ]]; do
		:
	done
	echo '{"execute": "system_wakeup"}' >&"$to"
}

# Prints the console log, without a crash that the script asked for and after which another kernel has begun.
console() {
	[ ! -e "$run/console" ] || awk '
		waiting && /Linux version/ { waiting = 0 }
		waiting { crash = crash "\n" $0; next }
		/sysrq: Trigger a crash/ { waiting = 1; crash = $0; next }
		{ print }
		END { if (waiting) print crash }' "$run/console"
}

# Sets verdict, the exit status, and reason, a sentence; reason is empty if the verdict is the script's own status.
judge() { # ENDED
	local line word='' value=''
	reason=''
	read -r word value <"$run/status" 2>/dev/null || true
	if line=$(grep -a -m1 -F "$KERNEL_BUGS" <(console)); then
		verdict=$EXIT_KERNEL_BUG reason="the guest's kernel reported: ${line%$'\r'}"
	elif [ "$1" = no ]; then
		verdict=$EXIT_TIMEOUT reason="the guest did not finish within $deadline s"
	elif [ -s "$run/unread" ]; then
		verdict=$EXIT_TIMEOUT reason="the guest's output is not complete: $(tail -n1 "$run/unread")"
	elif [ "$word" = status ]; then
		verdict=$value
	else
		verdict=$EXIT_TIMEOUT reason="the machine ended without a status: ${value:-$(tail -n1 "$run/qemu.log")}"
	fi
}

# Boots a machine with the script. Sets verdict and reason.
run_machine() { # KERNEL IMAGE ACCELERATOR SCRIPT [ARG...]
	local kernel=$1 image=$2 accelerator=$3 ended=yes
	shift 3
	run_image "$run/tree" "$@" | cat "$image" ${vmm:+"$vmm"} ${tools:+"$tools"} ${selftests:+"$selftests"} - >"$run/initrd"
	start_qemu "$kernel" "$accelerator"
	serve || ended=no
	stop_qemu
	judge "$ended"
}

# Sets run to a folder of this shell. The traps end QEMU and delete the folder with the shell.
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

# Prints the path of the file that keeps a value until the host boots again.
known_file() { # NAME
	local known
	known=$1-$(cat /proc/sys/kernel/random/boot_id)
	find "$cache" -maxdepth 1 -name "$1-*" ! -name "$known*" -delete
	echo "$cache/$known"
}

# --- How fast this machine is ----------------------------------------------------------------------------------------

# Processor time, in tenths of a second, in which the host whose times are in README.md boots Debian's newest kernel,
# emulated.
readonly REFERENCE_BOOT=40

# Prints how many percent of that time this host takes, at least 100. A boot is what all tests consist of; processor time
# is measured, so other load does not matter. Measured once per boot of the host. PASID_CTL_SLOWNESS overrides it.
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
	default_options
	opt_machine=stock opt_no_mock=yes opt_vfs=0 opt_smp=1 deadline=600
	image=$(base_image newest)
	echo 'witness processor-time' >"$run/measure.sh"
	spent=$(run_machine newest "$image" tcg,thread=multi "$run/measure.sh" && [ "$verdict" = 0 ] ||
		die 1 "cannot measure this machine: $reason") ||
		exit
	spent=$((${spent/./} * 100 / REFERENCE_BOOT))
	echo $((spent > 100 ? spent : 100))
}

# Prints how long this host may take for what takes the reference host SECONDS.
scaled() { # SECONDS
	echo $(($1 * $(slowness) / 100))
}

# Prints the frequency of the machine's TSC, which is the host's. If the guest's kernel measures it on a busy host, the
# result can be wrong by a factor of three.
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

# Prints the accelerator. KVM is used only if a machine boots with it, because /dev/kvm may exist and not work.
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
	local machine=$opt_machine
	use_run_folder
	default_options
	opt_machine=$machine opt_no_mock=yes opt_smp=2 deadline=$(scaled 10)
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
	local modules image model='' vmm='' tools='' selftests=''
	setup
	use_run_folder
	[ "$opt_machine" = stock ] || model=$(model_qemu)
	if [ -n "$opt_disk" ]; then
		image=$(disk_image "$opt_kernel")
	else
		modules=$(machine_modules "$opt_kernel")
		# shellcheck disable=SC2086
		image=$(base_image "$opt_kernel" $modules)
	fi
	deadline=$(scaled "$opt_timeout")
	[ -z "$opt_icount" ] || opt_accel=tcg,thread=single
	opt_accel=${opt_accel:-$(accelerator "$opt_kernel" "$image")}
	[ -z "$opt_vmm" ] || vmm=$(vmm_image "$opt_kernel")
	[ -z "$opt_tools" ] || tools=$(tools_image "$opt_kernel")
	[ -z "$opt_selftests" ] || selftests=$(selftests_image)
	run_machine "$opt_kernel" "$image" "$opt_accel" "$@"
	[ -z "$opt_trace" ] || cp "$run/trace" "$opt_trace"
	[ -z "$opt_console" ] || cp "$run/console" "$opt_console"
	[ -z "$reason" ] || say "$reason"
	[ "$verdict" = 0 ] || keep_evidence
	exit "$verdict"
}
