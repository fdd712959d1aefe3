/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scenarios.c: the operations that are stopped, and what must be true
 * afterwards: the last committed version or the newly committed one is
 * restored, whole; the status that was returned is true; and the next run and
 * its commit work.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/fact.h"
#include "lib/fsutil.h"
#include "lib/handle.h"
#include "lib/names.h"
#include "lib/store.h"

#include "crash.h"

#define PADDING	  3000 /* makes a file long enough to be torn */
/* The text when not the library failed, but a body's own writing. */
#define BY_ITSELF "the application could not write"

static const struct ckpt_identity jobs = {.cluster = "crash",
					  .job = 7,
					  .array_task = CKPT_NO_TASK,
					  .token = "token"};
static const struct ckpt_identity programs = {
	.cluster = "", .array_task = CKPT_NO_TASK, .token = "program"};
/* Whose the store is: a job's or a program's own. */
static struct ckpt_identity job;

/* ------------------------------------------------------------- helpers */

static struct ckpt_store *claim(unsigned run)
{
	struct ckpt_store *store = NULL;
	struct ckpt_error err;

	if (ckpt_claim(&store, store_dir, &job, run, &err))
		complain("run %u can't take over: %s", run, err.text);
	return store;
}

static int write_text(const char *dir, const char *name, const char *text)
{
	char path[256];
	FILE *file;
	int i, rc;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	if (!file)
		return -1;
	rc = fputs(text, file);
	for (i = 0; rc >= 0 && i < PADDING; i++)
		rc = fputc('.', file);
	return fclose(file) < 0 || rc < 0 ? -1 : 0;
}

static bool has_text(const char *dir, const char *name, const char *text)
{
	char path[256], data[PADDING + 64];
	size_t len, want = strlen(text);
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "r");
	if (!file)
		return false;
	len = fread(data, 1, sizeof(data), file);
	fclose(file);
	return len == want + PADDING && !memcmp(data, text, want);
}

/* Two files, one of them in a directory, both holding text. */
static enum ckpt_status fill(const struct ckpt_stage *stage, const char *text,
			     struct ckpt_error *err)
{
	char dir[256];

	snprintf(dir, sizeof(dir), "%s/deep", ckpt_stage_dir(stage));
	if (write_text(ckpt_stage_dir(stage), "state", text) == 0 &&
	    mkdir(dir, 0700) == 0 && write_text(dir, "part", text) == 0)
		return CKPT_OK;
	err->errnum = errno;
	strcpy(err->text, BY_ITSELF);
	return CKPT_EIO;
}

static enum ckpt_status save(struct ckpt_store *store, const char *text,
			     struct ckpt_error *err)
{
	struct ckpt_stage *stage;
	enum ckpt_status status = ckpt_begin(store, &stage, err);

	if (status)
		return status;
	status = fill(stage, text, err);
	if (!status)
		return ckpt_commit(stage, NULL, err);
	ckpt_abort(stage);
	return status;
}

static void must_save(struct ckpt_store *store, const char *text)
{
	struct ckpt_error err = {0};

	if (save(store, text, &err))
		complain("'%s' can't be saved: %s", text, err.text);
}

/* Does dir hold text and nothing else, as save() or the shards wrote it? */
static bool is_state(const char *dir, const char *text)
{
	char shard[300];

	snprintf(shard, sizeof(shard), "%s/shard-0000", dir);
	if (access(shard, F_OK) == 0) {
		if (!has_text(shard, "state", text))
			return false;
		snprintf(shard, sizeof(shard), "%s/shard-0001", dir);
		return has_text(shard, "state", text);
	}
	return has_text(dir, "state", text) && has_text(dir, "deep/part", text);
}

/* The newest whole version must hold a or b; NULL: none is allowed too. */
static void check_restores(struct ckpt_store *store, const char *a,
			   const char *b)
{
	const char *dir = NULL;
	struct ckpt_error err = {0};
	enum ckpt_status status = ckpt_restore(store, NULL, &dir, &err);

	if (status == CKPT_NONE && (!a || !b))
		return;
	if (status)
		complain("nothing can be restored: %s", err.text);
	else if (!(a && is_state(dir, a)) && !(b && is_state(dir, b)))
		complain("%s holds neither '%s' nor '%s'", dir, a ? a : "-",
			 b ? b : "-");
}

/* The next run takes over, restores and commits. */
static void check_next_run(unsigned run, const char *a, const char *b)
{
	struct ckpt_store *store = claim(run);

	if (!store)
		return;
	check_restores(store, a, b);
	must_save(store, "next");
	check_restores(store, "next", "next");
	ckpt_close(store);
}

static void note_outcome(struct outcome *outcome, enum ckpt_status status,
			 const struct ckpt_error *err)
{
	outcome->status = status;
	snprintf(outcome->text, sizeof(outcome->text), "%s", err->text);
	outcome->is_done = true;
}

/* What may be restored after a commit of "new" over "old". */
static void check_commit(const struct outcome *outcome, bool is_cut)
{
	bool may_be_old = true, may_be_new = true;

	if (outcome->is_done) {
		may_be_old = outcome->status != CKPT_OK;
		may_be_new = outcome->status == CKPT_OK ||
			     outcome->status == CKPT_UNSURE;
		/* Without a loss of power an unsure version exists. */
		if (outcome->status == CKPT_UNSURE)
			may_be_old = is_cut;
	}
	check_next_run(1, may_be_old ? "old" : "new",
		       may_be_new ? "new" : "old");
}

/* ---------------------------------------------------------- the commit */

static void set_up_old(void)
{
	struct ckpt_store *store;

	job = jobs;
	store = claim(0);
	must_save(store, "old");
	ckpt_close(store);
}

static void commit_body(struct outcome *outcome)
{
	struct ckpt_store *store;
	struct ckpt_error err = {0};
	enum ckpt_status status =
		ckpt_open(&store, store_dir, CKPT_WRITE, 0, &err);

	if (!status)
		status = save(store, "new", &err);
	note_outcome(outcome, status, &err);
	ckpt_close(store);
}

/* Another commit takes the number in between, so that the manifest is sealed
 * once more, with the next. */
static void overtaken_body(struct outcome *outcome)
{
	struct ckpt_store *store;
	struct ckpt_stage *stage = NULL;
	struct ckpt_error err = {0};
	enum ckpt_status status =
		ckpt_open(&store, store_dir, CKPT_WRITE, 0, &err);

	if (!status)
		status = ckpt_begin(store, &stage, &err);
	/* Only a failure of the other commit is reported. */
	if (!status && save(store, "old", &err))
		status = CKPT_EIO;
	if (!status)
		status = fill(stage, "new", &err);
	if (!status)
		status = ckpt_commit(stage, NULL, &err);
	else
		ckpt_abort(stage);
	note_outcome(outcome, status, &err);
	ckpt_close(store);
}

/* The same through ckpt_add(), from files outside of the store. */
static void set_up_add(void)
{
	char source[80], dir[96];

	set_up_old();
	snprintf(source, sizeof(source), "%s.source", store_dir);
	snprintf(dir, sizeof(dir), "%s/deep", source);
	mkdir(source, 0700);
	mkdir(dir, 0700);
	if (write_text(source, "state", "new") < 0 ||
	    write_text(dir, "part", "new") < 0)
		complain("the source can't be written");
}

static void add_body(struct outcome *outcome)
{
	char path[96];
	struct ckpt_store *store;
	struct ckpt_stage *stage = NULL;
	struct ckpt_error err = {0};
	enum ckpt_status status =
		ckpt_open(&store, store_dir, CKPT_WRITE, 0, &err);

	if (!status)
		status = ckpt_begin(store, &stage, &err);
	snprintf(path, sizeof(path), "%s.source/state", store_dir);
	if (!status)
		status = ckpt_add(stage, path, NULL, &err);
	snprintf(path, sizeof(path), "%s.source/deep", store_dir);
	if (!status)
		status = ckpt_add(stage, path, NULL, &err);
	if (!status)
		status = ckpt_commit(stage, NULL, &err);
	else
		ckpt_abort(stage);
	note_outcome(outcome, status, &err);
	ckpt_close(store);
}

/* -------------------------------------------------------------- shards */

static enum ckpt_status save_shard(struct ckpt_store *store, uint32_t index,
				   struct ckpt_error *err)
{
	struct ckpt_stage *stage;
	enum ckpt_status status =
		ckpt_shard_begin(store, &stage, "m", index, 2, err);

	if (status)
		return status;
	if (write_text(ckpt_stage_dir(stage), "state", "new") < 0) {
		ckpt_abort(stage);
		strcpy(err->text, BY_ITSELF);
		return CKPT_EIO;
	}
	return ckpt_commit(stage, NULL, err);
}

static void shard_body(struct outcome *outcome, uint32_t index)
{
	struct ckpt_store *store;
	struct ckpt_error err = {0};
	enum ckpt_status status =
		ckpt_open(&store, store_dir, CKPT_WRITE, 0, &err);

	if (!status)
		status = save_shard(store, index, &err);
	note_outcome(outcome, status, &err);
	ckpt_close(store);
}

static void set_up_shard(void)
{
	struct ckpt_store *store;
	struct ckpt_error err = {0};

	set_up_old();
	store = claim(0);
	if (save_shard(store, 0, &err))
		complain("a shard can't be saved: %s", err.text);
	ckpt_close(store);
}

static void last_shard_body(struct outcome *outcome)
{
	shard_body(outcome, 1);
}

static void first_shard_body(struct outcome *outcome)
{
	shard_body(outcome, 0);
}

/* A last shard that is refused or unsure may leave either version; after "done"
 * the new one is published. */
static void check_last_shard(const struct outcome *outcome, bool is_cut)
{
	struct outcome loose = *outcome;

	if (outcome->is_done && outcome->status == CKPT_UNSURE)
		loose.is_done = false;
	check_commit(&loose, is_cut);
}

/* Nothing is published without the second shard, and with it only if the first
 * one is sealed. */
static void check_first_shard(const struct outcome *outcome, bool is_cut)
{
	struct ckpt_store *store = claim(0);
	struct ckpt_error err = {0};
	/* A shard alone may be lost with the power, as its run is, too. */
	bool is_known = !is_cut && outcome->is_done &&
			outcome->status != CKPT_UNSURE;
	bool is_sealed = is_known && outcome->status == CKPT_OK;

	if (!store)
		return;
	check_restores(store, "old", "old");
	if (save_shard(store, 1, &err) && is_sealed)
		complain("the second shard can't be saved: %s", err.text);
	check_restores(store, is_known && is_sealed ? "new" : "old",
		       is_known && !is_sealed ? "old" : "new");
	ckpt_close(store);
	check_next_run(1, "old", "new");
}

/* ---------------------------------------------------- other operations */

static void set_up_four(void)
{
	struct ckpt_store *store;

	job = jobs;
	store = claim(0);
	must_save(store, "one");
	must_save(store, "two");
	must_save(store, "three");
	must_save(store, "four");
	ckpt_close(store);
}

static void retain_body(struct outcome *outcome)
{
	struct ckpt_store *store;
	struct ckpt_error err = {0};
	enum ckpt_status status = ckpt_attach(&store, store_dir, &job, &err);

	if (!status)
		status = ckpt_retain(store, 2, &err);
	note_outcome(outcome, status, &err);
	ckpt_close(store);
}

/* A version that can't be read doesn't count as kept: more than two may
 * stay. */
static void check_retain(const struct outcome *outcome, bool is_cut)
{
	struct ckpt_store *store = claim(0);
	struct ckpt_version *list = NULL;
	struct ckpt_error err = {0};
	size_t count = 0, i;

	if (!store)
		return;
	check_restores(store, "four", "four");
	if (ckpt_list(store, &list, &count, &err))
		complain("the versions can't be listed: %s", err.text);
	if (count < 2 || count > 4 || list[1].number != 3)
		complain("%zu versions are left", count);
	if (count != 2 && outcome->is_done && !is_cut &&
	    outcome->status == CKPT_OK && !outcome->is_disturbed)
		complain("%zu versions are left after retention", count);
	for (i = 0; i < count; i++)
		if (ckpt_verify(store, list[i].number, &err))
			complain("version %u: %s", list[i].number, err.text);
	free(list);
	ckpt_close(store);
	check_next_run(1, "four", "four");
}

static void set_up_strike(void)
{
	struct ckpt_store *store;
	struct ckpt_error err;

	job = jobs;
	store = claim(0);
	must_save(store, "old");
	must_save(store, "new");
	ckpt_close(store);
	store = claim(1);
	if (ckpt_strike(store, 2, "first", &err))
		complain("no strike: %s", err.text);
	ckpt_close(store);
	ckpt_close(claim(2));
}

static void strike_body(struct outcome *outcome)
{
	struct ckpt_store *store;
	struct ckpt_error err = {0};
	enum ckpt_status status = ckpt_attach(&store, store_dir, &job, &err);

	if (!status)
		status = ckpt_strike(store, 2, "second", &err);
	note_outcome(outcome, status, &err);
	ckpt_close(store);
}

/* A strike that may not have counted is repeated. */
static void check_strike(const struct outcome *outcome, bool is_cut)
{
	struct ckpt_store *store = NULL;
	struct ckpt_error err = {0};
	bool is_done = outcome->is_done && outcome->status == CKPT_OK;

	(void)is_cut;
	if (ckpt_attach(&store, store_dir, &job, &err)) {
		complain("the store can't be attached: %s", err.text);
		return;
	}
	check_restores(store, "old", is_done ? "old" : "new");
	if (ckpt_strike(store, 2, "again", &err))
		complain("no strike: %s", err.text);
	check_restores(store, "old", "old");
	ckpt_close(store);
	check_next_run(3, "old", "old");
}

static void clear_marks_body(struct outcome *outcome)
{
	struct ckpt_store *store;
	struct ckpt_error err = {0};
	enum ckpt_status status = ckpt_attach(&store, store_dir, &job, &err);

	if (!status)
		status = ckpt_clear_marks(store, 2, &err);
	note_outcome(outcome, status, &err);
	ckpt_close(store);
}

static void set_up_clear_marks(void)
{
	struct ckpt_store *store;
	struct ckpt_error err;

	set_up_strike();
	if (ckpt_attach(&store, store_dir, &job, &err) ||
	    ckpt_strike(store, 2, "second", &err))
		complain("no strike: %s", err.text);
	ckpt_close(store);
}

static void check_clear_marks(const struct outcome *outcome, bool is_cut)
{
	bool is_done = outcome->is_done && outcome->status == CKPT_OK;

	(void)is_cut;
	check_next_run(3, is_done ? "new" : "old", "new");
}

/* Restore finds that the newest version is damaged and sets it aside. */
static void set_up_damage(void)
{
	struct ckpt_store *store;
	char path[128];

	job = jobs;
	store = claim(0);
	must_save(store, "old");
	must_save(store, "new");
	ckpt_close(store);
	snprintf(path, sizeof(path), "%s/v000002/state", store_dir);
	if (truncate(path, 10) < 0)
		complain("%s can't be damaged", path);
}

static void restore_body(struct outcome *outcome)
{
	struct ckpt_store *store;
	struct ckpt_error err = {0};
	enum ckpt_status status =
		ckpt_open(&store, store_dir, CKPT_WRITE, 0, &err);

	if (!status)
		status = ckpt_restore(store, NULL, NULL, &err);
	note_outcome(outcome, status, &err);
	ckpt_close(store);
}

static void check_damage(const struct outcome *outcome, bool is_cut)
{
	(void)is_cut;
	if (outcome->is_done && outcome->status == CKPT_NONE &&
	    !strstr(outcome->text, "could not be read"))
		complain("restore found none: %s", outcome->text);
	check_next_run(1, "old", "old");
}

static void append_one(struct ckpt_store *store, const char *what,
		       enum ckpt_status *status, struct ckpt_error *err)
{
	struct ckpt_record *rec = ckpt_record_new("test");

	ckpt_record_set_str(rec, "what", what);
	*status = ckpt_journal_append(store, 0, rec, err);
	ckpt_record_free(rec);
}

static void set_up_journal(void)
{
	struct ckpt_store *store;
	struct ckpt_error err;
	enum ckpt_status status;

	set_up_old();
	store = claim(0);
	append_one(store, "a", &status, &err);
	ckpt_close(store);
}

static void journal_body(struct outcome *outcome)
{
	struct ckpt_store *store;
	struct ckpt_error err = {0};
	enum ckpt_status status = ckpt_attach(&store, store_dir, &job, &err);

	if (!status)
		append_one(store, "b", &status, &err);
	note_outcome(outcome, status, &err);
	ckpt_close(store);
}

static bool gather(const struct ckpt_record *rec, void *arg)
{
	const char *what = ckpt_record_str(rec, "what");

	if (what)
		strncat(arg, what, 1);
	return true;
}

static void check_journal(const struct outcome *outcome, bool is_cut)
{
	struct ckpt_store *store = claim(0);
	bool is_sure = outcome->is_done && outcome->status == CKPT_OK;
	struct ckpt_error err;
	enum ckpt_status status;
	char seen[64] = "";

	(void)is_cut;
	if (!store)
		return;
	append_one(store, "c", &status, &err);
	if (status)
		complain("the next record can't be written: %s", err.text);
	if (ckpt_journal_read(store, 0, gather, seen, &err))
		complain("the journal can't be read: %s", err.text);
	if (strcmp(seen, "abc") && (is_sure || strcmp(seen, "ac")))
		complain("the journal reads '%s'", seen);
	ckpt_close(store);
	check_next_run(1, "old", "old");
}

static void claim_body(struct outcome *outcome)
{
	struct ckpt_store *store;
	struct ckpt_error err = {0};
	enum ckpt_status status = ckpt_claim(&store, store_dir, &job, 1, &err);

	note_outcome(outcome, status, &err);
	ckpt_close(store);
}

static void set_up_claim(void)
{
	struct ckpt_stage *stage;
	struct ckpt_store *store;
	struct ckpt_error err;

	set_up_old();
	store = claim(0);
	if (ckpt_begin(store, &stage, &err) ||
	    write_text(ckpt_stage_dir(stage), "litter", "litter") < 0)
		complain("no litter");
	ckpt_close(store);
}

/* A claim makes earlier runs stale, durably. */
static void check_claim(const struct outcome *outcome, bool is_cut)
{
	struct ckpt_store *store = NULL;
	struct ckpt_error err = {0};
	enum ckpt_status status;

	(void)is_cut;
	status = ckpt_open(&store, store_dir, CKPT_WRITE, 0, &err);
	if (outcome->is_done && outcome->status == CKPT_OK &&
	    status != CKPT_STALE)
		complain("run 0 isn't shut out: %s", ckpt_status_text(status));
	ckpt_close(store);
	check_next_run(1, "old", "old");
}

static void set_up_nothing(void)
{
	job = jobs;
	if (mkdir(store_dir, 0700) < 0)
		complain("no directory");
}

static void create_body(struct outcome *outcome)
{
	struct ckpt_store *store;
	struct ckpt_error err = {0};
	enum ckpt_status status = ckpt_claim(&store, store_dir, &job, 0, &err);

	note_outcome(outcome, status, &err);
	ckpt_close(store);
}

static void check_create(const struct outcome *outcome, bool is_cut)
{
	struct ckpt_store *store = NULL;
	struct ckpt_error err = {0};

	(void)is_cut;
	if (outcome->is_done && outcome->status == CKPT_OK) {
		if (ckpt_attach(&store, store_dir, &job, &err))
			complain("the store is lost: %s", err.text);
		else if (ckpt_journal_newest(store) != 0)
			complain("the journal is lost");
		ckpt_close(store);
	}
	check_next_run(0, NULL, NULL);
}

/* -------------------------------------------------- a program's own store */

static enum ckpt_status open_own(struct ckpt_store **store,
				 struct ckpt_error *err)
{
	return ckpt_open(store, store_dir, CKPT_CREATE, CKPT_RUN_PRESENT, err);
}

static void set_up_own_nothing(void)
{
	set_up_nothing();
	job = programs;
}

static void set_up_own_old(void)
{
	struct ckpt_store *store;
	struct ckpt_error err;

	job = programs;
	if (open_own(&store, &err))
		complain("no store can be made: %s", err.text);
	must_save(store, "old");
	ckpt_close(store);
}

static void own_body(struct outcome *outcome)
{
	struct ckpt_store *store;
	struct ckpt_error err = {0};

	note_outcome(outcome, open_own(&store, &err), &err);
	ckpt_close(store);
}

static void own_commit_body(struct outcome *outcome)
{
	struct ckpt_store *store;
	struct ckpt_error err = {0};
	enum ckpt_status status = open_own(&store, &err);

	if (!status)
		status = save(store, "new", &err);
	note_outcome(outcome, status, &err);
	ckpt_close(store);
}

/* The program, started once more, goes on and saves. */
static void check_own_again(const char *a, const char *b)
{
	struct ckpt_store *store;
	struct ckpt_error err = {0};

	if (open_own(&store, &err)) {
		complain("the store can't be opened again: %s", err.text);
		return;
	}
	check_restores(store, a, b);
	must_save(store, "next");
	check_restores(store, "next", "next");
	ckpt_close(store);
}

/* There is no store, or one without versions. */
static void check_own(const struct outcome *outcome, bool is_cut)
{
	struct ckpt_store *store = NULL;
	struct ckpt_version *list = NULL;
	struct ckpt_error err = {0};
	size_t count = 0;
	enum ckpt_status status =
		ckpt_open(&store, store_dir, CKPT_READ, CKPT_RUN_PRESENT, &err);

	(void)is_cut;
	if (status == CKPT_NONE) {
		if (outcome->is_done && outcome->status == CKPT_OK)
			complain("the store is lost");
	} else if (status) {
		complain("the store can't be read: %s", err.text);
	} else if (ckpt_list(store, &list, &count, &err) || count) {
		complain("%zu versions are in a new store", count);
	}
	free(list);
	ckpt_close(store);
	check_own_again(NULL, NULL);
}

static void check_own_commit(const struct outcome *outcome, bool is_cut)
{
	bool is_new = outcome->is_done && outcome->status == CKPT_OK;

	(void)is_cut;
	check_own_again(is_new ? "new" : "old", "new");
}

static void done_body(struct outcome *outcome)
{
	struct ckpt_store *store;
	struct ckpt_error err = {0};
	enum ckpt_status status =
		ckpt_open(&store, store_dir, CKPT_WRITE, 0, &err);

	if (!status)
		status = ckpt_done(store, &err);
	note_outcome(outcome, status, &err);
	ckpt_close(store);
}

static void check_done(const struct outcome *outcome, bool is_cut)
{
	struct ckpt_store *store = claim(0);
	struct ckpt_error err;

	(void)is_cut;
	if (!store)
		return;
	if (outcome->is_done && outcome->status == CKPT_OK &&
	    !ckpt_is_done(store, 0))
		complain("done was said, but isn't known");
	if (ckpt_done(store, &err) || !ckpt_is_done(store, 0))
		complain("done can't be said again");
	ckpt_close(store);
	check_next_run(1, "old", "old");
}

static void progress_body(struct outcome *outcome)
{
	struct ckpt_store *store;
	struct ckpt_error err = {0};
	enum ckpt_status status =
		ckpt_open(&store, store_dir, CKPT_WRITE, 0, &err);

	if (!status)
		status = ckpt_progress(store, 0.5, &err);
	note_outcome(outcome, status, &err);
	ckpt_close(store);
}

static void set_up_progress(void)
{
	struct ckpt_store *store;
	struct ckpt_error err;

	set_up_old();
	store = claim(0);
	if (ckpt_progress(store, 0.25, &err))
		complain("no progress");
	ckpt_close(store);
}

static void check_progress(const struct outcome *outcome, bool is_cut)
{
	struct ckpt_store *store = claim(0);
	double progress;

	if (!store)
		return;
	progress = ckpt_run_progress(store, 0);
	/* A loss of power may lose the estimate, but never change it. */
	if (progress != 0.25 && progress != 0.5 && !(is_cut && progress < 0))
		complain("progress reads %g", progress);
	if (outcome->is_done && outcome->status == CKPT_OK && !is_cut &&
	    progress != 0.5)
		complain("progress was outcome, but reads %g", progress);
	ckpt_close(store);
	check_next_run(1, "old", "old");
}

static void clean_body(struct outcome *outcome)
{
	struct ckpt_store *store;
	struct ckpt_error err = {0};
	enum ckpt_status status = ckpt_attach(&store, store_dir, &job, &err);

	if (!status)
		status = ckpt_clean(store, &err);
	note_outcome(outcome, status, &err);
	ckpt_close(store);
}

/* Some versions may be gone, but none exists in part. */
static void check_clean(const struct outcome *outcome, bool is_cut)
{
	struct ckpt_store *store = claim(0);
	struct ckpt_version *list = NULL;
	struct ckpt_error err = {0};
	size_t count = 0, i;

	if (!store)
		return;
	if (ckpt_list(store, &list, &count, &err))
		complain("the versions can't be listed: %s", err.text);
	if (count && outcome->is_done && outcome->status == CKPT_OK && !is_cut)
		complain("%zu versions are left", count);
	for (i = 0; i < count; i++)
		if (ckpt_verify(store, list[i].number, &err))
			complain("version %u: %s", list[i].number, err.text);
	free(list);
	if (ckpt_journal_newest(store) != 0)
		complain("the journal is gone");
	must_save(store, "next");
	check_restores(store, "next", "next");
	ckpt_close(store);
}

/* A commit removes what is older than the policy keeps. */
static void set_up_prune(void)
{
	struct ckpt_store *store;
	struct ckpt_error err;

	job = jobs;
	store = claim(0);
	if (ckpt_set_keep(store, 2, &err))
		complain("no policy: %s", err.text);
	must_save(store, "one");
	must_save(store, "two");
	must_save(store, "three");
	must_save(store, "old");
	ckpt_close(store);
}

/* The newest versions exist whether the commit failed or not, and none exists
 * in part. */
static void check_prune(const struct outcome *outcome, bool is_cut)
{
	struct ckpt_store *store = claim(0);
	struct ckpt_version *list = NULL;
	struct ckpt_error err = {0};
	size_t count = 0, i;

	if (!store)
		return;
	if (ckpt_list(store, &list, &count, &err))
		complain("the versions can't be listed: %s", err.text);
	if (count < 4 || count > 5)
		complain("%zu versions are left", count);
	if (count != 4 && outcome->is_done && !is_cut &&
	    outcome->status == CKPT_OK && !outcome->is_disturbed)
		complain("%zu versions are left after the commit", count);
	for (i = 0; i < count; i++)
		if (ckpt_verify(store, list[i].number, &err))
			complain("version %u: %s", list[i].number, err.text);
	free(list);
	ckpt_close(store);
	check_commit(outcome, is_cut);
}

static void keep_body(struct outcome *outcome)
{
	struct ckpt_store *store;
	struct ckpt_error err = {0};
	enum ckpt_status status = ckpt_attach(&store, store_dir, &job, &err);

	if (!status)
		status = ckpt_set_keep(store, 3, &err);
	note_outcome(outcome, status, &err);
	ckpt_close(store);
}

/* Later commits leave 4 or 5, by the old policy or the new one; all, if a loss
 * of power took the policy. */
static void check_keep(const struct outcome *outcome, bool is_cut)
{
	struct ckpt_store *store = claim(0);
	bool is_known = outcome->is_done && outcome->status == CKPT_OK;
	struct ckpt_version *list = NULL;
	struct ckpt_error err = {0};
	size_t count = 0;

	if (!store)
		return;
	must_save(store, "five");
	must_save(store, "six");
	if (ckpt_list(store, &list, &count, &err))
		complain("the versions can't be listed: %s", err.text);
	if (count < 4 || count > (is_cut ? 6 : 5) ||
	    (is_known && !is_cut && count != 5))
		complain("%zu versions are left", count);
	free(list);
	ckpt_close(store);
	check_next_run(1, "six", "six");
}

static void set_up_request(void)
{
	struct ckpt_store *store;
	struct ckpt_error err;

	set_up_old();
	store = claim(0);
	if (ckpt_request(store, 0, "requeue", &err))
		complain("no request can be left: %s", err.text);
	ckpt_close(store);
}

static void request_body(struct outcome *outcome)
{
	struct ckpt_store *store;
	struct ckpt_error err = {0};
	enum ckpt_status status = ckpt_attach(&store, store_dir, &job, &err);

	if (!status)
		status = ckpt_request(store, 0, "now", &err);
	note_outcome(outcome, status, &err);
	ckpt_close(store);
}

/* The request is the first word or the second one; none only after a loss of
 * power, as the run is over then. */
static void check_request(const struct outcome *outcome, bool is_cut)
{
	struct ckpt_store *store = claim(0);
	bool is_known = outcome->is_done && outcome->status == CKPT_OK;
	char word[CKPT_REQUEST_MAX] = "";

	if (!store)
		return;
	if (!ckpt_take_request(store, 0, word) && !is_cut)
		complain("the request is gone");
	if (strcmp(word, "now") && strcmp(word, "requeue") &&
	    !(is_cut && !*word))
		complain("the request is '%s'", word);
	if (is_known && !is_cut && strcmp(word, "now"))
		complain("the request is '%s' instead of 'now'", word);
	if (ckpt_take_request(store, 0, word))
		complain("the request is taken twice");
	ckpt_close(store);
	check_next_run(1, "old", "old");
}

static void take_body(struct outcome *outcome)
{
	struct ckpt_store *store;
	struct ckpt_error err = {0};
	enum ckpt_status status = ckpt_attach(&store, store_dir, &job, &err);
	char word[CKPT_REQUEST_MAX];

	if (!status && !ckpt_take_request(store, 0, word))
		status = CKPT_NONE;
	note_outcome(outcome, status, &err);
	ckpt_close(store);
}

/* A request is taken once at most, and lost only if its file is gone. */
static void check_take(const struct outcome *outcome, bool is_cut)
{
	struct ckpt_store *store = claim(0);
	char word[CKPT_REQUEST_MAX] = "";
	bool is_there;

	if (!store)
		return;
	is_there = ckpt_take_request(store, 0, word);
	if (is_there && strcmp(word, "requeue"))
		complain("the request is '%s'", word);
	if (is_there && outcome->is_done && outcome->status == CKPT_OK &&
	    !is_cut)
		complain("it was taken twice");
	if (!is_there && !is_cut && outcome->is_done &&
	    !outcome->is_disturbed && outcome->status != CKPT_OK)
		complain("it was never taken");
	ckpt_close(store);
	check_next_run(1, "old", "old");
}

const struct scenario scenarios[] = {
	{"commit", set_up_old, commit_body, check_commit},
	{"commit that is overtaken", set_up_old, overtaken_body, check_commit},
	{"add and commit", set_up_add, add_body, check_commit},
	{"first shard", set_up_old, first_shard_body, check_first_shard},
	{"last shard", set_up_shard, last_shard_body, check_last_shard},
	{"create", set_up_nothing, create_body, check_create},
	{"claim", set_up_claim, claim_body, check_claim},
	{"make a store of its own", set_up_own_nothing, own_body, check_own},
	{"open and commit to a store of its own", set_up_own_old,
	 own_commit_body, check_own_commit},
	{"retain", set_up_four, retain_body, check_retain},
	{"restore of a damaged version", set_up_damage, restore_body,
	 check_damage},
	{"strike and set aside", set_up_strike, strike_body, check_strike},
	{"clear marks", set_up_clear_marks, clear_marks_body,
	 check_clear_marks},
	{"journal", set_up_journal, journal_body, check_journal},
	{"done", set_up_old, done_body, check_done},
	{"progress", set_up_progress, progress_body, check_progress},
	{"clean", set_up_four, clean_body, check_clean},
	{"commit that prunes", set_up_prune, commit_body, check_prune},
	{"keep", set_up_prune, keep_body, check_keep},
	{"request", set_up_request, request_body, check_request},
	{"take a request", set_up_request, take_body, check_take},
};
const size_t scenario_count = sizeof(scenarios) / sizeof(scenarios[0]);

/* ------------------------------------------------------------- fencing */

const struct scenario fenced[] = {
	{"commit", set_up_old, commit_body, NULL},
	{"last shard", set_up_shard, last_shard_body, NULL},
	{"open and commit to a store of its own", set_up_own_old,
	 own_commit_body, NULL},
};
const size_t fenced_count = sizeof(fenced) / sizeof(fenced[0]);

/* What the later run found while the writer was paused. */
static struct {
	char restored[16];
	bool is_published; /* the writer's version was there already */
	bool is_swept;
	int run; /* of the program that was started meanwhile */
} seen;

/* Versions of run 0 beside the one that was there before. */
static bool has_published(struct ckpt_store *store)
{
	struct ckpt_version *list = NULL;
	struct ckpt_error err = {0};
	size_t count = 0, i, mine = 0;

	if (ckpt_list(store, &list, &count, &err))
		complain("the versions can't be listed: %s", err.text);
	for (i = 0; i < count; i++) {
		mine += list[i].run == 0;
		if (ckpt_verify(store, list[i].number, &err))
			complain("version %u: %s", list[i].number, err.text);
	}
	free(list);
	return mine == 2;
}

/* Take over for run 1 without a sweep, as if the writer's stage could not be
 * removed because it was being written to: the writer can go on. */
static struct ckpt_store *take_over(bool is_swept)
{
	struct ckpt_store *store = NULL;
	struct ckpt_error err = {0};

	seen.is_swept = is_swept;
	if (is_swept)
		return claim(1);
	if (ckpt_attach(&store, store_dir, &job, &err))
		complain("the store can't be attached: %s", err.text);
	store->run = 1;
	if (ckpt_journal_begin(store, 1, &err))
		complain("run 1 can't begin: %s", err.text);
	return store;
}

static void look_and_save(bool is_swept)
{
	struct ckpt_store *store = take_over(is_swept);

	seen.is_published = has_published(store);
	check_restores(store, "old", "new");
	must_save(store, "later");
	check_restores(store, "later", "later");
	ckpt_close(store);
}

static void look_and_restore(bool is_swept)
{
	struct ckpt_store *store = take_over(is_swept);
	struct ckpt_error err;
	const char *dir = NULL;

	seen.is_published = has_published(store);
	check_restores(store, "old", "new");
	if (ckpt_restore(store, NULL, &dir, &err) == CKPT_OK)
		strcpy(seen.restored, is_state(dir, "new") ? "new" : "old");
	ckpt_close(store);
}

static void sweep_and_save(void *arg)
{
	(void)arg;
	look_and_save(true);
}

static void save_unswept(void *arg)
{
	(void)arg;
	look_and_save(false);
}

static void sweep_and_restore(void *arg)
{
	(void)arg;
	look_and_restore(true);
}

static void restore_unswept(void *arg)
{
	(void)arg;
	look_and_restore(false);
}

/* After "stale" nothing is published, after "done" a whole version. */
static bool check_writer(struct ckpt_store *store,
			 const struct outcome *outcome)
{
	bool is_published = has_published(store);

	if (outcome->status != CKPT_OK && outcome->status != CKPT_STALE &&
	    strcmp(outcome->text, BY_ITSELF))
		complain("the writer got '%s': %s",
			 ckpt_status_text(outcome->status), outcome->text);
	if (is_published != (outcome->status == CKPT_OK))
		complain("the writer got '%s'",
			 ckpt_status_text(outcome->status));
	return is_published && !seen.is_published;
}

static bool check_saved(const struct outcome *outcome)
{
	struct ckpt_store *store = take_over(seen.is_swept);
	bool is_late = check_writer(store, outcome);

	check_restores(store, "later", "later");
	ckpt_close(store);
	check_next_run(2, "later", "later");
	return is_late;
}

static bool check_restored(const struct outcome *outcome)
{
	struct ckpt_store *store = take_over(seen.is_swept);
	bool is_late = check_writer(store, outcome);

	/* Every process of the later run gets the version of its first one. */
	check_restores(store, seen.restored, seen.restored);
	must_save(store, "later");
	check_restores(store, "later", "later");
	ckpt_close(store);
	check_next_run(2, "later", "later");
	return is_late;
}

/* The version that the held writer has published: its run, 0: none. */
static uint32_t writers_run(struct ckpt_store *store)
{
	struct ckpt_version *list = NULL;
	struct ckpt_error err = {0};
	size_t count = 0, i;
	uint32_t run = 0;

	if (ckpt_list(store, &list, &count, &err))
		complain("the versions can't be listed: %s", err.text);
	for (i = 0; i < count; i++) {
		if (ckpt_verify(store, list[i].number, &err))
			complain("version %u: %s", list[i].number, err.text);
		if (list[i].run && list[i].run != (uint32_t)seen.run)
			run = list[i].run;
	}
	free(list);
	return run;
}

/* The program is started once more while it runs. */
static void start_again(void *arg)
{
	struct ckpt_store *store;
	struct ckpt_error err = {0};

	(void)arg;
	if (open_own(&store, &err)) {
		complain("it can't be started: %s", err.text);
		return;
	}
	seen.run = ckpt_run(store);
	seen.is_published = writers_run(store) != 0;
	check_restores(store, "old", "new");
	must_save(store, "later");
	check_restores(store, "later", "later");
	ckpt_close(store);
}

/* Either goes on, with a run of its own; the one that began last does. */
static bool check_started(const struct outcome *outcome)
{
	bool is_published = outcome->status == CKPT_OK;
	struct ckpt_store *store;
	struct ckpt_error err = {0};
	uint32_t run;

	if (!is_published && outcome->status != CKPT_STALE &&
	    strcmp(outcome->text, BY_ITSELF))
		complain("the writer got '%s': %s",
			 ckpt_status_text(outcome->status), outcome->text);
	if (open_own(&store, &err)) {
		complain("the store can't be opened again: %s", err.text);
		return false;
	}
	run = writers_run(store);
	if (is_published != (run != 0))
		complain("the writer got '%s'",
			 ckpt_status_text(outcome->status));
	check_restores(store, run > (uint32_t)seen.run ? "new" : "later",
		       run > (uint32_t)seen.run ? "new" : "later");
	ckpt_close(store);
	return run && run < (uint32_t)seen.run && !seen.is_published;
}

const struct rival rivals[] = {
	{"a later run commits", sweep_and_save, check_saved, NULL},
	{"a later run restores", sweep_and_restore, check_restored, NULL},
	{"a later run that can't sweep commits", save_unswept, check_saved,
	 NULL},
	{"a later run that can't sweep restores", restore_unswept,
	 check_restored, NULL},
	{"the program is started again", start_again, check_started,
	 own_commit_body},
};
const size_t rival_count = sizeof(rivals) / sizeof(rivals[0]);
