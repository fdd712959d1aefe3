/* SPDX-License-Identifier: GPL-2.0-or-later */
/* say.c: what sbatch's user is told. */
#include "spank/say.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <slurm/spank.h>

#include "requeue/settings/settings.h"

void say_refusal(const char *format, ...)
{
	const int *error_exit = dlsym(RTLD_DEFAULT, "error_exit");
	char text[SETTINGS_ERROR_LEN];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	slurm_error("%s", text);
	exit(error_exit && *error_exit ? *error_exit : 1);
}

void say_warning(const char *format, ...)
{
	char text[SETTINGS_ERROR_LEN];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	slurm_info("warning: %s", text);
}
