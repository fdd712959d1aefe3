/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugstack.h: the lines of plugstack.conf that load the plugin, found as Slurm
 * finds them: through lines that include other files.
 */
#ifndef PLUGSTACK_H
#define PLUGSTACK_H

#include <stdbool.h>
#include <stddef.h>

#include "requeue/settings/settings.h"

#define PLUGSTACK_WHERE_MAX 4200

struct plugin_line {
	char where[PLUGSTACK_WHERE_MAX]; /* "FILE:NUMBER" */
	bool is_required;
	char path[4096];		       /* as it is written */
	char arguments[SETTINGS_TEXT_LEN + 1]; /* too many show as too long */
};

/* All zeros: nothing was read.  plugstack_free() frees what it owns. */
struct plugstack {
	struct plugin_line *lines;
	size_t count;
	/* The first file that could not be read, and why; "": all could. */
	char trouble[PLUGSTACK_WHERE_MAX];
};

/* Read the file and those that it includes. */
void plugstack_read(struct plugstack *stack, const char *file);
void plugstack_free(struct plugstack *stack);

#endif
