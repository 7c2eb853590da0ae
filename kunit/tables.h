/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables of a VT-d unit in synthetic memory. */
#ifndef _PASID_KUNIT_TABLES_H
#define _PASID_KUNIT_TABLES_H

#include <kunit/test.h>
#include <linux/types.h>

/* Above 4 GiB, so that an address without its upper half is not valid. */
#define TABLES_BASE	0x2500000000ULL

void tables_init(struct kunit *test, unsigned int pages);
u64 tables_alloc(unsigned int pages);
void *tables_map(u64 addr);

u64 tables_add_context(u64 root, u16 rid, unsigned int pdts);
u64 *tables_add_entry(u64 dir, u32 pasid);

#endif /* _PASID_KUNIT_TABLES_H */
