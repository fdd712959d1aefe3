/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table.h: a table whose columns are as wide as they need to be. */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define TABLE_COLUMNS_MAX 12
struct table;

enum paint {
	PAINT_NONE,
	PAINT_GOOD,
	PAINT_WAITS,
	PAINT_BAD,
	PAINT_HEAD,
};

/*
 * right  the columns that are aligned right, a bit for each
 *
 * Returns NULL where memory runs out.  The functions below take NULL too, and
 * table_print() returns false then.
 */
struct table *table_new(size_t columns, unsigned right);
/* Add the next cell (row by row), cleaned; "" becomes "-". */
void table_add(struct table *table, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The colour of the cell that was added last. */
void table_paint(struct table *table, enum paint paint);
/* Cut the last column so that lines have this width; 0: leave it whole. Colours
 * are only printed where is_coloured. */
void table_for_terminal(struct table *table, int width, bool is_coloured);
/* Print to stdout and free.  False: memory ran out, nothing was printed. */
bool table_print(struct table *table);

#endif
