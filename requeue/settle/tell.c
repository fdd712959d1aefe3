/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tell.c: what was done with the job, for its user and the administrator. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "requeue/settings/text.h"
#include "requeue/settle/tell.h"

void settle_tell(struct settle *s, const char *format, ...)
{
	size_t used = strlen(s->done);
	va_list args;

	if (used && used + 2 < sizeof(s->done)) {
		memcpy(s->done + used, "; ", 3);
		used += 2;
	}
	va_start(args, format);
	vsnprintf(s->done + used, sizeof(s->done) - used, format, args);
	va_end(args);
}

/* Lift launch.c's limit on files: the output may be larger, and gets one line
 * more. */
static void lift_file_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_FSIZE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_FSIZE, &limit);
}

/* The path's descriptor, if it is a plain file of the owner's; else -1. */
static int open_output(const char *path)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_NOCTTY | O_NONBLOCK |
				    O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 ||
	    (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_uid == geteuid()))
		return fd;
	close(fd);
	return -1;
}

static void append(int fd, const char *line, size_t len)
{
	if (write(fd, line, len) < 0)
		return; /* a full disk: the comment and the log tell it too */
}

void settle_write_output(const struct settle *s)
{
	const char *path = s->history.output[0] ? s->history.output
						: s->job.std_err;
	char whole[1024], line[1100];
	size_t len;
	int fd;

	if (!path[0] || s->brief->is_blind)
		return;
	lift_file_limit();
	fd = open_output(path);
	if (fd < 0)
		return;
	snprintf(whole, sizeof(whole), "run %u: %s%s%s", s->run, s->done,
		 s->store_problem[0] ? "; store: " : "", s->store_problem);
	len = text_line(line, sizeof(line), settling_now_s(), whole);
	append(fd, line, len);
	close(fd);
}

void settle_write_syslog(const struct settle *s)
{
	char clean[600];

	text_clean(clean, sizeof(clean), s->done);
	openlog("scheckpoint", LOG_PID, LOG_USER);
	syslog(LOG_INFO, "job %" PRIu32 " run %u: %s", s->brief->job_id, s->run,
	       clean);
	closelog();
}
