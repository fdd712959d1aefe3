/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * unified: for LD_PRELOAD, on a machine that has both versions of cgroups.
 * Slurm's cgroup/v2 refuses to run where a process is in groups of v1 as well;
 * so what it reads of /proc/PID/cgroup has the line of v2 alone.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

typedef int open_call(const char *path, int flags, ...);

static bool is_cgroup_file(const char *path)
{
	const char *name = strrchr(path, '/');

	return !strncmp(path, "/proc/", strlen("/proc/")) &&
	       !strcmp(name, "/cgroup");
}

/* A file in memory with the line of v2; -1: it can't be made. */
static int open_unified(open_call *real, const char *path)
{
	FILE *in = fdopen(real(path, O_RDONLY | O_CLOEXEC), "r");
	int fd = memfd_create("cgroup", MFD_CLOEXEC);
	char line[4096];

	while (in && fgets(line, sizeof(line), in))
		if (!strncmp(line, "0::", 3) &&
		    write(fd, line, strlen(line)) < 0)
			break;
	if (in)
		fclose(in);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static int open_as(const char *symbol, const char *path, int flags, int mode)
{
	open_call *real = NULL;

	*(void **)&real = dlsym(RTLD_NEXT, symbol);
	return is_cgroup_file(path) ? open_unified(real, path)
				    : real(path, flags, mode);
}

#pragma GCC visibility push(default)
int open(const char *path, int flags, ...)
{
	va_list args;
	int mode;

	va_start(args, flags);
	mode = va_arg(args, int);
	va_end(args);
	return open_as("open", path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	va_list args;
	int mode;

	va_start(args, flags);
	mode = va_arg(args, int);
	va_end(args);
	return open_as("open64", path, flags, mode);
}
#pragma GCC visibility pop
