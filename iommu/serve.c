// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page requests of a VF whose user gets them: the module refuses some, answers others in the
 * user's place, and lets no failure reach the page request interface, which the PF and all its VFs
 * share. docs/page-requests.md says why.
 */
#include <linux/delay.h>

#include "engine.h"

static void pasid_vf_send_response(struct pasid_vf *vf,
				   const struct iommu_fault_page_request *request, bool success)
{
	const struct vtd_response response = {
		.rid = vf->tables.ctx[0].rid,
		.index = request->grpid,
		.has_pasid = request->flags & IOMMU_FAULT_PAGE_REQUEST_PASID_VALID,
		.pasid = request->pasid,
		.success = success,
	};
	struct vtd_inval inval;

	vtd_inval_init(&inval, pasid_unit_submit, &vf->unit);
	vtd_inval_respond(&inval, &response);
}

/**
 * pasid_vf_request_reported() - intel-iommu is about to report a page request
 * @vf: the VF
 * @request: the request
 *
 * Context: Hook.
 * Return: whether the kernel must not see it. If need be, the VF has got a response.
 */
bool pasid_vf_request_reported(struct pasid_vf *vf,
			       const struct iommu_fault_page_request *request)
{
	enum pasid_verdict verdict = pasid_requests_report(&vf->requests, request);

	if (verdict == PASID_VERDICT_REFUSE || verdict == PASID_VERDICT_FLUSH)
		pasid_vf_send_response(vf, request, false);
	return verdict == PASID_VERDICT_REFUSE || verdict == PASID_VERDICT_DROP;
}

/**
 * pasid_vf_request_answered() - intel-iommu is about to send a response to a VF
 * @vf: the VF
 * @request: the last request of the group that is answered
 * @code: the response, an enum iommu_page_response_code
 *
 * If the VF is to get a response, this sends it, so that pasid_vf_hold_requests() can wait until
 * it is sent. intel-iommu might send it after a reset.
 *
 * Context: Hook.
 * Return: whether intel-iommu must not send the response.
 */
bool pasid_vf_request_answered(struct pasid_vf *vf,
			       const struct iommu_fault_page_request *request, u32 code)
{
	enum pasid_verdict verdict = pasid_requests_respond(&vf->requests, request, &code);

	if (verdict == PASID_VERDICT_SEND) {
		pasid_vf_send_response(vf, request, code == IOMMU_PAGE_RESP_SUCCESS);
		pasid_requests_sent(&vf->requests);
	}
	return verdict != PASID_VERDICT_PASS;
}

/**
 * pasid_vf_check_requests() - may the VF have page requests?
 * @vf: the VF
 *
 * While probes do not fire, no hook sees a request or a response, so the module does not know what
 * waits for the user. A failure could reach the function then, too. So once probes have been
 * switched, PRI counts as not supported (state.c) until the user drops it from its request and
 * probes fire.
 *
 * Context: Process context, may sleep, @vf->lock held; before the effective set is read.
 */
void pasid_vf_check_requests(struct pasid_vf *vf)
{
	unsigned long switched;

	if (!pasid_requests_are_served(&vf->requests))
		return;
	switched = pasid_gaps_now().switched;
	if (!(vf->sets.request & PASID_PERM_PRI) && pasid_probes_check()) {
		vf->requests.switched = switched;
		pasid_requests_release(&vf->requests, PASID_HELD_UNSEEN);
	}
	if (vf->requests.switched != switched)
		pasid_requests_lose(&vf->requests);
}

/**
 * pasid_vf_hold_requests() - take all page requests away from the VF's user
 * @vf: the VF
 * @why: one of PASID_HELD_*
 * @answer: answer those that wait for the user with Invalid Request, and wait until the kernel
 *	reports no request of the VF. If not, the VF has been, or will be, reset, and so expects no
 *	response; a VF that does not answer may keep the unit's queue busy until then
 *
 * When this returns, no request waits. The user still reads old ones from iommufd, and its answers
 * are dropped.
 *
 * Context: Process context, may sleep.
 */
void pasid_vf_hold_requests(struct pasid_vf *vf, unsigned int why, bool answer)
{
	struct iommu_fault_page_request request;
	u32 index = 0;

	if (!pasid_requests_are_served(&vf->requests))
		return;
	pasid_requests_hold(&vf->requests, why);
	if (answer)
		pasid_unit_wait_for_requests(&vf->unit);
	while (pasid_requests_take(&vf->requests, &index, &request))
		if (answer)
			pasid_vf_send_response(vf, &request, false);
	while (answer && !pasid_requests_are_sent(&vf->requests))
		usleep_range(20, 100);
}

/**
 * pasid_vf_hold_requests_of() - refuse the page requests of one PASID
 * @vf: the VF
 * @pasid: the PASID; IOMMU_NO_PASID for requests without one
 *
 * When this returns, the kernel reports no request of the PASID, until
 * pasid_requests_hold_pasid() ends that. Those that wait for the user stay: iommufd answers them
 * if it detaches the PASID.
 *
 * Context: Process context, may sleep.
 */
void pasid_vf_hold_requests_of(struct pasid_vf *vf, u32 pasid)
{
	if (!pasid_requests_are_served(&vf->requests))
		return;
	pasid_requests_hold_pasid(&vf->requests, pasid);
	pasid_unit_wait_for_requests(&vf->unit);
}
