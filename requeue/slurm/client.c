/* SPDX-License-Identifier: GPL-2.0-or-later */
/* client.c: start the helper rpc, and read what it prints. */
#include "requeue/slurm/client.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "requeue/policy/plan.h"

/* A pipe holds 64 KiB, and the text of a job is far smaller, so that the child
 * never waits for a supervisor to read. */
#define REPLY_MAX   32768
#define WORDS_MAX   6
/* The exit code of the loader, where a library is missing, and of shells. */
#define NOT_STARTED 127

#define NUMBER_MAX 16

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* -------------------------------------------------------------- child */

static int build_path(char path[4096], const char *helpers)
{
	if (snprintf(path, 4096, "%s/rpc", helpers) < 4096)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}

static void become_helper(const char *path, char **argv, int out_fd, int err_fd)
{
	int null_fd = open("/dev/null", O_RDWR);

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	dup2(null_fd, 0);
	dup2(out_fd >= 0 ? out_fd : null_fd, 1);
	dup2(err_fd >= 0 ? err_fd : null_fd, 2);
	execv(path, argv);
	dprintf(2, "%s\n", strerror(errno));
	_exit(NOT_STARTED);
}

/*
 * Start the helper; a descriptor that is -1 stands for /dev/null.  The child
 * keeps our signal mask: Slurm's TERM to all processes of the job must not end
 * the very query that it gives rise to.  Returns its pid, or -1 with errno.
 */
static pid_t spawn(const char *helpers, const char *const *words, int out_fd,
		   int err_fd)
{
	char path[4096];
	char *argv[WORDS_MAX + 2] = {path};
	size_t n = 1;
	pid_t pid;

	if (build_path(path, helpers))
		return -1;
	for (; *words && n <= WORDS_MAX; words++)
		argv[n++] = strdup(*words);
	pid = fork();
	if (pid == 0)
		become_helper(path, argv, out_fd, err_fd);
	while (--n)
		free(argv[n]);
	return pid;
}

/* ------------------------------------------------------------ at once */

int client_start_query(struct client_query *query, const char *helpers,
		       uint32_t job_id, const char *extra, int64_t now_ms)
{
	char number[NUMBER_MAX];
	const char *words[] = {"load", number, extra, NULL};
	bool is_urgent = extra &&
			 !strncmp(extra, CLIENT_REACH, strlen(CLIENT_REACH));
	int out[2];

	snprintf(number, sizeof(number), "%" PRIu32, job_id);
	query->pid = 0;
	if (pipe2(out, O_CLOEXEC))
		return -1;
	query->pid = spawn(helpers, words, out[1], -1);
	close(out[1]);
	if (query->pid <= 0) {
		query->pid = 0;
		close(out[0]);
		return -1;
	}
	query->fd = out[0];
	query->started_ms = now_ms;
	query->timeout_ms = is_urgent ? CLIENT_TERM_TIMEOUT_MS
				      : CLIENT_TIMEOUT_MS;
	return 0;
}

/* Read what the pipe holds; never waits. */
static void drain(int fd, char *text, size_t size)
{
	size_t used = 0;
	ssize_t n;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (used < size - 1) {
		n = read(fd, text + used, size - 1 - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		used += (size_t)n;
	}
	text[used] = '\0';
}

bool client_finish_query(struct client_query *query, int wait_status,
			 int64_t now_ms, struct job *job)
{
	char text[REPLY_MAX];
	bool has_ended_well = WIFEXITED(wait_status) &&
			      WEXITSTATUS(wait_status) == 0;

	drain(query->fd, text, sizeof(text));
	close(query->fd);
	query->pid = 0;
	if (!job_decode(job, has_ended_well ? text : ""))
		return false;
	job_convert_times(job, plan_skew_s(job->now_s, query->started_ms / 1000,
					   now_ms / 1000));
	return true;
}

void client_cancel_query(struct client_query *query)
{
	if (!query->pid)
		return;
	kill(query->pid, SIGKILL);
	waitpid(query->pid, NULL, 0);
	close(query->fd);
	query->pid = 0;
}

pid_t client_signal_steps(const char *helpers, uint32_t job_id, int signum)
{
	char number[NUMBER_MAX], sig[NUMBER_MAX];
	const char *words[] = {"steps", number, sig, NULL};

	snprintf(number, sizeof(number), "%" PRIu32, job_id);
	snprintf(sig, sizeof(sig), "%d", signum);
	return spawn(helpers, words, -1, -1);
}

pid_t client_say(const char *helpers, uint32_t job_id, const char *text)
{
	char number[NUMBER_MAX];
	const char *words[] = {"say", number, text, NULL};

	snprintf(number, sizeof(number), "%" PRIu32, job_id);
	return spawn(helpers, words, -1, -1);
}

/* ------------------------------------------------------------ waiting */

/* Read all that comes; NULL where memory runs out.  Even then it is read to its
 * end, so that the child doesn't wait for ever. */
static char *read_all(int fd)
{
	size_t size = 4096, used = 0;
	char *text = malloc(size), rest[512];
	ssize_t n;

	for (;;) {
		n = text ? read(fd, text + used, size - used - 1)
			 : read(fd, rest, sizeof(rest));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		used += (size_t)n;
		if (text && used + 1 == size) {
			char *more = realloc(text, size *= 2);

			if (!more)
				free(text);
			text = more;
		}
	}
	if (text)
		text[used] = '\0';
	return text;
}

/* Read what the child writes until it ends. */
static void read_child(pid_t pid, int out_fd, int err_fd, int timeout_ms,
		       char **out, char err[CLIENT_ERROR_MAX])
{
	struct pollfd reply = {.fd = out_fd, .events = POLLIN};
	char *complaint;

	/* It prints all at once, and then ends. */
	if (timeout_ms >= 0 && poll(&reply, 1, timeout_ms) <= 0)
		kill(pid, SIGKILL);
	/* One after the other: complaints are shorter than a pipe holds. */
	*out = read_all(out_fd);
	complaint = read_all(err_fd);
	snprintf(err, CLIENT_ERROR_MAX, "%s", complaint ? complaint : "");
	err[strcspn(err, "\n")] = '\0';
	free(complaint);
}

static int say_not_started(const char *helpers, const char *why,
			   char err[CLIENT_ERROR_MAX])
{
	char whole[4096 + CLIENT_ERROR_MAX];

	snprintf(whole, sizeof(whole), "%s/rpc can't be started: %s", helpers,
		 why);
	snprintf(err, CLIENT_ERROR_MAX, "%.*s", CLIENT_ERROR_MAX - 1, whole);
	return -1;
}

/* Returns the child's exit code, or -1 after saying in err why there is none.
 */
static int reap(pid_t pid, const char *helpers, char err[CLIENT_ERROR_MAX])
{
	char complaint[CLIENT_ERROR_MAX];
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status)) {
		snprintf(err, CLIENT_ERROR_MAX,
			 "%.400s/rpc was killed by signal %d", helpers,
			 WTERMSIG(status));
		return -1;
	}
	if (WEXITSTATUS(status) != NOT_STARTED)
		return WEXITSTATUS(status);
	memcpy(complaint, err, sizeof(complaint));
	return say_not_started(helpers, complaint, err);
}

int client_call(const char *helpers, const char *const *words, int timeout_ms,
		char **out, char err[CLIENT_ERROR_MAX])
{
	int out_pipe[2] = {-1, -1}, err_pipe[2] = {-1, -1};
	pid_t pid = -1;
	int code = -1;

	*out = NULL;
	err[0] = '\0';
	if (pipe2(out_pipe, O_CLOEXEC) == 0 && pipe2(err_pipe, O_CLOEXEC) == 0)
		pid = spawn(helpers, words, out_pipe[1], err_pipe[1]);
	if (pid < 0) {
		say_not_started(helpers, strerror(errno), err);
		goto out;
	}
	close_fd(&out_pipe[1]);
	close_fd(&err_pipe[1]);
	read_child(pid, out_pipe[0], err_pipe[0], timeout_ms, out, err);
	code = reap(pid, helpers, err);
	if (!*out) {
		snprintf(err, CLIENT_ERROR_MAX, "out of memory");
		code = -1;
	}
out:
	close_fd(&out_pipe[0]);
	close_fd(&out_pipe[1]);
	close_fd(&err_pipe[0]);
	close_fd(&err_pipe[1]);
	return code;
}

int client_load(const char *helpers, uint32_t job_id, int timeout_ms,
		struct job *job, char err[CLIENT_ERROR_MAX])
{
	char number[NUMBER_MAX], *text;
	const char *words[] = {"load", number, NULL};
	int code;

	snprintf(number, sizeof(number), "%" PRIu32, job_id);
	code = client_call(helpers, words, timeout_ms, &text, err);
	if (!job_decode(job, code || !text ? "" : text) && !code)
		code = -1;
	free(text);
	return code;
}
