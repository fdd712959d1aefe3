/* SPDX-License-Identifier: GPL-2.0-or-later */
/* checks_show.h: a list of checks for people or as JSON. */
#ifndef CHECKS_SHOW_H
#define CHECKS_SHOW_H

#include <stdbool.h>

#include "requeue/policy/checks.h"

/*
 * Print a line for each check, with its remedy, or one JSON object.
 *
 * Returns the exit code that they stand for: SAYS_YES, SAYS_NO where something
 * is to be mended, SAYS_ERROR where something can't be told.
 */
int checks_show(const struct checks *checks, bool as_json);

#endif
