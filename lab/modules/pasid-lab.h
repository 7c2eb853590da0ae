/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What pasid-lab-client shares with other modules that a shell drives through files
 * in pasid-lab-client's folder in debugfs.
 */
#ifndef LAB_PASID_LAB_H
#define LAB_PASID_LAB_H

#include <linux/types.h>

struct dentry;
struct pci_dev;

/**
 * struct pasid_lab_command - one command; a table ends with an empty one
 * @name: the command's first word
 * @min_args: how many words must follow
 * @max_args: how many words may follow
 * @run: runs the command with the words after the first one
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
