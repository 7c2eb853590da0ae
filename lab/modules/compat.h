/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What older kernels lack. Differences that decide which file is built are
 * probed in Kbuild, and so are functions, which leave nothing here to ask for.
 */
#ifndef LAB_COMPAT_H
#define LAB_COMPAT_H

#include <linux/hrtimer.h>
#include <linux/slab.h>

/* "slab: Introduce kmalloc_obj() and family" */
#ifndef kmalloc_obj
#define kmalloc_obj(var)	kmalloc(sizeof(var), GFP_KERNEL)
#define kzalloc_obj(var)	kzalloc(sizeof(var), GFP_KERNEL)
#endif

#ifndef LAB_HAS_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer,
				 enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock, mode);
	timer->function = function;
}
#endif

#endif
