/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * record.h: a record: a JSON object of a few members, as a line of a journal,
 * a small file or a part of a manifest.
 *
 * rec may be NULL everywhere: a record that memory was short for.  Setters then
 * do nothing and getters find no member, so a chain of calls needs one check at
 * its end.  A failed setter is remembered: ckpt_record_failed().
 */
#ifndef CKPT_RECORD_H
#define CKPT_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ckpt_record;
struct ckpt_text;

/* kind is the record's member "rec"; "t" is the present time. */
struct ckpt_record *ckpt_record_new(const char *kind);
/* A record without "rec" and "t". */
struct ckpt_record *ckpt_record_plain(void);
/* NULL too. */
void ckpt_record_free(struct ckpt_record *rec);
/* Is it NULL, or did memory run out for one of its members? */
bool ckpt_record_failed(const struct ckpt_record *rec);

/* Each setter replaces a member of the same key. */
void ckpt_record_set_str(struct ckpt_record *rec, const char *key,
			 const char *value); /* NULL: leaves the key out */
void ckpt_record_set_int(struct ckpt_record *rec, const char *key,
			 int64_t value);
void ckpt_record_set_num(struct ckpt_record *rec, const char *key,
			 double value); /* not finite: leaves the key out */
void ckpt_record_set_bool(struct ckpt_record *rec, const char *key, bool value);
/* A file's name, which may be in any encoding; ckpt_record_set_str() replaces
 * what isn't UTF-8. */
void ckpt_record_set_bytes(struct ckpt_record *rec, const char *key,
			   const char *value);
/* A member of the member "notes". */
void ckpt_record_set_note(struct ckpt_record *rec, const char *key,
			  const char *value);
void ckpt_record_drop(struct ckpt_record *rec, const char *key);

/* Texts live as long as the record.  A member that is missing or of another
 * type: NULL, "", false or `otherwise`. */
const char *ckpt_record_kind(const struct ckpt_record *rec);
double ckpt_record_time(const struct ckpt_record *rec); /* epoch seconds */
const char *ckpt_record_str(const struct ckpt_record *rec, const char *key);
int64_t ckpt_record_int(const struct ckpt_record *rec, const char *key,
			int64_t otherwise);
double ckpt_record_num(const struct ckpt_record *rec, const char *key,
		       double otherwise);
bool ckpt_record_bool(const struct ckpt_record *rec, const char *key);
bool ckpt_record_has(const struct ckpt_record *rec, const char *key);
const char *ckpt_record_note(const struct ckpt_record *rec, const char *key);
size_t ckpt_record_notes(const struct ckpt_record *rec); /* their number */

/* The record as one JSON object without a check; lives as long as the
 * record. */
const char *ckpt_record_json(const struct ckpt_record *rec);
/* Add the record with its check and a newline to out. */
void ckpt_record_text(const struct ckpt_record *rec, struct ckpt_text *out);
/* The same with the present time as "t". */
void ckpt_record_stamped(struct ckpt_record *rec, struct ckpt_text *out);
/* Add the members without the braces to out, which fails for an empty
 * record. */
void ckpt_record_members(const struct ckpt_record *rec, struct ckpt_text *out);
/*
 * Write the record with the present time as a line of a journal: with its
 * check, a newline and a NUL.  Returns its length; 0: it doesn't fit into size
 * bytes, or memory is short.
 */
size_t ckpt_record_line(struct ckpt_record *rec, char *line, size_t size);

/* The record of such a line, the caller's.  NULL: the line isn't whole, or
 * errno is ENOMEM. */
struct ckpt_record *ckpt_record_parse(const char *text, size_t len_bytes);
/* The record of an object that has no check and that more text may follow;
 * *used: the object's length.  NULL: errno is EBADMSG or ENOMEM. */
struct ckpt_record *ckpt_record_part(const char *text, size_t len_bytes,
				     size_t *used);

#endif
