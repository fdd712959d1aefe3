/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * records.c: each kind of record is read as it was written, what is wrong in
 * one counts as missing, and the manual page has every member.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store.h"
#include "requeue/journal/records.h"
#include "requeue/policy/decision.h"

/* -------------------------------------------------------- kinds, by number */

#define ALL_KINDS (CKPT_KINDS + RECORD_KINDS)

static const struct ckpt_kind *kind_at(int i)
{
	return i < CKPT_KINDS ? &ckpt_kinds[i] : &record_kinds[i - CKPT_KINDS];
}

/* Room for any kind's struct. */
union any {
	struct record record;
	char bytes[sizeof(struct record) + 256];
};

static void put(union any *to, const struct ckpt_field *field, int n)
{
	void *at = to->bytes + field->offset;

	switch (field->type) {
	case CKPT_FIELD_BOOL:
		*(bool *)at = true;
		break;
	case CKPT_FIELD_INT:
		*(int64_t *)at = field->most > n ? n : field->most;
		break;
	case CKPT_FIELD_NUM:
		*(double *)at = 0.25;
		break;
	case CKPT_FIELD_TEXT:
		*(const char **)at = field->name;
		break;
	case CKPT_FIELD_WORD:
		*(int *)at = field->words->value(field->words->word(2));
		break;
	}
}

static void check_same(const struct ckpt_field *field, const union any *one,
		       const union any *other)
{
	const void *a = one->bytes + field->offset;
	const void *b = other->bytes + field->offset;

	switch (field->type) {
	case CKPT_FIELD_BOOL:
		ck_assert_msg(*(const bool *)a == *(const bool *)b, "%s",
			      field->name);
		break;
	case CKPT_FIELD_INT:
		ck_assert_msg(*(const int64_t *)a == *(const int64_t *)b, "%s",
			      field->name);
		break;
	case CKPT_FIELD_NUM:
		ck_assert_double_eq(*(const double *)a, *(const double *)b);
		break;
	case CKPT_FIELD_TEXT:
		ck_assert_str_eq(*(const char *const *)a,
				 *(const char *const *)b);
		break;
	case CKPT_FIELD_WORD:
		ck_assert_int_eq(*(const int *)a, *(const int *)b);
		break;
	}
}

static void check_none(const struct ckpt_field *field, const union any *read)
{
	const void *at = read->bytes + field->offset;

	switch (field->type) {
	case CKPT_FIELD_BOOL:
		ck_assert_msg(!*(const bool *)at, "%s", field->name);
		break;
	case CKPT_FIELD_INT:
		ck_assert_msg(*(const int64_t *)at == field->none, "%s",
			      field->name);
		break;
	case CKPT_FIELD_NUM:
		ck_assert_double_eq(*(const double *)at, (double)field->none);
		break;
	case CKPT_FIELD_TEXT:
		ck_assert_msg(!*(const char *const *)at, "%s", field->name);
		break;
	case CKPT_FIELD_WORD:
		ck_assert_int_eq(*(const int *)at, field->words->value(NULL));
		break;
	}
}

START_TEST(a_kind_is_read_as_it_was_written)
{
	const struct ckpt_kind *kind = kind_at(_i);
	union any written, read;
	struct ckpt_record *rec;

	memset(&written, 0, sizeof(written));
	memset(&read, 0x5a, sizeof(read));
	for (size_t i = 0; i < kind->count; i++)
		put(&written, &kind->fields[i], (int)i + 1);
	rec = ckpt_kind_encode(kind, &written);
	ck_assert_str_eq(ckpt_record_kind(rec), kind->name);
	ckpt_kind_decode(kind, rec, &read);
	for (size_t i = 0; i < kind->count; i++)
		check_same(&kind->fields[i], &written, &read);
	ckpt_record_free(rec);
}
END_TEST

START_TEST(what_is_missing_reads_as_none)
{
	const struct ckpt_kind *kind = kind_at(_i);
	struct ckpt_record *rec = ckpt_record_new(kind->name);
	union any read;

	memset(&read, 0x5a, sizeof(read));
	ckpt_kind_decode(kind, rec, &read);
	for (size_t i = 0; i < kind->count; i++)
		check_none(&kind->fields[i], &read);
	memset(&read, 0x5a, sizeof(read));
	ckpt_kind_decode(kind, NULL, &read);
	for (size_t i = 0; i < kind->count; i++)
		check_none(&kind->fields[i], &read);
	ckpt_record_free(rec);
}
END_TEST

/* A member that has no value that a record of its kind could have. */
static void put_nonsense(struct ckpt_record *rec,
			 const struct ckpt_field *field, int how)
{
	switch (field->type) {
	case CKPT_FIELD_INT:
		if (how == 0 && field->least > INT64_MIN)
			ckpt_record_set_int(rec, field->name, field->least - 1);
		else if (how == 1 && field->most < INT64_MAX)
			ckpt_record_set_int(rec, field->name, field->most + 1);
		else
			ckpt_record_set_num(rec, field->name, 1.5);
		break;
	case CKPT_FIELD_NUM:
		if (how < 2)
			ckpt_record_set_num(rec, field->name, how ? 1.5 : -0.5);
		else
			ckpt_record_set_str(rec, field->name, "0.5");
		break;
	case CKPT_FIELD_BOOL:
		ckpt_record_set_int(rec, field->name, 1);
		break;
	case CKPT_FIELD_TEXT:
	case CKPT_FIELD_WORD:
		ckpt_record_set_bool(rec, field->name, true);
		break;
	}
}

START_TEST(what_is_nonsense_reads_as_none)
{
	const struct ckpt_kind *kind = kind_at(_i);
	union any read;

	for (int how = 0; how < 3; how++) {
		struct ckpt_record *rec = ckpt_record_new(kind->name);

		for (size_t i = 0; i < kind->count; i++)
			put_nonsense(rec, &kind->fields[i], how);
		memset(&read, 0x5a, sizeof(read));
		ckpt_kind_decode(kind, rec, &read);
		for (size_t i = 0; i < kind->count; i++)
			check_none(&kind->fields[i], &read);
		ckpt_record_free(rec);
	}
}
END_TEST

START_TEST(what_is_none_is_left_out_where_it_says_so)
{
	static const struct record record = {
		.kind = RECORD_FINISH,
		.finish = {.exit = 3, .calls = -1, .progress = -1},
	};
	struct ckpt_record *rec = record_encode(&record);
	const char *json = ckpt_record_json(rec);

	json = strstr(json, ",\"exit\"");
	ck_assert_ptr_nonnull(json);
	ck_assert_str_eq(json, ",\"exit\":3,\"answered\":false,\"cut\":false,"
			       "\"oom\":false,\"evidence\":\"unknown\"}");
	ckpt_record_free(rec);
}
END_TEST

START_TEST(a_record_of_the_journal_has_its_kind_and_time)
{
	static const struct record request = {
		.kind = RECORD_REQUEST,
		.request = {.cause = CAUSE_PREEMPT, .is_made = true},
	};
	struct ckpt_record *rec = record_encode(&request);
	struct record read = {.kind = RECORD_KINDS};

	ck_assert(record_decode(&read, rec));
	ck_assert_int_eq(read.kind, RECORD_REQUEST);
	ck_assert_int_eq(read.request.cause, CAUSE_PREEMPT);
	ck_assert(read.request.is_made && !read.request.has_term);
	ck_assert_ptr_null(read.request.text);
	ck_assert_int_eq(read.time_s, (int64_t)ckpt_record_time(rec));
	ckpt_record_free(rec);
	rec = ckpt_record_new("request");
	ckpt_record_set_num(rec, "t", 1e300);
	ck_assert(record_decode(&read, rec));
	ck_assert_int_eq(read.time_s, 0);
	ckpt_record_free(rec);
}
END_TEST

START_TEST(what_is_of_no_known_kind_is_no_record_of_ours)
{
	struct ckpt_record *rec = ckpt_record_new("from the future");
	struct record read = {.kind = RECORD_KINDS};

	ck_assert(!record_decode(&read, rec));
	ck_assert(!record_decode(&read, NULL));
	ck_assert_int_eq(read.kind, RECORD_KINDS);
	ckpt_record_free(rec);
}
END_TEST

static bool has_member(enum record_kind kind, const char *member)
{
	const struct ckpt_kind *table = &record_kinds[kind];

	for (size_t i = 0; i < table->count; i++)
		if (!strcmp(table->fields[i].name, member))
			return true;
	return false;
}

/* lib/request.c reads these by name, as it stands below this table. */
START_TEST(the_library_finds_what_it_reads_of_the_journal)
{
	ck_assert_str_eq(record_kinds[RECORD_RUN].name, "run");
	ck_assert(has_member(RECORD_RUN, "end"));
	ck_assert_str_eq(record_kinds[RECORD_DEADLINE].name, "deadline");
	ck_assert(has_member(RECORD_DEADLINE, "end"));
	ck_assert_str_eq(record_kinds[RECORD_REQUEST].name, "request");
	ck_assert(has_member(RECORD_REQUEST, "cause"));
	ck_assert_str_eq(cause_name(CAUSE_INTERVAL), "interval");
}
END_TEST

/* ------------------------------------------------------- the manual page */

#define PAGE	  "doc/slurm-checkpoint-journal.5"
#define ROWS_MOST 256

/* What the page names, each as "place kind" or "place kind member". */
static char rows[ROWS_MOST][128];
static size_t rows_count;

static void add_row(const char *place, const char *kind, const char *member)
{
	ck_assert_uint_lt(rows_count, ROWS_MOST);
	snprintf(rows[rows_count++], sizeof(rows[0]), "%.40s %.40s%s%.40s",
		 place, kind, member ? " " : "", member ? member : "");
}

static bool has_row(const char *row)
{
	for (size_t i = 0; i < rows_count; i++)
		if (!strcmp(rows[i], row))
			return true;
	return false;
}

/*
 * A line below .TP names a kind: ".B run" in the part on journals, and
 * ".BR done\-NNNN.json \" (\" done )" in the part on small files.
 */
static void read_kind(const char *line, bool is_journal, char place[64],
		      char kind[64])
{
	if (is_journal) {
		snprintf(place, 64, "journal");
		ck_assert_int_eq(sscanf(line, ".B %63s", kind), 1);
		return;
	}
	ck_assert_msg(sscanf(line, ".BR %63s \" (\" %63s )", place, kind) == 2,
		      PAGE ": %s", line);
	/* The first byte may be a dot of the name. */
	place[1 + strcspn(place + 1, "\\.")] = '\0';
}

static void read_page(void)
{
	FILE *page = fopen(PAGE, "re");
	char line[512], place[64] = "", kind[64] = "", member[64];
	bool is_list = false, is_journal = false, is_kind = false;

	ck_assert_msg(page != NULL, PAGE " can't be read: run from the top");
	while (fgets(line, sizeof(line), page)) {
		if (!strncmp(line, ".SS ", 4)) {
			is_list = true;
			is_journal =
				!strcmp(line, ".SS Records of a journal\n");
		} else if (!strncmp(line, ".SH ", 4)) {
			is_list = false;
		} else if (is_list && is_kind) {
			read_kind(line, is_journal, place, kind);
			add_row(place, kind, NULL);
		} else if (sscanf(line, ".IP \\fB%63[a-z_]\\fP", member) == 1) {
			add_row(place, kind, member);
		}
		is_kind = !strcmp(line, ".TP\n");
	}
	fclose(page);
}

START_TEST(every_member_is_in_the_manual)
{
	const struct ckpt_kind *kind = kind_at(_i);
	char row[128];

	read_page();
	snprintf(row, sizeof(row), "%s %s", kind->place, kind->name);
	ck_assert_msg(has_row(row), PAGE " lacks %s", row);
	for (size_t i = 0; i < kind->count; i++) {
		snprintf(row, sizeof(row), "%s %s %s", kind->place, kind->name,
			 kind->fields[i].name);
		ck_assert_msg(has_row(row), PAGE " lacks %s", row);
	}
}
END_TEST

static bool is_in_tables(const char *row)
{
	char known[128];

	for (int k = 0; k < ALL_KINDS; k++) {
		const struct ckpt_kind *kind = kind_at(k);
		int len = snprintf(known, sizeof(known), "%s %s", kind->place,
				   kind->name);

		if (!strcmp(row, known))
			return true;
		for (size_t i = 0; i < kind->count; i++) {
			snprintf(known + len, sizeof(known) - (size_t)len,
				 " %s", kind->fields[i].name);
			if (!strcmp(row, known))
				return true;
		}
	}
	return false;
}

START_TEST(the_manual_has_no_other_member)
{
	read_page();
	ck_assert_uint_gt(rows_count, 100);
	for (size_t i = 0; i < rows_count; i++) {
		ck_assert_msg(is_in_tables(rows[i]), PAGE " has %s", rows[i]);
		for (size_t j = 0; j < i; j++)
			ck_assert_msg(strcmp(rows[i], rows[j]) != 0,
				      PAGE " has %s twice", rows[i]);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("records");
	TCase *tc = tcase_create("records");
	SRunner *runner = srunner_create(suite);
	int failed;

	tcase_add_loop_test(tc, a_kind_is_read_as_it_was_written, 0, ALL_KINDS);
	tcase_add_loop_test(tc, what_is_missing_reads_as_none, 0, ALL_KINDS);
	tcase_add_loop_test(tc, what_is_nonsense_reads_as_none, 0, ALL_KINDS);
	tcase_add_test(tc, what_is_none_is_left_out_where_it_says_so);
	tcase_add_test(tc, a_record_of_the_journal_has_its_kind_and_time);
	tcase_add_test(tc, what_is_of_no_known_kind_is_no_record_of_ours);
	tcase_add_test(tc, the_library_finds_what_it_reads_of_the_journal);
	tcase_add_loop_test(tc, every_member_is_in_the_manual, 0, ALL_KINDS);
	tcase_add_test(tc, the_manual_has_no_other_member);
	suite_add_tcase(suite, tc);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
