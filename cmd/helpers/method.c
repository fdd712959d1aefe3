/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * method: what Slurm executes in place of the job script where a method saves
 * the job (--checkpoint-method).  It has the method start the script, or
 * restore what a run before has saved, and ends as that does.
 *
 * The supervisor is told through a socket when the job's programs compute.
 * Where the newest version can't be restored, the one before it is tried; where
 * none can, nothing is started.
 */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/store.h"
#include "requeue/process/deliver.h"
#include "requeue/process/mimic.h"
#include "requeue/process/verb.h"
#include "requeue/settings/brief.h"
#include "requeue/settings/monotonic.h"
#include "requeue/settle/settle.h"
#include "requeue/supervise/method_begin.h"
#include "requeue/supervise/report.h"

extern char **environ;

/* A look at what the method says while it starts. */
#define LISTEN_MS 50

struct start {
	char *const *args; /* of the script */
	char method[4096];
	char script[4096];
	char store[4096];
	char versions[64]; /* numbers with blanks, the newest first */
	int64_t wait_ms;
	int socket;
	sigset_t mask; /* what the script has */
};

/* Take a variable out of the environment. */
static void take(const char *name, char *value, size_t size)
{
	const char *text = getenv(name);

	snprintf(value, size, "%s", text ? text : "");
	unsetenv(name);
}

static void read_start(struct start *start)
{
	char number[32];

	take(BRIEF_SCRIPT_ENV, start->script, sizeof(start->script));
	take(METHOD_PATH_ENV, start->method, sizeof(start->method));
	take(METHOD_STORE_ENV, start->store, sizeof(start->store));
	take(METHOD_VERSIONS_ENV, start->versions, sizeof(start->versions));
	take(METHOD_WAIT_ENV, number, sizeof(number));
	start->wait_ms = strtoll(number, NULL, 10) * 1000;
	take(BRIEF_SOCKET_ENV, number, sizeof(number));
	start->socket = (int)strtol(number, NULL, 10);
}

/* The supervisor learns which process it is, and which version; 0: none. */
static void tell(const struct start *start, pid_t pid, uint32_t version)
{
	const struct method_ready ready = {.pid = pid, .version = version};

	if (write(start->socket, &ready, sizeof(ready)) < 0)
		return; /* the supervisor is gone, and ends this process */
	close(start->socket);
}

/* Wait for a signal, and pass it on unless it tells of a child. */
static void pass_signal(pid_t pid, int64_t wait_ms)
{
	const struct timespec wait = {.tv_sec = wait_ms / 1000,
				      .tv_nsec = wait_ms % 1000 * 1000000};
	siginfo_t info = {0};
	sigset_t all;
	int signum;

	sigfillset(&all);
	signum = sigtimedwait(&all, &info, wait_ms < 0 ? NULL : &wait);
	if (signum > 0 && signum != SIGCHLD)
		kill(pid, signum);
}

/* The programs compute: wait for their end. */
static void await_end(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, WNOHANG) == 0)
		pass_signal(pid, -1);
	_exit(mimic_end(status));
}

/* What a method that has failed leaves behind must not compute beside what is
 * restored next. */
static void end_rest(void)
{
	delivery_kill_all(getpid());
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}

/*
 * Wait until the method says that the programs compute, and then until they
 * have ended: it returns only where that failed.
 *
 * why  set to the reason
 */
static void follow(const struct start *start, struct verb_run *run,
		   uint32_t version, char why[VERB_SAY_MAX])
{
	int64_t until_ms = monotonic_ms() + start->wait_ms;
	int status = 0;
	bool is_gone = false;

	while (!is_gone && !run->is_ready && monotonic_ms() < until_ms) {
		is_gone = waitpid(run->pid, &status, WNOHANG) == run->pid;
		verb_listen(run);
		if (!is_gone && !run->is_ready)
			pass_signal(run->pid, LISTEN_MS);
	}
	verb_close(run);
	if (run->is_ready) {
		prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0);
		tell(start, run->pid, version);
		if (is_gone)
			_exit(mimic_end(status));
		await_end(run->pid);
	}
	end_rest();
	if (!is_gone) {
		snprintf(why, VERB_SAY_MAX,
			 "it was not ready within %" PRId64 " s",
			 start->wait_ms / 1000);
		return;
	}
	snprintf(why, VERB_SAY_MAX, "%s", run->said);
	if (!why[0] && WIFSIGNALED(status))
		snprintf(why, VERB_SAY_MAX, "it was ended by signal %d",
			 WTERMSIG(status));
	else if (!why[0])
		snprintf(why, VERB_SAY_MAX, "exit code %d",
			 WEXITSTATUS(status));
}

static void try(const struct start *start, const char *name, char *const *args,
		uint32_t version, char why[VERB_SAY_MAX])
{
	char *here = getcwd(NULL, 0);
	struct verb verb = {
		.method = start->method,
		.name = name,
		.args = args,
		.work_dir = here ? here : "/",
		.env = environ,
		.is_script = true,
		.mask = &start->mask,
	};
	struct verb_run run;

	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	if (verb_start(&run, &verb))
		snprintf(why, VERB_SAY_MAX, "no process can be started: %s",
			 strerror(errno));
	else
		follow(start, &run, version, why);
	free(here);
}

/* Is the version whole?  The supervisor has verified the newest. */
static bool is_whole(const struct start *start, uint32_t version,
		     char why[VERB_SAY_MAX])
{
	struct ckpt_store *store = NULL;
	struct ckpt_error err = {0};
	enum ckpt_status status = ckpt_open(&store, start->store, CKPT_READ,
					    CKPT_RUN_PRESENT, &err);

	if (!status)
		status = ckpt_verify(store, version, &err);
	ckpt_close(store);
	if (status)
		snprintf(why, VERB_SAY_MAX, "%.*s", VERB_SAY_MAX - 1, err.text);
	return !status;
}

/* "DIR SCRIPT ARG...", or without DIR; NULL without memory. */
static char **make_args(const struct start *start, char *dir)
{
	size_t count = 0, n = 0;
	char **args;

	while (start->args[count])
		count++;
	args = calloc(count + 3, sizeof(*args));
	if (!args)
		return NULL;
	if (dir)
		args[n++] = dir;
	args[n++] = strdup(start->script);
	memcpy(args + n, start->args, count * sizeof(*args));
	return args;
}

static void restore(const struct start *start)
{
	char name[CKPT_ENTRY_NAME], dir[8192], why[VERB_SAY_MAX] = "";
	char **args = make_args(start, dir);
	const char *at = start->versions;
	bool is_first = true;
	char *end;

	for (; args && *at; at = end, is_first = false) {
		uint32_t version = (uint32_t)strtoul(at, &end, 10);

		if (end == at)
			break;
		ckpt_version_name(name, version);
		snprintf(dir, sizeof(dir), "%s/%s/" METHOD_SUBDIR, start->store,
			 name);
		if (is_first || is_whole(start, version, why))
			try(start, "restore", args, version, why);
		report_line("version %" PRIu32 " can't be restored: %s",
			    version, why);
	}
	free(args);
}

static void start_script(const struct start *start)
{
	char why[VERB_SAY_MAX] = "";
	char **args = make_args(start, NULL);

	if (args)
		try(start, "start", args, 0, why);
	report_line("the method can't start the job script: %s", why);
	free(args);
}

int main(int argc, char **argv)
{
	struct start start = {.args = argv + (argc > 0)};
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &start.mask);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	read_start(&start);
	if (!start.method[0] || !start.script[0]) {
		fprintf(stderr, "method: Slurm's plugin starts it\n");
		return EXIT_FAILURE;
	}
	if (start.versions[0])
		restore(&start);
	else
		start_script(&start);
	return SETTLE_METHOD_CODE;
}
