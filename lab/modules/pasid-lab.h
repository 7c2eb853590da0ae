/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What pasid-lab-client shares with other modules that are driven from a shell
 * through files in its debugfs folder.
 */
#ifndef LAB_PASID_LAB_H
#define LAB_PASID_LAB_H

#include <linux/types.h>

struct dentry;
struct pci_dev;

/**
 * struct pasid_lab_command - one command; a table ends with an empty one
 * @name: its first word
 * @min_args: words that must follow
 * @max_args: words that may follow
 * @run: what it does, given the words after the first
 */
struct pasid_lab_command {
	const char *name;
	int min_args;
	int max_args;
	int (*run)(int argc, char **argv);
};

extern struct dentry *pasid_lab_dir;

struct pci_dev *pasid_lab_find_device(const char *bdf);
ssize_t pasid_lab_write(const char __user *buf, size_t count,
			const struct pasid_lab_command *table);

#endif
