/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * store_fixture.h: a store in a directory of its own for each test, and the
 * few steps that most tests of the store take.
 */
#ifndef STORE_FIXTURE_H
#define STORE_FIXTURE_H

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/digest.h"
#include "lib/fact.h"
#include "lib/format.h"
#include "lib/fsutil.h"
#include "lib/handle.h"
#include "lib/manifest.h"
#include "lib/names.h"
#include "lib/stage.h"
#include "lib/status.h"
#include "lib/store.h"
#include "lib/text.h"

static char top[64];	   /* the test's own directory, and the present one */
static char store_dir[96]; /* top/store */
static struct ckpt_error err;
static const struct ckpt_identity job = {.cluster = "test",
					 .job = 1234,
					 .array_task = CKPT_NO_TASK,
					 .token = "a-token"};

#define ck_ok(call)                                                            \
	do {                                                                   \
		enum ckpt_status got_ = (call);                                \
		ck_assert_msg(got_ == CKPT_OK, "%s: %s: %s", #call,            \
			      ckpt_status_text(got_), err.text);               \
	} while (0)

/* A failure of this status whose text says `words`. */
#define ck_refused(call, status, words)                                        \
	do {                                                                   \
		enum ckpt_status got_;                                         \
		memset(&err, 0, sizeof(err));                                  \
		got_ = (call);                                                 \
		ck_assert_msg(got_ == (status), "%s: %s: %s", #call,           \
			      ckpt_status_text(got_), err.text);               \
		ck_assert_msg(strstr(err.text, words) != NULL,                 \
			      "'%s' doesn't say '%s'", err.text, words);       \
	} while (0)

static inline void set_up(void)
{
	strcpy(top, "/tmp/ckpt-unit-XXXXXX");
	ck_assert(mkdtemp(top) && chdir(top) == 0);
	snprintf(store_dir, sizeof(store_dir), "%s/store", top);
	unsetenv("SLURM_CHECKPOINT_DIR");
	unsetenv("SLURM_CHECKPOINT_RUN");
	unsetenv("SLURM_CHECKPOINT_RESTORE");
	unsetenv("SLURM_CHECKPOINT_DEADLINE");
}

static inline void tear_down(void)
{
	ck_assert(chdir("/") == 0);
	ckpt_fs_remove(AT_FDCWD, top);
}

static inline void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	ck_assert_msg(file && fputs(text, file) >= 0 && fclose(file) == 0,
		      "%s: %s", path, strerror(errno));
}

/* Text, which lacks its last brace, with a check that is right. */
static inline void put_sealed(const char *path, const char *text, size_t len)
{
	char end[CKPT_CHECK_LENGTH + 2];
	FILE *file = fopen(path, "w");

	ckpt_check_end(end, ckpt_digest_small(text, len));
	ck_assert(file && fwrite(text, 1, len, file) == len &&
		  fputs(end, file) >= 0 && fclose(file) == 0);
}

static inline bool holds(const char *path, const char *text)
{
	char data[4096] = "";
	FILE *file = fopen(path, "r");
	size_t len;

	if (!file)
		return false;
	len = fread(data, 1, sizeof(data) - 1, file);
	fclose(file);
	return len == strlen(text) && !strcmp(data, text);
}

static inline bool exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static inline struct ckpt_store *claim(unsigned run)
{
	struct ckpt_store *store = NULL;

	ck_ok(ckpt_claim(&store, store_dir, &job, run, &err));
	return store;
}

static inline struct ckpt_store *reopen(enum ckpt_mode mode, int run)
{
	struct ckpt_store *store = NULL;

	ck_ok(ckpt_open(&store, store_dir, mode, run, &err));
	return store;
}

/* A stage with one file, "state". */
static inline struct ckpt_stage *stage_text(struct ckpt_store *store,
					    const char *text)
{
	struct ckpt_stage *stage = NULL;
	char path[256];

	ck_ok(ckpt_begin(store, &stage, &err));
	snprintf(path, sizeof(path), "%s/state", ckpt_stage_dir(stage));
	write_file(path, text);
	return stage;
}

static inline uint32_t save(struct ckpt_store *store, const char *text)
{
	uint32_t number = 0;

	ck_ok(ckpt_commit(stage_text(store, text), &number, &err));
	return number;
}

static inline void ck_restores(struct ckpt_store *store, uint32_t number,
			       const char *text)
{
	struct ckpt_version version;
	const char *dir = NULL;
	char path[256];

	ck_ok(ckpt_restore(store, &version, &dir, &err));
	ck_assert_uint_eq(version.number, number);
	snprintf(path, sizeof(path), "%s/state", dir);
	ck_assert_msg(holds(path, text), "%s doesn't hold '%s'", path, text);
}

static inline size_t count_versions(struct ckpt_store *store)
{
	struct ckpt_version *list;
	size_t count;

	ck_ok(ckpt_list(store, &list, &count, &err));
	free(list);
	return count;
}

static inline int count_prefix(const char *name, void *arg)
{
	const char **prefix = arg;

	return !strncmp(name, *prefix, strlen(*prefix));
}

/* Is there an entry of the store that begins so? */
static inline bool has_entry(const char *prefix)
{
	int fd = open(store_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	rc = ckpt_fs_each(fd, count_prefix, &prefix);
	close(fd);
	return rc > 0;
}

static inline int run_suite(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	int failed;

	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
