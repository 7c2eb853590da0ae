// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory for a function's requests without a PASID, from the kernel's DMA API.
 */
#include <linux/dma-mapping.h>
#include <linux/list.h>
#include <linux/pci.h>

#include "client.h"
#include "compat.h"

/* struct lab_dma - memory that a function reaches without a PASID */
struct lab_dma {
	struct list_head node;
	struct pci_dev *pdev;
	struct lab_memory mem;
};

static LIST_HEAD(dmas);

static int dma_add(struct pci_dev *pdev)
{
	struct device *dev = &pdev->dev;
	struct lab_dma *dma;
	dma_addr_t iova;
	int ret;

	ret = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(64));
	if (ret)
		return ret;

	dma = kzalloc_obj(*dma);
	if (!dma)
		return -ENOMEM;

	dma->pdev = pdev;
	dma->mem.data = dma_alloc_coherent(dev, LAB_MEMORY_SIZE, &iova, GFP_KERNEL);
	dma->mem.iova = iova;
	ret = dma->mem.data ? lab_memory_show(&dma->mem, pci_name(pdev)) : -ENOMEM;
	if (!ret) {
		list_add_tail(&dma->node, &dmas);
		return 0;
	}

	if (dma->mem.data)
		dma_free_coherent(dev, LAB_MEMORY_SIZE, dma->mem.data, iova);
	kfree(dma);
	return ret;
}

static void dma_remove(struct lab_dma *dma)
{
	lab_memory_hide(&dma->mem);
	list_del(&dma->node);
	dma_free_coherent(&dma->pdev->dev, LAB_MEMORY_SIZE, dma->mem.data,
			  dma->mem.iova);
	pci_dev_put(dma->pdev);
	kfree(dma);
}

static struct lab_dma *dma_find(const struct device *dev)
{
	struct lab_dma *dma;

	list_for_each_entry(dma, &dmas, node)
		if (&dma->pdev->dev == dev)
			return dma;

	return NULL;
}

/* memory <BDF> */
int lab_cmd_memory(int argc, char **argv)
{
	struct pci_dev *pdev = lab_find_device(argv[0]);
	int ret;

	if (IS_ERR(pdev))
		return PTR_ERR(pdev);

	ret = dma_add(pdev);
	if (ret)
		pci_dev_put(pdev);
	return ret;
}

/* forget-memory <BDF> */
int lab_cmd_forget_memory(int argc, char **argv)
{
	struct pci_dev *pdev = lab_find_device(argv[0]);
	struct lab_dma *dma;

	if (IS_ERR(pdev))
		return PTR_ERR(pdev);

	dma = dma_find(&pdev->dev);
	if (dma)
		dma_remove(dma);
	pci_dev_put(pdev);
	return dma ? 0 : -ENOENT;
}

/**
 * lab_dma_forget_device - free the memory of a device that is removed
 * @dev: the device
 */
void lab_dma_forget_device(const struct device *dev)
{
	struct lab_dma *dma = dma_find(dev);

	if (dma)
		dma_remove(dma);
}

/**
 * lab_dma_forget_all - free the memory of all devices
 */
void lab_dma_forget_all(void)
{
	struct lab_dma *dma, *next;

	list_for_each_entry_safe(dma, next, &dmas, node)
		dma_remove(dma);
}
