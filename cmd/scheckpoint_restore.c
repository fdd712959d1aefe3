/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scheckpoint_restore.c: put the newest good version's files back where the
 * program expects them.
 *
 * All files are copied to a directory beside their places first and then
 * renamed, so that a copy that fails leaves everything as it was, and no file
 * is ever there in part.  Nothing is synced: the version stays what it is,
 * and after a crash the next run restores it again.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <linux/fs.h>
#include <unistd.h>

#include "cmd/scheckpoint.h"

#define MANIFEST    "MANIFEST.json"
#define SHARD_FILE  ".shard.json"
#define DEPTH_MOST  64
#define PLACE_MODEL ".scheckpoint-restore-XXXXXX"

struct restoring {
	const struct call *call;
	struct ckpt_version version;
	bool may_replace_newer;
	unsigned files;
};

/* One directory of the version and its counterparts, and how deep it is. */
struct level {
	int from;  /* in the version, or in the place for copies */
	int to;	   /* where its entries go to */
	int final; /* while copying: where they will end up; -1: not there */
	const char *path; /* below the version; "" at the top */
	int depth;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int copy_bytes(int from, int to)
{
	char buffer[65536];
	ssize_t n;

	if (ioctl(to, FICLONE, from) == 0)
		return 0;
	while ((n = copy_file_range(from, NULL, to, NULL, 1 << 30, 0)) > 0)
		;
	if (n == 0)
		return 0;
	if (errno != EXDEV && errno != EINVAL && errno != ENOSYS &&
	    errno != EOPNOTSUPP && errno != EPERM)
		return -1;
	if (lseek(from, 0, SEEK_SET) || lseek(to, 0, SEEK_SET) ||
	    ftruncate(to, 0))
		return -1;
	while ((n = read(from, buffer, sizeof(buffer))) > 0)
		for (ssize_t at = 0, put; at < n; at += put)
			if ((put = write(to, buffer + at, (size_t)(n - at))) <
			    0)
				return -1;
	return n < 0 ? -1 : 0;
}

/* Copy a file with its mode and time; nothing is left after a failure. */
static int copy_file(int from_dir, const char *name, int to_dir,
		     const char *to_name)
{
	int from = -1, to = -1, rc = -1, saved;
	struct stat st;

	from = openat(from_dir, name,
		      O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (from < 0 || fstat(from, &st))
		goto out;
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		goto out;
	}
	to = openat(to_dir, to_name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
		    0600);
	if (to < 0)
		goto out;
	if (copy_bytes(from, to) == 0 && fchmod(to, st.st_mode & 0777) == 0 &&
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
out:
	saved = errno;
	close_fd(&from);
	errno = saved;
	return rc;
}

static void join(char path[PATH_MAX], const char *dir, const char *name)
{
	snprintf(path, PATH_MAX, "%.2000s%s%.255s", dir, dir[0] ? "/" : "",
		 name);
}

/* Call each() for the entries of a directory; its first answer but 0. */
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

		if (!strcmp(name, ".") || !strcmp(name, "..") ||
		    (!level->depth && !strcmp(name, MANIFEST)) ||
		    (level->depth <= 1 && r->version.shards &&
		     !strcmp(name, SHARD_FILE)))
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

/* May this file be put over what is there? */
static int check_place(const struct restoring *r, const struct level *level,
		       const char *name, const char *path)
{
	struct stat st;

	if (level->final < 0 ||
	    fstatat(level->final, name, &st, AT_SYMLINK_NOFOLLOW))
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

static int copy_level(struct restoring *r, const struct level *level);

static int copy_entry(struct restoring *r, const struct level *level,
		      const char *name, bool is_dir)
{
	struct level next = {-1, -1, -1, NULL, level->depth + 1};
	char path[PATH_MAX];
	int code;

	join(path, level->path, name);
	if (!is_dir) {
		code = check_place(r, level, name, path);
		if (!code && copy_file(level->from, name, level->to, name))
			code = say_error(r->call, "%s could not be copied: %s",
					 path, strerror(errno));
		r->files++;
		return code;
	}
	next.path = path;
	next.from = openat(level->from, name,
			   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (mkdirat(level->to, name, 0700) == 0)
		next.to = openat(level->to, name,
				 O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (level->final >= 0)
		next.final = openat(level->final, name,
				    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (next.depth > DEPTH_MOST || next.from < 0 || next.to < 0)
		code = say_error(r->call, "%s could not be copied: %s", path,
				 strerror(errno));
	else if (next.final < 0 && level->final >= 0 && errno == ENOTDIR)
		code = say_error(r->call,
				 "%s is a file, but a directory in "
				 "version %u; move it away",
				 path, r->version.number);
	else
		code = copy_level(r, &next);
	close_fd(&next.from);
	close_fd(&next.to);
	close_fd(&next.final);
	return code;
}

static int copy_level(struct restoring *r, const struct level *level)
{
	return each_entry(r, level, copy_entry);
}

/* ----------------------------------------------------------------- place */

/* A user may have a link in the way to another file system. */
static int rename_or_copy(int from, int to, const char *name)
{
	char place[] = PLACE_MODEL;
	int rc;

	if (renameat(from, name, to, name) == 0)
		return 0;
	if (errno != EXDEV)
		return -1;
	snprintf(place + sizeof(place) - 7, 7, "%06u",
		 (unsigned)getpid() % 1000000);
	if (copy_file(from, name, to, place))
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
		next.to = openat(level->to, name,
				 O_RDONLY | O_DIRECTORY | O_CLOEXEC);
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

static int copy_and_place(struct restoring *r, const char *version_dir,
			  const char *target)
{
	struct level copying = {-1, -1, -1, "", 0};
	struct level placing = {-1, -1, -1, "", 0};
	char place[PATH_MAX] = "";
	int code;

	copying.from = open(version_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	copying.final = open(target, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (copying.from < 0 || copying.final < 0) {
		code = say_error(r->call, "%s can't be opened: %s",
				 copying.from < 0 ? version_dir : target,
				 strerror(errno));
		goto out;
	}
	snprintf(place, sizeof(place), "%.4000s/" PLACE_MODEL, target);
	if (!mkdtemp(place)) {
		place[0] = '\0';
		code = say_error(r->call, "%s can't be written to: %s", target,
				 strerror(errno));
		goto out;
	}
	copying.to = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	placing.from = copying.to;
	placing.to = copying.final;
	code = copying.to < 0 ? say_error(r->call, "%s can't be opened: %s",
					  place, strerror(errno))
			      : copy_level(r, &copying);
	if (!code)
		code = each_entry(r, &placing, place_entry);
out:
	if (place[0]) {
		placing.from = copying.to;
		if (copying.to >= 0)
			each_entry(r, &placing, remove_entry);
		rmdir(place);
	}
	close_fd(&copying.from);
	close_fd(&copying.to);
	close_fd(&copying.final);
	return code;
}

/* --------------------------------------------------------------- command */

/* The store to restore from, and whether it is that of the job we are in. */
static int open_source(const struct call *call, struct ckpt_store **store,
		       bool *is_own)
{
	const char *from = call_option(call, "from");
	struct ckpt_error err = {0};
	struct stores stores = {0};
	enum ckpt_status status;
	int code;

	/* In its own job the version is the state to go on from; elsewhere
	 * the files there may be the ones that somebody has worked on. */
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

/* No version at all is the first run's "none yet"; but a state that was
 * there and can't be used is no reason to begin anew in silence. */
static int explain_none(const struct call *call, struct ckpt_store *store,
			const struct ckpt_error *err)
{
	struct ckpt_version *list = NULL;
	size_t count = 0;

	ckpt_list(store, &list, &count, NULL);
	free(list);
	if (count)
		return say_error(call,
				 "no version in %s can be used; the last "
				 "tried: %s",
				 ckpt_dir(store), err->text);
	say_error(call, "there is no version yet in %s", ckpt_dir(store));
	return SAYS_NO;
}

/* The directory of the version, or of the shard of it that is asked for. */
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
		snprintf(dir, PATH_MAX, "%.4000s/shard-%04u", version_dir,
			 shard->index);
	else
		snprintf(dir, PATH_MAX, "%.4000s", version_dir);
	return SAYS_YES;
}

/* What was restored; of a shard its files alone, whose size nobody knows. */
static void say_restored(const struct restoring *r, const struct shard *shard,
			 const char *target)
{
	char clean[PATH_MAX], size[SAY_BYTES_MAX];

	printf("restored ");
	if (shard->count)
		printf("shard %u of ", shard->index);
	printf("version %u of run %u: %u file%s, ", r->version.number,
	       r->version.run, r->files, r->files == 1 ? "" : "s");
	if (!shard->count)
		printf("%s, ", say_bytes(size, r->version.bytes));
	printf("into %s\n", say_clean(clean, sizeof(clean), target));
}

int command_restore(struct call *call)
{
	const char *target = call->count ? call->operands[0] : ".";
	struct restoring r = {.call = call};
	struct ckpt_store *store = NULL;
	struct shard shard = {0};
	struct ckpt_error err = {0};
	enum ckpt_status status;
	const char *version_dir = NULL;
	char dir[PATH_MAX];
	bool is_own = false;
	int code = parse_shard(call, &shard);

	if (!code)
		code = open_source(call, &store, &is_own);
	if (!code)
		code = parse_schema(call, store);
	if (code)
		goto out;
	status = ckpt_restore(store, &r.version, &version_dir, &err);
	if (status) {
		code = status == CKPT_NONE ? explain_none(call, store, &err)
					   : say_status(call, status, &err);
		goto out;
	}
	r.may_replace_newer = is_own || call_option(call, "force");
	code = choose_dir(&r, &shard, version_dir, dir);
	if (!code)
		code = copy_and_place(&r, dir, target);
	if (!code)
		say_restored(&r, &shard, target);
out:
	ckpt_close(store);
	return code;
}
