/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kinds.h: kinds of records as tables.  One table says what the members of a
 * kind are called, where they stand in a struct and what values they may
 * have; writing, reading and the test of the manual page go by it.
 *
 * The library's own kinds are the small files beside the versions and the
 * first line of a journal.  doc/slurm-checkpoint-journal.5 has them all.
 */
#ifndef CKPT_KINDS_H
#define CKPT_KINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/record.h"

enum ckpt_field_type {
	CKPT_FIELD_BOOL, /* bool; none is false */
	CKPT_FIELD_INT,	 /* int64_t, from least to most */
	CKPT_FIELD_NUM,	 /* double, from least to most; all below are none */
	CKPT_FIELD_TEXT, /* const char *; none is NULL */
	CKPT_FIELD_WORD, /* an enum, as one of its words; none is one of them */
};

/* The words of an enum; neither function fails. */
struct ckpt_words {
	const char *(*word)(int value);
	int (*value)(const char *word); /* NULL, too: there is none */
};

struct ckpt_field {
	const char *name; /* of the JSON member */
	enum ckpt_field_type type;
	size_t offset; /* in the struct */
	int64_t least, most;
	int64_t none;	  /* stands for a member that is missing */
	bool is_optional; /* not written where it is none */
	const struct ckpt_words *words;
};

/*
 * Rows of a table, for a member of the struct `owner` that is called `json` in
 * the record.  What may follow: CKPT_OPTIONAL.
 */
#define CKPT_BOOL(owner, member, json, ...)                                    \
	{                                                                      \
		.name = (json), .type = CKPT_FIELD_BOOL,                       \
		.offset = CKPT_OFFSET(owner, member, bool), __VA_ARGS__        \
	}
#define CKPT_INT(owner, member, json, low, high, missing, ...)                 \
	{                                                                      \
		.name = (json), .type = CKPT_FIELD_INT,                        \
		.offset = CKPT_OFFSET(owner, member, int64_t), .least = (low), \
		.most = (high), .none = (missing), __VA_ARGS__                 \
	}
#define CKPT_NUM(owner, member, json, low, high, missing, ...)                 \
	{                                                                      \
		.name = (json), .type = CKPT_FIELD_NUM,                        \
		.offset = CKPT_OFFSET(owner, member, double), .least = (low),  \
		.most = (high), .none = (missing), __VA_ARGS__                 \
	}
/* One that is NULL is never written. */
#define CKPT_TEXT(owner, member, json)                                         \
	{                                                                      \
		.name = (json), .type = CKPT_FIELD_TEXT,                       \
		.offset = CKPT_OFFSET(owner, member, const char *)             \
	}
#define CKPT_WORD(owner, member, json, of)                                     \
	{                                                                      \
		.name = (json), .type = CKPT_FIELD_WORD,                       \
		.offset = CKPT_OFFSET(owner, member, unsigned), .words = (of)  \
	}
#define CKPT_OPTIONAL .is_optional = true
/* The offset of a member; doesn't compile where it has another type. */
#define CKPT_OFFSET(owner, member, wanted)                                     \
	(offsetof(owner, member) +                                             \
	 0 * sizeof(struct {                                                   \
		 _Static_assert(                                               \
			 __builtin_types_compatible_p(                         \
				 __typeof__(((owner *)0)->member), wanted),    \
			 #member " is no " #wanted);                           \
		 char unused;                                                  \
	 }))

struct ckpt_kind {
	const char *place; /* "journal", or how the small file's name begins */
	const char *name;  /* the record's "rec" */
	const struct ckpt_field *fields;
	size_t count;
};

/*
 * A new record of this kind, with the present time.
 *
 * from  the kind's struct; may be NULL where the kind has no members
 *
 * Returns a record that ckpt_record_free() frees; NULL, which all functions of
 * records take, when memory is short.
 */
struct ckpt_record *ckpt_kind_encode(const struct ckpt_kind *kind,
				     const void *from);

/*
 * Fill the kind's struct from a record, which may come from any user.
 *
 * rec  NULL: as one without members
 * to   every member is set.  One that is missing, of another type or out of
 *      its bounds gets the value that stands for none.  Texts are borrowed from
 *      the record, as long as they are there: code that keeps or shows one
 *      bounds it and cleans it
 *
 * Can't fail; does not look at the record's kind.  Thread-safe.
 */
void ckpt_kind_decode(const struct ckpt_kind *kind,
		      const struct ckpt_record *rec, void *to);

/* -------- the library's own kinds -------- */

struct ckpt_claim {
	int64_t base; /* newest version when the run began; -1 unknown */
};

struct ckpt_aside {
	int64_t run;
	const char *reason;
};

struct ckpt_strikes {
	int64_t count;
	int64_t run; /* the last that failed; -1 none */
	const char *reason;
};

struct ckpt_told {
	double progress; /* 0 to 1; -1 none */
};

struct ckpt_failed {
	const char *why;
};

struct ckpt_asked {
	const char *word;
};

struct ckpt_changed {
	const char *value;
};

struct ckpt_policy {
	int64_t keep; /* versions; 0: all */
};

struct ckpt_turn {
	int64_t turn; /* 0 unknown */
	bool is_over;
};

enum {
	CKPT_KIND_CLAIM,
	CKPT_KIND_ASIDE,
	CKPT_KIND_STRIKES,
	CKPT_KIND_PROGRESS,
	CKPT_KIND_DONE,	 /* no members, as its file's being there says it */
	CKPT_KIND_HEARD, /* so, too */
	CKPT_KIND_FAILED,
	CKPT_KIND_ASK,
	CKPT_KIND_SET,
	CKPT_KIND_POLICY,
	CKPT_KIND_TURN,
	CKPT_KINDS
};
extern const struct ckpt_kind ckpt_kinds[CKPT_KINDS];

#endif
