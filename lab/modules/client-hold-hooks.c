// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls of hooked functions that go by unseen.
 *
 * A kretprobe has room for so many calls at the same time, and misses those above
 * that. This takes room away from the kretprobe that somebody else has on a
 * function, so that misses are as real as they are rare otherwise.
 *
 * Whose kretprobe it is must not remove it before it has its room back.
 */
#include <linux/kprobes.h>
#include <linux/llist.h>
#include <linux/objpool.h>
#include <linux/rethook.h>

#include "client.h"

static LLIST_HEAD(held);

/* Probes on one function are in one list; its head has no symbol. */
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

/* hold-hooks <function> <left>: room for so many calls; hold-hooks off: for all again */
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
