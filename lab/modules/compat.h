/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What older kernels lack. Differences that decide which file is built are
 * probed in Kbuild.
 */
#ifndef LAB_COMPAT_H
#define LAB_COMPAT_H

#include <linux/slab.h>

/* "slab: Introduce kmalloc_obj() and family" */
#ifndef kmalloc_obj
#define kmalloc_obj(var)	kmalloc(sizeof(var), GFP_KERNEL)
#define kzalloc_obj(var)	kzalloc(sizeof(var), GFP_KERNEL)
#endif

#endif
