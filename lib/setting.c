/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* setting.c: settings that the job's owner changes after submission. */
#include <string.h>

#include "lib/fact.h"
#include "lib/handle.h"
#include "lib/names.h"
#include "lib/record.h"
#include "lib/setting.h"

enum ckpt_status ckpt_set(struct ckpt_store *store, const char *key,
			  const char *value, struct ckpt_error *err)
{
	struct ckpt_record *rec = ckpt_record_new("set");
	char name[CKPT_ENTRY_NAME];
	enum ckpt_status status;

	ckpt_record_set_str(rec, "value", value);
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
	const char *text;
	bool is_set;

	ckpt_setting_name(name, key);
	ckpt_fact_read(store, name, &rec, NULL);
	text = ckpt_record_str(rec, "value");
	is_set = text && strlen(text) < size;
	if (is_set)
		memcpy(value, text, strlen(text) + 1);
	ckpt_record_free(rec);
	return is_set;
}
