/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify.c: compare versions with their manifests. */
#include "cmd/scheckpoint/verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/find.h"
#include "cmd/scheckpoint/parse.h"
#include "cmd/scheckpoint/say.h"

static int verify_one(const struct call *call, struct ckpt_store *store,
		      uint32_t number)
{
	struct ckpt_error err = {0};
	enum ckpt_status status = ckpt_verify(store, number, &err);
	char clean[sizeof(err.text)];

	switch (status) {
	case CKPT_OK:
		printf("version %" PRIu32 ": good\n", number);
		return SAYS_YES;
	case CKPT_DAMAGED:
	case CKPT_LIMIT:
		printf("version %" PRIu32 ": DAMAGED: %s\n", number,
		       say_clean(clean, sizeof(clean), err.text));
		return SAYS_NO;
	default:
		return say_status(call, status, &err);
	}
}

static int verify_all(const struct call *call, struct ckpt_store *store)
{
	struct ckpt_version *list = NULL;
	struct ckpt_error err = {0};
	enum ckpt_status status;
	size_t count = 0;
	int code = SAYS_YES;

	status = ckpt_list(store, &list, &count, &err);
	if (status)
		return say_status(call, status, &err);
	if (!count) {
		say_error(call, "there is no version in %s", ckpt_dir(store));
		code = SAYS_NO;
	}
	for (size_t i = 0; i < count; i++) {
		int one = verify_one(call, store, list[i].number);

		if (one > code)
			code = one;
	}
	free(list);
	return code;
}

static int show(const struct call *call, struct ckpt_store *store)
{
	uint32_t number;

	if (call->count < 2)
		return verify_all(call, store);
	if (parse_version(call, call->operands[1], &number))
		return SAYS_ERROR;
	return verify_one(call, store, number);
}

int command_verify(struct call *call)
{
	return each_store(call, call->count ? call->operands[0] : NULL,
			  CKPT_READ, show);
}
