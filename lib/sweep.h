/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sweep.h: removing what crashes left behind. */
#ifndef CKPT_SWEEP_H
#define CKPT_SWEEP_H

#include "lib/ckptstate.h"

/* Remove stages of earlier runs, and versions whose removal was cut short.
 * What can't be removed costs space, nothing else: no failure. */
void ckpt_sweep(struct ckpt_store *store);

#endif
