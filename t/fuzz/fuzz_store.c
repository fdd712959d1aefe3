/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz_store.c: a whole store whose texts are made up, with a good version 2
 * beside a version 1 that holds links and a FIFO.  Every open() of the library
 * is checked: it must name one entry of an open directory, follow no link, and
 * not wait for a FIFO.
 *
 * The input is divided by bytes of value 30 into the files of the table
 * below; an empty part stands for the file's good text.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "fuzz.h"
#include "lib/stage.h"
#include "requeue/journal/history.h"

#define DIVIDER 30
#define MARK	"m"

struct part {
	const char *name, *good;
	bool is_lines; /* each with a check of its own */
};

static struct part parts[] = {
	{"v000001/MANIFEST.json", NULL, false},
	{"store.json", NULL, false},
	{"journal-0000.jsonl", NULL, true},
	{"strikes-000001.json", "", false},
	{"aside-000001.json", "", false},
	{"policy.json", "", false},
	{NULL, "", false}, /* of the shard that waits for the other */
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

static char top[64], store_dir[96], gather[64];
static char shard_file[128];
static bool is_watched;

int openat(int dirfd, const char *name, int flags, ...)
{
	mode_t mode = 0;
	va_list args;

	if (flags & O_CREAT) {
		va_start(args, flags);
		mode = va_arg(args, mode_t);
		va_end(args);
	}
	if (is_watched) {
		must(!strchr(name, '/') && strcmp(name, "..") && *name);
		must(dirfd >= 0 && flags & O_NOFOLLOW);
		must(flags & (O_NONBLOCK | O_DIRECTORY | O_CREAT));
	}
	return (int)syscall(SYS_openat, dirfd, name, flags, mode);
}

/* ---------------------------------------------------------- a good store */

static void put(const char *name, const char *text, size_t len)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", store_dir, name);
	if (!len) {
		unlink(path);
		return;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	must(fd >= 0 && write(fd, text, len) == (ssize_t)len);
	close(fd);
}

static char *get(const char *name)
{
	char path[256], text[4096];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", store_dir, name);
	fd = open(path, O_RDONLY);
	len = read(fd, text, sizeof(text) - 1);
	must(len > 0);
	close(fd);
	text[len] = '\0';
	return strdup(text);
}

static void commit(struct ckpt_store *store)
{
	struct ckpt_error err;
	struct ckpt_stage *stage;
	char path[256];

	must(!ckpt_begin(store, &stage, &err));
	snprintf(path, sizeof(path), "%s/state", ckpt_stage_dir(stage));
	must(symlink("x", path) == 0 && unlink(path) == 0);
	close(open(path, O_WRONLY | O_CREAT, 0600));
	must(!ckpt_commit(stage, NULL, &err));
}

static void make_store(void)
{
	struct ckpt_identity id = {.cluster = "c",
				   .job = 1,
				   .array_task = CKPT_NO_TASK,
				   .token = "t"};
	struct ckpt_store *store;
	char path[256];

	ckpt_fs_remove(AT_FDCWD, store_dir);
	must(!ckpt_claim(&store, store_dir, &id, 0, NULL));
	commit(store);
	commit(store);
	ckpt_close(store);
	snprintf(path, sizeof(path), "%s/v000001/link", store_dir);
	must(symlink("/etc/hostname", path) == 0);
	snprintf(path, sizeof(path), "%s/v000001/up", store_dir);
	must(symlink("..", path) == 0);
	snprintf(path, sizeof(path), "%s/v000001/fifo", store_dir);
	must(mkfifo(path, 0600) == 0);
	snprintf(path, sizeof(path), "%s/v000001/dir", store_dir);
	must(mkdir(path, 0700) == 0);
}

static void remove_top(void)
{
	is_watched = false;
	ckpt_fs_remove(AT_FDCWD, top);
}

static void set_up(void)
{
	size_t i;

	strcpy(top, access("/dev/shm", W_OK) ? "/tmp/ckpt-fuzz-XXXXXX"
					     : "/dev/shm/ckpt-fuzz-XXXXXX");
	must(mkdtemp(top));
	atexit(remove_top);
	snprintf(store_dir, sizeof(store_dir), "%s/store", top);
	make_store();
	snprintf(gather, sizeof(gather), ".shards-0000-2-%016llx",
		 (unsigned long long)ckpt_digest_small(MARK, strlen(MARK)));
	snprintf(shard_file, sizeof(shard_file), "%s/shard-0000/.shard.json",
		 gather);
	parts[PARTS - 1].name = shard_file;
	for (i = 0; i < PARTS; i++)
		if (!parts[i].good)
			parts[i].good = get(parts[i].name);
}

static bool is_there(const char *name)
{
	char path[256];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", store_dir, name);
	return lstat(path, &st) == 0;
}

/* ---------------------------------------------------------- a made-up one */

static void put_lines(const char *name, const char *text, size_t len)
{
	struct ckpt_text whole = {0};

	while (len) {
		const char *end = memchr(text, '\n', len);
		size_t one = end ? (size_t)(end - text) + 1 : len, sealed;
		char *line = fuzz_seal(text, one, &sealed);

		ckpt_text_add(&whole, line, sealed);
		free(line);
		text += one;
		len -= one;
	}
	put(name, whole.data, whole.len_bytes);
	ckpt_text_free(&whole);
}

static void put_part(const struct part *part, const char *text, size_t len)
{
	size_t sealed;
	char *whole;

	if (!len)
		put(part->name, part->good, strlen(part->good));
	else if (part->is_lines)
		put_lines(part->name, text, len);
	else if (text[0] == '!')
		put(part->name, text + 1, len - 1);
	else {
		whole = fuzz_seal(text, len, &sealed);
		put(part->name, whole, sealed);
		free(whole);
	}
}

/* *has_shard: there is a made-up one. */
static void put_parts(const char *text, size_t len, bool *has_shard)
{
	char path[256];
	size_t i;

	*has_shard = false;
	for (i = 0; i < PARTS; i++) {
		const char *end = memchr(text, DIVIDER, len);
		size_t one = end ? (size_t)(end - text) : len;

		if (i == PARTS - 1 && one) {
			snprintf(path, sizeof(path), "%s/%s", store_dir,
				 gather);
			mkdir(path, 0700);
			strcat(path, "/shard-0000");
			mkdir(path, 0700);
			*has_shard = true;
		}
		if (i < PARTS - 1 || *has_shard)
			put_part(&parts[i], text, one);
		text += one;
		len -= one;
		if (len) {
			text++;
			len--;
		}
	}
}

/* -------------------------------------------------------------- the tries */

static bool count_record(const struct ckpt_record *rec, void *arg)
{
	must(*ckpt_record_json(rec) == '{' && ckpt_record_kind(rec));
	++*(unsigned *)arg;
	return true;
}

static void check_version(const struct ckpt_version *version)
{
	must(version->number >= 1 && version->number <= CKPT_VERSION_MAX);
	must(strnlen(version->reason, sizeof(version->reason)) <
	     sizeof(version->reason));
	must(version->progress <= 1 && version->files <= CKPT_FILES_MAX);
}

static void read_store(struct ckpt_store *store)
{
	struct ckpt_version *list, version;
	enum ckpt_status status;
	struct ckpt_error err;
	struct history history = {0};
	char note[64], word[CKPT_REQUEST_MAX];
	const char *dir;
	unsigned records = 0;
	int64_t left;
	size_t count, i;

	status = ckpt_list(store, &list, &count, &err);
	fuzz_check_error(status, &err);
	for (i = 0; i < count; i++)
		check_version(&list[i]);
	free(list);
	fuzz_check_error(ckpt_verify(store, 1, &err), &err);
	must(ckpt_verify(store, 2, &err) == CKPT_OK);
	status = ckpt_restore(store, &version, &dir, &err);
	fuzz_check_error(status, &err);
	if (!status) {
		check_version(&version);
		must(ckpt_verify(store, version.number, &err) == CKPT_OK);
	}
	fuzz_check_error(
		ckpt_read_note(store, 1, "key", note, sizeof(note), &err),
		&err);
	ckpt_journal_read(store, 0, count_record, &records, &err);
	fuzz_check_error(ckpt_requested(store, &err), &err);
	if (!ckpt_time_left(store, &left, &err))
		must(left >= 0);
	must(ckpt_run_progress(store, 0) <= 1);
	ckpt_take_request(store, 0, word);
	if (!history_load(&history, store, 0, &err))
		history_free(&history);
}

static void join_shards(struct ckpt_store *store)
{
	enum ckpt_status status;
	struct ckpt_stage *stage;
	struct ckpt_error err;
	uint32_t number = 0;
	int fd;

	if (ckpt_shard_begin(store, &stage, MARK, 1, 2, &err))
		return;
	is_watched = false;
	fd = ckpt_fs_open(stage->fd, "state", O_WRONLY | O_CREAT, 0600);
	close(fd);
	is_watched = true;
	status = ckpt_commit(stage, &number, &err);
	fuzz_check_error(status, &err);
	if (!status && number)
		ckpt_verify(store, number, &err);
}

static void write_store(struct ckpt_store *store, bool has_shard)
{
	struct ckpt_error err;

	fuzz_check_error(ckpt_strike(store, 1, "made up", &err), &err);
	if (has_shard)
		join_shards(store);
	fuzz_check_error(ckpt_retain(store, 2, &err), &err);
	fuzz_check_error(ckpt_clear_marks(store, 2, &err), &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum ckpt_status status;
	struct ckpt_store *store;
	struct ckpt_error err;
	bool has_shard;
	int mode;

	if (!top[0])
		set_up();
	put_parts((const char *)data, size, &has_shard);
	is_watched = true;
	for (mode = CKPT_READ; mode <= CKPT_WRITE; mode++) {
		status = ckpt_open(&store, store_dir, mode, 0, &err);
		fuzz_check_error(status, &err);
		must(!status == !!store);
		if (status)
			break;
		read_store(store);
		if (mode == CKPT_WRITE)
			write_store(store, has_shard);
		ckpt_close(store);
	}
	is_watched = false;
	/* The next input gets back what this one removed. */
	if (has_shard || is_there("v000003") || !is_there("v000001/dir") ||
	    !is_there("v000002/state"))
		make_store();
	return 0;
}
