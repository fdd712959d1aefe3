/* SPDX-License-Identifier: GPL-2.0-or-later */
/* program.c: CRIU's own program. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "methods/criu/program.h"
#include "methods/criu/space.h"

/* --unprivileged came with this version. */
#define MAJOR_LEAST 3
#define MINOR_LEAST 18
#define ARGS_MAX    40

static const char *const places[] = {
	"/usr/local/sbin", "/usr/local/bin", "/usr/sbin",
	"/usr/bin",	   "/sbin",	     "/bin",
};

static bool read_version(const char *path, char version[32])
{
	char command[4200], line[256];
	FILE *said;
	bool is_read = false;

	snprintf(command, sizeof(command), "'%s' --version 2>/dev/null", path);
	said = popen(command, "re");
	while (said && fgets(line, sizeof(line), said))
		is_read |= sscanf(line, "Version: %31[0-9.]", version) == 1;
	if (said)
		pclose(said);
	return is_read;
}

bool program_find(char *path, size_t size, char version[32],
		  char why[PROGRAM_WHY_MAX])
{
	unsigned major = 0, minor = 0;
	size_t i = 0;

	for (; i < sizeof(places) / sizeof(*places); i++) {
		snprintf(path, size, "%s/criu", places[i]);
		if (!access(path, X_OK))
			break;
	}
	if (i == sizeof(places) / sizeof(*places)) {
		snprintf(why, PROGRAM_WHY_MAX,
			 "the program criu isn't installed");
		return false;
	}
	if (!read_version(path, version) ||
	    sscanf(version, "%u.%u", &major, &minor) < 1) {
		snprintf(why, PROGRAM_WHY_MAX, "%s doesn't tell its version",
			 path);
		return false;
	}
	if (major > MAJOR_LEAST ||
	    (major == MAJOR_LEAST && minor >= MINOR_LEAST))
		return true;
	snprintf(
		why, PROGRAM_WHY_MAX,
		"criu %s is too old: it can't work for an ordinary user before "
		"3.18",
		version);
	return false;
}

/* "(00.012092) Error (criu/files-reg.c:1790): Can't lookup mount=24": the text
 * behind the place. */
static const char *error_in(char *line)
{
	char *at = strstr(line, "Error ("), *end;

	if (!at)
		return NULL;
	line[strcspn(line, "\n")] = '\0';
	end = strstr(at, "): ");
	return end ? end + 3 : at;
}

/* Read its messages to their end; the first error is the cause. */
static void read_errors(int fd, char why[PROGRAM_WHY_MAX])
{
	FILE *said = fdopen(fd, "re");
	char line[1024];
	const char *error;

	while (said && fgets(line, sizeof(line), said)) {
		error = error_in(line);
		if (error && !why[0])
			snprintf(why, PROGRAM_WHY_MAX, "%.*s",
				 PROGRAM_WHY_MAX - 1, error);
	}
	if (said)
		fclose(said);
}

static void become_program(const char *const *argv, bool is_inside, int fd)
{
	char *copy[ARGS_MAX + 1] = {NULL};
	sigset_t none;

	for (size_t i = 0; i < ARGS_MAX && argv[i]; i++)
		copy[i] = strdup(argv[i]);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	close(STDIN_FILENO);
	open("/dev/null", O_RDONLY);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (is_inside && space_keep_capability())
		_exit(126);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	execv(copy[0], copy);
	_exit(127);
}

bool program_run(const char *const *argv, bool is_inside,
		 char why[PROGRAM_WHY_MAX])
{
	int fds[2], status = 0;
	pid_t pid;

	why[0] = '\0';
	if (pipe2(fds, O_CLOEXEC)) {
		snprintf(why, PROGRAM_WHY_MAX, "pipe: %s", strerror(errno));
		return false;
	}
	pid = fork();
	if (pid == 0)
		become_program(argv, is_inside, fds[1]);
	close(fds[1]);
	read_errors(fds[0], why);
	if (pid < 0 || waitpid(pid, &status, 0) < 0) {
		snprintf(why, PROGRAM_WHY_MAX, "criu: %s", strerror(errno));
		return false;
	}
	if (status == 0)
		return true;
	if (WIFSIGNALED(status))
		snprintf(why, PROGRAM_WHY_MAX, "criu was ended by signal %d",
			 WTERMSIG(status));
	else if (!why[0])
		snprintf(why, PROGRAM_WHY_MAX, "criu ended with exit code %d",
			 WEXITSTATUS(status));
	return false;
}

bool program_is_capable(const char *path)
{
	return getxattr(path, "security.capability", NULL, 0) > 0;
}

void program_clean(const char *dir)
{
	const struct dirent *entry;
	DIR *open = opendir(dir);

	while (open && (entry = readdir(open)))
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0)
			unlinkat(dirfd(open), entry->d_name, 0);
	if (open)
		closedir(open);
	rmdir(dir);
}
