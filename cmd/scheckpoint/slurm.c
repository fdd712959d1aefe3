/* SPDX-License-Identifier: GPL-2.0-or-later */
/* slurm.c: what slurmctld says, for the commands of scheckpoint. */
#include "cmd/scheckpoint/slurm.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/say.h"
#include "requeue/settings/site.h"
#include "requeue/slurm/ctl.h"

/* SCHECKPOINT_HELPERS is for tests. */
static void find_helpers(struct site *site)
{
	const char *dir = getenv("SCHECKPOINT_HELPERS");

	site_init(site);
	if (dir && dir[0])
		snprintf(site->helpers, sizeof(site->helpers), "%s", dir);
}

/* Set why there is no reply, from what the helper complained of.
 * words: with which it was called */
static void read_trouble(char trouble[SLURM_TROUBLE_MAX], int code,
			 const char *err, const char *words)
{
	char prefix[64];
	int len = snprintf(prefix, sizeof(prefix), "rpc: %s: ", words);
	const char *reason = strncmp(err, prefix, (size_t)len) ? err
							       : err + len;

	if (code == CTL_AWAY)
		snprintf(trouble, SLURM_TROUBLE_MAX,
			 "slurmctld doesn't answer%s%.400s%s",
			 reason[0] ? " (" : "", reason, reason[0] ? ")" : "");
	else if (code != CTL_GONE)
		snprintf(trouble, SLURM_TROUBLE_MAX, "%s",
			 reason[0] ? reason : "slurmctld can't be asked");
}

bool slurm_query(uint32_t job_id, struct slurm_reply *reply)
{
	char err[CLIENT_ERROR_MAX], words[32];
	struct site site;
	int code;

	memset(reply, 0, sizeof(*reply));
	find_helpers(&site);
	code = client_load(site.helpers, job_id, CLIENT_NO_TIMEOUT, &reply->job,
			   err);
	reply->is_known = code == CTL_OK;
	snprintf(words, sizeof(words), "load %" PRIu32, job_id);
	if (code != CTL_OK)
		read_trouble(reply->trouble, code, err, words);
	return reply->is_known;
}

bool slurm_each(const char *whose,
		bool (*each)(const struct job *job, void *arg), void *arg,
		char trouble[SLURM_TROUBLE_MAX])
{
	const char *const words[] = {"list", whose, NULL};
	char err[CLIENT_ERROR_MAX], said[64], *text, *at, *end;
	int code = slurm_call(words, &text, err);

	trouble[0] = '\0';
	snprintf(said, sizeof(said), "list %s", whose);
	if (code != CTL_OK)
		read_trouble(trouble, code, err, said);
	for (at = text; code == CTL_OK && (end = strstr(at, "\n\n"));
	     at = end + 2) {
		struct job job = {0};
		bool goes_on = true;

		*end = '\0';
		if (job_decode(&job, at))
			goes_on = each(&job, arg);
		job_forget(&job);
		if (!goes_on)
			break;
	}
	free(text);
	return code == CTL_OK;
}

void slurm_forget(struct slurm_reply *reply)
{
	job_forget(&reply->job);
	memset(reply, 0, sizeof(*reply));
}

bool slurm_is_running(const struct slurm_reply *reply)
{
	return reply->is_known && reply->job.state == STATE_RUNNING &&
	       !reply->job.is_suspended;
}

int slurm_say_unknown(const struct call *call, const char *name,
		      const struct slurm_reply *reply)
{
	if (reply->trouble[0])
		return say_error(call, "%s: %s", name, reply->trouble);
	return say_error(call, "Slurm doesn't know %s (any more)", name);
}

int slurm_call(const char *const *words, char **out, char err[CLIENT_ERROR_MAX])
{
	struct site site;
	char *text;
	int code;

	find_helpers(&site);
	code = client_call(site.helpers, words, CLIENT_NO_TIMEOUT, &text, err);
	if (out)
		*out = text;
	else
		free(text);
	return code;
}
