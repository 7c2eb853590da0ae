// SPDX-License-Identifier: GPL-2.0-only
/*
 * Some devices have an erratum: they complete a device-TLB invalidation too early.
 * intel-iommu knows them by their IDs and sends them each invalidation twice. This
 * gives any device the erratum.
 */
#include <linux/bits.h>
#include <linux/iommu.h>
#include <linux/kstrtox.h>
#include <linux/pci.h>

#include "client.h"

/* extra-inval <BDF> on|off */
int lab_cmd_extra_inval(int argc, char **argv)
{
	int bit = lab_member_bit("device_domain_info", "dtlb_extra_inval");
	struct pci_dev *pdev;
	bool enable;
	u8 *byte;
	int ret;

	ret = bit < 0 ? bit : kstrtobool(argv[1], &enable);
	if (ret)
		return ret;

	pdev = lab_find_device(argv[0]);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);

	byte = (u8 *)dev_iommu_priv_get(&pdev->dev) + bit / BITS_PER_BYTE;
	if (enable)
		*byte |= BIT(bit % BITS_PER_BYTE);
	else
		*byte &= ~BIT(bit % BITS_PER_BYTE);
	pci_dev_put(pdev);
	return 0;
}
