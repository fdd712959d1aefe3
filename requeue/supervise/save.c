/* SPDX-License-Identifier: GPL-2.0-or-later */
/* save.c: a save while the run goes on. */
#include <unistd.h>

#include "requeue/process/deliver.h"
#include "requeue/settings/option.h"
#include "requeue/supervise/clock.h"
#include "requeue/supervise/files.h"
#include "requeue/supervise/report.h"
#include "requeue/supervise/report_request.h"
#include "requeue/supervise/save.h"
#include "requeue/supervise/storage.h"
#include "requeue/supervise/userhook.h"

/* When this run's newest version was saved; 0: it has none. */
static int64_t newest_version_ms(struct context *ctx)
{
	struct ckpt_version newest;

	return storage_newest(ctx, &newest) ? newest.time_s * 1000 : 0;
}

static void end(struct save *save, struct context *ctx, int64_t saved_ms)
{
	struct run_event event = {.kind = RUN_EV_SAVED, .saved_ms = saved_ms};

	save->step = SAVE_NONE;
	events_post(&ctx->events, &event);
}

static void send_signal(struct context *ctx)
{
	int signum = (int)ctx->begin.set.interval_signal;
	struct delivery_order order = {
		.root = getpid(),
		.signum = signum,
		.launchers = ctx->begin.site.launchers,
		.exclude = ctx->children.pid,
		.exclude_count = CHILD_NONE,
		.goes_on = true,
	};
	struct delivery *delivery;

	if (!signum)
		return;
	delivery = delivery_new();
	if (delivery && !delivery_make(delivery, &order)) {
		report_signalled(ctx, delivery, signum);
		if (delivery_count(delivery))
			report_request(ctx, CAUSE_INTERVAL, true);
		else
			report_line("no program of the job catches SIG%s: no "
				    "state was asked for",
				    option_signal_name(signum));
	}
	delivery_free(delivery);
}

/* After the hook: the signal, then the files. */
static void go_on(struct save *save, struct context *ctx)
{
	send_signal(ctx);
	save->step = SAVE_FILES;
	if (!files_start(ctx, &save->mark, begin_grace_s(&ctx->begin),
			 !save->has_collected, 0))
		end(save, ctx, 0);
	save->has_collected = true;
}

void save_start(struct save *save, struct context *ctx, bool is_now)
{
	const struct settings *set = &ctx->begin.set;
	int64_t newest_ms = newest_version_ms(ctx);

	if (!settings_can_save(set)) {
		report_line("scheckpoint now needs a signal that doesn't end "
			    "the program (--checkpoint-signal=TERM,USR1), a "
			    "hook or files");
		end(save, ctx, 0);
		return;
	}
	/* The interval counts from what the program has saved by itself. */
	if (set->interval_s && !is_now &&
	    newest_ms + set->interval_s * 1000 > clock_now_ms()) {
		end(save, ctx, newest_ms);
		return;
	}
	/* Software that isn't requested to write has written what there is. */
	save->mark.is_set = false;
	if (set->hook[0] || set->interval_signal)
		files_mark(ctx, &save->mark);
	report_request(ctx, CAUSE_INTERVAL, false);
	save->step = SAVE_HOOK;
	if (!userhook_start(ctx, CAUSE_INTERVAL))
		go_on(save, ctx);
}

void save_hook_ended(struct save *save, struct context *ctx, bool is_good)
{
	if (is_good)
		report_request(ctx, CAUSE_INTERVAL, true);
	go_on(save, ctx);
}

void save_files_ended(struct save *save, struct context *ctx)
{
	end(save, ctx, 0);
}

void save_give_hook(struct save *save, struct context *ctx)
{
	if (save->step == SAVE_HOOK)
		end(save, ctx, 0);
}
