/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * neighbour: a plugin that does what other sites' plugins do to ours.  Its
 * arguments in plugstack.conf, each for the jobs whose name begins with NAME:
 *
 * enter=NAME:HOOK:PROGRAM  as the user, run PROGRAM, which makes namespaces and
 *                          then stops itself, and move the task into them as
 *                          pyxis does: into its mount namespace in HOOK
 *                          (task_init or task_init_privileged), into its user
 *                          namespace in task_init
 * fail=HOOK                HOOK (exit or task_exit) returns an error
 */
#pragma GCC visibility push(default)
#include <slurm/spank.h>
SPANK_PLUGIN(neighbour, 1)
#pragma GCC visibility pop

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int user_ns = -1, mnt_ns = -1;
static char work_dir[4096];
static bool is_privileged;

/* The value of "key=" among the arguments; NULL: there is none. */
static const char *argument(int ac, char **av, const char *key)
{
	size_t len = strlen(key);

	for (int i = 0; i < ac; i++)
		if (!strncmp(av[i], key, len) && av[i][len] == '=')
			return av[i] + len + 1;
	return NULL;
}

static int open_ns(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static void become(uid_t uid, gid_t gid)
{
	if (seteuid(0) || setgroups(0, NULL) || setresgid(gid, gid, gid) ||
	    setresuid(uid, uid, uid))
		_exit(126);
}

int slurm_spank_user_init(spank_t sp, int ac, char **av)
{
	const char *enter = argument(ac, av, "enter");
	char name[64] = "", hook[32], job[128] = "", program[1024];
	int status = 0;
	uid_t uid;
	gid_t gid;
	pid_t pid;

	spank_getenv(sp, "SLURM_JOB_NAME", job, sizeof(job));
	if (!enter ||
	    sscanf(enter, "%63[^:]:%31[^:]:%1023s", name, hook, program) != 3 ||
	    strncmp(job, name, strlen(name)) != 0 ||
	    spank_get_item(sp, S_JOB_UID, &uid) ||
	    spank_get_item(sp, S_JOB_GID, &gid))
		return 0;
	is_privileged = !strcmp(hook, "task_init_privileged");
	if (!getcwd(work_dir, sizeof(work_dir)))
		return -1;
	pid = fork();
	if (pid == 0) {
		become(uid, gid);
		execl(program, program, NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, WUNTRACED) != pid ||
	    !WIFSTOPPED(status)) {
		slurm_error("neighbour: %s: status %#x", program,
			    (unsigned)status);
		return -1;
	}
	user_ns = open_ns(pid, "user");
	mnt_ns = open_ns(pid, "mnt");
	kill(pid, SIGKILL);
	kill(pid, SIGCONT);
	waitpid(pid, &status, 0);
	return user_ns < 0 || mnt_ns < 0 ? -1 : 0;
}

static int enter_mnt_ns(void)
{
	return setns(mnt_ns, CLONE_NEWNS) || chdir(work_dir) ? -1 : 0;
}

int slurm_spank_task_init_privileged(spank_t sp, int ac, char **av)
{
	(void)sp;
	(void)ac;
	(void)av;
	return mnt_ns >= 0 && is_privileged ? enter_mnt_ns() : 0;
}

int slurm_spank_task_init(spank_t sp, int ac, char **av)
{
	(void)sp;
	(void)ac;
	(void)av;
	if (mnt_ns < 0)
		return 0;
	if (setns(user_ns, CLONE_NEWUSER))
		return -1;
	return is_privileged ? 0 : enter_mnt_ns();
}

static int end(int ac, char **av, const char *hook)
{
	const char *fail = argument(ac, av, "fail");

	return fail && !strcmp(fail, hook) ? -1 : 0;
}

int slurm_spank_task_exit(spank_t sp, int ac, char **av)
{
	(void)sp;
	return end(ac, av, "task_exit");
}

int slurm_spank_exit(spank_t sp, int ac, char **av)
{
	return spank_remote(sp) == 1 ? end(ac, av, "exit") : 0;
}
