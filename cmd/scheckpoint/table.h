/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table.h: a table whose columns are as wide as they need to be. */
#ifndef TABLE_H
#define TABLE_H

#include <stdbool.h>
#include <stddef.h>

#define TABLE_COLUMNS_MAX 12
struct table;

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
/* Print to stdout and free.  False: memory ran out, nothing was printed. */
bool table_print(struct table *table);

#endif
