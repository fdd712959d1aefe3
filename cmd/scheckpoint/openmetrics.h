/* SPDX-License-Identifier: GPL-2.0-or-later */
/* openmetrics.h: the report for a monitoring system. */
#ifndef OPENMETRICS_H
#define OPENMETRICS_H

#include <stdint.h>
#include <stdio.h>

#include "cmd/scheckpoint/tally.h"

/* Write the sums as OpenMetrics text, which the textfile collector of
 * node-exporter reads as well.  since_s: of the report; 0 unknown. */
void openmetrics_write(FILE *out, const struct tally_sums *groups, size_t count,
		       int64_t since_s);

#endif
