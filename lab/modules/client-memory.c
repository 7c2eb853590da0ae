// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory for DMA: what a device reaches through a domain, or without a PASID,
 * is a file in pasid-lab/memory.
 *
 * A domain has LAB_MEMORY_SIZE bytes at LAB_IOVA. A pass-through domain has
 * them where they are. A nested domain's first stage is a table of its own in
 * memory that its parent maps, as a guest's would be.
 */
#include <linux/debugfs.h>
#include <linux/dma-mapping.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/list.h>
#include <linux/pci.h>
#include <linux/pgtable.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "client.h"
#include "compat.h"
#include "pasid-lab.h"

#define MEMORY_ORDER	get_order(LAB_MEMORY_SIZE)
#define MEMORY_PAGES	(LAB_MEMORY_SIZE / PAGE_SIZE)

/* Where a parent has the memory of a nested domain. */
#define NESTED_GPA	0x200000

/* Of a table: PML4, directory pointers, directory, pages. */
#define TABLE_LEVELS	4
#define TABLE_SIZE	(TABLE_LEVELS * PAGE_SIZE)

/* struct lab_dma - memory that a function reaches without a PASID */
struct lab_dma {
	struct list_head node;
	struct pci_dev *pdev;
	struct lab_memory mem;
};

static LIST_HEAD(memories);
static LIST_HEAD(dmas);

static ssize_t memory_read(struct file *file, char __user *buf, size_t count,
			   loff_t *pos)
{
	const struct lab_memory *mem = file->private_data;

	return simple_read_from_buffer(buf, count, pos, mem->data,
				       LAB_MEMORY_SIZE);
}

static ssize_t memory_write(struct file *file, const char __user *buf,
			    size_t count, loff_t *pos)
{
	const struct lab_memory *mem = file->private_data;

	if (count && *pos >= LAB_MEMORY_SIZE)
		return -ENOSPC;

	return simple_write_to_buffer(mem->data, LAB_MEMORY_SIZE, pos, buf, count);
}

/* No lock here: debugfs_remove() waits for these, and nothing comes after it. */
static const struct file_operations memory_fops = {
	.owner	= THIS_MODULE,
	.open	= simple_open,
	.read	= memory_read,
	.write	= memory_write,
	.llseek	= default_llseek,
};

static bool memory_is_known(const char *name)
{
	struct lab_memory *mem;

	list_for_each_entry(mem, &memories, node)
		if (!strcmp(mem->name, name))
			return true;

	return false;
}

static int memory_show(struct lab_memory *mem, const char *name)
{
	strscpy(mem->name, name);
	strreplace(mem->name, '/', '!');
	if (memory_is_known(mem->name))
		return -EEXIST;

	mem->file = debugfs_create_file(mem->name, 0600, lab_memory_dir, mem,
					&memory_fops);
	list_add_tail(&mem->node, &memories);
	return 0;
}

static void memory_hide(struct lab_memory *mem)
{
	if (!mem->file)
		return;

	list_del(&mem->node);
	debugfs_remove(mem->file);
}

/* One line for each file: <name> <IOVA> */
void lab_memory_list(struct seq_file *s)
{
	struct lab_memory *mem;

	list_for_each_entry(mem, &memories, node)
		seq_printf(s, "%s %#llx\n", mem->name, mem->iova);
}

/* Points the entries of the lowest level for @iova at the memory. */
static void map_pages(u64 *table, u64 iova, u64 gpa, u64 flags)
{
	int i;

	for (i = 0; i < MEMORY_PAGES; i++)
		table[iova / PAGE_SIZE + i] = (gpa + i * PAGE_SIZE) | flags |
			_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY;
}

/* Both addresses are below 2 MiB, so each level needs its first entry alone. */
static void fill_table(void *table, u64 gpa)
{
	int i;

	for (i = 1; i < TABLE_LEVELS; i++)
		*(u64 *)(table + (i - 1) * PAGE_SIZE) = (LAB_TABLE_GPA + i * PAGE_SIZE) |
			_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED;

	table += (TABLE_LEVELS - 1) * PAGE_SIZE;
	map_pages(table, LAB_IOVA, gpa, _PAGE_USER);
	map_pages(table, LAB_IOVA_SUPERVISOR, gpa, 0);
}

static void *alloc_memory(size_t size)
{
	return (void *)__get_free_pages(GFP_KERNEL | __GFP_ZERO, get_order(size));
}

static int map(struct iommu_domain *domain, u64 iova, void *data, size_t size)
{
	return iommu_map(domain, iova, virt_to_phys(data), size,
			 IOMMU_READ | IOMMU_WRITE, GFP_KERNEL);
}

static int map_nested(struct lab_domain *dom)
{
	struct iommu_domain *parent = dom->parent->domain;
	int ret;

	dom->table = alloc_memory(TABLE_SIZE);
	if (!dom->table)
		return -ENOMEM;

	fill_table(dom->table, NESTED_GPA);
	ret = map(parent, LAB_TABLE_GPA, dom->table, TABLE_SIZE);
	if (ret)
		return ret;

	ret = map(parent, NESTED_GPA, dom->mem.data, LAB_MEMORY_SIZE);
	if (ret)
		iommu_unmap(parent, LAB_TABLE_GPA, TABLE_SIZE);
	return ret;
}

static int map_domain(struct lab_domain *dom)
{
	dom->mem.iova = LAB_IOVA;
	if (dom->parent)
		return map_nested(dom);
	if (dom->type != LAB_PT)
		return map(dom->domain, LAB_IOVA, dom->mem.data, LAB_MEMORY_SIZE);

	dom->mem.iova = virt_to_phys(dom->mem.data);
	return 0;
}

static void unmap_domain(struct lab_domain *dom)
{
	if (dom->parent) {
		iommu_unmap(dom->parent->domain, NESTED_GPA, LAB_MEMORY_SIZE);
		iommu_unmap(dom->parent->domain, LAB_TABLE_GPA, TABLE_SIZE);
	} else if (dom->type != LAB_PT) {
		iommu_unmap(dom->domain, LAB_IOVA, LAB_MEMORY_SIZE);
	}
}

static void free_memory(struct lab_domain *dom)
{
	free_pages((unsigned long)dom->mem.data, MEMORY_ORDER);
	free_pages((unsigned long)dom->table, get_order(TABLE_SIZE));
}

/**
 * lab_memory_add - give a domain its memory
 * @dom: a domain, of which nobody knows yet
 *
 * Return: 0 or a negative errno.
 */
int lab_memory_add(struct lab_domain *dom)
{
	int ret = -ENOMEM;

	dom->mem.data = alloc_memory(LAB_MEMORY_SIZE);
	if (dom->mem.data)
		ret = map_domain(dom);
	if (ret)
		goto free;

	ret = memory_show(&dom->mem, dom->name);
	if (ret)
		goto unmap;

	return 0;

unmap:
	unmap_domain(dom);
free:
	free_memory(dom);
	return ret;
}

/**
 * lab_memory_remove - take a domain's memory away
 * @dom: a domain that is attached nowhere any more
 */
void lab_memory_remove(struct lab_domain *dom)
{
	memory_hide(&dom->mem);
	unmap_domain(dom);
	free_memory(dom);
}

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
	ret = dma->mem.data ? memory_show(&dma->mem, pci_name(pdev)) : -ENOMEM;
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
	memory_hide(&dma->mem);
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

/* memory <BDF>: for requests without PASID, through the kernel's own DMA API */
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
 * lab_memory_forget_device - free the memory of a device that goes
 * @dev: the device
 */
void lab_memory_forget_device(const struct device *dev)
{
	struct lab_dma *dma = dma_find(dev);

	if (dma)
		dma_remove(dma);
}

/**
 * lab_memory_forget_all - free the memory of all devices
 */
void lab_memory_forget_all(void)
{
	struct lab_dma *dma, *next;

	list_for_each_entry_safe(dma, next, &dmas, node)
		dma_remove(dma);
}
