/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loading and unloading of kernel modules. 0 or an errno.
 */
#ifndef LAB_MODULES_H
#define LAB_MODULES_H

/* @name as the file is called, with "-". */
int module_load(const char *name, const char *parameters);

/* @name as the kernel calls the module, with "_". Does not wait for users. */
int module_unload(const char *name);

#endif
