/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* list.h: which versions there are.  Public: ckpt_list(), ckpt_read_note(),
 * ckpt_last_save(). */
#ifndef CKPT_LIST_H
#define CKPT_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/ckptstate.h"

struct ckpt_numbers {
	uint32_t *list; /* highest first; to be freed */
	size_t count, room;
	int newest_run; /* that has a journal; -1: none */
};

/* Find the versions by their names, and read none.  -1: errno */
int ckpt_list_numbers(struct ckpt_store *store, struct ckpt_numbers *numbers);
/* Was the version listed though its manifest can't be read? */
bool ckpt_is_unreadable(const struct ckpt_version *version);

#endif
