// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of extended capabilities: its headers, and which bytes its capabilities take. Sizes
 * are those of PCIe 6.3 and of CXL for every ID that the newest pci_regs.h has; others reach to
 * the next header. Bytes that no capability is known to have are not read.
 */
#include <linux/bitmap.h>
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "chain.h"

/* More headers of 8 bytes do not fit, so a longer list is a loop. */
#define PASID_WALK_MAX	((PCI_CFG_SPACE_EXP_SIZE - PCI_CFG_SPACE_SIZE) / 8)

/* What a read of a device that is gone returns. */
#define PASID_ALL_ONES	0xffffffff

/* Younger than the oldest kernel's pci_regs.h (PCIe 6.3, 7.8.7, 7.7.9, 7.9.26, 7.7.7). */
#define PASID_EXT_CAP_ID_VF_REBAR	0x24
#define PASID_EXT_CAP_ID_DEV3		0x2f
#define PASID_EXT_CAP_ID_IDE		0x30
#define PASID_EXT_CAP_ID_PL_64GT	0x31

/**
 * pasid_walk() - visit each header of the list
 * @space: the function
 * @visit: called for each header, also for null capabilities
 * @arg: given to @visit
 * @why: on failure, a clause that says what is wrong
 *
 * PCIe 6.3, 7.6.3, 7.9.28: the list begins at 0x100. It is empty if the header there is all
 * zeroes. Another header with ID 0 is a null capability, which is skipped. The low bits of a
 * pointer are masked, and a pointer below 0x100 ends the list.
 *
 * Context: Any in which @space can be read.
 * Return: 0; -ELOOP if the list does not end; -EIO if the function does not answer.
 */
int pasid_walk(const struct pasid_space *space, pasid_visit_header_fn *visit, void *arg,
	       const char **why)
{
	unsigned int at = PCI_CFG_SPACE_SIZE, steps = 0;
	u32 header;

	while (at >= PCI_CFG_SPACE_SIZE) {
		if (steps++ == PASID_WALK_MAX) {
			*why = "its list of capabilities does not end";
			return -ELOOP;
		}
		header = space->read(space->arg, at);
		if (header == PASID_ALL_ONES) {
			*why = "its configuration space reads as all ones";
			return -EIO;
		}
		if (header)
			visit(at, header, arg);
		at = PCI_EXT_CAP_NEXT(header);
	}
	return 0;
}

/* Sizes in bytes, by ID, of capabilities whose size does not vary; ID 0 is the null capability. */
static const u8 pasid_cap_sizes[] = {
	[0] = PASID_HEADER_SIZE,
	[PCI_EXT_CAP_ID_DSN] = 12,
	[PCI_EXT_CAP_ID_PWR] = 16,
	[PCI_EXT_CAP_ID_RCILC] = 12,
	[PCI_EXT_CAP_ID_RCEC] = 12,
	[PCI_EXT_CAP_ID_RCRB] = 20,
	[PCI_EXT_CAP_ID_CAC] = 8,
	[PCI_EXT_CAP_ID_ARI] = 8,
	[PCI_EXT_CAP_ID_ATS] = 8,
	[PCI_EXT_CAP_ID_SRIOV] = 64,
	[PCI_EXT_CAP_ID_MCAST] = 48,
	[PCI_EXT_CAP_ID_PRI] = PASID_PRI_CAP_SIZE,
	[PCI_EXT_CAP_ID_LTR] = 8,
	[PCI_EXT_CAP_ID_PASID] = PASID_CAP_SIZE,
	[PCI_EXT_CAP_ID_L1SS] = 20,
	[PCI_EXT_CAP_ID_PTM] = 12,
	[PCI_EXT_CAP_ID_DLF] = 12,
	[PCI_EXT_CAP_ID_NPEM] = 16,
	[PCI_EXT_CAP_ID_DOE] = 24,
	[PASID_EXT_CAP_ID_DEV3] = 16,
};

/* 4 bytes of a capability, or 0 behind the end of configuration space. */
static u32 pasid_register(const struct pasid_space *hw, unsigned int at)
{
	return at < PCI_CFG_SPACE_EXP_SIZE ? hw->read(hw->arg, at) : 0;
}

/* With Flit Mode, the header log goes on behind where the TLP prefix log is without. */
static unsigned int pasid_err_size(u32 control)
{
	unsigned int log = control >> 18 & 0x1f;

	return max(0x48, 0x38 + 4 * ((int)log - 4));
}

static unsigned int pasid_acs_size(u32 cap)
{
	unsigned int bits = cap >> 8 & 0xff;

	/* With egress control, a vector follows; a size of 0 stands for 256 bits. */
	if (!(cap & PCI_ACS_EC))
		return 8;
	return 8 + DIV_ROUND_UP(bits ?: 256, 32) * 4;
}

static unsigned int pasid_tph_size(u32 cap)
{
	if ((cap & PCI_TPH_CAP_LOC_MASK) != PCI_TPH_LOC_CAP)
		return 12;
	/* A table of steering tags follows, of 2 bytes each. */
	return 12 + ((cap >> 16 & 0x7ff) + 1) * 2;
}

/* The extensions of a root port end with a log. */
static unsigned int pasid_dpc_size(u32 cap)
{
	unsigned int log = (cap >> 8 & 0xf) | (cap >> 13 & 1) << 4;

	return cap & PCI_EXP_DPC_CAP_RP_EXT ? 0x20 + 4 * log : 12;
}

static unsigned int pasid_rebar_size(u32 control)
{
	return 4 + 8 * (control >> 5 & 7);
}

/*
 * Where an arbitration table ends: 32, 64, 128, 128 or 256 phases of some bits each, as the bits
 * from 1 on of the register say. Its offset is in units of 16 bytes; 0: there is none.
 */
static unsigned int pasid_arbitration_end(u32 cap, unsigned int kinds, unsigned int bits)
{
	static const u16 phases[] = { 0, 32, 64, 128, 128, 256 };
	unsigned int offset = cap >> 24, most = 0, i;

	for (i = 1; i <= kinds; i++)
		if (cap & BIT(i))
			most = phases[i];
	return offset ? offset * 16 + most * bits / 8 : 0;
}

/* VC and MFVC (PCIe 6.3, 7.9.1, 7.9.2). */
static unsigned int pasid_vc_size(const struct pasid_space *hw, unsigned int at)
{
	u32 cap = pasid_register(hw, at + PCI_VC_PORT_CAP1);
	unsigned int count = (cap & PCI_VC_CAP1_EVCC) + 1, size = 16 + 12 * count, i;
	unsigned int bits = 1 << (cap >> 10 & 3);

	size = max(size, pasid_arbitration_end(pasid_register(hw, at + PCI_VC_PORT_CAP2), 3, 4));
	for (i = 0; i < count; i++) {
		cap = pasid_register(hw, at + PCI_VC_RES_CAP + 12 * i);
		size = max(size, pasid_arbitration_end(cap, 5, bits));
	}
	return size;
}

/* Link streams, then selective streams, each with its number of address blocks. */
static unsigned int pasid_ide_size(const struct pasid_space *hw, unsigned int at)
{
	u32 cap = pasid_register(hw, at + 4);
	unsigned int size = 12, streams = cap & BIT(1) ? (cap >> 16 & 0xff) + 1 : 0;

	if (cap & BIT(0))
		size += 8 * ((cap >> 13 & 7) + 1);
	while (streams-- && at + size < PCI_CFG_SPACE_EXP_SIZE)
		size += 20 + 12 * (pasid_register(hw, at + size) & 0xf);
	return size;
}

/* How many lanes the link can have; 32, the most there are, if the function does not say. */
static unsigned int pasid_lanes(const struct pasid_space *hw)
{
	unsigned int at = hw->read(hw->arg, PCI_CAPABILITY_LIST) & 0xfc, steps, lanes;
	u32 header;

	for (steps = 0; at >= PCI_STD_HEADER_SIZEOF && steps < 48; steps++) {
		header = hw->read(hw->arg, at);
		if ((header & 0xff) == PCI_CAP_ID_EXP) {
			lanes = hw->read(hw->arg, at + PCI_EXP_LNKCAP) >> 4 & 0x3f;
			return lanes && lanes < 32 ? lanes : 32;
		}
		at = header >> 8 & 0xfc;
	}
	return 32;
}

/* In bytes, or 0 if the size of a capability of this ID is not known. */
static unsigned int pasid_cap_size(const struct pasid_space *hw, unsigned int at,
				   unsigned int id)
{
	switch (id) {
	case PCI_EXT_CAP_ID_ERR:
		return pasid_err_size(pasid_register(hw, at + PCI_ERR_CAP));
	case PCI_EXT_CAP_ID_VNDR:
	case PCI_EXT_CAP_ID_DVSEC:
		return max(pasid_register(hw, at + 4) >> 20, 8U);
	case PCI_EXT_CAP_ID_ACS:
		return pasid_acs_size(pasid_register(hw, at + 4));
	case PCI_EXT_CAP_ID_TPH:
		return pasid_tph_size(pasid_register(hw, at + 4));
	case PCI_EXT_CAP_ID_DPA:
		return 16 + (pasid_register(hw, at + 4) & 0x1f) + 1;
	case PCI_EXT_CAP_ID_DPC:
		return pasid_dpc_size(pasid_register(hw, at + 4));
	case PCI_EXT_CAP_ID_VC:
	case PCI_EXT_CAP_ID_VC9:
	case PCI_EXT_CAP_ID_MFVC:
		return pasid_vc_size(hw, at);
	case PCI_EXT_CAP_ID_RCLD:
		return 16 + 16 * (pasid_register(hw, at + 4) >> 8 & 0xff);
	case PCI_EXT_CAP_ID_PMUX:
		return 16 + 4 * (pasid_register(hw, at + 4) & 0x3f);
	case PCI_EXT_CAP_ID_REBAR:
	case PASID_EXT_CAP_ID_VF_REBAR:
		return pasid_rebar_size(pasid_register(hw, at + 8));
	case PCI_EXT_CAP_ID_SECPCI:
		return 12 + 2 * pasid_lanes(hw);
	case PCI_EXT_CAP_ID_PL_16GT:
	case PCI_EXT_CAP_ID_PL_32GT:
	case PASID_EXT_CAP_ID_PL_64GT:
		return 32 + pasid_lanes(hw);
	case PASID_EXT_CAP_ID_IDE:
		return pasid_ide_size(hw, at);
	default:
		return id < ARRAY_SIZE(pasid_cap_sizes) ? pasid_cap_sizes[id] : 0;
	}
}

/**
 * struct pasid_headers - what the walk is to remember
 * @hw: the function
 * @taken: filled, but for what capabilities of unknown size may take
 * @all: the headers of all capabilities
 * @unknown: the headers of capabilities of unknown size
 */
struct pasid_headers {
	const struct pasid_space *hw;
	struct pasid_taken *taken;
	DECLARE_BITMAP(all, PASID_DWORDS);
	DECLARE_BITMAP(unknown, PASID_DWORDS);
};

static void pasid_take(unsigned int at, u32 header, void *arg)
{
	struct pasid_headers *headers = arg;
	unsigned int size = pasid_cap_size(headers->hw, at, PCI_EXT_CAP_ID(header));

	__set_bit(at / 4, headers->all);
	if (!size)
		__set_bit(at / 4, headers->unknown);
	size = clamp(size, PASID_HEADER_SIZE, PCI_CFG_SPACE_EXP_SIZE - at);
	bitmap_set(headers->taken->known, at / 4, DIV_ROUND_UP(size, 4));
}

/**
 * pasid_find_taken() - which bytes a function's capabilities take
 * @hw: the function
 * @taken: filled
 * @why: on failure, a clause that says what is wrong
 *
 * The offsets of the list need not ascend.
 *
 * Context: Any in which @hw can be read.
 * Return: 0, or what pasid_walk() returns.
 */
int pasid_find_taken(const struct pasid_space *hw, struct pasid_taken *taken,
		     const char **why)
{
	struct pasid_headers headers = { .hw = hw, .taken = taken };
	unsigned long at, next;
	int err;

	memset(taken, 0, sizeof(*taken));
	err = pasid_walk(hw, pasid_take, &headers, why);
	if (err)
		return err;
	for_each_set_bit(at, headers.unknown, PASID_DWORDS) {
		next = find_next_bit(headers.all, PASID_DWORDS, at + 1);
		bitmap_set(taken->maybe, at, next - at);
	}
	return 0;
}
