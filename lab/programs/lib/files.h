/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files in which each access has a result, as in sysfs: 0 or an errno.
 */
#ifndef LAB_FILES_H
#define LAB_FILES_H

#include <limits.h>
#include <stddef.h>

/* Writes the text in one write. */
int write_file(const char *path, const char *text);

/* Files of a function. The newline at the end of what is read is removed. */
void attribute_path(const char *bdf, const char *name, char path[PATH_MAX]);
int write_attribute(const char *bdf, const char *name, const char *text);
int read_attribute(const char *bdf, const char *name, char *text, size_t size);

#endif
