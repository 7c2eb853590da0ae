// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is observed of the VFs that are bound: the accesses of their users, and which bytes were
 * seen to read as other than zero. Bytes that no capability has are read only where root has said
 * so: by "auto", or by writing to the file candidates. Such reads are known to hang some chips.
 */
#include <linux/bitmap.h>
#include <linux/cleanup.h>
#include <linux/mutex.h>
#include <linux/pasid_vf.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>

#include "pasid-vfio.h"

static LIST_HEAD(pasid_observed);

/* Protects the list, and of its members all but the accesses. Taken after a device's lock. */
static DEFINE_MUTEX(pasid_observed_lock);

static u32 pasid_observe_read(const void *arg, unsigned int at)
{
	u32 value = ~0U;

	pci_read_config_dword((struct pci_dev *)arg, at, &value);
	return value;
}

/**
 * pasid_space_of() - how to read a function's configuration space on the hardware
 * @pdev: the function
 *
 * Context: Any. What is returned may be used in any context, while the function is not suspended.
 * Return: the space; a function that is gone reads as all ones.
 */
struct pasid_space pasid_space_of(struct pci_dev *pdev)
{
	return (struct pasid_space){ .read = pasid_observe_read, .arg = pdev };
}

static int pasid_observe_taken(struct pci_dev *pdev, struct pasid_taken *taken, const char **why)
{
	struct pasid_space hw = pasid_space_of(pdev);

	return pasid_find_taken(&hw, taken, why);
}

static struct pasid_observed *pasid_observed_of(struct pci_dev *vf)
{
	struct pasid_observed *observed;

	lockdep_assert_held(&pasid_observed_lock);
	list_for_each_entry(observed, &pasid_observed, node)
		if (observed->vf == vf)
			return observed;
	return NULL;
}

/**
 * pasid_observe_bind() - begin to observe a device
 * @observed: all zeroes
 * @pdev: the device; nothing is observed unless it is a VF
 *
 * Context: Process context, may sleep.
 */
void pasid_observe_bind(struct pasid_observed *observed, struct pci_dev *pdev)
{
	pasid_touched_init(&observed->touched);
	INIT_LIST_HEAD(&observed->node);
	observed->since = ktime_get_real_seconds();
	if (!pasid_is_vf(pdev))
		return;
	observed->vf = pdev;
	guard(mutex)(&pasid_observed_lock);
	list_add(&observed->node, &pasid_observed);
}

/**
 * pasid_observe_unbind() - end it, and forget what was observed
 * @observed: of the device
 *
 * Context: Process context, may sleep; the device is not open any more.
 */
void pasid_observe_unbind(struct pasid_observed *observed)
{
	guard(mutex)(&pasid_observed_lock);
	list_del_init(&observed->node);
}

/**
 * pasid_observe_open() - a user has opened the device
 * @observed: of the device, which is enabled
 *
 * Finds out what its capabilities take, so that the list of accesses can leave them out. If the
 * list of capabilities is broken, accesses to them are listed, too.
 *
 * Context: Process context, may sleep.
 */
void pasid_observe_open(struct pasid_observed *observed)
{
	const char *why;

	guard(mutex)(&pasid_observed_lock);
	observed->opens++;
	if (observed->vf->cfg_size == PCI_CFG_SPACE_EXP_SIZE)
		pasid_observe_taken(observed->vf, &observed->taken, &why);
}

/**
 * pasid_observe_clear() - forget what was observed
 * @observed: of the device
 *
 * Context: Process context, may sleep.
 */
void pasid_observe_clear(struct pasid_observed *observed)
{
	guard(mutex)(&pasid_observed_lock);
	pasid_touched_clear(&observed->touched);
	bitmap_zero(observed->not_zero, PASID_DWORDS);
	observed->since = ktime_get_real_seconds();
	observed->opens = 0;
	observed->looked = false;
}

/* What reads as other than zero and belongs to no capability. */
static void pasid_observe_not_zero(struct pci_dev *vf, const struct pasid_taken *taken,
				   unsigned long *not_zero)
{
	unsigned int dword;

	for (dword = PASID_FIRST; dword < PASID_DWORDS; dword++)
		if (!test_bit(dword, taken->known) && pasid_observe_read(vf, dword * 4))
			__set_bit(dword, not_zero);
}

/* A function that is gone or is being reset reads as all ones, which says nothing of its bytes. */
static bool pasid_observe_answers(struct pci_dev *vf)
{
	return !PCI_POSSIBLE_ERROR(pasid_observe_read(vf, PCI_CFG_SPACE_SIZE));
}

/**
 * pasid_observe_look() - look which bytes of a VF read as other than zero
 * @vf: the VF, awake; root has said that its bytes may be read
 * @why: on failure, a clause that says what is wrong
 *
 * What was seen once, such as before a reset, is remembered.
 *
 * Context: Process context, may sleep.
 * Return: 0; -ENODEV if the VF is not bound; what pasid_find_taken() returns, of the VF or its PF.
 */
int pasid_observe_look(struct pci_dev *vf, const char **why)
{
	DECLARE_BITMAP(not_zero, PASID_DWORDS) = {};
	struct pasid_observed *observed;
	int err;

	guard(mutex)(&pasid_observed_lock);
	*why = "it is not bound to this driver";
	observed = pasid_observed_of(vf);
	if (!observed)
		return -ENODEV;
	err = pasid_observe_taken(vf, &observed->taken, why);
	if (!err)
		err = pasid_observe_taken(pci_physfn(vf), &observed->pf_taken, why);
	if (err)
		return err;
	pasid_observe_not_zero(vf, &observed->taken, not_zero);
	if (!pasid_observe_answers(vf)) {
		*why = "its configuration space reads as all ones";
		return -EIO;
	}
	bitmap_or(observed->not_zero, observed->not_zero, not_zero, PASID_DWORDS);
	observed->looked = true;
	return 0;
}

static void pasid_evidence_add(struct pasid_evidence *evidence, struct pasid_observed *observed)
{
	struct pasid_accesses accesses;
	unsigned int dword;

	bitmap_or(evidence->not_zero, evidence->not_zero, observed->not_zero, PASID_DWORDS);
	for (dword = PASID_FIRST; dword < PASID_DWORDS; dword++) {
		accesses = pasid_touched_at(&observed->touched, dword);
		if (accesses.writes)
			__set_bit(dword, evidence->written);
		if (accesses.reads)
			__set_bit(dword, evidence->read);
	}
}

/* Of all bound VFs of a PF: they are of one kind, and what one of them has the others have, too. */
static void pasid_evidence_gather(struct pasid_evidence *evidence,
				  const struct pasid_observed *of)
{
	struct pasid_observed *observed;

	lockdep_assert_held(&pasid_observed_lock);
	evidence->vf = of->taken;
	evidence->pf = of->pf_taken;
	list_for_each_entry(observed, &pasid_observed, node)
		if (pci_physfn(observed->vf) == pci_physfn(of->vf))
			pasid_evidence_add(evidence, observed);
}

/* The evidence of a VF; the caller frees it. NULL: there is none, or no memory. */
static struct pasid_evidence *pasid_evidence_of(struct pci_dev *vf)
{
	struct pasid_evidence *evidence __free(kfree) = kzalloc(sizeof(*evidence), GFP_KERNEL);
	struct pasid_observed *observed;

	if (!evidence)
		return NULL;
	guard(mutex)(&pasid_observed_lock);
	observed = pasid_observed_of(vf);
	if (!observed || !observed->looked)
		return NULL;
	pasid_evidence_gather(evidence, observed);
	return_ptr(evidence);
}

/**
 * pasid_observe_choose() - look at a VF, and choose free bytes for its capabilities
 * @vf: the VF, awake; the admin has said "auto"
 * @pri: for a PRI capability, too
 * @ranges: filled
 * @above: filled
 * @why: on failure, a clause that says what is wrong
 *
 * Context: Process context, may sleep.
 * Return: 0, -ENOMEM, or what pasid_observe_look() or pasid_free_choose() returns.
 */
int pasid_observe_choose(struct pci_dev *vf, bool pri, struct pasid_ranges *ranges,
			 struct pasid_obstacle *above, const char **why)
{
	struct pasid_evidence *evidence __free(kfree) = NULL;
	int err = pasid_observe_look(vf, why);

	if (err)
		return err;
	*why = "there is no memory to judge its bytes";
	evidence = pasid_evidence_of(vf);
	return evidence ? pasid_free_choose(evidence, pri, ranges, above, why) : -ENOMEM;
}

/**
 * pasid_observe_written() - did a user write to one of these bytes?
 * @vf: the VF; users of all VFs of its PF count
 * @at: offset of the first byte, a multiple of 4
 * @size: how many bytes
 *
 * Context: Process context, may sleep.
 * Return: the offset of the first 4 bytes that were written, or 0.
 */
u16 pasid_observe_written(struct pci_dev *vf, unsigned int at, unsigned int size)
{
	struct pasid_observed *observed;
	unsigned int end = at + size;

	guard(mutex)(&pasid_observed_lock);
	for (; at < end; at += 4)
		list_for_each_entry(observed, &pasid_observed, node)
			if (pci_physfn(observed->vf) == pci_physfn(vf) &&
			    pasid_touched_at(&observed->touched, at / 4).writes)
				return at;
	return 0;
}

/**
 * pasid_observe_print() - write the file touched
 * @observed: of the device
 * @buf: a page
 *
 * Context: Process context, may sleep.
 * Return: the length of the text.
 */
int pasid_observe_print(struct pasid_observed *observed, char *buf)
{
	int at;

	guard(mutex)(&pasid_observed_lock);
	at = scnprintf(buf, PAGE_SIZE, "since %lld\nopens %u\n", observed->since, observed->opens);
	return at + pasid_touched_format(&observed->touched, observed->taken.known, buf + at,
					 PAGE_SIZE - at);
}

/**
 * pasid_observe_print_candidates() - write the file candidates, without a look at the hardware
 * @vf: the VF
 * @buf: a page
 *
 * Context: Process context, may sleep.
 * Return: the length of the text, or -ENODATA if nobody has looked yet.
 */
int pasid_observe_print_candidates(struct pci_dev *vf, char *buf)
{
	struct pasid_evidence *evidence __free(kfree) = pasid_evidence_of(vf);

	return evidence ? pasid_free_format(evidence, buf, PAGE_SIZE) : -ENODATA;
}
