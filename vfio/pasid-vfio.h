/* SPDX-License-Identifier: GPL-2.0-only */
/* A device that is bound to pasid-vfio-pci, and what the files of the driver do with it. */
#ifndef _PASID_VFIO_H
#define _PASID_VFIO_H

#include <linux/mutex.h>
#include <linux/pasid_ctl.h>
#include <linux/vfio_pci_core.h>

#include "caps.h"
#include "place.h"
#include "touched.h"

/* More than there are reasons why no capability is shown. */
#define PASID_REASONS	32

/**
 * struct pasid_observed - what is observed of a VF since it was bound, or since root cleared it
 * @node: in the list of those that are bound
 * @vf: the VF; NULL: the device is no VF, and is not observed
 * @touched: the accesses of its users
 * @taken: what its capabilities take, as of the last open or look
 * @pf_taken: what those of its PF take, as of the last look
 * @not_zero: which 4 bytes were seen to read as other than zero
 * @looked: the bytes that no capability has were looked at
 * @since: since when, in seconds of real time
 * @opens: how often it was opened
 */
struct pasid_observed {
	struct list_head node;
	struct pci_dev *vf;
	struct pasid_touched touched;
	struct pasid_taken taken;
	struct pasid_taken pf_taken;
	DECLARE_BITMAP(not_zero, PASID_DWORDS);
	bool looked;
	time64_t since;
	unsigned int opens;
};

/**
 * struct pasid_vfio - a device that is bound to the driver
 * @core: vfio-pci-core's part
 * @lock: see Locking
 * @ctl: the VF's registration with intel-pasid-ctl, or NULL: the device is not open, or is not
 *	under PASID control
 * @request: the permissions that intel-pasid-ctl is asked for, PASID_PERM_*
 * @reset_clears: a reset of the VF clears @request: a capability is shown, or the VMM has
 *	written to the control region
 * @resetting: the VF is being reset, or needs a reset after an error: writes to the registers
 *	are dropped, as a device in a reset drops them
 * @recovering: the last recovery from an error has reset the VF, so that resume() clears the
 *	registers
 * @emulate: what pasid_emulate says: show a capability at the next open, if that can be done
 * @open: the device is open
 * @can_attach: the VMM can attach PASIDs: it has opened the device through iommufd, on a kernel
 *	whose iommufd has PASIDs. Then @ctl stays until unbind_iommufd(), when they are
 *	detached, and otherwise until close_device()
 * @shown: the capabilities are shown, where @layout says
 * @layout: while @open, where the capabilities are, or why there are none; afterwards, what was
 *	found last
 * @cap: the registers of the PASID capability, while @shown
 * @pri: the registers of the PRI capability, while @shown, if @layout has one
 * @emulated: while @shown, the 4 bytes of configuration space that are emulated
 * @event_lock: protects @event; no lock is taken under it but the eventfd's own
 * @event: the eventfd that is signalled when the effective set changes, or NULL
 * @logged: the reasons for showing no capability that the log has since the device was bound
 * @dirty_logged: the log has since then that @layout.dirty or @layout.written is set
 * @observed: what is observed
 *
 * Locking: @lock protects changes of @request, @reset_clears, @cap and @pri. A task that changes
 * them holds @lock until the IOMMU obeys. Reads of the registers do not take it. @ctl, @open,
 * @shown and @layout change under @lock when the device is opened or closed. vfio does one of these
 * at a time and no other call meanwhile, so that accesses and ioctls read them without @lock.
 * @layout also changes when sysfs is told to look, while the device is not open. @resetting and
 * @recovering change under the device lock; an open clears @resetting, too. @emulate needs no lock.
 * vfio-pci-core's memory_lock and the device lock are taken before @lock.
 */
struct pasid_vfio {
	struct vfio_pci_core_device core;
	struct mutex lock;	/* see Locking above */

	/* The request */
	struct pasid_ctl_user *ctl;
	unsigned int request;
	bool reset_clears;
	bool resetting;
	bool recovering;

	/* From open to close */
	bool emulate;
	bool open;
	bool can_attach;
	bool shown;
	struct pasid_cap_layout layout;
	struct pasid_cap cap;
	struct pasid_pri_cap pri;
	DECLARE_BITMAP(emulated, PASID_DWORDS);
	spinlock_t event_lock;	/* see above */
	struct eventfd_ctx *event;

	/* Since the device was bound */
	const char *logged[PASID_REASONS];
	bool dirty_logged;
	struct pasid_observed observed;
};

static inline struct pasid_vfio *to_pasid_vfio(struct vfio_device *vdev)
{
	return container_of(vdev, struct pasid_vfio, core.vdev);
}

static inline struct pasid_vfio *pasid_vfio_of(struct device *device)
{
	struct vfio_pci_core_device *core = dev_get_drvdata(device);

	return to_pasid_vfio(&core->vdev);
}

/* pf.c: vf_pasid_ranges of PFs */
int pasid_pf_init(void);
void pasid_pf_exit(void);
int pasid_pf_ranges(struct pci_dev *pdev, struct pasid_ranges *ranges);
extern const struct device_attribute pasid_attr_vf_ranges;

/* ask.c: what each source says */
void pasid_ask_sources(struct pci_dev *vf, struct pasid_answer *answers);

/* observe.c: what is observed of VFs */
struct pasid_space pasid_space_of(struct pci_dev *pdev);
void pasid_observe_bind(struct pasid_observed *observed, struct pci_dev *pdev);
void pasid_observe_unbind(struct pasid_observed *observed);
void pasid_observe_open(struct pasid_observed *observed);
void pasid_observe_clear(struct pasid_observed *observed);
int pasid_observe_look(struct pci_dev *vf, const char **why);
int pasid_observe_choose(struct pci_dev *vf, bool pri, struct pasid_ranges *ranges,
			 struct pasid_obstacle *above, const char **why);
u16 pasid_observe_written(struct pci_dev *vf, unsigned int at, unsigned int size);
int pasid_observe_print(struct pasid_observed *observed, char *buf);
int pasid_observe_print_candidates(struct pci_dev *vf, char *buf);

/* layout.c: where a VF's capabilities go */
void pasid_layout_find(struct pci_dev *pdev, const u8 *vconfig, bool pri,
		       const char *unserved, struct pasid_cap_layout *layout);

/* request.c: what intel-pasid-ctl is asked for */
int pasid_request_send(struct pasid_vfio *dev, unsigned int request);
int pasid_request_set(struct pasid_vfio *dev, unsigned int request);
int pasid_request_write_cap(struct pasid_vfio *dev, unsigned int offset, const u8 *buf,
			    unsigned int size);
int pasid_request_write_pri(struct pasid_vfio *dev, unsigned int offset, const u8 *buf,
			    unsigned int size);
void pasid_request_clear(struct pasid_vfio *dev);
void pasid_request_reset_prepare(struct pasid_vfio *dev);
void pasid_request_mark_resetting(struct pasid_vfio *dev);
void pasid_request_reset_done(struct pasid_vfio *dev);

/* region.c: the VMM control region */
int pasid_region_add(struct pasid_vfio *dev);

/* event.c: the interrupt that says that the effective set has changed */
#define PASID_EVENT_INDEX	VFIO_PCI_NUM_IRQS
bool pasid_event_trigger(struct pasid_vfio *dev);
void pasid_event_close(struct pasid_vfio *dev);
long pasid_event_ioctl(struct vfio_device *vdev, unsigned int cmd, unsigned long arg);

/* attach.c: address spaces of an iommufd */
int pasid_vfio_attach_ioas(struct vfio_device *vdev, u32 *pt_id);
void pasid_vfio_detach_ioas(struct vfio_device *vdev);
int pasid_vfio_attach_pasid(struct vfio_device *vdev, u32 pasid, u32 *pt_id);
void pasid_vfio_detach_pasid(struct vfio_device *vdev, u32 pasid);

/* open.c: from open to close */
int pasid_open(struct pasid_vfio *dev);
void pasid_close(struct pasid_vfio *dev);
const char *pasid_open_unserved(struct pci_dev *vf, bool can_attach);

/* config.c: configuration space */
void pasid_config_init(struct pasid_vfio *dev);
ssize_t pasid_config_read(struct vfio_device *vdev, char __user *buf, size_t count,
			  loff_t *ppos);
ssize_t pasid_config_write(struct vfio_device *vdev, const char __user *buf,
			   size_t count, loff_t *ppos);

/* sysfs.c: pasid_emulate, cap_layout, touched and candidates */
extern const struct attribute_group *pasid_dev_groups[];
void pasid_sysfs_bind(struct pasid_vfio *dev);
void pasid_sysfs_unbind(struct pasid_vfio *dev);

#endif /* _PASID_VFIO_H */
