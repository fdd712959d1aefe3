/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * advice.h: what a job with --checkpoint has that works against it, where
 * sbatch can see that: in the job script, and in the place of the store.  Each
 * is a warning: the nodes may see other file systems, and a script is only
 * guessed at.
 */
#ifndef SPANK_ADVICE_H
#define SPANK_ADVICE_H

#include "requeue/settings/settings.h"

/* Warn of what the script does by hand so that its work goes on: a trap that
 * calls sbatch or scontrol requeue, or one for the user's own --signal.  given:
 * that option, before it is replaced. */
void advice_on_script(const struct settings *set, const char *given);

/* Warn of a store that can't be made where --checkpoint-dir says, and of a
 * --checkpoint-from that is no store. */
void advice_on_places(const struct settings *set);

#endif
