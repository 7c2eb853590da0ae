/* SPDX-License-Identifier: GPL-2.0-only */
/* Deadlines that follow from the speed of this machine. */
#ifndef LAB_SPEED_H
#define LAB_SPEED_H

/* How long this machine may take for what takes a quick machine @time, in the same unit. */
unsigned int scaled(unsigned int time);

#endif
