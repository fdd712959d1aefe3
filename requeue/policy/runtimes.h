/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * runtimes.h: language runtimes that catch SIGTERM for every program, whether
 * the program saves anything or not.
 *
 * A Java, Go or Node program looks as if it had a handler, because its runtime
 * installs one; what the handler does is to end the program.  Nothing outside
 * of such a process shows whether the program added a handler of its own.
 *
 * All functions are pure and thread-safe.
 */
#ifndef REQUEUE_RUNTIMES_H
#define REQUEUE_RUNTIMES_H

#include <stdbool.h>
#include <stddef.h>

enum runtime {
	RUNTIME_NONE,
	RUNTIME_JAVA,
	RUNTIME_JULIA,
	RUNTIME_GO,
	RUNTIME_FORTRAN, /* Intel's: "forrtl: error (78)" */
	RUNTIME_PETSC,
	RUNTIME_NODE,
	RUNTIME_DOTNET,
	RUNTIME_ERLANG,
	RUNTIME_RUBY,
	RUNTIME_OCTAVE,
	RUNTIME_SBCL,
	RUNTIME_COUNT
};

/* The name for people: "Java"; "" for RUNTIME_NONE. */
const char *runtimes_name(enum runtime runtime);

/* Why a program that the runtime alone makes catch a signal isn't signalled,
 * as a clause for people. */
const char *runtimes_reason(enum runtime runtime);

/* Does the runtime catch the signal in each of its programs? */
bool runtimes_catches(enum runtime runtime, int signum);

/*
 * The runtime that a program is known by.
 *
 * exe   path of the executable; "" where it can't be read
 * comm  the kernel's name of the process
 */
enum runtime runtimes_of_exe(const char *exe, const char *comm);

/* The runtime that a mapped file belongs to, by its path: libjvm.so. */
enum runtime runtimes_of_library(const char *path);

/*
 * The runtime that is linked into a program, by texts that its executable
 * contains.  A text that lies across the end of the piece is not found: the
 * caller lets pieces overlap by RUNTIMES_TEXT_MAX bytes.
 */
#define RUNTIMES_TEXT_MAX 32
enum runtime runtimes_of_bytes(const void *data, size_t len_bytes);

#endif
