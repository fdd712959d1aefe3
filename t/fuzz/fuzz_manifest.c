/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_manifest.c: a version's manifest, whose list of files is read entry by
 * entry; no name of a file may lead out of the version. */
#include "fuzz.h"

static void check_file(const struct ckpt_file *file)
{
	const char *part = file->name;

	must(file->bytes <= INT64_MAX);
	must(strlen(file->digest) == CKPT_DIGEST_LENGTH);
	must(strlen(part) <= CKPT_NAME_MAX && part[0] != '/');
	for (;;) {
		size_t len = strcspn(part, "/");

		must(len > 0 && strncmp(part, "..", len > 2 ? len : 2));
		must(len != 1 || part[0] != '.');
		if (!part[len])
			break;
		part += len + 1;
	}
}

static void read_manifest(char *text, size_t len)
{
	struct ckpt_manifest manifest;
	struct ckpt_record *holder = NULL;
	struct ckpt_file file;
	size_t at, before, count = 0;

	if (!ckpt_manifest_parse(&manifest, text, len))
		return;
	at = manifest.files_at;
	for (before = at;
	     ckpt_manifest_next(&manifest, &at, &holder, &file) > 0;
	     before = at) {
		must(at > before && at <= manifest.files_end);
		must(++count < len);
		check_file(&file);
	}
	ckpt_record_free(holder);
	ckpt_record_int(manifest.head, "version", 0);
	ckpt_record_notes(manifest.head);
	ckpt_record_note(manifest.head, "key");
	ckpt_manifest_free(&manifest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	size_t sealed;

	must(text);
	memcpy(text, data, size);
	text[size] = '\0';
	read_manifest(text, size);
	text = fuzz_seal((const char *)data, size, &sealed);
	read_manifest(text, sealed);
	return 0;
}
