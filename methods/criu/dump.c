/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dump.c: the verbs save, continue and discard. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "methods/criu/dump.h"
#include "methods/criu/files.h"
#include "methods/criu/keeper.h"
#include "methods/criu/program.h"
#include "methods/criu/say.h"
#include "methods/criu/space.h"
#include "methods/criu/state.h"
#include "methods/criu/tree.h"

/* Files that were deleted are saved up to this size. */
#define GHOST_LIMIT "256M"

/* What the process in the job's namespaces tells. */
struct told {
	bool is_good;
	int64_t monotonic_ns;
	char why[PROGRAM_WHY_MAX];
};

static int fail(const char *why)
{
	say_why("%s", why);
	return 1;
}

/* Is it in a namespace of process ids of its own? */
static bool is_inside(pid_t keeper)
{
	char path[64], theirs[64], own[64];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", (int)keeper);
	len = readlink(path, theirs, sizeof(theirs) - 1);
	theirs[len > 0 ? len : 0] = '\0';
	len = readlink("/proc/self/ns/pid", own, sizeof(own) - 1);
	own[len > 0 ? len : 0] = '\0';
	return strcmp(theirs, own) != 0;
}

static void dump(const char *program, pid_t root, bool inside,
		 const char *images, struct told *told)
{
	char number[32];
	const char *argv[] = {
		program,
		"dump",
		"--unprivileged",
		"-t",
		number,
		"-D",
		images,
		"-s",
		"--manage-cgroups=ignore",
		"--file-locks",
		"--ghost-limit",
		GHOST_LIMIT,
		"-v1",
		NULL,
	};
	struct timespec now;

	snprintf(number, sizeof(number), "%d", (int)root);
	told->is_good = program_run(argv, inside, told->why);
	clock_gettime(CLOCK_MONOTONIC, &now);
	told->monotonic_ns = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* In a child, because it joins the job's namespaces. */
static bool dump_in_child(const char *program, pid_t keeper, pid_t root,
			  const char *images, struct told *told)
{
	bool inside = is_inside(keeper);
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		if (inside && space_join(keeper))
			snprintf(told->why, sizeof(told->why),
				 "the job's namespaces can't be joined: %s",
				 strerror(errno));
		else
			dump(program, root, inside, images, told);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || status)
		snprintf(told->why, sizeof(told->why),
			 "the process that dumps was ended");
	return told->is_good && !status;
}

static void read_output(struct state *state, pid_t known)
{
	char path[64];
	ssize_t len;

	for (int i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)known,
			 i + 1);
		len = readlink(path, state->output[i],
			       sizeof(state->output[i]) - 1);
		state->output[i][len > 0 ? len : 0] = '\0';
	}
}

/* The path of the job script, from the arguments of the verb that runs it:
 * "criu start SCRIPT" or "criu restore DIR SCRIPT". */
static void read_script(pid_t known, char *script, size_t size)
{
	char path[64], text[3 * TREE_PATH_MAX], *at = text;
	unsigned skipped;
	ssize_t len = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)known);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		len = read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	text[len > 0 ? len : 0] = '\0';
	at += strlen(at) + 1;
	skipped = !strcmp(at, "restore") ? 2 : 1;
	while (skipped-- && at < text + len)
		at += strlen(at) + 1;
	snprintf(script, size, "%s", at < text + len ? at : "");
}

/* A process that has left the script's tree isn't saved with it. */
static bool has_stray(const struct tree *tree, pid_t keeper, pid_t root,
		      char *why, size_t size)
{
	for (size_t i = 0; i < tree->count; i++) {
		const struct tree_process *process = &tree->list[i];

		if (process->parent != keeper || process->inner == root ||
		    process->state == 'Z')
			continue;
		snprintf(why, size,
			 "%s (pid %d) has left the tree of the job script, and "
			 "can't be saved with it",
			 process->name, (int)process->pid);
		return true;
	}
	return false;
}

/* The processes stand still: note what the images don't have. */
static bool note(struct state *state, pid_t known, pid_t keeper,
		 const char *dir, char *why, size_t size)
{
	char script[TREE_PATH_MAX];
	struct tree tree;
	bool is_good;

	read_script(known, script, sizeof(script));
	read_output(state, known);
	state_read_node(state);
	state->is_inside = is_inside(keeper);
	tree_below(&tree, keeper);
	for (size_t i = 0; i < tree.count; i++)
		if (tree.list[i].inner > state->last_pid)
			state->last_pid = tree.list[i].inner;
	is_good = files_note(state, &tree, script, dir, why, size);
	tree_free(&tree);
	if (is_good && !state_write(state, dir)) {
		snprintf(why, size, "%s/state: %s", dir, strerror(errno));
		is_good = false;
	}
	return is_good;
}

static bool check_strays(pid_t keeper, pid_t root, char *why, size_t size)
{
	struct tree tree;
	bool is_good;

	tree_below(&tree, keeper);
	is_good = !has_stray(&tree, keeper, root, why, size);
	tree_free(&tree);
	return is_good;
}

int dump_save(const char *program, pid_t known, const char *dir)
{
	struct told *told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE,
				 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	char images[TREE_PATH_MAX + 16], why[PROGRAM_WHY_MAX];
	struct state state = {.root = 0};
	pid_t keeper = keeper_find(known, &state.root);
	int code = 0;

	if (!keeper)
		return fail("the job script has ended");
	if (told == MAP_FAILED ||
	    !check_strays(keeper, state.root, why, sizeof(why)))
		return fail(told == MAP_FAILED ? "no memory" : why);
	snprintf(images, sizeof(images), "%s/images", dir);
	if (mkdir(images, 0700))
		return fail(strerror(errno));
	if (!dump_in_child(program, keeper, state.root, images, told))
		return fail(told->why);
	state.monotonic_ns = told->monotonic_ns;
	if (!note(&state, known, keeper, dir, why, sizeof(why)))
		code = fail(why);
	state_free(&state);
	return code;
}

int dump_continue(pid_t known)
{
	struct tree tree;
	pid_t root, keeper = keeper_find(known, &root);

	if (!keeper || !tree_below(&tree, keeper))
		return 0;
	tree_signal(&tree, SIGCONT);
	tree_free(&tree);
	return 0;
}

int dump_discard(pid_t known)
{
	struct tree tree;
	pid_t root, keeper = keeper_find(known, &root);

	if (!keeper)
		return 0;
	/* The end of the first process ends all in its namespace. */
	if (is_inside(keeper))
		return kill(keeper, SIGKILL) && errno != ESRCH;
	tree_below(&tree, keeper);
	tree_signal(&tree, SIGKILL);
	tree_free(&tree);
	return 0;
}
