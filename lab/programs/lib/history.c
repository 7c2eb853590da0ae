// SPDX-License-Identifier: GPL-2.0-only
/* See history.h. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "history.h"

#define STEPS	24
#define LINE	128

unsigned int history_step;

static char history[STEPS][LINE];

void history_note(const char *format, ...)
{
	char *line = history[history_step % STEPS];
	va_list args;
	int used;

	used = snprintf(line, LINE, "%u: ", history_step);
	va_start(args, format);
	vsnprintf(line + used, LINE - used, format, args);
	va_end(args);
}

void history_fail(const char *format, ...)
{
	va_list args;
	int i;

	puts("the last steps:");
	for (i = 1; i <= STEPS; i++)
		if (*history[(history_step + i) % STEPS])
			printf("  %s\n", history[(history_step + i) % STEPS]);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	exit(1);
}
