/* SPDX-License-Identifier: GPL-2.0-or-later */
/* table.c: a table whose columns are as wide as they need to be. */
#include "cmd/scheckpoint/table.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/settings/text.h"

#define LINE_MAX_BYTES 2048

struct cell {
	char *text;
	enum paint paint;
};

struct table {
	size_t columns, count, room;
	unsigned right;
	struct cell *cells;
	int width; /* of a line; 0: as wide as it is */
	bool is_coloured;
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
		struct cell *cells =
			reallocarray(table->cells, room, sizeof(*cells));

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
	table->cells[table->count] = (struct cell){
		.text = strdup(clean[0] ? clean : "-"),
	};
	if (table->cells[table->count].text)
		table->count++;
	else
		table->failed = true;
}

void table_paint(struct table *table, enum paint paint)
{
	if (table && table->count && !table->failed)
		table->cells[table->count - 1].paint = paint;
}

void table_for_terminal(struct table *table, int width, bool is_coloured)
{
	if (!table)
		return;
	table->width = width;
	table->is_coloured = is_coloured;
}

/* Columns of the terminal: one for each character, not for each byte. */
static int width_of(const char *text)
{
	int width = 0;

	for (; *text; text++)
		width += (*text & 0xc0) != 0x80;
	return width;
}

/* Cut the text to so many columns, and show that it is cut. */
static void cut(char *text, int width)
{
	char *at = text;

	if (width_of(text) <= width || width < 3)
		return;
	for (int left = width - 2; left && *at; left--)
		at += text_decode(at, &(uint32_t){0});
	strcpy(at, "..");
}

static void print_cell(const struct table *table, const struct cell *cell,
		       int pad, bool is_right)
{
	static const char *const codes[] = {
		[PAINT_NONE] = "",	    [PAINT_GOOD] = "\033[32m",
		[PAINT_WAITS] = "\033[33m", [PAINT_BAD] = "\033[31m",
		[PAINT_HEAD] = "\033[1m",
	};
	bool is_painted = table->is_coloured && cell->paint != PAINT_NONE;

	printf("%*s%s%s%s%*s", is_right ? pad : 0, "",
	       is_painted ? codes[cell->paint] : "", cell->text,
	       is_painted ? "\033[0m" : "", is_right ? 0 : pad, "");
}

static void print_cells(const struct table *table)
{
	int widths[TABLE_COLUMNS_MAX] = {0}, before = 0;

	for (size_t i = 0; i < table->count; i++) {
		int width = width_of(table->cells[i].text);

		if (width > widths[i % table->columns])
			widths[i % table->columns] = width;
	}
	for (size_t i = 0; i + 1 < table->columns; i++)
		before += widths[i] + 2;
	for (size_t i = 0; i < table->count; i++) {
		size_t column = i % table->columns;
		bool is_last = column == table->columns - 1;
		bool is_right = table->right & 1u << column;
		int pad;

		if (is_last && table->width)
			cut(table->cells[i].text, table->width - before);
		pad = widths[column] - width_of(table->cells[i].text);
		print_cell(table, &table->cells[i],
			   is_last && !is_right ? 0 : pad, is_right);
		fputs(is_last ? "\n" : "  ", stdout);
	}
}

bool table_print(struct table *table)
{
	bool is_good = table && !table->failed;

	if (is_good)
		print_cells(table);
	for (size_t i = 0; table && i < table->count; i++)
		free(table->cells[i].text);
	if (table)
		free(table->cells);
	free(table);
	return is_good;
}
