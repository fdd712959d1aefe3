/* SPDX-License-Identifier: GPL-2.0-or-later */
/* picture.c: pictures of real processes. */
#include "requeue/process/picture.h"
#include "requeue/process/pid.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/syscall.h>

#include "t/unit/actors.h"

static struct procs procs;

static void set_up(void)
{
	stage_open();
}

static void tear_down(void)
{
	procs_free(&procs);
	while (waitpid(-1, NULL, WNOHANG) >= 0) {
		ck_assert_int_eq(picture_take(&procs, getpid(), 0), 0);
		for (size_t i = 0; i < procs.count; i++)
			kill(procs.list[i].pid, SIGKILL);
		procs_free(&procs);
		pause_ms(2);
	}
	stage_close();
}

static void take(void)
{
	procs_free(&procs);
	ck_assert_int_eq(picture_take(&procs, getpid(), SIGTERM), 0);
}

static const struct proc *by_pid(pid_t pid)
{
	for (size_t i = 0; i < procs.count; i++)
		if (procs.list[i].pid == pid)
			return &procs.list[i];
	ck_abort_msg("process %d isn't in the picture", (int)pid);
	return NULL;
}

/* The one whose parent is pid. */
static const struct proc *child_of(pid_t pid)
{
	for (size_t i = 0; i < procs.count; i++)
		if (procs.list[i].ppid == pid)
			return &procs.list[i];
	ck_abort_msg("process %d has no child", (int)pid);
	return NULL;
}

static bool is_in(const char *text, const char *part)
{
	return text && strstr(text, part);
}

/* ----------------------------------------------------------------- tree */

START_TEST(all_below_the_root_are_in_it_parents_first)
{
	pid_t script = stage_start("bash", "( $A deaf; : ) & $A deaf; :");

	stage_await("ready", 2);
	take();
	ck_assert_uint_eq(procs.count, 4);
	ck_assert_int_eq(procs.list[0].pid, script);
	ck_assert_uint_eq(procs.list[0].parent, PROCS_NONE);
	for (size_t i = 1; i < procs.count; i++) {
		const struct proc *proc = &procs.list[i];

		ck_assert_uint_lt(proc->parent, i);
		ck_assert_int_eq(procs.list[proc->parent].pid, proc->ppid);
		ck_assert_uint_gt(proc->start_ticks, 0);
		ck_assert(!proc->is_foreign);
	}
}
END_TEST

START_TEST(in_haste_all_that_stay_are_found_as_well)
{
	struct procs hasty;

	stage_start("bash", "sh -c '$A crowd 20 & $A thread & wait' & wait");
	stage_await("ready", 21);
	take();
	ck_assert_int_eq(picture_take_in_haste(&hasty, getpid(), SIGTERM), 0);
	ck_assert_uint_ge(procs.count, 23);
	ck_assert_uint_eq(hasty.count, procs.count);
	for (size_t i = 0; i < procs.count; i++)
		ck_assert_ptr_nonnull(procs_find(&hasty, procs.list[i].pid,
						 procs.list[i].start_ticks));
	procs_free(&hasty);
}
END_TEST

START_TEST(a_name_may_hold_anything)
{
	pid_t pid = fork();
	const struct proc *proc;

	if (!pid) {
		prctl(PR_SET_NAME, ") Z 1 (\n");
		actor_log = open(stage_log, O_WRONLY | O_APPEND);
		actor_say("ready");
		while (true)
			pause();
	}
	stage_await("ready", 1);
	take();
	proc = by_pid(pid);
	ck_assert_str_eq(proc->comm, ") Z 1 (\n");
	ck_assert_int_eq(proc->state, 'S');
	ck_assert_str_eq(proc->exe, getenv("A"));
}
END_TEST

START_TEST(a_zombie_is_one)
{
	pid_t pid = fork();
	siginfo_t info;

	if (!pid)
		_exit(0);
	waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
	take();
	ck_assert_int_eq(by_pid(pid)->state, 'Z');
	ck_assert(!pid_is_alive(pid, by_pid(pid)->start_ticks));
}
END_TEST

START_TEST(arguments_are_as_given_and_long_ones_cut)
{
	char *many = malloc(100001);
	const struct proc *proc;
	pid_t pid;

	ck_assert_ptr_nonnull(many);
	memset(many, 'x', 100000);
	many[100000] = '\0';
	pid = fork();
	if (!pid) {
		execl(getenv("A"), "one", "deaf", "", "two words", many, "end",
		      (char *)NULL);
		_exit(127);
	}
	stage_await("ready", 1);
	take();
	proc = by_pid(pid);
	ck_assert_uint_eq(proc->argc, 5);
	ck_assert_str_eq(proc->argv[0], "one");
	ck_assert_str_eq(proc->argv[2], "");
	ck_assert_str_eq(proc->argv[3], "two words");
	ck_assert_uint_lt(strlen(proc->argv[4]), 100000);
	free(many);
}
END_TEST

START_TEST(another_users_process_is_marked)
{
	pid_t pid;

	if (geteuid()) /* only root can start one */
		return;
	pid = fork();
	if (!pid) {
		actor_log = open(stage_log, O_WRONLY | O_APPEND);
		if (setuid(65534))
			_exit(1);
		actor_say("ready");
		while (true)
			pause();
	}
	stage_await("ready", 1);
	take();
	ck_assert(by_pid(pid)->is_foreign);
}
END_TEST

START_TEST(pipelines_are_seen)
{
	pid_t script = stage_start("bash", "$A deaf 2>/dev/null | cat; :");
	const struct proc *writer = NULL, *reader = NULL;

	stage_await("ready", 1);
	pause_ms(50);
	take();
	for (size_t i = 0; i < procs.count; i++) {
		if (procs.list[i].ppid != script)
			continue;
		if (!strcmp(procs.list[i].comm, "cat"))
			reader = &procs.list[i];
		else
			writer = &procs.list[i];
	}
	ck_assert(reader && writer);
	ck_assert_uint_ne(writer->stdout_pipe, 0);
	ck_assert_uint_eq(writer->stdout_pipe, reader->stdin_pipe);
	ck_assert_uint_eq(writer->stderr_pipe, 0);
}
END_TEST

/* -------------------------------------------------------------- scripts */

START_TEST(bash_has_its_script_open_even_if_it_is_removed)
{
	pid_t script = stage_start("bash", "rm job.sh; $A deaf; : here");

	stage_await("ready", 1);
	take();
	ck_assert(is_in(by_pid(script)->script, ": here"));
}
END_TEST

START_TEST(sh_has_it_too_from_another_directory)
{
	pid_t script = stage_start("sh", "cd /; $A deaf; : here");

	stage_await("ready", 1);
	take();
	ck_assert(is_in(by_pid(script)->script, ": here"));
}
END_TEST

START_TEST(what_a_script_reads_in_belongs_to_it)
{
	pid_t script = stage_start("bash", "echo 'source ./b.inc' >a.inc\n"
					   "echo ': here' >b.inc\n"
					   ". \"a.inc\"\n. \"$0.inc\"\n"
					   ". ./none; $A deaf; :");

	stage_await("ready", 1);
	take();
	ck_assert(is_in(by_pid(script)->script, "\n: here\n"));
}
END_TEST

START_TEST(files_that_read_in_themselves_are_read_in_some_times)
{
	pid_t script = stage_start(
		"bash", "echo '[ $n ] || { n=1; . ./a.inc; }; : here' >a.inc\n"
			". ./a.inc; $A deaf; :");
	const char *at;
	int count = 0;

	stage_await("ready", 1);
	take();
	for (at = by_pid(script)->script; (at = strstr(at, "\n[ $n ]")); at++)
		count++;
	ck_assert_int_ge(count, 2);
	ck_assert_int_le(count, 8);
}
END_TEST

START_TEST(the_text_after_c_is_a_script)
{
	pid_t pid = fork();

	if (!pid) {
		execlp("sh", "sh", "-ec", "$A deaf; : here", (char *)NULL);
		_exit(127);
	}
	stage_await("ready", 1);
	take();
	ck_assert_str_eq(by_pid(pid)->script, "$A deaf; : here");
}
END_TEST

START_TEST(a_long_text_after_c_is_whole)
{
	const struct proc *proc;
	size_t size = 60000;
	char *text = malloc(size);
	pid_t pid;

	ck_assert_ptr_nonnull(text);
	memset(text, '#', size);
	memcpy(text, "$A deaf\n", 8);
	memcpy(text + size - 8, "\n: here", 8);
	pid = fork();
	if (!pid) {
		execlp("bash", "bash", "-c", text, (char *)NULL);
		_exit(127);
	}
	stage_await("ready", 1);
	take();
	proc = by_pid(pid);
	ck_assert(is_in(proc->script, "\n: here"));
	free(text);
}
END_TEST

START_TEST(a_script_from_standard_input_is_read_if_it_is_a_file)
{
	pid_t script = stage_start("bash", "printf '$A deaf\\n: here\\n' >in\n"
					   "sh <in; :");

	stage_await("ready", 1);
	take();
	ck_assert(is_in(child_of(script)->script, ": here"));
}
END_TEST

START_TEST(a_script_from_a_pipe_is_left_alone)
{
	pid_t script = stage_start("bash", "(echo '$A deaf'; sleep 60) | sh");
	bool is_found = false;

	stage_await("ready", 1);
	take();
	for (size_t i = 0; i < procs.count; i++) {
		if (procs.list[i].ppid != script || !procs.list[i].stdin_pipe)
			continue;
		is_found = true;
		ck_assert_ptr_null(procs.list[i].script);
	}
	ck_assert(is_found);
}
END_TEST

START_TEST(a_huge_script_is_cut)
{
	pid_t script = stage_start("bash", "$A deaf\nexit\n# x");
	FILE *out = fopen("job.sh", "a");

	ck_assert_ptr_nonnull(out);
	for (int i = 0; i < 100000; i++)
		fputs("# much ado\n", out);
	fclose(out);
	stage_await("ready", 1);
	take();
	ck_assert_uint_lt(strlen(by_pid(script)->script), 300000);
}
END_TEST

/* -------------------------------------------------------------- catching */

static const struct {
	const char *actor;
	bool is_caught;
	bool is_awaited;
} catchers[] = {
	{"catch", true, false},	   {"deaf", false, false},
	{"sigwait", false, true},  {"thread", false, true},
	{"signalfd", false, true},
};

static void await_catcher(int i)
{
	char script[64];
	const struct proc *proc;

	snprintf(script, sizeof(script), "exec $A %s", catchers[i].actor);
	stage_start("bash", script);
	stage_await("ready", 1);
	pause_ms(50);
	take();
	proc = &procs.list[0];
	ck_assert_int_eq(procs_has(proc->caught, SIGTERM),
			 catchers[i].is_caught);
	ck_assert_msg(procs_has(proc->awaited, SIGTERM) ==
			      catchers[i].is_awaited,
		      "%s", catchers[i].actor);
	ck_assert(!procs_has(proc->awaited, SIGUSR1));
	ck_assert(!procs_has(proc->ignored, SIGTERM));
}

START_TEST(each_way_to_catch_is_known)
{
	await_catcher(_i);
}
END_TEST

START_TEST(waiting_for_another_signal_does_not_catch_this_one)
{
	stage_start("bash", "exec $A sigwait");
	stage_await("ready", 1);
	pause_ms(50);
	ck_assert_int_eq(picture_take(&procs, getpid(), SIGUSR1), 0);
	ck_assert(!procs_has(procs.list[0].awaited, SIGUSR1));
}
END_TEST

START_TEST(a_process_that_ignores_it_is_known)
{
	pid_t script = stage_start("bash", "trap '' TERM; $A deaf; :");

	stage_await("ready", 1);
	take();
	ck_assert(procs_has(by_pid(script)->ignored, SIGTERM));
	ck_assert(procs_has(child_of(script)->ignored, SIGTERM));
}
END_TEST

/* ----------------------------------------------------- other kernels */

/* Make one system call fail in this process from now on. */
static void deny(unsigned number, unsigned error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {4, code};

	ck_assert_int_eq(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	ck_assert_int_eq(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program),
			 0);
}

START_TEST(memory_that_may_not_be_read_hides_no_thread_that_waits)
{
	deny(SYS_process_vm_readv, EPERM);
	stage_start("bash", "exec $A thread");
	stage_await("ready", 1);
	pause_ms(50);
	take();
	ck_assert(procs_has(procs.list[0].awaited, SIGTERM));
}
END_TEST

static void kill_the_right_one_only(void)
{
	pid_t script = stage_start("bash", "exec $A catch");
	uint64_t start_ticks;

	stage_await("ready", 1);
	start_ticks = pid_start_ticks(script, NULL);
	ck_assert_uint_ne(start_ticks, 0);
	ck_assert_int_eq(pid_kill(script, start_ticks + 1, SIGTERM), -1);
	ck_assert_int_eq(errno, ESRCH);
	pause_ms(30);
	ck_assert_uint_eq(stage_count("got"), 0);
	ck_assert(pid_is_alive(script, start_ticks));
	ck_assert_int_eq(pid_kill(script, start_ticks, SIGTERM), 0);
	stage_await("got", 1);
	waitpid(script, NULL, 0);
	ck_assert_int_eq(pid_kill(script, start_ticks, SIGTERM), -1);
	ck_assert_int_eq(errno, ESRCH);
}

START_TEST(no_other_process_with_the_same_number_is_signalled)
{
	kill_the_right_one_only();
}
END_TEST

START_TEST(nor_without_pidfd)
{
	deny(434 /* pidfd_open */, ENOSYS);
	kill_the_right_one_only();
}
END_TEST

/* ------------------------------------------------------- come and go */

START_TEST(pictures_are_sound_while_processes_come_and_go)
{
	size_t seen = 0;

	stage_start("bash", "while :; do for i in 1 2 3 4 5 6 7 8; do\n"
			    "( : | sh -c 'trap : TERM; : & :' ) & done\n"
			    "wait; done");
	for (int i = 0; i < 300; i++) {
		take();
		for (size_t k = 0; k < procs.count; k++) {
			const struct proc *proc = &procs.list[k];

			ck_assert_ptr_nonnull(proc->argv);
			ck_assert(proc->parent == PROCS_NONE ||
				  procs.list[proc->parent].pid == proc->ppid);
			ck_assert_ptr_eq(procs_find(&procs, proc->pid,
						    proc->start_ticks),
					 proc);
		}
		seen += procs.count;
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
	ck_assert_uint_gt(seen, 300);
}
END_TEST

START_TEST(only_the_tree_is_cheap)
{
	stage_start("bash", "exec $A catch");
	stage_await("ready", 1);
	ck_assert_int_eq(picture_take(&procs, getpid(), 0), 0);
	ck_assert_uint_eq(procs.count, 1);
	ck_assert_uint_eq(procs.list[0].argc, 0);
	ck_assert_uint_eq(procs.list[0].caught, 0);
}
END_TEST

int main(int argc, char **argv)
{
	int catcher_count = (int)(sizeof(catchers) / sizeof(catchers[0]));
	Suite *suite = suite_create("picture");
	TCase *tcase = tcase_create("picture");
	SRunner *runner = srunner_create(suite);
	int failed;

	actors_play(argc, argv);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_test(tcase, all_below_the_root_are_in_it_parents_first);
	tcase_add_test(tcase, in_haste_all_that_stay_are_found_as_well);
	tcase_add_test(tcase, a_name_may_hold_anything);
	tcase_add_test(tcase, a_zombie_is_one);
	tcase_add_test(tcase, arguments_are_as_given_and_long_ones_cut);
	tcase_add_test(tcase, another_users_process_is_marked);
	tcase_add_test(tcase, pipelines_are_seen);
	tcase_add_test(tcase, bash_has_its_script_open_even_if_it_is_removed);
	tcase_add_test(tcase, sh_has_it_too_from_another_directory);
	tcase_add_test(tcase, what_a_script_reads_in_belongs_to_it);
	tcase_add_test(tcase,
		       files_that_read_in_themselves_are_read_in_some_times);
	tcase_add_test(tcase, the_text_after_c_is_a_script);
	tcase_add_test(tcase, a_long_text_after_c_is_whole);
	tcase_add_test(tcase,
		       a_script_from_standard_input_is_read_if_it_is_a_file);
	tcase_add_test(tcase, a_script_from_a_pipe_is_left_alone);
	tcase_add_test(tcase, a_huge_script_is_cut);
	tcase_add_loop_test(tcase, each_way_to_catch_is_known, 0,
			    catcher_count);
	tcase_add_test(tcase,
		       waiting_for_another_signal_does_not_catch_this_one);
	tcase_add_test(tcase, a_process_that_ignores_it_is_known);
	tcase_add_test(tcase,
		       memory_that_may_not_be_read_hides_no_thread_that_waits);
	tcase_add_test(tcase,
		       no_other_process_with_the_same_number_is_signalled);
	tcase_add_test(tcase, nor_without_pidfd);
	tcase_add_test(tcase, pictures_are_sound_while_processes_come_and_go);
	tcase_add_test(tcase, only_the_tree_is_cheap);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
