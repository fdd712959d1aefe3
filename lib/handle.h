/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * handle.h: what a struct ckpt_store holds.  It has no file of its own, as
 * open.c fills it and nearly all files of the library read it; if open.h
 * defined it, each of them would include the file that stands above them all.
 */
#ifndef CKPT_HANDLE_H
#define CKPT_HANDLE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/ckptstate.h"
#include "lib/identity.h"

/* A version that was read in full and found to be whole. */
struct ckpt_checked {
	uint32_t number;
	ino_t ino; /* of its directory */
};

struct ckpt_store {
	char *dir;	/* absolute path */
	int fd;		/* of that directory */
	bool is_of_job; /* opened by the job's environment */
	enum ckpt_mode mode;
	int run; /* the run that the handle works for; -1: none has begun */
	uid_t owner;
	struct ckpt_identity id; /* its strings belong to the handle */
	bool has_schema;
	uint32_t schema;
	char schema_name[64];
	double progress; /* reported by this handle, or -1 */
	uint32_t passed; /* newest version that a restore passed over, 0 */
	char passed_why[128];
	char *restored;		      /* what ckpt_restore() returned last */
	struct ckpt_checked *checked; /* versions found to be whole */
	size_t checked_count;
};

#endif
