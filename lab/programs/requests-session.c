// SPDX-License-Identifier: GPL-2.0-only
/*
 * requests-session BDF CAP: opens a VF through an iommufd, gets one page request of its engine,
 * maps the page and answers. CAP is the offset of the PASID capability. Exits with 0 if the engine
 * wrote to the page.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "served.h"

int main(int argc, char **argv)
{
	struct served vf;
	const char *why;
	int err;

	if (argc != 3)
		return 2;
	err = served_open(&vf, argv[1], strtoul(argv[2], NULL, 0));
	if (!err)
		err = served_enable(&vf, 1);
	why = err ? strerror(err) : served_once(&vf);
	if (!why)
		return 0;
	fprintf(stderr, "requests-session: %s\n", why);
	return 1;
}
