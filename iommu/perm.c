// SPDX-License-Identifier: GPL-2.0-only
/*
 * The permission grammar of pasid_ctl: text to an edit, an edit to a set, a set
 * to text.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "perm.h"

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
 * @dflt: what 'default' stands for
 * @ceiling: changed on success only
 *
 * Permissions that the edit does not name keep their value. '-all' names every one,
 * '+all' those in @supported and those of the built-in ceiling. A VF whose PF has lost
 * a capability for the moment could not be given back what it had without this module
 * otherwise, and would keep the module loaded until the PF has it again. Exec, which it
 * did not have, is not granted in advance.
 *
 * Context: Any.
 * Return: 0, or -EOPNOTSUPP if the edit grants by name what is not in @supported.
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
