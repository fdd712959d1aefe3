/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which step a slurmstepd serves, by its title, a task's cgroup and its
 * environment. */
#include <check.h>
#include <stdlib.h>

#include "requeue/process/stepd.h"

#define V2  "0::/system.slice/slurmstepd.scope"
#define OWN V2 "/job_12/step_3/user/task_0"

static const struct {
	struct stepd_view view;
	int step; /* -1: not one of job 12 */
} cases[] = {
	{{.title = "slurmstepd: [12.0]"}, 0},
	{{.title = "slurmstepd: [12.7+1]"}, 7},
	{{.title = "slurmstepd: [13.0]"}, -1},
	{{.title = "slurmstepd: [12.batch]"}, -1},
	{{.title = "slurmstepd: [12.extern]", .job = "12", .step = "1"}, -1},
	/* a title that is whole decides */
	{{.title = "slurmstepd: [13.0]", .job = "12", .step = "0"}, -1},
	/* a title that was cut: the environment of a task */
	{{.title = "slurmstepd: [1"}, -1},
	{{.title = "slurmstepd: [1", .job = "12", .step = "4"}, 4},
	{{.title = "slurmstepd: [12.1", .job = "12", .step = "14"}, 14},
	{{.title = "slu", .job = "12", .step = "4"}, 4},
	{{.title = "", .job = "12", .step = "4"}, 4},
	{{.job = "12", .step = "4"}, 4},
	{{.title = "slurmstepd: [1", .job = "13", .step = "4"}, -1},
	{{.title = "slurmstepd: [1", .job = "12"}, -1}, /* the batch script */
	{{.title = "slurmstepd: [1", .job = "12", .step = "x"}, -1},
	{{.title = "slurmstepd: [1", .job = "12", .step = ""}, -1},
	/* the cgroup, which needs no environment */
	{{.cgroup = V2 "/job_12/step_4/user/task_1", .own_cgroup = OWN}, 4},
	{{.cgroup = V2 "/job_13/step_4/user/task_1", .own_cgroup = OWN}, -1},
	{{.cgroup = V2 "/job_12/step_batch/user/task_0",
	  .own_cgroup = OWN,
	  .job = "12",
	  .step = "0"},
	 -1},
	{{.cgroup = V2 "/sABC/step_4/user/task_0",
	  .own_cgroup = V2 "/sABC/step_3/user/task_0"},
	 4},
	{{.cgroup = V2 "/sABD/step_4/user/task_0",
	  .own_cgroup = V2 "/sABC/step_3/user/task_0"},
	 -1},
	{{.cgroup = "4:memory:/slurm/uid_1/job_12/step_0/task_0",
	  .own_cgroup = "4:memory:/slurm/uid_1/job_12/step_3/task_0"},
	 0},
	/* none of Slurm's: the environment */
	{{.cgroup = "0::/", .own_cgroup = "0::/", .job = "12", .step = "2"}, 2},
};

START_TEST(a_step_is_found_by_what_is_known_of_it)
{
	uint32_t step = 99;
	bool is_one = stepd_serves(&cases[_i].view, 12, &step);

	ck_assert_int_eq(is_one ? (int)step : -1, cases[_i].step);
}
END_TEST

START_TEST(a_stepd_is_known_by_its_name_where_its_title_was_cut)
{
	ck_assert(stepd_is_one(&(struct stepd_view){.name = "slurmstepd"}));
	ck_assert(stepd_is_one(
		&(struct stepd_view){.name = "3", .title = "slurmstepd: [1"}));
	ck_assert(!stepd_is_one(
		&(struct stepd_view){.name = "slurm_script", .title = "slu"}));
	ck_assert(!stepd_is_one(&(struct stepd_view){.name = NULL}));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("stepd");
	TCase *tc = tcase_create("all");
	SRunner *runner;
	int failed;

	tcase_add_loop_test(tc, a_step_is_found_by_what_is_known_of_it, 0,
			    sizeof(cases) / sizeof(cases[0]));
	tcase_add_test(tc,
		       a_stepd_is_known_by_its_name_where_its_title_was_cut);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
