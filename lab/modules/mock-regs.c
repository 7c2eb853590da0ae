// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration space of a mock SR-IOV device.
 *
 * There is one layout for the PF and one for all VFs. It says for every bit whether
 * a write changes it. So an access of any size, also of half a register or of two
 * registers, does what hardware does. mock_react() has what a write does besides
 * storing bits.
 */
#include <linux/align.h>
#include <linux/bits.h>
#include <linux/string.h>
#include <linux/unaligned.h>

#include "mock-regs.h"

#define EXP			0x40	/* offset of the PCI Express capability */
#define EXP_SIZE		0x3c
#define EXT_CAP_START		0x100

#define ARI_SIZE		8
#define ATS_SIZE		8
#define PASID_SIZE		8
#define PRI_SIZE		16

static u16 get16(const struct mock_function *fn, int pos)
{
	return get_unaligned_le16(fn->cfg + pos);
}

static void put16(struct mock_function *fn, int pos, u16 val)
{
	put_unaligned_le16(val, fn->cfg + pos);
}

/* Read-only bits have a value, and no bits in rw and w1c. */
static void ro8(struct mock_layout *l, int pos, u8 val)
{
	l->reset[pos] = val;
}

static void ro16(struct mock_layout *l, int pos, u16 val)
{
	put_unaligned_le16(val, l->reset + pos);
}

static void ro32(struct mock_layout *l, int pos, u32 val)
{
	put_unaligned_le32(val, l->reset + pos);
}

static void rw8(struct mock_layout *l, int pos, u8 mask)
{
	l->rw[pos] = mask;
}

static void rw16(struct mock_layout *l, int pos, u16 mask)
{
	put_unaligned_le16(mask, l->rw + pos);
}

static void rw32(struct mock_layout *l, int pos, u32 mask)
{
	put_unaligned_le32(mask, l->rw + pos);
}

static void w1c16(struct mock_layout *l, int pos, u16 mask)
{
	put_unaligned_le16(mask, l->w1c + pos);
}

/*
 * The first capability is at 0x100, where the list must begin. Offsets are multiples
 * of 16, so only the last byte of the previous header changes: the other bits of its
 * pointer are 0.
 */
static u16 add_ext_cap(struct mock_layout *l, u16 id, u8 version, u16 size)
{
	u16 pos = l->end;

	ro32(l, pos, id | version << 16);
	if (l->last)
		l->reset[l->last + 3] = pos >> 4;

	l->last = pos;
	l->end = ALIGN(pos + size, 16);
	return pos;
}

static void add_ats(struct mock_layout *l, bool vf)
{
	u16 ctrl = PCI_ATS_CTRL_ENABLE;

	/* A VF translates with the PF's Smallest Translation Unit. */
	if (!vf)
		ctrl |= PCI_ATS_CTRL_STU(~0);

	l->ats = add_ext_cap(l, PCI_EXT_CAP_ID_ATS, 1, ATS_SIZE);
	ro16(l, l->ats + PCI_ATS_CAP, PCI_ATS_CAP_PAGE_ALIGNED);
	rw16(l, l->ats + PCI_ATS_CTRL, ctrl);
}

/* Behind a root port, functions above 7 are reached only with ARI. */
static void add_ari(struct mock_layout *l)
{
	add_ext_cap(l, PCI_EXT_CAP_ID_ARI, 1, ARI_SIZE);
}

static void add_pasid(struct mock_layout *l, const struct mock_config *c)
{
	u16 pos = add_ext_cap(l, PCI_EXT_CAP_ID_PASID, 1, PASID_SIZE);
	u16 cap = c->pasid_width << 8;
	u16 ctrl = PCI_PASID_CTRL_ENABLE;

	if (c->exec) {
		cap |= PCI_PASID_CAP_EXEC;
		ctrl |= PCI_PASID_CTRL_EXEC;
	}
	if (c->priv) {
		cap |= PCI_PASID_CAP_PRIV;
		ctrl |= PCI_PASID_CTRL_PRIV;
	}

	ro16(l, pos + PCI_PASID_CAP, cap);
	rw16(l, pos + PCI_PASID_CTRL, ctrl);
}

static void add_pri(struct mock_layout *l)
{
	l->pri = add_ext_cap(l, PCI_EXT_CAP_ID_PRI, 1, PRI_SIZE);
	rw16(l, l->pri + PCI_PRI_CTRL, PCI_PRI_CTRL_ENABLE | PCI_PRI_CTRL_RESET);
	ro16(l, l->pri + PCI_PRI_STATUS,
	     PCI_PRI_STATUS_STOPPED | PCI_PRI_STATUS_PASID);
	w1c16(l, l->pri + PCI_PRI_STATUS,
	      PCI_PRI_STATUS_RF | PCI_PRI_STATUS_UPRGI);
	ro32(l, l->pri + PCI_PRI_MAX_REQ, 64);
	rw32(l, l->pri + PCI_PRI_ALLOC_REQ, ~0);
}

static void add_sriov(struct mock_layout *l, const struct mock_config *c)
{
	l->sriov = add_ext_cap(l, PCI_EXT_CAP_ID_SRIOV, 1, PCI_EXT_CAP_SRIOV_SIZEOF);
	rw16(l, l->sriov + PCI_SRIOV_CTRL,
	     PCI_SRIOV_CTRL_VFE | PCI_SRIOV_CTRL_MSE | PCI_SRIOV_CTRL_ARI);
	ro16(l, l->sriov + PCI_SRIOV_INITIAL_VF, c->totalvfs);
	ro16(l, l->sriov + PCI_SRIOV_TOTAL_VF, c->totalvfs);
	rw16(l, l->sriov + PCI_SRIOV_NUM_VF, ~0);
	ro16(l, l->sriov + PCI_SRIOV_VF_OFFSET, c->vf_offset);
	ro16(l, l->sriov + PCI_SRIOV_VF_STRIDE, 1);
	ro16(l, l->sriov + PCI_SRIOV_VF_DID, c->vf_device);
	ro32(l, l->sriov + PCI_SRIOV_SUP_PGSIZE, 0x553);
	ro32(l, l->sriov + PCI_SRIOV_SYS_PGSIZE, 1);
	rw32(l, l->sriov + PCI_SRIOV_SYS_PGSIZE, 0x553);
}

static void add_exp(struct mock_layout *l)
{
	ro8(l, PCI_CAPABILITY_LIST, EXP);
	ro8(l, EXP, PCI_CAP_ID_EXP);
	ro16(l, EXP + PCI_EXP_FLAGS, 2);
	ro32(l, EXP + PCI_EXP_DEVCAP, PCI_EXP_DEVCAP_RBER | PCI_EXP_DEVCAP_FLR);
	ro32(l, EXP + PCI_EXP_LNKCAP,
	     PCI_EXP_LNKCAP_SLS_2_5GB | PCI_EXP_LNKSTA_NLW_X1);
	/* pci_enable_pasid() requires End-End TLP Prefixes. The maximum is one. */
	ro32(l, EXP + PCI_EXP_DEVCAP2, PCI_EXP_DEVCAP2_EE_PREFIX | BIT(22));
	ro32(l, EXP + PCI_EXP_LNKCAP2, PCI_EXP_LNKCAP2_SLS_2_5GB);
	rw16(l, EXP + PCI_EXP_DEVCTL, PCI_EXP_DEVCTL_BCR_FLR);
}

static void add_header(struct mock_layout *l, u16 vendor, u16 device)
{
	memset(l, 0, sizeof(*l));
	l->end = EXT_CAP_START;

	ro16(l, PCI_VENDOR_ID, vendor);
	ro16(l, PCI_DEVICE_ID, device);
	ro16(l, PCI_STATUS, PCI_STATUS_CAP_LIST);
	ro32(l, PCI_CLASS_REVISION, 0x12000001);
	ro16(l, PCI_SUBSYSTEM_VENDOR_ID, MOCK_VENDOR_ID);
	ro16(l, PCI_SUBSYSTEM_ID, MOCK_PF_DEVICE_ID);
	w1c16(l, PCI_STATUS,
	      PCI_STATUS_PARITY | PCI_STATUS_SIG_TARGET_ABORT |
	      PCI_STATUS_REC_TARGET_ABORT | PCI_STATUS_REC_MASTER_ABORT |
	      PCI_STATUS_SIG_SYSTEM_ERROR | PCI_STATUS_DETECTED_PARITY);
	add_exp(l);
}

/**
 * mock_layout_pf - build the layout of the Physical Function
 * @l: layout to fill
 * @c: properties of the device
 *
 * Base Address Registers stay read-only zero: there is nothing to map.
 */
void mock_layout_pf(struct mock_layout *l, const struct mock_config *c)
{
	add_header(l, c->vendor, MOCK_PF_DEVICE_ID);
	rw16(l, PCI_COMMAND,
	     PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER | PCI_COMMAND_PARITY |
	     PCI_COMMAND_SERR | PCI_COMMAND_INTX_DISABLE);
	rw8(l, PCI_CACHE_LINE_SIZE, ~0);
	rw8(l, PCI_INTERRUPT_LINE, ~0);

	/* Only 128 byte payloads, so Max_Payload_Size may be hardwired. */
	ro16(l, EXP + PCI_EXP_DEVCTL,
	     PCI_EXP_DEVCTL_RELAX_EN | PCI_EXP_DEVCTL_NOSNOOP_EN |
	     PCI_EXP_DEVCTL_READRQ_512B);
	rw16(l, EXP + PCI_EXP_DEVCTL,
	     PCI_EXP_DEVCTL_CERE | PCI_EXP_DEVCTL_NFERE |
	     PCI_EXP_DEVCTL_FERE | PCI_EXP_DEVCTL_URRE |
	     PCI_EXP_DEVCTL_RELAX_EN | PCI_EXP_DEVCTL_NOSNOOP_EN |
	     PCI_EXP_DEVCTL_READRQ | PCI_EXP_DEVCTL_BCR_FLR);
	w1c16(l, EXP + PCI_EXP_DEVSTA,
	      PCI_EXP_DEVSTA_CED | PCI_EXP_DEVSTA_NFED |
	      PCI_EXP_DEVSTA_FED | PCI_EXP_DEVSTA_URD);
	rw16(l, EXP + PCI_EXP_LNKCTL,
	     PCI_EXP_LNKCTL_ASPMC | PCI_EXP_LNKCTL_RCB |
	     PCI_EXP_LNKCTL_CCC | PCI_EXP_LNKCTL_ES);
	ro16(l, EXP + PCI_EXP_LNKSTA,
	     PCI_EXP_LNKSTA_CLS_2_5GB | PCI_EXP_LNKSTA_NLW_X1);

	if (c->ats)
		add_ats(l, false);
	add_ari(l);
	if (c->pasid_width)
		add_pasid(l, c);
	if (c->pri)
		add_pri(l);
	add_sriov(l, c);
}

/**
 * mock_layout_vf - build the layout of a Virtual Function
 * @l: layout to fill
 * @c: properties of the device
 *
 * Vendor and Device ID read as ones and most control bits are the PF's alone,
 * as the chapter on SR-IOV of the PCI Express specification has it.
 */
void mock_layout_vf(struct mock_layout *l, const struct mock_config *c)
{
	add_header(l, 0xffff, 0xffff);
	rw16(l, PCI_COMMAND, PCI_COMMAND_MASTER);

	if (c->ats)
		add_ats(l, true);
	add_ari(l);
}

/**
 * mock_layout_patch - change four bytes of a layout
 * @l: layout to change
 * @pos: first of them
 * @val: their value after power-on
 * @rw: bits that a write sets and clears
 *
 * mock_react() still uses the old offsets, so tests patch only free bytes and the list
 * of capabilities.
 */
void mock_layout_patch(struct mock_layout *l, u16 pos, u32 val, u32 rw)
{
	ro32(l, pos, val);
	rw32(l, pos, rw);
}

/**
 * mock_reset - give a function's registers their power-on values
 * @fn: the function
 */
void mock_reset(struct mock_function *fn)
{
	memcpy(fn->cfg, fn->layout->reset, MOCK_CFG_SIZE);
}

/*
 * The mock never has outstanding page requests. So the interface stops as soon as it is
 * disabled, and a reset only clears the error bits.
 */
static void react_pri(struct mock_function *fn, u16 pri)
{
	u16 ctrl = get16(fn, pri + PCI_PRI_CTRL);
	u16 status = get16(fn, pri + PCI_PRI_STATUS);
	u16 errors = PCI_PRI_STATUS_RF | PCI_PRI_STATUS_UPRGI;

	if (!(ctrl & PCI_PRI_CTRL_ENABLE)) {
		status |= PCI_PRI_STATUS_STOPPED;
		if (ctrl & PCI_PRI_CTRL_RESET)
			status &= ~errors;
	} else if (status & PCI_PRI_STATUS_STOPPED) {
		status &= ~(PCI_PRI_STATUS_STOPPED | errors);
	}

	put16(fn, pri + PCI_PRI_CTRL, ctrl & ~PCI_PRI_CTRL_RESET);
	put16(fn, pri + PCI_PRI_STATUS, status);
}

/*
 * Bits that start an action are stored like all others. This function sees them, does
 * the action and clears them.
 */
static void mock_react(struct mock_function *fn)
{
	if (get16(fn, EXP + PCI_EXP_DEVCTL) & PCI_EXP_DEVCTL_BCR_FLR)
		mock_reset(fn);
	if (fn->layout->pri)
		react_pri(fn, fn->layout->pri);
}

/**
 * mock_read - read from a function's configuration space
 * @fn: the function
 * @where: first byte
 * @size: number of bytes, 1 to 4
 *
 * Return: the bytes, the first one in the lowest bits.
 */
u32 mock_read(const struct mock_function *fn, int where, int size)
{
	u32 val = 0;
	int i;

	for (i = size - 1; i >= 0; i--)
		val = val << 8 | fn->cfg[where + i];

	return val;
}

/**
 * mock_write - write to a function's configuration space
 * @fn: the function
 * @where: first byte
 * @size: number of bytes, 1 to 4
 * @val: the bytes, the first one in the lowest bits
 */
void mock_write(struct mock_function *fn, int where, int size, u32 val)
{
	const struct mock_layout *l = fn->layout;
	int pos;

	for (pos = where; pos < where + size; pos++, val >>= 8) {
		u8 stored = (fn->cfg[pos] & ~l->rw[pos]) | (val & l->rw[pos]);

		fn->cfg[pos] = stored & ~(val & l->w1c[pos]);
	}

	mock_react(fn);
}
