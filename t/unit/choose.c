/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * choose.c: trees of processes, and what SIGTERM is to do with each.
 *
 * A tree is drawn, one process a line, children indented by two:
 *
 *	FREEZE - bash job.sh :: gmx mdrun; echo done
 *	  SIGNAL C gmx mdrun == catches it
 *
 * ONWARD is what should get it from the script above.
 *
 * First what is expected, then marks, then argv; after "::" the script that
 * a shell runs, after "==" a part of the reason.  Before argv, exe=PATH and
 * comm=NAME may say what else than /usr/bin/ARGV0 is seen.  Marks:
 *
 *	C catches TERM	     E catches all, as bash does with an EXIT trap
 *	J its runtime is Java   L is Go	  N is Julia
 *	B stands in the background of its shell
 *	A awaits TERM	     I ignores TERM	 U catches USR1 alone
 *	Z zombie	     X ended while we looked
 *	G got it before	     F another user's	 O one of our own helpers
 *	<1 >1 2>1	     stdin, stdout, stderr are this pipe
 */
#include "requeue/policy/choose.h"

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODES_MOST 32
#define ARGS_MOST  32
#define BIT(s)	   (UINT64_C(1) << ((s)-1))
/* What bash 5.2 catches once there is an EXIT trap. */
#define ALL_CAUGHT UINT64_C(0x43817ef9)

struct test_case {
	const char *name;
	const char *tree;
	const char *launchers;
	enum choose_target target;
	const char *deaf, *savers;
	bool takes_runtimes;
	bool freezes_submitters;
};

/* Most have no launchers of their own. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

/* clang-format off */
static const struct test_case cases[] = {
#include "t/unit/choose_cases.h"
};
/* clang-format on */

struct expected {
	char action[16];
	char reason[128];
	char line[256];
};

struct drawing {
	struct procs procs;
	struct expected expected[NODES_MOST];
	pid_t excluded[NODES_MOST];
	size_t excluded_count;
};

static void put_mark(struct drawing *drawing, struct proc *proc,
		     const char **at)
{
	char mark = *(*at)++;

	switch (mark) {
	case 'C':
		proc->caught |= BIT(SIGTERM) | BIT(SIGCHLD);
		break;
	case 'E':
		proc->caught |= ALL_CAUGHT;
		break;
	case 'U':
		proc->caught |= BIT(SIGUSR1);
		break;
	case 'A':
		proc->awaited |= BIT(SIGTERM);
		break;
	case 'B':
		proc->ignored |= BIT(SIGINT);
		break;
	case 'I':
		proc->ignored |= BIT(SIGTERM);
		break;
	case 'Z':
	case 'X':
		proc->state = mark;
		break;
	case 'G':
		proc->is_signalled = true;
		break;
	case 'F':
		proc->is_foreign = true;
		break;
	case 'J':
		proc->runtime = RUNTIME_JAVA;
		break;
	case 'L':
		proc->runtime = RUNTIME_GO;
		break;
	case 'N':
		proc->runtime = RUNTIME_JULIA;
		break;
	case 'O':
		drawing->excluded[drawing->excluded_count++] = proc->pid;
		break;
	case '<':
		proc->stdin_pipe = (uint64_t)(*(*at)++ - '0');
		break;
	case '>':
		proc->stdout_pipe = (uint64_t)(*(*at)++ - '0');
		break;
	case '2':
		ck_assert_int_eq(*(*at)++, '>');
		proc->stderr_pipe = (uint64_t)(*(*at)++ - '0');
		break;
	default:
		ck_assert_msg(mark == '-', "unknown mark %c", mark);
	}
}

static void draw_line(struct drawing *drawing, char *line, pid_t pid,
		      pid_t ppid)
{
	struct expected *expected = &drawing->expected[drawing->procs.count];
	char *script = strstr(line, " :: "), *reason = strstr(line, " == ");
	char *word, *state, marks[32], exe[128] = "", comm[64] = "";
	const char *argv[ARGS_MOST + 1] = {NULL}, *mark = marks, *slash;
	struct proc *proc;
	size_t argc = 0;

	if (reason) {
		*reason = '\0';
		snprintf(expected->reason, sizeof(expected->reason), "%s",
			 reason + 4);
	}
	if (script) {
		*script = '\0';
		script += 4;
	}
	snprintf(expected->line, sizeof(expected->line), "%s", line);
	word = strtok_r(line, " ", &state);
	snprintf(expected->action, sizeof(expected->action), "%s", word);
	snprintf(marks, sizeof(marks), "%s", strtok_r(NULL, " ", &state));
	while ((word = strtok_r(NULL, " ", &state)) && argc < ARGS_MOST) {
		if (!argc && !strncmp(word, "exe=", 4))
			snprintf(exe, sizeof(exe), "%s", word + 4);
		else if (!argc && !strncmp(word, "comm=", 5))
			snprintf(comm, sizeof(comm), "%s", word + 5);
		else
			argv[argc++] = word;
	}
	proc = procs_add(&drawing->procs, pid, ppid, argv);
	slash = strrchr(argv[0], '/');
	snprintf(proc->exe, sizeof(proc->exe), "/usr/bin/%s",
		 slash ? slash + 1 : argv[0]);
	if (*exe)
		snprintf(proc->exe, sizeof(proc->exe), "%s", exe);
	snprintf(proc->comm, sizeof(proc->comm), "%.15s",
		 *comm ? comm : strrchr(proc->exe, '/') + 1);
	proc->script = script ? strdup(script) : NULL;
	while (*mark)
		put_mark(drawing, proc, &mark);
}

/* Process numbers are 100, 101, ... by line; the root is 1. */
static void draw(struct drawing *drawing, const char *tree)
{
	char text[4096], *line, *state;
	pid_t above[NODES_MOST] = {1}, pid = 100;

	memset(drawing, 0, sizeof(*drawing));
	snprintf(text, sizeof(text), "%s", tree);
	line = strtok_r(text, "\n", &state);
	for (; line; line = strtok_r(NULL, "\n", &state), pid++) {
		size_t depth = strspn(line, " ") / 2;

		draw_line(drawing, line + 2 * depth, pid, above[depth]);
		above[depth + 1] = pid;
	}
}

static const char *action_name(const struct choice *choice)
{
	static const char *const names[] = {"LEAVE", "PASS", "SIGNAL", "FREEZE",
					    "AWAIT"};

	return choice->is_passed_on ? "ONWARD" : names[choice->action];
}

START_TEST(every_tree_is_judged_as_drawn)
{
	const struct test_case *test = &cases[_i];
	struct choice choices[NODES_MOST];
	struct choose_order order = {.signum = SIGTERM,
				     .launchers = test->launchers,
				     .target = test->target,
				     .deaf = test->deaf,
				     .savers = test->savers,
				     .takes_runtimes = test->takes_runtimes,
				     .freezes_submitters =
					     test->freezes_submitters};
	struct drawing drawing;

	draw(&drawing, test->tree);
	order.exclude = drawing.excluded;
	order.exclude_count = drawing.excluded_count;
	choose(&drawing.procs, &order, choices);
	for (size_t i = 0; i < drawing.procs.count; i++) {
		const struct expected *expected = &drawing.expected[i];

		ck_assert_msg(
			!strcmp(action_name(&choices[i]), expected->action),
			"%s: \"%s\" came out as %s (%s)", test->name,
			expected->line, action_name(&choices[i]),
			choices[i].reason);
		ck_assert_msg(strstr(choices[i].reason, expected->reason),
			      "%s: \"%s\": reason is \"%s\"", test->name,
			      expected->line, choices[i].reason);
	}
	procs_free(&drawing.procs);
}
END_TEST

START_TEST(everything_chosen_has_a_reason)
{
	struct choose_order order = {.signum = SIGTERM};
	struct choice choices[NODES_MOST];
	struct drawing drawing;

	draw(&drawing, cases[_i].tree);
	choose(&drawing.procs, &order, choices);
	for (size_t i = 0; i < drawing.procs.count; i++)
		if (choices[i].action != CHOICE_LEAVE)
			ck_assert_str_ne(choices[i].reason, "");
	procs_free(&drawing.procs);
}
END_TEST

/* bash catches INT while it waits for a program, and ALRM in "read -t". */
START_TEST(what_bash_catches_by_itself_is_no_trap)
{
	static const int signals[] = {SIGINT, SIGALRM};
	static const char *const trees[] = {
		"FREEZE - bash job.sh :: gmx; next\n  SIGNAL - gmx\n",
		"FREEZE - bash job.sh\n  SIGNAL - gmx\n",
		"SIGNAL - bash job.sh :: trap x INT ALRM; gmx\n"
		"  SIGNAL - gmx\n",
	};
	struct choose_order order = {.signum = signals[_i % 2]};
	struct choice choices[NODES_MOST];
	struct drawing drawing;

	draw(&drawing, trees[_i / 2]);
	for (size_t i = 0; i < drawing.procs.count; i++)
		drawing.procs.list[i].caught = BIT(order.signum);
	choose(&drawing.procs, &order, choices);
	for (size_t i = 0; i < drawing.procs.count; i++)
		ck_assert_str_eq(action_name(&choices[i]),
				 drawing.expected[i].action);
	procs_free(&drawing.procs);
}
END_TEST

START_TEST(nothing_is_frozen_without_a_catcher)
{
	struct choose_order order = {.signum = SIGWINCH};
	struct choice choices[NODES_MOST];
	struct drawing drawing;
	bool has_catcher = false;

	draw(&drawing, cases[_i].tree);
	choose(&drawing.procs, &order, choices);
	for (size_t i = 0; i < drawing.procs.count; i++)
		has_catcher |= choices[i].action == CHOICE_SIGNAL ||
			       choices[i].kind == CHOICE_SRUN;
	for (size_t i = 0; i < drawing.procs.count && !has_catcher; i++)
		ck_assert_int_ne(choices[i].action, CHOICE_FREEZE);
	procs_free(&drawing.procs);
}
END_TEST

START_TEST(a_frozen_shell_knows_the_shell_that_waits_for_it)
{
	struct choose_order order = {.signum = SIGTERM};
	struct choice choices[NODES_MOST];
	struct drawing drawing;

	draw(&drawing, "SIGNAL C bash job.sh :: trap x TERM\n"
		       "  FREEZE - bash part.sh\n"
		       "    SIGNAL C program\n"
		       "FREEZE - bash other.sh\n"
		       "  SIGNAL C program\n");
	ck_assert_uint_eq(choose(&drawing.procs, &order, choices), 3);
	ck_assert_uint_eq(choices[0].signalled_above, PROCS_NONE);
	ck_assert_uint_eq(choices[1].signalled_above, 0);
	ck_assert_uint_eq(choices[2].signalled_above, 0);
	ck_assert_uint_eq(choices[3].signalled_above, PROCS_NONE);
	ck_assert_uint_eq(choices[4].signalled_above, PROCS_NONE);
	procs_free(&drawing.procs);
}
END_TEST

START_TEST(a_trap_waits_for_the_program_in_the_foreground)
{
	static const struct {
		const char *tree;
		size_t behind; /* of the first */
	} waits[] = {
		{"SIGNAL C bash job.sh :: trap x TERM; gmx\n"
		 "  PASS - gmx\n",
		 1},
		{"SIGNAL C bash job.sh :: trap x TERM; server & gmx\n"
		 "  PASS B server\n"
		 "  PASS - gmx\n",
		 2},
		{"SIGNAL C bash job.sh :: trap x TERM; gmx & wait\n"
		 "  PASS B gmx\n",
		 PROCS_NONE},
		{"SIGNAL C bash job.sh :: trap x TERM; timeout 9 gmx\n"
		 "  PASS - timeout 9 gmx\n"
		 "    SIGNAL C gmx\n",
		 PROCS_NONE},
		{"SIGNAL C bash job.sh :: trap 'kill $p; wait' TERM; gmx & "
		 "p=$!; wait\n"
		 "  LEAVE - gmx\n",
		 PROCS_NONE},
		{"SIGNAL C bash job.sh :: trap x TERM; gmx\n"
		 "  LEAVE Z gmx\n",
		 PROCS_NONE},
	};
	struct choose_order order = {.signum = SIGTERM};
	struct choice choices[NODES_MOST];
	struct drawing drawing;

	draw(&drawing, waits[_i].tree);
	choose(&drawing.procs, &order, choices);
	ck_assert_uint_eq(choices[0].behind, waits[_i].behind);
	procs_free(&drawing.procs);
}
END_TEST

START_TEST(an_empty_picture_is_no_error)
{
	struct choose_order order = {.signum = SIGTERM};
	struct procs procs = {0};
	struct choice none;

	ck_assert_uint_eq(choose(&procs, &order, &none), 0);
}
END_TEST

static const struct {
	const char *tree;
	const char *name;
} names[] = {
	{"LEAVE - gmx mdrun", "gmx"},
	{"LEAVE - exe=/usr/bin/python3.11 python train.py", "train.py"},
	{"LEAVE - exe=/usr/bin/python3.11 python -u -m pkg.train x",
	 "pkg.train"},
	{"LEAVE - exe=/usr/bin/python3.11 comm=python3 python3 -c pass",
	 "python3"},
	{"LEAVE - exe=/bin/bash /bin/bash /spool/slurm_script a b",
	 "the job script"},
	{"LEAVE - exe=/usr/bin/octave-cli octave-cli -q run.m 9", "run.m"},
	{"LEAVE - exe=/bin/bash bash -c x", "bash"},
	{"LEAVE - exe=/opt/a_very_long_program_name ./link",
	 "a_very_long_program_name"},
	{"LEAVE - comm=a\033b evil", "a?b"},
};

START_TEST(a_process_is_named_as_its_user_knows_it)
{
	char name[PROCS_NAME_MAX];
	struct drawing drawing;

	draw(&drawing, names[_i].tree);
	choose_name(drawing.procs.list, name, sizeof(name));
	ck_assert_str_eq(name, names[_i].name);
	procs_free(&drawing.procs);
}
END_TEST

int main(void)
{
	int count = (int)(sizeof(cases) / sizeof(cases[0]));
	int name_count = (int)(sizeof(names) / sizeof(names[0]));
	Suite *suite = suite_create("choose");
	TCase *tcase = tcase_create("choose");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, what_bash_catches_by_itself_is_no_trap, 0,
			    6);
	tcase_add_loop_test(tcase, every_tree_is_judged_as_drawn, 0, count);
	tcase_add_loop_test(tcase, everything_chosen_has_a_reason, 0, count);
	tcase_add_loop_test(tcase, nothing_is_frozen_without_a_catcher, 0,
			    count);
	tcase_add_loop_test(tcase, a_process_is_named_as_its_user_knows_it, 0,
			    name_count);
	tcase_add_loop_test(
		tcase, a_trap_waits_for_the_program_in_the_foreground, 0, 6);
	tcase_add_test(tcase, a_frozen_shell_knows_the_shell_that_waits_for_it);
	tcase_add_test(tcase, an_empty_picture_is_no_error);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
