/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doctor_nodes.h: the same plugin and helpers on all nodes? */
#ifndef DOCTOR_NODES_H
#define DOCTOR_NODES_H

#include "cmd/scheckpoint/doctor_dir.h"
#include "requeue/policy/checks.h"
#include "requeue/policy/site_conf.h"

struct call;

/*
 * Print what this machine has, as one line of JSON, for nodes_check() on
 * another one.
 *
 * place  of a trial; NULL: none
 *
 * Returns SAYS_YES or SAYS_ERROR.
 */
int nodes_print_facts(const struct call *call, const char *place);

/*
 * Compare nodes with this machine, by a step of srun that runs on each of them.
 *
 * nodes  a list in Slurm's notation, or "ALL"
 * trial  that each node visits; without a place none is tried
 */
void nodes_check(const char *nodes, const struct trial *trial,
		 struct checks *checks);

#endif
