/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doctor_dir.h: is a directory fit to hold the stores of jobs? */
#ifndef DOCTOR_DIR_H
#define DOCTOR_DIR_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/store.h"
#include "requeue/policy/checks.h"

/* A directory that is tried on this machine, and perhaps on nodes. */
struct trial {
	char dir[4096];	       /* that is judged */
	char place[4096 + 64]; /* made in it for the trial; "": none could be */
	char token[64];	       /* what its file "token" holds */
	char fs[16];	       /* kind of file system, "" unknown */
	bool is_local;	       /* of a kind that one machine alone has */
	bool is_shared;	       /* of a kind that machines share */
};

/*
 * Try the directory here: make a place in it, write, sync and rename files as a
 * commit does, and look at its room.
 *
 * trial  filled; trial_end() removes the place
 */
void trial_begin(struct trial *trial, const char *dir, struct checks *checks);
void trial_end(struct trial *trial);

/* Judge whether it is shared by its kind alone, where no nodes were asked. */
void trial_check_kind(const struct trial *trial, struct checks *checks);

/*
 * On a node: read the token of a place, and leave a file named after the node
 * there.
 *
 * facts  gets the member "token", or "dir_trouble"
 */
void trial_visit(const char *place, const char *node,
		 struct ckpt_record *facts);

/* Has the node left its file? */
bool trial_was_visited(const struct trial *trial, const char *node);

#endif
