/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * store.c: opening a store, taking it over for a run, and telling whether a
 * later run has done so since.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/internal.h"

void ckpt_version_name(char name[CKPT_ENTRY_NAME], uint32_t number)
{
	snprintf(name, CKPT_ENTRY_NAME, "v%06u", number);
}

uint32_t ckpt_version_number(const char *name)
{
	const char *at = name + 1;
	uint64_t number = 0;

	if (name[0] != 'v')
		return 0;
	for (; *at >= '0' && *at <= '9' && number <= CKPT_VERSION_MAX; at++)
		number = number * 10 + (uint64_t)(*at - '0');
	/* Only the one spelling that we write: six digits, and more where
	 * six don't do. */
	if (*at || number > CKPT_VERSION_MAX || at - name < 7 ||
	    (at - name > 7 && name[1] == '0'))
		return 0;
	return (uint32_t)number;
}

struct newest {
	int run; /* -1: none has begun */
	uint32_t version;
};

static int keep_newest(const char *name, void *arg)
{
	uint32_t number = ckpt_version_number(name);
	struct newest *newest = arg;
	int run = ckpt_journal_run(name);

	if (run > newest->run)
		newest->run = run;
	if (number > newest->version)
		newest->version = number;
	return 0;
}

/* -2: the store can't be listed. */
int ckpt_journal_newest(struct ckpt_store *store)
{
	struct newest newest = {.run = -1};

	if (ckpt_fs_each(store->fd, keep_newest, &newest) < 0)
		return -2;
	return newest.run;
}

/* ---------------------------------------------------------------- facts */

enum ckpt_status ckpt_fact_write(struct ckpt_store *store, const char *name,
				 struct ckpt_record *rec, bool is_synced,
				 struct ckpt_error *err)
{
	enum ckpt_status status = CKPT_OK;
	struct ckpt_text text = {0};

	ckpt_record_seal(rec, &text);
	if (text.failed)
		status = ckpt_no_memory(err);
	else if (ckpt_fs_replace(store->fd, name, text.data, text.len_bytes,
				 is_synced) < 0)
		status = ckpt_fail(err, CKPT_EIO, errno,
				   "%s/%s could not be written", store->dir,
				   name);
	ckpt_text_free(&text);
	return status;
}

enum ckpt_status ckpt_fact_read(struct ckpt_store *store, const char *name,
				struct ckpt_record **rec,
				struct ckpt_error *err)
{
	char *text = NULL;
	size_t len;

	*rec = NULL;
	if (ckpt_fs_read_small(store->fd, name, store->owner, CKPT_FACT_MAX,
			       &text, &len) < 0) {
		if (errno == ENOENT)
			return ckpt_fail(err, CKPT_NONE, 0, "there is no %s/%s",
					 store->dir, name);
		if (errno == ENOMEM)
			return ckpt_no_memory(err);
		return ckpt_fail(err, CKPT_EIO, errno,
				 "%s/%s could not be read", store->dir, name);
	}
	*rec = ckpt_record_parse(text, len);
	free(text);
	if (!*rec && errno == ENOMEM)
		return ckpt_no_memory(err);
	if (!*rec)
		return ckpt_fail(err, CKPT_DAMAGED, 0, "%s/%s is damaged",
				 store->dir, name);
	return CKPT_OK;
}

/* ------------------------------------------------------------- identity */

static struct ckpt_record *identity_record(const struct ckpt_identity *id)
{
	struct ckpt_record *rec = ckpt_record_plain();

	ckpt_record_set_int(rec, "format", CKPT_FORMAT);
	ckpt_record_set_str(rec, "token", id->token);
	ckpt_record_set_str(rec, "cluster", id->cluster);
	ckpt_record_set_int(rec, "job", id->job);
	if (id->array_job) {
		ckpt_record_set_int(rec, "array_job", id->array_job);
		ckpt_record_set_int(rec, "array_task", id->array_task);
	}
	ckpt_record_set_int(rec, "created", time(NULL));
	return rec;
}

static uint32_t id_number(const struct ckpt_record *rec, const char *key,
			  uint32_t otherwise)
{
	int64_t value = ckpt_record_int(rec, key, otherwise);

	return value < 0 || value > UINT32_MAX ? otherwise : (uint32_t)value;
}

static enum ckpt_status read_identity(struct ckpt_store *store,
				      struct ckpt_error *err)
{
	struct ckpt_identity *id = &store->id;
	struct ckpt_record *rec = NULL;
	enum ckpt_status status;
	const char *token, *cluster;

	status = ckpt_fact_read(store, CKPT_STORE_FILE, &rec, err);
	if (status == CKPT_NONE)
		return ckpt_fail(err, CKPT_NONE, 0, "%s holds no store",
				 store->dir);
	if (status)
		return status;
	if (ckpt_record_int(rec, "format", 0) > CKPT_FORMAT) {
		status = ckpt_fail(err, CKPT_NEWER, 0,
				   "the store %s was made by a later release",
				   store->dir);
		goto out;
	}
	if (ckpt_record_int(rec, "format", 0) < 1) {
		status = ckpt_fail(err, CKPT_DAMAGED, 0,
				   "%s/" CKPT_STORE_FILE " names no format",
				   store->dir);
		goto out;
	}
	token = ckpt_record_str(rec, "token");
	cluster = ckpt_record_str(rec, "cluster");
	id->token = strdup(token ? token : "");
	id->cluster = strdup(cluster ? cluster : "");
	if (!id->token || !id->cluster)
		status = ckpt_no_memory(err);
	id->job = id_number(rec, "job", 0);
	id->array_job = id_number(rec, "array_job", 0);
	id->array_task = id_number(rec, "array_task", CKPT_NO_TASK);
out:
	ckpt_record_free(rec);
	return status;
}

static enum ckpt_status check_identity(const struct ckpt_store *store,
				       const struct ckpt_identity *id,
				       struct ckpt_error *err)
{
	if (!id || !id->token || !id->token[0] || !store->id.token[0] ||
	    !strcmp(id->token, store->id.token))
		return CKPT_OK;
	return ckpt_fail(err, CKPT_FOREIGN, 0,
			 "the store %s belongs to another job, number %u of "
			 "cluster '%s'",
			 store->dir, store->id.job, store->id.cluster);
}

static int is_ours(const char *name, void *arg)
{
	(void)arg;
	return ckpt_version_number(name) || ckpt_journal_run(name) >= 0;
}

static enum ckpt_status write_identity(struct ckpt_store *store,
				       const struct ckpt_identity *id,
				       struct ckpt_error *err)
{
	struct ckpt_record *rec = NULL;
	struct ckpt_text text = {0};
	enum ckpt_status status = CKPT_OK;
	int found = ckpt_fs_each(store->fd, is_ours, NULL);

	if (found > 0)
		return ckpt_fail(
			err, CKPT_DAMAGED, 0,
			"%s holds versions or journals, but its " CKPT_STORE_FILE
			" is missing",
			store->dir);
	rec = identity_record(id);
	ckpt_record_seal(rec, &text);
	if (text.failed)
		status = ckpt_no_memory(err);
	/* EEXIST: another job was quicker; whose it is now is read next. */
	else if (found < 0 || (ckpt_fs_create(store->fd, CKPT_STORE_FILE,
					      text.data, text.len_bytes) < 0 &&
			       errno != EEXIST))
		status = ckpt_fail(err, CKPT_EIO, errno,
				   "the store %s could not be created",
				   store->dir);
	ckpt_text_free(&text);
	ckpt_record_free(rec);
	return status;
}

/* ----------------------------------------------------------------- open */

static char *absolute_path(const char *dir)
{
	char *here = NULL, *path = NULL;

	if (dir[0] == '/')
		return strdup(dir);
	here = getcwd(NULL, 0);
	if (here && asprintf(&path, "%s/%s", here, dir) < 0)
		path = NULL;
	free(here);
	return path;
}

/* After a failed mkdir(), whose errno stays: some file systems answer EROFS
 * or EACCES for what is there. */
static bool is_dir_already(const char *path)
{
	int saved = errno;
	struct stat st;
	bool is_dir = stat(path, &st) == 0 && S_ISDIR(st.st_mode);

	errno = saved == EEXIST ? ENOTDIR : saved;
	return is_dir;
}

/* Create dir and what is missing above it, durably. */
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
		} else if (!is_dir_already(path)) {
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

static enum ckpt_status open_dir(struct ckpt_store *store,
				 struct ckpt_error *err)
{
	struct stat st;

	/* Links above the store and to it are the user's own choice. */
	store->fd = (int)TEMP_FAILURE_RETRY(
		open(store->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (store->fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return ckpt_fail(err, CKPT_NONE, 0, "there is no store %s",
				 store->dir);
	if (store->fd < 0 || fstat(store->fd, &st) < 0)
		return ckpt_fail(err, CKPT_EIO, errno,
				 "the store %s could not be opened",
				 store->dir);
	store->owner = st.st_uid;
	if (store->mode == CKPT_WRITE && st.st_uid != geteuid())
		return ckpt_fail(err, CKPT_FOREIGN, 0,
				 "%s belongs to another user (id %u)",
				 store->dir, (unsigned)st.st_uid);
	return CKPT_OK;
}

/* The run of the environment; -1: none is named. */
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

static enum ckpt_status stale(const struct ckpt_store *store, int newest,
			      struct ckpt_error *err)
{
	return ckpt_fail(err, CKPT_STALE, 0,
			 "run %d of the job has taken over the store %s, which "
			 "this process of run %d may no longer change",
			 newest, store->dir, store->run);
}

enum ckpt_status ckpt_fence(struct ckpt_store *store, uint32_t *version,
			    struct ckpt_error *err)
{
	struct newest newest = {.run = -1};

	if (ckpt_fs_each(store->fd, keep_newest, &newest) < 0)
		return ckpt_fail(err, CKPT_EIO, errno,
				 "the store %s could not be listed",
				 store->dir);
	if (version)
		*version = newest.version;
	return newest.run > store->run ? stale(store, newest.run, err)
				       : CKPT_OK;
}

enum ckpt_status ckpt_need_writer(const struct ckpt_store *store,
				  struct ckpt_error *err)
{
	if (store->mode == CKPT_WRITE)
		return CKPT_OK;
	return ckpt_fail(err, CKPT_EINVAL, 0,
			 "the store %s is open for reading only", store->dir);
}

enum ckpt_status ckpt_or_stale(struct ckpt_store *store,
			       enum ckpt_status status, struct ckpt_error *err)
{
	struct ckpt_error later;

	if (ckpt_fence(store, NULL, &later) != CKPT_STALE)
		return status;
	if (err)
		*err = later;
	return CKPT_STALE;
}

enum ckpt_status ckpt_begin_change(struct ckpt_store *store,
				   struct ckpt_error *err)
{
	enum ckpt_status status = ckpt_need_writer(store, err);

	return status ? status : ckpt_fence(store, NULL, err);
}

enum ckpt_status ckpt_open(struct ckpt_store **store, const char *dir,
			   enum ckpt_mode mode, int run, struct ckpt_error *err)
{
	enum ckpt_status status;

	*store = NULL;
	if ((mode != CKPT_READ && mode != CKPT_WRITE) ||
	    run < CKPT_RUN_PRESENT || run > CKPT_RUN_MAX)
		return ckpt_fail(err, CKPT_EINVAL, 0,
				 "there is no mode %d or run %d", (int)mode,
				 run);
	if (!dir)
		dir = getenv("SLURM_CHECKPOINT_DIR");
	if (!dir || !*dir)
		return ckpt_fail(err, CKPT_NONE, 0,
				 "SLURM_CHECKPOINT_DIR isn't set: this is no "
				 "job with --checkpoint");
	status = new_handle(store, dir, mode, err);
	if (!status)
		status = open_dir(*store, err);
	if (!status)
		status = read_identity(*store, err);
	if (status)
		goto out;
	if (run == CKPT_RUN_PRESENT)
		run = run_of_environment();
	if (run == CKPT_RUN_PRESENT)
		run = ckpt_journal_newest(*store);
	(*store)->run = run < 0 ? 0 : run;
	if (mode == CKPT_WRITE)
		status = ckpt_fence(*store, NULL, err);
	if (!status && mode == CKPT_WRITE)
		ckpt_sweep(*store);
out:
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
	status = new_handle(store, dir, CKPT_WRITE, err);
	if (status)
		goto out;
	if (make_dirs((*store)->dir) < 0) {
		status = ckpt_fail(err, CKPT_EIO, errno,
				   "the directory %s could not be created",
				   (*store)->dir);
		goto out;
	}
	status = open_dir(*store, err);
	if (status)
		goto out;
	status = read_identity(*store, err);
	if (status == CKPT_NONE) {
		status = write_identity(*store, id, err);
		if (!status)
			status = read_identity(*store, err);
	}
	if (!status)
		status = check_identity(*store, id, err);
	if (status)
		goto out;
	(*store)->run = (int)run;
	status = ckpt_fence(*store, NULL, err);
	if (!status)
		status = ckpt_journal_begin(*store, run, err);
	if (!status)
		ckpt_sweep(*store);
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
		status = read_identity(*store, err);
	if (!status)
		status = check_identity(*store, id, err);
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

/* strdup'ed by us, const only towards the caller. */
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

const struct ckpt_identity *ckpt_whose(const struct ckpt_store *store)
{
	return &store->id;
}

const char *ckpt_dir(const struct ckpt_store *store)
{
	return store->dir;
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
