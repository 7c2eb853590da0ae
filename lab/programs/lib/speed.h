/* SPDX-License-Identifier: GPL-2.0-only */
/* How slow this machine is. */
#ifndef LAB_SPEED_H
#define LAB_SPEED_H

/* How long, in the same unit, this machine may take for what takes a quick one that long. */
unsigned int scaled(unsigned int time);

#endif
