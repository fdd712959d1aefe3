/* SPDX-License-Identifier: GPL-2.0-or-later */
/* job_state.c: Slurm's names of a job's states, and what they mean to us. */
#include "requeue/policy/job_state.h"

#include <stddef.h>
#include <string.h>

static const struct {
	const char *name;
	enum job_state state;
} states[] = {
	{"PENDING", STATE_PENDING},	{"RUNNING", STATE_RUNNING},
	{"SUSPENDED", STATE_RUNNING},	{"COMPLETED", STATE_COMPLETED},
	{"CANCELLED", STATE_CANCELLED}, {"FAILED", STATE_FAILED},
	{"TIMEOUT", STATE_TIMEOUT},	{"NODE_FAIL", STATE_NODE_FAIL},
	{"PREEMPTED", STATE_PREEMPTED},
};

enum job_state job_state_from_name(const char *name)
{
	size_t len = strcspn(name, ",");

	if (strstr(name, ",REVOKED"))
		return STATE_OTHER_END;
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strlen(states[i].name) == len &&
		    !strncmp(states[i].name, name, len))
			return states[i].state;
	return STATE_OTHER_END;
}
