/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plate.c: the heat equation on a rectangular plate, by explicit steps in
 * double precision and a fixed order of operations.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plate.h"

#define MAX_CELLS   (64 * 1024 * 1024)
#define STATE_MAGIC UINT64_C(0x3165746174735448) /* "HTstate1" */

struct state_header {
	uint64_t magic;
	uint64_t nx, ny;
	uint64_t step;
};

static bool complain(const char *what, const char *path)
{
	fprintf(stderr, "heat: cannot %s %s: %s\n", what, path,
		strerror(errno));
	return false;
}

static bool set_grid(struct plate *plate, size_t nx, size_t ny)
{
	if (nx < 3 || ny < 3 || nx > MAX_CELLS / ny || plate->now)
		return false;
	plate->nx = nx;
	plate->ny = ny;
	plate->now = calloc(nx * ny, sizeof(double));
	plate->next = calloc(nx * ny, sizeof(double));
	plate->fixed = calloc(nx * ny, 1);
	return plate->now && plate->next && plate->fixed;
}

static bool set_start(struct plate *plate, double value)
{
	for (size_t i = 0; i < plate->nx * plate->ny; i++) {
		if (!plate->fixed[i])
			plate->now[i] = value;
	}
	return true;
}

static void fix_cell(struct plate *plate, size_t x, size_t y, double value)
{
	plate->now[y * plate->nx + x] = value;
	plate->fixed[y * plate->nx + x] = 1;
}

static bool set_edge(struct plate *plate, const char *side, double value)
{
	bool is_row = !strcmp(side, "north") || !strcmp(side, "south");
	bool is_last = !strcmp(side, "south") || !strcmp(side, "east");
	size_t count = is_row ? plate->nx : plate->ny;
	size_t last = (is_row ? plate->ny : plate->nx) - 1;

	if (!is_row && strcmp(side, "west") && strcmp(side, "east"))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (is_row)
			fix_cell(plate, i, is_last ? last : 0, value);
		else
			fix_cell(plate, is_last ? last : 0, i, value);
	}
	return true;
}

static void set_spot(struct plate *plate, double x, double y, double radius,
		     double value)
{
	for (size_t j = 0; j < plate->ny; j++) {
		for (size_t i = 0; i < plate->nx; i++) {
			double dx = (double)i - x, dy = (double)j - y;

			if (dx * dx + dy * dy <= radius * radius)
				fix_cell(plate, i, j, value);
		}
	}
}

/* Read one line of the description.  The line "grid" must come before all
 * temperatures. */
static bool take_line(struct plate *plate, const char *line)
{
	char word[16] = "", side[16];
	double a, b, c, d;
	size_t nx, ny;

	if (sscanf(line, "%15s", word) != 1 || word[0] == '#')
		return true;
	line += strspn(line, " \t") + strlen(word);
	if (!strcmp(word, "grid"))
		return sscanf(line, "%zu %zu", &nx, &ny) == 2 &&
		       set_grid(plate, nx, ny);
	if (!strcmp(word, "steps"))
		return sscanf(line, "%" SCNu64, &plate->steps) == 1;
	if (!strcmp(word, "spacing"))
		return sscanf(line, "%lf", &plate->spacing) == 1;
	if (!strcmp(word, "alpha"))
		return sscanf(line, "%lf", &plate->alpha) == 1;
	if (!strcmp(word, "dt"))
		return sscanf(line, "%lf", &plate->dt) == 1;
	if (!strcmp(word, "pace"))
		return sscanf(line, "%lf", &plate->pace) == 1;
	if (!plate->now)
		return false;
	if (!strcmp(word, "start"))
		return sscanf(line, "%lf", &a) == 1 && set_start(plate, a);
	if (!strcmp(word, "edge"))
		return sscanf(line, "%15s %lf", side, &a) == 2 &&
		       set_edge(plate, side, a);
	if (!strcmp(word, "spot") &&
	    sscanf(line, "%lf %lf %lf %lf", &a, &b, &c, &d) == 4) {
		set_spot(plate, a, b, c, d);
		return true;
	}
	return false;
}

bool plate_load(struct plate *plate, const char *path)
{
	char line[256];
	unsigned number = 0;
	bool is_good = true;
	double ratio;
	FILE *file;

	memset(plate, 0, sizeof(*plate));
	plate->spacing = 1;
	file = fopen(path, "re");
	if (!file)
		return complain("read", path);
	while (is_good && fgets(line, sizeof(line), file)) {
		number++;
		is_good = take_line(plate, line);
	}
	if (ferror(file))
		complain("read", path);
	else if (!is_good)
		fprintf(stderr, "heat: %s, line %u: cannot use: %s", path,
			number, line);
	is_good = is_good && !ferror(file);
	fclose(file);
	if (!is_good)
		return false;
	ratio = plate->alpha * plate->dt / (plate->spacing * plate->spacing);
	if (!plate->now || !plate->steps || !(ratio > 0) || ratio > 0.25) {
		fprintf(stderr,
			"heat: %s: needs grid, steps, and alpha and dt with "
			"alpha * dt / spacing^2 of at most 0.25 (is %g)\n",
			path, ratio);
		return false;
	}
	/* The outermost cells never change: both buffers hold them. */
	memcpy(plate->next, plate->now, plate->nx * plate->ny * sizeof(double));
	return true;
}

void plate_free(struct plate *plate)
{
	free(plate->now);
	free(plate->next);
	free(plate->fixed);
	memset(plate, 0, sizeof(*plate));
}

void plate_step(struct plate *plate)
{
	const double r =
		plate->alpha * plate->dt / (plate->spacing * plate->spacing);
	const size_t nx = plate->nx;
	double *swap = plate->now;

	for (size_t y = 1; y + 1 < plate->ny; y++) {
		const double *row = plate->now + y * nx;
		const uint8_t *fixed = plate->fixed + y * nx;
		double *out = plate->next + y * nx;

		for (size_t x = 1; x + 1 < nx; x++) {
			double flow = (row[x - 1] + row[x + 1]) +
				      (row[x - nx] + row[x + nx]) - 4 * row[x];

			out[x] = fixed[x] ? row[x] : row[x] + r * flow;
		}
	}
	plate->now = plate->next;
	plate->next = swap;
	plate->step++;
}

bool plate_save(const struct plate *plate, const char *path)
{
	const size_t cells = plate->nx * plate->ny;
	struct state_header header = {
		.magic = STATE_MAGIC,
		.nx = plate->nx,
		.ny = plate->ny,
		.step = plate->step,
	};
	FILE *file = fopen(path, "wxe");
	bool is_good;

	if (!file)
		return complain("create", path);
	is_good = fwrite(&header, sizeof(header), 1, file) == 1 &&
		  fwrite(plate->now, sizeof(double), cells, file) == cells;
	if (fclose(file) || !is_good)
		return complain("write", path);
	return true;
}

bool plate_restore(struct plate *plate, const char *path)
{
	const size_t cells = plate->nx * plate->ny;
	struct state_header header = {0};
	FILE *file = fopen(path, "re");
	bool is_good;

	if (!file)
		return complain("read", path);
	is_good = fread(&header, sizeof(header), 1, file) == 1 &&
		  header.magic == STATE_MAGIC && header.nx == plate->nx &&
		  header.ny == plate->ny &&
		  fread(plate->now, sizeof(double), cells, file) == cells;
	fclose(file);
	if (!is_good) {
		fprintf(stderr, "heat: %s is no state of this plate\n", path);
		return false;
	}
	plate->step = header.step;
	memcpy(plate->next, plate->now, cells * sizeof(double));
	return true;
}

bool plate_write(const struct plate *plate, const char *path)
{
	char temporary[4096];
	bool is_good = true;
	FILE *file;

	if ((size_t)snprintf(temporary, sizeof(temporary), "%s.tmp", path) >=
	    sizeof(temporary)) {
		errno = ENAMETOOLONG;
		return complain("write", path);
	}
	file = fopen(temporary, "we");
	if (!file)
		return complain("create", temporary);
	/* With 17 significant digits the text loses nothing. */
	for (size_t i = 0; i < plate->nx * plate->ny; i++)
		is_good = is_good &&
			  fprintf(file, "%.17g%c", plate->now[i],
				  (i + 1) % plate->nx ? ' ' : '\n') > 0;
	if (fclose(file) || !is_good)
		return complain("write", temporary);
	if (rename(temporary, path))
		return complain("write", path);
	return true;
}
