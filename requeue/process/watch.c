/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch.c: the child that watches, and its caller. */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "requeue/process/watch.h"
#include "requeue/process/watch_dirs.h"
#include "requeue/process/watch_files.h"
#include "requeue/process/watch_programs.h"
#include "requeue/settings/monotonic.h"

/*
 * A program may save where none of its directories lead to.  A file that it has
 * open for writing for a while shows where: so open files are looked at now and
 * then, and more often at first, when most programs save.
 */
#define POLL_MS	      25
#define POLL_OFTEN_MS 5000
#define POLL_LATE_MS  250

/* -------------------------------------------------------------- events */

static const struct watched_dir *find_dir(const struct watcher *w, int wd)
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
	watch_dirs_add(w, watch_dirs_open_below(parent, name), depth);
	if (w->count == before)
		return;
	fd = w->dirs[before].fd;
	dir = watch_dirs_list(fd);
	while (dir && (entry = readdir(dir)))
		if (entry->d_type == DT_DIR)
			enter_dir(w, fd, entry->d_name, depth + 1);
		else
			watch_files_judge(w, fd, entry->d_name, false);
	if (dir)
		closedir(dir);
}

static void handle_event(struct watcher *w, const struct inotify_event *event)
{
	const struct watched_dir *dir = find_dir(w, event->wd);

	if (!dir || !event->len)
		return;
	if (event->mask & IN_ISDIR)
		enter_dir(w, dir->fd, event->name, dir->depth + 1);
	else
		watch_files_judge(w, dir->fd, event->name,
				  event->mask & IN_MOVED_TO);
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
		watch_programs_look(w, true);
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
		watch_dirs_add(w, watch_dirs_open(w->order.work_dir), 0);
	watch_programs_look(w, true);
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

/* Until the caller has closed its side. */
static void watch_on(struct watcher *w)
{
	struct pollfd fds[2] = {
		{.fd = w->fd, .events = POLLIN},
		{.fd = w->inotify, .events = POLLIN},
	};
	int64_t begun_ms = monotonic_ms(), looked_ms = begun_ms;
	int pause_ms = POLL_MS;
	bool is_over = false;

	while (!is_over) {
		if (poll(fds, 2, w->scanned < w->count ? 0 : pause_ms) < 0 &&
		    errno != EINTR)
			break;
		if (fds[0].revents)
			is_over = !read_orders(w);
		read_events(w);
		watch_dirs_scan_next(w);
		if (monotonic_ms() - looked_ms < pause_ms)
			continue;
		watch_programs_look(w, false);
		looked_ms = monotonic_ms();
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
	watch_files_report(w);
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
