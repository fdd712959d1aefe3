/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tree.h: the job's processes, as /proc shows them. */
#ifndef CRIU_TREE_H
#define CRIU_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define TREE_PATH_MAX 4096

struct tree_process {
	pid_t pid;    /* as this process sees it */
	pid_t inner;  /* in its own namespace */
	pid_t parent; /* as this process sees it */
	char state;
	char name[32];
};

struct tree {
	struct tree_process *list; /* owned */
	size_t count;
};

/* All processes below one, which isn't among them; false: without memory. */
bool tree_below(struct tree *tree, pid_t top);
void tree_free(struct tree *tree);

/* Send a signal to all of them. */
void tree_signal(const struct tree *tree, int signum);

/* An open descriptor of a process. */
struct tree_fd {
	pid_t pid;
	int fd;
	unsigned flags; /* of open() */
	int64_t position;
	char path[TREE_PATH_MAX]; /* or "socket:[4]" */
};

/* Call each() for the descriptors of a process, until it returns false.
 * Returns false if it did. */
bool tree_descriptors(pid_t pid,
		      bool (*each)(const struct tree_fd *fd, void *arg),
		      void *arg);

/* "0" in the line "Threads:\t0" of /proc/PID/status; false: there is none. */
bool tree_status(pid_t pid, const char *key, char *value, size_t size);

#endif
