// SPDX-License-Identifier: GPL-2.0-only
/*
 * pasid-vfio-pci: a vfio-pci variant driver that shows an emulated PASID capability on VFs, and
 * has the IOMMU enforce what the guest writes to it. This file has the driver, its options and
 * its ops.
 *
 * open.c: the device is opened. layout.c finds where the capability goes: ask.c asks the sources
 * (the PF's driver through pf/, the admin through pf.c and option.c, the table quirks.c), source.c
 * chooses one, place.c places (chain.c walks the list). Where the admin says "auto", free.c chooses
 * by the evidence that observe.c has; touched.c counts accesses.
 * config.c: the guest accesses configuration space. pasid-cap.c and pri-cap.c are the registers,
 * request.c asks intel-pasid-ctl for what the guest writes there.
 * attach.c: the VMM attaches address spaces.
 * region.c and event.c: the VMM reads and writes the control region, and is told of changes.
 */
#include <linux/cleanup.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>

#include "option.h"
#include "pasid-vfio.h"
#include "quirks.h"

static char *ids;
module_param(ids, charp, 0444);
MODULE_PARM_DESC(ids, "Devices to bind without driver_override, \"vendor:device[:subvendor[:subdevice[:class[:class_mask]]]]\" in hexadecimal, separated by commas (default: none)");

static char *ranges;
module_param(ranges, charp, 0444);
MODULE_PARM_DESC(ranges, "Free bytes in VFs' configuration space, \"vendor:device@0xFIRST-0xLAST,...\", numbers from the maker of the device only; or \"vendor:device@auto\": choose by evidence (default: none)");

static bool pasid_emulate = true;
module_param_named(emulate, pasid_emulate, bool, 0444);
MODULE_PARM_DESC(emulate, "Show capabilities, where a VF's pasid_emulate does not say otherwise; 0: none, the VMM emulates them and uses the control region; until it writes there, the VF may do all that pasid_ctl allows (default: 1)");

static int pasid_vfio_init_dev(struct vfio_device *vdev)
{
	struct pasid_vfio *dev = to_pasid_vfio(vdev);

	mutex_init(&dev->lock);
	spin_lock_init(&dev->event_lock);
	dev->emulate = pasid_emulate;
	dev->layout = (struct pasid_cap_layout){
		.err = -ENODATA,
		.why = "no place was looked for yet: write 1 to cap_layout, or open the VF",
	};
	return vfio_pci_core_init_dev(vdev);
}

static void pasid_vfio_release_dev(struct vfio_device *vdev)
{
	mutex_destroy(&to_pasid_vfio(vdev)->lock);
	vfio_pci_core_release_dev(vdev);
}

static int pasid_vfio_open_device(struct vfio_device *vdev)
{
	struct pasid_vfio *dev = to_pasid_vfio(vdev);
	int err;

	err = vfio_pci_core_enable(&dev->core);
	if (err)
		return err;
	err = pasid_open(dev);
	if (err) {
		vfio_pci_core_disable(&dev->core);
		return err;
	}
	vfio_pci_core_finish_enable(&dev->core);
	return 0;
}

/*
 * vfio-pci-core resets the VF, and tells no driver of it. So page requests that wait for the VMM
 * are answered before. If the VMM can attach PASIDs, vfio detaches them after this call, in
 * unbind_iommufd(). So the VF stays registered until pasid_vfio_unbind_iommufd() has detached them.
 */
static void pasid_vfio_close_device(struct vfio_device *vdev)
{
	struct pasid_vfio *dev = to_pasid_vfio(vdev);

	pasid_ctl_hold_requests(dev->core.pdev, true);
	vfio_pci_core_close_device(vdev);
	pasid_event_close(dev);
	if (!dev->can_attach)
		pasid_close(dev);
}

/* In low power a VF without No_Soft_Reset loses its registers. */
static int pasid_vfio_feature(struct vfio_device *vdev, u32 flags, void __user *arg,
			      size_t argsz)
{
	struct pasid_vfio *dev = to_pasid_vfio(vdev);
	int ret = vfio_pci_core_ioctl_feature(vdev, flags, arg, argsz);

	if (ret || (flags & VFIO_DEVICE_FEATURE_PROBE) ||
	    !(flags & VFIO_DEVICE_FEATURE_SET) || !dev->core.needs_pm_restore)
		return ret;
	switch (flags & VFIO_DEVICE_FEATURE_MASK) {
	case VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY:
	case VFIO_DEVICE_FEATURE_LOW_POWER_ENTRY_WITH_WAKEUP:
		pasid_request_clear(dev);
	}
	return ret;
}

#if IS_ENABLED(CONFIG_IOMMUFD)
static void pasid_vfio_unbind_iommufd(struct vfio_device *vdev)
{
	vfio_iommufd_physical_unbind(vdev);
	pasid_close(to_pasid_vfio(vdev));
}
#else
#define pasid_vfio_unbind_iommufd	vfio_iommufd_physical_unbind
#define pasid_vfio_attach_ioas		vfio_iommufd_physical_attach_ioas
#define pasid_vfio_detach_ioas		vfio_iommufd_physical_detach_ioas
#define pasid_vfio_attach_pasid		vfio_iommufd_physical_pasid_attach_ioas
#define pasid_vfio_detach_pasid		vfio_iommufd_physical_pasid_detach_ioas
#endif

static const struct vfio_device_ops pasid_vfio_ops = {
	.name = "pasid-vfio-pci",
	.init = pasid_vfio_init_dev,
	.release = pasid_vfio_release_dev,
	.open_device = pasid_vfio_open_device,
	.close_device = pasid_vfio_close_device,
	.ioctl = pasid_event_ioctl,
	.device_feature = pasid_vfio_feature,
	.read = pasid_config_read,
	.write = pasid_config_write,
	.mmap = vfio_pci_core_mmap,
	.request = vfio_pci_core_request,
	.match = vfio_pci_core_match,
	.bind_iommufd = vfio_iommufd_physical_bind,
	.unbind_iommufd = pasid_vfio_unbind_iommufd,
	.attach_ioas = pasid_vfio_attach_ioas,
	.detach_ioas = pasid_vfio_detach_ioas,
	COMPAT_VFIO_PASID_OPS
	COMPAT_VFIO_TOKEN_OPS
	COMPAT_VFIO_REGION_OPS
};

static void pasid_vfio_reset_prepare(struct pci_dev *pdev)
{
	pasid_request_reset_prepare(pasid_vfio_of(&pdev->dev));
}

static void pasid_vfio_reset_done(struct pci_dev *pdev)
{
	pasid_request_reset_done(pasid_vfio_of(&pdev->dev));
}

/*
 * After a fatal error the PCI core resets all that is below the port. It calls slot_reset() only
 * if some driver has voted for a reset, and resume() whenever recovery succeeds. Where recovery
 * fails, some kernels call nothing.
 */
static pci_ers_result_t pasid_vfio_error_detected(struct pci_dev *pdev,
						  pci_channel_state_t state)
{
	struct pasid_vfio *dev = pasid_vfio_of(&pdev->dev);

	dev->recovering = state == pci_channel_io_frozen;
	if (dev->recovering)
		pasid_request_mark_resetting(dev);
	return vfio_pci_core_aer_err_detected(pdev, state);
}

/*
 * Also called after an error that is not fatal, if the driver of another function has voted for a
 * reset. Only marks the VF: the PF's driver may bring it back as late as in its own resume(), so
 * that the registers are cleared in ours. RECOVERED does not change what other drivers have voted.
 */
static pci_ers_result_t pasid_vfio_slot_reset(struct pci_dev *pdev)
{
	struct pasid_vfio *dev = pasid_vfio_of(&pdev->dev);

	dev->recovering = true;
	pasid_request_mark_resetting(dev);
	return PCI_ERS_RESULT_RECOVERED;
}

/*
 * Also called without a reset before, and then there is nothing to clear. If recovery has reset
 * the VF, the registers are cleared, even if the VMM has reset it once more and written to them.
 */
static void pasid_vfio_resume(struct pci_dev *pdev)
{
	struct pasid_vfio *dev = pasid_vfio_of(&pdev->dev);

	if (dev->recovering || READ_ONCE(dev->resetting))
		pasid_request_reset_done(dev);
}

static const struct pci_error_handlers pasid_vfio_err_handlers = {
	.error_detected = pasid_vfio_error_detected,
	.slot_reset = pasid_vfio_slot_reset,
	.resume = pasid_vfio_resume,
	.reset_prepare = pasid_vfio_reset_prepare,
	.reset_done = pasid_vfio_reset_done,
};

/* Devices that vfio-pci refuses, too. */
static const struct pci_device_id pasid_vfio_denied[] = {
	{ PCI_VDEVICE(INTEL, PCI_DEVICE_ID_INTEL_QAT_C3XXX) },
	{ PCI_VDEVICE(INTEL, PCI_DEVICE_ID_INTEL_QAT_C3XXX_VF) },
	{ PCI_VDEVICE(INTEL, PCI_DEVICE_ID_INTEL_QAT_C62X) },
	{ PCI_VDEVICE(INTEL, PCI_DEVICE_ID_INTEL_QAT_C62X_VF) },
	{ PCI_VDEVICE(INTEL, PCI_DEVICE_ID_INTEL_QAT_DH895XCC) },
	{ PCI_VDEVICE(INTEL, PCI_DEVICE_ID_INTEL_QAT_DH895XCC_VF) },
	{ PCI_VDEVICE(INTEL, PCI_DEVICE_ID_INTEL_DSA_SPR0) },
	{ PCI_VDEVICE(INTEL, PCI_DEVICE_ID_INTEL_IAX_SPR0) },
	{ }
};

static int pasid_vfio_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct pasid_vfio *dev;
	int err;

	if (pci_match_id(pasid_vfio_denied, pdev)) {
		pci_warn(pdev, "has errata that endanger its host, and is not assigned\n");
		return -EINVAL;
	}
	dev = vfio_alloc_device(pasid_vfio, core.vdev, &pdev->dev, &pasid_vfio_ops);
	if (IS_ERR(dev))
		return PTR_ERR(dev);
	dev_set_drvdata(&pdev->dev, &dev->core);
	pasid_observe_bind(&dev->observed, pdev);
	compat_vfio_set_pci_ops(&dev->core);
	err = vfio_pci_core_register_device(&dev->core);
	if (err)
		goto err_observed;
	pasid_sysfs_bind(dev);
	return 0;

err_observed:
	pasid_observe_unbind(&dev->observed);
	vfio_put_device(&dev->core.vdev);
	return err;
}

static void pasid_vfio_remove(struct pci_dev *pdev)
{
	struct pasid_vfio *dev = pasid_vfio_of(&pdev->dev);

	pasid_sysfs_unbind(dev);
	vfio_pci_core_unregister_device(&dev->core);
	pasid_observe_unbind(&dev->observed);
	vfio_put_device(&dev->core.vdev);
}

/*
 * Rows of the quirk table that have ranges become vfio_pci: aliases. All other devices are bound by
 * driver_override or ids=: for a row without ranges a management tool should take vfio-pci, or a
 * variant that can migrate the device. PASID_QUIRK() makes the name of a macro from what a row has
 * as ranges, and that macro makes an alias or none.
 */
#define PASID_ALIAS(_vendor, _device) { PCI_DRIVER_OVERRIDE_DEVICE_VFIO(_vendor, _device) },
#define PASID_NO_ALIAS(_vendor, _device)
#define PASID_ALIAS_PASID_FREE(...) PASID_ALIAS
#define PASID_ALIAS_PASID_ASK_PF_DRIVER PASID_NO_ALIAS
#define PASID_QUIRK(_vendor, _device, _name, _kinds, _ranges, _evidence) \
	PASID_ALIAS_##_ranges(_vendor, _device)

static const struct pci_device_id pasid_vfio_table[] = {
#include "quirks.def"
	{ }
};
MODULE_DEVICE_TABLE(pci, pasid_vfio_table);

static struct pci_driver pasid_vfio_driver = {
	.name = "pasid-vfio-pci",
	.id_table = pasid_vfio_table,
	.probe = pasid_vfio_probe,
	.remove = pasid_vfio_remove,
	.err_handler = &pasid_vfio_err_handlers,
	.dev_groups = pasid_dev_groups,
	.driver_managed_dma = true,
};

/* vendor:device[:subvendor[:subdevice[:class[:class_mask]]]] */
static int __init pasid_vfio_add_id(char *item)
{
	u32 id[] = { 0, 0, PCI_ANY_ID, PCI_ANY_ID, 0, 0 };
	unsigned int count = 0;
	char *field;

	while ((field = strsep(&item, ":")))
		if (count == ARRAY_SIZE(id) || kstrtou32(field, 16, &id[count++]))
			return -EINVAL;
	if (count < 2 || id[0] > U16_MAX || id[1] > U16_MAX)
		return -EINVAL;
	return pci_add_dynid(&pasid_vfio_driver, id[0], id[1], id[2], id[3], id[4], id[5],
			     0);
}

static int __init pasid_vfio_add_ids(void)
{
	char *text __free(kfree) = kstrdup(ids ?: "", GFP_KERNEL);
	char *rest = text, *item;
	int err;

	if (!text)
		return -ENOMEM;
	while ((item = strsep(&rest, ","))) {
		err = *item ? pasid_vfio_add_id(item) : 0;
		if (err) {
			pr_err("ids=\"%s\": each is vendor:device, in hexadecimal (error %d)\n",
			       ids, err);
			return err;
		}
	}
	return 0;
}

static int __init pasid_vfio_init(void)
{
	int err;

	err = pasid_option_init(ranges);
	if (err)
		return err;
	err = pasid_pf_init();
	if (err)
		return err;
	err = pci_register_driver(&pasid_vfio_driver);
	if (err)
		goto err_pf;
	err = pasid_vfio_add_ids();
	if (err)
		goto err_driver;
	return 0;

err_driver:
	pci_unregister_driver(&pasid_vfio_driver);
err_pf:
	pasid_pf_exit();
	return err;
}

static void __exit pasid_vfio_exit(void)
{
	pci_unregister_driver(&pasid_vfio_driver);
	pasid_pf_exit();
}

module_init(pasid_vfio_init);
module_exit(pasid_vfio_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("vfio-pci for VFs, with a PASID capability that the IOMMU enforces");
MODULE_AUTHOR("The pasid-ctl developers");
MODULE_VERSION(PASID_CTL_VERSION);
