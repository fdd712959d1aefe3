/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* failure.c: a save that failed leaves a note. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/fact.h"
#include "lib/failure.h"
#include "lib/handle.h"
#include "lib/kinds.h"
#include "lib/names.h"
#include "lib/record.h"
#include "lib/status.h"

/* A file system holds a link's text of so few bytes in the inode. */
#define LINK_TEXT_MAX 56

static void link_name(char name[CKPT_ENTRY_NAME], unsigned run)
{
	snprintf(name, CKPT_ENTRY_NAME, "failed-%04u.errno", run);
}

/* The link leads nowhere; it is only read. */
static void note_by_link(struct ckpt_store *store, int errnum)
{
	char name[CKPT_ENTRY_NAME], text[LINK_TEXT_MAX];

	link_name(name, (unsigned)store->run);
	snprintf(text, sizeof(text), "%d at %lld", errnum,
		 (long long)time(NULL));
	if (symlinkat(text, store->fd, name) == 0 || errno != EEXIST)
		return;
	unlinkat(store->fd, name, 0);
	if (symlinkat(text, store->fd, name))
		return; /* nothing more can be done */
}

void ckpt_note_failure(struct ckpt_store *store, enum ckpt_status status,
		       const struct ckpt_error *err)
{
	struct ckpt_failed failed = {.why = err->text};
	struct ckpt_record *rec;
	char name[CKPT_ENTRY_NAME], why[128];

	if (!status || status == CKPT_UNSURE || status == CKPT_NONE ||
	    status == CKPT_STALE || store->mode != CKPT_WRITE)
		return;
	/* The user knows which save it was: why it failed is short. */
	if (err->errnum)
		failed.why = strerror_r(err->errnum, why, sizeof(why));
	rec = ckpt_kind_encode(&ckpt_kinds[CKPT_KIND_FAILED], &failed);
	ckpt_fact_name(name, "failed", (unsigned)store->run);
	if (ckpt_fact_write(store, name, rec, false, NULL))
		note_by_link(store, err->errnum ? err->errnum : EIO);
	ckpt_record_free(rec);
}

static bool read_fact(struct ckpt_store *store, unsigned run,
		      struct ckpt_failure *failure)
{
	struct ckpt_record *rec = NULL;
	char name[CKPT_ENTRY_NAME];
	struct ckpt_failed failed;
	double time_s;

	ckpt_fact_name(name, "failed", run);
	if (ckpt_fact_read(store, name, &rec, NULL))
		return false;
	ckpt_kind_decode(&ckpt_kinds[CKPT_KIND_FAILED], rec, &failed);
	time_s = ckpt_record_time(rec);
	failure->time_s = time_s > 0 && time_s < 1e12 ? (int64_t)time_s : 0;
	ckpt_copy_text(failure->why, sizeof(failure->why),
		       failed.why ? failed.why : "the reason is lost");
	ckpt_record_free(rec);
	return true;
}

static bool read_link(struct ckpt_store *store, unsigned run,
		      struct ckpt_failure *failure)
{
	char name[CKPT_ENTRY_NAME], text[LINK_TEXT_MAX], why[128];
	ssize_t len;
	long long time_s;
	int errnum;

	link_name(name, run);
	len = readlinkat(store->fd, name, text, sizeof(text) - 1);
	if (len < 0)
		return false;
	text[len] = '\0';
	if (sscanf(text, "%9d at %12lld", &errnum, &time_s) != 2 || time_s < 0)
		return false;
	failure->time_s = time_s;
	ckpt_copy_text(failure->why, sizeof(failure->why),
		       strerror_r(errnum, why, sizeof(why)));
	return true;
}

bool ckpt_failure(struct ckpt_store *store, unsigned run,
		  struct ckpt_failure *failure)
{
	struct ckpt_failure by_link;
	bool is_found = read_fact(store, run, failure);

	if (read_link(store, run, &by_link) &&
	    (!is_found || by_link.time_s > failure->time_s)) {
		*failure = by_link;
		is_found = true;
	}
	return is_found;
}
