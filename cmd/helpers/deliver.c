/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * deliver: one task of a short step of the job on each of its nodes.  It finds
 * the programs that the job's srun steps run there, signals those that catch
 * the signal, and stays until they have ended.
 *
 * deliver JOB SIGNUM LAUNCHERS STORE [WORKDIR DEAF SAVERS runtimes]
 *
 * LAUNCHERS are more names of launchers; DEAF, SAVERS and runtimes stand for
 * members of struct choose_order.  Each may be "-": none.  A supervisor of
 * version 0.1.0 gives four.
 *
 * It tells, a line each, on stdout:
 *	signal NODE PID NAME	it got the signal
 *	passed NODE PID NAME WHY
 *	told NODE COUNT STEPS	after the first look: how many programs got it,
 *				and how many steps there are
 *
 * Exit status: 0, or 3 where no program catches the signal.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "requeue/process/deliver.h"
#include "requeue/process/procfs.h"
#include "requeue/process/stepd.h"
#include "requeue/process/watch.h"

#define EXIT_UNCAUGHT 3
/* Programs that are still loading may catch it later. */
#define LOOK_MAX_S    15

/* The slurmstepd of one of the job's steps on this node. */
struct step {
	pid_t pid;
	struct delivery *delivery;
	struct watch watch;
	const struct node *node;
};

struct node {
	const char *name;
	const char *store; /* tells the jobs of two clusters apart */
	uint32_t job_id;
	uint32_t own_step;
	struct step *steps;
	size_t count;
	struct delivery_order order; /* but for its root */
	const char *work_dir;
	const char *helpers; /* the directory of this program */
};

/* What /proc/PID/status says of whose process it is. */
struct owner {
	pid_t parent;
	unsigned uids[4]; /* real, effective, saved, of the file system */
};

static FILE *open_proc(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return fopen(path, "re");
}

/* Its first line, or "". */
static void read_text(pid_t pid, const char *name, char *text, size_t size)
{
	FILE *file = open_proc(pid, name);
	size_t len = file ? fread(text, 1, size - 1, file) : 0;

	text[len] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (file)
		fclose(file);
}

/* The line of /proc/PID/cgroup that names a step, or "". */
static void read_cgroup(pid_t pid, char *line, size_t size)
{
	FILE *file = open_proc(pid, "cgroup");

	line[0] = '\0';
	while (file && fgets(line, (int)size, file))
		if (strstr(line, "/step_"))
			break;
	if (file)
		fclose(file);
}

/* The value of a variable that the process began with, or "". */
static void read_variable(pid_t pid, const char *name, char *value, size_t size)
{
	FILE *file = open_proc(pid, "environ");
	size_t len = strlen(name), entry_size = 0;
	char *entry = NULL;

	value[0] = '\0';
	while (file && getdelim(&entry, &entry_size, '\0', file) > 0)
		if (!strncmp(entry, name, len) && entry[len] == '=')
			snprintf(value, size, "%s", entry + len + 1);
	free(entry);
	if (file)
		fclose(file);
}

static bool read_owner(pid_t pid, struct owner *owner)
{
	FILE *file = open_proc(pid, "status");
	unsigned *uids = owner->uids;
	char line[256];
	int parts = 0;

	while (file && parts < 5 && fgets(line, sizeof(line), file))
		if (sscanf(line, "PPid: %d", &owner->parent) == 1)
			parts = 1;
		else if (parts && sscanf(line, "Uid: %u %u %u %u", &uids[0],
					 &uids[1], &uids[2], &uids[3]) == 4)
			parts = 5;
	if (file)
		fclose(file);
	return parts == 5;
}

/*
 * slurmstepd runs as root, or as the one user of a cluster that runs without
 * root; it takes a user's ids for moments only, and never the real one.  A
 * process of another user shows that user's real id, setuid or not.
 */
static bool is_trusted(const struct owner *owner)
{
	for (size_t i = 0; i < 4; i++)
		if (owner->uids[i] != 0 && owner->uids[i] != getuid())
			return false;
	return true;
}

/* Has the entry this name, and another value? */
static bool differs(const char *entry, const char *name, const char *value)
{
	size_t len = strlen(name);

	return !strncmp(entry, name, len) && strcmp(entry + len, value) != 0;
}

/*
 * Does a task belong to this job and node?  Several slurmd, even of several
 * clusters, may share a host, as those of tests do: the task's environment
 * tells.  A program may run without one: then it counts as of this node.
 */
static bool is_of_node(pid_t task, uint32_t step, const struct node *node)
{
	char *entry = NULL, job_text[16], step_text[16];
	FILE *file = open_proc(task, "environ");
	bool is_ours = true;
	size_t size = 0;

	if (!file)
		return true;
	snprintf(job_text, sizeof(job_text), "%" PRIu32, node->job_id);
	snprintf(step_text, sizeof(step_text), "%" PRIu32, step);
	while (getdelim(&entry, &size, '\0', file) > 0)
		if (differs(entry, "SLURMD_NODENAME=", node->name) ||
		    differs(entry, "SLURM_CHECKPOINT_DIR=", node->store) ||
		    differs(entry, "SLURM_JOB_ID=", job_text) ||
		    differs(entry, "SLURM_STEP_ID=", step_text))
			is_ours = false;
	free(entry);
	fclose(file);
	return is_ours;
}

static void keep_step(struct node *node, pid_t pid)
{
	struct step *steps =
		reallocarray(node->steps, node->count + 1, sizeof(*steps));

	if (!steps)
		return;
	node->steps = steps;
	steps[node->count].pid = pid;
	steps[node->count].delivery = delivery_new();
	steps[node->count].watch = (struct watch){.pid = 0};
	steps[node->count].node = node;
	if (steps[node->count].delivery)
		node->count++;
}

/* Is it the slurmstepd of a step of the job that srun has started? */
static bool is_stepd(pid_t pid, pid_t task, uint32_t job_id, uint32_t *step)
{
	char name[32], title[128], cgroup[PATH_MAX], own[PATH_MAX];
	char job_text[16], step_text[16];
	const struct stepd_view view = {
		.name = name,
		.title = title,
		.cgroup = cgroup,
		.own_cgroup = own,
		.job = job_text,
		.step = step_text,
	};

	read_text(pid, "comm", name, sizeof(name));
	read_text(pid, "cmdline", title, sizeof(title));
	if (!stepd_is_one(&view))
		return false;
	read_cgroup(task, cgroup, sizeof(cgroup));
	read_cgroup(getpid(), own, sizeof(own));
	read_variable(task, "SLURM_JOB_ID", job_text, sizeof(job_text));
	read_variable(task, "SLURM_STEP_ID", step_text, sizeof(step_text));
	return stepd_serves(&view, job_id, step);
}

/* Is it one of this program's own helpers, such as the sentinel's task?  Its
 * step isn't one of the job's. */
static bool is_helper(pid_t task, const struct node *node)
{
	char path[64], name[PATH_MAX];
	size_t len = strlen(node->helpers);

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)task);
	return procfs_read(AT_FDCWD, path, name, sizeof(name)) > 0 &&
	       !strncmp(name, node->helpers, len) && name[len] == '/';
}

/*
 * Keep the parent of a process of this user if it is the slurmstepd of a step.
 * Any user may give a process any title, but none of those has a child of this
 * user; and nothing else is read of another user's process, as that user could
 * make the read wait.
 */
static void consider(struct node *node, pid_t task, pid_t pid)
{
	struct owner owner;
	uint32_t step = 0;

	for (size_t i = 0; i < node->count; i++)
		if (node->steps[i].pid == pid)
			return;
	if (!read_owner(pid, &owner) || !is_trusted(&owner) ||
	    !is_stepd(pid, task, node->job_id, &step) ||
	    step == node->own_step || !is_of_node(task, step, node))
		return;
	keep_step(node, pid);
}

static void find_steps(struct node *node)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;

	if (!dir)
		return;
	while ((entry = readdir(dir))) {
		pid_t task = (pid_t)strtol(entry->d_name, NULL, 10);
		struct owner owner;

		if (task > 0 && read_owner(task, &owner) &&
		    owner.uids[0] == getuid() && owner.parent > 0 &&
		    !is_helper(task, node))
			consider(node, task, owner.parent);
	}
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

/* Programs are about to be signalled. */
static void begin_to_watch(void *arg)
{
	struct step *step = arg;
	const struct watch_order order = {
		.root = step->pid,
		.work_dir = step->node->work_dir,
		.store_dir = step->node->store,
		.hook = "",
	};

	if (!step->watch.pid)
		watch_start(&step->watch, &order);
}

/* What the programs have written; nothing where that isn't known. */
static void tell_files(struct node *node)
{
	struct watch_report report, newest = {.name = "-"};
	bool is_watched = true, is_known = true;
	uint64_t digest = 0;
	unsigned files = 0;

	for (size_t i = 0; i < node->count; i++) {
		if (!delivery_count(node->steps[i].delivery))
			continue;
		watch_end(&node->steps[i].watch, &report);
		is_watched &= report.is_watched;
		files += report.files;
		if (!report.files)
			continue;
		newest = report;
		is_known &= report.digest != 0;
		digest += report.digest;
	}
	if (files && is_known)
		printf("digest %s %" PRIx64 "\n", node->name, digest);
	if (is_watched || files)
		printf("wrote %s %u %s\n", node->name, files, newest.name);
	fflush(stdout);
}

/* Look at all steps; returns how many programs have got it so far. */
static size_t look(struct node *node)
{
	size_t count = 0;

	find_steps(node);
	for (size_t i = 0; i < node->count; i++) {
		struct delivery_order order = node->order;

		order.root = node->steps[i].pid;
		order.prepare = begin_to_watch;
		order.arg = &node->steps[i];
		delivery_make(node->steps[i].delivery, &order);
		tell(node, node->steps[i].delivery);
		count += delivery_count(node->steps[i].delivery);
	}
	fflush(stdout);
	return count;
}

/* How many still live.  What was frozen in a step is killed after its last. */
static size_t count_waiting(struct node *node)
{
	size_t waiting = 0;

	for (size_t i = 0; i < node->count; i++) {
		struct delivery *delivery = node->steps[i].delivery;
		size_t here = delivery_waiting(delivery);

		if (!here && delivery_count(delivery))
			delivery_kill_frozen(delivery);
		waiting += here;
	}
	return waiting;
}

static int run(struct node *node)
{
	const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
	size_t count = look(node);
	time_t next = time(NULL) + 1, step_s = 1;

	printf("told %s %zu %zu\n", node->name, count, node->count);
	fflush(stdout);
	/* Where no program ever catches it, srun or the supervisor ends this
	 * process. */
	while (!count || count_waiting(node)) {
		nanosleep(&pause, NULL);
		if (time(NULL) < next)
			continue;
		count = look(node);
		step_s = step_s * 2 < LOOK_MAX_S ? step_s * 2 : LOOK_MAX_S;
		next = time(NULL) + step_s;
		if (!count && !node->count)
			return EXIT_UNCAUGHT;
	}
	tell_files(node);
	return 0;
}

/* An argument that may be "-" or not be there. */
static const char *argument(int argc, char **argv, int n)
{
	return n < argc && strcmp(argv[n], "-") ? argv[n] : "";
}

int main(int argc, char **argv)
{
	const char *step = getenv("SLURM_STEP_ID");
	static struct node node;

	if (argc < 5 || argc > 9 || !step) {
		fputs("deliver: started by the supervisor as a step\n", stderr);
		return 64;
	}
	node.name = getenv("SLURMD_NODENAME");
	if (!node.name)
		node.name = "?";
	node.store = argv[4];
	node.job_id = (uint32_t)strtoul(argv[1], NULL, 10);
	node.own_step = (uint32_t)strtoul(step, NULL, 10);
	node.order = (struct delivery_order){
		.signum = (int)strtol(argv[2], NULL, 10),
		.launchers = argument(argc, argv, 3),
		.deaf = argument(argc, argv, 6),
		.savers = argument(argc, argv, 7),
		.takes_runtimes = *argument(argc, argv, 8),
	};
	node.work_dir = argument(argc, argv, 5);
	node.helpers = dirname(argv[0]);
	return run(&node);
}
