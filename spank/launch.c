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
#include "requeue/settings/monotonic.h"
#include "spank/ending.h"
#include "spank/launch.h"

#define SECOND_MS 1000
/* Largest file that settle may write, but for the job's output. */
#define FILE_MAX  (64 << 20)
/* A group without rights, and another one for users of that. */
#define NO_GROUP  65534
#define NO_GROUP2 65533

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

/*
 * Take the owner's ids for good, and check that root can't be got back.
 *
 * The real group is one without rights until settle has begun, because the
 * kernel makes a program that is executed with another real than effective
 * group non-dumpable: so there is no moment at which the owner's other
 * processes can trace settle, whatever the mode of its file.
 */
static bool drop_ids(const struct launch_user *user)
{
	gid_t no_group = user->gid == NO_GROUP ? NO_GROUP2 : NO_GROUP;

	if (geteuid() != 0)
		return geteuid() == user->uid;
	if (user->uid != 0 && setgroups(user->group_count, user->groups) != 0)
		return false;
	if (setresgid(no_group, user->gid, user->gid) ||
	    setresuid(user->uid, user->uid, user->uid))
		return false;
	if (user->uid != 0 && (setuid(0) == 0 || seteuid(0) == 0))
		return false;
	return getuid() == user->uid && geteuid() == user->uid &&
	       getgid() == no_group && getegid() == user->gid;
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

/* How long slurmstepd waits for settle, over all attempts. */
struct patience {
	struct witness witness;
	int64_t work_ms;
	int64_t end_ms;
	bool is_waiting; /* its last sign said that slurmctld is away */
	bool is_ending;	 /* Slurm ends the job: end_ms is final */
};

static void begin_patience(struct patience *patience, const char *group)
{
	int64_t work_ms = (int64_t)ending_unkillable_s() * SECOND_MS * 3 / 4;

	*patience = (struct patience){
		.work_ms = work_ms < LAUNCH_WORK_MS ? work_ms : LAUNCH_WORK_MS,
	};
	patience->end_ms = monotonic_ms() + patience->work_ms;
	patience->is_ending = !witness_start(&patience->witness, group);
	if (patience->is_ending)
		slurm_info("checkpoint: it can't be seen here when Slurm ends "
			   "the job: settle has %d s, also while slurmctld is "
			   "away",
			   (int)(patience->work_ms / SECOND_MS));
}

/* The witness has ended: from now on slurmd waits for settle. */
static void note_ending(struct patience *patience)
{
	int64_t end_ms = monotonic_ms() + patience->work_ms;

	witness_end(&patience->witness);
	patience->is_ending = true;
	if (patience->end_ms > end_ms)
		patience->end_ms = end_ms;
}

/*
 * Wait for the end of settle: true.  False: the bound has passed.
 *
 * The owner's other jobs may stop, continue and kill settle, so that its signs
 * of life prove little.  They prolong the bound only where slurmctld is away
 * and Slurm hasn't begun to end the job, of which slurmstepd knows by itself:
 * then slurmstepd would wait for slurmctld as well.  As soon as Slurm ends the
 * job, nothing prolongs it.
 */
static bool watch(int fd, struct patience *patience)
{
	int64_t silent_ms = monotonic_ms() + LAUNCH_SILENCE_MS, left;
	char beats[64];
	ssize_t count;
	int ready;

	patience->is_waiting = false;
	for (;;) {
		/* Of a witness that has ended, fd is -1: poll() skips it. */
		struct pollfd wait[] = {
			{.fd = fd, .events = POLLIN},
			{.fd = patience->witness.fd, .events = POLLIN},
		};

		left = silent_ms < patience->end_ms ? silent_ms
						    : patience->end_ms;
		left -= monotonic_ms();
		ready = left > 0 ? poll(wait, 2, (int)left) : 0;
		if (ready < 0 && errno == EINTR)
			continue;
		if (ready <= 0)
			return false;
		if (wait[1].revents)
			note_ending(patience);
		if (!wait[0].revents)
			continue;
		count = read(fd, beats, sizeof(beats));
		if (count < 0 && (errno == EINTR || errno == EAGAIN))
			continue;
		if (count <= 0)
			return true;
		silent_ms = monotonic_ms() + LAUNCH_SILENCE_MS;
		patience->is_waiting = memchr(beats, BRIEF_BEAT_WAITING,
					      (size_t)count) != NULL;
		if (patience->is_waiting && !patience->is_ending)
			patience->end_ms = monotonic_ms() + patience->work_ms;
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
		slurm_error("checkpoint: settle got nowhere in its time and "
			    "was left behind");
	else if (attempt == ATTEMPT_KILLED)
		slurm_error("checkpoint: settle was killed %d times",
			    LAUNCH_ATTEMPTS);
	else if (attempt == ATTEMPT_FAILED)
		slurm_error("checkpoint: %s can't be started: %s", path,
			    strerror(errno));
}

/* Look at the mode of settle's file before it runs as any user.  False: other
 * users may have written it; errno is set. */
static bool is_safe(const char *path)
{
	struct stat st;

	if (geteuid() != 0)
		return true;
	if (stat(path, &st))
		return false;
	if (st.st_mode & S_IWOTH) {
		slurm_error("checkpoint: %s has mode %04o: every user may "
			    "change it, so it isn't run; chmod 0711",
			    path, (unsigned)st.st_mode & 07777);
		errno = EPERM;
		return false;
	}
	if (st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IRGRP | S_IROTH)))
		slurm_info("checkpoint: %s has owner %u and mode %04o, and "
			   "should have owner 0 and mode 0711",
			   path, (unsigned)st.st_uid,
			   (unsigned)st.st_mode & 07777);
	return true;
}

/* Start settle until it is over, or may not be started again. */
static enum attempt settle_repeated(const char *path,
				    const struct launch_user *user,
				    struct brief *brief,
				    const struct launch_fds *fds,
				    struct patience *patience)
{
	enum attempt attempt = ATTEMPT_FAILED;
	char **env = clean_env();

	for (int i = 0; i < LAUNCH_ATTEMPTS; i++) {
		if (!write_brief(fds->brief, brief))
			break;
		attempt = settle_once(path, user, *fds, env, patience);
		/* A settle without a sign of life hangs on the owner's storage:
		 * the next one keeps off it. */
		if (attempt == ATTEMPT_LEFT && !patience->is_waiting &&
		    !brief->is_blind)
			brief->is_blind = true;
		/* The next settle goes on where a killed one stopped. */
		else if (attempt != ATTEMPT_KILLED)
			break;
	}
	return attempt;
}

void launch_settle(const char *path, const struct launch_user *user,
		   struct brief *brief, int memo_fd, const char *group)
{
	struct launch_fds fds = {
		.brief = memfd_create("checkpoint-brief", MFD_CLOEXEC),
		.memo = memo_fd,
	};
	enum attempt attempt = ATTEMPT_FAILED;
	struct patience patience;

	if (fds.brief >= 0 && is_safe(path)) {
		begin_patience(&patience, group);
		attempt = settle_repeated(path, user, brief, &fds, &patience);
		tell_end(attempt, path);
		witness_end(&patience.witness);
	} else {
		tell_end(attempt, path);
	}
	if (fds.brief >= 0)
		close(fds.brief);
}
