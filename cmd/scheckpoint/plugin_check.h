/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin_check.h: the plugin's line in plugstack.conf, its file and its
 * helpers, judged. */
#ifndef PLUGIN_CHECK_H
#define PLUGIN_CHECK_H

#include "cmd/scheckpoint/plugstack.h"
#include "requeue/policy/site_conf.h"

/*
 * Judge one line: its arguments, the plugin's file and its version, the
 * helpers.
 *
 * conf  of this machine; without a version only the file's presence counts
 * path  set to the plugin's path; 4096 bytes
 */
void plugin_check(const struct plugin_line *line, const struct site_conf *conf,
		  char *path, struct checks *checks);

/* Judge all lines of the file that conf names, or of the usual one.  path: as
 * above, "" where no line loads the plugin. */
void plugin_check_all(const struct site_conf *conf, char *path,
		      struct checks *checks);

#endif
