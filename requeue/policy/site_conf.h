/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * site_conf.h: what Slurm's configuration says, as far as it matters to a job
 * with --checkpoint.  requeue/slurm/ctl_site.c fills it.
 */
#ifndef SITE_CONF_H
#define SITE_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "requeue/policy/checks.h"

#define SITE_NAMES_MAX 512
#define SITE_PATH_MAX  4096

/* How jobs are chosen for preemption. */
enum site_preempt {
	SITE_PREEMPT_NONE,
	SITE_PREEMPT_PARTITION,
	SITE_PREEMPT_QOS,
};

/* Times are seconds unless their name says otherwise; texts are "" for none. */
struct site_conf {
	/* of this machine */
	char version[64];		/* of its libslurm: "22.05.8" */
	char slurm_conf[SITE_PATH_MAX]; /* the file */
	char plugstack[SITE_PATH_MAX];
	char plugin_dirs[SITE_PATH_MAX]; /* with colons */

	/* of slurmctld */
	char ctl_version[64];
	int64_t now_s;	  /* epoch: its clock */
	uint32_t preempt; /* enum site_preempt */
	/* Partitions or QOS whose jobs may be preempted, with commas: those
	 * without a grace, those with one, those that are suspended. */
	char no_grace[SITE_NAMES_MAX];
	char with_grace[SITE_NAMES_MAX]; /* "low=120,spare=30" */
	char suspending[SITE_NAMES_MAX];
	char cancelling[SITE_NAMES_MAX];
	bool has_user_signal;
	int64_t kill_wait_s;
	bool job_requeue;
	int64_t requeue_delay_s;
	int64_t max_batch_requeue; /* -1: this version has no such setting */
	int64_t unkillable_s;
	bool kill_on_bad_exit;
	char proctrack[64];
	int64_t over_limit_min; /* the longest of all partitions; -1 unlimited
				 */
	char epilog[SITE_PATH_MAX];
};

/* Judge each setting of slurmctld's that matters, in words for the site's
 * administrator.  slurm.conf's own names are the names of the entries. */
void site_conf_check(const struct site_conf *conf, struct checks *checks);

/* Judge the clock of this machine, now_s, against slurmctld's. */
void site_conf_check_clock(const struct site_conf *conf, int64_t now_s,
			   struct checks *checks);

/* Do both texts begin with the same major and minor version of Slurm? */
bool site_conf_same_version(const char *one, const char *other);

#endif
