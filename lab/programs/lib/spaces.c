// SPDX-License-Identifier: GPL-2.0-only
/* See spaces.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "requests.h"
#include "spaces.h"

#define MAX_SPACES	16

static struct space spaces[MAX_SPACES];

static int make_space(struct vfio_function *fn, const char *path, const char *kind,
		      struct space *space)
{
	if (!kind[0])
		return vfio_map_page(fn, path, SPACE_IOVA, &space->table);
	if (!strcmp(kind, "requests"))
		return requests_make_space(fn, &space->ioas, &space->table);
	return vfio_map_nested(fn, path, SPACE_IOVA, !strcmp(kind, "nested-sre"), &space->table);
}

int find_space(struct vfio_function *fn, const char *path, const char *kind,
	       struct space **found)
{
	struct space *space;
	char name[300];
	int err;

	snprintf(name, sizeof(name), "%s %s", path, kind);
	for (space = spaces; space < spaces + MAX_SPACES; space++) {
		if (!strcmp(space->name, name))
			break;
		if (space->name[0])
			continue;
		err = make_space(fn, path, kind, space);
		if (err)
			return err;
		strcpy(space->name, name);
		break;
	}
	if (space == spaces + MAX_SPACES)
		return ENOSPC;
	*found = space;
	return 0;
}
