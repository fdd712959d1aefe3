/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctl_conf.h: what slurmctld's configuration says.  What ctl.h says of all
 * calls holds here; the configuration is loaded once in a process. */
#ifndef CTL_CONF_H
#define CTL_CONF_H

#include <stdbool.h>
#include <stdint.h>

#include "requeue/slurm/ctl.h"
#include "requeue/slurm/job.h"

/* Does Slurm's own TERM reach every process of a batch step?  With
 * proctrack/cgroup it reaches only the first.  *reaches_all is set on CTL_OK.
 */
enum ctl_result ctl_term_reach(bool *reaches_all, char *text);

/* How this job learns of its preemption, if its partition or QOS may be
 * preempted at all.  Up to two calls, for the configuration, and for partitions
 * or QOS.  *notice is set in any case. */
enum ctl_result ctl_preempt_notice(const struct job *job,
				   enum job_notice *notice, char *text);

/* How long slurmctld delays a requeued job whose begin time isn't in the
 * future; *delay_s is set on CTL_OK. */
enum ctl_result ctl_requeue_delay(int64_t *delay_s, char *text);

/*
 * How long one call may take while slurmctld is away, by the site's
 * MessageTimeout and, where there is a backup, SlurmctldTimeout; *timeout_s is
 * set on CTL_OK.  A call that takes longer is delayed by a slurmctld that is
 * up, for example by its limit on the rate of a user's calls.
 */
enum ctl_result ctl_call_timeout(int64_t *timeout_s, char *text);

/* Does the site have an epilog, of slurmd's or slurmctld's?  Set on CTL_OK. */
enum ctl_result ctl_epilog(bool *has_epilog, char *text);

/* The version of slurmctld, "22.05.8"; written on CTL_OK. */
enum ctl_result ctl_version(char *version, size_t size, char *text);

#endif
