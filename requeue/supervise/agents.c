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

static const char *word(const char *text)
{
	return text && *text ? text : "-";
}

pid_t agents_start(struct agents *agents, const struct agents_order *order,
		   int64_t now_ms)
{
	char path[OPTION_PATH_LEN + 16], job[16], number[16];
	const char *command[] = {
		path,
		job,
		number,
		word(order->site->launchers),
		order->store_dir,
		word(order->work_dir),
		word(order->deaf),
		word(order->savers),
		order->takes_runtimes ? "runtimes" : "-",
		NULL,
	};
	struct srun_step step = {
		.job_id = order->job_id,
		.name = "checkpoint-deliver",
		.nodes = order->nodes,
		.command = command,
	};
	int out[2];
	pid_t pid;

	memset(agents, 0, sizeof(*agents));
	snprintf(path, sizeof(path), "%s/deliver", order->site->helpers);
	snprintf(job, sizeof(job), "%" PRIu32, order->job_id);
	snprintf(number, sizeof(number), "%d", order->signum);
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
	agents->nodes = order->nodes;
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

static void note_files(struct agents *agents, unsigned count, const char *name)
{
	agents->watched++;
	agents->files += count;
	agents->writers += count > 0;
	if (count)
		memcpy(agents->file, name, sizeof(agents->file));
}

bool agents_read(struct agents *agents, struct agents_news *news)
{
	char line[sizeof(agents->line)], name[sizeof(agents->file)];
	unsigned count, steps;
	uint64_t digest;
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
		if (sscanf(line, "wrote %63s %u %127[^\n]", news->node, &count,
			   name) == 3)
			note_files(agents, count, name);
		if (sscanf(line, "digest %63s %" SCNx64, news->node, &digest) ==
		    2) {
			agents->digest += digest;
			agents->digests += digest != 0;
		}
	}
	return false;
}

bool agents_have_looked(const struct agents *agents)
{
	return agents->nodes && agents->looked >= agents->nodes;
}

bool agents_have_watched(const struct agents *agents)
{
	return agents->looked && agents->watched >= agents->looked;
}

void agents_end(struct agents *agents)
{
	if (agents->nodes)
		close(agents->fd);
	agents->nodes = 0;
}
