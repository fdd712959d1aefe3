/* SPDX-License-Identifier: GPL-2.0-or-later */
/* call.c: the options of one call. */
#include "cmd/scheckpoint/call.h"

#include <stddef.h>
#include <string.h>

const char *call_option(const struct call *call, const char *name)
{
	for (size_t i = 0; call->command->options[i].name; i++)
		if (!strcmp(call->command->options[i].name, name))
			return call->values[i];
	return NULL;
}
