/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * doctor_dir.c: is a directory fit to hold the stores of jobs?
 *
 * It is tried with what a commit does: files are written and synced, and a
 * directory is renamed.  Whether nodes share it is tried by a file that each of
 * them reads, and one that each of them leaves.
 */
#include "cmd/scheckpoint/doctor_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "cmd/scheckpoint/say.h"
#include "requeue/settings/monotonic.h"

#define ROOM_LEAST     ((uint64_t)1 << 30)
#define INODES_LEAST   10000
/* A commit of one small file that takes longer is slow storage. */
#define COMMIT_SLOW_MS 2000

struct kind {
	uint32_t magic;
	const char *name;
	bool is_local, is_shared;
};

/* By the number in statfs(2). */
static const struct kind kinds[] = {
	{0x00006969, "nfs", false, true},
	{0x0bd00bd0, "lustre", false, true},
	{0x47504653, "gpfs", false, true},
	{0x19830326, "beegfs", false, true},
	{0x00c36400, "ceph", false, true},
	{0xff534d42, "cifs", false, true},
	{0xfe534d42, "smb2", false, true},
	{0x5346414f, "afs", false, true},
	{0x7461636f, "ocfs2", false, true},
	{0x01161970, "gfs2", false, true},
	{0xaad7aaea, "panfs", false, true},
	{0x0000ef53, "ext4", true, false},
	{0x58465342, "xfs", true, false},
	{0x9123683e, "btrfs", true, false},
	{0x2fc12fc1, "zfs", true, false},
	{0x01021994, "tmpfs", true, false},
	{0x858458f6, "ramfs", true, false},
	{0x794c7630, "overlay", true, false},
};

static void find_kind(struct trial *trial)
{
	struct statfs fs;

	if (statfs(trial->dir, &fs))
		return;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].magic == (uint32_t)fs.f_type) {
			snprintf(trial->fs, sizeof(trial->fs), "%s",
				 kinds[i].name);
			trial->is_local = kinds[i].is_local;
			trial->is_shared = kinds[i].is_shared;
		}
}

/* Write a file below dir_fd, whole and synced; 0, or -1 with errno. */
static int write_file(int dir_fd, const char *name, const char *text)
{
	int fd = openat(dir_fd, name,
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			0644);
	size_t len = strlen(text);
	int result = -1;

	if (fd < 0)
		return -1;
	if (write(fd, text, len) == (ssize_t)len && fsync(fd) == 0)
		result = 0;
	return close(fd) ? -1 : result;
}

/* What a commit does, with one small file; NULL, or the call that failed. */
static const char *try_commit(int fd)
{
	int stage = -1;
	const char *failed = NULL;

	if (mkdirat(fd, "stage", 0700))
		return "mkdir";
	stage = openat(fd, "stage", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (stage < 0)
		failed = "open";
	else if (write_file(stage, "file", "a state\n"))
		failed = "write and fsync of a file";
	else if (fsync(stage))
		failed = "fsync of a directory";
	else if (renameat(fd, "stage", fd, "version"))
		failed = "rename of a directory";
	else if (fsync(fd))
		failed = "fsync of a directory";
	if (stage >= 0)
		close(stage);
	return failed;
}

static void check_commit(const struct trial *trial, struct checks *checks)
{
	int fd = open(trial->place,
		      O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int64_t start_ms = monotonic_ms(), took_ms;
	const char *failed = fd < 0 ? "open" : try_commit(fd);

	took_ms = monotonic_ms() - start_ms;
	if (!failed && write_file(fd, "token", trial->token))
		failed = "write and fsync of a file";
	if (failed)
		check_remedy(checks_add(checks, GRADE_ERROR, "commit",
					"%s: %s: %s: no state can be saved "
					"there",
					trial->dir, failed, strerror(errno)),
			     "use another file system");
	else if (took_ms > COMMIT_SLOW_MS)
		check_remedy(checks_add(checks, GRADE_WARNING, "commit",
					"a small one takes %" PRId64
					" ms there: storage is slow",
					took_ms),
			     "give jobs a longer grace, or use another file "
			     "system");
	else
		checks_add(checks, GRADE_OK, "commit",
			   "write, fsync and rename work there; a small commit "
			   "takes %" PRId64 " ms",
			   took_ms);
	if (fd >= 0)
		close(fd);
}

static void check_room(const struct trial *trial, struct checks *checks)
{
	char room[SAY_BYTES_MAX];
	struct statvfs fs;
	uint64_t bytes;

	if (statvfs(trial->dir, &fs))
		return;
	bytes = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (bytes < ROOM_LEAST || (fs.f_files && fs.f_favail < INODES_LEAST))
		check_remedy(checks_add(checks, GRADE_WARNING, "space",
					"%s and %" PRIu64
					" inodes are free there",
					say_bytes(room, bytes),
					(uint64_t)fs.f_favail),
			     "a store holds --checkpoint-keep versions and two "
			     "more while a run lasts: make room");
	else
		checks_add(checks, GRADE_OK, "space",
			   "%s free there; a quota isn't seen from here",
			   say_bytes(room, bytes));
}

void trial_begin(struct trial *trial, const char *dir, struct checks *checks)
{
	uint64_t random[2] = {0};

	memset(trial, 0, sizeof(*trial));
	if (!realpath(dir, trial->dir)) {
		check_remedy(checks_add(checks, GRADE_ERROR, "directory",
					"%s: %s", dir, strerror(errno)),
			     "name a directory in which jobs keep their "
			     "stores");
		return;
	}
	find_kind(trial);
	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		random[0] = (uint64_t)getpid();
	snprintf(trial->token, sizeof(trial->token),
		 "%016" PRIx64 "%016" PRIx64, random[0], random[1]);
	snprintf(trial->place, sizeof(trial->place),
		 "%s/.scheckpoint-doctor-%.12s", trial->dir, trial->token);
	if (mkdir(trial->place, 0700)) {
		check_remedy(checks_add(checks, GRADE_ERROR, "directory",
					"nothing can be made in %s: %s",
					trial->dir, strerror(errno)),
			     "run this as a user who may, or name another "
			     "directory");
		trial->place[0] = '\0';
		return;
	}
	check_commit(trial, checks);
	check_room(trial, checks);
}

void trial_check_kind(const struct trial *trial, struct checks *checks)
{
	if (!trial->place[0])
		return;
	if (!strcmp(trial->fs, "tmpfs") || !strcmp(trial->fs, "ramfs"))
		check_remedy(checks_add(checks, GRADE_ERROR, "shared",
					"%s is in memory (%s): gone when the "
					"machine restarts, and no other node "
					"has it",
					trial->dir, trial->fs),
			     "use a file system that all nodes share");
	else if (trial->is_shared)
		checks_add(checks, GRADE_OK, "shared",
			   "%s is on %s; --nodes=LIST tries it on nodes",
			   trial->dir, trial->fs);
	else
		check_remedy(checks_add(checks, GRADE_WARNING, "shared",
					"%s is on %s: it isn't known whether "
					"all nodes have it",
					trial->dir,
					trial->fs[0]
						? trial->fs
						: "an unknown file system"),
			     "try it by --nodes=LIST");
}

void trial_end(struct trial *trial)
{
	if (trial->place[0])
		ckpt_fs_remove(AT_FDCWD, trial->place);
	trial->place[0] = '\0';
}

/* ------------------------------------------------------------- on a node */

static int read_token(int dir_fd, char *token, size_t size)
{
	int fd = openat(dir_fd, "token",
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, token, size - 1);
	token[n > 0 ? n : 0] = '\0';
	close(fd);
	return n > 0 ? 0 : -1;
}

void trial_visit(const char *place, const char *node, struct ckpt_record *facts)
{
	int fd = open(place, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char token[64], part[NAME_MAX + 1], whole[NAME_MAX + 1];

	snprintf(part, sizeof(part), ".%.200s", node);
	snprintf(whole, sizeof(whole), "node-%.200s", node);
	if (fd < 0 || read_token(fd, token, sizeof(token)))
		ckpt_record_set_str(facts, "dir_trouble",
				    "doesn't have the directory");
	else if (write_file(fd, part, token) || renameat(fd, part, fd, whole) ||
		 fsync(fd))
		ckpt_record_set_str(facts, "dir_trouble", strerror(errno));
	else
		ckpt_record_set_str(facts, "token", token);
	if (fd >= 0)
		close(fd);
}

bool trial_was_visited(const struct trial *trial, const char *node)
{
	char path[sizeof(trial->place) + NAME_MAX + 1];

	snprintf(path, sizeof(path), "%s/node-%.200s", trial->place, node);
	return access(path, F_OK) == 0;
}
