/* SPDX-License-Identifier: GPL-2.0-or-later */
/* draw_text.c: a job's life for a terminal. */
#include "cmd/scheckpoint/draw_text.h"

#include <stdlib.h>
#include <string.h>

#include "cmd/scheckpoint/life.h"
#include "requeue/settings/text.h"

#define WIDTH_LEAST 60
#define WIDTH_MOST  400
#define NOTE_MOST   28

enum sign {
	SIGN_NONE,
	SIGN_WAIT,
	SIGN_LIMIT,
	SIGN_RUN,
	SIGN_GUESS,
	SIGN_LOST,
	SIGN_OPEN,
	SIGN_PREEMPT,
	SIGN_SAVE,
	SIGNS
};

static const struct {
	const char *ascii, *utf8, *help;
} signs[SIGNS] = {
	[SIGN_NONE] = {" ", " ", NULL},
	[SIGN_WAIT] = {".", "·", "waits"},
	[SIGN_LIMIT] = {"|", "┊", "its limit"},
	[SIGN_RUN] = {"=", "█", "computes"},
	[SIGN_GUESS] = {"?", "?", "end not on record"},
	[SIGN_LOST] = {"x", "░", "lost"},
	[SIGN_OPEN] = {">", "▶", "now"},
	[SIGN_PREEMPT] = {"P", "▼", "preempted"},
	[SIGN_SAVE] = {"S", "◆", "saved"},
};

struct drawing {
	FILE *out;
	const struct life *life;
	int width, label_width, bar_width;
	bool is_utf8;
	bool is_used[SIGNS];
};

static int place(const struct drawing *d, int64_t at_s)
{
	const struct life *life = d->life;
	int64_t span_s = life->end_s - life->begin_s;
	int64_t column = (at_s - life->begin_s) * d->bar_width / span_s;

	if (column < 0)
		return 0;
	return column >= d->bar_width ? d->bar_width - 1 : (int)column;
}

/* Fill from one time to another: all columns that begin in between. */
static void fill(const struct drawing *d, enum sign *row, int64_t from_s,
		 int64_t to_s, enum sign sign)
{
	for (int i = place(d, from_s); i < place(d, to_s); i++)
		row[i] = sign;
}

static void fill_row(const struct drawing *d, const struct life_run *run,
		     enum sign *row)
{
	if (run->queued_s)
		fill(d, row, run->queued_s, run->start_s, SIGN_WAIT);
	if (run->limit_s > run->end_s && run->limit_s <= d->life->end_s)
		row[place(d, run->limit_s)] = SIGN_LIMIT;
	/* A run has a column, however short it was. */
	row[place(d, run->start_s)] = SIGN_RUN;
	fill(d, row, run->start_s, run->end_s, SIGN_RUN);
	fill(d, row, run->safe_s, run->end_s, SIGN_LOST);
	if (run->safe_s < run->end_s)
		row[place(d, run->end_s)] = SIGN_LOST;
	if (run->is_guess)
		row[place(d, run->end_s)] = SIGN_GUESS;
	if (run->is_open)
		row[place(d, run->end_s)] = SIGN_OPEN;
	if (run->is_preempted)
		row[place(d, run->end_s)] = SIGN_PREEMPT;
	for (size_t i = 0; i < run->save_count; i++) {
		int at = place(d, run->saves[i]);

		/* A preemption shortly after the save is shown as well. */
		if (row[at] == SIGN_PREEMPT && at > 0)
			at--;
		row[at] = SIGN_SAVE;
	}
}

static void draw_run(struct drawing *d, const struct life_run *run)
{
	enum sign row[WIDTH_MOST] = {SIGN_NONE};
	int last = d->bar_width;

	fill_row(d, run, row);
	fprintf(d->out, "run %-*u ", d->label_width - 5, run->run);
	if (!run->note[0])
		while (last && row[last - 1] == SIGN_NONE)
			last--;
	for (int i = 0; i < last; i++) {
		d->is_used[row[i]] = true;
		fputs(d->is_utf8 ? signs[row[i]].utf8 : signs[row[i]].ascii,
		      d->out);
	}
	fprintf(d->out, "%s%.*s\n", run->note[0] ? "  " : "", NOTE_MOST,
		run->note);
}

static void draw_axis(const struct drawing *d)
{
	struct life_tick ticks[LIFE_TICKS_MAX];
	size_t most = (size_t)d->bar_width / 12, count;
	int at = -d->label_width;

	most = most < 2 ? 2 : most > LIFE_TICKS_MAX ? LIFE_TICKS_MAX : most;
	count = life_ticks(d->life, ticks, most);
	for (size_t i = 0; i < count; i++) {
		int column = place(d, ticks[i].at_s);

		if (column + (int)strlen(ticks[i].label) > d->bar_width ||
		    (column <= at && i))
			continue;
		fprintf(d->out, "%*s%s", column - at, "", ticks[i].label);
		at = column + (int)strlen(ticks[i].label);
	}
	fputc('\n', d->out);
}

static void draw_legend(const struct drawing *d)
{
	int column = 0;

	for (size_t i = 1; i < SIGNS; i++) {
		int len = (int)strlen(signs[i].help ? signs[i].help : "") + 4;
		const char *before = !column		       ? ""
				     : column + len > d->width ? "\n"
							       : "  ";

		if (!d->is_used[i])
			continue;
		column = before[0] == '\n' ? len : column + len;
		fprintf(d->out, "%s%s %s", before,
			d->is_utf8 ? signs[i].utf8 : signs[i].ascii,
			signs[i].help);
	}
	fputc('\n', d->out);
}

/* The widest label and note. */
static void measure(struct drawing *d, int width)
{
	int note_width = 0;
	char number[16];

	for (size_t i = 0; i < d->life->count; i++) {
		int len = (int)strlen(d->life->runs[i].note);

		if (len > note_width)
			note_width = len < NOTE_MOST ? len : NOTE_MOST;
	}
	d->label_width = 5 + snprintf(number, sizeof(number), "%u",
				      d->life->runs[d->life->count - 1].run);
	d->bar_width = width - d->label_width - 2 - note_width;
}

void draw_text(FILE *out, const struct life *life, int width, bool is_utf8)
{
	struct drawing d = {.out = out, .life = life, .is_utf8 = is_utf8};
	char text[LIFE_SUMS_MAX], from[TEXT_CLOCK_MAX], to[TEXT_CLOCK_MAX];

	width = width < WIDTH_LEAST  ? WIDTH_LEAST
		: width > WIDTH_MOST ? WIDTH_MOST
				     : width;
	d.width = width;
	measure(&d, width);
	fprintf(out, "%s: %s to %s\n%s\n\n", life->title,
		text_clock(from, life->begin_s, 0),
		text_clock(to, life->end_s, life->begin_s),
		life_sums(text, life));
	draw_axis(&d);
	for (size_t i = 0; i < life->count; i++)
		draw_run(&d, &life->runs[i]);
	fputc('\n', out);
	draw_legend(&d);
}
