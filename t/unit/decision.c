/* SPDX-License-Identifier: GPL-2.0-or-later */
/* decision.c: each row of "How a run ends" as cases, and combinations. */
#include "requeue/policy/decision.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* A case overrides what it is about. */
#pragma GCC diagnostic ignored "-Woverride-init"

#define RUNS_MOST 6
#define HOUR	  3600

/* An hour that ended by exit 0 with no request; run N begins at N * 10000. */
#define RUN(n, ...)                                                            \
	{                                                                      \
		.run = (n), .started_s = ((n) + 1) * 10000,                    \
		.ended_s = ((n) + 1) * 10000 + HOUR, .progress = -1,           \
		.restored_progress = -1, __VA_ARGS__                           \
	}
#define START(n)	     (((n) + 1) * 10000)
#define AFTER(n, s)	     .ended_s = START(n) + (s)
/* Asked at the 3000th second. */
#define ASKED(n, why)	     .cause = (why), .request_s = START(n) + 3000
#define SAVED(n)	     .versions = 1, .saved_s = START(n) + 3010
#define RUNS(...)	     .runs = {__VA_ARGS__}
/* Ended by the limit, nothing saved. */
#define STALLED(n)	     RUN(n, ASKED(n, CAUSE_LIMIT), .ending = END_SIGNAL)
/* Crashed 100 s after it began from a version. */
#define RESTORE_FAILED(n, v) RUN(n, .code = 1, .restored = (v), AFTER(n, 100))

/* Complied, and wrote what an earlier run wrote. */
#define SAME(n)                                                                \
	RUN(n, ASKED(n, CAUSE_LIMIT), .has_complied = true,                    \
	    .evidence = EVIDENCE_SAME)
/* Found nothing to do, ended at once, and wrote nothing. */
#define IDLE(n, why)                                                           \
	RUN(n, .cause = (why), .request_s = START(n) + 6, AFTER(n, 7),         \
	    .has_complied = true, .evidence = EVIDENCE_NONE)

struct test_case {
	const char *name;
	struct run_record runs[RUNS_MOST];
	size_t count; /* 0: one */
	enum job_state state;
	bool is_preempting;
	bool is_node_down;
	int restart_count; /* 0: the number of the last run; -1: unknown */
	int64_t total_s;
	unsigned max_runs; /* 0: 1000 */
	int max_stalls;	   /* 0: 3; -1: never */
	/* ---- what must come out ---- */
	enum action action;
	enum cause cause;
	uint32_t strike;
	unsigned stalls;
	bool is_stall;
	unsigned quick_runs;
	bool is_full_limit;
	bool is_success;
	bool has_ended;
	const char *reason; /* must be part of it */
};

static const struct test_case cases[] = {
	/* -- ends by itself, no request was made: exit 0 */
	{"a program that ends with 0 by itself is complete", RUNS(RUN(0)),
	 .is_success = true, .has_ended = true, .reason = "has completed"},
	{"complete after many runs is complete",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0)), RUN(1, .restored = 1)),
	 .count = 2, .is_success = true, .has_ended = true},
	{"a version saved unasked does not keep a complete job going",
	 RUNS(RUN(0, SAVED(0))), .is_success = true, .has_ended = true},

	/* -- another code, or killed by a signal */
	{"a program that fails by itself has failed", RUNS(RUN(0, .code = 1)),
	 .reason = "exit code 1: the job failed by itself and is not run "
		   "again; scontrol requeue lets it go on"},
	{"a crash is a failure", RUNS(RUN(0, .ending = END_SIGNAL, .code = 11)),
	 .reason = "signal 11: the job failed by itself"},
	{"a crash after versions were saved is a failure all the same",
	 RUNS(RUN(0, .ending = END_SIGNAL, .code = 6, SAVED(0)))},
	{"a program that ran out of memory has failed",
	 RUNS(RUN(0, .ending = END_SIGNAL, .code = 9, .is_oom = true)),
	 .reason = "out of memory"},
	{"after a preemption a failure is final: slurmctld would run it again",
	 RUNS(RUN(0, ASKED(0, CAUSE_PREEMPT), SAVED(0)),
	      RUN(1, .code = 3, .restored = 1)),
	 .count = 2, .has_ended = true, .reason = "failed by itself"},
	{"a failed job that its owner requeues by hand runs again",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0)),
	      RUN(1, .code = 3, .restored = 1)),
	 .count = 2, .has_ended = false},

	/* -- the exit code */
	{"the exit code asks to be run again",
	 RUNS(RUN(0, .code = 85, SAVED(0))), .action = ACT_REQUEUE,
	 .cause = CAUSE_SELF, .reason = "self"},
	{"the exit code is taken at its word after two minutes",
	 RUNS(RUN(0, .code = 85, AFTER(0, 120))), .action = ACT_REQUEUE,
	 .cause = CAUSE_SELF},
	{"the exit code under two minutes and without a version is a stall",
	 RUNS(RUN(0, .code = 85, AFTER(0, 119))), .action = ACT_REQUEUE,
	 .cause = CAUSE_SELF, .is_stall = true, .stalls = 1, .quick_runs = 1,
	 .reason = "1 of 3"},
	{"the exit code under two minutes with a version is no stall",
	 RUNS(RUN(0, .code = 85, AFTER(0, 30), .versions = 1,
		  .saved_s = START(0) + 20)),
	 .action = ACT_REQUEUE, .cause = CAUSE_SELF, .quick_runs = 1},
	{"the exit code in a loop is held at the third run",
	 RUNS(RUN(0, .code = 85, .cause = CAUSE_SELF, AFTER(0, 1)),
	      RUN(1, .code = 85, .cause = CAUSE_SELF, AFTER(1, 1)),
	      RUN(2, .code = 85, AFTER(2, 1))),
	 .count = 3, .action = ACT_REQUEUE_HOLD, .cause = CAUSE_SELF,
	 .is_stall = true, .stalls = 3, .quick_runs = 3,
	 .reason = "3 runs in a row saved nothing"},
	{"the exit code in a loop is not held where stalls don't count",
	 RUNS(RUN(0, .code = 85, .cause = CAUSE_SELF, AFTER(0, 1)),
	      RUN(1, .code = 85, .cause = CAUSE_SELF, AFTER(1, 1)),
	      RUN(2, .code = 85, AFTER(2, 1))),
	 .count = 3, .max_stalls = -1, .action = ACT_REQUEUE,
	 .cause = CAUSE_SELF, .is_stall = true, .stalls = 3, .quick_runs = 3,
	 .reason = "this run saved nothing"},
	{"the exit code after a request is the request's answer",
	 RUNS(RUN(0, .code = 85, ASKED(0, CAUSE_LIMIT), .has_complied = true)),
	 .action = ACT_REQUEUE, .cause = CAUSE_LIMIT, .reason = "limit"},
	{"a quick run that answered a request with the exit code saved",
	 RUNS(RUN(0, .code = 85, .cause = CAUSE_LIMIT,
		  .request_s = START(0) + 5, AFTER(0, 8),
		  .has_complied = true)),
	 .action = ACT_REQUEUE, .cause = CAUSE_LIMIT, .quick_runs = 1},
	{"a request without evidence of a save is a stall",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), .has_complied = true,
		  .evidence = EVIDENCE_NONE)),
	 .action = ACT_REQUEUE, .cause = CAUSE_LIMIT, .is_stall = true,
	 .stalls = 1, .reason = "saved nothing (1 of 3"},
	{"files that were written after a request are evidence",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), .has_complied = true,
		  .evidence = EVIDENCE_FILES)),
	 .action = ACT_REQUEUE, .cause = CAUSE_LIMIT, .reason = "limit"},
	{"files alone are none where the program did not end by itself",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), .is_cut = true,
		  .evidence = EVIDENCE_FILES)),
	 .action = ACT_REQUEUE, .cause = CAUSE_LIMIT, .is_stall = true,
	 .stalls = 1},
	{"files that are what an earlier run wrote are no evidence",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), .has_complied = true,
		  .evidence = EVIDENCE_FILES),
	      RUN(1, ASKED(1, CAUSE_LIMIT), .has_complied = true,
		  .evidence = EVIDENCE_SAME)),
	 .count = 2, .action = ACT_REQUEUE, .cause = CAUSE_LIMIT,
	 .is_stall = true, .stalls = 1, .reason = "saved nothing new (1 of 3"},
	{"the same files in three more runs: held, and done is named",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), .has_complied = true,
		  .evidence = EVIDENCE_FILES),
	      SAME(1), SAME(2), SAME(3)),
	 .count = 4, .action = ACT_REQUEUE_HOLD, .cause = CAUSE_LIMIT,
	 .is_stall = true, .stalls = 3, .reason = "scheckpoint done"},

	/* -- it had finished within its grace, and didn't say so */
	{"three runs that end at once with nothing to do: completed",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), .has_complied = true,
		  .evidence = EVIDENCE_FILES),
	      IDLE(1, CAUSE_LIMIT), IDLE(2, CAUSE_LIMIT), IDLE(3, CAUSE_LIMIT)),
	 .count = 4, .cause = CAUSE_LIMIT, .is_success = true,
	 .has_ended = true, .reason = "wrote nothing new"},
	{"two of them are stalls",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0)), IDLE(1, CAUSE_LIMIT),
	      IDLE(2, CAUSE_LIMIT)),
	 .count = 3, .action = ACT_REQUEUE, .cause = CAUSE_LIMIT,
	 .is_stall = true, .stalls = 2},
	{"three without one that saved before: held",
	 RUNS(IDLE(0, CAUSE_LIMIT), IDLE(1, CAUSE_LIMIT), IDLE(2, CAUSE_LIMIT)),
	 .count = 3, .action = ACT_REQUEUE_HOLD, .cause = CAUSE_LIMIT,
	 .is_stall = true, .stalls = 3},
	{"three after one that failed as it saved: held",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0), .code = 1),
	      IDLE(1, CAUSE_LIMIT), IDLE(2, CAUSE_LIMIT), IDLE(3, CAUSE_LIMIT)),
	 .count = 4, .action = ACT_REQUEUE_HOLD, .cause = CAUSE_LIMIT,
	 .is_stall = true, .stalls = 3},
	{"three that were preempted at once had no time to work",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0)), IDLE(1, CAUSE_PREEMPT),
	      IDLE(2, CAUSE_PREEMPT), IDLE(3, CAUSE_PREEMPT)),
	 .count = 4, .action = ACT_REQUEUE, .cause = CAUSE_PREEMPT},
	{"three that an operator requested at once: held, not completed",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0)), IDLE(1, CAUSE_OPERATOR),
	      IDLE(2, CAUSE_OPERATOR), IDLE(3, CAUSE_OPERATOR)),
	 .count = 4, .action = ACT_REQUEUE_HOLD, .cause = CAUSE_OPERATOR,
	 .is_stall = true, .stalls = 3},
	{"three that worked for minutes: held, not completed",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0)), SAME(1), SAME(2),
	      SAME(3)),
	 .count = 4, .action = ACT_REQUEUE_HOLD, .cause = CAUSE_LIMIT,
	 .is_stall = true, .stalls = 3},
	{"a version counts without any other evidence",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), .has_complied = true,
		  .evidence = EVIDENCE_NONE, .versions = 1)),
	 .action = ACT_REQUEUE, .cause = CAUSE_LIMIT},
	{"a save that failed is a stall, whatever the exit code says",
	 RUNS(RUN(0, .code = 85, AFTER(0, 3000), .failed_s = START(0) + 10,
		  .failed_why = "No space left on device")),
	 .action = ACT_REQUEUE, .cause = CAUSE_SELF, .is_stall = true,
	 .stalls = 1, .reason = "as its save failed: No space left"},
	{"an exit code that often means \"run me again\" is explained",
	 RUNS(RUN(0, .code = 99)), .reason = "--checkpoint-exit=99"},
	{"another isn't", RUNS(RUN(0, .code = 3)), .reason = "lets it go on"},
	{"a signal with the exit code's number is not the exit code",
	 RUNS(RUN(0, .ending = END_SIGNAL, .code = 85))},

	/* -- a request was made, and it then ended, however it ended */
	{"exit 0 after a limit request goes on",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0))), .action = ACT_REQUEUE,
	 .cause = CAUSE_LIMIT, .reason = "limit"},
	{"a program killed at the end of the grace goes on",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0), .ending = END_SIGNAL,
		  .code = 9)),
	 .action = ACT_REQUEUE, .cause = CAUSE_LIMIT},
	{"an answer without a version is no stall",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), .code = 143, .has_complied = true)),
	 .action = ACT_REQUEUE, .cause = CAUSE_LIMIT},
	{"a preempted run goes on",
	 RUNS(RUN(0, ASKED(0, CAUSE_PREEMPT), SAVED(0))), .is_preempting = true,
	 .action = ACT_REQUEUE, .cause = CAUSE_PREEMPT},
	{"an operator's request goes on",
	 RUNS(RUN(0, ASKED(0, CAUSE_OPERATOR), SAVED(0))),
	 .action = ACT_REQUEUE, .cause = CAUSE_OPERATOR},
	{"a request of unknown cause goes on",
	 RUNS(RUN(0, ASKED(0, CAUSE_UNKNOWN), SAVED(0))), .action = ACT_REQUEUE,
	 .cause = CAUSE_UNKNOWN},
	{"the supervisor killed within the grace of a request goes on",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0), .ended_s = 0,
		  .ending = END_SUPERVISOR)),
	 .action = ACT_REQUEUE, .cause = CAUSE_LIMIT},
	{"a program that caught nothing and was cut at its end goes on",
	 RUNS(RUN(0, .is_cut = true, .ending = END_SIGNAL, .code = 9)),
	 .action = ACT_REQUEUE, .cause = CAUSE_LIMIT, .is_stall = true,
	 .stalls = 1, .reason = "saved nothing (1 of 3"},
	{"a program that saves by itself and was cut has not stalled",
	 RUNS(RUN(0, .is_cut = true, .ending = END_SIGNAL, .code = 9,
		  SAVED(0))),
	 .action = ACT_REQUEUE, .cause = CAUSE_LIMIT},

	/* -- within the grace after an interval request */
	{"a failure within the grace of an interval request goes on",
	 RUNS(RUN(0, ASKED(0, CAUSE_INTERVAL), AFTER(0, 3060), SAVED(0),
		  .code = 1)),
	 .action = ACT_REQUEUE, .cause = CAUSE_INTERVAL},
	{"a job that finishes soon after an interval request has finished",
	 RUNS(RUN(0, ASKED(0, CAUSE_INTERVAL), AFTER(0, 3010), SAVED(0))),
	 .is_success = true, .has_ended = true},
	{"a crash later than that is a failure",
	 RUNS(RUN(0, ASKED(0, CAUSE_INTERVAL), AFTER(0, 3500), SAVED(0),
		  .code = 1))},
	{"the exit code within the grace of an interval request is the job's",
	 RUNS(RUN(0, ASKED(0, CAUSE_INTERVAL), AFTER(0, 3010), .code = 85)),
	 .action = ACT_REQUEUE, .cause = CAUSE_SELF},

	/* -- scheckpoint done */
	{"done is complete, request or not",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0), .is_done = true)),
	 .cause = CAUSE_LIMIT, .is_success = true, .has_ended = true,
	 .reason = "done"},
	{"done with another exit code has ended, and is no success",
	 RUNS(RUN(0, .is_done = true, .code = 7)), .has_ended = true},
	{"done outweighs the exit code",
	 RUNS(RUN(0, .is_done = true, .code = 85)), .cause = CAUSE_SELF,
	 .has_ended = true},
	{"done and then preempted has ended",
	 RUNS(RUN(0, .is_done = true, .ending = END_SIGNAL, .code = 15)),
	 .is_preempting = true, .cause = CAUSE_PREEMPT, .has_ended = true},
	{"done and requeued by an operator: the next start runs nothing",
	 RUNS(RUN(0, .is_done = true)), .state = STATE_PENDING,
	 .cause = CAUSE_OPERATOR, .is_success = true, .has_ended = true},
	{"done and the supervisor killed has ended",
	 RUNS(RUN(0, .is_done = true, .ending = END_SUPERVISOR)),
	 .has_ended = true},
	{"done and the node failed: the next start runs nothing",
	 RUNS(RUN(0, .is_done = true)), .state = STATE_NODE_FAIL,
	 .has_ended = true},

	/* -- scancel */
	{"a cancelled job is never requeued",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0))),
	 .state = STATE_CANCELLED, .cause = CAUSE_LIMIT, .reason = "cancelled"},
	{"a job cancelled before any request is never requeued",
	 RUNS(RUN(0, .ending = END_SIGNAL, .code = 15)),
	 .state = STATE_CANCELLED},
	{"a cancelled job that exits with the exit code is never requeued",
	 RUNS(RUN(0, .code = 85)), .state = STATE_CANCELLED,
	 .cause = CAUSE_SELF},
	{"a job cancelled while its supervisor was killed is never requeued",
	 RUNS(RUN(0, .ending = END_SUPERVISOR)), .state = STATE_CANCELLED},
	{"a cancelled job whose store failed is never requeued",
	 RUNS(RUN(0, .ending = END_STORE)), .state = STATE_CANCELLED},
	{"a cancelled job within a preemption is never requeued",
	 RUNS(RUN(0, ASKED(0, CAUSE_PREEMPT), SAVED(0))),
	 .state = STATE_CANCELLED, .is_preempting = true,
	 .cause = CAUSE_PREEMPT},
	{"a cancelled run gives no strike", RUNS(RESTORE_FAILED(0, 4)),
	 .state = STATE_CANCELLED},

	/* -- the supervisor is killed */
	{"a killed supervisor is requeued once",
	 RUNS(RUN(0, .ending = END_SUPERVISOR, .ended_s = 0)),
	 .action = ACT_REQUEUE, .is_stall = true, .stalls = 1,
	 .reason = "supervisor was killed"},
	{"killed twice with nothing saved is a failure",
	 RUNS(RUN(0, .ending = END_SUPERVISOR),
	      RUN(1, .ending = END_SUPERVISOR)),
	 .count = 2, .reason = "killed again"},
	{"killed twice, a version saved in the second run: requeued",
	 RUNS(RUN(0, .ending = END_SUPERVISOR),
	      RUN(1, .ending = END_SUPERVISOR, SAVED(1))),
	 .count = 2, .action = ACT_REQUEUE},
	{"killed twice, a run that saved in between: requeued",
	 RUNS(RUN(0, .ending = END_SUPERVISOR),
	      RUN(1, ASKED(1, CAUSE_LIMIT), SAVED(1)),
	      RUN(2, .ending = END_SUPERVISOR)),
	 .count = 3, .action = ACT_REQUEUE, .is_stall = true, .stalls = 1},
	{"killed twice, a run that saved nothing in between: a failure",
	 RUNS(RUN(0, .ending = END_SUPERVISOR, SAVED(0)), STALLED(1),
	      RUN(2, .ending = END_SUPERVISOR)),
	 .count = 3},
	{"killed with an OOM kill counted is a failure",
	 RUNS(RUN(0, .ending = END_SUPERVISOR, .is_oom = true)),
	 .reason = "out of memory"},
	{"killed at the time limit goes on: Slurm kills it there",
	 RUNS(RUN(0, .ending = END_SUPERVISOR),
	      RUN(1, .ending = END_SUPERVISOR)),
	 .count = 2, .state = STATE_TIMEOUT, .action = ACT_REQUEUE,
	 .cause = CAUSE_LIMIT, .is_stall = true, .stalls = 2},
	{"a lost node is not a killed supervisor",
	 RUNS(RUN(0, .ending = END_SUPERVISOR, .is_node_fail = true),
	      RUN(1, .ending = END_SUPERVISOR)),
	 .count = 2, .action = ACT_REQUEUE, .is_stall = true, .stalls = 1},

	/* -- node failure */
	{"a failed node is slurmctld's to settle",
	 RUNS(RUN(0, .ending = END_SUPERVISOR, .is_node_fail = true)),
	 .state = STATE_NODE_FAIL, .reason = "node failed"},
	{"a job put back after a node failure has not stalled",
	 RUNS(RUN(0, .ending = END_SUPERVISOR, .is_node_fail = true)),
	 .state = STATE_PENDING, .action = ACT_ADJUST, .cause = CAUSE_UNKNOWN},

	/* -- slurmctld starts a job that had ended */
	{"a start after the end stays ended",
	 RUNS(RUN(0), RUN(1, .ending = END_REPEAT)), .count = 2,
	 .has_ended = true, .reason = "had ended before"},
	{"a start after the end stays ended even with the exit code",
	 RUNS(RUN(0), RUN(1, .ending = END_REPEAT, .code = 85)), .count = 2,
	 .has_ended = true},
	{"a start after the end that is preempted stays ended",
	 RUNS(RUN(0), RUN(1, .ending = END_REPEAT)), .count = 2,
	 .state = STATE_PENDING, .is_preempting = true, .cause = CAUSE_PREEMPT,
	 .has_ended = true},

	/* -- DEADLINE, BOOT_FAIL, OUT_OF_MEMORY, REVOKED; no answer */
	{"a job at its deadline is left alone",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0))),
	 .state = STATE_OTHER_END, .cause = CAUSE_LIMIT,
	 .reason = "slurmctld has ended"},
	{"nothing is done where the state is unknown",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0))), .state = STATE_UNKNOWN,
	 .cause = CAUSE_LIMIT, .reason = "could not be learnt"},
	{"exit 0 is not final where the state is unknown", RUNS(RUN(0)),
	 .state = STATE_UNKNOWN},
	{"done is final even where the state is unknown",
	 RUNS(RUN(0, .is_done = true)), .state = STATE_UNKNOWN,
	 .has_ended = true},

	/* -- TIMEOUT, PREEMPTED, COMPLETED, FAILED at settle */
	{"a timeout after a request goes on",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0), .ending = END_SIGNAL)),
	 .state = STATE_TIMEOUT, .action = ACT_REQUEUE, .cause = CAUSE_LIMIT},
	{"a timeout without a request goes on, as a stall",
	 RUNS(RUN(0, .ending = END_SIGNAL, .code = 9)), .state = STATE_TIMEOUT,
	 .action = ACT_REQUEUE, .cause = CAUSE_LIMIT, .is_stall = true,
	 .stalls = 1},
	{"exit 0 in a timeout is not a finished job: its steps were killed",
	 RUNS(RUN(0, SAVED(0))), .state = STATE_TIMEOUT, .action = ACT_REQUEUE,
	 .cause = CAUSE_LIMIT},
	{"preempted after a request goes on",
	 RUNS(RUN(0, ASKED(0, CAUSE_PREEMPT), SAVED(0))),
	 .state = STATE_PREEMPTED, .action = ACT_REQUEUE,
	 .cause = CAUSE_PREEMPT},
	{"preempted without a catcher goes on and is no stall",
	 RUNS(RUN(0, .ending = END_SIGNAL, .code = 15)),
	 .state = STATE_PREEMPTED, .action = ACT_REQUEUE,
	 .cause = CAUSE_PREEMPT},
	{"an unknown request while preempting was the preemption's",
	 RUNS(RUN(0, ASKED(0, CAUSE_UNKNOWN), SAVED(0))), .is_preempting = true,
	 .action = ACT_REQUEUE, .cause = CAUSE_PREEMPT},
	{"exit 0 while preempting is not a finished job: its steps were told",
	 RUNS(RUN(0)), .is_preempting = true, .action = ACT_REQUEUE,
	 .cause = CAUSE_PREEMPT},
	{"a job booked as completed that was to go on is put back",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0))),
	 .state = STATE_COMPLETED, .action = ACT_REQUEUE, .cause = CAUSE_LIMIT},
	{"a job booked as failed that said the exit code is put back",
	 RUNS(RUN(0, .code = 85, SAVED(0))), .state = STATE_FAILED,
	 .action = ACT_REQUEUE, .cause = CAUSE_SELF},
	{"a completed job is left complete", RUNS(RUN(0)),
	 .state = STATE_COMPLETED, .is_success = true, .has_ended = true},
	{"a failed job is left failed", RUNS(RUN(0, .code = 1)),
	 .state = STATE_FAILED},

	/* -- already PENDING at settle */
	{"a job that an operator requeued is only adjusted",
	 RUNS(RUN(0, ASKED(0, CAUSE_OPERATOR), SAVED(0))),
	 .state = STATE_PENDING, .action = ACT_ADJUST, .cause = CAUSE_OPERATOR},
	{"a second settle after our own requeue only adjusts",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0))), .restart_count = 1,
	 .state = STATE_PENDING, .action = ACT_ADJUST, .cause = CAUSE_LIMIT},
	{"a request by which an administrator's requeue shows is no stall",
	 RUNS(RUN(0, ASKED(0, CAUSE_OPERATOR), .ending = END_SIGNAL)),
	 .state = STATE_PENDING, .action = ACT_ADJUST, .cause = CAUSE_OPERATOR},
	{"a run whose node was set down is no stall",
	 RUNS(RUN(0, ASKED(0, CAUSE_NODE), .ending = END_SIGNAL)),
	 .state = STATE_PENDING, .action = ACT_ADJUST, .cause = CAUSE_NODE},
	{"nor where the script ended before that was known", RUNS(RUN(0)),
	 .state = STATE_PENDING, .is_node_down = true, .action = ACT_ADJUST,
	 .cause = CAUSE_NODE},
	{"earlier runs that were put back are no stalls",
	 RUNS(STALLED(0),
	      RUN(1, .cause = CAUSE_OPERATOR, .ending = END_SIGNAL,
		  .plan = {.is_there = true, .action = ACT_ADJUST}),
	      STALLED(2)),
	 .count = 3, .action = ACT_REQUEUE, .cause = CAUSE_LIMIT,
	 .is_stall = true, .stalls = 2},
	{"a requeue by the owner's request that settle makes can be a stall",
	 RUNS(RUN(0, ASKED(0, CAUSE_OPERATOR), .ending = END_SIGNAL)),
	 .action = ACT_REQUEUE, .cause = CAUSE_OPERATOR, .is_stall = true,
	 .stalls = 1},
	{"a third stall that someone requeued is not held",
	 RUNS(STALLED(0), STALLED(1), STALLED(2)), .count = 3,
	 .state = STATE_PENDING, .action = ACT_ADJUST, .cause = CAUSE_LIMIT,
	 .is_stall = true, .stalls = 3},
	{"a bad store that someone requeued is not held",
	 RUNS(RUN(0, .ending = END_STORE)), .state = STATE_PENDING,
	 .action = ACT_ADJUST, .cause = CAUSE_OPERATOR},
	{"exit 0 of a job that someone requeued is not its end", RUNS(RUN(0)),
	 .state = STATE_PENDING, .action = ACT_ADJUST, .cause = CAUSE_OPERATOR},
	{"a requeue by someone within the restore window gives no strike",
	 RUNS(RESTORE_FAILED(0, 4)), .state = STATE_PENDING,
	 .action = ACT_ADJUST, .cause = CAUSE_OPERATOR},

	/* -- the store can't be used */
	{"a store that can't be used holds the job",
	 RUNS(RUN(0, .ending = END_STORE, AFTER(0, 0))),
	 .action = ACT_REQUEUE_HOLD, .reason = "release"},
	{"a store that can't be used is no stall",
	 RUNS(STALLED(0), STALLED(1), RUN(2, .ending = END_STORE, .code = 85)),
	 .count = 3, .action = ACT_REQUEUE_HOLD, .stalls = 2,
	 .reason = "checkpoint directory"},
	{"a store that is gone holds the job, and that is no stall",
	 RUNS(STALLED(0), STALLED(1), RUN(2, .ending = END_GONE, .code = 72)),
	 .count = 3, .action = ACT_REQUEUE_HOLD, .stalls = 2,
	 .reason = "is gone, though this is run 2: put it back, or make an "
		   "empty directory"},

	{"nothing to begin from holds the job, and that is no stall",
	 RUNS(STALLED(0), STALLED(1), RUN(2, .ending = END_FROM, .code = 66)),
	 .count = 3, .action = ACT_REQUEUE_HOLD, .stalls = 2,
	 .reason = "nothing to begin from where --checkpoint-from points"},
	{"a method that can't begin holds the job, and that is no stall",
	 RUNS(STALLED(0), STALLED(1), RUN(2, .ending = END_METHOD, .code = 69)),
	 .count = 3, .action = ACT_REQUEUE_HOLD, .stalls = 2,
	 .reason = "its --checkpoint-method can't start or restore it"},

	/* -- stalls */
	{"the first stall says so", RUNS(STALLED(0)), .action = ACT_REQUEUE,
	 .cause = CAUSE_LIMIT, .is_stall = true, .stalls = 1,
	 .reason = "1 of 3"},
	{"the second stall counts on", RUNS(STALLED(0), STALLED(1)), .count = 2,
	 .action = ACT_REQUEUE, .cause = CAUSE_LIMIT, .is_stall = true,
	 .stalls = 2, .reason = "2 of 3"},
	{"the third stall is held with the remedy",
	 RUNS(STALLED(0), STALLED(1), STALLED(2)), .count = 3,
	 .action = ACT_REQUEUE_HOLD, .cause = CAUSE_LIMIT, .is_stall = true,
	 .stalls = 3, .reason = "release"},
	{"a version in between begins the count again",
	 RUNS(STALLED(0), STALLED(1), RUN(2, ASKED(2, CAUSE_LIMIT), SAVED(2)),
	      STALLED(3)),
	 .count = 4, .action = ACT_REQUEUE, .cause = CAUSE_LIMIT,
	 .is_stall = true, .stalls = 1},
	{"an answered request in between begins the count again",
	 RUNS(STALLED(0), STALLED(1),
	      RUN(2, ASKED(2, CAUSE_LIMIT), .has_complied = true), STALLED(3)),
	 .count = 4, .action = ACT_REQUEUE, .cause = CAUSE_LIMIT,
	 .is_stall = true, .stalls = 1},
	{"a preemption in between neither counts nor begins again",
	 RUNS(STALLED(0), STALLED(1),
	      RUN(2, ASKED(2, CAUSE_PREEMPT), .ending = END_SIGNAL),
	      STALLED(3)),
	 .count = 4, .action = ACT_REQUEUE_HOLD, .cause = CAUSE_LIMIT,
	 .is_stall = true, .stalls = 3},
	{"a node failure in between neither counts nor begins again",
	 RUNS(STALLED(0),
	      RUN(1, .ending = END_SUPERVISOR, .is_node_fail = true),
	      STALLED(2)),
	 .count = 3, .action = ACT_REQUEUE, .cause = CAUSE_LIMIT,
	 .is_stall = true, .stalls = 2},
	{"preemptions are never stalls",
	 RUNS(RUN(0, ASKED(0, CAUSE_PREEMPT)), RUN(1, ASKED(1, CAUSE_PREEMPT)),
	      RUN(2, ASKED(2, CAUSE_PREEMPT)), RUN(3, ASKED(3, CAUSE_PREEMPT))),
	 .count = 4, .state = STATE_PREEMPTED, .action = ACT_REQUEUE,
	 .cause = CAUSE_PREEMPT},
	{"a limit request answered by a preemption is no stall",
	 RUNS(STALLED(0), STALLED(1), STALLED(2)), .count = 3,
	 .is_preempting = true, .action = ACT_REQUEUE, .cause = CAUSE_LIMIT,
	 .stalls = 2},
	{"stalls are never held with --checkpoint-max-stalls=0",
	 RUNS(STALLED(0), STALLED(1), STALLED(2), STALLED(3)), .count = 4,
	 .max_stalls = -1, .action = ACT_REQUEUE, .cause = CAUSE_LIMIT,
	 .is_stall = true, .stalls = 4},
	{"the first stall is held with --checkpoint-max-stalls=1",
	 RUNS(STALLED(0)), .max_stalls = 1, .action = ACT_REQUEUE_HOLD,
	 .cause = CAUSE_LIMIT, .is_stall = true, .stalls = 1,
	 .reason = "1 run in a row"},

	/* -- restore failures */
	{"a failure soon after a restore is a strike, and requeued",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0)), RESTORE_FAILED(1, 7)),
	 .count = 2, .action = ACT_REQUEUE, .strike = 7, .is_stall = true,
	 .stalls = 1, .reason = "version 7"},
	{"a crash at the very end of the window still is one",
	 RUNS(RUN(0, .ending = END_SIGNAL, .code = 11, .restored = 2,
		  AFTER(0, 300))),
	 .action = ACT_REQUEUE, .strike = 2, .is_stall = true, .stalls = 1},
	{"a failure after the window is the job's own",
	 RUNS(RUN(0, .code = 1, .restored = 2, AFTER(0, 301)))},
	{"a failure after it saved is the job's own",
	 RUNS(RUN(0, .code = 1, .restored = 2, AFTER(0, 100), .versions = 1,
		  .saved_s = START(0) + 50))},
	{"a failure that began from nothing is the job's own",
	 RUNS(RUN(0, .code = 1, AFTER(0, 10)))},
	{"a failure that began from another store's version is the job's own",
	 RUNS(RUN(0, .code = 3, .restored = 2, .is_elsewhere = true,
		  AFTER(0, 10))),
	 .reason = "failed by itself"},
	{"exit 0 soon after a restore is complete",
	 RUNS(RUN(0, .restored = 2, AFTER(0, 10))), .is_success = true,
	 .has_ended = true},
	{"the exit code soon after a restore, with nothing saved, is one",
	 RUNS(RUN(0, .code = 85, .restored = 2, AFTER(0, 10))),
	 .action = ACT_REQUEUE, .cause = CAUSE_SELF, .strike = 2,
	 .is_stall = true, .stalls = 1, .quick_runs = 1,
	 .reason = "version 2, which gets a strike (1 of 3"},
	{"the same at the end of the window, where it is no quick run",
	 RUNS(RUN(0, .code = 85, .restored = 2, AFTER(0, 300))),
	 .action = ACT_REQUEUE, .cause = CAUSE_SELF, .strike = 2},
	{"the exit code after the window is taken at its word",
	 RUNS(RUN(0, .code = 85, .restored = 2, AFTER(0, 301))),
	 .action = ACT_REQUEUE, .cause = CAUSE_SELF, .reason = "cause: self"},
	{"the exit code after it saved is no restore failure",
	 RUNS(RUN(0, .code = 85, .restored = 2, AFTER(0, 10), .versions = 1,
		  .saved_s = START(0) + 5)),
	 .action = ACT_REQUEUE, .cause = CAUSE_SELF, .quick_runs = 1},
	{"the exit code after an interval's request is none either",
	 RUNS(RUN(0, .code = 85, .restored = 2, AFTER(0, 10),
		  .cause = CAUSE_INTERVAL, .request_s = START(0) + 5)),
	 .action = ACT_REQUEUE, .cause = CAUSE_SELF, .is_stall = true,
	 .stalls = 1, .quick_runs = 1},
	{"the third in a row that ends with the code is held, with its strike",
	 RUNS(RUN(0, .code = 85, .restored = 7, AFTER(0, 10)),
	      RUN(1, .code = 85, .restored = 7, AFTER(1, 10)),
	      RUN(2, .code = 85, .restored = 6, AFTER(2, 10))),
	 .count = 3, .max_stalls = -1, .action = ACT_REQUEUE_HOLD,
	 .cause = CAUSE_SELF, .strike = 6, .is_stall = true, .stalls = 3,
	 .quick_runs = 3, .reason = "3 runs in a row failed soon"},
	{"a request soon after a restore is no restore failure",
	 RUNS(RUN(0, .code = 1, .restored = 2, AFTER(0, 10),
		  .cause = CAUSE_PREEMPT, .request_s = START(0) + 5)),
	 .action = ACT_REQUEUE, .cause = CAUSE_PREEMPT},
	{"out of memory soon after a restore is a restore failure",
	 RUNS(RUN(0, .ending = END_SIGNAL, .code = 9, .is_oom = true,
		  .restored = 2, AFTER(0, 10))),
	 .action = ACT_REQUEUE, .strike = 2, .is_stall = true, .stalls = 1},
	{"a supervisor killed soon after a restore gives no strike",
	 RUNS(RUN(0, .ending = END_SUPERVISOR, .restored = 2, AFTER(0, 10))),
	 .action = ACT_REQUEUE, .is_stall = true, .stalls = 1},
	{"the third restore failure in a row is held, with its strike",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0)), RESTORE_FAILED(1, 7),
	      RESTORE_FAILED(2, 7), RESTORE_FAILED(3, 6)),
	 .count = 4, .max_stalls = -1, .action = ACT_REQUEUE_HOLD, .strike = 6,
	 .is_stall = true, .stalls = 3,
	 .reason = "3 runs in a row failed soon"},
	{"a preemption between restore failures doesn't begin again",
	 RUNS(RESTORE_FAILED(0, 7), RESTORE_FAILED(1, 7),
	      RUN(2, ASKED(2, CAUSE_PREEMPT), .restored = 6),
	      RESTORE_FAILED(3, 6)),
	 .count = 4, .max_stalls = -1, .action = ACT_REQUEUE_HOLD, .strike = 6,
	 .is_stall = true, .stalls = 3},
	{"a run that saved between restore failures begins again",
	 RUNS(RESTORE_FAILED(0, 7), RESTORE_FAILED(1, 7),
	      RUN(2, ASKED(2, CAUSE_LIMIT), SAVED(2), .restored = 6),
	      RESTORE_FAILED(3, 8)),
	 .count = 4, .action = ACT_REQUEUE, .strike = 8, .is_stall = true,
	 .stalls = 1, .reason = "1 of 3"},

	/* -- total used up */
	{"a job with time left goes on as planned",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0))), .total_s = 3001,
	 .action = ACT_REQUEUE, .cause = CAUSE_LIMIT},
	{"a total used up gives one more run at the submitted limit",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0))), .total_s = 3000,
	 .action = ACT_REQUEUE, .cause = CAUSE_LIMIT, .is_full_limit = true,
	 .reason = "one more run"},
	{"a total used up before that run holds the job",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0)),
	      RUN(1, ASKED(1, CAUSE_LIMIT), SAVED(1))),
	 .count = 2, .total_s = 3000, .action = ACT_REQUEUE_HOLD,
	 .cause = CAUSE_LIMIT, .is_full_limit = true, .reason = "total=TIME"},
	{"a preempted run was not the one more",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0)),
	      RUN(1, ASKED(1, CAUSE_PREEMPT), SAVED(1))),
	 .count = 2, .total_s = 3000, .is_preempting = true,
	 .action = ACT_REQUEUE, .cause = CAUSE_PREEMPT, .is_full_limit = true},
	{"lost work does not use the total up", RUNS(STALLED(0), STALLED(1)),
	 .count = 2, .total_s = 3000, .action = ACT_REQUEUE,
	 .cause = CAUSE_LIMIT, .is_stall = true, .stalls = 2},
	{"a total used up does not keep a complete job",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0)), RUN(1)), .count = 2,
	 .total_s = 3000, .is_success = true, .has_ended = true},

	/* -- the bound on runs */
	{"a job is held after its last run, by slurmctld's count",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0))), .max_runs = 5,
	 .restart_count = 4, .action = ACT_REQUEUE_HOLD, .cause = CAUSE_LIMIT,
	 .reason = "max-runs=N"},
	{"the run before the last goes on",
	 RUNS(RUN(0, ASKED(0, CAUSE_LIMIT), SAVED(0))), .max_runs = 5,
	 .restart_count = 3, .action = ACT_REQUEUE, .cause = CAUSE_LIMIT},
	{"the journal's count serves where slurmctld's is unknown",
	 RUNS(RUN(4, ASKED(4, CAUSE_LIMIT), SAVED(4))), .max_runs = 5,
	 .restart_count = -1, .action = ACT_REQUEUE_HOLD, .cause = CAUSE_LIMIT},
	{"a failed job is not held for its runs", RUNS(RUN(0, .code = 1)),
	 .max_runs = 1},
};

static struct decision decide_case(const struct test_case *c)
{
	size_t count = c->count ? c->count : 1;
	struct decision_input in = {
		.state = c->state,
		.is_preempting = c->is_preempting,
		.is_node_down = c->is_node_down,
		.restart_count = c->runs[count - 1].run,
		.runs = c->runs,
		.count = count,
		.now_s = c->runs[count - 1].started_s + 2 * HOUR,
		.grace_s = 60,
		.total_s = c->total_s,
		.exit_code = 85,
		.max_runs = c->max_runs ? c->max_runs : 1000,
		.max_stalls = c->max_stalls < 0 ? 0 : 3,
		.restore_window_s = 300,
	};

	if (c->restart_count)
		in.restart_count = c->restart_count < 0
					   ? UINT32_MAX
					   : (uint32_t)c->restart_count;
	if (c->max_stalls > 0)
		in.max_stalls = (unsigned)c->max_stalls;
	return decide(&in);
}

#define MATCH(field)                                                           \
	ck_assert_msg(d.field == c->field, "%s: " #field " is %d (%s)",        \
		      c->name, (int)d.field, d.reason)

START_TEST(every_case_is_decided_as_the_table_says)
{
	const struct test_case *c = &cases[_i];
	struct decision d = decide_case(c);

	MATCH(action);
	MATCH(cause);
	MATCH(strike);
	MATCH(is_stall);
	MATCH(stalls);
	MATCH(quick_runs);
	MATCH(is_full_limit);
	MATCH(is_success);
	MATCH(has_ended);
	ck_assert_msg(d.reason[0] && strlen(d.reason) < sizeof(d.reason) - 1,
		      "%s: reason '%s'", c->name, d.reason);
	ck_assert_msg(!c->reason || strstr(d.reason, c->reason),
		      "%s: reason '%s'", c->name, d.reason);
}
END_TEST

/* A job whose owner removes the journals after each run of a few seconds. */
START_TEST(restarts_are_counted_without_journals)
{
	struct run_record run = RUN(0, AFTER(0, 5), .code = 85);
	struct decision_input in = {
		.state = STATE_RUNNING,
		.restart_count = 9,
		.runs = &run,
		.count = 1,
		.exit_code = 85,
		.grace_s = 60,
		.max_runs = 1000,
		.max_stalls = 3,
		.submit_s = 10000,
		.now_s = 10000 + 119,
	};

	ck_assert_uint_eq(decide(&in).quick_runs, 9);
	in.restart_count = 4;
	ck_assert_uint_eq(decide(&in).quick_runs, 5);
	in.now_s = in.submit_s + 120;
	ck_assert_uint_eq(decide(&in).quick_runs, 1);
	in.submit_s = 0;
	ck_assert_uint_eq(decide(&in).quick_runs, 1);
	in.submit_s = in.now_s;
	in.is_preempting = true;
	ck_assert_uint_eq(decide(&in).quick_runs, 1);
	in.is_preempting = false;
	in.state = STATE_PENDING;
	ck_assert_uint_eq(decide(&in).quick_runs, 1);
	in.state = STATE_RUNNING;
	in.restart_count = UINT32_MAX;
	ck_assert_uint_eq(decide(&in).quick_runs, 1);
}
END_TEST

static int64_t pick(int64_t most)
{
	return most ? (int64_t)(random() % (most + 1)) : 0;
}

/* A moment of run n, or what a hostile journal may put in its place. */
static int64_t any_time(unsigned n)
{
	static const int64_t wild[] = {0, -1, INT64_MAX, INT64_MIN, 1};

	return pick(9) ? START(n) + pick(HOUR) : wild[pick(4)];
}

static struct run_record random_run(unsigned n)
{
	struct run_record run = {
		.run = n,
		.started_s = pick(9) ? START(n) : any_time(n),
		.ended_s = any_time(n),
		.ending = (enum ending)pick(END_REPEAT),
		.code = (int[]){0, 1, 9, 85}[pick(3)],
		.cause = (enum cause)pick(CAUSE_UNKNOWN),
		.request_s = pick(1) ? any_time(n) : 0,
		.has_complied = pick(3) == 0,
		.is_done = pick(9) == 0,
		.is_oom = pick(9) == 0,
		.is_node_fail = pick(9) == 0,
		.is_cut = pick(9) == 0,
		.versions = (unsigned)pick(2),
		.progress = -1,
		.restored = (uint32_t)pick(3),
		.restored_progress = -1,
	};

	if (run.versions)
		run.saved_s = any_time(n);
	return run;
}

static struct decision_input random_input(struct run_record *runs)
{
	size_t count = (size_t)pick(RUNS_MOST - 1) + 1;

	for (size_t i = 0; i < count; i++)
		runs[i] = random_run((unsigned)i);
	return (struct decision_input){
		.state = (enum job_state)pick(STATE_UNKNOWN),
		.is_preempting = pick(4) == 0,
		.restart_count = (uint32_t)count - 1,
		.runs = runs,
		.count = count,
		.now_s = START(count),
		.grace_s = 60,
		.total_s = pick(1) ? any_time(0) : 0,
		.exit_code = 85,
		.max_runs = (unsigned)pick(8),
		.max_stalls = (unsigned)pick(4),
		.restore_window_s = 300,
	};
}

/* What must hold whatever the journal says, which its user writes. */
START_TEST(no_journal_leads_out_of_the_bounds)
{
	struct run_record runs[RUNS_MOST];

	srandom(1);
	for (int i = 0; i < 50000; i++) {
		struct decision_input in = random_input(runs);
		const struct run_record *last = &runs[in.count - 1];
		struct decision d = decide(&in);
		bool is_hold = d.action == ACT_REQUEUE_HOLD;
		bool is_again = d.action != ACT_LEAVE;

		ck_assert(d.reason[0]);
		ck_assert(!is_again || in.state != STATE_CANCELLED);
		ck_assert(!is_again || in.state != STATE_NODE_FAIL);
		ck_assert(!is_again || in.state != STATE_OTHER_END);
		ck_assert(!is_again || in.state != STATE_UNKNOWN);
		ck_assert(!is_again || !last->is_done);
		ck_assert(!is_again || !d.has_ended);
		ck_assert(!d.is_success || d.has_ended);
		ck_assert(!d.is_success || last->ending == END_EXIT);
		ck_assert(is_again || (!d.strike && !d.is_stall));
		ck_assert(!d.strike || d.strike == last->restored);
		ck_assert((d.action == ACT_ADJUST) ==
			  (is_again && in.state == STATE_PENDING));
		ck_assert(is_hold || d.action == ACT_ADJUST || !is_again ||
			  !in.max_runs || in.count < in.max_runs);
		ck_assert(is_hold || d.action == ACT_ADJUST || !is_again ||
			  !d.is_stall || !in.max_stalls ||
			  d.stalls < in.max_stalls);

		/* Our own requeue took effect: a second settle adjusts. */
		if (d.action == ACT_REQUEUE || is_hold) {
			in.state = STATE_PENDING;
			in.restart_count++;
			ck_assert(decide(&in).action == ACT_ADJUST);
			in.state = STATE_CANCELLED;
			ck_assert(decide(&in).action == ACT_LEAVE);
		}
	}
}
END_TEST

START_TEST(names_of_causes_and_actions_come_back)
{
	for (int i = CAUSE_NONE; i <= CAUSE_UNKNOWN; i++)
		ck_assert_int_eq(cause_from_name(cause_name((enum cause)i)), i);
	for (int i = ACT_LEAVE; i <= ACT_ADJUST; i++)
		ck_assert_int_eq(action_from_name(action_name((enum action)i)),
				 i);
	ck_assert_int_eq(cause_from_name("limits"), CAUSE_UNKNOWN);
	ck_assert_int_eq(cause_from_name(NULL), CAUSE_UNKNOWN);
	ck_assert_int_eq(action_from_name(NULL), ACT_LEAVE);
	ck_assert_str_eq(cause_name((enum cause)99), "unknown");
}
END_TEST

int main(void)
{
	int count = (int)(sizeof(cases) / sizeof(cases[0]));
	Suite *suite = suite_create("decision");
	TCase *tcase = tcase_create("decision");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tcase, every_case_is_decided_as_the_table_says, 0,
			    count);
	tcase_add_test(tcase, restarts_are_counted_without_journals);
	tcase_add_test(tcase, no_journal_leads_out_of_the_bounds);
	tcase_add_test(tcase, names_of_causes_and_actions_come_back);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
