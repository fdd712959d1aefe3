/* SPDX-License-Identifier: GPL-2.0-or-later */
/* collect.c: files that software writes by itself go into the store. */
#include <signal.h>
#include <sys/wait.h>
#include <time.h>

#include "requeue/supervise/collect.h"
#include "t/unit/store_fixture.h"

static struct ckpt_store *store;
static char work[128];
static unsigned run;

static void begin(void)
{
	set_up();
	store = claim(0);
	strcpy(work, top);
	run = 0;
}

static void end(void)
{
	ckpt_close(store);
	tear_down();
}

/* As if it had last changed that long ago. */
static void age(const char *path, int seconds)
{
	struct timespec times[2] = {{.tv_sec = time(NULL) - seconds},
				    {.tv_sec = time(NULL) - seconds}};

	ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

/* Where mark is given, the files are awaited for wait_s. */
static int collect_since(const char *globs, const struct collect_mark *mark,
			 int64_t wait_s)
{
	struct collect collect = {
		.store_dir = store_dir,
		.globs = globs,
		.work_dir = work,
		.run = run,
		.wait_s = wait_s,
	};
	int status;
	pid_t pid;

	if (mark)
		collect.since = *mark;
	pid = collect_start(&collect);
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int collect(const char *globs)
{
	return collect_since(globs, NULL, 0);
}

static struct collect_mark mark_now(const char *globs)
{
	const struct collect collect = {
		.store_dir = store_dir,
		.globs = globs,
		.work_dir = work,
	};
	struct collect_mark mark;

	collect_mark(&collect, &mark);
	ck_assert(mark.is_set);
	return mark;
}

static bool has(const char *path)
{
	char full[256];

	snprintf(full, sizeof(full), "%s/%s", store_dir, path);
	return exists(full);
}

START_TEST(files_that_match_are_taken)
{
	write_file("a.rst", "a");
	write_file("b.rst", "b");
	write_file("c.txt", "c");
	ck_assert_int_eq(collect("*.rst,none*"), COLLECT_SAVED);
	ck_assert(has("v000001/a.rst"));
	ck_assert(has("v000001/b.rst"));
	ck_assert(!has("v000001/c.txt"));
}
END_TEST

START_TEST(an_empty_file_is_left_out)
{
	write_file("a.rst", "a");
	write_file("b.rst", "");
	ck_assert_int_eq(collect("*.rst"), COLLECT_SAVED);
	ck_assert(!has("v000001/b.rst"));
	ck_assert_int_eq(collect("b.rst"), COLLECT_NOTHING);
}
END_TEST

START_TEST(a_directory_may_be_named_with_a_slash)
{
	ck_assert_int_eq(mkdir("out", 0755), 0);
	ck_assert_int_eq(mkdir("out/save", 0755), 0);
	write_file("out/save/rho", "rho");
	ck_assert_int_eq(collect("out/"), COLLECT_SAVED);
	ck_assert(has("v000001/out/save/rho"));
}
END_TEST

START_TEST(a_directory_without_any_content_is_left_out)
{
	ck_assert_int_eq(mkdir("out", 0755), 0);
	write_file("out/rho", "");
	ck_assert_int_eq(collect("out"), COLLECT_NOTHING);
}
END_TEST

START_TEST(what_is_known_is_not_taken_again)
{
	write_file("a.rst", "a");
	age("a.rst", 100);
	ck_assert_int_eq(collect("*.rst"), COLLECT_SAVED);
	ck_assert_int_eq(collect("*.rst"), COLLECT_NOTHING);
}
END_TEST

START_TEST(a_file_rewritten_in_a_directory_makes_it_new)
{
	struct collect_mark mark;

	ck_assert_int_eq(mkdir("out", 0755), 0);
	write_file("out/rho", "old");
	ck_assert_int_eq(collect("out"), COLLECT_SAVED);
	mark = mark_now("out");
	write_file("out/rho", "new");
	/* The file server's clock may be hours behind. */
	age("out/rho", 10000);
	ck_assert_int_eq(collect_since("out", &mark, 60), COLLECT_SAVED);
	ck_assert(holds("store/v000002/out/rho", "new"));
}
END_TEST

START_TEST(what_was_there_before_is_taken_only_at_last)
{
	struct collect_mark mark;
	time_t began = time(NULL);

	write_file("rho", "old");
	age("rho", -10000); /* or ahead */
	mark = mark_now("rho");
	ck_assert_int_eq(collect_since("rho", &mark, 2), COLLECT_SAVED);
	ck_assert_int_ge(time(NULL) - began, 2);
	mark = mark_now("rho");
	ck_assert_int_eq(collect_since("rho", &mark, 1), COLLECT_NOTHING);
}
END_TEST

/* Rewrites a file until it is killed. */
static pid_t start_writer(const char *path)
{
	const struct timespec pause = {.tv_nsec = 20000000};
	pid_t pid = fork();

	while (pid == 0) {
		write_file(path, "part");
		nanosleep(&pause, NULL);
	}
	return pid;
}

START_TEST(a_directory_that_is_written_to_is_left_out)
{
	pid_t writer;
	int result;

	ck_assert_int_eq(mkdir("out", 0755), 0);
	write_file("out/rho", "part");
	writer = start_writer("out/rho");
	result = collect("out");
	kill(writer, SIGKILL);
	waitpid(writer, NULL, 0);
	ck_assert_int_eq(result, COLLECT_NOTHING);
}
END_TEST

START_TEST(what_is_written_for_a_moment_more_is_awaited)
{
	pid_t writer, killer;

	write_file("a.rst", "part");
	writer = start_writer("a.rst");
	killer = fork();
	if (killer == 0) {
		sleep(1); /* of the five that the collection waits */
		kill(writer, SIGKILL);
		_exit(0);
	}
	ck_assert_int_eq(collect("a.rst"), COLLECT_SAVED);
	waitpid(writer, NULL, 0);
	waitpid(killer, NULL, 0);
}
END_TEST

START_TEST(what_is_the_same_is_no_new_version)
{
	write_file("a.rst", "a");
	ck_assert_int_eq(collect("a.rst"), COLLECT_SAVED);
	/* written again, with the same content; in a later run, too */
	write_file("a.rst", "a");
	ck_assert_int_eq(collect("a.rst"), COLLECT_NOTHING);
	ckpt_close(store);
	store = claim(1);
	ck_assert_int_eq(collect("a.rst"), COLLECT_FAILED); /* stale */
	run = 1;
	ck_assert_int_eq(collect("a.rst"), COLLECT_NOTHING);
	write_file("a.rst", "b");
	ck_assert_int_eq(collect("a.rst"), COLLECT_SAVED);
	write_file("b.rst", "a");
	ck_assert_int_eq(collect("*.rst"), COLLECT_SAVED);
	ck_assert_int_eq(collect("*.rst"), COLLECT_NOTHING);
	/* back to what an older version holds: that is new */
	ck_assert_int_eq(collect("a.rst"), COLLECT_SAVED);
	ck_assert_uint_eq(count_versions(store), 4);
	ck_assert(!has_entry(".stage-"));
}
END_TEST

START_TEST(an_old_file_renamed_into_place_is_new)
{
	write_file("a.rst", "a");
	write_file("b", "b");
	age("a.rst", 3000);
	age("b", 3000);
	ck_assert_int_eq(collect("a.rst"), COLLECT_SAVED);
	ck_assert_int_eq(rename("b", "a.rst"), 0);
	ck_assert_int_eq(collect("a.rst"), COLLECT_SAVED);
	ck_assert(holds("store/v000002/a.rst", "b"));
}
END_TEST

START_TEST(the_same_as_a_version_that_is_set_aside_is_new)
{
	write_file("a.rst", "a");
	ck_assert_int_eq(collect("a.rst"), COLLECT_SAVED);
	ck_ok(ckpt_set_aside(store, 1, "a test", &err));
	ck_assert_int_eq(collect("a.rst"), COLLECT_SAVED);
}
END_TEST

START_TEST(patterns_may_overlap)
{
	ck_assert_int_eq(mkdir("out", 0755), 0);
	write_file("out/a.json", "a");
	write_file("out/state.json", "s");
	ck_assert_int_eq(collect("out/*.json,out/state*"), COLLECT_SAVED);
	ck_assert_int_eq(collect("out,out/state.json"), COLLECT_NOTHING);
	write_file("out/state.json", "t");
	ck_assert_int_eq(collect("out/,out/state.json"), COLLECT_SAVED);
	ck_assert(holds("store/v000002/out/state.json", "t"));
	ck_assert(holds("store/v000002/out/a.json", "a"));
}
END_TEST

START_TEST(files_of_one_name_outside_are_told_apart)
{
	char globs[512];

	ck_assert_int_eq(mkdir("work", 0755), 0);
	ck_assert_int_eq(mkdir("a", 0755), 0);
	ck_assert_int_eq(mkdir("b", 0755), 0);
	write_file("a/state", "a");
	write_file("b/state", "b");
	snprintf(work, sizeof(work), "%s/work", top);
	snprintf(globs, sizeof(globs), "%s/?/state", top);
	ck_assert_int_eq(collect(globs), COLLECT_SAVED);
	ck_assert(holds("store/v000001/a/state", "a"));
	ck_assert(holds("store/v000001/b/state", "b"));
	ck_assert_int_eq(collect("../a/state,../b/state"), COLLECT_NOTHING);
	ck_assert_int_eq(collect("../a/state"), COLLECT_SAVED);
	ck_assert(holds("store/v000002/state", "a"));
}
END_TEST

START_TEST(the_store_is_left_out)
{
	ck_assert_int_eq(collect("*"), COLLECT_NOTHING);
	write_file("state", "a");
	ck_assert_int_eq(collect("*"), COLLECT_SAVED);
	ck_assert(has("v000001/state"));
	ck_assert(!has("v000001/store"));
	ck_assert_int_eq(collect("*"), COLLECT_NOTHING);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("collect");
	TCase *tc = tcase_create("collect");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, files_that_match_are_taken);
	tcase_add_test(tc, an_empty_file_is_left_out);
	tcase_add_test(tc, a_directory_may_be_named_with_a_slash);
	tcase_add_test(tc, a_directory_without_any_content_is_left_out);
	tcase_add_test(tc, what_is_known_is_not_taken_again);
	tcase_add_test(tc, a_file_rewritten_in_a_directory_makes_it_new);
	tcase_add_test(tc, what_was_there_before_is_taken_only_at_last);
	tcase_add_test(tc, a_directory_that_is_written_to_is_left_out);
	tcase_add_test(tc, what_is_written_for_a_moment_more_is_awaited);
	tcase_add_test(tc, what_is_the_same_is_no_new_version);
	tcase_add_test(tc, an_old_file_renamed_into_place_is_new);
	tcase_add_test(tc, the_same_as_a_version_that_is_set_aside_is_new);
	tcase_add_test(tc, patterns_may_overlap);
	tcase_add_test(tc, files_of_one_name_outside_are_told_apart);
	tcase_add_test(tc, the_store_is_left_out);
	tcase_set_timeout(tc, 30);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
