/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sacct.c: what Slurm's accounting has, by the program sacct. */
#include "cmd/scheckpoint/sacct.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/scheckpoint/parse.h"
#include "requeue/settings/text.h"

#define WORDS_MAX     32
#define DELIMITER_MAX 32

extern char **environ;

/* --------------------------------------------------------------- child */

static pid_t start(const char *const *words, int out_fd, int err_fd)
{
	posix_spawn_file_actions_t actions;
	char *argv[WORDS_MAX];
	pid_t pid;
	int rc;

	memcpy(argv, words, sizeof(argv)); /* execv() changes none of them */
	if (posix_spawn_file_actions_init(&actions))
		return -1;
	posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, err_fd, STDERR_FILENO);
	rc = posix_spawnp(&pid, argv[0], &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	errno = rc;
	return rc ? -1 : pid;
}

static void read_complaint(int fd, char trouble[SACCT_TROUBLE_MAX])
{
	ssize_t len = pread(fd, trouble, SACCT_TROUBLE_MAX - 1, 0);

	trouble[len > 0 ? len : 0] = '\0';
	trouble[strcspn(trouble, "\n")] = '\0';
	if (!trouble[0])
		snprintf(trouble, SACCT_TROUBLE_MAX, "sacct failed");
}

/* What no user knows: a comment may have every byte in it, also line ends, and
 * must not make records.  False: there are no random numbers. */
static bool make_delimiter(char delimiter[DELIMITER_MAX])
{
	uint64_t random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return false;
	snprintf(delimiter, DELIMITER_MAX, "\x1f%016" PRIx64, random);
	return true;
}

/* Split a line in place; false: it hasn't so many values. */
static bool split(char *line, const char *delimiter, char **values,
		  size_t count)
{
	char *end;

	line[strcspn(line, "\n")] = '\0';
	for (size_t i = 0; i < count; i++) {
		if (!line)
			return false;
		values[i] = line;
		end = strstr(line, delimiter);
		if (end)
			*end = '\0';
		line = end ? end + strlen(delimiter) : NULL;
	}
	return true;
}

static void read_records(FILE *in, const char *delimiter, size_t count,
			 void (*each)(char *const *values, void *arg),
			 void *arg)
{
	char *values[SACCT_FIELDS_MAX], *line = NULL;
	size_t size = 0;

	/* What follows a line end in a comment is no record. */
	while (getline(&line, &size, in) > 0)
		if (split(line, delimiter, values, count))
			each(values, arg);
	free(line);
}

static bool end_well(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static size_t count_fields(const char *fields)
{
	size_t count = 1;

	for (; *fields; fields++)
		count += *fields == ',';
	return count;
}

bool sacct_each(const char *fields, const char *const *options,
		void (*each)(char *const *values, void *arg), void *arg,
		char trouble[SACCT_TROUBLE_MAX])
{
	char option[DELIMITER_MAX + 16], delimiter[DELIMITER_MAX] = "";
	const char *words[WORDS_MAX] = {"sacct", "-n", "-X",  "-P",
					option,	 "-o", fields};
	/* Complaints go to memory: a pipe could fill up unread. */
	int out[2] = {-1, -1}, err_fd = memfd_create("sacct", MFD_CLOEXEC);
	size_t n = 7, count = count_fields(fields);
	bool is_good = false;
	FILE *in = NULL;
	pid_t pid = -1;

	while (*options && n < WORDS_MAX - 1)
		words[n++] = *options++;
	setenv("SLURM_TIME_FORMAT", "%s", 1);
	if (err_fd >= 0 && make_delimiter(delimiter) &&
	    pipe2(out, O_CLOEXEC) == 0)
		in = fdopen(out[0], "r");
	snprintf(option, sizeof(option), "--delimiter=%s", delimiter);
	if (in)
		pid = start(words, out[1], err_fd);
	snprintf(trouble, SACCT_TROUBLE_MAX, "sacct can't be run: %s",
		 strerror(errno));
	if (out[1] >= 0)
		close(out[1]);
	if (pid > 0) {
		read_records(in, delimiter, count, each, arg);
		is_good = end_well(pid);
		read_complaint(err_fd, trouble);
	}
	if (in)
		fclose(in);
	else if (out[0] >= 0)
		close(out[0]);
	if (err_fd >= 0)
		close(err_fd);
	return is_good;
}

/* ----------------------------------------------------------------- job */

struct finding {
	void (*each)(const struct job *job, void *arg);
	void *arg;
	size_t found;
};

enum {
	JOB_RAW,
	JOB_ID,
	JOB_CLUSTER,
	JOB_NAME,
	JOB_WORK_DIR,
	JOB_COMMENT,
};
#define JOB_FIELDS "JobIDRaw,JobID,Cluster,JobName,WorkDir,Comment"

static void read_job(char *const *values, void *arg)
{
	struct finding *finding = arg;
	struct job job = {.array_task_id = JOB_NO_TASK};
	char *mark = strchr(values[JOB_ID], '_');

	/* "1200_[3-99]": tasks that never began have no store. */
	if (!parse_number(values[JOB_RAW], UINT32_MAX, &job.job_id))
		return;
	if (mark) {
		*mark = '\0';
		if (!parse_number(values[JOB_ID], UINT32_MAX,
				  &job.array_job_id) ||
		    !parse_number(mark + 1, UINT32_MAX - 1, &job.array_task_id))
			return;
	}
	snprintf(job.cluster, sizeof(job.cluster), "%s", values[JOB_CLUSTER]);
	text_clean(job.name, sizeof(job.name), values[JOB_NAME]);
	snprintf(job.work_dir, sizeof(job.work_dir), "%s",
		 values[JOB_WORK_DIR]);
	job.comment = values[JOB_COMMENT];
	finding->found++;
	finding->each(&job, finding->arg);
}

bool sacct_job(const char *what, void (*each)(const struct job *job, void *arg),
	       void *arg)
{
	const char *const options[] = {"-j", what, NULL};
	struct finding finding = {each, arg, 0};
	char trouble[SACCT_TROUBLE_MAX];

	return sacct_each(JOB_FIELDS, options, read_job, &finding, trouble) &&
	       finding.found;
}
