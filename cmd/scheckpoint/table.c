/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table.c: a table whose columns are as wide as they need to be. */
#include "cmd/scheckpoint/table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/settings/text.h"

#define LINE_MAX_BYTES 2048

struct table {
	size_t columns, count, room;
	unsigned right;
	char **cells;
	bool failed;
};

struct table *table_new(size_t columns, unsigned right)
{
	struct table *table = calloc(1, sizeof(*table));

	if (!table)
		return NULL;
	table->columns = columns;
	table->right = right;
	return table;
}

void table_add(struct table *table, const char *format, ...)
{
	char text[LINE_MAX_BYTES], clean[LINE_MAX_BYTES];
	va_list args;

	if (!table || table->failed)
		return;
	if (table->count == table->room) {
		size_t room = table->room ? table->room * 2 : 64;
		char **cells = reallocarray(table->cells, room, sizeof(*cells));

		if (!cells) {
			table->failed = true;
			return;
		}
		table->cells = cells;
		table->room = room;
	}
	text[0] = '\0';
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	text_clean(clean, sizeof(clean), text);
	table->cells[table->count] = strdup(clean[0] ? clean : "-");
	if (table->cells[table->count])
		table->count++;
	else
		table->failed = true;
}

/* Columns of the terminal: one for each character, not for each byte. */
static int width_of(const char *text)
{
	int width = 0;

	for (; *text; text++)
		width += (*text & 0xc0) != 0x80;
	return width;
}

static void print_cells(const struct table *table)
{
	int widths[TABLE_COLUMNS_MAX] = {0};

	for (size_t i = 0; i < table->count; i++) {
		int width = width_of(table->cells[i]);

		if (width > widths[i % table->columns])
			widths[i % table->columns] = width;
	}
	for (size_t i = 0; i < table->count; i++) {
		size_t column = i % table->columns;
		bool is_last = column == table->columns - 1;
		bool is_right = table->right & 1u << column;
		int pad = widths[column] - width_of(table->cells[i]);

		printf("%*s%s%*s%s", is_right ? pad : 0, "", table->cells[i],
		       is_right || is_last ? 0 : pad, "",
		       is_last ? "\n" : "  ");
	}
}

bool table_print(struct table *table)
{
	bool is_good = table && !table->failed;

	if (is_good)
		print_cells(table);
	for (size_t i = 0; table && i < table->count; i++)
		free(table->cells[i]);
	if (table)
		free(table->cells);
	free(table);
	return is_good;
}
