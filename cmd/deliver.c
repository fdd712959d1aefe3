/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * deliver: one task of a short step of the job on each of its nodes: it finds
 * the programs that the job's srun steps run there, brings the signal to those
 * that hear it, and stays until they have ended.
 *
 * deliver JOB SIGNUM LAUNCHERS STORE    ("-" for no more launchers)
 *
 * It tells, a line each, on stdout:
 *	signal NODE PID NAME	who got it
 *	passed NODE PID NAME WHY
 *	told NODE COUNT		after the first look
 *
 * Exit status: 0, or 3 where nobody heard it.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "requeue/deliver.h"

#define STEPS_MAX    256
#define EXIT_UNHEARD 3
/* Programs that are still loading may hear it later. */
#define LOOK_MAX_S   15

/* The slurmstepd of one of the job's steps on this node. */
struct step {
	pid_t pid;
	struct delivery *delivery;
};

struct node {
	const char *name;
	const char *store; /* which tells jobs of two clusters apart */
	uint32_t job_id;
	uint32_t own_step;
	struct step steps[STEPS_MAX];
	size_t count;
};

/* "slurmstepd: [JOB.STEP]": which job and step; batch and extern, which have
 * no number, are not ours to look at. */
static bool is_step_of(const char *title, uint32_t job_id, uint32_t *step)
{
	uint32_t job;
	char end;

	return sscanf(title, "slurmstepd: [%" SCNu32 ".%" SCNu32 "%c", &job,
		      step, &end) == 3 &&
	       end == ']' && job == job_id;
}

static bool read_title(const char *pid, char *title, size_t size)
{
	char path[64];
	FILE *file;
	size_t len;

	snprintf(path, sizeof(path), "/proc/%.16s/cmdline", pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	len = fread(title, 1, size - 1, file);
	title[len] = '\0';
	fclose(file);
	return len > 0;
}

/* A user may give a process any title: slurmstepd belongs to root, or to the
 * one user of a cluster that runs without root. */
static bool is_trusted(const char *pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%.16s", pid);
	return !stat(path, &st) && (st.st_uid == 0 || st.st_uid == getuid());
}

/* The first of the user's processes that slurmstepd has started; 0: none. */
static long first_child(const char *pid)
{
	struct procs procs = {0};
	long child = 0;

	if (!procs_take(&procs, (pid_t)strtol(pid, NULL, 10), 0))
		for (size_t i = 0; i < procs.count && !child; i++)
			if (!procs.list[i].is_foreign)
				child = procs.list[i].pid;
	procs_free(&procs);
	return child;
}

/* Has the entry this name, and another value? */
static bool differs(const char *entry, const char *name, const char *value)
{
	size_t len = strlen(name);

	return !strncmp(entry, name, len) && strcmp(entry + len, value) != 0;
}

/* Several slurmd, even of several clusters, may share a host, as private ones
 * do: the tasks know whose they are.  What can't be told is taken for ours. */
static bool is_of_node(const char *pid, const struct node *node)
{
	char path[64], *entry = NULL;
	long child = first_child(pid);
	bool is_ours = true;
	size_t size = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%ld/environ", child);
	file = child ? fopen(path, "re") : NULL;
	if (!file)
		return true;
	while (getdelim(&entry, &size, '\0', file) > 0)
		if (differs(entry, "SLURMD_NODENAME=", node->name) ||
		    differs(entry, "SLURM_CHECKPOINT_DIR=", node->store))
			is_ours = false;
	free(entry);
	fclose(file);
	return is_ours;
}

static void add_step(struct node *node, const char *pid)
{
	pid_t number = (pid_t)strtol(pid, NULL, 10);
	uint32_t step = 0;
	char title[128];

	if (!read_title(pid, title, sizeof(title)) ||
	    !is_step_of(title, node->job_id, &step) || !is_trusted(pid) ||
	    step == node->own_step || node->count == STEPS_MAX)
		return;
	for (size_t i = 0; i < node->count; i++)
		if (node->steps[i].pid == number)
			return;
	if (!is_of_node(pid, node))
		return;
	node->steps[node->count].pid = number;
	node->steps[node->count].delivery = delivery_new();
	if (node->steps[node->count].delivery)
		node->count++;
}

static void find_steps(struct node *node)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir)))
		if (isdigit((unsigned char)entry->d_name[0]))
			add_step(node, entry->d_name);
	closedir(dir);
}

static void tell(const struct node *node, struct delivery *delivery)
{
	const struct delivery_item *item;

	while ((item = delivery_next_signalled(delivery)))
		printf("signal %s %d %s\n", node->name, (int)item->pid,
		       item->name);
	while ((item = delivery_next_passed(delivery)))
		printf("passed %s %d %s %s\n", node->name, (int)item->pid,
		       item->name, item->reason);
}

/* Look at all steps; returns how many programs have got it so far. */
static size_t look(struct node *node, int signum, const char *launchers)
{
	size_t count = 0;

	find_steps(node);
	for (size_t i = 0; i < node->count; i++) {
		struct delivery_order order = {
			.root = node->steps[i].pid,
			.signum = signum,
			.launchers = launchers,
		};

		delivery_make(node->steps[i].delivery, &order);
		tell(node, node->steps[i].delivery);
		count += delivery_count(node->steps[i].delivery);
	}
	fflush(stdout);
	return count;
}

/* How many still live; what was stopped in a step is ended with its last. */
static size_t count_waiting(struct node *node)
{
	size_t waiting = 0;

	for (size_t i = 0; i < node->count; i++) {
		struct delivery *delivery = node->steps[i].delivery;
		size_t here = delivery_waiting(delivery);

		if (!here && delivery_count(delivery))
			delivery_release(delivery);
		waiting += here;
	}
	return waiting;
}

static int run(struct node *node, int signum, const char *launchers)
{
	const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
	size_t heard = look(node, signum, launchers);
	time_t next = time(NULL) + 1, step_s = 1;

	printf("told %s %zu\n", node->name, heard);
	fflush(stdout);
	/* srun or the supervisor ends us where nobody ever hears. */
	while (!heard || count_waiting(node)) {
		nanosleep(&pause, NULL);
		if (time(NULL) < next)
			continue;
		heard = look(node, signum, launchers);
		step_s = step_s * 2 < LOOK_MAX_S ? step_s * 2 : LOOK_MAX_S;
		next = time(NULL) + step_s;
		if (!heard && !node->count)
			return EXIT_UNHEARD;
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *step = getenv("SLURM_STEP_ID");
	static struct node node;
	int signum;

	if (argc != 5 || !step) {
		fputs("deliver: started by the supervisor as a step\n", stderr);
		return 64;
	}
	node.name = getenv("SLURMD_NODENAME");
	if (!node.name)
		node.name = "?";
	node.store = argv[4];
	node.job_id = (uint32_t)strtoul(argv[1], NULL, 10);
	node.own_step = (uint32_t)strtoul(step, NULL, 10);
	signum = (int)strtol(argv[2], NULL, 10);
	return run(&node, signum, strcmp(argv[3], "-") ? argv[3] : "");
}
