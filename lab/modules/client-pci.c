// SPDX-License-Identifier: GPL-2.0-only
/*
 * What drivers and the PCI core do to a function besides attaching PASIDs.
 */
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/pci-ats.h>
#include <linux/pci.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "client.h"
#include "pasid-lab.h"

/* For commands "<BDF> on|off": the function, with a reference, or an ERR_PTR(). */
static struct pci_dev *find_to_switch(char **argv, bool *on)
{
	int ret = kstrtobool(argv[1], on);

	return ret ? ERR_PTR(ret) : pasid_lab_find_device(argv[0]);
}

/* iopf <BDF> on|off: enable page requests on demand, as a driver that uses SVA does */
int lab_cmd_iopf(int argc, char **argv)
{
	struct pci_dev *pdev;
	bool enable;
	int ret;

	pdev = find_to_switch(argv, &enable);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	ret = lab_iopf(&pdev->dev, enable);
	pci_dev_put(pdev);
	return ret;
}

/* ats <BDF> on|off: what intel-iommu does when a domain begins or ceases to need ATS */
int lab_cmd_ats(int argc, char **argv)
{
	struct pci_dev *pdev;
	bool enable;
	int ret = 0;

	pdev = find_to_switch(argv, &enable);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	if (enable)
		ret = pci_enable_ats(pdev, PAGE_SHIFT);
	else
		pci_disable_ats(pdev);
	pci_dev_put(pdev);
	return ret;
}

/*
 * error <BDF> fatal|nonfatal|slot-reset|resume|failed: call the driver as the PCI
 * core's error recovery (AER) does
 */
int lab_cmd_error(int argc, char **argv)
{
	struct pci_dev *pdev = pasid_lab_find_device(argv[0]);
	const struct pci_error_handlers *handlers;
	bool fatal = !strcmp(argv[1], "fatal");
	bool failed = !strcmp(argv[1], "failed");

	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	device_lock(&pdev->dev);
	handlers = pdev->dev.driver ? pdev->driver->err_handler : NULL;
	if (!failed)
		pdev->error_state = fatal ? pci_channel_io_frozen : pci_channel_io_normal;
	if (failed && handlers && handlers->error_detected)
		handlers->error_detected(pdev, pci_channel_io_perm_failure);
	else if ((fatal || !strcmp(argv[1], "nonfatal")) && handlers && handlers->error_detected)
		handlers->error_detected(pdev, pdev->error_state);
	else if (!strcmp(argv[1], "slot-reset") && handlers && handlers->slot_reset)
		handlers->slot_reset(pdev);
	else if (!strcmp(argv[1], "resume") && handlers && handlers->resume)
		handlers->resume(pdev);
	device_unlock(&pdev->dev);
	pci_dev_put(pdev);
	return 0;
}

/*
 * pasid-status <BDF>: what pci_pasid_status() returns, in "result". The product changes
 * that answer for iommufd only, so this is the PCI core's own.
 */
int lab_cmd_pasid_status(int argc, char **argv)
{
	struct pci_dev *pdev = pasid_lab_find_device(argv[0]);
	int status;

	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	status = pci_pasid_status(pdev);
	pci_dev_put(pdev);
	if (status < 0)
		return status;
	lab_result = status;
	return 0;
}

static char taken_name[32];

static ssize_t taken_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "taken\n");
}

static struct device_attribute taken = {
	.attr = { .name = taken_name, .mode = 0444 },
	.show = taken_show,
};

/*
 * take <BDF> <name> on|off: make or remove a file of that name in the function's folder
 * in sysfs, as a driver may; one file at a time
 */
int lab_cmd_take(int argc, char **argv)
{
	struct pci_dev *pdev;
	int ret = 0;
	bool make;

	if (kstrtobool(argv[2], &make) ||
	    (make && strscpy(taken_name, argv[1]) < 0))
		return -EINVAL;
	pdev = pasid_lab_find_device(argv[0]);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	if (make)
		ret = device_create_file(&pdev->dev, &taken);
	else
		device_remove_file(&pdev->dev, &taken);
	pci_dev_put(pdev);
	return ret;
}

/* lock-config <BDF> on|off: users of its configuration space wait, as in a reset */
int lab_cmd_lock_config(int argc, char **argv)
{
	struct pci_dev *pdev;
	bool lock;

	pdev = find_to_switch(argv, &lock);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	if (lock)
		pci_cfg_access_lock(pdev);
	else
		pci_cfg_access_unlock(pdev);
	pci_dev_put(pdev);
	return 0;
}
