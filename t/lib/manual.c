/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * manual.c: runs the programs that ckptstate(3) and ckptstate.h show, as
 * printed there: six steps, and a signal to the program itself after the third.
 * With the argument "header" it runs that of ckptstate.h.
 */
#include <err.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <ckptstate.h>

static double steps_done, steps_in_all = 6;
static bool is_restored;

static void read_state(const char *dir)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/state", dir);
	file = fopen(path, "r");
	if (!file || fscanf(file, "%lf", &steps_done) != 1)
		errx(1, "no state in %s", dir);
	fclose(file);
	is_restored = true;
}

static void write_state(const char *dir)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/state", dir);
	file = fopen(path, "w");
	if (!file || fprintf(file, "%.0f\n", steps_done) < 0 || fclose(file))
		err(1, "%s", path);
}

static int step(void)
{
	if (steps_done >= steps_in_all)
		return 0;
	steps_done++;
	printf("step %.0f\n", steps_done);
	if (steps_done >= 3 && !is_restored)
		raise(SIGTERM);
	return 1;
}

static int as_in_the_manual(void)
{
#include "manual.inc"
	return 0;
}

#define compute step

static int as_in_the_header(void)
{
	struct ckpt_store *store;
	struct ckpt_stage *stage;
	struct ckpt_version version;
	struct ckpt_error err;
	const char *dir;

#include "header.inc"
	return 0;
}

int main(int argc, char **argv)
{
	/* The locale must not change the numbers in the store. */
	setlocale(LC_ALL, "");
	return argc > 1 && !strcmp(argv[1], "header") ? as_in_the_header()
						      : as_in_the_manual();
}
