/* SPDX-License-Identifier: GPL-2.0-or-later */
/* store_shard.c: one version written by many processes. */
#include <sys/wait.h>

#include "store_fixture.h"

static struct ckpt_store *store;

static void begin_store(void)
{
	set_up();
	store = claim(0);
}

static void end_store(void)
{
	ckpt_close(store);
	tear_down();
}

static struct ckpt_stage *shard(struct ckpt_store *from, const char *mark,
				uint32_t index, uint32_t count)
{
	struct ckpt_stage *stage = NULL;
	char path[256], text[32];

	ck_ok(ckpt_shard_begin(from, &stage, mark, index, count, &err));
	snprintf(path, sizeof(path), "%s/state", ckpt_stage_dir(stage));
	snprintf(text, sizeof(text), "%s %u", mark, index);
	write_file(path, text);
	return stage;
}

static uint32_t seal(const char *mark, uint32_t index, uint32_t count)
{
	uint32_t number = 99;

	ck_ok(ckpt_commit(shard(store, mark, index, count), &number, &err));
	return number;
}

START_TEST(the_last_shard_publishes_the_version)
{
	struct ckpt_version version;

	ck_assert_uint_eq(seal("m", 2, 3), 0);
	ck_assert_uint_eq(seal("m", 0, 3), 0);
	ck_assert_uint_eq(count_versions(store), 0);
	ck_assert_uint_eq(seal("m", 1, 3), 1);
	ck_ok(ckpt_restore(store, &version, NULL, &err));
	ck_assert_uint_eq(version.shards, 3);
	ck_assert_uint_eq(version.files, 3);
	ck_assert(holds("store/v000001/shard-0000/state", "m 0"));
	ck_assert(holds("store/v000001/shard-0002/state", "m 2"));
	ck_assert(!has_entry(".stage-") && !has_entry(".shards-"));
}
END_TEST

START_TEST(a_missing_shard_leaves_the_last_version_standing)
{
	save(store, "before");
	seal("m", 0, 3);
	seal("m", 2, 3);
	ckpt_abort(shard(store, "m", 1, 3));
	ck_restores(store, 1, "before");
	ck_assert_uint_eq(count_versions(store), 1);
}
END_TEST

START_TEST(shards_of_different_marks_never_mix)
{
	ck_assert_uint_eq(seal("step 1", 0, 2), 0);
	ck_assert_uint_eq(seal("step 2", 1, 2), 0);
	ck_assert_uint_eq(count_versions(store), 0);
	ck_assert_uint_eq(seal("step 2", 0, 2), 1);
	ck_assert(holds("store/v000001/shard-0000/state", "step 2 0"));
	ck_assert(holds("store/v000001/shard-0001/state", "step 2 1"));
	ck_assert_uint_eq(seal("step 1", 1, 2), 2);
}
END_TEST

START_TEST(shards_of_different_counts_never_mix)
{
	ck_assert_uint_eq(seal("m", 0, 2), 0);
	ck_assert_uint_eq(seal("m", 1, 3), 0);
	ck_assert_uint_eq(count_versions(store), 0);
}
END_TEST

START_TEST(a_shard_sealed_twice_is_refused)
{
	seal("m", 0, 2);
	ck_refused(ckpt_commit(shard(store, "m", 0, 2), NULL, &err),
		   CKPT_EINVAL, "shard 0 of 'm' is sealed already");
	ck_assert(!has_entry(".stage-"));
	ck_assert_uint_eq(seal("m", 1, 2), 1);
}
END_TEST

START_TEST(a_mark_can_serve_again_after_its_version)
{
	seal("m", 0, 2);
	ck_assert_uint_eq(seal("m", 1, 2), 1);
	seal("m", 1, 2);
	ck_assert_uint_eq(seal("m", 0, 2), 2);
}
END_TEST

START_TEST(one_shard_alone_is_a_version)
{
	ck_assert_uint_eq(seal("m", 0, 1), 1);
	ck_assert(holds("store/v000001/shard-0000/state", "m 0"));
}
END_TEST

START_TEST(shards_out_of_range_are_refused)
{
	struct ckpt_stage *stage;

	ck_refused(ckpt_shard_begin(store, &stage, "m", 2, 2, &err),
		   CKPT_EINVAL, "no shard 2 of 2");
	ck_refused(ckpt_shard_begin(store, &stage, "m", 0, 0, &err),
		   CKPT_EINVAL, "no shard 0 of 0");
	ck_refused(ckpt_shard_begin(store, &stage, "m", 0, 100000, &err),
		   CKPT_EINVAL, "no shard");
	ck_refused(ckpt_shard_begin(store, &stage, "", 0, 2, &err), CKPT_EINVAL,
		   "common mark");
	ck_refused(ckpt_shard_begin(store, &stage, NULL, 0, 2, &err),
		   CKPT_EINVAL, "common mark");
	ck_assert_ptr_null(stage);
}
END_TEST

START_TEST(a_shard_of_an_older_run_is_refused)
{
	struct ckpt_stage *late = shard(store, "m", 1, 2);
	struct ckpt_store *next;

	seal("m", 0, 2);
	next = claim(1);
	ck_refused(ckpt_commit(late, NULL, &err), CKPT_STALE, "run 1");
	ck_assert_uint_eq(count_versions(next), 0);
	ck_assert(!has_entry(".shards-"));
	ckpt_close(next);
}
END_TEST

START_TEST(the_progress_of_shards_is_that_of_the_last)
{
	struct ckpt_stage *stage;
	struct ckpt_version version;

	stage = shard(store, "m", 0, 3);
	ck_ok(ckpt_stage_progress(stage, 0.3, &err));
	ck_ok(ckpt_commit(stage, NULL, &err));
	stage = shard(store, "m", 1, 3);
	ck_ok(ckpt_stage_progress(stage, 0.2, &err));
	ck_ok(ckpt_commit(stage, NULL, &err));
	stage = shard(store, "m", 2, 3);
	ck_ok(ckpt_stage_progress(stage, 0.4, &err));
	ck_ok(ckpt_commit(stage, NULL, &err));
	ck_ok(ckpt_restore(store, &version, NULL, &err));
	ck_assert_double_eq(version.progress, 0.2);
}
END_TEST

START_TEST(a_damaged_shard_is_never_published)
{
	char path[256];
	int fd = ckpt_fs_open_dir(AT_FDCWD, "store");
	const char *prefix = ".shards-";

	seal("m", 0, 2);
	ck_assert(ckpt_fs_each(fd, count_prefix, &prefix) > 0);
	close(fd);
	ck_assert(system("for f in store/.shards-*/shard-0000/.shard.json; do "
			 "echo '{}' >$f; done") == 0);
	ck_refused(ckpt_commit(shard(store, "m", 1, 2), NULL, &err),
		   CKPT_DAMAGED, ".shard.json is damaged");
	snprintf(path, sizeof(path), "store/v000001");
	ck_assert(!exists(path));
}
END_TEST

/* Every process commits its shard of version after version, at its own pace;
 * each version is published once, whole, by the process that is last. */
START_TEST(many_processes_publish_each_version_once)
{
	enum {
		PROCESSES = 8,
		VERSIONS = 12
	};
	struct ckpt_version *list;
	size_t count, i;
	uint32_t p;
	int status;

	for (p = 0; p < PROCESSES; p++) {
		struct ckpt_store *own;
		uint32_t number;
		char mark[32];
		int v;

		if (fork() > 0)
			continue;
		own = reopen(CKPT_WRITE, 0);
		for (v = 0; v < VERSIONS; v++) {
			snprintf(mark, sizeof(mark), "v%d", v);
			if (ckpt_commit(shard(own, mark, p, PROCESSES), &number,
					&err)) {
				fprintf(stderr, "%s\n", err.text);
				_exit(1);
			}
		}
		_exit(0);
	}
	while (wait(&status) > 0)
		ck_assert_int_eq(status, 0);
	ck_ok(ckpt_list(store, &list, &count, &err));
	ck_assert_uint_eq(count, VERSIONS);
	for (i = 0; i < count; i++) {
		ck_assert_uint_eq(list[i].files, PROCESSES);
		ck_ok(ckpt_verify(store, list[i].number, &err));
	}
	free(list);
	ck_assert(!has_entry(".stage-") && !has_entry(".shards-"));
}
END_TEST

START_TEST(the_saves_of_a_shard_are_counted)
{
	uint32_t turn = 0;

	ck_ok(ckpt_turn_begin(store, "step 1", 0, 2, &turn, &err));
	ck_assert_uint_eq(turn, 1);
	ck_ok(ckpt_turn_end(store, "step 1", 0, 2, turn, &err));
	ck_ok(ckpt_turn_begin(store, "step 1", 0, 2, &turn, &err));
	ck_assert_uint_eq(turn, 2);
	ck_ok(ckpt_turn_begin(store, "step 1", 1, 2, &turn, &err));
	ck_assert_uint_eq(turn, 1);
	ck_ok(ckpt_turn_begin(store, "step 2", 0, 2, &turn, &err));
	ck_assert_uint_eq(turn, 1);
	ck_ok(ckpt_turn_begin(store, "step 1", 0, 3, &turn, &err));
	ck_assert_uint_eq(turn, 1);
}
END_TEST

START_TEST(after_a_failed_save_counting_ends)
{
	struct ckpt_store *next;
	uint32_t turn = 0;

	ck_ok(ckpt_turn_begin(store, "step 1", 0, 2, &turn, &err));
	ck_refused(ckpt_turn_begin(store, "step 1", 0, 2, &turn, &err),
		   CKPT_EINVAL, "save 1 of shard 0 failed");
	next = claim(1);
	ck_assert(!has_entry(".shards-"));
	ck_refused(ckpt_turn_begin(store, "step 1", 0, 2, &turn, &err),
		   CKPT_STALE, "run 1");
	ck_ok(ckpt_turn_begin(next, "step 1", 0, 2, &turn, &err));
	ck_assert_uint_eq(turn, 1);
	ckpt_close(next);
}
END_TEST

START_TEST(notes_come_back)
{
	struct ckpt_stage *stage = stage_text(store, "one");
	char value[64], key[32];
	int i;

	ck_ok(ckpt_note(stage, "host", "node1", &err));
	ck_ok(ckpt_note(stage, "host", "node2", &err));
	ck_ok(ckpt_note(stage, "empty", "", &err));
	ck_refused(ckpt_note(stage, "", "x", &err), CKPT_EINVAL, "note's key");
	for (i = 0; i < 62; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		ck_ok(ckpt_note(stage, key, "v", &err));
	}
	ck_refused(ckpt_note(stage, "more", "x", &err), CKPT_LIMIT,
		   "at most 64 notes");
	ck_ok(ckpt_commit(stage, NULL, &err));
	ck_ok(ckpt_read_note(store, 1, "host", value, sizeof(value), &err));
	ck_assert_str_eq(value, "node2");
	ck_ok(ckpt_read_note(store, 1, "empty", value, sizeof(value), &err));
	ck_assert_str_eq(value, "");
	ck_refused(ckpt_read_note(store, 1, "none", value, sizeof(value), &err),
		   CKPT_NONE, "no note 'none'");
	ck_refused(ckpt_read_note(store, 1, "host", value, 5, &err), CKPT_LIMIT,
		   "has 5 bytes");
	ck_refused(ckpt_read_note(store, 2, "host", value, sizeof(value), &err),
		   CKPT_NONE, "no version 2");
}
END_TEST

START_TEST(the_last_save_tells_its_time_and_size)
{
	double seconds = -1;
	uint64_t bytes = 0;

	ck_refused(ckpt_last_save(store, &seconds, &bytes, &err), CKPT_NONE,
		   "no version");
	save(store, "12345");
	ck_ok(ckpt_last_save(store, &seconds, &bytes, &err));
	ck_assert_uint_eq(bytes, 5);
	ck_assert(seconds > 0 && seconds < 60);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store_shard");
	TCase *tc = tcase_create("shard");

	tcase_add_checked_fixture(tc, begin_store, end_store);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, the_last_shard_publishes_the_version);
	tcase_add_test(tc, a_missing_shard_leaves_the_last_version_standing);
	tcase_add_test(tc, shards_of_different_marks_never_mix);
	tcase_add_test(tc, shards_of_different_counts_never_mix);
	tcase_add_test(tc, a_shard_sealed_twice_is_refused);
	tcase_add_test(tc, a_mark_can_serve_again_after_its_version);
	tcase_add_test(tc, one_shard_alone_is_a_version);
	tcase_add_test(tc, shards_out_of_range_are_refused);
	tcase_add_test(tc, a_shard_of_an_older_run_is_refused);
	tcase_add_test(tc, the_progress_of_shards_is_that_of_the_last);
	tcase_add_test(tc, a_damaged_shard_is_never_published);
	tcase_add_test(tc, many_processes_publish_each_version_once);
	tcase_add_test(tc, the_saves_of_a_shard_are_counted);
	tcase_add_test(tc, after_a_failed_save_counting_ends);
	tcase_add_test(tc, notes_come_back);
	tcase_add_test(tc, the_last_save_tells_its_time_and_size);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
