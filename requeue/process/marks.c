/* SPDX-License-Identifier: GPL-2.0-or-later */
/* marks.c: look for the marks that runtimes.c knows. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "requeue/process/marks.h"

static enum runtime of_libraries(int dir)
{
	enum runtime runtime = RUNTIME_NONE;
	int fd = openat(dir, "maps", O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	char line[1024];

	while (file && !runtime && fgets(line, sizeof(line), file)) {
		char *path = strchr(line, '/');

		if (!path)
			continue;
		path[strcspn(path, " \n")] = '\0';
		runtime = runtimes_of_library(path);
	}
	if (file)
		fclose(file);
	else if (fd >= 0)
		close(fd);
	return runtime;
}

/* Pieces overlap, so that a text at the border of two is found. */
static enum runtime search(int fd)
{
	static char piece[256 << 10];
	enum runtime runtime = RUNTIME_NONE;
	off_t at = 0;
	ssize_t len;

	while (!runtime && at < MARKS_EXE_MAX_BYTES) {
		len = pread(fd, piece, sizeof(piece), at);
		if (len <= 0)
			break;
		runtime = runtimes_of_bytes(piece, (size_t)len);
		if (len < (ssize_t)sizeof(piece))
			break;
		at += len - RUNTIMES_TEXT_MAX;
	}
	return runtime;
}

/* The ranks of a parallel program share an executable, which is large: what
 * was found in the last one is kept. */
static enum runtime of_executable(int dir)
{
	static struct {
		dev_t dev;
		ino_t ino;
		enum runtime runtime;
	} last;
	int fd = openat(dir, "exe", O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return RUNTIME_NONE;
	if (!fstat(fd, &st) &&
	    (st.st_ino != last.ino || st.st_dev != last.dev)) {
		last.runtime = search(fd);
		last.dev = st.st_dev;
		last.ino = st.st_ino;
	}
	close(fd);
	return last.runtime;
}

enum runtime marks_runtime(const struct proc *proc, int dir)
{
	enum runtime runtime = runtimes_of_exe(proc->exe, proc->comm);

	if (!runtime)
		runtime = of_libraries(dir);
	return runtime ? runtime : of_executable(dir);
}
