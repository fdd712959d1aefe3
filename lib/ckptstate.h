/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ckptstate.h: versions of an application's state that are whole or absent.
 *
 * A store is a directory that holds the versions of one job's state, each a
 * directory of files with a manifest.  A version is committed in one step and
 * never changed afterwards; a crash at any moment leaves the newest committed
 * one in place.  The library knows nothing of Slurm: inside of a checkpointed
 * job it finds the store through the environment variables
 * SLURM_CHECKPOINT_DIR and SLURM_CHECKPOINT_RUN.
 *
 * Units: bytes, seconds, and seconds since the epoch, unless a name says
 * otherwise.  No function prints, exits, or changes signals or umask, but for
 * ckpt_notice_install().  A store or a stage may be used by one thread at a
 * time; different ones by different threads at once.
 */
#ifndef CKPTSTATE_H
#define CKPTSTATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define CKPT_API __attribute__((visibility("default")))
#else
#define CKPT_API
#endif

enum ckpt_status {
	CKPT_OK = 0,
	CKPT_NONE,	/* there is no such store, version or value */
	CKPT_STALE,	/* a later run owns the store; nothing published */
	CKPT_UNSURE,	/* done and visible, but the last sync failed */
	CKPT_EINVAL,	/* an argument is not what it must be */
	CKPT_EIO,	/* a system call failed: see errnum */
	CKPT_DAMAGED,	/* what is stored is not what was committed */
	CKPT_FOREIGN,	/* the store belongs to another job */
	CKPT_SCHEMA,	/* the version is of another schema */
	CKPT_NEWER,	/* written in a later format than this library reads */
	CKPT_LIMIT,	/* a bound on size, depth or count is exceeded */
	CKPT_ENOMEM,
};

/* What went wrong, in a sentence; filled for every status but CKPT_OK. */
struct ckpt_error {
	int errnum;	 /* errno of the call that failed, or 0 */
	char text[512]; /* one line, no newline, no control characters */
};

struct ckpt_store;
struct ckpt_stage;

/* One committed version. */
struct ckpt_version {
	uint32_t number; /* from 1 */
	uint32_t run;	 /* the run that committed it, from 0 */
	int64_t time_s;	 /* when, since the epoch */
	double progress; /* 0 to 1; negative: none was told */
	uint64_t bytes;	 /* sum of the files' sizes */
	uint32_t files;
	uint32_t schema;      /* the application's format number, 0: none */
	char schema_name[64]; /* its name, "" where there is none */
	uint32_t strikes;     /* runs that failed to start from it */
	bool is_aside;	      /* set aside: restore passes it over */
	char reason[128];     /* why it was set aside */
};

/* A run number that means "the one in SLURM_CHECKPOINT_RUN, else the
 * store's present one". */
#define CKPT_RUN_PRESENT (-1)

enum ckpt_mode {
	CKPT_READ = 0,	/* look and restore; nothing is changed */
	CKPT_WRITE = 1, /* commit too, on behalf of a run */
};

CKPT_API const char *ckpt_status_text(enum ckpt_status status);

/*
 * Open a store.
 *
 * store  set on CKPT_OK to a handle that ckpt_close() frees; else NULL
 * dir    the store's directory; NULL: from SLURM_CHECKPOINT_DIR
 * run    the run on whose behalf to write, or CKPT_RUN_PRESENT
 *
 * CKPT_NONE where there is no store, CKPT_NEWER, CKPT_DAMAGED, CKPT_EIO,
 * CKPT_STALE (a later run than `run` has begun; writing only), CKPT_ENOMEM.
 */
CKPT_API enum ckpt_status ckpt_open(struct ckpt_store **store, const char *dir,
				    enum ckpt_mode mode, int run,
				    struct ckpt_error *err);
CKPT_API void ckpt_close(struct ckpt_store *store);

/* Name and number of the application's own format: stamped on each version
 * that is committed, and required of each that is restored. */
CKPT_API enum ckpt_status ckpt_schema(struct ckpt_store *store,
				      const char *name, uint32_t number,
				      struct ckpt_error *err);

/* Begin a version: an empty staging directory. */
CKPT_API enum ckpt_status ckpt_begin(struct ckpt_store *store,
				     struct ckpt_stage **stage,
				     struct ckpt_error *err);
/* The staging directory: write files straight into it. Valid until commit. */
CKPT_API const char *ckpt_stage_dir(const struct ckpt_stage *stage);
/* Copy a file or directory in, under `name` (NULL: its last component). */
CKPT_API enum ckpt_status ckpt_add(struct ckpt_stage *stage, const char *path,
				   const char *name, struct ckpt_error *err);
CKPT_API enum ckpt_status ckpt_stage_progress(struct ckpt_stage *stage,
					      double progress,
					      struct ckpt_error *err);
/* Publish; the stage is freed whatever is returned. */
CKPT_API enum ckpt_status ckpt_commit(struct ckpt_stage *stage,
				      uint32_t *version,
				      struct ckpt_error *err);
CKPT_API void ckpt_abort(struct ckpt_stage *stage);

/*
 * Find the newest version that is whole: digests are verified, what fails is
 * set aside (when the store is open for writing) and the one before is tried.
 *
 * version  filled on CKPT_OK
 * dir      set to its directory, valid until the next restore or close
 *
 * CKPT_NONE where there is no good version.
 */
CKPT_API enum ckpt_status ckpt_restore(struct ckpt_store *store,
				       struct ckpt_version *version,
				       const char **dir,
				       struct ckpt_error *err);

/* All versions, newest first; *list is freed with free(). */
CKPT_API enum ckpt_status ckpt_list(struct ckpt_store *store,
				    struct ckpt_version **list, size_t *count,
				    struct ckpt_error *err);
/* Read every file of a version and compare with its manifest. */
CKPT_API enum ckpt_status ckpt_verify(struct ckpt_store *store,
				      uint32_t version,
				      struct ckpt_error *err);

/* Tell how much of the whole job is done, from 0 to 1. */
CKPT_API enum ckpt_status ckpt_progress(struct ckpt_store *store,
					double progress,
					struct ckpt_error *err);
/* Say that the job is finished: it is not run again. */
CKPT_API enum ckpt_status ckpt_done(struct ckpt_store *store,
				    struct ckpt_error *err);
/* Seconds until the end of this run, as last known. */
CKPT_API enum ckpt_status ckpt_time_left(struct ckpt_store *store,
					 int64_t *seconds,
					 struct ckpt_error *err);
/* Is the present run asked to save and stop?  CKPT_OK: yes, CKPT_NONE: no. */
CKPT_API enum ckpt_status ckpt_requested(struct ckpt_store *store,
					 struct ckpt_error *err);

/* Let `signum` set a flag that a loop can poll (async-signal-safe). */
CKPT_API enum ckpt_status ckpt_notice_install(int signum,
					      struct ckpt_error *err);
CKPT_API bool ckpt_notice_pending(void);
CKPT_API void ckpt_notice_clear(void);

#ifdef __cplusplus
}
#endif
#endif
