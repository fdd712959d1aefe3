/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * store.h: what requeue/ and cmd/ may use of the library beyond ckptstate.h.
 *
 * It declares nothing: each function is in the header of the file that defines
 * it.  It stays because it says in one place where the library ends for the
 * rest of the project; the headers that aren't named here are the library's
 * own.
 *
 * The files of lib/ call each other in one direction, from the last line to the
 * first; add.c, commit.c, notice.c and restore.c define public functions only,
 * and so ckptstate.h is their header:
 *
 *	status  text  check  fsutil  copy  digest  utf8  notice
 *	record (JSON)  kinds  manifest  names
 *	fact  failure  fence  identity  journal  progress  request  setting turn
 *	version  marks  list  passed  retain  sweep
 *	stage  add  seal  news  shard  commit  open  restore
 */
#ifndef CKPT_STORE_H
#define CKPT_STORE_H

#include "lib/ckptstate.h"
#include "lib/copy.h"
#include "lib/digest.h"
#include "lib/failure.h"
#include "lib/fsutil.h"
#include "lib/identity.h"
#include "lib/journal.h"
#include "lib/kinds.h"
#include "lib/marks.h"
#include "lib/names.h"
#include "lib/news.h"
#include "lib/open.h"
#include "lib/passed.h"
#include "lib/progress.h"
#include "lib/record.h"
#include "lib/request.h"
#include "lib/retain.h"
#include "lib/setting.h"
#include "lib/turn.h"
#include "lib/version.h"

#endif
