/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scheckpoint_progress.c: tell how much of the whole job is done. */
#include "cmd/scheckpoint/scheckpoint.h"

int command_progress(struct call *call)
{
	struct ckpt_error err = {0};
	struct ckpt_store *store;
	enum ckpt_status status;
	double progress;
	int code;

	if (!parse_fraction(call->operands[0], &progress))
		return say_error(call,
				 "'%s' is no progress; give a number "
				 "from 0 to 1, such as 0.42",
				 call->operands[0]);
	code = open_own(call, CKPT_WRITE, &store);
	if (code)
		return code;
	status = ckpt_progress(store, progress, &err);
	if (status)
		code = say_status(call, status, &err);
	ckpt_close(store);
	return code;
}
