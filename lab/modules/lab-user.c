// SPDX-License-Identifier: GPL-2.0-only
/*
 * pasid-lab-user: a user of the product's API, driven from a shell.
 *
 * The module stands for a vfio-pci variant driver: it registers as the user of a VF
 * and requests permissions. A write to pasid-lab/user in debugfs is one command. A
 * read shows the product's state of each VF that has this user.
 */
#include <linux/debugfs.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pasid_ctl.h>
#include <linux/pci.h>
#include <linux/seq_file.h>
#include <linux/string.h>

#include "compat.h"
#include "pasid-lab.h"

/**
 * struct lab_user - a VF whose user is this module
 * @node: in the list of all of them
 * @pdev: the VF, referenced
 * @handle: the product's handle of this user
 */
struct lab_user {
	struct list_head node;
	struct pci_dev *pdev;
	struct pasid_ctl_user *handle;
};

static const struct {
	const char *name;
	unsigned int perm;
} perms[] = {
	{ "enable",	PASID_PERM_ENABLE },
	{ "exec",	PASID_PERM_EXEC },
	{ "priv",	PASID_PERM_PRIV },
	{ "pri",	PASID_PERM_PRI },
	{ "all",	PASID_PERM_ALL },
};

static LIST_HEAD(users);
static DEFINE_MUTEX(lock);

static struct lab_user *user_find(const char *bdf)
{
	struct lab_user *user;

	list_for_each_entry(user, &users, node)
		if (!strcmp(pci_name(user->pdev), bdf))
			return user;

	return NULL;
}

static int parse_set(const char *word, unsigned int *set)
{
	if (!strcmp(word, "none"))
		*set = PASID_PERM_NONE;
	else if (!strcmp(word, "all"))
		*set = PASID_PERM_ALL;
	else
		return -EINVAL;

	return 0;
}

/* +name or -name */
static int parse_word(const char *word, unsigned int *set)
{
	int i;

	if (*word != '+' && *word != '-')
		return -EINVAL;

	for (i = 0; i < ARRAY_SIZE(perms); i++) {
		if (strcmp(word + 1, perms[i].name))
			continue;
		if (*word == '+')
			*set |= perms[i].perm;
		else
			*set &= ~perms[i].perm;
		return 0;
	}

	return -EINVAL;
}

static struct lab_user *user_create(struct pci_dev *pdev, unsigned int request)
{
	struct lab_user *user = kzalloc_obj(*user);
	int ret;

	if (!user)
		return ERR_PTR(-ENOMEM);

	user->handle = pasid_ctl_get(pdev, request);
	if (IS_ERR(user->handle)) {
		ret = PTR_ERR(user->handle);
		kfree(user);
		return ERR_PTR(ret);
	}

	user->pdev = pci_dev_get(pdev);
	list_add_tail(&user->node, &users);
	return user;
}

static void user_free(struct lab_user *user)
{
	list_del(&user->node);
	pasid_ctl_put(user->handle);
	pci_dev_put(user->pdev);
	kfree(user);
}

/* get <BDF> none|all: register; the product has to refuse a second user of a VF */
static int cmd_get(int argc, char **argv)
{
	struct lab_user *user;
	struct pci_dev *pdev;
	unsigned int request;
	int ret;

	ret = parse_set(argv[1], &request);
	if (ret)
		return ret;

	pdev = pasid_lab_find_device(argv[0]);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);

	user = user_create(pdev, request);
	pci_dev_put(pdev);
	return PTR_ERR_OR_ZERO(user);
}

/* request <BDF> +name|-name...: names that are not given keep their request */
static int cmd_request(int argc, char **argv)
{
	struct pasid_ctl_state state;
	struct lab_user *user;
	int i, ret;

	user = user_find(argv[0]);
	if (!user)
		return -ENOENT;

	ret = pasid_ctl_query(user->handle, &state);
	for (i = 1; !ret && i < argc; i++)
		ret = parse_word(argv[i], &state.requested);

	return ret ?: pasid_ctl_request(user->handle, state.requested);
}

/* put <BDF> */
static int cmd_put(int argc, char **argv)
{
	struct lab_user *user;

	user = user_find(argv[0]);
	if (!user)
		return -ENOENT;

	user_free(user);
	return 0;
}

static const struct pasid_lab_command commands[] = {
	{ "get",	2, 2, cmd_get },
	{ "request",	2, 9, cmd_request },
	{ "put",	1, 1, cmd_put },
	{ }
};

static ssize_t user_write(struct file *file, const char __user *buf,
			  size_t count, loff_t *pos)
{
	guard(mutex)(&lock);
	return pasid_lab_write(buf, count, commands);
}

static void show_set(struct seq_file *s, const char *what, unsigned int set)
{
	int i;

	seq_printf(s, " %s", what);
	for (i = 0; i < ARRAY_SIZE(perms) - 1; i++)
		seq_printf(s, "%c%c%s", i ? ',' : '=',
			   set & perms[i].perm ? '+' : '-', perms[i].name);
}

static void show_vf(struct seq_file *s, struct lab_user *user)
{
	struct pasid_ctl_state state;
	int ret;

	seq_puts(s, pci_name(user->pdev));
	ret = pasid_ctl_query(user->handle, &state);
	if (ret) {
		seq_printf(s, " error=%d\n", ret);
		return;
	}

	show_set(s, "supported", state.supported);
	show_set(s, "ceiling", state.ceiling);
	show_set(s, "requested", state.requested);
	show_set(s, "effective", state.effective);
	seq_printf(s, " width=%u\n", state.width);
}

static int user_show(struct seq_file *s, void *unused)
{
	struct lab_user *user;

	guard(mutex)(&lock);
	list_for_each_entry(user, &users, node)
		show_vf(s, user);
	return 0;
}
DEFINE_SHOW_STORE_ATTRIBUTE(user);

static struct dentry *user_file;

static int __init user_init(void)
{
	user_file = debugfs_create_file("user", 0600, pasid_lab_dir, NULL,
					&user_fops);
	return PTR_ERR_OR_ZERO(user_file);
}

static void __exit user_exit(void)
{
	struct lab_user *user, *next;

	debugfs_remove(user_file);
	list_for_each_entry_safe(user, next, &users, node)
		user_free(user);
}

module_init(user_init);
module_exit(user_exit);

MODULE_AUTHOR("pasid-ctl developers");
MODULE_DESCRIPTION("Lab only: a user of the pasid-ctl API, driven from a shell");
MODULE_LICENSE("GPL");
