/* SPDX-License-Identifier: GPL-2.0-or-later */
/* store_open.c: opening a store, taking it over, and refusing others. */
#include "store_fixture.h"

START_TEST(claim_creates_a_private_store_and_what_is_above_it)
{
	struct ckpt_store *store = NULL;
	struct stat st;

	ck_ok(ckpt_claim(&store, "a/b/c/", &job, 0, &err));
	ck_assert(stat("a/b/c", &st) == 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0700);
	ck_assert(exists("a/b/c/store.json"));
	ck_assert(exists("a/b/c/journal-0000.jsonl"));
	ckpt_close(store);
}
END_TEST

START_TEST(claim_honours_the_umask_above_the_store)
{
	struct ckpt_store *store = NULL;
	struct stat st;
	mode_t before = umask(027);

	ck_ok(ckpt_claim(&store, "above/store", &job, 0, &err));
	umask(before);
	ck_assert(stat("above", &st) == 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0750);
	ckpt_close(store);
}
END_TEST

START_TEST(claim_is_idempotent_for_the_same_run)
{
	struct ckpt_store *store = claim(0), *again;
	struct stat before, after;

	save(store, "one");
	ck_assert(stat("store/journal-0000.jsonl", &before) == 0);
	again = claim(0);
	ck_assert(stat("store/journal-0000.jsonl", &after) == 0);
	ck_assert_int_eq(before.st_size, after.st_size);
	ck_assert_uint_eq(save(again, "two"), 2);
	ckpt_close(again);
	ckpt_close(store);
}
END_TEST

START_TEST(claim_by_an_older_run_is_refused)
{
	struct ckpt_store *store;

	ckpt_close(claim(3));
	ck_refused(ckpt_claim(&store, store_dir, &job, 2, &err), CKPT_STALE,
		   "run 3");
	ck_assert_ptr_null(store);
}
END_TEST

START_TEST(claim_with_another_token_is_refused)
{
	struct ckpt_identity other = job;
	struct ckpt_store *store;

	other.token = "another";
	ckpt_close(claim(0));
	ck_refused(ckpt_claim(&store, store_dir, &other, 1, &err), CKPT_FOREIGN,
		   "another job, number 1234");
	ck_assert(!exists("store/journal-0001.jsonl"));
}
END_TEST

START_TEST(claim_without_a_token_is_let_in)
{
	struct ckpt_identity other = job;
	struct ckpt_store *store;

	other.token = "";
	ckpt_close(claim(0));
	ck_ok(ckpt_claim(&store, store_dir, &other, 1, &err));
	ckpt_close(store);
}
END_TEST

START_TEST(claim_records_the_identity)
{
	struct ckpt_identity task = {.cluster = "c",
				     .job = 77,
				     .array_job = 70,
				     .array_task = 0,
				     .token = "t"};
	const struct ckpt_identity *id;
	struct ckpt_store *store;

	ck_ok(ckpt_claim(&store, store_dir, &task, 0, &err));
	ckpt_close(store);
	store = reopen(CKPT_READ, CKPT_RUN_PRESENT);
	id = ckpt_identity_of(store);
	ck_assert_str_eq(id->cluster, "c");
	ck_assert_str_eq(id->token, "t");
	ck_assert_uint_eq(id->job, 77);
	ck_assert_uint_eq(id->array_job, 70);
	ck_assert_uint_eq(id->array_task, 0);
	ck_assert_str_eq(ckpt_dir(store), store_dir);
	ckpt_close(store);
}
END_TEST

START_TEST(claim_takes_an_empty_directory_and_closes_it_to_others)
{
	struct ckpt_store *store;
	struct stat st;

	ck_assert(mkdir("store", 0700) == 0 && chmod("store", 0775) == 0);
	ck_assert(mkdir("store/lost+found", 0700) == 0);
	write_file("store/.nfs0001", "");
	store = claim(0);
	ck_assert(stat("store", &st) == 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0755);
	ckpt_close(store);
	ck_assert(chmod("store", 0777) == 0);
	ckpt_close(claim(1));
	ck_assert(stat("store", &st) == 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0755);
}
END_TEST

START_TEST(claim_refuses_a_directory_that_holds_other_things)
{
	struct ckpt_store *store;

	ck_assert(mkdir("store", 0755) == 0);
	write_file("store/policy.json", "mine");
	ck_refused(ckpt_claim(&store, store_dir, &job, 0, &err), CKPT_EINVAL,
		   "isn't empty ('policy.json' is in it)");
	ck_assert(holds("store/policy.json", "mine"));
	ck_assert(!exists("store/store.json"));
}
END_TEST

START_TEST(a_store_that_holds_other_things_is_kept)
{
	struct ckpt_store *store = claim(0);

	write_file("store/results.txt", "mine");
	ckpt_close(store);
	store = claim(1);
	save(store, "one");
	ck_ok(ckpt_clean(store, &err));
	ck_assert(holds("store/results.txt", "mine"));
	ckpt_close(store);
}
END_TEST

/* In a directory that others may write to, another user can put a link at the
 * store's name that leads to any directory of the owner's. */
START_TEST(nothing_is_written_through_a_link_at_the_stores_name)
{
	static const char *const names[] = {"link", "link/", "link/.",
					    "link//"};
	struct ckpt_store *store;
	size_t i;

	ck_assert(mkdir("precious", 0700) == 0);
	write_file("precious/policy.json", "mine");
	ck_assert(symlink("precious", "link") == 0);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		ck_refused(ckpt_claim(&store, names[i], &job, 0, &err),
			   CKPT_EINVAL, "is a symbolic link");
		ck_refused(ckpt_attach(&store, names[i], &job, &err),
			   CKPT_EINVAL, "by --checkpoint-dir");
	}
	ck_assert(holds("precious/policy.json", "mine"));
	ck_assert(!exists("precious/store.json"));

	/* Nor through one that leads to a store; it is read through one. */
	ckpt_close(claim(0));
	ck_assert(unlink("link") == 0 && symlink("store", "link") == 0);
	ck_refused(ckpt_claim(&store, "link", &job, 1, &err), CKPT_EINVAL,
		   "is a symbolic link");
	ck_refused(
		ckpt_open(&store, "link", CKPT_WRITE, CKPT_RUN_PRESENT, &err),
		CKPT_EINVAL, "is a symbolic link");
	ck_ok(ckpt_open(&store, "link", CKPT_READ, CKPT_RUN_PRESENT, &err));
	ckpt_close(store);

	ck_assert(unlink("link") == 0 && symlink("nowhere", "link") == 0);
	ck_refused(ckpt_claim(&store, "link", &job, 0, &err), CKPT_EINVAL,
		   "is a symbolic link");
	ck_assert(!exists("nowhere"));
}
END_TEST

START_TEST(claim_refuses_versions_without_a_store_file)
{
	struct ckpt_store *store = claim(0);

	save(store, "one");
	ckpt_close(store);
	ck_assert(unlink("store/store.json") == 0);
	ck_refused(ckpt_claim(&store, store_dir, &job, 1, &err), CKPT_DAMAGED,
		   "store.json is missing");
}
END_TEST

START_TEST(claim_finishes_one_that_was_cut_short)
{
	struct ckpt_store *store = claim(0);

	save(store, "one");
	ckpt_close(store);
	write_file("store/journal-0001.jsonl", "");
	store = claim(1);
	ck_assert_uint_eq(ckpt_journal_base(store, 1), 1);
	ckpt_close(store);
}
END_TEST

START_TEST(claim_sweeps_stages_of_earlier_runs)
{
	struct ckpt_store *store = claim(0);
	struct ckpt_stage *stage;

	ck_ok(ckpt_begin(store, &stage, &err));
	ck_assert(has_entry(".stage-"));
	ckpt_close(claim(1));
	ck_assert(!has_entry(".stage-"));
	ckpt_abort(stage);
	ckpt_close(store);
}
END_TEST

START_TEST(claim_keeps_stages_of_the_same_run)
{
	struct ckpt_store *store = claim(2);
	struct ckpt_stage *stage = stage_text(store, "one");
	uint32_t number;

	ckpt_close(claim(2));
	ck_ok(ckpt_commit(stage, &number, &err));
	ckpt_close(store);
}
END_TEST

START_TEST(a_path_that_is_a_file_is_refused)
{
	struct ckpt_store *store;

	write_file("store", "a file");
	ck_refused(ckpt_claim(&store, store_dir, &job, 0, &err), CKPT_EIO,
		   "could not be created");
	ck_refused(
		ckpt_open(&store, store_dir, CKPT_READ, CKPT_RUN_PRESENT, &err),
		CKPT_NONE, "there is no store");
}
END_TEST

START_TEST(open_without_a_store_is_none)
{
	struct ckpt_store *store;

	ck_refused(
		ckpt_open(&store, "nowhere", CKPT_READ, CKPT_RUN_PRESENT, &err),
		CKPT_NONE, "there is no store");
	ck_assert_ptr_null(store);
	ck_assert(mkdir("empty", 0700) == 0);
	ck_refused(
		ckpt_open(&store, "empty", CKPT_WRITE, CKPT_RUN_PRESENT, &err),
		CKPT_NONE, "holds no store");
}
END_TEST

START_TEST(open_outside_of_a_job_says_so)
{
	struct ckpt_store *store;

	ck_refused(ckpt_open(&store, NULL, CKPT_WRITE, CKPT_RUN_PRESENT, &err),
		   CKPT_NONE, "SLURM_CHECKPOINT_DIR isn't set");
}
END_TEST

START_TEST(open_finds_store_and_run_in_the_environment)
{
	struct ckpt_store *store;
	struct ckpt_version version;

	ckpt_close(claim(0));
	ckpt_close(claim(4));
	setenv("SLURM_CHECKPOINT_DIR", store_dir, 1);
	setenv("SLURM_CHECKPOINT_RUN", "4", 1);
	ck_ok(ckpt_open(&store, NULL, CKPT_WRITE, CKPT_RUN_PRESENT, &err));
	save(store, "four");
	ck_ok(ckpt_restore(store, &version, NULL, &err));
	ck_assert_uint_eq(version.run, 4);
	ckpt_close(store);
}
END_TEST

START_TEST(open_for_writing_by_an_older_run_is_refused)
{
	struct ckpt_store *store;

	ckpt_close(claim(0));
	ckpt_close(claim(1));
	ck_refused(ckpt_open(&store, store_dir, CKPT_WRITE, 0, &err),
		   CKPT_STALE, "run 1 of the job has taken over");
	ckpt_close(reopen(CKPT_READ, 0));
}
END_TEST

START_TEST(open_survives_a_change_of_directory)
{
	struct ckpt_store *store;

	ckpt_close(claim(0));
	ck_ok(ckpt_open(&store, "store", CKPT_WRITE, CKPT_RUN_PRESENT, &err));
	ck_assert(chdir("/") == 0);
	ck_assert_uint_eq(save(store, "one"), 1);
	ck_restores(store, 1, "one");
	ckpt_close(store);
}
END_TEST

START_TEST(a_store_of_a_later_format_is_refused)
{
	struct ckpt_store *store = claim(0);
	struct ckpt_record *rec = ckpt_record_plain();

	ckpt_record_set_int(rec, "format", CKPT_FORMAT + 1);
	ck_ok(ckpt_fact_write(store, "store.json", rec, true, &err));
	ckpt_record_free(rec);
	ckpt_close(store);
	ck_refused(ckpt_open(&store, store_dir, CKPT_READ, 0, &err), CKPT_NEWER,
		   "later release");
	ck_refused(ckpt_claim(&store, store_dir, &job, 1, &err), CKPT_NEWER,
		   "later release");
}
END_TEST

START_TEST(a_damaged_store_file_is_refused)
{
	struct ckpt_store *store;

	ckpt_close(claim(0));
	write_file("store/store.json",
		   "{\"format\":1,\"token\":\"a-token\"}\n");
	ck_refused(ckpt_open(&store, store_dir, CKPT_READ, 0, &err),
		   CKPT_DAMAGED, "store.json is damaged");
	ck_refused(ckpt_claim(&store, store_dir, &job, 1, &err), CKPT_DAMAGED,
		   "store.json is damaged");
}
END_TEST

START_TEST(a_reader_changes_nothing)
{
	struct ckpt_store *store = claim(0);
	struct ckpt_stage *stage;

	ckpt_close(store);
	store = reopen(CKPT_READ, CKPT_RUN_PRESENT);
	ck_refused(ckpt_begin(store, &stage, &err), CKPT_EINVAL,
		   "open for reading only");
	ck_assert_ptr_null(stage);
	ck_refused(ckpt_progress(store, 0.5, &err), CKPT_EINVAL, "reading");
	ck_refused(ckpt_done(store, &err), CKPT_EINVAL, "reading");
	ck_refused(ckpt_retain(store, 2, &err), CKPT_EINVAL, "reading");
	ck_refused(ckpt_clean(store, &err), CKPT_EINVAL, "reading");
	ck_refused(ckpt_strike(store, 1, "", &err), CKPT_EINVAL, "reading");
	ckpt_close(store);
}
END_TEST

START_TEST(attach_takes_nothing_over)
{
	struct ckpt_store *store;

	ckpt_close(claim(0));
	ck_ok(ckpt_attach(&store, store_dir, &job, &err));
	ck_assert_int_eq(ckpt_journal_newest(store), 0);
	ckpt_close(store);
}
END_TEST

START_TEST(attach_compares_the_token_only_when_given_one)
{
	struct ckpt_identity other = job;
	struct ckpt_store *store;

	other.token = "another";
	ckpt_close(claim(0));
	ck_refused(ckpt_attach(&store, store_dir, &other, &err), CKPT_FOREIGN,
		   "another job");
	ck_ok(ckpt_attach(&store, store_dir, NULL, &err));
	ckpt_close(store);
}
END_TEST

START_TEST(every_status_has_a_text_of_its_own)
{
	enum ckpt_status a, b;

	for (a = CKPT_OK; a <= CKPT_ENOMEM; a++)
		for (b = CKPT_OK; b < a; b++)
			ck_assert_str_ne(ckpt_status_text(a),
					 ckpt_status_text(b));
	ck_assert_str_eq(ckpt_status_text((enum ckpt_status)99),
			 "unknown status");
}
END_TEST

START_TEST(error_texts_hold_no_control_characters)
{
	struct ckpt_store *store;
	const char *at;

	ck_refused(ckpt_open(&store, "no\n\033[31mwhere", CKPT_READ, 0, &err),
		   CKPT_NONE, "no??[31mwhere");
	for (at = err.text; *at; at++)
		ck_assert_int_ge((unsigned char)*at, ' ');
}
END_TEST

START_TEST(only_our_spelling_of_a_number_is_a_version)
{
	static const char *const others[] = {
		"v",	       "v0",	      "v000000",
		"v00001",      "v0000001",    "v000001x",
		"v-00001",     "v 00001",     "w000001",
		"v1000000000", "v4294967297", "v18446744073709551617"};
	size_t i;

	ck_assert_uint_eq(ckpt_version_number("v000001"), 1);
	ck_assert_uint_eq(ckpt_version_number("v999999"), 999999);
	ck_assert_uint_eq(ckpt_version_number("v1000000"), 1000000);
	ck_assert_uint_eq(ckpt_version_number("v999999999"), 999999999);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		ck_assert_uint_eq(ckpt_version_number(others[i]), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store_open");
	TCase *tc = tcase_create("open");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, claim_creates_a_private_store_and_what_is_above_it);
	tcase_add_test(tc, claim_honours_the_umask_above_the_store);
	tcase_add_test(tc, claim_is_idempotent_for_the_same_run);
	tcase_add_test(tc, claim_by_an_older_run_is_refused);
	tcase_add_test(tc, claim_with_another_token_is_refused);
	tcase_add_test(tc, claim_without_a_token_is_let_in);
	tcase_add_test(tc, claim_records_the_identity);
	tcase_add_test(tc,
		       claim_takes_an_empty_directory_and_closes_it_to_others);
	tcase_add_test(tc, claim_refuses_a_directory_that_holds_other_things);
	tcase_add_test(tc, a_store_that_holds_other_things_is_kept);
	tcase_add_test(tc,
		       nothing_is_written_through_a_link_at_the_stores_name);
	tcase_add_test(tc, claim_refuses_versions_without_a_store_file);
	tcase_add_test(tc, claim_finishes_one_that_was_cut_short);
	tcase_add_test(tc, claim_sweeps_stages_of_earlier_runs);
	tcase_add_test(tc, claim_keeps_stages_of_the_same_run);
	tcase_add_test(tc, a_path_that_is_a_file_is_refused);
	tcase_add_test(tc, open_without_a_store_is_none);
	tcase_add_test(tc, open_outside_of_a_job_says_so);
	tcase_add_test(tc, open_finds_store_and_run_in_the_environment);
	tcase_add_test(tc, open_for_writing_by_an_older_run_is_refused);
	tcase_add_test(tc, open_survives_a_change_of_directory);
	tcase_add_test(tc, a_store_of_a_later_format_is_refused);
	tcase_add_test(tc, a_damaged_store_file_is_refused);
	tcase_add_test(tc, a_reader_changes_nothing);
	tcase_add_test(tc, attach_takes_nothing_over);
	tcase_add_test(tc, attach_compares_the_token_only_when_given_one);
	tcase_add_test(tc, every_status_has_a_text_of_its_own);
	tcase_add_test(tc, only_our_spelling_of_a_number_is_a_version);
	tcase_add_test(tc, error_texts_hold_no_control_characters);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
