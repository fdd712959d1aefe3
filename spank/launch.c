/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * launch.c: how a helper is started.
 *
 * Between fork and exec only async-signal-safe calls on prepared buffers:
 * slurmstepd is threaded.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <slurm/spank.h>

#include "requeue/settings/brief.h"
#include "spank/launch.h"

#define SECOND_MS 1000
/* Largest file that settle may write, but for the job's output. */
#define FILE_MAX  (64 << 20)

static char path_entry[] = "PATH=/usr/bin:/bin";
static char conf_entry[4096];

/* The environment of a helper: fixed but for the place of Slurm's
 * configuration, which comes from slurmstepd, never from the job. */
static char **clean_env(void)
{
	static char *env[3];
	const char *conf = getenv("SLURM_CONF");
	size_t n = 0;

	env[n++] = path_entry;
	if (conf &&
	    (size_t)snprintf(conf_entry, sizeof(conf_entry), "SLURM_CONF=%s",
			     conf) < sizeof(conf_entry))
		env[n++] = conf_entry;
	env[n] = NULL;
	return env;
}

/* By close_range() where the kernel has it (5.9). */
void launch_close_from(int first)
{
	struct rlimit limit;
	rlim_t max = 65536;

#ifdef SYS_close_range
	if (!syscall(SYS_close_range, first, ~0U, 0))
		return;
#endif
	if (!getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur < max)
		max = limit.rlim_cur;
	for (rlim_t fd = (rlim_t)first; fd < max; fd++)
		close((int)fd);
}

/*
 * Move the descriptors to where the helper looks for them, whatever numbers
 * they have now, and close all others.  The first null_count of 0, 1 and 2
 * become /dev/null.  Without a memo its descriptor is closed.
 */
static bool arrange_fds(const struct launch_fds *fds, int null_count)
{
	int high_brief = fcntl(fds->brief, F_DUPFD, 16);
	int high_reply = fcntl(fds->reply, F_DUPFD, 16);
	int high_memo = fcntl(fds->memo, F_DUPFD, 16);
	int null_fd = open("/dev/null", O_RDWR);

	if (high_brief < 0 || high_reply < 0 || null_fd < 0)
		return false;
	for (int fd = 0; fd < null_count; fd++)
		if (dup2(null_fd, fd) < 0)
			return false;
	if (dup2(high_brief, BRIEF_FD) < 0 ||
	    dup2(high_reply, BRIEF_REPLY_FD) < 0)
		return false;
	if (high_memo < 0 || dup2(high_memo, BRIEF_MEMO_FD) < 0)
		close(BRIEF_MEMO_FD);
	launch_close_from(BRIEF_MEMO_FD + 1);
	return true;
}

void launch_exec(const char *path, const struct launch_fds *fds)
{
	char *argv[] = {strdup(path), NULL}, **env = clean_env();

	if (argv[0] && arrange_fds(fds, 2))
		execve(path, argv, env);
}

/* ------------------------------------------------- settle, from root */

static void set_limit(int resource, rlim_t value)
{
	struct rlimit limit = {value, value};

	setrlimit(resource, &limit);
}

/* Take the owner's ids for good, and check that root can't be got back. */
static bool drop_ids(const struct launch_user *user)
{
	if (geteuid() != 0)
		return geteuid() == user->uid;
	if (user->uid != 0 && setgroups(user->group_count, user->groups) != 0)
		return false;
	if (setresgid(user->gid, user->gid, user->gid) ||
	    setresuid(user->uid, user->uid, user->uid))
		return false;
	if (user->uid != 0 && (setuid(0) == 0 || seteuid(0) == 0))
		return false;
	return getuid() == user->uid && geteuid() == user->uid &&
	       getgid() == user->gid && getegid() == user->gid;
}

/*
 * Bound settle, which runs outside of the job's cgroup, so that a damaged
 * journal can't make it take all memory or time.  RLIMIT_NPROC would not do: it
 * counts all processes of the user.  The limit on files is a soft one, because
 * settle adds a line to the job's output, which may be larger: settle lifts it
 * for that.
 */
static void set_limits(void)
{
	struct rlimit files;

	if (!getrlimit(RLIMIT_FSIZE, &files) && files.rlim_cur > FILE_MAX) {
		files.rlim_cur = FILE_MAX;
		setrlimit(RLIMIT_FSIZE, &files);
	}
	set_limit(RLIMIT_CORE, 0);
	set_limit(RLIMIT_CPU, 60);
	set_limit(RLIMIT_AS, 1 << 30);
	set_limit(RLIMIT_STACK, 8 << 20); /* also the default of threads */
}

static void settle_child(const char *path, const struct launch_user *user,
			 const struct launch_fds *fds, char **env)
{
	char name[] = "settle";
	char *argv[] = {name, NULL};
	sigset_t all;

	/* After the requeue slurmd ends the step, and with proctrack/linuxproc
	 * its TERM reaches this process as well. */
	sigfillset(&all);
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigprocmask(SIG_SETMASK, &all, NULL);
	setsid();
	if (!arrange_fds(fds, 3) || chdir("/") || !drop_ids(user))
		_exit(126);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	set_limits();
	umask(077);
	execve(path, argv, env);
	_exit(127);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * SECOND_MS + now.tv_nsec / 1000000;
}

/* How long slurmstepd waits for settle, over all attempts. */
struct patience {
	int64_t end_ms;
	bool is_waiting; /* its last sign said that slurmctld is away */
};

/*
 * Wait for the end of settle: true.  False: the bound has passed.  The owner's
 * other jobs may stop, continue and kill settle: so signs of life alone don't
 * prolong the bound for ever, and one bound holds for all attempts.
 */
static bool watch(int fd, struct patience *patience)
{
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	int64_t silent_ms = now_ms() + LAUNCH_SILENCE_MS;
	char beats[64];
	ssize_t count;
	int64_t left;
	int ready;

	patience->is_waiting = false;
	for (;;) {
		left = silent_ms < patience->end_ms ? silent_ms
						    : patience->end_ms;
		left -= now_ms();
		ready = left > 0 ? poll(&wait, 1, (int)left) : 0;
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return false;
		count = read(fd, beats, sizeof(beats));
		if (count <= 0)
			return true;
		silent_ms = now_ms() + LAUNCH_SILENCE_MS;
		patience->is_waiting = memchr(beats, BRIEF_BEAT_WAITING,
					      (size_t)count) != NULL;
		if (patience->is_waiting)
			patience->end_ms = now_ms() + LAUNCH_WORK_MS;
	}
}

/* Reap settle, and kill it before unless it is over.  One that hangs in the
 * kernel is left behind after 2 s, for init to reap.  Returns its wait status;
 * -1: it wasn't reaped. */
static int reap(pid_t pid, bool is_over)
{
	const struct timespec pause = {.tv_nsec = 20 * 1000 * 1000};
	int status = -1;

	if (!is_over)
		kill(pid, SIGKILL);
	for (int i = 0; i < 100; i++) {
		pid_t got = waitpid(pid, &status, WNOHANG);

		if (got == pid || (got < 0 && errno != EINTR))
			break;
		nanosleep(&pause, NULL);
	}
	return status;
}

enum attempt {
	ATTEMPT_OVER,
	ATTEMPT_KILLED,
	ATTEMPT_LEFT,
	ATTEMPT_FAILED
};

/* Start settle once, and wait for its end within the bound. */
static enum attempt settle_once(const char *path,
				const struct launch_user *user,
				struct launch_fds fds, char **env,
				struct patience *patience)
{
	int beat[2] = {-1, -1}, status;
	bool is_over;
	pid_t pid;

	if (lseek(fds.brief, 0, SEEK_SET) != 0 || pipe2(beat, O_CLOEXEC))
		return ATTEMPT_FAILED;
	fds.reply = beat[1];
	pid = fork();
	if (pid == 0)
		settle_child(path, user, &fds, env);
	close(beat[1]);
	is_over = pid > 0 && watch(beat[0], patience);
	close(beat[0]);
	if (pid < 0)
		return ATTEMPT_FAILED;
	status = reap(pid, is_over);
	if (!is_over)
		return ATTEMPT_LEFT;
	if (WIFSIGNALED(status))
		return ATTEMPT_KILLED;
	if (WIFEXITED(status) && WEXITSTATUS(status) >= 126) {
		errno = WEXITSTATUS(status) == 126 ? EPERM : ENOENT;
		return ATTEMPT_FAILED;
	}
	return ATTEMPT_OVER;
}

/* Write the brief into its memory, in place of what is there. */
static bool write_brief(int fd, const struct brief *brief)
{
	char head[BRIEF_HEAD_LEN];
	int len = brief_format(brief, head);

	return len >= 0 && ftruncate(fd, 0) == 0 &&
	       pwrite(fd, head, (size_t)len, 0) == len;
}

static void tell_end(enum attempt attempt, const char *path)
{
	if (attempt == ATTEMPT_LEFT)
		slurm_error("checkpoint: settle got nowhere for %d s and was "
			    "left behind",
			    LAUNCH_SILENCE_MS / SECOND_MS);
	else if (attempt == ATTEMPT_KILLED)
		slurm_error("checkpoint: settle was killed %d times",
			    LAUNCH_ATTEMPTS);
	else if (attempt == ATTEMPT_FAILED)
		slurm_error("checkpoint: %s can't be started: %s", path,
			    strerror(errno));
}

void launch_settle(const char *path, const struct launch_user *user,
		   struct brief *brief, int memo_fd)
{
	struct launch_fds fds = {
		.brief = memfd_create("checkpoint-brief", MFD_CLOEXEC),
		.memo = memo_fd,
	};
	enum attempt attempt = ATTEMPT_FAILED;
	struct patience patience = {.end_ms = now_ms() + LAUNCH_WORK_MS};
	char **env = clean_env();

	for (int i = 0; i < LAUNCH_ATTEMPTS; i++) {
		if (fds.brief < 0 || !write_brief(fds.brief, brief))
			break;
		attempt = settle_once(path, user, fds, env, &patience);
		/* A settle without a sign of life hangs on the owner's storage:
		 * the next one keeps off it. */
		if (attempt == ATTEMPT_LEFT && !patience.is_waiting &&
		    !brief->is_blind)
			brief->is_blind = true;
		/* The next settle goes on where a killed one stopped. */
		else if (attempt != ATTEMPT_KILLED)
			break;
	}
	tell_end(attempt, path);
	if (fds.brief >= 0)
		close(fds.brief);
}
