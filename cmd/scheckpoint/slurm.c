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

/* Set why there is no reply, from what the helper complained of. */
static void read_trouble(struct slurm_reply *reply, int code, const char *err,
			 uint32_t job_id)
{
	char prefix[64];
	int len = snprintf(prefix, sizeof(prefix), "rpc: load %" PRIu32 ": ",
			   job_id);
	const char *reason = strncmp(err, prefix, (size_t)len) ? err
							       : err + len;

	if (code == CTL_AWAY)
		snprintf(reply->trouble, sizeof(reply->trouble),
			 "slurmctld doesn't answer%s%.400s%s",
			 reason[0] ? " (" : "", reason, reason[0] ? ")" : "");
	else if (code != CTL_GONE)
		snprintf(reply->trouble, sizeof(reply->trouble), "%s",
			 reason[0] ? reason : "slurmctld can't be asked");
}

bool slurm_query(uint32_t job_id, struct slurm_reply *reply)
{
	char err[CLIENT_ERROR_MAX];
	struct site site;
	int code;

	memset(reply, 0, sizeof(*reply));
	find_helpers(&site);
	code = client_load(site.helpers, job_id, CLIENT_NO_TIMEOUT, &reply->job,
			   err);
	reply->is_known = code == CTL_OK;
	if (code != CTL_OK)
		read_trouble(reply, code, err, job_id);
	return reply->is_known;
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
