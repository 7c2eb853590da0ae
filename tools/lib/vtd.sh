# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# What bits of VT-d's registers and of the DMAR table mean for PASID permissions. Pure: nothing here reads a file.

# BIT NAME NEED COST. must: without it nothing works; may: something less does; note: it is told, and costs nothing.
ecap_bits() {
	cat <<-'END'
		0  C     note the module flushes the processor's caches after each change of a table, which takes longer
		1  QI    must there is no invalidation queue, so no deny could be completed
		2  DT    may  there are no device TLBs: no ATS, and so no VF can have +pri
		6  PT    note the host's own devices cannot be in pass-through mode
		26 NEST  may  there is no nested translation: a guest's virtual IOMMU cannot attach PASIDs of its own
		29 PRS   may  no VF can have +pri
		30 ERS   may  no VF can have +exec (no Intel unit whose register is public has it)
		31 SRS   may  no VF can have +priv
		40 PASID must the unit takes no requests with PASID, so no VF can have +enable
		43 SMTS  must the unit has no scalable mode, and without it no PASID tables
		46 SSTS  note there are no second-stage tables
		47 FSTS  note there are no first-stage tables; address spaces of host processes need them
	END
}

cap_bits() {
	cat <<-'END'
		39 PSI   note invalidations of single pages become invalidations of all
		56 FS1GP note there are no pages of 1 GiB in first-stage tables
		60 FS5LP note a host with 5-level paging cannot share the address spaces of its processes
		63 ESRTPS note the kernel invalidates more when it sets its tables up
	END
}

# Prints "1" or "0".
bit_of() { # HEX BIT
	echo $((0x$1 >> $2 & 1))
}

# Prints the bits of a list that a register does not have, as "NAME NEED COST".
missing_bits() { # LIST HEX
	local bit name need cost
	"$1" | while read -r bit name need cost; do
		[ "$(bit_of "$2" "$bit")" = 1 ] || echo "$name $need $cost"
	done
}

# Prints the names of the bits that it has.
present_bits() { # LIST HEX
	local bit name
	"$1" | while read -r bit name _; do
		[ "$(bit_of "$2" "$bit")" = 0 ] || echo "$name"
	done | xargs
}

pasid_width() { # ECAP
	echo $(((0x$1 >> 35 & 31) + 1))
}

fault_records() { # CAP
	echo $(((0x$1 >> 40 & 255) + 1))
}

# A unit that caches what is not present is one that a hypervisor emulates.
is_emulated() { # CAP
	[ "$(bit_of "$1" 7)" = 1 ]
}

# Reads the bytes of a DMAR table as decimal numbers, and prints "TYPE FLAGS" of each structure. Fails where the table
# ends inside one.
dmar_structures() {
	local bytes at=48 length
	read -r -a bytes
	[ ${#bytes[@]} -ge 48 ] || return
	while ((at + 4 < ${#bytes[@]})); do
		length=$((bytes[at + 2] | bytes[at + 3] << 8))
		((length >= 4 && at + length <= ${#bytes[@]})) || return
		echo "$((bytes[at] | bytes[at + 1] << 8)) ${bytes[at + 4]}"
		at=$((at + length))
	done
}

# Why a request was refused: the fault reasons of VT-d (7.1.3) that requests with PASID lead to in scalable mode.
fault_reasons() { # REASON WORDS
	cat <<-'END'
		0x45 a request with PASID, which enable denies
		0x46 a PASID that is too large for the VF's table
		0x47 a page request, which pri denies
		0x48 a request with the PASID that stands for none
		0x51 a PASID that is not attached
		0x59 a PASID that is not attached
		0x5c a request to execute, which this unit does not offer
		0x5d a privileged request, which priv denies
		0x71 an address that is not mapped
		0x79 an address that is not mapped, or not for such access
		0x81 a page that is for privileged requests alone
		0x85 a write to a page that may not be written
		0x86 a read from a page that may not be read
	END
}

fault_words() { # REASON
	fault_reasons | sed -n "s/^$1 //p" | grep . || echo "see the VT-d specification, 7.1.3"
}
