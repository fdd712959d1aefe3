/* SPDX-License-Identifier: GPL-2.0-or-later */
/* timeline.c: draws a job's life, from its journal. */
#include "cmd/scheckpoint/timeline.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/draw_svg.h"
#include "cmd/scheckpoint/draw_text.h"
#include "cmd/scheckpoint/find.h"
#include "cmd/scheckpoint/life.h"
#include "cmd/scheckpoint/say.h"
#include "cmd/scheckpoint/slurm.h"
#include "cmd/scheckpoint/terminal.h"
#include "requeue/journal/history.h"
#include "requeue/settings/text.h"

/* Where the output is no terminal. */
#define WIDTH_STANDARD 100

/* Until when the last run computes: now, unless Slurm knows that it doesn't, or
 * the journal has its end.  0: it doesn't. */
static int64_t open_until_s(const struct history *history,
			    const struct slurm_reply *reply)
{
	const struct run_record *last = &history->runs[history->count - 1];

	if (history_end_s(last))
		return 0;
	if (reply->is_known && !job_is_alive(&reply->job))
		return 0;
	return time(NULL);
}

static void name_life(struct life *life, const struct ckpt_store *store,
		      const struct slurm_reply *reply)
{
	char name[JOB_NAME_MAX], quoted[64];

	job_name(name, store);
	snprintf(life->title, sizeof(life->title), "%s%s%s",
		 name[0] ? name : "no job", reply->job.name[0] ? " " : "",
		 reply->job.name[0]
			 ? text_quote(quoted, sizeof(quoted), reply->job.name)
			 : "");
}

/* Root may name a file in a user's directory, where a link leads anywhere. */
static FILE *open_picture(const char *path)
{
	int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
	int fd = open(path, geteuid() ? flags : flags | O_NOFOLLOW, 0666);

	return fd < 0 ? NULL : fdopen(fd, "w");
}

static int write_svg(const struct call *call, const char *path,
		     const struct life *life)
{
	bool is_stdout = !strcmp(path, "-");
	FILE *out = is_stdout ? stdout : open_picture(path);
	bool is_good;

	if (out)
		draw_svg(out, life);
	is_good = out && !fflush(out) && !ferror(out);
	if (out && !is_stdout)
		is_good = !fclose(out) && is_good;
	if (is_good)
		return SAYS_YES;
	return say_error(call, "%s could not be written: %s", path,
			 strerror(errno));
}

static int draw(const struct call *call, const struct life *life)
{
	const char *path = call_option(call, "svg");
	int width = terminal_width();

	if (path)
		return write_svg(call, path, life);
	draw_text(stdout, life, width ? width : WIDTH_STANDARD,
		  !call_option(call, "ascii") && terminal_has_utf8());
	return SAYS_YES;
}

static int show(const struct call *call, struct ckpt_store *store)
{
	const struct ckpt_identity *id = ckpt_identity_of(store);
	struct ckpt_version *versions = NULL;
	struct slurm_reply reply = {0};
	struct history history;
	struct life life = {0};
	struct ckpt_error err = {0};
	size_t count = 0;
	enum ckpt_status status = history_load_shown(&history, store, &err);
	int code;

	if (!status)
		status = ckpt_list(store, &versions, &count, &err);
	if (status) {
		code = say_status(call, status, &err);
		goto out;
	}
	if (id->job)
		slurm_query(id->job, &reply);
	if (!history.count ||
	    !life_make(&life, history.runs, history.count, versions, count,
		       open_until_s(&history, &reply))) {
		code = say_error(call, "the journal in %s has no run yet",
				 ckpt_dir(store));
		goto out;
	}
	name_life(&life, store, &reply);
	code = draw(call, &life);
out:
	life_free(&life);
	slurm_forget(&reply);
	free(versions);
	history_free(&history);
	return code;
}

int command_timeline(struct call *call)
{
	return each_store(call, call->count ? call->operands[0] : NULL,
			  CKPT_READ, show);
}
