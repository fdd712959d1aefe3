/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * plugin_check.c: the plugin's line in plugstack.conf, its file and its
 * helpers, judged as sbatch and slurmd read them.  Nothing is queried.
 */
#include "cmd/scheckpoint/plugin_check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/scheckpoint/plugin_file.h"
#include "requeue/settings/site.h"

#define USUAL "/etc/slurm/plugstack.conf"

/* Judge one helper; false: the entry says what is wrong. */
static bool check_helper(const char *path, struct checks *checks)
{
	struct stat st;

	if (stat(path, &st) || access(path, X_OK)) {
		check_remedy(checks_add(checks, GRADE_ERROR, "helpers",
					"%s can't be run: %s", path,
					strerror(errno)),
			     "install it again (mode 0711), or name its "
			     "directory by helpers=DIR in plugstack.conf");
		return false;
	}
	if (st.st_mode & (S_IWGRP | S_IWOTH)) {
		check_remedy(checks_add(checks, GRADE_ERROR, "helpers",
					"%s has mode %04o: other users may "
					"change what runs as every job's "
					"owner",
					path, (unsigned)st.st_mode & 07777),
			     "chmod 0711 %s", path);
		return false;
	}
	if ((st.st_mode & (S_IRGRP | S_IROTH)) ||
	    (st.st_uid != 0 && st.st_uid != geteuid())) {
		check_remedy(checks_add(checks, GRADE_WARNING, "helpers",
					"%s has owner %u and mode %04o", path,
					(unsigned)st.st_uid,
					(unsigned)st.st_mode & 07777),
			     "chown root %s; chmod 0711 %s", path, path);
		return false;
	}
	return true;
}

static void check_helpers(const struct site *site, struct checks *checks)
{
	static const char *const helpers[] = {"supervise", "settle", "rpc",
					      "deliver",   "notice", "method"};
	char path[SETTINGS_PATH_LEN + 16];
	bool are_good = true;

	for (size_t i = 0; i < sizeof(helpers) / sizeof(helpers[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", site->helpers,
			 helpers[i]);
		are_good &= check_helper(path, checks);
	}
	if (are_good)
		checks_add(checks, GRADE_OK, "helpers",
			   "all there in %s, with owner and mode as installed",
			   site->helpers);
}

static void check_file(const struct plugin_line *line, const char *path,
		       const struct site_conf *conf, struct checks *checks)
{
	char version[PLUGIN_VERSION_MAX];
	struct check *check;
	struct stat st;

	/* Without a version nothing says where names without a slash are. */
	if (!conf->version[0] && path[0] != '/')
		return;
	if (access(path, R_OK)) {
		check = checks_add(checks, GRADE_ERROR, "plugin", "%s: %s: %s",
				   line->where, path, strerror(errno));
		check_remedy(
			check, "%s",
			line->is_required
				? "install it, or remove the line: without "
				  "the plugin no job can be submitted"
				: "install it, or correct the line");
	} else if (!plugin_version(path, version)) {
		check_remedy(checks_add(checks, GRADE_ERROR, "plugin",
					"%s is no plugin of Slurm", path),
			     "install it again");
	} else if (stat(path, &st) == 0 && (st.st_mode & (S_IWGRP | S_IWOTH))) {
		check_remedy(checks_add(checks, GRADE_ERROR, "plugin",
					"%s has mode %04o: other users may "
					"change what slurmd loads as root",
					path, (unsigned)st.st_mode & 07777),
			     "chmod 0755 %s", path);
	} else if (conf->version[0] &&
		   !site_conf_same_version(version, conf->version)) {
		check_remedy(checks_add(checks, GRADE_ERROR, "plugin",
					"%s was built for Slurm %s and isn't "
					"loaded by Slurm %s",
					path, version, conf->version),
			     "build and install it for the Slurm of this "
			     "machine");
	} else {
		checks_add(checks, GRADE_OK, "plugin", "%s, built for Slurm %s",
			   path, version);
	}
}

void plugin_check(const struct plugin_line *line, const struct site_conf *conf,
		  char *path, struct checks *checks)
{
	char err[SETTINGS_ERROR_LEN];
	struct site site;

	plugin_find(line->path, conf->plugin_dirs, path, 4096);
	check_file(line, path, conf, checks);
	if (site_read_line(&site, line->arguments, err, sizeof(err)) < 0) {
		check_remedy(checks_add(checks, GRADE_ERROR, "plugstack.conf",
					"%s: %s", line->where, err),
			     "correct it: until then sbatch refuses "
			     "--checkpoint");
		return;
	}
	checks_add(checks, GRADE_OK, "plugstack.conf",
		   "%s: %s, its arguments are valid", line->where,
		   line->is_required ? "required" : "optional");
	check_helpers(&site, checks);
}

static void check_count(const struct plugstack *stack, const char *file,
			struct checks *checks)
{
	if (!stack->count)
		check_remedy(checks_add(checks, GRADE_ERROR, "plugstack.conf",
					"no line of %s loads the plugin%s%s",
					file, stack->trouble[0] ? ": " : "",
					stack->trouble),
			     "add \"optional spank_checkpoint.so\", or a line "
			     "that includes the file with it; see "
			     "spank_checkpoint(8)");
	else if (stack->trouble[0])
		checks_add(checks, GRADE_WARNING, "plugstack.conf",
			   "a file could not be read: %s", stack->trouble);
	if (stack->count > 1)
		check_remedy(checks_add(checks, GRADE_ERROR, "plugstack.conf",
					"%zu lines load the plugin, %s and %s",
					stack->count, stack->lines[0].where,
					stack->lines[1].where),
			     "remove all but one");
}

void plugin_check_all(const struct site_conf *conf, char *path,
		      struct checks *checks)
{
	const char *file = conf->plugstack[0] ? conf->plugstack : USUAL;
	struct plugstack stack;

	path[0] = '\0';
	plugstack_read(&stack, file);
	check_count(&stack, file, checks);
	if (stack.count)
		plugin_check(&stack.lines[0], conf, path, checks);
	plugstack_free(&stack);
}
