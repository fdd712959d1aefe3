/* SPDX-License-Identifier: GPL-2.0-or-later */
/* queue_plot.c: curves as SVG, for light and dark pages. */
#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "bench/queue.h"

enum {
	WIDTH = 640,
	HEIGHT = 360,
	LEFT = 60,
	RIGHT = 180, /* room for the names of the curves */
	TOP = 40,
	BOTTOM = 50,
	TICKS = 5,
	LINE = 14, /* height of a name */
	CURVES_MAX = 4,
};

static const char *const colours[] = {"#2266bb", "#cc6611", "#228844",
				      "#aa3377"};

struct frame {
	double x_low, x_high, y_high;
};

static double at_x(const struct frame *f, double x)
{
	return LEFT +
	       (x - f->x_low) / (f->x_high - f->x_low) * (WIDTH - LEFT - RIGHT);
}

static double at_y(const struct frame *f, double y)
{
	return HEIGHT - BOTTOM - y / f->y_high * (HEIGHT - TOP - BOTTOM);
}

/* A round number that is not below this one. */
static double round_up(double value)
{
	double unit = pow(10, floor(log10(value > 0 ? value : 1)));

	for (double times = 1; times < 10; times += times < 2 ? 0.5 : 1)
		if (times * unit >= value)
			return times * unit;
	return 10 * unit;
}

static void text(FILE *out, double x, double y, const char *anchor,
		 const char *words)
{
	fprintf(out,
		"<text x=\"%.0f\" y=\"%.0f\" text-anchor=\"%s\">%s</text>\n", x,
		y, anchor, words);
}

static void draw_axes(FILE *out, const struct frame *f, const double *x,
		      size_t count)
{
	char words[32];

	for (int i = 0; i <= TICKS; i++) {
		double y = f->y_high * i / TICKS;

		fprintf(out,
			"<path d=\"M%d %.1fH%d\" stroke=\"#999\" "
			"stroke-width=\"0.5\"/>\n",
			LEFT, at_y(f, y), WIDTH - RIGHT);
		snprintf(words, sizeof(words), "%g", y);
		text(out, LEFT - 6, at_y(f, y) + 4, "end", words);
	}
	for (size_t i = 0; i < count; i++) {
		snprintf(words, sizeof(words), "%g", x[i]);
		text(out, at_x(f, x[i]), HEIGHT - BOTTOM + 18, "middle", words);
	}
}

/* Names stand beside the ends of their curves, but not over each other. */
struct names {
	double y[CURVES_MAX];
	int count;
};

static bool is_taken(const struct names *names, double y)
{
	for (int i = 0; i < names->count; i++)
		if (fabs(names->y[i] - y) < LINE)
			return true;
	return false;
}

static double place_name(struct names *names, double y)
{
	double free_y = y;

	for (int i = 1; is_taken(names, free_y); i++)
		free_y = y + (i % 2 ? -1 : 1) * (i + 1) / 2 * LINE / 2;
	names->y[names->count++] = free_y;
	return free_y;
}

static void draw_curve(FILE *out, const struct frame *f, const double *x,
		       size_t count, const struct queue_curve *curve,
		       const char *colour, struct names *names)
{
	double y = place_name(names, at_y(f, curve->y[count - 1]) + 4);

	fprintf(out,
		"<path fill=\"none\" stroke=\"%s\" stroke-width=\"2\" d=\"",
		colour);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s%.1f %.1f", i ? "L" : "M", at_x(f, x[i]),
			at_y(f, curve->y[i]));
	fprintf(out, "\"/>\n");
	for (size_t i = 0; i < count; i++)
		fprintf(out,
			"<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3\" "
			"fill=\"%s\"/>\n",
			at_x(f, x[i]), at_y(f, curve->y[i]), colour);
	fprintf(out, "<text x=\"%d\" y=\"%.0f\" style=\"fill:%s\">%s</text>\n",
		WIDTH - RIGHT + 8, y, colour, curve->name);
}

int queue_plot(const char *path, const char *title, const char *x_name,
	       const char *y_name, const double *x, size_t count,
	       const struct queue_curve *curves, size_t curve_count)
{
	struct frame f = {.x_low = x[0], .x_high = x[count - 1]};
	FILE *out = fopen(path, "w");
	struct names names = {.count = 0};
	double most = 0;

	if (!out)
		return -1;
	if (curve_count > CURVES_MAX)
		curve_count = CURVES_MAX;
	for (size_t i = 0; i < curve_count; i++)
		for (size_t j = 0; j < count; j++)
			if (curves[i].y[j] > most)
				most = curves[i].y[j];
	f.y_high = round_up(most);
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
		"height=\"%d\" font-family=\"sans-serif\" font-size=\"12\">\n"
		"<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n",
		WIDTH, HEIGHT, WIDTH, HEIGHT);
	text(out, LEFT, 22, "start", title);
	text(out, (double)(LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, "middle",
	     x_name);
	fprintf(out,
		"<text transform=\"translate(16,%d) rotate(-90)\" "
		"text-anchor=\"middle\">%s</text>\n",
		(TOP + HEIGHT - BOTTOM) / 2, y_name);
	draw_axes(out, &f, x, count);
	for (size_t i = 0; i < curve_count; i++)
		draw_curve(out, &f, x, count, &curves[i],
			   colours[i % (sizeof(colours) / sizeof(*colours))],
			   &names);
	fprintf(out, "</svg>\n");
	return fclose(out);
}
