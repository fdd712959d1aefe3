/* SPDX-License-Identifier: GPL-2.0-or-later */
/* call.c: calls to slurmctld, repeated while it is away. */
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "requeue/settings/monotonic.h"
#include "requeue/settle/call.h"

/* Once Slurm ends the job itself, slurmd waits for settle: it must be quick. */
#define BOUND_S	     20
/* Longest pause between calls while slurmctld is away. */
#define RETRY_MAX_S  15
/* Time between signs of life during a call. */
#define BEAT_S	     5
/* No call takes longer than this where the site's MessageTimeout is unknown. */
#define CALL_MAX_S   900
/* slurmctld replies within some milliseconds. */
#define SLOW_CALL_MS 200

void settle_beat(const struct settle *s, bool is_waiting)
{
	if (s->beat)
		s->beat(is_waiting);
}

/*
 * A call to slurmctld may block for the site's MessageTimeout several times
 * over: a thread gives signs of life meanwhile.  It gives none where settle
 * hangs outside of a call, as in the store, so that the parent can tell.
 */
static struct {
	void (*beat)(bool is_waiting);
	_Atomic int64_t until_s;
} pulse;

static void *keep_beating(void *arg)
{
	for (;;) {
		sleep(BEAT_S);
		if (settling_now_s() < atomic_load(&pulse.until_s))
			pulse.beat(true);
	}
	return arg;
}

void settle_start_pulse(void (*beat_fn)(bool is_waiting))
{
	pthread_t thread;

	pulse.beat = beat_fn;
	if (beat_fn && !pthread_create(&thread, NULL, keep_beating, NULL))
		pthread_detach(thread);
}

/* Until when calls are repeated.  While slurmctld is away and the job counts as
 * running, there is no bound, as slurmstepd has none; once Slurm has begun to
 * end the job, slurmd waits for settle. */
static int64_t deadline_s(struct settle *s)
{
	if (!s->history.has_term && !s->is_requeued &&
	    s->job.state == STATE_RUNNING)
		return INT64_MAX;
	if (!s->deadline_s)
		s->deadline_s = settling_now_s() + BOUND_S;
	return s->deadline_s;
}

/*
 * For how long one call may show that settle lives.  A call to a slurmctld that
 * is away fails in the end, and is repeated.  A call that takes longer than
 * this is kept waiting by a slurmctld that works, and that may end the job
 * meanwhile: then slurmd waits for settle, and would drain the node.
 */
static int64_t call_max_s(const struct settle *s)
{
	int64_t call_s = s->brief->call_timeout_s;

	return call_s > 0 && call_s < CALL_MAX_S ? call_s : CALL_MAX_S;
}

enum ctl_result settle_persist(struct settle *s,
			       enum ctl_result (*call)(struct settle *s,
						       char *text),
			       char *text)
{
	enum ctl_result result;
	unsigned pause_s = 1;

	for (;;) {
		int64_t until_s = deadline_s(s), began_ms = monotonic_ms();

		if (until_s > settling_now_s() + call_max_s(s))
			until_s = settling_now_s() + call_max_s(s);
		atomic_store(&pulse.until_s, until_s);
		result = call(s, text);
		atomic_store(&pulse.until_s, 0);
		if (monotonic_ms() - began_ms > SLOW_CALL_MS)
			s->is_slow = true;
		s->calls++;
		settle_beat(s, result == CTL_AWAY);
		if (result != CTL_AWAY || settling_now_s() > deadline_s(s))
			return result;
		sleep(pause_s);
		settle_beat(s, true);
		pause_s = pause_s * 2 < RETRY_MAX_S ? pause_s * 2 : RETRY_MAX_S;
	}
}

static enum ctl_result call_load(struct settle *s, char *text)
{
	int64_t queried_s = settling_now_s();
	enum ctl_result result = ctl_load(s->brief->job_id, &s->job, text);

	if (result == CTL_OK)
		s->skew_s =
			plan_skew_s(s->job.now_s, queried_s, settling_now_s());
	return result;
}

enum ctl_result settle_load(struct settle *s, char *text)
{
	return settle_persist(s, call_load, text);
}

bool settle_is_next(const struct settle *s)
{
	return s->job.state == STATE_PENDING &&
	       s->job.restart_count == s->run + 1;
}
