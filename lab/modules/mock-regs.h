/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Configuration space of a mock SR-IOV device: the values of registers, and what a
 * write changes.
 */
#ifndef LAB_MOCK_REGS_H
#define LAB_MOCK_REGS_H

#include <linux/pci_regs.h>
#include <linux/types.h>

/* As PCI_CFG_SPACE_EXP_SIZE of linux/pci.h */
#define MOCK_CFG_SIZE		4096

#define MOCK_VENDOR_ID		0x1b36
#define MOCK_PF_DEVICE_ID	0x5051
#define MOCK_VF_DEVICE_ID	0x5052

/**
 * struct mock_config - what the module's options ask for
 * @totalvfs: number of VFs that the PF can have
 * @vf_offset: First VF Offset
 * @vendor: Vendor ID of all functions
 * @vf_device: VF Device ID
 * @pasid_width: Max PASID Width; 0: the PF has no PASID capability
 * @exec: Execute Permission Supported
 * @priv: Privileged Mode Supported
 * @pri: the PF has a PRI capability
 * @ats: PF and VFs have an ATS capability
 */
struct mock_config {
	u16 totalvfs;
	u16 vf_offset;
	u16 vendor;
	u16 vf_device;
	u8 pasid_width;
	bool exec;
	bool priv;
	bool pri;
	bool ats;
};

/**
 * struct mock_layout - the registers of one kind of function
 * @reset: values after power-on and after a Function Level Reset
 * @rw: bits that a write sets and clears; all others are read-only
 * @w1c: bits that a write of one clears
 * @ats: offset of the ATS capability; 0 if there is none
 * @pri: offset of the PRI capability; 0 if there is none
 * @sriov: offset of the SR-IOV capability; 0 if there is none
 * @end: offset of the next extended capability to be added
 * @last: offset of the last extended capability, 0 while there is none
 */
struct mock_layout {
	u8 reset[MOCK_CFG_SIZE];
	u8 rw[MOCK_CFG_SIZE];
	u8 w1c[MOCK_CFG_SIZE];
	u16 ats;
	u16 pri;
	u16 sriov;
	u16 end;
	u16 last;
};

/**
 * struct mock_function - a function and the values of its registers
 * @layout: the registers of its kind
 * @cfg: the values
 * @gone: the function was unplugged without the kernel being told
 */
struct mock_function {
	const struct mock_layout *layout;
	u8 cfg[MOCK_CFG_SIZE];
	bool gone;
};

void mock_layout_pf(struct mock_layout *l, const struct mock_config *c);
void mock_layout_vf(struct mock_layout *l, const struct mock_config *c);
void mock_layout_patch(struct mock_layout *l, u16 pos, u32 val, u32 rw);

void mock_reset(struct mock_function *fn);
u32 mock_read(const struct mock_function *fn, int where, int size);
void mock_write(struct mock_function *fn, int where, int size, u32 val);

#endif
