/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probe.c: can the method work on this node? */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "methods/criu/dump.h"
#include "methods/criu/keeper.h"
#include "methods/criu/probe.h"
#include "methods/criu/program.h"
#include "methods/criu/say.h"

/* A process is started or restored within this time. */
#define LOOKS	 500
#define PAUSE_MS 10

static pid_t start_keeper(const struct keeper_order *order)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	_exit(keeper_run(order));
}

/* Wait until it has its script; false: it has ended, or takes too long. */
static bool await_keeper(pid_t pid)
{
	const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000};
	siginfo_t info = {0};
	pid_t root;

	for (int i = 0; i < LOOKS; i++) {
		if (keeper_find(pid, &root))
			return true;
		if (waitid(P_PID, (id_t)pid, &info,
			   WEXITED | WNOHANG | WNOWAIT) ||
		    info.si_pid)
			return false;
		nanosleep(&pause, NULL);
	}
	return false;
}

/* It reaps its script, whose id is free then. */
static void end_keeper(pid_t pid)
{
	const struct timespec pause = {.tv_nsec = PAUSE_MS * 1000000};

	dump_discard(pid);
	for (int i = 0; i < LOOKS; i++) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return;
		nanosleep(&pause, NULL);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static bool save_sleeper(const struct keeper_order *order, const char *dir)
{
	pid_t pid = start_keeper(order);
	bool is_good = pid > 0 && await_keeper(pid) &&
		       !dump_save(order->program, pid, dir);

	if (pid > 0)
		end_keeper(pid);
	return is_good;
}

static bool restore_sleeper(struct keeper_order *order, const char *dir)
{
	struct state state;
	bool is_good;
	pid_t pid;

	if (!state_read(&state, dir))
		return false;
	order->state = &state;
	order->dir = dir;
	pid = start_keeper(order);
	is_good = pid > 0 && await_keeper(pid);
	if (pid > 0)
		end_keeper(pid);
	state_free(&state);
	return is_good;
}

/* Why it can't even be tried; NULL: it can. */
static const char *find_obstacle(const char *program, bool is_inside)
{
	if (geteuid() == 0)
		return "it doesn't save jobs of root";
	if (!is_inside && !program_is_capable(program))
		return "this node lets no user make namespaces, and criu has "
		       "no capability of its own: the administrator may allow "
		       "one of them (user.max_user_namespaces, or setcap "
		       "cap_checkpoint_restore+eip /usr/sbin/criu)";
	return NULL;
}

int probe(const char *program, const char *version, bool is_inside)
{
	const char *obstacle = find_obstacle(program, is_inside);
	char sleep[] = "/bin/sleep", time[] = "1000", dir[64], images[96];
	char *script[] = {sleep, time, NULL};
	struct keeper_order order = {
		.is_inside = is_inside,
		.program = program,
		.script = script,
	};
	bool is_good;

	if (obstacle) {
		say_why("%s", obstacle);
		return SAY_NOT_HERE;
	}
	snprintf(dir, sizeof(dir), "/tmp/criu-probe-XXXXXX");
	if (!mkdtemp(dir)) {
		say_why("%s: %s", dir, strerror(errno));
		return SAY_NOT_HERE;
	}
	is_good = save_sleeper(&order, dir) && restore_sleeper(&order, dir);
	snprintf(images, sizeof(images), "%s/images", dir);
	program_clean(images);
	program_clean(dir);
	if (!is_good)
		return SAY_NOT_HERE;
	say_why("criu %s, %s", version,
		is_inside ? "in a namespace of the job's own"
			  : "by the capability of criu's file, as users can't "
			    "make namespaces here");
	return 0;
}
