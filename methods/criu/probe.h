/* SPDX-License-Identifier: GPL-2.0-or-later */
/* probe.h: can the method work on this node? */
#ifndef CRIU_PROBE_H
#define CRIU_PROBE_H

#include <stdbool.h>

/* Save and restore a process.  Returns the exit code of the verb; how a job is
 * saved, or why it can't be, has been said. */
int probe(const char *program, const char *version, bool is_inside);

#endif
