/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ckptstate.h: versions of an application's state that are whole or absent.
 *
 * A store is a directory that holds the versions of one job's state, each a
 * directory of files with a manifest.  A version is committed in one step and
 * never changed afterwards; a crash at any moment leaves the newest committed
 * one in place.  The library needs no Slurm: inside of a checkpointed job it
 * finds the store through the environment variables SLURM_CHECKPOINT_DIR and
 * SLURM_CHECKPOINT_RUN, elsewhere it makes one (CKPT_CREATE).
 *
 * All calls that a program needs to continue where it was, in a checkpointed
 * job and anywhere else:
 *
 *	ckpt_open(&store, "state", CKPT_CREATE, CKPT_RUN_PRESENT, &err);
 *	if (ckpt_restore(store, &version, &dir, &err) == CKPT_OK)
 *		read_state(dir);
 *	ckpt_notice_install(SIGTERM, &err);
 *	while (compute()) {
 *		if (!ckpt_notice_pending())
 *			continue;
 *		ckpt_begin(store, &stage, &err);
 *		write_state(ckpt_stage_dir(stage));
 *		return ckpt_commit(stage, NULL, &err) ? 1 : 85;
 *	}
 *	ckpt_done(store, &err);
 *
 * No pointer may be NULL unless a comment allows it; texts end with a NUL, and
 * are copied.
 *
 * Units: bytes, seconds, and seconds since the epoch, unless a name says
 * otherwise.  No function prints, exits, or changes signals or umask, but for
 * ckpt_notice_install().  All block on storage, and only ckpt_notice_pending()
 * and ckpt_notice_clear() may be called in a signal handler.  A store, or a
 * stage together with its store, may be used by one thread at a time; several
 * stores by several threads at once.  After a fork, only one of the two
 * processes may use a stage.
 *
 * err: every function that has this argument fills it for every status but
 * CKPT_OK; on CKPT_OK its contents may change, too.  It may be NULL.
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
	CKPT_NONE,    /* there is no such store, version or value */
	CKPT_STALE,   /* a later run owns the store; nothing published */
	CKPT_UNSURE,  /* done and visible, but the last sync failed */
	CKPT_EINVAL,  /* an argument is not what it must be */
	CKPT_EIO,     /* a system call failed: see errnum */
	CKPT_DAMAGED, /* what is stored is not what was committed */
	CKPT_FOREIGN, /* the store belongs to another job */
	CKPT_SCHEMA,  /* the version is of another schema */
	CKPT_NEWER,   /* written in a later format than this library reads */
	CKPT_LIMIT,   /* a bound on size, depth or count is exceeded */
	CKPT_ENOMEM,
};

/* What went wrong, in a sentence; filled for every status but CKPT_OK. */
struct ckpt_error {
	int errnum;	/* errno of the call that failed, or 0 */
	char text[512]; /* one line, no newline, no control characters */
};

struct ckpt_store;
struct ckpt_stage;

/* One committed version. */
struct ckpt_version {
	uint32_t number; /* from 1 */
	uint32_t run;	 /* the run that committed it, from 0 */
	int64_t time_s;	 /* when, since the epoch */
	double progress; /* 0 to 1; negative: none was reported */
	uint64_t bytes;	 /* sum of the files' sizes */
	uint32_t files;
	uint32_t schema;      /* the application's format number, 0: none */
	char schema_name[64]; /* its name, "" where there is none */
	uint32_t strikes;     /* runs that failed to start from it */
	bool is_aside;	      /* set aside: restore passes it over */
	char reason[128];     /* why it was set aside */
	uint32_t shards;      /* processes that wrote it, 0: one alone */
	double took_s;	      /* from ckpt_begin() to its manifest */
};

/* Stands for the run in SLURM_CHECKPOINT_RUN, else the store's present one. */
#define CKPT_RUN_PRESENT (-1)

enum ckpt_mode {
	CKPT_READ = 0,	/* list and restore; nothing is changed */
	CKPT_WRITE = 1, /* commit too, for a run */
	/* The job's store, in a checkpointed job; elsewhere the program's own
	 * store, which is made where there is none. */
	CKPT_CREATE = 2,
};

/* The meaning of a status, in a few words; never NULL, not to be freed. */
CKPT_API const char *ckpt_status_text(enum ckpt_status status);

/*
 * Open a store; CKPT_READ and CKPT_WRITE: one that exists.
 *
 * store  set on CKPT_OK to a handle that ckpt_close() frees; else NULL
 * dir    the store's directory; NULL: from SLURM_CHECKPOINT_DIR.  A relative
 *        one is taken from the present directory, once
 * run    the run that the handle writes for, or CKPT_RUN_PRESENT
 *
 * CKPT_NONE     there is no store, or dir is NULL outside of a job
 * CKPT_STALE    a later run than `run` has begun (not for CKPT_READ)
 * CKPT_FOREIGN  the directory is another user's (not for CKPT_READ), or the
 *               store is a job's and this isn't that job (CKPT_CREATE only)
 * CKPT_NEWER    a later version of this library made the store
 * CKPT_DAMAGED  its store.json isn't what was written
 * CKPT_EINVAL   to be written, the directory itself is a symbolic link, or
 *               holds other things but no store
 * CKPT_LIMIT    the store had a million runs (CKPT_CREATE only)
 * CKPT_EIO, CKPT_ENOMEM
 *
 * Opening for writing removes the stages that earlier runs left behind.
 *
 * CKPT_CREATE: where SLURM_CHECKPOINT_DIR is set, the call is as CKPT_WRITE
 * with NULL for dir: the store and the run are the job's, which dir doesn't
 * change. Elsewhere the store is dir.  It is made (mode 0700, with the
 * directories above it) where there is none or the directory is empty.  A crash
 * part way leaves no store, or one without versions.  With CKPT_RUN_PRESENT a
 * run begins, one after the last: from then on handles of earlier runs get
 * CKPT_STALE, so that of two programs in one store the one that came last goes
 * on.  Several processes of one program, such as the ranks of MPI, write for
 * one run: the first opens so, and the others open after it with its ckpt_run()
 * for `run`.
 */
CKPT_API enum ckpt_status ckpt_open(struct ckpt_store **store, const char *dir,
				    enum ckpt_mode mode, int run,
				    struct ckpt_error *err);

/* Free a handle, NULL too.  Its stages must be committed or aborted first. */
CKPT_API void ckpt_close(struct ckpt_store *store);

/* The store's absolute path; lives as long as the handle.  Never fails. */
CKPT_API const char *ckpt_dir(const struct ckpt_store *store);

/* The run that the handle works for, from 0.  Never fails. */
CKPT_API int ckpt_run(const struct ckpt_store *store);

/*
 * Set the name and number of the application's own format.  Each version that
 * is committed gets them, and only versions that have them are restored.
 * Without a call versions of any schema are restored.
 *
 * name  at most 63 bytes; CKPT_EINVAL: it is longer, or NULL
 */
CKPT_API enum ckpt_status ckpt_schema(struct ckpt_store *store,
				      const char *name, uint32_t number,
				      struct ckpt_error *err);

/*
 * Begin a version: an empty staging directory in the store.
 *
 * store  open for writing; must outlive the stage
 * stage  set on CKPT_OK to what ckpt_commit() or ckpt_abort() frees; else NULL
 *
 * CKPT_STALE, CKPT_EINVAL (open for reading), CKPT_EIO, CKPT_ENOMEM: nothing
 * was created.
 */
CKPT_API enum ckpt_status ckpt_begin(struct ckpt_store *store,
				     struct ckpt_stage **stage,
				     struct ckpt_error *err);

/*
 * Begin one shard of a version that `count` processes write together, on any
 * nodes.  The version is published when all have committed their shards, by
 * the one that comes last, and never with one missing: if a process dies, the
 * version before stays the newest.
 *
 * mark   a text that the shards of one version, and of no other version of
 *        this run, have in common, such as "step 1200"; at most 255 bytes
 * index  from 0 to count - 1
 * count  at most 65,536; the same for all shards of a version
 *
 * A restored version holds the files of shard 3 in its directory shard-0003.
 * Its progress is that of the slowest shard, its notes are those of the shard
 * that was committed last.  Otherwise as ckpt_begin().
 */
CKPT_API enum ckpt_status ckpt_shard_begin(struct ckpt_store *store,
					   struct ckpt_stage **stage,
					   const char *mark, uint32_t index,
					   uint32_t count,
					   struct ckpt_error *err);

/*
 * The staging directory: write files and directories straight into it.  They
 * needn't be synced, but must be closed before ckpt_commit().  The path is
 * absolute, the stage's own, and valid until commit or abort.
 */
CKPT_API const char *ckpt_stage_dir(const struct ckpt_stage *stage);

/*
 * Copy a file, or a directory with its contents, into the stage.
 *
 * path  what to copy; links to files are followed, inside of a directory
 *       links to directories are refused, and the store itself is left out
 * name  its name in the version, perhaps with directories ("a/b"); NULL: the
 *       last component of path
 *
 * CKPT_EINVAL  the name leads out of the version, is reserved or there
 *              already; or path holds what is neither file nor directory
 * CKPT_EIO     a system call failed; errnum EBUSY: a file was written to
 *              while it was copied
 * CKPT_LIMIT   too many levels of directories
 *
 * After a failure a part may be staged: abort.  Blocks of the file are shared
 * instead of copied where the file system can.
 */
CKPT_API enum ckpt_status ckpt_add(struct ckpt_stage *stage, const char *path,
				   const char *name, struct ckpt_error *err);

/* Set how much of the whole job is done in this version, from 0 to 1.  Without
 * a call it is the run's last ckpt_progress().  CKPT_EINVAL: progress is out of
 * range; nothing has changed. */
CKPT_API enum ckpt_status ckpt_stage_progress(struct ckpt_stage *stage,
					      double progress,
					      struct ckpt_error *err);

/* Put a short text into the version's manifest, for ckpt_read_note() and for
 * people: a key of 1 to 63 bytes, a value of at most 1023; at most 64 notes.
 * A second call with the same key replaces the value.  CKPT_EINVAL, CKPT_LIMIT:
 * nothing has changed; CKPT_ENOMEM: abort. */
CKPT_API enum ckpt_status ckpt_note(struct ckpt_stage *stage, const char *key,
				    const char *value, struct ckpt_error *err);

/*
 * Publish what was staged as the next version of the store.
 *
 * stage    from ckpt_begin() or ckpt_shard_begin(); taken: freed whatever is
 *          returned
 * version  set to the new version's number on CKPT_OK and CKPT_UNSURE, else
 *          untouched; may be NULL.  0: a shard, while others are missing
 *
 * CKPT_OK      durable: files, manifest and directories are synced
 * CKPT_STALE   a later run owns the store; nothing published
 * CKPT_EINVAL  the stage is empty, or holds what no version may: links, FIFOs,
 *              files that have another name elsewhere, a MANIFEST.json; or
 *              this shard was committed before under the same mark
 * CKPT_EIO     a system call failed (err->errnum); nothing published
 * CKPT_UNSURE  published, but the last sync failed: visible now, may be gone
 *              after a crash; do not commit the same state again
 * CKPT_LIMIT   too many files, levels or versions; nothing published
 * CKPT_ENOMEM  nothing published
 *
 * A crash during the call leaves the versions as they were, and one staging
 * directory, which the next run removes.
 */
CKPT_API enum ckpt_status ckpt_commit(struct ckpt_stage *stage,
				      uint32_t *version,
				      struct ckpt_error *err);

/* Remove and free a stage, NULL too. */
CKPT_API void ckpt_abort(struct ckpt_stage *stage);

/*
 * Find the newest version that is whole.  Every file is read and compared with
 * its digest; a version that fails is set aside (when the store is open for
 * writing) and the one before is tried.  All processes of a run that call this
 * before the run has committed anything get the same version.
 *
 * If the store was opened as the job's own (dir NULL) and has no good version,
 * the result is the version of another job's store that the run was begun from
 * (--checkpoint-from, SLURM_CHECKPOINT_RESTORE), with its number there.
 *
 * version  filled on CKPT_OK, else untouched; may be NULL
 * dir      set on CKPT_OK to its directory, absolute, valid until the next
 *          restore or close, else untouched; may be NULL.  Read its files,
 *          never change them
 *
 * CKPT_NONE    there is no good version; err says what is wrong with the last
 *              one that was tried, which is the oldest
 * CKPT_SCHEMA  the newest has another schema than ckpt_schema() named
 * CKPT_NEWER   a later version of this library wrote the newest
 * CKPT_EIO     reading failed in a way that may pass: try again
 */
CKPT_API enum ckpt_status ckpt_restore(struct ckpt_store *store,
				       struct ckpt_version *version,
				       const char **dir,
				       struct ckpt_error *err);

/*
 * List all versions, newest first, with those that are set aside.  A version
 * whose manifest can't be read has is_aside set, the reason, and no files.
 *
 * list   set on CKPT_OK to an array that free() frees; else NULL
 * count  set to the number of its elements; 0 is no failure
 */
CKPT_API enum ckpt_status ckpt_list(struct ckpt_store *store,
				    struct ckpt_version **list, size_t *count,
				    struct ckpt_error *err);

/* Read every file of a version and compare with its manifest: CKPT_OK, or
 * CKPT_DAMAGED with the file and what is wrong; CKPT_NONE, CKPT_NEWER,
 * CKPT_LIMIT, CKPT_EIO, CKPT_ENOMEM: the version could not be checked.  Changes
 * nothing. */
CKPT_API enum ckpt_status ckpt_verify(struct ckpt_store *store,
				      uint32_t version, struct ckpt_error *err);

/* Copy a version's note into value, which has room for size bytes; 1,024 are
 * always enough.  CKPT_NONE: no such version or note, CKPT_LIMIT: it doesn't
 * fit; value is untouched. */
CKPT_API enum ckpt_status ckpt_read_note(struct ckpt_store *store,
					 uint32_t version, const char *key,
					 char *value, size_t size,
					 struct ckpt_error *err);

/* Get how long the newest version took, and its size: what the next one may
 * need.  Either may be NULL.  CKPT_NONE: there is no version yet. */
CKPT_API enum ckpt_status ckpt_last_save(struct ckpt_store *store,
					 double *seconds, uint64_t *bytes,
					 struct ckpt_error *err);

/* Report how much of the whole job is done, from 0 to 1 (else CKPT_EINVAL).
 * The call is cheap: it doesn't sync, as this is an estimate. */
CKPT_API enum ckpt_status ckpt_progress(struct ckpt_store *store,
					double progress,
					struct ckpt_error *err);

/* Report that the job is finished: it is not run again.  Durable on CKPT_OK;
 * CKPT_STALE: a later run has begun, nothing was written. */
CKPT_API enum ckpt_status ckpt_done(struct ckpt_store *store,
				    struct ckpt_error *err);

/* Get the seconds until the end of this run, as last known; 0: it is over.
 * Reads the run's journal, a few KiB.  In a store that is no job's the end is
 * SLURM_JOB_END_TIME, which Slurm 24.11 and later set when a job starts.
 * CKPT_NONE: the end is unknown; *seconds is untouched. */
CKPT_API enum ckpt_status ckpt_time_left(struct ckpt_store *store,
					 int64_t *seconds,
					 struct ckpt_error *err);

/*
 * Is the run requested to save and stop?  CKPT_OK: yes, CKPT_NONE: no.
 * Reads the run's journal: call it once in a while, not in each turn of a loop.
 * If the store is open for writing, the call also records that a program knows
 * of the request, so that the job is run again even if no program catches the
 * signal.
 *
 * In a store that is no job's, where nothing else could request it, the run is
 * requested when a signal of ckpt_notice_install() has been caught, or when
 * little of ckpt_time_left() remains: a minute and twice the time that the
 * newest version took, but at most a quarter of the job's whole time.
 */
CKPT_API enum ckpt_status ckpt_requested(struct ckpt_store *store,
					 struct ckpt_error *err);

/* Catch the signal `signum`, in place of its present handler, and set a flag
 * that a loop can poll.  The process has one flag for all stores and all
 * installed signals.  Interrupted system calls continue (SA_RESTART).
 * CKPT_EINVAL: there is no such signal, or it can't be caught. */
CKPT_API enum ckpt_status ckpt_notice_install(int signum,
					      struct ckpt_error *err);
CKPT_API bool ckpt_notice_pending(void); /* async-signal-safe */
CKPT_API void ckpt_notice_clear(void);	 /* async-signal-safe */

#ifdef __cplusplus
}
#endif
#endif
