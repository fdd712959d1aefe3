/* SPDX-License-Identifier: GPL-2.0-or-later */
/* runtimes.c: know language runtimes by name, library and text. */
#include <stdbool.h>
#include <string.h>

#include "requeue/policy/runtimes.h"
#include "requeue/policy/shells.h"

#define WORDS_MAX 4

/*
 * A name or library may be followed by a version: "julia-1.10", "ruby3.1",
 * "libjulia.so.1".  Texts are those that the runtime prints or is found by:
 * Go's linker writes "\xff Go buildinf:" before a program's build information,
 * Intel's Fortran and PETSc print theirs when the signal ends the program.
 */
static const struct {
	const char *name;
	const char *programs[WORDS_MAX];
	const char *libraries[WORDS_MAX];
	const char *text;
} runtimes[RUNTIME_COUNT] = {
	[RUNTIME_NONE] = {.name = ""},
	[RUNTIME_JAVA] = {"Java", {"java", "javaw"}, {"libjvm.so"}, NULL},
	[RUNTIME_JULIA] = {"Julia",
			   {"julia"},
			   {"libjulia.so", "libjulia-internal.so"},
			   NULL},
	[RUNTIME_GO] = {"Go", {NULL}, {NULL}, "\xff Go buildinf:"},
	[RUNTIME_FORTRAN] = {"Intel Fortran",
			     {NULL},
			     {"libifcore.so", "libifcoremt.so"},
			     "forrtl: "},
	[RUNTIME_PETSC] = {"PETSc",
			   {NULL},
			   {"libpetsc.so", "libpetsc_real.so",
			    "libpetsc_complex.so"},
			   "PETSC ERROR: "},
	[RUNTIME_NODE] = {"Node.js", {"node", "nodejs"}, {"libnode.so"}, NULL},
	[RUNTIME_DOTNET] = {".NET", {"dotnet"}, {"libcoreclr.so"}, NULL},
	[RUNTIME_ERLANG] = {"Erlang", {"beam.smp", "beam"}, {NULL}, NULL},
	[RUNTIME_RUBY] = {"Ruby", {"ruby"}, {"libruby.so"}, NULL},
	[RUNTIME_OCTAVE] = {"Octave",
			    {"octave", "octave-cli", "octave-gui"},
			    {NULL},
			    NULL},
	[RUNTIME_SBCL] = {"SBCL", {"sbcl"}, {NULL}, NULL},
};

const char *runtimes_name(enum runtime runtime)
{
	return (size_t)runtime < RUNTIME_COUNT ? runtimes[runtime].name : "";
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
	for (size_t i = 1; i < RUNTIME_COUNT; i++)
		if (runtimes[i].text &&
		    memmem(data, len_bytes, runtimes[i].text,
			   strlen(runtimes[i].text)))
			return (enum runtime)i;
	return RUNTIME_NONE;
}
