/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch.c: the child that watches. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "requeue/policy/evidence.h"
#include "requeue/process/picture.h"
#include "requeue/process/procfs.h"
#include "requeue/process/watch.h"

/* A user may watch 8,192 directories on an older kernel, in all jobs. */
#define DIRS_MAX    256
#define DEPTH_MAX   8
#define ENTRIES_MAX 20000
#define FILES_MAX   1024 /* open files that are known */
#define NAMES_MAX   256	 /* written files that are told apart */

/*
 * A program may save where none of this leads to.  A file that it has open for
 * writing for a while shows where: so open files are looked at now and then,
 * of so many programs at most, and more often at first, when most save.
 */
#define POLLED_MAX    64
#define POLL_MS	      25
#define POLL_OFTEN_MS 5000
#define POLL_LATE_MS  250

/* What a store contains, of this or another job: it is none of the places in
 * which programs save by themselves. */
#define STORE_MARK "store.json"

#define EVENTS (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_ONLYDIR)

/* A file that a program of the job had open when the watch began. */
struct open_file {
	dev_t dev;
	ino_t ino;
	struct evidence_file was;
};

struct dir {
	int fd; /* O_PATH */
	int wd;
	unsigned depth;
	dev_t dev;
	ino_t ino;
};

struct watcher {
	struct watch_order order;
	int fd; /* the socket to the caller */
	int inotify;
	struct dir dirs[DIRS_MAX];
	size_t count, scanned; /* the first are scanned for directories */
	unsigned entries;
	struct open_file files[FILES_MAX];
	size_t file_count;
	uint64_t names[NAMES_MAX];
	dev_t store_dev;
	ino_t store_ino;
	bool is_begun; /* programs were told of the request */
	struct watch_report report;
};

/* --------------------------------------------------------------- files */

static int64_t changed_ns(const struct stat *st)
{
	return st->st_mtim.tv_sec * INT64_C(1000000000) + st->st_mtim.tv_nsec;
}

static struct open_file *find_file(struct watcher *w, const struct stat *st)
{
	for (size_t i = 0; i < w->file_count; i++)
		if (w->files[i].ino == st->st_ino &&
		    w->files[i].dev == st->st_dev)
			return &w->files[i];
	return NULL;
}

static bool is_state(struct watcher *w, int dirfd, const char *name,
		     bool is_renamed)
{
	const struct open_file *file;
	struct evidence_file now = {0};
	struct stat st;

	if (!evidence_is_name(name, is_renamed, w->order.hook) ||
	    fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) ||
	    !S_ISREG(st.st_mode) || !st.st_size || st.st_uid != getuid())
		return false;
	now.size_bytes = st.st_size;
	now.changed_ns = changed_ns(&st);
	file = find_file(w, &st);
	return !file || evidence_is_rewritten(&file->was, &now);
}

/* FNV-1a: tells files apart, so that one isn't counted twice. */
static uint64_t hash(uint64_t start, const char *text)
{
	uint64_t sum = UINT64_C(14695981039346656037) ^ start;

	for (; *text; text++)
		sum = (sum ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return sum;
}

static void judge(struct watcher *w, int dirfd, const char *name,
		  bool is_renamed)
{
	uint64_t sum = hash((uint64_t)dirfd, name);
	size_t known;

	if (!is_state(w, dirfd, name, is_renamed))
		return;
	known = w->report.files < NAMES_MAX ? w->report.files : NAMES_MAX;
	snprintf(w->report.name, sizeof(w->report.name), "%.*s",
		 WATCH_NAME_MAX - 1, name);
	for (size_t i = 0; i < known; i++)
		if (w->names[i] == sum)
			return;
	if (known < NAMES_MAX)
		w->names[known] = sum;
	w->report.files++;
}

/* -------------------------------------------------------- directories */

/*
 * Watch a directory once.  Takes fd, an O_PATH descriptor of it; below 0: there
 * is none.  One like /tmp, in which every user writes, is watched only where
 * the job works in it: a state there would be lost with the node.
 */
static void add_dir(struct watcher *w, int fd, unsigned depth)
{
	struct dir *dir = &w->dirs[w->count];
	char path[32];
	struct stat st;

	if (fd < 0)
		return;
	if (w->count == DIRS_MAX || depth > DEPTH_MAX || fstat(fd, &st) ||
	    (st.st_ino == w->store_ino && st.st_dev == w->store_dev) ||
	    (depth && st.st_mode & S_ISVTX) ||
	    !faccessat(fd, STORE_MARK, F_OK, 0))
		goto refuse;
	for (size_t i = 0; i < w->count; i++)
		if (w->dirs[i].ino == st.st_ino && w->dirs[i].dev == st.st_dev)
			goto refuse;
	/* The descriptor stays right when the directory is renamed, and when
	 * the program through whose /proc entry it was found has ended. */
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	*dir = (struct dir){
		.fd = fd,
		.wd = inotify_add_watch(w->inotify, path, EVENTS),
		.depth = depth,
		.dev = st.st_dev,
		.ino = st.st_ino,
	};
	if (dir->wd < 0)
		goto refuse;
	w->count++;
	return;
refuse:
	close(fd);
}

static int open_dir(const char *path)
{
	return open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* A directory in one; no link is followed. */
static int open_below(int parent, const char *name)
{
	return openat(parent, name,
		      O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* The names in one that is open for its path only. */
static DIR *list_dir(int fd)
{
	int list_fd = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = list_fd < 0 ? NULL : fdopendir(list_fd);

	if (!dir && list_fd >= 0)
		close(list_fd);
	return dir;
}

struct below {
	char name[NAME_MAX + 1];
	struct timespec changed;
};

static int newest_first(const void *left, const void *right)
{
	const struct below *a = left, *b = right;

	if (a->changed.tv_sec != b->changed.tv_sec)
		return a->changed.tv_sec > b->changed.tv_sec ? -1 : 1;
	return 0;
}

static bool look_below(int fd, const struct dirent *entry, struct below *below)
{
	struct stat st;

	if ((entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN) ||
	    !evidence_is_dir_name(entry->d_name) ||
	    fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) ||
	    !S_ISDIR(st.st_mode))
		return false;
	snprintf(below->name, sizeof(below->name), "%s", entry->d_name);
	below->changed = st.st_mtim;
	return true;
}

/*
 * Watch the directories in one, those first that changed last: where not all
 * can be watched, a directory of states has been written to before.
 */
static void scan_dir(struct watcher *w, int fd, unsigned depth)
{
	static struct below list[DIRS_MAX];
	struct dirent *entry;
	DIR *dir = list_dir(fd);
	size_t count = 0;

	while (dir && w->entries < ENTRIES_MAX && count < DIRS_MAX &&
	       (entry = readdir(dir))) {
		w->entries++;
		count += look_below(fd, entry, &list[count]);
	}
	if (dir)
		closedir(dir);
	qsort(list, count, sizeof(list[0]), newest_first);
	for (size_t i = 0; i < count; i++)
		add_dir(w, open_below(fd, list[i].name), depth + 1);
}

/* One level after the other, as the list of directories grows. */
static void scan_some(struct watcher *w)
{
	if (w->scanned < w->count) {
		scan_dir(w, w->dirs[w->scanned].fd, w->dirs[w->scanned].depth);
		w->scanned++;
	}
}

/* ------------------------------------------------------------ programs */

/* Position and flags of an open file, from /proc/PID/fdinfo. */
static bool read_fdinfo(pid_t pid, const char *number, off_t *position,
			unsigned *flags)
{
	char path[64], line[128];
	int64_t at = 0;
	FILE *file;
	int found = 0;

	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%.16s", (int)pid, number);
	file = fopen(path, "re");
	while (file && found < 2 && fgets(line, sizeof(line), file))
		found += sscanf(line, "pos: %" SCNd64, &at) == 1 ||
			 sscanf(line, "flags: %o", flags) == 1;
	if (file)
		fclose(file);
	*position = (off_t)at;
	return found == 2;
}

static bool is_writable(unsigned flags)
{
	return (flags & O_ACCMODE) == O_WRONLY || (flags & O_ACCMODE) == O_RDWR;
}

static void keep_file(struct watcher *w, const struct stat *st, off_t position,
		      bool is_output)
{
	struct open_file *file = find_file(w, st);

	if (file) { /* several programs may write to it */
		file->was.is_output |= is_output;
		return;
	}
	/* What was opened after the request is written after it, too. */
	if (w->file_count == FILES_MAX || (w->is_begun && !is_output))
		return;
	w->files[w->file_count++] = (struct open_file){
		.dev = st->st_dev,
		.ino = st->st_ino,
		.was = {.size_bytes = st->st_size,
			.changed_ns = changed_ns(st),
			.position_bytes = position,
			.is_output = is_output},
	};
}

/* The directory in which a file stood when it was opened. */
static void add_dir_of(struct watcher *w, const char *link)
{
	char path[PATH_MAX], *slash;
	ssize_t len = readlink(link, path, sizeof(path) - 1);

	if (len <= 0)
		return;
	path[len] = '\0';
	slash = path[0] == '/' ? strrchr(path, '/') : NULL;
	if (!slash || slash == path || !strncmp(path, "/dev/", 5) ||
	    !strncmp(path, "/proc/", 6))
		return;
	*slash = '\0';
	slash = strrchr(path, '/') + 1;
	/* A hidden one in which it has opened a file is no hiding place. */
	if (*slash == '.' || evidence_is_dir_name(slash))
		add_dir(w, open_dir(path), DEPTH_MAX);
}

static void look_at_file(struct watcher *w, pid_t pid, const char *number)
{
	bool is_standard = !strcmp(number, "1") || !strcmp(number, "2");
	unsigned flags;
	off_t position;
	char link[64];
	struct stat st;

	snprintf(link, sizeof(link), "/proc/%d/fd/%.16s", (int)pid, number);
	if (!read_fdinfo(pid, number, &position, &flags) ||
	    !is_writable(flags) || stat(link, &st) || !S_ISREG(st.st_mode))
		return;
	keep_file(w, &st, position, is_standard || (flags & O_APPEND));
	if (!is_standard)
		add_dir_of(w, link);
}

static void look_at_files(struct watcher *w, pid_t pid)
{
	struct dirent *entry;
	char path[64];
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			look_at_file(w, pid, entry->d_name);
	if (dir)
		closedir(dir);
}

/*
 * A path among the arguments of a program ("--out=DIR", "FILE"): that
 * directory, or the one in which the file stands or will stand.
 */
static void add_dir_of_word(struct watcher *w, int cwd, char *word)
{
	char *value = strchr(word, '='), *slash;
	unsigned depth = DEPTH_MAX - 2;
	int fd;

	value = value ? value + 1 : word;
	fd = openat(cwd, value, O_PATH | O_DIRECTORY | O_CLOEXEC);
	slash = strrchr(value, '/');
	if (fd < 0 && slash && slash > value) {
		depth = DEPTH_MAX; /* it is no directory of states */
		*slash = '\0';
		fd = openat(cwd, value, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd >= 0 && faccessat(fd, ".", W_OK, 0)) {
		close(fd); /* where it can't write, it saves nothing */
		return;
	}
	add_dir(w, fd, depth);
}

/* Is what follows this argument a place of programs, not of their files? */
static bool is_before_programs(const char *word)
{
	return !strcmp(word, "-cp") || !strcmp(word, "-classpath") ||
	       !strcmp(word, "--class-path") || !strcmp(word, "-I");
}

static void add_dirs_of_args(struct watcher *w, pid_t pid, int cwd)
{
	char path[64], text[4096];
	bool is_passed = true; /* the program's own name */
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	len = procfs_read(AT_FDCWD, path, text, sizeof(text));
	for (ssize_t at = 0; at < len;) {
		size_t size = strlen(text + at) + 1;

		bool is_next_passed = is_before_programs(text + at);

		if (!is_passed && size < PATH_MAX)
			add_dir_of_word(w, cwd, text + at);
		is_passed = is_next_passed;
		at += (ssize_t)size;
	}
}

/* The directories of a program, and the files that it has open.  All are
 * looked at once; later only files that it has opened since. */
static void look_at_program(struct watcher *w, pid_t pid, bool is_new)
{
	char path[64];
	int cwd;

	look_at_files(w, pid);
	if (!is_new)
		return;
	snprintf(path, sizeof(path), "/proc/%d/cwd", (int)pid);
	cwd = open_dir(path);
	if (cwd < 0)
		return;
	add_dirs_of_args(w, pid, cwd);
	add_dir(w, cwd, 0);
}

static void look_at_programs(struct watcher *w, bool is_new)
{
	struct procs procs;

	picture_take_in_haste(&procs, w->order.root, 0);
	for (size_t i = 0; i < procs.count; i++) {
		const struct proc *proc = &procs.list[i];

		if (proc->pid != getpid() &&
		    (is_new || procs.count <= POLLED_MAX))
			look_at_program(w, proc->pid, is_new);
	}
	procs_free(&procs);
	w->is_begun = true;
}

/* -------------------------------------------------------------- events */

static const struct dir *find_dir(const struct watcher *w, int wd)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->dirs[i].wd == wd)
			return &w->dirs[i];
	return NULL;
}

/* A new directory may have been filled before it was watched. */
static void enter_dir(struct watcher *w, int parent, const char *name,
		      unsigned depth)
{
	size_t before = w->count;
	struct dirent *entry;
	DIR *dir;
	int fd;

	if (!evidence_is_dir_name(name))
		return;
	add_dir(w, open_below(parent, name), depth);
	if (w->count == before)
		return;
	fd = w->dirs[before].fd;
	dir = list_dir(fd);
	while (dir && (entry = readdir(dir)))
		if (entry->d_type == DT_DIR)
			enter_dir(w, fd, entry->d_name, depth + 1);
		else
			judge(w, fd, entry->d_name, false);
	if (dir)
		closedir(dir);
}

static void handle_event(struct watcher *w, const struct inotify_event *event)
{
	const struct dir *dir = find_dir(w, event->wd);

	if (!dir || !event->len)
		return;
	if (event->mask & IN_ISDIR)
		enter_dir(w, dir->fd, event->name, dir->depth + 1);
	else
		judge(w, dir->fd, event->name, event->mask & IN_MOVED_TO);
}

static void read_events(struct watcher *w)
{
	char buf[16384]
		__attribute__((aligned(__alignof__(struct inotify_event))));
	const struct inotify_event *event;
	ssize_t len;

	while ((len = read(w->inotify, buf, sizeof(buf))) > 0)
		for (char *at = buf; at < buf + len;
		     at += sizeof(*event) + event->len) {
			event = (const struct inotify_event *)(void *)at;
			handle_event(w, event);
		}
}

/* --------------------------------------------------------------- child */

/* False: the caller has closed its side, or is gone. */
static bool read_orders(struct watcher *w)
{
	char word;
	ssize_t len = recv(w->fd, &word, 1, MSG_DONTWAIT);

	if (len > 0)
		look_at_programs(w, true);
	return len > 0 || (len < 0 && errno == EAGAIN);
}

static void prepare(struct watcher *w)
{
	struct stat st;

	w->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (w->order.store_dir[0] && !stat(w->order.store_dir, &st)) {
		w->store_dev = st.st_dev;
		w->store_ino = st.st_ino;
	}
	if (w->order.work_dir[0])
		add_dir(w, open_dir(w->order.work_dir), 0);
	look_at_programs(w, true);
	w->report.is_watched = w->count > 0;
}

/* What the caller has open is none of ours: a pipe must be able to end. */
static void close_others(int fd)
{
	struct dirent *entry;
	DIR *dir = opendir("/proc/self/fd");

	while (dir && (entry = readdir(dir))) {
		int other = atoi(entry->d_name);

		if (other > 2 && other != fd && other != dirfd(dir))
			close(other);
	}
	if (dir)
		closedir(dir);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

/* Until the caller has closed its side. */
static void watch_on(struct watcher *w)
{
	struct pollfd fds[2] = {
		{.fd = w->fd, .events = POLLIN},
		{.fd = w->inotify, .events = POLLIN},
	};
	int64_t begun_ms = now_ms(), looked_ms = begun_ms;
	int pause_ms = POLL_MS;
	bool is_over = false;

	while (!is_over) {
		if (poll(fds, 2, w->scanned < w->count ? 0 : pause_ms) < 0 &&
		    errno != EINTR)
			break;
		if (fds[0].revents)
			is_over = !read_orders(w);
		read_events(w);
		scan_some(w);
		if (now_ms() - looked_ms < pause_ms)
			continue;
		look_at_programs(w, false);
		looked_ms = now_ms();
		if (looked_ms - begun_ms > POLL_OFTEN_MS)
			pause_ms = POLL_LATE_MS;
	}
}

static void watch_as_child(struct watcher *w)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	close_others(w->fd);
	prepare(w);
	if (send(w->fd, "", 1, MSG_NOSIGNAL) < 0)
		_exit(1);
	watch_on(w);
	if (send(w->fd, &w->report, sizeof(w->report), MSG_NOSIGNAL) < 0)
		_exit(1);
	_exit(0);
}

/* -------------------------------------------------------------- caller */

/* Receive a message of just this size; others come too late to be of use, and
 * are dropped.  False: none within the time, or the child has ended. */
static bool receive(int fd, void *data, size_t size, int timeout_ms)
{
	struct pollfd readable = {.fd = fd, .events = POLLIN};
	ssize_t len;
	int ready;

	for (;;) {
		ready = poll(&readable, 1, timeout_ms);
		if (ready < 0 && errno == EINTR)
			continue;
		len = ready > 0 ? recv(fd, data, size, MSG_DONTWAIT) : 0;
		if (len <= 0 || len == (ssize_t)size)
			return len > 0;
	}
}

int watch_start(struct watch *watch, const struct watch_order *order)
{
	static struct watcher watcher;
	int fds[2];
	char ready;

	memset(watch, 0, sizeof(*watch));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		return -1;
	watch->pid = fork();
	if (watch->pid == 0) {
		close(fds[0]);
		watcher.order = *order;
		watcher.fd = fds[1];
		watch_as_child(&watcher);
	}
	close(fds[1]);
	if (watch->pid < 0) {
		close(fds[0]);
		watch->pid = 0;
		return -1;
	}
	watch->fd = fds[0];
	receive(watch->fd, &ready, 1, WATCH_READY_MS);
	return 0;
}

void watch_look_again(struct watch *watch)
{
	if (watch->pid)
		send(watch->fd, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

void watch_end(struct watch *watch, struct watch_report *report)
{
	memset(report, 0, sizeof(*report));
	if (!watch->pid)
		return;
	shutdown(watch->fd, SHUT_WR);
	if (!receive(watch->fd, report, sizeof(*report), WATCH_END_MS))
		memset(report, 0, sizeof(*report));
	report->name[sizeof(report->name) - 1] = '\0';
	kill(watch->pid, SIGKILL);
	while (waitpid(watch->pid, NULL, 0) < 0 && errno == EINTR)
		;
	close(watch->fd);
	memset(watch, 0, sizeof(*watch));
}
