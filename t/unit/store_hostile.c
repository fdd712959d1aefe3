/* SPDX-License-Identifier: GPL-2.0-or-later */
/* store_hostile.c: made-up stores whose checks are right. */
#include <sys/resource.h>
#include <time.h>

#include "store_fixture.h"

#define DIGEST "00000000000000000000000000000000"

static struct ckpt_store *store;

static void begin_store(void)
{
	set_up();
	store = claim(0);
	save(store, "one");
	ck_assert(mkdir("store/v000002", 0700) == 0);
}

static void end_store(void)
{
	ckpt_close(store);
	tear_down();
}

/* Text, without its last brace, becomes the manifest of version 2. */
static void put_manifest(const char *text, size_t len)
{
	put_sealed("store/v000002/MANIFEST.json", text, len);
}

#define HEAD "{\"format\":1,\"version\":2,\"run\":0,\"files\":["

static void ck_manifest_refused(const char *text, const char *words)
{
	put_manifest(text, strlen(text));
	ck_refused(ckpt_verify(store, 2, &err), CKPT_DAMAGED, words);
	ck_restores(store, 1, "one");
}

START_TEST(names_that_lead_out_are_never_opened)
{
	static const char *const names[] = {
		"../v000001/state", "/etc/passwd", "..",  ".", "",
		"a/../../x",	    "a//b",	   "a/.", "a/"};
	char text[512];
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(text, sizeof(text),
			 HEAD "{\"name\":\"%s\",\"size\":3,\"xxh3\":\"" DIGEST
			      "\"}]",
			 names[i]);
		ck_manifest_refused(text, "list of files is damaged");
	}
}
END_TEST

START_TEST(values_of_another_type_are_refused)
{
	static const char *const entries[] = {
		"1",
		"null",
		"[]",
		"{}",
		"\"x\"",
		"{\"name\":1,\"size\":3,\"xxh3\":\"" DIGEST "\"}",
		"{\"name\":\"x\",\"size\":\"3\",\"xxh3\":\"" DIGEST "\"}",
		"{\"name\":\"x\",\"size\":-1,\"xxh3\":\"" DIGEST "\"}",
		"{\"name\":\"x\",\"size\":3.5,\"xxh3\":\"" DIGEST "\"}",
		"{\"name\":\"x\",\"size\":3,\"xxh3\":\"00\"}",
		"{\"name\":\"x\",\"size\":3,\"xxh3\":null}",
		"{\"name\":\"x\\u0000y\",\"size\":3,\"xxh3\":\"" DIGEST "\"}",
		"{\"name\":\"x\",\"size\":3,\"xxh3\":\"" DIGEST "\"} {}",
		"",
	};
	char text[512];
	size_t i;

	for (i = 0; i < sizeof(entries) / sizeof(entries[0]); i++) {
		snprintf(text, sizeof(text), HEAD "%s]", entries[i]);
		ck_manifest_refused(text, "list of files is damaged");
	}
}
END_TEST

START_TEST(heads_of_another_type_are_refused)
{
	static const char *const heads[] = {
		"{\"format\":\"1\",\"version\":2,\"run\":0,\"files\":[]",
		"{\"format\":1,\"version\":3,\"run\":0,\"files\":[]",
		"{\"format\":1,\"version\":2,\"run\":-1,\"files\":[]",
		"{\"format\":1,\"version\":2,\"run\":9999999999,\"files\":[]",
		"{\"format\":0,\"version\":2,\"run\":0,\"files\":[]",
		"{\"version\":2,\"run\":0,\"files\":[]",
		"{\"format\":1,\"version\":2,\"run\":0,\"schema\":-1,\"files\":["
		"]",
		"{\"format\":1,\"version\":2,\"run\":0,\"files\":{}",
		"{\"format\":1,\"version\":2,\"run\":0,\"x\":{\"files\":[]}",
		"{\"format\":1,\"version\":2,\"run\":0,\"x\":\"\\\"files\\\":["
		"]\"",
		"[[[[[[[[",
		"\"files\":[",
		"{\"files\":[\"",
		"}}}}]]]]{\"files\":[]",
	};
	size_t i;

	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		ck_manifest_refused(heads[i], "manifest");
}
END_TEST

START_TEST(an_entry_nested_deeply_is_refused)
{
	size_t len = 20 << 20, at = sizeof(HEAD) - 1;
	char *text = malloc(len);

	memset(text, '[', len);
	memcpy(text, HEAD, at);
	put_manifest(text, len);
	ck_refused(ckpt_verify(store, 2, &err), CKPT_DAMAGED, "manifest");
	memcpy(text + at, "{\"x\":", 5);
	text[len - 1] = ']';
	put_manifest(text, len);
	ck_refused(ckpt_verify(store, 2, &err), CKPT_DAMAGED, "manifest");
	free(text);
}
END_TEST

/* Parsed as one tree the entries would take some 100 times their size in
 * memory; read a piece at a time they take nothing. */
START_TEST(a_list_of_many_entries_takes_bounded_memory)
{
	struct ckpt_text text = {0};
	struct rusage before, after;
	size_t i;

	ckpt_text_add(&text, HEAD, sizeof(HEAD) - 1);
	for (i = 0; i < 300000; i++) {
		static const char entry[] =
			"{\"name\":\"x\",\"size\":1,\"xxh3\":\"" DIGEST "\"},";

		ckpt_text_add(&text, entry, sizeof(entry) - 1);
	}
	ckpt_text_add(&text, "{}]", 3);
	put_manifest(text.data, text.len_bytes);
	getrusage(RUSAGE_SELF, &before);
	ck_refused(ckpt_verify(store, 2, &err), CKPT_DAMAGED, "list of files");
	getrusage(RUSAGE_SELF, &after);
#ifndef __SANITIZE_ADDRESS__ /* which keeps what is freed for a while */
	ck_assert_int_lt(after.ru_maxrss - before.ru_maxrss, 1024);
#endif
	ckpt_text_free(&text);
}
END_TEST

/* The pieces in which a list is read end at every place of an entry. */
START_TEST(entries_are_found_across_the_ends_of_pieces)
{
	static const char entry[] = "\"name\":\"x\",\"size\":0,\"xxh3\":"
				    "\"99aa06d3014798d86001c324468d497f\"}";
	struct ckpt_version version;
	size_t pad, len, i;
	char *text = malloc(300000);

	write_file("store/v000002/x", "");
	for (pad = 0; pad < 150; pad++) {
		len = (size_t)sprintf(text, HEAD "%*s", (int)pad, "");
		for (i = 0; i < 1200; i++)
			len += (size_t)sprintf(text + len, "%s{%*s%s",
					       i ? " ,\n" : "", (int)i % 40, "",
					       entry);
		len += (size_t)sprintf(text + len, "],\"more\":[\"]\"]");
		put_manifest(text, len);
		memset(&version, 0, sizeof(version));
		ck_ok(ckpt_restore(store, &version, NULL, &err));
		ck_assert_uint_eq(version.number, 2);
		ck_assert_uint_eq(version.files, 1200);
	}
	free(text);
}
END_TEST

START_TEST(an_entry_longer_than_a_piece_is_refused)
{
	size_t len = sizeof(HEAD) - 1, more = 70000;
	char *text = malloc(len + more + 200);

	write_file("store/v000002/x", "");
	memcpy(text, HEAD "{", len + 1);
	memset(text + len + 1, ' ', more);
	strcpy(text + len + 1 + more,
	       "\"name\":\"x\",\"size\":0,"
	       "\"xxh3\":\"99aa06d3014798d86001c324468d497f\"}]");
	ck_manifest_refused(text, "list of files is damaged");
	free(text);
}
END_TEST

START_TEST(sizes_that_add_up_to_too_much_are_refused)
{
	ck_manifest_refused(HEAD "{\"name\":\"x\",\"size\":9223372036854775807,"
				 "\"xxh3\":\"" DIGEST "\"},"
				 "{\"name\":\"y\",\"size\":9223372036854775807,"
				 "\"xxh3\":\"" DIGEST "\"}]",
			    "list of files is damaged");
}
END_TEST

START_TEST(a_head_that_is_too_long_is_refused)
{
	size_t len = 200000, at;
	char *text = malloc(len + 32);

	memset(text, ' ', len);
	at = (size_t)sprintf(text, "{\"format\":1,\"version\":2,\"run\":0");
	text[at] = ' ';
	strcpy(text + len, ",\"files\":[]");
	put_manifest(text, strlen(text));
	ck_refused(ckpt_verify(store, 2, &err), CKPT_DAMAGED, "manifest");
	free(text);
}
END_TEST

START_TEST(a_manifest_that_is_too_long_is_not_read)
{
	write_file("store/v000002/MANIFEST.json", "");
	ck_assert(truncate("store/v000002/MANIFEST.json", (off_t)1 << 40) == 0);
	ck_refused(ckpt_verify(store, 2, &err), CKPT_LIMIT,
		   "MANIFEST.json is too long");
	ck_restores(store, 1, "one");
}
END_TEST

START_TEST(a_store_file_that_is_too_long_is_not_read)
{
	struct ckpt_store *other;

	ck_assert(truncate("store/store.json", (off_t)1 << 40) == 0);
	ck_refused(ckpt_open(&other, store_dir, CKPT_READ, 0, &err), CKPT_EIO,
		   "store.json could not be read");
}
END_TEST

START_TEST(a_size_that_is_a_lie_is_found_without_reading)
{
	struct timespec from, to;

	write_file("store/v000002/x", "");
	ck_assert(truncate("store/v000002/x", (off_t)1 << 42) == 0);
	clock_gettime(CLOCK_MONOTONIC, &from);
	ck_manifest_refused(HEAD "{\"name\":\"x\",\"size\":3,\"xxh3\":\"" DIGEST
				 "\"}]",
			    "bytes instead of 3");
	clock_gettime(CLOCK_MONOTONIC, &to);
	ck_assert_int_lt(to.tv_sec - from.tv_sec, 5);
}
END_TEST

START_TEST(unknown_members_are_ignored)
{
	char text[512];
	struct ckpt_version version;

	write_file("store/v000002/x", "");
	snprintf(text, sizeof(text),
		 "{\"new\":{\"files\":[1,\"]\"]},\"format\":1,\"version\":2,"
		 "\"run\":0,\"files\": [ {\"mode\":[7],\"name\":\"x\","
		 "\"size\":0,\"xxh3\":\"99aa06d3014798d86001c324468d497f\"} ]"
		 ",\"more\":\"\\\"\"");
	put_manifest(text, strlen(text));
	ck_ok(ckpt_restore(store, &version, NULL, &err));
	ck_assert_uint_eq(version.number, 2);
}
END_TEST

START_TEST(files_of_another_user_are_refused)
{
	/* Only root can make one. */
	if (geteuid() != 0)
		return;
	ck_assert(chown("store/v000001/state", 12345, 12345) == 0);
	ck_refused(ckpt_verify(store, 1, &err), CKPT_DAMAGED,
		   "state belongs to another user");
	ck_assert(chown("store/v000001/state", 0, 0) == 0);
	ck_assert(chown("store/v000001/MANIFEST.json", 12345, 12345) == 0);
	ck_refused(ckpt_verify(store, 1, &err), CKPT_DAMAGED,
		   "MANIFEST.json belongs to another user");
}
END_TEST

START_TEST(another_users_store_is_only_read)
{
	struct ckpt_store *other;

	if (geteuid() != 0)
		return;
	ck_assert(system("chown -R 12345 store") == 0);
	ck_refused(ckpt_open(&other, store_dir, CKPT_WRITE, 0, &err),
		   CKPT_FOREIGN, "another user (id 12345)");
	ck_refused(ckpt_claim(&other, store_dir, &job, 1, &err), CKPT_FOREIGN,
		   "another user");
	other = reopen(CKPT_READ, 0);
	ck_restores(other, 1, "one");
	ckpt_close(other);
}
END_TEST

START_TEST(a_device_is_refused)
{
	if (geteuid() != 0)
		return;
	ck_assert(unlink("store/v000001/state") == 0);
	if (mknod("store/v000001/state", S_IFCHR | 0600, 0x0105) < 0)
		return;
	ck_refused(ckpt_verify(store, 1, &err), CKPT_DAMAGED,
		   "state is not a regular file");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("store_hostile");
	TCase *tc = tcase_create("hostile");

	tcase_add_checked_fixture(tc, begin_store, end_store);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, names_that_lead_out_are_never_opened);
	tcase_add_test(tc, values_of_another_type_are_refused);
	tcase_add_test(tc, heads_of_another_type_are_refused);
	tcase_add_test(tc, an_entry_nested_deeply_is_refused);
	tcase_add_test(tc, a_list_of_many_entries_takes_bounded_memory);
	tcase_add_test(tc, entries_are_found_across_the_ends_of_pieces);
	tcase_add_test(tc, an_entry_longer_than_a_piece_is_refused);
	tcase_add_test(tc, sizes_that_add_up_to_too_much_are_refused);
	tcase_add_test(tc, a_head_that_is_too_long_is_refused);
	tcase_add_test(tc, a_manifest_that_is_too_long_is_not_read);
	tcase_add_test(tc, a_store_file_that_is_too_long_is_not_read);
	tcase_add_test(tc, a_size_that_is_a_lie_is_found_without_reading);
	tcase_add_test(tc, unknown_members_are_ignored);
	tcase_add_test(tc, files_of_another_user_are_refused);
	tcase_add_test(tc, another_users_store_is_only_read);
	tcase_add_test(tc, a_device_is_refused);
	suite_add_tcase(suite, tc);
	return run_suite(suite);
}
