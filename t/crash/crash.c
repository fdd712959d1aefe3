/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crash.c: stop, fail and unplug every operation of the store at every system
 * call that it makes, and check what is left.  Output is TAP.
 *
 * usage: crash [--quick] [NAME]
 *
 * --quick fails each call with one error number, by turns, instead of with all;
 * NAME runs only the scenarios of that name.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/fsutil.h"

#include "crash.h"

#define LATE_MAX 8

char store_dir[64];
static char top[48];
static struct outcome *outcome; /* shared with the child */
static const struct scenario *now;
static char where[128]; /* what is being tried, for complaints */
static long complaints, printed, stops, total;
static int tests, failed_tests;
static bool is_quick;

void complain(const char *format, ...)
{
	va_list args;

	complaints++;
	if (++printed > 20)
		return;
	printf("# %s: ", where);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

static void enter(const char *dir)
{
	snprintf(store_dir, sizeof(store_dir), "%s/%s", top, dir);
}

/* An empty directory, and the scenario's store in it. */
static void set_up(void)
{
	ckpt_fs_remove(AT_FDCWD, top);
	if (mkdir(top, 0700) < 0) {
		printf("Bail out! %s: %s\n", top, strerror(errno));
		exit(1);
	}
	enter("store");
	memset(outcome, 0, sizeof(*outcome));
	now->set_up();
}

static void run_body(void *arg)
{
	(void)arg;
	now->body(outcome);
}

static int run(const struct stop *stop, struct course *course)
{
	int rc = trace_run(run_body, NULL, stop, course);

	if (rc < 0)
		complain("the child failed by itself");
	return rc;
}

static void report(const char *what)
{
	bool is_good = complaints == 0 && stops > 0;

	printf("%s %d - %s: %s, %ld times\n", is_good ? "ok" : "not ok",
	       ++tests, now->name, what, stops);
	fflush(stdout);
	failed_tests += !is_good;
	total += stops;
	complaints = printed = stops = 0;
}

/* Try one kind of stop at every call; false: the operation has no such call. */
static bool try_stop(enum stop_kind kind, long at, int errnum)
{
	struct stop stop = {.kind = kind, .at = at, .errnum = errnum};
	struct course course;

	set_up();
	snprintf(where, sizeof(where), "%s, call %ld", now->name, at);
	if (run(&stop, &course) < 0 || !course.is_reached)
		return course.is_reached;
	if (!course.is_applied)
		return true;
	stops++;
	outcome->is_disturbed = true;
	snprintf(where, sizeof(where), "%s, call %ld, %s%s%s", now->name, at,
		 course.call ? course.call : "?", errnum ? ", " : "",
		 errnum ? strerrorname_np(errnum) : "");
	now->check(outcome, false);
	return true;
}

static void try_kill(void)
{
	long at;

	for (at = 1; try_stop(STOP_KILL_BEFORE, at, 0); at++)
		try_stop(STOP_KILL_AFTER, at, 0);
	report("killed before and after each system call");
}

static void try_errors(void)
{
	static const int errnums[] = {EIO, ENOSPC, EDQUOT, EINTR, ESTALE};
	const size_t count = sizeof(errnums) / sizeof(errnums[0]);
	bool is_reached = true;
	size_t i;
	long at;

	for (at = 1; is_reached; at++)
		for (i = 0; i < count; i++)
			if (!is_quick || i == (size_t)at % count)
				is_reached =
					try_stop(STOP_FAIL, at, errnums[i]);
	report("each system call fails");
	for (at = 1; try_stop(STOP_SHORT, at, 0); at++)
		;
	report("each read and write is cut short");
}

/* As over a network: the call was carried out, its reply was lost, and the
 * second try failed.  Only calls that change names are tried: no program can
 * find out that a read or a close did more than it returned. */
static void lose_answers(const char *call, int errnum)
{
	struct course course;
	long at;

	for (at = 1;; at++) {
		struct stop stop = {
			.kind = STOP_LOSE, .at = at, .errnum = errnum};

		set_up();
		if (run(&stop, &course) < 0 || !course.is_reached)
			break;
		if (!course.is_applied || !strstr(course.call, call))
			continue;
		stops++;
		snprintf(where, sizeof(where), "%s, call %ld, %s lost",
			 now->name, at, course.call);
		/* A body's own mkdir() isn't the library's. */
		if (outcome->status == CKPT_EIO &&
		    (strstr(course.call, "2") ||
		     !strcmp(course.call, "mkdirat")))
			complain("it was done, but reported as failed: %s",
				 outcome->text);
		now->check(outcome, false);
	}
}

static void try_lost_answers(void)
{
	lose_answers("rename", ESTALE);
	lose_answers("mkdir", EEXIST);
	lose_answers("unlink", ENOENT);
	if (stops)
		report("the reply to a change of names is lost");
}

/* ---------------------------------------------------------- power loss */

struct unplugging {
	struct image *image;
	const struct course *course;
};

static void note_sync(const char *path, void *arg)
{
	struct unplugging *u = arg;

	image_note_sync(u->image, path);
}

/* Check what a loss of power at this moment would leave. */
static void unplug(void *arg)
{
	static const char *const names[] = {"only what was synced",
					    "names without contents",
					    "half of the contents"};
	struct unplugging *u = arg;
	struct outcome before = *outcome;
	int kind;

	for (kind = IMAGE_SYNCED; kind <= IMAGE_HALF_DATA; kind++) {
		enter("left");
		ckpt_fs_remove(AT_FDCWD, store_dir);
		image_build(u->image, (enum image_kind)kind, store_dir);
		snprintf(where, sizeof(where), "%s, power lost at call %ld, %s",
			 now->name, u->course->calls, names[kind]);
		now->check(&before, true);
		stops++;
	}
	enter("store");
}

static void try_power(void)
{
	struct course course;
	struct unplugging u = {.course = &course};
	struct stop stop = {.kind = STOP_LOOK,
			    .look = unplug,
			    .synced = note_sync,
			    .arg = &u};

	set_up();
	u.image = image_new(store_dir);
	run(&stop, &course);
	/* The same after the end. */
	unplug(&u);
	image_free(u.image);
	report("power lost after each system call");
}

/* An operation that returns CKPT_OK although a call failed must be durable:
 * a failed sync must not be overlooked. */
static void try_power_after_errors(void)
{
	struct course course = {.is_reached = true};
	long at;

	for (at = 1; course.is_reached; at++) {
		struct unplugging u = {.course = &course};
		struct stop stop = {.kind = STOP_FAIL,
				    .at = at,
				    .errnum = at % 2 ? EIO : ENOSPC,
				    .synced = note_sync,
				    .arg = &u};

		set_up();
		u.image = image_new(store_dir);
		if (run(&stop, &course) == 0 && course.is_applied &&
		    trace_changes(course.call))
			unplug(&u);
		image_free(u.image);
	}
	report("a system call fails, then power is lost");
}

/* ------------------------------------------------------------- fencing */

/* Pause the writer at a call; false: it makes no such call. */
static bool pause_writer(enum stop_kind kind, long at,
			 const struct rival *rival, int *late)
{
	struct stop stop = {.kind = kind, .at = at, .look = rival->act};
	struct course course;

	set_up();
	snprintf(where, sizeof(where), "%s, held %s call %ld while %s",
		 now->name, kind == STOP_PAUSE_BEFORE ? "before" : "after", at,
		 rival->name);
	if (run(&stop, &course) < 0 || !course.is_reached)
		return false;
	stops++;
	*late += rival->check(outcome);
	return true;
}

static void try_fence(const struct rival *rival)
{
	char what[128];
	int late = 0;
	long at;

	for (at = 1; pause_writer(STOP_PAUSE_BEFORE, at, rival, &late); at++)
		pause_writer(STOP_PAUSE_AFTER, at, rival, &late);
	/* A few calls are between the last look and the rename. */
	if (late > LATE_MAX)
		complain("published after the later run had begun: %d times",
			 late);
	snprintf(what, sizeof(what), "held at each system call while %s",
		 rival->name);
	report(what);
}

static bool is_match(const struct rival *rival)
{
	size_t i;

	for (i = 0; i < rival_count; i++)
		if (rivals[i].writer == now->body)
			return &rivals[i] == rival;
	return !rival->writer;
}

int main(int argc, char **argv)
{
	const char *tmp = getenv("CRASH_DIR"), *only = NULL;
	size_t i;
	int arg;

	for (arg = 1; arg < argc; arg++)
		if (!strcmp(argv[arg], "--quick"))
			is_quick = true;
		else
			only = argv[arg];
	/* In memory: the syncs are counted and take no time. */
	if (!tmp)
		tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	snprintf(top, sizeof(top), "%.30s/crash-%d", tmp, (int)getpid());
	outcome = mmap(NULL, sizeof(*outcome), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (outcome == MAP_FAILED)
		return 1;
	for (i = 0; i < scenario_count; i++) {
		now = &scenarios[i];
		if (only && strcmp(only, now->name))
			continue;
		try_kill();
		try_errors();
		try_lost_answers();
		try_power();
		try_power_after_errors();
	}
	for (i = 0; i < fenced_count * rival_count; i++) {
		now = &fenced[i / rival_count];
		if ((!only || !strcmp(only, "fence")) &&
		    is_match(&rivals[i % rival_count]))
			try_fence(&rivals[i % rival_count]);
	}
	ckpt_fs_remove(AT_FDCWD, top);
	printf("1..%d\n# %ld stops in all\n", tests, total);
	return failed_tests ? EXIT_FAILURE : EXIT_SUCCESS;
}
