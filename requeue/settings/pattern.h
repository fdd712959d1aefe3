/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * pattern.h: %j %A %a %x %u in the name of a store, as in sbatch's --output.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The store's name where neither user nor site gave one. */
#define PATTERN_DEFAULT	      "checkpoint-%j"
#define PATTERN_DEFAULT_ARRAY "checkpoint-%A/%a"

/* What the specifiers stand for; borrowed strings. */
struct pattern_values {
	uint32_t job;	     /* %j; of an array task: the task's own job id */
	uint32_t array_job;  /* %A; 0: not an array, %A is the job */
	uint32_t array_task; /* %a; 0 when not an array */
	const char *name;    /* %x: job name */
	const char *user;    /* %u */
};

/*
 * Is the pattern well formed?  %% is a percent sign; a number between % and
 * the letter (at most 10) pads an id with zeros, as in --output.
 *
 * is_array  also require that tasks of an array get different names
 * err       on failure one clause without a full stop
 *
 * Returns 0, or -1.
 */
int pattern_check(const char *pattern, bool is_array, char *err,
		  size_t err_len);

/*
 * Expand a pattern.  A '/', a control character and a leading '.' in the name
 * of job or user become '_', so that a name stays one component.
 *
 * work_dir  put before a relative result; NULL: left relative
 * path      the result, always terminated; "" after failure
 *
 * Returns 0, or -1 with err as above (malformed, or longer than size).
 */
int pattern_expand(const char *pattern, const struct pattern_values *values,
		   const char *work_dir, char *path, size_t size, char *err,
		   size_t err_len);

/*
 * Replace %x and %u only, as pattern_expand() does it.  sbatch does this at
 * submission, because the job's name may change later, and not all of Slurm's
 * processes see the same names.  Returns 0, or -1 with err as above and text
 * "".
 */
int pattern_put_names(const char *pattern, const char *name, const char *user,
		      char *text, size_t size, char *err, size_t err_len);

#endif
