/* SPDX-License-Identifier: GPL-2.0-or-later */
/* method_begin.c: what a run with --checkpoint-method begins with. */
#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "requeue/process/verb.h"
#include "requeue/settle/settle.h"
#include "requeue/supervise/method_begin.h"
#include "requeue/supervise/report.h"

#define PROBE_MS	30000
#define START_S		30
/* A restore has this time, and more for each so many bytes. */
#define RESTORE_S	120
#define RESTORE_BYTES_S (10 << 20)
#define NOTE_LEN	1024

extern char **environ;

static int refuse(const struct begin *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int refuse(const struct begin *b, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	report_line("--checkpoint-method=%s: %s; nothing is started, the job "
		    "is requeued and held: mend that, then scontrol release "
		    "%" PRIu32,
		    b->set.method, text, b->job_id);
	return SETTLE_METHOD_CODE;
}

/* ----------------------------------------------------------- the method */

/* "criu, dmtcp": what the site has. */
static void list_methods(const struct begin *b, char *text, size_t size)
{
	DIR *dir = opendir(b->site.methods);
	const struct dirent *entry;
	size_t used = 0;

	snprintf(text, size, "none");
	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' && used < size)
			used += (size_t)snprintf(text + used, size - used,
						 "%s%s", used ? ", " : "",
						 entry->d_name);
	if (dir)
		closedir(dir);
}

/* Could another user have put something else there?  It must belong to root or
 * to who owns this program, and only the owner may write to it. */
static bool is_trusted(const char *path, mode_t kind)
{
	struct stat st, own;

	return !stat(path, &st) && !stat("/proc/self/exe", &own) &&
	       (st.st_mode & S_IFMT) == kind &&
	       !(st.st_mode & (S_IWGRP | S_IWOTH)) &&
	       (st.st_uid == 0 || st.st_uid == own.st_uid);
}

static int find_method(struct begin *b)
{
	char others[256];
	int len = snprintf(b->method.path, sizeof(b->method.path), "%s/%s",
			   b->site.methods, b->set.method);

	if (len < 0 || (size_t)len >= sizeof(b->method.path) ||
	    access(b->method.path, X_OK)) {
		list_methods(b, others, sizeof(others));
		return refuse(b,
			      "%s can't be run on %s: %s; the methods there "
			      "are: %s",
			      b->method.path, b->brief->node, strerror(errno),
			      others);
	}
	if (!is_trusted(b->method.path, S_IFREG) ||
	    !is_trusted(b->site.methods, S_IFDIR))
		return refuse(b,
			      "%s and its directory must belong to root, and "
			      "nobody else may write to them",
			      b->method.path);
	return 0;
}

static int probe(struct begin *b)
{
	const struct verb verb = {
		.method = b->method.path,
		.name = "probe",
		.work_dir = b->brief->work_dir,
		.env = environ,
	};
	char said[VERB_SAY_MAX];

	if (verb_do(&verb, PROBE_MS, said))
		return refuse(b, "it can't work on %s: %s", b->brief->node,
			      said);
	report_line("%s saves and restores the job's processes%s%s",
		    b->set.method, said[0] ? ": " : "", said);
	return 0;
}

/* ----------------------------------------------------------- versions */

/* Which method has saved the version?  "": the program itself.  False: it can't
 * be read. */
static bool read_note(struct ckpt_store *store, uint32_t version,
		      char name[NOTE_LEN])
{
	enum ckpt_status status = ckpt_read_note(store, version, METHOD_NOTE,
						 name, NOTE_LEN, NULL);

	if (status)
		name[0] = '\0';
	return !status || status == CKPT_NONE;
}

/* The version that the same method has saved before that one; 0: none. */
static uint32_t find_before(const struct begin *b, struct ckpt_store *store)
{
	struct ckpt_version *list = NULL;
	char name[NOTE_LEN];
	uint32_t before = 0;
	size_t count = 0, i = 0;

	ckpt_list(store, &list, &count, NULL);
	while (i < count && list[i].number != b->version.number)
		i++;
	for (i++; i < count && !before; i++) {
		if (list[i].is_aside)
			continue;
		if (read_note(store, list[i].number, name) &&
		    !strcmp(name, b->set.method))
			before = list[i].number;
	}
	free(list);
	return before;
}

static int choose_versions(struct begin *b)
{
	struct ckpt_store *store = b->from ? b->from : b->store;
	struct begin_method *method = &b->method;
	char name[NOTE_LEN];
	uint32_t before;

	method->wait_s = START_S;
	if (!b->version.number)
		return 0;
	if (!read_note(store, b->version.number, name))
		return refuse(b,
			      "version %" PRIu32 " doesn't tell what has saved "
			      "it",
			      b->version.number);
	if (!name[0])
		return 0; /* the program goes on from it by itself */
	if (strcmp(name, b->set.method) != 0)
		return refuse(b,
			      "version %" PRIu32 " was saved by "
			      "--checkpoint-method=%.32s, which alone can "
			      "restore it",
			      b->version.number, name);
	before = find_before(b, store);
	snprintf(method->versions, sizeof(method->versions), "%" PRIu32,
		 b->version.number);
	if (before)
		snprintf(method->versions, sizeof(method->versions),
			 "%" PRIu32 " %" PRIu32, b->version.number, before);
	method->wait_s =
		RESTORE_S + (int64_t)(b->version.bytes / RESTORE_BYTES_S);
	return 0;
}

/* The processes between the supervisor and the script aren't programs of the
 * job: nothing signals them. */
static void pass_over(struct begin *b)
{
	size_t used = strlen(b->site.launchers);

	snprintf(b->site.launchers + used, sizeof(b->site.launchers) - used,
		 "%smethod,%.64s", used ? "," : "", b->set.method);
}

int method_prepare(struct begin *b)
{
	int code = choose_versions(b);

	if (code || !settings_has_method(&b->set))
		return code;
	/* What was saved can't be used: to begin from the start would waste
	 * it. */
	if (b->is_unread || (!b->version.number && b->passed.number))
		return refuse(b,
			      "no version can be restored; to begin from the "
			      "start, submit the job again");
	code = find_method(b);
	if (!code)
		code = probe(b);
	if (code)
		return code;
	b->method.is_on = true;
	pass_over(b);
	return 0;
}
