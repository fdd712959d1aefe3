/* SPDX-License-Identifier: GPL-2.0-or-later */
/* query.c: the supervisor's questions to slurmctld. */
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
#include <time.h>
#include <unistd.h>

#include "requeue/policy/plan.h"
#include "requeue/slurm/query.h"

/* A pipe holds 64 KiB, and an answer is far smaller, so that the child never
 * waits for us to read. */
#define REPLY_MAX 32768

/* The child keeps our signal mask: Slurm's TERM to all processes of the job
 * must not end the very question that it gives rise to. */
static pid_t spawn(const char *helpers, const char *const *args, int out_fd)
{
	char path[4096];
	char *argv[6] = {path};
	size_t n = 1;
	pid_t pid;

	if ((size_t)snprintf(path, sizeof(path), "%s/rpc", helpers) >=
	    sizeof(path))
		return -1;
	for (; *args && n < 5; args++)
		argv[n++] = strdup(*args);
	argv[n] = NULL;
	pid = fork();
	if (pid == 0) {
		int null_fd = open("/dev/null", O_RDWR);

		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		dup2(null_fd, 0);
		dup2(out_fd >= 0 ? out_fd : null_fd, 1);
		dup2(null_fd, 2);
		execv(path, argv);
		_exit(127);
	}
	while (--n)
		free(argv[n]);
	return pid;
}

int query_start(struct query *query, const char *helpers, uint32_t job_id,
		const char *extra, int64_t now_ms)
{
	char number[16];
	const char *args[] = {"load", number, extra, NULL};
	int out[2];

	snprintf(number, sizeof(number), "%" PRIu32, job_id);
	if (pipe2(out, O_CLOEXEC))
		return -1;
	query->pid = spawn(helpers, args, out[1]);
	close(out[1]);
	if (query->pid <= 0) {
		query->pid = 0;
		close(out[0]);
		return -1;
	}
	query->fd = out[0];
	query->started_ms = now_ms;
	query->timeout_ms = extra && !strcmp(extra, "reach")
				    ? QUERY_TERM_TIMEOUT_MS
				    : QUERY_TIMEOUT_MS;
	return 0;
}

static size_t drain(int fd, char *text, size_t size)
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
	return used;
}

static enum job_state state_from_name(const char *name)
{
	static const struct {
		const char *name;
		enum job_state state;
	} states[] = {
		{"PENDING", STATE_PENDING},	{"RUNNING", STATE_RUNNING},
		{"SUSPENDED", STATE_RUNNING},	{"COMPLETED", STATE_COMPLETED},
		{"CANCELLED", STATE_CANCELLED}, {"FAILED", STATE_FAILED},
		{"TIMEOUT", STATE_TIMEOUT},	{"NODE_FAIL", STATE_NODE_FAIL},
		{"PREEMPTED", STATE_PREEMPTED},
	};
	size_t len = strcspn(name, ",");

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strlen(states[i].name) == len &&
		    !strncmp(states[i].name, name, len))
			return states[i].state;
	return STATE_OTHER_END;
}

static void read_line(const char *line, struct run_view *view,
		      struct query_job *job, int64_t *now_s)
{
	const char *value = strchr(line, '=');
	size_t len = value ? (size_t)(value - line) : 0;

#define IS(key) (len == sizeof(key) - 1 && !memcmp(line, key, len))
	if (!value++)
		return;
	if (IS("state"))
		view->state = state_from_name(value);
	else if (IS("end_time"))
		view->end_ms = strtoll(value, NULL, 10) * 1000;
	else if (IS("preempt_time"))
		view->is_preempting = strtoll(value, NULL, 10) != 0;
	else if (IS("vacating"))
		view->is_vacating = strtoll(value, NULL, 10) != 0;
	else if (IS("term_reaches_all"))
		view->term_reaches_all = strtoll(value, NULL, 10) != 0;
	else if (IS("preempt_notice"))
		job->notice = (int)strtol(value, NULL, 10);
	else if (IS("time_limit_min"))
		job->limit_min = strtoll(value, NULL, 10);
	else if (IS("time_min_min"))
		job->time_min_min = strtoll(value, NULL, 10);
	else if (IS("requeue"))
		job->can_requeue = strtoll(value, NULL, 10) != 0;
	else if (IS("begin_time"))
		job->begin_s = strtoll(value, NULL, 10);
	else if (IS("requeue_delay"))
		job->requeue_delay_s = strtoll(value, NULL, 10);
	else if (IS("call_timeout"))
		job->call_timeout_s = strtoll(value, NULL, 10);
	else if (IS("work_dir"))
		snprintf(job->work_dir, sizeof(job->work_dir), "%s", value);
	else if (IS("comment"))
		snprintf(job->comment, sizeof(job->comment), "%s", value);
	else if (IS("now"))
		*now_s = strtoll(value, NULL, 10);
#undef IS
}

bool query_finish(struct query *query, int wait_status, int64_t now_ms,
		  struct run_view *view, struct query_job *job)
{
	static char answer[REPLY_MAX];
	char *rest = answer, *line;
	int64_t theirs_s = 0, skew_s;

	memset(view, 0, sizeof(*view));
	memset(job, 0, sizeof(*job));
	view->state = STATE_UNKNOWN;
	drain(query->fd, answer, sizeof(answer));
	close(query->fd);
	query->pid = 0;
	if (!WIFEXITED(wait_status) || WEXITSTATUS(wait_status))
		return false;
	while ((line = strsep(&rest, "\n")))
		read_line(line, view, job, &theirs_s);
	skew_s = plan_skew_s(theirs_s, query->started_ms / 1000, now_ms / 1000);
	if (view->end_ms)
		view->end_ms -= skew_s * 1000;
	if (job->begin_s)
		job->begin_s -= skew_s;
	return view->state != STATE_UNKNOWN;
}

static int64_t wall_ms(void)
{
	return (int64_t)time(NULL) * 1000;
}

bool query_wait(const char *helpers, uint32_t job_id, struct run_view *view,
		struct query_job *job)
{
	struct query query = {.pid = 0};
	struct pollfd answer;
	int status = 0;

	if (query_start(&query, helpers, job_id, NULL, wall_ms()))
		return false;
	answer = (struct pollfd){.fd = query.fd, .events = POLLIN};
	/* It prints all at once, and then ends. */
	if (poll(&answer, 1, QUERY_TIMEOUT_MS) <= 0)
		kill(query.pid, SIGKILL);
	while (waitpid(query.pid, &status, 0) < 0 && errno == EINTR)
		;
	return query_finish(&query, status, wall_ms(), view, job);
}

pid_t query_signal_steps(const char *helpers, uint32_t job_id, int signum)
{
	char number[16], sig[16];
	const char *args[] = {"steps", number, sig, NULL};

	snprintf(number, sizeof(number), "%" PRIu32, job_id);
	snprintf(sig, sizeof(sig), "%d", signum);
	return spawn(helpers, args, -1);
}

pid_t query_say(const char *helpers, uint32_t job_id, const char *text)
{
	char number[16];
	const char *args[] = {"say", number, text, NULL};

	snprintf(number, sizeof(number), "%" PRIu32, job_id);
	return spawn(helpers, args, -1);
}
