/* SPDX-License-Identifier: GPL-2.0-or-later */
/* openmetrics.c: the report for a monitoring system. */
#include "cmd/scheckpoint/openmetrics.h"

#include <inttypes.h>

#include "requeue/policy/decision.h"

/* All are gauges: they are of a period that moves on. */
static void put_head(FILE *out, const char *name, const char *unit,
		     const char *help)
{
	fprintf(out, "# TYPE slurm_checkpoint_%s gauge\n", name);
	if (unit)
		fprintf(out, "# UNIT slurm_checkpoint_%s %s\n", name, unit);
	fprintf(out, "# HELP slurm_checkpoint_%s %s\n", name, help);
}

/* A label's value, without its quotation marks. */
static void put_value(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', out);
		if (*text == '\n')
			fputs("\\n", out);
		else
			fputc(*text, out);
	}
}

static void put_labels(FILE *out, const char *name,
		       const struct tally_sums *group)
{
	fprintf(out, "slurm_checkpoint_%s{user=\"", name);
	put_value(out, group->user);
	fputs("\",partition=\"", out);
	put_value(out, group->partition);
	fputc('"', out);
}

static void put_requeues(FILE *out, const struct tally_sums *groups,
			 size_t count)
{
	static const char name[] = "requeues";

	put_head(out, name, NULL,
		 "Runs after which the job went on, by cause.");
	for (size_t i = 0; i < count; i++)
		for (int cause = 0; cause < SUMS_CAUSES; cause++) {
			if (!groups[i].requeues[cause])
				continue;
			put_labels(out, name, &groups[i]);
			fprintf(out, ",cause=\"%s\"} %u\n",
				cause_name((enum cause)cause),
				groups[i].requeues[cause]);
		}
}

enum figure {
	FIGURE_JOBS,
	FIGURE_RUNS,
	FIGURE_HELD,
	FIGURE_COMPUTED,
	FIGURE_LOST,
	FIGURE_KEPT,
	FIGURES
};

static int64_t figure_of(const struct tally_sums *sums, enum figure figure)
{
	switch (figure) {
	case FIGURE_JOBS:
		return sums->jobs;
	case FIGURE_RUNS:
		return sums->runs;
	case FIGURE_HELD:
		return sums->held;
	case FIGURE_COMPUTED:
		return sums->computed_node_s;
	case FIGURE_LOST:
		return sums->lost_node_s;
	case FIGURE_KEPT:
		return sums->kept_node_s;
	case FIGURES:
		break;
	}
	return 0;
}

void openmetrics_write(FILE *out, const struct tally_sums *groups, size_t count,
		       int64_t since_s)
{
	static const struct {
		const char *name, *unit, *help;
	} figures[FIGURES] = {
		{"jobs", NULL, "Jobs with --checkpoint in the period."},
		{"runs", NULL, "Their runs in the period."},
		{"held_jobs", NULL, "Those that are held now."},
		{"computed_node_seconds", "seconds",
		 "Time of their runs, times nodes."},
		{"lost_node_seconds", "seconds",
		 "Of that: work after the last save, done again."},
		{"kept_node_seconds", "seconds",
		 "Of that: work that saved states kept from loss."},
	};

	for (int f = 0; f < FIGURES; f++) {
		put_head(out, figures[f].name, figures[f].unit,
			 figures[f].help);
		for (size_t i = 0; i < count; i++) {
			put_labels(out, figures[f].name, &groups[i]);
			fprintf(out, "} %" PRId64 "\n",
				figure_of(&groups[i], (enum figure)f));
		}
	}
	put_requeues(out, groups, count);
	if (since_s) {
		put_head(out, "since_timestamp_seconds", "seconds",
			 "Begin of the period.");
		fprintf(out,
			"slurm_checkpoint_since_timestamp_seconds %" PRId64
			"\n",
			since_s);
	}
	fputs("# EOF\n", out);
}
