/* SPDX-License-Identifier: GPL-2.0-or-later */
/* filenames.c: the names that files of --checkpoint-files have in a version. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/policy/filenames.h"

/* Before the whole path of a file whose name can't be told apart otherwise. */
#define OUTSIDE "outside"

/* Add the components of path to full, which has room for them.  True: none of
 * them was "..". */
static bool add_components(char *full, const char *path)
{
	bool is_down = true;

	while (*path) {
		size_t len = strcspn(path, "/");

		if (len == 2 && !strncmp(path, "..", 2)) {
			char *slash = strrchr(full, '/');

			if (slash)
				*slash = '\0';
			is_down = false;
		} else if (len && !(len == 1 && *path == '.')) {
			strcat(full, "/");
			strncat(full, path, len);
		}
		path += len;
		path += strspn(path, "/");
	}
	return is_down;
}

static const char *last_component(const char *full)
{
	const char *slash = strrchr(full, '/');

	return slash ? slash + 1 : full;
}

static int set_full(struct filename *file, const char *work_dir)
{
	size_t base_len = 0;

	file->text = calloc(1, strlen(OUTSIDE) + strlen(work_dir) +
				       strlen(file->path) + 4);
	if (!file->text)
		return -1;
	strcpy(file->text, OUTSIDE);
	file->full = file->text + strlen(OUTSIDE);
	if (file->path[0] != '/') {
		add_components(file->full, work_dir);
		base_len = strlen(file->full);
		file->is_below = true;
	}
	if (!add_components(file->full, file->path))
		file->is_below = false;
	if (!file->full[base_len])
		file->is_below = false;
	file->name = file->is_below ? file->full + base_len + 1
				    : last_component(file->full);
	return 0;
}

/* Is a the path b, or one below it? */
static bool is_within(const char *a, const char *b)
{
	size_t len = strlen(b);

	return !strncmp(a, b, len) && (!a[len] || a[len] == '/');
}

/* By components: what is below a directory comes right after it. */
static int by_path(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	if (*a == *b)
		return 0;
	if (!*a || !*b)
		return *a ? 1 : -1;
	if (*a == '/' || *b == '/')
		return *a == '/' ? -1 : 1;
	return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
}

static int by_full(const void *x, const void *y)
{
	const struct filename *a = x, *b = y;
	int order = by_path(a->full, b->full);

	if (order)
		return order;
	/* Of two that are the same, the relative one gives the name. */
	if (a->is_below != b->is_below)
		return a->is_below ? -1 : 1;
	return strcmp(a->path, b->path);
}

static int by_name(const void *x, const void *y)
{
	const struct filename *const *a = x, *const *b = y;

	return by_path((*a)->name, (*b)->name);
}

/* Put one more directory before the name; false: there is none, or the name is
 * that of the user's pattern. */
static bool lengthen(struct filename *file)
{
	const char *at = file->name - 1;

	if (file->is_below || at < file->full)
		return false;
	while (at > file->text && at[-1] != '/')
		at--;
	file->name = at;
	return true;
}

/* Mark the names that are equal, or would be a file and a directory at once. */
static void mark_clashes(struct filename **files, size_t count)
{
	struct filename *first = NULL;

	qsort(files, count, sizeof(*files), by_name);
	for (size_t i = 0; i < count; i++) {
		files[i]->is_clashing = first &&
					is_within(files[i]->name, first->name);
		if (files[i]->is_clashing)
			first->is_clashing = true;
		else
			first = files[i];
	}
}

/* Tell names apart as far as possible by one directory more; false: none got
 * longer. */
static bool tell_apart(struct filename **files, size_t count)
{
	bool is_changed = false;

	mark_clashes(files, count);
	for (size_t i = 0; i < count; i++)
		if (files[i]->is_clashing && lengthen(files[i]))
			is_changed = true;
	return is_changed;
}

/* The files of the sorted list that are in no directory of the list, and are
 * given for the first time.  Returns how many. */
static size_t find_tops(struct filename *list, size_t count,
			struct filename **tops)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (!n || !is_within(list[i].full, tops[n - 1]->full))
			tops[n++] = &list[i];
	return n;
}

/* Name those below a directory of the list as parts of it. */
static void name_parts(struct filename *list, size_t count)
{
	const struct filename *top = NULL;

	for (size_t i = 0; i < count; i++) {
		if (!top || !is_within(list[i].full, top->full))
			top = &list[i];
		list[i].name = list[i].full + (top->name - top->full);
	}
}

int filenames_settle(struct filename *list, size_t count, const char *work_dir)
{
	struct filename **tops = calloc(count + 1, sizeof(*tops));
	size_t n;

	for (size_t i = 0; i < count; i++)
		if (!tops || set_full(&list[i], work_dir)) {
			free(tops);
			return -1;
		}
	if (!count)
		goto out;
	qsort(list, count, sizeof(*list), by_full);
	n = find_tops(list, count, tops);
	while (tell_apart(tops, n))
		;
	name_parts(list, count);
out:
	free(tops);
	return 0;
}

void filenames_once(struct filename *list, size_t count)
{
	const struct filename *last = NULL;

	for (size_t i = 0; i < count; i++) {
		if (!list[i].is_taken)
			continue;
		if (last && is_within(list[i].full, last->full))
			list[i].is_taken = false;
		else
			last = &list[i];
	}
}

void filenames_free(struct filename *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(list[i].text);
}
