/* SPDX-License-Identifier: GPL-2.0-or-later */
/* memo.c: the records by which a run's end is judged, in memory. */
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "lib/store.h"
#include "requeue/settings/brief.h"
#include "requeue/journal/memo.h"

/* Each kind has a place of its own, so that one that is torn costs no other. */
static const char *const kinds[] = {"run", "view", "request", "term", "finish"};

#define KINDS	   (sizeof(kinds) / sizeof(kinds[0]))
/* A longer record is not kept; none of these kinds is. */
#define SLOT_BYTES (BRIEF_MEMO_BYTES / KINDS)

static char *kept_at; /* NULL: nowhere */

/* What can shrink under us would end us with SIGBUS. */
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
	size_t len;

	if (!kept_at)
		return;
	for (size_t i = 0; i < KINDS; i++) {
		if (strcmp(kinds[i], ckpt_record_kind(rec)) != 0)
			continue;
		/* A request counts from when it is made. */
		if (!strcmp(kinds[i], "request") &&
		    !ckpt_record_bool(rec, "made"))
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

		/* Whoever else has it may be writing. */
		memcpy(line, at + i * SLOT_BYTES, sizeof(line));
		rec = ckpt_record_parse(line, strnlen(line, sizeof(line)));
		if (rec && !strcmp(ckpt_record_kind(rec), kinds[i]))
			each(rec, arg);
		ckpt_record_free(rec);
	}
}
