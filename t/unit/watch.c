/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "requeue/policy/evidence.h"
#include "requeue/process/watch.h"

static char top[] = "/tmp/watch-XXXXXX", work[64];
static struct watch watch;
static struct watch_report report;

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(top));
	snprintf(work, sizeof(work), "%s/work", top);
	ck_assert_int_eq(mkdir(work, 0700), 0);
	ck_assert_int_eq(chdir(work), 0);
}

static void teardown(void)
{
	char command[64];

	snprintf(command, sizeof(command), "rm -rf %s", top);
	ck_assert_int_eq(chdir("/") | system(command), 0);
}

static void put(int fd, const char *text)
{
	ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
}

static void make(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_ge(fd, 0);
	put(fd, text);
	close(fd);
}

static void begin(const char *store, const char *hook)
{
	struct watch_order order = {
		.root = getpid(),
		.work_dir = work,
		.store_dir = store,
		.hook = hook,
	};

	ck_assert_int_eq(watch_start(&watch, &order), 0);
	ck_assert_int_gt(watch.pid, 0);
}

/* How many files were written. */
static unsigned end(void)
{
	watch_end(&watch, &report);
	ck_assert(report.is_watched);
	ck_assert_int_eq(watch.pid, 0);
	return report.files;
}

/* A program of the job: it calls act() after the watch has begun. */
static pid_t program_pid;
static int go[2];

static void start_program(void (*prepare)(void), void (*act)(void))
{
	int ready[2];
	char byte;

	ck_assert_int_eq(pipe(go) | pipe(ready), 0);
	program_pid = fork();
	if (program_pid == 0) {
		close(go[1]);
		prepare();
		put(ready[1], "r");
		if (read(go[0], &byte, 1) < 0)
			_exit(1);
		act();
		_exit(0);
	}
	close(ready[1]);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(go[0]);
}

static void end_program(void)
{
	int status;

	close(go[1]);
	ck_assert_int_eq(waitpid(program_pid, &status, 0), program_pid);
	ck_assert_int_eq(status, 0);
}

START_TEST(a_run_that_writes_nothing_shows_nothing)
{
	make("input", "old");
	begin("", "");
	ck_assert_uint_eq(end(), 0);
	ck_assert_str_eq(report.name, "");
	watch_end(&watch, &report);
	ck_assert(!report.is_watched);
}
END_TEST

START_TEST(a_file_that_is_renamed_into_place_counts)
{
	begin("", "");
	make("state.tmp", "1");
	ck_assert_int_eq(rename("state.tmp", "state"), 0);
	ck_assert_uint_ge(end(), 1);
	ck_assert_str_eq(report.name, "state");
}
END_TEST

START_TEST(a_file_that_is_rewritten_counts_once)
{
	make("state", "1");
	begin("", "");
	make("state", "2");
	make("state", "3");
	ck_assert_uint_eq(end(), 1);
	ck_assert_str_eq(report.name, "state");
}
END_TEST

/* The digest of two files with these contents. */
static uint64_t digest_of(const char *state, const char *other)
{
	begin("", "");
	make("state", state);
	make("other", other);
	ck_assert_uint_eq(end(), 2);
	ck_assert_int_ge(report.quiet_ms, 0);
	ck_assert_int_lt(report.quiet_ms, 5000);
	ck_assert_uint_eq(report.dirs, 1);
	return report.digest;
}

START_TEST(the_same_files_have_the_same_digest)
{
	uint64_t first = digest_of("1", "2");

	ck_assert_uint_ne(first, 0);
	ck_assert_uint_eq(digest_of("1", "2"), first);
	ck_assert_uint_ne(digest_of("2", "1"), first);
	ck_assert_uint_ne(digest_of("1", "3"), first);
}
END_TEST

START_TEST(large_files_are_not_read)
{
	int fd;

	begin("", "");
	make("state", "1");
	fd = open("state", O_WRONLY);
	ck_assert_int_eq(ftruncate(fd, EVIDENCE_READ_MAX + 1), 0);
	close(fd);
	ck_assert_uint_eq(end(), 1);
	ck_assert_uint_eq(report.digest, 0);
}
END_TEST

START_TEST(what_holds_no_state_does_not_count)
{
	begin("", "touch STOP; echo 1 >si.EXIT");
	make("core", "x");
	make("core.1234", "x");
	make("run.log", "x");
	make("log.icoFoam", "x");
	make("slurm-7.out", "x");
	make("octave-workspace", "x");
	make("STOP", "x");
	make("si.EXIT", "x");
	make("EMPTY", "");
	make("hs_err_pid71.log", "x");
	make("report.20220101.120000.71.0.001.json", "{}");
	make("wandb-summary.json", "{}");
	make("metrics.csv", "x");
	make("events.out.tfevents.1.node", "x");
	ck_assert_int_eq(mkdir("metrics", 0700), 0);
	make("metrics/loss", "x");
	ck_assert_int_eq(symlink("core", "latest"), 0);
	ck_assert_int_eq(mkdir("__pycache__", 0700), 0);
	make("__pycache__/a", "x");
	ck_assert_uint_eq(end(), 0);
}
END_TEST

START_TEST(what_is_removed_again_does_not_count)
{
	begin("", "");
	make("state.tmp", "1");
	usleep(50000);
	ck_assert_int_eq(rename("state.tmp", "state"), 0);
	make("scratch", "1");
	usleep(50000);
	ck_assert_int_eq(unlink("scratch"), 0);
	ck_assert_uint_eq(end(), 1);
	ck_assert_str_eq(report.name, "state");
}
END_TEST

START_TEST(a_log_that_is_rotated_does_not_count)
{
	make("app.log", "1");
	begin("", "");
	ck_assert_int_eq(rename("app.log", "app.log.1"), 0);
	make("app.log", "2");
	ck_assert_uint_eq(end(), 0);
}
END_TEST

START_TEST(a_state_in_a_directory_below_counts)
{
	ck_assert_int_eq(mkdir("out", 0700) | mkdir("out/ckpt", 0700), 0);
	begin("", "");
	usleep(50000); /* directories below are watched a moment later */
	make("out/ckpt/state", "1");
	ck_assert_uint_eq(end(), 1);
}
END_TEST

START_TEST(a_state_in_a_new_directory_counts)
{
	begin("", "");
	ck_assert_int_eq(mkdir("step-2", 0700) | mkdir("step-2/rank-0", 0700),
			 0);
	make("step-2/rank-0/state", "1");
	ck_assert_uint_eq(end(), 1);
}
END_TEST

START_TEST(the_stores_of_other_jobs_do_not_count)
{
	ck_assert_int_eq(mkdir("checkpoint-8", 0700), 0);
	make("checkpoint-8/store.json", "{}");
	begin("", "");
	usleep(50000);
	make("checkpoint-8/journal-0000.jsonl", "1");
	ck_assert_uint_eq(end(), 0);
}
END_TEST

START_TEST(a_store_that_another_job_makes_meanwhile_does_not_count)
{
	begin("", "");
	ck_assert_int_eq(mkdir("checkpoint-8", 0700), 0);
	usleep(100000); /* its directory is watched by now */
	make("checkpoint-8/store.json", "{}");
	make("checkpoint-8/journal-0000.jsonl", "{}");
	ck_assert_int_eq(mkdir("checkpoint-8/v000001", 0700), 0);
	usleep(100000);
	make("checkpoint-8/v000001/MANIFEST.json", "{}");
	ck_assert_uint_eq(end(), 0);
}
END_TEST

START_TEST(the_store_does_not_count)
{
	char store[128];

	snprintf(store, sizeof(store), "%s/checkpoint-7", work);
	ck_assert_int_eq(mkdir(store, 0700), 0);
	begin(store, "");
	usleep(50000);
	make("checkpoint-7/journal-0000.jsonl", "1");
	ck_assert_uint_eq(end(), 0);
}
END_TEST

/* -------- programs with files of their own -------- */

static int out_fd, log_fd, grown_fd, state_fd;

static void open_outputs(void)
{
	out_fd = open("printed", O_WRONLY | O_CREAT, 0600);
	dup2(out_fd, 1);
	close(out_fd);
	log_fd = open("messages", O_WRONLY | O_CREAT | O_APPEND, 0600);
	grown_fd = open("results", O_WRONLY | O_CREAT, 0600);
	put(1, "one\n");
	put(log_fd, "one\n");
	put(grown_fd, "one\n");
}

static void end_outputs(void)
{
	put(1, "terminated\n");
	put(log_fd, "terminated\n");
	put(grown_fd, "two\n");
	close(1);
	close(log_fd);
	close(grown_fd);
}

START_TEST(output_that_only_grows_does_not_count)
{
	start_program(open_outputs, end_outputs);
	begin("", "");
	end_program();
	ck_assert_uint_eq(end(), 0);
}
END_TEST

static void open_state(void)
{
	state_fd = open("state", O_RDWR | O_CREAT, 0600);
	put(state_fd, "step 1");
}

static void rewrite_state(void)
{
	if (pwrite(state_fd, "step 2", 6, 0) != 6)
		_exit(1);
	close(state_fd);
}

static void grow_state(void)
{
	put(state_fd, "step 2");
	close(state_fd);
	make("status", "stopped");
}

START_TEST(beside_a_file_that_grows_others_are_not_compared)
{
	start_program(open_state, grow_state);
	begin("", "");
	end_program();
	ck_assert_uint_eq(end(), 1);
	ck_assert_str_eq(report.name, "status");
	ck_assert_uint_eq(report.digest, 0);
}
END_TEST

START_TEST(an_open_file_that_is_rewritten_counts)
{
	start_program(open_state, rewrite_state);
	begin("", "");
	end_program();
	ck_assert_uint_eq(end(), 1);
}
END_TEST

static void close_state(void)
{
	close(state_fd);
}

START_TEST(an_open_file_that_is_only_closed_does_not_count)
{
	start_program(open_state, close_state);
	begin("", "");
	end_program();
	ck_assert_uint_eq(end(), 0);
}
END_TEST

static void go_elsewhere(void)
{
	char dir[128];

	snprintf(dir, sizeof(dir), "%s/elsewhere", top);
	if (mkdir(dir, 0700) || chdir(dir))
		_exit(1);
}

static void save_there(void)
{
	make("state", "1");
}

START_TEST(the_working_directory_of_a_program_is_watched)
{
	start_program(go_elsewhere, save_there);
	begin("", "");
	end_program();
	ck_assert_uint_eq(end(), 1);
}
END_TEST

static void open_data(void)
{
	char dir[128];

	snprintf(dir, sizeof(dir), "%s/data", top);
	if (mkdir(dir, 0700))
		_exit(1);
	snprintf(dir, sizeof(dir), "%s/data/results", top);
	grown_fd = open(dir, O_WRONLY | O_CREAT, 0600);
}

static void save_beside_data(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/data/restart", top);
	make(path, "1");
}

START_TEST(the_directory_of_an_open_file_is_watched)
{
	start_program(open_data, save_beside_data);
	begin("", "");
	end_program();
	ck_assert_uint_eq(end(), 1);
	ck_assert_str_eq(report.name, "restart");
}
END_TEST

/* It is told where by no argument, and takes a while. */
static void save_slowly_anywhere(void)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/data/restart", top);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	put(fd, "half");
	usleep(200000);
	put(fd, "whole");
	close(fd);
}

static void make_data(void)
{
	char dir[128];

	snprintf(dir, sizeof(dir), "%s/data", top);
	if (mkdir(dir, 0700))
		_exit(1);
}

START_TEST(a_file_that_is_written_for_a_while_is_found)
{
	start_program(make_data, save_slowly_anywhere);
	begin("", "");
	end_program();
	ck_assert_uint_eq(end(), 1);
	ck_assert_str_eq(report.name, "restart");
}
END_TEST

START_TEST(directories_among_the_arguments_are_watched)
{
	char command[256], byte;
	int ready[2], status;
	pid_t pid;

	make_data();
	/* The shell waits for a line, then saves at once. */
	snprintf(command, sizeof(command),
		 "exec 1>&-; read x; echo 1 >%s/data/restart", top);
	ck_assert_int_eq(pipe(go) | pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		snprintf(command + 200, 56, "--out=%s/data/", top);
		dup2(go[0], 0);
		close(go[1]);
		put(ready[1], "r");
		execl("/bin/sh", "sh", "-c", command, "sh", command + 200,
		      NULL);
		_exit(127);
	}
	close(go[0]);
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	usleep(100000); /* exec */
	begin("", "");
	put(go[1], "\n");
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_uint_eq(end(), 1);
	ck_assert_str_eq(report.name, "restart");
	close(go[1]);
}
END_TEST

static void do_nothing(void)
{
}

START_TEST(programs_that_come_later_are_looked_at)
{
	begin("", "");
	start_program(go_elsewhere, save_there);
	watch_look_again(&watch);
	usleep(100000);
	end_program();
	ck_assert_uint_eq(end(), 1);
}
END_TEST

START_TEST(where_no_directory_can_be_watched_nothing_is_known)
{
	struct watch_order order = {
		.root = getpid(), /* without programs below */
		.work_dir = "/nonexistent",
		.store_dir = "",
		.hook = "",
	};

	ck_assert_int_eq(watch_start(&watch, &order), 0);
	watch_end(&watch, &report);
	ck_assert(!report.is_watched);
	ck_assert_uint_eq(report.files, 0);
}
END_TEST

START_TEST(a_watch_that_is_killed_knows_nothing)
{
	begin("", "");
	make("state", "1");
	kill(watch.pid, SIGKILL);
	watch_end(&watch, &report);
	ck_assert(!report.is_watched);
	start_program(do_nothing, do_nothing);
	end_program();
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("watch");
	TCase *tcase = tcase_create("watch");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(tcase, setup, teardown);
	tcase_set_timeout(tcase, 30);
	tcase_add_test(tcase, a_run_that_writes_nothing_shows_nothing);
	tcase_add_test(tcase, a_file_that_is_renamed_into_place_counts);
	tcase_add_test(tcase, a_file_that_is_rewritten_counts_once);
	tcase_add_test(tcase, the_same_files_have_the_same_digest);
	tcase_add_test(tcase, large_files_are_not_read);
	tcase_add_test(tcase, beside_a_file_that_grows_others_are_not_compared);
	tcase_add_test(tcase, what_holds_no_state_does_not_count);
	tcase_add_test(tcase, what_is_removed_again_does_not_count);
	tcase_add_test(tcase, a_log_that_is_rotated_does_not_count);
	tcase_add_test(tcase, a_state_in_a_directory_below_counts);
	tcase_add_test(tcase, a_state_in_a_new_directory_counts);
	tcase_add_test(tcase, the_store_does_not_count);
	tcase_add_test(tcase, the_stores_of_other_jobs_do_not_count);
	tcase_add_test(tcase,
		       a_store_that_another_job_makes_meanwhile_does_not_count);
	tcase_add_test(tcase, output_that_only_grows_does_not_count);
	tcase_add_test(tcase, an_open_file_that_is_rewritten_counts);
	tcase_add_test(tcase, an_open_file_that_is_only_closed_does_not_count);
	tcase_add_test(tcase, the_working_directory_of_a_program_is_watched);
	tcase_add_test(tcase, the_directory_of_an_open_file_is_watched);
	tcase_add_test(tcase, a_file_that_is_written_for_a_while_is_found);
	tcase_add_test(tcase, directories_among_the_arguments_are_watched);
	tcase_add_test(tcase, programs_that_come_later_are_looked_at);
	tcase_add_test(tcase,
		       where_no_directory_can_be_watched_nothing_is_known);
	tcase_add_test(tcase, a_watch_that_is_killed_knows_nothing);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
