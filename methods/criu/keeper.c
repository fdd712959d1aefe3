/* SPDX-License-Identifier: GPL-2.0-or-later */
/* keeper.c: the process that has the job script as its child. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "methods/criu/files.h"
#include "methods/criu/keeper.h"
#include "methods/criu/look.h"
#include "methods/criu/program.h"
#include "methods/criu/say.h"
#include "methods/criu/space.h"

/* The job is looked at for what can't be saved so long after it began. */
#define LOOK_S	    20
/* Where the ids of the script's processes begin: CRIU's own stay below, when
 * it restores them. */
#define FIRST_PID   1000
#define FIRST_RANGE 20000
#define PID_GAP	    100
/* What criu is handed over; its own output is a pipe of ours. */
#define SCRIPT_FD   200
#define OUTPUT_FD   201

struct keeper {
	const struct keeper_order *order;
	sigset_t mask; /* of the script */
	pid_t root;
	int *status; /* of the script, once it has ended; shared */
};

/* ------------------------------------------------------------- the script */

static void become_script(const struct keeper *k)
{
	setsid();
	sigprocmask(SIG_SETMASK, &k->mask, NULL);
	close_range(3, ~0U, 0);
	execv(k->order->script[0], k->order->script);
	fprintf(stderr, "%s: %s\n", k->order->script[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static bool start_script(struct keeper *k)
{
	unsigned random = 0;

	if (k->order->is_inside) {
		/* Without random numbers it is the same for all. */
		if (getrandom(&random, sizeof(random), 0) != sizeof(random))
			random = 0;
		space_set_last_pid(FIRST_PID + (pid_t)(random % FIRST_RANGE));
	}
	k->root = fork();
	if (k->root == 0)
		become_script(k);
	if (k->root > 0)
		return true;
	say_why("no process can be started: %s", strerror(errno));
	return false;
}

/* ---------------------------------------------------------------- restore */

static pid_t pid_max(void)
{
	FILE *file = fopen("/proc/sys/kernel/pid_max", "re");
	int max = 32768;

	if (file) {
		if (fscanf(file, "%d", &max) != 1)
			max = 32768;
		fclose(file);
	}
	return max;
}

/* Where the ids of CRIU's own processes begin, and of those that come later. */
static pid_t next_pid(const struct state *state)
{
	pid_t next = state->last_pid + PID_GAP;

	return next < pid_max() - FIRST_RANGE ? next : FIRST_PID / 2;
}

/* Hand over a file that has another path in this run: "fd[200]:path", with the
 * descriptor open; false: there is none. */
static bool hand_over(char *text, size_t size, int fd, const char *old_path)
{
	if (!old_path[0])
		return false;
	snprintf(text, size, "fd[%d]:%s", fd, old_path + 1);
	return true;
}

static bool open_script(const struct keeper *k)
{
	const struct state *state = k->order->state;
	int fd = open(k->order->script[0], O_RDONLY);

	if (fd < 0)
		return false;
	dup2(fd, SCRIPT_FD);
	close(fd);
	return lseek(SCRIPT_FD, state->script_position, SEEK_SET) >= 0;
}

/* The output of this run, where it isn't that of the run before. */
static bool is_elsewhere(int fd, const char *old_path)
{
	char link[64], path[TREE_PATH_MAX];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, path, sizeof(path) - 1);
	if (len <= 0 || path[0] != '/' || old_path[0] != '/')
		return false;
	path[len] = '\0';
	return strcmp(path, old_path) != 0;
}

static bool run_criu(struct keeper *k, const char *work)
{
	const struct state *state = k->order->state;
	char texts[3][TREE_PATH_MAX + 16], images[TREE_PATH_MAX + 16];
	char why[PROGRAM_WHY_MAX];
	const char *argv[32] = {
		k->order->program,
		"restore",
		"--unprivileged",
		"-D",
		images,
		"-W",
		work,
		"-d",
		"-S",
		"--manage-cgroups=ignore",
		"--file-locks",
		"-v1",
		NULL,
	};
	size_t n = 12;

	snprintf(images, sizeof(images), "%s/images", k->order->dir);
	if (state->script[0] && open_script(k) &&
	    hand_over(texts[0], sizeof(texts[0]), SCRIPT_FD, state->script)) {
		argv[n++] = "--inherit-fd";
		argv[n++] = texts[0];
	}
	for (int i = 0; i < 2; i++)
		if (is_elsewhere(i + 1, state->output[i]) &&
		    (i == 0 ||
		     strcmp(state->output[0], state->output[1]) != 0) &&
		    dup2(i + 1, OUTPUT_FD + i) >= 0 &&
		    hand_over(texts[i + 1], sizeof(texts[i + 1]), OUTPUT_FD + i,
			      state->output[i])) {
			argv[n++] = "--inherit-fd";
			argv[n++] = texts[i + 1];
		}
	if (program_run(argv, k->order->is_inside, why))
		return true;
	say_why("%s", why);
	return false;
}

static bool restore(struct keeper *k)
{
	const struct state *state = k->order->state;
	const char *tmp = getenv("TMPDIR");
	char work[TREE_PATH_MAX], why[PROGRAM_WHY_MAX];
	bool is_good;

	if (!files_bring_back(state, k->order->dir, why, sizeof(why))) {
		say_why("%s", why);
		return false;
	}
	snprintf(work, sizeof(work), "%s/criu-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(work)) {
		say_why("%s: %s", work, strerror(errno));
		return false;
	}
	if (k->order->is_inside)
		space_set_last_pid(next_pid(state));
	is_good = run_criu(k, work);
	program_clean(work);
	close_range(SCRIPT_FD, OUTPUT_FD + 1, 0);
	k->root = state->root;
	return is_good;
}

/* ----------------------------------------------------------------- living */

static void set_name(pid_t root)
{
	char name[16];

	snprintf(name, sizeof(name), "root %d", (int)root);
	prctl(PR_SET_NAME, name);
}

/* Reap all that has ended; true: the script is among it. */
static bool reap(struct keeper *k)
{
	bool is_over = false;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == k->root) {
			*k->status = status;
			is_over = true;
		}
	return is_over;
}

static void live(struct keeper *k)
{
	const struct timespec wait = {.tv_sec = LOOK_S};
	bool has_looked = k->order->state != NULL;
	siginfo_t info;
	sigset_t all;
	int signum;

	sigfillset(&all);
	while (!reap(k)) {
		signum = has_looked ? sigwaitinfo(&all, &info)
				    : sigtimedwait(&all, &info, &wait);
		if (signum < 0 && errno == EAGAIN) {
			has_looked = true;
			look_at_job(getpid(), k->order->is_inside);
		} else if (signum > 0 && signum != SIGCHLD) {
			kill(k->root, signum);
		}
	}
}

static int keep(struct keeper *k)
{
	if (!(k->order->state ? restore(k) : start_script(k)))
		return 1;
	set_name(k->root);
	say_ready();
	live(k);
	return 0;
}

static void be_first(struct keeper *k)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (space_mount_proc()) {
		say_why("/proc can't be mounted in a namespace: %s",
			strerror(errno));
		_exit(1);
	}
	space_reopen_output();
	_exit(keep(k));
}

/* ------------------------------------------------------------------ outside */

static void end_as(int status)
{
	const struct rlimit no_core = {0, 0};
	sigset_t one;

	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	setrlimit(RLIMIT_CORE, &no_core);
	signal(WTERMSIG(status), SIG_DFL);
	sigemptyset(&one);
	sigaddset(&one, WTERMSIG(status));
	raise(WTERMSIG(status));
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	_exit(128 + WTERMSIG(status));
}

/* Pass signals on to the first process inside, until it has ended. */
static int follow(struct keeper *k, pid_t first)
{
	siginfo_t info;
	int status = 0;
	sigset_t all;
	int signum;

	close(3);
	sigfillset(&all);
	while (waitpid(first, &status, WNOHANG) == 0) {
		signum = sigwaitinfo(&all, &info);
		if (signum > 0 && signum != SIGCHLD)
			kill(first, signum);
	}
	if (WIFEXITED(status) && WEXITSTATUS(status))
		return WEXITSTATUS(status);
	end_as(WIFSIGNALED(status) ? status : *k->status);
	return 1;
}

int keeper_run(const struct keeper_order *order)
{
	struct keeper k = {.order = order};
	sigset_t all;
	pid_t first;

	k.status = mmap(NULL, sizeof(*k.status), PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (k.status == MAP_FAILED) {
		say_why("no memory: %s", strerror(errno));
		return 1;
	}
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &k.mask);
	if (!order->is_inside) {
		prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
		if (keep(&k))
			return 1;
		end_as(*k.status);
	}
	if (space_make(order->state ? order->state->monotonic_ns : 0)) {
		say_why("no namespace can be made: %s", strerror(errno));
		return SAY_NOT_HERE;
	}
	first = fork();
	if (first == 0)
		be_first(&k);
	if (first < 0) {
		say_why("no process can be started: %s", strerror(errno));
		return 1;
	}
	return follow(&k, first);
}

/* ------------------------------------------------------------------ finding */

static bool read_root(pid_t pid, pid_t *root)
{
	char name[32];

	if (!tree_status(pid, "Name", name, sizeof(name)) ||
	    strncmp(name, "root ", 5) != 0)
		return false;
	*root = (pid_t)atoi(name + 5);
	return *root > 0;
}

pid_t keeper_find(pid_t known, pid_t *root)
{
	struct tree tree;
	pid_t found = 0;

	if (read_root(known, root))
		return known;
	tree_below(&tree, known);
	for (size_t i = 0; i < tree.count && !found; i++)
		if (tree.list[i].parent == known &&
		    read_root(tree.list[i].pid, root))
			found = tree.list[i].pid;
	tree_free(&tree);
	return found;
}
