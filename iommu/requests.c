// SPDX-License-Identifier: GPL-2.0-only
/*
 * The page requests of one VF, by their Page Request Group Index. A response is for a whole group,
 * and the index alone names the group: the kernel tells groups apart in the same way.
 */
#include "requests.h"

static bool pasid_request_is_last(const struct iommu_fault_page_request *request)
{
	return request->flags & IOMMU_FAULT_PAGE_REQUEST_LAST_PAGE;
}

static bool pasid_request_has_pasid(const struct iommu_fault_page_request *request)
{
	return request->flags & IOMMU_FAULT_PAGE_REQUEST_PASID_VALID;
}

static struct pasid_group *pasid_group_of(struct pasid_requests *requests,
					  const struct iommu_fault_page_request *request)
{
	return &requests->groups[request->grpid % PASID_REQUEST_GROUPS];
}

static void pasid_group_free(struct pasid_requests *requests, struct pasid_group *group)
{
	requests->count -= group->requests;
	*group = (struct pasid_group){ .state = PASID_GROUP_FREE };
}

/**
 * pasid_requests_init() - page requests of a VF that are not served
 * @requests: the requests
 *
 * Context: Any.
 */
void pasid_requests_init(struct pasid_requests *requests)
{
	*requests = (struct pasid_requests){ .held_pasid = IOMMU_PASID_INVALID };
	spin_lock_init(&requests->lock);
}

/**
 * pasid_requests_serve() - from now on, the VF's user gets page requests
 * @requests: the requests; they are not served yet
 * @groups: PASID_REQUEST_GROUPS, all zero
 *
 * All are held, with PASID_HELD_OFF, and the limit is 0.
 *
 * Context: Any.
 */
void pasid_requests_serve(struct pasid_requests *requests, struct pasid_group *groups)
{
	guard(spinlock_irqsave)(&requests->lock);
	WRITE_ONCE(requests->groups, groups);
	requests->held = PASID_HELD_OFF;
	requests->held_pasid = IOMMU_PASID_INVALID;
	requests->limit = 0;
	requests->count = 0;
}

/**
 * pasid_requests_end() - the VF's user is gone
 * @requests: the requests
 *
 * Context: Any.
 * Return: what pasid_requests_serve() got, to be freed, or NULL.
 */
struct pasid_group *pasid_requests_end(struct pasid_requests *requests)
{
	struct pasid_group *groups;

	guard(spinlock_irqsave)(&requests->lock);
	groups = requests->groups;
	WRITE_ONCE(requests->groups, NULL);
	requests->held = 0;
	return groups;
}

/**
 * pasid_requests_are_served() - does the VF's user get page requests?
 * @requests: the requests
 *
 * Context: Any.
 * Return: whether it does, be it that they are held at the moment.
 */
bool pasid_requests_are_served(struct pasid_requests *requests)
{
	return READ_ONCE(requests->groups);
}

/**
 * pasid_requests_may_begin() - may the VF's user have those of the PASID that is being attached?
 * @requests: the requests
 *
 * Not those without a PASID: intel-iommu drops the address space of such requests from its books
 * before it blocks them, and loses count when a nested one replaces it.
 *
 * Context: Any; whoever attaches the PASID has called pasid_requests_hold_pasid().
 * Return: whether it may.
 */
bool pasid_requests_may_begin(struct pasid_requests *requests)
{
	u32 pasid = READ_ONCE(requests->held_pasid);

	return pasid_requests_are_served(requests) && pasid != IOMMU_NO_PASID &&
	       pasid != IOMMU_PASID_INVALID;
}

/**
 * pasid_requests_failed() - has a request of the VF failed since pri was last switched on?
 * @requests: the requests
 *
 * Context: Any.
 * Return: whether one has.
 */
bool pasid_requests_failed(struct pasid_requests *requests)
{
	return READ_ONCE(requests->held) & PASID_HELD_FAILED;
}

/**
 * pasid_requests_unseen() - may requests have gone by that no hook has seen?
 * @requests: the requests
 *
 * Context: Any.
 * Return: whether they may, since the user last had no pri.
 */
bool pasid_requests_unseen(const struct pasid_requests *requests)
{
	return READ_ONCE(requests->held) & PASID_HELD_UNSEEN;
}

/**
 * pasid_requests_limit() - change how many requests there may be without an answer of the user
 * @requests: the requests
 * @limit: the number
 *
 * Context: Any.
 */
void pasid_requests_limit(struct pasid_requests *requests, u32 limit)
{
	WRITE_ONCE(requests->limit, limit);
}

/**
 * pasid_requests_hold() - refuse all requests that arrive from now on
 * @requests: the requests
 * @why: a mask of PASID_HELD_*
 *
 * Context: Any.
 */
void pasid_requests_hold(struct pasid_requests *requests, unsigned int why)
{
	guard(spinlock_irqsave)(&requests->lock);
	if (requests->groups)
		requests->held |= why;
}

/**
 * pasid_requests_lose() - probes were off: it is not known any more which groups wait
 * @requests: the requests
 *
 * All requests are refused from now on. What the user answers later is sent to the function: the
 * user answers each group once, so the function gets no response twice.
 *
 * Context: Any.
 */
void pasid_requests_lose(struct pasid_requests *requests)
{
	int i;

	guard(spinlock_irqsave)(&requests->lock);
	for (i = 0; requests->groups && i < PASID_REQUEST_GROUPS; i++)
		requests->groups[i] = (struct pasid_group){ .state = PASID_GROUP_UNKNOWN };
	if (requests->groups)
		requests->held |= PASID_HELD_UNSEEN | PASID_HELD_FAILED;
	requests->count = 0;
}

/**
 * pasid_requests_release() - a reason for pasid_requests_hold() is gone
 * @requests: the requests
 * @why: a mask of PASID_HELD_*; with PASID_HELD_OFF, an earlier failure is forgotten, too
 *
 * Context: Any.
 */
void pasid_requests_release(struct pasid_requests *requests, unsigned int why)
{
	guard(spinlock_irqsave)(&requests->lock);
	if (requests->held & why & PASID_HELD_OFF)
		why |= PASID_HELD_FAILED;
	requests->held &= ~why;
}

/**
 * pasid_requests_hold_pasid() - refuse the requests of one PASID that arrive from now on
 * @requests: the requests
 * @pasid: the PASID, IOMMU_NO_PASID for requests without one, or IOMMU_PASID_INVALID for none
 *
 * Context: Any.
 */
void pasid_requests_hold_pasid(struct pasid_requests *requests, u32 pasid)
{
	guard(spinlock_irqsave)(&requests->lock);
	WRITE_ONCE(requests->held_pasid, pasid);
}

static bool pasid_request_is_held(const struct pasid_requests *requests,
				  const struct iommu_fault_page_request *request)
{
	u32 pasid = pasid_request_has_pasid(request) ? request->pasid : IOMMU_NO_PASID;

	return requests->held || requests->held_pasid == pasid;
}

/*
 * The kernel keeps requests until the last one of their group comes, and tells groups apart by
 * their index alone. So it gets the last one of a group that is refused, too, unless all are held:
 * then io-pgfault must not get any.
 */
static enum pasid_verdict pasid_requests_refuse(struct pasid_requests *requests,
						struct pasid_group *group, bool held, bool last)
{
	if (group->state == PASID_GROUP_OPEN)
		group->state = PASID_GROUP_STALE;
	if (!last)
		return PASID_VERDICT_DROP;
	if (held || group->state != PASID_GROUP_STALE)
		return PASID_VERDICT_REFUSE;
	group->state = PASID_GROUP_ANSWERED;
	group->requests++;
	requests->count++;
	return PASID_VERDICT_FLUSH;
}

static enum pasid_verdict pasid_requests_judge(struct pasid_requests *requests,
					       const struct iommu_fault_page_request *request)
{
	struct pasid_group *group = pasid_group_of(requests, request);
	bool held = pasid_request_is_held(requests, request);
	bool last = pasid_request_is_last(request);

	/* The function has broken the rules. The answer to the first group is for both. */
	if (group->state == PASID_GROUP_WAITS)
		return PASID_VERDICT_DROP;
	if (held || group->state == PASID_GROUP_ANSWERED || group->state == PASID_GROUP_STALE ||
	    requests->count >= READ_ONCE(requests->limit))
		return pasid_requests_refuse(requests, group, held, last);
	group->state = last ? PASID_GROUP_WAITS : PASID_GROUP_OPEN;
	group->has_pasid = pasid_request_has_pasid(request);
	group->pasid = request->pasid;
	group->requests++;
	requests->count++;
	return PASID_VERDICT_PASS;
}

/**
 * pasid_requests_report() - a page request of the VF has arrived
 * @requests: the requests of the VF
 * @request: the one that has arrived
 *
 * Context: Any.
 * Return: what becomes of it.
 */
enum pasid_verdict pasid_requests_report(struct pasid_requests *requests,
					 const struct iommu_fault_page_request *request)
{
	guard(spinlock_irqsave)(&requests->lock);
	return requests->groups ? pasid_requests_judge(requests, request) : PASID_VERDICT_PASS;
}

/*
 * Drops the answer to a group that this module has answered, or that the VF has forgotten, and
 * responses to requests that are not the last of a group, which expect none.
 */
static enum pasid_verdict pasid_requests_match(struct pasid_requests *requests,
					       const struct iommu_fault_page_request *request)
{
	struct pasid_group *group = pasid_group_of(requests, request);
	bool waits = group->state == PASID_GROUP_WAITS || group->state == PASID_GROUP_UNKNOWN;

	if (!pasid_request_is_last(request))
		return PASID_VERDICT_DROP;
	if (waits || group->state == PASID_GROUP_ANSWERED)
		pasid_group_free(requests, group);
	return waits && !(requests->held & PASID_HELD_LOST) ? PASID_VERDICT_SEND :
							      PASID_VERDICT_DROP;
}

/**
 * pasid_requests_respond() - the kernel is about to send a response to the VF
 * @requests: the requests of the VF
 * @request: the last one of the group that is answered
 * @code: the response, an enum iommu_page_response_code. A failure becomes Invalid Request, as it
 *	would stop the page requests of the PF and of all its VFs; those of this VF are held then
 *
 * Context: Any.
 * Return: what becomes of the response: PASID_VERDICT_PASS, _DROP, or _SEND; after that one,
 * pasid_requests_sent() has to be called.
 */
enum pasid_verdict pasid_requests_respond(struct pasid_requests *requests,
					  const struct iommu_fault_page_request *request,
					  u32 *code)
{
	enum pasid_verdict verdict;

	guard(spinlock_irqsave)(&requests->lock);
	if (!requests->groups)
		return PASID_VERDICT_PASS;
	verdict = pasid_requests_match(requests, request);
	if (verdict != PASID_VERDICT_SEND)
		return verdict;
	requests->sending++;
	if (*code != IOMMU_PAGE_RESP_SUCCESS && *code != IOMMU_PAGE_RESP_INVALID) {
		*code = IOMMU_PAGE_RESP_INVALID;
		requests->held |= PASID_HELD_FAILED;
	}
	return verdict;
}

/**
 * pasid_requests_sent() - the module has sent a response
 * @requests: the requests
 *
 * Context: Any.
 */
void pasid_requests_sent(struct pasid_requests *requests)
{
	guard(spinlock_irqsave)(&requests->lock);
	requests->sending--;
}

/**
 * pasid_requests_are_sent() - has the module sent all responses that it has begun to send?
 * @requests: the requests
 *
 * Context: Any.
 * Return: whether it has.
 */
bool pasid_requests_are_sent(const struct pasid_requests *requests)
{
	return !READ_ONCE(requests->sending);
}

/**
 * pasid_requests_take() - take the next group away from the VF's user
 * @requests: the requests of the VF, held
 * @index: the first index to look at; set to the one behind the group that was found
 * @request: filled with what a response to the group needs
 *
 * The function has to get a response. That of the user will be dropped.
 *
 * Context: Any.
 * Return: whether there was one. If not, no group waits any more.
 */
bool pasid_requests_take(struct pasid_requests *requests, u32 *index,
			 struct iommu_fault_page_request *request)
{
	struct pasid_group *group;
	bool found = false;

	guard(spinlock_irqsave)(&requests->lock);
	for (; requests->groups && !found && *index < PASID_REQUEST_GROUPS; ++*index) {
		group = &requests->groups[*index];
		if (group->state == PASID_GROUP_OPEN)
			group->state = PASID_GROUP_STALE;
		if (group->state != PASID_GROUP_WAITS)
			continue;
		group->state = PASID_GROUP_ANSWERED;
		*request = (struct iommu_fault_page_request) {
			.flags = group->has_pasid ? IOMMU_FAULT_PAGE_REQUEST_PASID_VALID : 0,
			.pasid = group->pasid,
			.grpid = *index,
		};
		found = true;
	}
	return found;
}
