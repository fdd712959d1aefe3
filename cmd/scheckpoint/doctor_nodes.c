/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * doctor_nodes.c: the same plugin and helpers on all nodes?
 *
 * Each node runs "scheckpoint doctor --facts" in a task of one srun, which
 * prints a line of JSON.  No node calls slurmctld.
 */
#include "cmd/scheckpoint/doctor_nodes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/host_conf.h"
#include "cmd/scheckpoint/plugin_check.h"
#include "cmd/scheckpoint/plugin_file.h"
#include "cmd/scheckpoint/program.h"
#include "cmd/scheckpoint/say.h"

/* srun gives up where the nodes aren't free by then. */
#define FREE_S	  "60"
#define SKEW_MS	  5000
#define WORDS_MAX 20
/* So many nodes are named in one line. */
#define NAMED_MAX 8

static int64_t time_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ------------------------------------------------------ what a machine has */

/* Slurm's name of the node; several may share a machine in tests. */
static void node_name(char *name, size_t size)
{
	const char *node = getenv("SLURMD_NODENAME");

	if (node && node[0] && !strchr(node, '/'))
		snprintf(name, size, "%s", node);
	else if (gethostname(name, size))
		snprintf(name, size, "unknown");
}

/* The first entry that isn't well, as one text. */
static void set_trouble(struct ckpt_record *facts, const struct checks *checks)
{
	for (size_t i = 0; i < checks->count; i++) {
		const struct check *check = &checks->list[i];

		if (check->grade == GRADE_OK)
			continue;
		ckpt_record_set_str(facts, "trouble", check->text);
		ckpt_record_set_str(facts, "remedy", check->remedy);
		ckpt_record_set_str(facts, "what", check->name);
		return;
	}
}

static struct ckpt_record *facts_here(void)
{
	struct ckpt_record *facts = ckpt_record_new("facts");
	char err[CLIENT_ERROR_MAX], path[4096] = "", name[256];
	char version[PLUGIN_VERSION_MAX] = "", hex[CKPT_DIGEST_LENGTH + 1] = "";
	struct checks checks = {0};
	struct site_conf conf;

	if (!host_conf(false, &conf, err)) {
		check_remedy(
			checks_add(&checks, GRADE_ERROR, "helpers", "%s", err),
			"install the helpers there");
	} else {
		plugin_check_all(&conf, path, &checks);
		ckpt_record_set_str(facts, "slurm", conf.version);
	}
	if (path[0]) {
		plugin_version(path, version);
		file_digest(path, hex);
	}
	node_name(name, sizeof(name));
	ckpt_record_set_str(facts, "node", name);
	ckpt_record_set_str(facts, "version", version);
	ckpt_record_set_str(facts, "digest", hex);
	ckpt_record_set_int(facts, "now_ms", time_ms());
	set_trouble(facts, &checks);
	checks_free(&checks);
	return facts;
}

int nodes_print_facts(const struct call *call, const char *place)
{
	struct ckpt_record *facts = facts_here();
	int code = SAYS_YES;

	if (place)
		trial_visit(place, ckpt_record_str(facts, "node"), facts);
	if (ckpt_record_failed(facts)) {
		code = say_error(call, "out of memory");
	} else {
		say_json(ckpt_record_json(facts));
		putchar('\n');
	}
	ckpt_record_free(facts);
	return code;
}

/* ---------------------------------------------------------------- compare */

/* "" where the node hasn't said it. */
static const char *fact(const struct ckpt_record *facts, const char *key)
{
	const char *value = ckpt_record_str(facts, key);

	return value ? value : "";
}

/* Nodes to which the same thing applies. */
struct names {
	unsigned count;
	char text[1024];
};

static void add_name(struct names *names, const char *name)
{
	size_t used = strlen(names->text);

	if (names->count++ < NAMED_MAX)
		snprintf(names->text + used, sizeof(names->text) - used,
			 "%s%.100s", used ? "," : "", name);
	else if (names->count == NAMED_MAX + 1)
		snprintf(names->text + used, sizeof(names->text) - used,
			 " and more");
}

struct comparison {
	const struct ckpt_record *own;
	const struct trial *trial;
	struct checks *checks;
	int64_t start_ms, end_ms;
	unsigned count; /* of nodes that replied */
	unsigned alike; /* of these with the same plugin, and no trouble */
	struct names others, visitors, strangers, skewed;
	int64_t skew_ms; /* the largest of those */
	char other_version[PLUGIN_VERSION_MAX];
};

static void compare_trial(struct comparison *all,
			  const struct ckpt_record *facts, const char *node)
{
	if (!all->trial->place[0])
		return;
	if (!strcmp(fact(facts, "token"), all->trial->token) &&
	    trial_was_visited(all->trial, node))
		add_name(&all->visitors, node);
	else
		add_name(&all->strangers, node);
}

/* The task ran between start and end by this machine's clock. */
static void compare_clock(struct comparison *all, int64_t now_ms,
			  const char *node)
{
	int64_t skew_ms = now_ms > all->end_ms	   ? now_ms - all->end_ms
			  : now_ms < all->start_ms ? now_ms - all->start_ms
						   : 0;

	if (llabs(skew_ms) < SKEW_MS)
		return;
	add_name(&all->skewed, node);
	if (llabs(skew_ms) > llabs(all->skew_ms))
		all->skew_ms = skew_ms;
}

static void compare_node(struct comparison *all,
			 const struct ckpt_record *facts)
{
	const char *node = fact(facts, "node");
	const char *trouble = fact(facts, "trouble");
	const char *digest = fact(facts, "digest");

	all->count++;
	if (trouble[0])
		check_remedy(checks_add(all->checks, GRADE_ERROR, "nodes",
					"%s: %s: %s", node, fact(facts, "what"),
					trouble),
			     "%s", fact(facts, "remedy"));
	else if (!strcmp(digest, fact(all->own, "digest")))
		all->alike++;
	else {
		add_name(&all->others, node);
		snprintf(all->other_version, sizeof(all->other_version), "%s",
			 fact(facts, "version"));
	}
	compare_trial(all, facts, node);
	compare_clock(all, ckpt_record_int(facts, "now_ms", 0), node);
}

/* Read a line of each node; lines of others, such as a prolog's, are left out.
 */
static void compare_lines(struct comparison *all, char *text)
{
	char *rest = text, *line;
	size_t used;

	while ((line = strsep(&rest, "\n"))) {
		struct ckpt_record *facts =
			line[0] == '{'
				? ckpt_record_part(line, strlen(line), &used)
				: NULL;

		if (facts && !strcmp(ckpt_record_kind(facts), "facts"))
			compare_node(all, facts);
		ckpt_record_free(facts);
	}
}

static void conclude(const struct comparison *all)
{
	struct checks *checks = all->checks;

	if (all->others.count)
		check_remedy(
			checks_add(checks, GRADE_ERROR, "nodes",
				   "%s: another plugin (built for Slurm %s) "
				   "than on this machine",
				   all->others.text, all->other_version),
			"install the same on all machines");
	if (all->alike)
		checks_add(checks, GRADE_OK, "nodes",
			   "%u of %u have the plugin of this machine, and "
			   "helpers as installed",
			   all->alike, all->count);
	if (all->skewed.count)
		check_remedy(
			checks_add(checks, GRADE_WARNING, "node clocks",
				   "%s: %" PRId64 " s %s this machine's",
				   all->skewed.text,
				   (int64_t)llabs(all->skew_ms) / 1000,
				   all->skew_ms < 0 ? "behind" : "ahead of"),
			"run chrony or ntpd there");
	else if (all->count)
		checks_add(checks, GRADE_OK, "node clocks",
			   "agree with this machine's to %d s", SKEW_MS / 1000);
	if (all->strangers.count)
		check_remedy(checks_add(checks, GRADE_ERROR, "shared",
					"%s: what is written in %s isn't there "
					"on the other side",
					all->strangers.text, all->trial->dir),
			     "use a directory that all nodes share, and may "
			     "write to");
	else if (all->visitors.count)
		checks_add(
			checks, GRADE_OK, "shared",
			"%u node%s read and wrote in %s", all->visitors.count,
			all->visitors.count == 1 ? "" : "s", all->trial->dir);
}

/* ------------------------------------------------------------------- srun */

/* How many nodes the list stands for, and its names; "ALL": those that are up.
 * 0: it can't be told, and the checks say so. */
static unsigned list_nodes(const char *nodes, char **list,
			   struct checks *checks)
{
	bool is_all = !strcmp(nodes, "ALL");
	const char *words[] = {"sinfo",
			       "-h",
			       "-N",
			       is_all ? "--responding" : "-n",
			       is_all ? "--format=%N" : nodes,
			       is_all ? NULL : "--format=%N",
			       NULL};
	struct program_output output;
	unsigned count = 0;
	char *rest, *name, *last = NULL;
	size_t size;
	FILE *to = open_memstream(list, &size);
	int code = program_run(words, &output);

	/* A node of several partitions has a line for each, one after the
	 * other. */
	for (rest = output.out; to && (name = strsep(&rest, "\n"));) {
		if (!name[0] || (last && !strcmp(last, name)))
			continue;
		fprintf(to, "%s%s", count++ ? "," : "", name);
		last = name;
	}
	if (to)
		fclose(to);
	if (!count)
		checks_add(checks, GRADE_UNKNOWN, "nodes",
			   "%s can't be listed: %s", nodes,
			   code ? program_first_line(output.err)
				: "there is no such node, or none is up");
	program_forget(&output);
	return count;
}

static int run_srun(const char *list, unsigned count, const char *place,
		    struct program_output *output)
{
	char own[4096], number[16];
	ssize_t len = readlink("/proc/self/exe", own, sizeof(own) - 1);
	const char *words[WORDS_MAX] = {
		"srun",
		"--nodelist",
		list,
		"--nodes",
		number,
		"--ntasks-per-node=1",
		"--time=2",
		"--immediate=" FREE_S,
		"--job-name=scheckpoint-doctor",
		"--mem=0",
		"--quiet",
		"--kill-on-bad-exit=0",
		own,
		"doctor",
		"--facts",
		place[0] ? place : NULL,
		NULL,
	};

	own[len > 0 ? len : 0] = '\0';
	snprintf(number, sizeof(number), "%u", count);
	return program_run(words, output);
}

static void say_missing(unsigned missing, unsigned count, char *err,
			struct checks *checks)
{
	char *why = program_first_line(err);

	check_remedy(checks_add(checks, GRADE_UNKNOWN, "nodes",
				"%u of %u said nothing%s%s", missing, count,
				why && why[0] ? ": " : "", why ? why : ""),
		     "name nodes of one partition that are up and free "
		     "(SLURM_PARTITION and SLURM_ACCOUNT count), or run "
		     "\"scheckpoint doctor\" on each");
}

void nodes_check(const char *nodes, const struct trial *trial,
		 struct checks *checks)
{
	struct ckpt_record *own = facts_here();
	struct comparison all = {.own = own, .trial = trial, .checks = checks};
	struct program_output output;
	char *list = NULL;
	unsigned count = list_nodes(nodes, &list, checks);

	if (count) {
		all.start_ms = time_ms();
		run_srun(list, count, trial->place, &output);
		all.end_ms = time_ms();
		compare_lines(&all, output.out);
		conclude(&all);
		if (all.count < count)
			say_missing(count - all.count, count, output.err,
				    checks);
		program_forget(&output);
	}
	free(list);
	ckpt_record_free(own);
}
