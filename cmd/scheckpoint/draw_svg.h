/* SPDX-License-Identifier: GPL-2.0-or-later */
/* draw_svg.h: a job's life as a picture for papers and tickets. */
#ifndef DRAW_SVG_H
#define DRAW_SVG_H

#include <stdio.h>

struct life;

/* Draw it as one SVG document, with a row for each run.  It needs no other file
 * and no script. */
void draw_svg(FILE *out, const struct life *life);

#endif
