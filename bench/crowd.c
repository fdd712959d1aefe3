/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * crowd.c: the time to deliver a signal to many processes of a node that catch
 * it, and that of a bare kill() to each.
 *
 * crowd [COUNT]	prints two numbers: milliseconds of kill(), and of ours
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "requeue/process/deliver.h"

#define PATIENCE_MS 60000

/* In shared memory: how many processes are ready, how many got the signal. */
static struct tally {
	atomic_int ready, got;
} * tally;

static double now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void catch_signal(int signum)
{
	(void)signum;
	atomic_fetch_add(&tally->got, 1);
	_exit(0);
}

static void live(void)
{
	struct sigaction action = {.sa_handler = catch_signal};

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	sigaction(SIGTERM, &action, NULL);
	atomic_fetch_add(&tally->ready, 1);
	while (true)
		pause();
}

static bool await(atomic_int *number, int count)
{
	const struct timespec pause = {.tv_nsec = 100 * 1000};

	for (double end = now_ms() + PATIENCE_MS; now_ms() < end;) {
		if (atomic_load(number) >= count)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

static bool gather(pid_t *pids, int count)
{
	atomic_store(&tally->ready, 0);
	atomic_store(&tally->got, 0);
	for (int i = 0; i < count; i++) {
		pids[i] = fork();
		if (pids[i] < 0)
			return false;
		if (!pids[i])
			live();
	}
	return await(&tally->ready, count);
}

/* Milliseconds until the last process got the signal; negative: not all did. */
static double signal_them(const pid_t *pids, int count, bool is_ours)
{
	const struct delivery_order order = {
		.root = getpid(), .signum = SIGTERM, .launchers = ""};
	struct delivery *delivery = delivery_new();
	double begin_ms = now_ms(), took_ms = -1;

	if (is_ours && delivery)
		delivery_make(delivery, &order);
	for (int i = 0; !is_ours && i < count; i++)
		kill(pids[i], SIGTERM);
	if (await(&tally->got, count))
		took_ms = now_ms() - begin_ms;
	delivery_free(delivery);
	for (int i = 0; i < count; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	return took_ms;
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 1000;
	double plain_ms = -1, ours_ms = -1;
	pid_t *pids = calloc((size_t)count, sizeof(*pids));

	tally = mmap(NULL, sizeof(*tally), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!pids || tally == MAP_FAILED)
		return 1;
	if (gather(pids, count))
		plain_ms = signal_them(pids, count, false);
	if (gather(pids, count))
		ours_ms = signal_them(pids, count, true);
	printf("%.1f %.1f\n", plain_ms, ours_ms);
	return plain_ms < 0 || ours_ms < 0;
}
