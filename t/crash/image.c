/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * image.c: a model of what a disk holds: the contents of each file, and the
 * names in each directory, as of their last sync.  From the model and the
 * present tree it builds a new tree: what a loss of power could leave.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crash.h"

struct entry {
	char *name;
	ino_t ino;
	bool is_dir;
};

struct node {
	struct node *next;
	ino_t ino;
	char *data; /* of a file */
	size_t len;
	struct entry *entries; /* of a directory */
	size_t count;
};

struct image {
	char *dir;
	ino_t root;
	struct node *nodes;
};

static void die(const char *what)
{
	perror(what);
	exit(99);
}

static struct node *find_node(const struct image *image, ino_t ino)
{
	struct node *node;

	for (node = image->nodes; node; node = node->next)
		if (node->ino == ino)
			return node;
	return NULL;
}

static void clear_node(struct node *node)
{
	size_t i;

	for (i = 0; i < node->count; i++)
		free(node->entries[i].name);
	free(node->entries);
	free(node->data);
	node->entries = NULL;
	node->data = NULL;
	node->count = node->len = 0;
}

static char *read_all(const char *path, size_t *len)
{
	struct stat st;
	char *data;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) < 0)
		die(path);
	data = malloc((size_t)st.st_size + 1);
	*len = (size_t)st.st_size;
	if (read(fd, data, *len) != (ssize_t)*len)
		die(path);
	close(fd);
	return data;
}

static void list_dir(const char *path, struct node *node)
{
	DIR *dir = opendir(path);
	struct dirent *d;

	if (!dir)
		die(path);
	while ((d = readdir(dir))) {
		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
			continue;
		node->entries =
			realloc(node->entries,
				(node->count + 1) * sizeof(struct entry));
		node->entries[node->count++] =
			(struct entry){.name = strdup(d->d_name),
				       .ino = d->d_ino,
				       .is_dir = d->d_type == DT_DIR};
	}
	closedir(dir);
}

void image_note_sync(struct image *image, const char *path)
{
	struct node *node;
	struct stat st;

	if (stat(path, &st) < 0)
		die(path);
	node = find_node(image, st.st_ino);
	if (!node) {
		node = calloc(1, sizeof(*node));
		node->ino = st.st_ino;
		node->next = image->nodes;
		image->nodes = node;
	}
	clear_node(node);
	if (S_ISDIR(st.st_mode))
		list_dir(path, node);
	else
		node->data = read_all(path, &node->len);
}

static void note_tree(struct image *image, const char *path)
{
	struct node here = {0};
	size_t i;

	image_note_sync(image, path);
	list_dir(path, &here);
	for (i = 0; i < here.count; i++) {
		char child[512];

		snprintf(child, sizeof(child), "%s/%s", path,
			 here.entries[i].name);
		if (here.entries[i].is_dir)
			note_tree(image, child);
		else
			image_note_sync(image, child);
	}
	clear_node(&here);
}

struct image *image_new(const char *dir)
{
	struct image *image = calloc(1, sizeof(*image));
	struct stat st;

	if (stat(dir, &st) < 0)
		die(dir);
	image->dir = strdup(dir);
	image->root = st.st_ino;
	note_tree(image, dir);
	return image;
}

void image_free(struct image *image)
{
	while (image->nodes) {
		struct node *node = image->nodes;

		image->nodes = node->next;
		clear_node(node);
		free(node);
	}
	free(image->dir);
	free(image);
}

static void write_file(const char *path, const char *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 || write(fd, data ? data : "", len) != (ssize_t)len)
		die(path);
	close(fd);
}

/* Only what was synced, from the root down. */
static void build_synced(const struct image *image, ino_t ino, const char *to)
{
	const struct node *node = find_node(image, ino);
	size_t i;

	if (mkdir(to, 0700) < 0)
		die(to);
	for (i = 0; node && i < node->count; i++) {
		const struct entry *entry = &node->entries[i];
		const struct node *file = find_node(image, entry->ino);
		char path[512];

		snprintf(path, sizeof(path), "%s/%s", to, entry->name);
		if (entry->is_dir)
			build_synced(image, entry->ino, path);
		else
			write_file(path, file ? file->data : NULL,
				   file ? file->len : 0);
	}
}

/* What was synced of a file, and with IMAGE_HALF_DATA half of what came
 * after it. */
static void build_file(const struct node *file, enum image_kind kind,
		       const char *from, const char *to)
{
	size_t len, kept = 0;
	char *now = read_all(from, &len);
	size_t synced = file ? file->len : 0;

	if (kind == IMAGE_NO_DATA)
		write_file(to, file ? file->data : NULL, synced);
	else {
		if (synced <= len &&
		    (!synced || !memcmp(now, file->data, synced)))
			kept = synced + (len - synced) / 2;
		else
			kept = len / 2;
		write_file(to, now, kept);
	}
	free(now);
}

static void build_named(const struct image *image, enum image_kind kind,
			const char *from, const char *to)
{
	struct node here = {0};
	size_t i;

	if (mkdir(to, 0700) < 0)
		die(to);
	list_dir(from, &here);
	for (i = 0; i < here.count; i++) {
		const struct entry *entry = &here.entries[i];
		char source[512], target[512];

		snprintf(source, sizeof(source), "%s/%s", from, entry->name);
		snprintf(target, sizeof(target), "%s/%s", to, entry->name);
		if (entry->is_dir)
			build_named(image, kind, source, target);
		else
			build_file(find_node(image, entry->ino), kind, source,
				   target);
	}
	clear_node(&here);
}

void image_build(const struct image *image, enum image_kind kind,
		 const char *to)
{
	if (kind == IMAGE_SYNCED)
		build_synced(image, image->root, to);
	else
		build_named(image, kind, image->dir, to);
}
