/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* passed.c: which versions a restore passes over, and why. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/fence.h"
#include "lib/handle.h"
#include "lib/journal.h"
#include "lib/passed.h"
#include "lib/status.h"

bool ckpt_is_late(const struct ckpt_store *store, uint32_t base,
		  const struct ckpt_version *version)
{
	return (int)version->run < store->run && version->number > base;
}

void ckpt_pass_over(struct ckpt_store *store, uint32_t number, const char *why)
{
	if (store->passed)
		return;
	store->passed = number;
	ckpt_copy_text(store->passed_why, sizeof(store->passed_why), why);
}

/* Set the reason, without the version's number before it. */
static void explain(const struct ckpt_store *store,
		    struct ckpt_version *version)
{
	char prefix[32], why[sizeof(version->reason)];
	size_t len = (size_t)snprintf(prefix, sizeof(prefix),
				      "version %u: ", version->number);

	if (!version->reason[0] && store->passed == version->number)
		ckpt_copy_text(version->reason, sizeof(version->reason),
			       store->passed_why);
	if (!version->reason[0])
		ckpt_copy_text(version->reason, sizeof(version->reason),
			       "it isn't whole");
	if (!strncmp(version->reason, prefix, len)) {
		strcpy(why, version->reason + len);
		strcpy(version->reason, why);
	}
}

unsigned ckpt_passed_over(struct ckpt_store *store,
			  const struct ckpt_version *chosen,
			  struct ckpt_version *passed)
{
	uint32_t base = ckpt_journal_base(store, (unsigned)store->run);
	struct ckpt_version *list = NULL;
	struct ckpt_newest newest;
	size_t count = 0;
	unsigned found = 0;

	/* The usual case, without a look at every version. */
	if (chosen && !ckpt_look(store, &newest, NULL) &&
	    newest.version == chosen->number)
		return 0;
	ckpt_list(store, &list, &count, NULL);
	for (size_t i = 0; i < count; i++) {
		if (chosen && list[i].number == chosen->number)
			break;
		if (!ckpt_is_late(store, base, &list[i]) && !found++)
			*passed = list[i];
	}
	if (found)
		explain(store, passed);
	free(list);
	return found;
}
