/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* setting.c: settings that the job's owner changes after submission. */
#include <string.h>

#include "lib/fact.h"
#include "lib/handle.h"
#include "lib/kinds.h"
#include "lib/names.h"
#include "lib/record.h"
#include "lib/setting.h"

enum ckpt_status ckpt_set(struct ckpt_store *store, const char *key,
			  const char *value, struct ckpt_error *err)
{
	const struct ckpt_changed changed = {.value = value};
	struct ckpt_record *rec =
		ckpt_kind_encode(&ckpt_kinds[CKPT_KIND_SET], &changed);
	char name[CKPT_ENTRY_NAME];
	enum ckpt_status status;

	ckpt_setting_name(name, key);
	status = ckpt_fact_write(store, name, rec, true, err);
	ckpt_record_free(rec);
	return status;
}

bool ckpt_setting(struct ckpt_store *store, const char *key, char *value,
		  size_t size)
{
	struct ckpt_record *rec = NULL;
	char name[CKPT_ENTRY_NAME];
	struct ckpt_changed changed;
	const char *text;
	bool is_set;

	ckpt_setting_name(name, key);
	ckpt_fact_read(store, name, &rec, NULL);
	ckpt_kind_decode(&ckpt_kinds[CKPT_KIND_SET], rec, &changed);
	text = changed.value;
	is_set = text && strlen(text) < size;
	if (is_set)
		memcpy(value, text, strlen(text) + 1);
	ckpt_record_free(rec);
	return is_set;
}
