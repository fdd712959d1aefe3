/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* names.c: the names of all entries of a store's directory. */
#include <stdio.h>
#include <string.h>

#include "lib/digest.h"
#include "lib/format.h"
#include "lib/fsutil.h"
#include "lib/names.h"

bool ckpt_is_reserved(const char *name)
{
	return !strcmp(name, CKPT_MANIFEST) || !strcmp(name, CKPT_SHARD_FILE);
}

void ckpt_version_name(char name[CKPT_ENTRY_NAME], uint32_t number)
{
	snprintf(name, CKPT_ENTRY_NAME, "v%06u", number);
}

uint32_t ckpt_version_number(const char *name)
{
	const char *at = name + 1;
	uint64_t number = 0;

	if (name[0] != 'v')
		return 0;
	for (; *at >= '0' && *at <= '9' && number <= CKPT_VERSION_MAX; at++)
		number = number * 10 + (uint64_t)(*at - '0');
	/* Only the spelling that the library writes is a version: six digits,
	 * or more for a number that needs them. */
	if (*at || number > CKPT_VERSION_MAX || at - name < 7 ||
	    (at - name > 7 && name[1] == '0'))
		return 0;
	return (uint32_t)number;
}

void ckpt_journal_name(char name[CKPT_ENTRY_NAME], unsigned run)
{
	snprintf(name, CKPT_ENTRY_NAME, "journal-%04u.jsonl", run);
}

int ckpt_journal_run(const char *name)
{
	char again[CKPT_ENTRY_NAME];
	unsigned run;

	/* This is called for every name in the store: most fail here. */
	if (name[0] != 'j')
		return -1;
	if (sscanf(name, "journal-%7u", &run) != 1 || run > CKPT_RUN_MAX)
		return -1;
	ckpt_journal_name(again, run);
	return strcmp(name, again) ? -1 : (int)run;
}

void ckpt_fact_name(char name[CKPT_ENTRY_NAME], const char *what, unsigned run)
{
	snprintf(name, CKPT_ENTRY_NAME, "%s-%04u.json", what, run);
}

void ckpt_setting_name(char name[CKPT_ENTRY_NAME], const char *key)
{
	snprintf(name, CKPT_ENTRY_NAME, "set-%.*s.json", CKPT_SET_KEY_MAX, key);
}

void ckpt_mark_name(char name[CKPT_ENTRY_NAME], const char *what,
		    uint32_t number)
{
	snprintf(name, CKPT_ENTRY_NAME, "%s-%06u.json", what, number);
}

void ckpt_stage_name(char name[CKPT_ENTRY_NAME], int run)
{
	char prefix[32];

	snprintf(prefix, sizeof(prefix), ".stage-%04d", run);
	ckpt_fs_unique(name, CKPT_ENTRY_NAME, prefix);
}

void ckpt_gather_name(char name[CKPT_ENTRY_NAME], int run, uint32_t count,
		      const char *mark)
{
	snprintf(name, CKPT_ENTRY_NAME, ".shards-%04d-%u-%016llx", run, count,
		 (unsigned long long)ckpt_digest_small(mark, strlen(mark)));
}

void ckpt_turns_name(char name[CKPT_ENTRY_NAME], int run)
{
	snprintf(name, CKPT_ENTRY_NAME, ".shards-%04d-turns", run);
}

void ckpt_gone_name(char name[CKPT_ENTRY_NAME])
{
	ckpt_fs_unique(name, CKPT_ENTRY_NAME, ".gone");
}

static bool starts(const char *name, const char *prefix)
{
	return !strncmp(name, prefix, strlen(prefix));
}

bool ckpt_is_litter(const char *name, int run)
{
	unsigned of;

	if (name[0] != '.')
		return false;
	if (starts(name, ".gone-"))
		return true;
	return (sscanf(name, ".stage-%7u-", &of) == 1 ||
		sscanf(name, ".shards-%7u-", &of) == 1) &&
	       (int)of < run;
}

bool ckpt_is_of_versions(const char *name)
{
	return starts(name, ".stage-") || starts(name, ".shards-") ||
	       starts(name, ".gone-") || starts(name, "aside-") ||
	       starts(name, "strikes-");
}
