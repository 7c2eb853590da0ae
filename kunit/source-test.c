// SPDX-License-Identifier: GPL-2.0-only
/* Precedence of the sources that name free bytes of configuration space. */
#include <kunit/test.h>

#include "../vfio/source.h"

/* The answer of a source. */
enum { UNKNOWN, FREE, NOTHING, REFUSES, TOO_MANY };

/* A row of the table that leaves it to the PF's driver. */
#define ASK_PF_DRIVER	NOTHING

/* The admin has said "auto": the ranges are chosen later. */
#define AUTO	NOTHING

struct source_case {
	const char *name;
	unsigned int says[PASID_SOURCES];	/* PF's driver, admin, option, quirk, auto */
	int err;
	enum pasid_source source;
	const char *why;
};

#define NOTHING_IS_FREE	"the PF's driver says that nothing is free"

static const struct source_case source_cases[] = {
	{ "nobody", {}, -ENOENT, PASID_SOURCES, "nobody says which bytes are free" },
	{ "PF's driver alone", { FREE }, 0, PASID_SOURCE_PF_DRIVER },
	{ "PF's driver before all", { FREE, FREE, FREE, FREE }, 0, PASID_SOURCE_PF_DRIVER },
	{ "admin alone", { [1] = FREE }, 0, PASID_SOURCE_ADMIN },
	{ "admin before option and quirk", { UNKNOWN, FREE, FREE, FREE }, 0, PASID_SOURCE_ADMIN },
	{ "option alone", { [2] = FREE }, 0, PASID_SOURCE_OPTION },
	{ "option before quirk", { UNKNOWN, UNKNOWN, FREE, FREE }, 0, PASID_SOURCE_OPTION },
	{ "quirk alone", { [3] = FREE }, 0, PASID_SOURCE_QUIRK },
	{ "PF's driver says that nothing is free", { NOTHING }, -ENOSPC, PASID_SOURCE_PF_DRIVER,
	  NOTHING_IS_FREE },
	{ "PF's driver has nothing, others differ", { NOTHING, FREE, FREE, FREE }, -ENOSPC,
	  PASID_SOURCE_PF_DRIVER, NOTHING_IS_FREE },
	{ "PF's driver refuses", { REFUSES }, -EPERM, PASID_SOURCE_PF_DRIVER,
	  "the PF's driver refuses" },
	{ "PF's driver refuses, others name bytes", { REFUSES, FREE, FREE, FREE }, -EPERM,
	  PASID_SOURCE_PF_DRIVER, "the PF's driver refuses" },
	{ "PF's driver gives too many", { TOO_MANY, FREE, FREE, FREE }, -E2BIG,
	  PASID_SOURCE_PF_DRIVER, "the PF's driver gives more than 16 ranges" },
	{ "quirk says to ask the PF's driver", { [3] = NOTHING }, -ENOSPC, PASID_SOURCE_QUIRK,
	  "only the PF's driver can know what is free, and it does not say" },
	{ "admin names bytes that the quirk does not know", { UNKNOWN, FREE, UNKNOWN, NOTHING }, 0,
	  PASID_SOURCE_ADMIN },
	{ "auto alone", { [4] = AUTO }, 0, PASID_SOURCE_AUTO },
	{ "ranges of the admin before auto", { [1] = FREE, [4] = AUTO }, 0, PASID_SOURCE_ADMIN },
	{ "ranges of the option before auto", { [2] = FREE, [4] = AUTO }, 0, PASID_SOURCE_OPTION },
	{ "ranges of the quirk before auto", { [3] = FREE, [4] = AUTO }, 0, PASID_SOURCE_QUIRK },
	{ "auto where the quirk knows no bytes", { [3] = ASK_PF_DRIVER, [4] = AUTO }, 0,
	  PASID_SOURCE_AUTO },
	{ "PF's driver has nothing, auto", { NOTHING, [4] = AUTO }, -ENOSPC,
	  PASID_SOURCE_PF_DRIVER, NOTHING_IS_FREE },
	{ "PF's driver refuses, auto", { REFUSES, [4] = AUTO }, -EPERM, PASID_SOURCE_PF_DRIVER,
	  "the PF's driver refuses" },
};

KUNIT_ARRAY_PARAM_DESC(source, source_cases, name);

static void source_choose(struct kunit *test)
{
	static const int errs[] = { -EOPNOTSUPP, 0, 0, -EPERM, -E2BIG };
	const struct source_case *c = test->param_value;
	struct pasid_answer answers[PASID_SOURCES] = {};
	enum pasid_source source = PASID_SOURCES;
	const char *why = NULL;
	unsigned int i;

	for (i = 0; i < PASID_SOURCES; i++) {
		answers[i].err = errs[c->says[i]];
		/* Ranges do not count if there is an error. */
		answers[i].ranges.count = c->says[i] != NOTHING;
	}
	KUNIT_EXPECT_EQ(test, c->err, pasid_source_choose(answers, &source, &why));
	KUNIT_EXPECT_EQ(test, c->source, source);
	if (c->err)
		KUNIT_EXPECT_STREQ(test, c->why, why);
}

static void source_names(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, "pf-driver", pasid_source_name(PASID_SOURCE_PF_DRIVER));
	KUNIT_EXPECT_STREQ(test, "admin", pasid_source_name(PASID_SOURCE_ADMIN));
	KUNIT_EXPECT_STREQ(test, "admin", pasid_source_name(PASID_SOURCE_OPTION));
	KUNIT_EXPECT_STREQ(test, "quirk", pasid_source_name(PASID_SOURCE_QUIRK));
	KUNIT_EXPECT_STREQ(test, "auto", pasid_source_name(PASID_SOURCE_AUTO));
}

static struct kunit_case source_test_cases[] = {
	KUNIT_CASE_PARAM(source_choose, source_gen_params),
	KUNIT_CASE(source_names),
	{}
};

static struct kunit_suite source_suite = {
	.name = "pasid-source",
	.test_cases = source_test_cases,
};

kunit_test_suite(source_suite);
