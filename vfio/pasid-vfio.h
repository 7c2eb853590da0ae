/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of pasid-vfio-pci share. */
#ifndef _PASID_VFIO_H
#define _PASID_VFIO_H

#include <linux/mutex.h>
#include <linux/pasid_ctl.h>
#include <linux/vfio_pci_core.h>

#include "caps.h"
#include "place.h"
#include "source.h"

/**
 * struct pasid_answer - where a VF's capabilities go, or why nowhere
 * @err: 0, or a negative errno
 * @why: with @err, a clause that says what is wrong
 * @source: without @err, who gave the ranges
 * @layout: without @err, where the capabilities go
 */
struct pasid_answer {
	int err;
	const char *why;
	enum pasid_source source;
	struct pasid_layout layout;
};

/* What is emulated in configuration space. */
enum {
	PASID_WINDOW_PASID,
	PASID_WINDOW_PRI,
	PASID_WINDOW_LINK,	/* the first of them */
	PASID_WINDOWS = PASID_WINDOW_LINK + PASID_LINKS,
};

/**
 * struct pasid_window - bytes of configuration space that are emulated
 * @at: offset of the first, a multiple of 4
 * @size: how many, a multiple of 4; 0 if there are none
 */
struct pasid_window {
	u16 at;
	u16 size;
};

/* There are fewer reasons to tell; no user can have more logged. */
#define PASID_REASONS	32

/**
 * struct pasid_vfio - a device that is bound to the driver
 * @core: vfio-pci-core's part
 * @lock: see below
 * @user: what intel-pasid-ctl knows the VF's user by, or NULL if none is registered
 * @request: what the user asks for, PASID_PERM_*
 * @driven: a reset clears @request: a capability is shown, or the control region has
 *	been written
 * @resetting: the VF is being reset, or waits for that after an error: writes to the
 *	registers are lost, as they are on hardware
 * @recovering: error recovery resets the VF: resume() clears the registers
 * @emulate: a capability is to be shown at the next open, if it can be
 * @open: the device is open
 * @shown: a capability is shown; @answer says where
 * @iommufd: @user stays until iommufd has detached the VF's PASIDs
 * @answer: where the capabilities are while @open, or why nowhere; afterwards what was
 *	found last
 * @cap: the PASID capability
 * @pri: the PRI capability, if @answer has a place for it
 * @windows: bytes of configuration space that are emulated while @shown
 * @event_lock: protects @event; no lock is taken under it but the eventfd's own
 * @event: the eventfd that is signalled when the effective set changes, or NULL
 * @told: the reasons that have been logged since the device was bound
 * @doubted: that bytes below a capability do not read as zero has been logged since then
 *
 * Locking: @lock makes one change at a time of @request, @driven, @cap and @pri, and is
 * held until the IOMMU has followed. @resetting and @recovering change under the device lock;
 * an open ends a hold, too, under @lock. @user, @open, @shown and @answer are set while the
 * device is being opened and closed, which vfio does one at a time and with no access in
 * progress, and @answer also when sysfs is told to look while the device is not open;
 * sysfs and resets, which come at any time, take @lock for them. @emulate stands alone.
 * Reads of the registers take no lock. vfio-pci-core's memory_lock and the device
 * lock are taken before @lock.
 */
struct pasid_vfio {
	struct vfio_pci_core_device core;
	struct mutex lock;	/* see below */
	struct pasid_ctl_user *user;
	unsigned int request;
	bool driven;
	bool resetting;
	bool recovering;
	bool emulate;
	bool open;
	bool shown;
	bool iommufd;
	struct pasid_answer answer;
	struct pasid_cap cap;
	struct pasid_pri_cap pri;
	struct pasid_window windows[PASID_WINDOWS];
	spinlock_t event_lock;	/* see above */
	struct eventfd_ctx *event;
	const char *told[PASID_REASONS];
	bool doubted;
};

static inline struct pasid_vfio *to_pasid_vfio(struct vfio_device *vdev)
{
	return container_of(vdev, struct pasid_vfio, core.vdev);
}

/* main.c: options */
extern bool pasid_show_pri;
extern bool pasid_allow_type1;

/* pf.c: what is known about PFs */
int pasid_pf_init(const char *options);
void pasid_pf_exit(void);
void pasid_pf_offers(struct pci_dev *vf, struct pasid_offer *offers);

/* answer.c: where a VF's capabilities go */
void pasid_answer_get(struct pci_dev *pdev, const u8 *vconfig, bool pri,
		      struct pasid_answer *answer);

/* user.c: the user's request, from open to close */
int pasid_user_open(struct pasid_vfio *dev);
void pasid_user_close(struct pasid_vfio *dev);
void pasid_user_clear(struct pasid_vfio *dev);
void pasid_user_hold(struct pasid_vfio *dev);
void pasid_user_reset(struct pasid_vfio *dev);
int pasid_user_set(struct pasid_vfio *dev, unsigned int request);
int pasid_user_write_cap(struct pasid_vfio *dev, unsigned int offset, const u8 *buf,
			 unsigned int size);
void pasid_user_sample_pri(struct pasid_vfio *dev);
int pasid_user_write_pri(struct pasid_vfio *dev, unsigned int offset, const u8 *buf,
			 unsigned int size);

/* config.c: configuration space */
ssize_t pasid_config_read(struct vfio_device *vdev, char __user *buf, size_t count,
			  loff_t *ppos);
ssize_t pasid_config_write(struct vfio_device *vdev, const char __user *buf,
			   size_t count, loff_t *ppos);
void pasid_config_show(struct pasid_vfio *dev);

/* region.c: the VMM control region */
int pasid_region_add(struct pasid_vfio *dev);

/* event.c: the interrupt that says that the effective set has changed */
#define PASID_EVENT_INDEX	VFIO_PCI_NUM_IRQS
bool pasid_event_trigger(struct pasid_vfio *dev);
void pasid_event_close(struct pasid_vfio *dev);
long pasid_event_ioctl(struct vfio_device *vdev, unsigned int cmd, unsigned long arg);

/* sysfs.c: vf_pasid_ranges, pasid_emulate and cap_layout */
extern const struct device_attribute pasid_attr_vf_ranges;
extern const struct attribute_group *pasid_dev_groups[];
void pasid_sysfs_bind(struct pasid_vfio *dev);
void pasid_sysfs_unbind(struct pasid_vfio *dev);
int pasid_pf_admin_get(struct pci_dev *pf, struct pasid_ranges *ranges);
int pasid_pf_admin_set(struct pci_dev *pf, const struct pasid_ranges *ranges);

#endif /* _PASID_VFIO_H */
