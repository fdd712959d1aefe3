/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * record.c: records as JSON.  The only file that includes json-c: what json-c
 * owns never leaves this file, and every member's type is checked before it is
 * read, as any user may have written the text.
 */
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include "lib/check.h"
#include "lib/digest.h"
#include "lib/record.h"
#include "lib/text.h"
#include "lib/utf8.h"

#define DEPTH_MAX 16
#define STYLE	  (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

struct ckpt_record {
	json_object *members;
	bool failed;
};

/* ---------------------------------------------------------------- write */

struct ckpt_record *ckpt_record_plain(void)
{
	struct ckpt_record *rec = calloc(1, sizeof(*rec));

	if (rec)
		rec->members = json_object_new_object();
	if (rec && rec->members)
		return rec;
	free(rec);
	return NULL;
}

/* Set a member; takes value. */
static void set(struct ckpt_record *rec, const char *key, json_object *value)
{
	if (!rec) {
		json_object_put(value);
		return;
	}
	if (!value || json_object_object_add(rec->members, key, value) < 0) {
		json_object_put(value);
		rec->failed = true;
	}
}

/* Set "t" to the present time. */
static void stamp(struct ckpt_record *rec)
{
	struct timespec now;
	double seconds;
	char text[32];

	clock_gettime(CLOCK_REALTIME, &now);
	seconds = (double)now.tv_sec + (double)now.tv_nsec / 1e9;
	snprintf(text, sizeof(text), "%lld.%03ld", (long long)now.tv_sec,
		 now.tv_nsec / 1000000);
	set(rec, "t", json_object_new_double_s(seconds, text));
}

struct ckpt_record *ckpt_record_new(const char *kind)
{
	struct ckpt_record *rec = ckpt_record_plain();

	if (!rec)
		return NULL;
	ckpt_record_set_str(rec, "rec", kind);
	stamp(rec);
	return rec;
}

void ckpt_record_free(struct ckpt_record *rec)
{
	if (!rec)
		return;
	json_object_put(rec->members);
	free(rec);
}

bool ckpt_record_failed(const struct ckpt_record *rec)
{
	return !rec || rec->failed;
}

/* A JSON string.  JSON is UTF-8, but error texts and environments aren't
 * always: what isn't becomes '?'. */
static json_object *new_text(const char *value)
{
	char *copy = strdup(value), *at = copy;
	json_object *text;

	if (!copy)
		return NULL;
	while (*at) {
		uint32_t code;
		size_t len = ckpt_utf8_decode(at, &code);

		if (len == 0)
			*at = '?';
		at += len ? len : 1;
	}
	text = json_object_new_string(copy);
	free(copy);
	return text;
}

void ckpt_record_set_str(struct ckpt_record *rec, const char *key,
			 const char *value)
{
	if (value)
		set(rec, key, new_text(value));
}

void ckpt_record_set_bytes(struct ckpt_record *rec, const char *key,
			   const char *value)
{
	set(rec, key, json_object_new_string(value));
}

void ckpt_record_set_int(struct ckpt_record *rec, const char *key,
			 int64_t value)
{
	set(rec, key, json_object_new_int64(value));
}

/* Print the fewest digits that read back as the same number, with a point even
 * if the program's locale has a comma. */
static bool print_number(char *text, size_t size, double value)
{
	locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0), before;
	int digits;

	if (!plain)
		return false;
	before = uselocale(plain);
	for (digits = 6; digits <= 17; digits++) {
		snprintf(text, size, "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	uselocale(before);
	freelocale(plain);
	return true;
}

void ckpt_record_set_num(struct ckpt_record *rec, const char *key, double value)
{
	char text[40];

	/* JSON has no infinity and no NaN; a missing key reads as "unknown". */
	if (!isfinite(value))
		return;
	if (!print_number(text, sizeof(text), value)) {
		if (rec)
			rec->failed = true;
		return;
	}
	if (!strpbrk(text, ".e"))
		strcat(text, ".0");
	set(rec, key, json_object_new_double_s(value, text));
}

void ckpt_record_set_bool(struct ckpt_record *rec, const char *key, bool value)
{
	set(rec, key, json_object_new_boolean(value));
}

void ckpt_record_drop(struct ckpt_record *rec, const char *key)
{
	if (rec)
		json_object_object_del(rec->members, key);
}

void ckpt_record_members(const struct ckpt_record *rec, struct ckpt_text *out)
{
	const char *text = NULL;
	size_t len = 0;

	if (!ckpt_record_failed(rec))
		text = json_object_to_json_string_length(rec->members, STYLE,
							 &len);
	if (!text || len <= 2)
		out->failed = true;
	else
		ckpt_text_add(out, text + 1, len - 2);
}

void ckpt_record_text(const struct ckpt_record *rec, struct ckpt_text *out)
{
	char end[CKPT_CHECK_LENGTH + 2];

	ckpt_text_add(out, "{", 1);
	ckpt_record_members(rec, out);
	if (out->failed)
		return;
	ckpt_check_end(end, ckpt_digest_small(out->data, out->len_bytes));
	ckpt_text_add(out, end, strlen(end));
}

void ckpt_record_stamped(struct ckpt_record *rec, struct ckpt_text *out)
{
	stamp(rec);
	ckpt_record_text(rec, out);
}

size_t ckpt_record_line(struct ckpt_record *rec, char *line, size_t size)
{
	struct ckpt_text text = {0};
	size_t len = 0;

	ckpt_record_stamped(rec, &text);
	if (!ckpt_record_failed(rec) && !text.failed && text.len_bytes < size) {
		len = text.len_bytes;
		memcpy(line, text.data, len);
		line[len] = '\0';
	}
	ckpt_text_free(&text);
	return len;
}

const char *ckpt_record_json(const struct ckpt_record *rec)
{
	const char *text = NULL;

	if (!ckpt_record_failed(rec))
		text = json_object_to_json_string_ext(rec->members, STYLE);
	return text ? text : "{}";
}

/* ----------------------------------------------------------------- read */

/* json-c 0.13, of RHEL 8, lacks the function. */
static size_t parse_end(json_tokener *tokener)
{
#if JSON_C_MAJOR_VERSION == 0 && JSON_C_MINOR_VERSION < 14
	return (size_t)tokener->char_offset;
#else
	return json_tokener_get_parse_end(tokener);
#endif
}

/* Parse one JSON object at the start of text; *used: its length.  NULL: errno
 * is ENOMEM, or EBADMSG if the text is no object. */
static json_object *parse_object(const char *text, size_t len_bytes,
				 size_t *used)
{
	json_tokener *tokener = NULL;
	json_object *object = NULL;
	bool is_short;

	errno = 0;
	if (len_bytes <= INT32_MAX)
		tokener = json_tokener_new_ex(DEPTH_MAX);
	is_short = errno == ENOMEM;
	if (!tokener)
		goto out;
	object = json_tokener_parse_ex(tokener, text, (int)len_bytes);
	*used = parse_end(tokener);
	/* json-c may leave out a member that it had no memory for, and go
	 * on. */
	is_short = errno == ENOMEM;
	if (!is_short &&
	    json_tokener_get_error(tokener) == json_tokener_success &&
	    json_object_is_type(object, json_type_object))
		goto out;
	json_object_put(object);
	object = NULL;
out:
	if (tokener)
		json_tokener_free(tokener);
	errno = is_short ? ENOMEM : EBADMSG;
	return object;
}

/* Make members a record; takes them.  NULL for NULL. */
static struct ckpt_record *wrap(json_object *members)
{
	struct ckpt_record *rec = members ? calloc(1, sizeof(*rec)) : NULL;

	if (rec)
		rec->members = members;
	else
		json_object_put(members);
	return rec;
}

struct ckpt_record *ckpt_record_parse(const char *text, size_t len_bytes)
{
	size_t used = 0, body = ckpt_checked_length(text, len_bytes);
	json_object *members;

	if (!body ||
	    !ckpt_is_check(text + body, ckpt_digest_small(text, body))) {
		errno = EBADMSG;
		return NULL;
	}
	while (len_bytes && text[len_bytes - 1] == '\n')
		len_bytes--;
	members = parse_object(text, len_bytes, &used);
	if (members && used != len_bytes) {
		json_object_put(members);
		members = NULL;
	}
	if (members)
		json_object_object_del(members, "sum");
	return wrap(members);
}

struct ckpt_record *ckpt_record_part(const char *text, size_t len_bytes,
				     size_t *used)
{
	return wrap(parse_object(text, len_bytes, used));
}

static json_object *get(const struct ckpt_record *rec, const char *key)
{
	json_object *value = NULL;

	if (rec)
		json_object_object_get_ex(rec->members, key, &value);
	return value;
}

bool ckpt_record_has(const struct ckpt_record *rec, const char *key)
{
	return get(rec, key) != NULL;
}

/* The text of a string; NULL: it is none, or holds a NUL, which no C string
 * can. */
static const char *as_string(json_object *value)
{
	const char *text;

	if (!json_object_is_type(value, json_type_string))
		return NULL;
	text = json_object_get_string(value);
	if (strlen(text) != (size_t)json_object_get_string_len(value))
		return NULL;
	return text;
}

const char *ckpt_record_str(const struct ckpt_record *rec, const char *key)
{
	return as_string(get(rec, key));
}

int64_t ckpt_record_int(const struct ckpt_record *rec, const char *key,
			int64_t otherwise)
{
	json_object *value = get(rec, key);

	if (!json_object_is_type(value, json_type_int))
		return otherwise;
	return json_object_get_int64(value);
}

double ckpt_record_num(const struct ckpt_record *rec, const char *key,
		       double otherwise)
{
	json_object *value = get(rec, key);
	double number;

	if (!json_object_is_type(value, json_type_double) &&
	    !json_object_is_type(value, json_type_int))
		return otherwise;
	number = json_object_get_double(value);
	return isfinite(number) ? number : otherwise;
}

bool ckpt_record_bool(const struct ckpt_record *rec, const char *key)
{
	json_object *value = get(rec, key);

	return json_object_is_type(value, json_type_boolean) &&
	       json_object_get_boolean(value);
}

const char *ckpt_record_kind(const struct ckpt_record *rec)
{
	const char *kind = ckpt_record_str(rec, "rec");

	return kind ? kind : "";
}

double ckpt_record_time(const struct ckpt_record *rec)
{
	return ckpt_record_num(rec, "t", 0);
}

/* ---------------------------------------------------------------- notes */

void ckpt_record_set_note(struct ckpt_record *rec, const char *key,
			  const char *value)
{
	json_object *notes = get(rec, "notes");
	struct ckpt_record inner = {.members = notes};

	if (!rec)
		return;
	if (!notes) {
		set(rec, "notes", json_object_new_object());
		inner.members = get(rec, "notes");
	}
	if (inner.members)
		ckpt_record_set_str(&inner, key, value);
	rec->failed |= inner.failed;
}

const char *ckpt_record_note(const struct ckpt_record *rec, const char *key)
{
	json_object *notes = get(rec, "notes");
	struct ckpt_record inner = {.members = notes};

	if (!json_object_is_type(notes, json_type_object))
		return NULL;
	return ckpt_record_str(&inner, key);
}

size_t ckpt_record_notes(const struct ckpt_record *rec)
{
	json_object *notes = get(rec, "notes");

	if (!json_object_is_type(notes, json_type_object))
		return 0;
	return (size_t)json_object_object_length(notes);
}
