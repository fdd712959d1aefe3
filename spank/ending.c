/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ending.c: what slurmstepd itself knows of the end of its job.
 *
 * Between fork and exec only async-signal-safe calls on prepared buffers:
 * slurmstepd is threaded.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <slurm/slurm.h>

#include "spank/ending.h"

/* Slurm's default of UnkillableStepTimeout. */
#define UNKILLABLE_DEFAULT_S 60
/* Beyond the time-outs that Slurm itself has for a call. */
#define CALL_SLACK_S	     5

/* slurmstepd's own copy of the configuration, which its plugins use.  A weak
 * symbol: a program without it can load the plugin all the same. */
extern slurm_conf_t slurm_conf __attribute__((weak));

uint32_t ending_unkillable_s(void)
{
	uint32_t timeout_s = 0;

	if (&slurm_conf)
		timeout_s = slurm_conf.unkillable_timeout;
	return timeout_s && timeout_s != NO_VAL16 ? timeout_s
						  : UNKILLABLE_DEFAULT_S;
}

uint32_t ending_call_s(void)
{
	uint32_t timeout_s;

	if (!&slurm_conf || !slurm_conf.msg_timeout ||
	    slurm_conf.msg_timeout == NO_VAL16)
		return 0;
	/* Once to connect, once for the reply. */
	timeout_s = 2 * (uint32_t)slurm_conf.msg_timeout + CALL_SLACK_S;
	if (slurm_conf.control_cnt > 1)
		timeout_s += slurm_conf.slurmctld_timeout;
	return timeout_s;
}

/* One line of /proc/PID/cgroup: under v1 the freezer's, by which Slurm tracks
 * processes, "6:freezer:/slurm/uid_1/job_2/step_batch"; under v2 "0::/...". */
static bool read_line(char *line, char group[ENDING_PATH_MAX])
{
	char *names = strchr(line, ':');
	char *path = names ? strchr(names + 1, ':') : NULL;
	const char *root;

	if (!path || !strstr(path, "/step_"))
		return false;
	*path++ = '\0';
	if (!strcmp(names, ":freezer"))
		root = "/sys/fs/cgroup/freezer";
	else if (!strcmp(names, ":"))
		root = "/sys/fs/cgroup";
	else
		return false;
	return snprintf(group, ENDING_PATH_MAX, "%s%s", root, path) <
	       ENDING_PATH_MAX;
}

void ending_find(pid_t task, char group[ENDING_PATH_MAX])
{
	char name[64], line[ENDING_PATH_MAX];
	bool is_found = false;
	FILE *file;

	snprintf(name, sizeof(name), "/proc/%d/cgroup", (int)task);
	file = fopen(name, "re");
	while (file && !is_found && fgets(line, sizeof(line), file)) {
		line[strcspn(line, "\n")] = '\0';
		is_found = read_line(line, group);
	}
	if (file)
		fclose(file);
	if (!is_found)
		group[0] = '\0';
}

/* Open the list of processes of the group, or of the group above it, up to the
 * step's: Slurm may have removed the task's own already. */
static int open_group(const char *group)
{
	char path[ENDING_PATH_MAX], file[ENDING_PATH_MAX + 16];
	char *slash;
	int fd;

	snprintf(path, sizeof(path), "%s", group);
	while (strstr(path, "/step_")) {
		snprintf(file, sizeof(file), "%s/cgroup.procs", path);
		fd = open(file, O_WRONLY | O_CLOEXEC);
		if (fd >= 0)
			return fd;
		slash = strrchr(path, '/');
		*slash = '\0';
	}
	return -1;
}

/* Would Slurm signal a child of slurmstepd that is in no group of the step's?
 * proctrack/linuxproc goes by parents. */
static bool is_tracked_by_parent(void)
{
	return !&slurm_conf || !slurm_conf.proctrack_type ||
	       strstr(slurm_conf.proctrack_type, "linuxproc");
}

static void witness_child(int group_fd, int end_fd)
{
	sigset_t none;

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, sig == SIGTERM ? SIG_DFL : SIG_IGN);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* 0 is the process that writes it. */
	if (group_fd >= 0 && write(group_fd, "0", 1) != 1)
		_exit(1);
	/* Its end shows by the end of the pipe: no other copy stays. */
	if (dup2(end_fd, STDIN_FILENO) < 0)
		_exit(1);
	for (int fd = 1; fd < 1024; fd++)
		close(fd);
	if (write(STDIN_FILENO, "", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

bool witness_start(struct witness *witness, const char *group)
{
	int group_fd = open_group(group), end[2] = {-1, -1};
	char byte;

	*witness = (struct witness){.fd = -1};
	if ((group_fd < 0 && !is_tracked_by_parent()) || pipe2(end, O_CLOEXEC))
		goto out;
	witness->pid = fork();
	if (witness->pid == 0)
		witness_child(group_fd, end[1]);
	if (witness->pid > 0)
		witness->fd = end[0];
	else
		close(end[0]);
	close(end[1]);
	/* A byte says that it is in its place. */
	while (witness->fd >= 0 && read(witness->fd, &byte, 1) != 1) {
		if (errno == EINTR)
			continue;
		witness_end(witness);
	}
out:
	if (group_fd >= 0)
		close(group_fd);
	return witness->fd >= 0;
}

void witness_end(struct witness *witness)
{
	if (witness->pid > 0) {
		kill(witness->pid, SIGKILL);
		while (waitpid(witness->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (witness->fd >= 0)
		close(witness->fd);
	*witness = (struct witness){.fd = -1};
}
