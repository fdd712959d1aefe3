/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * restore.c: put the newest good version's files back where the program
 * expects them.
 *
 * All files are first copied to a directory beside their places and then
 * renamed, so that a copy that fails leaves everything as it was, and no file
 * is there in part at any moment.  Nothing is synced: the version stays as it
 * is, and after a crash the next run restores it again.
 *
 * Every directory below the target is opened by its own name alone, from the
 * one above it, and no link is followed that another user could have put
 * there.  This is what openat2() does with RESOLVE_BENEATH and
 * RESOLVE_NO_SYMLINKS, and works with every kernel.
 */
#include "cmd/scheckpoint/restore.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/find.h"
#include "cmd/scheckpoint/open.h"
#include "cmd/scheckpoint/parse.h"
#include "cmd/scheckpoint/say.h"
#include "cmd/scheckpoint/shard.h"

#define DEPTH_MOST   64
#define PLACE_PREFIX ".scheckpoint-restore"
#define PLACE_MAX    64

struct restoring {
	const struct call *call;
	struct ckpt_version version;
	bool may_replace_newer;
	unsigned files;
	char dir[PATH_MAX]; /* of the store that the version is in */
	char below[32];	    /* "shard-0003/": only files there; "": all */
	const struct level *copying;
	int code; /* of the copying */
};

/* A directory of the version, and those that its entries go to. */
struct level {
	int from;  /* in the version, or in the place for copies */
	int to;	   /* where its entries are put */
	int final; /* while copying: their last place; -1: not there yet */
	const char *path; /* below the version; "" at the top */
	int depth;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* May others put entries into the directory, or rename those that are there?
 * A group that has its user's number is that user's alone. */
static bool is_open_to_others(const struct stat *dir)
{
	mode_t others = dir->st_gid == dir->st_uid ? S_IWOTH
						   : S_IWGRP | S_IWOTH;

	return (dir->st_uid != geteuid() && dir->st_uid != 0) ||
	       ((dir->st_mode & others) && !(dir->st_mode & S_ISVTX));
}

/* Is the entry a link that only this user, or root, can have made? */
static bool is_own_link(int dirfd, const char *name)
{
	struct stat dir, st;

	return fstat(dirfd, &dir) == 0 &&
	       fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISLNK(st.st_mode) &&
	       (st.st_uid == geteuid() || st.st_uid == 0) &&
	       !is_open_to_others(&dir);
}

/* Open a directory below the target.  A link of the user's own, or root's, is
 * followed: the program writes through it as well.  errno ELOOP: the link is
 * another user's, or could be. */
static int open_below(int dirfd, const char *name)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
	int fd = openat(dirfd, name, flags | O_NOFOLLOW);
	struct stat st;

	if (fd >= 0 || (errno != ENOTDIR && errno != ELOOP))
		return fd;
	if (is_own_link(dirfd, name))
		return openat(dirfd, name, flags);
	errno = fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
				S_ISLNK(st.st_mode)
			? ELOOP
			: ENOTDIR;
	return -1;
}

/* Copy an open file with its mode and time; nothing is left after a failure. */
static int copy_file(int from, int to_dir, const char *to_name)
{
	int to, rc = -1, saved;
	struct stat st;

	if (fstat(from, &st))
		return -1;
	to = openat(to_dir, to_name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
		    0600);
	if (to < 0)
		return -1;
	if (ckpt_copy(from, to) == 0 && fchmod(to, st.st_mode & 0777) == 0 &&
	    futimens(to, (struct timespec[]){st.st_atim, st.st_mtim}) == 0)
		rc = 0;
	saved = errno;
	if (close(to) && !rc) {
		saved = errno;
		rc = -1;
	}
	if (rc)
		unlinkat(to_dir, to_name, 0);
	errno = saved;
	return rc;
}

static void join(char path[PATH_MAX], const char *dir, const char *name)
{
	snprintf(path, PATH_MAX, "%.2000s%s%.255s", dir, dir[0] ? "/" : "",
		 name);
}

/* Call each() for the entries of a directory until it returns anything but 0;
 * returns that. */
static int each_entry(struct restoring *r, const struct level *level,
		      int (*each)(struct restoring *r,
				  const struct level *level, const char *name,
				  bool is_dir))
{
	int fd = openat(level->from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct stat st;
	int code = SAYS_YES;

	if (!dir) {
		code = say_error(r->call,
				 "version %u: '%s' can't be listed: "
				 "%s",
				 r->version.number, level->path,
				 strerror(errno));
		close_fd(&fd);
		return code;
	}
	while (!code && (entry = readdir(dir))) {
		const char *name = entry->d_name;

		if (!strcmp(name, ".") || !strcmp(name, ".."))
			continue;
		if (fstatat(level->from, name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		/* The library commits nothing else. */
		if (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
			code = each(r, level, name, S_ISDIR(st.st_mode));
	}
	closedir(dir);
	return code;
}

/* ------------------------------------------------------------------ copy */

/* Say why a directory of the version can't be put where `path` is. */
static int say_blocked(const struct restoring *r, const char *path, int errnum)
{
	if (errnum == ENOTDIR)
		return say_error(r->call,
				 "%s is a file, but a directory in "
				 "version %u; move it away",
				 path, r->version.number);
	if (errnum == ELOOP)
		return say_error(r->call,
				 "%s is a symbolic link that another user "
				 "made or could have made, and isn't "
				 "followed; put a directory there, or give "
				 "another DIR",
				 path);
	return say_error(r->call, "%s can't be opened: %s", path,
			 strerror(errnum));
}

/* Make the directories of the version, which its manifest doesn't list. */
static int copy_dir(struct restoring *r, const struct level *level,
		    const char *name, bool is_dir)
{
	struct level next = {-1, -1, -1, NULL, level->depth + 1};
	char path[PATH_MAX];
	int code;

	if (!is_dir)
		return SAYS_YES;
	join(path, level->path, name);
	next.path = path;
	next.from = openat(level->from, name,
			   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (mkdirat(level->to, name, 0700) == 0)
		next.to =
			openat(level->to, name,
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (next.depth > DEPTH_MOST || next.from < 0 || next.to < 0) {
		code = say_error(r->call, "%s could not be copied: %s", path,
				 strerror(errno));
		goto out;
	}
	if (level->final >= 0)
		next.final = open_below(level->final, name);
	if (next.final < 0 && level->final >= 0 && errno != ENOENT)
		code = say_blocked(r, path, errno);
	else
		code = each_entry(r, &next, copy_dir);
out:
	close_fd(&next.from);
	close_fd(&next.to);
	close_fd(&next.final);
	return code;
}

/* May the restored file replace what is at its place? */
static int check_place(const struct restoring *r, int final, const char *path)
{
	struct stat st;

	if (fstatat(final, path, &st, AT_SYMLINK_NOFOLLOW))
		return SAYS_YES;
	if (S_ISDIR(st.st_mode))
		return say_error(r->call,
				 "%s is a directory, but a file in "
				 "version %u; move it away",
				 path, r->version.number);
	if (!r->may_replace_newer && st.st_mtime > r->version.time_s)
		return say_error(r->call,
				 "%s is newer than version %u; give "
				 "another DIR, or --force to replace "
				 "it",
				 path, r->version.number);
	return SAYS_YES;
}

/* Copy a file that the manifest lists, which the library has verified. */
static bool copy_listed(const char *name, int fd, void *arg)
{
	struct restoring *r = arg;
	size_t len = strlen(r->below);

	if (strncmp(name, r->below, len))
		return true;
	name += len;
	r->code = check_place(r, r->copying->final, name);
	if (!r->code && copy_file(fd, r->copying->to, name))
		r->code = say_error(r->call, "%s could not be copied: %s", name,
				    strerror(errno));
	r->files++;
	return r->code == SAYS_YES;
}

static int copy_version(struct restoring *r, struct ckpt_store *store,
			const struct level *copying)
{
	struct ckpt_error err = {0};
	enum ckpt_status status;

	r->copying = copying;
	r->code = each_entry(r, copying, copy_dir);
	if (r->code)
		return r->code;
	status = ckpt_files(store, r->version.number, copy_listed, r, &err);
	return status ? say_status(r->call, status, &err) : r->code;
}

/* ----------------------------------------------------------------- place */

/* A name that another user can't foresee. */
static void name_place(char place[PLACE_MAX])
{
	uint64_t random = 0;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) < 0)
		random = (uint64_t)time(NULL) << 20;
	snprintf(place, PLACE_MAX, PLACE_PREFIX "-%ld-%016" PRIx64,
		 (long)getpid(), random);
}

/* The place can be on another file system, by a link of the user's. */
static int rename_or_copy(int from, int to, const char *name)
{
	char place[PLACE_MAX];
	int fd, rc;

	if (renameat(from, name, to, name) == 0)
		return 0;
	if (errno != EXDEV)
		return -1;
	name_place(place);
	fd = openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	rc = fd < 0 ? -1 : copy_file(fd, to, place);
	close_fd(&fd);
	if (rc)
		return -1;
	rc = renameat(to, place, to, name);
	if (rc)
		unlinkat(to, place, 0);
	return rc;
}

static int place_entry(struct restoring *r, const struct level *level,
		       const char *name, bool is_dir)
{
	struct level next = {-1, -1, -1, NULL, level->depth + 1};
	char path[PATH_MAX];
	int code = SAYS_YES;

	join(path, level->path, name);
	if (!is_dir) {
		if (rename_or_copy(level->from, level->to, name))
			code = say_error(r->call,
					 "%s could not be put in "
					 "place: %s; version %u is "
					 "restored in part",
					 path, strerror(errno),
					 r->version.number);
		return code;
	}
	next.path = path;
	next.from = openat(level->from, name,
			   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (mkdirat(level->to, name, 0777) == 0 || errno == EEXIST)
		next.to = open_below(level->to, name);
	if (next.from < 0 || next.to < 0)
		code = say_error(r->call,
				 "%s could not be created: %s; "
				 "version %u is restored in part",
				 path, strerror(errno), r->version.number);
	else
		code = each_entry(r, &next, place_entry);
	close_fd(&next.from);
	close_fd(&next.to);
	return code;
}

static int remove_entry(struct restoring *r, const struct level *level,
			const char *name, bool is_dir)
{
	struct level next = {-1, -1, -1, name, level->depth + 1};

	if (!is_dir) {
		unlinkat(level->from, name, 0);
		return SAYS_YES;
	}
	next.from = openat(level->from, name,
			   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (next.from >= 0)
		each_entry(r, &next, remove_entry);
	close_fd(&next.from);
	unlinkat(level->from, name, AT_REMOVEDIR);
	return SAYS_YES;
}

/* Make a directory in the target for the copies; -1: errno. */
static int make_place(int target, char place[PLACE_MAX])
{
	struct stat st;
	int fd;

	name_place(place);
	if (mkdirat(target, place, 0700)) {
		place[0] = '\0';
		return -1;
	}
	fd = openat(target, place,
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	/* Others may rename what is in a directory that they may write to. */
	if (fd >= 0 && (fstat(fd, &st) || st.st_uid != geteuid() ||
			(st.st_mode & 07777 & ~(mode_t)S_ISGID) != 0700)) {
		close_fd(&fd);
		errno = EPERM;
	}
	return fd;
}

static int copy_and_place(struct restoring *r, struct ckpt_store *store,
			  const char *version_dir, const char *target)
{
	struct level copying = {-1, -1, -1, "", 0};
	struct level placing = {-1, -1, -1, "", 0};
	char place[PLACE_MAX] = "";
	int code;

	copying.from = open(version_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	copying.final = open(target, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (copying.from < 0 || copying.final < 0) {
		code = say_error(r->call, "%s can't be opened: %s",
				 copying.from < 0 ? version_dir : target,
				 strerror(errno));
		goto out;
	}
	copying.to = make_place(copying.final, place);
	if (copying.to < 0) {
		code = say_error(r->call, "%s can't be written to: %s", target,
				 strerror(errno));
		goto out;
	}
	placing.from = copying.to;
	placing.to = copying.final;
	code = copy_version(r, store, &copying);
	if (!code)
		code = each_entry(r, &placing, place_entry);
out:
	if (copying.to >= 0)
		each_entry(r, &placing, remove_entry);
	if (place[0])
		unlinkat(copying.final, place, AT_REMOVEDIR);
	close_fd(&copying.from);
	close_fd(&copying.to);
	close_fd(&copying.final);
	return code;
}

/* --------------------------------------------------------------- command */

/* Open the store to restore from; *is_own: it is that of the job we are in. */
static int open_source(const struct call *call, struct ckpt_store **store,
		       bool *is_own)
{
	const char *from = call_option(call, "from");
	struct ckpt_error err = {0};
	struct stores stores = {0};
	enum ckpt_status status;
	int code;

	/* In its own job the version is the state to go on from.  Elsewhere
	 * the files at its place may be newer work of the user's. */
	*is_own = !from && getenv("SLURM_JOB_ID");
	*store = NULL;
	if (!from)
		return open_own(call, *is_own ? CKPT_WRITE : CKPT_READ, store);
	code = find_stores(call, from, &stores);
	if (!code && stores.count != 1)
		code = say_error(call, "'%s' stands for %zu stores; name one",
				 from, stores.count);
	if (!code) {
		status = ckpt_open(store, stores.dirs[0], CKPT_READ,
				   CKPT_RUN_PRESENT, &err);
		if (status)
			code = say_status(call, status, &err);
	}
	stores_free(&stores);
	return code;
}

/* A first run has no version yet, which is no error.  But where there are
 * versions and none can be used, the job must not silently begin again. */
static int explain_none(const struct call *call, struct ckpt_store *store,
			bool is_own, const struct ckpt_error *err)
{
	const char *named = is_own ? getenv("SLURM_CHECKPOINT_RESTORE") : NULL;
	struct ckpt_version *list = NULL;
	size_t count = 0;

	ckpt_list(store, &list, &count, NULL);
	free(list);
	if (count || (named && named[0]))
		return say_error(call,
				 "no version in %s can be used; the last "
				 "tried: %s",
				 ckpt_dir(store), err->text);
	say_error(call, "there is no version yet in %s%s", ckpt_dir(store),
		  is_own ? ": the job begins from the start" : "");
	return SAYS_NO;
}

/* Choose the directory of the version, or of the shard that was requested. */
static int choose_dir(struct restoring *r, const struct shard *shard,
		      const char *version_dir, char dir[PATH_MAX])
{
	if (shard->count && shard->count != r->version.shards)
		return say_error(r->call,
				 r->version.shards
					 ? "version %u has %u shards, not %u"
					 : "version %u was not saved in shards",
				 r->version.number, r->version.shards,
				 shard->count);
	if (shard->count)
		snprintf(r->below, sizeof(r->below), "shard-%04u/",
			 shard->index);
	snprintf(dir, PATH_MAX, "%.4000s/%s", version_dir, r->below);
	return SAYS_YES;
}

/* Open the store that the version is in.  Where the job has no version of its
 * own yet, that can be another job's. */
static int open_holder(struct restoring *r, const char *version_dir,
		       struct ckpt_store **holder)
{
	int len = (int)(strrchr(version_dir, '/') - version_dir);
	struct ckpt_error err = {0};
	enum ckpt_status status;

	snprintf(r->dir, sizeof(r->dir), "%.*s", len, version_dir);
	status = ckpt_open(holder, r->dir, CKPT_READ, CKPT_RUN_PRESENT, &err);
	return status ? say_status(r->call, status, &err) : SAYS_YES;
}

/* Say what was restored; the size of a single shard isn't known. */
static void say_restored(const struct restoring *r, const struct shard *shard,
			 const char *own, const char *target)
{
	char clean[PATH_MAX], size[SAY_BYTES_MAX];

	printf("restored ");
	if (shard->count)
		printf("shard %u of ", shard->index);
	printf("version %u of run %u", r->version.number, r->version.run);
	if (strcmp(r->dir, own))
		printf(" of %s", say_clean(clean, sizeof(clean), r->dir));
	printf(": %u file%s, ", r->files, r->files == 1 ? "" : "s");
	if (!shard->count)
		printf("%s, ", say_bytes(size, r->version.bytes));
	printf("into %s\n", say_clean(clean, sizeof(clean), target));
}

/* Say that the version isn't the newest: the user may think that it is. */
static void say_passed_over(const struct restoring *r, struct ckpt_store *store)
{
	struct ckpt_version passed;

	if (ckpt_passed_over(store, &r->version, &passed))
		say_error(r->call, "version %u can't be used: %s",
			  passed.number, passed.reason);
}

int command_restore(struct call *call)
{
	const char *target = call->count ? call->operands[0] : ".";
	struct restoring r = {.call = call};
	struct ckpt_store *store = NULL, *holder = NULL;
	struct shard shard = {0};
	struct ckpt_error err = {0};
	enum ckpt_status status;
	const char *version_dir = NULL;
	char dir[PATH_MAX];
	bool is_own = false;
	int code = shard_parse(call, &shard);

	if (!code && !call_option(call, "from") && is_outside()) {
		say_error(call, "SLURM_CHECKPOINT_DIR is not set: this job "
				"has no --checkpoint, and begins from the "
				"start; --from names a store to restore from");
		return SAYS_NO;
	}
	if (!code)
		code = open_source(call, &store, &is_own);
	if (!code)
		code = parse_schema(call, store);
	if (code)
		goto out;
	status = ckpt_restore(store, &r.version, &version_dir, &err);
	if (status) {
		code = status == CKPT_NONE
			       ? explain_none(call, store, is_own, &err)
			       : say_status(call, status, &err);
		goto out;
	}
	say_passed_over(&r, store);
	r.may_replace_newer = is_own || call_option(call, "force");
	code = choose_dir(&r, &shard, version_dir, dir);
	if (!code)
		code = open_holder(&r, version_dir, &holder);
	if (!code)
		code = copy_and_place(&r, holder, dir, target);
	if (!code)
		say_restored(&r, &shard, ckpt_dir(store), target);
out:
	ckpt_close(holder);
	ckpt_close(store);
	return code;
}
