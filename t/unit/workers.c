/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "requeue/policy/workers.h"

#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct procs procs;

static struct proc *add(pid_t pid, pid_t ppid, const char *exe,
			const char *comm, const char *const *argv)
{
	struct proc *proc = procs_add(&procs, pid, ppid, argv);

	ck_assert_ptr_nonnull(proc);
	snprintf(proc->exe, sizeof(proc->exe), "%s", exe);
	snprintf(proc->comm, sizeof(proc->comm), "%s", comm);
	return proc;
}

/* Is a process with this command line a worker of "python3 train.py"? */
static bool is_worker(const char *exe, const char *comm,
		      const char *const *argv)
{
	bool is;

	add(1, 0, "/usr/bin/python3.11", "python3",
	    ARGS("python3", "train.py"));
	is = workers_is_worker(add(2, 1, exe, comm, argv), &procs.list[0]);
	procs_free(&procs);
	return is;
}

START_TEST(a_fork_is_a_worker)
{
	ck_assert(is_worker("/usr/bin/python3.11", "python3",
			    ARGS("python3", "train.py")));
	ck_assert(is_worker("/usr/bin/python3.11", "pt_data_worker",
			    ARGS("python3", "train.py")));
}
END_TEST

START_TEST(another_program_is_none)
{
	ck_assert(!is_worker("/usr/bin/python3.11", "python3",
			     ARGS("python3", "saver.py")));
	ck_assert(!is_worker("/usr/bin/python3.11", "python3",
			     ARGS("python3", "train.py", "--rank=1")));
	ck_assert(!is_worker("/home/ada/bin/saver", "saver",
			     ARGS("python3", "train.py")));
	/* Nothing is known of it. */
	ck_assert(!is_worker("", "saver", ARGS("python3", "train.py")));
}
END_TEST

START_TEST(workers_of_known_libraries_are_known)
{
	static const char python[] = "/usr/bin/python3.11";

	ck_assert(
		is_worker(python, "python3",
			  ARGS("python3", "-c",
			       "from multiprocessing.spawn import spawn_main; "
			       "spawn_main(tracker_fd=5, pipe_handle=7)",
			       "--multiprocessing-fork")));
	ck_assert(is_worker(
		python, "python3",
		ARGS("python3", "-c",
		     "from multiprocessing.resource_tracker import main;"
		     "main(4)")));
	ck_assert(is_worker(python, "python3",
			    ARGS("python3", "-c",
				 "from multiprocessing.forkserver import "
				 "main; main(6, 8)")));
	ck_assert(
		is_worker(python, "python3",
			  ARGS("python3", "-m",
			       "joblib.externals.loky.backend.popen_loky_posix",
			       "--process-name", "LokyProcess-1")));
	ck_assert(is_worker("/usr/lib/R/bin/exec/R", "R",
			    ARGS("/usr/lib/R/bin/exec/R", "--no-echo", "-e",
				 "parallel:::.workRSOCK()", "--args",
				 "MASTER=localhost")));
}
END_TEST

START_TEST(without_a_parent_only_names_count)
{
	struct proc *proc =
		add(1, 0, "/usr/bin/python3", "python3", ARGS("python3"));

	ck_assert(!workers_is_worker(proc, NULL));
	snprintf(proc->comm, sizeof(proc->comm), "pt_data_worker");
	ck_assert(workers_is_worker(proc, NULL));
	procs_free(&procs);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("workers");
	TCase *tcase = tcase_create("workers");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, a_fork_is_a_worker);
	tcase_add_test(tcase, another_program_is_none);
	tcase_add_test(tcase, workers_of_known_libraries_are_known);
	tcase_add_test(tcase, without_a_parent_only_names_count);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
