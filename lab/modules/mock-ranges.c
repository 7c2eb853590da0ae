// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mock PF's driver tells the product which bytes of its VFs are free.
 */
#include <linux/device.h>
#include <linux/kstrtox.h>
#include <linux/module.h>
#include <linux/pasid_pf.h>
#include <linux/pci.h>
#include <linux/string.h>

#include "mock-ranges.h"

/* The answer to the next question: a number of ranges, or a negative errno. */
static struct pasid_range answer[2];
static int answer_count;

static int mock_vf_ranges(struct pci_dev *vf, struct pasid_range *ranges,
			  unsigned int max)
{
	if (answer_count > 0)
		memcpy(ranges, answer, answer_count * sizeof(*ranges));
	return answer_count;
}

static const struct pasid_pf_ops mock_pasid_ops = {
	.owner = THIS_MODULE,
	.vf_ranges = mock_vf_ranges,
};

/**
 * mock_ranges_forget - unregister the PF's driver from the product
 * @pdev: the PF
 */
void mock_ranges_forget(struct pci_dev *pdev)
{
	pasid_pf_unregister(pdev);
}

static int mock_ranges_tell(struct pci_dev *pdev)
{
	int err = pasid_pf_register(pdev, &mock_pasid_ops);

	return err == -EBUSY ? 0 : err;
}

/*
 * "0x180-0x18f [0x200-0x20f]": these bytes are free. "0": no bytes are free. "-<errno>":
 * the driver answers with this errno. "forget": the driver unregisters.
 */
static ssize_t vf_ranges_store(struct device *dev, struct device_attribute *attr,
			       const char *buf, size_t count)
{
	struct pci_dev *pdev = to_pci_dev(dev);
	int fields;

	if (sysfs_streq(buf, "forget")) {
		mock_ranges_forget(pdev);
		return count;
	}
	fields = sscanf(buf, "%hi-%hi %hi-%hi", &answer[0].first, &answer[0].last,
			&answer[1].first, &answer[1].last);
	if (fields == 2 || fields == 4)
		answer_count = fields / 2;
	else if (kstrtoint(buf, 0, &answer_count) || answer_count > 0)
		return -EINVAL;
	return mock_ranges_tell(pdev) ?: count;
}

struct device_attribute mock_attr_vf_ranges = __ATTR_WO(vf_ranges);
