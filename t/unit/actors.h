/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * actors.h: small programs that catch signals in all ways there are, and
 * a stage to watch them on.
 *
 * A test program that includes this calls itself as an actor: its main()
 * begins with actors_play().  What an actor does is written to $LOG, a line
 * for each event; scripts find the actors as $A.
 */
#ifndef T_UNIT_ACTORS_H
#define T_UNIT_ACTORS_H

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ACTORS_PATIENCE_MS 20000
/* They end whatever becomes of the test. */
#define ACTORS_LIFE_S	   120

static void pause_ms(long ms)
{
	const struct timespec pause = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&pause, NULL);
}

static long long clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* -------------------------------------------------------------- actors */

static int actor_log = -1;
static const char *actor_part = "";

/* Async-signal-safe; O_APPEND keeps lines whole. */
static void actor_say(const char *event)
{
	char line[80];
	size_t len = strlen(event);

	memcpy(line, event, len);
	line[len] = '\n';
	if (write(actor_log, line, len + 1) < 0)
		_exit(70);
}

static void actor_on_signal(int signum)
{
	(void)signum;
	actor_say("got");
	if (!strcmp(actor_part, "speak") && write(1, "goodbye\n", 8) != 8)
		actor_say("broken pipe");
	if (!strcmp(actor_part, "slow"))
		pause_ms(300);
	if (!strcmp(actor_part, "soon"))
		pause_ms(100);
	_exit(0);
}

static void worker_on_signal(int signum)
{
	(void)signum;
	actor_say("worker hit");
	_exit(1);
}

static void actor_catch(void (*handler)(int))
{
	struct sigaction action = {.sa_handler = handler};

	sigaction(SIGTERM, &action, NULL);
}

static void *actor_sigwait(void *arg)
{
	sigset_t set;
	int signum;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	actor_say("ready");
	sigwait(&set, &signum);
	actor_say("got");
	_exit(0);
	return arg;
}

static void actor_block(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void actor_signalfd(void)
{
	struct signalfd_siginfo info;
	sigset_t set;
	int fd;

	actor_block();
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	fd = signalfd(-1, &set, 0);
	actor_say("ready");
	if (read(fd, &info, sizeof(info)) == sizeof(info))
		actor_say("got");
	_exit(0);
}

/* Many that catch it, below one that doesn't. */
static void actor_crowd(int count)
{
	for (int i = 0; i < count; i++) {
		if (fork())
			continue;
		/* Programs of their own: a fork would be a worker. */
		execl("/proc/self/exe", "actor", "catch", NULL);
		_exit(70);
	}
}

static void actor_workers(void)
{
	actor_catch(worker_on_signal);
	for (int i = 0; i < 3; i++) {
		if (fork())
			continue;
		alarm(ACTORS_LIFE_S);
		actor_say("ready");
		while (getppid() != 1)
			pause_ms(10);
		_exit(0);
	}
	actor_catch(actor_on_signal);
}

/* Play the part that the command line names; return if it names none. */
static inline void actors_play(int argc, char **argv)
{
	const char *part = argc > 1 ? argv[1] : "";
	pthread_t thread;

	if (!getenv("LOG") || !*part)
		return;
	actor_log = open(getenv("LOG"), O_WRONLY | O_APPEND | O_CLOEXEC);
	actor_part = part;
	alarm(ACTORS_LIFE_S);
	if (!strcmp(part, "sigwait")) {
		actor_block();
		actor_sigwait(NULL);
	} else if (!strcmp(part, "thread")) {
		actor_block();
		pthread_create(&thread, NULL, actor_sigwait, NULL);
	} else if (!strcmp(part, "signalfd")) {
		actor_signalfd();
	} else if (!strcmp(part, "late")) {
		actor_say("loading");
		pause_ms(700);
		actor_catch(actor_on_signal);
		actor_say("ready");
	} else if (!strcmp(part, "brief")) {
		actor_catch(actor_on_signal);
		actor_say("ready");
		pause_ms(5);
		_exit(0);
	} else if (!strcmp(part, "workers")) {
		actor_workers();
	} else if (!strcmp(part, "crowd")) {
		actor_crowd(atoi(argv[2]));
	} else if (!strcmp(part, "deaf")) {
		actor_say("ready");
	} else { /* catch, speak, slow, soon */
		actor_catch(actor_on_signal);
		actor_say("ready");
	}
	while (true)
		pause();
}

/* --------------------------------------------------------------- stage */

static char stage_dir[64], stage_log[96];

static inline void stage_open(void)
{
	char self[4096];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);

	ck_assert_int_gt(len, 0);
	self[len] = '\0';
	snprintf(stage_dir, sizeof(stage_dir), "/tmp/actors-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(stage_dir));
	snprintf(stage_log, sizeof(stage_log), "%s/log", stage_dir);
	close(open(stage_log, O_CREAT | O_WRONLY, 0600));
	setenv("A", self, 1);
	setenv("LOG", stage_log, 1);
	ck_assert_int_eq(chdir(stage_dir), 0);
	/* As the supervisor is: those whose parent ends fall to us. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static inline size_t stage_count(const char *event)
{
	FILE *in = fopen(stage_log, "r");
	size_t len = strlen(event), count = 0;
	char line[256];

	while (in && fgets(line, sizeof(line), in))
		count += !strncmp(line, event, len);
	if (in)
		fclose(in);
	return count;
}

static inline void stage_await(const char *event, size_t count)
{
	long long end_ms = clock_ms() + ACTORS_PATIENCE_MS;

	while (stage_count(event) < count && clock_ms() < end_ms)
		pause_ms(2);
	ck_assert_msg(stage_count(event) >= count,
		      "waited for %zu times \"%s\", saw %zu", count, event,
		      stage_count(event));
}

static inline pid_t stage_start(const char *shell, const char *script)
{
	char path[96];
	FILE *out;
	pid_t pid;

	snprintf(path, sizeof(path), "%s/job.sh", stage_dir);
	out = fopen(path, "w");
	ck_assert_ptr_nonnull(out);
	fprintf(out, "%s\n", script);
	fclose(out);
	pid = fork();
	if (!pid) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		execlp(shell, shell, path, (char *)NULL);
		_exit(127);
	}
	return pid;
}

/* Until none of those below us is left; false if some stay. */
static inline bool stage_drain(int patience_ms)
{
	long long end_ms = clock_ms() + patience_ms;

	while (clock_ms() < end_ms) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid < 0)
			return true;
		if (!pid)
			pause_ms(2);
	}
	return false;
}

static inline void stage_close(void)
{
	char command[256];

	ck_assert_int_eq(chdir("/"), 0);
	snprintf(command, sizeof(command), "rm -rf %s", stage_dir);
	ck_assert_int_eq(system(command), 0);
}

#endif
