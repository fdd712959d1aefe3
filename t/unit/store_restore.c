/* SPDX-License-Identifier: GPL-2.0-or-later */
/* store_restore.c: which version a run continues from, and which never. */
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

/* Take the store over for a later run. */
static void next_run(unsigned run)
{
	ckpt_close(store);
	store = claim(run);
}

static void ck_aside(uint32_t number, const char *words)
{
	struct ckpt_version *list;
	size_t count, i;
	bool is_found = false;

	ck_ok(ckpt_list(store, &list, &count, &err));
	for (i = 0; i < count; i++) {
		if (list[i].number != number)
			continue;
		is_found = true;
		ck_assert_msg(list[i].is_aside, "version %u isn't aside",
			      number);
		ck_assert_msg(strstr(list[i].reason, words) != NULL,
			      "'%s' doesn't say '%s'", list[i].reason, words);
	}
	ck_assert(is_found);
	free(list);
}

/* A version with other bytes than were committed is set aside, and the one
 * before it is restored. */
static void ck_falls_back(const char *words)
{
	ck_refused(ckpt_verify(store, 2, &err), CKPT_DAMAGED, words);
	ck_restores(store, 1, "one");
	ck_aside(2, words);
}

START_TEST(restore_without_a_version_is_none)
{
	struct ckpt_version version;
	const char *dir;

	ck_refused(ckpt_restore(store, &version, &dir, &err), CKPT_NONE,
		   "has no version");
}
END_TEST

/* A job whose first run begins from version 2 of another job's store, and its
 * own store as its programs open it. */
static void begin_from_another(void)
{
	struct ckpt_store *other;
	char path[128];

	snprintf(path, sizeof(path), "%s/other", top);
	ck_ok(ckpt_claim(&other, path, &job, 0, &err));
	save(other, "old");
	save(other, "two");
	save(other, "three");
	ckpt_close(other);
	snprintf(path, sizeof(path), "%s/other/v000002", top);
	setenv("SLURM_CHECKPOINT_RESTORE", path, 1);
	setenv("SLURM_CHECKPOINT_DIR", store_dir, 1);
	ckpt_close(store);
	ck_ok(ckpt_open(&store, NULL, CKPT_WRITE, CKPT_RUN_PRESENT, &err));
}

START_TEST(without_a_version_of_its_own_a_job_has_the_one_it_began_from)
{
	struct ckpt_version version;
	char path[128];
	const char *dir;

	begin_from_another();
	ck_ok(ckpt_restore(store, &version, &dir, &err));
	snprintf(path, sizeof(path), "%s/other/v000002", top);
	ck_assert_str_eq(dir, path);
	ck_assert_uint_eq(version.number, 2);
	ck_assert_uint_eq(version.bytes, 3);
	save(store, "own");
	ck_restores(store, 1, "own");
}
END_TEST

START_TEST(the_version_it_began_from_is_compared_too)
{
	begin_from_another();
	write_file("other/v000002/state", "TWO");
	ck_refused(ckpt_restore(store, NULL, NULL, &err), CKPT_NONE,
		   "other contents");
	ck_ok(ckpt_schema(store, "mesh", 1, &err));
	ck_refused(ckpt_restore(store, NULL, NULL, &err), CKPT_SCHEMA, "mesh");
	ckpt_fs_remove(AT_FDCWD, "other/v000002");
	ck_refused(ckpt_restore(store, NULL, NULL, &err), CKPT_NONE,
		   "has no version 2 any more");
}
END_TEST

START_TEST(a_store_opened_by_its_name_has_its_own_versions_alone)
{
	begin_from_another();
	ckpt_close(store);
	store = reopen(CKPT_READ, 0);
	ck_refused(ckpt_restore(store, NULL, NULL, &err), CKPT_NONE,
		   "has no version");
}
END_TEST

START_TEST(the_newest_version_is_restored)
{
	struct ckpt_version version;

	save(store, "one");
	save(store, "two");
	next_run(1);
	ck_restores(store, 2, "two");
	ck_ok(ckpt_restore(store, &version, NULL, &err));
	ck_assert_uint_eq(version.run, 0);
	ck_assert_uint_eq(version.files, 1);
	ck_assert_uint_eq(version.bytes, 3);
	ck_assert(!version.is_aside);
	ck_assert_int_ge(version.time_s, 1600000000);
}
END_TEST

START_TEST(a_changed_byte_is_found)
{
	save(store, "one");
	save(store, "two");
	write_file("store/v000002/state", "twO");
	ck_falls_back("other contents");
}
END_TEST

START_TEST(a_truncated_file_is_found)
{
	save(store, "one");
	save(store, "two");
	ck_assert(truncate("store/v000002/state", 0) == 0);
	ck_falls_back("0 bytes instead of 3");
}
END_TEST

START_TEST(a_missing_file_is_found)
{
	save(store, "one");
	save(store, "two");
	ck_assert(unlink("store/v000002/state") == 0);
	ck_falls_back("state is missing");
}
END_TEST

START_TEST(a_missing_manifest_is_found)
{
	save(store, "one");
	save(store, "two");
	ck_assert(unlink("store/v000002/MANIFEST.json") == 0);
	ck_falls_back("MANIFEST.json is missing");
}
END_TEST

START_TEST(every_changed_byte_of_a_manifest_is_found)
{
	char *text;
	size_t len, i;
	int fd;

	save(store, "one");
	save(store, "two");
	fd = ckpt_fs_open_dir(AT_FDCWD, "store/v000002");
	ck_assert(ckpt_fs_read_small(fd, "MANIFEST.json", geteuid(), 1 << 20,
				     &text, &len) == 0);
	for (i = 0; i + 1 < len; i++) {
		text[i] ^= 4;
		ck_assert(ckpt_fs_replace(fd, "MANIFEST.json", text, len,
					  false) == 0);
		text[i] ^= 4;
		ck_refused(ckpt_verify(store, 2, &err), CKPT_DAMAGED,
			   "manifest");
	}
	free(text);
	close(fd);
}
END_TEST

START_TEST(what_is_passed_over_is_known_with_the_reason)
{
	struct ckpt_version chosen, passed = {0};
	struct ckpt_store *reader;

	save(store, "one");
	save(store, "two");
	save(store, "three");
	ck_ok(ckpt_restore(store, &chosen, NULL, &err));
	ck_assert_uint_eq(ckpt_passed_over(store, &chosen, &passed), 0);
	write_file("store/v000003/state", "x");
	/* A reader marks nothing, but knows why. */
	reader = reopen(CKPT_READ, 0);
	ck_ok(ckpt_restore(reader, &chosen, NULL, &err));
	ck_assert_uint_eq(ckpt_passed_over(reader, &chosen, &passed), 1);
	ck_assert_uint_eq(passed.number, 3);
	ck_assert_str_eq(passed.reason, "state has 1 bytes instead of 5");
	ckpt_close(reader);

	ck_ok(ckpt_restore(store, &chosen, NULL, &err));
	write_file("store/v000002/state", "x");
	ck_ok(ckpt_restore(store, &chosen, NULL, &err));
	ck_assert_uint_eq(chosen.number, 1);
	ck_assert_uint_eq(ckpt_passed_over(store, &chosen, &passed), 2);
	ck_assert_uint_eq(passed.number, 3);
	ck_assert_str_eq(passed.reason, "state has 1 bytes instead of 5");

	write_file("store/v000001/state", "x");
	ck_refused(ckpt_restore(store, NULL, NULL, &err), CKPT_NONE, "state");
	ck_assert_uint_eq(ckpt_passed_over(store, NULL, &passed), 3);
}
END_TEST

START_TEST(a_link_in_place_of_a_file_is_not_followed)
{
	save(store, "one");
	save(store, "two");
	write_file("elsewhere", "two");
	ck_assert(unlink("store/v000002/state") == 0);
	ck_assert(symlink("../../elsewhere", "store/v000002/state") == 0);
	ck_falls_back("state is not a regular file");
}
END_TEST

START_TEST(a_link_in_place_of_a_version_is_not_followed)
{
	save(store, "one");
	save(store, "two");
	ck_assert(rename("store/v000002", "moved") == 0);
	ck_assert(symlink("../moved", "store/v000002") == 0);
	ck_refused(ckpt_verify(store, 2, &err), CKPT_DAMAGED,
		   "its directory is missing");
	ck_restores(store, 1, "one");
}
END_TEST

START_TEST(a_fifo_in_place_of_a_file_is_not_waited_for)
{
	save(store, "one");
	save(store, "two");
	ck_assert(unlink("store/v000002/state") == 0);
	ck_assert(mkfifo("store/v000002/state", 0600) == 0);
	ck_falls_back("state is not a regular file");
}
END_TEST

START_TEST(a_fifo_in_place_of_a_manifest_is_not_waited_for)
{
	save(store, "one");
	save(store, "two");
	ck_assert(unlink("store/v000002/MANIFEST.json") == 0);
	ck_assert(mkfifo("store/v000002/MANIFEST.json", 0600) == 0);
	ck_falls_back("MANIFEST.json is not a regular file");
}
END_TEST

START_TEST(a_version_moved_to_another_number_is_refused)
{
	save(store, "one");
	save(store, "two");
	ck_assert(rename("store/v000002", "store/v000005") == 0);
	ck_refused(ckpt_verify(store, 5, &err), CKPT_DAMAGED,
		   "its manifest isn't its own");
	ck_restores(store, 1, "one");
}
END_TEST

START_TEST(a_reader_passes_damage_over_without_a_mark)
{
	struct ckpt_store *reader;

	save(store, "one");
	save(store, "two");
	write_file("store/v000002/state", "twO");
	reader = reopen(CKPT_READ, 0);
	ck_restores(reader, 1, "one");
	ck_assert(!has_entry("aside-"));
	ckpt_close(reader);
}
END_TEST

START_TEST(no_good_version_is_none_with_the_reason)
{
	save(store, "one");
	write_file("store/v000001/state", "onE");
	ck_refused(ckpt_restore(store, NULL, NULL, &err), CKPT_NONE,
		   "version 1: state has other contents");
	ck_refused(ckpt_restore(store, NULL, NULL, &err), CKPT_NONE,
		   "version 1 is set aside");
}
END_TEST

START_TEST(extra_files_in_a_version_do_no_harm)
{
	save(store, "one");
	write_file("store/v000001/.nfs0001", "silly");
	ck_restores(store, 1, "one");
}
END_TEST

START_TEST(verify_of_no_version_is_none)
{
	ck_refused(ckpt_verify(store, 1, &err), CKPT_NONE, "no version 1");
	ck_refused(ckpt_verify(store, 0, &err), CKPT_NONE, "no version 0");
}
END_TEST

START_TEST(another_schema_is_refused)
{
	struct ckpt_version version;

	ck_ok(ckpt_schema(store, "heat", 2, &err));
	save(store, "one");
	ck_ok(ckpt_restore(store, &version, NULL, &err));
	ck_assert_str_eq(version.schema_name, "heat");
	ck_assert_uint_eq(version.schema, 2);
	next_run(1);
	ck_ok(ckpt_schema(store, "heat", 3, &err));
	ck_refused(ckpt_restore(store, NULL, NULL, &err), CKPT_SCHEMA,
		   "has the schema 'heat' 2, but 'heat' 3 is needed");
	ck_ok(ckpt_schema(store, "cold", 2, &err));
	ck_refused(ckpt_restore(store, NULL, NULL, &err), CKPT_SCHEMA, "cold");
	ck_ok(ckpt_schema(store, "heat", 2, &err));
	ck_restores(store, 1, "one");
}
END_TEST

START_TEST(without_a_schema_any_version_will_do)
{
	ck_ok(ckpt_schema(store, "heat", 2, &err));
	save(store, "one");
	next_run(1);
	ck_restores(store, 1, "one");
}
END_TEST

START_TEST(a_schema_name_too_long_is_refused)
{
	char name[65];

	memset(name, 'n', 64);
	name[64] = '\0';
	ck_refused(ckpt_schema(store, name, 1, &err), CKPT_EINVAL,
		   "at most 63 bytes");
	ck_refused(ckpt_schema(store, NULL, 1, &err), CKPT_EINVAL, "name");
}
END_TEST

START_TEST(a_version_of_a_later_format_is_refused_not_skipped)
{
	static const char text[] =
		"{\"format\":2,\"run\":0,\"more\":[],\"files\":[7]";

	ck_assert_int_eq(CKPT_FORMAT, 1);
	save(store, "one");
	ck_assert(mkdir("store/v000002", 0700) == 0);
	put_sealed("store/v000002/MANIFEST.json", text, strlen(text));
	ck_refused(ckpt_restore(store, NULL, NULL, &err), CKPT_NEWER,
		   "later release");
	ck_refused(ckpt_verify(store, 2, &err), CKPT_NEWER, "later release");
}
END_TEST

START_TEST(versions_are_listed_newest_first)
{
	struct ckpt_version *list;
	size_t count;

	ck_ok(ckpt_list(store, &list, &count, &err));
	ck_assert_uint_eq(count, 0);
	free(list);
	save(store, "one");
	save(store, "two");
	next_run(1);
	save(store, "three");
	ck_ok(ckpt_list(store, &list, &count, &err));
	ck_assert_uint_eq(count, 3);
	ck_assert_uint_eq(list[0].number, 3);
	ck_assert_uint_eq(list[0].run, 1);
	ck_assert_uint_eq(list[2].number, 1);
	free(list);
}
END_TEST

START_TEST(what_is_no_version_is_not_listed)
{
	static const char *const names[] = {"v1",      "v0000001", "v000000",
					    "vx00001", "v000001x", "v-00001",
					    "v+00001"};
	char path[64];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "store/%s", names[i]);
		ck_assert(mkdir(path, 0700) == 0);
	}
	ck_assert_uint_eq(count_versions(store), 0);
	ck_assert_uint_eq(save(store, "one"), 1);
}
END_TEST

/* A version of run 0 that run 1 finds published after it had begun, as a
 * writer on a node that was cut off could leave it. */
static void publish_late(const char *text)
{
	ck_assert(rename("store/journal-0001.jsonl", "hidden") == 0);
	save(store, text);
	ck_assert(rename("hidden", "store/journal-0001.jsonl") == 0);
}

START_TEST(a_late_version_is_not_seen_by_the_run_that_had_begun)
{
	struct ckpt_store *next;

	save(store, "one");
	next = claim(1);
	ck_restores(next, 1, "one");
	publish_late("late");
	ck_restores(next, 1, "one");
	save(next, "three");
	ck_restores(next, 3, "three");
	ckpt_close(next);
}
END_TEST

START_TEST(a_late_version_never_outranks_the_later_run)
{
	struct ckpt_store *next;

	save(store, "one");
	next = claim(1);
	save(next, "two");
	publish_late("late");
	ck_restores(next, 2, "two");
	ckpt_close(next);
	next = claim(2);
	ck_restores(next, 2, "two");
	ckpt_close(next);
}
END_TEST

START_TEST(a_late_version_serves_the_run_after)
{
	struct ckpt_store *next;

	save(store, "one");
	ckpt_close(claim(1));
	publish_late("late");
	next = claim(2);
	ck_restores(next, 2, "late");
	ckpt_close(next);
}
END_TEST

START_TEST(two_strikes_set_a_version_aside)
{
	save(store, "one");
	save(store, "two");
	next_run(1);
	ck_ok(ckpt_strike(store, 2, "exit code 3", &err));
	ck_restores(store, 2, "two");
	next_run(2);
	ck_ok(ckpt_strike(store, 2, "exit code 3", &err));
	ck_restores(store, 1, "one");
	ck_aside(2, "runs failed to start from it, lastly: exit code 3");
}
END_TEST

START_TEST(a_repeated_strike_counts_once)
{
	struct ckpt_version version;

	save(store, "one");
	next_run(1);
	ck_ok(ckpt_strike(store, 1, "why", &err));
	ck_ok(ckpt_strike(store, 1, "why", &err));
	ck_ok(ckpt_restore(store, &version, NULL, &err));
	ck_assert_uint_eq(version.strikes, 1);
}
END_TEST

START_TEST(a_strike_against_no_version_is_none)
{
	ck_refused(ckpt_strike(store, 9, "why", &err), CKPT_NONE,
		   "no version 9");
}
END_TEST

START_TEST(clearing_marks_undoes_a_setting_aside)
{
	struct ckpt_version version;

	save(store, "one");
	save(store, "two");
	next_run(1);
	ck_ok(ckpt_strike(store, 2, "why", &err));
	next_run(2);
	ck_ok(ckpt_strike(store, 2, "why", &err));
	ck_restores(store, 1, "one");
	ck_ok(ckpt_clear_marks(store, 2, &err));
	ck_restores(store, 2, "two");
	ck_ok(ckpt_restore(store, &version, NULL, &err));
	ck_assert_uint_eq(version.strikes, 0);
	ck_refused(ckpt_clear_marks(store, 9, &err), CKPT_NONE, "no version 9");
}
END_TEST

START_TEST(a_damaged_mark_still_sets_aside)
{
	save(store, "one");
	save(store, "two");
	write_file("store/aside-000002.json", "{garbage");
	ck_restores(store, 1, "one");
	ck_aside(2, "the reason is lost");
}
END_TEST

START_TEST(retention_keeps_the_newest)
{
	int i;

	for (i = 0; i < 5; i++)
		save(store, "state");
	ck_ok(ckpt_retain(store, 3, &err));
	ck_assert_uint_eq(count_versions(store), 3);
	ck_assert(exists("store/v000003") && !exists("store/v000002"));
	ck_assert(!has_entry(".gone"));
	ck_restores(store, 5, "state");
}
END_TEST

START_TEST(retention_always_keeps_two)
{
	int i;

	for (i = 0; i < 3; i++)
		save(store, "state");
	ck_ok(ckpt_retain(store, 0, &err));
	ck_assert_uint_eq(count_versions(store), 2);
}
END_TEST

START_TEST(retention_keeps_the_newest_two_that_verify)
{
	save(store, "one");
	save(store, "two");
	save(store, "three");
	save(store, "four");
	write_file("store/v000003/state", "threE");
	ck_ok(ckpt_retain(store, 2, &err));
	ck_assert(exists("store/v000004") && exists("store/v000002"));
	ck_assert(!exists("store/v000001"));
	ck_aside(3, "other contents");
	write_file("store/v000004/state", "fouR");
	ck_restores(store, 2, "two");
}
END_TEST

START_TEST(retention_removes_nothing_when_too_few_verify)
{
	save(store, "one");
	save(store, "two");
	save(store, "three");
	write_file("store/v000002/state", "twO");
	write_file("store/v000001/state", "onE");
	ck_ok(ckpt_retain(store, 2, &err));
	ck_assert_uint_eq(count_versions(store), 3);
}
END_TEST

START_TEST(versions_set_aside_do_not_count_as_kept)
{
	save(store, "one");
	save(store, "two");
	save(store, "three");
	save(store, "four");
	ck_ok(ckpt_set_aside(store, 4, "why", &err));
	ck_ok(ckpt_retain(store, 2, &err));
	ck_assert(exists("store/v000002") && exists("store/v000003"));
	ck_assert(!exists("store/v000001"));
}
END_TEST

START_TEST(retention_by_an_older_run_is_refused)
{
	struct ckpt_store *next;
	int i;

	for (i = 0; i < 3; i++)
		save(store, "state");
	next = claim(1);
	ck_refused(ckpt_retain(store, 2, &err), CKPT_STALE, "run 1");
	ck_refused(ckpt_clean(store, &err), CKPT_STALE, "run 1");
	ck_refused(ckpt_strike(store, 1, "", &err), CKPT_STALE, "run 1");
	ck_assert_uint_eq(count_versions(next), 3);
	ckpt_close(next);
}
END_TEST

START_TEST(clean_removes_versions_and_leaves_journals)
{
	save(store, "one");
	save(store, "two");
	ck_ok(ckpt_strike(store, 2, "why", &err));
	ck_ok(ckpt_clean(store, &err));
	ck_assert_uint_eq(count_versions(store), 0);
	ck_assert(!has_entry("strikes-") && !has_entry("v0"));
	ck_assert(exists("store/journal-0000.jsonl"));
	ck_assert(exists("store/store.json"));
}
END_TEST

START_TEST(removal_does_not_follow_links)
{
	ck_assert(mkdir("precious", 0700) == 0);
	write_file("precious/file", "mine");
	save(store, "one");
	ck_assert(symlink("../../precious", "store/v000001/link") == 0);
	ck_ok(ckpt_clean(store, &err));
	ck_assert(holds("precious/file", "mine"));
}
END_TEST

START_TEST(a_directory_that_cannot_be_read_is_removed)
{
	uid_t uid = geteuid();

	ck_assert(mkdir("shut", 0700) == 0);
	write_file("shut/file", "x");
	ck_assert(mkdir("precious", 0700) == 0);
	ck_assert(symlink("../precious", "shut/link") == 0);
	ck_assert(chmod("shut", 0) == 0);
	if (uid == 0) {
		ck_assert(chown("shut", 12345, 12345) == 0);
		ck_assert(chown(".", 12345, 12345) == 0);
		ck_assert(seteuid(12345) == 0);
	}
	ck_assert_int_eq(ckpt_fs_remove(AT_FDCWD, "shut"), 0);
	ck_assert(seteuid(uid) == 0);
	ck_assert(!exists("shut") && exists("precious"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store_restore");
	TCase *tc = tcase_create("restore");

	tcase_add_checked_fixture(tc, begin_store, end_store);
	tcase_add_test(tc, restore_without_a_version_is_none);
	tcase_add_test(
		tc,
		without_a_version_of_its_own_a_job_has_the_one_it_began_from);
	tcase_add_test(tc, the_version_it_began_from_is_compared_too);
	tcase_add_test(tc,
		       a_store_opened_by_its_name_has_its_own_versions_alone);
	tcase_add_test(tc, the_newest_version_is_restored);
	tcase_add_test(tc, a_changed_byte_is_found);
	tcase_add_test(tc, a_truncated_file_is_found);
	tcase_add_test(tc, a_missing_file_is_found);
	tcase_add_test(tc, a_missing_manifest_is_found);
	tcase_add_test(tc, every_changed_byte_of_a_manifest_is_found);
	tcase_add_test(tc, what_is_passed_over_is_known_with_the_reason);
	tcase_add_test(tc, a_link_in_place_of_a_file_is_not_followed);
	tcase_add_test(tc, a_link_in_place_of_a_version_is_not_followed);
	tcase_add_test(tc, a_fifo_in_place_of_a_file_is_not_waited_for);
	tcase_add_test(tc, a_fifo_in_place_of_a_manifest_is_not_waited_for);
	tcase_add_test(tc, a_version_moved_to_another_number_is_refused);
	tcase_add_test(tc, a_reader_passes_damage_over_without_a_mark);
	tcase_add_test(tc, no_good_version_is_none_with_the_reason);
	tcase_add_test(tc, extra_files_in_a_version_do_no_harm);
	tcase_add_test(tc, verify_of_no_version_is_none);
	tcase_add_test(tc, another_schema_is_refused);
	tcase_add_test(tc, without_a_schema_any_version_will_do);
	tcase_add_test(tc, a_schema_name_too_long_is_refused);
	tcase_add_test(tc, a_version_of_a_later_format_is_refused_not_skipped);
	tcase_add_test(tc, versions_are_listed_newest_first);
	tcase_add_test(tc, what_is_no_version_is_not_listed);
	tcase_add_test(tc,
		       a_late_version_is_not_seen_by_the_run_that_had_begun);
	tcase_add_test(tc, a_late_version_never_outranks_the_later_run);
	tcase_add_test(tc, a_late_version_serves_the_run_after);
	tcase_add_test(tc, two_strikes_set_a_version_aside);
	tcase_add_test(tc, a_repeated_strike_counts_once);
	tcase_add_test(tc, a_strike_against_no_version_is_none);
	tcase_add_test(tc, clearing_marks_undoes_a_setting_aside);
	tcase_add_test(tc, a_damaged_mark_still_sets_aside);
	tcase_add_test(tc, retention_keeps_the_newest);
	tcase_add_test(tc, retention_always_keeps_two);
	tcase_add_test(tc, retention_keeps_the_newest_two_that_verify);
	tcase_add_test(tc, retention_removes_nothing_when_too_few_verify);
	tcase_add_test(tc, versions_set_aside_do_not_count_as_kept);
	tcase_add_test(tc, retention_by_an_older_run_is_refused);
	tcase_add_test(tc, clean_removes_versions_and_leaves_journals);
	tcase_add_test(tc, removal_does_not_follow_links);
	tcase_add_test(tc, a_directory_that_cannot_be_read_is_removed);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
