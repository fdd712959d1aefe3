/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* kinds.c: records from structs and back, by tables. */
#include "lib/kinds.h"

#include <string.h>

#include "lib/format.h"

/* ---------------------------------------------------------------- write */

/* One member of a struct; which one of these, the field's type says. */
union value {
	bool is_so;
	int64_t number;
	double real;
	const char *text;
	int word;
};

static const size_t sizes[] = {
	[CKPT_FIELD_BOOL] = sizeof(bool),
	[CKPT_FIELD_INT] = sizeof(int64_t),
	[CKPT_FIELD_NUM] = sizeof(double),
	[CKPT_FIELD_TEXT] = sizeof(const char *),
	[CKPT_FIELD_WORD] = sizeof(int),
};

static bool is_none(const struct ckpt_field *field, const union value *value)
{
	switch (field->type) {
	case CKPT_FIELD_BOOL:
		return !value->is_so;
	case CKPT_FIELD_INT:
		return value->number == field->none;
	case CKPT_FIELD_NUM:
		return value->real <= (double)field->none;
	default:
		return false;
	}
}

static void encode_field(const struct ckpt_field *field, const void *from,
			 struct ckpt_record *rec)
{
	union value value = {0};

	memcpy(&value, (const char *)from + field->offset, sizes[field->type]);
	if (field->is_optional && is_none(field, &value))
		return;
	switch (field->type) {
	case CKPT_FIELD_BOOL:
		ckpt_record_set_bool(rec, field->name, value.is_so);
		break;
	case CKPT_FIELD_INT:
		ckpt_record_set_int(rec, field->name, value.number);
		break;
	case CKPT_FIELD_NUM:
		ckpt_record_set_num(rec, field->name, value.real);
		break;
	case CKPT_FIELD_TEXT:
		ckpt_record_set_str(rec, field->name, value.text);
		break;
	case CKPT_FIELD_WORD:
		ckpt_record_set_str(rec, field->name,
				    field->words->word(value.word));
		break;
	}
}

struct ckpt_record *ckpt_kind_encode(const struct ckpt_kind *kind,
				     const void *from)
{
	struct ckpt_record *rec = ckpt_record_new(kind->name);

	for (size_t i = 0; rec && i < kind->count; i++)
		encode_field(&kind->fields[i], from, rec);
	return rec;
}

/* ----------------------------------------------------------------- read */

static void decode_field(const struct ckpt_field *field,
			 const struct ckpt_record *rec, void *to)
{
	const double none = (double)field->none;
	union value value = {0};

	switch (field->type) {
	case CKPT_FIELD_BOOL:
		value.is_so = ckpt_record_bool(rec, field->name);
		break;
	case CKPT_FIELD_INT:
		value.number = ckpt_record_int(rec, field->name, field->none);
		if (value.number < field->least || value.number > field->most)
			value.number = field->none;
		break;
	case CKPT_FIELD_NUM:
		value.real = ckpt_record_num(rec, field->name, none);
		if (value.real < (double)field->least ||
		    value.real > (double)field->most)
			value.real = none;
		break;
	case CKPT_FIELD_TEXT:
		value.text = ckpt_record_str(rec, field->name);
		break;
	case CKPT_FIELD_WORD:
		value.word =
			field->words->value(ckpt_record_str(rec, field->name));
		break;
	}
	memcpy((char *)to + field->offset, &value, sizes[field->type]);
}

void ckpt_kind_decode(const struct ckpt_kind *kind,
		      const struct ckpt_record *rec, void *to)
{
	for (size_t i = 0; i < kind->count; i++)
		decode_field(&kind->fields[i], rec, to);
}

/* ----------------------------------------------- the library's own kinds */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct ckpt_field claim_fields[] = {
	CKPT_INT(struct ckpt_claim, base, "base", 0, CKPT_VERSION_MAX, -1),
};

static const struct ckpt_field aside_fields[] = {
	CKPT_INT(struct ckpt_aside, run, "run", 0, CKPT_RUN_MAX, -1),
	CKPT_TEXT(struct ckpt_aside, reason, "reason"),
};

static const struct ckpt_field strikes_fields[] = {
	CKPT_INT(struct ckpt_strikes, count, "count", 0, INT64_MAX, 0),
	CKPT_INT(struct ckpt_strikes, run, "run", 0, CKPT_RUN_MAX, -1),
	CKPT_TEXT(struct ckpt_strikes, reason, "reason"),
};

static const struct ckpt_field progress_fields[] = {
	CKPT_NUM(struct ckpt_told, progress, "progress", 0, 1, -1),
};

static const struct ckpt_field failed_fields[] = {
	CKPT_TEXT(struct ckpt_failed, why, "why"),
};

static const struct ckpt_field ask_fields[] = {
	CKPT_TEXT(struct ckpt_asked, word, "word"),
};

static const struct ckpt_field set_fields[] = {
	CKPT_TEXT(struct ckpt_changed, value, "value"),
};

static const struct ckpt_field policy_fields[] = {
	CKPT_INT(struct ckpt_policy, keep, "keep", 0, UINT32_MAX, 0),
};

static const struct ckpt_field turn_fields[] = {
	CKPT_INT(struct ckpt_turn, turn, "turn", 1, UINT32_MAX - 1, 0),
	CKPT_BOOL(struct ckpt_turn, is_over, "over"),
};

#define ROW(what, where, rec, table) [what] = {where, rec, table, COUNT(table)}

const struct ckpt_kind ckpt_kinds[CKPT_KINDS] = {
	ROW(CKPT_KIND_CLAIM, "journal", "claim", claim_fields),
	ROW(CKPT_KIND_ASIDE, "aside", "aside", aside_fields),
	ROW(CKPT_KIND_STRIKES, "strikes", "strike", strikes_fields),
	ROW(CKPT_KIND_PROGRESS, "progress", "progress", progress_fields),
	[CKPT_KIND_DONE] = {"done", "done", NULL, 0},
	[CKPT_KIND_HEARD] = {"heard", "heard", NULL, 0},
	ROW(CKPT_KIND_FAILED, "failed", "failed", failed_fields),
	ROW(CKPT_KIND_ASK, "ask", "ask", ask_fields),
	ROW(CKPT_KIND_SET, "set", "set", set_fields),
	ROW(CKPT_KIND_POLICY, "policy", "policy", policy_fields),
	ROW(CKPT_KIND_TURN, ".shards", "turn", turn_fields),
};
