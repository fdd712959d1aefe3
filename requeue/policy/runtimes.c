/* SPDX-License-Identifier: GPL-2.0-or-later */
/* runtimes.c: know language runtimes by name, library and text. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "requeue/policy/runtimes.h"
#include "requeue/policy/shells.h"

#define WORDS_MAX 4

#define SET(signum) (UINT64_C(1) << ((signum)-1))
/* Nearly every runtime ends its program in an orderly way by these. */
#define ENDS	    (SET(SIGHUP) | SET(SIGINT) | SET(SIGQUIT) | SET(SIGTERM))
#define ALL	    UINT64_MAX

/*
 * A name or library may be followed by a version: "julia-1.10", "ruby3.1",
 * "libjulia.so.1".  Texts are those that the runtime prints or is found by:
 * Go's linker writes "\xff Go buildinf:" before a program's build information,
 * Intel's Fortran and PETSc print theirs when the signal ends the program. Each
 * stands here in two parts, so that this program has no such mark itself.
 */
static const struct {
	const char *name;
	const char *reason;
	const char *programs[WORDS_MAX];
	const char *libraries[WORDS_MAX];
	const char *text[2];
	uint64_t signals; /* that it catches */
} runtimes[RUNTIME_COUNT] = {
#define NAME(text)                                                             \
	.name = text, .reason = "its runtime (" text                           \
				") catches it, which saves nothing by itself"
	[RUNTIME_NONE] = {.name = "", .reason = ""},
	[RUNTIME_JAVA] = {NAME("Java"), .programs = {"java", "javaw"},
			  .libraries = {"libjvm.so"},
			  .signals = ENDS | SET(SIGUSR2)},
	[RUNTIME_JULIA] = {NAME("Julia"), .programs = {"julia"},
			   .libraries = {"libjulia.so", "libjulia-internal.so"},
			   .signals = ENDS},
	[RUNTIME_GO] = {NAME("Go"), .text = {"\xff Go b", "uildinf:"},
			.signals = ALL},
	[RUNTIME_FORTRAN] = {NAME("Intel Fortran"),
			     .libraries = {"libifcore.so", "libifcoremt.so"},
			     .text = {"forrt", "l: "}, .signals = ENDS},
	[RUNTIME_PETSC] = {NAME("PETSc"),
			   .libraries = {"libpetsc.so", "libpetsc_real.so",
					 "libpetsc_complex.so"},
			   .text = {"PETSC ", "ERROR: "}, .signals = ENDS},
	[RUNTIME_NODE] = {NAME("Node.js"), .programs = {"node", "nodejs"},
			  .libraries = {"libnode.so"},
			  .signals = ENDS | SET(SIGUSR1)},
	[RUNTIME_DOTNET] = {NAME(".NET"), .programs = {"dotnet"},
			    .libraries = {"libcoreclr.so"}, .signals = ENDS},
	[RUNTIME_ERLANG] = {NAME("Erlang"), .programs = {"beam.smp", "beam"},
			    .signals = ENDS | SET(SIGUSR1)},
	[RUNTIME_RUBY] = {NAME("Ruby"), .programs = {"ruby"},
			  .libraries = {"libruby.so"},
			  .signals = ENDS | SET(SIGUSR1) | SET(SIGUSR2)},
	[RUNTIME_OCTAVE] = {NAME("Octave"),
			    .programs = {"octave", "octave-cli", "octave-gui"},
			    .signals = ENDS},
	[RUNTIME_SBCL] = {NAME("SBCL"), .programs = {"sbcl"}, .signals = ENDS},
#undef NAME
};

const char *runtimes_name(enum runtime runtime)
{
	return (size_t)runtime < RUNTIME_COUNT ? runtimes[runtime].name : "";
}

const char *runtimes_reason(enum runtime runtime)
{
	return (size_t)runtime < RUNTIME_COUNT ? runtimes[runtime].reason : "";
}

bool runtimes_catches(enum runtime runtime, int signum)
{
	return (size_t)runtime < RUNTIME_COUNT && signum > 0 && signum <= 64 &&
	       runtimes[runtime].signals & SET(signum);
}

static bool is_version(const char *text)
{
	return !text[strspn(text, "0123456789.-")];
}

static bool is_named(const char *name, const char *const words[WORDS_MAX])
{
	for (size_t i = 0; i < WORDS_MAX && words[i]; i++) {
		size_t len = strlen(words[i]);

		if (!strncmp(name, words[i], len) && is_version(name + len))
			return true;
	}
	return false;
}

enum runtime runtimes_of_exe(const char *exe, const char *comm)
{
	const char *name = *exe ? shells_base(exe) : comm;

	for (size_t i = 1; i < RUNTIME_COUNT; i++)
		if (is_named(name, runtimes[i].programs))
			return (enum runtime)i;
	return RUNTIME_NONE;
}

/* Distributions rename libraries by the release: libjulia-internal.so.1.10,
 * libpetsc_real.so.3.18, libruby-3.1.so.3.1. */
static bool is_library(const char *name, const char *library)
{
	const char *suffix = strstr(library, ".so");
	size_t stem = (size_t)(suffix - library);
	const char *rest = name + stem;

	if (strncmp(name, library, stem) != 0)
		return false;
	rest += strspn(rest, "0123456789.-");
	/* What was skipped may have ended with the dot of ".so". */
	if (rest > name + stem && rest[-1] == '.')
		rest--;
	return !strncmp(rest, ".so", 3) && is_version(rest + 3);
}

enum runtime runtimes_of_library(const char *path)
{
	const char *name = shells_base(path);

	for (size_t i = 1; i < RUNTIME_COUNT; i++)
		for (size_t n = 0; n < WORDS_MAX && runtimes[i].libraries[n];
		     n++)
			if (is_library(name, runtimes[i].libraries[n]))
				return (enum runtime)i;
	return RUNTIME_NONE;
}

enum runtime runtimes_of_bytes(const void *data, size_t len_bytes)
{
	char text[RUNTIMES_TEXT_MAX];

	for (size_t i = 1; i < RUNTIME_COUNT; i++) {
		int len;

		if (!runtimes[i].text[0])
			continue;
		len = snprintf(text, sizeof(text), "%s%s", runtimes[i].text[0],
			       runtimes[i].text[1]);
		if (memmem(data, len_bytes, text, (size_t)len))
			return (enum runtime)i;
	}
	return RUNTIME_NONE;
}
