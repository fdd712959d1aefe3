/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * layout.c: prints what a program that was compiled with ckptstate.h depends
 * on: values, sizes and places of members.
 */
#include <stdio.h>

#include "lib/ckptstate.h"

#define member(type, name)                                                     \
	printf("%s.%s at %zu, %zu bytes\n", #type, #name,                      \
	       offsetof(struct type, name), sizeof(((struct type *)0)->name))
#define value(name) printf("%s = %d\n", #name, (int)(name))

int main(void)
{
	value(CKPT_OK);
	value(CKPT_NONE);
	value(CKPT_STALE);
	value(CKPT_UNSURE);
	value(CKPT_EINVAL);
	value(CKPT_EIO);
	value(CKPT_DAMAGED);
	value(CKPT_FOREIGN);
	value(CKPT_SCHEMA);
	value(CKPT_NEWER);
	value(CKPT_LIMIT);
	value(CKPT_ENOMEM);
	value(CKPT_READ);
	value(CKPT_WRITE);
	value(CKPT_CREATE);
	value(CKPT_RUN_PRESENT);
	printf("ckpt_error: %zu bytes\n", sizeof(struct ckpt_error));
	member(ckpt_error, errnum);
	member(ckpt_error, text);
	printf("ckpt_version: %zu bytes\n", sizeof(struct ckpt_version));
	member(ckpt_version, number);
	member(ckpt_version, run);
	member(ckpt_version, time_s);
	member(ckpt_version, progress);
	member(ckpt_version, bytes);
	member(ckpt_version, files);
	member(ckpt_version, schema);
	member(ckpt_version, schema_name);
	member(ckpt_version, strikes);
	member(ckpt_version, is_aside);
	member(ckpt_version, reason);
	member(ckpt_version, shards);
	member(ckpt_version, took_s);
	return 0;
}
