/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * commands.h: find commands and their words in the text of a shell script.
 *
 * Scripts are not parsed: a here-document with one apostrophe would lead any
 * small parser astray for the rest of the file.  Each line is looked at by
 * itself for a command at a place where a command may stand; of a long line,
 * only the last 4,096 characters before that place count.  So the time grows
 * with the length of the script alone.
 */
#ifndef COMMANDS_H
#define COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

/* Words of one command that are looked at; the others are passed over. */
#define COMMANDS_WORDS_MOST 256

/* The next place at or after from, which lies in the script, where this
 * command is called outside of comments; NULL: there is no more. */
const char *commands_find(const char *script, const char *from,
			  const char *name);

/* The same for a program whose directory may be named, too. */
const char *commands_find_program(const char *script, const char *from,
				  const char *name);

/* Does this place of the script lie in a text in quotes? */
bool commands_is_quoted(const char *script, const char *at);

/*
 * Read one word of a command, its quotes taken off; a longer one is cut at
 * size - 1.  Returns where to go on, NULL at the end of the command: word is
 * untouched.
 */
const char *commands_word(const char *at, char *word, size_t size);

/* A copy of the script with its here-documents blanked, as they are input to
 * another program.  The caller frees it; NULL without memory. */
char *commands_without_documents(const char *script);

#endif
