/* SPDX-License-Identifier: GPL-2.0-or-later */
/* request.c: asking the job's programs to save, and seeing them do it. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "requeue/settings/option.h"
#include "requeue/supervise/collect.h"
#include "requeue/settings/comment.h"
#include "requeue/process/hook.h"
#include "requeue/process/picture.h"
#include "requeue/supervise/report.h"
#include "requeue/supervise/supervisor.h"
#include "requeue/settings/text.h"

/* Passed over and told of, each time we look. */
#define PASSED_MAX 16
#define WHY_MAX	   160

static void keep(struct supervisor *s, struct ckpt_record *rec)
{
	report_record(s->begin.store, s->begin.run, rec);
}

static int last_signal(const struct supervisor *s)
{
	return (int)s->begin.set.signal;
}

bool request_has_others(const struct supervisor *s)
{
	pid_t mine[REQUEST_CHILDREN];
	size_t others = 0;
	struct procs procs;
	bool *is_mine;

	request_children(s, mine);
	picture_take(&procs, getpid(), 0);
	is_mine = calloc(procs.count + 1, sizeof(*is_mine));
	for (size_t i = 0; is_mine && i < procs.count; i++) {
		const struct proc *proc = &procs.list[i];

		is_mine[i] =
			proc->state == 'Z' ||
			(proc->parent != PROCS_NONE && is_mine[proc->parent]);
		for (size_t n = 0; n < REQUEST_CHILDREN; n++)
			is_mine[i] |= mine[n] == proc->pid;
		others += !is_mine[i];
	}
	free(is_mine);
	procs_free(&procs);
	return others > 0;
}

void request_children(const struct supervisor *s, pid_t pids[REQUEST_CHILDREN])
{
	pids[0] = s->query.pid;
	pids[1] = s->steps_pid;
	pids[2] = s->hook_pid;
	pids[3] = s->collect_pid;
	pids[4] = s->sentinel_pid;
	pids[5] = s->agents.pid;
	pids[6] = s->say_pid;
}

/* ------------------------------------------------------------- telling */

static const char *why(const struct supervisor *s, char *buf)
{
	char span[TEXT_SPAN_MAX];
	int64_t left_ms = s->run.end_ms - supervisor_now_ms();

	switch (s->run.cause) {
	case CAUSE_LIMIT:
		if (s->run.has_term)
			snprintf(buf, WHY_MAX, "the time limit was reached");
		else
			snprintf(buf, WHY_MAX, "the run ends in %s",
				 text_span(span, (left_ms + 500) / 1000));
		break;
	case CAUSE_PREEMPT:
		snprintf(buf, WHY_MAX, "the job is being preempted");
		break;
	case CAUSE_OPERATOR:
		snprintf(buf, WHY_MAX, "asked to save and make room");
		break;
	default:
		snprintf(
			buf, WHY_MAX, "%s",
			s->run.is_cancelled
				? "the job was cancelled"
				: "Slurm ends the job, and can't be asked why");
	}
	return buf;
}

static void record_request(struct supervisor *s, enum cause cause, bool is_made)
{
	struct ckpt_record *rec = ckpt_record_new("request");
	char text[WHY_MAX] = "a state while the run goes on";

	ckpt_record_set_str(rec, "cause", cause_name(cause));
	ckpt_record_set_bool(rec, "made", is_made);
	ckpt_record_set_bool(rec, "term", s->run.has_term);
	ckpt_record_set_str(rec, "text",
			    cause == CAUSE_INTERVAL ? text : why(s, text));
	keep(s, rec);
}

void request_foresee(struct supervisor *s)
{
	if (s->run.phase == RUN_COMPUTING)
		record_request(s, CAUSE_UNKNOWN, false);
}

void request_announce(struct supervisor *s)
{
	char text[WHY_MAX];

	s->has_looked = false;
	record_request(s, s->run.cause, false);
	if (s->run.has_term)
		keep(s, ckpt_record_new("term"));
	report_line("%s: asking the job to save", why(s, text));
}

void request_acknowledge(struct supervisor *s)
{
	char text[WHY_MAX], span[TEXT_SPAN_MAX];

	snprintf(text, sizeof(text), "run %u: " COMMENT_VACATE ", has %s",
		 s->begin.run, text_span(span, s->begin.set.grace_s));
	s->say_pid = client_say(s->begin.site.helpers, s->begin.job_id, text);
	if (s->say_pid < 0)
		s->say_pid = 0;
}

/* slurmd's copy of the script bears a name that tells the user nothing. */
static const char *name_of(const struct delivery_item *item)
{
	return strcmp(item->name, "slurm_script") ? item->name
						  : "the job script";
}

/* Names and records of those who got the signal since the last call. */
static void report_signalled(struct supervisor *s, struct delivery *delivery,
			     int signum)
{
	const struct delivery_item *item;

	while ((item = delivery_next_signalled(delivery))) {
		struct ckpt_record *rec = ckpt_record_new("signal");

		ckpt_record_set_int(rec, "pid", item->pid);
		ckpt_record_set_str(rec, "name", name_of(item));
		ckpt_record_set_int(rec, "signal", item->is_sent ? signum : 0);
		keep(s, rec);
		if (item->is_sent)
			report_line("SIG%s to %s (pid %d)",
				    option_signal_name(signum), name_of(item),
				    (int)item->pid);
		else
			report_line("%s (pid %d) was asked by the hook",
				    name_of(item), (int)item->pid);
	}
}

/* Who was passed over, and why: for the journal, and for people where nobody
 * heard at all. */
static void report_passed(struct supervisor *s, bool is_said)
{
	const struct delivery_item *item;

	for (unsigned n = 0; n < PASSED_MAX; n++) {
		struct ckpt_record *rec;

		item = delivery_next_passed(s->delivery);
		if (!item)
			return;
		rec = ckpt_record_new("passed");
		ckpt_record_set_int(rec, "pid", item->pid);
		ckpt_record_set_str(rec, "name", name_of(item));
		ckpt_record_set_str(rec, "why", item->reason);
		keep(s, rec);
		if (is_said)
			report_line("%s (pid %d) was passed over: %s",
				    name_of(item), (int)item->pid,
				    item->reason);
	}
}

void request_uncaught(struct supervisor *s)
{
	/* Slurm ends the run at once, and may have reached some before us. */
	if (s->run.has_term) {
		report_line("no program of the job is left that hears SIG%s",
			    option_signal_name(last_signal(s)));
		return;
	}
	report_line("no program of the job hears SIG%s: it computes on until "
		    "just before the end, and what isn't saved by then is lost",
		    option_signal_name(last_signal(s)));
	report_line("what helps: a handler in the program, a trap in the "
		    "script, another signal (--checkpoint-signal), a stop file "
		    "(--checkpoint-hook), or scheckpoint save as it goes");
}

/* ---------------------------------------------------------------- hook */

static bool start_hook(struct supervisor *s, enum cause cause)
{
	struct hook hook = {
		.command = s->begin.set.hook,
		.work_dir = s->begin.brief->work_dir,
		.job_env = s->job_env,
		.run_env = s->begin.run_env,
	};
	pid_t pid;

	if (!hook.command[0] || s->hook_pid)
		return false;
	pid = hook_start(&hook, cause);
	if (pid < 0) {
		report_line("the hook can't be started");
		return false;
	}
	s->hook_pid = pid;
	return true;
}

static void end_hook(struct supervisor *s, int wait_status)
{
	bool is_good = WIFEXITED(wait_status) && !WEXITSTATUS(wait_status);
	struct ckpt_record *rec = ckpt_record_new("hook");

	s->hook_pid = 0;
	ckpt_record_set_int(rec, "status", wait_status);
	keep(s, rec);
	if (is_good)
		report_line("the hook has run");
	else if (WIFEXITED(wait_status))
		report_line("the hook failed with exit code %d: going on "
			    "without it",
			    WEXITSTATUS(wait_status));
	else
		report_line("the hook was ended by signal %d: going on "
			    "without it",
			    WTERMSIG(wait_status));
	s->is_hooked = is_good;
}

/* ------------------------------------------------------------ delivery */

/* A hook that has run has asked, whoever is found afterwards. */
static unsigned count_requested(const struct supervisor *s)
{
	return (unsigned)delivery_count(s->delivery) +
	       (s->steps == STEPS_SIGNALLED) + s->has_poller + s->is_hooked;
}

static struct delivery_order last_order(struct supervisor *s,
					pid_t mine[REQUEST_CHILDREN])
{
	request_children(s, mine);
	return (struct delivery_order){
		.target = (enum choose_target)s->begin.set.target,
		.root = getpid(),
		.signum = last_signal(s),
		.launchers = s->begin.site.launchers,
		.exclude = mine,
		.exclude_count = REQUEST_CHILDREN,
		.is_hooked = s->is_hooked,
	};
}

static void freeze_feeders(struct supervisor *s, bool is_hooked)
{
	pid_t mine[REQUEST_CHILDREN];
	struct delivery_order order = last_order(s, mine);

	order.is_hooked |= is_hooked;
	if (!s->delivery)
		s->delivery = delivery_new();
	if (s->delivery)
		delivery_freeze(s->delivery, &order);
}

void request_freeze(struct supervisor *s)
{
	freeze_feeders(s, false);
}

/* What would start the next piece of work is stopped first: the program may
 * end as soon as it sees what the hook has done. */
void request_hook(struct supervisor *s)
{
	freeze_feeders(s, true);
	/* That of a save, under way, serves as well. */
	s->save_step = SAVE_NONE;
	if (!s->hook_pid && !start_hook(s, s->run.cause))
		supervisor_step_kind(s, RUN_EV_HOOK_ENDED);
}

static void look_for_catchers(struct supervisor *s)
{
	pid_t mine[REQUEST_CHILDREN];
	struct delivery_order order = last_order(s, mine);

	if (s->run.skips_delivery)
		delivery_note(s->delivery, &order);
	else
		delivery_make(s->delivery, &order);
	report_signalled(s, s->delivery, order.signum);
	steps_request(s);
	/* One that polls (scheckpoint requested) hears in its own way. */
	s->has_poller = ckpt_has_poller(s->begin.store, s->begin.run);
}

void request_delivered(struct supervisor *s)
{
	struct run_event event = {.kind = RUN_EV_DELIVERED};

	event.count = s->delivery ? count_requested(s) : 0;
	if (event.count && !s->delivered_ms) {
		s->delivered_ms = supervisor_now_ms();
		record_request(s, s->run.cause, true);
	}
	if (s->delivery && !event.count)
		delivery_thaw(s->delivery);
	if (s->delivery)
		report_passed(s, !event.count && !s->has_looked);
	s->has_looked = true;
	supervisor_step(s, &event);
}

void request_deliver(struct supervisor *s)
{
	/* It has had its time. */
	if (s->hook_pid && !s->run.has_term)
		hook_kill(s->hook_pid);
	if (!s->delivery)
		s->delivery = delivery_new();
	if (s->delivery)
		look_for_catchers(s);
	/* Where nobody hears here, the steps' answer decides. */
	if (s->steps == STEPS_LOOKING && !count_requested(s))
		return;
	request_delivered(s);
}

void request_last_word(struct supervisor *s)
{
	if (!s->delivery || count_requested(s) ||
	    !ckpt_has_poller(s->begin.store, s->begin.run))
		return;
	s->has_poller = true;
	record_request(s, s->run.cause, true);
}

void request_look(struct supervisor *s)
{
	struct run_event event = {.kind = RUN_EV_PROGRAMS_ENDED};

	if (s->run.phase != RUN_SAVING || !s->run.is_made ||
	    s->steps == STEPS_LOOKING ||
	    !(delivery_count(s->delivery) || s->steps == STEPS_SIGNALLED ||
	      s->is_hooked) ||
	    delivery_waiting(s->delivery))
		return;
	s->has_complied = true;
	supervisor_step(s, &event);
}

/* ---------------------------------------- a state while the run goes on */

static int64_t newest_version_ms(struct supervisor *s)
{
	struct ckpt_version *versions = NULL;
	int64_t newest_ms = 0;
	size_t count = 0;

	if (!ckpt_list(s->begin.store, &versions, &count, NULL) && count &&
	    versions[0].run == s->begin.run)
		newest_ms = versions[0].time_s * 1000;
	free(versions);
	return newest_ms;
}

static void end_save(struct supervisor *s, int64_t saved_ms)
{
	struct run_event event = {.kind = RUN_EV_SAVED, .saved_ms = saved_ms};

	s->save_step = SAVE_NONE;
	supervisor_step(s, &event);
}

/* Start to wait for the files that this save makes the software write. */
static bool start_collect(struct supervisor *s, int64_t since_s, int64_t wait_s)
{
	struct collect collect = {
		.store_dir = s->begin.dir,
		.run = s->begin.run,
		.globs = s->begin.set.files,
		.work_dir = s->begin.brief->work_dir,
		.since_s = since_s,
		.wait_s = wait_s,
	};
	pid_t pid;

	if (!collect.globs[0] || s->collect_pid)
		return false;
	pid = collect_start(&collect);
	if (pid < 0) {
		report_line("files can't be collected: no process can be "
			    "started");
		return false;
	}
	s->collect_pid = pid;
	return true;
}

static void save_signal(struct supervisor *s)
{
	int signum = (int)s->begin.set.interval_signal;
	struct delivery *delivery;
	pid_t mine[REQUEST_CHILDREN];
	struct delivery_order order = {
		.root = getpid(),
		.signum = signum,
		.launchers = s->begin.site.launchers,
		.exclude = mine,
		.exclude_count = REQUEST_CHILDREN,
		.goes_on = true,
	};

	if (!signum)
		return;
	delivery = delivery_new();
	request_children(s, mine);
	if (delivery && !delivery_make(delivery, &order)) {
		report_signalled(s, delivery, signum);
		if (delivery_count(delivery))
			record_request(s, CAUSE_INTERVAL, true);
		else
			report_line("no program of the job hears SIG%s: no "
				    "state was asked for",
				    option_signal_name(signum));
	}
	delivery_free(delivery);
}

/* After the hook: the signal, then the files. */
static void save_on(struct supervisor *s)
{
	save_signal(s);
	s->save_step = SAVE_FILES;
	if (!start_collect(s, s->save_started_ms / 1000, s->begin.set.grace_s))
		end_save(s, 0);
}

void request_save(struct supervisor *s)
{
	const struct settings *set = &s->begin.set;
	int64_t newest_ms = newest_version_ms(s);

	if (!settings_can_save(set)) {
		report_line("scheckpoint now needs a signal that doesn't end "
			    "the program (--checkpoint-signal=TERM,USR1), a "
			    "hook or files");
		end_save(s, 0);
		return;
	}
	/* It has saved by itself meanwhile: the interval counts from there. */
	if (set->interval_s && !s->is_now &&
	    newest_ms + set->interval_s * 1000 > supervisor_now_ms()) {
		end_save(s, newest_ms);
		return;
	}
	s->is_now = false;
	s->save_started_ms = supervisor_now_ms();
	record_request(s, CAUSE_INTERVAL, false);
	s->save_step = SAVE_HOOK;
	if (!start_hook(s, CAUSE_INTERVAL))
		save_on(s);
}

void request_collect(struct supervisor *s)
{
	s->save_step = SAVE_NONE;
	if (s->collect_pid) { /* a save's: it has waited long enough */
		kill(s->collect_pid, SIGKILL);
		waitpid(s->collect_pid, NULL, 0);
		s->collect_pid = 0;
	}
	if (!start_collect(s, 0, 0))
		supervisor_step_kind(s, RUN_EV_COLLECTED);
}

/* ------------------------------------------------------------ children */

bool request_child_ended(struct supervisor *s, pid_t pid, int wait_status)
{
	if (pid == s->say_pid) {
		s->say_pid = 0;
	} else if (pid == s->hook_pid) {
		end_hook(s, wait_status);
		if (s->save_step == SAVE_HOOK) {
			if (s->is_hooked)
				record_request(s, CAUSE_INTERVAL, true);
			s->is_hooked = false;
			save_on(s);
		} else {
			supervisor_step_kind(s, RUN_EV_HOOK_ENDED);
		}
	} else if (pid == s->collect_pid) {
		s->collect_pid = 0;
		s->is_uncollected = WIFEXITED(wait_status) &&
				    WEXITSTATUS(wait_status) == COLLECT_FAILED;
		if (s->save_step == SAVE_FILES)
			end_save(s, 0);
		else
			supervisor_step_kind(s, RUN_EV_COLLECTED);
	} else {
		return false;
	}
	return true;
}
