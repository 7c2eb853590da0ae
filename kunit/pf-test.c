// SPDX-License-Identifier: GPL-2.0-only
/*
 * How pasid-pf and pasid-vfio-pci keep track of PFs: which functions they know, and what a
 * PF's driver, the admin and the module option say about which VFs. PFs, VFs and the module
 * of a PF's driver are fake; the admin writes to vf_pasid_ranges.
 */
#include <kunit/test.h>
#include <linux/module.h>

#include "../vfio/option.h"
#include "../vfio/pasid-vfio.h"
#include "fake-pci.h"

/* A kind of VF that is not in the quirk table. */
#define VENDOR	0x1b36
#define DEVICE	0x5052

/* Each source names another place. */
#define AT_DRIVER	0x300
#define AT_ADMIN	0x200
#define AT_OPTION	0x400
#define ADMIN		"0x200-0x207"

/**
 * struct pf_driver - the PF's driver
 * @module: its module, which is loaded
 * @ops: the operations that it registers
 * @says: its next answer: a number of ranges, or a negative errno
 * @asked: the VF of the last question
 * @held: references of @module at that time
 */
static struct pf_driver {
	struct module module;
	struct pasid_pf_ops ops;
	int says;
	struct pci_dev *asked;
	int held;
} *driver;

static int pf_driver_ranges(struct pci_dev *vf, struct pasid_range *ranges,
			    unsigned int max)
{
	int i;

	driver->asked = vf;
	driver->held = atomic_read(&driver->module.refcnt);
	for (i = 0; i < min_t(int, driver->says, max); i++)
		ranges[i] = (struct pasid_range){ AT_DRIVER + 8 * i, AT_DRIVER + 8 * i + 7 };
	return driver->says;
}

static int pf_init(struct kunit *test)
{
	fake_pci_init(test);
	driver = kunit_kzalloc(test, sizeof(*driver), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, driver);
	driver->module.state = MODULE_STATE_LIVE;
	atomic_set(&driver->module.refcnt, 1);
	driver->ops.owner = &driver->module;
	driver->ops.vf_ranges = pf_driver_ranges;
	driver->says = 1;
	return 0;
}

static void pf_unload(void *arg)
{
	pasid_pf_exit();
}

/* Sets empty options: otherwise those of the previous case would stay. */
static void pf_load(struct kunit *test, const char *options)
{
	KUNIT_ASSERT_EQ(test, 0, pasid_option_init(options ?: ""));
	KUNIT_ASSERT_EQ(test, 0, pasid_pf_init());
	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, pf_unload, NULL));
}

static struct fake_pci *pf_plug_vf(struct fake_pci *pf, unsigned int devfn)
{
	struct fake_pci *vf = fake_vf_alloc(pf, devfn);

	vf->pdev.vendor = VENDOR;
	vf->pdev.device = DEVICE;
	fake_pci_plug(vf);
	return vf;
}

static void pf_forget(void *pf)
{
	pasid_pf_unregister(&((struct fake_pci *)pf)->pdev);
}

/* Unregisters the driver at the end of the case. */
static struct fake_pci *pf_plug(struct kunit *test, unsigned int devfn)
{
	struct fake_pci *pf = fake_pf_alloc(devfn);

	KUNIT_ASSERT_EQ(test, 0, kunit_add_action_or_reset(test, pf_forget, pf));
	fake_pci_plug(pf);
	return pf;
}

/* Writes to the PF's file: 0 or a negative errno. */
static int pf_write(struct fake_pci *pf, const char *text)
{
	int count = pasid_attr_vf_ranges.store(&pf->pdev.dev, NULL, text, strlen(text));

	return count < 0 ? count : 0;
}

/* Compares what the file would show: there is no sysfs to read it. */
static int pf_read(struct kunit *test, struct fake_pci *pf, const char *text)
{
	char is[PASID_RANGES_TEXT_MAX];
	struct pasid_ranges ranges;
	int err = pasid_pf_ranges(&pf->pdev, &ranges);

	if (err)
		return err;
	pasid_ranges_format(is, &ranges);
	KUNIT_EXPECT_STREQ(test, text, is);
	return 0;
}

/* The place of a VF's capability, or a negative errno. */
static int pf_ask(struct fake_pci *vf)
{
	struct pasid_answer answers[PASID_SOURCES];
	enum pasid_source source;
	const char *why;
	int err;

	pasid_ask_sources(&vf->pdev, answers);
	err = pasid_source_choose(answers, &source, &why);
	return err ?: answers[source].ranges.range[0].first;
}

/* Which functions are PFs. */

struct pf_kind_case {
	const char *name;
	bool is_physfn;
	bool is_virtfn;
	u16 pasid_cap;
	int err;
};

static const struct pf_kind_case pf_kind_cases[] = {
	{ "PF with PASID", .is_physfn = true, .pasid_cap = FAKE_PASID_CAP },
	{ "PF without PASID", .is_physfn = true, .err = -ENODEV },
	{ "function without SR-IOV", .pasid_cap = FAKE_PASID_CAP, .err = -ENODEV },
	{ "VF", .is_virtfn = true, .err = -ENODEV },
};

KUNIT_ARRAY_PARAM_DESC(pf_kind, pf_kind_cases, name);

static void pf_expect_kind(struct kunit *test, struct fake_pci *fn, int err)
{
	KUNIT_EXPECT_EQ(test, err, pf_write(fn, ADMIN));
	KUNIT_EXPECT_EQ(test, err, pf_read(test, fn, ADMIN));
}

static void pf_kind(struct kunit *test)
{
	const struct pf_kind_case *c = test->param_value;
	struct fake_pci *pf = pf_plug(test, 0x10), *fn[2];
	unsigned int i;

	for (i = 0; i < 2; i++) {
		fn[i] = fake_pci_alloc(i);
		fn[i]->pdev.is_physfn = c->is_physfn;
		fn[i]->pdev.is_virtfn = c->is_virtfn;
		fn[i]->pdev.physfn = &pf->pdev;
		fn[i]->pdev.pasid_cap = c->pasid_cap;
	}
	/* A PF's driver needs only pasid-pf. */
	for (i = 0; i < 2; i++) {
		KUNIT_EXPECT_EQ(test, c->err, pasid_pf_register(&fn[i]->pdev, &driver->ops));
		pasid_pf_unregister(&fn[i]->pdev);
	}
	/* One PF is there at load, one appears later. */
	fake_pci_plug(fn[0]);
	pf_load(test, NULL);
	pf_expect_kind(test, fn[1], -ENODEV);
	fake_pci_plug(fn[1]);
	for (i = 0; i < 2; i++)
		pf_expect_kind(test, fn[i], c->err);
	fake_pci_unplug(fn[0]);
	pf_expect_kind(test, fn[0], -ENODEV);
	pf_expect_kind(test, fn[1], c->err);
	kunit_release_action(test, pf_unload, NULL);
	pf_expect_kind(test, fn[1], -ENODEV);
}

static void pf_registers_once(struct kunit *test)
{
	const struct pasid_pf_ops none = { .owner = &driver->module };
	struct fake_pci *pf = pf_plug(test, 0), *other = pf_plug(test, 0x10);

	pf_load(test, NULL);
	KUNIT_EXPECT_EQ(test, -EINVAL, pasid_pf_register(&pf->pdev, NULL));
	KUNIT_EXPECT_EQ(test, -EINVAL, pasid_pf_register(&pf->pdev, &none));
	KUNIT_EXPECT_EQ(test, 0, pasid_pf_register(&pf->pdev, &driver->ops));
	KUNIT_EXPECT_EQ(test, -EBUSY, pasid_pf_register(&pf->pdev, &driver->ops));
	/* A driver registers for one PF, not for another one. */
	pasid_pf_unregister(&other->pdev);
	KUNIT_EXPECT_EQ(test, -EBUSY, pasid_pf_register(&pf->pdev, &driver->ops));
	KUNIT_EXPECT_EQ(test, 0, pasid_pf_register(&other->pdev, &driver->ops));
	pasid_pf_unregister(&pf->pdev);
	KUNIT_EXPECT_EQ(test, 0, pasid_pf_register(&pf->pdev, &driver->ops));
}

/* Which source decides. */

struct pf_answer_case {
	const char *name;
	bool registered;
	int says;
	enum module_state state;
	const char *admin;
	const char *option;
	bool qat;	/* a VF for which the quirk table asks the PF's driver only */
	int answer;	/* offset or errno */
};

#define OPTION	"1b36:5052@0x400-0x407"

static const struct pf_answer_case pf_answer_cases[] = {
	{ "no source", .answer = -ENOENT },
	{ "driver", true, 1, .answer = AT_DRIVER },
	{ "driver with as many as there is room for", true, PASID_RANGES_MAX,
	  .answer = AT_DRIVER },
	{ "driver before admin and option", true, 1, .admin = ADMIN, .option = OPTION,
	  .answer = AT_DRIVER },
	{ "driver has none, others have", true, 0, .admin = ADMIN, .option = OPTION,
	  .answer = -ENOSPC },
	{ "driver refuses, others have", true, -EPERM, .admin = ADMIN, .option = OPTION,
	  .answer = -EPERM },
	{ "driver gives too many", true, PASID_RANGES_MAX + 1, .admin = ADMIN,
	  .answer = -E2BIG },
	{ "driver does not know, nor others", true, -EOPNOTSUPP, .answer = -ENOENT },
	{ "driver does not know, admin does", true, -EOPNOTSUPP, .admin = ADMIN,
	  .answer = AT_ADMIN },
	{ "driver's module is being unloaded", true, 1, MODULE_STATE_GOING, .admin = ADMIN,
	  .answer = -ENODEV },
	{ "driver's module is being loaded", true, 1, MODULE_STATE_COMING,
	  .answer = AT_DRIVER },
	{ "driver that did not register", false, 1, .answer = -ENOENT },
	{ "admin before option", .admin = ADMIN, .option = OPTION, .answer = AT_ADMIN },
	{ "option", .option = OPTION, .answer = AT_OPTION },
	{ "option for another vendor", .option = "8086:5052@0x400-0x407", .answer = -ENOENT },
	{ "option for another device", .option = "1b36:5053@0x400-0x407", .answer = -ENOENT },
	{ "option for others, too", .option = "8086:4941@0x500-0x507," OPTION,
	  .answer = AT_OPTION },
	{ "quirk asks the driver only", .qat = true, .answer = -ENOSPC },
	{ "driver before quirk", true, 1, .qat = true, .answer = AT_DRIVER },
};

KUNIT_ARRAY_PARAM_DESC(pf_answer, pf_answer_cases, name);

static void pf_answers(struct kunit *test)
{
	const struct pf_answer_case *c = test->param_value;
	struct fake_pci *pf = pf_plug(test, 0), *vf = pf_plug_vf(pf, 1);
	struct fake_pci *other = pf_plug_vf(pf_plug(test, 0x10), 0x11);

	pf_load(test, c->option);
	if (c->qat) {
		vf->pdev.vendor = PCI_VENDOR_ID_INTEL;
		vf->pdev.device = 0x4941;
	}
	KUNIT_ASSERT_EQ(test, 0, pf_write(pf, c->admin ?: ""));
	if (c->registered)
		KUNIT_ASSERT_EQ(test, 0, pasid_pf_register(&pf->pdev, &driver->ops));
	driver->says = c->says;
	driver->module.state = c->state;

	KUNIT_EXPECT_EQ(test, c->answer, pf_ask(vf));
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&driver->module.refcnt));
	KUNIT_EXPECT_EQ(test, driver->asked ? 2 : 0, driver->held);
	KUNIT_EXPECT_PTR_EQ(test, c->registered && c->state != MODULE_STATE_GOING ?
			    &vf->pdev : NULL, driver->asked);

	/* For VFs of another PF only the option counts. */
	driver->asked = NULL;
	KUNIT_EXPECT_EQ(test, strstr(c->option ?: "", OPTION) ? AT_OPTION : -ENOENT,
			pf_ask(other));
	KUNIT_EXPECT_NULL(test, driver->asked);
}

/* A PF's driver without a module of its own is built in. */
static void pf_driver_is_built_in(struct kunit *test)
{
	struct fake_pci *pf = pf_plug(test, 0), *vf = pf_plug_vf(pf, 1);

	pf_load(test, NULL);
	driver->ops.owner = NULL;
	KUNIT_ASSERT_EQ(test, 0, pasid_pf_register(&pf->pdev, &driver->ops));
	KUNIT_EXPECT_EQ(test, AT_DRIVER, pf_ask(vf));
}

static void pf_driver_comes_and_goes(struct kunit *test)
{
	struct fake_pci *pf = pf_plug(test, 0), *vf = pf_plug_vf(pf, 1), *late;

	pf_load(test, OPTION);
	KUNIT_EXPECT_EQ(test, AT_OPTION, pf_ask(vf));
	KUNIT_EXPECT_EQ(test, 0, pf_write(pf, ADMIN));
	KUNIT_EXPECT_EQ(test, AT_ADMIN, pf_ask(vf));
	KUNIT_EXPECT_EQ(test, 0, pasid_pf_register(&pf->pdev, &driver->ops));
	KUNIT_EXPECT_EQ(test, AT_DRIVER, pf_ask(vf));
	late = pf_plug_vf(pf, 2);
	KUNIT_EXPECT_EQ(test, AT_DRIVER, pf_ask(late));
	KUNIT_EXPECT_PTR_EQ(test, &late->pdev, driver->asked);
	/* When the driver has unregistered, the next source decides. */
	pasid_pf_unregister(&pf->pdev);
	KUNIT_EXPECT_EQ(test, AT_ADMIN, pf_ask(vf));
	KUNIT_EXPECT_EQ(test, AT_ADMIN, pf_ask(late));
	KUNIT_EXPECT_EQ(test, 1, atomic_read(&driver->module.refcnt));
}

/* A registration is not lost when pasid-vfio-pci is loaded or unloaded. */
static void pf_registration_stays(struct kunit *test)
{
	struct fake_pci *pf = pf_plug(test, 0), *vf = pf_plug_vf(pf, 1);

	KUNIT_EXPECT_EQ(test, 0, pasid_pf_register(&pf->pdev, &driver->ops));
	pf_load(test, NULL);
	KUNIT_EXPECT_EQ(test, AT_DRIVER, pf_ask(vf));
	kunit_release_action(test, pf_unload, NULL);
	pf_load(test, NULL);
	KUNIT_EXPECT_EQ(test, AT_DRIVER, pf_ask(vf));
	KUNIT_EXPECT_EQ(test, -EBUSY, pasid_pf_register(&pf->pdev, &driver->ops));
}

/* Ranges that were named for a PF are dropped when the PF is removed. */
static void pf_comes_and_goes(struct kunit *test)
{
	struct fake_pci *pf = pf_plug(test, 0), *vf = pf_plug_vf(pf, 1);

	pf_load(test, NULL);
	KUNIT_EXPECT_EQ(test, 0, pf_write(pf, ADMIN));
	KUNIT_EXPECT_EQ(test, 0, pf_read(test, pf, ADMIN));
	KUNIT_EXPECT_EQ(test, 0, pasid_pf_register(&pf->pdev, &driver->ops));
	fake_pci_unplug(vf);
	pasid_pf_unregister(&pf->pdev);
	fake_pci_unplug(pf);
	KUNIT_EXPECT_EQ(test, -ENOENT, pf_ask(vf));
	fake_pci_plug(pf);
	fake_pci_plug(vf);
	KUNIT_EXPECT_EQ(test, -ENOENT, pf_ask(vf));
	KUNIT_EXPECT_EQ(test, 0, pf_read(test, pf, ""));
	KUNIT_EXPECT_EQ(test, 0, pasid_pf_register(&pf->pdev, &driver->ops));
}

/* A text that is refused changes nothing. */
static void pf_refuses_text(struct kunit *test)
{
	struct fake_pci *pf = pf_plug(test, 0);
	char *page = kunit_kmalloc(test, PAGE_SIZE + 1, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, page);
	memset(page, 0x20, PAGE_SIZE);
	page[PAGE_SIZE] = 0;
	pf_load(test, NULL);
	KUNIT_EXPECT_EQ(test, 0, pf_write(pf, ADMIN));
	KUNIT_EXPECT_EQ(test, -EINVAL, pf_write(pf, "0x200"));
	KUNIT_EXPECT_EQ(test, -ERANGE, pf_write(pf, "0x80-0x87"));
	KUNIT_EXPECT_EQ(test, -EINVAL, pf_write(pf, page));
	KUNIT_EXPECT_EQ(test, 0, pf_read(test, pf, ADMIN));
	page[PAGE_SIZE - 1] = 0;
	KUNIT_EXPECT_EQ(test, 0, pf_write(pf, page));
	KUNIT_EXPECT_EQ(test, 0, pf_read(test, pf, ""));
}

static struct kunit_case pf_test_cases[] = {
	KUNIT_CASE_PARAM(pf_kind, pf_kind_gen_params),
	KUNIT_CASE(pf_registers_once),
	KUNIT_CASE_PARAM(pf_answers, pf_answer_gen_params),
	KUNIT_CASE(pf_driver_is_built_in),
	KUNIT_CASE(pf_driver_comes_and_goes),
	KUNIT_CASE(pf_registration_stays),
	KUNIT_CASE(pf_comes_and_goes),
	KUNIT_CASE(pf_refuses_text),
	{}
};

static struct kunit_suite pf_suite = {
	.name = "pasid-pf",
	.init = pf_init,
	.test_cases = pf_test_cases,
};

kunit_test_suite(pf_suite);
