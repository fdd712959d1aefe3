/* SPDX-License-Identifier: GPL-2.0-or-later */
/* commands.h: the table of all commands, which the parser, the help and the
 * test of the manual page read. */
#ifndef COMMANDS_H
#define COMMANDS_H

#include <stddef.h>

#include "cmd/scheckpoint/call.h"

extern const struct command commands[];
extern const size_t command_count;

#endif
