/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* fence.c: whether a handle may change its store now. */
#include <errno.h>

#include "lib/fence.h"
#include "lib/fsutil.h"
#include "lib/handle.h"
#include "lib/names.h"
#include "lib/status.h"

static int keep_newest(const char *name, void *arg)
{
	uint32_t number = ckpt_version_number(name);
	struct ckpt_newest *newest = arg;
	int run = ckpt_journal_run(name);

	if (run > newest->run)
		newest->run = run;
	if (number > newest->version)
		newest->version = number;
	newest->has_hidden |= name[0] == '.';
	return 0;
}

enum ckpt_status ckpt_look(struct ckpt_store *store, struct ckpt_newest *newest,
			   struct ckpt_error *err)
{
	*newest = (struct ckpt_newest){.run = -1};
	if (ckpt_fs_each(store->fd, keep_newest, newest) == 0)
		return CKPT_OK;
	return ckpt_fail(err, CKPT_EIO, errno,
			 "the store %s could not be listed", store->dir);
}

enum ckpt_status ckpt_check_newest(const struct ckpt_store *store,
				   const struct ckpt_newest *newest,
				   struct ckpt_error *err)
{
	if (newest->run <= store->run)
		return CKPT_OK;
	return ckpt_fail(err, CKPT_STALE, 0,
			 "run %d %s has taken over the store %s, which this "
			 "process of run %d may no longer change",
			 newest->run,
			 store->id.job ? "of the job"
				       : "(the program, started once more)",
			 store->dir, store->run);
}

enum ckpt_status ckpt_fence(struct ckpt_store *store, uint32_t *version,
			    struct ckpt_error *err)
{
	struct ckpt_newest newest;
	enum ckpt_status status = ckpt_look(store, &newest, err);

	if (status)
		return status;
	if (version)
		*version = newest.version;
	return ckpt_check_newest(store, &newest, err);
}

enum ckpt_status ckpt_need_writer(const struct ckpt_store *store,
				  struct ckpt_error *err)
{
	if (store->mode == CKPT_WRITE)
		return CKPT_OK;
	return ckpt_fail(err, CKPT_EINVAL, 0,
			 "the store %s is open for reading only", store->dir);
}

enum ckpt_status ckpt_begin_change(struct ckpt_store *store,
				   struct ckpt_error *err)
{
	enum ckpt_status status = ckpt_need_writer(store, err);

	return status ? status : ckpt_fence(store, NULL, err);
}

enum ckpt_status ckpt_or_stale(struct ckpt_store *store,
			       enum ckpt_status status, struct ckpt_error *err)
{
	struct ckpt_error later;

	if (ckpt_fence(store, NULL, &later) != CKPT_STALE)
		return status;
	if (err)
		*err = later;
	return CKPT_STALE;
}
