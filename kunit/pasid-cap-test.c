// SPDX-License-Identifier: GPL-2.0-only
/* The PASID capability's registers (PCIe 6.3, 7.8.9). */
#include <kunit/test.h>
#include <linux/pasid_ctl.h>
#include <linux/unaligned.h>

#include "../vfio/caps.h"

#define SIZE	8

#define ENABLE	PASID_PERM_ENABLE
#define EXEC	PASID_PERM_EXEC
#define PRIV	PASID_PERM_PRIV
#define PRI	PASID_PERM_PRI

struct init_case {
	const char *name;
	unsigned int next;
	unsigned int width;
	unsigned int perms;
	u32 header;
	u16 caps;
	u16 writable;
};

static const struct init_case init_cases[] = {
	{ "nothing", 0, 0, 0, 0x0001001b, 0x0000, 0 },
	{ "all", 0xffc, 20, PASID_PERM_ALL, 0xffc1001b, 0x1406, 7 },
	{ "enable", 0x100, 16, ENABLE, 0x1001001b, 0x1000, 1 },
	{ "enable, exec", 0x2a0, 8, ENABLE | EXEC, 0x2a01001b, 0x0802, 3 },
	{ "enable, priv", 0x2a0, 1, ENABLE | PRIV, 0x2a01001b, 0x0104, 5 },
	{ "pri changes nothing", 0, 20, PRI, 0x0001001b, 0x1400, 0 },
};

KUNIT_ARRAY_PARAM_DESC(init, init_cases, name);

static void cap_init(struct kunit *test)
{
	const struct init_case *c = test->param_value;
	u8 bytes[SIZE], ones[SIZE] = { [0 ... SIZE - 1] = 0xff };
	struct pasid_cap cap;

	memset(&cap, 0xff, sizeof(cap));
	pasid_cap_init(&cap, c->next, c->width, c->perms);
	pasid_cap_read(&cap, 0, bytes, SIZE);
	KUNIT_EXPECT_EQ(test, c->header, get_unaligned_le32(bytes));
	KUNIT_EXPECT_EQ(test, c->caps, get_unaligned_le16(bytes + 4));
	KUNIT_EXPECT_EQ(test, 0, get_unaligned_le16(bytes + 6));
	/* All ones are written everywhere: only writable bits change. */
	KUNIT_EXPECT_TRUE(test, pasid_cap_write(&cap, 0, ones, SIZE));
	pasid_cap_read(&cap, 0, bytes, SIZE);
	KUNIT_EXPECT_EQ(test, c->header, get_unaligned_le32(bytes));
	KUNIT_EXPECT_EQ(test, c->caps, get_unaligned_le16(bytes + 4));
	KUNIT_EXPECT_EQ(test, c->writable, get_unaligned_le16(bytes + 6));
}

/* A read of any offset and size, also across registers, returns a part of the whole. */
static void cap_read_any_size(struct kunit *test)
{
	u8 whole[SIZE], part[SIZE + 1];
	unsigned int offset, size;
	struct pasid_cap cap;

	pasid_cap_init(&cap, 0x2a0, 20, PASID_PERM_ALL);
	pasid_cap_set(&cap, ENABLE | PRIV);
	pasid_cap_read(&cap, 0, whole, SIZE);
	for (offset = 0; offset < SIZE; offset++) {
		for (size = 1; offset + size <= SIZE; size++) {
			memset(part, 0xa5, sizeof(part));
			pasid_cap_read(&cap, offset, part, size);
			KUNIT_EXPECT_MEMEQ(test, whole + offset, part, size);
			KUNIT_EXPECT_EQ(test, 0xa5, part[size]);
		}
	}
}

/* A write of any offset and size, of ones or zeroes: a byte outside the write does not change. */
static void cap_write_any_size(struct kunit *test)
{
	unsigned int offset, size, ones;
	struct pasid_cap cap;
	u8 buf[SIZE];
	bool touches;

	for (offset = 0; offset < SIZE; offset++) {
		for (size = 1; offset + size <= SIZE; size++) {
			for (ones = 0; ones < 2; ones++) {
				pasid_cap_init(&cap, 0, 20, PASID_PERM_ALL);
				pasid_cap_set(&cap, ones ? 0 : 7);
				memset(buf, ones ? 0xff : 0, size);
				touches = pasid_cap_write(&cap, offset, buf, size);
				KUNIT_EXPECT_EQ(test, offset + size > 6, touches);
				/* The three bits are all in byte 6. */
				KUNIT_EXPECT_EQ(test, (offset <= 6 && offset + size > 6) == ones ?
						7 : 0, cap.ctrl);
			}
		}
	}
}

/* Every set of permissions, every value of the control register. */
static void cap_write_every_value(struct kunit *test)
{
	unsigned int perms, value;
	struct pasid_cap cap;
	u8 buf[2];

	for (perms = 0; perms < 8; perms++) {
		for (value = 0; value < 16; value++) {
			pasid_cap_init(&cap, 0, 20, perms);
			put_unaligned_le16(value | 0xfff0, buf);
			pasid_cap_write(&cap, 6, buf, 2);
			KUNIT_EXPECT_EQ(test, value & perms, cap.ctrl);
			pasid_cap_set(&cap, value);
			KUNIT_EXPECT_EQ(test, value & perms, cap.ctrl);
		}
	}
}

/* A write does not change permissions of the request that the register does not control. */
static void cap_merge(struct kunit *test)
{
	unsigned int perms, ctrl, request;
	struct pasid_cap cap;

	for (perms = 0; perms < 8; perms++) {
		for (ctrl = 0; ctrl < 8; ctrl++) {
			for (request = 0; request < 16; request++) {
				pasid_cap_init(&cap, 0, 20, perms);
				pasid_cap_set(&cap, ctrl);
				KUNIT_EXPECT_EQ(test, (request & ~perms) | (ctrl & perms),
						pasid_cap_merge(&cap, request));
			}
		}
	}
}

static struct kunit_case cap_cases[] = {
	KUNIT_CASE_PARAM(cap_init, init_gen_params),
	KUNIT_CASE(cap_read_any_size),
	KUNIT_CASE(cap_write_any_size),
	KUNIT_CASE(cap_write_every_value),
	KUNIT_CASE(cap_merge),
	{}
};

static struct kunit_suite cap_suite = {
	.name = "pasid-cap",
	.test_cases = cap_cases,
};

kunit_test_suite(cap_suite);
