/* SPDX-License-Identifier: GPL-2.0-or-later */
/* draw_text.h: a job's life for a terminal. */
#ifndef DRAW_TEXT_H
#define DRAW_TEXT_H

#include <stdbool.h>
#include <stdio.h>

struct life;

/*
 * Draw it with a row for each run, and what the signs mean.
 *
 * width    columns; 60 at least
 * is_utf8  false: in ASCII
 */
void draw_text(FILE *out, const struct life *life, int width, bool is_utf8);

#endif
