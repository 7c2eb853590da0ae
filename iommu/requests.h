/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page requests of one VF: which ones its user may still answer. Pure: no hardware.
 *
 * iommufd keeps a request until its user answers, and has no way to take one back. So this module
 * can answer a request itself, and then drops the user's answer, which comes later.
 */
#ifndef _PASID_REQUESTS_H
#define _PASID_REQUESTS_H

#include <linux/iommu.h>
#include <linux/spinlock.h>

/* Page Request Group Indexes of a function (PCIe 6.3, 10.4.1.1). */
#define PASID_REQUEST_GROUPS	512

/* Why all page requests of a VF are refused, struct pasid_requests. */
#define PASID_HELD_OFF		BIT(0)	/* pri is not in the VF's effective set */
#define PASID_HELD_RESET	BIT(1)	/* the VF is being reset or closed */
#define PASID_HELD_FAILED	BIT(2)	/* a request failed: until pri is off and on again */
#define PASID_HELD_UNSEEN	BIT(3)	/* requests went by unseen: until the user drops pri */
#define PASID_HELD_LOST		BIT(4)	/* the PF was reset, and the VF's user is not told yet */

/**
 * enum pasid_verdict - what becomes of a page request, or of a response to one
 * @PASID_VERDICT_PASS: the kernel goes on with it
 * @PASID_VERDICT_DROP: the kernel does not get to see it
 * @PASID_VERDICT_REFUSE: the same, and the function is to get Invalid Request
 * @PASID_VERDICT_FLUSH: the kernel goes on with the request, so that it does not keep the group's
 *	older ones; and the function is to get Invalid Request
 * @PASID_VERDICT_SEND: the module sends the response, and the kernel sends none
 */
enum pasid_verdict {
	PASID_VERDICT_PASS,
	PASID_VERDICT_DROP,
	PASID_VERDICT_REFUSE,
	PASID_VERDICT_FLUSH,
	PASID_VERDICT_SEND,
};

/**
 * enum pasid_group_state - what is known of a Page Request Group Index
 * @PASID_GROUP_FREE: no request has it
 * @PASID_GROUP_OPEN: the last request of its group has not arrived
 * @PASID_GROUP_WAITS: its group waits for the user's answer
 * @PASID_GROUP_ANSWERED: this module has answered, and the user has not yet
 * @PASID_GROUP_STALE: the kernel keeps requests of a group that is refused
 * @PASID_GROUP_UNKNOWN: probes were off. Either no request has it, or the user has not answered
 */
enum pasid_group_state {
	PASID_GROUP_FREE,
	PASID_GROUP_OPEN,
	PASID_GROUP_WAITS,
	PASID_GROUP_ANSWERED,
	PASID_GROUP_STALE,
	PASID_GROUP_UNKNOWN,
};

/**
 * struct pasid_group - a Page Request Group Index
 * @state: an enum pasid_group_state
 * @has_pasid: its requests have a PASID
 * @pasid: that PASID
 * @requests: how many requests it has
 */
struct pasid_group {
	u8 state;
	bool has_pasid;
	u32 pasid;
	u32 requests;
};

/**
 * struct pasid_requests - the page requests of one VF
 * @lock: protects all else; taken last
 * @groups: PASID_REQUEST_GROUPS of them, or NULL: the user of the VF gets no page requests, and
 *	this module does nothing with them
 * @held: PASID_HELD_*; while one is set, all are refused
 * @held_pasid: those of this PASID are refused, IOMMU_NO_PASID being requests without one; or
 *	IOMMU_PASID_INVALID
 * @limit: how many there may be without an answer of the user
 * @count: how many there are
 * @sending: how many responses the module is sending in place of the kernel
 * @switched: how often probes had been switched (struct pasid_gaps) when the user last had no pri.
 *	Under the mutex of the VF
 */
struct pasid_requests {
	spinlock_t lock;	/* see above */
	struct pasid_group *groups;
	unsigned int held;
	u32 held_pasid;
	u32 limit;
	u32 count;
	unsigned int sending;
	unsigned long switched;
};

void pasid_requests_init(struct pasid_requests *requests);
void pasid_requests_serve(struct pasid_requests *requests, struct pasid_group *groups);
struct pasid_group *pasid_requests_end(struct pasid_requests *requests);
bool pasid_requests_are_served(struct pasid_requests *requests);
bool pasid_requests_may_begin(struct pasid_requests *requests);
bool pasid_requests_failed(struct pasid_requests *requests);
bool pasid_requests_unseen(const struct pasid_requests *requests);
void pasid_requests_limit(struct pasid_requests *requests, u32 limit);
void pasid_requests_hold(struct pasid_requests *requests, unsigned int why);
void pasid_requests_lose(struct pasid_requests *requests);
void pasid_requests_release(struct pasid_requests *requests, unsigned int why);
void pasid_requests_hold_pasid(struct pasid_requests *requests, u32 pasid);
enum pasid_verdict pasid_requests_report(struct pasid_requests *requests,
					 const struct iommu_fault_page_request *request);
enum pasid_verdict pasid_requests_respond(struct pasid_requests *requests,
					  const struct iommu_fault_page_request *request,
					  u32 *code);
void pasid_requests_sent(struct pasid_requests *requests);
bool pasid_requests_are_sent(const struct pasid_requests *requests);
bool pasid_requests_take(struct pasid_requests *requests, u32 *index,
			 struct iommu_fault_page_request *request);

#endif /* _PASID_REQUESTS_H */
