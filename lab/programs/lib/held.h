/* SPDX-License-Identifier: GPL-2.0-only */
/* Page requests that a user has read and not answered. */
#ifndef LAB_HELD_H
#define LAB_HELD_H

#include <stdbool.h>
#include <stdint.h>

#include "requests.h"

#define HELD_MAX	64

struct held {
	struct page_request request;
	bool taken;		/* the module has answered it and will drop the user's answer */
};

extern struct held held[HELD_MAX];
extern unsigned int held_count;

/* One of them, or NULL. */
struct held *held_by_cookie(uint32_t cookie);
struct held *held_by_group(uint32_t group);

void held_take_all(void);

/* Moves the last one to its place. */
void held_remove(struct held *it);

#endif
