/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * runtime KIND STEPS: counts to STEPS, four a second, always from nothing, and
 * catches SIGTERM as a language runtime does that saves nothing:
 *
 *	forrtl	 Intel's Fortran: a line on stderr, exit code 78
 *	petsc	 PETSc: a line on stderr, then all ranks are aborted
 *	julia	 a thread waits for it in sigwait(), exit code 143
 *	flag	 no runtime: a handler sets a flag that nothing reads
 *
 * Each writes the files that such programs have open all the time: output,
 * and a log.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static FILE *results;
static volatile sig_atomic_t flag;

static void end_as_fortran(int signum)
{
	static const char text[] =
		"forrtl: error (78): process killed (SIGTERM)\n";

	(void)signum;
	if (write(2, text, sizeof(text) - 1) < 0)
		_exit(1);
	fflush(results); /* every unit is closed */
	_exit(78);
}

static void end_as_petsc(int signum)
{
	static const char text[] =
		"[0]PETSC ERROR: Caught signal number 15 Terminate: Some "
		"process (or the batch system) has told this process to end\n";

	(void)signum;
	if (write(2, text, sizeof(text) - 1) < 0)
		_exit(1);
	_exit(59);
}

static void set_flag(int signum)
{
	flag = signum;
}

static void *listen_as_julia(void *set)
{
	int signum;

	sigwait(set, &signum);
	exit(128 + signum);
}

static void catch_as(const char *kind)
{
	static sigset_t set;
	pthread_t thread;

	if (!strcmp(kind, "forrtl")) {
		signal(SIGTERM, end_as_fortran);
	} else if (!strcmp(kind, "petsc")) {
		signal(SIGTERM, end_as_petsc);
	} else if (!strcmp(kind, "flag")) {
		signal(SIGTERM, set_flag);
	} else if (!strcmp(kind, "julia")) {
		sigemptyset(&set);
		sigaddset(&set, SIGTERM);
		pthread_sigmask(SIG_BLOCK, &set, NULL);
		if (pthread_create(&thread, NULL, listen_as_julia, &set))
			exit(1);
	}
}

int main(int argc, char **argv)
{
	char name[128];
	FILE *log;

	if (argc != 3)
		return 64;
	snprintf(name, sizeof(name), "%s.results", argv[1]);
	results = fopen(name, "w");
	snprintf(name, sizeof(name), "%s.messages", argv[1]);
	log = fopen(name, "a");
	if (!results || !log)
		return 1;
	catch_as(argv[1]);
	for (int step = 1; step <= atoi(argv[2]); step++) {
		struct timespec pause = {.tv_nsec = 250 * 1000 * 1000};

		while (nanosleep(&pause, &pause))
			;
		printf("tick %d\n", step);
		fprintf(results, "%d\n", step);
		fprintf(log, "step %d is done\n", step);
		fflush(NULL);
	}
	puts("complete");
	return 0;
}
