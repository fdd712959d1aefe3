/* SPDX-License-Identifier: GPL-2.0-or-later */
/* lines.c: a struct as lines "key=value", by a table of its fields. */
#include "requeue/slurm/lines.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/settings/text.h"

void line_write_text(FILE *out, const char *key, const char *value)
{
	char clean[LINE_TEXT_MAX];

	text_clean(clean, sizeof(clean), value);
	fprintf(out, "%s=%s\n", key, clean);
}

static void write_field(FILE *out, const struct line *line, const void *field)
{
	switch (line->kind) {
	case LINE_COUNT:
		fprintf(out, "%s=%" PRIu32 "\n", line->key,
			*(const uint32_t *)field);
		break;
	case LINE_LONG:
		fprintf(out, "%s=%" PRId64 "\n", line->key,
			*(const int64_t *)field);
		break;
	case LINE_FLAG:
		fprintf(out, "%s=%d\n", line->key, *(const bool *)field);
		break;
	case LINE_TEXT:
		line_write_text(out, line->key, field);
		break;
	}
}

void lines_write(FILE *out, const struct line *lines, size_t count,
		 const void *from)
{
	for (size_t i = 0; i < count; i++)
		write_field(out, &lines[i],
			    (const char *)from + lines[i].offset);
}

static void read_field(const struct line *line, void *field, const char *value)
{
	switch (line->kind) {
	case LINE_COUNT:
		*(uint32_t *)field = (uint32_t)strtoll(value, NULL, 10);
		break;
	case LINE_LONG:
		*(int64_t *)field = strtoll(value, NULL, 10);
		break;
	case LINE_FLAG:
		*(bool *)field = strtoll(value, NULL, 10) != 0;
		break;
	case LINE_TEXT:
		snprintf(field, line->size, "%s", value);
		break;
	}
}

void lines_read(const struct line *lines, size_t count, void *to,
		const char *key, const char *value)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(key, lines[i].key))
			read_field(&lines[i], (char *)to + lines[i].offset,
				   value);
}

bool lines_next(char **rest, char **key, char **value)
{
	while ((*key = strsep(rest, "\n"))) {
		*value = strchr(*key, '=');
		if (!*value)
			continue;
		*(*value)++ = '\0';
		return true;
	}
	return false;
}
