/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verb.h: run one verb of a method, an executable that saves and restores a
 * job's processes from outside; see slurm-checkpoint-method(7).
 */
#ifndef VERB_H
#define VERB_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Descriptor on which a method speaks: lines "ready" and "say TEXT". */
#define VERB_FD	      3
#define VERB_SAY_MAX  256
#define VERB_LINE_MAX 512
/* "This can't work here": the same verb may succeed on another node. */
#define VERB_NOT_HERE 75

struct verb {
	const char *method; /* path of the executable */
	const char *name;   /* "save" */
	char *const *args;  /* what follows it; ends with NULL; may be NULL */
	const char *work_dir;
	char *const *env; /* of the verb, complete */
	bool is_script;	  /* it stands for the job script: standard input and
			     output and the process group are left as they are */
	const sigset_t *mask; /* of signals; NULL: none is blocked */
};

/* A verb that was started. */
struct verb_run {
	pid_t pid;
	int fd; /* what it says; to be read while it runs */
	bool is_ready;
	char said[VERB_SAY_MAX]; /* its last "say"; "" nothing */
	char line[VERB_LINE_MAX];
	size_t line_len;
};

/* Start it; it ends with its parent.  0, or -1 with errno.  The caller reaps
 * run->pid, and calls verb_close(). */
int verb_start(struct verb_run *run, const struct verb *verb);

/* Read what it has said by now, without waiting.  False: it says no more. */
bool verb_listen(struct verb_run *run);

void verb_close(struct verb_run *run);

/*
 * Run a verb to its end, and wait for it wait_ms at most; then it is killed,
 * with all of its process group.
 *
 * said  its last word, or what became of it; "" where it exited with 0 and
 *       said nothing
 *
 * Returns its exit code; -1 where it had none.
 */
int verb_do(const struct verb *verb, int64_t wait_ms, char said[VERB_SAY_MAX]);

#endif
