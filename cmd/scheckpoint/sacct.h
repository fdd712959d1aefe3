/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sacct.h: what Slurm's accounting has, by the program sacct. */
#ifndef SACCT_H
#define SACCT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "requeue/slurm/job.h"

#define SACCT_FIELDS_MAX  16
#define SACCT_TROUBLE_MAX 256

/*
 * Run sacct (found by PATH) for records of jobs, not of steps, and call each()
 * for every one.  Times are seconds since the epoch.
 *
 * fields   what -o takes, with commas: at most SACCT_FIELDS_MAX
 * options  others of its options, NULL at the end
 * each     gets the values in the order of fields, borrowed
 * trouble  why there are no records: its first complaint, or that it could not
 *          be run
 *
 * False: it failed.  Not thread-safe.
 */
bool sacct_each(const char *fields, const char *const *options,
		void (*each)(char *const *values, void *arg), void *arg,
		char trouble[SACCT_TROUBLE_MAX]);

/*
 * Call each() for a job that slurmctld has forgotten, or for every task of an
 * array.  The job has its numbers, name, work directory, cluster and comment,
 * each as far as accounting keeps it.
 *
 * what  JOB or ARRAY_TASK
 *
 * False: nothing is known there, or there is no accounting.
 */
bool sacct_job(const char *what, void (*each)(const struct job *job, void *arg),
	       void *arg);

#endif
