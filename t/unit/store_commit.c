/* SPDX-License-Identifier: GPL-2.0-or-later */
/* store_commit.c: staging, adding and committing versions. */
#include <sys/resource.h>

#include <signal.h>
#include <sys/resource.h>
#include <time.h>

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

START_TEST(commit_is_whole_or_absent)
{
	struct ckpt_stage *stage = stage_text(store, "state one");

	ck_assert_uint_eq(count_versions(store), 0);
	ck_ok(ckpt_commit(stage, NULL, &err));
	ck_assert_uint_eq(count_versions(store), 1);
	ck_assert(!has_entry(".stage-"));
	ck_restores(store, 1, "state one");
}
END_TEST

START_TEST(abort_leaves_nothing)
{
	ckpt_abort(stage_text(store, "never"));
	ckpt_abort(NULL);
	ck_assert(!has_entry(".stage-"));
	ck_assert_uint_eq(count_versions(store), 0);
}
END_TEST

START_TEST(versions_are_numbered_from_one)
{
	ck_assert_uint_eq(save(store, "a"), 1);
	ck_assert_uint_eq(save(store, "b"), 2);
	ck_assert_uint_eq(save(store, "c"), 3);
	ck_restores(store, 3, "c");
}
END_TEST

START_TEST(an_empty_version_is_refused)
{
	struct ckpt_stage *stage;
	uint32_t number = 77;

	ck_ok(ckpt_begin(store, &stage, &err));
	ck_refused(ckpt_commit(stage, &number, &err), CKPT_EINVAL,
		   "no file was put into");
	ck_assert_uint_eq(number, 77);
	ck_assert(!has_entry(".stage-"));
}
END_TEST

START_TEST(an_empty_file_is_a_state_too)
{
	save(store, "");
	ck_restores(store, 1, "");
}
END_TEST

START_TEST(two_stages_at_once_both_commit)
{
	struct ckpt_stage *a = stage_text(store, "a");
	struct ckpt_stage *b = stage_text(store, "b");
	uint32_t first, second;

	ck_assert_str_ne(ckpt_stage_dir(a), ckpt_stage_dir(b));
	ck_ok(ckpt_commit(b, &first, &err));
	ck_ok(ckpt_commit(a, &second, &err));
	ck_assert_uint_eq(first, 1);
	ck_assert_uint_eq(second, 2);
	ck_restores(store, 2, "a");
}
END_TEST

START_TEST(a_number_that_is_taken_is_passed_over)
{
	uint32_t number;
	struct ckpt_stage *stage = stage_text(store, "mine");

	ck_assert(mkdir("store/v000001", 0700) == 0);
	write_file("store/v000001/other", "theirs");
	ck_ok(ckpt_commit(stage, &number, &err));
	ck_assert_uint_eq(number, 2);
	ck_assert(holds("store/v000001/other", "theirs"));
	ck_restores(store, 2, "mine");
}
END_TEST

START_TEST(publishing_never_replaces_a_version)
{
	int fd = ckpt_fs_open_dir(AT_FDCWD, "store");

	ck_assert(mkdir("store/a", 0700) == 0 && mkdir("store/b", 0700) == 0);
	write_file("store/b/x", "there");
	ck_assert_int_eq(ckpt_fs_publish(fd, "a", fd, "b"), -1);
	ck_assert_int_eq(errno, EEXIST);
	ck_assert(holds("store/b/x", "there"));
	close(fd);
}
END_TEST

START_TEST(commit_by_an_older_run_is_refused)
{
	struct ckpt_stage *stage = stage_text(store, "late");
	struct ckpt_store *next = claim(1);

	ck_refused(ckpt_commit(stage, NULL, &err), CKPT_STALE,
		   "run 1 of the job has taken over");
	ck_assert_uint_eq(count_versions(next), 0);
	ck_refused(ckpt_begin(store, &stage, &err), CKPT_STALE, "run 1");
	ckpt_close(next);
}
END_TEST

START_TEST(files_are_staged_with_their_directories)
{
	struct ckpt_stage *stage;
	struct ckpt_version version;
	const char *dir;
	char path[256];

	ck_ok(ckpt_begin(store, &stage, &err));
	ck_assert(mkdir("data", 0700) == 0 && mkdir("data/sub", 0700) == 0);
	write_file("data/a", "A");
	write_file("data/sub/b", "BB");
	ck_ok(ckpt_add(stage, "data/", NULL, &err));
	ck_ok(ckpt_add(stage, "data/a", "deep/er/c", &err));
	ck_ok(ckpt_commit(stage, NULL, &err));
	ck_ok(ckpt_restore(store, &version, &dir, &err));
	ck_assert_uint_eq(version.files, 3);
	ck_assert_uint_eq(version.bytes, 4);
	snprintf(path, sizeof(path), "%s/data/sub/b", dir);
	ck_assert(holds(path, "BB"));
	snprintf(path, sizeof(path), "%s/deep/er/c", dir);
	ck_assert(holds(path, "A"));
}
END_TEST

START_TEST(adding_keeps_the_permission_to_execute)
{
	struct ckpt_stage *stage;
	struct stat st;

	write_file("tool", "#!/bin/sh\n");
	chmod("tool", 0755);
	ck_ok(ckpt_begin(store, &stage, &err));
	ck_ok(ckpt_add(stage, "tool", NULL, &err));
	ck_ok(ckpt_commit(stage, NULL, &err));
	ck_assert(stat("store/v000001/tool", &st) == 0);
	ck_assert_uint_eq(st.st_mode & 0700, 0700);
}
END_TEST

START_TEST(names_that_leave_the_version_are_refused)
{
	static const char *const bad[] = {"../x", "/x",	 "a//b",
					  "a/",	  ".",	 "a/../x",
					  "",	  "./x", "MANIFEST.json"};
	struct ckpt_stage *stage;
	size_t i;

	write_file("x", "x");
	ck_ok(ckpt_begin(store, &stage, &err));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_refused(ckpt_add(stage, "x", bad[i], &err), CKPT_EINVAL,
			   "can't be a name in a version");
	ck_ok(ckpt_add(stage, "x", "..x", &err));
	ck_ok(ckpt_add(stage, "x", "...", &err));
	ckpt_abort(stage);
}
END_TEST

START_TEST(adding_what_is_there_already_is_refused)
{
	struct ckpt_stage *stage;

	write_file("x", "x");
	ck_ok(ckpt_begin(store, &stage, &err));
	ck_ok(ckpt_add(stage, "x", NULL, &err));
	ck_refused(ckpt_add(stage, "x", NULL, &err), CKPT_EINVAL,
		   "holds a 'x' already");
	ckpt_abort(stage);
}
END_TEST

START_TEST(adding_what_is_not_there_is_refused)
{
	struct ckpt_stage *stage;

	ck_ok(ckpt_begin(store, &stage, &err));
	ck_refused(ckpt_add(stage, "nothing", NULL, &err), CKPT_EIO,
		   "nothing could not be opened");
	ck_assert_int_eq(err.errnum, ENOENT);
	ckpt_abort(stage);
}
END_TEST

START_TEST(adding_a_fifo_is_refused_at_once)
{
	struct ckpt_stage *stage;

	ck_assert(mkdir("d", 0700) == 0 && mkfifo("d/fifo", 0600) == 0);
	ck_ok(ckpt_begin(store, &stage, &err));
	ck_refused(ckpt_add(stage, "d/fifo", NULL, &err), CKPT_EINVAL,
		   "d/fifo is neither a file nor a directory");
	ck_refused(ckpt_add(stage, "d", NULL, &err), CKPT_EINVAL,
		   "d/fifo is neither a file nor a directory");
	ckpt_abort(stage);
}
END_TEST

START_TEST(adding_follows_links_to_files_only)
{
	struct ckpt_stage *stage;
	struct stat st;

	write_file("real", "contents");
	ck_assert(mkdir("d", 0700) == 0 && symlink("../real", "d/l") == 0);
	ck_assert(mkdir("e", 0700) == 0 && symlink("..", "e/up") == 0);
	ck_ok(ckpt_begin(store, &stage, &err));
	ck_refused(ckpt_add(stage, "e", NULL, &err), CKPT_EINVAL,
		   "e/up is a link to a directory");
	ckpt_abort(stage);
	ck_ok(ckpt_begin(store, &stage, &err));
	ck_ok(ckpt_add(stage, "d", NULL, &err));
	ck_ok(ckpt_commit(stage, NULL, &err));
	ck_assert(lstat("store/v000001/d/l", &st) == 0);
	ck_assert(S_ISREG(st.st_mode));
	ck_assert(holds("store/v000001/d/l", "contents"));
}
END_TEST

START_TEST(adding_the_work_directory_leaves_the_store_out)
{
	struct ckpt_stage *stage;

	write_file("x", "x");
	ck_ok(ckpt_begin(store, &stage, &err));
	ck_ok(ckpt_add(stage, ".", "all", &err));
	ck_ok(ckpt_commit(stage, NULL, &err));
	ck_assert(holds("store/v000001/all/x", "x"));
	ck_assert(!exists("store/v000001/all/store"));
}
END_TEST

START_TEST(links_and_fifos_in_a_stage_are_refused)
{
	struct ckpt_stage *stage = stage_text(store, "one");
	char path[256];

	snprintf(path, sizeof(path), "%s/link", ckpt_stage_dir(stage));
	ck_assert(symlink("/etc/hostname", path) == 0);
	ck_refused(ckpt_commit(stage, NULL, &err), CKPT_EINVAL,
		   "link is neither a file nor a directory");
	stage = stage_text(store, "one");
	snprintf(path, sizeof(path), "%s/fifo", ckpt_stage_dir(stage));
	ck_assert(mkfifo(path, 0600) == 0);
	ck_refused(ckpt_commit(stage, NULL, &err), CKPT_EINVAL,
		   "fifo is neither a file nor a directory");
	ck_assert(!has_entry(".stage-"));
}
END_TEST

START_TEST(hard_links_in_a_stage_are_refused)
{
	struct ckpt_stage *stage;
	char path[256];

	write_file("outside", "may change");
	ck_ok(ckpt_begin(store, &stage, &err));
	snprintf(path, sizeof(path), "%s/state", ckpt_stage_dir(stage));
	ck_assert(link("outside", path) == 0);
	ck_refused(ckpt_commit(stage, NULL, &err), CKPT_EINVAL,
		   "could be changed later");
	ck_assert(holds("outside", "may change"));
}
END_TEST

START_TEST(a_manifest_of_the_application_is_refused)
{
	struct ckpt_stage *stage = stage_text(store, "one");
	char path[256];

	snprintf(path, sizeof(path), "%s/MANIFEST.json", ckpt_stage_dir(stage));
	write_file(path, "{}");
	ck_refused(ckpt_commit(stage, NULL, &err), CKPT_EINVAL,
		   "'MANIFEST.json' can't be a name");
}
END_TEST

START_TEST(a_stage_nested_too_deeply_is_refused)
{
	struct ckpt_stage *stage = stage_text(store, "one");
	char path[512];
	int i;

	snprintf(path, sizeof(path), "%s", ckpt_stage_dir(stage));
	for (i = 0; i < CKPT_DEPTH_MAX; i++) {
		strcat(path, "/d");
		ck_assert(mkdir(path, 0700) == 0);
	}
	ck_refused(ckpt_commit(stage, NULL, &err), CKPT_LIMIT, "levels");
	ck_assert(!has_entry(".stage-"));
}
END_TEST

START_TEST(names_of_any_bytes_come_back)
{
	static const char *const names[] = {
		"sp ace",    "quote\"d",	  "new\nline",
		"latin\xe9", "\xc3\xa9t\xc3\xa9", "back\\slash",
		"-"};
	struct ckpt_stage *stage;
	struct ckpt_version version;
	char path[256];
	size_t i;

	ck_ok(ckpt_begin(store, &stage, &err));
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", ckpt_stage_dir(stage),
			 names[i]);
		write_file(path, names[i]);
	}
	ck_ok(ckpt_commit(stage, NULL, &err));
	ck_ok(ckpt_restore(store, &version, NULL, &err));
	ck_assert_uint_eq(version.files, sizeof(names) / sizeof(names[0]));
}
END_TEST

/* More files than are sealed at a time, and a directory. */
START_TEST(all_files_of_a_large_directory_are_listed)
{
	struct ckpt_stage *stage;
	struct ckpt_version version;
	char path[256];
	int i;

	ck_ok(ckpt_begin(store, &stage, &err));
	snprintf(path, sizeof(path), "%s/7sub", ckpt_stage_dir(stage));
	ck_assert(mkdir(path, 0700) == 0);
	for (i = 0; i < 1100; i++) {
		snprintf(path, sizeof(path), "%s/%s%d", ckpt_stage_dir(stage),
			 i % 100 ? "" : "7sub/", i);
		write_file(path, i % 3 ? "1" : "");
	}
	ck_ok(ckpt_commit(stage, NULL, &err));
	ck_ok(ckpt_restore(store, &version, NULL, &err));
	ck_assert_uint_eq(version.files, 1100);
	ck_assert(unlink("store/v000001/7sub/900") == 0);
	ck_refused(ckpt_verify(store, 1, &err), CKPT_DAMAGED,
		   "7sub/900 is missing");
}
END_TEST

START_TEST(a_list_that_grows_takes_no_memory)
{
	static const char digest[] = "00000000000000000000000000000000";
	struct ckpt_file file = {.name = "name", .digest = digest};
	struct ckpt_record *head = ckpt_record_plain();
	struct ckpt_manifest manifest;
	struct rusage before, after;
	struct ckpt_listing list;
	int i, dir = ckpt_fs_open_dir(AT_FDCWD, ".");

	ckpt_record_set_int(head, "version", 1);
	ck_assert(ckpt_listing_begin(&list, dir, "list") == 0);
	getrusage(RUSAGE_SELF, &before);
	for (i = 0; i < 300000; i++)
		ck_assert(ckpt_listing_add(&list, &file) == 0);
	ck_assert(ckpt_listing_seal(&list, head) == 0);
	ck_assert(ckpt_manifest_open(&manifest, dir, "list", geteuid()) == 0);
	for (i = 0; ckpt_manifest_next(&manifest, &file) == 1;)
		i++;
	ck_assert_int_eq(i, 300000);
	getrusage(RUSAGE_SELF, &after);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what is freed for a while */
	ck_assert_int_lt(after.ru_maxrss - before.ru_maxrss, 1024);
#endif
	ckpt_manifest_close(&manifest);
	ckpt_listing_end(&list);
	ckpt_record_free(head);
	close(dir);
}
END_TEST

START_TEST(a_list_that_is_too_long_is_refused)
{
	static const char digest[] = "00000000000000000000000000000000";
	struct ckpt_file file = {.digest = digest};
	struct ckpt_listing list;
	char *name = malloc(CKPT_NAME_MAX + 1);
	int rc = 0, dir = ckpt_fs_open_dir(AT_FDCWD, ".");
	size_t i;

	memset(name, 'x', CKPT_NAME_MAX);
	name[CKPT_NAME_MAX] = '\0';
	file.name = name;
	ck_assert(ckpt_listing_begin(&list, dir, "list") == 0);
	for (i = 0; rc == 0 && i <= CKPT_MANIFEST_MAX / CKPT_NAME_MAX; i++)
		rc = ckpt_listing_add(&list, &file);
	ck_assert_int_eq(rc, -1);
	ck_assert_int_eq(errno, EFBIG);
	ckpt_listing_end(&list);
	free(name);
	close(dir);
}
END_TEST

START_TEST(progress_of_a_version_is_its_own_or_the_runs)
{
	struct ckpt_stage *stage;
	struct ckpt_version *list;
	size_t count;

	save(store, "none reported");
	ck_ok(ckpt_progress(store, 0.25, &err));
	save(store, "reported");
	stage = stage_text(store, "own");
	ck_ok(ckpt_stage_progress(stage, 0.75, &err));
	ck_ok(ckpt_commit(stage, NULL, &err));
	ck_ok(ckpt_list(store, &list, &count, &err));
	ck_assert_uint_eq(count, 3);
	ck_assert_double_eq(list[0].progress, 0.75);
	ck_assert_double_eq(list[1].progress, 0.25);
	ck_assert_double_lt(list[2].progress, 0);
	free(list);
}
END_TEST

START_TEST(progress_of_another_process_is_found)
{
	struct ckpt_store *other = reopen(CKPT_WRITE, 0);
	struct ckpt_version version;

	ck_ok(ckpt_progress(other, 0.5, &err));
	ckpt_close(other);
	save(store, "state");
	ck_ok(ckpt_restore(store, &version, NULL, &err));
	ck_assert_double_eq(version.progress, 0.5);
}
END_TEST

START_TEST(progress_must_be_a_part_of_one)
{
	static const double bad[] = {-0.1, 1.1, 0.0 / 0.0, 1e300 * 1e300};
	struct ckpt_stage *stage = stage_text(store, "one");
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_refused(ckpt_progress(store, bad[i], &err), CKPT_EINVAL,
			   "from 0 to 1");
		ck_refused(ckpt_stage_progress(stage, bad[i], &err),
			   CKPT_EINVAL, "from 0 to 1");
	}
	ckpt_abort(stage);
}
END_TEST

START_TEST(a_commit_after_the_stage_is_gone_is_refused)
{
	struct ckpt_stage *stage = stage_text(store, "one");

	ck_assert(ckpt_fs_remove(AT_FDCWD, ckpt_stage_dir(stage)) == 0);
	ck_refused(ckpt_commit(stage, NULL, &err), CKPT_EIO,
		   "MANIFEST.json could not be written: No such file");
	ck_assert_int_eq(err.errnum, ENOENT);
	ck_assert_uint_eq(count_versions(store), 0);
}
END_TEST

START_TEST(errors_may_be_left_out)
{
	struct ckpt_stage *stage;

	ck_assert_int_eq(ckpt_begin(store, &stage, NULL), CKPT_OK);
	ck_assert_int_eq(ckpt_add(stage, "none", NULL, NULL), CKPT_EIO);
	ck_assert_int_eq(ckpt_commit(stage, NULL, NULL), CKPT_EINVAL);
}
END_TEST

START_TEST(a_save_that_fails_leaves_a_note)
{
	struct ckpt_failure failure = {0};
	struct ckpt_stage *stage;

	save(store, "one");
	ck_assert(!ckpt_failure(store, 0, &failure));
	ck_ok(ckpt_begin(store, &stage, &err));
	ck_refused(ckpt_commit(stage, NULL, &err), CKPT_EINVAL, "no file");
	ck_assert(ckpt_failure(store, 0, &failure));
	ck_assert_ptr_nonnull(strstr(failure.why, "no file"));
	ck_assert_int_ge(failure.time_s, time(NULL) - 60);
	ck_assert(!ckpt_failure(store, 1, &failure));
}
END_TEST

/* As on a full disk: not a byte can be written. */
START_TEST(a_full_disk_leaves_a_note_in_a_link)
{
	const struct rlimit none = {0, RLIM_INFINITY};
	struct ckpt_failure failure = {0};
	struct ckpt_stage *stage;
	int i;

	write_file("big", "some bytes");
	signal(SIGXFSZ, SIG_IGN);
	ck_assert(setrlimit(RLIMIT_FSIZE, &none) == 0);
	for (i = 0; i < 2; i++) {
		ck_ok(ckpt_begin(store, &stage, &err));
		ck_refused(ckpt_add(stage, "big", NULL, &err), CKPT_EIO,
			   "File too large");
		ckpt_abort(stage);
	}
	ck_assert(!exists("store/failed-0000.json"));
	ck_assert(ckpt_failure(store, 0, &failure));
	ck_assert_str_eq(failure.why, "File too large");
	ck_assert_int_ge(failure.time_s, time(NULL) - 60);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store_commit");
	TCase *tc = tcase_create("commit");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, begin_store, end_store);
	tcase_add_test(tc, commit_is_whole_or_absent);
	tcase_add_test(tc, abort_leaves_nothing);
	tcase_add_test(tc, versions_are_numbered_from_one);
	tcase_add_test(tc, an_empty_version_is_refused);
	tcase_add_test(tc, an_empty_file_is_a_state_too);
	tcase_add_test(tc, two_stages_at_once_both_commit);
	tcase_add_test(tc, a_number_that_is_taken_is_passed_over);
	tcase_add_test(tc, publishing_never_replaces_a_version);
	tcase_add_test(tc, commit_by_an_older_run_is_refused);
	tcase_add_test(tc, files_are_staged_with_their_directories);
	tcase_add_test(tc, adding_keeps_the_permission_to_execute);
	tcase_add_test(tc, names_that_leave_the_version_are_refused);
	tcase_add_test(tc, adding_what_is_there_already_is_refused);
	tcase_add_test(tc, adding_what_is_not_there_is_refused);
	tcase_add_test(tc, adding_a_fifo_is_refused_at_once);
	tcase_add_test(tc, adding_follows_links_to_files_only);
	tcase_add_test(tc, adding_the_work_directory_leaves_the_store_out);
	tcase_add_test(tc, links_and_fifos_in_a_stage_are_refused);
	tcase_add_test(tc, hard_links_in_a_stage_are_refused);
	tcase_add_test(tc, a_manifest_of_the_application_is_refused);
	tcase_add_test(tc, a_stage_nested_too_deeply_is_refused);
	tcase_add_test(tc, names_of_any_bytes_come_back);
	tcase_add_test(tc, all_files_of_a_large_directory_are_listed);
	tcase_add_test(tc, a_list_that_grows_takes_no_memory);
	tcase_add_test(tc, a_list_that_is_too_long_is_refused);
	tcase_add_test(tc, progress_of_a_version_is_its_own_or_the_runs);
	tcase_add_test(tc, progress_of_another_process_is_found);
	tcase_add_test(tc, progress_must_be_a_part_of_one);
	tcase_add_test(tc, a_commit_after_the_stage_is_gone_is_refused);
	tcase_add_test(tc, errors_may_be_left_out);
	tcase_add_test(tc, a_save_that_fails_leaves_a_note);
	tcase_add_test(tc, a_full_disk_leaves_a_note_in_a_link);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
