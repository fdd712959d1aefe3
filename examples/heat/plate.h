/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plate.h: heat that spreads over a rectangular plate; the physics of the
 * example, which knows nothing of checkpoints.
 */
#ifndef PLATE_H
#define PLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Row by row, row 0 is the north edge. */
struct plate {
	size_t nx, ny;
	uint64_t step;	/* steps done */
	uint64_t steps; /* steps in all */
	double alpha;	/* diffusivity, m2/s */
	double dt;	/* s */
	double spacing; /* of the grid, m */
	double pace;	/* steps a second at most; 0: as fast as it goes */
	double *now;	/* temperature of nx * ny cells */
	double *next;	/* scratch of the same size */
	uint8_t *fixed; /* 1: the cell keeps its temperature */
};

/*
 * All that may fail say why on stderr and return false.  Results are the same
 * to the last bit wherever and however often a computation was interrupted.
 */

/* Read a description (see plate.in); plate_free() whatever is returned. */
bool plate_load(struct plate *plate, const char *path);
void plate_free(struct plate *plate);

/* One explicit step of the heat equation. */
void plate_step(struct plate *plate);

/* Step count and temperatures, exactly, in this machine's own format. */
bool plate_save(const struct plate *plate, const char *path);
/* The reverse, into a plate that was loaded from the same description. */
bool plate_restore(struct plate *plate, const char *path);

/* The field as text, a line a row; "plot 'FILE' matrix with image" shows it
 * in gnuplot.  Appears whole or not at all. */
bool plate_write(const struct plate *plate, const char *path);

#endif
