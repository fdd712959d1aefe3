/* SPDX-License-Identifier: GPL-2.0-or-later */
/* batch.c: the plugin inside of the slurmstepd of a batch script. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <slurm/spank.h>

#include "requeue/settings/brief.h"
#include "requeue/settings/site.h"
#include "requeue/process/oom.h"
#include "spank/batch.h"
#include "spank/ending.h"
#include "spank/environment.h"
#include "spank/host.h"
#include "spank/launch.h"

/* The step id of a batch script: SLURM_BATCH_SCRIPT of slurm.h. */
#define BATCH_STEP 0xfffffffbU

#define HELPER_PATH_LEN (SETTINGS_PATH_LEN + 16)

/*
 * Facts that only the task's process learns, in memory that it shares with
 * slurmstepd.  The user could forge them: they are copied within bounds, and
 * used as the user only.
 */
struct told {
	uint32_t restart_count;
	char work_dir[sizeof(((struct brief *)0)->work_dir)];
	char node[sizeof(((struct brief *)0)->node)];
};

/* One slurmstepd serves one step, so there is one of these in a process. */
static struct {
	bool is_active;
	bool has_task; /* Slurm has started the task */
	bool is_settled;
	pid_t pid; /* slurmstepd's own, where the hooks run in it */
	struct launch_user user;
	struct site site;
	struct brief brief;
	char refusal[SETTINGS_ERROR_LEN]; /* why the job can't run; "" it can */
	struct told *told;
	int memo_fd;		     /* see memo.h; -1 none */
	char oom_path[OOM_PATH_MAX]; /* where OOM kills are counted */
	char group[ENDING_PATH_MAX]; /* the task's cgroup; see ending.h */
} batch;

static void get_env(spank_t sp, const char *name, char *value, size_t size)
{
	if (spank_getenv(sp, name, value, (int)size))
		value[0] = '\0';
}

/* Settings that sbatch wrote have no control characters; forged ones may. */
static bool is_plain(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

static bool is_batch_step(spank_t sp)
{
	uint32_t step_id = 0;

	return !spank_get_item(sp, S_JOB_STEPID, &step_id) &&
	       step_id == BATCH_STEP;
}

/* Is this a job with --checkpoint?  If so, its settings are copied. */
static bool is_ours(spank_t sp)
{
	spank_err_t rc;

	rc = spank_getenv(sp, SETTINGS_ENV, batch.brief.settings,
			  sizeof(batch.brief.settings));
	if (rc == ESPANK_ENV_NOEXIST)
		return false;
	if (rc || !is_plain(batch.brief.settings)) {
		batch.brief.settings[0] = '\0';
		snprintf(batch.refusal, sizeof(batch.refusal),
			 "the job's variable " SETTINGS_ENV " is not what "
			 "sbatch makes of --checkpoint: submit again, and "
			 "don't set it yourself");
	}
	return true;
}

static void copy_groups(spank_t sp)
{
	gid_t *groups = NULL;
	int count = 0;

	if (spank_get_item(sp, S_JOB_SUPPLEMENTARY_GIDS, &groups, &count) ||
	    count <= 0)
		return;
	batch.user.groups = malloc((size_t)count * sizeof(*groups));
	if (!batch.user.groups)
		return;
	memcpy(batch.user.groups, groups, (size_t)count * sizeof(*groups));
	batch.user.group_count = (size_t)count;
}

/*
 * Say in slurmd's log what is wrong with the arguments of plugstack.conf.  No
 * job with --checkpoint comes here while sbatch refuses them, and slurmd calls
 * no plugin at its start: so any batch step looks.
 */
static void check_site(int ac, char **av)
{
	char err[SETTINGS_ERROR_LEN];
	struct site site;

	if (site_read(&site, ac, av, err, sizeof(err)) < 0)
		slurm_error("checkpoint: plugstack.conf: %s: sbatch refuses "
			    "--checkpoint until this is right",
			    err);
}

void batch_init(spank_t sp, int ac, char **av)
{
	struct brief *brief = &batch.brief;

	if (!is_batch_step(sp))
		return;
	if (!is_ours(sp)) {
		check_site(ac, av);
		return;
	}
	if (spank_get_item(sp, S_JOB_UID, &batch.user.uid) ||
	    spank_get_item(sp, S_JOB_GID, &batch.user.gid) ||
	    spank_get_item(sp, S_JOB_ID, &brief->job_id)) {
		slurm_error("checkpoint: Slurm doesn't tell whose job this "
			    "is: it runs without checkpointing");
		return;
	}
	copy_groups(sp);
	brief->array_task_id = BRIEF_NO_TASK;
	brief->wait_status = BRIEF_NO_STATUS;
	if (!spank_get_item(sp, S_JOB_ARRAY_ID, &brief->array_job_id) &&
	    brief->array_job_id)
		spank_get_item(sp, S_JOB_ARRAY_TASK_ID, &brief->array_task_id);
	get_env(sp, "SLURM_CLUSTER_NAME", brief->cluster,
		sizeof(brief->cluster));
	get_env(sp, "SLURM_JOB_NAME", brief->job_name, sizeof(brief->job_name));
	get_env(sp, "SLURM_JOB_USER", brief->user, sizeof(brief->user));
	/* The user can't mend an error in the administrator's arguments. */
	if (site_read(&batch.site, ac, av, batch.refusal,
		      sizeof(batch.refusal)) ||
	    site_encode(&batch.site, brief->site, batch.refusal,
			sizeof(batch.refusal)))
		slurm_error("checkpoint: plugstack.conf: %s", batch.refusal);
	batch.told = mmap(NULL, sizeof(*batch.told), PROT_READ | PROT_WRITE,
			  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (batch.told == MAP_FAILED)
		batch.told = NULL;
	batch.memo_fd = brief_memo();
	batch.pid = getpid();
	batch.is_active = true;
	host_prepare();
}

void batch_user_init(void)
{
	if (batch.is_active)
		host_note_work_dir();
}

void batch_task_init_privileged(void)
{
	if (batch.is_active)
		host_note_task_root();
}

/* ---------------------------------------------------------- task_init */

/* Write the brief and the job's environment, as data, into memory of their own.
 * Returns its descriptor; -1: errno says why. */
static int write_brief(spank_t sp)
{
	char head[BRIEF_HEAD_LEN], **env = NULL;
	int len = brief_format(&batch.brief, head);
	int fd = memfd_create("checkpoint-brief", MFD_CLOEXEC);

	if (fd < 0 || len < 0 || write(fd, head, (size_t)len) != len)
		goto fail;
	if (spank_get_item(sp, S_JOB_ENV, &env))
		goto fail;
	for (; env && *env; env++) {
		size_t size = strlen(*env) + 1;

		if (write(fd, *env, size) != (ssize_t)size)
			goto fail;
	}
	if (lseek(fd, 0, SEEK_SET) == 0)
		return fd;
fail:
	if (fd >= 0)
		close(fd);
	return -1;
}

/*
 * The number of the run.  22.05 leaves S_SLURM_RESTART_COUNT at 0, and sets the
 * variable only from the first restart on.  sbatch.c unsets a variable that a
 * nested sbatch has inherited.
 */
static uint32_t count_restarts(spank_t sp)
{
	uint32_t count = 0;
	char text[16];

	if (!spank_get_item(sp, S_SLURM_RESTART_COUNT, &count) && count)
		return count;
	get_env(sp, "SLURM_RESTART_COUNT", text, sizeof(text));
	return (uint32_t)strtoul(text, NULL, 10);
}

static int tell_parent(spank_t sp, bool is_away)
{
	const char *dir = host_work_dir();
	size_t size = sizeof(batch.told->work_dir);

	batch.told->restart_count = count_restarts(sp);
	get_env(sp, "SLURMD_NODENAME", batch.told->node,
		sizeof(batch.told->node));
	/* In a container the present directory is one of the container's. */
	if (is_away && dir[0])
		snprintf(batch.told->work_dir, size, "%s", dir);
	else if (!getcwd(batch.told->work_dir, size))
		return -1;
	return 0;
}

/* Copy them into the brief.  The last byte of each stays 0, as it was. */
static void read_told(void)
{
	batch.brief.restart_count = batch.told->restart_count;
	memcpy(batch.brief.work_dir, batch.told->work_dir,
	       sizeof(batch.brief.work_dir) - 1);
	memcpy(batch.brief.node, batch.told->node,
	       sizeof(batch.brief.node) - 1);
}

/* A brief has one line for each of these. */
static bool has_newline(void)
{
	return strchr(batch.brief.work_dir, '\n') ||
	       strchr(batch.brief.job_name, '\n') ||
	       strchr(batch.brief.cluster, '\n') ||
	       strchr(batch.brief.user, '\n') || strchr(batch.brief.node, '\n');
}

/* Unset what isn't of this run: options, which a nested sbatch would inherit,
 * and what a job that has submitted this one was told. */
static void forget_variables(spank_t sp)
{
	char name[ENVIRONMENT_NAME_LEN], **env = NULL;

	for (size_t i = 0; environment_name(i, name); i++)
		spank_unsetenv(sp, name);
	while (!spank_get_item(sp, S_JOB_ENV, &env) &&
	       environment_of_run(env, name) && !spank_unsetenv(sp, name))
		;
}

static void helper_path(const char *name, char path[HELPER_PATH_LEN])
{
	snprintf(path, HELPER_PATH_LEN, "%s/%s", batch.site.helpers, name);
}

/*
 * Have Slurm execute the helper "method" in place of the job script, with the
 * script's arguments, after all that Slurm still does for a task.  Slurm
 * executes what the array of arguments names then, and this process has a copy
 * of its own.
 */
static int begin_method(spank_t sp, int fd)
{
	static char path[HELPER_PATH_LEN];
	char text[16], **argv = NULL;
	int argc = 0, kept;

	helper_path("method", path);
	/* The descriptor's number must not be one that Slurm uses. */
	kept = fcntl(fd, F_DUPFD, 32);
	snprintf(text, sizeof(text), "%d", kept);
	if (kept < 0 || spank_get_item(sp, S_JOB_ARGV, &argc, &argv) ||
	    argc < 1 || access(path, X_OK) ||
	    spank_setenv(sp, BRIEF_SCRIPT_ENV, argv[0], 1) ||
	    spank_setenv(sp, BRIEF_SOCKET_ENV, text, 1)) {
		fprintf(stderr,
			"scheckpoint: the helper %s can't be started in place "
			"of the job script\n",
			path);
		return -1;
	}
	argv[0] = path;
	return 0;
}

/* Wait, in the process that becomes the script, for the supervisor's word:
 * entries that end with a NUL, NAME=VALUE for the environment, and BRIEF_GO,
 * BRIEF_METHOD or BRIEF_STOP as the last one. */
static int await_word(spank_t sp, int fd)
{
	static char word[65536];
	size_t used = 0;
	ssize_t n;

	while (used < sizeof(word) - 1) {
		n = read(fd, word + used, sizeof(word) - 1 - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		used += (size_t)n;
	}
	for (char *entry = word; entry < word + used;
	     entry += strlen(entry) + 1) {
		char *value = strchr(entry, '=');

		if (!strcmp(entry, BRIEF_GO)) {
			close(fd);
			return 0;
		}
		if (!strcmp(entry, BRIEF_METHOD) && !begin_method(sp, fd))
			return 0;
		if (!value)
			break;
		*value = '\0';
		spank_setenv(sp, entry, value + 1, 1);
		*value = '=';
	}
	_exit(1); /* the supervisor has said why, and its end is the job's */
}

static void become_supervisor(int brief_fd, int word_fd, bool is_away)
{
	const struct launch_fds fds = {brief_fd, word_fd, batch.memo_fd};
	char path[HELPER_PATH_LEN];

	if (is_away && host_return()) {
		fprintf(stderr,
			"scheckpoint: another plugin of Slurm has moved the "
			"job into a container, and the supervisor can't leave "
			"it: %s; the administrator may change the order of the "
			"lines in plugstack.conf\n",
			strerror(errno));
		_exit(1);
	}
	helper_path("supervise", path);
	launch_exec(path, &fds);
	fprintf(stderr,
		"scheckpoint: %s can't be started: %s; the administrator's "
		"plugstack.conf names its place with helpers=DIR\n",
		path, strerror(errno));
	_exit(1);
}

int batch_task_init(spank_t sp)
{
	char path[HELPER_PATH_LEN];
	int word[2], brief_fd;
	bool is_away;
	pid_t pid;

	if (!batch.is_active)
		return 0;
	if (batch.refusal[0]) {
		fprintf(stderr, "scheckpoint: %s\n", batch.refusal);
		_exit(1);
	}
	forget_variables(sp);
	helper_path("supervise", path);
	is_away = !host_is_seen(path);
	if (!batch.told || tell_parent(sp, is_away))
		goto fail;
	read_told();
	if (has_newline()) {
		fprintf(stderr,
			"scheckpoint: the name of the job or of its directory "
			"has a line break: --checkpoint can't run it\n");
		_exit(1);
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, word))
		goto fail;
	pid = fork();
	if (pid < 0)
		goto fail;
	if (pid == 0) {
		/* proctrack/linuxproc loses a script whose supervisor is
		 * killed, and it would still run beside the next run. */
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		close(word[1]);
		return await_word(sp, word[0]);
	}
	batch.brief.script_pid = pid;
	brief_fd = write_brief(sp);
	if (brief_fd < 0) {
		kill(pid, SIGKILL);
		goto fail;
	}
	become_supervisor(brief_fd, word[1], is_away);
fail:
	fprintf(stderr, "scheckpoint: the supervisor can't be prepared: %s\n",
		strerror(errno));
	_exit(1);
}

/* --------------------------------------------------------------- exit */

void batch_task_post_fork(spank_t sp)
{
	pid_t pid;

	if (!batch.is_active)
		return;
	batch.has_task = true;
	if (spank_get_item(sp, S_TASK_PID, &pid))
		return;
	oom_find(pid, batch.oom_path);
	ending_find(pid, batch.group);
	host_serve_task(pid, batch.user.uid, batch.user.gid);
}

void batch_task_exit(spank_t sp)
{
	int status;

	if (!batch.is_active)
		return;
	if (!spank_get_item(sp, S_TASK_EXIT_STATUS, &status))
		batch.brief.wait_status = status;
	batch.brief.oom_kills = (uint32_t)oom_count(batch.oom_path);
}

void batch_exit(void)
{
	char path[HELPER_PATH_LEN];

	if (!batch.is_active || batch.is_settled || batch.refusal[0] ||
	    !batch.told)
		return;
	batch.is_settled = true;
	read_told();
	helper_path("settle", path);
	batch.brief.call_timeout_s = ending_call_s();
	launch_settle(path, &batch.user, &batch.brief, batch.memo_fd,
		      batch.group);
}

void batch_unload(void)
{
	if (batch.has_task && getpid() == batch.pid)
		batch_exit();
}
