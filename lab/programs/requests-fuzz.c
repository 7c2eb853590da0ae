// SPDX-License-Identifier: GPL-2.0-only
/*
 * requests-fuzz SEED STEPS CAP VF NEIGHBOUR PF: a user that deals with its VF's page requests at
 * random. It grants and refuses them, answers wrongly, twice, late or not at all, and meanwhile
 * switches PRI, changes the allocation, attaches, replaces and detaches address spaces, and resets
 * the VF. Each result is compared with a model that shares no code with the product. After each
 * BATCH steps this process serves a request of the neighbour, another VF, and the PF has to get an
 * answer. CAP is the offset of the PASID capability. The same seed takes the same steps.
 */
#include <errno.h>
#include <limits.h>
#include <linux/iommufd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "held.h"
#include "history.h"
#include "random.h"
#include "served.h"
#include "spaces.h"

#define BATCH		100
#define GROUPS		512	/* a Page Request Group Index has 9 bits */
#define PF_PASID	9
#define PF_IOVA		0x7000000

enum attached { NOTHING, PLAIN, SERVED, SERVED_TOO, ATTACHABLE };

static struct served vf, neighbour;
static struct engine pf;
static uint32_t tables[ATTACHABLE], spaces[ATTACHABLE];

/* The model. */
static struct held *current;	/* the one that the engine waits for, or NULL */
static bool pri;
static enum attached attached;
static unsigned int allocation, capacity;
static int next_group = -1;	/* the index of the engine's next request, or -1 */

static unsigned int asked, arrived, answers, late, wrong, switches, attachments, resets;

static void expect(int is, int should, const char *what)
{
	if (is != should)
		history_fail("%s: %s, should be %s", what, strerror(is), strerror(should));
}

static void expect_ended(unsigned int prg)
{
	if (!served_ended(&vf, prg))
		history_fail("the engine did not get 0x%x and end", prg);
}

static void expect_waiting(void)
{
	struct engine_result result;

	engine_result(&vf.engine, &result);
	if (!result.busy || result.prg != SERVED_PRG_WAITS)
		history_fail("the engine does not wait any more");
}

/* --- Answers ------------------------------------------------------------- */

static void forget(struct held *it)
{
	if (current == it)
		current = NULL;
	else if (current == &held[held_count - 1])
		current = it;
	held_remove(it);
}

/* Only an answer to the request for which the engine waits reaches it. */
static void answer(struct held *it, bool grant)
{
	bool reaches = it == current;

	history_note("%s %u%s", grant ? "grant" : "refuse", it->request.cookie,
		     it->taken ? ", late" : "");
	if (grant)
		expect(requests_map(&vf.fn, spaces[attached], vf.page, it->request.addr), 0, "map");
	expect(requests_answer(&vf.fn, it->request.cookie, !grant), 0, "answer");
	late += it->taken;
	answers++;
	forget(it);
	if (reaches)
		expect_ended(grant ? SERVED_PRG_SUCCESS : SERVED_PRG_INVALID);
	else if (current)
		expect_waiting();
}

static void answer_twice(struct held *it)
{
	uint32_t cookie = it->request.cookie;

	answer(it, random_chance(50));
	expect(requests_answer(&vf.fn, cookie, 0), EINVAL, "second answer");
	wrong++;
}

/* Response Failure is 2 here and 15 on the wire. */
static void answer_wrong_code(struct held *it)
{
	static const uint32_t codes[] = { 2, 15, 255, UINT32_MAX };
	uint32_t code = codes[below(4)];

	history_note("answer %u with code %u", it->request.cookie, code);
	expect(requests_answer(&vf.fn, it->request.cookie, code), EINVAL, "answer");
	wrong++;
}

static void answer_wrong_cookie(void)
{
	uint32_t cookie = below(2) ? below(HELD_MAX) : below(UINT_MAX);

	history_note("answer to nothing, %u", cookie);
	if (held_by_cookie(cookie))
		return;
	expect(requests_answer(&vf.fn, cookie, below(2)), EINVAL, "answer to nothing");
	wrong++;
}

static void some_answer(void)
{
	unsigned int how = below(100);
	struct held *it = &held[below(held_count + 1)];

	if (current && random_chance(50))
		it = current;
	if (it == &held[held_count] || how < 10)
		answer_wrong_cookie();
	else if (how < 20)
		answer_wrong_code(it);
	else if (how < 30)
		answer_twice(it);
	else
		answer(it, how < 75 && attached != NOTHING);
}

/* --- Requests ------------------------------------------------------------ */

static bool should_arrive(void)
{
	return pri && attached >= SERVED && held_count < allocation && !held_by_group(next_group);
}

/* A request that has the index of one that waits gets that one's answer. So it is given first. */
static void make_room(void)
{
	struct held *same = held_by_group(next_group);

	if (same && !same->taken)
		answer(same, false);
	else if (held_count == HELD_MAX)
		answer(held, false);
}

static bool arrives(void)
{
	struct held *it = &held[held_count];
	int err = requests_next(&vf.fn, 0, &it->request);

	if (err == EAGAIN)
		return false;
	expect(err, 0, "reading a request");
	if (it->request.addr != vf.asked || it->request.pasid != SERVED_PASID ||
	    (next_group >= 0 && it->request.group != (unsigned int)next_group))
		history_fail("got request %u for 0x%llx", it->request.group,
			     (unsigned long long)it->request.addr);
	next_group = it->request.group;
	it->taken = false;
	held_count++;
	arrived++;
	return true;
}

static void reset(void);

/* Waits until the request arrives or is answered. Returns whether it has arrived. */
static bool settle(void)
{
	struct engine_result result;
	bool here = false, ended = false;
	unsigned int i;

	for (i = 0; i < 5000 && !here && !ended; i++) {
		ended = engine_wait(&vf.engine, 1, &result);
		here = arrives();
	}
	if (!here && !ended)
		history_fail("a request neither arrives nor is answered");
	current = ended ? NULL : &held[held_count - 1];
	engine_result(&vf.engine, &result);
	if (next_group >= 0 && result.prg)
		next_group = (next_group + 1) % GROUPS;
	if (result.error == ENGINE_ATS_UR) /* the engine has switched ATS off */
		reset();
	return here;
}

static void begin_ask(void)
{
	current = NULL; /* given up; the user may still answer */
	if (!served_ask(&vf))
		history_fail("the engine cannot be started");
	asked++;
}

static void ask(void)
{
	bool should;

	make_room();
	should = should_arrive();
	history_note("request to be %s", should ? "served" : "refused");
	begin_ask();
	if (settle() != should && next_group >= 0)
		history_fail("the request is %s", should ? "refused" : "served");
}

/* --- Changes ------------------------------------------------------------- */

static void take_all(void)
{
	held_take_all();
	current = NULL;
}

static void switch_pri(void)
{
	history_note("PRI %s", pri ? "off" : "on");
	expect(served_set(&vf, SERVED_PRI_CONTROL, !pri), 0, "write to PRI Control");
	pri = !pri;
	if (!pri && current)
		expect_ended(SERVED_PRG_INVALID);
	if (!pri)
		take_all();
	switches++;
}

static void set_allocation(void)
{
	uint32_t value = below(capacity + 3);

	history_note("allocation %u", value);
	expect(served_set(&vf, SERVED_ALLOCATION, value), 0, "write to the allocation");
	allocation = value < capacity ? value : capacity;
}

static void attach(enum attached what)
{
	bool waits = current;

	history_note("%u at the PASID", what);
	if (what == attached)
		return;
	if (what == NOTHING)
		expect(vfio_detach(&vf.fn, SERVED_PASID), 0, "detach");
	else
		expect(vfio_attach(&vf.fn, SERVED_PASID, tables[what]), 0, "attach");
	/* iommufd has answered what waited. */
	if (attached >= SERVED) {
		held_count = 0;
		current = NULL;
		if (waits)
			expect_ended(SERVED_PRG_INVALID);
	}
	attached = what;
	attachments++;
}

static void reset(void)
{
	history_note("reset");
	expect(vfio_reset(&vf.fn), 0, "reset");
	take_all();
	expect(served_set(&vf, SERVED_CONTROL, 1), 0, "write to PASID Control");
	pri = false;
	allocation = 0;
	resets++;
}

static void change(void)
{
	unsigned int what = below(100);

	if (what < 30)
		switch_pri();
	else if (what < 55)
		set_allocation();
	else if (what < 93)
		attach(below(4) ? SERVED + below(2) : below(SERVED));
	else
		reset();
}

/* A change while the request is on its way: it may arrive or be refused. */
static void ask_and_change(void)
{
	bool was_pri = pri;
	unsigned int before = resets;

	make_room();
	history_note("request, and a change at once");
	begin_ask();
	change();
	settle();
	if ((was_pri && !pri) || resets != before)
		take_all();
	if (resets != before)
		next_group = -1; /* the engine may have been reset before it asked */
}

/* Most of the time the VF may ask. */
static void prefer_service(void)
{
	if (!pri && random_chance(30))
		switch_pri();
	if (!allocation && random_chance(30))
		set_allocation();
	if (attached == NOTHING && random_chance(80))
		attach(SERVED);
}

static void step(void)
{
	unsigned int what = below(100);

	prefer_service();
	if (what < 45)
		ask();
	else if (what < 85)
		some_answer();
	else if (what < 96)
		change();
	else
		ask_and_change();
}

/* --- The others ---------------------------------------------------------- */

static void others_work(void)
{
	struct engine_request request = {
		.addr = PF_IOVA, .len = 4, .pasid = PF_PASID, .count = 1,
		.flags = ENGINE_WRITE | ENGINE_ATS | ENGINE_PRI,
	};
	struct engine_result result;
	const char *why = served_once(&neighbour);

	if (why)
		history_fail("the neighbour: %s", why);
	if (!engine_start(&pf, &request) || !engine_wait(&pf, 10000, &result) ||
	    result.prg != SERVED_PRG_INVALID)
		history_fail("the PF gets no answer");
}

static void begin(char **argv)
{
	unsigned int cap = strtoul(argv[3], NULL, 0);

	expect(served_open(&vf, argv[4], cap), 0, argv[4]);
	expect(served_open(&neighbour, argv[5], cap), 0, argv[5]);
	expect(served_get(&vf, SERVED_CAPACITY, &capacity), 0, "reading the capacity");
	expect(served_enable(&neighbour, 1), 0, "enabling the neighbour's PRI");
	expect(vfio_map_page(&vf.fn, "/dev/zero", SPACE_IOVA, &tables[PLAIN]), 0, "mapping a page");
	expect(requests_make_space(&vf.fn, &spaces[SERVED_TOO], &tables[SERVED_TOO]), 0,
	       "making an address space");
	tables[SERVED] = vf.table;
	spaces[SERVED] = vf.ioas;
	attached = SERVED;
	expect(engine_open(&pf, argv[6]) ? 0 : ENODEV, 0, argv[6]);
	expect(served_enable(&vf, capacity), 0, "enabling PRI");
	pri = true;
	allocation = capacity;
}

int main(int argc, char **argv)
{
	unsigned int steps;

	if (argc != 7)
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	random_seed(strtoull(argv[1], NULL, 0));
	begin(argv);
	steps = strtoul(argv[2], NULL, 0);
	for (history_step = 1; history_step <= steps; history_step++) {
		step();
		if (history_step % BATCH == 0)
			others_work();
	}
	printf("%u requests, %u read, %u answers, %u of them late, %u wrong ones; ", asked, arrived,
	       answers, late, wrong);
	printf("%u switches of PRI, %u attachments, %u resets\n", switches, attachments, resets);
	return 0;
}
