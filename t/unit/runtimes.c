/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/policy/runtimes.h"

START_TEST(programs_are_known_by_their_executable)
{
	static const struct {
		const char *exe, *comm;
		enum runtime runtime;
	} cases[] = {
		{"/usr/lib/jvm/java-17-openjdk-amd64/bin/java", "java",
		 RUNTIME_JAVA},
		{"/opt/julia-1.10.2/bin/julia", "julia", RUNTIME_JULIA},
		{"/usr/bin/julia-1.10", "julia-1.10", RUNTIME_JULIA},
		{"/usr/bin/node", "node", RUNTIME_NODE},
		/* Node names its main thread as it likes */
		{"/usr/bin/node", "MainThread", RUNTIME_NODE},
		{"", "beam.smp", RUNTIME_ERLANG},
		{"/usr/lib/erlang/erts-13.1/bin/beam.smp", "beam.smp",
		 RUNTIME_ERLANG},
		{"/usr/share/dotnet/dotnet", "dotnet", RUNTIME_DOTNET},
		{"/usr/bin/ruby3.1", "ruby3.1", RUNTIME_RUBY},
		{"/usr/bin/octave-cli-7.3.0", "octave-cli", RUNTIME_OCTAVE},
		{"/usr/bin/python3.11", "python3", RUNTIME_NONE},
		{"/home/ada/bin/javanese", "javanese", RUNTIME_NONE},
		{"/home/ada/node_count", "node_count", RUNTIME_NONE},
		{"", "", RUNTIME_NONE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(runtimes_of_exe(cases[i].exe, cases[i].comm) ==
				      cases[i].runtime,
			      "%s", cases[i].exe);
}
END_TEST

START_TEST(libraries_are_known_whatever_their_version)
{
	static const struct {
		const char *path;
		enum runtime runtime;
	} cases[] = {
		{"/usr/lib/jvm/java-17/lib/server/libjvm.so", RUNTIME_JAVA},
		{"/opt/intel/lib/libifcore.so.5", RUNTIME_FORTRAN},
		{"/opt/intel/lib/libifcoremt.so.5", RUNTIME_FORTRAN},
		{"/usr/lib/libpetsc.so.3.18.5", RUNTIME_PETSC},
		{"/usr/lib/x86_64-linux-gnu/libpetsc_real.so.3.18",
		 RUNTIME_PETSC},
		{"/usr/lib/libruby-3.1.so.3.1", RUNTIME_RUBY},
		{"/usr/lib/libjulia-internal.so.1.10", RUNTIME_JULIA},
		{"/usr/share/dotnet/shared/libcoreclr.so", RUNTIME_DOTNET},
		{"/usr/lib/libjvmti_agent.so", RUNTIME_NONE},
		{"/usr/lib/libc.so.6", RUNTIME_NONE},
		{"/usr/lib/libpetsc.a", RUNTIME_NONE},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(runtimes_of_library(cases[i].path) ==
				      cases[i].runtime,
			      "%s", cases[i].path);
}
END_TEST

START_TEST(what_is_linked_in_is_known_by_its_texts)
{
	static const char go[] = "\0\0\xff Go buildinf:\x08\x02";
	static const char fortran[] = "\0forrtl: error (%d): \0";
	static const char petsc[] = "[%d]PETSC ERROR: Caught signal";
	static const char other[] = "forrt\0l: Go build";

	ck_assert_int_eq(runtimes_of_bytes(go, sizeof(go)), RUNTIME_GO);
	ck_assert_int_eq(runtimes_of_bytes(fortran, sizeof(fortran)),
			 RUNTIME_FORTRAN);
	ck_assert_int_eq(runtimes_of_bytes(petsc, sizeof(petsc)),
			 RUNTIME_PETSC);
	ck_assert_int_eq(runtimes_of_bytes(other, sizeof(other)), RUNTIME_NONE);
	ck_assert_int_eq(runtimes_of_bytes(go, 0), RUNTIME_NONE);
}
END_TEST

START_TEST(every_runtime_has_a_name)
{
	ck_assert_str_eq(runtimes_name(RUNTIME_NONE), "");
	for (int i = 1; i < RUNTIME_COUNT; i++)
		ck_assert(*runtimes_name((enum runtime)i));
	ck_assert_str_eq(runtimes_name(RUNTIME_JAVA), "Java");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("runtimes");
	TCase *tcase = tcase_create("runtimes");
	SRunner *runner = srunner_create(suite);
	int failed;

	suite_add_tcase(suite, tcase);
	tcase_add_test(tcase, programs_are_known_by_their_executable);
	tcase_add_test(tcase, libraries_are_known_whatever_their_version);
	tcase_add_test(tcase, what_is_linked_in_is_known_by_its_texts);
	tcase_add_test(tcase, every_runtime_has_a_name);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
