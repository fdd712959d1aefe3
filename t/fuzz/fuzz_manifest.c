/* SPDX-License-Identifier: GPL-2.0-or-later */
/* fuzz_manifest.c: a version's manifest, whose list of files is read entry by
 * entry; no name of a file may lead out of the version. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "fuzz.h"

static char top[64];
static int dir, fd;

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

static void read_manifest(const char *text, size_t len)
{
	struct ckpt_manifest manifest;
	struct ckpt_file file;
	uint64_t before;
	size_t count = 0;

	must(pwrite(fd, text, len, 0) == (ssize_t)len);
	must(ftruncate(fd, (off_t)len) == 0);
	if (ckpt_manifest_open(&manifest, dir, "m", geteuid()) < 0) {
		must(errno == EBADMSG);
		return;
	}
	for (before = manifest.at; ckpt_manifest_next(&manifest, &file) > 0;
	     before = manifest.at) {
		must(manifest.at > before);
		must(manifest.at <= manifest.files_end);
		must(++count < len);
		check_file(&file);
	}
	ckpt_record_int(manifest.head, "version", 0);
	ckpt_record_notes(manifest.head);
	ckpt_record_note(manifest.head, "key");
	ckpt_manifest_close(&manifest);
}

static void remove_top(void)
{
	ckpt_fs_remove(AT_FDCWD, top);
}

static void set_up(void)
{
	strcpy(top, access("/dev/shm", W_OK) ? "/tmp/ckpt-fuzz-XXXXXX"
					     : "/dev/shm/ckpt-fuzz-XXXXXX");
	must(mkdtemp(top));
	atexit(remove_top);
	dir = ckpt_fs_open_dir(AT_FDCWD, top);
	fd = ckpt_fs_open(dir, "m", O_RDWR | O_CREAT, 0600);
	must(dir >= 0 && fd >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t sealed;
	char *text;

	if (!top[0])
		set_up();
	read_manifest((const char *)data, size);
	text = fuzz_seal((const char *)data, size, &sealed);
	read_manifest(text, sealed);
	free(text);
	return 0;
}
