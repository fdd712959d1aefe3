/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "requeue/process/drain.h"

static struct drain drain;
static int pipe_fds[2];
static pid_t driver;

/* A driver that reads from a pipe, and is frozen. */
static void start_driver(int as_fd)
{
	ck_assert_int_eq(pipe(pipe_fds), 0);
	driver = fork();
	if (driver == 0) {
		if (dup2(pipe_fds[0], as_fd) != as_fd)
			_exit(1);
		if (as_fd != pipe_fds[0])
			close(pipe_fds[0]);
		raise(SIGSTOP);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(driver, NULL, WUNTRACED), driver);
	close(pipe_fds[0]);
	fcntl(pipe_fds[1], F_SETFL, O_NONBLOCK);
}

static void end_driver(void)
{
	kill(driver, SIGKILL);
	waitpid(driver, NULL, 0);
	close(pipe_fds[1]);
}

/* Bytes that fit into the pipe now. */
static size_t fill(void)
{
	static const char data[4096];
	size_t total = 0;
	ssize_t len;

	while ((len = write(pipe_fds[1], data, sizeof(data))) > 0)
		total += (size_t)len;
	return total;
}

START_TEST(a_full_pipe_takes_more_after_a_read)
{
	size_t size;

	start_driver(7);
	drain_add(&drain, driver);
	size = fill();
	ck_assert_uint_gt(size, 0);
	ck_assert_uint_eq(fill(), 0);
	drain_read(&drain);
	ck_assert_uint_eq(fill(), size);
	/* The driver is killed first; the writer lives as long as we read. */
	kill(driver, SIGKILL);
	waitpid(driver, NULL, 0);
	drain_read(&drain);
	ck_assert_uint_eq(fill(), size);
	drain_end(&drain);
	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(write(pipe_fds[1], "x", 1), -1);
	ck_assert_int_eq(errno, EPIPE);
	close(pipe_fds[1]);
}
END_TEST

START_TEST(standard_input_and_write_ends_are_left_alone)
{
	start_driver(0); /* it has the other end as well */
	drain_add(&drain, driver);
	ck_assert_uint_eq(drain.count, 0);
	drain_end(&drain);
	end_driver();
}
END_TEST

START_TEST(a_process_that_is_gone_has_no_pipes)
{
	start_driver(7);
	end_driver();
	drain_add(&drain, driver);
	ck_assert_uint_eq(drain.count, 0);
	drain_read(&drain);
	drain_end(&drain);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("drain");
	TCase *tcase = tcase_create("drain");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, a_full_pipe_takes_more_after_a_read);
	tcase_add_test(tcase, standard_input_and_write_ends_are_left_alone);
	tcase_add_test(tcase, a_process_that_is_gone_has_no_pipes);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
