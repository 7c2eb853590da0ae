// SPDX-License-Identifier: GPL-2.0-only
/*
 * Permission sets: as text, in the grammar of pasid_ctl; and what follows from a VF's sets. The
 * supported set follows from what PF and IOMMU can do, the effective set from supported, ceiling
 * and request, and what iommufd is told from the set that the VF's user would get.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/pci_regs.h>
#include <linux/string.h>

#include "perm.h"
#include "vtd.h"

static const char * const pasid_perm_names[] = { "enable", "exec", "priv", "pri" };

/* The permission called @name, of @len bytes, or 0. */
static unsigned int pasid_perm_by_name(const char *name, size_t len)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(pasid_perm_names); i++)
		if (strlen(pasid_perm_names[i]) == len &&
		    !memcmp(pasid_perm_names[i], name, len))
			return BIT(i);
	return 0;
}

static bool pasid_word_is(const char *word, size_t len, const char *is)
{
	return strlen(is) == len && !memcmp(word, is, len);
}

static int pasid_perm_add_word(struct pasid_perm_edit *edit, bool first,
			       const char *word, size_t len, const char **why)
{
	unsigned int perm;

	if (edit->to_default || (!first && pasid_word_is(word, len, "default"))) {
		*why = "'default' stands alone";
		return -EINVAL;
	}
	if (pasid_word_is(word, len, "default")) {
		edit->to_default = true;
		return 0;
	}
	if (word[0] != '+' && word[0] != '-') {
		*why = "each word is '+name', '-name' or 'default'";
		return -EINVAL;
	}
	if (pasid_word_is(word + 1, len - 1, "all")) {
		if (!first) {
			*why = "'+all' or '-all' comes first, and once";
			return -EINVAL;
		}
		edit->to_supported = word[0] == '+';
		edit->to_none = word[0] == '-';
		return 0;
	}
	perm = pasid_perm_by_name(word + 1, len - 1);
	if (!perm) {
		*why = "the names are enable, exec, priv, pri and all";
		return -EINVAL;
	}
	if ((edit->set | edit->clear) & perm) {
		*why = "a name is given twice";
		return -EINVAL;
	}
	if (word[0] == '+')
		edit->set |= perm;
	else
		edit->clear |= perm;
	return 0;
}

/**
 * pasid_perm_parse() - read one line of the permission grammar
 * @text: the line; need not end in NUL
 * @len: its length in bytes, any
 * @edit: filled on success
 * @why: on failure, a clause that says what is wrong
 *
 * Words are separated by spaces or tabs; one newline may end the line. Each
 * word is '+name' or '-name'; the first may be '+all' or '-all' instead; or the
 * line is the one word 'default'.
 *
 * Context: Any.
 * Return: 0, or -EINVAL for anything else, with @edit undefined.
 */
int pasid_perm_parse(const char *text, size_t len, struct pasid_perm_edit *edit,
		     const char **why)
{
	bool first = true;
	size_t i = 0, start;
	int err;

	memset(edit, 0, sizeof(*edit));
	if (len && text[len - 1] == '\n')
		len--;
	while (i < len) {
		if (text[i] == ' ' || text[i] == '\t') {
			i++;
			continue;
		}
		for (start = i; i < len && text[i] != ' ' && text[i] != '\t'; i++)
			;
		err = pasid_perm_add_word(edit, first, text + start, i - start,
					  why);
		if (err)
			return err;
		first = false;
	}
	if (first) {
		*why = "nothing is written";
		return -EINVAL;
	}
	return 0;
}

/**
 * pasid_perm_apply() - apply an edit to a ceiling
 * @edit: from pasid_perm_parse()
 * @supported: what the VF supports now
 * @dflt: the ceiling that the word 'default' stands for
 * @ceiling: changed on success only
 *
 * Permissions that the edit does not name keep their value. '-all' names all permissions; '+all'
 * names those in @supported and those of the built-in ceiling. The latter count because a PF may
 * have a capability off for the moment: without them, '+all' would leave its VFs restricted, and
 * a restricted VF keeps the module loaded. Exec is not in the built-in ceiling, and so is not
 * allowed in advance.
 *
 * Context: Any.
 * Return: 0, or -EOPNOTSUPP if the edit has a '+name' that is not in @supported.
 */
int pasid_perm_apply(const struct pasid_perm_edit *edit, unsigned int supported,
		     unsigned int dflt, unsigned int *ceiling)
{
	unsigned int perms = *ceiling;

	if (edit->set & ~supported)
		return -EOPNOTSUPP;
	if (edit->to_default)
		perms = dflt;
	if (edit->to_none)
		perms = PASID_PERM_NONE;
	if (edit->to_supported)
		perms |= supported | PASID_CEILING_BUILTIN;
	*ceiling = (perms | edit->set) & ~edit->clear;
	return 0;
}

/**
 * pasid_perm_format() - write a set in the grammar that pasid_perm_parse() reads
 * @buf: at least PASID_PERM_TEXT_MAX bytes
 * @perms: the set
 *
 * Context: Any.
 * Return: the length in bytes, without the NUL; there is no newline.
 */
int pasid_perm_format(char *buf, unsigned int perms)
{
	unsigned int i;
	int at = 0;

	for (i = 0; i < ARRAY_SIZE(pasid_perm_names); i++)
		at += scnprintf(buf + at, PASID_PERM_TEXT_MAX - at, "%s%c%s",
				i ? " " : "", perms & BIT(i) ? '+' : '-',
				pasid_perm_names[i]);
	return at;
}

/**
 * pasid_supported() - a VF's supported set: what its PF and IOMMU can do now
 * @facts: what the set follows from
 *
 * Execute requests need ECAP.ERS on a unit of version 7 or older: VT-d 5.10
 * made bit 129 of the PASID-table entry reserved (11.4.3, 9.6).
 *
 * Context: Any.
 * Return: a mask of PASID_PERM_*.
 */
unsigned int pasid_supported(const struct pasid_facts *facts)
{
	unsigned int perms = 0;

	if (facts->pf_pasid && facts->ctx_pasid &&
	    (facts->ecap & VTD_ECAP_PASID) && (facts->ecap & VTD_ECAP_SMTS)) {
		perms |= PASID_PERM_ENABLE;
		if ((facts->pf_features & PCI_PASID_CAP_EXEC) &&
		    (facts->ecap & VTD_ECAP_ERS) && facts->ver_major <= 7)
			perms |= PASID_PERM_EXEC;
		if ((facts->pf_features & PCI_PASID_CAP_PRIV) &&
		    (facts->ecap & VTD_ECAP_SRS))
			perms |= PASID_PERM_PRIV;
	}
	if (facts->pf_pri && facts->vf_ats && (facts->ecap & VTD_ECAP_PRS))
		perms |= PASID_PERM_PRI;
	return perms;
}

/**
 * pasid_effective() - a VF's effective set: what the IOMMU has to allow
 * @supported: from pasid_supported()
 * @ceiling: the host admin's limit
 * @request: what the VF's user wants
 *
 * Context: Any.
 * Return: what is in all three; exec and priv only together with enable.
 */
unsigned int pasid_effective(unsigned int supported, unsigned int ceiling,
			     unsigned int request)
{
	unsigned int perms = supported & ceiling & request;

	if (!(perms & PASID_PERM_ENABLE))
		perms &= ~(PASID_PERM_EXEC | PASID_PERM_PRIV);
	return perms;
}

/**
 * pasid_status_of_vf() - the return value of pci_pasid_status() for a VF
 * @status: the return value for its PF: PCI_PASID_CTRL_ENABLE, _EXEC and _PRIV; or a negative
 *	errno
 * @granted: from pasid_vf_granted()
 *
 * Enable stays as it is, whatever the VF may do: iommufd takes a status without it for a bug of
 * the kernel, and warns.
 *
 * Context: Any.
 * Return: the status without Execute and Privileged where they are not granted; an
 * errno stays what it is.
 */
int pasid_status_of_vf(int status, unsigned int granted)
{
	unsigned int denied = (PASID_PERM_EXEC | PASID_PERM_PRIV) & ~granted;

	/* PASID_PERM_EXEC and _PRIV have the values of PCI_PASID_CTRL_EXEC and _PRIV. */
	return status < 0 ? status : status & ~denied;
}
