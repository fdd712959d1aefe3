/* SPDX-License-Identifier: GPL-2.0-or-later */
/* plugin_file.h: what the plugin's file tells of itself, without running it. */
#ifndef PLUGIN_FILE_H
#define PLUGIN_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/store.h"

#define PLUGIN_VERSION_MAX 32

/*
 * Find the file that a name in plugstack.conf stands for.
 *
 * dirs  PluginDir, with colons: where a name without a slash is looked for
 * path  set to the path, or else to the name itself
 */
void plugin_find(const char *name, const char *dirs, char *path, size_t size);

/* Write the version of Slurm that the plugin was built for, "22.05.8".  False:
 * the file can't be read or is no plugin; errno says why. */
bool plugin_version(const char *path, char version[PLUGIN_VERSION_MAX]);

/* Write the digest of a file, "" where it can't be read. */
void file_digest(const char *path, char hex[CKPT_DIGEST_LENGTH + 1]);

#endif
