/* SPDX-License-Identifier: GPL-2.0-or-later */
/* watch_programs.h: where a job's programs work.  Not thread-safe. */
#ifndef WATCH_PROGRAMS_H
#define WATCH_PROGRAMS_H

#include "requeue/process/watcher.h"

/*
 * Watch the directories to which the job's programs and their open files lead.
 *
 * is_new  all are looked at; else only files that were opened since
 */
void watch_programs_look(struct watcher *w, bool is_new);

#endif
