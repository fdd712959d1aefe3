/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * criu: the method of --checkpoint-method=criu, which saves and restores a
 * job's processes by CRIU as an ordinary user; see slurm-checkpoint-method(7)
 * for its verbs.
 *
 * The job lives in namespaces of its owner's, so that its process ids are free
 * wherever it is restored.  Where a node allows none, it lives outside, and
 * criu's own file needs the capability to restore processes.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "methods/criu/dump.h"
#include "methods/criu/keeper.h"
#include "methods/criu/probe.h"
#include "methods/criu/program.h"
#include "methods/criu/say.h"
#include "methods/criu/space.h"
#include "methods/criu/state.h"

static pid_t known_pid(void)
{
	const char *text = getenv("SLURM_CHECKPOINT_PID");

	return text ? (pid_t)atoi(text) : 0;
}

static int start(const char *program, bool is_inside, char **script)
{
	const struct keeper_order order = {
		.is_inside = is_inside,
		.program = program,
		.script = script,
	};

	return keeper_run(&order);
}

static int restore(const char *program, bool is_inside, const char *dir,
		   char **script)
{
	struct state state;
	const struct keeper_order order = {
		.is_inside = is_inside,
		.program = program,
		.script = script,
		.state = &state,
		.dir = dir,
	};
	char why[PROGRAM_WHY_MAX];

	if (!state_read(&state, dir)) {
		say_why("%s/state can't be read: %s", dir, strerror(errno));
		return 1;
	}
	if (state.is_inside != is_inside) {
		say_why("it was saved %s a namespace of its owner's, which "
			"this node %s",
			state.is_inside ? "in" : "without",
			state.is_inside ? "doesn't allow" : "makes");
		return SAY_NOT_HERE;
	}
	if (!state_fits_node(&state, why, sizeof(why))) {
		say_why("%s", why);
		return SAY_NOT_HERE;
	}
	return keeper_run(&order);
}

int main(int argc, char **argv)
{
	char program[256], version[32], why[PROGRAM_WHY_MAX];
	const char *verb = argc > 1 ? argv[1] : "";
	bool is_inside;

	if (!strcmp(verb, "continue"))
		return dump_continue(known_pid());
	if (!strcmp(verb, "discard"))
		return dump_discard(known_pid());
	if (!program_find(program, sizeof(program), version, why)) {
		say_why("%s", why);
		return SAY_NOT_HERE;
	}
	if (!strcmp(verb, "save") && argc > 2)
		return dump_save(program, known_pid(), argv[2]);
	is_inside = space_is_possible();
	if (!strcmp(verb, "probe"))
		return probe(program, version, is_inside);
	if (!strcmp(verb, "start") && argc > 2)
		return start(program, is_inside, argv + 2);
	if (!strcmp(verb, "restore") && argc > 3)
		return restore(program, is_inside, argv[2], argv + 3);
	say_why("criu: there is no verb '%s'", verb);
	return 1;
}
