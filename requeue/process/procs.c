/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * procs.c: read the processes below one of ours from /proc.
 *
 * First only the parents of all processes are read, so that the costly
 * questions are put to those below the root alone.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "requeue/process/procs.h"
#include "requeue/policy/shells.h"

/* Older headers than the kernel's know neither; the numbers are the same on
 * every architecture. */
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

#define PATH_SIZE	128
#define STATUS_BYTES	8192
#define ARGV_BYTES	4096
#define SCRIPT_BYTES	(256 * 1024)
#define ALL_TEXT_BYTES	(64 * 1024 * 1024)
#define THREADS_MAX	4096
#define DESCRIPTORS_MAX 4096
#define ARGS_MAX	1024
/* With more below the root nothing is gained by haste. */
#define HASTY_MAX	256

/* What /proc/PID/stat says: enough to draw the tree. */
struct stem {
	pid_t pid;
	pid_t ppid;
	pid_t group;
	uint64_t start_ticks;
	char state;
	char comm[16];
};

struct stems {
	struct stem *list;
	size_t count;
	size_t room;
};

/* ------------------------------------------------------ small readers */

/* Up to size - 1 bytes and a NUL; what there was, -1 if nothing. */
static ssize_t read_some(int dir, const char *path, char *buf, size_t size)
{
	int fd = openat(dir, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t len = 0;
	ssize_t got = -1;

	if (fd < 0)
		return -1;
	while (len < size - 1) {
		got = read(fd, buf + len, size - 1 - len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		len += (size_t)got;
	}
	close(fd);
	buf[len] = '\0';
	return got < 0 && !len ? -1 : (ssize_t)len;
}

/* Where a link of /proc leads; a file that was removed has its old name. */
static bool read_link(int dir, const char *path, char *buf, size_t size)
{
	static const char deleted[] = " (deleted)";
	ssize_t len = readlinkat(dir, path, buf, size - 1);

	buf[len < 0 ? 0 : len] = '\0';
	len -= (ssize_t)strlen(deleted);
	if (len > 0 && !strcmp(buf + len, deleted))
		buf[len] = '\0';
	return *buf;
}

/* The name in parentheses may hold anything, parentheses too. */
static bool read_stem(pid_t pid, struct stem *stem)
{
	char path[PATH_SIZE], text[1024], *open, *close;
	unsigned long long start;
	size_t len;
	int ppid, group;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (read_some(AT_FDCWD, path, text, sizeof(text)) <= 0)
		return false;
	open = strchr(text, '(');
	close = strrchr(text, ')');
	if (!open || !close || close < open ||
	    sscanf(close + 1,
		   " %c %d %d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d"
		   " %*d %*d %*d %*d %*d %llu",
		   &stem->state, &ppid, &group, &start) != 4)
		return false;
	stem->pid = pid;
	stem->ppid = ppid;
	stem->group = group;
	stem->start_ticks = start;
	len = (size_t)(close - open - 1);
	if (len > sizeof(stem->comm) - 1)
		len = sizeof(stem->comm) - 1;
	memcpy(stem->comm, open + 1, len);
	stem->comm[len] = '\0';
	return true;
}

uint64_t procs_start_ticks(pid_t pid, char *state)
{
	struct stem stem;

	if (!read_stem(pid, &stem))
		return 0;
	if (state)
		*state = stem.state;
	return stem.start_ticks;
}

bool procs_is_alive(pid_t pid, uint64_t start_ticks)
{
	char state = 'X';

	return procs_start_ticks(pid, &state) == start_ticks && state != 'Z' &&
	       state != 'X';
}

int procs_kill(pid_t pid, uint64_t start_ticks, int signum)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0), status = -1;

	/* Without pidfd (before Linux 5.3) only the moment between the
	 * comparison and the kill is left to chance. */
	if (fd < 0 && errno == ESRCH)
		return -1;
	if (!procs_is_alive(pid, start_ticks))
		errno = ESRCH;
	else if (fd >= 0)
		status = (int)syscall(SYS_pidfd_send_signal, fd, signum, NULL,
				      0);
	else
		status = kill(pid, signum);
	if (fd >= 0) {
		int saved = errno;

		close(fd);
		errno = saved;
	}
	return status;
}

/* ------------------------------------------------------- one process */

static uint64_t field_mask(const char *status, const char *name)
{
	const char *at = strstr(status, name);

	return at ? strtoull(at + strlen(name), NULL, 16) : 0;
}

static long field_number(const char *status, const char *name)
{
	const char *at = strstr(status, name);

	return at ? strtol(at + strlen(name), NULL, 10) : -1;
}

static void split_args(struct proc *proc, char *text, size_t len)
{
	size_t argc = 0;

	for (size_t at = 0; at < len; at += strlen(text + at) + 1)
		argc++;
	if (argc > ARGS_MAX)
		argc = ARGS_MAX;
	proc->argv = calloc(argc + 1, sizeof(*proc->argv));
	if (!proc->argv || !argc) {
		free(text);
		return;
	}
	/* The first string owns the memory of all. */
	for (size_t at = 0; proc->argc < argc; at += strlen(text + at) + 1)
		proc->argv[proc->argc++] = text + at;
}

static void read_args(struct procs *procs, struct proc *proc, int dir)
{
	size_t size = procs->text_bytes > ALL_TEXT_BYTES ? 512 : ARGV_BYTES;
	char *text = malloc(size), *shrunk;
	ssize_t len;

	if (!text)
		return;
	len = read_some(dir, "cmdline", text, size);
	/* A shell's script may be all in there: sh -c TEXT. */
	if (len == (ssize_t)size - 1 && size == ARGV_BYTES &&
	    shells_is_shell(proc->exe, text, proc->comm)) {
		free(text);
		text = malloc(SCRIPT_BYTES);
		if (!text)
			return;
		len = read_some(dir, "cmdline", text, SCRIPT_BYTES);
	}
	if (len < 0)
		len = 0;
	shrunk = realloc(text, (size_t)len + 1);
	if (shrunk)
		text = shrunk;
	text[len] = '\0';
	procs->text_bytes += (size_t)len;
	split_args(proc, text, (size_t)len);
}

static uint64_t pipe_inode(int dir, const char *path)
{
	char target[64];
	unsigned long long inode;

	if (!read_link(dir, path, target, sizeof(target)) ||
	    sscanf(target, "pipe:[%llu]", &inode) != 1)
		return 0;
	return inode;
}

/* ------------------------------------------------------------ scripts */

/* Opening a pipe or a device would do something to it. */
static char *read_regular(int dir, const char *path)
{
	struct stat st;
	char *text = NULL;
	ssize_t len;

	if (fstatat(dir, path, &st, 0) || !S_ISREG(st.st_mode))
		return NULL;
	text = malloc(SCRIPT_BYTES);
	if (!text)
		return NULL;
	len = read_some(dir, path, text, SCRIPT_BYTES);
	if (len <= 0 ||
	    memchr(text, '\0', (size_t)len < 128 ? (size_t)len : 128)) {
		free(text); /* no text but a program */
		return NULL;
	}
	return text;
}

/* Files that a script reads in, and those that they do. */
#define SOURCED_MOST 8

/* Does this descriptor of the shell stand for the script it was called
 * with?  (dash moves it to 10; the user's own files may be there, too.) */
static bool is_open_on(int dir, const char *path, const char *script)
{
	char target[PATH_MAX];

	return read_link(dir, path, target, sizeof(target)) &&
	       !strcmp(shells_base(target), shells_base(script));
}

/* By a path of the process's own. */
static char *read_path(int dir, const char *path)
{
	char at[PATH_MAX + 8];

	snprintf(at, sizeof(at), *path == '/' ? "root%s" : "cwd/%s", path);
	return read_regular(dir, at);
}

static char *read_script(const struct proc *proc, int dir)
{
	bool is_text;
	size_t arg = shells_script_arg(proc->argc, proc->argv, &is_text);
	char *text;

	if (arg && is_text)
		return strdup(proc->argv[arg]);
	text = read_regular(dir, "fd/255"); /* bash */
	if (text)
		return text;
	if (!arg)
		return read_regular(dir, "fd/0");
	if (is_open_on(dir, "fd/10", proc->argv[arg]))
		text = read_regular(dir, "fd/10");
	if (text)
		return text;
	return read_path(dir, proc->argv[arg]);
}

/* What the script reads in may have its traps: it is put behind it.  Takes
 * script, NULL stays NULL. */
static char *add_sourced(char *script, int dir)
{
	const char *from = script;
	char path[PATH_MAX];

	for (int n = 0; from && n < SOURCED_MOST; n++) {
		char *text = NULL, *longer;

		from = shells_sourced(script, from, path, sizeof(path));
		if (from)
			text = read_path(dir, path);
		if (text && asprintf(&longer, "%s\n%s", script, text) >= 0) {
			from = longer + (from - script);
			free(script);
			script = longer;
		}
		free(text);
	}
	return script;
}

/* ------------------------------------------------ waiting for signals */

/* The set a thread waits for in sigwait() and its kin, 0 if it doesn't.
 * While it waits, the kernel takes the set out of SigBlk. */
static uint64_t thread_awaits(pid_t pid, int dir, const char *tid)
{
	char path[PATH_SIZE], text[256];
	unsigned long long address;
	uint64_t set = 0;
	long number;
	struct iovec here = {&set, sizeof(set)}, there;

	snprintf(path, sizeof(path), "task/%.20s/syscall", tid);
	if (read_some(dir, path, text, sizeof(text)) <= 0 ||
	    sscanf(text, "%ld %llx", &number, &address) != 2 ||
	    number != SYS_rt_sigtimedwait)
		return 0;
	there.iov_base = (void *)(uintptr_t)address;
	there.iov_len = sizeof(set);
	if (process_vm_readv(pid, &here, 1, &there, 1, 0) != sizeof(set))
		return 0;
	return set;
}

/* What can't be read may still be told by comparing: a thread sleeps in
 * sigwait(), and another one blocks what nobody catches. */
static bool is_sigwaiting(int dir, const char *tid)
{
	char path[PATH_SIZE], text[64];

	snprintf(path, sizeof(path), "task/%.20s/wchan", tid);
	return read_some(dir, path, text, sizeof(text)) > 0 &&
	       strstr(text, "do_sigtimedwait");
}

static uint64_t thread_mask(int dir, const char *tid)
{
	char path[PATH_SIZE], text[STATUS_BYTES];

	snprintf(path, sizeof(path), "task/%.20s/status", tid);
	if (read_some(dir, path, text, sizeof(text)) <= 0)
		return 0;
	return field_mask(text, "\nSigBlk:");
}

static DIR *open_dir(int dir, const char *path)
{
	int fd = openat(dir, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);

	if (fd >= 0 && !list)
		close(fd);
	return list;
}

static uint64_t threads_await(pid_t pid, int dir, int signum)
{
	DIR *tasks = open_dir(dir, "task");
	uint64_t set = 0, blocked_else = 0;
	bool has_unread = false;
	struct dirent *entry;
	int count = 0;

	if (!tasks)
		return 0;
	while ((entry = readdir(tasks)) && count++ < THREADS_MAX &&
	       !procs_has(set, signum)) {
		uint64_t one;

		if (!isdigit((unsigned char)*entry->d_name))
			continue;
		one = thread_awaits(pid, dir, entry->d_name);
		set |= one;
		if (one)
			continue;
		if (is_sigwaiting(dir, entry->d_name))
			has_unread = true;
		else
			blocked_else |= thread_mask(dir, entry->d_name);
	}
	closedir(tasks);
	return has_unread ? set | blocked_else : set;
}

/* All sets of its signalfds, as far as they are blocked. */
static uint64_t descriptors_await(int dir, uint64_t blocked)
{
	DIR *list = open_dir(dir, "fd");
	char path[PATH_SIZE], text[1024];
	struct dirent *entry;
	uint64_t set = 0;
	int count = 0;

	if (!list)
		return 0;
	while ((entry = readdir(list)) && count++ < DESCRIPTORS_MAX) {
		snprintf(path, sizeof(path), "fd/%.20s", entry->d_name);
		if (!read_link(dir, path, text, sizeof(text)) ||
		    !strstr(text, "[signalfd]"))
			continue;
		snprintf(path, sizeof(path), "fdinfo/%.20s", entry->d_name);
		if (read_some(dir, path, text, sizeof(text)) > 0)
			set |= field_mask(text, "sigmask:");
	}
	closedir(list);
	return set & blocked;
}

static void read_signals(struct proc *proc, int dir, int signum)
{
	char text[STATUS_BYTES];
	uint64_t blocked;
	long threads;

	if (read_some(dir, "status", text, sizeof(text)) <= 0)
		return;
	proc->is_foreign = field_number(text, "\nUid:") != (long)getuid();
	proc->caught = field_mask(text, "\nSigCgt:");
	proc->ignored = field_mask(text, "\nSigIgn:");
	blocked = field_mask(text, "\nSigBlk:");
	threads = field_number(text, "\nThreads:");
	if (proc->is_foreign || procs_has(proc->caught, signum) ||
	    proc->state == 'Z')
		return;
	/* Asleep in one thread with nothing blocked may still be sigwait(). */
	if (threads > 1 || proc->state != 'R')
		proc->awaited |= threads_await(proc->pid, dir, signum);
	if (procs_has(blocked, signum))
		proc->awaited |= descriptors_await(dir, blocked);
}

static void read_proc(struct procs *procs, struct proc *proc, int signum)
{
	char path[PATH_SIZE];
	int dir;

	snprintf(path, sizeof(path), "/proc/%d", (int)proc->pid);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0) {
		proc->state = 'X';
		return;
	}
	read_signals(proc, dir, signum);
	if (!read_link(dir, "exe", proc->exe, sizeof(proc->exe)))
		proc->exe[0] = '\0';
	read_args(procs, proc, dir);
	proc->stdin_pipe = pipe_inode(dir, "fd/0");
	proc->stdout_pipe = pipe_inode(dir, "fd/1");
	proc->stderr_pipe = pipe_inode(dir, "fd/2");
	if (!proc->is_foreign && procs->text_bytes < ALL_TEXT_BYTES &&
	    shells_is_shell(proc->exe, proc->argc ? proc->argv[0] : "",
			    proc->comm))
		proc->script = add_sourced(read_script(proc, dir), dir);
	if (proc->script)
		procs->text_bytes += strlen(proc->script);
	close(dir);
	/* What we have read may be of two processes with one number. */
	if (procs_start_ticks(proc->pid, &proc->state) != proc->start_ticks)
		proc->state = 'X';
}

/* ----------------------------------------------------------- the tree */

static int add_stem(struct stems *stems, pid_t pid)
{
	if (stems->count == stems->room) {
		size_t room = stems->room ? stems->room * 2 : 1024;
		struct stem *list = realloc(stems->list, room * sizeof(*list));

		if (!list)
			return -1;
		stems->list = list;
		stems->room = room;
	}
	if (read_stem(pid, &stems->list[stems->count]))
		stems->count++;
	return 0;
}

static int read_stems(struct stems *stems)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int status = 0;

	if (!dir)
		return -1;
	while (!status && (entry = readdir(dir)))
		if (isdigit((unsigned char)*entry->d_name))
			status = add_stem(stems, (pid_t)atoi(entry->d_name));
	closedir(dir);
	return status;
}

/* Those that one thread has started; -1 if that can't be told. */
static int read_children(struct stems *stems, const char *path)
{
	FILE *in = fopen(path, "re");
	int pid, status = 0;

	if (!in)
		return -1;
	while (!status && stems->count <= HASTY_MAX &&
	       fscanf(in, "%d", &pid) == 1)
		status = add_stem(stems, pid);
	fclose(in);
	return status;
}

static int read_family_of(struct stems *stems, pid_t pid)
{
	char path[PATH_SIZE];
	struct dirent *entry;
	int status = 0;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	tasks = opendir(path);
	if (!tasks)
		return -1;
	while (!status && (entry = readdir(tasks))) {
		if (!isdigit((unsigned char)*entry->d_name))
			continue;
		snprintf(path, sizeof(path), "/proc/%d/task/%.20s/children",
			 (int)pid, entry->d_name);
		status = read_children(stems, path);
	}
	closedir(tasks);
	return status;
}

/* Only those below the root, by what the kernel keeps of children; false if it
 * doesn't, or they are many. */
static bool read_family(struct stems *stems, pid_t root)
{
	if (read_family_of(stems, root))
		return false;
	for (size_t i = 0; i < stems->count && stems->count <= HASTY_MAX; i++)
		read_family_of(stems, stems->list[i].pid);
	return stems->count <= HASTY_MAX;
}

static int by_parent(const void *left, const void *right)
{
	const struct stem *a = left, *b = right;

	if (a->ppid != b->ppid)
		return a->ppid < b->ppid ? -1 : 1;
	return a->pid < b->pid ? -1 : a->pid > b->pid;
}

/* The first whose parent is ppid; stems are sorted by parent. */
static size_t first_child(const struct stems *stems, pid_t ppid)
{
	size_t low = 0, high = stems->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (stems->list[mid].ppid < ppid)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int add_children(struct procs *procs, const struct stems *stems,
			pid_t pid, size_t parent)
{
	for (size_t i = first_child(stems, pid);
	     i < stems->count && stems->list[i].ppid == pid; i++) {
		const struct stem *stem = &stems->list[i];
		struct proc *proc;

		if (procs->count == PROCS_MAX || stem->pid == pid)
			break;
		proc = procs_add(procs, stem->pid, pid, NULL);
		if (!proc)
			return -1;
		proc->parent = parent;
		proc->group = stem->group;
		proc->start_ticks = stem->start_ticks;
		proc->state = stem->state;
		memcpy(proc->comm, stem->comm, sizeof(proc->comm));
	}
	return 0;
}

static int by_pid(const void *left, const void *right, void *arg)
{
	const struct proc *list = arg;
	pid_t a = list[*(const size_t *)left].pid;
	pid_t b = list[*(const size_t *)right].pid;

	return a < b ? -1 : a > b;
}

static int sort_by_pid(struct procs *procs)
{
	procs->by_pid = calloc(procs->count + 1, sizeof(*procs->by_pid));
	if (!procs->by_pid)
		return -1;
	for (size_t i = 0; i < procs->count; i++)
		procs->by_pid[i] = i;
	qsort_r(procs->by_pid, procs->count, sizeof(*procs->by_pid), by_pid,
		procs->list);
	return 0;
}

struct proc *procs_find(const struct procs *procs, pid_t pid,
			uint64_t start_ticks)
{
	size_t low = 0, high = procs->count;
	struct proc *found;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (procs->list[procs->by_pid[mid]].pid < pid)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == procs->count)
		return NULL;
	found = &procs->list[procs->by_pid[low]];
	return found->pid == pid && found->start_ticks == start_ticks ? found
								      : NULL;
}

static int take(struct procs *procs, pid_t root, int signum, bool is_hasty)
{
	struct stems stems = {0};
	int status = -1;

	*procs = (struct procs){0};
	procs->is_hasty = is_hasty && read_family(&stems, root);
	if (!procs->is_hasty) {
		stems.count = 0;
		if (read_stems(&stems))
			goto out;
	}
	if (stems.count)
		qsort(stems.list, stems.count, sizeof(*stems.list), by_parent);
	if (add_children(procs, &stems, root, PROCS_NONE))
		goto out;
	/* The list grows while we go through it: breadth first.  Each number
	 * is once in stems, so that nothing can come twice. */
	for (size_t i = 0; i < procs->count; i++)
		if (add_children(procs, &stems, procs->list[i].pid, i))
			goto out;
	for (size_t i = 0; i < procs->count; i++) {
		struct proc *proc = &procs->list[i];

		if (signum)
			read_proc(procs, proc, signum);
		if (!proc->argv)
			proc->argv = calloc(1, sizeof(*proc->argv));
		if (!proc->argv)
			goto out;
	}
	status = sort_by_pid(procs);
out:
	free(stems.list);
	return status;
}

int procs_take(struct procs *procs, pid_t root, int signum)
{
	return take(procs, root, signum, false);
}

int procs_take_in_haste(struct procs *procs, pid_t root, int signum)
{
	return take(procs, root, signum, true);
}

struct proc *procs_add(struct procs *procs, pid_t pid, pid_t ppid,
		       const char *const *argv)
{
	struct proc *proc;

	if (!(procs->count & (procs->count - 1)) || !procs->count) {
		size_t room = procs->count ? procs->count * 2 : 1;
		struct proc *list = realloc(procs->list, room * sizeof(*list));

		if (!list)
			return NULL;
		procs->list = list;
	}
	proc = &procs->list[procs->count++];
	*proc = (struct proc){
		.pid = pid, .ppid = ppid, .parent = PROCS_NONE, .state = 'S'};
	for (size_t i = 0; i + 1 < procs->count; i++)
		if (argv && procs->list[i].pid == ppid)
			proc->parent = i;
	if (argv) {
		char *text = NULL;
		size_t len = 0;
		FILE *out = open_memstream(&text, &len);

		for (size_t i = 0; out && argv[i]; i++)
			fwrite(argv[i], 1, strlen(argv[i]) + 1, out);
		if (out && !fclose(out))
			split_args(proc, text, len);
	}
	return proc;
}

void procs_free(struct procs *procs)
{
	for (size_t i = 0; i < procs->count; i++) {
		struct proc *proc = &procs->list[i];

		if (proc->argv)
			free(proc->argv[0]);
		free(proc->argv);
		free(proc->script);
	}
	free(procs->list);
	free(procs->by_pid);
	*procs = (struct procs){0};
}
