/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * brief.c: what the plugin hands to its helpers: lines of key=value, an empty
 * line, then the environment, each entry ended by a NUL.
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "requeue/settings/brief.h"

#define BRIEF_MAX_BYTES (16 * 1024 * 1024)

enum field_kind {
	FIELD_U32,
	FIELD_INT,
	FIELD_TEXT
};

static const struct field {
	const char *key;
	enum field_kind kind;
	size_t offset;
	size_t size;
} fields[] = {
#define FIELD(kind, name)                                                      \
	{                                                                      \
#name, kind, offsetof(struct brief, name),                     \
			sizeof(((struct brief *)0)->name)                      \
	}
	FIELD(FIELD_U32, job_id),	  FIELD(FIELD_U32, array_job_id),
	FIELD(FIELD_U32, array_task_id),  FIELD(FIELD_U32, restart_count),
	FIELD(FIELD_INT, script_pid),	  FIELD(FIELD_INT, wait_status),
	FIELD(FIELD_U32, oom_kills),	  FIELD(FIELD_U32, is_blind),
	FIELD(FIELD_U32, call_timeout_s), FIELD(FIELD_TEXT, cluster),
	FIELD(FIELD_TEXT, node),	  FIELD(FIELD_TEXT, job_name),
	FIELD(FIELD_TEXT, user),	  FIELD(FIELD_TEXT, work_dir),
	FIELD(FIELD_TEXT, settings),	  FIELD(FIELD_TEXT, site),
	FIELD(FIELD_TEXT, site_args),
#undef FIELD
};
#define FIELD_COUNT (sizeof(fields) / sizeof(fields[0]))

int brief_format(const struct brief *brief, char head[BRIEF_HEAD_LEN])
{
	size_t used = 0;

	for (size_t i = 0; i <= FIELD_COUNT; i++) {
		const struct field *f = &fields[i];
		const char *at = (const char *)brief;
		size_t room = BRIEF_HEAD_LEN - used;
		int n;

		if (i == FIELD_COUNT) /* the empty line */
			n = snprintf(head + used, room, "\n");
		else if (f->kind == FIELD_U32)
			n = snprintf(head + used, room, "%s=%" PRIu32 "\n",
				     f->key,
				     *(const uint32_t *)(at + f->offset));
		else if (f->kind == FIELD_INT)
			n = snprintf(head + used, room, "%s=%d\n", f->key,
				     *(const int *)(at + f->offset));
		else if (strchr(at + f->offset, '\n'))
			return -1;
		else
			n = snprintf(head + used, room, "%s=%s\n", f->key,
				     at + f->offset);
		if (n < 0 || (size_t)n >= room)
			return -1;
		used += (size_t)n;
	}
	return (int)used;
}

int brief_memo(void)
{
	int fd = memfd_create("checkpoint-memo",
			      MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int errnum;

	if (fd < 0 || (!ftruncate(fd, BRIEF_MEMO_BYTES) &&
		       fcntl(fd, F_ADD_SEALS, BRIEF_MEMO_SEALS) == 0))
		return fd;
	errnum = errno;
	close(fd);
	errno = errnum;
	return -1;
}

static int set_number(void *to, enum field_kind kind, const char *value)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(value, &end, 10);
	if (errno || end == value || *end)
		return -1;
	if (kind == FIELD_U32) {
		if (number < 0 || number > UINT32_MAX)
			return -1;
		*(uint32_t *)to = (uint32_t)number;
	} else {
		if (number < INT_MIN || number > INT_MAX)
			return -1;
		*(int *)to = (int)number;
	}
	return 0;
}

/* Set one field.  A key that isn't known is passed over: while a node is
 * upgraded, plugin and helper may be of two versions. */
static int set_field(struct brief *brief, char *line)
{
	char *value = strchr(line, '=');

	if (!value)
		return -1;
	*value++ = '\0';
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		const struct field *f = &fields[i];
		char *to = (char *)brief + f->offset;

		if (strcmp(f->key, line))
			continue;
		if (f->kind != FIELD_TEXT)
			return set_number(to, f->kind, value);
		if (strlen(value) >= f->size)
			return -1;
		strcpy(to, value);
		return 0;
	}
	return 0;
}

/* Read all of fd, and put a NUL after it.  NULL: errno says why. */
static char *read_all(int fd, size_t *len)
{
	size_t size = 65536, used = 0;
	char *data = malloc(size + 1), *bigger;
	ssize_t n;

	while (data) {
		n = read(fd, data + used, size - used);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		used += (size_t)n;
		if (n == 0) {
			data[used] = '\0';
			*len = used;
			return data;
		}
		if (used < size)
			continue;
		size *= 2;
		errno = EFBIG;
		if (size > BRIEF_MAX_BYTES)
			break;
		bigger = realloc(data, size + 1);
		if (!bigger)
			break;
		data = bigger;
	}
	free(data);
	return NULL;
}

/* Copy entries that end with NULs into an array, in one allocation. */
static char **split_env(const char *text, size_t len)
{
	size_t count = 0;
	char **env, *copy;

	for (size_t i = 0; i < len; i++)
		count += text[i] == '\0';
	env = malloc((count + 1) * sizeof(*env) + len + 1);
	if (!env)
		return NULL;
	copy = (char *)(env + count + 1);
	memcpy(copy, text, len);
	copy[len] = '\0';
	for (size_t i = 0; i < count; i++) {
		env[i] = copy;
		copy += strlen(copy) + 1;
	}
	env[count] = NULL;
	return env;
}

int brief_read(int fd, struct brief *brief, char ***env, char *err,
	       size_t err_len)
{
	size_t len = 0;
	char *data = read_all(fd, &len), *line = data, *end;
	int rc = -1;

	memset(brief, 0, sizeof(*brief));
	brief->array_task_id = BRIEF_NO_TASK;
	brief->wait_status = BRIEF_NO_STATUS;
	if (env)
		*env = NULL;
	if (!data) {
		snprintf(err, err_len, "the brief can't be read: %s",
			 strerror(errno));
		return -1;
	}
	for (;;) {
		end = memchr(line, '\n', len - (size_t)(line - data));
		if (!end) {
			snprintf(err, err_len, "the brief is cut short");
			goto out;
		}
		*end = '\0';
		if (end == line)
			break;
		if (set_field(brief, line)) {
			snprintf(err, err_len,
				 "the brief has a line that is not understood");
			goto out;
		}
		line = end + 1;
	}
	if (env) {
		*env = split_env(end + 1, len - (size_t)(end + 1 - data));
		if (!*env) {
			snprintf(err, err_len, "out of memory");
			goto out;
		}
	}
	rc = 0;
out:
	free(data);
	return rc;
}
