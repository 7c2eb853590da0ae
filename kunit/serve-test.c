// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page requests of a VF whose user gets them: which responses the VF gets from the module, and when
 * the user gets no requests. PF, VF and unit are fake.
 */
#include <kunit/test.h>
#include <linux/unaligned.h>

#include "fake-vf.h"

#define LAST	IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE
#define PASID	IOMMU_FAULT_PAGE_REQUEST_PASID_VALID

/* Page Group Response Descriptor: type, PASID present, code, PASID, RID, index */
#define RESPONSE	(9 | 1 << 4)
#define SUCCESS		0ULL
#define INVALID		1ULL

static struct {
	struct fake_pci *fn;
	struct pasid_vf *vf;
	struct pasid_ctl_user *user;
} serve;

static int serve_init(struct kunit *test)
{
	struct pasid_group *groups = kcalloc(PASID_REQUEST_GROUPS, sizeof(*groups), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, groups);
	vf_init(test);
	serve.fn = vf_plug_one(test);
	serve.vf = vf_of(serve.fn);
	serve.user = pasid_ctl_get(&serve.fn->pdev, ALL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(serve.user));
	/* pasid_ctl_put() frees them. */
	pasid_requests_serve(&serve.vf->requests, groups);
	pasid_requests_limit(&serve.vf->requests, 2);
	KUNIT_EXPECT_EQ(test, 0, pasid_ctl_request(serve.user, NONE));
	KUNIT_EXPECT_EQ(test, 0, pasid_ctl_request(serve.user, ENABLE | PRI));
	KUNIT_EXPECT_EQ(test, PASIDE | PRE, vf_gates(serve.fn));
	return 0;
}

static void serve_exit(struct kunit *test)
{
	if (!IS_ERR_OR_NULL(serve.user))
		pasid_ctl_put(serve.user);
	serve.user = NULL;
}

static struct iommu_fault_page_request serve_request(u32 index)
{
	return (struct iommu_fault_page_request) {
		.flags = LAST | PASID, .pasid = 5, .grpid = index,
	};
}

/* Returns whether the kernel gets to see it. */
static bool serve_reported(u32 index)
{
	struct iommu_fault_page_request request = serve_request(index);

	return !pasid_vf_request_reported(serve.vf, &request);
}

/* Returns whether the function gets the user's response. */
static bool serve_answered(u32 index)
{
	struct iommu_fault_page_request request = serve_request(index);
	unsigned int events = fake_unit.events;
	bool skipped = pasid_vf_request_answered(serve.vf, &request, IOMMU_PAGE_RESP_SUCCESS);

	return !skipped || fake_unit.events > events;
}

/* Since there were @events, the module has sent one response to @index. */
static void serve_expect_response(struct kunit *test, unsigned int events, u32 index, u64 code)
{
	unsigned int i, found = 0;

	for (i = events; i < fake_unit.events; i++) {
		const struct fake_event *event = &fake_unit.event[i];

		if (event->entry || (event->qw[0] & 0xf) != 9)
			continue;
		found++;
		KUNIT_EXPECT_EQ(test, event->qw[0], (u64)RESPONSE | code << 12 |
				(u64)FAKE_RID(1) << 16 | 5ULL << 32);
		KUNIT_EXPECT_EQ(test, event->qw[1], (u64)index << 3);
	}
	KUNIT_EXPECT_EQ(test, 1, found);
}

/* The module sends what the user answers, so that it knows when the response is sent. */
static void serve_answers(struct kunit *test)
{
	unsigned int events;

	KUNIT_EXPECT_TRUE(test, serve_reported(1));
	events = fake_unit.events;
	KUNIT_EXPECT_TRUE(test, serve_answered(1));
	serve_expect_response(test, events, 1, SUCCESS);
	KUNIT_EXPECT_TRUE(test, pasid_requests_are_sent(&serve.vf->requests));
}

/* Those within the limit go to the user; the next one gets Invalid Request. */
static void serve_limits(struct kunit *test)
{
	unsigned int events = fake_unit.events;

	KUNIT_EXPECT_TRUE(test, serve_reported(1));
	KUNIT_EXPECT_TRUE(test, serve_reported(2));
	KUNIT_EXPECT_EQ(test, events, fake_unit.events);
	KUNIT_EXPECT_FALSE(test, serve_reported(3));
	serve_expect_response(test, events, 3, INVALID);
	KUNIT_EXPECT_TRUE(test, serve_answered(1));
	KUNIT_EXPECT_TRUE(test, serve_reported(3));
}

/* The user drops pri: what waits is answered when that returns, and the late answer is dropped. */
static void serve_takes_back(struct kunit *test)
{
	unsigned int waits = fake_unit.requests_waits, events;

	KUNIT_EXPECT_TRUE(test, serve_reported(1));
	events = fake_unit.events;
	KUNIT_EXPECT_EQ(test, 0, pasid_ctl_request(serve.user, ENABLE));
	KUNIT_EXPECT_EQ(test, waits + 1, fake_unit.requests_waits);
	serve_expect_response(test, events, 1, INVALID);
	KUNIT_EXPECT_FALSE(test, serve_answered(1));
	KUNIT_EXPECT_FALSE(test, serve_reported(2));
}

/* A VF that is about to be reset, and may not answer, gets nothing. */
static void serve_forgets(struct kunit *test)
{
	unsigned int waits = fake_unit.requests_waits, events;

	KUNIT_EXPECT_TRUE(test, serve_reported(1));
	events = fake_unit.events;
	pasid_vf_hold_requests(serve.vf, PASID_HELD_RESET, false);
	KUNIT_EXPECT_EQ(test, events, fake_unit.events);
	KUNIT_EXPECT_FALSE(test, serve_answered(1));
	/* One that does not answer may keep the queue busy until it is reset. */
	KUNIT_EXPECT_EQ(test, waits, fake_unit.requests_waits);
}

/* Probes were off: the VF has no page requests until its user has dropped pri. */
static void serve_not_what_no_hook_sees(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, serve_reported(1));
	fake_unit.switched++;
	pasid_vf_refresh(serve.vf);
	KUNIT_EXPECT_EQ(test, PASIDE, vf_gates(serve.fn));
	KUNIT_EXPECT_TRUE(test, serve_answered(1));
	KUNIT_EXPECT_FALSE(test, serve_answered(1));
	KUNIT_EXPECT_TRUE(test, pasid_requests_failed(&serve.vf->requests));
	pasid_vf_refresh(serve.vf);
	KUNIT_EXPECT_EQ(test, 0, pasid_ctl_request(serve.user, ENABLE | PRI));
	KUNIT_EXPECT_EQ(test, PASIDE, vf_gates(serve.fn));
	KUNIT_EXPECT_EQ(test, 0, pasid_ctl_request(serve.user, ENABLE));
	KUNIT_EXPECT_EQ(test, 0, pasid_ctl_request(serve.user, ENABLE | PRI));
	KUNIT_EXPECT_EQ(test, PASIDE | PRE, vf_gates(serve.fn));
	KUNIT_EXPECT_FALSE(test, pasid_requests_failed(&serve.vf->requests));
}

/* While they are off, that does not help. */
static void serve_not_while_dead(struct kunit *test)
{
	fake_unit.switched++;
	fake_unit.hooks_dead = true;
	pasid_vf_refresh(serve.vf);
	KUNIT_EXPECT_EQ(test, PASIDE, vf_gates(serve.fn));
	KUNIT_EXPECT_EQ(test, -EIO, pasid_ctl_request(serve.user, ENABLE));
	KUNIT_EXPECT_TRUE(test, pasid_requests_unseen(&serve.vf->requests));
	fake_unit.switched++;
	fake_unit.hooks_dead = false;
	pasid_vf_refresh(serve.vf);
	KUNIT_EXPECT_EQ(test, 0, pasid_ctl_request(serve.user, ENABLE | PRI));
	KUNIT_EXPECT_EQ(test, PASIDE | PRE, vf_gates(serve.fn));
}

/* A VF whose user gets no page requests keeps PRI: there is nothing to watch over. */
static void serve_only_where_served(struct kunit *test)
{
	kfree(pasid_requests_end(&serve.vf->requests));
	fake_unit.switched++;
	pasid_vf_refresh(serve.vf);
	KUNIT_EXPECT_EQ(test, PASIDE | PRE, vf_gates(serve.fn));
	KUNIT_EXPECT_TRUE(test, serve_reported(1));
	KUNIT_EXPECT_TRUE(test, serve_answered(1));
}

static struct kunit_case serve_test_cases[] = {
	KUNIT_CASE(serve_answers),
	KUNIT_CASE(serve_limits),
	KUNIT_CASE(serve_takes_back),
	KUNIT_CASE(serve_forgets),
	KUNIT_CASE(serve_not_what_no_hook_sees),
	KUNIT_CASE(serve_not_while_dead),
	KUNIT_CASE(serve_only_where_served),
	{}
};

static struct kunit_suite serve_suite = {
	.name = "pasid-vf-serve",
	.init = serve_init,
	.exit = serve_exit,
	.test_cases = serve_test_cases,
};

kunit_test_suite(serve_suite);
