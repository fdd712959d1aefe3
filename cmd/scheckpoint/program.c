/* SPDX-License-Identifier: GPL-2.0-or-later */
/* program.c: other programs, run for their output. */
#include "cmd/scheckpoint/program.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <fcntl.h>

/* More is read and dropped. */
#define OUTPUT_MAX (64u << 20)

struct stream {
	int fd;
	FILE *to; /* NULL: out of memory */
	size_t size;
};

static void become(const char *const *argv, int out, int err)
{
	int null_fd = open("/dev/null", O_RDONLY);
	char **words;
	size_t n = 0;

	dup2(null_fd, 0);
	dup2(out, 1);
	dup2(err, 2);
	while (argv[n])
		n++;
	words = calloc(n + 1, sizeof(*words));
	for (size_t i = 0; words && i < n; i++)
		words[i] = strdup(argv[i]);
	if (words)
		execvp(words[0], words);
	dprintf(2, "%s can't be run: %s\n", argv[0], strerror(errno));
	_exit(127);
}

/* Read what there is; at the end the descriptor becomes -1. */
static void take(struct stream *stream)
{
	char text[4096];
	ssize_t n = read(stream->fd, text, sizeof(text));

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0) {
		close(stream->fd);
		stream->fd = -1;
		return;
	}
	stream->size += (size_t)n;
	if (stream->to && stream->size < OUTPUT_MAX)
		fwrite(text, 1, (size_t)n, stream->to);
}

static void read_both(struct stream *out, struct stream *err)
{
	while (out->fd >= 0 || err->fd >= 0) {
		struct pollfd wait[] = {{.fd = out->fd, .events = POLLIN},
					{.fd = err->fd, .events = POLLIN}};

		if (poll(wait, 2, -1) < 0 && errno != EINTR)
			break;
		if (wait[0].revents)
			take(out);
		if (wait[1].revents)
			take(err);
	}
}

static int reap(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

int program_run(const char *const *argv, struct program_output *output)
{
	int out_pipe[2] = {-1, -1}, err_pipe[2] = {-1, -1};
	struct stream out = {.fd = -1}, err = {.fd = -1};
	size_t size;
	pid_t pid = -1;

	memset(output, 0, sizeof(*output));
	out.to = open_memstream(&output->out, &size);
	err.to = open_memstream(&output->err, &size);
	fflush(stdout);
	if (pipe2(out_pipe, O_CLOEXEC) == 0 && pipe2(err_pipe, O_CLOEXEC) == 0)
		pid = fork();
	if (pid == 0)
		become(argv, out_pipe[1], err_pipe[1]);
	close(out_pipe[1]);
	close(err_pipe[1]);
	out.fd = out_pipe[0];
	err.fd = err_pipe[0];
	if (pid < 0 && err.to)
		fprintf(err.to, "%s can't be run: %s", argv[0],
			strerror(errno));
	if (pid > 0)
		read_both(&out, &err);
	if (out.to)
		fclose(out.to);
	if (err.to)
		fclose(err.to);
	return pid > 0 ? reap(pid) : 127;
}

void program_forget(struct program_output *output)
{
	free(output->out);
	free(output->err);
	memset(output, 0, sizeof(*output));
}

char *program_first_line(char *text)
{
	if (text)
		text[strcspn(text, "\n")] = '\0';
	return text;
}
