/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * format.h: the bounds of what a store may hold on disk, as
 * ckptstate-format(5) states them.  They belong to the format and not to one
 * file: several readers and writers keep to each of them, and the tests try
 * them.
 */
#ifndef CKPT_FORMAT_H
#define CKPT_FORMAT_H

#define CKPT_FORMAT	  1 /* the newest on-disk format this code reads */
#define CKPT_FORMAT_TEXT  "1"
#define CKPT_RUN_MAX	  999999
#define CKPT_VERSION_MAX  999999999
#define CKPT_NAME_MAX	  4095	     /* bytes in the name of a version's file */
#define CKPT_DEPTH_MAX	  32	     /* components of such a name */
#define CKPT_SET_KEY_MAX  16	     /* bytes of a setting's key */
#define CKPT_FILES_MAX	  1000000    /* files in one version */
#define CKPT_ENTRIES_MAX  1000000    /* entries of one directory */
#define CKPT_MANIFEST_MAX (64 << 20) /* bytes */
#define CKPT_FACT_MAX	  (64 << 10) /* bytes of store.json, done-0003, … */
#define CKPT_RECORD_MAX	  (64 << 10) /* bytes in one line of a journal */
#define CKPT_JOURNAL_MAX  (64 << 20) /* bytes that are read of a journal */

#endif
