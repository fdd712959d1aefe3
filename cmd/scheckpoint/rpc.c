/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scheckpoint_rpc.c: questions to slurmctld, asked by the helper rpc, as
 * scheckpoint itself must run where there is no libslurm.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/scheckpoint/scheckpoint.h"
#include "requeue/slurm/ctl.h"

#define WORDS_MOST  6
#define REPLY_MAX   32768
/* The exit code of the loader, where a library is missing, and of shells. */
#define NOT_STARTED 127

extern char **environ;

/* All that comes, terminated; NULL where memory runs out, but it is read to the
 * end even then, lest the helper wait for ever. */
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

static void close_pair(int pair[2])
{
	for (int i = 0; i < 2; i++)
		if (pair[i] >= 0)
			close(pair[i]);
}

static const char *helper_path(char *path, size_t size)
{
	const char *dir = getenv("SCHECKPOINT_HELPERS");

	snprintf(path, size, "%s/rpc", dir && dir[0] ? dir : PKGLIBEXECDIR);
	return path;
}

/* Returns 0, or an errno value. */
static int start(pid_t *pid, const char *path, const char *const *words,
		 int out_fd, int err_fd)
{
	posix_spawn_file_actions_t actions;
	char *argv[WORDS_MOST + 2] = {strdup("rpc")};
	size_t n = 1;
	int errnum;

	for (; *words && n <= WORDS_MOST; words++)
		argv[n++] = strdup(*words);
	errnum = posix_spawn_file_actions_init(&actions);
	if (!errnum) {
		posix_spawn_file_actions_addopen(&actions, 0, "/dev/null",
						 O_RDONLY, 0);
		posix_spawn_file_actions_adddup2(&actions, out_fd, 1);
		posix_spawn_file_actions_adddup2(&actions, err_fd, 2);
		errnum = posix_spawn(pid, path, &actions, NULL, argv, environ);
		posix_spawn_file_actions_destroy(&actions);
	}
	while (n--)
		free(argv[n]);
	return errnum;
}

/* What a child wrote into both pipes. */
static void hear(int out_fd, int err_fd, char **out, char *err, size_t err_size)
{
	char *complaint;

	/* One after the other: complaints are shorter than a pipe holds. */
	*out = read_all(out_fd);
	complaint = read_all(err_fd);
	snprintf(err, err_size, "%s", complaint ? complaint : "");
	err[strcspn(err, "\n")] = '\0';
	free(complaint);
}

/* How it ended: its exit code, or -1 after saying why. */
static int reap(pid_t pid, const char *path, char *err, size_t err_size)
{
	char complaint[512];
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status)) {
		snprintf(err, err_size, "%s was killed by signal %d", path,
			 WTERMSIG(status));
		return -1;
	}
	if (WEXITSTATUS(status) != NOT_STARTED)
		return WEXITSTATUS(status);
	snprintf(complaint, sizeof(complaint), "%s", err);
	snprintf(err, err_size, "%s can't be started: %s", path, complaint);
	return -1;
}

int run_rpc_whole(const char *const *words, char **out, char *err,
		  size_t err_size)
{
	int out_pipe[2] = {-1, -1}, err_pipe[2] = {-1, -1};
	char path[4096];
	pid_t pid;
	int code = -1, errnum;

	*out = NULL;
	err[0] = '\0';
	helper_path(path, sizeof(path));
	errnum = pipe2(out_pipe, O_CLOEXEC) || pipe2(err_pipe, O_CLOEXEC)
			 ? errno
			 : start(&pid, path, words, out_pipe[1], err_pipe[1]);
	if (errnum) {
		snprintf(err, err_size, "%s can't be started: %s", path,
			 strerror(errnum));
		goto out;
	}
	close(out_pipe[1]);
	close(err_pipe[1]);
	out_pipe[1] = err_pipe[1] = -1;
	hear(out_pipe[0], err_pipe[0], out, err, err_size);
	code = reap(pid, path, err, err_size);
	if (!*out) {
		snprintf(err, err_size, "out of memory");
		code = -1;
	}
out:
	close_pair(out_pipe);
	close_pair(err_pipe);
	return code;
}

int run_rpc(const char *const *words, char *out, size_t out_size, char *err,
	    size_t err_size)
{
	char *whole;
	int code = run_rpc_whole(words, &whole, err, err_size);

	snprintf(out, out_size, "%s", whole ? whole : "");
	free(whole);
	return code;
}

/* ------------------------------------------------------------ rpc load */

static int64_t as_number(const char *value)
{
	return strtoll(value, NULL, 10);
}

static void read_line(struct slurm_view *view, const char *key,
		      const char *value)
{
	struct {
		const char *key;
		char *to;
		size_t size;
	} texts[] = {
		{"state", view->state, sizeof(view->state)},
		{"reason", view->reason, sizeof(view->reason)},
		{"cluster", view->cluster, sizeof(view->cluster)},
		{"nodes", view->nodes, sizeof(view->nodes)},
		{"name", view->name, sizeof(view->name)},
		{"work_dir", view->work_dir, sizeof(view->work_dir)},
		{"comment", view->comment, sizeof(view->comment)},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (!strcmp(key, texts[i].key))
			snprintf(texts[i].to, texts[i].size, "%s", value);
	if (!strcmp(key, "job_id"))
		view->job_id = (uint32_t)as_number(value);
	else if (!strcmp(key, "array_job_id"))
		view->array_job_id = (uint32_t)as_number(value);
	else if (!strcmp(key, "array_task_id"))
		view->array_task_id = (uint32_t)as_number(value);
	else if (!strcmp(key, "restart_cnt"))
		view->restart_count = (uint32_t)as_number(value);
	else if (!strcmp(key, "vacating"))
		view->is_vacating = as_number(value) != 0;
	else if (!strcmp(key, "start_time"))
		view->start_s = as_number(value);
	else if (!strcmp(key, "end_time"))
		view->end_s = as_number(value);
	else if (!strcmp(key, "begin_time"))
		view->begin_s = as_number(value);
	else if (!strcmp(key, "time_limit_min"))
		view->limit_min = as_number(value);
	else if (!strcmp(key, "held"))
		view->is_held = as_number(value) != 0;
}

/* Why a question got no answer, of what the helper complained of. */
static void read_trouble(struct slurm_view *view, int code, const char *err,
			 const char *number)
{
	char before[64];
	int len = snprintf(before, sizeof(before), "rpc: load %s: ", number);
	const char *reason = strncmp(err, before, (size_t)len) ? err
							       : err + len;

	if (code == CTL_AWAY)
		snprintf(view->trouble, sizeof(view->trouble),
			 "slurmctld doesn't answer%s%.400s%s",
			 reason[0] ? " (" : "", reason, reason[0] ? ")" : "");
	else if (code != CTL_GONE)
		snprintf(view->trouble, sizeof(view->trouble), "%s",
			 reason[0] ? reason : "slurmctld can't be asked");
}

bool query_slurm(uint32_t job_id, struct slurm_view *view)
{
	char number[16], answer[REPLY_MAX], err[SLURM_TROUBLE_MAX];
	const char *words[] = {"load", number, NULL};
	char *line = answer, *next;
	int code;

	memset(view, 0, sizeof(*view));
	view->array_task_id = CKPT_NO_TASK;
	snprintf(number, sizeof(number), "%" PRIu32, job_id);
	code = run_rpc(words, answer, sizeof(answer), err, sizeof(err));
	if (code) {
		read_trouble(view, code, err, number);
		return false;
	}
	for (; *line; line = next) {
		char *end = strchrnul(line, '\n'), *value;

		next = *end ? end + 1 : end;
		*end = '\0';
		value = strchr(line, '=');
		if (!value)
			continue;
		*value++ = '\0';
		read_line(view, line, value);
	}
	view->is_known = true;
	return true;
}

bool slurm_is_alive(const struct slurm_view *view)
{
	static const char *const states[] = {"PENDING", "RUNNING", "SUSPENDED",
					     "CONFIGURING"};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (!strncmp(view->state, states[i], strlen(states[i])))
			return true;
	return strstr(view->state, "COMPLETING") != NULL;
}
