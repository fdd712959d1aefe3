/* SPDX-License-Identifier: GPL-2.0-or-later */
/* store_golden.c: stores of released formats can be read for ever. */
#include "store_fixture.h"

static struct ckpt_store *store;

/* The golden store is opened for reading, so that it stays as it is. */
static void open_golden(const char *dir)
{
	ck_ok(ckpt_open(&store, dir, CKPT_READ, CKPT_RUN_PRESENT, &err));
}

static void open_1(void)
{
	open_golden("t/golden/store-1");
}

static void open_1b(void)
{
	open_golden("t/golden/store-1b");
}

static void close_golden(void)
{
	ckpt_close(store);
}

START_TEST(format_1_has_its_identity)
{
	const struct ckpt_identity *id = ckpt_identity_of(store);

	ck_assert_str_eq(id->token, "golden token");
	ck_assert_str_eq(id->cluster, "golden");
	ck_assert_uint_eq(id->job, 4711);
	ck_assert_uint_eq(id->array_job, 4700);
	ck_assert_uint_eq(id->array_task, 11);
}
END_TEST

START_TEST(format_1_lists_its_versions)
{
	struct ckpt_version *list;
	size_t count;

	ck_ok(ckpt_list(store, &list, &count, &err));
	ck_assert_uint_eq(count, 4);
	ck_assert_uint_eq(list[0].number, 4);
	ck_assert_uint_eq(list[0].run, 2);
	ck_assert(list[0].is_aside);
	ck_assert_str_eq(list[0].reason,
			 "version 4: state has other contents than were "
			 "committed");
	ck_assert_uint_eq(list[1].number, 3);
	ck_assert_uint_eq(list[1].run, 1);
	ck_assert_double_lt(list[1].progress, 0);
	ck_assert_uint_eq(list[2].number, 2);
	ck_assert_uint_eq(list[2].shards, 2);
	ck_assert_uint_eq(list[2].strikes, 1);
	ck_assert_double_eq(list[2].progress, 0.5);
	ck_assert_uint_eq(list[3].number, 1);
	ck_assert_uint_eq(list[3].files, 4);
	ck_assert_uint_eq(list[3].bytes, 12 + 12 + 5);
	ck_assert_uint_eq(list[3].schema, 3);
	ck_assert_str_eq(list[3].schema_name, "golden");
	ck_assert_double_eq(list[3].progress, 0.25);
	ck_assert_int_gt(list[3].time_s, 1700000000);
	free(list);
}
END_TEST

START_TEST(format_1_verifies)
{
	uint32_t number;

	for (number = 1; number <= 4; number++)
		ck_ok(ckpt_verify(store, number, &err));
}
END_TEST

START_TEST(format_1_restores_the_newest_not_set_aside)
{
	ck_restores(store, 3, "version three\n");
}
END_TEST

START_TEST(format_1_has_notes)
{
	char value[32];

	ck_ok(ckpt_read_note(store, 1, "host", value, sizeof(value), &err));
	ck_assert_str_eq(value, "node1");
	ck_ok(ckpt_read_note(store, 1, "empty", value, sizeof(value), &err));
	ck_assert_str_eq(value, "");
}
END_TEST

static bool keep_kinds(const struct ckpt_record *rec, void *arg)
{
	strcat(arg, ckpt_record_kind(rec));
	strcat(arg, " ");
	if (!strcmp(ckpt_record_kind(rec), "run"))
		ck_assert_int_eq(ckpt_record_int(rec, "end", 0), 1800000000);
	return true;
}

START_TEST(format_1_has_journals)
{
	char kinds[128] = "";

	ck_assert_int_eq(ckpt_journal_newest(store), 2);
	ck_ok(ckpt_journal_read(store, 0, keep_kinds, kinds, &err));
	ck_assert_str_eq(kinds, "claim run request ");
	kinds[0] = '\0';
	ck_ok(ckpt_journal_read(store, 1, keep_kinds, kinds, &err));
	ck_assert_str_eq(kinds, "claim ");
	ck_assert_uint_eq(ckpt_journal_base(store, 2), 3);
}
END_TEST

START_TEST(format_1_has_what_the_job_reported)
{
	ck_assert_double_eq(ckpt_run_progress(store, 0), 0.25);
	ck_assert(ckpt_has_poller(store, 0) && !ckpt_has_poller(store, 1));
	ck_assert(ckpt_is_done(store, 2) && !ckpt_is_done(store, 1));
}
END_TEST

/* What each store of format 1 holds. */
static TCase *format_1(const char *name, void (*open)(void))
{
	TCase *tc = tcase_create(name);

	tcase_add_checked_fixture(tc, open, close_golden);
	tcase_add_test(tc, format_1_has_its_identity);
	tcase_add_test(tc, format_1_lists_its_versions);
	tcase_add_test(tc, format_1_verifies);
	tcase_add_test(tc, format_1_restores_the_newest_not_set_aside);
	tcase_add_test(tc, format_1_has_notes);
	tcase_add_test(tc, format_1_has_journals);
	tcase_add_test(tc, format_1_has_what_the_job_reported);
	return tc;
}

int main(void)
{
	Suite *suite = suite_create("store_golden");

	suite_add_tcase(suite, format_1("store-1", open_1));
	suite_add_tcase(suite, format_1("store-1b", open_1b));
	return run_suite(suite);
}
