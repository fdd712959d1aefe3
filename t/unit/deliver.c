/* SPDX-License-Identifier: GPL-2.0-or-later */
/* deliver.c: signals brought to real shells, launchers and programs. */
#include "requeue/process/deliver.h"
#include "requeue/process/pid.h"

#include "t/unit/actors.h"

static struct delivery *delivery;

static void set_up(void)
{
	stage_open();
	delivery = delivery_new();
	ck_assert_ptr_nonnull(delivery);
}

static void tear_down(void)
{
	delivery_free(delivery);
	delivery_kill_all(getpid());
	ck_assert(stage_drain(5000));
	stage_close();
}

static struct delivery_order order(void)
{
	return (struct delivery_order){
		.root = getpid(), .signum = SIGTERM, .launchers = ""};
}

static void make(void)
{
	struct delivery_order now = order();

	ck_assert_int_eq(delivery_make(delivery, &now), 0);
}

static void reap(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

/* As the supervisor does: wait for the programs that save, then kill the rest.
 */
static void await_and_kill_frozen(void)
{
	long long end_ms = clock_ms() + ACTORS_PATIENCE_MS;

	while (delivery_waiting(delivery) && clock_ms() < end_ms) {
		reap();
		pause_ms(2);
	}
	ck_assert_uint_eq(delivery_waiting(delivery), 0);
	delivery_kill_frozen(delivery);
}

static size_t count_frozen(void)
{
	size_t count = 0;

	while (delivery_next_frozen(delivery))
		count++;
	return count;
}

/* --------------------------------------------------------------- scenes */

struct scene {
	const char *name;
	const char *script;
	size_t ready;	  /* wait for so many */
	size_t signalled; /* by us */
	size_t got;
	size_t frozen;
	const char *after; /* must be in the log at the end; NULL: nothing */
};

/* NEXT must never be in the log. */
static const struct scene scenes[] = {
	{"a shell without a trap", "$A catch; echo NEXT >>$LOG", 1, 1, 1, 1,
	 NULL},
	{"a loop", "for i in 1 2 3; do $A catch; echo NEXT >>$LOG; done", 1, 1,
	 1, 1, NULL},
	{"two commands in one line", "$A catch && echo NEXT >>$LOG", 1, 1, 1, 1,
	 NULL},
	{"a shell with a trap keeps control",
	 "trap 'echo TRAPPED >>$LOG' TERM; $A catch; echo AFTER >>$LOG", 1, 2,
	 1, 0, "AFTER"},
	{"its trap is run",
	 "trap 'echo TRAPPED >>$LOG; exit' TERM; $A slow; echo NEXT >>$LOG", 1,
	 2, 1, 0, "TRAPPED"},
	{"a trap that passes it on does so once",
	 "trap 'kill $p; wait $p; echo PASSED >>$LOG; exit' TERM\n"
	 "$A catch & p=$!\nwait $p; echo NEXT >>$LOG",
	 1, 1, 1, 0, "PASSED"},
	{"nested shells",
	 "sh -c '$A catch; echo NEXT >>$LOG'; echo NEXT >>$LOG", 1, 1, 1, 2,
	 NULL},
	{"a shell without a trap below one with",
	 "trap 'echo TRAPPED >>$LOG' TERM\n"
	 "sh -c '$A catch; echo NEXT >>$LOG'\necho AFTER >>$LOG",
	 1, 2, 1, 1, "AFTER"},
	{"a subshell", "( $A catch; echo NEXT >>$LOG ); echo NEXT >>$LOG", 1, 1,
	 1, 2, NULL},
	{"a pipeline: the reader gets all",
	 "$A speak | cat >>$LOG; echo NEXT >>$LOG", 1, 1, 1, 1, "goodbye"},
	{"a pipeline: the reader catches it, too, and gets all",
	 "$A speak | sh -c 'trap : TERM; cat >>$LOG'; echo NEXT >>$LOG", 1, 1,
	 1, 1, "goodbye"},
	{"a pipeline in a subshell",
	 "( $A speak; echo NEXT >>$LOG ) | cat >>$LOG; echo NEXT >>$LOG", 1, 1,
	 1, 2, "goodbye"},
	{"xargs", "echo catch catch | xargs -n1 $A; echo NEXT >>$LOG", 1, 1, 1,
	 2, NULL},
	{"xargs, two at once",
	 "echo catch catch catch catch | xargs -n1 -P2 $A; echo NEXT >>$LOG", 2,
	 2, 2, 2, NULL},
	{"parallel, as a Perl script of that name",
	 "echo 'system($ENV{A}, \"catch\") for 1 .. 3;' >parallel\n"
	 "perl ./parallel; echo NEXT >>$LOG",
	 1, 1, 1, 2, NULL},
	{"find -exec",
	 "touch a b; find . -name '[ab]' -exec $A catch \\;\n"
	 "echo NEXT >>$LOG",
	 1, 1, 1, 2, NULL},
	{"make",
	 "printf 'all:\\n\\t@$A catch\\n\\t@echo NEXT >>$LOG\\n' >Makefile\n"
	 "make -s; echo NEXT >>$LOG",
	 1, 1, 1, 2, NULL},
	{"two in the background",
	 "$A catch & $A catch & wait; echo NEXT >>$LOG", 2, 2, 2, 1, NULL},
	{"one of two catches it", "$A deaf & $A slow; echo NEXT >>$LOG", 2, 1,
	 1, 1, NULL},
	{"exec", "exec $A catch", 1, 1, 1, 0, NULL},
	{"sigwait()", "$A sigwait; echo NEXT >>$LOG", 1, 1, 1, 1, NULL},
	{"sigwait() in a thread", "$A thread; echo NEXT >>$LOG", 1, 1, 1, 1,
	 NULL},
	{"signalfd", "$A signalfd; echo NEXT >>$LOG", 1, 1, 1, 1, NULL},
	{"workers that inherited the handler", "$A workers; echo NEXT >>$LOG",
	 3, 1, 1, 1, NULL},
	{"timeout", "timeout 60 $A catch; echo NEXT >>$LOG", 1, 1, 1, 1, NULL},
	{"env, nohup, nice", "env A=1 nohup nice $A catch; echo NEXT >>$LOG", 1,
	 1, 1, 1, NULL},
	{"setsid", "setsid -w $A catch; echo NEXT >>$LOG", 1, 1, 1, 1, NULL},
	{"a program whose shell has gone", "( $A catch & )", 1, 1, 1, 0, NULL},
	{"a script on standard input",
	 "sh <<'EOF'\ntrap 'echo TRAPPED >>$LOG' TERM\n$A catch\n"
	 "echo AFTER >>$LOG\nEOF\necho NEXT >>$LOG",
	 1, 2, 1, 1, NULL},
};

static const char *const shells[] = {"bash", "sh"};

#define SHELLS 2

static void play(const char *shell, const struct scene *scene)
{
	const char *name = scene->name;
	size_t frozen;

	stage_start(shell, scene->script);
	stage_await("ready", scene->ready);
	pause_ms(20); /* sigwait() begins just after "ready" */
	make();
	frozen = count_frozen();
	ck_assert_msg(delivery_count(delivery) == scene->signalled,
		      "%s, %s: %zu signalled", shell, name,
		      delivery_count(delivery));
	ck_assert_msg(frozen == scene->frozen, "%s, %s: %zu frozen", shell,
		      name, frozen);
	await_and_kill_frozen();
	if (scene->after)
		stage_await(scene->after, 1);
	pause_ms(30);
	reap();
	ck_assert_msg(stage_count("got") == scene->got, "%s, %s: %zu got it",
		      shell, name, stage_count("got"));
	ck_assert_msg(stage_count("ready") == scene->ready,
		      "%s, %s: another one was started", shell, name);
	ck_assert_msg(!stage_count("NEXT"), "%s, %s: next command", shell,
		      name);
	ck_assert_uint_eq(stage_count("worker hit"), 0);
	ck_assert_uint_eq(stage_count("broken pipe"), 0);
}

START_TEST(the_signal_reaches_the_program_and_nothing_new_is_started)
{
	play(shells[_i % SHELLS], &scenes[_i / SHELLS]);
}
END_TEST

/* ------------------------------------------------------------ behaviour */

START_TEST(bash_with_an_exit_trap_cleans_up_after_the_program)
{
	stage_start("bash", "trap 'echo CLEANUP >>$LOG' EXIT\n"
			    "$A slow; echo NEXT >>$LOG");
	stage_await("ready", 1);
	make();
	ck_assert_uint_eq(delivery_count(delivery), 1);
	ck_assert_uint_eq(stage_count("CLEANUP"), 0);
	await_and_kill_frozen();
	stage_await("CLEANUP", 1);
	ck_assert(stage_drain(5000));
	ck_assert_uint_eq(stage_count("NEXT"), 0);
}
END_TEST

START_TEST(a_frozen_shell_that_is_killed_is_known)
{
	pid_t script = stage_start("bash", "$A slow; echo NEXT >>$LOG");

	stage_await("ready", 1);
	make();
	ck_assert(!delivery_has_killed(delivery, script));
	ck_assert(!delivery_is_alone(delivery, script));
	await_and_kill_frozen();
	ck_assert(delivery_has_killed(delivery, script));
	ck_assert(!delivery_has_killed(delivery, getpid()));
}
END_TEST

START_TEST(without_a_catcher_nothing_is_frozen_or_killed)
{
	pid_t script = stage_start("bash", "timeout 60 $A deaf | cat\n"
					   "echo NEXT >>$LOG");
	char state;

	stage_await("ready", 1);
	make();
	ck_assert_uint_eq(delivery_count(delivery), 0);
	ck_assert_uint_eq(count_frozen(), 0);
	ck_assert_uint_eq(delivery_waiting(delivery), 0);
	ck_assert(pid_start_ticks(script, &state));
	ck_assert_int_eq(state, 'S');
}
END_TEST

START_TEST(a_program_that_catches_it_late_gets_it_once)
{
	stage_start("bash", "$A late; echo NEXT >>$LOG");
	stage_await("loading", 1);
	make();
	ck_assert_uint_eq(delivery_count(delivery), 0);
	stage_await("ready", 1);
	make();
	ck_assert_uint_eq(delivery_count(delivery), 1);
	await_and_kill_frozen();
	make();
	ck_assert_uint_eq(delivery_count(delivery), 1);
	ck_assert_uint_eq(stage_count("got"), 1);
	ck_assert_uint_eq(stage_count("NEXT"), 0);
}
END_TEST

START_TEST(a_program_that_saves_gets_it_only_once)
{
	stage_start("bash", "$A slow; echo NEXT >>$LOG");
	stage_await("ready", 1);
	for (int i = 0; i < 5; i++)
		make();
	ck_assert_uint_eq(delivery_count(delivery), 1);
	await_and_kill_frozen();
	ck_assert_uint_eq(stage_count("got"), 1);
}
END_TEST

/* The recipe of many sites: the trap interrupts the only wait. */
START_TEST(a_program_is_awaited_when_the_script_that_told_it_has_ended)
{
	/* It stands still for a while, so that it outlives the script. */
	pid_t script = stage_start("bash",
				   "_term() { kill -TERM $p; kill -STOP $p; }\n"
				   "trap _term TERM\n"
				   "$A slow & p=$!\nwait $p\n"
				   "(while [ ! -e go ]; do sleep .1; done;"
				   " kill -CONT $p) &");
	uint64_t start_ticks = pid_start_ticks(script, NULL);
	long long end_ms = clock_ms() + ACTORS_PATIENCE_MS;

	stage_await("ready", 1);
	make();
	ck_assert_uint_eq(delivery_count(delivery), 1);
	while (pid_is_alive(script, start_ticks) && clock_ms() < end_ms) {
		reap();
		pause_ms(2);
	}
	/* On a busy machine the look has seen the script's last child, too. */
	ck_assert_uint_ge(delivery_waiting(delivery), 1);
	ck_assert(delivery_is_passed_on_only(delivery));
	make();
	ck_assert_uint_eq(delivery_count(delivery), 1);
	close(open("go", O_CREAT | O_WRONLY, 0600));
	await_and_kill_frozen();
	ck_assert_uint_eq(stage_count("got"), 1);
}
END_TEST

START_TEST(a_note_sends_nothing_but_counts_and_freezes)
{
	struct delivery_order now = order();
	pid_t script = stage_start("bash", "$A catch; echo NEXT >>$LOG");
	char state;

	stage_await("ready", 1);
	ck_assert_int_eq(delivery_note(delivery, &now), 0);
	ck_assert_uint_eq(delivery_count(delivery), 1);
	ck_assert_uint_eq(delivery_waiting(delivery), 1);
	pid_start_ticks(script, &state);
	ck_assert_int_eq(state, 'T');
	pause_ms(50);
	ck_assert_uint_eq(stage_count("got"), 0);
	make(); /* what has got it by other hands doesn't get it from us */
	pause_ms(50);
	ck_assert_uint_eq(stage_count("got"), 0);
}
END_TEST

START_TEST(a_frozen_shell_stays_so_after_a_continue)
{
	pid_t script = stage_start("bash", "$A slow; echo NEXT >>$LOG");
	char state;

	stage_await("ready", 1);
	make();
	kill(script, SIGCONT);
	delivery_freeze_again(delivery);
	pause_ms(20);
	pid_start_ticks(script, &state);
	ck_assert_int_eq(state, 'T');
	await_and_kill_frozen();
	ck_assert(stage_drain(5000));
	ck_assert_uint_eq(stage_count("NEXT"), 0);
}
END_TEST

START_TEST(a_continue_finds_no_shell_whose_program_has_ended)
{
	for (int i = 0; i < 10; i++) {
		pid_t script = stage_start(
			"bash", "$A slow & sh -c '$A catch; echo NEXT >>$LOG'\n"
				"echo NEXT >>$LOG");

		stage_await("ready", 2);
		make();
		ck_assert_uint_eq(delivery_count(delivery), 2);
		while (delivery_waiting(delivery) > 1)
			pause_ms(2);
		/* The other one is still saving. */
		ck_assert_uint_eq(delivery_waiting(delivery), 1);
		kill(script, SIGCONT);
		await_and_kill_frozen();
		ck_assert(stage_drain(5000));
		ck_assert_uint_eq(stage_count("NEXT"), 0);
		ck_assert_uint_eq(stage_count("got"), 2);
		delivery_free(delivery);
		delivery = delivery_new();
		ck_assert_int_eq(truncate(stage_log, 0), 0);
	}
}
END_TEST

START_TEST(our_own_helpers_are_left_alone)
{
	pid_t helper = stage_start("bash", "exec $A catch");
	pid_t exclude[] = {0, helper};
	struct delivery_order now = order();

	stage_await("ready", 1);
	now.exclude = exclude;
	now.exclude_count = 2;
	ck_assert_int_eq(delivery_make(delivery, &now), 0);
	ck_assert_uint_eq(delivery_count(delivery), 0);
	ck_assert_ptr_null(delivery_next_passed(delivery));
}
END_TEST

START_TEST(each_process_signalled_or_passed_is_named_once)
{
	const struct delivery_item *item;

	stage_start("bash", "timeout 60 $A slow; echo NEXT >>$LOG");
	stage_await("ready", 1);
	make();
	item = delivery_next_signalled(delivery);
	ck_assert_ptr_nonnull(item);
	ck_assert_str_eq(item->name, "deliver");
	ck_assert_str_eq(item->reason, "catches it");
	ck_assert_ptr_null(delivery_next_signalled(delivery));
	item = delivery_next_passed(delivery);
	ck_assert_ptr_nonnull(item);
	ck_assert_str_eq(item->name, "timeout");
	ck_assert_ptr_nonnull(strstr(item->reason, "a launcher"));
	ck_assert_ptr_null(delivery_next_passed(delivery));
	item = delivery_next_frozen(delivery);
	ck_assert_ptr_nonnull(item);
	ck_assert_str_eq(item->name, "job.sh");
	make(); /* nothing new: nothing to tell */
	ck_assert_ptr_null(delivery_next_signalled(delivery));
	ck_assert_ptr_null(delivery_next_passed(delivery));
	ck_assert_ptr_null(delivery_next_frozen(delivery));
}
END_TEST

START_TEST(an_srun_is_found_and_its_shell_frozen)
{
	pid_t script, pids[4];
	char state;

	script = stage_start("bash", "cp $(command -v sleep) ./srun\n"
				     "./srun 60 & wait; echo NEXT >>$LOG");
	for (int i = 0; i < 500 && !delivery_sruns(delivery, pids, 4); i++) {
		pause_ms(10);
		make();
	}
	ck_assert_uint_eq(delivery_sruns(delivery, pids, 4), 1);
	ck_assert_uint_eq(delivery_count(delivery), 0);
	pid_start_ticks(script, &state);
	ck_assert_int_eq(state, 'T');
	make();
	ck_assert_uint_eq(delivery_sruns(delivery, pids, 4), 1);
	delivery_await(delivery, pids[0]);
	ck_assert_uint_eq(delivery_waiting(delivery), 1);
	kill(pids[0], SIGKILL);
	await_and_kill_frozen();
	ck_assert(stage_drain(5000));
	ck_assert_uint_eq(delivery_sruns(delivery, pids, 4), 0);
	ck_assert_uint_eq(stage_count("NEXT"), 0);
}
END_TEST

START_TEST(an_srun_that_ends_before_the_request_is_known_of)
{
	struct delivery_order now = order();
	pid_t script, pids[4];
	char state;

	script = stage_start("bash", "cp $(command -v sleep) ./srun\n"
				     "./srun 60; echo NEXT >>$LOG");
	for (int i = 0; i < 500 && !delivery_sruns(delivery, pids, 4); i++) {
		pause_ms(10);
		ck_assert_int_eq(delivery_freeze(delivery, &now), 0);
	}
	ck_assert_uint_eq(delivery_sruns(delivery, pids, 4), 1);
	pid_start_ticks(script, &state);
	ck_assert_int_eq(state, 'T');
	kill(pids[0], SIGKILL);
	while (delivery_sruns(delivery, pids, 4))
		pause_ms(2);
	make();
	ck_assert(delivery_has_srun(delivery));
	pid_start_ticks(script, &state);
	ck_assert_int_eq(state, 'T');
	await_and_kill_frozen();
	ck_assert(stage_drain(5000));
	ck_assert_uint_eq(stage_count("NEXT"), 0);
}
END_TEST

/* With job control a shell takes one that is stopped for one that is done
 * with, and goes on. */
START_TEST(a_thawed_shell_goes_on_where_it_was)
{
	struct delivery_order now = order();

	for (int i = 0; i < 5; i++) {
		stage_start("bash",
			    "set -m\nbash -c '$A catch; echo END >>$LOG'\n"
			    "echo NEXT >>$LOG");
		stage_await("ready", 1);
		ck_assert_int_eq(delivery_freeze(delivery, &now), 0);
		ck_assert_uint_eq(count_frozen(), 2);
		delivery_thaw(delivery);
		pause_ms(50);
		ck_assert_uint_eq(stage_count("NEXT"), 0);
		ck_assert(!delivery_has_srun(delivery));
		delivery_kill_all(getpid());
		ck_assert(stage_drain(5000));
		ck_assert_int_eq(truncate(stage_log, 0), 0);
	}
}
END_TEST

START_TEST(no_signal_reaches_no_process)
{
	struct delivery_order now = order();

	now.signum = DELIVERY_NO_SIGNAL;
	stage_start("bash", "$A catch; echo NEXT >>$LOG");
	stage_await("ready", 1);
	ck_assert_int_eq(delivery_make(delivery, &now), 0);
	ck_assert_uint_eq(delivery_count(delivery), 0);
	ck_assert_uint_eq(count_frozen(), 0);
	/* The hook has requested it: it is awaited, and not signalled. */
	now.is_hooked = true;
	ck_assert_int_eq(delivery_make(delivery, &now), 0);
	ck_assert_uint_eq(delivery_count(delivery), 1);
	ck_assert_uint_eq(count_frozen(), 1);
	ck_assert(!delivery_next_signalled(delivery)->is_sent);
	pause_ms(100);
	ck_assert_uint_eq(delivery_waiting(delivery), 1);
	ck_assert_uint_eq(stage_count("NEXT"), 0);
}
END_TEST

START_TEST(python_and_its_pool)
{
	stage_start("bash",
		    "cat >pool.py <<'EOF'\n"
		    "import multiprocessing, os, signal, sys, time\n"
		    "log = open(os.environ['LOG'], 'a', buffering=1)\n"
		    "main = os.getpid()\n"
		    "def save(signum, frame):\n"
		    "    me = os.getpid() == main\n"
		    "    log.write('got\\n' if me else 'worker hit\\n')\n"
		    "    sys.exit(0)\n"
		    "def work(n):\n"
		    "    log.write('ready\\n')\n"
		    "    time.sleep(60)\n"
		    "signal.signal(signal.SIGTERM, save)\n"
		    "with multiprocessing.get_context('fork').Pool(2) as p:\n"
		    "    p.map(work, range(2))\n"
		    "EOF\n"
		    "python3 pool.py; echo NEXT >>$LOG");
	stage_await("ready", 2);
	make();
	ck_assert_uint_eq(delivery_count(delivery), 1);
	ck_assert_str_eq(delivery_next_signalled(delivery)->name, "pool.py");
	stage_await("got", 1);
	await_and_kill_frozen();
	ck_assert_uint_eq(stage_count("NEXT"), 0);
}
END_TEST

START_TEST(at_the_end_of_time_everything_is_killed)
{
	stage_start("bash",
		    "trap : TERM HUP INT; set -m\n"
		    "for i in 1 2 3 4 5; do ( $A deaf & $A catch & ) & done\n"
		    "setsid $A deaf & kill -STOP $$; $A deaf");
	stage_await("ready", 11);
	delivery_kill_all(getpid());
	ck_assert(stage_drain(5000));
}
END_TEST

START_TEST(what_forks_all_the_time_is_killed_as_well)
{
	stage_start("bash", "echo ready >>$LOG\n"
			    "while :; do sleep 0.01 & done");
	stage_await("ready", 1);
	pause_ms(100);
	delivery_kill_all(getpid());
	ck_assert(stage_drain(5000));
}
END_TEST

/* ------------------------------------------------------- races and cost */

#define HOGS 4

static pid_t hogs[HOGS];

static void start_hogs(void)
{
	for (int i = 0; i < HOGS; i++) {
		hogs[i] = fork();
		if (!hogs[i]) {
			alarm(300);
			for (volatile bool spins = true; spins;)
				;
		}
	}
}

static void make_beside_hogs(void)
{
	struct delivery_order now = order();

	now.exclude = hogs;
	now.exclude_count = HOGS;
	ck_assert_int_eq(delivery_make(delivery, &now), 0);
}

static void start_again(void)
{
	delivery_free(delivery);
	delivery = delivery_new();
	ck_assert_ptr_nonnull(delivery);
	ck_assert_int_eq(truncate(stage_log, 0), 0);
}

START_TEST(no_next_command_in_200_requests_under_load)
{
	start_hogs();
	for (int i = 0; i < 200; i++) {
		bool is_continued = i % 4 < 2;
		pid_t script = stage_start(
			shells[i % SHELLS],
			is_continued ? "$A soon; echo NEXT >>$LOG"
				     : "for i in 1 2 3; do $A catch\n"
				       "echo NEXT >>$LOG; done");

		stage_await("ready", 1);
		make_beside_hogs();
		ck_assert_uint_eq(delivery_count(delivery), 1);
		if (is_continued) { /* as Slurm does after a suspension */
			delivery_waiting(delivery);
			kill(script, SIGCONT);
			delivery_freeze_again(delivery);
		}
		await_and_kill_frozen();
		ck_assert_int_eq(waitpid(script, NULL, 0), script);
		ck_assert_uint_eq(stage_count("got"), 1);
		ck_assert_uint_eq(stage_count("ready"), 1);
		ck_assert_uint_eq(stage_count("NEXT"), 0);
		start_again();
	}
}
END_TEST

START_TEST(no_next_command_in_50_requests_with_an_exit_trap_under_load)
{
	start_hogs();
	for (int i = 0; i < 50; i++) {
		pid_t script = stage_start("bash",
					   "trap 'echo CLEANUP >>$LOG' EXIT\n"
					   "for i in 1 2 3; do $A catch\n"
					   "echo NEXT >>$LOG; done");

		stage_await("ready", 1);
		make_beside_hogs();
		await_and_kill_frozen();
		ck_assert_int_eq(waitpid(script, NULL, 0), script);
		ck_assert_uint_eq(stage_count("CLEANUP"), 1);
		ck_assert_uint_eq(stage_count("ready"), 1);
		ck_assert_uint_eq(stage_count("NEXT"), 0);
		start_again();
	}
}
END_TEST

/* The request may find the shell between two programs: what it has forked
 * by then may still begin, but nothing after it. */
START_TEST(a_fast_loop_is_caught_between_two_programs)
{
	start_hogs();
	for (int i = 0; i < 25; i++) {
		size_t begun;
		pid_t script =
			stage_start("bash", "while :; do $A brief; done");

		stage_await("ready", 2);
		while (!delivery_count(delivery))
			make_beside_hogs();
		begun = stage_count("ready");
		pause_ms(30);
		await_and_kill_frozen();
		ck_assert_int_eq(waitpid(script, NULL, 0), script);
		pause_ms(20);
		ck_assert_uint_le(stage_count("ready"), begun + 1);
		start_again();
	}
}
END_TEST

/* How long it takes is for bench/crowd.c to say. */
START_TEST(a_thousand_get_it_each_once)
{
	stage_start("bash", "$A crowd 1000; echo NEXT >>$LOG");
	stage_await("ready", 1000);
	make();
	ck_assert_uint_eq(delivery_count(delivery), 1000);
	await_and_kill_frozen();
	ck_assert_uint_eq(stage_count("got"), 1000);
	ck_assert_uint_eq(stage_count("NEXT"), 0);
}
END_TEST

int main(int argc, char **argv)
{
	int scene_count = (int)(sizeof(scenes) / sizeof(scenes[0])) * SHELLS;
	Suite *suite = suite_create("deliver");
	TCase *tcase = tcase_create("deliver");
	TCase *races = tcase_create("races");
	SRunner *runner = srunner_create(suite);
	int failed;

	actors_play(argc, argv);
	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(
		tcase,
		the_signal_reaches_the_program_and_nothing_new_is_started, 0,
		scene_count);
	tcase_add_test(tcase,
		       bash_with_an_exit_trap_cleans_up_after_the_program);
	tcase_add_test(tcase, a_frozen_shell_that_is_killed_is_known);
	tcase_add_test(tcase, without_a_catcher_nothing_is_frozen_or_killed);
	tcase_add_test(tcase, a_program_that_catches_it_late_gets_it_once);
	tcase_add_test(tcase, a_program_that_saves_gets_it_only_once);
	tcase_add_test(
		tcase,
		a_program_is_awaited_when_the_script_that_told_it_has_ended);
	tcase_add_test(tcase, a_note_sends_nothing_but_counts_and_freezes);
	tcase_add_test(tcase, a_frozen_shell_stays_so_after_a_continue);
	tcase_add_test(tcase,
		       a_continue_finds_no_shell_whose_program_has_ended);
	tcase_add_test(tcase, our_own_helpers_are_left_alone);
	tcase_add_test(tcase, each_process_signalled_or_passed_is_named_once);
	tcase_add_test(tcase, an_srun_is_found_and_its_shell_frozen);
	tcase_add_test(tcase, an_srun_that_ends_before_the_request_is_known_of);
	tcase_add_test(tcase, a_thawed_shell_goes_on_where_it_was);
	tcase_add_test(tcase, no_signal_reaches_no_process);
	tcase_add_test(tcase, python_and_its_pool);
	tcase_add_test(tcase, at_the_end_of_time_everything_is_killed);
	tcase_add_test(tcase, what_forks_all_the_time_is_killed_as_well);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	tcase_add_checked_fixture(races, set_up, tear_down);
	tcase_add_test(races, no_next_command_in_200_requests_under_load);
	tcase_add_test(
		races,
		no_next_command_in_50_requests_with_an_exit_trap_under_load);
	tcase_add_test(races, a_fast_loop_is_caught_between_two_programs);
	tcase_add_test(races, a_thousand_get_it_each_once);
	tcase_set_timeout(races, 300);
	suite_add_tcase(suite, races);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
