/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memo.c: records in memory, by which the end of a run is judged. */
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/store.h"
#include "requeue/settings/brief.h"
#include "requeue/journal/memo.h"
#include "requeue/journal/records.h"

/* Each kind has a place of its own, so that a torn record costs no other. */
static const enum record_kind kinds[] = {
	RECORD_RUN, RECORD_VIEW, RECORD_REQUEST, RECORD_TERM, RECORD_FINISH,
};

#define KINDS	   (sizeof(kinds) / sizeof(kinds[0]))
/* A longer record is not kept; records of these kinds are shorter. */
#define SLOT_BYTES (BRIEF_MEMO_BYTES / KINDS)

static char *kept_at; /* NULL: nothing is kept */

/* The memory must be sealed: access to memory that another process has made
 * shorter would end this process by SIGBUS. */
static char *map(int fd, int protection)
{
	int seals = fcntl(fd, F_GET_SEALS);
	void *at;

	if (seals < 0 || (seals & BRIEF_MEMO_SEALS) != BRIEF_MEMO_SEALS ||
	    lseek(fd, 0, SEEK_END) != BRIEF_MEMO_BYTES)
		return NULL;
	at = mmap(NULL, BRIEF_MEMO_BYTES, protection, MAP_SHARED, fd, 0);
	return at == MAP_FAILED ? NULL : at;
}

void memo_use(int fd)
{
	kept_at = map(fd, PROT_READ | PROT_WRITE);
	close(fd);
}

void memo_keep(struct ckpt_record *rec)
{
	char line[SLOT_BYTES];
	struct record record;
	size_t len;

	if (!kept_at || !record_decode(&record, rec))
		return;
	for (size_t i = 0; i < KINDS; i++) {
		if (kinds[i] != record.kind)
			continue;
		/* A request counts from when it is made. */
		if (record.kind == RECORD_REQUEST && !record.request.is_made)
			return;
		len = ckpt_record_line(rec, line, sizeof(line));
		if (len)
			memcpy(kept_at + i * SLOT_BYTES, line, len + 1);
	}
}

void memo_read(int fd, void (*each)(const struct ckpt_record *rec, void *arg),
	       void *arg)
{
	const char *at = map(fd, PROT_READ);
	char line[SLOT_BYTES];

	for (size_t i = 0; at && i < KINDS; i++) {
		struct ckpt_record *rec;
		struct record record;

		/* The supervisor may write to it at this moment. */
		memcpy(line, at + i * SLOT_BYTES, sizeof(line));
		rec = ckpt_record_parse(line, strnlen(line, sizeof(line)));
		if (record_decode(&record, rec) && record.kind == kinds[i])
			each(rec, arg);
		ckpt_record_free(rec);
	}
}
