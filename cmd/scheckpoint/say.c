/* SPDX-License-Identifier: GPL-2.0-or-later */
/* say.c: what scheckpoint says to people. */
#include "cmd/scheckpoint/say.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "cmd/scheckpoint/call.h"
#include "requeue/settings/text.h"

#define LINE_MAX_BYTES 2048

const char *say_clean(char *to, size_t size, const char *from)
{
	text_clean(to, size, from);
	return to;
}

int say_error(const struct call *call, const char *format, ...)
{
	char line[LINE_MAX_BYTES], clean[LINE_MAX_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	text_clean(clean, sizeof(clean), line);
	if (call)
		fprintf(stderr, "scheckpoint: %s: %s\n", call->command->name,
			clean);
	else
		fprintf(stderr, "scheckpoint: %s\n", clean);
	return SAYS_ERROR;
}

/* What to do about it, where the library's words don't say that. */
static const char *remedy(enum ckpt_status status)
{
	switch (status) {
	case CKPT_STALE:
		return "a later run of the job goes on without this one";
	case CKPT_UNSURE:
		return "it is there now but may be lost in a crash: look at "
		       "the file system";
	case CKPT_NEWER:
		return "use the slurm-checkpoint release that wrote it, or a "
		       "later one";
	case CKPT_DAMAGED:
		return "scheckpoint list shows what else there is";
	default:
		return NULL;
	}
}

int say_status(const struct call *call, enum ckpt_status status,
	       const struct ckpt_error *err)
{
	const char *advice = remedy(status);

	return say_error(call, "%s%s%s",
			 err->text[0] ? err->text : ckpt_status_text(status),
			 advice ? "; " : "", advice ? advice : "");
}

void say_json(const char *text)
{
	const char *s = text;
	uint32_t c;

	while (*s) {
		size_t len = text_decode(s, &c);

		/* Beyond ASCII there are only strings; U+FFFD stands for what
		 * is no character. */
		if (!len)
			printf("\\ufffd");
		else if (c >= 0x7f && text_is_steering(c))
			printf("\\u%04" PRIx32, c);
		else
			fwrite(s, 1, len, stdout);
		s += len ? len : 1;
	}
}

bool say_record(struct ckpt_record *rec, const char *before)
{
	const char *text = rec ? ckpt_record_json(rec) : NULL;

	if (text) {
		fputs(before, stdout);
		say_json(text);
	}
	ckpt_record_free(rec);
	return text != NULL;
}

const char *say_bytes(char text[SAY_BYTES_MAX], uint64_t bytes)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
	double value = (double)bytes;
	size_t unit = 0;

	if (bytes < 1024) {
		snprintf(text, SAY_BYTES_MAX, "%" PRIu64 " B", bytes);
		return text;
	}
	for (value /= 1024; value >= 1023.95 && unit < 4; unit++)
		value /= 1024;
	snprintf(text, SAY_BYTES_MAX, "%.1f %s", value, units[unit]);
	return text;
}
