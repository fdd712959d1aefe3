/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sweep.c: removing what crashes left behind. */

#include "lib/fsutil.h"
#include "lib/handle.h"
#include "lib/names.h"
#include "lib/sweep.h"

static int sweep_entry(const char *name, void *arg)
{
	struct ckpt_store *store = arg;

	if (ckpt_is_litter(name, store->run))
		ckpt_fs_remove(store->fd, name);
	return 0;
}

/* What can't be removed costs room, nothing else: no failure. */
void ckpt_sweep(struct ckpt_store *store)
{
	ckpt_fs_each(store->fd, sweep_entry, store);
}
