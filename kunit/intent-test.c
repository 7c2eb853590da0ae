// SPDX-License-Identifier: GPL-2.0-only
/*
 * intel-iommu's intents: sequences of set-ups, which hooks see or do not see, and of writes,
 * with the SRE that the entry has to have after each step. Entries are nested. The kernel
 * counts a missed set-up; the hook on the switch counts that probes were off.
 */
#include "fake-vf.h"

#define PASID	5

/* Steps of intel-iommu, the admin and the worker. */
enum intent_step {
	END,
	SETUP_SRE,		/* a nested entry with SRE, seen by hooks */
	SETUP,			/* a nested entry without SRE, seen by hooks */
	SETUP_FIRST,		/* a first-stage entry */
	SETUP_SRE_OFF,		/* with SRE, and probes are switched off before it returns */
	WRITTEN_SRE,		/* with SRE, before the module was loaded */
	UNSEEN_SRE,
	UNSEEN,
	UNSEEN_ELSEWHERE,	/* of another PASID or VF */
	REPLACE_SRE,		/* a new entry over the present one */
	REPLACE,
	REPLACE_FAILS,
	REFUSED,		/* intel-iommu finds the entry present */
	TEARDOWN,
	DENY,
	GRANT,
	WORKER,
	OFF,			/* probes are switched off ... */
	ON,			/* ... and on again */
};

#define STEPS	8

struct intent_case {
	const char *name;
	struct {
		enum intent_step what;
		u64 sre;	/* of the entry after the step */
	} step[STEPS];
};

static const struct intent_case intent_cases[] = {
	{ "a deny clears SRE, a grant sets it again",
	  { { SETUP_SRE, 1 }, { DENY, 0 }, { GRANT, 1 } } },
	{ "set up under a deny, then granted", { { DENY, 0 }, { SETUP_SRE, 0 }, { GRANT, 1 } } },
	{ "set up without SRE: never gets SRE", { { SETUP, 0 }, { DENY, 0 }, { GRANT, 0 } } },
	{ "an intent ends with its entry",
	  { { SETUP_SRE, 1 }, { DENY, 0 }, { TEARDOWN, 0 }, { SETUP, 0 }, { GRANT, 0 } } },
	{ "an intent does not outlive a first-stage entry",
	  { { SETUP_SRE, 1 }, { DENY, 0 }, { TEARDOWN, 0 }, { SETUP_FIRST, 0 },
	    { GRANT, 0 } } },
	{ "unseen with SRE: the next write denies it, a grant sets it again",
	  { { DENY, 0 }, { UNSEEN_SRE, 1 }, { DENY, 0 }, { GRANT, 1 } } },
	{ "unseen with SRE: the worker denies it",
	  { { DENY, 0 }, { UNSEEN_SRE, 1 }, { WORKER, 0 }, { GRANT, 1 } } },
	{ "unseen without SRE: the old record does not count",
	  { { SETUP_SRE, 1 }, { DENY, 0 }, { TEARDOWN, 0 }, { UNSEEN, 0 }, { GRANT, 0 } } },
	{ "unseen elsewhere: SRE in the table stays",
	  { { SETUP_SRE, 1 }, { UNSEEN_ELSEWHERE, 1 }, { WORKER, 1 }, { DENY, 0 },
	    { GRANT, 1 } } },
	{ "unseen elsewhere: SRE that was denied does not come back",
	  { { SETUP_SRE, 1 }, { DENY, 0 }, { UNSEEN_ELSEWHERE, 0 }, { GRANT, 0 } } },
	{ "set up seen after the gap: SRE that was denied comes back",
	  { { DENY, 0 }, { UNSEEN_ELSEWHERE, 0 }, { SETUP_SRE, 0 }, { WORKER, 0 },
	    { GRANT, 1 } } },
	{ "probes off and on, nothing set up: denied SRE does not come back",
	  { { SETUP_SRE, 1 }, { DENY, 0 }, { OFF, 0 }, { ON, 0 }, { GRANT, 0 } } },
	{ "probes off and on, set up with SRE: denied",
	  { { DENY, 0 }, { OFF, 0 }, { UNSEEN_SRE, 1 }, { ON, 1 }, { DENY, 0 },
	    { GRANT, 1 } } },
	{ "replaced with SRE under a deny", { { SETUP_SRE, 1 }, { DENY, 0 },
	  { REPLACE_SRE, 0 }, { GRANT, 1 } } },
	{ "replaced without SRE under a deny", { { SETUP_SRE, 1 }, { DENY, 0 },
	  { REPLACE, 0 }, { GRANT, 0 } } },
	{ "a replacement that fails, of an entry from before the load",
	  { { WRITTEN_SRE, 1 }, { REPLACE_FAILS, 1 }, { DENY, 0 }, { GRANT, 1 } } },
	{ "set up seen, probes go off before it returns, set up anew without SRE",
	  { { DENY, 0 }, { SETUP_SRE_OFF, 0 }, { TEARDOWN, 0 }, { UNSEEN, 0 }, { ON, 0 },
	    { GRANT, 0 } } },
	{ "while probes are off what the table shows stays",
	  { { WRITTEN_SRE, 1 }, { OFF, 1 }, { WORKER, 1 } } },
	{ "a set-up that is refused leaves the intent", { { SETUP_SRE, 1 }, { DENY, 0 },
	  { REFUSED, 0 }, { GRANT, 1 } } },
	{ "a set-up that is refused, of an entry that no hook has seen",
	  { { DENY, 0 }, { WRITTEN_SRE, 1 }, { REFUSED, 0 }, { GRANT, 1 } } },
	{ "nothing is learned while probes are off",
	  { { DENY, 0 }, { OFF, 0 }, { UNSEEN_SRE, 1 }, { WORKER, 0 }, { TEARDOWN, 0 },
	    { UNSEEN, 0 }, { ON, 0 }, { GRANT, 0 } } },
	{ "a replacement that fails leaves the intent", { { SETUP_SRE, 1 }, { DENY, 0 },
	  { REPLACE_FAILS, 0 }, { GRANT, 1 } } },
};

KUNIT_ARRAY_PARAM_DESC(intent, intent_cases, name);

struct intent_world {
	struct pasid_vf *vf;
	u64 *entry;
};

/* PGTT 3 is nested, 1 first stage. */
static void intent_write(struct intent_world *world, unsigned int pgtt, bool sre)
{
	world->entry[2] = sre;
	world->entry[1] = 8;
	world->entry[0] = pgtt << 6 | 1;
}

static void intent_setup(struct intent_world *world, unsigned int pgtt, bool sre, bool replace)
{
	vf_setup_begins(world->vf, PASID, replace);
	intent_write(world, pgtt, sre);
	vf_setup_ends(world->vf, PASID, replace, true);
}

static void intent_unseen(struct intent_world *world, bool sre)
{
	if (!fake_unit.hooks_dead)
		fake_unit.missed++;
	intent_write(world, 3, sre);
}

static void intent_do(struct kunit *test, struct intent_world *world, enum intent_step what)
{
	switch (what) {
	case END:
		break;
	case SETUP_SRE:
	case SETUP:
		intent_setup(world, 3, what == SETUP_SRE, false);
		break;
	case SETUP_FIRST:
		intent_setup(world, 1, false, false);
		break;
	case SETUP_SRE_OFF:
		vf_setup_begins(world->vf, PASID, false);
		intent_write(world, 3, true);
		fake_unit.missed += 2;
		fake_unit.hooks_dead = true;
		vf_setup_ends(world->vf, PASID, false, true);
		break;
	case WRITTEN_SRE:
		intent_write(world, 3, true);
		break;
	case UNSEEN_SRE:
	case UNSEEN:
		intent_unseen(world, what == UNSEEN_SRE);
		break;
	case UNSEEN_ELSEWHERE:
		fake_unit.missed++;
		break;
	case REPLACE_SRE:
	case REPLACE:
		intent_setup(world, 3, what == REPLACE_SRE, true);
		break;
	case REPLACE_FAILS:
		vf_setup_begins(world->vf, PASID, true);
		vf_setup_ends(world->vf, PASID, true, false);
		break;
	case REFUSED:
		vf_setup_begins(world->vf, PASID, false);
		vf_setup_ends(world->vf, PASID, false, false);
		break;
	case TEARDOWN:
		memset(world->entry, 0, 8 * sizeof(*world->entry));
		break;
	case DENY:
		vf_set_ceiling(test, world->vf, BUILTIN & ~PRIV, 0);
		break;
	case GRANT:
		vf_set_ceiling(test, world->vf, BUILTIN, 0);
		break;
	case WORKER:
		pasid_vf_refresh(world->vf);
		break;
	case OFF:
		/* The switch is entered and left. */
		fake_unit.missed += 2;
		fake_unit.hooks_dead = true;
		break;
	case ON:
		fake_unit.hooks_dead = false;
		break;
	}
}

static void intent_follows(struct kunit *test)
{
	const struct intent_case *c = test->param_value;
	struct fake_pci *fn = vf_plug_one(test);
	struct intent_world world = { vf_of(fn), vf_entry(test, fn, PASID) };
	int i;

	for (i = 0; i < STEPS && c->step[i].what != END; i++) {
		intent_do(test, &world, c->step[i].what);
		KUNIT_EXPECT_EQ_MSG(test, c->step[i].sre, world.entry[2] & 1, "step %d", i);
	}
}

/* intel-iommu has cleared P, but its own flush may come after the deny has returned. */
static void intent_of_entry_torn_down(struct kunit *test)
{
	struct fake_pci *fn = vf_plug_one(test);
	struct intent_world world = { vf_of(fn), vf_entry(test, fn, PASID) };

	intent_setup(&world, 3, true, false);
	world.entry[0] &= ~1ULL;
	fake_unit.submissions = 0;
	vf_set_ceiling(test, world.vf, BUILTIN & ~PRIV, 0);
	KUNIT_EXPECT_GE(test, fake_unit.submissions, 3U);
	/* Only intel-iommu may write this entry. */
	KUNIT_EXPECT_EQ(test, 1ULL, world.entry[2]);
}

/* The guest says no, and the worker comes before the set-up has returned. */
static void intent_of_replacement_meets_worker(struct kunit *test)
{
	struct fake_pci *fn = vf_plug_one(test);
	struct intent_world world = { vf_of(fn), vf_entry(test, fn, PASID) };

	intent_setup(&world, 3, true, false);
	vf_setup_begins(world.vf, PASID, true);
	intent_write(&world, 3, false);
	pasid_vf_refresh(world.vf);
	KUNIT_EXPECT_EQ(test, 0, world.entry[2]);
	vf_setup_ends(world.vf, PASID, true, true);
	KUNIT_EXPECT_EQ(test, 0, world.entry[2]);
	pasid_vf_refresh(world.vf);
	KUNIT_EXPECT_EQ(test, 0, world.entry[2]);
}

/* A deny comes while intel-iommu tries to write over an entry from before the load. */
static void intent_of_failed_replacement_meets_deny(struct kunit *test)
{
	struct fake_pci *fn = vf_plug_one(test);
	struct intent_world world = { vf_of(fn), vf_entry(test, fn, PASID) };

	intent_write(&world, 3, true);
	vf_setup_begins(world.vf, PASID, true);
	vf_set_ceiling(test, world.vf, BUILTIN & ~PRIV, 0);
	KUNIT_EXPECT_EQ(test, 0, world.entry[2]);
	vf_setup_ends(world.vf, PASID, true, false);
	vf_set_ceiling(test, world.vf, BUILTIN, 0);
	KUNIT_EXPECT_EQ(test, 1, world.entry[2]);
}

static struct intent_world intent_meanwhile;

static void intent_set_up_meanwhile(void)
{
	fake_unit.hooks_dead = false;
	vf_setup_begins(intent_meanwhile.vf, PASID, false);
	intent_write(&intent_meanwhile, 3, true);
}

/* The worker begins while probes are off; a set-up that a hook sees comes before its scan. */
static void intent_of_unsure_worker(struct kunit *test)
{
	struct fake_pci *fn = vf_plug_one(test);
	struct intent_world world = { vf_of(fn), vf_entry(test, fn, PASID) };

	intent_meanwhile = world;
	vf_set_ceiling(test, world.vf, BUILTIN & ~PRIV, 0);
	fake_unit.hooks_dead = true;
	fake_unit.on_map = intent_set_up_meanwhile;
	pasid_vf_refresh(world.vf);
	KUNIT_EXPECT_EQ(test, 0, world.entry[2]);
	vf_setup_ends(world.vf, PASID, false, true);
	vf_set_ceiling(test, world.vf, BUILTIN, 0);
	KUNIT_EXPECT_EQ(test, 1, world.entry[2]);
}

/* A writer has changed the entry and flushes later, which is too late for the hook's caller. */
static void intent_hook_flushes_for_writer(struct kunit *test)
{
	struct fake_pci *fn = vf_plug_one(test);
	struct intent_world world = { vf_of(fn), vf_entry(test, fn, PASID) };

	vf_set_ceiling(test, world.vf, BUILTIN & ~PRIV, 0);
	vf_setup_begins(world.vf, PASID, false);
	intent_write(&world, 3, true);
	vf_set_ceiling(test, world.vf, BUILTIN & ~PRIV & ~PRI, 0);
	KUNIT_EXPECT_EQ(test, 0ULL, world.entry[2]);
	fake_unit.submissions = 0;
	vf_setup_ends(world.vf, PASID, false, true);
	KUNIT_EXPECT_EQ(test, 0U, fake_unit.submissions);
	WRITE_ONCE(world.vf->tables.applying, true);
	vf_setup_ends(world.vf, PASID, false, true);
	KUNIT_EXPECT_GE(test, fake_unit.submissions, 3U);
	WRITE_ONCE(world.vf->tables.applying, false);
}

/* PRE of a context entry: some kernels set and clear it on demand. */

enum pri_step {
	PRI_END,
	PRI_OFF,	/* hooks see it */
	PRI_ON,
	PRI_OFF_UNSEEN,
	PRI_ON_UNSEEN,
	PRI_UNSEEN_ELSEWHERE,
	PRI_DENY,
	PRI_GRANT,
};

struct intent_pri_case {
	const char *name;
	enum pri_step step[5];
	bool pre;
};

static const struct intent_pri_case intent_pri_cases[] = {
	{ "denied and granted", { PRI_DENY, PRI_GRANT }, true },
	{ "off", { PRI_OFF, PRI_GRANT }, false },
	{ "off while denied", { PRI_DENY, PRI_OFF, PRI_GRANT }, false },
	{ "on while denied", { PRI_OFF, PRI_DENY, PRI_ON, PRI_GRANT }, true },
	{ "on while denied: denied", { PRI_OFF, PRI_DENY, PRI_ON }, false },
	{ "on while denied, after something unseen",
	  { PRI_OFF, PRI_DENY, PRI_UNSEEN_ELSEWHERE, PRI_ON, PRI_GRANT }, true },
	{ "off, unseen", { PRI_OFF_UNSEEN, PRI_GRANT }, false },
	{ "off, unseen, and on", { PRI_OFF_UNSEEN, PRI_ON }, true },
	{ "off while denied, unseen", { PRI_DENY, PRI_OFF_UNSEEN, PRI_GRANT }, false },
	{ "on, unseen", { PRI_OFF, PRI_ON_UNSEEN, PRI_GRANT }, true },
	{ "on, unseen: denied", { PRI_OFF, PRI_ON_UNSEEN, PRI_DENY }, false },
	{ "on, unseen: denied and granted",
	  { PRI_OFF, PRI_ON_UNSEEN, PRI_DENY, PRI_GRANT }, true },
};

KUNIT_ARRAY_PARAM_DESC(intent_pri, intent_pri_cases, name);

static void intent_pri_do(struct kunit *test, struct fake_pci *fn, enum pri_step what)
{
	const struct pasid_gaps gaps = pasid_gaps_now();
	u64 *ctx = vf_context(FAKE_RID(fn->pdev.devfn));
	struct pasid_vf *vf = vf_of(fn);
	bool on = what == PRI_ON || what == PRI_ON_UNSEEN;

	switch (what) {
	case PRI_END:
		break;
	case PRI_UNSEEN_ELSEWHERE:
		fake_unit.missed++;
		break;
	case PRI_OFF_UNSEEN:
	case PRI_ON_UNSEEN:
		fake_unit.missed++;
		fallthrough;
	case PRI_OFF:
	case PRI_ON:
		*ctx = (*ctx & ~PRE) | (on ? PRE : 0);
		if (what == PRI_OFF || what == PRI_ON)
			pasid_vf_after_pri_flip(vf, &gaps, on);
		break;
	case PRI_DENY:
		vf_set_ceiling(test, vf, BUILTIN & ~PRI, 0);
		break;
	case PRI_GRANT:
		vf_set_ceiling(test, vf, BUILTIN, 0);
		break;
	}
}

static void intent_pri(struct kunit *test)
{
	const struct intent_pri_case *c = test->param_value;
	struct fake_pci *fn = vf_plug_one(test);
	int i;

	for (i = 0; i < ARRAY_SIZE(c->step); i++)
		intent_pri_do(test, fn, c->step[i]);
	KUNIT_EXPECT_EQ(test, c->pre ? PRE : 0, vf_gates(fn) & PRE);
	KUNIT_EXPECT_EQ(test, PASIDE, vf_gates(fn) & PASIDE);
}

static struct kunit_case intent_test_cases[] = {
	KUNIT_CASE_PARAM(intent_follows, intent_gen_params),
	KUNIT_CASE(intent_of_entry_torn_down),
	KUNIT_CASE(intent_of_replacement_meets_worker),
	KUNIT_CASE(intent_of_failed_replacement_meets_deny),
	KUNIT_CASE(intent_of_unsure_worker),
	KUNIT_CASE(intent_hook_flushes_for_writer),
	KUNIT_CASE_PARAM(intent_pri, intent_pri_gen_params),
	{}
};

static struct kunit_suite intent_suite = {
	.name = "pasid-intent",
	.init = vf_init,
	.test_cases = intent_test_cases,
};

kunit_test_suite(intent_suite);
