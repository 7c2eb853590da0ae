// SPDX-License-Identifier: GPL-2.0-only
/*
 * A function that appears waits after all notifiers of the bus have run, and before
 * udev hears of the function. Meanwhile a test looks at what the notifiers did.
 */
#include <linux/device/bus.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/pci.h>
#include <linux/wait.h>

#include "client.h"

static DECLARE_WAIT_QUEUE_HEAD(hold_wait);
static bool hold_add;

u32 lab_held_add;

static void hold(bool on)
{
	WRITE_ONCE(hold_add, on);
	wake_up_all(&hold_wait);
}

/* hold-add on|off */
int lab_cmd_hold_add(int argc, char **argv)
{
	bool on;

	if (kstrtobool(argv[0], &on))
		return -EINVAL;
	hold(on);
	return 0;
}

static int bus_notify_added(struct notifier_block *nb, unsigned long action, void *data)
{
	if (action != BUS_NOTIFY_ADD_DEVICE || !READ_ONCE(hold_add))
		return NOTIFY_DONE;
	WRITE_ONCE(lab_held_add, lab_held_add + 1);
	wait_event(hold_wait, !READ_ONCE(hold_add));
	return NOTIFY_OK;
}

/*
 * Runs after the product's notifier, which has the same priority and was registered
 * earlier: tests load the product before this module.
 */
static struct notifier_block added_nb = {
	.notifier_call	= bus_notify_added,
	.priority	= INT_MIN,
};

int lab_hold_add_init(void)
{
	return bus_register_notifier(&pci_bus_type, &added_nb);
}

void lab_hold_add_end(void)
{
	hold(false);
	bus_unregister_notifier(&pci_bus_type, &added_nb);
}
