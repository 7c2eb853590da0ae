// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls of hooked functions that the hook misses.
 *
 * A kretprobe has room for a number of calls at the same time, and misses further
 * calls. This takes room away from the product's kretprobe on a function. So the
 * product's own probe misses calls, which hardly ever happens otherwise.
 *
 * The product must not be unloaded before its kretprobe has its room back.
 */
#include <linux/kprobes.h>
#include <linux/llist.h>
#include <linux/objpool.h>
#include <linux/rethook.h>

#include "client.h"

static LLIST_HEAD(held);

/* All probes on a function are in one list, whose head has no symbol. */
static struct kretprobe *find_kretprobe(struct kprobe *mine)
{
	struct kprobe *probe;

	list_for_each_entry(probe, &mine->list, list)
		if (probe->symbol_name)
			return container_of(probe, struct kretprobe, kp);

	return NULL;
}

void lab_hold_hooks_end(void)
{
	struct rethook_node *node, *next;

	llist_for_each_entry_safe(node, next, llist_del_all(&held), llist)
		objpool_push(node, &node->rethook->pool);
}

static void hold(struct kretprobe *probe, unsigned int left)
{
	unsigned int n = probe->rh->pool.nr_objs;
	struct rethook_node *node;

	while (n-- > left) {
		node = objpool_pop(&probe->rh->pool);
		if (!node)
			break;
		__llist_add(&node->llist, &held);
	}
}

/* hold-hooks <function> <left>: leave room for <left> calls; hold-hooks off: give it back */
int lab_cmd_hold_hooks(int argc, char **argv)
{
	struct kprobe mine = { .symbol_name = argv[0], .flags = KPROBE_FLAG_DISABLED };
	struct kretprobe *probe;
	unsigned int left;
	int ret;

	if (argc == 1) {
		lab_hold_hooks_end();
		return strcmp(argv[0], "off") ? -EINVAL : 0;
	}

	ret = kstrtouint(argv[1], 0, &left) ?: register_kprobe(&mine);
	if (ret)
		return ret;

	probe = find_kretprobe(&mine);
	if (probe)
		hold(probe, left);
	else
		ret = -ENOENT;
	unregister_kprobe(&mine);
	return ret;
}
