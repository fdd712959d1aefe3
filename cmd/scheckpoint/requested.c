/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scheckpoint_requested.c: is the job asked to save and stop? */
#include "cmd/scheckpoint/scheckpoint.h"

int command_requested(struct call *call)
{
	struct ckpt_error err = {0};
	struct ckpt_store *store;
	enum ckpt_status status;
	/* For writing: a script that asks is a program that hears. */
	int code = open_own(call, CKPT_WRITE, &store);

	if (code)
		return code;
	status = ckpt_requested(store, &err);
	if (status == CKPT_NONE)
		code = SAYS_NO;
	else if (status)
		code = say_status(call, status, &err);
	ckpt_close(store);
	return code;
}
