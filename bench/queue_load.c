/* SPDX-License-Identifier: GPL-2.0-or-later */
/* queue_load.c: what users submit: a synthetic load, or a trace. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/queue.h"

#define HOUR_S	 3600
#define BUCKETS	 48 /* of half an hour, in a day */
#define BUCKET_S (HOUR_S / 2)

/* Parameters of batch jobs, as published. */
#define SERIAL	    0.2927 /* of one node */
#define POWER_OF_2  0.6686
#define LOW	    1.2	  /* log2 of the smallest parallel job */
#define MEDIAN_DOWN 2.0	  /* from log2 of the largest */
#define SMALL	    0.875 /* between low and median */
#define RUN_A1	    6.57
#define RUN_B1	    0.823
#define RUN_A2	    639.1
#define RUN_B2	    0.0156
#define RUN_PA	    -0.003
#define RUN_PB	    0.6986
#define GAP_A	    (6.0415 * 1.0519)
#define GAP_B	    0.8531
#define DAY_A	    6.1271
#define DAY_B	    5.2740
#define DAY_START   11 /* bucket in which the day begins */
#define GAP_MOST_LN 13

double queue_random(struct queue_random *random)
{
	uint64_t x = random->state += UINT64_C(0x9e3779b97f4a7c15);

	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	x ^= x >> 31;
	return ((double)(x >> 11) + 0.5) / (double)(UINT64_C(1) << 53);
}

static double normal(struct queue_random *random)
{
	double radius = sqrt(-2 * log(queue_random(random)));

	return radius * cos(2 * M_PI * queue_random(random));
}

/* By the method of Marsaglia and Tsang, for a of 1 or more. */
static double gamma_random(struct queue_random *random, double a, double b)
{
	double d = a - 1.0 / 3, c = 1 / sqrt(9 * d);

	for (;;) {
		double x = normal(random), v = 1 + c * x;

		v = v * v * v;
		if (v > 0 && log(queue_random(random)) <
				     0.5 * x * x + d - d * v + d * log(v))
			return d * v * b;
	}
}

/* The weight of each half hour: the density of a gamma distribution, which is
 * enough here, as the weights are normalised. */
static void weigh_day(double weights[BUCKETS])
{
	double sum = 0;

	for (int i = 0; i < BUCKETS; i++) {
		double x = DAY_START + i;
		double w = pow(x, DAY_A - 1) * exp(-x / DAY_B);

		weights[(DAY_START + i - 1) % BUCKETS] = w;
		sum += w;
	}
	for (int i = 0; i < BUCKETS; i++)
		weights[i] *= BUCKETS / sum;
}

/* Move *at_s on by a gap that is meant for an hour of average weight. */
static void pass_gap(double *at_s, double gap_s, const double weights[BUCKETS])
{
	while (gap_s > 0) {
		int bucket = (int)fmod(*at_s / BUCKET_S, BUCKETS);
		double left_s = BUCKET_S - fmod(*at_s, BUCKET_S);
		double weight = weights[bucket];

		if (gap_s <= left_s * weight) {
			*at_s += gap_s / weight;
			return;
		}
		gap_s -= left_s * weight;
		*at_s += left_s + 1e-6;
	}
}

static int draw_nodes(struct queue_random *random, int nodes)
{
	double kind = queue_random(random), high = log2(nodes);
	double median = high - MEDIAN_DOWN, size;

	if (kind <= SERIAL)
		return 1;
	if (queue_random(random) <= SMALL)
		size = LOW + queue_random(random) * (median - LOW);
	else
		size = median + queue_random(random) * (high - median);
	if (kind <= SERIAL + POWER_OF_2)
		size = floor(size + 0.5);
	size = floor(exp2(size) + 0.5);
	return size > nodes ? nodes : (int)size;
}

/* Sites bound jobs to two days or less. */
#define WORK_MOST_S (48 * HOUR_S)

static int64_t draw_work_s(struct queue_random *random, int nodes)
{
	/* The published line is for 128 nodes. */
	double p = RUN_PA * (nodes < 128 ? nodes : 128) + RUN_PB, ln;

	do
		ln = queue_random(random) <= p
			     ? gamma_random(random, RUN_A1, RUN_B1)
			     : gamma_random(random, RUN_A2, RUN_B2);
	while (ln > log(WORK_MOST_S));
	return (int64_t)exp(ln) + 1;
}

/* Users ask for one to three times what they need, in usual numbers. */
static int64_t draw_limit_min(struct queue_random *random, int64_t work_s)
{
	static const int usual[] = {10,	  15,	30,   60,  120, 180,
				    240,  360,	480,  720, 960, 1440,
				    2160, 2880, 4320, 8640};
	double need_min = (double)work_s / 60 * (1 + 2 * queue_random(random));
	size_t i = 0;

	while (i + 1 < sizeof(usual) / sizeof(*usual) && usual[i] < need_min)
		i++;
	return usual[i];
}

static void stretch(struct queue_load *load, double share)
{
	double need = 0, span;

	for (size_t i = 0; i < load->count; i++)
		need += (double)load->jobs[i].nodes *
			(double)load->jobs[i].work_s;
	span = (double)load->jobs[load->count - 1].submit_s;
	if (span <= 0)
		return;
	span = need / share / load->nodes / span;
	for (size_t i = 0; i < load->count; i++)
		load->jobs[i].submit_s =
			(int64_t)((double)load->jobs[i].submit_s * span);
}

static void draw_user(struct queue_job *job, struct queue_random *random)
{
	job->lot = queue_random(random);
	job->bend = exp2((queue_random(random) - 0.5) * 0.6);
	/* What is over soon isn't checkpointed. */
	if (job->limit_min < 60)
		job->lot = 2;
}

struct queue_load queue_synthetic(size_t jobs, int nodes, double load,
				  uint64_t seed)
{
	struct queue_load made = {.count = jobs, .nodes = nodes};
	struct queue_random random = {seed};
	double weights[BUCKETS], at_s = 0;

	made.jobs = calloc(jobs, sizeof(*made.jobs));
	if (!made.jobs)
		return made;
	weigh_day(weights);
	for (size_t i = 0; i < jobs; i++) {
		struct queue_job *job = &made.jobs[i];
		double gap;

		do
			gap = gamma_random(&random, GAP_A, GAP_B);
		while (gap > GAP_MOST_LN);
		pass_gap(&at_s, exp(gap), weights);
		job->submit_s = (int64_t)at_s;
		job->nodes = draw_nodes(&random, nodes);
		job->work_s = draw_work_s(&random, job->nodes);
		job->limit_min = draw_limit_min(&random, job->work_s);
		draw_user(job, &random);
	}
	stretch(&made, load);
	return made;
}

/* Field 1 job, 2 submit, 4 run time, 5 processors, 8 and 9 those requested. */
static bool read_line(const char *line, struct queue_job *job)
{
	double field[18] = {0};
	int count = 0;
	char *end;

	for (; count < 18; count++, line = end) {
		field[count] = strtod(line, &end);
		if (end == line)
			break;
	}
	if (count < 9)
		return false;
	*job = (struct queue_job){
		.submit_s = (int64_t)field[1],
		.work_s = (int64_t)field[3],
		.nodes = (int)(field[4] > 0 ? field[4] : field[7]),
	};
	job->limit_min = (int64_t)(field[8] > 0 ? ceil(field[8] / 60)
						: ceil(field[3] / 60));
	if (job->limit_min * 60 < job->work_s)
		job->work_s = job->limit_min * 60;
	return job->work_s > 0 && job->nodes > 0;
}

struct queue_load queue_trace(const char *path)
{
	struct queue_load load = {.nodes = 0};
	struct queue_random random = {1};
	FILE *file = fopen(path, "r");
	char line[4096];
	size_t room = 0;

	if (!file) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return load;
	}
	while (fgets(line, sizeof(line), file)) {
		struct queue_job job;

		if (line[0] == ';') {
			sscanf(line, "; MaxProcs: %d", &load.nodes);
			continue;
		}
		if (!read_line(line, &job))
			continue;
		if (load.count == room) {
			void *more;

			room = room ? room * 2 : 1024;
			more = realloc(load.jobs, room * sizeof(*load.jobs));
			if (!more)
				break;
			load.jobs = more;
		}
		draw_user(&job, &random);
		load.jobs[load.count++] = job;
	}
	fclose(file);
	for (size_t i = 0; i < load.count; i++)
		if (load.jobs[i].nodes > load.nodes)
			load.nodes = load.jobs[i].nodes;
	if (!load.count)
		fprintf(stderr, "%s: no job in it\n", path);
	return load;
}
