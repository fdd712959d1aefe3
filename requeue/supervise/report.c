/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * report.c: what the supervisor says.
 *
 * A child writes the journal, because storage may hang while the job's programs
 * have to be signalled.  As a rule it has ended within milliseconds, and the
 * supervisor waits for it: a program that was signalled reads the journal.
 * Where it hasn't ended in time, what is said from then on is queued, lines of
 * output too, as the output may be on the same storage.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "requeue/journal/memo.h"
#include "requeue/supervise/aside.h"
#include "requeue/supervise/report.h"
#include "requeue/settings/text.h"

/* So much is queued at most; what follows is dropped. */
#define QUEUE_MAX    256
/* At the end of the run. */
#define LAST_WAIT_MS 5000

/* A record, or a line where that is NULL. */
struct entry {
	struct ckpt_record *rec;
	struct ckpt_store *store;
	unsigned run;
	char *line;
};

/* What the writer tells when it has ended. */
struct written {
	bool has_failed;
	char text[512]; /* why */
};

static struct {
	struct entry list[QUEUE_MAX];
	size_t count;
	struct aside writer;
	pid_t *writer_pid; /* where its pid is kept for others; NULL: nowhere */
	bool is_stuck;
	bool has_complained;
} queue;

void report_use(pid_t *writer_pid)
{
	queue.writer_pid = writer_pid;
}

bool report_is_stuck(void)
{
	return queue.is_stuck;
}

static void put_line(const char *line)
{
	if (write(STDERR_FILENO, line, strlen(line)) < 0)
		return; /* see report.h */
}

static void empty_queue(void)
{
	for (size_t i = 0; i < queue.count; i++) {
		ckpt_record_free(queue.list[i].rec);
		free(queue.list[i].line);
	}
	queue.count = 0;
}

/* In the writer, or in the supervisor where no child can be started. */
static void write_queue(void *arg, void *reply)
{
	struct written *written = reply;

	(void)arg;
	for (size_t i = 0; i < queue.count; i++) {
		const struct entry *entry = &queue.list[i];
		struct ckpt_error err;

		if (!entry->rec)
			put_line(entry->line);
		else if (ckpt_journal_append(entry->store, entry->run,
					     entry->rec, &err)) {
			written->has_failed = true;
			snprintf(written->text, sizeof(written->text), "%s",
				 err.text);
		}
	}
}

static void start_writer(void)
{
	struct written written = {.has_failed = false};

	if (!aside_start(&queue.writer, write_queue, NULL, &written,
			 sizeof(written)))
		write_queue(NULL, &written);
	if (queue.writer_pid)
		*queue.writer_pid = queue.writer.pid;
	empty_queue();
}

/* Has the writer ended by now?  True as well where there is none. */
static bool end_writer(int64_t wait_ms)
{
	struct written written = {.has_failed = false};

	if (!queue.writer.pid)
		return true;
	queue.is_stuck =
		!aside_end(&queue.writer, &written, sizeof(written), wait_ms);
	if (queue.is_stuck)
		return false;
	if (queue.writer_pid)
		*queue.writer_pid = 0;
	if (written.has_failed && !queue.has_complained) {
		queue.has_complained = true;
		report_line("the journal can't be written (%s): the job goes "
			    "on, and its end is judged without it",
			    written.text);
	}
	return true;
}

static void flush(int64_t wait_ms)
{
	while (end_writer(wait_ms) && queue.count)
		start_writer();
}

void report_flush(void)
{
	if (queue.is_stuck)
		flush(0);
}

void report_end(void)
{
	flush(LAST_WAIT_MS);
	aside_kill(&queue.writer);
	empty_queue();
}

/* Takes rec and line. */
static void add(const struct entry *entry)
{
	if (queue.count == QUEUE_MAX) {
		ckpt_record_free(entry->rec);
		free(entry->line);
		return;
	}
	queue.list[queue.count++] = *entry;
	/* Once storage hangs, nothing is awaited any more. */
	flush(queue.is_stuck ? 0 : ASIDE_WAIT_MS);
}

void report_line(const char *format, ...)
{
	char raw[1024], line[1100];
	struct entry entry = {.rec = NULL};
	va_list args;

	va_start(args, format);
	vsnprintf(raw, sizeof(raw), format, args);
	va_end(args);
	text_line(line, sizeof(line), time(NULL), raw);
	if (!queue.is_stuck) {
		put_line(line);
		return;
	}
	entry.line = strdup(line);
	if (entry.line)
		add(&entry);
}

void report_record(struct ckpt_store *store, unsigned run,
		   const struct record *record)
{
	struct entry entry = {
		.rec = record_encode(record),
		.store = store,
		.run = run,
	};

	memo_keep(entry.rec);
	if (store)
		add(&entry);
	else
		ckpt_record_free(entry.rec);
}
