/* SPDX-License-Identifier: GPL-2.0-or-later */
/* store_own.c: a program's own store, outside of any checkpointed job. */
#include <signal.h>
#include <time.h>

#include "t/unit/store_fixture.h"

static void set_up_own(void)
{
	set_up();
	unsetenv("SLURM_JOB_START_TIME");
	unsetenv("SLURM_JOB_END_TIME");
}

static struct ckpt_store *create(int run)
{
	struct ckpt_store *store = NULL;

	ck_ok(ckpt_open(&store, store_dir, CKPT_CREATE, run, &err));
	return store;
}

START_TEST(a_store_is_made_with_what_is_above_it)
{
	struct ckpt_store *store = NULL;
	struct stat st;

	ck_ok(ckpt_open(&store, "some/where/state", CKPT_CREATE,
			CKPT_RUN_PRESENT, &err));
	ck_assert(stat("some/where/state/store.json", &st) == 0);
	ck_assert(stat("some/where/state", &st) == 0);
	ck_assert_int_eq(st.st_mode & 07777, 0700);
	ck_assert_str_eq(strstr(ckpt_dir(store), "/some/"),
			 "/some/where/state");
	ck_assert_int_eq(ckpt_run(store), 0);
	ck_assert_int_eq(save(store, "one"), 1);
	ckpt_close(store);
}
END_TEST

START_TEST(each_opening_begins_a_run_and_goes_on)
{
	struct ckpt_store *store = create(CKPT_RUN_PRESENT);
	struct ckpt_version version;

	ck_refused(ckpt_restore(store, NULL, NULL, &err), CKPT_NONE, "");
	save(store, "one");
	ckpt_close(store);
	store = create(CKPT_RUN_PRESENT);
	ck_assert_int_eq(ckpt_run(store), 1);
	ck_restores(store, 1, "one");
	save(store, "two");
	ckpt_close(store);
	store = create(CKPT_RUN_PRESENT);
	ck_restores(store, 2, "two");
	ck_ok(ckpt_restore(store, &version, NULL, &err));
	ck_assert_uint_eq(version.run, 1);
	ckpt_close(store);
}
END_TEST

START_TEST(of_two_programs_the_last_one_goes_on)
{
	struct ckpt_store *first = create(CKPT_RUN_PRESENT), *second;
	struct ckpt_stage *stage;

	stage = stage_text(first, "first");
	second = create(CKPT_RUN_PRESENT);
	ck_refused(ckpt_commit(stage, NULL, &err), CKPT_STALE,
		   "run 1 (the program, started once more) has taken over");
	ck_refused(ckpt_begin(first, &stage, &err), CKPT_STALE, "run 1");
	save(second, "second");
	ck_restores(second, 1, "second");
	ckpt_close(first);
	ckpt_close(second);
}
END_TEST

START_TEST(processes_of_one_program_share_its_run)
{
	struct ckpt_store *first = create(CKPT_RUN_PRESENT), *second;

	second = create(ckpt_run(first));
	ck_assert_int_eq(ckpt_run(second), 0);
	save(first, "one");
	ck_assert_int_eq(save(second, "two"), 2);
	ckpt_close(second);
	second = create(CKPT_RUN_PRESENT);
	ck_assert_int_eq(ckpt_run(second), 1);
	ckpt_close(first);
	ck_refused(ckpt_open(&first, store_dir, CKPT_CREATE, 0, &err),
		   CKPT_STALE, "run 1");
	ckpt_close(second);
}
END_TEST

START_TEST(in_a_job_the_store_and_the_run_are_the_jobs)
{
	struct ckpt_store *store;

	ckpt_close(claim(0));
	ckpt_close(claim(1));
	setenv("SLURM_CHECKPOINT_DIR", store_dir, 1);
	setenv("SLURM_CHECKPOINT_RUN", "1", 1);
	ck_ok(ckpt_open(&store, "own", CKPT_CREATE, CKPT_RUN_PRESENT, &err));
	ck_assert_str_eq(ckpt_dir(store), store_dir);
	ck_assert_int_eq(ckpt_run(store), 1);
	ck_assert(!exists("own"));
	ck_assert(!exists("store/journal-0002.jsonl"));
	ckpt_close(store);
	setenv("SLURM_CHECKPOINT_RUN", "0", 1);
	ck_refused(
		ckpt_open(&store, "own", CKPT_CREATE, CKPT_RUN_PRESENT, &err),
		CKPT_STALE, "run 1 of the job");
}
END_TEST

START_TEST(a_jobs_store_is_no_programs_own)
{
	struct ckpt_store *store;

	ckpt_close(claim(0));
	ck_refused(ckpt_open(&store, store_dir, CKPT_CREATE, CKPT_RUN_PRESENT,
			     &err),
		   CKPT_FOREIGN, "number 1234 of cluster 'test': a program");
	ck_assert_ptr_null(store);
	ck_assert(!exists("store/journal-0001.jsonl"));
}
END_TEST

START_TEST(a_programs_own_store_is_no_jobs)
{
	struct ckpt_store *store;

	ckpt_close(create(CKPT_RUN_PRESENT));
	ck_refused(ckpt_claim(&store, store_dir, &job, 0, &err), CKPT_FOREIGN,
		   "made it outside of any job");
	ck_assert_ptr_null(store);
}
END_TEST

START_TEST(a_directory_that_holds_other_things_is_kept)
{
	struct ckpt_store *store;

	mkdir("store", 0700);
	write_file("store/thesis.tex", "words");
	ck_refused(ckpt_open(&store, store_dir, CKPT_CREATE, CKPT_RUN_PRESENT,
			     &err),
		   CKPT_EINVAL, "'thesis.tex' is in it");
	ck_assert(holds("store/thesis.tex", "words"));
	ck_assert(!has_entry("store.json"));
}
END_TEST

START_TEST(no_directory_outside_of_a_job_is_none)
{
	struct ckpt_store *store;

	ck_refused(ckpt_open(&store, NULL, CKPT_CREATE, CKPT_RUN_PRESENT, &err),
		   CKPT_NONE, "SLURM_CHECKPOINT_DIR isn't set");
	ck_refused(ckpt_open(&store, "x", (enum ckpt_mode)3, CKPT_RUN_PRESENT,
			     &err),
		   CKPT_EINVAL, "mode 3");
}
END_TEST

START_TEST(old_versions_go_as_in_a_job)
{
	struct ckpt_store *store = create(CKPT_RUN_PRESENT);

	for (int i = 0; i < 8; i++)
		save(store, "state");
	ck_assert_uint_eq(count_versions(store), 4);
	ck_restores(store, 8, "state");
	ckpt_close(store);
}
END_TEST

START_TEST(the_last_run_is_said_to_be_the_last)
{
	struct ckpt_store *store = create(CKPT_RUN_MAX);

	ckpt_close(store);
	ck_refused(ckpt_open(&store, store_dir, CKPT_CREATE, CKPT_RUN_PRESENT,
			     &err),
		   CKPT_LIMIT, "had its last run");
}
END_TEST

START_TEST(a_caught_signal_is_a_request)
{
	struct ckpt_store *store = create(CKPT_RUN_PRESENT);

	ck_ok(ckpt_notice_install(SIGUSR1, &err));
	ck_refused(ckpt_requested(store, &err), CKPT_NONE, "no signal");
	raise(SIGUSR1);
	ck_ok(ckpt_requested(store, &err));
	ckpt_notice_clear();
	ck_refused(ckpt_requested(store, &err), CKPT_NONE, "no signal");
	ck_assert(!has_entry("heard"));
	ckpt_close(store);
}
END_TEST

/* A job of Slurm that began before_s seconds ago and ends after_s from now. */
static void in_plain_job(int before_s, int after_s)
{
	time_t now = time(NULL);
	char text[32];

	snprintf(text, sizeof(text), "%lld", (long long)now - before_s);
	setenv("SLURM_JOB_START_TIME", text, 1);
	snprintf(text, sizeof(text), "%lld", (long long)now + after_s);
	setenv("SLURM_JOB_END_TIME", text, 1);
}

START_TEST(the_limit_of_a_plain_job_is_a_request)
{
	struct ckpt_store *store = create(CKPT_RUN_PRESENT);
	int64_t left = 0;

	ck_refused(ckpt_time_left(store, &left, &err), CKPT_NONE, "known");
	in_plain_job(600, 100);
	ck_ok(ckpt_time_left(store, &left, &err));
	ck_assert(left > 90 && left <= 100);
	ck_refused(ckpt_requested(store, &err), CKPT_NONE, "isn't near");
	in_plain_job(600, 59);
	ck_ok(ckpt_requested(store, &err));
	/* A short job isn't requested from its beginning on. */
	in_plain_job(2, 58);
	ck_refused(ckpt_requested(store, &err), CKPT_NONE, "isn't near");
	in_plain_job(50, 10);
	ck_ok(ckpt_requested(store, &err));
	setenv("SLURM_JOB_END_TIME", "soon", 1);
	ck_refused(ckpt_requested(store, &err), CKPT_NONE, "isn't near");
	ckpt_close(store);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store_own");
	TCase *tc = tcase_create("own");

	tcase_add_checked_fixture(tc, set_up_own, tear_down);
	tcase_add_test(tc, a_store_is_made_with_what_is_above_it);
	tcase_add_test(tc, each_opening_begins_a_run_and_goes_on);
	tcase_add_test(tc, of_two_programs_the_last_one_goes_on);
	tcase_add_test(tc, processes_of_one_program_share_its_run);
	tcase_add_test(tc, in_a_job_the_store_and_the_run_are_the_jobs);
	tcase_add_test(tc, a_jobs_store_is_no_programs_own);
	tcase_add_test(tc, a_programs_own_store_is_no_jobs);
	tcase_add_test(tc, a_directory_that_holds_other_things_is_kept);
	tcase_add_test(tc, no_directory_outside_of_a_job_is_none);
	tcase_add_test(tc, old_versions_go_as_in_a_job);
	tcase_add_test(tc, the_last_run_is_said_to_be_the_last);
	tcase_add_test(tc, a_caught_signal_is_a_request);
	tcase_add_test(tc, the_limit_of_a_plain_job_is_a_request);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
