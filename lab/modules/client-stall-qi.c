// SPDX-License-Identifier: GPL-2.0-only
/*
 * A function that hangs: it answers no invalidation of its TLB before it is reset.
 *
 * QEMU's functions always answer, so a kprobe has qi_submit_sync() wait in their place, as
 * it does on hardware: on its processor, with preemption off. It waits for the first
 * invalidation only, since one is enough to tell who else waits for it. The machine
 * needs a second processor for who resets the function.
 */
#include <linux/kprobes.h>
#include <linux/ktime.h>
#include <linux/pci.h>
#include <linux/processor.h>

#include "client.h"
#include "pasid-lab.h"

/* Where the source of a device-TLB invalidation is. */
#define DESC_TYPE		0xf
#define DESC_DEVICE_TLB		0x3
#define DESC_PASID_DEVICE_TLB	0x8

struct qi_desc {
	u64 qw[4];
};

/* Less than what the kernel takes for a processor that is locked up. */
#define GIVE_UP_NS		(10ULL * NSEC_PER_SEC)

/*
 * "waiting" and how it ended: "reset", or "gave up", as the function had not been reset by
 * then.
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

/* A reset clears ATS Enable, and it is some time before Linux sets it again. */
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
	/* A kprobe that was unregistered needs a fresh start. */
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

/* stall-qi <bdf>|off */
int lab_cmd_stall_qi(int argc, char **argv)
{
	lab_stall_qi_end();
	return strcmp(argv[0], "off") ? stall_qi_begin(argv[0]) : 0;
}
