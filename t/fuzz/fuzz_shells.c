/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_shells.c: job scripts, in which traps are looked for. */
#include <signal.h>

#include "fuzz.h"
#include "requeue/policy/handmade.h"
#include "requeue/policy/passing.h"
#include "requeue/policy/traps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	must(text);
	memcpy(text, data, size);
	text[size] = '\0';
	traps_has(text, SIGTERM);
	traps_has(text, SIGUSR1);
	passing_is_done(text, SIGTERM);
	handmade_submits(text, SIGTERM);
	handmade_requeues(text, HANDMADE_EXIT);
	free(text);
	return 0;
}
