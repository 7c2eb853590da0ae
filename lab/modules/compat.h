/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What older kernels lack. Kbuild looks for functions in the kernel's headers, because
 * the preprocessor cannot, and decides which file is built.
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
