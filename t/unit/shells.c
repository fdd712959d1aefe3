/* SPDX-License-Identifier: GPL-2.0-or-later */
/* shells.c: which shell, which script, and what its traps name. */
#include "requeue/policy/shells.h"

#include "requeue/policy/handmade.h"
#include "requeue/policy/passing.h"
#include "requeue/policy/traps.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct {
	const char *script;
	bool is_trapped;
} traps[] = {
	{"TRAPTERM() { echo saving }", true}, /* zsh */
	{"TRAPTERM () {\nsave\n}\nsim", true},
	{"function TRAPTERM { save }", true},
	{"function TRAPTERM() { save }", true},
	{"TRAPINT() { save }", false},
	{"echo TRAPTERM()", false},
	{"# TRAPTERM() { save }", false},
	{"TRAPTERM=1", false},
	{"trap x TERM", true},
	{"trap x SIGTERM", true},
	{"trap x 15", true},
	{"trap x term", true},
	{"trap x Sigterm", true},
	{"trap x INT TERM EXIT", true},
	{"trap 'a; b' TERM", true},
	{"trap \"a 'b' $c\" TERM", true},
	{"trap -- x TERM", true},
	{"trap 'a\nb\nc' \\\n TERM", true},
	{"  trap x TERM  # save", true},
	{"#!/bin/bash\nset -e\ntrap x TERM\nrun", true},
	{"a; trap x TERM", true},
	{"a && trap x TERM", true},
	{"f() { trap x TERM; }", true},
	{"if a; then trap x TERM; fi", true},
	{"case $a in b) trap x TERM ;; esac", true},
	{"case $a in (b) trap x TERM ;; esac", true},
	{"case $(a) in b) c ;; d|e) trap x TERM ;; esac", true},
	{"case $a in\nb)trap x TERM ;;\nesac", true},
	{"for s in TERM INT; do trap \"x $s\" $s; done", true},
	{"(trap x TERM; a)", true},
	{"builtin trap x TERM", true},
	{"trap x EXIT\ntrap y TERM", true},
	{"echo don't\ntrap x TERM", true},
	{"echo $# ; trap x TERM", true},
	{"trap x TERM; trap - EXIT", true},
	{"trap x SIG{INT,TERM}", true},
	{"cat <<EOF\na\nEOF\ntrap x TERM", true},
	{"cat <<-'EOF' | b\na\n\tEOF\ntrap x TERM", true},
	{"cat <<EOF\nnever ended\ntrap x TERM", true},
	{"cat <<<EOF\ntrap x TERM\nEOF", true},
	{"a $((1<<2))\ntrap x TERM", true},
	{"cat <<EOF >b\ntrap x TERM\nEOF", false},
	{"cat <<A; cat <<B\n1\nA\ntrap x TERM\nB", false},
	{"trap x {INT,HUP}", false},
	{"", false},
	{"trap", false},
	{"trap x", false},
	{"trap x EXIT", false},
	{"trap x 0", false},
	{"trap x INT USR1", false},
	{"trap x 1 2 3", false},
	{"trap - TERM", false},
	{"trap '' TERM", false},
	{"trap -p TERM", false},
	{"trap TERM", false},
	{"# trap x TERM", false},
	{"a # trap x TERM", false},
	{"echo trap x TERM", false},
	{"echo $(a) trap x TERM", false},
	{"a=(b c) trap x TERM", false},
	{"mytrap x TERM", false},
	{"trapped x TERM", false},
	{"trap x EXIT; kill -TERM 1", false},
	{"trap x EXIT & wait TERM", false},
	{"trap 'kill -TERM 1' EXIT", false},
	{"trap x TERMINATE", false},
	{"trap x 150", false},
	{"trap 'never closed TERM", false},
};

START_TEST(traps_are_found_where_a_command_may_stand)
{
	ck_assert_msg(traps_has(traps[_i].script, SIGTERM) ==
			      traps[_i].is_trapped,
		      "%s", traps[_i].script);
}
END_TEST

START_TEST(each_signal_has_its_name)
{
	ck_assert(traps_has("trap x USR1", SIGUSR1));
	ck_assert(traps_has("trap x SIGXCPU", SIGXCPU));
	ck_assert(traps_has("trap x 12", SIGUSR2));
	ck_assert(!traps_has("trap x USR1", SIGUSR2));
	ck_assert(traps_has("trap x 40", 40));
	ck_assert(!traps_has("trap x TERM", 40));
}
END_TEST

static const struct {
	const char *script;
	bool passes;
} passers[] = {
	{"trap 'kill $p' TERM\na & p=$!\nwait $p", true},
	{"trap 'kill -TERM \"${p}\"; wait' TERM\na & p=$!\nwait $p", true},
	{"trap 'kill -s TERM $p' TERM; a & p=$!; wait \"$p\"", true},
	{"trap 'kill -- $p' TERM; a & p=$!; wait $!", true},
	{"f() {\n  kill -TERM $p\n}\ntrap f TERM; a & wait", true},
	{"g() { kill \"$@\"; }\nf() {\n\tg $p\n}\ntrap f TERM; a & wait", true},
	{"trap 'kill 0' TERM; a & p=$!; wait $p", true},
	{"trap 'kill -TERM -$$' TERM; a & p=$!; wait $p", true},
	{"trap 'kill $(jobs -p)' TERM; a & p=$!; wait $p", true},
	{"trap 'pkill -P $$' TERM; a & p=$!; wait $p", true},
	{"trap 'kill %1' TERM; a & wait", true},
	{"trap stop=1 TERM; a & p=$!; wait $p\n[ $stop ] && kill $p; wait $p",
	 true},
	{"trap 'jobs -p | xargs kill' TERM; a & wait", true},
	{"trap 'jobs -pr | xargs -r -n 1 kill -TERM' TERM; a & wait", true},
	{"f() { jobs -p | xargs kill; }; trap f TERM; a & wait $!", true},
	{"trap 'kill $p $q' TERM; a & p=$!; b & q=$!; wait", true},
	{"trap 'kill $p; kill $q' TERM; a & p=$!; b & q=$!; wait", true},
	{"trap 'kill $ps' TERM; for i in 1 2; do a & ps=\"$ps $!\"; done\n"
	 "wait",
	 true},
	{"trap 'kill $ps' TERM; for i in 1 2; do a 2>&1 & ps+=\" $!\"; done\n"
	 "wait",
	 true},
	{"trap 'kill $ps' TERM; a & ps[0]=$!; ps=$(jobs -p); wait", true},
	{"f() { kill $s; wait; }; trap f TERM\ns & s=$!\na & p=$!\nwait $p",
	 false},
	{"f() { kill $s; wait; }; trap f TERM\ns & s=$!\na &\nwait $!", false},
	{"trap 'kill $s' TERM\ns >log 2>&1 &\ns=$!\na &\nwait", false},
	{"trap 'kill $s; kill $p' TERM\ns & s=$!\na & p=$!\nwait $p", true},
	{"trap 'jobs -p | xargs kill -0' TERM; a & wait", false},
	{"trap 'jobs -p | xargs echo' TERM; a & wait", false},
	{"trap 'kill $p' TERM; a", false},
	{"trap x TERM; a & wait", false},
	{"# kill it\na & wait", false},
	{"pkill_all; a & wait", false},
	{"trap asked=1 TERM; a & p=$!\nwhile kill -0 $p; do sleep 1; done\n"
	 "wait $p",
	 false},
	{"trap x TERM; a & wait; kill -s 0 $p; kill -l", false},
	{"trap 'touch STOP' TERM; top & m=$!; a & p=$!; wait $p; kill $m",
	 false},
	{"trap 'touch STOP' TERM; top & m=$!; a & wait $!; kill $m", false},
	{"trap 'kill $m; touch STOP' TERM; top & m=$!; a & p=$!; wait $p",
	 false},
	{"trap 'save; trap - TERM; kill -TERM $$' TERM; a & wait", false},
	{"trap 'kill $p' INT; trap save TERM; a & q=$!; wait $q", false},
	{"cat >x <<END\nkill $p\nEND\ntrap save TERM; a & wait", false},
};

START_TEST(a_script_that_kills_what_it_waits_for_passes_it_on)
{
	ck_assert_msg(passing_is_done(passers[_i].script, SIGTERM) ==
			      passers[_i].passes,
		      "%s", passers[_i].script);
}
END_TEST

static const struct {
	const char *script;
	bool submits;
} submitters[] = {
	{"trap 'sbatch job.sh' TERM", true},
	{"trap 'kill $p; wait $p; sbatch \"$0\"; exit 0' TERM", true},
	{"trap \"sbatch $0\" TERM INT", true},
	{"trap '/usr/bin/sbatch job.sh' TERM", true},
	{"trap 'id=$(sbatch job.sh)' TERM", true},
	{"trap 'exec sbatch job.sh' TERM", true},
	{"trap 'ssh login sbatch job.sh' TERM", true},
	{"trap 'ssh login \"cd $PWD; sbatch job.sh\"' TERM", true},
	{"f() { sbatch job.sh; }\ntrap f TERM", true},
	{"f() {\n\tif a; then\n\t\tb\n\tfi\n\tsbatch $0\n}\ntrap f TERM", true},
	{"function f() {\n  save; g\n}\ng ()\n{\n  sbatch $0\n}\n"
	 "trap 'f; exit' TERM",
	 true},
	{"trap 'save; exit 0' TERM\na\nsbatch next.sh", false},
	{"f() { sbatch job.sh; }\ntrap g TERM\na; f", false},
	{"f() { save; }\nsbatch next.sh; }\ntrap f TERM", false},
	{"trap 'sbatch job.sh' USR1; trap save TERM", false},
	{"trap 'sbatch job.sh' EXIT", false},
	{"trap 'echo sbatch job.sh' TERM", false},
	{"trap 'save # sbatch job.sh' TERM", false},
	{"# trap 'sbatch job.sh' TERM", false},
	{"trap 'sbatch_again' TERM", false},
	{"trap - TERM; sbatch job.sh", false},
	{"f() { f; g; }\ng() { f; g; }\ntrap f TERM; sbatch", false},
};

START_TEST(a_trap_that_submits_a_job_is_found)
{
	ck_assert_msg(handmade_submits(submitters[_i].script, SIGTERM) ==
			      submitters[_i].submits,
		      "%s", submitters[_i].script);
}
END_TEST

START_TEST(other_traps_that_go_on_by_hand_are_found)
{
	ck_assert(handmade_submits("trap 'sbatch $0' EXIT", HANDMADE_EXIT));
	ck_assert(handmade_submits("trap 'sbatch $0' 0", HANDMADE_EXIT));
	ck_assert(!handmade_submits("trap 'sbatch $0' TERM", HANDMADE_EXIT));
	ck_assert(handmade_requeues(
		"f() {\n  scontrol requeue $SLURM_JOB_ID\n}\ntrap f USR1",
		SIGUSR1));
	ck_assert(handmade_requeues("trap 'scontrol requeuehold 1' USR1",
				    SIGUSR1));
	ck_assert(
		!handmade_requeues("trap 'scontrol show job 1' USR1", SIGUSR1));
	ck_assert(!handmade_submits("trap 'scontrol requeue 1' USR1", SIGUSR1));
}
END_TEST

START_TEST(steps_that_no_srun_waits_for_are_recognised)
{
	ck_assert(handmade_is_async("srun --async ./gmx\nsleep 9"));
	ck_assert(handmade_is_async("id=$(srun -n4 --mpi=none \\\n"
				    " --async --parsable ./gmx)"));
	ck_assert(!handmade_is_async("srun ./gmx\n./other --async"));
	ck_assert(!handmade_is_async("# srun --async ./gmx"));
	ck_assert(!handmade_is_async("srun ./gmx & wait"));
}
END_TEST

/* Lines, or parts of one line, of which a script of 256 KB consists. */
static const char *const repeated[] = {
	"kill $m; wait $p\n",  "kill -0 $m; ",		 "kill $m \\\n",
	"wait $p$q \\\n",      "trap x INT \\\n",	 "f() {\n",
	"a) trap x INT;; ",    "echo \"<<\" $((1<<2)) ", "cat <<EOF\n",
	"# a comment; kill\n", "trap 'kill $m' TERM\n",	 "x\n",
	"trap f TERM; f() { ", "f() {\n trap f TERM\n",	 "/sbatch/",
	"srun -n1 \\\n",
};

START_TEST(a_script_is_read_in_a_time_that_grows_with_its_length_alone)
{
	const char *unit = repeated[_i];
	size_t len = strlen(unit), size = 256 * 1024;
	char *script = malloc(size + len + 32);
	clock_t start;
	size_t at = 0;

	ck_assert_ptr_nonnull(script);
	at += (size_t)sprintf(script, "wait $p; sbatch --async\n");
	while (at < size) {
		memcpy(script + at, unit, len);
		at += len;
	}
	script[at] = '\0';
	start = clock();
	traps_has(script, SIGTERM);
	passing_is_done(script, SIGTERM);
	handmade_submits(script, SIGTERM);
	handmade_is_async(script);
	/* It is 0.1 s at most; what was quadratic took 6 s and more. */
	ck_assert_int_lt((clock() - start) / CLOCKS_PER_SEC, 2);
	free(script);
}
END_TEST

static const struct {
	const char *argv[8];
	size_t script;
	bool is_text;
} calls[] = {
	{{"bash", "job.sh", "a"}, 1, false},
	{{"bash"}, 0, false},
	{{"-bash"}, 0, false},
	{{"bash", "-s", "a"}, 0, false},
	{{"bash", "-e", "-u", "job.sh"}, 3, false},
	{{"bash", "-eu", "-o", "pipefail", "job.sh"}, 4, false},
	{{"bash", "-euo", "pipefail", "job.sh"}, 3, false},
	{{"bash", "-c", "text", "name"}, 2, true},
	{{"bash", "-lc", "text"}, 2, true},
	{{"sh", "-c", "--", "text"}, 3, true},
	{{"bash", "--norc", "--rcfile", "x", "job.sh"}, 4, false},
	{{"bash", "--", "job.sh"}, 2, false},
	{{"bash", "+x", "job.sh"}, 2, false},
};

START_TEST(the_script_is_found_among_the_arguments)
{
	char *argv[8] = {NULL};
	bool is_text;
	size_t argc = 0;

	for (; calls[_i].argv[argc]; argc++)
		argv[argc] = strdup(calls[_i].argv[argc]);
	ck_assert_uint_eq(shells_script_arg(argc, argv, &is_text),
			  calls[_i].script);
	ck_assert_int_eq(is_text, calls[_i].is_text);
	for (size_t i = 0; i < argc; i++)
		free(argv[i]);
}
END_TEST

START_TEST(a_shell_is_known_by_its_executable_first)
{
	ck_assert(shells_is_shell("/usr/bin/bash", "./job.sh", "job.sh"));
	ck_assert(shells_is_shell("/bin/busybox", "sh", "sh"));
	ck_assert(!shells_is_shell("/bin/busybox", "timeout", "timeout"));
	ck_assert(shells_is_shell("", "/bin/dash", "dash"));
	ck_assert(shells_is_shell("/opt/bash-5.2", "x", "x"));
	ck_assert(!shells_is_shell("/opt/program", "bash", "bash"));
	ck_assert(!shells_is_shell("/usr/bin/python3.11", "python", "python"));
}
END_TEST

int main(void)
{
	int trap_count = (int)(sizeof(traps) / sizeof(traps[0]));
	int call_count = (int)(sizeof(calls) / sizeof(calls[0]));
	Suite *suite = suite_create("shells");
	TCase *tcase = tcase_create("shells");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, traps_are_found_where_a_command_may_stand, 0,
			    trap_count);
	tcase_add_loop_test(tcase, the_script_is_found_among_the_arguments, 0,
			    call_count);
	tcase_add_test(tcase, each_signal_has_its_name);
	tcase_add_loop_test(tcase,
			    a_script_that_kills_what_it_waits_for_passes_it_on,
			    0, (int)(sizeof(passers) / sizeof(passers[0])));
	tcase_add_loop_test(tcase, a_trap_that_submits_a_job_is_found, 0,
			    (int)(sizeof(submitters) / sizeof(submitters[0])));
	tcase_add_test(tcase, other_traps_that_go_on_by_hand_are_found);
	tcase_add_loop_test(
		tcase,
		a_script_is_read_in_a_time_that_grows_with_its_length_alone, 0,
		(int)(sizeof(repeated) / sizeof(repeated[0])));
	tcase_add_test(tcase, steps_that_no_srun_waits_for_are_recognised);
	tcase_add_test(tcase, a_shell_is_known_by_its_executable_first);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
