/* SPDX-License-Identifier: GPL-2.0-only */
/* The interrupts of a function that has been opened through VFIO. */
#ifndef LAB_IRQ_H
#define LAB_IRQ_H

#include <stdint.h>

#include "vfio.h"

/* struct vfio_irq_set with four bytes of data, whatever they say. */
struct irq_set {
	uint32_t argsz;
	uint32_t flags;
	uint32_t index;
	uint32_t start;
	uint32_t count;
	int32_t data;
};

/* 0 or an errno. */
int irq_count_kinds(struct vfio_function *fn, unsigned int *count);
int irq_get(struct vfio_function *fn, unsigned int index, unsigned int argsz, uint32_t *flags,
	    uint32_t *count);
int irq_set(struct vfio_function *fn, const struct irq_set *set);

/* Has an interrupt signal a new eventfd; 0 or an errno. */
int irq_arm(struct vfio_function *fn, unsigned int index, int *eventfd);

/* How many signals an eventfd has had since the last time; 0 if there is none within the time. */
uint64_t irq_wait(int eventfd, unsigned int seconds);

#endif
