// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a shell drives these modules: a write to a file in debugfs is one command.
 *
 * The lock serializes the commands of pasid-lab-client. Other modules use only
 * pasid_lab_write(), under a lock of their own.
 */
#include <linux/err.h>
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "client.h"
#include "pasid-lab.h"

#define MAX_COMMAND	256

struct dentry *pasid_lab_dir;
EXPORT_SYMBOL_GPL(pasid_lab_dir);

u64 lab_result;

static DEFINE_MUTEX(lock);
static struct task_struct *owner;

void lab_lock(void)
{
	mutex_lock(&lock);
	WRITE_ONCE(owner, current);
}

void lab_unlock(void)
{
	WRITE_ONCE(owner, NULL);
	mutex_unlock(&lock);
}

/* A probe's handler asks, too, and a handler cannot take the mutex. */
bool lab_is_owner(void)
{
	return READ_ONCE(owner) == current;
}

static int run_command(const struct pasid_lab_command *c, int argc, char **argv)
{
	if (!argc)
		return -EINVAL;

	for (; c->name; c++) {
		if (strcmp(argv[0], c->name))
			continue;
		if (argc - 1 < c->min_args || argc - 1 > c->max_args)
			return -EINVAL;
		return c->run(argc - 1, argv + 1);
	}

	return -EINVAL;
}

/**
 * pasid_lab_write - run the command that was written to a file
 * @buf: the text that was written
 * @count: the length of the text
 * @table: the commands that the file takes
 *
 * Return: @count, or a negative errno.
 */
ssize_t pasid_lab_write(const char __user *buf, size_t count,
			const struct pasid_lab_command *table)
{
	char *text, **argv;
	int argc, ret;

	if (count > MAX_COMMAND)
		return -EINVAL;

	text = memdup_user_nul(buf, count);
	if (IS_ERR(text))
		return PTR_ERR(text);

	argv = argv_split(GFP_KERNEL, text, &argc);
	kfree(text);
	if (!argv)
		return -ENOMEM;

	ret = run_command(table, argc, argv);
	argv_free(argv);
	return ret ?: count;
}
EXPORT_SYMBOL_GPL(pasid_lab_write);
