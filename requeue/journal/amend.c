/* SPDX-License-Identifier: GPL-2.0-or-later */
/* amend.c: settings that the owner changes after submission. */
#include "requeue/journal/amend.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *word;
	const char *option;
} words[] = {
	{"total", "checkpoint-total"},
	{"grace", "checkpoint"},
	{"max-runs", "checkpoint-max-runs"},
	{"max-stalls", "checkpoint-max-stalls"},
};
#define WORDS (sizeof(words) / sizeof(words[0]))

/* Set one option as sbatch would.  This doesn't turn checkpointing on or off:
 * a grace of 0 is refused. */
static int set_one(struct settings *set, const char *option, const char *value,
		   char *err, size_t err_len)
{
	struct settings changed = *set;

	if (settings_set(&changed, settings_row(option), value, err, err_len))
		return -1;
	if (changed.grace_s <= 0) {
		snprintf(err, err_len, "grace=%.32s: give a time, such as 10m",
			 value);
		return -1;
	}
	*set = changed;
	return 0;
}

bool amend_check(const char *word, const char *value, int64_t limit_min,
		 char *err, size_t err_len)
{
	struct settings set;

	settings_init(&set);
	set.grace_s = 1;
	for (size_t i = 0; i < WORDS; i++) {
		if (strcmp(word, words[i].word) != 0)
			continue;
		if (set_one(&set, words[i].option, value, err, err_len))
			return false;
		if (!limit_min || set.grace_s < limit_min * 60)
			return true;
		snprintf(err, err_len,
			 "grace=%.32s: with the job's limit of %lld min no "
			 "time is left to compute; set a shorter one",
			 value, (long long)limit_min);
		return false;
	}
	snprintf(err, err_len, "%.32s can't be set; what can: " AMEND_WORDS,
		 word);
	return false;
}

int amend_settings(struct settings *set, const struct site *site,
		   struct ckpt_store *store, char *err, size_t err_len)
{
	int changes = 0;

	err[0] = '\0';
	for (size_t i = 0; i < WORDS; i++) {
		struct settings changed = *set;
		char value[64];

		if (!ckpt_setting(store, words[i].word, value, sizeof(value)) ||
		    set_one(&changed, words[i].option, value, err, err_len) ||
		    site_check(site, &changed, err, err_len))
			continue;
		changed.given = set->given;
		changes += memcmp(&changed, set, sizeof(changed)) != 0;
		*set = changed;
	}
	return changes;
}
