// SPDX-License-Identifier: GPL-2.0-only
/*
 * vfio-fuzz BDF SEED COUNT PASID-OFFSET PRI-OFFSET: opens a function that shows an
 * emulated PASID capability (and a PRI capability, if PRI-OFFSET is not 0). Takes COUNT
 * random steps: reads and writes of configuration space and of the VMM control region,
 * and resets. Compares each result with a model that shares no code with the product.
 * Prints how often it did what, or the first access that differs from the model.
 *
 * Bytes that are not emulated are compared with their values at the start. The program
 * writes only to the emulated capabilities and to bytes around them, which are read-only
 * in the mock.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"
#include "vfio.h"

#define PERM_ENABLE	1
#define PERM_EXEC	2
#define PERM_PRIV	4
#define PERM_PRI	8

#define REGION_SIZE	32
#define REQUESTED	12

#define LONGEST		24

/* What the function has to look like. */
static struct {
	unsigned char space[VFIO_CONFIG_SIZE];	/* configuration space, as read first */
	unsigned int pasid;
	unsigned int pri;
	unsigned int supported;		/* by the IOMMU; a new request must be in this set */
	unsigned int writable;		/* control bits of the PASID capability */
	unsigned int requested;
	unsigned int capacity;
	unsigned int alloc;
} model;

static struct vfio_function fn;
static unsigned long step, reads, writes, region_reads, region_writes, resets, refusals;

static void fail(const char *what, unsigned int at, unsigned int size)
{
	printf("step %lu: %s at 0x%x, %u bytes\n", step, what, at, size);
	exit(1);
}

static void put(unsigned int at, unsigned int size, unsigned int value)
{
	while (size--) {
		model.space[at++] = value;
		value >>= 8;
	}
}

/* Sets the emulated bytes that can change, from the state. */
static void render(void)
{
	int on = model.requested & PERM_PRI;

	put(model.pasid + 6, 2, model.requested & model.writable);
	if (!model.pri)
		return;
	put(model.pri + 4, 1, !!on);
	put(model.pri + 7, 1, (model.space[model.pri + 7] & 0x80) | !on);
	put(model.pri + 12, 4, model.alloc);
}

/* A request with a new permission that the IOMMU does not support is refused. */
static int request(unsigned int perms)
{
	if (perms & ~model.requested & ~model.supported)
		return EOPNOTSUPP;
	model.requested = perms;
	return 0;
}

static int write_pasid(unsigned int at, const unsigned char *buf, unsigned int size)
{
	unsigned int control = model.requested & model.writable, i, touched = 0;

	for (i = 0; i < size; i++) {
		if (at + i == 6) {
			control = (control & 0xff00) | buf[i];
			touched = 1;
		} else if (at + i == 7) {
			touched = 1; /* all reserved */
		}
	}
	control &= model.writable;
	return touched ? request((model.requested & ~model.writable) | control) : 0;
}

static int write_pri(unsigned int at, const unsigned char *buf, unsigned int size)
{
	unsigned int alloc = model.alloc, i, touched = 0, perms = model.requested;
	int err;

	for (i = 0; i < size; i++) {
		if (at + i == 4 || at + i == 5)
			touched = 1;
		if (at + i == 4)
			perms = (perms & ~PERM_PRI) | (buf[i] & 1 ? PERM_PRI : 0);
		if (at + i >= 12) {
			alloc &= ~(0xffu << 8 * (at + i - 12));
			alloc |= (unsigned int)buf[i] << 8 * (at + i - 12);
		}
	}
	err = touched ? request(perms) : 0;
	if (!err)
		model.alloc = alloc < model.capacity ? alloc : model.capacity;
	return err;
}

/* A write goes from low to high offsets. The parts before one that fails are done. */
static int write_model(unsigned int at, const unsigned char *buf, unsigned int size)
{
	unsigned int part, done;
	int err = 0;

	for (done = 0; done < size && !err; done += part) {
		unsigned int pos = at + done, left = size - done;

		if (pos >= model.pasid && pos < model.pasid + 8) {
			part = model.pasid + 8 - pos < left ? model.pasid + 8 - pos : left;
			err = write_pasid(pos - model.pasid, buf + done, part);
		} else if (model.pri && pos >= model.pri && pos < model.pri + 16) {
			part = model.pri + 16 - pos < left ? model.pri + 16 - pos : left;
			err = write_pri(pos - model.pri, buf + done, part);
		} else {
			part = 1; /* read-only in the mock */
		}
	}
	render();
	return err;
}

static void check_read(unsigned int at, unsigned int size)
{
	unsigned char buf[LONGEST];

	if (vfio_read_config(&fn, at, buf, size))
		fail("a read fails", at, size);
	if (memcmp(buf, model.space + at, size))
		fail("a read has another result than the model", at, size);
	reads++;
}

static void fuzz_read(void)
{
	unsigned int size = 1 + below(LONGEST), at = below(VFIO_CONFIG_SIZE - size + 1);

	if (below(2)) /* around the emulated bytes */
		at = model.pasid - 16 + below(48);
	if (at + size <= VFIO_CONFIG_SIZE)
		check_read(at, size);
}

static void fuzz_write(void)
{
	unsigned int size = 1 + below(LONGEST), i, at = model.pasid - 16 + below(48);
	unsigned char buf[LONGEST];
	int err;

	if (!below(3)) /* the control registers more often than by chance */
		at = model.pasid + 6, size = 1 + below(2);
	else if (model.pri && !below(3))
		at = model.pri + 4, size = 1 + below(4);
	if (at + size > VFIO_CONFIG_SIZE)
		at = VFIO_CONFIG_SIZE - size;
	for (i = 0; i < size; i++)
		buf[i] = below(256);
	err = vfio_write_config(&fn, at, buf, size);
	refusals += !!err;
	if (err != write_model(at, buf, size))
		fail(err ? "a write fails that should not" : "a write does not fail",
		     at, size);
	writes++;
	check_read(at, size);
}

static void fuzz_region_read(void)
{
	unsigned int size = 1 + below(REGION_SIZE), at = below(REGION_SIZE - size + 1);
	unsigned char all[REGION_SIZE], buf[REGION_SIZE];

	if (vfio_read_control(&fn, 0, all, sizeof(all)) || vfio_read_control(&fn, at, buf, size))
		fail("a read of the region fails", at, size);
	if (memcmp(all + at, buf, size))
		fail("a read of the region depends on its size", at, size);
	if (all[REQUESTED] != model.requested)
		fail("the region's request differs from the model", REQUESTED, 4);
	region_reads++;
}

static void fuzz_region_write(void)
{
	unsigned int at = below(3) ? REQUESTED : below(REGION_SIZE);
	unsigned int size = below(3) ? 4 : 1 + below(8);
	unsigned int value = below(8) ? below(16) : below(1u << 31);
	unsigned char buf[8] = { value, value >> 8, value >> 16, value >> 24 };
	int should, err = vfio_write_control(&fn, at, buf, size);

	/* An access across the end of the region is cut off there, as in other regions. */
	if (at + size > REGION_SIZE)
		return;
	if (at != REQUESTED || size != 4 || value > 15)
		should = EINVAL;
	else
		should = request(value);
	if (err != should)
		fail("a write to the region has another result than the model", at, size);
	refusals += !!err;
	render();
	region_writes++;
}

static void fuzz_reset(void)
{
	if (vfio_reset(&fn))
		fail("a reset fails", 0, 0);
	model.requested = 0;
	model.alloc = 0;
	render();
	resets++;
}

static void one_step(void)
{
	unsigned int what = below(1000);

	if (what < 1)
		fuzz_reset();
	else if (what < 700)
		fuzz_read();
	else if (what < 850)
		fuzz_write();
	else if (what < 930)
		fuzz_region_read();
	else
		fuzz_region_write();
}

static int begin(char **argv)
{
	unsigned int region[REGION_SIZE / 4];
	int err = vfio_open(&fn, argv[1]);

	if (!err)
		err = vfio_read_config(&fn, 0, model.space, VFIO_CONFIG_SIZE);
	if (!err)
		err = vfio_read_control(&fn, 0, region, sizeof(region));
	if (err) {
		printf("%s: %s\n", argv[1], strerror(err));
		return 1;
	}
	random_seed(strtoull(argv[2], NULL, 0));
	model.pasid = strtoul(argv[4], NULL, 0);
	model.pri = strtoul(argv[5], NULL, 0);
	model.supported = region[1];
	model.writable = region[1] & region[2] & (PERM_ENABLE | PERM_EXEC | PERM_PRIV);
	if (model.pri)
		memcpy(&model.capacity, model.space + model.pri + 8, 4);
	if (region[3] || region[6] != model.pasid || region[7] != model.pri) {
		printf("%s: the control region differs from the arguments\n", argv[1]);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long count;

	if (argc != 6)
		return 2;
	if (begin(argv))
		return 1;
	count = strtoul(argv[3], NULL, 0);
	for (step = 0; step < count; step++)
		one_step();
	printf("%lu accesses: %lu reads, %lu writes, region: %lu reads, %lu writes; ",
	       reads + writes + region_reads + region_writes, reads, writes, region_reads,
	       region_writes);
	printf("%lu resets, %lu refused\n", resets, refusals);
	return 0;
}
