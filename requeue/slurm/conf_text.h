/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_text.h: the text form of a site's configuration, which the helper rpc
 * prints and scheckpoint reads.  Pure but for memory, and thread-safe. */
#ifndef CONF_TEXT_H
#define CONF_TEXT_H

#include <stdbool.h>
#include <stdio.h>

#include "requeue/policy/site_conf.h"

/* Write a line for each field. */
void conf_write(const struct site_conf *conf, FILE *out);

/* Read such lines; what has no line is 0 or "".  False: there is no version of
 * Slurm, or no memory. */
bool conf_read(struct site_conf *conf, const char *text);

#endif
