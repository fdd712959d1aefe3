/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verb.c: run one verb of a method. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "requeue/process/verb.h"
#include "requeue/settings/monotonic.h"

/* How often the end of a verb is looked for, before it has closed its
 * descriptor and then. */
#define POLL_OPEN_MS   200
#define POLL_CLOSED_MS 20
#define ARGS_MAX       4096

/* In the child: a method gets no descriptor but 0, 1, 2 and its own. */
static void arrange(const struct verb *verb, int fd)
{
	sigset_t none;

	if (fd != VERB_FD)
		dup2(fd, VERB_FD);
	else
		fcntl(fd, F_SETFD, 0);
	close_range(VERB_FD + 1, ~0U, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, verb->mask ? verb->mask : &none, NULL);
	if (verb->is_script)
		return;
	setpgid(0, 0);
	close(STDIN_FILENO);
	open("/dev/null", O_RDONLY);
	dup2(STDERR_FILENO, STDOUT_FILENO);
}

/* "METHOD NAME ARG...", in an array that free() frees. */
static char **make_argv(const struct verb *verb)
{
	char **argv = calloc(ARGS_MAX + 3, sizeof(*argv));
	size_t n = 2;

	if (!argv)
		return NULL;
	argv[0] = strdup(verb->method);
	argv[1] = strdup(verb->name);
	for (char *const *arg = verb->args; arg && *arg && n < ARGS_MAX; arg++)
		argv[n++] = *arg;
	return argv;
}

int verb_start(struct verb_run *run, const struct verb *verb)
{
	pid_t parent = getpid();
	int fds[2];

	*run = (struct verb_run){.fd = -1};
	if (pipe2(fds, O_CLOEXEC))
		return -1;
	run->pid = fork();
	if (run->pid == 0) {
		char **argv = make_argv(verb);

		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		if (getppid() != parent)
			_exit(127);
		arrange(verb, fds[1]);
		if (argv && !chdir(verb->work_dir))
			execve(verb->method, argv, verb->env);
		_exit(127);
	}
	close(fds[1]);
	run->fd = fds[0];
	fcntl(run->fd, F_SETFL, O_NONBLOCK);
	if (run->pid > 0)
		return 0;
	verb_close(run);
	return -1;
}

static void take_line(struct verb_run *run)
{
	static const char say[] = "say ";

	run->line[run->line_len] = '\0';
	run->line_len = 0;
	if (!strcmp(run->line, "ready"))
		run->is_ready = true;
	else if (!strncmp(run->line, say, sizeof(say) - 1))
		snprintf(run->said, sizeof(run->said), "%.*s", VERB_SAY_MAX - 1,
			 run->line + sizeof(say) - 1);
}

bool verb_listen(struct verb_run *run)
{
	char got[VERB_LINE_MAX];
	ssize_t n;

	while ((n = read(run->fd, got, sizeof(got))) > 0)
		for (ssize_t i = 0; i < n; i++)
			if (got[i] == '\n')
				take_line(run);
			else if (run->line_len < sizeof(run->line) - 1)
				run->line[run->line_len++] = got[i];
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

void verb_close(struct verb_run *run)
{
	if (run->fd >= 0)
		close(run->fd);
	run->fd = -1;
}

/* Wait for the end, and listen; false: it didn't come in time. */
static bool await(struct verb_run *run, int64_t wait_ms, int *status)
{
	int64_t until_ms = monotonic_ms() + wait_ms;
	bool is_open = true;

	while (true) {
		struct pollfd said = {.fd = is_open ? run->fd : -1,
				      .events = POLLIN};

		if (waitpid(run->pid, status, WNOHANG) == run->pid) {
			verb_listen(run);
			return true;
		}
		if (monotonic_ms() >= until_ms)
			return false;
		poll(&said, 1, is_open ? POLL_OPEN_MS : POLL_CLOSED_MS);
		if (said.revents)
			is_open = verb_listen(run);
	}
}

int verb_do(const struct verb *verb, int64_t wait_ms, char said[VERB_SAY_MAX])
{
	struct verb_run run;
	int status = 0, code = -1;

	said[0] = '\0';
	if (verb_start(&run, verb)) {
		snprintf(said, VERB_SAY_MAX, "it can't be started: %s",
			 strerror(errno));
		return -1;
	}
	if (!await(&run, wait_ms, &status)) {
		kill(-run.pid, SIGKILL);
		kill(run.pid, SIGKILL);
		waitpid(run.pid, &status, 0);
		snprintf(said, VERB_SAY_MAX, "it didn't end within %lld s",
			 (long long)(wait_ms + 999) / 1000);
	} else if (WIFSIGNALED(status)) {
		snprintf(said, VERB_SAY_MAX, "it was ended by signal %d",
			 WTERMSIG(status));
	} else {
		code = WEXITSTATUS(status);
		snprintf(said, VERB_SAY_MAX, "%s", run.said);
		if (code && !said[0])
			snprintf(said, VERB_SAY_MAX, "exit code %d", code);
	}
	/* What it has left behind. */
	kill(-run.pid, SIGKILL);
	verb_close(&run);
	return code;
}
