/* SPDX-License-Identifier: GPL-2.0-or-later */
/* collect.c: take files that the software writes by itself into the store. */
#include <errno.h>
#include <fts.h>
#include <glob.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/store.h"
#include "requeue/policy/filenames.h"
#include "requeue/supervise/collect.h"
#include "requeue/supervise/report.h"

/* A file that changes within this time is still being written. */
#define STILL_MS   200
/* At the end of a run, for files that are still being written. */
#define BUSY_MAX_S 5
/* A version is taken to be newer than a file only if it is so by more than
 * this: the clocks of nodes and of file servers differ. */
#define SKEW_S	   300

static const char busy[] = "still being written";

/* A change of any of these shows that a file, or anything in a directory, has
 * changed. */
struct look {
	bool is_state; /* a file or directory that can be looked through */
	int64_t newest_ns;
	uint64_t size_bytes;
	uint64_t files;
	uint64_t entries;
};

/* What the patterns match. */
struct found {
	struct filename *files;
	size_t count;
	const char **faults; /* of each; NULL: none */
	bool is_busy;	     /* some are still being written */
	struct look taken;   /* of all that can be taken */
	struct look all;     /* of all that there is */
};

/* ------------------------------------------------------------- patterns */

static bool is_literal(const char *pattern)
{
	return !strpbrk(pattern, "*?[\\");
}

static int add_path(struct found *found, const char *path, bool is_missing)
{
	struct filename *files =
		reallocarray(found->files, found->count + 1, sizeof(*files));

	if (!files)
		return -1;
	found->files = files;
	memset(&files[found->count], 0, sizeof(*files));
	files[found->count].is_missing = is_missing;
	files[found->count].path = strdup(path);
	return files[found->count++].path ? 0 : -1;
}

static int add_matches(struct found *found, const char *pattern)
{
	glob_t matches = {0};
	int status = 0;

	if (glob(pattern, GLOB_NOSORT, NULL, &matches) && is_literal(pattern))
		status = add_path(found, pattern, true);
	for (size_t i = 0; i < matches.gl_pathc && !status; i++)
		status = add_path(found, matches.gl_pathv[i], false);
	globfree(&matches);
	return status;
}

static int say_if_missing(struct found *found, const char *pattern)
{
	glob_t matches = {0};

	(void)found;
	if (glob(pattern, GLOB_NOSORT, NULL, &matches))
		report_line("--checkpoint-files: %s matches no file", pattern);
	globfree(&matches);
	return 0;
}

/* Call each() for the patterns, until it fails. */
static int for_patterns(const char *globs, struct found *found,
			int (*each)(struct found *found, const char *pattern))
{
	char *copy = strdup(globs), *rest = copy, *one;
	int status = copy ? 0 : -1;

	while (!status && (one = strsep(&rest, ",")))
		if (*one)
			status = each(found, one);
	free(copy);
	return status;
}

static int expand(const struct collect *c, struct found *found)
{
	memset(found, 0, sizeof(*found));
	if (for_patterns(c->globs, found, add_matches))
		return -1;
	return filenames_settle(found->files, found->count, c->work_dir);
}

static void forget(struct found *found)
{
	for (size_t i = 0; i < found->count; i++)
		free(found->files[i].path);
	filenames_free(found->files, found->count);
	free(found->files);
	free(found->faults);
}

/* -------------------------------------------------------------- looking */

static void pause_ms(long ms)
{
	struct timespec pause = {.tv_nsec = ms * 1000000};

	nanosleep(&pause, NULL);
}

static int64_t in_ns(const struct timespec *time)
{
	return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

static void note_time(struct look *look, int64_t ns)
{
	if (ns > look->newest_ns)
		look->newest_ns = ns;
}

/* A file that was renamed into place shows that by its change time only. */
static void add_entry(struct look *look, const FTSENT *entry)
{
	const struct stat *stat = entry->fts_statp;

	look->entries++;
	note_time(look, in_ns(&stat->st_mtim));
	note_time(look, in_ns(&stat->st_ctim));
	if (entry->fts_info == FTS_F && S_ISREG(stat->st_mode)) {
		look->files++;
		look->size_bytes += (uint64_t)stat->st_size;
	}
}

static bool is_same_dir(const FTSENT *entry, const struct stat *dir)
{
	return entry->fts_statp->st_dev == dir->st_dev &&
	       entry->fts_statp->st_ino == dir->st_ino;
}

/* All that is in a directory counts: software rewrites files in place, which
 * doesn't change the directory itself.  The store doesn't count. */
static struct look look_at(const char *path, const struct stat *store)
{
	char *copy = strdup(path), *paths[] = {copy, NULL};
	FTS *tree = copy ? fts_open(paths,
				    FTS_COMFOLLOW | FTS_PHYSICAL | FTS_NOCHDIR,
				    NULL)
			 : NULL;
	struct look look = {.is_state = false};
	FTSENT *entry;

	while (tree && (entry = fts_read(tree))) {
		if (entry->fts_info == FTS_D && is_same_dir(entry, store)) {
			fts_set(tree, entry, FTS_SKIP);
			continue;
		}
		if (entry->fts_level == 0 && entry->fts_info != FTS_DP)
			look.is_state = entry->fts_info == FTS_D ||
					(entry->fts_info == FTS_F &&
					 S_ISREG(entry->fts_statp->st_mode));
		if (entry->fts_info == FTS_D || entry->fts_info == FTS_F)
			add_entry(&look, entry);
	}
	if (tree)
		fts_close(tree);
	free(copy);
	return look;
}

static bool has_changed(const struct look *a, const struct look *b)
{
	return a->newest_ns != b->newest_ns || a->size_bytes != b->size_bytes ||
	       a->entries != b->entries;
}

/* Why it can't be a state; NULL: it can, or it is no file at all. */
static const char *find_fault(const struct look *before, const struct look *now)
{
	if (!now->is_state)
		return NULL;
	/* One that is being rewritten may be empty for a moment. */
	if (has_changed(before, now))
		return busy;
	return now->size_bytes ? NULL : "empty";
}

static void add_look(struct look *sum, const struct look *one)
{
	note_time(sum, one->newest_ns);
	sum->size_bytes += one->size_bytes;
	sum->files += one->files;
	sum->entries += one->entries;
}

/* Take what can be a state: no empty files, and none that still grow. */
static int sieve(struct found *found, const struct stat *store)
{
	struct look *looks = calloc(found->count + 1, sizeof(*looks));
	struct filename *files = found->files;

	found->faults = calloc(found->count + 1, sizeof(*found->faults));
	if (!looks || !found->faults) {
		free(looks);
		return -1;
	}
	for (size_t i = 0; i < found->count; i++)
		looks[i] = look_at(files[i].path, store);
	if (found->count)
		pause_ms(STILL_MS);
	for (size_t i = 0; i < found->count; i++) {
		struct look now = look_at(files[i].path, store);

		found->faults[i] = find_fault(&looks[i], &now);
		found->is_busy |= found->faults[i] == busy;
		files[i].is_taken = now.is_state && !found->faults[i];
		looks[i] = now;
	}
	for (size_t i = 0; i < found->count; i++)
		add_look(&found->all, &looks[i]);
	filenames_once(files, found->count);
	for (size_t i = 0; i < found->count; i++)
		if (files[i].is_taken)
			add_look(&found->taken, &looks[i]);
	free(looks);
	return 0;
}

static void say_faults(const struct found *found)
{
	for (size_t i = 0; i < found->count; i++)
		if (found->faults[i])
			report_line("%s is %s and is left out",
				    found->files[i].path, found->faults[i]);
}

/* --------------------------------------------------------------- taking */

/* Does the newest version hold as much, and is it younger than all files
 * beyond doubt?  Then they needn't be read. */
static bool is_known(struct ckpt_store *store, const struct look *taken)
{
	struct ckpt_version *versions = NULL;
	bool is_known = false;
	size_t count = 0, i = 0;

	ckpt_list(store, &versions, &count, NULL);
	while (i < count && versions[i].is_aside)
		i++;
	if (i < count)
		is_known = versions[i].bytes == taken->size_bytes &&
			   versions[i].files == taken->files &&
			   versions[i].time_s - SKEW_S >
				   taken->newest_ns / 1000000000;
	free(versions);
	return is_known;
}

static enum ckpt_status add_found(const struct found *found,
				  struct ckpt_stage *stage,
				  struct ckpt_error *err)
{
	enum ckpt_status status = CKPT_OK;

	for (size_t i = 0; i < found->count && !status; i++)
		if (found->files[i].is_taken)
			status = ckpt_add(stage, found->files[i].path,
					  found->files[i].name, err);
	return status;
}

/* Commit a version, unless the newest one holds the same. */
static enum collect_exit commit(struct ckpt_store *store,
				const struct found *found)
{
	struct ckpt_stage *stage = NULL;
	struct ckpt_error err = {0};
	enum ckpt_status status = ckpt_begin(store, &stage, &err);

	if (!status)
		status = add_found(found, stage, &err);
	if (status) {
		ckpt_abort(stage);
		report_line("files were not collected: %s", err.text);
		return COLLECT_FAILED;
	}
	ckpt_only_news(stage);
	status = ckpt_commit(stage, NULL, &err);
	if (!status)
		return COLLECT_SAVED;
	if (status == CKPT_NONE)
		return COLLECT_NOTHING;
	report_line("files were not collected: %s", err.text);
	return COLLECT_FAILED;
}

static enum collect_exit take_found(const struct collect *c,
				    const struct found *found)
{
	enum collect_exit result = COLLECT_NOTHING;
	struct ckpt_store *store = NULL;
	struct ckpt_error err = {0};

	if (ckpt_open(&store, c->store_dir, CKPT_WRITE, (int)c->run, &err)) {
		report_line("files were not collected: %s", err.text);
		return COLLECT_FAILED;
	}
	if (!is_known(store, &found->taken))
		result = commit(store, found);
	ckpt_close(store);
	return result;
}

static bool is_said_missing(const struct collect *c, const struct found *found)
{
	for (size_t i = 0; i < found->count && c->run; i++)
		if (!found->files[i].is_missing)
			return false;
	return c->is_said;
}

static bool is_unchanged(const struct collect *c, const struct found *found)
{
	const struct look since = {
		.newest_ns = c->since.newest_ns,
		.size_bytes = c->since.size_bytes,
		.entries = c->since.entries,
	};

	return c->since.is_set && !has_changed(&since, &found->all);
}

/*
 * Look at the files once, and take them if they are complete.
 *
 * is_last  there will be no other look
 * taken    what was taken last, or found to be nothing new
 * is_busy  at the end of a run: some are still being written, look again
 */
static enum collect_exit take(const struct collect *c, bool is_last,
			      struct look *taken, bool *is_busy)
{
	enum collect_exit result = COLLECT_NOTHING;
	struct stat store = {0};
	struct found found = {0};

	if (chdir(c->work_dir) || stat(c->store_dir, &store) ||
	    expand(c, &found) || sieve(&found, &store)) {
		report_line("files can't be collected from %s: %s", c->work_dir,
			    strerror(errno));
		result = COLLECT_FAILED;
		goto out;
	}
	*is_busy = !c->wait_s && found.is_busy && !is_last;
	if (*is_busy)
		goto out;
	is_last |= !c->wait_s;
	if (is_last)
		say_faults(&found);
	if (is_last && is_said_missing(c, &found))
		for_patterns(c->globs, &found, say_if_missing);
	/* What is there at last is better than nothing. */
	if (!found.taken.files || (!is_last && is_unchanged(c, &found)))
		goto out;
	if (has_changed(taken, &found.taken))
		result = take_found(c, &found);
	*taken = found.taken;
	if (result == COLLECT_NOTHING && is_last && !c->wait_s)
		report_line("the files of --checkpoint-files are as the newest "
			    "version has them: nothing new is saved");
out:
	forget(&found);
	return result;
}

static enum collect_exit collect(const struct collect *c)
{
	time_t until = time(NULL) + (c->wait_s ? c->wait_s : BUSY_MAX_S);
	struct look taken = {0};
	enum collect_exit result;
	bool is_busy = false, is_last;

	if (c->pause_s)
		sleep(c->pause_s);
	while (true) {
		is_last = time(NULL) >= until;
		result = take(c, is_last, &taken, &is_busy);
		if (result != COLLECT_NOTHING || is_last ||
		    (!c->wait_s && !is_busy))
			break;
		sleep(1);
	}
	return result;
}

void collect_mark(const struct collect *c, struct collect_mark *mark)
{
	struct stat store = {0};
	struct found found = {0};
	struct look all = {0}, one;

	mark->is_set = !chdir(c->work_dir) && !stat(c->store_dir, &store) &&
		       !expand(c, &found);
	for (size_t i = 0; i < found.count; i++) {
		one = look_at(found.files[i].path, &store);
		add_look(&all, &one);
	}
	mark->newest_ns = all.newest_ns;
	mark->size_bytes = all.size_bytes;
	mark->entries = all.entries;
	forget(&found);
}

enum ckpt_status collect_add(const struct collect *c, struct ckpt_stage *stage,
			     struct ckpt_error *err)
{
	enum ckpt_status status = CKPT_EIO;
	struct stat store = {0};
	struct found found = {0};

	if (!chdir(c->work_dir) && !stat(c->store_dir, &store) &&
	    !expand(c, &found) && !sieve(&found, &store)) {
		say_faults(&found);
		status = add_found(&found, stage, err);
	} else if (err) {
		err->errnum = errno;
		snprintf(err->text, sizeof(err->text),
			 "files can't be collected from %.256s: %s",
			 c->work_dir, strerror(errno));
	}
	forget(&found);
	return status;
}

pid_t collect_start(const struct collect *c)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		_exit(collect(c));
	}
	return pid;
}
