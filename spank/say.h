/* SPDX-License-Identifier: GPL-2.0-or-later */
/* say.h: what sbatch's user is told, in one line each. */
#ifndef SPANK_SAY_H
#define SPANK_SAY_H

/*
 * Say why the job is refused, and end the command with sbatch's exit code for
 * errors.  To return an error to Slurm is not enough: where plugstack.conf says
 * "optional", Slurm would submit the job without checkpointing, and where it
 * says "required", Slurm adds lines that explain nothing.
 */
void say_refusal(const char *format, ...)
	__attribute__((noreturn, format(printf, 1, 2)));

/* Say a warning; --quiet silences it, as it does Slurm's own. */
void say_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
