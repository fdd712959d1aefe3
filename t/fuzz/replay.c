/* SPDX-License-Identifier: GPL-2.0-or-later */
/* replay.c: run a fuzz target once for each file of its corpus, where there
 * is no libFuzzer.  Other words, such as libFuzzer's options, are ignored. */
#include <dirent.h>

#include "fuzz.h"

static unsigned run_file(const char *path)
{
	static uint8_t data[1 << 20];
	FILE *file = fopen(path, "r");
	size_t len;

	if (!file)
		return 0;
	len = fread(data, 1, sizeof(data), file);
	fclose(file);
	LLVMFuzzerTestOneInput(data, len);
	return 1;
}

static unsigned run_dir(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;
	unsigned count = 0;
	char name[4096];

	if (!dir)
		return 0;
	while ((entry = readdir(dir))) {
		snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (entry->d_name[0] != '.')
			count += run_file(name);
	}
	closedir(dir);
	return count;
}

int main(int argc, char **argv)
{
	unsigned count = 0;
	int i;

	for (i = 1; i < argc; i++)
		count += run_dir(argv[i]);
	printf("%s: %u inputs, once each\n", argv[0], count);
	return count == 0;
}
