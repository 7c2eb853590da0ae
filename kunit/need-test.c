// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether the module can work with a kernel, for each release from 6.12 to 7.3. What a
 * release has was taken from its source. It was also compared with the BTF of Debian's
 * kernels, except for 6.12 before 6.12.31, 6.13 to 6.15, 6.18.39 and 6.19.
 */
#include <kunit/test.h>
#include <linux/string.h>

#include "../iommu/need.h"

/* A stable update that changed something counts as a release of its own. */
enum need_release {
	R6_12, R6_12_31, R6_13, R6_14, R6_14_9, R6_15, R6_16, R6_17, R6_18, R6_18_39, R6_19,
	R6_19_4, R7_0, R7_1, R7_2, R7_3, RELEASES
};

#define FROM(release)	(~0U << (release))
#define UNTIL(release)	(~0U >> (31 - (release)))
#define ALWAYS		FROM(R6_12)

/* 803f97298e7d in 6.15, 6.14.9 and 6.12.31 */
#define TELLS_VMMS	(BIT(R6_12_31) | FROM(R6_14_9))

/* 7543ee63e811 in 6.13; gone with c3b1edea3791 in 7.0, 6.19.4 and 6.18.39 */
#define REPLACES	((FROM(R6_13) & UNTIL(R6_18)) | BIT(R6_19))

struct need_release_case {
	const char *name;
	enum need_release release;
	bool flips;
	bool replaces;
};

static const struct need_release_case need_releases[] = {
	{ "6.12", R6_12, .flips = true },
	{ "6.12.31", R6_12_31, .flips = true },
	{ "6.13", R6_13, .flips = true, .replaces = true },
	{ "6.14", R6_14, .flips = true, .replaces = true },
	{ "6.14.9", R6_14_9, .flips = true, .replaces = true },
	{ "6.15", R6_15, .replaces = true },
	{ "6.16", R6_16, .replaces = true },
	{ "6.17", R6_17, .replaces = true },
	{ "6.18", R6_18, .replaces = true },
	{ "6.18.39", R6_18_39 },
	{ "6.19", R6_19, .replaces = true },
	{ "6.19.4", R6_19_4 },
	{ "7.0", R7_0 },
	{ "7.1", R7_1 },
	{ "7.2", R7_2 },
	{ "7.3", R7_3 },
};

KUNIT_ARRAY_PARAM_DESC(need_release, need_releases, name);

#define ARGS_MAX	7

struct need_function {
	const char *name;
	unsigned int releases;
	const char *args[ARGS_MAX];
};

static const struct need_function need_functions[] = {
	{ "qi_submit_sync", ALWAYS, { "iommu", "desc", "count", "options" } },
	{ "pci_for_each_dma_alias", ALWAYS, { "pdev", "fn", "data" } },
	{ "bpf_find_btf_id", ALWAYS, { "name", "kind", "btf_p" } },
	{ "btf_name_by_offset", ALWAYS, { "btf", "offset" } },
	{ "btf_put", ALWAYS, { "btf" } },
	/* a pointer to the root table before 6.17, its physical address since */
	{ "intel_pasid_setup_first_level", UNTIL(R6_16),
	  { "iommu", "dev", "pgd", "pasid", "did", "flags" } },
	{ "intel_pasid_setup_first_level", FROM(R6_17),
	  { "iommu", "dev", "fsptptr", "pasid", "did", "flags" } },
	{ "intel_pasid_setup_second_level", ALWAYS, { "iommu", "domain", "dev", "pasid" } },
	{ "intel_pasid_setup_pass_through", ALWAYS, { "iommu", "dev", "pasid" } },
	{ "intel_pasid_setup_nested", ALWAYS, { "iommu", "dev", "pasid", "domain" } },
	{ "intel_pasid_replace_first_level", REPLACES & UNTIL(R6_16),
	  { "iommu", "dev", "pgd", "pasid", "did", "old_did", "flags" } },
	{ "intel_pasid_replace_first_level", REPLACES & FROM(R6_17),
	  { "iommu", "dev", "fsptptr", "pasid", "did", "old_did", "flags" } },
	{ "intel_pasid_replace_second_level", REPLACES,
	  { "iommu", "domain", "dev", "old_did", "pasid" } },
	{ "intel_pasid_replace_pass_through", REPLACES,
	  { "iommu", "dev", "old_did", "pasid" } },
	{ "intel_pasid_replace_nested", REPLACES,
	  { "iommu", "dev", "pasid", "old_did", "domain" } },
	/* 87caaba1d174 in 6.15 enables page requests when a device is probed */
	{ "context_flip_pri", UNTIL(R6_14_9), { "info", "enable" } },
	{ "pci_enable_pasid", ALWAYS, { "pdev", "features" } },
	{ "pci_disable_pasid", ALWAYS, { "pdev" } },
	{ "pci_pasid_status", TELLS_VMMS, { "pdev" } },
	{ "pci_pri_supported", ALWAYS, { "pdev" } },
	{ "iommu_report_device_fault", ALWAYS, { "dev", "evt" } },
	{ "intel_iommu_page_response", ALWAYS, { "dev", "evt", "msg" } },
	{ "pci_enable_pri", ALWAYS, { "pdev", "reqs" } },
	{ "pci_disable_pri", ALWAYS, { "pdev" } },
	{ "pci_enable_ats", ALWAYS, { "dev", "ps" } },
	{ "pci_disable_ats", ALWAYS, { "dev" } },
	{ "pci_restore_state", ALWAYS, { "dev" } },
	{ "pci_power_up", ALWAYS, { "dev" } },
	{ "pcie_do_recovery", ALWAYS, { "dev", "state", "reset_subordinates" } },
	{ "dmar_fault", ALWAYS, { "irq", "dev_id" } },
	{ "write_enabled_file_bool", ALWAYS, { "file", "user_buf", "count", "ppos" } },
	{ "ftrace_enable_sysctl", ALWAYS, { "table", "write", "buffer", "lenp", "ppos" } },
};

struct need_member {
	const char *type;
	const char *name;
	const char *is;
	unsigned int releases;
};

static const struct need_member need_members[] = {
	{ "intel_iommu", "iommu", "iommu_device", ALWAYS },
	{ "intel_iommu", "lock", "spinlock_t", ALWAYS },
	{ "intel_iommu", "reg", "*", ALWAYS },
	{ "device_domain_info", "dev", "*", ALWAYS },
	{ "device_domain_info", "dtlb_extra_inval", "1", ALWAYS },
	/* 87caaba1d174 */
	{ "device_domain_info", "iopf_refcount", "unsigned int", FROM(R6_15) },
	/* until f984fb09e60e in 6.16; not the same releases that flip PRI */
	{ "iommu_ops", "dev_enable_feat", "*", UNTIL(R6_15) },
};

/* The kernel under test: a release, and what differs from it. */
static struct {
	enum need_release release;
	const char *no_function;
	const char *no_type;
	const char *no_member;
	const char *other_type;
	const char *no_arg;
	int error;
} need_kernel;

static bool need_is(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

static const struct need_function *need_find(const char *name)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(need_functions); i++)
		if (need_is(need_functions[i].name, name) &&
		    (need_functions[i].releases & BIT(need_kernel.release)))
			return &need_functions[i];
	return NULL;
}

static int need_ask_function(const char *name, void **addr)
{
	if (need_is(name, need_kernel.no_function))
		return need_kernel.error;
	*addr = (void *)need_find(name);
	return *addr ? 0 : -ENOENT;
}

static int need_ask_member(const char *type, const char *name, const char *is, u32 *offset)
{
	const struct need_member *member;

	if (need_is(type, need_kernel.no_type))
		return -ESRCH;
	if (need_is(name, need_kernel.no_member) ||
	    (is && need_is(name, need_kernel.other_type)))
		return -ENOENT;
	for (member = need_members; member < need_members + ARRAY_SIZE(need_members); member++) {
		if (!need_is(member->type, type) || !need_is(member->name, name) ||
		    !(member->releases & BIT(need_kernel.release)))
			continue;
		*offset = 1 + (member - need_members);
		return !is || need_is(member->is, is) ? 0 : -ENOENT;
	}
	return -ENOENT;
}

static void need_ask_args(const char *function, const char * const *args, int *at, int count)
{
	const struct need_function *found = need_find(function);
	int i, j;

	for (i = 0; i < count; i++) {
		at[i] = -ENOENT;
		for (j = 0; found && j < 6; j++)
			if (need_is(found->args[j], args[i]) &&
			    !need_is(args[i], need_kernel.no_arg))
				at[i] = j;
	}
}

static const struct pasid_kernel need_view = {
	.function = need_ask_function,
	.member = need_ask_member,
	.args = need_ask_args,
};

/* The checks that the module makes when it is loaded. @followed: bits, as in pasid_hooked. */
static int need_load(struct pasid_kernel_offsets *layout, unsigned int *followed, char *why)
{
	const struct pasid_hooked *what;
	int at[PASID_HOOK_ARGS], err;
	void *addr[PASID_CALLED];

	*followed = 0;
	err = pasid_need_called(&need_view, addr, why) ?:
	      pasid_need_offsets(&need_view, layout, why);
	for (what = pasid_hooked; !err && what->name; what++) {
		memset(at, 0xff, sizeof(at)); /* nothing is found yet */
		err = pasid_need_hooked(&need_view, what,
					need_ask_function(what->name, &addr[0]), at, why);
		if (err < 0 || err > 1)
			return err;
		if (err)
			*followed |= BIT(what - pasid_hooked);
		err = 0;
	}
	return err;
}

static bool need_follows(unsigned int followed, const char *name)
{
	return followed & BIT(pasid_hooked_find(name) - pasid_hooked);
}

static void need_loads(struct kunit *test)
{
	const struct need_release_case *c = test->param_value;
	const struct pasid_hooked *what;
	char why[PASID_NEED_WHY_MAX] = "";
	struct pasid_kernel_offsets layout;
	unsigned int followed;

	need_kernel = (typeof(need_kernel)){ .release = c->release };
	KUNIT_ASSERT_EQ_MSG(test, 0, need_load(&layout, &followed, why), "%s", why);
	for (what = pasid_hooked; what->name; what++)
		KUNIT_EXPECT_EQ_MSG(test, !!need_find(what->name),
				    need_follows(followed, what->name), "%s", what->name);
	KUNIT_EXPECT_EQ(test, c->flips, need_follows(followed, "context_flip_pri"));
	KUNIT_EXPECT_EQ(test, c->replaces,
			need_follows(followed, "intel_pasid_replace_nested"));
	KUNIT_EXPECT_EQ(test, 1U, layout.iommu_core);
	KUNIT_EXPECT_EQ(test, 2U, layout.iommu_lock);
	KUNIT_EXPECT_EQ(test, 3U, layout.iommu_reg);
	KUNIT_EXPECT_EQ(test, 4U, layout.info_dev);
	KUNIT_EXPECT_EQ(test, 5U, layout.info_twice);
}

/* need_kernel has what the kernel lacks. */
static void need_refuses(struct kunit *test, int error, const char *sentence)
{
	char why[PASID_NEED_WHY_MAX] = "";
	struct pasid_kernel_offsets layout;
	unsigned int followed;

	KUNIT_EXPECT_EQ_MSG(test, error, need_load(&layout, &followed, why), "%s", sentence);
	KUNIT_EXPECT_STREQ(test, sentence, why);
}

static void need_misses_function(struct kunit *test)
{
	static const char * const called[] = {
		"qi_submit_sync", "pci_for_each_dma_alias", "bpf_find_btf_id",
		"btf_name_by_offset", "btf_put",
	};
	const struct need_release_case *c = test->param_value;
	int i;

	for (i = 0; i < ARRAY_SIZE(called); i++) {
		char sentence[PASID_NEED_WHY_MAX];

		need_kernel = (typeof(need_kernel)){ .release = c->release, .error = -ENOENT,
						     .no_function = called[i] };
		snprintf(sentence, sizeof(sentence),
			 "this kernel has no %s() that can be probed (error -2): this kernel is not supported",
			 called[i]);
		need_refuses(test, -ENOENT, sentence);
	}
}

/* A kernel without debugfs or without ftrace has no such switch. */
static bool need_is_switch(const char *name)
{
	return !strcmp(name, "write_enabled_file_bool") ||
	       !strcmp(name, "ftrace_enable_sysctl");
}

/* Without one of these there are no page requests for users of VFs. */
/* Without a function that it follows, the module loads only if it does not need the function. */
static void need_misses_followed(struct kunit *test)
{
	const struct need_release_case *c = test->param_value;
	const struct pasid_hooked *what;

	for (what = pasid_hooked; what->name; what++) {
		char sentence[PASID_NEED_WHY_MAX], why[PASID_NEED_WHY_MAX] = "";
		struct pasid_kernel_offsets layout;
		unsigned int followed;

		if (what->expendable)
			continue;
		need_kernel = (typeof(need_kernel)){ .release = c->release, .error = -ENOENT,
						     .no_function = what->name };
		if (strstr(what->name, "_replace_") || need_is_switch(what->name) ||
		    !strcmp(what->name, "pcie_do_recovery") ||
		    !strcmp(what->name, "pci_pasid_status") ||
		    (!strcmp(what->name, "context_flip_pri") && !c->flips)) {
			KUNIT_EXPECT_EQ_MSG(test, 0, need_load(&layout, &followed, why),
					    "%s", what->name);
			KUNIT_EXPECT_FALSE(test, need_follows(followed, what->name));
			continue;
		}
		snprintf(sentence, sizeof(sentence),
			 "cannot hook %s() (error -2), so this module cannot see when %s",
			 what->name, what->purpose);
		need_refuses(test, -ENOENT, sentence);
	}
}

/* If a function exists but cannot be probed, the module does not load. */
static void need_cannot_probe(struct kunit *test)
{
	const struct need_release_case *c = test->param_value;
	const struct pasid_hooked *what;

	for (what = pasid_hooked; what->name; what++) {
		char sentence[PASID_NEED_WHY_MAX];

		if (what->expendable)
			continue;
		need_kernel = (typeof(need_kernel)){ .release = c->release, .error = -EINVAL,
						     .no_function = what->name };
		snprintf(sentence, sizeof(sentence),
			 "cannot hook %s() (error -22), so this module cannot see when %s",
			 what->name, what->purpose);
		need_refuses(test, -EINVAL, sentence);
	}
}

static void need_misses_arg(struct kunit *test)
{
	const struct need_release_case *c = test->param_value;

	need_kernel = (typeof(need_kernel)){ .release = c->release, .no_arg = "iommu" };
	need_refuses(test, -ENOENT,
		     "qi_submit_sync() does not take 'iommu' as argument 1: this kernel is not supported");
	need_kernel.no_arg = "options";
	need_refuses(test, -ENOENT,
		     "qi_submit_sync() does not take 'options' as argument 4: this kernel is not supported");
	need_kernel.no_arg = "pasid";
	need_refuses(test, -ENOENT,
		     "intel_pasid_setup_first_level() has no argument 'pasid' in a register, so this module cannot see when a PASID-table entry is set up");
	need_kernel.no_arg = "pdev";
	need_refuses(test, -ENOENT,
		     "pci_disable_pasid() has no argument 'pdev' in a register, so this module cannot see when PASID of a PF is switched off");
	if (!c->flips)
		return;
	need_kernel.no_arg = "info";
	need_refuses(test, -ENOENT,
		     "context_flip_pri() has no argument 'info' in a register, so this module cannot see when page requests are enabled on demand");
}

/* Without what an expendable hook needs, the module loads, and does not have the hook. */
static void need_expendable(struct kunit *test)
{
	static const char *const hooks[] = {
		"dmar_fault", "pci_pri_supported", "iommu_report_device_fault",
		"intel_iommu_page_response",
	};
	const struct need_release_case *c = test->param_value;
	struct pasid_kernel_offsets layout;
	char why[PASID_NEED_WHY_MAX] = "";
	unsigned int followed;
	int i;

	for (i = 0; i < 3 * ARRAY_SIZE(hooks); i++) {
		const char *hook = hooks[i / 3];
		const typeof(need_kernel) lacking[] = {
			{ .release = c->release, .no_function = hook, .error = -ENOENT },
			{ .release = c->release, .no_function = hook, .error = -EINVAL },
			{ .release = c->release, .no_arg = "dev_id" },
		};

		need_kernel = lacking[i % 3];
		KUNIT_EXPECT_EQ_MSG(test, 0, need_load(&layout, &followed, why), "%s", hook);
		KUNIT_EXPECT_FALSE(test, need_follows(followed, i % 3 < 2 ? hook : "dmar_fault"));
		KUNIT_EXPECT_TRUE(test, need_follows(followed, "pci_disable_pasid"));
	}
}

static void need_misses_member(struct kunit *test)
{
	const struct need_release_case *c = test->param_value;

	need_kernel = (typeof(need_kernel)){ .release = c->release, .no_member = "reg" };
	need_refuses(test, -ENOENT,
		     "this kernel's struct intel_iommu has no member reg of the expected type: this kernel is not supported");
	need_kernel = (typeof(need_kernel)){ .release = c->release,
					     .other_type = "dtlb_extra_inval" };
	need_refuses(test, -ENOENT,
		     "this kernel's struct device_domain_info has no member dtlb_extra_inval of the expected type: this kernel is not supported");
	need_kernel = (typeof(need_kernel)){ .release = c->release, .no_type = "intel_iommu" };
	need_refuses(test, -ESRCH,
		     "the kernel's BTF has no struct intel_iommu: this module needs CONFIG_DEBUG_INFO_BTF and Intel's IOMMU driver");
	/* Without a sign that the kernel enables page requests itself, it may do so on demand. */
	need_kernel = (typeof(need_kernel)){ .release = c->release,
					     .no_member = "iopf_refcount" };
	if (!c->flips)
		need_refuses(test, -ENOENT,
			     "cannot hook context_flip_pri() (error -2), so this module cannot see when page requests are enabled on demand");
	/* The member's type does not matter. */
	need_kernel = (typeof(need_kernel)){ .release = c->release,
					     .other_type = "iopf_refcount" };
	need_loads(test);
}

static void need_knows_names(struct kunit *test)
{
	KUNIT_EXPECT_PTR_EQ(test, &pasid_hooked[0],
			    pasid_hooked_find("intel_pasid_setup_first_level"));
	KUNIT_EXPECT_NULL(test, pasid_hooked_find("intel_pasid_setup_first"));
	KUNIT_EXPECT_NULL(test, pasid_hooked_find(""));
}

static struct kunit_case need_cases[] = {
	KUNIT_CASE_PARAM(need_loads, need_release_gen_params),
	KUNIT_CASE_PARAM(need_misses_function, need_release_gen_params),
	KUNIT_CASE_PARAM(need_misses_followed, need_release_gen_params),
	KUNIT_CASE_PARAM(need_cannot_probe, need_release_gen_params),
	KUNIT_CASE_PARAM(need_misses_arg, need_release_gen_params),
	KUNIT_CASE_PARAM(need_expendable, need_release_gen_params),
	KUNIT_CASE_PARAM(need_misses_member, need_release_gen_params),
	KUNIT_CASE(need_knows_names),
	{}
};

static struct kunit_suite need_suite = {
	.name = "pasid-need",
	.test_cases = need_cases,
};

kunit_test_suite(need_suite);
