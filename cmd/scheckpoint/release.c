/* SPDX-License-Identifier: GPL-2.0-or-later */
/* scheckpoint_release.c: let a version that was set aside be used again. */
#include <stdio.h>

#include "cmd/scheckpoint/scheckpoint.h"

static int release(const struct call *call, struct ckpt_store *store)
{
	struct ckpt_error err = {0};
	enum ckpt_status status;
	uint32_t number;

	if (!parse_number(call->operands[1], UINT32_MAX, &number) || !number)
		return say_error(call,
				 "'%s' is no version; give its number, "
				 "as scheckpoint list shows it",
				 call->operands[1]);
	status = ckpt_clear_marks(store, number, &err);
	if (status)
		return say_status(call, status, &err);
	printf("version %u may be restored again, if it is whole\n", number);
	return SAYS_YES;
}

int command_release(struct call *call)
{
	return each_store(call, call->operands[0], CKPT_WRITE, release);
}
