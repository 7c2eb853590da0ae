/* SPDX-License-Identifier: GPL-2.0-only */
/* The module option ranges=. No lock, no hardware. */
#ifndef _PASID_OPTION_H
#define _PASID_OPTION_H

#include "ranges.h"

int pasid_option_init(const char *text);
int pasid_option_ranges(u16 vendor, u16 device, struct pasid_ranges *ranges);

#endif /* _PASID_OPTION_H */
