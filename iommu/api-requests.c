// SPDX-License-Identifier: GPL-2.0-only
/*
 * The API for modules that act for the user to whom a VF is assigned: the VF's page requests, which
 * iommufd reports to that user.
 */
#include <linux/export.h>
#include <linux/slab.h>

#include "api.h"
#include "engine.h"
#include "probe.h"

/**
 * pasid_ctl_can_serve_requests() - can users of VFs get page requests on this kernel?
 *
 * Context: Any.
 * Return: whether they can.
 */
bool pasid_ctl_can_serve_requests(void)
{
	return pasid_hooks_serve();
}
EXPORT_SYMBOL_GPL(pasid_ctl_can_serve_requests);

/**
 * pasid_ctl_serve_requests() - from now on, iommufd lets a user have the page requests of its VF
 * @user: the user, whose VF has been opened through an iommufd
 *
 * All requests are refused until the user's request gets PASID_PERM_PRI anew and
 * pasid_ctl_limit_requests() is called. pasid_ctl_put() ends it, and iommufd must have detached
 * all address spaces of the VF by then.
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOMEM, or -EOPNOTSUPP if pasid_ctl_can_serve_requests() is false.
 */
int pasid_ctl_serve_requests(struct pasid_ctl_user *user)
{
	struct pasid_group *groups;

	if (!pasid_hooks_serve())
		return -EOPNOTSUPP;
	groups = kcalloc(PASID_REQUEST_GROUPS, sizeof(*groups), GFP_KERNEL);
	if (!groups)
		return -ENOMEM;
	pasid_requests_serve(&user->vf->requests, groups);
	return 0;
}
EXPORT_SYMBOL_GPL(pasid_ctl_serve_requests);

/**
 * pasid_ctl_limit_requests() - change how many page requests may wait for the user's answer
 * @user: the user
 * @limit: the number; requests beyond it are answered with Invalid Request
 *
 * Context: Any.
 */
void pasid_ctl_limit_requests(struct pasid_ctl_user *user, u32 limit)
{
	pasid_requests_limit(&user->vf->requests, limit);
}
EXPORT_SYMBOL_GPL(pasid_ctl_limit_requests);

/**
 * pasid_ctl_requests_failed() - has a page request of the VF failed in the kernel?
 * @user: the user
 *
 * The VF got Invalid Request in place of Response Failure, and all its requests are refused until
 * the user's request loses PASID_PERM_PRI and gets it again.
 *
 * Context: Any.
 * Return: whether one has failed since then.
 */
bool pasid_ctl_requests_failed(struct pasid_ctl_user *user)
{
	return pasid_requests_failed(&user->vf->requests);
}
EXPORT_SYMBOL_GPL(pasid_ctl_requests_failed);

/**
 * pasid_ctl_hold_requests_of() - an address space is about to be attached, replaced or detached
 * @user: the user
 * @pasid: its PASID, or IOMMU_NO_PASID for the address space of requests without one
 *
 * Until pasid_ctl_release_requests_of(), page requests of that PASID are refused. Call it for one
 * PASID of a VF at a time.
 *
 * Context: Process context, may sleep.
 */
void pasid_ctl_hold_requests_of(struct pasid_ctl_user *user, u32 pasid)
{
	pasid_vf_hold_requests_of(user->vf, pasid);
}
EXPORT_SYMBOL_GPL(pasid_ctl_hold_requests_of);

/**
 * pasid_ctl_release_requests_of() - the end of pasid_ctl_hold_requests_of()
 * @user: the user
 *
 * Context: Any.
 */
void pasid_ctl_release_requests_of(struct pasid_ctl_user *user)
{
	pasid_requests_hold_pasid(&user->vf->requests, IOMMU_PASID_INVALID);
}
EXPORT_SYMBOL_GPL(pasid_ctl_release_requests_of);

/**
 * pasid_ctl_hold_requests() - a VF is about to be reset or closed, or has been reset
 * @pdev: the VF; nothing is done if it has no user with page requests
 * @answer: answer the requests that wait for the user. If not, the VF has forgotten them, or will
 *
 * Until pasid_ctl_release_requests() all page requests are refused, and what the user answers to
 * earlier ones is dropped. Takes no mutex: the holder of one may be waiting for a VF that does not
 * answer before it is reset. With @answer false it sends nothing to the VF, and waits for nothing.
 *
 * Context: Process context, may sleep.
 */
void pasid_ctl_hold_requests(struct pci_dev *pdev, bool answer)
{
	struct pasid_vf *vf __free(pasid_vf_put) = pasid_vf_get(pdev);

	if (vf)
		pasid_vf_hold_requests(vf, PASID_HELD_RESET, answer);
}
EXPORT_SYMBOL_GPL(pasid_ctl_hold_requests);

/**
 * pasid_ctl_release_requests() - the end of pasid_ctl_hold_requests()
 * @pdev: the VF
 *
 * Context: Any.
 */
void pasid_ctl_release_requests(struct pci_dev *pdev)
{
	struct pasid_vf *vf __free(pasid_vf_put) = pasid_vf_get(pdev);

	if (vf)
		pasid_requests_release(&vf->requests, PASID_HELD_RESET | PASID_HELD_LOST);
}
EXPORT_SYMBOL_GPL(pasid_ctl_release_requests);
