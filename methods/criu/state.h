/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * state.h: what a state has beside CRIU's images: the file "state" in its
 * directory, lines of "KEY VALUE".
 */
#ifndef CRIU_STATE_H
#define CRIU_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "methods/criu/tree.h"

/* A file that a process had open for writing. */
struct state_file {
	char *path;    /* owned */
	int64_t size;  /* at the dump */
	unsigned copy; /* its copy is "file-N"; 0: it is only cut */
};

struct state {
	bool is_inside;		    /* in namespaces of its own */
	pid_t root;		    /* of the job script, in its namespace */
	pid_t last_pid;		    /* the highest of all processes there */
	int64_t monotonic_ns;	    /* CLOCK_MONOTONIC there */
	char script[TREE_PATH_MAX]; /* "": no process has it open */
	int64_t script_position;
	char output[2][TREE_PATH_MAX]; /* of descriptors 1 and 2 */
	char kernel[128];
	char libc[64];
	char processor[8192];	  /* its features */
	struct state_file *files; /* owned */
	size_t file_count;
};

/* Fill in kernel, libc and processor as they are here. */
void state_read_node(struct state *state);

/* false: *why says which feature of the saved state this node lacks. */
bool state_fits_node(const struct state *state, char *why, size_t size);

/* Takes no ownership of path.  False: without memory. */
bool state_add_file(struct state *state, const char *path, int64_t size,
		    unsigned copy);

/* Write and read the file in that directory; false: errno says why, or EBADMSG:
 * it isn't one that this version has written. */
bool state_write(const struct state *state, const char *dir);
bool state_read(struct state *state, const char *dir);
void state_free(struct state *state);

#endif
