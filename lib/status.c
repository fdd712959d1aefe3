/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* status.c: what each status means, and the texts of errors. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/status.h"

const char *ckpt_status_text(enum ckpt_status status)
{
	switch (status) {
	case CKPT_OK:
		return "done";
	case CKPT_NONE:
		return "there is none";
	case CKPT_STALE:
		return "a later run of the job owns the store";
	case CKPT_UNSURE:
		return "done, but it may be lost if the machine crashes now";
	case CKPT_EINVAL:
		return "an argument isn't what it must be";
	case CKPT_EIO:
		return "a system call failed";
	case CKPT_DAMAGED:
		return "what is stored isn't what was committed";
	case CKPT_FOREIGN:
		return "the store belongs to another job";
	case CKPT_SCHEMA:
		return "the version has another schema";
	case CKPT_NEWER:
		return "written in a later format than this library reads";
	case CKPT_LIMIT:
		return "a bound on size, depth or count is exceeded";
	case CKPT_ENOMEM:
		return "out of memory";
	}
	return "unknown status";
}

/* Make it one line that is safe for a terminal or a log: paths and files may
 * hold any bytes. */
static void strip_controls(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}

void ckpt_copy_text(char *to, size_t size, const char *text)
{
	size_t len = strnlen(text, size - 1);

	memcpy(to, text, len);
	to[len] = '\0';
	strip_controls(to);
}

enum ckpt_status ckpt_fail(struct ckpt_error *err, enum ckpt_status status,
			   int errnum, const char *format, ...)
{
	char why[128];
	size_t len;
	va_list args;

	if (!err)
		return status;
	err->errnum = errnum;
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	len = strlen(err->text);
	if (errnum)
		snprintf(err->text + len, sizeof(err->text) - len, ": %s",
			 strerror_r(errnum, why, sizeof(why)));
	strip_controls(err->text);
	return status;
}

enum ckpt_status ckpt_no_memory(struct ckpt_error *err)
{
	return ckpt_fail(err, CKPT_ENOMEM, 0, "out of memory");
}
