/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* open.c: opening a store, and taking it over for a run. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/fence.h"
#include "lib/format.h"
#include "lib/fsutil.h"
#include "lib/handle.h"
#include "lib/identity.h"
#include "lib/journal.h"
#include "lib/names.h"
#include "lib/open.h"
#include "lib/retain.h"
#include "lib/status.h"
#include "lib/sweep.h"

/* Versions that commits leave in a program's own store, as a rule. */
#define OWN_KEEP 2

/* Cut what leads through a link at the store's own name: "store/", "store/.".
 */
static void cut_tail(char *path)
{
	size_t len = strlen(path);

	while (len > 1 && (path[len - 1] == '/' ||
			   (path[len - 1] == '.' && path[len - 2] == '/')))
		path[--len] = '\0';
}

static char *absolute_path(const char *dir)
{
	char *here = NULL, *path = NULL;

	if (dir[0] == '/') {
		path = strdup(dir);
	} else {
		here = getcwd(NULL, 0);
		if (here && asprintf(&path, "%s/%s", here, dir) < 0)
			path = NULL;
		free(here);
	}
	if (path)
		cut_tail(path);
	return path;
}

/* Does the directory exist already, after a failed mkdir()?  Some file systems
 * return EROFS or EACCES instead of EEXIST.  A link at the store's own name
 * passes: open_dir() says what is wrong with it.  errno is kept, but EEXIST
 * becomes ENOTDIR. */
static bool is_there_already(const char *path, bool is_last)
{
	int saved = errno;
	struct stat st;
	bool is_there = fstatat(AT_FDCWD, path, &st,
				is_last ? AT_SYMLINK_NOFOLLOW : 0) == 0 &&
			(S_ISDIR(st.st_mode) || S_ISLNK(st.st_mode));

	errno = saved == EEXIST ? ENOTDIR : saved;
	return is_there;
}

/* Create dir and the missing directories above it, durably. */
static int make_dirs(const char *dir)
{
	char *path = strdup(dir), *slash = path;
	int rc = -1, fd = -1;

	if (!path)
		return -1;
	while (slash) {
		const char *above = slash == path ? "/" : path;
		bool is_last;

		while (*slash == '/')
			slash++;
		fd = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		slash = strchr(slash, '/');
		is_last = !slash || slash[strspn(slash, "/")] == '\0';
		if (slash)
			*slash = '\0';
		if (mkdir(path, is_last ? 0700 : 0777) == 0) {
			if (fd >= 0 && ckpt_fs_sync_dir(fd) < 0)
				goto out;
		} else if (!is_there_already(path, is_last)) {
			goto out;
		}
		ckpt_fs_close(&fd);
		if (is_last)
			break;
		*slash = '/';
	}
	rc = 0;
out:
	ckpt_fs_close(&fd);
	free(path);
	return rc;
}

static enum ckpt_status new_handle(struct ckpt_store **handle, const char *dir,
				   enum ckpt_mode mode, struct ckpt_error *err)
{
	struct ckpt_store *store = calloc(1, sizeof(*store));

	*handle = store;
	if (!store)
		return ckpt_no_memory(err);
	store->fd = -1;
	store->mode = mode;
	store->run = -1;
	store->progress = -1;
	store->id.array_task = CKPT_NO_TASK;
	store->dir = absolute_path(dir);
	if (!store->dir)
		return errno == ENOMEM
			       ? ckpt_no_memory(err)
			       : ckpt_fail(err, CKPT_EIO, errno,
					   "the present directory is unknown");
	return CKPT_OK;
}

static enum ckpt_status not_opened(const struct ckpt_store *store,
				   struct ckpt_error *err)
{
	int errnum = errno;
	struct stat st;

	if (store->mode == CKPT_WRITE && lstat(store->dir, &st) == 0 &&
	    S_ISLNK(st.st_mode))
		return ckpt_fail(err, CKPT_EINVAL, 0,
				 "%s is a symbolic link, through which "
				 "nothing is written: put the directory "
				 "itself there, or give its real path by "
				 "--checkpoint-dir",
				 store->dir);
	if (errnum == ENOENT || errnum == ENOTDIR)
		return ckpt_fail(err, CKPT_NONE, 0, "there is no store %s",
				 store->dir);
	return ckpt_fail(err, CKPT_EIO, errnum,
			 "the store %s could not be opened", store->dir);
}

/*
 * Links on the way to the store are followed, because the user chose them.
 * A link at the store's own name isn't, where the store is to be written: in
 * a directory that others may write to, another user could have put it there,
 * and it could lead to any directory of the owner's.
 */
static enum ckpt_status open_dir(struct ckpt_store *store,
				 struct ckpt_error *err)
{
	int flags = store->mode == CKPT_WRITE ? O_NOFOLLOW : 0;
	struct stat st;

	store->fd = (int)TEMP_FAILURE_RETRY(
		open(store->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | flags));
	if (store->fd < 0 || fstat(store->fd, &st) < 0)
		return not_opened(store, err);
	store->owner = st.st_uid;
	if (store->mode == CKPT_WRITE && st.st_uid != geteuid())
		return ckpt_fail(err, CKPT_FOREIGN, 0,
				 "%s belongs to another user (id %u)",
				 store->dir, (unsigned)st.st_uid);
	return CKPT_OK;
}

/* The run in the environment; -1: there is none. */
static int run_of_environment(void)
{
	const char *text = getenv("SLURM_CHECKPOINT_RUN");
	char *end;
	long run;

	if (!text || !*text)
		return -1;
	run = strtol(text, &end, 10);
	return *end || run < 0 || run > CKPT_RUN_MAX ? -1 : (int)run;
}

/* Find the run that the handle works for: the argument, else the run in the
 * environment, else the store's present one. */
static enum ckpt_status take_run(struct ckpt_store *store, int run,
				 struct ckpt_error *err)
{
	struct ckpt_newest newest;
	enum ckpt_status status;

	store->run = run == CKPT_RUN_PRESENT ? run_of_environment() : run;
	if (store->run >= 0 && store->mode == CKPT_READ)
		return CKPT_OK;
	status = ckpt_look(store, &newest, err);
	if (status)
		return status;
	if (store->run < 0)
		store->run = newest.run < 0 ? 0 : newest.run;
	if (store->mode == CKPT_READ)
		return CKPT_OK;
	status = ckpt_check_newest(store, &newest, err);
	if (!status && newest.has_hidden)
		ckpt_sweep(store);
	return status;
}

static enum ckpt_status open_existing(struct ckpt_store **store,
				      const char *dir, enum ckpt_mode mode,
				      int run, struct ckpt_error *err)
{
	enum ckpt_status status = new_handle(store, dir, mode, err);

	if (!status)
		status = open_dir(*store, err);
	if (!status)
		status = ckpt_identity_read(*store, err);
	return status ? status : take_run(*store, run, err);
}

/* Take from others the right to write to the store.  Our own mkdir() gives
 * them none, but the owner may have made the directory. */
static enum ckpt_status close_to_others(const struct ckpt_store *store,
					struct ckpt_error *err)
{
	const mode_t others = S_IWGRP | S_IWOTH;
	struct stat st;

	if (fstat(store->fd, &st) == 0 &&
	    (!(st.st_mode & others) ||
	     fchmod(store->fd, st.st_mode & 07777 & ~others) == 0))
		return CKPT_OK;
	return ckpt_fail(
		err, CKPT_EIO, errno,
		"others may write to %s, and that could not be changed",
		store->dir);
}

/* Read the identity of the store, or write it into an empty directory. */
static enum ckpt_status take_identity(struct ckpt_store *store,
				      const struct ckpt_identity *id,
				      struct ckpt_error *err)
{
	enum ckpt_status status = ckpt_identity_read(store, err);

	if (status == CKPT_NONE) {
		status = ckpt_identity_write(store, id, err);
		if (!status)
			status = ckpt_identity_read(store, err);
	}
	if (!status)
		status = ckpt_identity_check(store, id, err);
	return status ? status : close_to_others(store, err);
}

/* Make the store where there is none, and open it for writing.  *store may be
 * set after a failure. */
static enum ckpt_status enter(struct ckpt_store **store, const char *dir,
			      const struct ckpt_identity *id,
			      struct ckpt_error *err)
{
	enum ckpt_status status = new_handle(store, dir, CKPT_WRITE, err);

	if (status)
		return status;
	if (make_dirs((*store)->dir) < 0)
		return ckpt_fail(err, CKPT_EIO, errno,
				 "the directory %s could not be created",
				 (*store)->dir);
	status = open_dir(*store, err);
	return status ? status : take_identity(*store, id, err);
}

/* Take the store over for the handle's run, which may have begun already. */
static enum ckpt_status begin_run(struct ckpt_store *store,
				  struct ckpt_error *err)
{
	enum ckpt_status status = ckpt_fence(store, NULL, err);

	if (!status)
		status = ckpt_journal_begin(store, (unsigned)store->run, err);
	if (!status)
		ckpt_sweep(store);
	return status;
}

/* Take the store over for a run of its own, after all others. */
static enum ckpt_status begin_new_run(struct ckpt_store *store,
				      struct ckpt_error *err)
{
	struct ckpt_newest newest;
	enum ckpt_status status = ckpt_look(store, &newest, err);

	if (status)
		return status;
	store->run = newest.run + 1;
	status = ckpt_journal_begin_new(store, err);
	if (!status && newest.has_hidden)
		ckpt_sweep(store);
	return status;
}

/* Open the store of a program that runs outside of a checkpointed job. */
static enum ckpt_status open_own(struct ckpt_store **store, const char *dir,
				 int run, struct ckpt_error *err)
{
	struct ckpt_identity id = {.cluster = "", .array_task = CKPT_NO_TASK};
	char token[CKPT_ENTRY_NAME];
	enum ckpt_status status;

	/* It shuts out jobs: a supervisor numbers the runs of its store. */
	ckpt_fs_unique(token, sizeof(token), "program");
	id.token = token;
	status = enter(store, dir, &id, err);
	if (status)
		return status;
	ckpt_set_keep_once(*store, OWN_KEEP);
	if (run == CKPT_RUN_PRESENT)
		return begin_new_run(*store, err);
	(*store)->run = run;
	return begin_run(*store, err);
}

enum ckpt_status ckpt_open(struct ckpt_store **store, const char *dir,
			   enum ckpt_mode mode, int run, struct ckpt_error *err)
{
	const char *jobs = getenv("SLURM_CHECKPOINT_DIR");
	bool is_of_job = !dir;
	enum ckpt_status status;

	*store = NULL;
	if ((mode != CKPT_READ && mode != CKPT_WRITE && mode != CKPT_CREATE) ||
	    run < CKPT_RUN_PRESENT || run > CKPT_RUN_MAX)
		return ckpt_fail(err, CKPT_EINVAL, 0,
				 "there is no mode %d or run %d", (int)mode,
				 run);
	if (mode == CKPT_CREATE && jobs && *jobs) {
		is_of_job = true;
		mode = CKPT_WRITE;
	}
	if (is_of_job)
		dir = jobs;
	if (!dir || !*dir)
		return ckpt_fail(err, CKPT_NONE, 0,
				 "SLURM_CHECKPOINT_DIR isn't set: this is no "
				 "job with --checkpoint");
	if (mode == CKPT_CREATE)
		status = open_own(store, dir, run, err);
	else
		status = open_existing(store, dir, mode, run, err);
	if (!status)
		(*store)->is_of_job = is_of_job;
	if (status) {
		ckpt_close(*store);
		*store = NULL;
	}
	return status;
}

enum ckpt_status ckpt_claim(struct ckpt_store **store, const char *dir,
			    const struct ckpt_identity *id, unsigned run,
			    struct ckpt_error *err)
{
	enum ckpt_status status;

	*store = NULL;
	if (run > CKPT_RUN_MAX || !dir || !*dir || !id)
		return ckpt_fail(err, CKPT_EINVAL, 0,
				 "no store can be claimed for run %u", run);
	status = enter(store, dir, id, err);
	if (status)
		goto out;
	(*store)->run = (int)run;
	status = begin_run(*store, err);
out:
	if (status) {
		ckpt_close(*store);
		*store = NULL;
	}
	return status;
}

enum ckpt_status ckpt_attach(struct ckpt_store **store, const char *dir,
			     const struct ckpt_identity *id,
			     struct ckpt_error *err)
{
	enum ckpt_status status;
	int newest;

	*store = NULL;
	if (!dir || !*dir)
		return ckpt_fail(err, CKPT_EINVAL, 0, "no store is named");
	status = new_handle(store, dir, CKPT_WRITE, err);
	if (!status)
		status = open_dir(*store, err);
	if (!status)
		status = ckpt_identity_read(*store, err);
	if (!status)
		status = ckpt_identity_check(*store, id, err);
	if (!status) {
		newest = ckpt_journal_newest(*store);
		if (newest == -2)
			status = ckpt_fail(err, CKPT_EIO, errno,
					   "the store %s could not be listed",
					   (*store)->dir);
		(*store)->run = newest;
	}
	if (status) {
		ckpt_close(*store);
		*store = NULL;
	}
	return status;
}

/* Free a text that is const only for the caller. */
static void free_text(const char *text)
{
	free((void *)(uintptr_t)text);
}

void ckpt_close(struct ckpt_store *store)
{
	if (!store)
		return;
	ckpt_fs_close(&store->fd);
	free(store->dir);
	free(store->restored);
	free(store->checked);
	free_text(store->id.cluster);
	free_text(store->id.token);
	free(store);
}

const char *ckpt_dir(const struct ckpt_store *store)
{
	return store->dir;
}

int ckpt_run(const struct ckpt_store *store)
{
	return store->run;
}

enum ckpt_status ckpt_schema(struct ckpt_store *store, const char *name,
			     uint32_t number, struct ckpt_error *err)
{
	if (!name || strlen(name) >= sizeof(store->schema_name))
		return ckpt_fail(err, CKPT_EINVAL, 0,
				 "a schema needs a name of at most %zu bytes",
				 sizeof(store->schema_name) - 1);
	strcpy(store->schema_name, name);
	store->schema = number;
	store->has_schema = true;
	return CKPT_OK;
}
