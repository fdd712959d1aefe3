/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * doctor.c: is all well with the installation?  Each thing is looked at by
 * itself, and a line says how it is, what it means and what to do.
 */
#include "cmd/scheckpoint/doctor.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/checks_show.h"
#include "cmd/scheckpoint/doctor_dir.h"
#include "cmd/scheckpoint/doctor_nodes.h"
#include "cmd/scheckpoint/host_conf.h"
#include "cmd/scheckpoint/plugin_check.h"
#include "cmd/scheckpoint/program.h"
#include "cmd/scheckpoint/try.h"

/* Does this machine's sbatch have our options: has it loaded the plugin? */
static void check_sbatch(struct checks *checks)
{
	const char *words[] = {"sbatch", "--help", NULL};
	struct program_output output;
	int code = program_run(words, &output);

	if (output.out && strstr(output.out, "--checkpoint="))
		checks_add(checks, GRADE_OK, "sbatch",
			   "has loaded the plugin: it knows --checkpoint");
	else if (code == 127)
		checks_add(checks, GRADE_UNKNOWN, "sbatch", "%s",
			   program_first_line(output.err));
	else
		check_remedy(checks_add(checks, GRADE_ERROR, "sbatch",
					"has not loaded the plugin: it doesn't "
					"know --checkpoint"),
			     "mend what is said of plugin and plugstack.conf; "
			     "\"sbatch -vv\" tells more");
	program_forget(&output);
}

static void check_versions(const struct site_conf *conf, struct checks *checks)
{
	if (site_conf_same_version(conf->version, conf->ctl_version))
		checks_add(checks, GRADE_OK, "Slurm", "%s, as slurmctld",
			   conf->version);
	else
		check_remedy(checks_add(checks, GRADE_WARNING, "Slurm",
					"%s on this machine, slurmctld has %s",
					conf->version, conf->ctl_version),
			     "each machine needs the plugin that was built for "
			     "its own version");
}

static void check_slurm(struct checks *checks)
{
	char err[CLIENT_ERROR_MAX], path[4096];
	struct site_conf conf;
	bool is_known = host_conf(true, &conf, err);

	plugin_check_all(&conf, path, checks);
	check_sbatch(checks);
	if (is_known) {
		check_versions(&conf, checks);
		site_conf_check_clock(&conf, time(NULL), checks);
		site_conf_check(&conf, checks);
	} else {
		check_remedy(checks_add(checks, GRADE_UNKNOWN, "slurmctld",
					"can't be queried: %s", err),
			     "mend that first; its settings were not looked "
			     "at");
	}
}

/* Where jobs would have their stores; NULL: nothing says so. */
static const char *choose_dir(const struct call *call)
{
	if (call->count)
		return call->operands[0];
	return geteuid() ? "." : NULL;
}

/* Submit a small job, unless an error that was found makes that pointless. */
static void try_it(const struct call *call, const char *dir,
		   struct checks *checks)
{
	char path[PATH_MAX];

	if (checks_worst(checks) == GRADE_ERROR || !realpath(dir, path))
		checks_add(checks, GRADE_UNKNOWN, "try",
			   "no job was submitted: mend the errors first");
	else if (try_small_job(call, path, call_option(call, "json") != NULL,
			       checks))
		checks_add(checks, GRADE_UNKNOWN, "try",
			   "the job could not be submitted");
}

static void check_rest(const struct call *call, struct checks *checks)
{
	const char *dir = choose_dir(call), *nodes = call_option(call, "nodes");
	struct trial trial = {0};

	if (dir)
		trial_begin(&trial, dir, checks);
	else
		checks_add(checks, GRADE_OK, "shared",
			   "no directory was named, so none was tried");
	if (nodes)
		nodes_check(nodes, &trial, checks);
	if (dir && !nodes)
		trial_check_kind(&trial, checks);
	trial_end(&trial);
	if (call_option(call, "try"))
		try_it(call, dir ? dir : ".", checks);
}

int command_doctor(struct call *call)
{
	struct checks checks = {0};
	int code;

	if (call_option(call, "facts"))
		return nodes_print_facts(call, call->count ? call->operands[0]
							   : NULL);
	check_slurm(&checks);
	check_rest(call, &checks);
	code = checks_show(&checks, call_option(call, "json") != NULL);
	checks_free(&checks);
	return code;
}
