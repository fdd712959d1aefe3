/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * store.h: what the supervisor and settle need of a store beyond the public
 * interface: taking it over for a run, journals, strikes, retention.
 */
#ifndef CKPT_STORE_H
#define CKPT_STORE_H

#include "lib/ckptstate.h"

#define CKPT_NO_TASK UINT32_MAX

/* Whose store it is; borrowed strings. */
struct ckpt_identity {
	const char *cluster;
	uint32_t job;	     /* of an array task: the task's own job id */
	uint32_t array_job;  /* 0: not an array */
	uint32_t array_task; /* CKPT_NO_TASK: not an array */
	const char *token;   /* random text made at submission */
};

/*
 * Take a store over for a run: create it (mode 0700, parents too) where there
 * is none, check that it is this job's, sweep stale stages, and create the
 * run's journal, from which moment writers of earlier runs are stale.
 * Idempotent for the same run.
 */
enum ckpt_status ckpt_claim(struct ckpt_store **store, const char *dir,
			    const struct ckpt_identity *id, unsigned run,
			    struct ckpt_error *err);

/* Open without taking over: settle, and commands that write journals.
 * id NULL: any job's. */
enum ckpt_status ckpt_attach(struct ckpt_store **store, const char *dir,
			     const struct ckpt_identity *id,
			     struct ckpt_error *err);

/* The store's identity as recorded; strings live as long as the store. */
const struct ckpt_identity *ckpt_whose(const struct ckpt_store *store);
const char *ckpt_dir(const struct ckpt_store *store);

/* -------- journal: one file a run, one checked record a line -------- */
struct ckpt_record;

/* kind is the record's "rec".  A failed allocation is remembered and
 * reported by ckpt_journal_append(). */
struct ckpt_record *ckpt_record_new(const char *kind);
void ckpt_record_free(struct ckpt_record *rec);
void ckpt_record_set_str(struct ckpt_record *rec, const char *key,
			 const char *value); /* NULL: leaves the key out */
void ckpt_record_set_int(struct ckpt_record *rec, const char *key,
			 int64_t value);
void ckpt_record_set_num(struct ckpt_record *rec, const char *key,
			 double value);
void ckpt_record_set_bool(struct ckpt_record *rec, const char *key, bool value);
const char *ckpt_record_kind(const struct ckpt_record *rec);
double ckpt_record_time(const struct ckpt_record *rec); /* epoch seconds */
const char *ckpt_record_str(const struct ckpt_record *rec, const char *key);
int64_t ckpt_record_int(const struct ckpt_record *rec, const char *key,
			int64_t otherwise);
double ckpt_record_num(const struct ckpt_record *rec, const char *key,
		       double otherwise);
bool ckpt_record_bool(const struct ckpt_record *rec, const char *key);
/* The record as one JSON object; lives as long as the record. */
const char *ckpt_record_json(const struct ckpt_record *rec);

/*
 * The record with the present time as the journal has it: one line with its
 * check and a newline, and a NUL.  Returns its length; 0: it doesn't fit into
 * size bytes, or memory is short.
 */
size_t ckpt_record_line(struct ckpt_record *rec, char *line, size_t size);
/* The record of such a line, the caller's; NULL: it isn't a whole one, or
 * errno is ENOMEM. */
struct ckpt_record *ckpt_record_parse(const char *text, size_t len_bytes);

/* Append with the present time and sync; rec stays the caller's. */
enum ckpt_status ckpt_journal_append(struct ckpt_store *store, unsigned run,
				     struct ckpt_record *rec,
				     struct ckpt_error *err);
/* Call each() for every whole record of a run, oldest first; a damaged line
 * is skipped.  each() returning false ends the walk. CKPT_NONE: no journal. */
enum ckpt_status ckpt_journal_read(struct ckpt_store *store, unsigned run,
				   bool (*each)(const struct ckpt_record *rec,
						void *arg),
				   void *arg, struct ckpt_error *err);
/* Number of the newest run that has a journal; -1: none. */
int ckpt_journal_newest(struct ckpt_store *store);
/* Bytes of a run's journal, 0 where it has none. */
uint64_t ckpt_journal_size(const struct ckpt_store *store, unsigned run);

/* -------- small facts that the job itself tells -------- */
/* Did this run say done? */
bool ckpt_is_done(struct ckpt_store *store, unsigned run);
/* What progress did it tell?  Negative: none. */
double ckpt_run_progress(struct ckpt_store *store, unsigned run);
/* Did a program of this run learn of a request from ckpt_requested()?  It
 * then counts as one that heard it. */
bool ckpt_has_poller(struct ckpt_store *store, unsigned run);

/*
 * What the owner asks of a run from outside of the job, in one word ("now",
 * "requeue"), for the supervisor to take when it is woken.  A second word
 * replaces a first that wasn't taken yet.
 */
#define CKPT_REQUEST_MAX 16
enum ckpt_status ckpt_request(struct ckpt_store *store, unsigned run,
			      const char *word, struct ckpt_error *err);
/* Take it, by the run's supervisor alone: true at most once for each; word is
 * at least CKPT_REQUEST_MAX. */
bool ckpt_take_request(struct ckpt_store *store, unsigned run, char *word);

/*
 * What the owner changes of the job's settings after submission: text by a
 * key, which means nothing to the library.
 *
 * key    letters and hyphens, at most CKPT_SET_KEY_MAX
 * value  of ckpt_setting(): at least size bytes; untouched where it says
 *        false, which is: never set, or too long
 */
#define CKPT_SET_KEY_MAX 16
enum ckpt_status ckpt_set(struct ckpt_store *store, const char *key,
			  const char *value, struct ckpt_error *err);
bool ckpt_setting(struct ckpt_store *store, const char *key, char *value,
		  size_t size);

/* -------- shards whose writers only count their saves -------- */
/*
 * Begin the next save of a shard, and end it once the shard is committed.
 *
 * who   what the writers have in common, such as "step 3"
 * turn  set on CKPT_OK: 1 for the first save of this shard, then 2, ...; the
 *       same for all writers that save equally often
 *
 * CKPT_EINVAL  the save before was begun and never ended: whether its writer
 *              repeats it or goes on, the others can't know
 */
enum ckpt_status ckpt_turn_begin(struct ckpt_store *store, const char *who,
				 uint32_t index, uint32_t count, uint32_t *turn,
				 struct ckpt_error *err);
enum ckpt_status ckpt_turn_end(struct ckpt_store *store, const char *who,
			       uint32_t index, uint32_t count, uint32_t turn,
			       struct ckpt_error *err);

/* -------- versions -------- */
/* Call each() for the files that a version's manifest lists: the name below
 * the version's directory, and the file, open for reading until each()
 * returns; false ends the walk.  They are not compared with their digests. */
enum ckpt_status ckpt_files(struct ckpt_store *store, uint32_t version,
			    bool (*each)(const char *name, int fd, void *arg),
			    void *arg, struct ckpt_error *err);
/* Copy a file's bytes: shared blocks where the file system can.  -1: errno */
int ckpt_copy(int from, int to);
/* One run that began from a version failed before it saved anything; at two
 * strikes the version is set aside.  Counted once for the run that the handle
 * is of, however often it is told.  reason is for people. */
enum ckpt_status ckpt_strike(struct ckpt_store *store, uint32_t version,
			     const char *reason, struct ckpt_error *err);
/* Undo a setting aside: strikes and reason are forgotten.  CKPT_NONE: there
 * is no such version. */
enum ckpt_status ckpt_release(struct ckpt_store *store, uint32_t version,
			      struct ckpt_error *err);
/* Remove all versions but the newest `keep` that aren't set aside; the newest
 * two that verify are never removed, and are read in full once by a handle.
 * Nothing is read where nothing is to be removed. */
enum ckpt_status ckpt_retain(struct ckpt_store *store, unsigned keep,
			     struct ckpt_error *err);
/* How many versions commits leave, as a rule: each removes what is older than
 * that and a few more.  0: all. */
enum ckpt_status ckpt_set_keep(struct ckpt_store *store, unsigned keep,
			       struct ckpt_error *err);
/* Remove all versions (the job is complete); journals stay. */
enum ckpt_status ckpt_clean(struct ckpt_store *store, struct ckpt_error *err);

#endif
