/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * internal.h: what the files of the library share with each other and with
 * nobody else.
 */
#ifndef CKPT_INTERNAL_H
#define CKPT_INTERNAL_H

#include <limits.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

#include "lib/store.h"

#define CKPT_FORMAT	   1 /* the newest on-disk format this code reads */
#define CKPT_FORMAT_TEXT   "1"
#define CKPT_MANIFEST	   "MANIFEST.json"
#define CKPT_SHARD_FILE	   ".shard.json" /* at the root of a shard */
#define CKPT_STORE_FILE	   "store.json"
#define CKPT_NAME_MAX	   4095	      /* of a file in a version */
#define CKPT_DEPTH_MAX	   32	      /* components of such a name */
#define CKPT_FILES_MAX	   1000000    /* files in one version */
#define CKPT_ENTRIES_MAX   1000000    /* entries of one store directory */
#define CKPT_MANIFEST_MAX  (64 << 20) /* bytes */
#define CKPT_FACT_MAX	   (64 << 10) /* store.json, done-0003, … */
#define CKPT_RECORD_MAX	   (64 << 10) /* one line of a journal */
#define CKPT_JOURNAL_MAX   (64 << 20) /* bytes that are read of a journal */
#define CKPT_FLUSH_BYTES   (8 << 20)  /* the disk is given at a time */
#define CKPT_RUN_MAX	   999999
#define CKPT_VERSION_MAX   999999999
#define CKPT_DIGEST_LENGTH 32 /* hex digits of an XXH3-128 */
#define CKPT_ENTRY_NAME	   64 /* holds any name of the store's own */

/* A version that was read in full and found to be whole. */
struct ckpt_checked {
	uint32_t number;
	ino_t ino;
};

struct ckpt_store {
	char *dir; /* absolute */
	int fd;
	bool is_of_job; /* named by the job's environment */
	enum ckpt_mode mode;
	int run; /* on whose behalf; -1: no run has begun */
	uid_t owner;
	struct ckpt_identity id; /* strings are the store's */
	bool has_schema;
	uint32_t schema;
	char schema_name[64];
	double progress;	      /* told through this handle, or -1 */
	char *restored;		      /* what ckpt_restore() handed out */
	struct ckpt_checked *checked; /* versions seen to be whole */
	size_t checked_count;
};

/* A text that grows; failed is set, and stays, when memory ran out. */
struct ckpt_text {
	char *data;
	size_t len_bytes;
	size_t size_bytes;
	bool failed;
};

struct ckpt_stage {
	struct ckpt_store *store;
	char name[CKPT_ENTRY_NAME];
	char *path;
	int fd;
	double progress; /* negative: what the run told */
	struct timespec begun;
	struct ckpt_record *head; /* the manifest's members but the files */
	uint32_t newest;	  /* version that was there at its begin */
	uint32_t shards;	  /* 0: the whole version is staged here */
	uint32_t shard;
	char *mark;	/* what the shards of one version have in common */
	bool is_parted; /* moved to the other shards: no longer ours */
};

/* A manifest that is being written: the list of files comes first. */
struct ckpt_listing {
	int dirfd; /* borrowed, and so is the name */
	const char *name;
	int fd;
	uint64_t end; /* of what was written of the list */
	uint32_t files;
	struct ckpt_sum *sum;	  /* of what was written */
	struct ckpt_text pending; /* to be written next */
};

/* What becomes of a stage's files while they are digested and synced. */
struct ckpt_sealing {
	struct ckpt_stage *stage;
	struct ckpt_digest *digest;
	struct ckpt_listing list;
	struct ckpt_error *err;
};

/* ---- status.c ---- */
/* Fill err (may be NULL) and return status; errnum 0: no system call. */
enum ckpt_status ckpt_fail(struct ckpt_error *err, enum ckpt_status status,
			   int errnum, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* Copy what fits, as one line without control characters. */
void ckpt_copy_text(char *to, size_t size, const char *text);
enum ckpt_status ckpt_no_memory(struct ckpt_error *err);

/* ---- digest.c ---- */
struct ckpt_digest;
struct ckpt_digest *ckpt_digest_new(void);
void ckpt_digest_free(struct ckpt_digest *digest);
void ckpt_digest_reset(struct ckpt_digest *digest);
void ckpt_digest_update(struct ckpt_digest *digest, const void *data,
			size_t len_bytes);
void ckpt_digest_hex(const struct ckpt_digest *digest,
		     char hex[CKPT_DIGEST_LENGTH + 1]);
/* XXH3-128 of an open file from its start, and its length.  is_new: it was
 * just written, and is to be synced next: the disk may begin. */
int ckpt_digest_file(struct ckpt_digest *digest, int fd, bool is_new,
		     char hex[CKPT_DIGEST_LENGTH + 1], uint64_t *bytes);
/* XXH3-64: the check of one small record. */
uint64_t ckpt_digest_small(const void *data, size_t len_bytes);
/* The same of a text that comes in pieces. */
struct ckpt_sum;
struct ckpt_sum *ckpt_sum_new(void);
void ckpt_sum_free(struct ckpt_sum *sum);
void ckpt_sum_update(struct ckpt_sum *sum, const void *data, size_t len_bytes);
/* With more at its end, which isn't kept. */
uint64_t ckpt_sum_with(struct ckpt_sum *sum, const void *data,
		       size_t len_bytes);

/* ---- json.c ---- */
void ckpt_text_add(struct ckpt_text *text, const char *data, size_t len_bytes);
void ckpt_text_free(struct ckpt_text *text);

/* As ckpt_record_new(), without "rec" and "t". */
struct ckpt_record *ckpt_record_plain(void);
bool ckpt_record_failed(const struct ckpt_record *rec);
void ckpt_record_stamp(struct ckpt_record *rec); /* "t" becomes now */
bool ckpt_record_has(const struct ckpt_record *rec, const char *key);
void ckpt_record_drop(struct ckpt_record *rec, const char *key);
void ckpt_record_set_note(struct ckpt_record *rec, const char *key,
			  const char *value);
const char *ckpt_record_note(const struct ckpt_record *rec, const char *key);
size_t ckpt_record_notes(const struct ckpt_record *rec);
/* A name of a file, in whatever encoding; ckpt_record_set_str() makes UTF-8. */
void ckpt_record_set_bytes(struct ckpt_record *rec, const char *key,
			   const char *value);
/* The members as text, without the braces; an empty record fails. */
void ckpt_record_members(const struct ckpt_record *rec, struct ckpt_text *out);
/* The record's text with its check and a newline at the end. */
void ckpt_record_seal(const struct ckpt_record *rec, struct ckpt_text *out);
/* An object that needs no check and that text may go on after: at *used. */
struct ckpt_record *ckpt_record_part(const char *text, size_t len_bytes,
				     size_t *used);
/* How each checked text ends: ,"sum":"0123456789abcdef"}, and a newline. */
#define CKPT_SEAL_KEY	 ",\"sum\":\""
#define CKPT_SEAL_LENGTH (sizeof(CKPT_SEAL_KEY) - 1 + 16 + 2)
void ckpt_seal_end(char end[CKPT_SEAL_LENGTH + 2], uint64_t sum);
/* Where the check begins that the text ends with; 0: it has none. */
size_t ckpt_sealed_length(const char *text, size_t len_bytes);
bool ckpt_is_seal(const char *end, uint64_t sum);

/* ---- manifest.c: -1 and errno, EBADMSG: it is damaged ---- */
struct ckpt_file {
	const char *name;
	uint64_t bytes;
	const char *digest;
};

/* Create a manifest; what is listed goes to the file from time to time.  To be
 * ended once begun. */
int ckpt_listing_begin(struct ckpt_listing *list, int dirfd, const char *name);
int ckpt_listing_add(struct ckpt_listing *list, const struct ckpt_file *file);
/* The other members, the check, and the sync; again with another head. */
int ckpt_listing_seal(struct ckpt_listing *list,
		      const struct ckpt_record *head);
void ckpt_listing_end(struct ckpt_listing *list);

/* A manifest that is being read. */
struct ckpt_manifest {
	int fd;
	struct ckpt_record *head; /* its members but the list of files */
	uint64_t files_at, files_end, at;
	struct ckpt_record *entry;  /* the file that was read last */
	struct ckpt_window *window; /* the piece of the text in memory */
	char end[CKPT_SEAL_LENGTH];
};
#define CKPT_NO_MANIFEST ((struct ckpt_manifest){.fd = -1})
/* As ckpt_fs_open_file(); EFBIG: longer than a manifest may be. */
int ckpt_manifest_open(struct ckpt_manifest *manifest, int dirfd,
		       const char *name, uid_t owner);
void ckpt_manifest_close(struct ckpt_manifest *manifest);
void ckpt_manifest_rewind(struct ckpt_manifest *manifest);
/* 1: *file is filled, and good until the next call, 0: the end. */
int ckpt_manifest_next(struct ckpt_manifest *manifest, struct ckpt_file *file);

/* ---- fsutil.c: -1 and errno, unless they say otherwise ---- */
bool ckpt_fs_is_name(const char *name);
int ckpt_fs_open(int dirfd, const char *name, int flags, mode_t mode);
/* What the user named, through links: a source of a copy. */
int ckpt_fs_open_users(int dirfd, const char *name);
int ckpt_fs_open_dir(int dirfd, const char *name);
/* A regular file of owner, below dirfd; name may have components.  errno
 * EPERM: somebody else's, EFTYPE's stand-in EMEDIUMTYPE: no regular file. */
int ckpt_fs_open_file(int dirfd, const char *name, int flags, uid_t owner,
		      struct stat *st);
int ckpt_fs_read_small(int dirfd, const char *name, uid_t owner, size_t max,
		       char **text, size_t *len_bytes);
ssize_t ckpt_fs_read(int fd, void *data, size_t size_bytes);
int ckpt_fs_write(int fd, const void *data, size_t len_bytes);
int ckpt_fs_sync(int fd);
int ckpt_fs_sync_dir(int fd);
void ckpt_fs_close(int *fd);
/* Write a file anew in one step; is_synced: also durable. */
int ckpt_fs_replace(int dirfd, const char *name, const char *text,
		    size_t len_bytes, bool is_synced);
/* Create a whole file in one step; EEXIST where there is one. */
int ckpt_fs_create(int dirfd, const char *name, const char *text,
		   size_t len_bytes);
/* Rename a directory, never replacing one that holds something (EEXIST). */
int ckpt_fs_publish(int from_fd, const char *from, int to_fd, const char *to);
/* Names of a directory; the callback's non-zero answer ends it and is
 * returned. */
int ckpt_fs_each(int dirfd, int (*each)(const char *name, void *arg),
		 void *arg);
int ckpt_fs_remove(int dirfd, const char *name); /* a file or a whole tree */
void ckpt_fs_unique(char *name, size_t size, const char *prefix);

/* ---- stage.c, commit.c, shard.c ---- */
void ckpt_stage_name(const struct ckpt_store *store,
		     char name[CKPT_ENTRY_NAME]);
void ckpt_stage_free(struct ckpt_stage *stage);
bool ckpt_is_reserved(const char *name);
/* Begin the list of the stage's files in the manifest of this name. */
enum ckpt_status ckpt_begin_list(struct ckpt_sealing *s, const char *name);
enum ckpt_status ckpt_list_file(struct ckpt_sealing *s,
				const struct ckpt_file *file);
/* Write the rest of it, and sync it and its directory. */
enum ckpt_status ckpt_seal_manifest(struct ckpt_sealing *s, uint32_t number);
enum ckpt_status ckpt_publish(struct ckpt_sealing *s, uint32_t *number);
/* Is the open directory fd the one called name?  errno is kept. */
bool ckpt_is_moved(int fd, int dirfd, const char *name);
/* Seal a shard; when it was the last one, the stage becomes the whole
 * version's, to be published; else it is parted with. */
enum ckpt_status ckpt_shard_join(struct ckpt_sealing *s);

/* ---- store.c ---- */
/* Has a later run begun than the one this handle writes for?  *newest: the
 * newest version, seen in the same look; may be NULL. */
enum ckpt_status ckpt_fence(struct ckpt_store *store, uint32_t *newest,
			    struct ckpt_error *err);
/* What failed because a later run swept it away is told as that. */
enum ckpt_status ckpt_or_stale(struct ckpt_store *store,
			       enum ckpt_status status, struct ckpt_error *err);
/* Refuse a handle that is open for reading. */
enum ckpt_status ckpt_need_writer(const struct ckpt_store *store,
				  struct ckpt_error *err);
/* Both: may this handle change the store now? */
enum ckpt_status ckpt_begin_change(struct ckpt_store *store,
				   struct ckpt_error *err);
/* "v000012" → 12; 0: no version's name. */
uint32_t ckpt_version_number(const char *name);
void ckpt_version_name(char name[CKPT_ENTRY_NAME], uint32_t number);

/* ---- identity.c ---- */
/* Read store.json into store->id. */
enum ckpt_status ckpt_read_identity(struct ckpt_store *store,
				    struct ckpt_error *err);
/* Create it, unless another job was quicker. */
enum ckpt_status ckpt_write_identity(struct ckpt_store *store,
				     const struct ckpt_identity *id,
				     struct ckpt_error *err);
/* id NULL, or no token: any job's. */
enum ckpt_status ckpt_check_identity(const struct ckpt_store *store,
				     const struct ckpt_identity *id,
				     struct ckpt_error *err);

/* ---- facts.c ---- */
/* Write one of the small files beside the versions. */
enum ckpt_status ckpt_fact_write(struct ckpt_store *store, const char *name,
				 struct ckpt_record *rec, bool is_synced,
				 struct ckpt_error *err);
/* CKPT_NONE, CKPT_DAMAGED and CKPT_EIO leave *rec NULL. */
enum ckpt_status ckpt_fact_read(struct ckpt_store *store, const char *name,
				struct ckpt_record **rec,
				struct ckpt_error *err);

/* ---- journal.c ---- */
int ckpt_journal_run(const char *name); /* -1: no journal's name */
void ckpt_journal_name(char name[CKPT_ENTRY_NAME], unsigned run);
/* Create a run's journal and its first record, once. */
enum ckpt_status ckpt_journal_begin(struct ckpt_store *store, unsigned run,
				    struct ckpt_error *err);
/* Newest version that existed when the run began; UINT32_MAX: unknown. */
uint32_t ckpt_journal_base(struct ckpt_store *store, unsigned run);

/* ---- list.c ---- */
struct ckpt_numbers {
	uint32_t *list; /* highest first; to be freed */
	size_t count, room;
	int newest_run; /* that has a journal; -1: none */
};
/* By name, reading none; -1 and errno. */
int ckpt_list_numbers(struct ckpt_store *store, struct ckpt_numbers *numbers);
bool ckpt_is_unreadable(const struct ckpt_version *version);

/* ---- version.c ---- */
/* Open a version's directory and read its manifest; err tells what is wrong
 * with it.  CKPT_NONE: no such version. */
enum ckpt_status ckpt_version_load(struct ckpt_store *store, uint32_t number,
				   int *dirfd, struct ckpt_manifest *manifest,
				   struct ckpt_version *version,
				   struct ckpt_error *err);
/* What its manifest tells, but for the number of its files and bytes. */
enum ckpt_status ckpt_version_head(struct ckpt_store *store, uint32_t number,
				   struct ckpt_version *version);
/* As ckpt_verify(), with what its manifest tells.  is_again: though it was once
 * seen to be whole. */
enum ckpt_status ckpt_version_check(struct ckpt_store *store, uint32_t number,
				    bool is_again, struct ckpt_version *version,
				    struct ckpt_error *err);

/* ---- retain.c ---- */
enum ckpt_status ckpt_set_aside(struct ckpt_store *store, uint32_t number,
				const char *reason, struct ckpt_error *err);
void ckpt_read_marks(struct ckpt_store *store, struct ckpt_version *version);
void ckpt_sweep(struct ckpt_store *store);
/* After a commit: remove what is clearly older than the store's policy
 * keeps, reading no file; failures are left to ckpt_retain(). */
void ckpt_prune(struct ckpt_store *store);

#endif
