/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * names.h: the names of all entries of a store's directory, so that each is
 * spelled and recognised in one file.
 */
#ifndef CKPT_NAMES_H
#define CKPT_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#define CKPT_MANIFEST	"MANIFEST.json"
#define CKPT_SHARD_FILE ".shard.json" /* at the root of a shard */
#define CKPT_STORE_FILE "store.json"
#define CKPT_ENTRY_NAME 64 /* bytes: holds any name of the store's own */

/* May no file at the root of a version have this name? */
bool ckpt_is_reserved(const char *name);

/* "v000012" for 12. */
void ckpt_version_name(char name[CKPT_ENTRY_NAME], uint32_t number);
/* 12 for "v000012"; 0: it isn't the name of a version. */
uint32_t ckpt_version_number(const char *name);

/* "journal-0003.jsonl" */
void ckpt_journal_name(char name[CKPT_ENTRY_NAME], unsigned run);
/* -1: it isn't the name of a journal. */
int ckpt_journal_run(const char *name);

/* "done-0003.json": a fact of one run. */
void ckpt_fact_name(char name[CKPT_ENTRY_NAME], const char *what, unsigned run);
/* "set-keep.json" */
void ckpt_setting_name(char name[CKPT_ENTRY_NAME], const char *key);
/* "strikes-000012.json": a mark of one version. */
void ckpt_mark_name(char name[CKPT_ENTRY_NAME], const char *what,
		    uint32_t number);

/* A name for a stage of the run that no other stage has. */
void ckpt_stage_name(char name[CKPT_ENTRY_NAME], int run);
/* The directory where the shards of one version gather: the same for all that
 * have run, count and mark in common. */
void ckpt_gather_name(char name[CKPT_ENTRY_NAME], int run, uint32_t count,
		      const char *mark);
/* The directory of the files that count a run's saves (turn.h). */
void ckpt_turns_name(char name[CKPT_ENTRY_NAME], int run);
/* A name for a version that is being removed. */
void ckpt_gone_name(char name[CKPT_ENTRY_NAME]);

/* Did a run before this one leave the entry behind in a crash?  Stages of this
 * run may be in use. */
bool ckpt_is_litter(const char *name, int run);
/* Is the entry of no use without versions: a stage, shards or a mark? */
bool ckpt_is_of_versions(const char *name);

#endif
