/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files that answer each access, like sysfs's. 0 or an errno.
 */
#ifndef LAB_FILES_H
#define LAB_FILES_H

#include <limits.h>
#include <stddef.h>

/* Of the text, at once. */
int write_file(const char *path, const char *text);

/* Attributes of a function. What is read is without its newline. */
void attribute_path(const char *bdf, const char *name, char path[PATH_MAX]);
int write_attribute(const char *bdf, const char *name, const char *text);
int read_attribute(const char *bdf, const char *name, char *text, size_t size);

#endif
