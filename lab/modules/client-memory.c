// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory for DMA as files: pasid-lab/memory has a file for each piece of memory
 * that a device can reach.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "client.h"

static struct dentry *memory_dir;
static LIST_HEAD(memories);

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

/* No lock is needed: debugfs_remove() waits for these, and the memory is freed after it. */
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

/**
 * lab_memory_show - make the file of a piece of memory
 * @mem: the memory; @data and @iova are set
 * @name: the name of the file; "/" becomes "!"
 *
 * Return: 0, or -EEXIST if there is a file of that name.
 */
int lab_memory_show(struct lab_memory *mem, const char *name)
{
	strscpy(mem->name, name);
	strreplace(mem->name, '/', '!');
	if (memory_is_known(mem->name))
		return -EEXIST;

	mem->file = debugfs_create_file(mem->name, 0600, memory_dir, mem,
					&memory_fops);
	list_add_tail(&mem->node, &memories);
	return 0;
}

/**
 * lab_memory_hide - remove the file of a piece of memory
 * @mem: the memory, which may have no file
 */
void lab_memory_hide(struct lab_memory *mem)
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

void lab_memory_init(struct dentry *parent)
{
	memory_dir = debugfs_create_dir("memory", parent);
}
