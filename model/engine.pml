/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The protocol between hooks, writers, worker and intel-iommu, as a model in Promela.
 * spin visits every state that it can get into: every order of every step, for small
 * numbers. `make model` has it do so, with the engine as it is and with each of its
 * precautions taken out, which has to break the property that it is there for. Names are
 * those of iommu/. What is proven is at the end, under "Properties".
 *
 * How to read it. A proctype is a thread with a processor of its own. A statement is one
 * step; between two steps any other thread may make any number of steps. What is inside
 * atomic { } or d_step { } is one step. A condition that stands alone waits until it is
 * true. "if :: a -> x :: b -> y fi" goes on where a condition is true; where several are,
 * the search goes every way. "do" is the same, again and again. An inline is a macro.
 *
 * What is what here:
 * - The unit's lock is one step. Only the hardware looks at tables without it, and every
 *   change of an entry is a single store.
 * - The hardware may load what the tables say into its caches at any time. The worst that
 *   it can do is to load everything at once and to keep it until it is invalidated; so it
 *   does that, after every store and every invalidation. PASID cache, IOTLB and device TLB
 *   are one cache here, as one plan flushes them in the right order (kunit/inval-test.c).
 * - An invalidation is one step, some time after the store that it is for. A submission
 *   that fails has invalidated nothing. intel-iommu's own do not fail.
 * - A number of gaps (gaps.c) is only ever compared with the number now. So each place that
 *   keeps one is a bit here: nothing can have gone by unseen since. A gap clears all bits.
 * - Preemption off is a bit in "hooks". The grace period of synchronize_rcu_expedited()
 *   waits for the bits that are set when it begins.
 * - A call under way is a bit in "calls", from its entry to its store. intel-iommu does not
 *   sleep there, so that synchronize_rcu_tasks() waits for the bits that are set when it
 *   begins. It may sleep behind the store, so for more it does not wait.
 * - A call is missed while all instances of its return probe are taken by calls of other
 *   devices ("other_call"). There are four times as many as processors, so one of those
 *   calls, at least, is not in its return handler yet, which will look at nmissed.
 * - kprobes/enabled and kernel.ftrace_enabled switch probes off and on one by one, in any
 *   order, under a mutex. A return handler runs even if probes went off since the entry.
 *
 * What is left out, and why that hides nothing:
 * - Other VFs share neither entries nor locks with this one, but for the unit's.
 * - Two PASIDs are as good as many: the engine treats all alike. They are in two PASID
 *   tables, so that a scan is two sections of the unit's lock, and in two domains.
 * - Two set-ups of one VF do not overlap: the IOMMU group's mutex is held.
 * - exec is like priv, but intel-iommu never sets ERE: unseen set-ups have less, not more.
 * - What the owner of a VF is granted in entries that are not nested needs no memory.
 * - Domain-wide and global invalidations flush more than these.
 * - Where memory for an intent is short, it is lost.
 * - A write gives up after three passes and says EIO; here it goes on.
 *
 * What it cannot show: somebody who begins to switch probes off before somebody else is done
 * with switching them on is seen by no probe. That is not modelled.
 */

/* Numbers and parts; scripts/model has the sets that are searched. */
#ifndef CALLS
#define CALLS		2	/* of intel-iommu, for this VF */
#endif
#ifndef WRITES
#define WRITES		2	/* to pasid_ctl */
#endif
#ifndef MISSES
#define MISSES		0	/* 1: a call of another device takes the last instance */
#endif
#ifndef FLIPS
#define FLIPS		2	/* of PRE, with PRI */
#endif
#ifndef POLLS
#define POLLS		1	/* of the worker, while probes are off */
#endif
#ifndef FAILURES
#define FAILURES	0	/* submissions that fail */
#endif

#define NO_PASID	2	/* PASIDs are 0 and 1 here */

/* ---- The unit: tables and caches ---------------------------------------------------- */

typedef pasid_entry {
	bool present;
	bool did;		/* not zero; a torn-down entry keeps it until it is cleared */
	bool nested;
	bool sre
};

pasid_entry pte[2];
bool cached[2];			/* some cache may hold something of the entry */
bool cached_sre[2];		/* that may have SRE */

/* The context entry is always present. */
bool paside = true, pre;
bool cached_paside = true, cached_pre;

inline hardware_loads_entry(p)
{
	if
	:: pte[p].present && (paside || cached_paside) ->
		cached[p] = true;
		cached_sre[p] = cached_sre[p] || pte[p].sre
	:: else
	fi
}

inline hardware_loads()
{
	cached_paside = cached_paside || paside;
	cached_pre = cached_pre || pre;
	hardware_loads_entry(0);
	hardware_loads_entry(1)
}

inline invalidate_entry(p)
{
	cached[p] = false;
	cached_sre[p] = false;
	hardware_loads_entry(p)
}

inline invalidate_context()
{
	cached_paside = false;
	cached_pre = false;
	hardware_loads()
}

byte failures = FAILURES;

/* ---- Probes, calls and grace periods --------------------------------------------------- */

bool hooks_armed = true;	/* the probes of all hooks */
bool test_armed = true;		/* the self-test's */
bool kprobe_mutex;
bool switching;			/* pasid_switching: a switch was entered, and has not returned */
bool instance = true;		/* one is free for a call of this VF */
bool missed;			/* nmissed is not pasid_missed_handled */

#define ENTRY_CALLER	1	/* set-up and replace */
#define PRI_CALLER	2	/* context_flip_pri() */
#define PF_CALLER	4	/* pci_disable_pasid() */

#define WRITER		0
#define WORKER		1

byte calls;
byte hooks;
byte calls_awaited[2];		/* by the grace periods of writer and worker */
byte hooks_awaited[2];

inline synchronize_rcu_tasks(who)
{
#ifndef WITHOUT_WAIT_FOR_CALLS
	calls_awaited[who] = calls;
	calls_awaited[who] == 0
#else
	skip
#endif
}

inline synchronize_rcu_expedited(who)
{
	hooks_awaited[who] = hooks;
	hooks_awaited[who] == 0
}

inline call_has_stored(caller)
{
	calls = calls & ~caller;
	calls_awaited[WRITER] = calls_awaited[WRITER] & ~caller;
	calls_awaited[WORKER] = calls_awaited[WORKER] & ~caller
}

inline hook_ends(caller)
{
	hooks = hooks & ~caller;
	hooks_awaited[WRITER] = hooks_awaited[WRITER] & ~caller;
	hooks_awaited[WORKER] = hooks_awaited[WORKER] & ~caller
}

/* ---- struct pasid_vf ---------------------------------------------------------------------- */

bool vf_lock;

/* What ceiling and request say together. */
#ifdef DENIED
bool enable = true, priv, pri;	/* so that one write can grant */
#else
bool enable = true, priv = true, pri = true;
#endif
bool pf_down;
#define EFFECTIVE_ENABLE	(enable && !pf_down)
#define EFFECTIVE_PRIV		(enable && !pf_down && priv)
#define EFFECTIVE_PRI		(enable && !pf_down && pri)

#define NO_INTENT	0
#define UNSURE		1	/* with a number of gaps that is not the one now */
#define SURE		2	/* with the one now */
byte sre_intent[2];
byte in_replace = NO_PASID;
bool pre_intent, pre_sure = true, pre_stored;	/* struct pasid_context */
bool applying;			/* a writer or the worker has changes that are not flushed */
bool stale;			/* caches may hold what the tables do not say any more */
byte flushing;			/* pasid_flushing */

/* struct pasid_apply, by vf_lock */
bool whole, err, once_more;
bool affected[2];

/* Numbers of gaps. */
bool settled = true;		/* pasid_settled */
bool before[2];     		/* of a pass of writer and worker */
bool call_entry_gaps, call_pri_gaps;	/* struct pasid_call, at the entry */

bool gap_work, retry_work;	/* queued */
bool work_runs;
bool registered = true, gone;

/* ---- What the properties need to know, and the engine does not ---------------------------- */

bool said_sre[2];		/* intel-iommu has set up the present entry nested, with SRE */
bool said_pre;
byte call_pasid = NO_PASID;	/* its function for this PASID has not returned yet */
bool call_pri;			/* nor has context_flip_pri() */

bool in_force = true;		/* the last write is at its end, and no other has begun */
bool told_ok = true;		/* and it returned 0 */
bool eio_granted;		/* or it returned EIO, and has granted something */
bool late[2], late_pri;		/* set up by a call that went by unseen after that write */
bool lost_ok[2], lost_ok_pri;	/* may have been set up unseen since it was seen */
bool pf_lost;			/* the PF has lost PASID */
bool withdrawn;			/* the VF has left the register, for good */
byte busy;			/* threads that have not ended */

/* ---- gaps.c --------------------------------------------------------------------------------- */

inline gap()
{
	if :: sre_intent[0] == SURE -> sre_intent[0] = UNSURE :: else fi;
	if :: sre_intent[1] == SURE -> sre_intent[1] = UNSURE :: else fi;
	pre_sure = false;
	settled = false;
	before[WRITER] = false;
	before[WORKER] = false;
	call_entry_gaps = false;
	call_pri_gaps = false;
	lost_ok[0] = true;
	lost_ok[1] = true;
	lost_ok_pri = true
}

inline pasid_probes_check()
{
#ifdef SWITCH
	alive = !switching;
	if
	:: alive ->
#ifdef MUTEX_TAKEN_FIRST
		!kprobe_mutex;
		alive = test_armed
#else
		alive = test_armed;
		!kprobe_mutex
#endif
	:: else
	fi;
	if
	:: !alive -> d_step { gap(); gap_work = true }
	:: else
	fi
#else
	alive = true
#endif
}

/* ---- intent.c and context.c; always under the unit's lock ---------------------------------------- */

/* The engine sets SRE nowhere else, so what a nested entry shows is intel-iommu's word. */
#define SHOWS_SRE(p)	(pte[p].present && pte[p].nested && pte[p].sre)

#ifdef GAPS_READ_AT_THE_BEGINNING_ONLY
#define REMEMBERS(p)	(sre_intent[p] == SURE || (applying && was_sure[p]))
bool was_sure[2];
#else
#define REMEMBERS(p)	(sre_intent[p] == SURE)
#endif

/* An entry that is being replaced keeps what it has, or loses it. */
#define ENTRY_TARGET(p) \
	(EFFECTIVE_PRIV && pte[p].nested && \
	 ((in_replace == p && pte[p].sre) || (in_replace != p && (SHOWS_SRE(p) || REMEMBERS(p)))))

/* With what number, the newer one counts. */
inline pasid_vf_remember(p, sure)
{
	if
	:: (sure) -> sre_intent[p] = SURE
	:: !(sure) && sre_intent[p] == NO_INTENT -> sre_intent[p] = UNSURE
	:: else
	fi
}

#ifdef UNSURE_IS_NOT_REMEMBERED
#define MAY_REMEMBER(sure)	(sure)
#else
#define MAY_REMEMBER(sure)	true
#endif

inline pasid_vf_learn_entry(p, sure)
{
	if
	:: in_replace != p && SHOWS_SRE(p) && MAY_REMEMBER(sure) -> pasid_vf_remember(p, sure)
	:: else
	fi
}

inline pasid_vf_setup_begins(p, replace)
{
	if
	:: replace ->
		pasid_vf_learn_entry(p, true);
#ifndef WITHOUT_IN_REPLACE
		in_replace = p
#endif
	:: !replace && !pte[p].present ->
#ifndef OLD_INTENT_KEPT
		sre_intent[p] = NO_INTENT
#endif
	:: else
	fi
}

#ifdef NUMBER_OF_THE_RETURN
#define ENTRY_GAPS	true
#define PRI_GAPS	true
#else
#define ENTRY_GAPS	call_entry_gaps
#define PRI_GAPS	call_pri_gaps
#endif

/* A writer that came first has remembered the intent, if nothing was written over. */
inline pasid_vf_setup_ends(p, replaced)
{
	if
	:: SHOWS_SRE(p) || (!replaced && sre_intent[p] != NO_INTENT) -> pasid_vf_remember(p, ENTRY_GAPS)
	:: else -> sre_intent[p] = NO_INTENT
	fi
}

inline store_entry(p)
{
	pte[p].sre = ENTRY_TARGET(p);
	hardware_loads_entry(p);
	assert(!withdrawn)
}

inline pasid_context_learn()
{
#ifndef WITHOUT_STORED_GATES
	if :: pre != pre_stored -> pre_intent = pre :: else fi;
#endif
#ifndef WITHOUT_GAPS_FOR_GATES
	if :: !pre_sure -> pre_intent = pre_intent && pre :: else fi
#endif
}

/* Sets edited. */
#define CONTEXT_DIFFERS	(paside != EFFECTIVE_ENABLE || pre != (EFFECTIVE_PRI && pre_intent))

inline pasid_vf_edit_contexts(sure, edited)
{
	pasid_context_learn();
	pre_sure = pre_sure || (sure);
	edited = CONTEXT_DIFFERS;
	if
	:: edited ->
		pre = EFFECTIVE_PRI && pre_intent;
		paside = EFFECTIVE_ENABLE;
		hardware_loads();
		assert(!withdrawn)
	:: else
	fi;
	pre_stored = pre
}

/* ---- apply.c ----------------------------------------------------------------------------------------- */

inline pasid_apply_visit(p, sure)
{
	d_step {
		if
		:: pte[p].present ->
#ifndef WITHOUT_LOOK
			pasid_vf_learn_entry(p, sure);
#endif
			if
			:: pte[p].sre != ENTRY_TARGET(p) ->
				lost_ok[p] = lost_ok[p] || in_replace == p;
				store_entry(p);
				affected[p] = true
			:: else
			fi
#ifndef WITHOUT_TORN_DOWN_ENTRIES
		:: !pte[p].present && pte[p].did && pte[p].sre != ENTRY_TARGET(p) -> affected[p] = true
#endif
		:: else
		fi;
		affected[p] = affected[p] || (whole && pte[p].did)
	}
}

inline submit_context()
{
	atomic {
		if
		:: whole && failures > 0 -> failures--; err = true
		:: whole -> invalidate_context()
		:: !whole
		fi
	}
}

inline submit_affected()
{
	atomic {
		if
		:: (affected[0] || affected[1]) && failures > 0 -> failures--; err = true
		:: affected[0] && affected[1] -> invalidate_entry(0); invalidate_entry(1)
		:: affected[0] && !affected[1] -> invalidate_entry(0)
		:: !affected[0] && affected[1] -> invalidate_entry(1)
		:: !affected[0] && !affected[1]
		fi;
		affected[0] = false;
		affected[1] = false
	}
}

inline pasid_vf_apply_unchecked(who)
{
	d_step {
		applying = true;
		pasid_vf_edit_contexts(alive && before[who], whole);
#ifndef STALE_CLEARED_AFTERWARDS
		whole = whole || stale;
		stale = false
#else
		whole = whole || stale
#endif
	};
#ifdef CONTEXT_CACHE_LAST
	pasid_apply_visit(0, alive && before[who]);
	pasid_apply_visit(1, alive && before[who]);
	submit_affected();
	submit_context();
#else
#ifdef DOMAINS_LISTED_FIRST
	pasid_apply_visit(0, alive && before[who]);
	pasid_apply_visit(1, alive && before[who]);
	submit_context();
#else
	submit_context();
	pasid_apply_visit(0, alive && before[who]);
	pasid_apply_visit(1, alive && before[who]);
#endif
	submit_affected();
#endif
	d_step {
#ifdef STALE_CLEARED_AFTERWARDS
		stale = err;
#else
		stale = stale || err;
#endif
		applying = false;
		whole = false
	}
}

/* Waits for the flushes of hooks. */
inline pasid_flushes_wait(who)
{
#ifndef WITHOUT_SETTLE
	if
	:: flushing > 0 -> synchronize_rcu_expedited(who)
	:: else
	fi
#else
	skip
#endif
}

/*
 * Passes, until nothing has gone by unseen during one; leaves with alive or err as
 * pasid_vf_apply() returns. A write that returns 0 does so in its last step here: what
 * comes after that has come after the write.
 */
inline pasid_vf_apply(who)
{
	do
	::
#ifndef SETTLED_BEFORE_PROBES_ARE_SURE
		before[who] = true;
		pasid_probes_check();
		d_step { alive = alive && before[who] };
		if
		:: alive && !settled -> synchronize_rcu_tasks(who); settled = before[who]
		:: else
		fi;
#else
		before[who] = true;
		if
		:: !settled -> synchronize_rcu_tasks(who); settled = before[who]
		:: else
		fi;
		pasid_probes_check();
#endif
#ifdef GAPS_READ_AT_THE_BEGINNING_ONLY
		d_step { was_sure[0] = sre_intent[0] == SURE; was_sure[1] = sre_intent[1] == SURE };
#endif
		pasid_vf_apply_unchecked(who);
		pasid_flushes_wait(who);
		if
		:: !err && stale -> pasid_vf_apply_unchecked(who)
		:: else
		fi;
		if
		:: err || !alive -> break
		:: else
		fi;
		pasid_probes_check();
		if
		:: !alive -> break
		:: else
		fi;
#ifdef UNSEEN_DURING_A_PASS_IGNORED
		before[who] = true;
#endif
		if
		:: d_step {
			before[who] ->
			before[who] = false;
			if
			:: who == WRITER && !masked && !taking_back ->
				in_force = true;
				told_ok = true;
				late[0] = false;
				late[1] = false;
				late_pri = false
			:: else
			fi
		   };
		   break
		:: else
		fi
	od;
	before[who] = false
}

/* ---- change.c ------------------------------------------------------------------------------------------ */

inline schedule_retry()
{
#ifndef WITHOUT_RETRY
	retry_work = true
#else
	skip
#endif
}

/* pasid_vf_schedule_retry(), and the end. */
inline unlock_vf()
{
	if :: stale -> schedule_retry() :: else fi;
	err = false;
	alive = false;
	vf_lock = false
}

/* To what both the old sets and the new ones allow. */
inline take_back()
{
	enable = enable && was_enable;
	priv = priv && was_priv;
	pri = pri && was_pri
}

/* A write grants or denies one permission, or says again what was said before. */
inline pasid_vf_change()
{
	atomic {
		!vf_lock -> vf_lock = true;
		in_force = false;
		told_ok = false;
		late[0] = false;
		late[1] = false;
		late_pri = false
	};
	pasid_probes_check();
	masked = !alive;
	atomic {
		was_enable = enable;
		was_priv = priv;
		was_pri = pri;
		if
#ifdef WRITES_ENABLE
		:: enable = !enable
#endif
#ifdef PRI
		:: pri = !pri
#else
		:: priv = !priv
#endif
		:: true
		fi;
		if :: masked -> take_back() :: else fi
	};
	do
	:: pasid_vf_apply(WRITER);
		if
		:: told_ok || taking_back -> break
		:: else
		fi;
		d_step {
			taking_back = true;
			err = false;
#ifndef WITHOUT_TAKING_BACK
			take_back()
#endif
		}
	od;
	/* EIO: what was taken away is, in the tables; what the queue did not do is owed. */
	in_force = in_force || (alive && !err);
	d_step {
		eio_granted = !told_ok && ((enable && !was_enable) || (priv && !was_priv) || (pri && !was_pri));
		masked = false;
		taking_back = false;
		was_enable = false;
		was_priv = false;
		was_pri = false;
		unlock_vf()
	}
}

#ifndef REGISTRATION
proctype writer()
{
	bool alive, masked, taking_back, was_enable, was_priv, was_pri;
	byte n = WRITES;

	do
	:: n > 0 -> n--; pasid_vf_change()
	:: else -> break
	od;
	busy--
}
#endif

/* pasid_gap_work(), which waits until probes fire, and the work that flushes what is owed. */
proctype worker()
{
	bool alive, masked, taking_back;
	byte polls = POLLS;

end:	do
	:: atomic { gap_work && !test_armed && polls > 0 -> polls--; gap() }
	:: atomic { gap_work && test_armed -> gap_work = false; work_runs = true };
		goto pasid_vf_refresh
	:: atomic { retry_work -> retry_work = false; work_runs = true };
pasid_vf_refresh:
		atomic { !vf_lock -> vf_lock = true };
		if
		:: registered && !gone -> pasid_vf_apply(WORKER)
		:: else
		fi;
		d_step { unlock_vf(); work_runs = false }
	od
}

#ifdef REGISTRATION
/* A VF that is there when the module is loaded, and is removed later. */
proctype discover()
{
	bool alive, masked, taking_back, was_enable, was_priv, was_pri;
	byte n = WRITES;

	/* pasid_vf_add_present() */
	atomic { registered = true; pasid_context_learn(); pre_stored = pre };
#ifndef WITHOUT_WAIT_AT_REGISTRATION
	synchronize_rcu_tasks(WRITER);
#endif
	/* pasid_vf_start() with a default_ctl is like a write; writes follow, or none. */
	do
	:: n > 0 -> n--; pasid_vf_change()
	:: break
	od;
	/* pasid_vf_remove(), when no write is under way any more */
	atomic { registered = false; in_force = false; told_ok = false };
#ifndef WITHOUT_WAIT_AT_REMOVAL
	synchronize_rcu_expedited(WRITER);
#endif
	!vf_lock -> gone = true;
	retry_work = false;
	atomic { !work_runs -> withdrawn = true };
	busy--
}
#endif

/* ---- probe.c and fixup.c ----------------------------------------------------------------------------------- */

inline pasid_gaps_check_missed()
{
	if
	:: missed ->
		missed = false;
#ifndef WITHOUT_WORKER
		gap_work = true
#endif
	:: else
	fi
}

/* A writer that came first flushes later: too late for a hook. */
#ifdef WITHOUT_FLUSH_WHILE_APPLYING
#define APPLYING	false
#else
#define APPLYING	applying
#endif

inline pasid_vf_after_entry_setup(p, replace)
{
	atomic {
		if
		:: done ->
			/* If no hook saw the beginning, the intent may be the old entry's, and goes. */
			lost_ok[p] = lost_ok[p] || (replace && in_replace != p);
			pasid_vf_setup_ends(p, replace);
			in_replace = NO_PASID
		:: else ->
			in_replace = NO_PASID;
#ifndef FAILED_CALLS_NOT_LOOKED_AT
			pasid_vf_learn_entry(p, ENTRY_GAPS)
#endif
		fi;
		if
		:: pte[p].present && (pte[p].sre != ENTRY_TARGET(p) || APPLYING) ->
			flushing++;
			store_entry(p);
			flush = true
		:: else
		fi
	};
	if
	:: flush ->
		atomic {
			if
			:: failures > 0 -> failures--; stale = true; schedule_retry()
			:: true -> invalidate_entry(p)
			fi
		};
		d_step { flushing--; flush = false; pasid_gaps_check_missed(); hook_ends(ENTRY_CALLER) }
	:: else -> d_step { pasid_gaps_check_missed(); hook_ends(ENTRY_CALLER) }
	fi
}

#if defined(PRI) || defined(PF)
inline pasid_vf_fix_contexts()
{
	d_step {
#ifndef FLUSHING_RAISED_LATE
		flushing++;
#endif
		pasid_vf_edit_contexts(false, flush);
		flush = flush || APPLYING
	};
#ifdef FLUSHING_RAISED_LATE
	flushing++;
#endif
	if
	:: flush ->
		atomic {
			if
			:: failures > 0 -> failures--; stale = true; schedule_retry()
			:: true -> invalidate_context(); invalidate_entry(0); invalidate_entry(1)
			fi
		}
	:: else
	fi;
	d_step { flushing--; flush = false }
}
#endif

/* ---- intel-iommu and the PCI core ---------------------------------------------------------------------------- */

/* A hooked function is entered. Does its probe see it? */
inline probe_entry(gaps, is_late)
{
	if
	:: hooks_armed && instance -> seen = true; gaps = true
	:: hooks_armed && !instance -> missed = true; gap(); is_late = true
	:: !hooks_armed -> is_late = true
	fi
}

inline set_up(p, replace)
{
	atomic {
		if
		:: nested = true; sre = true
		:: nested = true; sre = false
		:: nested = false; sre = false
		fi;
		call_pasid = p;
		calls = calls | ENTRY_CALLER;
		if
		:: !nested && !replace
			/* That probe is off: the entry has no SRE, and nobody is granted it. */
		:: else ->
			probe_entry(call_entry_gaps, late[p]);
			begun = seen && registered;
			if :: begun -> pasid_vf_setup_begins(p, replace) :: else fi
		fi
	};
	atomic {
		if
		:: pte[p].present == replace ->
			pte[p].present = true;
			pte[p].did = true;
			pte[p].nested = nested;
			pte[p].sre = sre;
			said_sre[p] = sre;
			late[p] = late[p] && !seen;
			lost_ok[p] = (seen && !call_entry_gaps) || (!seen && lost_ok[p]);
			hardware_loads_entry(p);
			done = true
		:: pte[p].present != replace || replace
		fi;
		call_has_stored(ENTRY_CALLER)
	};
	/* The caches had the old one. */
	if :: done && replace -> atomic { invalidate_entry(p) } :: else fi;
	if
	:: seen ->
		atomic { hooks = hooks | ENTRY_CALLER; seen = registered };
		if
		:: seen -> pasid_vf_after_entry_setup(p, replace)
		:: else -> d_step { hook_ends(ENTRY_CALLER) }
		fi
	:: else
	fi;
	d_step {
		call_pasid = NO_PASID;
		call_entry_gaps = false;
		nested = false;
		sre = false;
		done = false;
		seen = false;
		begun = false
	}
}

/* P first; the rest once no cache has it. Kernels before that was fixed clear all at once. */
inline tear_down(p)
{
	d_step {
		pte[p].present = false;
#ifdef TORN_DOWN_AT_ONCE
		pte[p].did = false;
		pte[p].nested = false;
		pte[p].sre = false;
#endif
		said_sre[p] = false
	};
	d_step { invalidate_entry(p) };
	d_step {
		pte[p].did = false;
		pte[p].nested = false;
		pte[p].sre = false
	}
}

proctype intel_iommu()
{
	bool nested, sre, done, seen, begun, flush;
	byte n = CALLS;

	do
	:: n > 0 -> n--; set_up(0, false)
	:: n > 0 && pte[0].present -> n--; tear_down(0)
#ifdef REPLACE
	:: n > 0 -> n--; set_up(0, true)
#endif
#ifndef ONE_PASID
	:: n > 0 -> n--; set_up(1, false)
	:: n > 0 && pte[1].present -> n--; tear_down(1)
#endif
	:: break
	od;
	busy--
}

#ifdef PRI
/* PRI on demand: context_flip_pri(), which flushes with the unit's lock held */
proctype pri_on_demand()
{
	bool on, seen, flush;
	byte n = FLIPS;

	do
	:: n > 0 ->
		n--;
		atomic {
			on = !said_pre;
			call_pri = true;
			calls = calls | PRI_CALLER;
			probe_entry(call_pri_gaps, late_pri)
		};
		d_step {
			pre = on;
			said_pre = on;
			lost_ok_pri = (seen && !call_pri_gaps) || (!seen && lost_ok_pri);
			invalidate_context();
			call_has_stored(PRI_CALLER)
		};
		if
		:: seen ->
			/* pasid_vf_after_pri_flip() */
			d_step {
				hooks = hooks | PRI_CALLER;
				pre_intent = on;
				pre_sure = pre_sure || PRI_GAPS
			};
			pasid_vf_fix_contexts();
			d_step { pasid_gaps_check_missed(); hook_ends(PRI_CALLER) }
		:: else
		fi;
		d_step {
			call_pri = false;
			call_pri_gaps = false;
			on = false;
			seen = false
		}
	:: break
	od;
	busy--
}
#endif

#ifdef PF
/* The PF loses PASID, and has it again. */
proctype pci_core()
{
	bool flush;

	d_step { hooks = hooks | PF_CALLER; pf_down = true };
	pasid_vf_fix_contexts();
	d_step { hook_ends(PF_CALLER); pf_lost = true };
	d_step { pf_lost = false; pf_down = false; gap_work = true };
	busy--
}
#endif

#if MISSES > 0
/* A call for another device takes the last instance; its return handler looks at nmissed. */
proctype other_call()
{
	instance = false;
	d_step { pasid_gaps_check_missed(); instance = true };
	busy--
}
#endif

#ifdef SWITCH
/* echo 0 >enabled; echo 1 >enabled */
proctype switch()
{
#ifndef WITHOUT_HOOK_ON_THE_SWITCH
	d_step { switching = true; gap() };
#endif
	kprobe_mutex = true;
	do
	:: hooks_armed -> hooks_armed = false
	:: test_armed -> test_armed = false
	:: !hooks_armed && !test_armed -> break
	od;
	kprobe_mutex = false;
#ifndef WITHOUT_HOOK_ON_THE_SWITCH
#ifdef ONLY_ENTRY_OF_THE_SWITCH
	switching = false;
#else
	d_step { switching = false; gap(); gap_work = true };
#endif
#endif
	/* That one begins unseen. */
	kprobe_mutex = true;
	do
	:: !hooks_armed -> hooks_armed = true
	:: !test_armed -> test_armed = true
	:: hooks_armed && test_armed -> break
	od;
	kprobe_mutex = false;
	busy--
}
#endif

/* ---- Properties ------------------------------------------------------------------------------------------------ */

/* Nothing is going on, and nothing is about to. */
#define QUIET		(busy == 0 && registered && !gap_work && !retry_work && !work_runs)

/* The worker comes: it is queued or at work, or will be by a return that is still to come. */
#define WORKER_COMES	(gap_work || work_runs || !instance || switching)

/* It comes and flushes, and pasid_status says so. */
#define OWED		((stale || whole) && (retry_work || work_runs))

/*
 * From when a write has returned until the next one begins, an entry may say more than the
 * rule as long as intel-iommu's function that sets it up has not returned, or if that went
 * by unseen after the write, until the worker has been there. Both end: in a quiet state
 * nothing is excused. Caches may also hold more while a flush is owed that failed.
 */
#define EXCUSED(p)	(call_pasid == p || (late[p] && WORKER_COMES))
#define EXCUSED_PRI	(call_pri || (late_pri && WORKER_COMES))

#define ENTRY_SAYS_MORE(p) \
	((in_force || QUIET) && pte[p].present && pte[p].sre && !(enable && priv) && !EXCUSED(p))
#define CONTEXT_SAYS_MORE \
	((in_force || QUIET) && ((paside && !enable) || (pre && !(enable && pri) && !EXCUSED_PRI)))

#define CACHE_SAYS_MORE(p) \
	((in_force || QUIET) && !EXCUSED(p) && !OWED && \
	 ((cached_sre[p] && !(enable && priv)) || (cached[p] && !enable)))
#define CONTEXT_CACHE_SAYS_MORE \
	((in_force || QUIET) && !OWED && \
	 ((cached_paside && !enable) || (cached_pre && !(enable && pri) && !EXCUSED_PRI)))

/* In every state: what intel-iommu has set up without stays without. */
#define NO_BECAME_YES(p)	(pte[p].present && pte[p].sre && !said_sre[p])
#define PRE_BECAME_YES		(pre && !said_pre && !call_pri)

/* In every state: what is not shown is remembered, unless it may have been set up unseen, or was being replaced. */
#define INTENT_IS_LOST(p) \
	(registered && pte[p].present && said_sre[p] && call_pasid != p && \
	 !pte[p].sre && sre_intent[p] != SURE && !lost_ok[p])
#define PRE_IS_LOST \
	(said_pre && !call_pri && !pre && !(pre_intent && pre_sure) && !lost_ok_pri)

#define GRANT_IS_MISSING(p) \
	((told_ok || QUIET) && registered && EFFECTIVE_PRIV && pte[p].present && said_sre[p] && !pte[p].sre && \
	 call_pasid != p && !lost_ok[p] && !WORKER_COMES && !OWED)
#define CONTEXT_GRANT_IS_MISSING \
	((told_ok || QUIET) && registered && !WORKER_COMES && !OWED && \
	 ((EFFECTIVE_ENABLE && !paside) || (EFFECTIVE_PRI && said_pre && !pre && !call_pri && !lost_ok_pri)))

#define PF_LOST_FIRST \
	(pf_lost && (paside || cached_paside || cached[0] || cached[1]))

active proctype properties()
{
	bool no_entry_says_more, no_cache_says_more, no_stays_no, intents_are_kept;
	bool grants_come_back, eio_grants_nothing, what_is_owed_is_paid, pf_loses_last;

#ifdef PROPERTY
	atomic {
		no_entry_says_more = true;
		no_cache_says_more = true;
		no_stays_no = true;
		intents_are_kept = true;
		grants_come_back = true;
		eio_grants_nothing = true;
		what_is_owed_is_paid = true;
		pf_loses_last = true;
		PROPERTY = false
	}
#endif
end:	do
	:: atomic { ENTRY_SAYS_MORE(0) || ENTRY_SAYS_MORE(1) || CONTEXT_SAYS_MORE -> assert(no_entry_says_more) }
	:: atomic { CACHE_SAYS_MORE(0) || CACHE_SAYS_MORE(1) || CONTEXT_CACHE_SAYS_MORE -> assert(no_cache_says_more) }
	:: atomic { NO_BECAME_YES(0) || NO_BECAME_YES(1) || PRE_BECAME_YES -> assert(no_stays_no) }
	:: atomic { INTENT_IS_LOST(0) || INTENT_IS_LOST(1) || PRE_IS_LOST -> assert(intents_are_kept) }
	:: atomic { GRANT_IS_MISSING(0) || GRANT_IS_MISSING(1) || CONTEXT_GRANT_IS_MISSING -> assert(grants_come_back) }
	:: atomic { eio_granted -> assert(eio_grants_nothing) }
	:: atomic { QUIET && stale -> assert(what_is_owed_is_paid) }
	:: atomic { PF_LOST_FIRST -> assert(pf_loses_last) }
	od
}

init {
	atomic {
		busy++;
		run intel_iommu();
		run worker();
#ifdef REGISTRATION
		pre = true;
		said_pre = true;
		cached_pre = true;
		registered = false;
		in_force = false;
		told_ok = false;
		busy++;
		run discover();
#else
		busy++;
		run writer();
#endif
#if MISSES > 0
		busy++;
		run other_call();
#endif
#ifdef SWITCH
		busy++;
		run switch();
#endif
#ifdef PRI
		busy++;
		run pri_on_demand();
#endif
#ifdef PF
		busy++;
		run pci_core();
#endif
	}
}
