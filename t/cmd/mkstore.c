/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mkstore: what the supervisor and settle do to a store, for tests of the
 * command that run where there is no Slurm.
 *
 * mkstore claim DIR JOB RUN [ARRAY_JOB ARRAY_TASK]
 * mkstore record DIR RUN KIND [KEY=VALUE]...    true, false, 12, 1.5 or text
 * mkstore strike DIR VERSION REASON
 * mkstore later DIR                    make it one of a later release's format
 *
 * MKSTORE_NOW: the time that records get, in seconds since the epoch.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "lib/fact.h"
#include "lib/handle.h"
#include "lib/names.h"
#include "lib/store.h"

/* Stands for that of libc, also in the library. */
int clock_gettime(clockid_t clock, struct timespec *now)
{
	const char *told = getenv("MKSTORE_NOW");
	int rc = (int)syscall(SYS_clock_gettime, clock, now);

	if (told && clock == CLOCK_REALTIME)
		*now = (struct timespec){.tv_sec = strtoll(told, NULL, 10)};
	return rc;
}

static uint32_t number(const char *text)
{
	return (uint32_t)strtoul(text, NULL, 10);
}

static enum ckpt_status claim(int argc, char **argv, struct ckpt_error *err)
{
	struct ckpt_identity id = {
		.cluster = "test",
		.job = number(argv[3]),
		.array_task = CKPT_NO_TASK,
		.token = "0123456789abcdef0123456789abcdef",
	};
	struct ckpt_store *store;
	enum ckpt_status status;

	if (argc == 7) {
		id.array_job = number(argv[5]);
		id.array_task = number(argv[6]);
	}
	status = ckpt_claim(&store, argv[2], &id, number(argv[4]), err);
	ckpt_close(store);
	return status;
}

static void set(struct ckpt_record *rec, char *word)
{
	char *value = strchr(word, '='), *end;
	double real;

	if (!value)
		return;
	*value++ = '\0';
	real = strtod(value, &end);
	if (!strcmp(value, "true") || !strcmp(value, "false"))
		ckpt_record_set_bool(rec, word, value[0] == 't');
	else if (*end || end == value)
		ckpt_record_set_str(rec, word, value);
	else if (strchr(value, '.'))
		ckpt_record_set_num(rec, word, real);
	else
		ckpt_record_set_int(rec, word, (int64_t)real);
}

static enum ckpt_status record(int argc, char **argv, struct ckpt_error *err)
{
	struct ckpt_record *rec = ckpt_record_new(argv[4]);
	struct ckpt_store *store;
	enum ckpt_status status = ckpt_attach(&store, argv[2], NULL, err);

	for (int i = 5; i < argc; i++)
		set(rec, argv[i]);
	if (!status)
		status = ckpt_journal_append(store, number(argv[3]), rec, err);
	ckpt_record_free(rec);
	ckpt_close(store);
	return status;
}

static enum ckpt_status strike(char **argv, struct ckpt_error *err)
{
	struct ckpt_store *store;
	enum ckpt_status status = ckpt_attach(&store, argv[2], NULL, err);

	if (!status)
		status = ckpt_strike(store, number(argv[3]), argv[4], err);
	ckpt_close(store);
	return status;
}

static enum ckpt_status make_later(char **argv, struct ckpt_error *err)
{
	struct ckpt_record *rec = NULL;
	struct ckpt_store *store;
	enum ckpt_status status = ckpt_attach(&store, argv[2], NULL, err);

	if (!status)
		status = ckpt_fact_read(store, CKPT_STORE_FILE, &rec, err);
	if (!status) {
		ckpt_record_set_int(rec, "format", CKPT_FORMAT + 1);
		status =
			ckpt_fact_write(store, CKPT_STORE_FILE, rec, true, err);
	}
	ckpt_record_free(rec);
	ckpt_close(store);
	return status;
}

int main(int argc, char **argv)
{
	struct ckpt_error err = {0};
	enum ckpt_status status = CKPT_EINVAL;

	if (argc >= 5 && !strcmp(argv[1], "claim"))
		status = claim(argc, argv, &err);
	else if (argc >= 5 && !strcmp(argv[1], "record"))
		status = record(argc, argv, &err);
	else if (argc == 5 && !strcmp(argv[1], "strike"))
		status = strike(argv, &err);
	else if (argc == 3 && !strcmp(argv[1], "later"))
		status = make_later(argv, &err);
	if (status)
		fprintf(stderr, "mkstore: %s: %s\n", ckpt_status_text(status),
			err.text);
	return status ? EXIT_FAILURE : EXIT_SUCCESS;
}
