/* SPDX-License-Identifier: GPL-2.0-or-later */
/* queue.c: who gains and who pays where jobs are checkpointed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/queue.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define HOUR	      3600.0

/* A large site: Slurm's defaults for the schedulers, and jobs of ten minutes'
 * grace which save in 30 s. */
static struct queue_rules site_rules(void)
{
	return (struct queue_rules){
		.sched_s = 60,
		.backfill_s = 30,
		.idle_s = 30,
		.backfill_jobs = 500,
		.completing_s = 3,
		.launch_s = 1,
		.delay_s = 5,
		.own_delay_s = 121,
		.grace_s = 600,
		.is_auto = true,
		.save_s = 30,
		.restart_s = 60,
		.has_first_min = true,
		.follows_waits = true,
		.plan = plan_rules,
	};
}

/* --------------------------------------------------------- the small one */

/* The scenario of bench/holes, in seconds: the same on the private cluster. */
static const struct queue_reservation small_closed[] = {{150, 175}, {350, 375}};
static const struct queue_reservation hour_closed[] = {
	{150 * 60, 175 * 60},
	{350 * 60, 375 * 60},
};

/* Six jobs of 180 s, or of 180 minutes where scale is 60. */
static struct queue_load small_load(int64_t scale)
{
	struct queue_load load = {
		.count = 6,
		.nodes = 4,
		.reservations = scale == 1 ? small_closed : hour_closed,
		.reservation_count = 2,
		.jobs = calloc(6, sizeof(*load.jobs)),
	};

	for (size_t i = 0; load.jobs && i < load.count; i++)
		load.jobs[i] = (struct queue_job){.nodes = 1,
						  .work_s = 180 * scale,
						  .limit_min = 4 * scale,
						  .bend = 1};
	return load;
}

static struct queue_rules small_rules(bool has_exact_min)
{
	struct queue_rules rules = site_rules();

	rules.has_exact_min = has_exact_min;
	rules.sched_s = 2;
	rules.backfill_s = 0;
	rules.idle_s = 3;
	rules.keeps_place = true;
	rules.completing_s = 0;
	rules.delay_s = 3;
	rules.launch_s = 0;
	rules.grace_s = 15;
	rules.save_s = 0;
	rules.restart_s = 0;
	rules.min_s = 60;
	rules.has_total = true;
	return rules;
}

static void print_small(const char *name, const struct queue_load *load,
			const struct queue_rules *rules)
{
	struct queue_result r = queue_simulate(load, rules, 2);

	printf("  %-40s %8" PRId64 " s %10.0f s %8.0f %% %6.1f\n", name,
	       r.makespan_s, r.checkpointed.turnaround_s, 100 * r.holes,
	       r.checkpointed.runs);
}

static void small(void)
{
	struct queue_load load = small_load(1);
	struct queue_rules rules = small_rules(true);

	printf("6 jobs of 180 s, holes of 150 and 175 s (model)\n");
	printf("  %-40s %10s %12s %10s %6s\n", "", "makespan", "turnaround",
	       "of holes", "runs");
	print_small("plain", &load, &rules);
	rules.share = 1;
	print_small("auto:15, minimum 1m, exact (to 25.05.2)", &load, &rules);
	rules.has_exact_min = false;
	print_small("auto:15, minimum 1m, longest fit", &load, &rules);
	free(load.jobs);
	load = small_load(60);
	rules.grace_s = 600;
	rules.save_s = 10;
	rules.min_s = 600;
	rules.sched_s = 60;
	rules.backfill_s = rules.idle_s = 30;
	rules.share = 0;
	print_small("hours: plain", &load, &rules);
	rules.share = 1;
	print_small("hours: auto:10m, minimum 10m, longest fit", &load, &rules);
	rules.has_exact_min = true;
	print_small("hours: the same, exact", &load, &rules);
	free(load.jobs);
}

/* -------------------------------------------------------------- the large */

static void print_head(void)
{
	printf("  %-26s %7s %7s %7s %7s %7s %6s %5s %6s %6s %6s\n", "", "first",
	       "wait", "w. 95%", "turnar.", "t. 95%", "slowd.", "runs", "util.",
	       "grace", "restart");
}

static void print_group(const char *name, const struct queue_group *g)
{
	printf("  %-26s %7.2f %7.2f %7.2f %7.2f %7.2f %6.1f %5.2f", name,
	       g->first_s / HOUR, g->wait_s / HOUR, g->wait95_s / HOUR,
	       g->turnaround_s / HOUR, g->turnaround95_s / HOUR, g->slowdown,
	       g->runs);
}

static void print_result(const struct queue_result *r, const char *name)
{
	char text[64];

	snprintf(text, sizeof(text), "%s: those", name);
	if (r->checkpointed.jobs)
		print_group(text, &r->checkpointed);
	if (r->checkpointed.jobs)
		printf(" %5.1f%% %6.0f %6.0f\n", 100 * r->utilisation,
		       r->grace_h, r->restart_h);
	snprintf(text, sizeof(text), "%s: others", name);
	if (r->others.jobs) {
		print_group(text, &r->others);
		printf("%s\n", "");
	}
}

/* For each share: the same jobs plain, then checkpointed. */
static void shares(const struct queue_load *load, bool has_exact_min)
{
	static const double part[] = {0.1, 0.3, 1};
	struct queue_rules rules = site_rules();

	rules.has_exact_min = has_exact_min;
	rules.has_first_min = !has_exact_min;
	printf("%zu jobs on %d nodes, a minimum is %s (hours; node-hours lost)\n",
	       load->count, load->nodes, has_exact_min ? "exact" : "what fits");
	print_head();
	for (size_t i = 0; i < LENGTH(part); i++) {
		struct queue_result r;
		char name[32];

		rules.share = 0;
		r = queue_simulate(load, &rules, part[i]);
		snprintf(name, sizeof(name), "%.0f %% plain", 100 * part[i]);
		print_result(&r, name);
		rules.share = part[i];
		r = queue_simulate(load, &rules, part[i]);
		snprintf(name, sizeof(name), "%.0f %% checkp.", 100 * part[i]);
		print_result(&r, name);
	}
}

/* One choice: its name, and what it does to the rules. */
static void try_rules(const struct queue_load *load, const char *name,
		      struct queue_rules rules)
{
	struct queue_result r;

	rules.share = 0.3;
	r = queue_simulate(load, &rules, 0.3);
	print_result(&r, name);
}

/* How a minimum that follows the waits should do so, where users give the first
 * run a minimum of 20 graces. */
static void growth(const struct queue_load *load)
{
	static const struct {
		const char *name;
		double short_wait;
	} ways[] = {
		{"fixed", 0},
		{"a tenth: doubles", 0.1},
		{"a run: doubles", 1},
		{"always doubles", 1e9},
	};
	struct queue_rules rules = site_rules();

	rules.has_exact_min = true;
	printf("how an exact minimum grows, 30 %% checkpointed\n");
	print_head();
	for (size_t i = 0; i < LENGTH(ways); i++) {
		rules.plan.short_wait = ways[i].short_wait;
		try_rules(load, ways[i].name, rules);
	}
}

static void choices(const struct queue_load *load, bool has_exact_min)
{
	static const int64_t minimum[] = {0, 5, 10, 20, 50};
	static const double margin[] = {1, 1.1, 1.3};
	static const int64_t delay[] = {2, 5, 10, 30};
	const struct queue_rules rules0 = {.has_exact_min = has_exact_min};
	struct queue_rules rules = site_rules();
	char name[32];

	rules.has_exact_min = rules0.has_exact_min;
	printf("choices, 30 %% checkpointed, a minimum is %s\n",
	       has_exact_min ? "exact" : "what fits");
	print_head();
	for (size_t i = 0; i < LENGTH(minimum); i++) {
		rules.plan.min_graces = minimum[i];
		snprintf(name, sizeof(name), "min. %d graces", (int)minimum[i]);
		try_rules(load, name, rules);
	}
	rules.plan = plan_rules;
	rules.has_first_min = false;
	try_rules(load, "no first min.", rules);
	rules.has_first_min = true;
	rules.follows_waits = false;
	if (has_exact_min)
		try_rules(load, "min. fixed", rules);
	rules.follows_waits = true;
	rules.is_auto = false;
	try_rules(load, "fixed grace", rules);
	rules.is_auto = true;
	for (size_t i = 0; i < LENGTH(margin); i++) {
		rules.plan.margin = margin[i];
		snprintf(name, sizeof(name), "margin %.1f", margin[i]);
		try_rules(load, name, rules);
	}
	rules.plan = plan_rules;
	for (size_t i = 0; i < LENGTH(delay); i++) {
		rules.delay_s = delay[i];
		snprintf(name, sizeof(name), "delay %d s", (int)delay[i]);
		try_rules(load, name, rules);
	}
}

/* -------------------------------------------------------------- the plots */

/* The mean of some loads, as one is a draw of the lot. */
#define SEEDS 3

/* Turnaround in hours of a third of the jobs, and of the others. */
static void measure(size_t jobs, int nodes, double share,
		    const struct queue_rules *rules, double *those,
		    double *others)
{
	*those = *others = 0;
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct queue_load load =
			queue_synthetic(jobs, nodes, share, seed);
		struct queue_result r = queue_simulate(&load, rules, 0.3);

		*those += r.checkpointed.turnaround_s / HOUR / SEEDS;
		*others += r.others.turnaround_s / HOUR / SEEDS;
		free(load.jobs);
	}
}

static void plot(const char *dir, const char *name, const char *title,
		 const char *x_name, const double *x, size_t count,
		 const struct queue_curve *curves)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (queue_plot(path, title, x_name, "mean turnaround, hours", x, count,
		       curves, 4) < 0)
		perror(path);
}

static void plot_loads(const char *dir, size_t jobs, int nodes)
{
	static const double loads[] = {50, 60, 70, 80, 85, 90};
	double y[4][LENGTH(loads)];
	const struct queue_curve curves[] = {
		{"30 %, plain", y[0]},
		{"30 %, checkpointed", y[1]},
		{"others, beside plain", y[2]},
		{"others, beside those", y[3]},
	};
	struct queue_rules rules = site_rules();

	for (size_t i = 0; i < LENGTH(loads); i++) {
		rules.share = 0;
		measure(jobs, nodes, loads[i] / 100, &rules, &y[0][i],
			&y[2][i]);
		rules.share = 0.3;
		measure(jobs, nodes, loads[i] / 100, &rules, &y[1][i],
			&y[3][i]);
		printf("load %.0f %%: plain %.1f h, checkpointed %.1f h, "
		       "others %.1f h and %.1f h\n",
		       loads[i], y[0][i], y[1][i], y[2][i], y[3][i]);
	}
	plot(dir, "queue-load.svg",
	     "30 % of the jobs are checkpointed: Slurm 25.05.3 and later",
	     "load, % of the nodes' time", loads, LENGTH(loads), curves);
}

static void plot_minimum(const char *dir, size_t jobs, int nodes, double load)
{
	static const double graces[] = {0, 5, 10, 20, 50};
	double y[4][LENGTH(graces)];
	const struct queue_curve curves[] = {
		{"checkpointed, what fits", y[0]},
		{"others, what fits", y[1]},
		{"checkpointed, exact", y[2]},
		{"others, exact", y[3]},
	};
	struct queue_rules rules = site_rules();

	rules.share = 0.3;
	for (size_t i = 0; i < LENGTH(graces); i++) {
		rules.plan.min_graces = (int64_t)graces[i];
		rules.has_exact_min = false;
		measure(jobs, nodes, load, &rules, &y[0][i], &y[1][i]);
		rules.has_exact_min = true;
		measure(jobs, nodes, load, &rules, &y[2][i], &y[3][i]);
		printf("minimum %.0f graces: %.1f h, others %.1f h; where it "
		       "is exact %.1f h, others %.1f h\n",
		       graces[i], y[0][i], y[1][i], y[2][i], y[3][i]);
	}
	plot(dir, "queue-minimum.svg",
	     "The minimum, also in the first run: what fits, or exactly that",
	     "minimum, in graces", graces, LENGTH(graces), curves);
}

static double work_h(const struct queue_load *load)
{
	double sum = 0;

	for (size_t i = 0; i < load->count; i++)
		sum += (double)load->jobs[i].work_s * load->jobs[i].nodes;
	return sum / HOUR;
}

int main(int argc, char **argv)
{
	const char *plots = NULL;
	size_t jobs = 100000;
	int nodes = 1000;
	double share = 0.85;
	const char *trace = NULL;
	struct queue_load load;
	struct timespec from, until;

	for (int i = 1; i < argc; i++) {
		if (!strncmp(argv[i], "jobs=", 5))
			jobs = strtoul(argv[i] + 5, NULL, 10);
		else if (!strncmp(argv[i], "nodes=", 6))
			nodes = atoi(argv[i] + 6);
		else if (!strncmp(argv[i], "load=", 5))
			share = atof(argv[i] + 5);
		else if (!strncmp(argv[i], "plots=", 6))
			plots = argv[i] + 6;
		else if (!strncmp(argv[i], "trace=", 6))
			trace = argv[i] + 6;
		else
			return fprintf(stderr,
				       "usage: queue [jobs=N] [nodes=N] "
				       "[load=0.85] [trace=FILE.swf] [plots=DIR]\n"),
			       2;
	}
	if (plots) {
		plot_loads(plots, jobs, nodes);
		plot_minimum(plots, jobs, nodes, share);
		return 0;
	}
	small();
	load = trace ? queue_trace(trace)
		     : queue_synthetic(jobs, nodes, share, 1);
	if (!load.count)
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &from);
	{
		struct queue_rules r = site_rules();

		r.share = 0.3;
		queue_simulate(&load, &r, 0.3);
	}
	clock_gettime(CLOCK_MONOTONIC, &until);
	printf("%.0f node-hours of work; one simulation took %.1f s\n",
	       work_h(&load),
	       (double)(until.tv_sec - from.tv_sec) +
		       (double)(until.tv_nsec - from.tv_nsec) / 1e9);
	shares(&load, false);
	shares(&load, true);
	choices(&load, false);
	choices(&load, true);
	growth(&load);
	free(load.jobs);
	return 0;
}
