/* SPDX-License-Identifier: GPL-2.0-only */
/* Address spaces of a function with an iommufd, by the file that they map. */
#ifndef LAB_SPACES_H
#define LAB_SPACES_H

#include "vfio.h"

/* Where an address space maps its file's first page. */
#define SPACE_IOVA	0x10000

/* There is one for each file and kind. */
struct space {
	char name[300];
	uint32_t table;
	uint32_t ioas;		/* of one for page requests */
};

/*
 * 0 or an errno. Makes the address space when it is needed first. @kind is empty, "nested",
 * "nested-sre" or "requests".
 */
int find_space(struct vfio_function *fn, const char *path, const char *kind,
	       struct space **found);

#endif
