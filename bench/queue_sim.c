/* SPDX-License-Identifier: GPL-2.0-or-later */
/* queue_sim.c: jobs wait, start, end and are requeued. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/queue.h"
#include "requeue/policy/grace.h"

#define MINUTE_S  60
#define DAY_S	  86400
#define EPOCH_S	  1 /* a start of 0 would mean "unknown" to a plan */
#define NEVER_S	  INT64_MAX
#define STEPS_MAX 8192

enum kind {
	RUN_OVER,   /* the program has ended */
	NODES_FREE, /* COMPLETING is over */
	ELIGIBLE,   /* a job has come into the queue, or may begin */
	CLOSE,	    /* a reservation begins */
	OPEN,	    /* it is over */
	MAIN_SCHED, /* the schedulers look */
	BACKFILL,
};

struct event {
	int64_t at_s;
	enum kind kind;
	uint32_t job;
};

/* A job in the queue, or running. */
struct state {
	uint32_t next, before; /* in the queue; 0: none.  Numbers from 1 */
	bool is_queued;
	int64_t limit_min, time_min_min;
	int64_t eligible_s, start_s, end_s;
	int64_t first_s;	 /* its first start; -1 none yet */
	int64_t over_s;		 /* it is complete; -1 not yet */
	double done_s;		 /* computed and saved */
	uint32_t run_place;	 /* in the list of running jobs */
	struct run_record *runs; /* owned; NULL: not checkpointed */
	uint32_t count;
	unsigned starts;
};

/* Free nodes over time: from at_s[i] on, free[i]. */
struct profile {
	int64_t at_s[STEPS_MAX];
	int free[STEPS_MAX];
	int count;
};

struct sim {
	const struct queue_load *load;
	const struct queue_rules *rules;
	struct settings set; /* for the grace */
	struct state *states;
	struct event *heap;
	size_t heap_count, heap_room;
	uint32_t first, last; /* of the queue */
	size_t queued;
	uint32_t *running;
	size_t running_count;
	int64_t *ends; /* scratch: pairs of end and nodes */
	int free;
	int64_t now_s, main_s, fill_s; /* when the schedulers look next */
	struct profile profile;
	/* results */
	double used, grace, restart; /* node-seconds */
	double in_holes;
	int64_t from_s, until_s; /* utilisation is measured in between */
	int64_t last_s;
};

/* -------------------------------------------------------------- events */

static bool is_before(const struct event *a, const struct event *b)
{
	if (a->at_s != b->at_s)
		return a->at_s < b->at_s;
	return a->kind != b->kind ? a->kind < b->kind : a->job < b->job;
}

static void post(struct sim *s, int64_t at_s, enum kind kind, uint32_t job)
{
	size_t i = s->heap_count++;
	struct event event = {at_s, kind, job};

	if (i == s->heap_room) {
		s->heap_room = s->heap_room ? s->heap_room * 2 : 1024;
		s->heap = realloc(s->heap, s->heap_room * sizeof(*s->heap));
		if (!s->heap)
			abort();
	}
	for (; i && is_before(&event, &s->heap[(i - 1) / 2]); i = (i - 1) / 2)
		s->heap[i] = s->heap[(i - 1) / 2];
	s->heap[i] = event;
}

static struct event take(struct sim *s)
{
	struct event first = s->heap[0], last = s->heap[--s->heap_count];
	size_t i = 0;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= s->heap_count)
			break;
		if (child + 1 < s->heap_count &&
		    is_before(&s->heap[child + 1], &s->heap[child]))
			child++;
		if (!is_before(&s->heap[child], &last))
			break;
		s->heap[i] = s->heap[child];
		i = child;
	}
	s->heap[i] = last;
	return first;
}

/* Something has changed: the main scheduler looks now, as Slurm's does after a
 * submission or an end, or at its own time; backfill at its own. */
static void wake(struct sim *s, bool is_now)
{
	int64_t main_s =
		is_now ? s->now_s
		       : (s->now_s / s->rules->sched_s + 1) * s->rules->sched_s;
	int64_t fill_s = s->now_s + (is_now ? 0 : s->rules->idle_s);

	if (s->rules->backfill_s)
		fill_s = (fill_s / s->rules->backfill_s + 1) *
			 s->rules->backfill_s;
	if (main_s < s->main_s) {
		s->main_s = main_s;
		post(s, main_s, MAIN_SCHED, 0);
	}
	if (fill_s < s->fill_s) {
		s->fill_s = fill_s;
		post(s, fill_s, BACKFILL, 0);
	}
}

/* --------------------------------------------------------------- queue */

/* The priority of a job is its age in the queue, which a requeue resets: what
 * comes now is the last.  Or else jobs keep the order of their submission. */
static void enqueue(struct sim *s, uint32_t job)
{
	struct state *state = &s->states[job];

	state->before = s->last;
	while (s->rules->keeps_place && state->before > job)
		state->before = s->states[state->before].before;
	state->next = state->before ? s->states[state->before].next : s->first;
	*(state->before ? &s->states[state->before].next : &s->first) = job;
	*(state->next ? &s->states[state->next].before : &s->last) = job;
	s->queued++;
	state->is_queued = true;
	state->eligible_s = s->now_s;
}

static void dequeue(struct sim *s, uint32_t job)
{
	struct state *state = &s->states[job];

	if (state->before)
		s->states[state->before].next = state->next;
	else
		s->first = state->next;
	if (state->next)
		s->states[state->next].before = state->before;
	else
		s->last = state->before;
	s->queued--;
	state->is_queued = false;
}

/* ------------------------------------------------------------- profile */

static int by_time(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The step that begins at at_s, made where there is none; -1: no room. */
static int step_at(struct profile *p, int64_t at_s)
{
	int i = p->count;

	while (i > 0 && p->at_s[i - 1] > at_s)
		i--;
	if (i > 0 && p->at_s[i - 1] == at_s)
		return i - 1;
	if (p->count == STEPS_MAX)
		return -1;
	memmove(&p->at_s[i + 1], &p->at_s[i],
		(size_t)(p->count - i) * sizeof(p->at_s[0]));
	memmove(&p->free[i + 1], &p->free[i],
		(size_t)(p->count - i) * sizeof(p->free[0]));
	p->at_s[i] = at_s;
	p->free[i] = p->free[i - 1];
	p->count++;
	return i;
}

static void reserve(struct profile *p, int64_t from_s, int64_t until_s,
		    int nodes)
{
	int i = step_at(p, from_s), end;

	if (i < 0)
		return;
	end = until_s == NEVER_S ? p->count : step_at(p, until_s);
	if (end < 0)
		end = p->count;
	for (; i < end; i++)
		p->free[i] -= nodes;
}

/* Nodes that become free as running jobs reach their limits, and reservations
 * to come. */
static void build_profile(struct sim *s)
{
	struct profile *p = &s->profile;
	const struct queue_load *load = s->load;

	for (size_t i = 0; i < s->running_count; i++) {
		const struct state *state = &s->states[s->running[i]];
		int64_t end_s = state->start_s + state->limit_min * MINUTE_S;

		s->ends[2 * i] = end_s > s->now_s ? end_s : s->now_s + 1;
		s->ends[2 * i + 1] = load->jobs[s->running[i] - 1].nodes;
	}
	qsort(s->ends, s->running_count, 2 * sizeof(*s->ends), by_time);
	p->count = 1;
	p->at_s[0] = s->now_s;
	p->free[0] = s->free;
	for (size_t i = 0; i < s->running_count && p->count < STEPS_MAX; i++) {
		if (p->at_s[p->count - 1] != s->ends[2 * i]) {
			p->at_s[p->count] = s->ends[2 * i];
			p->free[p->count] = p->free[p->count - 1];
			p->count++;
		}
		p->free[p->count - 1] += (int)s->ends[2 * i + 1];
	}
	for (size_t i = 0; i < load->reservation_count; i++) {
		const struct queue_reservation *r = &load->reservations[i];

		/* One that has begun has taken its nodes from s->free. */
		if (r->start_s > s->now_s)
			reserve(p, r->start_s, r->end_s, load->nodes);
		else if (r->end_s > s->now_s)
			reserve(p, r->end_s, NEVER_S, -load->nodes);
	}
}

/* The earliest time at which so many nodes are free for so long. */
static int64_t find_start(const struct profile *p, int nodes, int64_t length_s)
{
	for (int i = 0; i < p->count; i++) {
		int j = i;

		while (j < p->count && p->free[j] >= nodes &&
		       p->at_s[j] - p->at_s[i] < length_s)
			j++;
		if (j == p->count || (j > i && p->free[j] >= nodes) ||
		    (j > i && p->at_s[j] - p->at_s[i] >= length_s))
			return p->at_s[i];
		i = j;
	}
	return NEVER_S;
}

/* The longest time from now on for which so many nodes are free. */
static int64_t longest_now(const struct profile *p, int nodes)
{
	for (int i = 0; i < p->count; i++)
		if (p->free[i] < nodes)
			return p->at_s[i] - p->at_s[0];
	return NEVER_S;
}

/* ---------------------------------------------------------------- runs */

static bool is_checkpointed(const struct sim *s, uint32_t job)
{
	return s->load->jobs[job - 1].lot < s->rules->share;
}

static int64_t grace_ms(const struct sim *s, const struct state *state)
{
	struct grace_lesson lesson = grace_learn(state->runs, state->count);

	return grace_next_ms(&lesson, &s->set, 5);
}

/*
 * How a run of a checkpointed job goes, with the limit that it has: it computes
 * to its request, saves and ends, or completes before.
 */
static void plan_run(struct sim *s, struct state *state,
		     const struct queue_job *job)
{
	const struct queue_rules *r = s->rules;
	struct run_record *run;
	int64_t length_s = state->limit_min * MINUTE_S, at_s;
	double lost_s =
		(double)(r->launch_s + (state->count ? r->restart_s : 0));
	double left_s = (double)job->work_s - state->done_s;
	double grace_s = (double)grace_ms(s, state) / 1000;

	at_s = length_s - (int64_t)ceil(grace_s);
	if (at_s < length_s / 20)
		at_s = length_s / 2;
	state->runs =
		realloc(state->runs, (state->count + 1) * sizeof(*state->runs));
	if (!state->runs)
		abort();
	run = &state->runs[state->count++];
	*run = (struct run_record){
		.run = state->count - 1,
		.started_s = state->start_s + EPOCH_S,
		.ending = END_EXIT,
		.grace_s = (int64_t)ceil(grace_s),
		.limit_min = state->limit_min,
		.time_min_min = state->time_min_min,
		.wait_s = state->count > 1 ? state->start_s - state->eligible_s
					   : -1,
		.progress = -1,
		.restored_progress = -1,
	};
	if (state->count > 1) {
		run->restored = 1;
		run->restored_progress =
			pow(state->done_s / (double)job->work_s, job->bend);
	}
	if (lost_s + left_s <= (double)at_s) {
		state->end_s = state->start_s + (int64_t)ceil(lost_s + left_s);
		return;
	}
	if ((double)at_s > lost_s)
		state->done_s += (double)at_s - lost_s;
	state->end_s = state->start_s + at_s + r->save_s;
	run->cause = CAUSE_LIMIT;
	run->request_s = run->started_s + at_s;
	run->save_ms = r->save_s * 1000 + 100;
	run->saved_s = run->request_s + r->save_s;
	run->versions = 1;
	run->progress = pow(state->done_s / (double)job->work_s, job->bend);
	run->ended_s = state->end_s + EPOCH_S;
}

static void start(struct sim *s, uint32_t job, int64_t limit_min)
{
	struct state *state = &s->states[job];
	const struct queue_job *wants = &s->load->jobs[job - 1];

	dequeue(s, job);
	state->start_s = s->now_s;
	state->limit_min = limit_min;
	state->starts++;
	if (state->first_s < 0)
		state->first_s = s->now_s;
	s->free -= wants->nodes;
	state->run_place = (uint32_t)s->running_count;
	s->running[s->running_count++] = job;
	if (is_checkpointed(s, job))
		plan_run(s, state, wants);
	else
		state->end_s = s->now_s + s->rules->launch_s + wants->work_s;
	post(s, state->end_s, RUN_OVER, job);
}

static double overlap(double from, double until, double a, double b)
{
	double begin = from > a ? from : a, end = until < b ? until : b;

	return end > begin ? end - begin : 0;
}

/* Time outside reservations before the last of them ends. */
static double in_holes(const struct sim *s, double from, double until)
{
	const struct queue_load *load = s->load;
	double sum = 0, open = 0;

	for (size_t i = 0; i < load->reservation_count; i++) {
		sum += overlap(from, until, open,
			       (double)load->reservations[i].start_s);
		open = (double)load->reservations[i].end_s;
	}
	return sum;
}

static void count_use(struct sim *s, const struct state *state,
		      const struct queue_job *job, bool is_complete)
{
	double lost = (double)s->rules->launch_s, end = (double)state->end_s;

	if (state->runs && state->count > 1) {
		lost += (double)s->rules->restart_s;
		s->restart += job->nodes * (double)(s->rules->restart_s +
						    s->rules->completing_s);
	}
	if (state->runs && !is_complete) {
		end -= (double)s->rules->save_s;
		s->grace += job->nodes * (double)s->rules->save_s;
	}
	s->used += job->nodes * overlap((double)state->start_s + lost, end,
					(double)s->from_s, (double)s->until_s);
	s->in_holes +=
		job->nodes * in_holes(s, (double)state->start_s + lost, end);
}

/* As settle does: the limit, the minimum and the begin time of the next run. */
static void requeue(struct sim *s, uint32_t job)
{
	const struct queue_rules *r = s->rules;
	const struct queue_job *wants = &s->load->jobs[job - 1];
	struct state *state = &s->states[job];
	struct plan_input in = {
		.runs = state->runs,
		.count = state->count,
		.submitted_min = wants->limit_min,
		.grace_s = r->grace_s,
		.next_grace_s = (grace_ms(s, state) + 999) / 1000,
		.total_s = r->has_total ? wants->work_s : 0,
		.exit_code = 85,
		.min_s = r->min_s,
		.follows_waits = r->has_exact_min && r->follows_waits,
		.rules = &r->plan,
	};
	struct plan plan = plan_limit(&in);
	int64_t begin_s = s->now_s + r->delay_s;

	state->limit_min = plan.limit_min;
	state->time_min_min = plan.time_min_min;
	if (begin_s <= s->now_s + r->completing_s)
		begin_s = s->now_s + r->completing_s + r->own_delay_s;
	post(s, begin_s, ELIGIBLE, job);
}

static void end_run(struct sim *s, uint32_t job)
{
	struct state *state = &s->states[job];
	bool is_complete = !state->runs ||
			   !state->runs[state->count - 1].request_s;
	uint32_t moved = s->running[--s->running_count];

	s->running[state->run_place] = moved;
	s->states[moved].run_place = state->run_place;
	count_use(s, state, &s->load->jobs[job - 1], is_complete);
	if (s->rules->completing_s)
		post(s, s->now_s + s->rules->completing_s, NODES_FREE, job);
	else
		s->free += s->load->jobs[job - 1].nodes;
	if (!is_complete) {
		requeue(s, job);
		return;
	}
	state->over_s = s->last_s = s->now_s;
	free(state->runs);
	state->runs = NULL;
}

/* ---------------------------------------------------------- schedulers */

/* The main scheduler starts jobs from the top, with their whole limits, until
 * one doesn't fit. */
static void main_sched(struct sim *s)
{
	bool is_reserved = s->load->reservation_count;

	while (s->first) {
		uint32_t job = s->first;
		int nodes = s->load->jobs[job - 1].nodes;
		int64_t limit_min = s->states[job].limit_min;

		if (nodes > s->free)
			return;
		if (is_reserved) {
			build_profile(s);
			if (longest_now(&s->profile, nodes) <
			    limit_min * MINUTE_S)
				return;
		}
		start(s, job, limit_min);
	}
}

/* Is there a job among the next that the free nodes would do for? */
static bool has_small(const struct sim *s, uint32_t job, size_t most)
{
	for (; job && most; job = s->states[job].next, most--)
		if (s->load->jobs[job - 1].nodes <= s->free)
			return true;
	return false;
}

/* Start a job in the profile now, or reserve nodes for it. */
static void fill_in(struct sim *s, uint32_t job)
{
	struct state *state = &s->states[job];
	struct profile *p = &s->profile;
	int nodes = s->load->jobs[job - 1].nodes;
	int64_t limit_min = state->limit_min, start_s;

	if (state->time_min_min && state->time_min_min < limit_min)
		limit_min = state->time_min_min;
	start_s = find_start(p, nodes, limit_min * MINUTE_S);
	if (start_s == NEVER_S || start_s > s->now_s + DAY_S)
		return;
	if (start_s > s->now_s || nodes > s->free) {
		reserve(p, start_s, start_s + limit_min * MINUTE_S, nodes);
		return;
	}
	if (!s->rules->has_exact_min && limit_min < state->limit_min) {
		int64_t fits_min = longest_now(p, nodes) / MINUTE_S;

		limit_min = fits_min < state->limit_min ? fits_min
							: state->limit_min;
	}
	reserve(p, s->now_s, s->now_s + limit_min * MINUTE_S, nodes);
	start(s, job, limit_min);
}

static void backfill(struct sim *s)
{
	size_t left = s->rules->backfill_jobs;
	uint32_t job = s->first, next;

	if (!s->free || !has_small(s, job, left))
		return;
	build_profile(s);
	for (; job && left; job = next, left--) {
		next = s->states[job].next;
		fill_in(s, job);
		if (!s->free || (left % 16 == 0 && !has_small(s, next, left)))
			return;
	}
}

/* ------------------------------------------------------------- the whole */

static void handle(struct sim *s, const struct event *event)
{
	switch (event->kind) {
	case RUN_OVER:
		end_run(s, event->job);
		if (!s->rules->completing_s)
			wake(s, true);
		break;
	case NODES_FREE:
		s->free += s->load->jobs[event->job - 1].nodes;
		wake(s, true);
		break;
	case ELIGIBLE:
		enqueue(s, event->job);
		wake(s, s->states[event->job].starts == 0);
		break;
	case CLOSE:
		s->free -= s->load->nodes;
		break;
	case OPEN:
		s->free += s->load->nodes;
		wake(s, true);
		break;
	case MAIN_SCHED:
		if (s->main_s == s->now_s)
			s->main_s = NEVER_S;
		main_sched(s);
		break;
	case BACKFILL:
		s->fill_s = NEVER_S;
		backfill(s);
		break;
	}
}

static void begin(struct sim *s)
{
	const struct queue_load *load = s->load;
	const struct queue_rules *r = s->rules;

	for (size_t i = 0; i < load->count; i++) {
		struct state *state = &s->states[i + 1];
		const struct queue_job *job = &load->jobs[i];

		state->limit_min = job->limit_min;
		state->first_s = state->over_s = -1;
		if (is_checkpointed(s, (uint32_t)i + 1)) {
			int64_t min_min = (r->min_s + MINUTE_S - 1) / MINUTE_S;
			int64_t need_min =
				(job->work_s + r->grace_s + MINUTE_S - 1) /
				MINUTE_S;

			if (r->has_total && need_min < job->limit_min)
				state->limit_min = need_min;
			if (!min_min && r->has_first_min)
				min_min = (r->grace_s * r->plan.min_graces +
					   MINUTE_S - 1) /
					  MINUTE_S;
			if (min_min < state->limit_min)
				state->time_min_min = min_min;
		}
		post(s, job->submit_s, ELIGIBLE, (uint32_t)i + 1);
	}
	for (size_t i = 0; i < load->reservation_count; i++) {
		post(s, load->reservations[i].start_s, CLOSE, 0);
		post(s, load->reservations[i].end_s, OPEN, 0);
	}
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double percentile95(double *values, size_t count)
{
	if (!count)
		return 0;
	qsort(values, count, sizeof(*values), by_value);
	return values[(count - 1) * 95 / 100];
}

/* The jobs at both ends of the load see another cluster. */
static bool is_measured(const struct sim *s, const struct queue_job *job)
{
	return job->submit_s >= s->from_s && job->submit_s <= s->until_s;
}

static struct queue_group sum_up(const struct sim *s, double low, double high)
{
	struct queue_group g = {0};
	double *waits = malloc((s->load->count + 1) * sizeof(*waits));
	double *times = malloc((s->load->count + 1) * sizeof(*times));

	if (!waits || !times)
		abort();
	for (size_t i = 0; i < s->load->count; i++) {
		const struct queue_job *job = &s->load->jobs[i];
		const struct state *state = &s->states[i + 1];
		double time = (double)(state->over_s - job->submit_s);
		double work = (double)job->work_s;

		if (job->lot < low || job->lot >= high || !is_measured(s, job))
			continue;
		times[g.jobs] = time;
		waits[g.jobs++] = time - work;
		g.wait_s += time - work;
		g.first_s += (double)(state->first_s - job->submit_s);
		g.turnaround_s += time;
		time /= work > 10 ? work : 10;
		g.slowdown += time > 1 ? time : 1;
		g.runs += state->starts;
	}
	g.wait95_s = percentile95(waits, g.jobs);
	g.turnaround95_s = percentile95(times, g.jobs);
	free(waits);
	free(times);
	if (!g.jobs)
		return g;
	g.wait_s /= (double)g.jobs;
	g.first_s /= (double)g.jobs;
	g.turnaround_s /= (double)g.jobs;
	g.slowdown /= (double)g.jobs;
	g.runs /= (double)g.jobs;
	return g;
}

struct queue_result queue_simulate(const struct queue_load *load,
				   const struct queue_rules *rules,
				   double group)
{
	size_t count = load->count;
	struct sim *s = calloc(1, sizeof(*s));
	struct queue_result result = {.makespan_s = 0};
	double hole_s;

	if (!s)
		abort();
	*s = (struct sim){.load = load, .rules = rules, .free = load->nodes};
	s->main_s = s->fill_s = NEVER_S;
	s->from_s = load->jobs[count / 20].submit_s;
	s->until_s = load->jobs[count - 1 - count / 20].submit_s;
	settings_init(&s->set);
	s->set.grace_s = rules->grace_s;
	s->set.is_auto = rules->is_auto;
	s->states = calloc(count + 1, sizeof(*s->states));
	s->running = calloc(count + 1, sizeof(*s->running));
	s->ends = calloc(2 * (count + 1), sizeof(*s->ends));
	if (!s->states || !s->running || !s->ends)
		abort();
	begin(s);
	while (s->heap_count) {
		struct event event = take(s);

		s->now_s = event.at_s;
		handle(s, &event);
	}
	result.checkpointed = sum_up(s, 0, group);
	result.others = sum_up(s, group, 3);
	if (s->until_s > s->from_s)
		result.utilisation = s->used / load->nodes /
				     (double)(s->until_s - s->from_s);
	result.grace_h = s->grace / 3600;
	result.restart_h = s->restart / 3600;
	result.makespan_s = s->last_s;
	hole_s = in_holes(s, 0, 1e18);
	if (hole_s > 0)
		result.holes = s->in_holes / load->nodes / hole_s;
	free(s->heap);
	free(s->states);
	free(s->running);
	free(s->ends);
	free(s);
	return result;
}
