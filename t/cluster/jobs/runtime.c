/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * runtime STEPS: counts to STEPS, four a second, always from nothing, and
 *catches SIGTERM as a language runtime does that saves nothing.  It is built
 *once for each of these, as runtime-forrtl and so on:
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
#include <time.h>
#include <unistd.h>

static FILE *results;

#if defined(KIND_forrtl)
static void end(int signum)
{
	static const char text[] =
		"forrtl: error (78): process killed (SIGTERM)\n";

	(void)signum;
	if (write(2, text, sizeof(text) - 1) < 0)
		_exit(1);
	fflush(results); /* every unit is closed */
	_exit(78);
}
#elif defined(KIND_petsc)
static void end(int signum)
{
	static const char text[] =
		"[0]PETSC ERROR: Caught signal number 15 Terminate: Some "
		"process (or the batch system) has told this process to end\n";

	(void)signum;
	if (write(2, text, sizeof(text) - 1) < 0)
		_exit(1);
	_exit(59);
}
#elif defined(KIND_flag)
static volatile sig_atomic_t flag;

static void end(int signum)
{
	flag = signum;
}
#endif

#if defined(KIND_julia)
static void *listen(void *set)
{
	int signum;

	sigwait(set, &signum);
	exit(128 + signum);
}

static void catch_it(void)
{
	static sigset_t set;
	pthread_t thread;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	if (pthread_create(&thread, NULL, listen, &set))
		exit(1);
}
#else
static void catch_it(void)
{
	signal(SIGTERM, end);
}
#endif

int main(int argc, char **argv)
{
	FILE *log;

	if (argc != 2)
		return 64;
	results = fopen("results", "w");
	log = fopen("messages", "a");
	if (!results || !log)
		return 1;
	catch_it();
	for (int step = 1; step <= atoi(argv[1]); step++) {
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
