/* SPDX-License-Identifier: GPL-2.0-or-later */
/* request.c: the request that the job's programs save and end. */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "requeue/process/hook.h"
#include "requeue/settings/comment.h"
#include "requeue/settings/option.h"
#include "requeue/settings/text.h"
#include "requeue/slurm/client.h"
#include "requeue/supervise/clock.h"
#include "requeue/supervise/report.h"
#include "requeue/supervise/report_request.h"
#include "requeue/supervise/request.h"
#include "requeue/supervise/storage.h"
#include "requeue/supervise/userhook.h"

/* While programs save, the loop looks whether they still live: often at
 * first, then every second. */
#define POLL_MIN_MS 20
#define POLL_MAX_MS 1000
/* A trap that hasn't run by this look, after 3 s, is told of. */
#define WAIT_LOOKS  2
/* A program that is killed so long after its last file, and half of its grace
 * after it, has hung in its end. */
#define HUNG_MIN_MS 2000

/* ------------------------------------------------------------- freezing */

/* What delivery_make() calls before it signals. */
struct telling {
	struct request *request;
	struct context *ctx;
};

static void begin_to_watch(void *arg)
{
	const struct telling *telling = arg;

	witness_begin(&telling->request->witness, telling->ctx);
}

static struct delivery_order make_order(const struct request *request,
					const struct context *ctx)
{
	int signum = (int)ctx->begin.set.signal;

	/* --checkpoint-signal=none; but Slurm's own SIGTERM may have reached
	 * them all. */
	if (!signum)
		signum = ctx->run.skips_delivery ? SIGTERM : DELIVERY_NO_SIGNAL;
	return (struct delivery_order){
		.target = ctx->begin.set.signal
				  ? (enum choose_target)ctx->begin.set.target
				  : CHOOSE_AUTO,
		.root = getpid(),
		.signum = signum,
		.launchers = ctx->begin.site.launchers,
		.exclude = ctx->children.pid,
		.exclude_count = CHILD_NONE,
		.is_hooked = request->is_hooked,
		.takes_runtimes = context_takes_runtimes(ctx),
		.deaf = context_deaf(ctx),
		.savers = ctx->begin.learned.savers,
	};
}

static void freeze(struct request *request, struct context *ctx, bool is_hooked)
{
	struct delivery_order order = make_order(request, ctx);

	order.is_hooked |= is_hooked;
	order.freezes_submitters = !is_hooked;
	if (!request->delivery)
		request->delivery = delivery_new();
	if (request->delivery)
		delivery_freeze(request->delivery, &order);
}

void request_freeze(struct request *request, struct context *ctx)
{
	freeze(request, ctx, false);
	/* Slurm has signalled programs already. */
	witness_begin(&request->witness, ctx);
}

void request_thaw(struct request *request, struct context *ctx)
{
	if (request->delivery)
		delivery_thaw(request->delivery);
	witness_drop(&request->witness, ctx);
}

void request_freeze_again(struct request *request)
{
	if (request->delivery)
		delivery_freeze_again(request->delivery);
}

/* What a script should have passed the signal on to may be a server which it
 * leaves alone: that doesn't count against the run. */
void request_give_up(struct request *request, struct context *ctx,
		     const struct jobscript *script)
{
	witness_close(&request->witness, ctx);
	if (script->is_gone && request->delivery &&
	    request->steps.state != STEPS_SIGNALLED &&
	    delivery_is_passed_on_only(request->delivery))
		request->has_complied = true;
}

void request_kill_frozen(struct request *request, struct context *ctx)
{
	if (!request->delivery)
		return;
	delivery_kill_frozen(request->delivery);
	report_not_continued(ctx, request->delivery);
}

/* ------------------------------------------------------------- telling */

void request_foresee(struct context *ctx)
{
	if (ctx->run.phase == RUN_COMPUTING)
		report_request(ctx, CAUSE_UNKNOWN, false);
}

void request_announce(struct request *request, struct context *ctx)
{
	static const struct record term = {.kind = RECORD_TERM};
	char text[REPORT_CAUSE_MAX];

	request->has_looked = false;
	report_request(ctx, ctx->run.cause, false);
	if (ctx->run.has_term)
		report_record(ctx->begin.store, ctx->begin.run, &term);
	if (ctx->begin.method.is_on)
		report_line("%s: saving the job", report_cause(ctx, text));
	else if (ctx->begin.set.signal && ctx->run.has_files &&
		 !ctx->run.has_hook)
		report_line("%s: its files are saved when its programs have "
			    "ended",
			    report_cause(ctx, text));
	else if (ctx->begin.set.signal || ctx->run.has_hook)
		report_line("%s: asking the job to save%s",
			    report_cause(ctx, text),
			    ctx->begin.set.signal ? "" : " by the hook");
}

void request_acknowledge(struct context *ctx)
{
	char text[128], span[TEXT_SPAN_MAX];
	pid_t pid;

	snprintf(text, sizeof(text), "run %u: " COMMENT_VACATE ", has %s",
		 ctx->begin.run, text_span(span, begin_grace_s(&ctx->begin)));
	pid = client_say(ctx->begin.site.helpers, ctx->begin.job_id, text);
	ctx->children.pid[CHILD_SAY] = pid > 0 ? pid : 0;
}

void request_uncaught(struct request *request, struct context *ctx)
{
	const char *name = option_signal_name((int)ctx->begin.set.signal);
	char text[REPORT_CAUSE_MAX];

	/* What a program writes while it computes on is its output. */
	if (ctx->begin.set.signal)
		witness_drop(&request->witness, ctx);
	if (name && steps_may_be_async())
		report_line("the tasks of srun --async are not reached: start "
			    "srun with \"&\", then \"wait\"");
	if (!name) {
		report_line("%s: no program is signalled "
			    "(--checkpoint-signal=none)%s",
			    report_cause(ctx, text),
			    ctx->run.has_files
				    ? "; the files are saved at the end"
				    : "");
		return;
	}
	/* Slurm ends the run at once, and may have reached some before us. */
	if (ctx->run.has_term) {
		report_line("no program of the job is left that catches SIG%s",
			    name);
		return;
	}
	if (ctx->run.has_files) {
		report_line("no program of the job catches SIG%s: it computes "
			    "on until %s, and then its files are saved",
			    name,
			    ctx->run.cause == CAUSE_OPERATOR
				    ? "its grace is over"
				    : "just before the end");
		return;
	}
	if (request->delivery && delivery_has_withheld(request->delivery)) {
		report_line("no program of the job gets SIG%s in this run: it "
			    "computes on until just before the end",
			    name);
		report_line("if it saves at SIG%s: --checkpoint-target=all "
			    "signals it in any case, =runtimes one whose "
			    "runtime hides its handler",
			    name);
		return;
	}
	report_line("no program of the job catches SIG%s: it computes on until "
		    "just before the end, and what isn't saved by then is lost",
		    name);
	report_line("what helps: a handler in the program, a trap in the "
		    "script, another signal (--checkpoint-signal), a stop file "
		    "(--checkpoint-hook), or scheckpoint save as it goes");
}

/* ---------------------------------------------------------------- hook */

/* Work is frozen first, because the program may end as soon as it sees what
 * the hook has done. */
void request_hook(struct request *request, struct context *ctx)
{
	freeze(request, ctx, true);
	witness_begin(&request->witness, ctx);
	/* A hook that runs for a save serves this request as well. */
	if (!ctx->children.pid[CHILD_HOOK] &&
	    !userhook_start(ctx, ctx->run.cause))
		events_post_kind(&ctx->events, RUN_EV_HOOK_ENDED);
}

void request_hook_ended(struct request *request, struct context *ctx,
			bool is_good)
{
	request->is_hooked = request->steps.is_hooked = is_good;
	events_post_kind(&ctx->events, RUN_EV_HOOK_ENDED);
}

/* ------------------------------------------------------------ delivery */

/* Is there a program whose end is the end of the save?  A program that polls
 * isn't known: it has saved when the script has ended. */
static bool awaits_programs(const struct request *request)
{
	return delivery_count(request->delivery) ||
	       request->steps.state == STEPS_SIGNALLED || request->is_hooked;
}

/* A hook that has run counts as one program, whatever is found later. */
static unsigned count_requested(const struct request *request)
{
	return (unsigned)delivery_count(request->delivery) +
	       (request->steps.state == STEPS_SIGNALLED) + request->has_poller +
	       request->is_hooked;
}

static void look_for_catchers(struct request *request, struct context *ctx)
{
	struct delivery_order order = make_order(request, ctx);
	struct telling telling = {request, ctx};

	order.prepare = begin_to_watch;
	order.arg = &telling;
	if (ctx->run.skips_delivery)
		delivery_note(request->delivery, &order);
	else if (ctx->begin.set.signal || request->is_hooked)
		delivery_make(request->delivery, &order);
	else
		witness_begin(&request->witness, ctx);
	report_signalled(ctx, request->delivery, order.signum);
	if (ctx->run.looks >= WAIT_LOOKS)
		report_waiting(request->delivery);
	steps_request(&request->steps, ctx, request->delivery,
		      !request->has_looked);
	request->has_poller |= storage_has_poller(ctx);
}

/* It is known now how many programs got the request. */
static void post_delivered(struct request *request, struct context *ctx)
{
	struct run_event event = {.kind = RUN_EV_DELIVERED};

	event.count = request->delivery ? count_requested(request) : 0;
	if (event.count && !request->delivered_ms) {
		request->delivered_ms = clock_now_ms();
		report_request(ctx, ctx->run.cause, true);
	}
	/* Their trap would run as soon as they are thawed. */
	if (request->delivery && !event.count && ctx->run.skips_delivery)
		delivery_kill_submitters(request->delivery);
	/* A shell that polls must go on to save. */
	if (request->delivery && !awaits_programs(request))
		delivery_thaw(request->delivery);
	if (request->delivery)
		report_passed(ctx, request->delivery,
			      !event.count && !request->has_looked);
	request->has_looked = true;
	events_post(&ctx->events, &event);
}

void request_deliver(struct request *request, struct context *ctx)
{
	/* The hook has had its time; one that runs later is a save's. */
	if (ctx->children.pid[CHILD_HOOK] && !ctx->run.has_term &&
	    !request->has_looked)
		hook_kill(ctx->children.pid[CHILD_HOOK]);
	if (!request->delivery)
		request->delivery = delivery_new();
	if (request->delivery)
		look_for_catchers(request, ctx);
	/* Where no program on this node catches it, the agents decide. */
	if (request->steps.state == STEPS_LOOKING && !count_requested(request))
		return;
	post_delivered(request, ctx);
}

/* ------------------------------------------------------------- looking */

/* The steps' programs are known to catch the signal, or not to. */
static void conclude_steps(struct request *request, struct context *ctx,
			   enum steps_state before)
{
	bool is_signalled = request->steps.state == STEPS_SIGNALLED;

	/* Work was thawed when no program seemed to catch it, and the sruns
	 * were forgotten with it. */
	if (is_signalled && before == STEPS_UNCAUGHT)
		request_freeze(request, ctx);
	/* Tasks that the hook has requested end in their own way. */
	if (is_signalled || request->is_hooked)
		steps_await(request->delivery);
	post_delivered(request, ctx);
}

void request_look_at_steps(struct request *request, struct context *ctx)
{
	enum steps_state before = request->steps.state;

	if (steps_look(&request->steps, ctx))
		conclude_steps(request, ctx, before);
}

void request_child_ended(struct request *request, struct context *ctx,
			 enum child child, int wait_status)
{
	enum steps_state before = request->steps.state;

	if (steps_child_ended(&request->steps, ctx, child, wait_status))
		conclude_steps(request, ctx, before);
}

static bool is_saving(const struct context *ctx)
{
	return ctx->run.phase == RUN_SAVING && ctx->run.is_made;
}

void request_look_at_programs(struct request *request, struct context *ctx)
{
	if (!is_saving(ctx) || request->steps.state == STEPS_LOOKING)
		return;
	if (awaits_programs(request) ? delivery_waiting(request->delivery)
				     : !ctx->run.is_script_gone)
		return;
	request->has_complied = true;
	request->ended_ms = clock_now_ms();
	events_post_kind(&ctx->events, RUN_EV_PROGRAMS_ENDED);
}

static int64_t poll_ms(const struct request *request)
{
	int64_t waited_ms = clock_now_ms() - request->delivered_ms;
	int64_t pause_ms = waited_ms / 20;

	if (pause_ms < POLL_MIN_MS)
		return POLL_MIN_MS;
	return pause_ms > POLL_MAX_MS ? POLL_MAX_MS : pause_ms;
}

int64_t request_wait_ms(const struct request *request,
			const struct context *ctx)
{
	int64_t wait_ms = steps_wait_ms(&request->steps, ctx);

	if (is_saving(ctx) && (wait_ms < 0 || wait_ms > poll_ms(request)))
		wait_ms = poll_ms(request);
	return wait_ms;
}

/* ------------------------------------------------------------- the end */

void request_script_ended(struct request *request, struct context *ctx,
			  const struct jobscript *script)
{
	const char *name = option_signal_name((int)ctx->begin.set.signal);

	if (!request->delivery)
		return;
	if (delivery_has_killed(request->delivery, script->pid))
		report_line(
			"the job script is not continued after the save%s%s",
			name ? ": it has no trap for SIG" : "",
			name ? name : "");
	if (count_requested(request) || !storage_has_poller(ctx))
		return;
	request->has_poller = true;
	report_request(ctx, ctx->run.cause, true);
}

/* A script that dies of the signal has not caught it; where it alone got the
 * signal, no program has. */
static bool has_died_of_it(const struct request *request,
			   const struct context *ctx,
			   const struct jobscript *script)
{
	return script->is_gone && WIFSIGNALED(script->wait_status) &&
	       WTERMSIG(script->wait_status) == (int)ctx->begin.set.signal &&
	       request->delivery &&
	       delivery_is_alone(request->delivery, script->pid) &&
	       request->steps.state != STEPS_SIGNALLED && !request->is_hooked;
}

bool request_has_complied(const struct request *request,
			  const struct context *ctx,
			  const struct jobscript *script)
{
	return request->has_poller ||
	       (request->has_complied && !has_died_of_it(request, ctx, script));
}

struct testimony request_witness(struct request *request, struct context *ctx)
{
	steps_await_agents(&request->steps, ctx);
	return witness_end(&request->witness, ctx, &request->steps);
}

/* "saver.py (pid 71) and 3 more" */
static void name_requested(const struct request *request, char *text,
			   size_t size)
{
	const struct delivery_item *first =
		request->delivery ? delivery_first_signalled(request->delivery)
				  : NULL;
	size_t more = request->steps.agents.signalled;

	if (!first) {
		snprintf(text, size, "%s",
			 more ? "the programs of its srun steps" : "the job");
		return;
	}
	more += delivery_count(request->delivery) - 1;
	if (more)
		snprintf(text, size, "%s (pid %d) and %zu more", first->name,
			 (int)first->pid, more);
	else
		snprintf(text, size, "%s (pid %d)", first->name,
			 (int)first->pid);
}

/* Where a state would have been seen. */
static void say_where(const struct context *ctx, const struct testimony *seen)
{
	if (!seen->dirs)
		return;
	report_line("files were looked for below %s, and where its programs "
		    "work, have files open, or which their arguments name: %u "
		    "director%s",
		    ctx->begin.brief->work_dir, seen->dirs,
		    seen->dirs == 1 ? "y" : "ies");
}

void request_report_nothing(const struct request *request,
			    const struct context *ctx,
			    const struct testimony *seen)
{
	const char *name = option_signal_name((int)ctx->begin.set.signal);
	char what[PROCS_NAME_MAX + 48], since[WATCH_NAME_MAX + 80];
	int64_t end_ms = request->ended_ms ? request->ended_ms : clock_now_ms();

	if (seen->evidence == EVIDENCE_SAME)
		snprintf(since, sizeof(since),
			 "what was written since (%s) is what an earlier run "
			 "wrote",
			 seen->name);
	else
		snprintf(since, sizeof(since), "no %s was written since",
			 ctx->begin.set.files[0]
				 ? "new file of --checkpoint-files"
				 : "version and no file");
	name_requested(request, what, sizeof(what));
	report_line("%s ended %.1f s after %s%s, and %s: nothing%s was saved",
		    what, (double)(end_ms - request->delivered_ms) / 1000,
		    name ? "SIG" : "the request", name ? name : "", since,
		    seen->evidence == EVIDENCE_SAME ? " new" : "");
	say_where(ctx, seen);
	report_line("what helps: a handler in the program that saves its "
		    "state; where it saves elsewhere than it works, its files "
		    "by name (--checkpoint-files); a stop file "
		    "(--checkpoint-hook); or another --checkpoint-target");
}

bool request_has_hung(const struct request *request, const struct context *ctx,
		      const struct testimony *seen)
{
	int64_t waited_ms = clock_now_ms() - request->delivered_ms;
	char what[PROCS_NAME_MAX + 48];

	if (!ctx->run.is_made || !ctx->run.is_cut || ctx->run.is_last ||
	    !request->delivered_ms || request->has_complied ||
	    seen->evidence != EVIDENCE_FILES || seen->quiet_ms < HUNG_MIN_MS ||
	    seen->quiet_ms < waited_ms / 2)
		return false;
	name_requested(request, what, sizeof(what));
	report_line("%s wrote %s and nothing after it, but had not ended "
		    "%.1f s later: that counts as a save",
		    what, seen->name, (double)seen->quiet_ms / 1000);
	return true;
}

void request_end(struct request *request, struct context *ctx)
{
	enum steps_state before = request->steps.state;

	if (steps_stop(&request->steps, ctx))
		conclude_steps(request, ctx, before);
	delivery_free(request->delivery);
	request->delivery = NULL;
}
