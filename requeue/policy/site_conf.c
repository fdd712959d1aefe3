/* SPDX-License-Identifier: GPL-2.0-or-later */
/* site_conf.c: what each setting of slurm.conf means for a job with
 * --checkpoint, and what would be better. */
#include "requeue/policy/site_conf.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Less than this between TERM and KILL is little to save in. */
#define KILL_WAIT_LEAST_S  10
/* Slurm's own default; settle may need 45 s of it. */
#define UNKILLABLE_LEAST_S 60
/* The clock of slurmctld comes in whole seconds, and the call takes time. */
#define SKEW_WARNING_S	   5
/* munge refuses a credential that is older or younger. */
#define SKEW_ERROR_S	   300

static bool can_preempt(const struct site_conf *conf)
{
	return conf->no_grace[0] || conf->with_grace[0] || conf->suspending[0];
}

static void check_user_signal(const struct site_conf *conf,
			      struct checks *checks)
{
	if (!conf->with_grace[0])
		checks_add(checks, GRADE_OK, "send_user_signal",
			   "not needed: no job is preempted with a grace");
	else if (conf->has_user_signal)
		checks_add(checks, GRADE_OK, "send_user_signal",
			   "set: the batch script is signalled when a "
			   "preemption begins");
	else
		check_remedy(
			checks_add(checks, GRADE_WARNING, "send_user_signal",
				   "not set: each run of a preemptable job has "
				   "an srun step more, by which it learns of "
				   "its preemption"),
			"set PreemptParameters=send_user_signal (before 23.02 "
			"SlurmctldParameters=preempt_send_user_signal)");
}

static void check_preempt_mode(const struct site_conf *conf,
			       struct checks *checks)
{
	if (conf->suspending[0])
		check_remedy(
			checks_add(
				checks, GRADE_WARNING, "PreemptMode",
				"SUSPEND for %s: a suspended job can't save, "
				"and keeps its memory",
				conf->suspending),
			"set PreemptMode=REQUEUE and a GraceTime there");
	else if (conf->cancelling[0])
		checks_add(checks, GRADE_OK, "PreemptMode",
			   "CANCEL for %s: a job with --checkpoint is put back "
			   "in the queue all the same",
			   conf->cancelling);
	else
		checks_add(checks, GRADE_OK, "PreemptMode", "%s",
			   can_preempt(conf) ? "REQUEUE"
					     : "no job is preempted");
}

static void check_grace_time(const struct site_conf *conf,
			     struct checks *checks)
{
	if (conf->no_grace[0])
		check_remedy(
			checks_add(
				checks, GRADE_WARNING, "GraceTime",
				"0 for %s: a preempted job has only KillWait "
				"(%" PRId64 " s) to save%s%s",
				conf->no_grace, conf->kill_wait_s,
				conf->with_grace[0] ? "; elsewhere " : "",
				conf->with_grace),
			"set GraceTime to what jobs there need to save, such "
			"as 120");
	else if (conf->with_grace[0])
		checks_add(checks, GRADE_OK, "GraceTime",
			   "%s: the seconds to save in at a preemption",
			   conf->with_grace);
	else
		checks_add(checks, GRADE_OK, "GraceTime",
			   "not needed: no job is preempted");
}

static void check_kill_wait(const struct site_conf *conf, struct checks *checks)
{
	struct check *check;

	check = checks_add(checks,
			   conf->kill_wait_s < KILL_WAIT_LEAST_S &&
					   conf->no_grace[0]
				   ? GRADE_WARNING
				   : GRADE_OK,
			   "KillWait",
			   "%" PRId64 " s: from Slurm's TERM to its KILL, at "
			   "scancel, requeue and a preemption without a grace",
			   conf->kill_wait_s);
	if (check->grade != GRADE_OK)
		check_remedy(check, "raise it to 30, Slurm's default");
}

static void check_requeue(const struct site_conf *conf, struct checks *checks)
{
	checks_add(checks, GRADE_OK, "JobRequeue", "%d: %s", conf->job_requeue,
		   conf->job_requeue
			   ? "jobs may be requeued"
			   : "the plugin sets --requeue for jobs with "
			     "--checkpoint itself");
	checks_add(
		checks, GRADE_OK, "requeue_delay",
		"%" PRId64 " s (of cred_expire or requeue_delay): the "
		"plugin restarts jobs earlier by a begin time of its own; it "
		"holds only where completing takes longer than planned",
		conf->requeue_delay_s);
}

static void check_batch_requeue(const struct site_conf *conf,
				struct checks *checks)
{
	if (conf->max_batch_requeue < 0)
		checks_add(checks, GRADE_OK, "MaxBatchRequeue",
			   "can't be set in this version of Slurm");
	else if (conf->max_batch_requeue == 0)
		check_remedy(
			checks_add(checks, GRADE_ERROR, "MaxBatchRequeue",
				   "0: a job whose node fails, or whose script "
				   "ends within the grace of a preemption, is "
				   "held instead of requeued"),
			"remove the line: 5 is Slurm's default");
	else
		checks_add(checks, GRADE_OK, "MaxBatchRequeue",
			   "%" PRId64 ": requeues by slurmctld itself before a "
			   "job is held; those of the plugin don't count",
			   conf->max_batch_requeue);
}

static void check_steps(const struct site_conf *conf, struct checks *checks)
{
	if (conf->unkillable_s < UNKILLABLE_LEAST_S)
		check_remedy(checks_add(checks, GRADE_WARNING,
					"UnkillableStepTimeout",
					"%" PRId64
					" s: where storage or slurmctld "
					"is slow, the end of a run may not be "
					"settled in that time",
					conf->unkillable_s),
			     "raise it to %d or more", 3 * UNKILLABLE_LEAST_S);
	else
		checks_add(checks, GRADE_OK, "UnkillableStepTimeout",
			   "%" PRId64 " s: enough to settle a run",
			   conf->unkillable_s);
	if (conf->kill_on_bad_exit)
		check_remedy(
			checks_add(
				checks, GRADE_WARNING, "KillOnBadExit",
				"1: the first task of a step that ends with "
				"another code than 0 after its save ends the "
				"tasks that are still saving"),
			"set it to 0, or tell users of srun "
			"--kill-on-bad-exit=0");
	else
		checks_add(checks, GRADE_OK, "KillOnBadExit",
			   "0: tasks of a step end one by one");
}

static void check_proctrack(const struct site_conf *conf, struct checks *checks)
{
	if (strstr(conf->proctrack, "cgroup"))
		checks_add(checks, GRADE_OK, "ProctrackType",
			   "%s: no process escapes, and a run that is out of "
			   "memory is known as such",
			   conf->proctrack);
	else if (strstr(conf->proctrack, "linuxproc"))
		checks_add(checks, GRADE_OK, "ProctrackType",
			   "%s: processes are known by their parents; with "
			   "proctrack/cgroup none escapes",
			   conf->proctrack);
	else
		check_remedy(
			checks_add(checks, GRADE_WARNING, "ProctrackType",
				   "%s: processes that leave their group "
				   "outlive the run and may write into the "
				   "next one's files",
				   conf->proctrack[0] ? conf->proctrack
						      : "unknown"),
			"set proctrack/cgroup");
}

static void check_over_limit(const struct site_conf *conf,
			     struct checks *checks)
{
	if (conf->over_limit_min)
		checks_add(checks, GRADE_OK, "OverTimeLimit",
			   "%s: jobs are requested before their limit all the "
			   "same, and don't use the time above it",
			   conf->over_limit_min < 0 ? "UNLIMITED" : "set");
	else
		checks_add(checks, GRADE_OK, "OverTimeLimit",
			   "0: a run ends at its limit");
}

void site_conf_check(const struct site_conf *conf, struct checks *checks)
{
	check_user_signal(conf, checks);
	check_preempt_mode(conf, checks);
	check_grace_time(conf, checks);
	check_kill_wait(conf, checks);
	check_requeue(conf, checks);
	check_batch_requeue(conf, checks);
	check_steps(conf, checks);
	check_proctrack(conf, checks);
	check_over_limit(conf, checks);
}

void site_conf_check_clock(const struct site_conf *conf, int64_t now_s,
			   struct checks *checks)
{
	int64_t skew_s = now_s - conf->now_s;
	enum grade grade = GRADE_OK;
	struct check *check;

	if (llabs(skew_s) >= SKEW_WARNING_S)
		grade = GRADE_WARNING;
	if (llabs(skew_s) >= SKEW_ERROR_S)
		grade = GRADE_ERROR;
	check = checks_add(
		checks, grade, "clock", "%" PRId64 " s %s slurmctld's",
		(int64_t)llabs(skew_s), skew_s < 0 ? "behind" : "ahead of");
	if (grade == GRADE_OK)
		snprintf(check->text, sizeof(check->text),
			 "agrees with slurmctld's to %d s", SKEW_WARNING_S);
	else
		check_remedy(check, "run chrony or ntpd; munge refuses "
				    "credentials of other clocks");
}

bool site_conf_same_version(const char *one, const char *other)
{
	unsigned a[2], b[2];

	return sscanf(one, "%u.%u", &a[0], &a[1]) == 2 &&
	       sscanf(other, "%u.%u", &b[0], &b[1]) == 2 && a[0] == b[0] &&
	       a[1] == b[1];
}
