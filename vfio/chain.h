/* SPDX-License-Identifier: GPL-2.0-only */
/* A function's list of extended capabilities. Pure: no lock, no hardware. */
#ifndef _PASID_CHAIN_H
#define _PASID_CHAIN_H

#include <linux/pci_regs.h>
#include <linux/types.h>

#define PASID_CAP_SIZE		8	/* PCIe 6.3, 7.8.9 */
#define PASID_PRI_CAP_SIZE	16	/* PCIe 6.3, 10.5.2 */
#define PASID_HEADER_SIZE	4	/* PCIe 6.3, 7.6.3 */

/* Configuration space by 4 bytes; the first extended ones are at PASID_FIRST. */
#define PASID_DWORDS	(PCI_CFG_SPACE_EXP_SIZE / 4)
#define PASID_FIRST	(PCI_CFG_SPACE_SIZE / 4)

/**
 * struct pasid_space - how to read a function's configuration space
 * @read: returns the 4 bytes at offset @at, a multiple of 4
 * @arg: given to @read
 */
struct pasid_space {
	u32 (*read)(const void *arg, unsigned int at);
	const void *arg;
};

/**
 * struct pasid_taken - what a function's capabilities take; one bit for each 4 bytes
 * @known: all bytes of capabilities of known size, and the headers of the others
 * @maybe: what follows the header of a capability of unknown size, up to the next header at a
 *	higher offset, or to the end
 */
struct pasid_taken {
	DECLARE_BITMAP(known, PASID_DWORDS);
	DECLARE_BITMAP(maybe, PASID_DWORDS);
};

typedef void pasid_visit_header_fn(unsigned int at, u32 header, void *arg);

int pasid_walk(const struct pasid_space *space, pasid_visit_header_fn *visit, void *arg,
	       const char **why);
int pasid_find_taken(const struct pasid_space *hw, struct pasid_taken *taken,
		     const char **why);

#endif /* _PASID_CHAIN_H */
