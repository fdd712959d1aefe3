/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * json.c: records and manifests as JSON.  The only file that includes json-c:
 * what it owns never leaves this file, and every member's type is checked
 * before it is read, as the text may be anybody's.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <json-c/json.h>

#include "lib/internal.h"

#define DEPTH_MAX  16
#define STYLE	   (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)
#define SUM_KEY	   ",\"sum\":\""
#define SUM_DIGITS 16
/* ,"sum":"0123456789abcdef"} */
#define SUM_LENGTH (sizeof(SUM_KEY) - 1 + SUM_DIGITS + 2)

struct ckpt_record {
	json_object *members;
	bool failed;
};

void ckpt_text_add(struct ckpt_text *text, const char *data, size_t len_bytes)
{
	size_t need = text->len_bytes + len_bytes + 1;

	if (text->failed)
		return;
	if (need > text->size_bytes) {
		size_t size = need + need / 2;
		char *grown = realloc(text->data, size);

		if (!grown) {
			text->failed = true;
			return;
		}
		text->data = grown;
		text->size_bytes = size;
	}
	memcpy(text->data + text->len_bytes, data, len_bytes);
	text->len_bytes += len_bytes;
	text->data[text->len_bytes] = '\0';
}

void ckpt_text_free(struct ckpt_text *text)
{
	free(text->data);
	memset(text, 0, sizeof(*text));
}

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

struct ckpt_record *ckpt_record_new(const char *kind)
{
	struct ckpt_record *rec = ckpt_record_plain();

	if (!rec)
		return NULL;
	ckpt_record_set_str(rec, "rec", kind);
	ckpt_record_stamp(rec);
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

/* Takes value. */
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

void ckpt_record_stamp(struct ckpt_record *rec)
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

/* Length of the UTF-8 sequence at text; 0: it isn't one. */
static size_t utf8_length(const unsigned char *text)
{
	size_t len = text[0] < 0x80			 ? 1
		     : text[0] >= 0xc2 && text[0] < 0xe0 ? 2
		     : text[0] >= 0xe0 && text[0] < 0xf0 ? 3
		     : text[0] >= 0xf0 && text[0] < 0xf5 ? 4
							 : 0;
	size_t at;

	for (at = 1; at < len; at++)
		if ((text[at] & 0xc0) != 0x80)
			return 0;
	if ((text[0] == 0xe0 && text[1] < 0xa0) ||
	    (text[0] == 0xed && text[1] >= 0xa0) ||
	    (text[0] == 0xf0 && text[1] < 0x90) ||
	    (text[0] == 0xf4 && text[1] >= 0x90))
		return 0;
	return len;
}

/* JSON is UTF-8, and error texts and environments aren't always. */
static json_object *new_text(const char *value)
{
	char *copy = strdup(value);
	unsigned char *at;
	json_object *text;

	if (!copy)
		return NULL;
	for (at = (unsigned char *)copy; *at;) {
		size_t len = utf8_length(at);

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

void ckpt_record_set_int(struct ckpt_record *rec, const char *key,
			 int64_t value)
{
	set(rec, key, json_object_new_int64(value));
}

void ckpt_record_set_num(struct ckpt_record *rec, const char *key, double value)
{
	char text[40];
	int digits;

	/* JSON has no such numbers; a key left out reads as "unknown". */
	if (!isfinite(value))
		return;
	/* The fewest digits that read back as the same number. */
	for (digits = 6; digits <= 17; digits++) {
		snprintf(text, sizeof(text), "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
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

/* The end of every checked text: from before its last brace. */
static void seal(struct ckpt_text *out)
{
	char end[SUM_LENGTH + 2];

	if (out->failed)
		return;
	snprintf(end, sizeof(end), SUM_KEY "%016" PRIx64 "\"}\n",
		 ckpt_digest_small(out->data, out->len_bytes));
	ckpt_text_add(out, end, strlen(end));
}

/* Without the last brace; an object of no members has no checked form. */
static void add_members(const struct ckpt_record *rec, struct ckpt_text *out)
{
	const char *text = NULL;
	size_t len = 0;

	if (!ckpt_record_failed(rec))
		text = json_object_to_json_string_length(rec->members, STYLE,
							 &len);
	if (!text || len <= 2)
		out->failed = true;
	else
		ckpt_text_add(out, text, len - 1);
}

void ckpt_record_seal(const struct ckpt_record *rec, struct ckpt_text *out)
{
	add_members(rec, out);
	seal(out);
}

const char *ckpt_record_json(const struct ckpt_record *rec)
{
	const char *text = NULL;

	if (!ckpt_record_failed(rec))
		text = json_object_to_json_string_ext(rec->members, STYLE);
	return text ? text : "{}";
}

/* ----------------------------------------------------------------- read */

/* Length of a sealed text without its check; 0: it isn't whole. */
static size_t checked_length(const char *text, size_t len_bytes)
{
	char digits[SUM_DIGITS + 1];
	size_t body;

	while (len_bytes && text[len_bytes - 1] == '\n')
		len_bytes--;
	if (len_bytes <= SUM_LENGTH)
		return 0;
	body = len_bytes - SUM_LENGTH;
	if (memcmp(text + body, SUM_KEY, sizeof(SUM_KEY) - 1) ||
	    memcmp(text + len_bytes - 2, "\"}", 2))
		return 0;
	snprintf(digits, sizeof(digits), "%016" PRIx64,
		 ckpt_digest_small(text, body));
	if (memcmp(text + body + sizeof(SUM_KEY) - 1, digits, SUM_DIGITS))
		return 0;
	return body;
}

/* RHEL 8 has 0.13, where the member is all there is. */
static size_t parse_end(json_tokener *tokener)
{
#if JSON_C_MAJOR_VERSION == 0 && JSON_C_MINOR_VERSION < 14
	return (size_t)tokener->char_offset;
#else
	return json_tokener_get_parse_end(tokener);
#endif
}

/* One JSON object from text; *used: how far it went.  NULL: errno is ENOMEM,
 * or EBADMSG where the text is to blame. */
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
	/* json-c may go on without a member that it had no memory for. */
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

/* Takes members; NULL stays NULL. */
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
	json_object *members;
	size_t used = 0;

	if (!checked_length(text, len_bytes)) {
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

/* NULL: no string, or one with a NUL inside, which no C string can hold. */
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

/* ------------------------------------------------------------- manifest */

void ckpt_manifest_add(struct ckpt_text *list, const struct ckpt_file *file)
{
	json_object *entry = json_object_new_object();
	json_object *name = json_object_new_string(file->name);
	struct ckpt_record rec = {.members = entry};
	const char *text = NULL;

	if (!entry) {
		json_object_put(name);
		list->failed = true;
		return;
	}
	/* The name's bytes as they are: it must find the file again. */
	set(&rec, "name", name);
	ckpt_record_set_int(&rec, "size", (int64_t)file->bytes);
	ckpt_record_set_str(&rec, "xxh3", file->digest);
	if (!rec.failed)
		text = json_object_to_json_string_ext(entry, STYLE);
	if (!text)
		list->failed = true;
	if (text && list->len_bytes)
		ckpt_text_add(list, ",\n", 2);
	if (text)
		ckpt_text_add(list, text, strlen(text));
	json_object_put(entry);
}

void ckpt_manifest_seal(const struct ckpt_record *head,
			const struct ckpt_text *list, struct ckpt_text *out)
{
	static const char open[] = ",\"files\":[\n";

	add_members(head, out);
	ckpt_text_add(out, open, sizeof(open) - 1);
	if (list->failed)
		out->failed = true;
	else if (list->len_bytes)
		ckpt_text_add(out, list->data, list->len_bytes);
	ckpt_text_add(out, "]", 1);
	seal(out);
}

/* Skip a JSON string; at is its opening quote. */
static size_t skip_string(const char *text, size_t at, size_t end)
{
	for (at++; at < end && text[at] != '"'; at++)
		if (text[at] == '\\')
			at++;
	return at < end ? at + 1 : end;
}

static size_t skip_space(const char *text, size_t at, size_t end)
{
	while (at < end && strchr(" \t\r\n", text[at]) && text[at])
		at++;
	return at;
}

/*
 * Find the list "files" of the outermost object, from after its bracket to
 * the closing one.  Parsed as one tree a list of many files would take many
 * times its size in memory; so it is cut out and read entry by entry.
 */
static bool find_files(const char *text, size_t end, size_t *from, size_t *to)
{
	static const char key[] = "\"files\"";
	bool is_ours = false;
	size_t at = 0, depth = 0;

	while (at < end) {
		char c = text[at];

		if (c == '"') {
			size_t next = skip_string(text, at, end);

			is_ours = depth == 1 && next - at == sizeof(key) - 1 &&
				  !memcmp(text + at, key, sizeof(key) - 1);
			at = skip_space(text, next, end);
			is_ours = is_ours && at < end && text[at] == ':';
			if (is_ours) {
				at = skip_space(text, at + 1, end);
				is_ours = at < end && text[at] == '[';
			}
			if (is_ours)
				break;
			continue;
		}
		if (c == '{' || c == '[')
			depth++;
		if ((c == '}' || c == ']') && depth-- == 0)
			return false;
		at++;
	}
	if (!is_ours)
		return false;
	*from = ++at;
	for (depth = 1; at < end;) {
		if (text[at] == '"') {
			at = skip_string(text, at, end);
			continue;
		}
		if (text[at] == '{' || text[at] == '[')
			depth++;
		if ((text[at] == '}' || text[at] == ']') && --depth == 0)
			break;
		at++;
	}
	*to = at;
	return at < end;
}

bool ckpt_manifest_parse(struct ckpt_manifest *manifest, char *text,
			 size_t len_bytes)
{
	struct ckpt_text head = {0};
	json_object *members = NULL;
	size_t used = 0;

	memset(manifest, 0, sizeof(*manifest));
	manifest->text = text;
	errno = EBADMSG;
	if (!checked_length(text, len_bytes) ||
	    !find_files(text, len_bytes, &manifest->files_at,
			&manifest->files_end))
		goto out;
	ckpt_text_add(&head, text, manifest->files_at);
	ckpt_text_add(&head, text + manifest->files_end,
		      len_bytes - manifest->files_end);
	if (head.failed)
		errno = ENOMEM;
	if (head.failed || head.len_bytes > CKPT_FACT_MAX)
		goto out;
	members = parse_object(head.data, head.len_bytes, &used);
	manifest->head = wrap(members);
out:
	ckpt_text_free(&head);
	if (manifest->head)
		return true;
	ckpt_manifest_free(manifest);
	return false;
}

void ckpt_manifest_free(struct ckpt_manifest *manifest)
{
	ckpt_record_free(manifest->head);
	free(manifest->text);
	memset(manifest, 0, sizeof(*manifest));
}

int ckpt_manifest_next(const struct ckpt_manifest *manifest, size_t *at,
		       struct ckpt_record **holder, struct ckpt_file *file)
{
	const char *text = manifest->text;
	size_t end = manifest->files_end, used = 0;
	json_object *entry;
	int64_t bytes;

	ckpt_record_free(*holder);
	*holder = NULL;
	*at = skip_space(text, *at, end);
	if (*at == end)
		return 0;
	if (*at > manifest->files_at && text[*at] == ',')
		*at = skip_space(text, *at + 1, end);
	errno = EBADMSG;
	if (*at == end || text[*at] != '{')
		return -1;
	entry = parse_object(text + *at, end - *at, &used);
	*holder = wrap(entry);
	if (!*holder)
		return -1;
	errno = EBADMSG;
	*at += used;
	file->name = ckpt_record_str(*holder, "name");
	file->digest = ckpt_record_str(*holder, "xxh3");
	bytes = ckpt_record_int(*holder, "size", -1);
	file->bytes = (uint64_t)bytes;
	if (!file->name || !file->digest || bytes < 0 ||
	    strlen(file->digest) != CKPT_DIGEST_LENGTH ||
	    !ckpt_fs_is_name(file->name))
		return -1;
	return 1;
}
