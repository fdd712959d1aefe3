/* SPDX-License-Identifier: GPL-2.0-or-later */
/* conf_text.c: the text form of a site's configuration. */
#include "requeue/slurm/conf_text.h"

#include <stdlib.h>
#include <string.h>

#include "requeue/slurm/lines.h"

static const struct line lines[] = {
	LINE(site_conf, "version", LINE_TEXT, version),
	LINE(site_conf, "slurm_conf", LINE_TEXT, slurm_conf),
	LINE(site_conf, "plugstack", LINE_TEXT, plugstack),
	LINE(site_conf, "plugin_dirs", LINE_TEXT, plugin_dirs),
	LINE(site_conf, "ctl_version", LINE_TEXT, ctl_version),
	LINE(site_conf, "now", LINE_LONG, now_s),
	LINE(site_conf, "preempt", LINE_COUNT, preempt),
	LINE(site_conf, "no_grace", LINE_TEXT, no_grace),
	LINE(site_conf, "with_grace", LINE_TEXT, with_grace),
	LINE(site_conf, "suspending", LINE_TEXT, suspending),
	LINE(site_conf, "cancelling", LINE_TEXT, cancelling),
	LINE(site_conf, "user_signal", LINE_FLAG, has_user_signal),
	LINE(site_conf, "kill_wait", LINE_LONG, kill_wait_s),
	LINE(site_conf, "job_requeue", LINE_FLAG, job_requeue),
	LINE(site_conf, "requeue_delay", LINE_LONG, requeue_delay_s),
	LINE(site_conf, "max_batch_requeue", LINE_LONG, max_batch_requeue),
	LINE(site_conf, "unkillable", LINE_LONG, unkillable_s),
	LINE(site_conf, "kill_on_bad_exit", LINE_FLAG, kill_on_bad_exit),
	LINE(site_conf, "proctrack", LINE_TEXT, proctrack),
	LINE(site_conf, "over_limit_min", LINE_LONG, over_limit_min),
	LINE(site_conf, "epilog", LINE_TEXT, epilog),
};
#define LINES (sizeof(lines) / sizeof(lines[0]))

void conf_write(const struct site_conf *conf, FILE *out)
{
	lines_write(out, lines, LINES, conf);
}

bool conf_read(struct site_conf *conf, const char *text)
{
	char *copy = strdup(text), *rest = copy, *key, *value;

	memset(conf, 0, sizeof(*conf));
	while (lines_next(&rest, &key, &value))
		lines_read(lines, LINES, conf, key, value);
	free(copy);
	return conf->version[0] != '\0';
}
