/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_shells.c: job scripts, in which traps are looked for. */
#include <signal.h>

#include "fuzz.h"
#include "requeue/policy/shells.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	must(text);
	memcpy(text, data, size);
	text[size] = '\0';
	shells_traps(text, SIGTERM);
	shells_traps(text, SIGUSR1);
	shells_passes_on(text, SIGTERM);
	free(text);
	return 0;
}
