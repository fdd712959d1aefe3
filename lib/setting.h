/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* setting.h: settings that the job's owner changes after submission: text by a
 * key, which means nothing to the library. */
#ifndef CKPT_SETTING_H
#define CKPT_SETTING_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/ckptstate.h"
#include "lib/format.h" /* CKPT_SET_KEY_MAX */

/* Replace a setting, durably.  key: letters and hyphens, at most
 * CKPT_SET_KEY_MAX. */
enum ckpt_status ckpt_set(struct ckpt_store *store, const char *key,
			  const char *value, struct ckpt_error *err);
/* Copy a setting into value, which has room for size bytes.  False: it was
 * never set or doesn't fit; value is untouched. */
bool ckpt_setting(struct ckpt_store *store, const char *key, char *value,
		  size_t size);

#endif
