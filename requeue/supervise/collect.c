/* SPDX-License-Identifier: GPL-2.0-or-later */
/* collect.c: take files that the software writes by itself into the store. */
#include <errno.h>
#include <fts.h>
#include <glob.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/store.h"
#include "requeue/supervise/collect.h"
#include "requeue/supervise/report.h"

/* A file that changes within this time is still being written. */
#define STILL_MS 200

/* A change of any of these shows that a file, or anything in a directory, has
 * changed. */
struct look {
	bool is_state; /* a file or directory that can be looked through */
	int64_t newest_ns;
	uint64_t size_bytes;
	uint64_t entries;
};

/* "out/" becomes "out"; "/" stays. */
static void trim(char *path)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		path[--len] = '\0';
}

/* All matches of all globs; the caller frees with globfree(). */
static int expand(const char *globs, glob_t *found)
{
	char *copy = strdup(globs), *rest = copy, *one;
	int flags = GLOB_NOSORT;

	memset(found, 0, sizeof(*found));
	if (!copy)
		return -1;
	while ((one = strsep(&rest, ","))) {
		if (!*one)
			continue;
		glob(one, flags, NULL, found);
		flags |= GLOB_APPEND;
	}
	free(copy);
	return 0;
}

static void pause_ms(long ms)
{
	struct timespec pause = {.tv_nsec = ms * 1000000};

	nanosleep(&pause, NULL);
}

static void add_entry(struct look *look, const FTSENT *entry)
{
	const struct stat *stat = entry->fts_statp;
	int64_t ns = (int64_t)stat->st_mtim.tv_sec * 1000000000 +
		     stat->st_mtim.tv_nsec;

	look->entries++;
	if (ns > look->newest_ns)
		look->newest_ns = ns;
	if (entry->fts_info == FTS_F && S_ISREG(stat->st_mode))
		look->size_bytes += (uint64_t)stat->st_size;
}

/* All that is in a directory counts: software rewrites files in place, which
 * doesn't change the directory itself. */
static struct look look_at(char *path)
{
	char *paths[] = {path, NULL};
	FTS *tree = fts_open(paths, FTS_COMFOLLOW | FTS_PHYSICAL | FTS_NOCHDIR,
			     NULL);
	struct look look = {.is_state = false};
	FTSENT *entry;

	while (tree && (entry = fts_read(tree))) {
		if (entry->fts_level == 0 && entry->fts_info != FTS_DP)
			look.is_state = entry->fts_info == FTS_D ||
					(entry->fts_info == FTS_F &&
					 S_ISREG(entry->fts_statp->st_mode));
		if (entry->fts_info == FTS_D || entry->fts_info == FTS_F)
			add_entry(&look, entry);
	}
	if (tree)
		fts_close(tree);
	return look;
}

static bool has_changed(const struct look *a, const struct look *b)
{
	return a->newest_ns != b->newest_ns || a->size_bytes != b->size_bytes ||
	       a->entries != b->entries;
}

static void swap(char **a, char **b)
{
	char *keep = *a;

	*a = *b;
	*b = keep;
}

/*
 * Drop what can't be a state: empty files, and files that still grow.  The
 * others are moved to the front; *newest_s is the time of the last change.
 * Returns how many they are.
 */
static size_t sieve(char **paths, size_t count, bool is_said, int64_t *newest_s)
{
	struct look *before = calloc(count, sizeof(*before)), now;
	size_t kept = 0;

	*newest_s = 0;
	if (!before)
		return 0;
	for (size_t i = 0; i < count; i++) {
		trim(paths[i]);
		before[i] = look_at(paths[i]);
	}
	pause_ms(STILL_MS);
	for (size_t i = 0; i < count; i++) {
		now = look_at(paths[i]);
		if (!now.is_state)
			continue;
		if (!now.size_bytes) {
			if (is_said)
				report_line("%s is empty and is left out",
					    paths[i]);
			continue;
		}
		if (has_changed(&before[i], &now)) {
			if (is_said)
				report_line("%s is still being written and is "
					    "left out",
					    paths[i]);
			continue;
		}
		if (now.newest_ns / 1000000000 > *newest_s)
			*newest_s = now.newest_ns / 1000000000;
		swap(&paths[kept++], &paths[i]);
	}
	free(before);
	return kept;
}

/* Does this run's newest version hold these files, unchanged since? */
static bool is_known(struct ckpt_store *store, unsigned run, int64_t newest_s)
{
	struct ckpt_version *versions = NULL;
	size_t count = 0;
	bool is_known = !ckpt_list(store, &versions, &count, NULL) && count &&
			versions[0].run == run && !versions[0].is_aside &&
			versions[0].time_s > newest_s;

	free(versions);
	return is_known;
}

/* The name in the version: the path, or where that leads out of the work
 * directory, its last component. */
static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	while (!strncmp(path, "./", 2))
		path += 2;
	if (path[0] != '/' && !strstr(path, ".."))
		return path;
	return slash ? slash + 1 : path;
}

static enum collect_exit commit(struct ckpt_store *store, char **paths,
				size_t count)
{
	struct ckpt_stage *stage = NULL;
	struct ckpt_error err = {0};
	enum ckpt_status status = ckpt_begin(store, &stage, &err);

	for (size_t i = 0; i < count && !status; i++)
		status = ckpt_add(stage, paths[i], name_of(paths[i]), &err);
	if (status) {
		ckpt_abort(stage);
		report_line("files were not collected: %s", err.text);
		return COLLECT_FAILED;
	}
	status = ckpt_commit(stage, NULL, &err);
	if (!status)
		return COLLECT_SAVED;
	report_line("files were not collected: %s", err.text);
	return COLLECT_FAILED;
}

/* Look at the files once, and take them if they are complete. */
static enum collect_exit take(const struct collect *c, bool is_last)
{
	enum collect_exit result = COLLECT_NOTHING;
	struct ckpt_store *store = NULL;
	struct ckpt_error err = {0};
	int64_t newest_s;
	glob_t found;
	size_t count;

	if (chdir(c->work_dir) || expand(c->globs, &found)) {
		report_line("files can't be collected from %s: %s", c->work_dir,
			    strerror(errno));
		return COLLECT_FAILED;
	}
	count = sieve(found.gl_pathv, found.gl_pathc, is_last, &newest_s);
	if (!count || newest_s < c->since_s)
		goto out;
	if (ckpt_open(&store, c->store_dir, CKPT_WRITE, (int)c->run, &err)) {
		report_line("files were not collected: %s", err.text);
		result = COLLECT_FAILED;
	} else if (!is_known(store, c->run, newest_s)) {
		result = commit(store, found.gl_pathv, count);
	}
	ckpt_close(store);
out:
	globfree(&found);
	return result;
}

static enum collect_exit collect(const struct collect *c)
{
	enum collect_exit result;
	time_t until = time(NULL) + c->wait_s;

	do {
		result = take(c, time(NULL) >= until);
		if (result == COLLECT_NOTHING && c->wait_s)
			sleep(1);
	} while (result == COLLECT_NOTHING && time(NULL) < until);
	return result;
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
