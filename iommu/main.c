// SPDX-License-Identifier: GPL-2.0-only
/*
 * intel-pasid-ctl: per-VF PASID permissions in the tables of Intel VT-d.
 *
 * The files, from the top. A file calls only files that stand after it in this list; iommu/Makefile
 * has the reverse order. scripts/lint circles finds two files that need each other, but does not
 * read this list.
 *
 * Entrances	api.c, api-requests.c (kernel modules), hooks.c (calls of intel-iommu and the PCI
 *		core), discover.c (devices that come and go)
 * Life		attach.c, identify.c: a VF comes under control and leaves it
 * Files	sysfs-module.c, sysfs-pf.c, sysfs.c: what admins read and write
 * Changes	ceiling.c: what an admin writes becomes settings, and those become ceilings of
 *		VFs. change.c: the sets of one VF change, and are enforced
 * Engine	serve.c: page requests of a VF whose user gets them. apply.c: a writer makes all
 *		tables and caches of a VF obey. pf.c: a PF switches PASID or PRI off or on. fixup.c:
 *		a hook makes the entry obey that intel-iommu has just written. reset.c, ats.c: what
 *		resets and sleep do to a VF. intent.c, scan.c, context.c: entries. function.c: can
 *		the VF answer? flushes.c: hooks that have not invalidated yet. faults.c: requests
 *		that the IOMMU has refused. count.c: counters
 * Probes	probe.c (registers hooks), gaps.c (which calls has no hook seen?), selftest.c (do
 *		probes fire?)
 * State	state.c: what a VF supports and may do now. vf.c: the hash table of VFs.
 *		settings.c: what admins have said of VFs, also of those that are not there
 * Machine	unit.c: a VT-d unit. kernel.c: the running kernel. trace.c, log.c: what is told
 * Pure		inval.c, entry.c, walk.c, record.c (VT-d's invalidations, tables and fault records),
 *		requests.c (which page requests wait for a user), need.c (what a kernel has to
 *		have), precedence.c (which setting counts), perm.c (permission sets)
 */
#include <linux/crash_dump.h>
#include <linux/module.h>

#include "change.h"
#include "probe.h"
#include "settings.h"
#include "sysfs.h"

static char *default_ctl;
module_param(default_ctl, charp, 0444);
MODULE_PARM_DESC(default_ctl,
		 "Ceiling for VFs, in the grammar of pasid_ctl, e.g. \"-all +enable\" (default: \"+enable -exec +priv +pri\", cut to what is supported, which changes nothing)");

/*
 * default_ctl=+all -priv, without quotes, is two options: default_ctl=+all and -priv. The kernel
 * only warns of an option that it does not know, and the ceiling would have more than was
 * written. So each word of the grammar is an option here, which refuses to load.
 */
static int pasid_ctl_stray_word(const char *val, const struct kernel_param *kp)
{
	pr_err("'%s' is an option of its own here: put all words of default_ctl in quotes, as in default_ctl=\"+all -priv\"\n",
	       kp->name);
	return -EINVAL;
}

static const struct kernel_param_ops pasid_ctl_stray_ops = {
	.flags = KERNEL_PARAM_OPS_FL_NOARG,
	.set = pasid_ctl_stray_word,
};

/* The same as module_param_cb(), which accepts only names that are names in C, too. */
#define PASID_CTL_STRAY(id, word)							\
	static const struct kernel_param pasid_ctl_stray_##id				\
	__used __section("__param") __aligned(__alignof__(struct kernel_param)) = {	\
		.name = MODULE_PARAM_PREFIX word, .mod = THIS_MODULE,			\
		.ops = &pasid_ctl_stray_ops, .level = -1,				\
	}

PASID_CTL_STRAY(grant_all, "+all");
PASID_CTL_STRAY(deny_all, "-all");
PASID_CTL_STRAY(grant_enable, "+enable");
PASID_CTL_STRAY(deny_enable, "-enable");
PASID_CTL_STRAY(grant_exec, "+exec");
PASID_CTL_STRAY(deny_exec, "-exec");
PASID_CTL_STRAY(grant_priv, "+priv");
PASID_CTL_STRAY(deny_priv, "-priv");
PASID_CTL_STRAY(grant_pri, "+pri");
PASID_CTL_STRAY(deny_pri, "-pri");
PASID_CTL_STRAY(default, "default");

module_param_named(verbose, pasid_verbose, bool, 0644);
MODULE_PARM_DESC(verbose, "Log every VF that is put under control and every function that is hooked (default: N)");

static int __init pasid_ctl_init(void)
{
	int err;

	if (default_ctl) {
		err = pasid_vf_default_ctl(default_ctl);
		if (err)
			return err;
	}
	if (is_kdump_kernel()) {
		pr_err("this kernel saves a crash dump: intel-iommu still uses tables of the kernel that crashed\n");
		return -EBUSY;
	}
	err = pasid_kernel_init();
	if (err)
		return err;
	err = pasid_module_sysfs_add();
	if (err)
		return err;
	err = pasid_hooks_init();
	if (err)
		goto err_gaps;
	err = pasid_discover_init();
	if (err)
		goto err_hooks;
	pr_info("version %s: enforcing\n", PASID_CTL_VERSION);
	return 0;

err_hooks:
	pasid_hooks_exit();
err_gaps:
	pasid_gaps_stop();
	pasid_module_sysfs_remove();
	return err;
}

static void __exit pasid_ctl_exit(void)
{
	pasid_module_sysfs_remove();
	pasid_discover_stop();
	pasid_vf_remove_files();
	pasid_hooks_exit();
	pasid_vf_for_each(pasid_vf_give_back);
	pasid_vf_remove_all();
	/* The VFs' workers may have queued it again. */
	pasid_change_stop();
	pasid_discover_exit();
	pasid_gaps_stop();
}

module_init(pasid_ctl_init);
module_exit(pasid_ctl_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Per-VF PASID permissions, enforced by Intel VT-d");
MODULE_AUTHOR("The pasid-ctl developers");
MODULE_VERSION(PASID_CTL_VERSION);
