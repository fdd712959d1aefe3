/* SPDX-License-Identifier: GPL-2.0-or-later */
/* draw_svg.c: a job's life as a picture for papers and tickets. */
#include "cmd/scheckpoint/draw_svg.h"

#include <string.h>

#include "cmd/scheckpoint/life.h"
#include "requeue/settings/text.h"

/* All in pixels. */
#define WIDTH  960
#define LEFT   72  /* of the bars */
#define RIGHT  770 /* their end; the notes follow */
#define TOP    96  /* of the first row */
#define ROW    26
#define BAR    14
#define LEGEND 54
#define SIGN   5

/* Colours that colour-blind people tell apart, and that print in grey. */
static const char style[] =
	"text{font-family:Helvetica,Arial,'DejaVu Sans',sans-serif;"
	"font-size:13px;fill:#222}"
	".title{font-size:17px;font-weight:bold}"
	".small{font-size:11px;fill:#666}"
	".grid{stroke:#ddd}"
	".wait{stroke:#999;stroke-width:2;stroke-dasharray:1 4;"
	"stroke-linecap:round}"
	".limit{fill:#f3f5f9;stroke:#b8c2d6;stroke-dasharray:3 2}"
	".run{fill:#2f6db5}"
	".lost{fill:#e07b39}"
	".save{fill:#fff;stroke:#123a66;stroke-width:1.5}"
	".preempt{fill:#b3202a}"
	".open{fill:#2f6db5}";

static void put_text(FILE *out, const char *text)
{
	char clean[512];

	text_clean(clean, sizeof(clean), text);
	for (const char *c = clean; *c; c++) {
		if (*c == '<')
			fputs("&lt;", out);
		else if (*c == '>')
			fputs("&gt;", out);
		else if (*c == '&')
			fputs("&amp;", out);
		else
			fputc(*c, out);
	}
}

static void put_label(FILE *out, double x, double y, const char *attributes,
		      const char *text)
{
	fprintf(out, "<text x=\"%.1f\" y=\"%.1f\"%s>", x, y, attributes);
	put_text(out, text);
	fputs("</text>\n", out);
}

static double place(const struct life *life, int64_t at_s)
{
	double part = (double)(at_s - life->begin_s) /
		      (double)(life->end_s - life->begin_s);

	part = part < 0 ? 0 : part > 1 ? 1 : part;
	return LEFT + part * (RIGHT - LEFT);
}

/* A box in a row; it is never too thin to be seen. */
static void put_box(FILE *out, const char *class, double from, double to,
		    double y)
{
	double width = to - from < 1.5 ? 1.5 : to - from;

	fprintf(out,
		"<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
		"height=\"%d\"/>\n",
		class, from, y - BAR / 2.0, width, BAR);
}

static void put_wait(FILE *out, double from, double to, double y)
{
	fprintf(out,
		"<line class=\"wait\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" "
		"y2=\"%.1f\"/>\n",
		from, y, to, y);
}

static void put_save(FILE *out, double x, double y)
{
	fprintf(out,
		"<path class=\"save\" d=\"M%.1f %.1f l%d %d l%d %d l%d %d z\"/>"
		"\n",
		x, y - SIGN, SIGN, SIGN, -SIGN, SIGN, -SIGN, -SIGN);
}

/* Above the bar, and pointing at it. */
static void put_preempt(FILE *out, double x, double y)
{
	fprintf(out,
		"<path class=\"preempt\" d=\"M%.1f %.1f l%d %d h%d z\"/>\n", x,
		y - BAR / 2.0 + 1, SIGN, -8, -2 * SIGN);
}

/* The run goes on: the bar's end points to the right. */
static void put_open(FILE *out, double x, double y)
{
	fprintf(out,
		"<path class=\"open\" d=\"M%.1f %.1f l%d %d l%d %d z\"/>\n",
		x - 1, y - BAR / 2.0, BAR / 2 + 1, BAR / 2, -(BAR / 2 + 1),
		BAR / 2);
}

/* ----------------------------------------------------------------- parts */

static void draw_head(FILE *out, const struct life *life, int height)
{
	char sums[LIFE_SUMS_MAX], span[2 * TEXT_CLOCK_MAX + 8];
	char from[TEXT_CLOCK_MAX], to[TEXT_CLOCK_MAX];

	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
		"height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">\n",
		WIDTH, height, WIDTH, height);
	fputs("<title>", out);
	put_text(out, life->title);
	fprintf(out, "</title>\n<style>%s</style>\n", style);
	fprintf(out, "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
		WIDTH, height);
	put_label(out, 16, 28, " class=\"title\"", life->title);
	snprintf(span, sizeof(span), "%s to %s",
		 text_clock(from, life->begin_s, 0),
		 text_clock(to, life->end_s, life->begin_s));
	put_label(out, WIDTH - 16, 28, " class=\"small\" text-anchor=\"end\"",
		  span);
	put_label(out, 16, 50, "", life_sums(sums, life));
}

static void draw_axis(FILE *out, const struct life *life, double bottom)
{
	struct life_tick ticks[LIFE_TICKS_MAX];
	size_t count = life_ticks(life, ticks, 10);

	for (size_t i = 0; i < count; i++) {
		double x = place(life, ticks[i].at_s);

		fprintf(out,
			"<line class=\"grid\" x1=\"%.1f\" y1=\"%d\" "
			"x2=\"%.1f\" y2=\"%.1f\"/>\n",
			x, TOP - 18, x, bottom);
		put_label(out, x, TOP - 23,
			  " class=\"small\" text-anchor=\"middle\"",
			  ticks[i].label);
	}
}

static void draw_run(FILE *out, const struct life *life,
		     const struct life_run *run, double y)
{
	double start = place(life, run->start_s), end = place(life, run->end_s);
	char label[32];

	snprintf(label, sizeof(label), "run %u", run->run);
	put_label(out, 16, y + 4.5, "", label);
	if (run->queued_s && run->queued_s < run->start_s)
		put_wait(out, place(life, run->queued_s) + 1, start - 2, y);
	if (run->limit_s > run->end_s)
		put_box(out, "limit", start, place(life, run->limit_s), y);
	put_box(out, "run", start, end, y);
	if (run->safe_s < run->end_s)
		put_box(out, "lost", place(life, run->safe_s), end, y);
	if (run->is_open)
		put_open(out, end, y);
	if (run->is_preempted)
		put_preempt(out, end, y);
	for (size_t i = 0; i < run->save_count; i++)
		put_save(out, place(life, run->saves[i]), y);
	put_label(out, RIGHT + 14, y + 4.5, "", run->note);
}

/* What there is to explain. */
static void draw_legend(FILE *out, double y)
{
	double x = LEFT;

	put_wait(out, x, x + 20, y);
	put_label(out, x + 26, y + 4, " class=\"small\"", "waits");
	x += 80;
	put_box(out, "run", x, x + 20, y);
	put_label(out, x + 26, y + 4, " class=\"small\"", "computes");
	x += 100;
	put_box(out, "lost", x, x + 20, y);
	put_label(out, x + 26, y + 4, " class=\"small\"", "lost");
	x += 76;
	put_save(out, x + 8, y);
	put_label(out, x + 20, y + 4, " class=\"small\"", "saved");
	x += 76;
	put_preempt(out, x + 8, y + 10);
	put_label(out, x + 20, y + 4, " class=\"small\"", "preempted");
	x += 100;
	put_box(out, "limit", x, x + 20, y);
	put_label(out, x + 26, y + 4, " class=\"small\"",
		  "time limit that it asked for");
}

void draw_svg(FILE *out, const struct life *life)
{
	double bottom = TOP + (double)life->count * ROW;

	draw_head(out, life, (int)bottom + LEGEND);
	draw_axis(out, life, bottom);
	for (size_t i = 0; i < life->count; i++)
		draw_run(out, life, &life->runs[i],
			 TOP + ROW * (double)i + ROW / 2.0);
	draw_legend(out, bottom + LEGEND / 2.0 + 4);
	fputs("</svg>\n", out);
}
