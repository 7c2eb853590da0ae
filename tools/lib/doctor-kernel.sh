# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # variables are shared with the other parts
# Layers of pasidctl doctor: what the kernel was built with, its switches, and what it lets in.

# OPTION VALUE NEED COST
needed_options() {
	cat <<-'END'
		INTEL_IOMMU       y must there is no VT-d
		PCI_IOV           y must there are no VFs
		PCI_PASID         y must the kernel switches PASID on for no function
		PCI_PRI           y must the modules do not build
		KPROBES           y must intel-iommu cannot be followed, and intel-pasid-ctl does not load
		KRETPROBES        y must intel-iommu cannot be followed, and intel-pasid-ctl does not load
		DEBUG_INFO_BTF    y must layouts of the kernel are not known, and intel-pasid-ctl does not load
		PREEMPT_RT        n must the modules do not build for such a kernel
		VFIO_PCI_CORE     * may  "make install" fails, DKMS passes the kernel over, and there is no pasid-vfio-pci
		IOMMUFD           * may  a guest's PASIDs cannot be attached (stock kernels of Debian lack it)
		VFIO_DEVICE_CDEV  y may  a guest's PASIDs cannot be attached (stock kernels of Debian lack it)
		FTRACE            y may  "pasidctl watch" and "selftest" have no trace events
	END
}

# Prints the configuration of the running kernel. Fails where nothing has it.
kernel_config() {
	local version file
	version=$(release)
	for file in "$host/boot/config-$version" "$host/lib/modules/$version/config" \
		"$host/lib/modules/$version/build/.config"; do
		[ ! -r "$file" ] || { cat "$file" && return; }
	done
	[ -r "$host/proc/config.gz" ] && zcat "$host/proc/config.gz"
}

config_value() { # OPTION: y, m or n; nothing if nobody knows
	local config value
	config=$(kernel_config) || return 0
	value=$(sed -n "s/^CONFIG_$1=//p" <<<"$config")
	echo "${value:-n}"
}

check_config() {
	local config option wanted need cost is fine=yes
	if ! config=$(kernel_config); then
		verdict unknown CONFIG "the configuration of $(release) is nowhere to be read" '' \
			"install it as /boot/config-$(release)"
		return
	fi
	while read -r option wanted need cost; do
		is=$(sed -n "s/^CONFIG_$option=//p" <<<"$config")
		is=${is:-n}
		[[ $is = "$wanted" || $wanted-$is = '*'-[ym] ]] && continue
		fine=''
		if [ "$need" = must ]; then
			verdict broken "CONFIG_$option" "$is" "$cost" 'use another kernel'
		else
			verdict lacks "CONFIG_$option" "$is" "$cost" 'use a kernel that has it, if you need that'
		fi
	done < <(needed_options)
	[ -z "$fine" ] || verdict ok CONFIG 'has all that the modules use'
}

check_btf() {
	if [ -s "$host/sys/kernel/btf/vmlinux" ]; then
		verdict ok BTF '/sys/kernel/btf/vmlinux is there'
	else
		verdict broken BTF '/sys/kernel/btf/vmlinux is missing' 'intel-pasid-ctl does not load' \
			'use a kernel with DEBUG_INFO_BTF'
	fi
}

# Debian's kernels up to 6.12 put kprobes on functions by ftrace, so both switches count there.
check_probes() {
	local ftrace kprobes
	kprobes=$(first_line "$host/sys/kernel/debug/kprobes/enabled")
	ftrace=$(first_line "$host/proc/sys/kernel/ftrace_enabled")
	case $kprobes in
	1) verdict ok 'switch kprobes' on ;;
	'')
		verdict unknown 'switch kprobes' '/sys/kernel/debug/kprobes/enabled is not readable' '' \
			'run it with sudo, with debugfs mounted'
		;;
	*)
		verdict broken 'switch kprobes' off 'what intel-iommu sets up does not obey; writes answer EIO' \
			'echo 1 >/sys/kernel/debug/kprobes/enabled'
		;;
	esac
	case $ftrace in
	1) verdict ok 'switch ftrace' on ;;
	'') verdict ok 'switch ftrace' 'this kernel has none' ;;
	*)
		verdict broken 'switch ftrace' off 'probes that kernels put in by ftrace do not fire; writes answer EIO' \
			'sysctl kernel.ftrace_enabled=1'
		;;
	esac
}

check_lockdown() {
	local lockdown
	lockdown=$(first_line "$host/sys/kernel/security/lockdown")
	case $lockdown in
	*'[none]'*) verdict ok lockdown none ;;
	*'[integrity]'*) verdict ok lockdown 'integrity: only modules that are signed with an enrolled key load' ;;
	*'[confidentiality]'*)
		verdict unknown lockdown 'confidentiality: nobody has tried whether intel-pasid-ctl loads' \
			'no trace events for "pasidctl watch" and "selftest"' \
			'boot without lockdown=confidentiality'
		;;
	*)
		if [ -d "$host/sys/kernel/security/integrity" ] || [ -d "$host/sys/kernel/security/apparmor" ]; then
			verdict ok lockdown 'this kernel has none'
		else
			verdict unknown lockdown '/sys/kernel/security/lockdown is not readable' '' \
				'mount -t securityfs securityfs /sys/kernel/security'
		fi
		;;
	esac
}

# Must modules be signed?
signature_enforced() {
	[ "$(first_line "$host/sys/module/module/parameters/sig_enforce")" = Y ] ||
		[[ $(first_line "$host/sys/kernel/security/lockdown") =~ \[(integrity|confidentiality)\] ]]
}

check_signatures() {
	local file
	if ! signature_enforced; then
		verdict ok signatures 'not asked for: unsigned modules load'
		return
	fi
	file=$(module_file intel-pasid-ctl)
	case $file in
	'')
		verdict unknown signatures "asked for, and intel-pasid-ctl is not installed for $(release)" '' \
			'install it: make install, or with DKMS'
		;;
	*.ko)
		if tail -c 28 "$file" | grep -qa "~Module signature appended~"; then
			verdict ok signatures 'asked for, and intel-pasid-ctl has one'
		else
			verdict broken signatures "asked for, and ${file#"$host"} has none" 'the kernel does not load it' \
				'sign it with an enrolled key; DKMS does it with /var/lib/dkms/mok.key, which mokutil enrolls'
		fi
		;;
	*) verdict unknown signatures "asked for; ${file#"$host"} is compressed" '' "modinfo -F signer $file" ;;
	esac
}

module_file() { # NAME: where it is installed for the running kernel
	local files
	files=$(find "$host/lib/modules/$(release)/" -name "$1.ko*" 2>/dev/null || true)
	echo "${files%%$'\n'*}"
}
