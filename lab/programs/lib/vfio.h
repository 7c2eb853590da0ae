/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A function opened through VFIO as a VMM does, here with a type 1 container. What it
 * says about itself is believed, not looked up in the product.
 */
#ifndef LAB_VFIO_H
#define LAB_VFIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define VFIO_CONFIG_SIZE	4096

struct vfio_function {
	int container;
	int group;
	int device;
	uint64_t config;	/* where its configuration space is in @device */
	uint64_t control;	/* where the VMM control region is, or 0 */
	uint64_t control_size;
	unsigned int control_index;
};

/* 0 or an errno; then nothing is left open. */
int vfio_open(struct vfio_function *fn, const char *bdf);

/* 0 or an errno. A number is little-endian, of 1 to 8 bytes. */
int vfio_read_config(struct vfio_function *fn, unsigned int at, void *buf, size_t size);
int vfio_write_config(struct vfio_function *fn, unsigned int at, const void *buf, size_t size);
int vfio_read_control(struct vfio_function *fn, unsigned int at, void *buf, size_t size);
int vfio_write_control(struct vfio_function *fn, unsigned int at, const void *buf, size_t size);

int vfio_reset(struct vfio_function *fn);
int vfio_hot_reset(struct vfio_function *fn);
int vfio_low_power(struct vfio_function *fn, bool enter);

#endif
