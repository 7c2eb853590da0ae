// SPDX-License-Identifier: GPL-2.0-only
/*
 * pasid-pf: register.c as a module.
 */
#include <linux/module.h>

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Free bytes in VFs' configuration space, as PFs' drivers give them");
MODULE_AUTHOR("The pasid-ctl developers");
MODULE_VERSION(PASID_CTL_VERSION);
