/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * manifest.c: writing and reading manifests.  A manifest may list a million
 * files: it is written while the list grows, and read a piece at a time, so
 * that the memory in use doesn't grow with the list.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/digest.h"
#include "lib/format.h"
#include "lib/fsutil.h"
#include "lib/manifest.h"
#include "lib/record.h"
#include "lib/text.h"

#define PENDING_BYTES (64 << 10)
/* Longer than any entry of the list may be. */
#define WINDOW_BYTES  (64 << 10)
/* Holds the check and any newlines after it. */
#define END_BYTES     128

/* ---------------------------------------------------------------- write */

static int flush(struct ckpt_listing *list)
{
	struct ckpt_text *pending = &list->pending;

	if (pending->failed) {
		errno = ENOMEM;
		return -1;
	}
	if (!pending->len_bytes)
		return 0;
	if (list->end + pending->len_bytes > CKPT_MANIFEST_MAX) {
		errno = EFBIG;
		return -1;
	}
	if (ckpt_fs_write(list->fd, pending->data, pending->len_bytes) < 0)
		return -1;
	ckpt_sum_update(list->sum, pending->data, pending->len_bytes);
	list->end += pending->len_bytes;
	pending->len_bytes = 0;
	return 0;
}

int ckpt_listing_begin(struct ckpt_listing *list, int dirfd, const char *name)
{
	/* The format comes first, where every later version of the library
	 * finds it. */
	static const char open[] = "{\"format\":" CKPT_FORMAT_TEXT
				   ",\"files\":[\n";

	memset(list, 0, sizeof(*list));
	list->dirfd = dirfd;
	list->name = name;
	list->fd = ckpt_fs_open(dirfd, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (list->fd < 0)
		return -1;
	list->sum = ckpt_sum_new();
	ckpt_text_add(&list->pending, open, sizeof(open) - 1);
	if (list->sum && !list->pending.failed)
		return 0;
	ckpt_listing_end(list);
	errno = ENOMEM;
	return -1;
}

uint64_t ckpt_file_sum(const struct ckpt_file *file)
{
	char text[CKPT_NAME_MAX + CKPT_DIGEST_LENGTH + 32];
	int len = snprintf(text, sizeof(text), "%" PRIu64 "/%s/%s", file->bytes,
			   file->digest, file->name);

	if (len < 0 || (size_t)len >= sizeof(text))
		return 0; /* no version holds a file of such a name */
	return ckpt_digest_small(text, (size_t)len);
}

int ckpt_listing_add(struct ckpt_listing *list, const struct ckpt_file *file)
{
	struct ckpt_record *entry = ckpt_record_plain();

	/* The name's bytes stay as they are: they must find the file again. */
	ckpt_record_set_bytes(entry, "name", file->name);
	ckpt_record_set_int(entry, "size", (int64_t)file->bytes);
	ckpt_record_set_str(entry, "xxh3", file->digest);
	if (list->files)
		ckpt_text_add(&list->pending, ",\n", 2);
	ckpt_text_add(&list->pending, "{", 1);
	ckpt_record_members(entry, &list->pending);
	ckpt_text_add(&list->pending, "}", 1);
	ckpt_record_free(entry);
	list->files++;
	list->content += ckpt_file_sum(file);
	return list->pending.len_bytes < PENDING_BYTES && !list->pending.failed
		       ? 0
		       : flush(list);
}

/* Write what follows the list: the other members, and the check of all. */
static int write_rest(struct ckpt_listing *list, const struct ckpt_record *head)
{
	char end[CKPT_CHECK_LENGTH + 2];
	struct ckpt_text rest = {0};
	int rc = -1;

	ckpt_text_add(&rest, "],", 2);
	ckpt_record_members(head, &rest);
	if (!rest.failed)
		ckpt_check_end(end, ckpt_sum_with(list->sum, rest.data,
						  rest.len_bytes));
	if (!rest.failed)
		ckpt_text_add(&rest, end, strlen(end));
	if (rest.failed)
		errno = ENOMEM;
	else if (list->end + rest.len_bytes > CKPT_MANIFEST_MAX)
		errno = EFBIG;
	else
		rc = ckpt_fs_write(list->fd, rest.data, rest.len_bytes);
	ckpt_text_free(&rest);
	return rc;
}

/* Remove what follows the list, so that it can be sealed once more. */
static int reopen(struct ckpt_listing *list)
{
	list->fd = ckpt_fs_open(list->dirfd, list->name, O_WRONLY, 0);
	if (list->fd < 0 || ftruncate(list->fd, (off_t)list->end) < 0 ||
	    lseek(list->fd, 0, SEEK_END) < 0)
		return -1;
	return 0;
}

int ckpt_listing_seal(struct ckpt_listing *list, const struct ckpt_record *head)
{
	int rc;

	if ((list->fd < 0 && reopen(list) < 0) || flush(list) < 0 ||
	    write_rest(list, head) < 0 || ckpt_fs_sync(list->fd) < 0)
		return -1;
	/* Network file systems report a failed write at close. */
	rc = close(list->fd);
	list->fd = -1;
	return rc;
}

void ckpt_listing_end(struct ckpt_listing *list)
{
	ckpt_fs_close(&list->fd);
	ckpt_sum_free(list->sum);
	ckpt_text_free(&list->pending);
	list->sum = NULL;
}

/* ----------------------------------------------------------------- read */

/* The piece of the file that is in memory. */
struct ckpt_window {
	uint64_t from; /* in the file */
	size_t len_bytes;
	char data[WINDOW_BYTES];
};

/* Fill the window from the offset `from` on, at most to the offset end. */
static int fill(struct ckpt_manifest *manifest, uint64_t from, uint64_t end)
{
	struct ckpt_window *window = manifest->window;

	window->from = from;
	window->len_bytes = 0;
	while (window->len_bytes < WINDOW_BYTES && from < end) {
		size_t room = WINDOW_BYTES - window->len_bytes;
		ssize_t got = TEMP_FAILURE_RETRY(
			pread(manifest->fd, window->data + window->len_bytes,
			      end - from < room ? (size_t)(end - from) : room,
			      (off_t)from));

		if (got < 0)
			return -1;
		/* The file is shorter than it was when it was opened. */
		if (got == 0) {
			errno = EBADMSG;
			return -1;
		}
		window->len_bytes += (size_t)got;
		from += (uint64_t)got;
	}
	return 0;
}

enum place {
	BEFORE,
	AFTER_KEY,
	AFTER_COLON,
	INSIDE,
	BEHIND
};

/*
 * The search for the list "files" of the outermost object.  A list of many
 * files would take many times its size in memory if it were parsed as one tree;
 * so it is cut out here, and its entries are read one by one later.
 */
struct search {
	enum place place;
	size_t depth;
	bool is_string, is_escaped;
	size_t string_at;      /* where in head the last string begins */
	struct ckpt_text head; /* all text but the list's */
	uint64_t files_at, files_end;
};

static void end_string(struct search *s)
{
	static const char key[] = "\"files\"";
	size_t len = s->head.len_bytes - s->string_at;

	s->is_string = false;
	if (s->place < INSIDE && s->depth == 1 && len == sizeof(key) - 1 &&
	    !memcmp(s->head.data + s->string_at, key, len))
		s->place = AFTER_KEY;
}

/* Take a byte outside of strings; false: more is closed than was opened. */
static bool take_mark(struct search *s, char c, uint64_t at)
{
	if (c == '[' && s->place == AFTER_COLON) {
		s->place = INSIDE;
		s->files_at = at + 1;
		s->depth = 0;
	} else if (s->place < INSIDE && !strchr(" \t\r\n", c)) {
		s->place = c == ':' && s->place == AFTER_KEY ? AFTER_COLON
							     : BEFORE;
	}
	if (c == '{' || c == '[')
		s->depth++;
	if ((c == '}' || c == ']') && s->depth-- == 0)
		return false;
	if (s->place == INSIDE && s->depth == 0) {
		s->place = BEHIND;
		s->files_end = at;
	}
	return true;
}

static bool take_byte(struct search *s, char c, uint64_t at)
{
	bool is_end = false;

	if (s->place == BEHIND || !c) {
		/* The list is found; or the byte is no JSON, and the parser
		 * refuses it later. */
	} else if (s->is_string) {
		is_end = !s->is_escaped && c == '"';
		s->is_escaped = !s->is_escaped && c == '\\';
	} else if (c == '"') {
		s->is_string = true;
		s->string_at = s->head.len_bytes;
		if (s->place < INSIDE)
			s->place = BEFORE;
	} else if (!take_mark(s, c, at)) {
		return false;
	}
	/* The list's brackets belong to the head. */
	if (s->place != INSIDE || at + 1 == s->files_at)
		ckpt_text_add(&s->head, &c, 1);
	if (is_end)
		end_string(s);
	return s->head.len_bytes <= CKPT_FACT_MAX && !s->head.failed;
}

/* Offset of the check; 0: there is none. */
static uint64_t find_seal(struct ckpt_manifest *manifest, uint64_t size)
{
	uint64_t from = size > END_BYTES ? size - END_BYTES : 0;
	struct ckpt_window *window = manifest->window;
	size_t body;

	if (fill(manifest, from, size) < 0)
		return 0;
	errno = EBADMSG;
	body = ckpt_checked_length(window->data, window->len_bytes);
	memcpy(manifest->end, window->data + body,
	       body ? CKPT_CHECK_LENGTH : 0);
	return body ? from + body : 0;
}

/* Read the whole file once: compare the check, collect the members but the
 * list, and find the list. */
static int search_all(struct ckpt_manifest *manifest, uint64_t size,
		      uint64_t body, struct search *s)
{
	struct ckpt_window *window = manifest->window;
	struct ckpt_sum *sum = ckpt_sum_new();
	uint64_t at;
	int rc = -1;

	errno = ENOMEM;
	if (!sum)
		return -1;
	for (at = 0; at < size; at += window->len_bytes) {
		size_t i;

		if (fill(manifest, at, size) < 0)
			goto out;
		errno = EBADMSG;
		for (i = 0; i < window->len_bytes; i++)
			if (!take_byte(s, window->data[i], at + i))
				goto out;
		if (at < body)
			ckpt_sum_update(sum, window->data,
					body - at < window->len_bytes
						? (size_t)(body - at)
						: window->len_bytes);
	}
	if (s->place == BEHIND &&
	    ckpt_is_check(manifest->end, ckpt_sum_with(sum, NULL, 0)))
		rc = 0;
out:
	if (s->head.failed)
		errno = ENOMEM;
	ckpt_sum_free(sum);
	return rc;
}

int ckpt_manifest_open(struct ckpt_manifest *manifest, int dirfd,
		       const char *name, uid_t owner)
{
	struct search search = {0};
	size_t used = 0;
	uint64_t body;
	struct stat st;

	*manifest = CKPT_NO_MANIFEST;
	manifest->fd = ckpt_fs_open_file(dirfd, name, O_RDONLY, owner, &st);
	if (manifest->fd < 0)
		return -1;
	if (st.st_size < 0 || st.st_size > CKPT_MANIFEST_MAX) {
		errno = EFBIG;
		goto out;
	}
	manifest->window = malloc(sizeof(*manifest->window));
	if (!manifest->window)
		goto out;
	body = find_seal(manifest, (uint64_t)st.st_size);
	if (!body ||
	    search_all(manifest, (uint64_t)st.st_size, body, &search) < 0)
		goto out;
	manifest->files_at = search.files_at;
	manifest->files_end = search.files_end;
	ckpt_manifest_rewind(manifest);
	manifest->head = ckpt_record_part(search.head.data,
					  search.head.len_bytes, &used);
out:
	ckpt_text_free(&search.head);
	if (manifest->head)
		return 0;
	ckpt_manifest_close(manifest);
	return -1;
}

void ckpt_manifest_close(struct ckpt_manifest *manifest)
{
	int saved = errno;

	ckpt_fs_close(&manifest->fd);
	ckpt_record_free(manifest->entry);
	ckpt_record_free(manifest->head);
	free(manifest->window);
	*manifest = CKPT_NO_MANIFEST;
	errno = saved;
}

void ckpt_manifest_rewind(struct ckpt_manifest *manifest)
{
	manifest->at = manifest->files_at;
}

/* The text at the present offset, of which the window holds *len_bytes; 0: the
 * end of the list. */
static const char *ahead(struct ckpt_manifest *manifest, size_t *len_bytes)
{
	struct ckpt_window *window = manifest->window;
	uint64_t until = window->from + window->len_bytes;

	if (manifest->at < window->from || manifest->at >= until) {
		if (fill(manifest, manifest->at, manifest->files_end) < 0)
			return NULL;
		until = window->from + window->len_bytes;
	}
	if (until > manifest->files_end)
		until = manifest->files_end;
	*len_bytes = (size_t)(until - manifest->at);
	return window->data + (manifest->at - window->from);
}

/* Skip white space.  1: *found is the byte that follows, 0: the list ends,
 * -1: errno. */
static int skip_space(struct ckpt_manifest *manifest, char *found)
{
	for (;;) {
		size_t len, i;
		const char *text = ahead(manifest, &len);

		if (!text)
			return -1;
		for (i = 0; i < len && text[i] && strchr(" \t\r\n", text[i]);)
			i++;
		manifest->at += i;
		if (i < len) {
			*found = text[i];
			return 1;
		}
		if (!len || manifest->at == manifest->files_end)
			return 0;
	}
}

/* Parse the entry that begins here.  If the end of the window cuts it off, it
 * is read again from a window that begins with it. */
static int parse_entry(struct ckpt_manifest *manifest)
{
	size_t len, used = 0;
	const char *text = ahead(manifest, &len);

	if (!text)
		return -1;
	manifest->entry = ckpt_record_part(text, len, &used);
	if (!manifest->entry && errno != ENOMEM &&
	    manifest->at > manifest->window->from &&
	    manifest->at + len < manifest->files_end) {
		if (fill(manifest, manifest->at, manifest->files_end) < 0)
			return -1;
		manifest->entry = ckpt_record_part(manifest->window->data,
						   manifest->window->len_bytes,
						   &used);
	}
	manifest->at += used;
	return manifest->entry ? 0 : -1;
}

int ckpt_manifest_next(struct ckpt_manifest *manifest, struct ckpt_file *file)
{
	char found = 0;
	int64_t bytes;
	int rc;

	ckpt_record_free(manifest->entry);
	manifest->entry = NULL;
	rc = skip_space(manifest, &found);
	if (rc > 0 && found == ',' && manifest->at > manifest->files_at) {
		manifest->at++;
		rc = skip_space(manifest, &found) > 0 ? 1 : -1;
	}
	if (rc <= 0)
		return rc;
	errno = EBADMSG;
	if (found != '{' || parse_entry(manifest) < 0)
		return -1;
	file->name = ckpt_record_str(manifest->entry, "name");
	file->digest = ckpt_record_str(manifest->entry, "xxh3");
	bytes = ckpt_record_int(manifest->entry, "size", -1);
	file->bytes = (uint64_t)bytes;
	if (!file->name || !file->digest || bytes < 0 ||
	    strlen(file->digest) != CKPT_DIGEST_LENGTH ||
	    !ckpt_fs_is_name(file->name)) {
		errno = EBADMSG; /* json-c may have changed it */
		return -1;
	}
	return 1;
}
