/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * journal.c: one append-only file a run, one checked record a line.
 *
 * A line is written by one write() and synced.  Readers skip what a crash has
 * torn, and the next line begins on a line of its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/fence.h"
#include "lib/format.h"
#include "lib/fsutil.h"
#include "lib/handle.h"
#include "lib/kinds.h"
#include "lib/journal.h"
#include "lib/names.h"
#include "lib/record.h"
#include "lib/status.h"
#include "lib/text.h"

uint64_t ckpt_journal_size(const struct ckpt_store *store, unsigned run)
{
	char name[CKPT_ENTRY_NAME];
	struct stat st;

	ckpt_journal_name(name, run);
	return fstatat(store->fd, name, &st, AT_SYMLINK_NOFOLLOW) ||
			       st.st_size < 0
		       ? 0
		       : (uint64_t)st.st_size;
}

int ckpt_journal_newest(struct ckpt_store *store)
{
	struct ckpt_newest newest;

	return ckpt_look(store, &newest, NULL) ? -2 : newest.run;
}

/* --------------------------------------------------------------- append */

/* Is the last line torn, or can't that be found out? */
static bool ends_torn(int fd, off_t size)
{
	char last;

	if (size == 0)
		return false;
	return pread(fd, &last, 1, size - 1) != 1 || last != '\n';
}

/* Write a line by one write().  If that is cut short, write it once more on a
 * line of its own; readers skip the torn one. */
static int write_line(int fd, bool is_torn, const struct ckpt_text *line)
{
	struct ckpt_text whole = {0};
	int tries, rc = -1;

	ckpt_text_add(&whole, "\n", 1);
	ckpt_text_add(&whole, line->data, line->len_bytes);
	if (whole.failed)
		errno = ENOMEM;
	for (tries = 0; !whole.failed && rc < 0 && tries < 2; tries++) {
		const char *from = whole.data + !is_torn;
		size_t len = whole.len_bytes - !is_torn;
		ssize_t put = TEMP_FAILURE_RETRY(write(fd, from, len));

		if (put < 0)
			break;
		rc = (size_t)put == len ? 0 : -1;
		is_torn = true;
		errno = ENOSPC;
	}
	ckpt_text_free(&whole);
	return rc;
}

static enum ckpt_status append_line(const struct ckpt_store *store, int fd,
				    off_t size, const struct ckpt_text *line,
				    const char *name, struct ckpt_error *err)
{
	if (write_line(fd, ends_torn(fd, size), line) < 0)
		return ckpt_fail(err, CKPT_EIO, errno,
				 "%s/%s could not be written", store->dir,
				 name);
	if (TEMP_FAILURE_RETRY(fdatasync(fd)) < 0)
		return ckpt_fail(err, CKPT_UNSURE, errno,
				 "%s/%s could not be synced", store->dir, name);
	return CKPT_OK;
}

static enum ckpt_status append(struct ckpt_store *store, const char *name,
			       struct ckpt_record *rec, struct ckpt_error *err)
{
	struct ckpt_text line = {0};
	struct stat st;
	enum ckpt_status status;
	int fd = -1;

	ckpt_record_stamped(rec, &line);
	if (line.failed) {
		status = ckpt_no_memory(err);
		goto out;
	}
	if (line.len_bytes > CKPT_RECORD_MAX) {
		status = ckpt_fail(err, CKPT_LIMIT, 0,
				   "a record of %zu bytes is too long for %s",
				   line.len_bytes, name);
		goto out;
	}
	fd = ckpt_fs_open_file(store->fd, name, O_RDWR | O_APPEND, store->owner,
			       &st);
	if (fd < 0)
		status = ckpt_fail(err, errno == ENOENT ? CKPT_NONE : CKPT_EIO,
				   errno, "%s/%s could not be opened",
				   store->dir, name);
	else
		status = append_line(store, fd, st.st_size, &line, name, err);
out:
	ckpt_fs_close(&fd);
	ckpt_text_free(&line);
	return status;
}

enum ckpt_status ckpt_journal_append(struct ckpt_store *store, unsigned run,
				     struct ckpt_record *rec,
				     struct ckpt_error *err)
{
	enum ckpt_status status = ckpt_need_writer(store, err);
	char name[CKPT_ENTRY_NAME];

	if (status)
		return status;
	if (ckpt_record_failed(rec))
		return ckpt_no_memory(err);
	ckpt_journal_name(name, run);
	return append(store, name, rec, err);
}

/* ----------------------------------------------------------------- read */

struct line_reader {
	int fd;
	size_t len_bytes;  /* in data */
	size_t at;	   /* of the next line */
	size_t read_bytes; /* of the file, so far */
	bool is_skipping;  /* in a line that is longer than data */
	char data[CKPT_RECORD_MAX];
};

/* 1: *line is set, 0: end of the file, -1: errno. */
static int next_line(struct line_reader *r, char **line, size_t *len_bytes)
{
	for (;;) {
		char *from = r->data + r->at;
		size_t left = r->len_bytes - r->at;
		char *end = left ? memchr(from, '\n', left) : NULL;
		bool was_skipping = r->is_skipping;
		ssize_t got;

		if (end) {
			r->at += (size_t)(end - from) + 1;
			r->is_skipping = false;
			*line = from;
			*len_bytes = (size_t)(end - from);
			if (was_skipping)
				continue;
			return 1;
		}
		memmove(r->data, from, left);
		r->len_bytes = left;
		r->at = 0;
		if (left == sizeof(r->data)) {
			r->is_skipping = true;
			r->len_bytes = 0;
		}
		if (r->read_bytes > CKPT_JOURNAL_MAX) {
			errno = EFBIG;
			return -1;
		}
		got = ckpt_fs_read(r->fd, r->data + r->len_bytes,
				   sizeof(r->data) - r->len_bytes);
		if (got < 0)
			return -1;
		r->read_bytes += (size_t)got;
		r->len_bytes += (size_t)got;
		if (got)
			continue;
		/* The last line lacks its newline, but may be whole. */
		*line = r->data;
		*len_bytes = r->len_bytes;
		r->at = r->len_bytes;
		return *len_bytes && !r->is_skipping ? 1 : 0;
	}
}

enum ckpt_status ckpt_journal_read(struct ckpt_store *store, unsigned run,
				   bool (*each)(const struct ckpt_record *rec,
						void *arg),
				   void *arg, struct ckpt_error *err)
{
	enum ckpt_status status = CKPT_OK;
	struct line_reader *reader = NULL;
	char name[CKPT_ENTRY_NAME], *line;
	bool is_wanted = true;
	struct stat st;
	size_t len;
	int rc = 0;

	ckpt_journal_name(name, run);
	reader = malloc(sizeof(*reader));
	if (!reader)
		return ckpt_no_memory(err);
	memset(reader, 0, offsetof(struct line_reader, data));
	reader->fd =
		ckpt_fs_open_file(store->fd, name, O_RDONLY, store->owner, &st);
	if (reader->fd < 0) {
		status = ckpt_fail(err, errno == ENOENT ? CKPT_NONE : CKPT_EIO,
				   errno, "%s/%s could not be opened",
				   store->dir, name);
		goto out;
	}
	while (is_wanted && (rc = next_line(reader, &line, &len)) > 0) {
		struct ckpt_record *rec = ckpt_record_parse(line, len);

		if (rec)
			is_wanted = each(rec, arg);
		else if (errno == ENOMEM)
			break;
		ckpt_record_free(rec);
	}
	if (is_wanted && rc != 0 && errno == ENOMEM)
		status = ckpt_no_memory(err);
	else if (rc < 0)
		status = ckpt_fail(err, errno == EFBIG ? CKPT_LIMIT : CKPT_EIO,
				   errno, "%s/%s could not be read", store->dir,
				   name);
	ckpt_fs_close(&reader->fd);
out:
	free(reader);
	return status;
}

/* ---------------------------------------------------------------- begin */

static bool find_claim(const struct ckpt_record *rec, void *arg)
{
	uint32_t *base = arg;
	struct ckpt_claim claim;

	if (strcmp(ckpt_record_kind(rec), "claim"))
		return true;
	ckpt_kind_decode(&ckpt_kinds[CKPT_KIND_CLAIM], rec, &claim);
	if (claim.base >= 0)
		*base = (uint32_t)claim.base;
	return false;
}

uint32_t ckpt_journal_base(struct ckpt_store *store, unsigned run)
{
	uint32_t base = UINT32_MAX;

	ckpt_journal_read(store, run, find_claim, &base, NULL);
	return base;
}

/*
 * The existence of the file is the fence: writers of earlier runs look for it
 * right before they publish.  The newest version is looked up after the file
 * exists.  So each version that such a writer published successfully counts,
 * and one that it publishes between its look and its rename is known to be
 * late.
 */
static enum ckpt_status create(struct ckpt_store *store, unsigned run,
			       bool *is_new, struct ckpt_error *err)
{
	char name[CKPT_ENTRY_NAME];
	int fd;

	ckpt_journal_name(name, run);
	fd = ckpt_fs_open(store->fd, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0 && errno != EEXIST)
		return ckpt_fail(err, CKPT_EIO, errno,
				 "%s/%s could not be created", store->dir,
				 name);
	*is_new = fd >= 0;
	ckpt_fs_close(&fd);
	return CKPT_OK;
}

static enum ckpt_status write_claim(struct ckpt_store *store, unsigned run,
				    struct ckpt_error *err)
{
	struct ckpt_record *rec = NULL;
	char name[CKPT_ENTRY_NAME];
	enum ckpt_status status = CKPT_OK;
	struct ckpt_claim claim;
	uint32_t newest;

	ckpt_journal_name(name, run);
	if (ckpt_fs_sync_dir(store->fd) < 0)
		return ckpt_fail(err, CKPT_EIO, errno,
				 "the store %s could not be synced",
				 store->dir);
	/* An earlier call for this run wrote the record already. */
	if (ckpt_journal_base(store, run) != UINT32_MAX)
		return CKPT_OK;
	status = ckpt_fence(store, &newest, err);
	if (status)
		return status;
	claim.base = newest;
	rec = ckpt_kind_encode(&ckpt_kinds[CKPT_KIND_CLAIM], &claim);
	if (ckpt_record_failed(rec))
		status = ckpt_no_memory(err);
	else
		status = append(store, name, rec, err);
	ckpt_record_free(rec);
	return status;
}

enum ckpt_status ckpt_journal_begin(struct ckpt_store *store, unsigned run,
				    struct ckpt_error *err)
{
	bool is_new;
	enum ckpt_status status = create(store, run, &is_new, err);

	return status ? status : write_claim(store, run, err);
}

enum ckpt_status ckpt_journal_begin_new(struct ckpt_store *store,
					struct ckpt_error *err)
{
	enum ckpt_status status = CKPT_OK;
	bool is_new = false;

	/* A number whose file is there belongs to another handle; or to none,
	 * if the reply to our own creation was lost. */
	while (!is_new && !status) {
		if (store->run > CKPT_RUN_MAX)
			return ckpt_fail(err, CKPT_LIMIT, 0,
					 "the store %s had its last run: begin "
					 "another one",
					 store->dir);
		status = create(store, (unsigned)store->run, &is_new, err);
		store->run += !is_new && !status;
	}
	return status ? status : write_claim(store, (unsigned)store->run, err);
}
