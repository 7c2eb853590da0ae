// SPDX-License-Identifier: GPL-2.0-only
/*
 * A function that hangs: it answers no invalidation of its device TLB before it is reset.
 *
 * QEMU's functions always answer. So a kprobe makes qi_submit_sync() wait, as it does on
 * hardware: on its processor, with preemption off. It waits for the first invalidation
 * only: that is enough for a test to see which other tasks wait. The task that resets the
 * function needs a second processor.
 */
#include <linux/kprobes.h>
#include <linux/ktime.h>
#include <linux/pci.h>
#include <linux/processor.h>

#include "client.h"
#include "pasid-lab.h"

/* The types of descriptors that name a function. */
#define DESC_TYPE		0xf
#define DESC_DEVICE_TLB		0x3
#define DESC_PASID_DEVICE_TLB	0x8

struct qi_desc {
	u64 qw[4];
};

/* Shorter than the time after which the kernel reports a lockup. */
#define GIVE_UP_NS		(10ULL * NSEC_PER_SEC)

/*
 * "off", "armed", "waiting", or how the wait ended: "reset", or "gave up" if the function
 * was not reset in time.
 */
const char *lab_stall_qi_state = "off";

static struct pci_dev *stall_qi_pdev;
static atomic_t stall_qi_armed;

static bool is_for(const struct qi_desc *desc, u16 rid)
{
	switch (desc->qw[0] & DESC_TYPE) {
	case DESC_DEVICE_TLB:
		return (u16)(desc->qw[0] >> 32) == rid;
	case DESC_PASID_DEVICE_TLB:
		return (u16)(desc->qw[0] >> 16) == rid;
	default:
		return false;
	}
}

/* A reset clears ATS Enable. Linux sets it again, but later than this looks. */
static bool is_reset(struct pci_dev *pdev)
{
	u16 ctrl;

	pci_read_config_word(pdev, pdev->ats_cap + PCI_ATS_CTRL, &ctrl);
	return !(ctrl & PCI_ATS_CTRL_ENABLE);
}

static int stall_qi_pre(struct kprobe *p, struct pt_regs *regs)
{
	const struct qi_desc *desc = (void *)regs_get_kernel_argument(regs, 1);
	unsigned int count = regs_get_kernel_argument(regs, 2);
	u64 deadline = ktime_get_mono_fast_ns() + GIVE_UP_NS;

	while (count && !is_for(desc, pci_dev_id(stall_qi_pdev))) {
		count--;
		desc++;
	}
	if (!count || !atomic_xchg(&stall_qi_armed, 0))
		return 0;
	WRITE_ONCE(lab_stall_qi_state, "waiting");
	while (!is_reset(stall_qi_pdev)) {
		if (ktime_get_mono_fast_ns() > deadline) {
			WRITE_ONCE(lab_stall_qi_state, "gave up");
			return 0;
		}
		cpu_relax();
	}
	WRITE_ONCE(lab_stall_qi_state, "reset");
	return 0;
}
NOKPROBE_SYMBOL(stall_qi_pre);

static struct kprobe stall_qi_probe;

void lab_stall_qi_end(void)
{
	if (!stall_qi_pdev)
		return;
	unregister_kprobe(&stall_qi_probe);
	pci_dev_put(stall_qi_pdev);
	stall_qi_pdev = NULL;
	lab_stall_qi_state = "off";
}

static int stall_qi_begin(const char *bdf)
{
	struct pci_dev *pdev = pasid_lab_find_device(bdf);
	int ret;

	if (IS_ERR(pdev))
		return PTR_ERR(pdev);
	stall_qi_pdev = pdev;
	lab_stall_qi_state = "armed";
	atomic_set(&stall_qi_armed, 1);
	/* A kprobe that was unregistered has to be initialized again. */
	stall_qi_probe = (struct kprobe) {
		.symbol_name	= "qi_submit_sync",
		.pre_handler	= stall_qi_pre,
	};
	ret = pdev->ats_enabled ? register_kprobe(&stall_qi_probe) : -EOPNOTSUPP;
	if (ret) {
		stall_qi_pdev = NULL;
		pci_dev_put(pdev);
	}
	return ret;
}

/* stall-qi <BDF>|off */
int lab_cmd_stall_qi(int argc, char **argv)
{
	lab_stall_qi_end();
	return strcmp(argv[0], "off") ? stall_qi_begin(argv[0]) : 0;
}
