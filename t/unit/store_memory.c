/* SPDX-License-Identifier: GPL-2.0-or-later */
/* store_memory.c: each allocation of each operation fails once; what was
 * committed stays, and what is said to be done is done. */
#include "store_fixture.h"

/* The sanitizer has an allocator of its own, which can't be replaced. */
#ifndef __SANITIZE_ADDRESS__

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *malloc(size_t size);
void *calloc(size_t count, size_t size);
void *realloc(void *old, size_t size);

static long countdown; /* 0: not armed; at 1 an allocation fails */
static bool is_failed;

static bool is_refused(void)
{
	if (countdown == 0 || --countdown > 0)
		return false;
	is_failed = true;
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return is_refused() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	return is_refused() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	return is_refused() ? NULL : __libc_realloc(old, size);
}

/* No allocation of the test library itself may fail. */
static void put_state(const struct ckpt_stage *stage)
{
	long armed = countdown;
	int fd;

	countdown = 0;
	fd = ckpt_fs_open(stage->fd, "state", O_WRONLY | O_CREAT, 0600);
	ck_assert(fd >= 0 && write(fd, "new", 3) == 3 && close(fd) == 0);
	countdown = armed;
}

static enum ckpt_status restore_it(struct ckpt_store *store)
{
	struct ckpt_version version;
	const char *dir;

	return ckpt_restore(store, &version, &dir, &err);
}

static enum ckpt_status list_it(struct ckpt_store *store)
{
	struct ckpt_version *list;
	enum ckpt_status status;
	size_t count;

	status = ckpt_list(store, &list, &count, &err);
	free(list);
	return status;
}

static enum ckpt_status commit_it(struct ckpt_store *store)
{
	struct ckpt_stage *stage = NULL;
	enum ckpt_status status = ckpt_begin(store, &stage, &err);

	if (status)
		return status;
	put_state(stage);
	status = ckpt_note(stage, "key", "value", &err);
	if (status) {
		ckpt_abort(stage);
		return status;
	}
	return ckpt_commit(stage, NULL, &err);
}

static enum ckpt_status shard_it(struct ckpt_store *store)
{
	struct ckpt_stage *stage = NULL;
	enum ckpt_status status;

	status = ckpt_shard_begin(store, &stage, "m", 0, 1, &err);
	if (status)
		return status;
	put_state(stage);
	return ckpt_commit(stage, NULL, &err);
}

static enum ckpt_status add_it(struct ckpt_store *store)
{
	struct ckpt_stage *stage = NULL;
	enum ckpt_status status = ckpt_begin(store, &stage, &err);

	if (status)
		return status;
	status = ckpt_add(stage, "/proc/self/comm", "deep/state", &err);
	ckpt_abort(stage);
	return status;
}

static enum ckpt_status append_it(struct ckpt_store *store)
{
	struct ckpt_record *rec = ckpt_record_new("test");
	enum ckpt_status status;

	ckpt_record_set_str(rec, "text", "text");
	ckpt_record_set_num(rec, "number", 0.1);
	status = ckpt_journal_append(store, 0, rec, &err);
	ckpt_record_free(rec);
	return status;
}

static enum ckpt_status done_it(struct ckpt_store *store)
{
	return ckpt_done(store, &err);
}

static enum ckpt_status retain_it(struct ckpt_store *store)
{
	return ckpt_retain(store, 2, &err);
}

static const struct {
	const char *name;
	enum ckpt_status (*act)(struct ckpt_store *store);
} acts[] = {
	{"restore", restore_it}, {"list", list_it},	{"commit", commit_it},
	{"shard", shard_it},	 {"add", add_it},	{"append", append_it},
	{"done", done_it},	 {"retain", retain_it},
};

/* True: the nth allocation was made to fail. */
static bool try_nth(size_t act, long nth)
{
	struct ckpt_store *store = NULL;
	enum ckpt_status status;

	memset(&err, 0, sizeof(err));
	is_failed = false;
	countdown = nth;
	status = ckpt_open(&store, store_dir, CKPT_WRITE, 0, &err);
	if (!status)
		status = acts[act].act(store);
	countdown = 0;
	ck_assert_msg(!status || err.text[0], "%s: failed without a word",
		      acts[act].name);
	ck_assert_msg(status == CKPT_OK || is_failed, "%s: %s", acts[act].name,
		      err.text);
	ckpt_close(store);
	return is_failed;
}

START_TEST(no_failed_allocation_does_harm)
{
	struct ckpt_store *store = claim(0);
	const char *dir;
	long nth = 0;

	save(store, "old");
	save(store, "old");
	do {
		ck_assert_msg(++nth < 2000, "%s: without end", acts[_i].name);
	} while (try_nth((size_t)_i, nth));
	/* The handle and its texts alone are more. */
	ck_assert_int_gt(nth, 5);
	ck_ok(ckpt_restore(store, NULL, &dir, &err));
	ck_assert(!has_entry(".stage-"));
	save(store, "next");
	ck_restores(store, ckpt_version_number(strrchr(dir, '/') + 1) + 1,
		    "next");
	ckpt_close(store);
}
END_TEST
#endif

int main(void)
{
	Suite *suite = suite_create("store_memory");
	TCase *tc = tcase_create("memory");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 120);
#ifndef __SANITIZE_ADDRESS__
	tcase_add_loop_test(tc, no_failed_allocation_does_harm, 0,
			    sizeof(acts) / sizeof(acts[0]));
#endif
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
