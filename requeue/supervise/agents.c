/* SPDX-License-Identifier: GPL-2.0-or-later */
/* agents.c: signals for the programs of the job's srun steps. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "requeue/supervise/agents.h"
#include "requeue/slurm/srun.h"

pid_t agents_start(struct agents *agents, uint32_t job_id, unsigned nodes,
		   int signum, const struct site *site, const char *store_dir,
		   int64_t now_ms)
{
	char path[OPTION_PATH_LEN + 16], job[16], number[16];
	const char *command[] = {
		path,	   job,
		number,	   site->launchers[0] ? site->launchers : "-",
		store_dir, NULL};
	struct srun_step step = {
		.job_id = job_id,
		.name = "checkpoint-deliver",
		.nodes = nodes,
		.command = command,
	};
	int out[2];
	pid_t pid;

	memset(agents, 0, sizeof(*agents));
	snprintf(path, sizeof(path), "%s/deliver", site->helpers);
	snprintf(job, sizeof(job), "%" PRIu32, job_id);
	snprintf(number, sizeof(number), "%d", signum);
	if (pipe2(out, O_CLOEXEC))
		return -1;
	step.out_fd = out[1];
	pid = srun_start(&step);
	close(out[1]);
	if (pid < 0) {
		close(out[0]);
		return -1;
	}
	agents->fd = out[0];
	agents->nodes = nodes;
	agents->started_ms = now_ms;
	/* The loop waits for signals: SIGIO is one. */
	fcntl(agents->fd, F_SETOWN, getpid());
	fcntl(agents->fd, F_SETFL, O_NONBLOCK | O_ASYNC);
	return pid;
}

/* Take one whole line from what was read so far. */
static bool take_line(struct agents *agents, char *line)
{
	char *end = memchr(agents->line, '\n', agents->used);
	size_t len;

	if (!end)
		return false;
	len = (size_t)(end - agents->line);
	memcpy(line, agents->line, len);
	line[len] = '\0';
	agents->used -= len + 1;
	memmove(agents->line, end + 1, agents->used);
	return true;
}

static bool read_line(struct agents *agents, char *line)
{
	ssize_t n;

	while (!take_line(agents, line)) {
		if (agents->used == sizeof(agents->line))
			agents->used = 0; /* no line of ours is that long */
		n = read(agents->fd, agents->line + agents->used,
			 sizeof(agents->line) - agents->used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		agents->used += (size_t)n;
	}
	return true;
}

bool agents_read(struct agents *agents, struct agents_news *news)
{
	char line[sizeof(agents->line)];
	unsigned count, steps;
	int told;

	if (!agents->nodes)
		return false;
	while (read_line(agents, line)) {
		memset(news, 0, sizeof(*news));
		if (sscanf(line, "signal %63s %d %63[^\n]", news->node,
			   &news->pid, news->name) == 3) {
			news->is_signalled = true;
			agents->signalled++;
			return true;
		}
		if (sscanf(line, "passed %63s %d %63s %127[^\n]", news->node,
			   &news->pid, news->name, news->why) == 4)
			return true;
		told = sscanf(line, "told %63s %u %u", news->node, &count,
			      &steps);
		agents->looked += told >= 2;
		/* An older helper doesn't tell the steps. */
		agents->stepless += told == 3 && !steps;
	}
	return false;
}

bool agents_have_looked(const struct agents *agents)
{
	return agents->nodes && agents->looked >= agents->nodes;
}

void agents_end(struct agents *agents)
{
	if (agents->nodes)
		close(agents->fd);
	agents->nodes = 0;
}
