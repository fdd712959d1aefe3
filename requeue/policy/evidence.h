/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * evidence.h: which files that a job writes between a request and its end are
 * evidence that it saved a state.
 *
 * All functions are pure and thread-safe.
 */
#ifndef REQUEUE_EVIDENCE_H
#define REQUEUE_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a file was when it was looked at; times are nanoseconds. */
struct evidence_file {
	int64_t size_bytes;
	int64_t changed_ns;
	int64_t position_bytes; /* where a program that has it open writes */
	bool is_output;		/* standard output or error of a program, or
				   opened to append */
	bool is_standard;	/* standard output or error */
};

/* More bytes than this aren't read to compare them with an earlier run's. */
#define EVIDENCE_READ_MAX ((int64_t)4 * 1024 * 1024)

/*
 * Can a file of this name be a state at all?  Core dumps, logs, lock files
 * and the output of jobs can't, by the names that everybody gives them.
 *
 * is_renamed  it was renamed into place, as no log ever is
 * hook        the user's command, whose own files don't count; may be ""
 */
bool evidence_is_name(const char *name, bool is_renamed, const char *hook);

/* Can a directory of this name hold one? */
bool evidence_is_dir_name(const char *name);

/*
 * Was a file that a program had open before the request written to as a state
 * is?  One that has only grown at its end is output: many programs write a
 * last line when a signal ends them, and every buffer is flushed then.
 */
bool evidence_is_rewritten(const struct evidence_file *before,
			   const struct evidence_file *now);

/* Has one grown that isn't standard output or error?  A program may append its
 * state to a file. */
bool evidence_has_grown(const struct evidence_file *before,
			const struct evidence_file *now);

/*
 * Digest more data (FNV-1a), to tell whether a run wrote what the run before
 * wrote; no proof against a forger.
 *
 * digest  0 to begin, else what the call before returned
 */
uint64_t evidence_digest(uint64_t digest, const void *data, size_t len_bytes);

#endif
