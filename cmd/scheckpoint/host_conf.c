/* SPDX-License-Identifier: GPL-2.0-or-later */
/* host_conf.c: what Slurm is installed here, and what its configuration says.
 */
#include "cmd/scheckpoint/host_conf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/scheckpoint/program.h"
#include "cmd/scheckpoint/slurm.h"
#include "requeue/slurm/conf_text.h"
#include "requeue/slurm/ctl.h"

/* The helper knows the version that it was built for.  What loads the plugin is
 * the Slurm whose commands are here. */
static void ask_commands(struct site_conf *conf)
{
	const char *words[] = {"scontrol", "--version", NULL};
	struct program_output output;

	if (program_run(words, &output) == 0 && output.out)
		sscanf(output.out, "slurm%*[^0-9]%63s", conf->version);
	program_forget(&output);
}

bool host_conf(bool with_site, struct site_conf *conf,
	       char err[CLIENT_ERROR_MAX])
{
	const char *words[] = {"conf", with_site ? "site" : "host", NULL};
	char *text = NULL;
	bool is_good;

	is_good = slurm_call(words, &text, err) == CTL_OK;
	conf_read(conf, text ? text : "");
	ask_commands(conf);
	free(text);
	return is_good;
}
