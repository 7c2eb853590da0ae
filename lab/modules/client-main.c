// SPDX-License-Identifier: GPL-2.0-only
/*
 * pasid-lab-client: attaches domains at PASIDs, from a shell.
 *
 * It stands for the drivers and VMMs that would do so, and for the hardware
 * that would be needed to make them: one command a write to pasid-lab/ctl in
 * debugfs, errno if it fails.
 */
#include <linux/debugfs.h>
#include <linux/device/bus.h>
#include <linux/limits.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci-ats.h>
#include <linux/pci.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/wait.h>

#include "client.h"
#include "pasid-lab.h"

#define MAX_COMMAND	256

/* iopf <bdf> on|off: page requests on demand, as a driver that uses SVA does */
static int lab_cmd_iopf(int argc, char **argv)
{
	struct pci_dev *pdev;
	bool enable;
	int ret;

	ret = kstrtobool(argv[1], &enable);
	if (ret)
		return ret;
	pdev = pasid_lab_find_device(argv[0]);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	ret = lab_iopf(&pdev->dev, enable);
	pci_dev_put(pdev);
	return ret;
}

/* ats <bdf> on|off: as intel-iommu has it where it needs ATS, and where not */
static int lab_cmd_ats(int argc, char **argv)
{
	struct pci_dev *pdev;
	bool enable;
	int ret;

	ret = kstrtobool(argv[1], &enable);
	if (ret)
		return ret;
	pdev = pasid_lab_find_device(argv[0]);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	if (enable)
		ret = pci_enable_ats(pdev, PAGE_SHIFT);
	else
		pci_disable_ats(pdev);
	pci_dev_put(pdev);
	return ret;
}

/* error <bdf> fatal|nonfatal|slot-reset|resume|failed: as error recovery (AER) tells a driver */
static int lab_cmd_error(int argc, char **argv)
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

/* pasid-status <bdf>: what the PCI core says of it to all but iommufd, in "result" */
static int lab_cmd_pasid_status(int argc, char **argv)
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

/* lock-config <bdf> on|off: users who access its configuration space wait, as in a reset */
static int lab_cmd_lock_config(int argc, char **argv)
{
	struct pci_dev *pdev;
	bool lock;

	if (kstrtobool(argv[1], &lock))
		return -EINVAL;
	pdev = pasid_lab_find_device(argv[0]);
	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	if (lock)
		pci_cfg_access_lock(pdev);
	else
		pci_cfg_access_unlock(pdev);
	pci_dev_put(pdev);
	return 0;
}

/* leak <text>: loses memory, for who is to find that */
static int lab_cmd_leak(int argc, char **argv)
{
	return kstrdup(argv[0], GFP_KERNEL) ? 0 : -ENOMEM;
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

/* take <bdf> <name> on|off: a file of that name, as a driver may have one; one at a time */
static int lab_cmd_take(int argc, char **argv)
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

static DECLARE_WAIT_QUEUE_HEAD(hold_wait);
static bool hold_add;
static u32 held_add;

/* hold-add on|off: a function that appears waits when everybody has been told, before udev is */
static int lab_cmd_hold_add(int argc, char **argv)
{
	bool hold;

	if (kstrtobool(argv[0], &hold))
		return -EINVAL;
	WRITE_ONCE(hold_add, hold);
	wake_up_all(&hold_wait);
	return 0;
}

/* After the product's, which has the same priority and is loaded earlier. */
static int bus_notify_added(struct notifier_block *nb, unsigned long action, void *data)
{
	if (action != BUS_NOTIFY_ADD_DEVICE || !READ_ONCE(hold_add))
		return NOTIFY_DONE;
	WRITE_ONCE(held_add, held_add + 1);
	wait_event(hold_wait, !READ_ONCE(hold_add));
	return NOTIFY_OK;
}

static struct notifier_block added_nb = {
	.notifier_call	= bus_notify_added,
	.priority	= INT_MIN,
};

static const struct pasid_lab_command commands[] = {
	{ "ats",		2, 2, lab_cmd_ats },
	{ "attach",		2, 4, lab_cmd_attach },
	{ "attach-range",	5, 5, lab_cmd_attach_range },
	{ "detach",		2, 2, lab_cmd_detach },
	{ "detach-range",	3, 3, lab_cmd_detach_range },
	{ "detach-all",		1, 1, lab_cmd_detach_all },
	{ "replace",		4, 4, lab_cmd_replace },
	{ "bench",		3, 4, lab_cmd_bench },
	{ "ecap",		1, 3, lab_cmd_ecap },
	{ "extra-inval",	2, 2, lab_cmd_extra_inval },
	{ "fail-qi",		1, 2, lab_cmd_fail_qi },
	{ "faults",		1, 1, lab_cmd_faults },
	{ "error",		2, 2, lab_cmd_error },
	{ "hold-add",		1, 1, lab_cmd_hold_add },
	{ "hold-hooks",	1, 2, lab_cmd_hold_hooks },
	{ "iopf",		2, 2, lab_cmd_iopf },
	{ "latency",		2, 2, lab_cmd_latency },
	{ "leak",		1, 1, lab_cmd_leak },
	{ "lock-config",	2, 2, lab_cmd_lock_config },
	{ "pasid-status",	1, 1, lab_cmd_pasid_status },
	{ "stall-qi",		1, 1, lab_cmd_stall_qi },
	{ "take",		3, 3, lab_cmd_take },
	{ "memory",		1, 1, lab_cmd_memory },
	{ "forget-memory",	1, 1, lab_cmd_forget_memory },
	{ }
};

struct dentry *pasid_lab_dir;
EXPORT_SYMBOL_GPL(pasid_lab_dir);

struct dentry *lab_memory_dir;

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

/* Also asked from within a probe, for which the mutex is out of reach. */
bool lab_is_owner(void)
{
	return READ_ONCE(owner) == current;
}

/**
 * pasid_lab_find_device - look a function up
 * @bdf: <domain>:<bus>:<device>.<function>
 *
 * Return: the function, to be given back by pci_dev_put(), or an ERR_PTR().
 */
struct pci_dev *pasid_lab_find_device(const char *bdf)
{
	unsigned int domain, bus, slot, func;
	struct pci_dev *pdev;
	char end;

	if (sscanf(bdf, "%x:%x:%x.%x%c", &domain, &bus, &slot, &func, &end) != 4 ||
	    slot > 31 || func > 7)
		return ERR_PTR(-EINVAL);

	pdev = pci_get_domain_bus_and_slot(domain, bus, PCI_DEVFN(slot, func));
	return pdev ?: ERR_PTR(-ENODEV);
}
EXPORT_SYMBOL_GPL(pasid_lab_find_device);

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
 * @buf: its text
 * @count: the length of the text
 * @table: the commands there are
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

static ssize_t ctl_write(struct file *file, const char __user *buf,
			 size_t count, loff_t *pos)
{
	ssize_t ret;

	lab_lock();
	ret = pasid_lab_write(buf, count, commands);
	lab_unlock();
	return ret;
}

static const struct file_operations ctl_fops = {
	.owner	= THIS_MODULE,
	.write	= ctl_write,
};

static int stall_qi_show(struct seq_file *s, void *unused)
{
	seq_printf(s, "%s\n", READ_ONCE(lab_stall_qi_state));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(stall_qi);

static int list_show(struct seq_file *s, void *unused)
{
	lab_lock();
	lab_list(s);
	lab_unlock();
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(list);

static int iovas_show(struct seq_file *s, void *unused)
{
	lab_lock();
	lab_memory_list(s);
	lab_unlock();
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(iovas);

/*
 * The device cannot be found any more, but the IOMMU core has not released it
 * yet: it comes after this notifier.
 */
static int bus_notify(struct notifier_block *nb, unsigned long action,
		      void *data)
{
	if (action != BUS_NOTIFY_REMOVED_DEVICE)
		return NOTIFY_DONE;

	lab_lock();
	lab_forget_device(data);
	lab_memory_forget_device(data);
	lab_unlock();
	return NOTIFY_OK;
}

static struct notifier_block bus_nb = {
	.notifier_call	= bus_notify,
	.priority	= INT_MAX,
};

static void __init create_files(void)
{
	pasid_lab_dir = debugfs_create_dir("pasid-lab", NULL);
	debugfs_create_file("ctl", 0200, pasid_lab_dir, NULL, &ctl_fops);
	debugfs_create_file("list", 0400, pasid_lab_dir, NULL, &list_fops);
	debugfs_create_file("iovas", 0400, pasid_lab_dir, NULL, &iovas_fops);
	debugfs_create_file("stall-qi", 0400, pasid_lab_dir, NULL, &stall_qi_fops);
	lab_memory_dir = debugfs_create_dir("memory", pasid_lab_dir);
	debugfs_create_u32("held-add", 0400, pasid_lab_dir, &held_add);
	debugfs_create_u64("result", 0400, pasid_lab_dir, &lab_result);
	debugfs_create_u64("latency-irq", 0400, pasid_lab_dir, &lab_latency_irq);
	debugfs_create_u64("latency-task", 0400, pasid_lab_dir, &lab_latency_task);
	debugfs_create_atomic_t("fail-qi-left", 0400, pasid_lab_dir,
				&lab_fail_qi_left);
}

static int __init client_init(void)
{
	int ret;

	ret = lab_kernel_init() ?: lab_ecap_init() ?: lab_backend_init();
	if (ret)
		return ret;

	ret = bus_register_notifier(&pci_bus_type, &bus_nb);
	if (ret)
		return ret;

	ret = bus_register_notifier(&pci_bus_type, &added_nb);
	if (ret) {
		bus_unregister_notifier(&pci_bus_type, &bus_nb);
		return ret;
	}

	create_files();
	return 0;
}

static void __exit client_exit(void)
{
	/* No more commands; the memories take their own files away. */
	debugfs_lookup_and_remove("ctl", pasid_lab_dir);
	bus_unregister_notifier(&pci_bus_type, &bus_nb);
	WRITE_ONCE(hold_add, false);
	wake_up_all(&hold_wait);
	bus_unregister_notifier(&pci_bus_type, &added_nb);

	lab_lock();
	lab_fail_qi_disarm();
	lab_hold_hooks_end();
	lab_stall_qi_end();
	lab_faults_restore();
	lab_forget_all();
	lab_memory_forget_all();
	lab_ecap_restore();
	lab_unlock();

	debugfs_remove(pasid_lab_dir);
}

module_init(client_init);
module_exit(client_exit);

MODULE_AUTHOR("pasid-ctl developers");
MODULE_DESCRIPTION("Lab only: attaches domains at PASIDs of a device, from a shell");
MODULE_LICENSE("GPL");
