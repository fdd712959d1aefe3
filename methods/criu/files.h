/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * files.h: the files that a job's processes have open for writing.  An image of
 * memory doesn't hold them, so that they must be brought back to what the
 * memory believes of them.
 */
#ifndef CRIU_FILES_H
#define CRIU_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "methods/criu/state.h"
#include "methods/criu/tree.h"

/*
 * Note them while the processes stand still, in state->files, and copy those
 * that are rewritten in place into the directory.  The job's output and the job
 * script are noted in the state as well.
 *
 * script  the path of the job script in this run
 *
 * False: *why says which file can't be saved.
 */
bool files_note(struct state *state, const struct tree *tree,
		const char *script, const char *dir, char *why, size_t size);

/*
 * Bring them back: what has grown is cut, what was rewritten is copied back.
 * The job's output is left as it is.
 */
bool files_bring_back(const struct state *state, const char *dir, char *why,
		      size_t size);

#endif
