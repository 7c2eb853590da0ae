// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log message that several files print: a ceiling has changed; and the option verbose.
 */
#include <linux/pci.h>

#include "vf.h"

/* Option of the module, see main.c. */
bool pasid_verbose;

/**
 * pasid_log_ceiling() - log that the ceiling in a file has changed, if it has
 * @pdev: whose file has it
 * @dir: the file's directory, with a slash, or ""
 * @file: the file
 * @old: what the file said before
 * @new: what it says now
 *
 * Context: Any.
 */
void pasid_log_ceiling(struct pci_dev *pdev, const char *dir, const char *file,
		       unsigned int old, unsigned int new)
{
	char was[PASID_PERM_TEXT_MAX], is[PASID_PERM_TEXT_MAX];

	if (new == old)
		return;
	pasid_perm_format(was, old);
	pasid_perm_format(is, new);
	pci_info(pdev, "%s%s: %s (was %s)\n", dir, file, is, was);
}
