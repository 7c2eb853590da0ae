// SPDX-License-Identifier: GPL-2.0-only
/* The permission grammar (design: section 5). */
#include <kunit/test.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "../iommu/perm.h"

#define NONE	PASID_PERM_NONE
#define ENABLE	PASID_PERM_ENABLE
#define EXEC	PASID_PERM_EXEC
#define PRIV	PASID_PERM_PRIV
#define PRI	PASID_PERM_PRI
#define BUILTIN	(ENABLE | PRIV | PRI)

/* A write to pasid_ctl as sysfs does it: parse, then apply. */
static int perm_write(const char *text, size_t len, unsigned int supported,
		      unsigned int dflt, unsigned int *ceiling, const char **why)
{
	struct pasid_perm_edit edit;
	int err;

	memset(&edit, 0xff, sizeof(edit));
	err = pasid_perm_parse(text, len, &edit, why);
	return err ?: pasid_perm_apply(&edit, supported, dflt, ceiling);
}

struct perm_good_case {
	const char *name;
	const char *text;
	unsigned int supported;
	unsigned int dflt;
	unsigned int before;
	unsigned int after;
};

static const struct perm_good_case perm_good_cases[] = {
	{ "one grant", "+enable", PASID_PERM_ALL, 0, NONE, ENABLE },
	{ "one denial", "-enable", PASID_PERM_ALL, 0, PASID_PERM_ALL, EXEC | PRIV | PRI },
	{ "exec by name", "+exec", PASID_PERM_ALL, 0, NONE, EXEC },
	{ "priv by name", "+priv", PASID_PERM_ALL, 0, NONE, PRIV },
	{ "pri by name", "+pri", PASID_PERM_ALL, 0, NONE, PRI },
	{ "names not mentioned keep their value", "-exec +pri", PASID_PERM_ALL, 0,
	  EXEC | PRIV, PRIV | PRI },
	{ "order does not matter", "+pri -exec", PASID_PERM_ALL, 0, EXEC | PRIV, PRIV | PRI },
	{ "as a read prints them", "+enable -exec -priv +pri", PASID_PERM_ALL, 0, EXEC,
	  ENABLE | PRI },
	{ "newline", "-enable\n", PASID_PERM_ALL, 0, ENABLE | PRI, PRI },
	{ "tab between", "+pri\t-enable", PASID_PERM_ALL, 0, ENABLE, PRI },
	{ "blanks around and between", " \t-enable \t +pri  \n", PASID_PERM_ALL, 0,
	  ENABLE, PRI },
	{ "all of what is supported", "+all", PASID_PERM_ALL, 0, NONE, PASID_PERM_ALL },
	{ "all grants the built-in set, supported or not", "+all", NONE, 0, NONE,
	  BUILTIN },
	{ "all does not grant exec in advance", "+all", ENABLE | PRI, 0, NONE, BUILTIN },
	{ "all keeps exec, though it is not supported now", "+all", ENABLE, 0, EXEC,
	  PASID_PERM_ALL },
	{ "all but exec is the built-in ceiling", "+all -exec", NONE, 0, EXEC, BUILTIN },
	{ "all but exec and one that is not supported", "+all -exec -pri", ENABLE, 0, NONE,
	  ENABLE | PRIV },
	{ "all but one", "+all -exec", PASID_PERM_ALL, 0, NONE, ENABLE | PRIV | PRI },
	{ "nothing", "-all", PASID_PERM_ALL, 0, PASID_PERM_ALL, NONE },
	{ "nothing but one", "-all +enable", PASID_PERM_ALL, 0, PASID_PERM_ALL, ENABLE },
	{ "all and a name of it", "+all +enable", ENABLE, 0, NONE, BUILTIN },
	{ "nothing and a name of it", "-all -enable", PASID_PERM_ALL, 0, PASID_PERM_ALL, NONE },
	{ "denial of what is not supported", "-priv", ENABLE, 0, ENABLE | PRIV, ENABLE },
	{ "default", "default", PASID_PERM_ALL, ENABLE | PRIV, PRI, ENABLE | PRIV },
	{ "default with blanks and newline", " default \n", PASID_PERM_ALL, PRI, NONE, PRI },
	{ "default needs no support", "default", NONE, ENABLE, NONE, ENABLE },
};

KUNIT_ARRAY_PARAM_DESC(perm_good, perm_good_cases, name);

static void perm_accepts(struct kunit *test)
{
	const struct perm_good_case *c = test->param_value;
	unsigned int ceiling = c->before;
	const char *why;

	KUNIT_ASSERT_EQ(test, 0, perm_write(c->text, strlen(c->text), c->supported,
					    c->dflt, &ceiling, &why));
	KUNIT_EXPECT_EQ(test, c->after, ceiling);
}

struct perm_bad_case {
	const char *name;
	const char *text;
	unsigned int supported;
	int err;
};

static const struct perm_bad_case perm_bad_cases[] = {
	{ "empty", "", PASID_PERM_ALL, -EINVAL },
	{ "newline alone", "\n", PASID_PERM_ALL, -EINVAL },
	{ "blanks alone", " \t ", PASID_PERM_ALL, -EINVAL },
	{ "two newlines", "+enable\n\n", PASID_PERM_ALL, -EINVAL },
	{ "newline between", "+enable\n+pri", PASID_PERM_ALL, -EINVAL },
	{ "no sign", "enable", PASID_PERM_ALL, -EINVAL },
	{ "another sign", "*enable", PASID_PERM_ALL, -EINVAL },
	{ "sign alone", "+", PASID_PERM_ALL, -EINVAL },
	{ "two signs", "+-enable", PASID_PERM_ALL, -EINVAL },
	{ "unknown name", "+read", PASID_PERM_ALL, -EINVAL },
	{ "name too long", "+enabled", PASID_PERM_ALL, -EINVAL },
	{ "name too short", "+enabl", PASID_PERM_ALL, -EINVAL },
	{ "upper case", "+Enable", PASID_PERM_ALL, -EINVAL },
	{ "comma", "+enable,+pri", PASID_PERM_ALL, -EINVAL },
	{ "no blank", "+enable+pri", PASID_PERM_ALL, -EINVAL },
	{ "granted twice", "+enable +enable", PASID_PERM_ALL, -EINVAL },
	{ "denied twice", "-pri -pri", PASID_PERM_ALL, -EINVAL },
	{ "granted and denied", "+enable -enable", PASID_PERM_ALL, -EINVAL },
	{ "all not first", "+enable +all", PASID_PERM_ALL, -EINVAL },
	{ "none not first", "+enable -all", PASID_PERM_ALL, -EINVAL },
	{ "all twice", "+all -all", PASID_PERM_ALL, -EINVAL },
	{ "default not first", "+enable default", PASID_PERM_ALL, -EINVAL },
	{ "default refined", "default +enable", PASID_PERM_ALL, -EINVAL },
	{ "default twice", "default default", PASID_PERM_ALL, -EINVAL },
	{ "signed default", "+default", PASID_PERM_ALL, -EINVAL },
	{ "a bad word after a good one", "-enable +no", PASID_PERM_ALL, -EINVAL },
	{ "enable not supported", "+enable", PRI, -EOPNOTSUPP },
	{ "exec not supported", "+exec", ENABLE | PRIV | PRI, -EOPNOTSUPP },
	{ "name after all not supported", "+all +exec", ENABLE | PRI, -EOPNOTSUPP },
	{ "one of two not supported", "-enable +pri", ENABLE, -EOPNOTSUPP },
};

KUNIT_ARRAY_PARAM_DESC(perm_bad, perm_bad_cases, name);

static void perm_refuses(struct kunit *test)
{
	const struct perm_bad_case *c = test->param_value;
	unsigned int ceiling = ENABLE | PRIV;
	const char *why = NULL;

	KUNIT_EXPECT_EQ(test, c->err, perm_write(c->text, strlen(c->text), c->supported,
						 PASID_PERM_ALL, &ceiling, &why));
	KUNIT_EXPECT_EQ(test, (unsigned int)(ENABLE | PRIV), ceiling);
	if (c->err == -EINVAL)
		KUNIT_EXPECT_NOT_NULL(test, why);
}

/* The text need not end in NUL. A NUL inside is a character like any other. */
static void perm_reads_length(struct kunit *test)
{
	unsigned int ceiling = NONE;
	const char *why;

	KUNIT_EXPECT_EQ(test, 0, perm_write("+pri+", 4, PASID_PERM_ALL, 0, &ceiling, &why));
	KUNIT_EXPECT_EQ(test, (unsigned int)PRI, ceiling);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			perm_write("+pri\0", 5, PASID_PERM_ALL, 0, &ceiling, &why));
}

/* The parser reads nothing behind the text, wherever it ends. */
static void perm_reads_no_further(struct kunit *test)
{
	static const char text[] = "-all +pri";
	char *page = vmalloc(PAGE_SIZE), *end = page + PAGE_SIZE;
	unsigned int ceiling;
	const char *why;
	size_t len;

	KUNIT_ASSERT_NOT_NULL(test, page);
	memset(page, '\n', PAGE_SIZE);
	for (len = 0; len < sizeof(text); len++) {
		memcpy(end - len, text, len);
		KUNIT_EXPECT_EQ(test, len == 4 || len == 5 || len == 9 ? 0 : -EINVAL,
				perm_write(end - len, len, PASID_PERM_ALL, 0, &ceiling, &why));
	}
	vfree(page);
}

static void perm_formats(struct kunit *test)
{
	char buf[PASID_PERM_TEXT_MAX];

	KUNIT_EXPECT_EQ(test, 24, pasid_perm_format(buf, NONE));
	KUNIT_EXPECT_STREQ(test, "-enable -exec -priv -pri", buf);
	pasid_perm_format(buf, ENABLE | PRIV);
	KUNIT_EXPECT_STREQ(test, "+enable -exec +priv -pri", buf);
	pasid_perm_format(buf, EXEC | PRI);
	KUNIT_EXPECT_STREQ(test, "-enable +exec -priv +pri", buf);
}

/* From any set to any other one: what the other one reads as can be written. */
static void perm_round_trip(struct kunit *test)
{
	char buf[PASID_PERM_TEXT_MAX];
	unsigned int from, to, ceiling;
	const char *why;
	int len;

	for (from = 0; from <= PASID_PERM_ALL; from++) {
		for (to = 0; to <= PASID_PERM_ALL; to++) {
			ceiling = from;
			len = pasid_perm_format(buf, to);
			KUNIT_EXPECT_EQ(test, (size_t)len, strlen(buf));
			KUNIT_ASSERT_EQ(test, 0, perm_write(buf, len, PASID_PERM_ALL, 0,
							    &ceiling, &why));
			KUNIT_EXPECT_EQ(test, to, ceiling);
		}
	}
}

static struct kunit_case perm_cases[] = {
	KUNIT_CASE_PARAM(perm_accepts, perm_good_gen_params),
	KUNIT_CASE_PARAM(perm_refuses, perm_bad_gen_params),
	KUNIT_CASE(perm_reads_length),
	KUNIT_CASE(perm_reads_no_further),
	KUNIT_CASE(perm_formats),
	KUNIT_CASE(perm_round_trip),
	{}
};

static struct kunit_suite perm_suite = {
	.name = "pasid-perm",
	.test_cases = perm_cases,
};

kunit_test_suite(perm_suite);

MODULE_DESCRIPTION("KUnit tests for the pure parts of pasid-ctl");
MODULE_LICENSE("GPL");
