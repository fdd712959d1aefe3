/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.c: for administrators: what checkpointed jobs did, by sacct and by the
 * jobs' comments.  Owners can write those: the report informs, and decides
 * nothing.
 */
#include "cmd/scheckpoint/report.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/openmetrics.h"
#include "cmd/scheckpoint/parse.h"
#include "cmd/scheckpoint/sacct.h"
#include "cmd/scheckpoint/say.h"
#include "cmd/scheckpoint/slurm.h"
#include "cmd/scheckpoint/table.h"
#include "cmd/scheckpoint/tally.h"
#include "cmd/scheckpoint/terminal.h"
#include "lib/store.h"
#include "requeue/policy/decision.h"
#include "requeue/settings/comment.h"
#include "requeue/settings/duration.h"
#include "requeue/settings/text.h"

/* Programs read it; a change of meaning makes it 2. */
#define REPORT_FORMAT 1
#define SINCE_S	      (7 * 86400)
/* Held jobs that are named. */
#define HELD_MOST     100

struct held {
	uint32_t job;
	char user[TALLY_NAME_MAX];
	char why[256];
};

struct report {
	const struct call *call;
	int64_t since_s;
	struct tally tally;
	struct held held[HELD_MOST];
	size_t held_count;
	struct tally_sums *groups;
	size_t group_count;
	struct tally_sums all;
};

/* ----------------------------------------------------------------- read */

/* Read "7d", how long ago, or a date with or without a time of day. */
static int read_since(const struct call *call, int64_t *since_s)
{
	static const char *const forms[] = {"%Y-%m-%d", "%Y-%m-%dT%H:%M",
					    "%Y-%m-%dT%H:%M:%S"};
	const char *text = call_option(call, "since");
	int64_t ago_s = SINCE_S, now_s = time(NULL);
	char err[256];

	*since_s = now_s - ago_s;
	if (!text)
		return SAYS_YES;
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct tm tm = {.tm_isdst = -1};
		const char *end = strptime(text, forms[i], &tm);

		if (end && !*end) {
			*since_s = mktime(&tm);
			return SAYS_YES;
		}
	}
	if (duration_parse(text, &ago_s, err, sizeof(err)) == 0) {
		*since_s = now_s - ago_s;
		return SAYS_YES;
	}
	return say_error(call,
			 "--since=%s: give how long ago, such as 7d, or a "
			 "date, such as 2026-11-28 or 2026-11-28T14:00",
			 text);
}

enum {
	FIELD_JOB,
	FIELD_USER,
	FIELD_PARTITION,
	FIELD_START,
	FIELD_ELAPSED,
	FIELD_NODES,
	FIELD_COMMENT,
};
#define FIELDS "JobIDRaw,User,Partition,Start,ElapsedRaw,NNodes,Comment"

static void add_record(char *const *values, void *arg)
{
	struct report *report = arg;
	struct tally_record record = {
		.user = values[FIELD_USER],
		.partition = values[FIELD_PARTITION],
		.comment = values[FIELD_COMMENT],
	};
	uint32_t start;

	if (!parse_number(values[FIELD_JOB], UINT32_MAX, &record.job))
		return; /* a later component of a heterogeneous job */
	record.has_run =
		parse_number(values[FIELD_START], UINT32_MAX, &start) && start;
	record.elapsed_s = strtoll(values[FIELD_ELAPSED], NULL, 10);
	record.nodes = (uint32_t)strtoul(values[FIELD_NODES], NULL, 10);
	tally_add(&report->tally, &record);
}

static bool is_wanted(const struct call *call, const char *option,
		      const char *value)
{
	const char *wanted = call_option(call, option);

	return !wanted || !strcmp(wanted, value);
}

static bool add_living(const struct job *job, void *arg)
{
	struct report *report = arg;
	const struct passwd *entry = getpwuid(job->user_id);
	const char *user = entry ? entry->pw_name : "?";
	struct held *held = &report->held[report->held_count];
	char said[COMMENT_MAX];

	/* One that was over before the period has no record in it. */
	if (!is_wanted(report->call, "user", user) ||
	    !is_wanted(report->call, "partition", job->partition) ||
	    !job_is_alive(job))
		return true;
	tally_add_now(&report->tally, job->job_id, user, job->partition,
		      job->comment ? job->comment : "", job->is_held);
	if (!job->is_held || report->held_count == HELD_MOST)
		return true;
	comment_said(said, sizeof(said), comment_part(job->comment));
	held->job = job->job_id;
	snprintf(held->user, sizeof(held->user), "%s", user);
	snprintf(held->why, sizeof(held->why), "%.250s",
		 said[0] ? said : job->reason);
	report->held_count++;
	return true;
}

/* Ask accounting, and then slurmctld, which alone has the comments of jobs that
 * run or wait. */
static int gather(struct report *report)
{
	char since[64], trouble[SACCT_TROUBLE_MAX], away[SLURM_TROUBLE_MAX];
	const struct call *call = report->call;
	const char *user = call_option(call, "user");
	const char *partition = call_option(call, "partition");
	const char *options[16] = {"-D", "-T", "-S", since};
	time_t begin = (time_t)report->since_s;
	struct tm tm;
	size_t n = 4;

	if (localtime_r(&begin, &tm))
		strftime(since, sizeof(since), "%FT%T", &tm);
	options[n++] = user ? "-u" : "-a";
	if (user)
		options[n++] = user;
	if (partition) {
		options[n++] = "-r";
		options[n] = partition;
	}
	if (!sacct_each(FIELDS, options, add_record, report, trouble))
		return say_error(call,
				 "%s; the report is made from Slurm's "
				 "accounting by slurmdbd",
				 trouble);
	if (!slurm_each("all", add_living, report, away))
		say_error(call, "%s: the jobs of now are left out", away);
	if (report->tally.count && !report->tally.has_comments)
		say_error(call, "accounting keeps no comments of jobs, so only "
				"jobs of now are counted; set "
				"AccountingStoreFlags=job_comment in "
				"slurm.conf");
	return report->tally.has_failed ? say_error(call, "memory ran out")
					: SAYS_YES;
}

/* ----------------------------------------------------------------- table */

static double hours(int64_t seconds)
{
	return (double)seconds / 3600;
}

static void add_row(struct table *table, const char *user,
		    const char *partition, const struct tally_sums *sums)
{
	table_add(table, "%s", user);
	table_add(table, "%s", partition);
	table_add(table, "%u", sums->jobs);
	table_add(table, "%u", sums->runs);
	table_add(table, "%u", tally_requeues(sums));
	table_add(table, "%u", sums->held);
	table_add(table, "%.1f", hours(sums->computed_node_s));
	table_add(table, "%.1f", hours(sums->lost_node_s));
	table_add(table, "%.1f", hours(sums->kept_node_s));
}

static bool print_table(const struct report *report)
{
	static const char *const heads[] = {"USER",	"PARTITION", "JOBS",
					    "RUNS",	"REQUEUES",  "HELD",
					    "COMPUTED", "LOST",	     "KEPT"};
	const size_t columns = sizeof(heads) / sizeof(heads[0]);
	struct table *table = table_new(columns, 0x1fc);

	for (size_t i = 0; i < columns; i++) {
		table_add(table, "%s", heads[i]);
		table_paint(table, PAINT_HEAD);
	}
	for (size_t i = 0; i < report->group_count; i++)
		add_row(table, report->groups[i].user,
			report->groups[i].partition, &report->groups[i]);
	add_row(table, "all", "", &report->all);
	table_for_terminal(table, 0, terminal_has_colour());
	return table_print(table);
}

static bool print_text(const struct report *report)
{
	char clock[TEXT_CLOCK_MAX], clean[256];
	const char *comma = "\nrequeues by cause: ";

	printf("jobs with --checkpoint since %s, in node-hours\n\n",
	       text_clock(clock, report->since_s, 0));
	if (!print_table(report))
		return false;
	for (int i = 0; i < SUMS_CAUSES; i++) {
		if (!report->all.requeues[i])
			continue;
		printf("%s%s %u", comma, cause_name((enum cause)i),
		       report->all.requeues[i]);
		comma = ", ";
	}
	if (tally_requeues(&report->all))
		putchar('\n');
	if (report->held_count)
		printf("\nheld now:\n");
	for (size_t i = 0; i < report->held_count; i++)
		printf("  job %" PRIu32 " (%s): %s\n", report->held[i].job,
		       report->held[i].user,
		       say_clean(clean, sizeof(clean), report->held[i].why));
	return true;
}

/* ------------------------------------------------------------------ JSON */

static struct ckpt_record *group_record(const struct tally_sums *sums)
{
	struct ckpt_record *rec = ckpt_record_plain();

	ckpt_record_set_str(rec, "user", sums->user);
	ckpt_record_set_str(rec, "partition", sums->partition);
	ckpt_record_set_int(rec, "jobs", sums->jobs);
	ckpt_record_set_int(rec, "runs", sums->runs);
	ckpt_record_set_int(rec, "held", sums->held);
	ckpt_record_set_int(rec, "computed_node_seconds",
			    sums->computed_node_s);
	ckpt_record_set_int(rec, "lost_node_seconds", sums->lost_node_s);
	ckpt_record_set_int(rec, "kept_node_seconds", sums->kept_node_s);
	for (int i = 0; i < SUMS_CAUSES; i++) {
		char key[32];

		snprintf(key, sizeof(key), "requeues_%s",
			 cause_name((enum cause)i));
		if (sums->requeues[i])
			ckpt_record_set_int(rec, key, sums->requeues[i]);
	}
	return rec;
}

static struct ckpt_record *held_record(const struct held *held)
{
	struct ckpt_record *rec = ckpt_record_plain();

	ckpt_record_set_int(rec, "job", held->job);
	ckpt_record_set_str(rec, "user", held->user);
	ckpt_record_set_str(rec, "reason", held->why);
	return rec;
}

static bool print_json(const struct report *report)
{
	bool is_good = true;

	printf("{\"format\":%d,\"since\":%" PRId64 ",\"groups\":[",
	       REPORT_FORMAT, report->since_s);
	for (size_t i = 0; i < report->group_count && is_good; i++)
		is_good = say_record(group_record(&report->groups[i]),
				     i ? ",\n " : "\n ");
	printf("],\"held\":[");
	for (size_t i = 0; i < report->held_count && is_good; i++)
		is_good = say_record(held_record(&report->held[i]),
				     i ? ",\n " : "\n ");
	printf("]}\n");
	return is_good;
}

/* False: memory ran out. */
static bool print_report(struct report *report)
{
	report->groups = tally_sum(&report->tally, &report->group_count);
	if (!report->groups)
		return false;
	for (size_t i = 0; i < report->group_count; i++)
		tally_join(&report->all, &report->groups[i]);
	if (call_option(report->call, "json"))
		return print_json(report);
	if (!call_option(report->call, "openmetrics"))
		return print_text(report);
	openmetrics_write(stdout, report->groups, report->group_count,
			  report->since_s);
	return true;
}

int command_report(struct call *call)
{
	struct report *report = calloc(1, sizeof(*report));
	int code;

	if (!report)
		return say_error(call, "memory ran out");
	report->call = call;
	code = read_since(call, &report->since_s);
	if (code == SAYS_YES)
		code = gather(report);
	if (code == SAYS_YES && !print_report(report))
		code = say_error(call, "memory ran out");
	free(report->groups);
	tally_free(&report->tally);
	free(report);
	return code;
}
