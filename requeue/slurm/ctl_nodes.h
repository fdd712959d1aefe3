/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ctl_nodes.h: the state of nodes, and what operators do to them and to
 * the jobs on them.  What ctl.h
 * says of all calls holds here. */
#ifndef CTL_NODES_H
#define CTL_NODES_H

#include <stdint.h>

#include "requeue/slurm/ctl.h"
#include "requeue/slurm/job.h"

/* Call each() for every running or suspended job that has one of these nodes
 * (Slurm's spelling of a list). */
enum ctl_result ctl_jobs_on(const char *nodes,
			    void (*each)(const struct job *job, void *arg),
			    void *arg, char *text);
/* Is the node down?  *is_down is set on CTL_OK. */
enum ctl_result ctl_node_is_down(const char *node, bool *is_down, char *text);
/* Drain the nodes that aren't drained yet; those that are keep their reason. */
enum ctl_result ctl_drain(const char *nodes, const char *reason, char *text);
/*
 * Request the run of a job to save and leave its nodes.  A mark goes into the
 * job's admin comment, which only operators can write; then the batch script
 * gets URG, which only a supervisor acts on.  ctl_forget_vacate() removes the
 * mark.  The rest of the admin comment stays to the byte, however long it is.
 */
enum ctl_result ctl_request_vacate(uint32_t job_id, char *text);
enum ctl_result ctl_forget_vacate(uint32_t job_id, char *text);

#endif
