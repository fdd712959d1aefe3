/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list.c: the versions in a store. */
#include "cmd/scheckpoint/list.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/find.h"
#include "cmd/scheckpoint/say.h"
#include "cmd/scheckpoint/table.h"
#include "requeue/settings/text.h"

static void add_row(struct table *table, const struct ckpt_version *version)
{
	char clock[TEXT_CLOCK_MAX], size[SAY_BYTES_MAX];
	char progress[TEXT_PROGRESS_MAX];

	table_add(table, "%" PRIu32, version->number);
	table_add(table, "%" PRIu32, version->run);
	table_add(table, "%s", text_clock(clock, version->time_s, 0));
	table_add(table, "%s", text_progress(progress, version->progress));
	table_add(table, "%" PRIu32, version->files);
	table_add(table, "%s", say_bytes(size, version->bytes));
	if (version->schema_name[0])
		table_add(table, "%s/%" PRIu32, version->schema_name,
			  version->schema);
	else
		table_add(table, "-");
	if (version->is_aside)
		table_add(table, "set aside: %s", version->reason);
	else if (version->strikes)
		table_add(table, "%" PRIu32 " strike%s", version->strikes,
			  version->strikes == 1 ? "" : "s");
	else
		table_add(table, "not verified");
}

static int print_table(const struct ckpt_version *list, size_t count)
{
	static const char *const heads[] = {"VERSION",	"RUN",	 "SAVED",
					    "PROGRESS", "FILES", "SIZE",
					    "SCHEMA",	"STATE"};
	const size_t columns = sizeof(heads) / sizeof(heads[0]);
	struct table *table = table_new(columns, 0x3b);

	for (size_t i = 0; i < columns; i++)
		table_add(table, "%s", heads[i]);
	for (size_t i = 0; i < count; i++)
		add_row(table, &list[i]);
	return table_print(table) ? SAYS_YES : SAYS_ERROR;
}

static struct ckpt_record *as_record(const struct ckpt_version *version)
{
	struct ckpt_record *rec = ckpt_record_new("version");

	ckpt_record_set_int(rec, "version", version->number);
	ckpt_record_set_int(rec, "run", version->run);
	ckpt_record_set_int(rec, "time", version->time_s);
	if (version->progress >= 0)
		ckpt_record_set_num(rec, "progress", version->progress);
	ckpt_record_set_int(rec, "files", version->files);
	ckpt_record_set_int(rec, "bytes", (int64_t)version->bytes);
	if (version->schema_name[0]) {
		ckpt_record_set_str(rec, "schema_name", version->schema_name);
		ckpt_record_set_int(rec, "schema", version->schema);
	}
	ckpt_record_set_int(rec, "strikes", version->strikes);
	ckpt_record_set_bool(rec, "aside", version->is_aside);
	if (version->is_aside)
		ckpt_record_set_str(rec, "reason", version->reason);
	return rec;
}

static int print_json(const struct ckpt_version *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct ckpt_record *rec = as_record(&list[i]);
		const char *text = ckpt_record_json(rec);

		if (text) {
			say_json(text);
			putchar('\n');
		}
		ckpt_record_free(rec);
		if (!text)
			return SAYS_ERROR;
	}
	return SAYS_YES;
}

static int show(const struct call *call, struct ckpt_store *store)
{
	struct ckpt_version *list = NULL;
	struct ckpt_error err = {0};
	enum ckpt_status status;
	char clean[4096], name[JOB_NAME_MAX];
	size_t count = 0;
	int code;

	status = ckpt_list(store, &list, &count, &err);
	if (status)
		return say_status(call, status, &err);
	if (call_option(call, "json")) {
		code = print_json(list, count);
	} else {
		job_name(name, store);
		printf("%s%s%s: %zu version%s\n", name, name[0] ? ", " : "",
		       say_clean(clean, sizeof(clean), ckpt_dir(store)), count,
		       count == 1 ? "" : "s");
		code = count ? print_table(list, count) : SAYS_YES;
	}
	if (code)
		say_error(call, "memory ran out");
	free(list);
	return code;
}

int command_list(struct call *call)
{
	return each_store(call, call->count ? call->operands[0] : NULL,
			  CKPT_READ, show);
}
