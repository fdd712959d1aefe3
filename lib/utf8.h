/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * utf8.h: one decoder of UTF-8 for the whole project.
 *
 * It is a header without a .c file because requeue/settings/text.c uses it,
 * too, and spank_checkpoint.so holds requeue/settings/ but not the library.
 * This is the one file of lib/ that requeue/settings/ may include: it knows
 * nothing of stores, and lib/ is below everything else.
 */
#ifndef CKPT_UTF8_H
#define CKPT_UTF8_H

#include <stddef.h>
#include <stdint.h>

/*
 * Length in bytes of the well-formed UTF-8 sequence at text, 1 to 4; 0: there
 * is none.  Overlong forms, surrogates and what is above U+10FFFF are not well
 * formed.  Text ends with a NUL, which is a sequence of length 1.
 *
 * code  set to the character if the length isn't 0, else undefined
 */
static inline size_t ckpt_utf8_decode(const char *text, uint32_t *code)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *s = (const unsigned char *)text;
	size_t len = s[0] < 0x80   ? 1
		     : s[0] < 0xc2 ? 0
		     : s[0] < 0xe0 ? 2
		     : s[0] < 0xf0 ? 3
		     : s[0] < 0xf5 ? 4
				   : 0;
	uint32_t c = len > 1 ? s[0] & (0xffu >> (len + 1)) : s[0];
	size_t i;

	for (i = 1; i < len; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	*code = c;
	return c < least[len] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000)
		       ? 0
		       : len;
}

#endif
