// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long it takes to attach a domain at a PASID and to detach it.
 */
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/pci.h>
#include <linux/sched/signal.h>

#include "client.h"

/* Bounds the time that one command takes. */
#define MAX_LOOPS	1000000

static int bench(struct device *dev, struct iommu_domain *domain, u32 pasid,
		 u32 loops)
{
	struct iommu_attach_handle handle = {};
	u64 start = ktime_get_ns();
	int ret;
	u32 i;

	for (i = 0; i < loops; i++) {
		ret = lab_attach(domain, dev, pasid, &handle);
		if (ret)
			return ret;
		lab_detach(domain, dev, pasid);
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}

	lab_result = div_u64(ktime_get_ns() - start, loops);
	return 0;
}

/*
 * bench <BDF> <pasid> <loops> [type]: nanoseconds of one loop, in "result". Several
 * of these commands run at the same time: the lock is dropped for the loops.
 */
int lab_cmd_bench(int argc, char **argv)
{
	enum lab_type type = LAB_PAGING;
	char name[LAB_NAME_SIZE];
	struct lab_domain *dom;
	struct pci_dev *pdev;
	u32 pasid, loops;
	int ret;

	ret = kstrtou32(argv[1], 0, &pasid) ?: kstrtou32(argv[2], 0, &loops);
	if (!ret && argc > 3)
		ret = lab_parse_type(argv[3], &type);
	if (ret)
		return ret;
	if (!loops || loops > MAX_LOOPS)
		return -EINVAL;

	pdev = lab_find_pasid_device(argv[0]);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);

	snprintf(name, sizeof(name), "%s:bench:%s", pci_name(pdev), lab_type_name(type));
	dom = lab_domain_get(&pdev->dev, type, name);
	if (IS_ERR(dom)) {
		ret = PTR_ERR(dom);
	} else {
		lab_unlock();
		ret = bench(&pdev->dev, dom->domain, pasid, loops);
		lab_lock();
		lab_domain_put(dom);
	}

	pci_dev_put(pdev);
	return ret;
}
