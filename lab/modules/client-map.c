// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory that a domain maps.
 *
 * A domain maps LAB_MEMORY_SIZE bytes at LAB_IOVA. In a pass-through domain they
 * are at their physical address. In a nested domain a first-stage table leads to
 * them; it is in memory that the parent maps, as a guest's table is.
 */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/pgtable.h>

#include "client.h"

#define MEMORY_ORDER	get_order(LAB_MEMORY_SIZE)
#define MEMORY_PAGES	(LAB_MEMORY_SIZE / PAGE_SIZE)

/* Where a parent maps the memory of a nested domain. */
#define NESTED_GPA	0x200000

/* The pages of a first-stage table: PML4, directory pointers, directory, page table. */
#define TABLE_LEVELS	4
#define TABLE_SIZE	(TABLE_LEVELS * PAGE_SIZE)

/* Points the entries of the lowest level for @iova at the memory. */
static void map_pages(u64 *table, u64 iova, u64 gpa, u64 flags)
{
	int i;

	for (i = 0; i < MEMORY_PAGES; i++)
		table[iova / PAGE_SIZE + i] = (gpa + i * PAGE_SIZE) | flags |
			_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY;
}

/* Both addresses are below 2 MiB, so each upper level needs only its first entry. */
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
 * lab_map_add - give a domain its memory, and the memory its file
 * @dom: a new domain, which nothing is attached to
 *
 * Return: 0 or a negative errno.
 */
int lab_map_add(struct lab_domain *dom)
{
	int ret = -ENOMEM;

	dom->mem.data = alloc_memory(LAB_MEMORY_SIZE);
	if (dom->mem.data)
		ret = map_domain(dom);
	if (ret)
		goto free;

	ret = lab_memory_show(&dom->mem, dom->name);
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
 * lab_map_remove - take a domain's memory away, and the file
 * @dom: a domain that nothing is attached to any more
 */
void lab_map_remove(struct lab_domain *dom)
{
	lab_memory_hide(&dom->mem);
	unmap_domain(dom);
	free_memory(dom);
}
