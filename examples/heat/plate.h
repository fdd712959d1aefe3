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

/* A plate is stored row by row; row 0 is the north edge. */
struct plate {
	size_t nx, ny;
	uint64_t step;	/* steps done */
	uint64_t steps; /* steps in all */
	double alpha;	/* diffusivity, m2/s */
	double dt;	/* s */
	double spacing; /* of the grid, m */
	double pace;	/* most steps a second; 0: no bound */
	double *now;	/* temperature of nx * ny cells */
	double *next;	/* scratch of the same size */
	uint8_t *fixed; /* 1: the cell keeps its temperature */
};

/*
 * Functions that may fail say why on stderr and return false.  Results are the
 * same to the last bit, however often a computation was interrupted.
 */

/* Read a description (see plate.in).  Call plate_free() afterwards, also when
 * this fails. */
bool plate_load(struct plate *plate, const char *path);
void plate_free(struct plate *plate);

/* One explicit step of the heat equation. */
void plate_step(struct plate *plate);

/* Write step count and temperatures, exactly, in this machine's format. */
bool plate_save(const struct plate *plate, const char *path);
/* Read them back, into a plate that was loaded from the same description. */
bool plate_restore(struct plate *plate, const char *path);

/* Write the field as text, one line for each row.  The file appears whole or
 * not at all.  gnuplot shows it with "plot 'FILE' matrix with image". */
bool plate_write(const struct plate *plate, const char *path);

#endif
