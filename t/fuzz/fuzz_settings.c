/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_settings.c: the text in which options travel to the node, and each
 * option as a user may write it. */
#include "fuzz.h"
#include "requeue/settings/settings.h"

static void check_words(const char *err)
{
	must(err[0] && strlen(err) < SETTINGS_ERROR_LEN);
	for (; *err; err++)
		must((unsigned char)*err >= ' ' && *err != 0x7f);
}

static void decode(const char *text)
{
	char again[SETTINGS_TEXT_LEN], third[SETTINGS_TEXT_LEN];
	char err[SETTINGS_ERROR_LEN] = "";
	struct settings set, same;

	if (settings_decode(&set, text, err, sizeof(err)) < 0) {
		check_words(err);
		return;
	}
	must(set.grace_s > 0 && set.dir[0] && set.token[0]);
	/* The same settings give the same text. */
	must(settings_encode(&set, again, err, sizeof(err)) == 0);
	must(settings_decode(&same, again, err, sizeof(err)) == 0);
	must(settings_encode(&same, third, err, sizeof(err)) == 0);
	must(!strcmp(again, third));
}

/* "checkpoint-total=1h": an option and its value. */
static void set_option(char *text)
{
	char *value = strchr(text, '=');
	char err[SETTINGS_ERROR_LEN] = "";
	const struct option_row *row;
	struct settings set;

	if (!value)
		return;
	*value++ = '\0';
	row = settings_row(text);
	if (!row)
		return;
	settings_init(&set);
	if (settings_set(&set, row, value, err, sizeof(err)) < 0)
		check_words(err);
	else
		must(settings_is_given(&set, row));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	must(text);
	memcpy(text, data, size);
	text[size] = '\0';
	decode(text);
	set_option(text);
	free(text);
	return 0;
}
