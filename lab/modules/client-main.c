// SPDX-License-Identifier: GPL-2.0-only
/*
 * pasid-lab-client: attaches domains at PASIDs, driven from a shell.
 *
 * The module stands for the drivers and VMMs that attach PASIDs, and for hardware
 * that fails or hangs. A write to pasid-lab/ctl in debugfs is one command; the
 * write fails with an errno if the command does.
 */
#include <linux/debugfs.h>
#include <linux/device/bus.h>
#include <linux/limits.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "client.h"
#include "pasid-lab.h"

/* leak <text>: lose memory, which kmemleak has to find */
static int lab_cmd_leak(int argc, char **argv)
{
	return kstrdup(argv[0], GFP_KERNEL) ? 0 : -ENOMEM;
}

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
 * At this point no command finds the device any more, and the IOMMU core has not
 * released it yet: the core's notifier runs after this one.
 */
static int bus_notify(struct notifier_block *nb, unsigned long action,
		      void *data)
{
	if (action != BUS_NOTIFY_REMOVED_DEVICE)
		return NOTIFY_DONE;

	lab_lock();
	lab_forget_device(data);
	lab_dma_forget_device(data);
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
	lab_memory_init(pasid_lab_dir);
	debugfs_create_u32("held-add", 0400, pasid_lab_dir, &lab_held_add);
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

	ret = lab_hold_add_init();
	if (ret) {
		bus_unregister_notifier(&pci_bus_type, &bus_nb);
		return ret;
	}

	create_files();
	return 0;
}

static void __exit client_exit(void)
{
	/* From here on there are no more commands. */
	debugfs_lookup_and_remove("ctl", pasid_lab_dir);
	bus_unregister_notifier(&pci_bus_type, &bus_nb);
	lab_hold_add_end();

	lab_lock();
	lab_fail_qi_disarm();
	lab_hold_hooks_end();
	lab_stall_qi_end();
	lab_faults_restore();
	lab_forget_all();
	lab_dma_forget_all();
	lab_ecap_restore();
	lab_unlock();

	debugfs_remove(pasid_lab_dir);
}

module_init(client_init);
module_exit(client_exit);

MODULE_AUTHOR("pasid-ctl developers");
MODULE_DESCRIPTION("Lab only: attaches domains at PASIDs of a device, from a shell");
MODULE_LICENSE("GPL");
