/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * method.h: a method saves the job's programs from outside
 * (--checkpoint-method).  No signal is sent and nothing is frozen; the run has
 * saved if, and only if, the version was committed.
 *
 * Where a save fails, the programs compute on, and what holds for programs that
 * save themselves holds for the rest of the run.
 */
#ifndef METHOD_H
#define METHOD_H

#include <stdbool.h>
#include <stdint.h>

#include "requeue/supervise/context.h"
#include "requeue/supervise/jobscript.h"

enum method_step {
	METHOD_BEGINS, /* the programs are started, or restored */
	METHOD_IDLE,   /* they compute */
	METHOD_SAVES,
	METHOD_CONTINUES, /* they are to compute on */
	METHOD_DISCARDS,  /* they are to end: their state is saved */
};

/* All zeros: at the start of a run. */
struct method {
	enum method_step step;
	bool has_failed;   /* to save: the program's own rules hold */
	bool is_requested; /* a request waits for the save */
	bool is_interval;  /* the save goes on, and RUN_EV_SAVED follows */
	bool has_saved;	   /* what was requested */
	bool falls_back;   /* see method_falls_back() */
	pid_t tree;	   /* the verb that runs the programs */
	int64_t until_ms;  /* when the step has had its time; 0 none */
	uint32_t newest;   /* version of this run before the save; 0 none */
};

/* Does the method save this run, so that nothing is frozen and signalled? */
bool method_is_on(const struct method *method, const struct context *ctx);

/* A request is made: save, commit, end the programs.  Posts RUN_EV_DELIVERED
 * and RUN_EV_PROGRAMS_ENDED when the version is committed. */
void method_request(struct method *method, struct context *ctx);

/* Save, and let the programs compute on.  Posts RUN_EV_SAVED when that is
 * over. */
void method_save(struct method *method, struct context *ctx);

/* CHILD_METHOD has ended. */
void method_child_ended(struct method *method, struct context *ctx,
			const struct jobscript *script, int wait_status);

/* A requested save has failed: true once, and what is requested of programs is
 * to be requested now. */
bool method_falls_back(struct method *method);

/* Take the word that the programs compute, and end what has had its time. */
void method_look(struct method *method, struct context *ctx);

/* How long the loop may sleep before the next look; -1: until something
 * happens. */
int64_t method_wait_ms(const struct method *method);

/* Has the script ended before the method could start or restore it?  Then the
 * run has not begun. */
bool method_never_began(const struct method *method, const struct context *ctx,
			const struct jobscript *script);

/* The run is over: end the method's child. */
void method_end(struct method *method, struct context *ctx);

#endif
