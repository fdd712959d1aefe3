/* SPDX-License-Identifier: GPL-2.0-or-later */
/* log.c: our lines in a job's output. */
#include "cmd/scheckpoint/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/find.h"
#include "cmd/scheckpoint/say.h"
#include "cmd/scheckpoint/slurm.h"
#include "requeue/journal/history.h"
#include "requeue/settings/text.h"

/* Our lines are shorter. */
#define LINE_BYTES 1200

/* The next line, cut to the buffer.  A NUL ends one as well: a job that cuts
 * its output and writes on leaves many.  False: there is none. */
static bool next_line(FILE *in, char line[LINE_BYTES])
{
	size_t used = 0;
	int c = getc_unlocked(in);

	if (c == EOF)
		return false;
	for (; c != EOF && c != '\n' && c != '\0'; c = getc_unlocked(in))
		if (used < LINE_BYTES - 1)
			line[used++] = (char)c;
	line[used] = '\0';
	return true;
}

static size_t print_lines(FILE *in)
{
	char line[LINE_BYTES], clean[LINE_BYTES];
	size_t found = 0;

	while (next_line(in, line)) {
		if (!text_line_said(line))
			continue;
		found++;
		puts(say_clean(clean, sizeof(clean), line));
	}
	return found;
}

/* Where the job's output goes, as its newest run says, or else Slurm; "":
 * neither does. */
static enum ckpt_status find_output(struct ckpt_store *store, char *path,
				    size_t size, struct ckpt_error *err)
{
	const struct ckpt_identity *id = ckpt_identity_of(store);
	struct slurm_reply reply = {0};
	struct history history;
	enum ckpt_status status = history_load_newest(&history, store, 1, err);

	snprintf(path, size, "%s", status ? "" : history.output);
	history_free(&history);
	if (status || path[0] || !id->job)
		return status;
	if (slurm_query(id->job, &reply))
		snprintf(path, size, "%s", reply.job.std_err);
	slurm_forget(&reply);
	return CKPT_OK;
}

/* The path is what the owner of the store has written: it may lead to what root
 * alone can read. */
static bool is_of_other(const struct stat *output, const char *dir)
{
	struct stat store;

	return geteuid() == 0 &&
	       (stat(dir, &store) || store.st_uid != output->st_uid);
}

/* Open a plain file: a job's output may also be a device or a pipe, and to open
 * some devices does harm.  NULL after saying why. */
static FILE *open_output(const struct call *call, const char *path,
			 const char *dir)
{
	int fd = -1, place = open(path, O_PATH | O_CLOEXEC);
	const char *why = NULL;
	char link[32];
	struct stat st;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", place);
	if (place < 0 || fstat(place, &st))
		why = strerror(errno);
	else if (!S_ISREG(st.st_mode))
		why = "is no file";
	else if (is_of_other(&st, dir))
		why = "belongs to another user than the store";
	else if ((fd = open(link, O_RDONLY | O_NOCTTY | O_CLOEXEC)) < 0)
		why = strerror(errno);
	if (place >= 0)
		close(place);
	if (!why)
		return fdopen(fd, "r");
	say_error(call, "the job's output %s: %s", path, why);
	return NULL;
}

static int show(const struct call *call, struct ckpt_store *store)
{
	const struct ckpt_identity *id = ckpt_identity_of(store);
	char path[JOB_PATH_MAX], name[JOB_NAME_MAX];
	struct ckpt_error err = {0};
	enum ckpt_status status = find_output(store, path, sizeof(path), &err);
	size_t found;
	FILE *in;

	if (status)
		return say_status(call, status, &err);
	if (!path[0])
		return say_error(call,
				 "neither the journal in %s nor Slurm tells "
				 "where the job's output is",
				 ckpt_dir(store));
	in = open_output(call, path, ckpt_dir(store));
	if (!in)
		return SAYS_ERROR;
	if (id->array_job)
		printf("%s\n", job_name(name, store));
	found = print_lines(in);
	fclose(in);
	if (found)
		return SAYS_YES;
	say_error(call, "no line in %s is scheckpoint's", path);
	return SAYS_NO;
}

int command_log(struct call *call)
{
	return each_store(call, call->count ? call->operands[0] : NULL,
			  CKPT_READ, show);
}
