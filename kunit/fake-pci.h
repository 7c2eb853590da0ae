/* SPDX-License-Identifier: GPL-2.0-only */
/* PFs and VFs that consist of a struct pci_dev and of configuration space. */
#ifndef _PASID_KUNIT_FAKE_PCI_H
#define _PASID_KUNIT_FAKE_PCI_H

#include <kunit/test.h>
#include <linux/pci.h>

#define FAKE_BUS	2
#define FAKE_RID(devfn)	(FAKE_BUS << 8 | (devfn))

/* Where PFs and VFs have their capabilities. */
#define FAKE_PASID_CAP	0x40
#define FAKE_ATS_CAP	0x50
#define FAKE_PM_CAP	0x60
#define FAKE_SRIOV_CAP	0x100
#define FAKE_CONFIG	0x180

#define FAKE_TOTAL_VFS	64

/**
 * struct fake_pci - a function
 * @pdev: the PCI core's structure
 * @config: its configuration space
 * @unit_err: what pasid_unit_of() returns for it
 * @kept: how many callers keep it awake
 * @tired: it goes to D3hot after its power state was read, unless a caller keeps it awake
 * @ats_stuck: its ATS Control Register ignores writes
 * @ats_locked: the register was written while configuration space was locked
 * @plugged: it is on the bus
 * @released: the last reference has been given back
 */
struct fake_pci {
	struct pci_dev pdev;
	u8 config[FAKE_CONFIG];
	int unit_err;
	int kept;
	bool tired;
	bool ats_stuck;
	bool ats_locked;
	bool plugged;
	bool released;
};

void fake_pci_init(struct kunit *test);
struct fake_pci *fake_pci_alloc(unsigned int devfn);
struct fake_pci *fake_pf_alloc(unsigned int devfn);
struct fake_pci *fake_vf_alloc(struct fake_pci *pf, unsigned int devfn);
void fake_pci_plug(struct fake_pci *fn);
void fake_pci_unplug(struct fake_pci *fn);

static inline struct fake_pci *to_fake_pci(struct device *dev)
{
	return container_of(to_pci_dev(dev), struct fake_pci, pdev);
}

#endif /* _PASID_KUNIT_FAKE_PCI_H */
