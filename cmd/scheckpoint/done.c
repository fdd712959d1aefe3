/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scheckpoint_done.c: say that the job is finished. */
#include "cmd/scheckpoint/scheckpoint.h"

int command_done(struct call *call)
{
	struct ckpt_error err = {0};
	struct ckpt_store *store;
	enum ckpt_status status;
	int code = open_own(call, CKPT_WRITE, &store);

	if (code)
		return code;
	status = ckpt_done(store, &err);
	if (status)
		code = say_status(call, status, &err);
	ckpt_close(store);
	return code;
}
