/* SPDX-License-Identifier: GPL-2.0-or-later */
/* option.c: reading, writing and carrying the values of option tables. */
#include "requeue/settings/option.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "requeue/settings/duration.h"
#include "requeue/settings/pattern.h"

#define FORMAT	  "v1"
/* How much of a refused value is shown. */
#define SHOWN_LEN 60

/* Signals that can request a program to save.  Signals that can't be caught are
 * not among them, nor those that the kernel sends by itself, nor URG, which
 * Slurm sends to the supervisor. */
static const struct {
	const char *name;
	int number;
} signals[] = {
	{"TERM", SIGTERM}, {"USR1", SIGUSR1}, {"USR2", SIGUSR2},
	{"INT", SIGINT},   {"HUP", SIGHUP},   {"QUIT", SIGQUIT},
	{"ALRM", SIGALRM}, {"XCPU", SIGXCPU}, {"ABRT", SIGABRT},
	{"PWR", SIGPWR},
};
#define SIGNALS	     (sizeof(signals) / sizeof(signals[0]))
#define SIGNAL_NAMES "TERM, USR1, USR2, INT, HUP, QUIT, ALRM, XCPU, ABRT, PWR"

const char *option_signal_name(int signum)
{
	for (size_t i = 0; i < SIGNALS; i++)
		if (signals[i].number == signum)
			return signals[i].name;
	return NULL;
}

static void *field_of(const struct option_row *row, void *base)
{
	return (char *)base + row->offset;
}

static int64_t number_of(const struct option_row *row, const void *base)
{
	int64_t number;

	memcpy(&number, (const char *)base + row->offset, sizeof(number));
	return number;
}

static const char *text_of(const struct option_row *row, const void *base)
{
	return (const char *)base + row->offset;
}

/* -------- reading -------- */

/* Read a number of digits only that fits. */
static bool parse_digits(const char *value, int64_t *number)
{
	long long read;
	char *end;

	if (!isdigit((unsigned char)*value))
		return false;
	errno = 0;
	read = strtoll(value, &end, 10);
	if (errno || *end)
		return false;
	*number = read;
	return true;
}

static bool parse_word(const struct option_row *row, const char *value,
		       int64_t *number)
{
	const struct option_word *word = row->words;

	for (; word && word->name; word++) {
		if (strcmp(word->name, value) != 0)
			continue;
		*number = word->value;
		return true;
	}
	return false;
}

static int parse_duration(const struct option_row *row, const char *value,
			  int64_t *number, char *err, size_t err_len)
{
	char low[DURATION_TEXT_LEN], high[DURATION_TEXT_LEN];

	if (duration_parse(value, number, err, err_len) < 0)
		return -1;
	if (*number >= row->min && *number <= row->max)
		return 0;
	snprintf(err, err_len, "must be from %s to %s",
		 duration_format(row->min, low),
		 duration_format(row->max, high));
	return -1;
}

static int parse_count(const struct option_row *row, const char *value,
		       int64_t *number, char *err, size_t err_len)
{
	if (parse_digits(value, number) && *number >= row->min &&
	    *number <= row->max)
		return 0;
	snprintf(err, err_len, "must be %s from %" PRId64 " to %" PRId64,
		 row->kind == OPTION_EXIT_CODE ? "an exit code"
					       : "a whole number",
		 row->min, row->max);
	return -1;
}

static int parse_signal(const struct option_row *row, const char *value,
			int64_t *number, char *err, size_t err_len)
{
	const char *name = strncmp(value, "SIG", 3) ? value : value + 3;
	int64_t wanted = 0;

	if (strchr(value, ',')) {
		snprintf(err, err_len, "names more than two signals");
		return -1;
	}
	parse_digits(value, &wanted);
	for (size_t i = 0; i < SIGNALS; i++) {
		if (strcmp(signals[i].name, name) != 0 &&
		    signals[i].number != wanted)
			continue;
		*number = signals[i].number;
		return 0;
	}
	snprintf(err, err_len, "must be one of " SIGNAL_NAMES "%s",
		 row->words ? ", or none" : "");
	return -1;
}

static int parse_choice(const struct option_row *row, char *err, size_t err_len)
{
	int len = snprintf(err, err_len, "must be");

	for (const struct option_word *word = row->words; word->name; word++)
		if (len >= 0 && (size_t)len < err_len)
			len += snprintf(err + len, err_len - len, "%s %s",
					word == row->words ? "" : " or",
					word->name);
	return -1;
}

static int parse_number(const struct option_row *row, void *base,
			const char *value, char *err, size_t err_len)
{
	int64_t number = 0;
	int rc = 0;

	if (!parse_word(row, value, &number)) {
		if (row->kind == OPTION_DURATION)
			rc = parse_duration(row, value, &number, err, err_len);
		else if (row->kind == OPTION_SIGNAL)
			rc = parse_signal(row, value, &number, err, err_len);
		else if (row->kind == OPTION_CHOICE)
			rc = parse_choice(row, err, err_len);
		else
			rc = parse_count(row, value, &number, err, err_len);
	}
	if (rc == 0)
		memcpy(field_of(row, base), &number, sizeof(number));
	return rc;
}

static int check_path(const char *value, char *err, size_t err_len)
{
	for (const char *p = value; *p; p++) {
		if (!iscntrl((unsigned char)*p))
			continue;
		snprintf(err, err_len, "has a control character");
		return -1;
	}
	return 0;
}

/* Are these names of programs, without directories? */
static int check_names(const char *value, char *err, size_t err_len)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._+-,";

	if (strspn(value, allowed) == strlen(value) && !strstr(value, ",,") &&
	    value[0] != ',' && value[strlen(value) - 1] != ',')
		return 0;
	snprintf(err, err_len,
		 "must be names of programs without directories, separated by "
		 "commas");
	return -1;
}

/* Is it the name of one file? */
static int check_name(const char *value, char *err, size_t err_len)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "0123456789_-";

	if (strspn(value, allowed) == strlen(value) && value[0] != '-')
		return 0;
	snprintf(err, err_len,
		 "must be a name of small letters, digits, _ and -");
	return -1;
}

static int check_token(const char *value, char *err, size_t err_len)
{
	if (strspn(value, "0123456789abcdef") == OPTION_TOKEN_LEN - 1 &&
	    strlen(value) == OPTION_TOKEN_LEN - 1)
		return 0;
	snprintf(err, err_len, "must be %d hexadecimal digits",
		 OPTION_TOKEN_LEN - 1);
	return -1;
}

static int parse_text(const struct option_row *row, void *base,
		      const char *value, char *err, size_t err_len)
{
	size_t size = row->kind == OPTION_TOKEN ? OPTION_TOKEN_LEN
						: OPTION_PATH_LEN;
	int rc;

	if (!*value) {
		snprintf(err, err_len, "is empty");
		return -1;
	}
	if (row->kind == OPTION_PATTERN)
		rc = pattern_check(value, false, err, err_len);
	else if (row->kind == OPTION_NAMES)
		rc = check_names(value, err, err_len);
	else if (row->kind == OPTION_NAME)
		rc = check_name(value, err, err_len);
	else if (row->kind == OPTION_TOKEN)
		rc = check_token(value, err, err_len);
	else
		rc = check_path(value, err, err_len);
	if (rc == 0 && strlen(value) >= size) {
		snprintf(err, err_len, "is longer than %zu bytes", size - 1);
		rc = -1;
	}
	if (rc == 0)
		memcpy(field_of(row, base), value, strlen(value) + 1);
	return rc;
}

int option_parse(const struct option_row *row, void *base, const char *value,
		 char *err, size_t err_len)
{
	switch (row->kind) {
	case OPTION_PATH:
	case OPTION_PATTERN:
	case OPTION_NAMES:
	case OPTION_NAME:
	case OPTION_TOKEN:
		return parse_text(row, base, value, err, err_len);
	default:
		return parse_number(row, base, value, err, err_len);
	}
}

void option_copy(const struct option_row *row, void *base, const void *from)
{
	size_t size = sizeof(int64_t);

	if (row->kind == OPTION_TOKEN)
		size = OPTION_TOKEN_LEN;
	else if (row->kind == OPTION_PATH || row->kind == OPTION_PATTERN ||
		 row->kind == OPTION_NAMES || row->kind == OPTION_NAME)
		size = OPTION_PATH_LEN;
	memcpy(field_of(row, base), text_of(row, from), size);
}

int option_refuse(const char *name, const char *value, const char *clause,
		  char *err, size_t err_len)
{
	char shown[SHOWN_LEN + 1];
	size_t i;

	for (i = 0; value[i] && i < SHOWN_LEN; i++)
		shown[i] = iscntrl((unsigned char)value[i]) ? '?' : value[i];
	shown[i] = '\0';
	snprintf(err, err_len, "%s=%s%s: %s", name, shown,
		 value[i] ? "..." : "", clause);
	return -1;
}

/* -------- writing -------- */

static const char *word_for(const struct option_row *row, int64_t number)
{
	const struct option_word *word = row->words;

	for (; word && word->name; word++)
		if (word->value == number)
			return word->name;
	return NULL;
}

static int format_number(const struct option_row *row, int64_t number,
			 char *text, size_t size)
{
	char duration[DURATION_TEXT_LEN];
	const char *word = word_for(row, number);

	if (!word && row->kind == OPTION_DURATION)
		word = duration_format(number, duration);
	if (!word && row->kind == OPTION_SIGNAL)
		word = option_signal_name((int)number);
	if (word)
		return snprintf(text, size, "%s", word);
	return snprintf(text, size, "%" PRId64, number);
}

int option_format(const struct option_row *row, const void *base, char *text,
		  size_t size)
{
	int64_t number;
	int len;

	text[0] = '\0';
	switch (row->kind) {
	case OPTION_PATH:
	case OPTION_PATTERN:
	case OPTION_NAMES:
	case OPTION_NAME:
	case OPTION_TOKEN:
		len = snprintf(text, size, "%s", text_of(row, base));
		break;
	default:
		number = number_of(row, base);
		if (number == 0 && row->min > 0)
			return 0;
		len = format_number(row, number, text, size);
	}
	return len >= 0 && (size_t)len < size ? len : -1;
}

/* -------- carrying -------- */

static bool is_plain(char c)
{
	return isalnum((unsigned char)c) || strchr("._/+:@-", c);
}

bool option_escape(char *text, size_t size, size_t *len, const char *value)
{
	for (; *value; value++) {
		bool is_escaped = !is_plain(*value);
		int n;

		n = snprintf(text + *len, size - *len,
			     is_escaped ? "%%%02X" : "%c",
			     is_escaped ? (unsigned char)*value : *value);
		if (n < 0 || *len + n >= size)
			return false;
		*len += n;
	}
	return true;
}

int option_encode(const struct option_row *rows, size_t count, const void *base,
		  char *text, size_t size)
{
	char value[OPTION_PATH_LEN];
	size_t len = strlen(FORMAT);

	snprintf(text, size, "%s", FORMAT);
	for (size_t i = 0; i < count; i++) {
		int n = option_format(&rows[i], base, value, sizeof(value));

		if (n == 0)
			continue;
		if (n < 0)
			return -1;
		n = snprintf(text + len, size - len, ",%s=", rows[i].key);
		if (n < 0 || len + n >= size)
			return -1;
		len += n;
		if (!option_escape(text, size, &len, value))
			return -1;
	}
	return 0;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool option_unescape(const char **at, char *value, size_t size)
{
	const char *p = *at;
	size_t len = 0;

	while (*p && *p != ',') {
		char c = *p++;

		if (c == '%') {
			int high = hex_digit(p[0]);
			int low = high < 0 ? -1 : hex_digit(p[1]);

			if (low < 0)
				return false;
			c = (char)(high * 16 + low);
			p += 2;
		} else if (!is_plain(c)) {
			return false;
		}
		if (c == '\0' || len + 1 >= size)
			return false;
		value[len++] = c;
	}
	value[len] = '\0';
	*at = p;
	return true;
}

/* Find the row whose key is at *at, and move that behind the '='. */
static const struct option_row *take_key(const struct option_row *rows,
					 size_t count, const char **at)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(rows[i].key);

		if (strncmp(*at, rows[i].key, len) != 0 || (*at)[len] != '=')
			continue;
		*at += len + 1;
		return &rows[i];
	}
	return NULL;
}

/* Read one `,key=value`; *at is at the comma, and is moved behind the value. */
static int decode_pair(const struct option_row *rows, size_t count, void *base,
		       const char **at, uint64_t *seen, char *err,
		       size_t err_len)
{
	char value[OPTION_PATH_LEN], clause[256];
	const struct option_row *row;
	uint64_t bit;

	if (*(*at)++ != ',') {
		snprintf(err, err_len, "the text is malformed");
		return -1;
	}
	row = take_key(rows, count, at);
	if (!row) {
		snprintf(err, err_len,
			 "the text has an unknown key: a later release "
			 "may have made it");
		return -1;
	}
	bit = UINT64_C(1) << (row - rows);
	if (*seen & bit) {
		snprintf(err, err_len, "%s stands there twice", row->key);
		return -1;
	}
	*seen |= bit;
	if (!option_unescape(at, value, sizeof(value))) {
		snprintf(err, err_len, "the value of %s is malformed",
			 row->key);
		return -1;
	}
	if (option_parse(row, base, value, clause, sizeof(clause)) < 0)
		return option_refuse(row->key, value, clause, err, err_len);
	return 0;
}

int option_decode(const struct option_row *rows, size_t count, void *base,
		  const char *text, size_t max_len, char *err, size_t err_len)
{
	uint64_t seen = 0;
	const char *at = text + strlen(FORMAT);

	if (strnlen(text, max_len + 1) > max_len) {
		snprintf(err, err_len, "the text is longer than %zu bytes",
			 max_len);
		return -1;
	}
	if (strncmp(text, FORMAT, strlen(FORMAT)) != 0) {
		snprintf(err, err_len,
			 "the text isn't in format " FORMAT
			 "; was it written by another release?");
		return -1;
	}
	while (*at)
		if (decode_pair(rows, count, base, &at, &seen, err, err_len) <
		    0)
			return -1;
	return 0;
}
