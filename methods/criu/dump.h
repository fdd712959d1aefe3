/* SPDX-License-Identifier: GPL-2.0-or-later */
/* dump.h: the verbs save, continue and discard. */
#ifndef CRIU_DUMP_H
#define CRIU_DUMP_H

#include <sys/types.h>

/* Each returns the exit code of its verb; `known` is the process that the
 * supervisor knows.  The reason of a failure has been said. */
int dump_save(const char *program, pid_t known, const char *dir);
int dump_continue(pid_t known);
int dump_discard(pid_t known);

#endif
