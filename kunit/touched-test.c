// SPDX-License-Identifier: GPL-2.0-only
/* How accesses are counted, and how a sweep is told from a driver's reads. */
#include <kunit/test.h>

#include "../vfio/touched.h"

static struct pasid_touched *touched_new(struct kunit *test)
{
	struct pasid_touched *touched = kunit_kzalloc(test, sizeof(*touched), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, touched);
	pasid_touched_init(touched);
	return touched;
}

static void touched_expect(struct kunit *test, struct pasid_touched *touched, unsigned int at,
			   unsigned int reads, unsigned int writes, unsigned int sweeps)
{
	struct pasid_accesses is = pasid_touched_at(touched, at / 4);

	KUNIT_EXPECT_EQ_MSG(test, reads, is.reads, "reads of %#x", at);
	KUNIT_EXPECT_EQ_MSG(test, writes, is.writes, "writes of %#x", at);
	KUNIT_EXPECT_EQ_MSG(test, sweeps, is.sweeps, "sweeps of %#x", at);
}

struct run_case {
	const char *name;
	unsigned int from;
	unsigned int to;
	unsigned int size;	/* of a read */
	unsigned int step;	/* from one read to the next */
	bool is_sweep;
};

static const struct run_case run_cases[] = {
	{ "snapshot in one read", 0, 0x1000, 0x1000, 0x1000, true },
	{ "snapshot of extended space", 0x100, 0x1000, 0xf00, 0xf00, true },
	{ "lspci -xxxx", 0, 0x1000, 4, 4, true },
	{ "by bytes", 0x100, 0x1000, 1, 1, true },
	{ "by 2 bytes", 0x100, 0x1000, 2, 2, true },
	{ "without what the VMM has emulated", 0x100, 0x1000, 4, 64, true },
	{ "a quarter", 0x200, 0x600, 4, 4, true },
	{ "4 bytes less than a quarter", 0x200, 0x5fc, 4, 4, false },
	{ "registers with greater gaps", 0x100, 0x1000, 4, 68, false },
	{ "one register", 0x200, 0x204, 4, 4, false },
	{ "one byte", 0x203, 0x204, 1, 1, false },
	{ "two registers in a row", 0x200, 0x208, 4, 4, false },
	{ "16 registers at once", 0x200, 0x240, 64, 64, false },
};

KUNIT_ARRAY_PARAM_DESC(run, run_cases, name);

/* It counts the same before the run has ended, when it has, and when another read has ended it. */
static void touched_run(struct kunit *test)
{
	const struct run_case *c = test->param_value;
	struct pasid_touched *touched = touched_new(test);
	unsigned int at, i, first = max(c->from, 0x100U);

	for (at = c->from; at < c->to; at += c->step)
		pasid_touched_read(touched, at, c->size);
	for (i = 0; i < 2; i++) {
		touched_expect(test, touched, first, !c->is_sweep, 0, c->is_sweep);
		touched_expect(test, touched, at - c->step + c->size - 1, !c->is_sweep, 0,
			       c->is_sweep);
		if (c->step > 4 && first + c->size < 0x1000)
			touched_expect(test, touched, first + c->size, 0, 0, 0);
		pasid_touched_settle(touched);
	}
	for (at = c->from; at < c->to; at += c->step)
		pasid_touched_read(touched, at, c->size);
	pasid_touched_read(touched, 0x180, 4);
	touched_expect(test, touched, at - c->step + c->size - 1, 2 * !c->is_sweep, 0,
		       2 * c->is_sweep);
}

/* A driver polls, a sweep passes, the driver goes on. */
static void touched_driver_and_sweep(struct kunit *test)
{
	struct pasid_touched *touched = touched_new(test);
	unsigned int at, i;

	for (i = 0; i < 5; i++)
		pasid_touched_read(touched, 0xff8, 4);
	for (at = 0x100; at < 0x1000; at += 4)
		pasid_touched_read(touched, at, 4);
	for (i = 0; i < 3; i++)
		pasid_touched_read(touched, 0xff8, 4);
	touched_expect(test, touched, 0xff8, 8, 0, 1);
	touched_expect(test, touched, 0xff4, 0, 0, 1);
	touched_expect(test, touched, 0xffc, 0, 0, 1);
}

/* A sweep that is disturbed early counts as a driver's reads up to there, and as a sweep after. */
static void touched_disturbed_sweep(struct kunit *test)
{
	struct pasid_touched *touched = touched_new(test);
	unsigned int at;

	for (at = 0x100; at < 0x1000; at += 4) {
		if (at == 0x200)
			pasid_touched_read(touched, 0xff8, 4);
		pasid_touched_read(touched, at, 4);
	}
	touched_expect(test, touched, 0x1fc, 1, 0, 0);
	touched_expect(test, touched, 0x200, 0, 0, 1);
	touched_expect(test, touched, 0xff8, 1, 0, 1);
}

/* What is read again is a driver's, and the next read of anything else begins a run. */
static void touched_again(struct kunit *test)
{
	struct pasid_touched *touched = touched_new(test);
	unsigned int at;

	pasid_touched_read(touched, 0x200, 4);
	pasid_touched_read(touched, 0x204, 4);
	pasid_touched_read(touched, 0x200, 4);
	pasid_touched_read(touched, 0x200, 4);
	touched_expect(test, touched, 0x200, 3, 0, 0);
	touched_expect(test, touched, 0x204, 1, 0, 0);
	for (at = 0x208; at < 0x608; at += 4)
		pasid_touched_read(touched, at, 4);
	pasid_touched_settle(touched);
	touched_expect(test, touched, 0x200, 3, 0, 0);
	touched_expect(test, touched, 0x204, 1, 0, 0);
	touched_expect(test, touched, 0x208, 0, 0, 1);
	touched_expect(test, touched, 0x604, 0, 0, 1);
	/* One sweep after the other. */
	touched = touched_new(test);
	for (at = 0; at < 2 * 0xf00; at += 4)
		pasid_touched_read(touched, 0x100 + at % 0xf00, 4);
	touched_expect(test, touched, 0x100, 0, 0, 2);
	touched_expect(test, touched, 0xffc, 0, 0, 2);
}

/* A write is a driver's, also in ascending order; it does not end a run of reads. */
static void touched_writes(struct kunit *test)
{
	struct pasid_touched *touched = touched_new(test);
	unsigned int at;

	for (at = 0x100; at < 0x1000; at += 4) {
		pasid_touched_write(touched, at, 4);
		pasid_touched_read(touched, at, 4);
	}
	pasid_touched_write(touched, 0, 0x1000);
	pasid_touched_write(touched, 0x203, 2);
	touched_expect(test, touched, 0x1fc, 0, 2, 1);
	touched_expect(test, touched, 0x200, 0, 3, 1);
	touched_expect(test, touched, 0x204, 0, 3, 1);
	touched_expect(test, touched, 0x208, 0, 2, 1);
}

/* The first 256 bytes do not count, and nothing behind the end is written to. */
static void touched_borders(struct kunit *test)
{
	struct pasid_touched *touched = touched_new(test);

	pasid_touched_read(touched, 0, 0x100);
	pasid_touched_write(touched, 0x10, 4);
	pasid_touched_write(touched, 0xffc, 8);
	pasid_touched_read(touched, 0xffc, 8);
	touched_expect(test, touched, 0x100, 0, 0, 0);
	touched_expect(test, touched, 0xffc, 1, 1, 0);
	KUNIT_EXPECT_EQ(test, 0x1000, touched->end);
}

static void touched_saturates(struct kunit *test)
{
	struct pasid_touched *touched = touched_new(test);
	unsigned int i;

	touched->at[0x40] = (struct pasid_accesses){ U16_MAX - 1, U16_MAX - 1, U16_MAX - 1 };
	for (i = 0; i < 3; i++) {
		pasid_touched_write(touched, 0x200, 4);
		pasid_touched_read(touched, 0x200, 4);
		pasid_touched_read(touched, 0, 0x1000);
	}
	touched_expect(test, touched, 0x200, U16_MAX, U16_MAX, U16_MAX);
	touched_expect(test, touched, 0x204, 0, 0, 3);
}

/* Two reads meet: the second one counts as a driver's, and nobody waits. */
static void touched_meets(struct kunit *test)
{
	struct pasid_touched *touched = touched_new(test);

	spin_lock(&touched->lock);
	pasid_touched_read(touched, 0, 0x1000);
	pasid_touched_write(touched, 0x200, 4);
	spin_unlock(&touched->lock);
	/* With one processor and no debugging of locks, they cannot meet. */
	if (IS_ENABLED(CONFIG_SMP) || IS_ENABLED(CONFIG_DEBUG_SPINLOCK))
		touched_expect(test, touched, 0x200, 1, 1, 0);
	else
		touched_expect(test, touched, 0x200, 0, 1, 1);
}

static void touched_clear(struct kunit *test)
{
	struct pasid_touched *touched = touched_new(test);

	pasid_touched_write(touched, 0x200, 4);
	pasid_touched_read(touched, 0x200, 4);
	pasid_touched_clear(touched);
	touched_expect(test, touched, 0x200, 0, 0, 0);
	pasid_touched_settle(touched);
	touched_expect(test, touched, 0x200, 0, 0, 0);
}

static void touched_text(struct kunit *test)
{
	struct pasid_touched *touched = touched_new(test);
	DECLARE_BITMAP(hide, PASID_DWORDS) = {};
	char buf[512];

	KUNIT_EXPECT_EQ(test, 0, pasid_touched_format(touched, hide, buf, sizeof(buf)));
	bitmap_set(hide, 0x100 / 4, 2);
	pasid_touched_read(touched, 0, 0x1000);
	pasid_touched_write(touched, 0x100, 4);
	pasid_touched_write(touched, 0xff8, 4);
	pasid_touched_read(touched, 0xffc, 4);
	KUNIT_EXPECT_EQ(test, (int)strlen("0x108-0xff7 read 0 written 0 swept 1\n") + 2 * 37,
			pasid_touched_format(touched, hide, buf, sizeof(buf)));
	KUNIT_EXPECT_STREQ(test, buf, "0x108-0xff7 read 0 written 0 swept 1\n"
				      "0xff8-0xffb read 0 written 1 swept 1\n"
				      "0xffc-0xfff read 1 written 0 swept 1\n");
	/* Hidden bytes divide what is beside them. */
	__set_bit(0x800 / 4, hide);
	KUNIT_EXPECT_EQ(test, 4 * 37, pasid_touched_format(touched, hide, buf, sizeof(buf)));
}

/* A user can touch so much that there is no room for it: the text says so. */
static void touched_text_is_cut(struct kunit *test)
{
	struct pasid_touched *touched = touched_new(test);
	DECLARE_BITMAP(hide, PASID_DWORDS) = {};
	char *buf = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	unsigned int at;
	int len;

	KUNIT_ASSERT_NOT_NULL(test, buf);
	for (at = 0x100; at < 0x1000; at += 8)
		pasid_touched_write(touched, at, 4);
	len = pasid_touched_format(touched, hide, buf, PAGE_SIZE);
	KUNIT_EXPECT_LT(test, len, PAGE_SIZE);
	KUNIT_EXPECT_EQ(test, len, (int)strlen(buf));
	KUNIT_EXPECT_STREQ(test, buf + len - 5, "\n...\n");
}

static struct kunit_case touched_cases[] = {
	KUNIT_CASE_PARAM(touched_run, run_gen_params),
	KUNIT_CASE(touched_driver_and_sweep),
	KUNIT_CASE(touched_disturbed_sweep),
	KUNIT_CASE(touched_again),
	KUNIT_CASE(touched_writes),
	KUNIT_CASE(touched_borders),
	KUNIT_CASE(touched_saturates),
	KUNIT_CASE(touched_meets),
	KUNIT_CASE(touched_clear),
	KUNIT_CASE(touched_text),
	KUNIT_CASE(touched_text_is_cut),
	{}
};

static struct kunit_suite touched_suite = {
	.name = "pasid-touched",
	.test_cases = touched_cases,
};

kunit_test_suite(touched_suite);
