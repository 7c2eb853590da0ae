// SPDX-License-Identifier: GPL-2.0-only
/* Which page requests of a VF wait for its user, and what becomes of the others. */
#include <kunit/test.h>

#include "../iommu/requests.h"

#define LAST	IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE
#define PASID	IOMMU_FAULT_PAGE_REQUEST_PASID_VALID
#define OKAY	IOMMU_PAGE_RESP_SUCCESS

static struct pasid_group groups[PASID_REQUEST_GROUPS];
static struct pasid_requests requests;

/* Served, with pri on, and @limit requests allowed. */
static void requests_begin(u32 limit)
{
	memset(groups, 0, sizeof(groups));
	pasid_requests_init(&requests);
	pasid_requests_serve(&requests, groups);
	pasid_requests_release(&requests, PASID_HELD_OFF);
	pasid_requests_limit(&requests, limit);
}

static struct iommu_fault_page_request request_of(u32 index, u32 flags, u32 pasid)
{
	return (struct iommu_fault_page_request){ .grpid = index, .flags = flags, .pasid = pasid };
}

static enum pasid_verdict report(u32 index, u32 flags)
{
	struct iommu_fault_page_request request = request_of(index, flags, 5);

	return pasid_requests_report(&requests, &request);
}

static enum pasid_verdict respond(u32 index, u32 flags, u32 code)
{
	struct iommu_fault_page_request request = request_of(index, flags, 5);

	return pasid_requests_respond(&requests, &request, &code);
}

static unsigned int take_all(void)
{
	struct iommu_fault_page_request request;
	unsigned int taken = 0;
	u32 index = 0;

	while (pasid_requests_take(&requests, &index, &request))
		taken++;
	return taken;
}

/* A VF whose user gets no page requests: the kernel does as it always did. */
static void requests_are_not_served(struct kunit *test)
{
	struct iommu_fault_page_request request = request_of(1, LAST | PASID, 5);
	u32 code = IOMMU_PAGE_RESP_FAILURE;

	pasid_requests_init(&requests);
	pasid_requests_hold(&requests, PASID_HELD_RESET);
	pasid_requests_hold_pasid(&requests, 5);
	KUNIT_EXPECT_FALSE(test, pasid_requests_are_served(&requests));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_PASS, report(1, LAST | PASID));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_PASS,
			pasid_requests_respond(&requests, &request, &code));
	KUNIT_EXPECT_EQ(test, (u32)IOMMU_PAGE_RESP_FAILURE, code);
	KUNIT_EXPECT_FALSE(test, pasid_requests_failed(&requests));
	KUNIT_EXPECT_EQ(test, 0U, take_all());
	KUNIT_EXPECT_NULL(test, pasid_requests_end(&requests));
}

static void requests_begin_held(struct kunit *test)
{
	memset(groups, 0, sizeof(groups));
	pasid_requests_init(&requests);
	pasid_requests_serve(&requests, groups);
	pasid_requests_limit(&requests, 1);
	KUNIT_EXPECT_TRUE(test, pasid_requests_are_served(&requests));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_REFUSE, report(1, LAST | PASID));
	pasid_requests_release(&requests, PASID_HELD_OFF);
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_PASS, report(1, LAST | PASID));
	KUNIT_EXPECT_PTR_EQ(test, &groups[0], pasid_requests_end(&requests));
	KUNIT_EXPECT_FALSE(test, pasid_requests_are_served(&requests));
}

/* iommufd is told only while an address space is being attached at a PASID. */
static void requests_may_begin(struct kunit *test)
{
	requests_begin(1);
	KUNIT_EXPECT_FALSE(test, pasid_requests_may_begin(&requests));
	pasid_requests_hold_pasid(&requests, IOMMU_NO_PASID);
	KUNIT_EXPECT_FALSE(test, pasid_requests_may_begin(&requests));
	pasid_requests_hold_pasid(&requests, 5);
	KUNIT_EXPECT_TRUE(test, pasid_requests_may_begin(&requests));
	pasid_requests_end(&requests);
	KUNIT_EXPECT_FALSE(test, pasid_requests_may_begin(&requests));
}

static void requests_are_answered_once(struct kunit *test)
{
	requests_begin(2);
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_DROP, respond(7, LAST, OKAY));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_PASS, report(7, LAST));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_SEND, respond(7, LAST, OKAY));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_DROP, respond(7, LAST, OKAY));
	/* What is begun to be sent is waited for. */
	KUNIT_EXPECT_FALSE(test, pasid_requests_are_sent(&requests));
	pasid_requests_sent(&requests);
	KUNIT_EXPECT_TRUE(test, pasid_requests_are_sent(&requests));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_PASS, report(7, LAST));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_SEND, respond(7, LAST, IOMMU_PAGE_RESP_INVALID));
	KUNIT_EXPECT_FALSE(test, pasid_requests_failed(&requests));
	KUNIT_EXPECT_EQ(test, 0U, requests.count);
}

static void requests_are_limited(struct kunit *test)
{
	u32 i;

	requests_begin(3);
	for (i = 0; i < 3; i++)
		KUNIT_EXPECT_EQ(test, PASID_VERDICT_PASS, report(i, LAST));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_REFUSE, report(3, LAST));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_DROP, report(4, 0));
	respond(1, LAST, OKAY);
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_PASS, report(3, LAST));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_REFUSE, report(1, LAST));
	/* An answer of this module does not make room: iommufd still has the requests. */
	KUNIT_EXPECT_EQ(test, 3U, take_all());
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_REFUSE, report(1, LAST));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_DROP, respond(3, LAST, OKAY));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_PASS, report(1, LAST));
	pasid_requests_limit(&requests, 0);
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_REFUSE, report(9, LAST));
}

/* All requests of a group count. */
static void requests_come_in_groups(struct kunit *test)
{
	requests_begin(3);
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_PASS, report(1, PASID));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_PASS, report(1, PASID));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_PASS, report(1, LAST | PASID));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_REFUSE, report(2, LAST | PASID));
	KUNIT_EXPECT_EQ(test, 3U, requests.count);
	/* io-pgfault responds to a request that is not the last, if nobody wants it. */
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_DROP, respond(1, PASID, IOMMU_PAGE_RESP_INVALID));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_SEND, respond(1, LAST | PASID, OKAY));
	KUNIT_EXPECT_EQ(test, 0U, requests.count);
}

/* The kernel has a part of a group that is refused, and keeps it until it gets the last one. */
static void requests_expect_flush(struct kunit *test)
{
	unsigned int count = requests.count;

	KUNIT_EXPECT_EQ(test, PASID_VERDICT_DROP, report(1, PASID));
	KUNIT_EXPECT_EQ(test, count, requests.count);
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_FLUSH, report(1, LAST | PASID));
	/* The function has its response. */
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_REFUSE, report(1, LAST | PASID));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_DROP, respond(1, LAST | PASID, OKAY));
	KUNIT_EXPECT_EQ(test, 0U, requests.count);
}

static void requests_leave_no_part(struct kunit *test)
{
	/* Held in between, and while the last one comes for the first time. */
	requests_begin(9);
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_PASS, report(1, PASID));
	pasid_requests_hold(&requests, PASID_HELD_RESET);
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_REFUSE, report(1, LAST | PASID));
	pasid_requests_release(&requests, PASID_HELD_RESET);
	requests_expect_flush(test);
	/* Taken away. */
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_PASS, report(1, PASID));
	KUNIT_EXPECT_EQ(test, 0U, take_all());
	requests_expect_flush(test);
	/* Above the limit. */
	pasid_requests_limit(&requests, 1);
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_PASS, report(1, PASID));
	requests_expect_flush(test);
}

/* Probes were off: each answer that still comes is sent, once. */
static void requests_are_lost(struct kunit *test)
{
	requests_begin(1);
	report(1, LAST | PASID);
	pasid_requests_lose(&requests);
	KUNIT_EXPECT_TRUE(test, pasid_requests_unseen(&requests));
	KUNIT_EXPECT_TRUE(test, pasid_requests_failed(&requests));
	KUNIT_EXPECT_EQ(test, 0U, take_all());
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_REFUSE, report(2, LAST | PASID));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_SEND, respond(1, LAST | PASID, OKAY));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_DROP, respond(1, LAST | PASID, OKAY));
	/* A request that no hook has seen. */
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_SEND, respond(2, LAST | PASID, OKAY));
	/* The user has answered while no hook saw it. */
	pasid_requests_release(&requests, PASID_HELD_UNSEEN | PASID_HELD_FAILED);
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_PASS, report(3, LAST | PASID));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_REFUSE, report(4, LAST | PASID));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_SEND, respond(3, LAST | PASID, OKAY));
	KUNIT_EXPECT_EQ(test, 0U, requests.count);
	pasid_requests_end(&requests);
	pasid_requests_lose(&requests);
	KUNIT_EXPECT_FALSE(test, pasid_requests_unseen(&requests));
}

/* A reset of the PF: the VF has forgotten what waits, and does not expect the user's answer. */
static void requests_are_forgotten(struct kunit *test)
{
	requests_begin(9);
	report(1, LAST | PASID);
	pasid_requests_hold(&requests, PASID_HELD_LOST);
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_REFUSE, report(2, LAST | PASID));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_DROP, respond(1, LAST | PASID, OKAY));
	pasid_requests_release(&requests, PASID_HELD_LOST);
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_PASS, report(1, LAST | PASID));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_SEND, respond(1, LAST | PASID, OKAY));
}

/* A function must not use an index while its group waits. It gets one response. */
static void requests_use_an_index_twice(struct kunit *test)
{
	requests_begin(9);
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_PASS, report(511, LAST));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_DROP, report(511, LAST));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_DROP, report(511, 0));
	KUNIT_EXPECT_EQ(test, 1U, requests.count);
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_SEND, respond(511, LAST, OKAY));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_DROP, respond(511, LAST, OKAY));
}

static void requests_are_taken(struct kunit *test)
{
	struct iommu_fault_page_request request;
	u32 index = 0;

	requests_begin(9);
	report(3, LAST | PASID);
	report(500, LAST);
	pasid_requests_hold(&requests, PASID_HELD_RESET);
	KUNIT_ASSERT_TRUE(test, pasid_requests_take(&requests, &index, &request));
	KUNIT_EXPECT_EQ(test, 3U, request.grpid);
	KUNIT_EXPECT_EQ(test, 5U, request.pasid);
	KUNIT_EXPECT_EQ(test, (u32)PASID, request.flags);
	KUNIT_ASSERT_TRUE(test, pasid_requests_take(&requests, &index, &request));
	KUNIT_EXPECT_EQ(test, 500U, request.grpid);
	KUNIT_EXPECT_EQ(test, 0U, request.flags);
	KUNIT_EXPECT_FALSE(test, pasid_requests_take(&requests, &index, &request));
	KUNIT_EXPECT_EQ(test, 0U, take_all());
	pasid_requests_release(&requests, PASID_HELD_RESET);
	/* The user's answer to the old request must not become one to a new request. */
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_REFUSE, report(3, LAST | PASID));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_DROP, respond(3, LAST | PASID, OKAY));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_PASS, report(3, LAST | PASID));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_SEND, respond(3, LAST | PASID, OKAY));
}

struct hold_case {
	const char *name;
	u32 held;
	u32 flags;
	u32 pasid;
	enum pasid_verdict verdict;
};

static const struct hold_case hold_cases[] = {
	{ "none", IOMMU_PASID_INVALID, LAST | PASID, 5, PASID_VERDICT_PASS },
	{ "its PASID", 5, LAST | PASID, 5, PASID_VERDICT_REFUSE },
	{ "its PASID, not the last", 5, PASID, 5, PASID_VERDICT_DROP },
	{ "another PASID", 5, LAST | PASID, 6, PASID_VERDICT_PASS },
	{ "a PASID, and the request has none", 5, LAST, 5, PASID_VERDICT_PASS },
	{ "those without a PASID", IOMMU_NO_PASID, LAST, 5, PASID_VERDICT_REFUSE },
	{ "those without a PASID, and the request has one", IOMMU_NO_PASID, LAST | PASID, 5,
	  PASID_VERDICT_PASS },
};

KUNIT_ARRAY_PARAM_DESC(hold, hold_cases, name);

static void requests_of_a_pasid_are_held(struct kunit *test)
{
	const struct hold_case *c = test->param_value;
	struct iommu_fault_page_request request = request_of(1, c->flags, c->pasid);

	requests_begin(9);
	pasid_requests_hold_pasid(&requests, c->held);
	KUNIT_EXPECT_EQ(test, c->verdict, pasid_requests_report(&requests, &request));
}

/* A failure becomes Invalid Request. All is refused until pri has been off. */
static void requests_fail(struct kunit *test)
{
	struct iommu_fault_page_request request = request_of(1, LAST | PASID, 5);
	u32 code = IOMMU_PAGE_RESP_FAILURE;

	requests_begin(9);
	report(1, LAST | PASID);
	report(2, LAST | PASID);
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_SEND,
			pasid_requests_respond(&requests, &request, &code));
	KUNIT_EXPECT_EQ(test, (u32)IOMMU_PAGE_RESP_INVALID, code);
	KUNIT_EXPECT_TRUE(test, pasid_requests_failed(&requests));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_REFUSE, report(1, LAST | PASID));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_SEND, respond(2, LAST | PASID, OKAY));
	pasid_requests_release(&requests, PASID_HELD_OFF);
	KUNIT_EXPECT_TRUE(test, pasid_requests_failed(&requests));
	pasid_requests_hold(&requests, PASID_HELD_OFF);
	KUNIT_EXPECT_TRUE(test, pasid_requests_failed(&requests));
	pasid_requests_release(&requests, PASID_HELD_RESET);
	KUNIT_EXPECT_TRUE(test, pasid_requests_failed(&requests));
	pasid_requests_release(&requests, PASID_HELD_OFF);
	KUNIT_EXPECT_FALSE(test, pasid_requests_failed(&requests));
	KUNIT_EXPECT_EQ(test, PASID_VERDICT_PASS, report(1, LAST | PASID));
}

#define STEPS	10000

/*
 * What no order of events may break: a function gets one response for each group, none for others,
 * and no failure; the limit holds; and nothing is left when all have answered.
 */
static void requests_in_any_order(struct kunit *test)
{
	static u8 waits[8], owed[8];	/* by the function; by iommufd's user */
	struct iommu_fault_page_request request;
	u32 seed = 1, index, i, code, from;
	enum pasid_verdict verdict;

	requests_begin(4);
	memset(waits, 0, sizeof(waits));
	memset(owed, 0, sizeof(owed));
	for (i = 0; i < STEPS; i++) {
		seed = seed * 1664525 + 1013904223;
		index = seed >> 16 & 7;
		request = request_of(index, LAST | PASID, seed >> 20 & 3);
		code = seed >> 24 & 3;
		switch (seed >> 28) {
		case 0:
			pasid_requests_hold(&requests, PASID_HELD_OFF);
			for (from = 0; pasid_requests_take(&requests, &from, &request);)
				KUNIT_ASSERT_EQ(test, 1, (int)waits[request.grpid]--);
			break;
		case 1 ... 3:
			pasid_requests_release(&requests, PASID_HELD_OFF);
			break;
		case 4 ... 9:
			if (waits[index])
				break;
			verdict = pasid_requests_report(&requests, &request);
			KUNIT_ASSERT_NE(test, PASID_VERDICT_DROP, verdict);
			waits[index] = verdict == PASID_VERDICT_PASS;
			owed[index] |= waits[index];
			KUNIT_ASSERT_LE(test, requests.count, 4U);
			break;
		default:
			if (!owed[index])
				break;
			owed[index] = 0;
			verdict = pasid_requests_respond(&requests, &request, &code);
			KUNIT_ASSERT_EQ(test, !!waits[index], verdict == PASID_VERDICT_SEND);
			KUNIT_ASSERT_TRUE(test, verdict != PASID_VERDICT_SEND ||
					  code <= IOMMU_PAGE_RESP_INVALID);
			waits[index] = 0;
		}
	}
	for (index = 0; index < ARRAY_SIZE(owed); index++)
		if (owed[index])
			respond(index, LAST, OKAY);
	KUNIT_EXPECT_EQ(test, 0U, requests.count);
}

static struct kunit_case requests_cases[] = {
	KUNIT_CASE(requests_are_not_served),
	KUNIT_CASE(requests_begin_held),
	KUNIT_CASE(requests_may_begin),
	KUNIT_CASE(requests_are_answered_once),
	KUNIT_CASE(requests_are_limited),
	KUNIT_CASE(requests_come_in_groups),
	KUNIT_CASE(requests_leave_no_part),
	KUNIT_CASE(requests_are_lost),
	KUNIT_CASE(requests_are_forgotten),
	KUNIT_CASE(requests_use_an_index_twice),
	KUNIT_CASE(requests_are_taken),
	KUNIT_CASE_PARAM(requests_of_a_pasid_are_held, hold_gen_params),
	KUNIT_CASE(requests_fail),
	KUNIT_CASE(requests_in_any_order),
	{}
};

static struct kunit_suite requests_suite = {
	.name = "pasid-requests",
	.test_cases = requests_cases,
};

kunit_test_suite(requests_suite);
