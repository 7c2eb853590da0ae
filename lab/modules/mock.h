/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mock SR-IOV device. Arrows between its files run one way: main uses bus, driver
 * and alias; driver uses files; bus, files and alias use the registers.
 */
#ifndef LAB_MOCK_H
#define LAB_MOCK_H

#include <linux/spinlock.h>

#include "mock-regs.h"

#define MOCK_MAX_DEVFN	255

struct attribute_group;
struct pci_bus;
struct pci_dev;
struct pci_ops;

/**
 * struct mock - the device
 * @bus: the bus it sits on
 * @ops: the bus's own accessors, which unplugging puts back
 * @config: what the module's options ask for
 * @lock: protects the registers; x86 reads and writes them without a lock
 * @vfe: VF Enable, as of the last write
 * @pf_layout: the PF's registers
 * @vf_layout: every VF's registers
 * @pf: the PF
 * @vf: the VFs, present while @vfe is set and Num VFs covers them
 */
struct mock {
	struct pci_bus *bus;
	struct pci_ops *ops;
	struct mock_config config;
	raw_spinlock_t lock;
	bool vfe;
	struct mock_layout pf_layout;
	struct mock_layout vf_layout;
	struct mock_function pf;
	struct mock_function vf[];
};

/* mock-bus.c */
extern struct mock *mock;
struct mock *mock_create(struct pci_bus *bus, const struct mock_config *config);
int mock_plug(void);
void mock_unplug(void);

/* mock-files.c */
extern const struct attribute_group *mock_groups[];
void mock_find_enable_pri(void);
void mock_restore(struct pci_dev *pdev, bool pasid, bool pri);

/* mock-driver.c */
int mock_driver_register(void);
void mock_driver_unregister(void);

/* mock-alias.c */
int mock_alias_register(bool of_pf);
void mock_alias_unregister(void);

#endif
