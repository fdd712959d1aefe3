/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * fsutil.c: system calls on files, for directories that another program may
 * have filled: no link is followed, no FIFO is waited for, short reads and
 * writes are completed, and every name is relative to an open directory.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/format.h"
#include "lib/fsutil.h"

#define REMOVE_DEPTH_MAX 64
#define TMP_NAME	 64 /* bytes: holds .tmp-pid-random */

bool ckpt_fs_is_name(const char *name)
{
	const char *part = name;
	int depth = 0;

	if (strlen(name) > CKPT_NAME_MAX)
		return false;
	for (;;) {
		size_t len = strcspn(part, "/");

		if (len == 0 || len > NAME_MAX || ++depth > CKPT_DEPTH_MAX ||
		    (len == 1 && part[0] == '.') ||
		    (len == 2 && part[0] == '.' && part[1] == '.'))
			return false;
		if (!part[len])
			return true;
		part += len + 1;
	}
}

int ckpt_fs_open(int dirfd, const char *name, int flags, mode_t mode)
{
	return (int)TEMP_FAILURE_RETRY(openat(
		dirfd, name, flags | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, mode));
}

int ckpt_fs_open_users(int dirfd, const char *name)
{
	return (int)TEMP_FAILURE_RETRY(openat(
		dirfd, name, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
}

int ckpt_fs_open_dir(int dirfd, const char *name)
{
	return ckpt_fs_open(dirfd, name, O_RDONLY | O_DIRECTORY, 0);
}

void ckpt_fs_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

/* The directory that holds the last component of name; *last points to it. */
static int open_parent(int dirfd, const char *name, const char **last)
{
	int fd = fcntl(dirfd, F_DUPFD_CLOEXEC, 0);
	const char *slash;

	while (fd >= 0 && (slash = strchr(name, '/'))) {
		char part[NAME_MAX + 1];
		int next;

		snprintf(part, sizeof(part), "%.*s", (int)(slash - name), name);
		next = ckpt_fs_open_dir(fd, part);
		ckpt_fs_close(&fd);
		fd = next;
		name = slash + 1;
	}
	*last = name;
	return fd;
}

int ckpt_fs_open_file(int dirfd, const char *name, int flags, uid_t owner,
		      struct stat *st)
{
	int parent = -1, fd, wrong = 0;

	if (!ckpt_fs_is_name(name)) {
		errno = EINVAL;
		return -1;
	}
	if (strchr(name, '/')) {
		parent = open_parent(dirfd, name, &name);
		if (parent < 0)
			return -1;
		dirfd = parent;
	}
	/* O_NONBLOCK: the open of a FIFO without a writer would block. */
	fd = ckpt_fs_open(dirfd, name, flags | O_NONBLOCK, 0);
	ckpt_fs_close(&parent);
	if (fd < 0)
		return -1;
	if (fstat(fd, st) < 0)
		wrong = errno;
	else if (!S_ISREG(st->st_mode))
		wrong = EMEDIUMTYPE;
	else if (st->st_uid != owner)
		wrong = EPERM;
	if (wrong) {
		ckpt_fs_close(&fd);
		errno = wrong;
	}
	return fd;
}

ssize_t ckpt_fs_read(int fd, void *data, size_t size_bytes)
{
	return TEMP_FAILURE_RETRY(read(fd, data, size_bytes));
}

int ckpt_fs_read_small(int dirfd, const char *name, uid_t owner, size_t max,
		       char **text, size_t *len_bytes)
{
	struct stat st;
	char *data = NULL;
	size_t len = 0, size;
	int fd, rc = -1;

	*text = NULL;
	fd = ckpt_fs_open_file(dirfd, name, O_RDONLY, owner, &st);
	if (fd < 0)
		return -1;
	if (st.st_size < 0 || (uint64_t)st.st_size > max) {
		errno = EFBIG;
		goto out;
	}
	/* Bytes that are appended from now on are not read. */
	size = (size_t)st.st_size;
	data = malloc(size + 1);
	if (!data)
		goto out;
	while (len < size) {
		ssize_t got = ckpt_fs_read(fd, data + len, size - len);

		if (got < 0)
			goto out;
		if (got == 0)
			break;
		len += (size_t)got;
	}
	data[len] = '\0';
	*text = data;
	*len_bytes = len;
	data = NULL;
	rc = 0;
out:
	free(data);
	ckpt_fs_close(&fd);
	return rc;
}

int ckpt_fs_write(int fd, const void *data, size_t len_bytes)
{
	const char *at = data;

	while (len_bytes) {
		ssize_t put = TEMP_FAILURE_RETRY(write(fd, at, len_bytes));

		if (put < 0)
			return -1;
		if (put == 0) {
			errno = EIO;
			return -1;
		}
		at += put;
		len_bytes -= (size_t)put;
	}
	return 0;
}

int ckpt_fs_sync(int fd)
{
	return TEMP_FAILURE_RETRY(fsync(fd)) < 0 ? -1 : 0;
}

int ckpt_fs_sync_dir(int fd)
{
	if (ckpt_fs_sync(fd) == 0)
		return 0;
	/* Some file systems have no such operation on directories, and
	 * don't need it. */
	return errno == EINVAL || errno == EOPNOTSUPP ? 0 : -1;
}

void ckpt_fs_unique(char *name, size_t size, const char *prefix)
{
	uint64_t random = 0;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) !=
	    sizeof(random)) {
		struct timespec now;

		clock_gettime(CLOCK_REALTIME, &now);
		random = (uint64_t)now.tv_sec * 1000000007u ^
			 (uint64_t)now.tv_nsec << 20;
	}
	snprintf(name, size, "%s-%ld-%016llx", prefix, (long)getpid(),
		 (unsigned long long)random);
}

/* Write a whole file under a new name: the first half of a replacement. */
static int write_temporary(int dirfd, char name[TMP_NAME], const char *text,
			   size_t len_bytes, bool is_synced, struct stat *st)
{
	int fd, rc = 0;

	ckpt_fs_unique(name, TMP_NAME, ".tmp");
	fd = ckpt_fs_open(dirfd, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd < 0)
		return -1;
	if (ckpt_fs_write(fd, text, len_bytes) < 0 ||
	    (is_synced && ckpt_fs_sync(fd) < 0) || fstat(fd, st) < 0)
		rc = -1;
	/* Network file systems report a failed write at close. */
	if (rc == 0)
		rc = close(fd);
	else
		ckpt_fs_close(&fd);
	return rc;
}

static void unlink_quietly(int dirfd, const char *name)
{
	int saved = errno;

	unlinkat(dirfd, name, 0);
	errno = saved;
}

/* Is the file that st describes the one called name?  errno is kept. */
static bool is_file(int dirfd, const char *name, const struct stat *st)
{
	int saved = errno;
	struct stat now;
	bool is_same = fstatat(dirfd, name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
		       now.st_dev == st->st_dev && now.st_ino == st->st_ino;

	errno = saved;
	return is_same;
}

bool ckpt_fs_is_at(int fd, int dirfd, const char *name)
{
	int saved = errno;
	struct stat st;
	bool is_same = fstat(fd, &st) == 0 && is_file(dirfd, name, &st);

	errno = saved;
	return is_same;
}

int ckpt_fs_replace(int dirfd, const char *name, const char *text,
		    size_t len_bytes, bool is_synced)
{
	char tmp[TMP_NAME];
	struct stat st = {0};
	int rc;

	rc = write_temporary(dirfd, tmp, text, len_bytes, is_synced, &st);
	if (rc == 0)
		rc = renameat(dirfd, tmp, dirfd, name);
	/* A network file system may have renamed it although the reply was
	 * lost. */
	if (rc < 0 && !(st.st_ino && is_file(dirfd, name, &st))) {
		unlink_quietly(dirfd, tmp);
		return -1;
	}
	return is_synced ? ckpt_fs_sync_dir(dirfd) : 0;
}

/* Rename a file, but never onto another, by the first call that the file
 * system supports. */
static int rename_new(int dirfd, const char *tmp, const char *name)
{
	struct stat st;

	if (renameat2(dirfd, tmp, dirfd, name, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (linkat(dirfd, tmp, dirfd, name, 0) == 0) {
		unlink_quietly(dirfd, tmp);
		return 0;
	}
	if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS)
		return -1;
	if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) == 0) {
		errno = EEXIST;
		return -1;
	}
	return renameat(dirfd, tmp, dirfd, name);
}

int ckpt_fs_create(int dirfd, const char *name, const char *text,
		   size_t len_bytes)
{
	char tmp[TMP_NAME];
	struct stat st = {0};
	int rc = write_temporary(dirfd, tmp, text, len_bytes, true, &st);

	if (rc == 0)
		rc = rename_new(dirfd, tmp, name);
	if (rc < 0 && !(st.st_ino && is_file(dirfd, name, &st))) {
		unlink_quietly(dirfd, tmp);
		return -1;
	}
	return ckpt_fs_sync_dir(dirfd);
}

int ckpt_fs_publish(int from_fd, const char *from, int to_fd, const char *to)
{
	int rc = renameat2(from_fd, from, to_fd, to, RENAME_NOREPLACE);

	/* Plain rename() replaces only an empty directory, and no version is
	 * empty. */
	if (rc < 0 && (errno == EINVAL || errno == ENOSYS))
		rc = renameat(from_fd, from, to_fd, to);
	if (rc < 0 && (errno == ENOTEMPTY || errno == ENOTDIR))
		errno = EEXIST;
	return rc;
}

int ckpt_fs_each(int dirfd, int (*each)(const char *name, void *arg), void *arg)
{
	struct dirent *entry;
	DIR *dir = NULL;
	size_t count = 0;
	int fd, rc = -1;

	/* A new open each time makes a network file system look again. */
	fd = ckpt_fs_open_dir(dirfd, ".");
	if (fd < 0)
		return -1;
	dir = fdopendir(fd);
	if (!dir) {
		ckpt_fs_close(&fd);
		return -1;
	}
	for (;;) {
		errno = 0;
		entry = readdir(dir);
		if (!entry) {
			rc = errno ? -1 : 0;
			break;
		}
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (++count > CKPT_ENTRIES_MAX) {
			errno = E2BIG;
			break;
		}
		rc = each(entry->d_name, arg);
		if (rc)
			break;
	}
	fd = errno;
	closedir(dir);
	errno = fd;
	return rc;
}

/* Let the owner search and change a directory, which may be unreadable; a link
 * is not followed.  fchmodat() has no such flag before Linux 6.6, and fchmod()
 * fails on an O_PATH descriptor: its name in /proc doesn't. */
static int open_up(int dirfd, const char *name)
{
	int fd = ckpt_fs_open(dirfd, name, O_PATH | O_DIRECTORY, 0), rc;
	char path[32];

	if (fd < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	rc = chmod(path, 0700);
	ckpt_fs_close(&fd);
	return rc;
}

struct removal {
	int dirfd;
	int depth;
};

static int remove_entry(const char *name, void *arg)
{
	struct removal *parent = arg;
	struct removal child = {.dirfd = -1, .depth = parent->depth + 1};
	int rc;

	if (unlinkat(parent->dirfd, name, 0) == 0 || errno == ENOENT)
		return 0;
	/* A read-only directory below the top is made writable, as it is to
	 * be removed, too; the directory of the top is left as it is. */
	if (errno == EACCES && parent->depth &&
	    fchmod(parent->dirfd, 0700) == 0 &&
	    unlinkat(parent->dirfd, name, 0) == 0)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	if (child.depth > REMOVE_DEPTH_MAX) {
		errno = ELOOP;
		return -1;
	}
	child.dirfd = ckpt_fs_open_dir(parent->dirfd, name);
	if (child.dirfd < 0 && errno == EACCES &&
	    open_up(parent->dirfd, name) == 0)
		child.dirfd = ckpt_fs_open_dir(parent->dirfd, name);
	if (child.dirfd < 0)
		return -1;
	rc = ckpt_fs_each(child.dirfd, remove_entry, &child);
	ckpt_fs_close(&child.dirfd);
	if (rc == 0 && unlinkat(parent->dirfd, name, AT_REMOVEDIR) < 0 &&
	    errno != ENOENT)
		rc = -1;
	return rc;
}

int ckpt_fs_remove(int dirfd, const char *name)
{
	struct removal top = {.dirfd = dirfd};

	return remove_entry(name, &top);
}
