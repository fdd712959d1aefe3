/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_record.c: store.json, lines of journals, and the small files beside
 * the versions: all are checked records. */
#include "fuzz.h"

static void read_members(const struct ckpt_record *rec)
{
	static const char *const keys[] = {"rec",   "t",   "format",
					   "job",   "end", "cause",
					   "notes", "sum", ""};
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *text = ckpt_record_str(rec, keys[i]);
		double number = ckpt_record_num(rec, keys[i], 0);

		must(!text || strlen(text) < CKPT_RECORD_MAX);
		must(number - number == 0);
		ckpt_record_int(rec, keys[i], 0);
		ckpt_record_bool(rec, keys[i]);
		ckpt_record_note(rec, keys[i]);
	}
	must(!ckpt_record_has(rec, "sum"));
}

/* A record that was read can be written and read again. */
static void write_again(const struct ckpt_record *rec)
{
	struct ckpt_text text = {0};
	struct ckpt_record *again;

	ckpt_record_text(rec, &text);
	/* An empty object has no checked form. */
	if (!text.failed) {
		again = ckpt_record_parse(text.data, text.len_bytes);
		must(again);
		ckpt_record_free(again);
	}
	ckpt_text_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ckpt_record *rec;
	size_t sealed;
	char *text;

	if (size > CKPT_RECORD_MAX)
		return 0;
	/* First the text as it is, which hardly ever has a right check; then
	 * with one. */
	ckpt_record_free(ckpt_record_parse((const char *)data, size));
	text = fuzz_seal((const char *)data, size, &sealed);
	rec = ckpt_record_parse(text, sealed);
	if (rec) {
		read_members(rec);
		write_again(rec);
	}
	ckpt_record_free(rec);
	free(text);
	return 0;
}
