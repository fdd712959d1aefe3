/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* news.c: does the store hold already what was staged? */
#include <stdlib.h>

#include "lib/fsutil.h"
#include "lib/handle.h"
#include "lib/manifest.h"
#include "lib/news.h"
#include "lib/seal.h"
#include "lib/stage.h"
#include "lib/version.h"

void ckpt_only_news(struct ckpt_stage *stage)
{
	stage->is_for_news = true;
}

/* The newest version that isn't set aside; 0: there is none. */
static uint32_t newest_good(struct ckpt_store *store, uint32_t files)
{
	struct ckpt_version *list = NULL;
	uint32_t number = 0;
	size_t count = 0;

	if (ckpt_list(store, &list, &count, NULL))
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (list[i].is_aside)
			continue;
		/* Another number of files is news in any case. */
		number = list[i].files == files ? list[i].number : 0;
		break;
	}
	free(list);
	return number;
}

bool ckpt_is_no_news(const struct ckpt_sealing *s, uint32_t *number)
{
	struct ckpt_store *store = s->stage->store;
	struct ckpt_manifest manifest;
	struct ckpt_version version;
	uint64_t content = 0;
	struct ckpt_file file;
	int dirfd, rc;

	*number = newest_good(store, s->list.files);
	if (!*number || ckpt_version_load(store, *number, &dirfd, &manifest,
					  &version, NULL))
		return false;
	while ((rc = ckpt_manifest_next(&manifest, &file)) > 0)
		content += ckpt_file_sum(&file);
	ckpt_manifest_close(&manifest);
	ckpt_fs_close(&dirfd);
	return rc == 0 && version.files == s->list.files &&
	       content == s->list.content;
}
