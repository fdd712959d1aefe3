/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * heat.c: a solver that survives its time limit, and any other stop.  It shows
 * how a C program catches the signal to stop, saves its state, and goes on from
 * it in the next run.
 *
 * usage: heat [-p PACE] INPUT OUTPUT
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <ckptstate.h>

#include "plate.h"

#define TELL_EVERY_S 2
/* This code says "saved, run me again": it is the default of sbatch's
 * --checkpoint-exit.  After a request any exit code would do. */
#define EXIT_AGAIN   85

static bool complain(const char *what, const struct ckpt_error *err)
{
	fprintf(stderr, "heat: cannot %s: %s\n", what, err->text);
	return false;
}

/* Open the store of this job; outside of a job that was submitted with
 * --checkpoint, the one in the directory "checkpoint". */
static bool open_store(struct ckpt_store **store)
{
	struct ckpt_error err;

	if (ckpt_open(store, "checkpoint", CKPT_CREATE, CKPT_RUN_PRESENT, &err))
		return complain("open the store", &err);
	/* The number grows when a later heat changes the format. */
	if (ckpt_schema(*store, "heat", 1, &err))
		return complain("name the format", &err);
	return true;
}

/* Go on from the newest state that is whole, if there is one. */
static bool resume(struct ckpt_store *store, struct plate *plate)
{
	struct ckpt_version version;
	struct ckpt_error err;
	const char *dir;
	char path[4096];

	switch (ckpt_restore(store, &version, &dir, &err)) {
	case CKPT_NONE:
		return true;
	case CKPT_OK:
		break;
	default:
		return complain("restore", &err);
	}
	snprintf(path, sizeof(path), "%s/plate.state", dir);
	if (!plate_restore(plate, path))
		return false;
	printf("resumed from version %" PRIu32 " at step %" PRIu64 "\n",
	       version.number, plate->step);
	return true;
}

/* Commit the state as the next version: it is there whole, or not at all. */
static bool save(struct ckpt_store *store, const struct plate *plate)
{
	struct ckpt_stage *stage = NULL;
	struct ckpt_error err;
	enum ckpt_status status;
	uint32_t version;
	char path[4096];

	if (ckpt_begin(store, &stage, &err))
		return complain("begin a version", &err);
	snprintf(path, sizeof(path), "%s/plate.state", ckpt_stage_dir(stage));
	if (!plate_save(plate, path)) {
		ckpt_abort(stage);
		return false;
	}
	if (ckpt_stage_progress(stage, (double)plate->step / plate->steps,
				&err)) {
		ckpt_abort(stage);
		return complain("tell the progress", &err);
	}
	status = ckpt_commit(stage, &version, &err);
	if (status == CKPT_UNSURE) /* it is there; a crash may undo it */
		complain("be sure of the commit", &err);
	else if (status)
		return complain("commit", &err);
	printf("saved version %" PRIu32 " at step %" PRIu64 "\n", version,
	       plate->step);
	return true;
}

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* Wait until `steps` steps may be done, counted from start_ns.  A signal ends
 * the wait early, so that the loop sees it at once. */
static void keep_pace(int64_t start_ns, uint64_t steps, double pace)
{
	int64_t due_ns = start_ns + (int64_t)((double)steps / pace * 1e9);
	struct timespec due = {
		.tv_sec = due_ns / 1000000000,
		.tv_nsec = due_ns % 1000000000,
	};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
}

static void tell(struct ckpt_store *store, const struct plate *plate)
{
	double progress = (double)plate->step / plate->steps;
	struct ckpt_error err;

	printf("step %" PRIu64 " of %" PRIu64 " (%.1f %%)\n", plate->step,
	       plate->steps, 100 * progress);
	if (ckpt_progress(store, progress, &err))
		complain("tell the progress", &err);
}

/* Compute to the end, or until the signal to stop has come. */
static void compute(struct ckpt_store *store, struct plate *plate)
{
	const int64_t start_ns = now_ns();
	const uint64_t first = plate->step;
	int64_t told_ns = start_ns;

	while (plate->step < plate->steps && !ckpt_notice_pending()) {
		plate_step(plate);
		if (plate->pace > 0)
			keep_pace(start_ns, plate->step - first, plate->pace);
		if (now_ns() - told_ns >= TELL_EVERY_S * INT64_C(1000000000)) {
			told_ns = now_ns();
			tell(store, plate);
		}
	}
}

int main(int argc, char **argv)
{
	struct ckpt_store *store = NULL;
	struct plate plate = {0};
	struct ckpt_error err;
	double pace = -1;
	int option, result = EXIT_FAILURE;

	while ((option = getopt(argc, argv, "p:")) == 'p')
		pace = atof(optarg);
	if (option != -1 || argc - optind != 2) {
		fprintf(stderr, "usage: heat [-p PACE] INPUT OUTPUT\n");
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	/* This comes first: a signal that comes before this line kills. */
	if (ckpt_notice_install(SIGTERM, &err)) {
		complain("catch SIGTERM", &err);
		goto out;
	}
	if (!plate_load(&plate, argv[optind]) || !open_store(&store) ||
	    !resume(store, &plate))
		goto out;
	if (pace >= 0)
		plate.pace = pace;

	compute(store, &plate);

	if (plate.step < plate.steps) {
		if (save(store, &plate))
			result = EXIT_AGAIN;
		goto out;
	}
	if (!plate_write(&plate, argv[optind + 1]))
		goto out;
	tell(store, &plate);
	printf("finished: %" PRIu64 " steps\n", plate.step);
	/* Even if a request comes at this moment, the job is over. */
	if (ckpt_done(store, &err))
		complain("say that the job is done", &err);
	result = EXIT_SUCCESS;
out:
	ckpt_close(store);
	plate_free(&plate);
	return result;
}
