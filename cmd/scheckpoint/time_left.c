/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scheckpoint_time_left.c: print the seconds until this run ends. */
#include <inttypes.h>
#include <stdio.h>

#include "cmd/scheckpoint/scheckpoint.h"

int command_time_left(struct call *call)
{
	struct ckpt_error err = {0};
	struct ckpt_store *store;
	enum ckpt_status status;
	int64_t seconds;
	int code = open_own(call, CKPT_READ, &store);

	if (code)
		return code;
	status = ckpt_time_left(store, &seconds, &err);
	if (status) {
		say_status(call, status, &err);
		code = status == CKPT_NONE ? SAYS_NO : SAYS_ERROR;
	} else {
		printf("%" PRId64 "\n", seconds);
	}
	ckpt_close(store);
	return code;
}
