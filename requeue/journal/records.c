/* SPDX-License-Identifier: GPL-2.0-or-later */
/* records.c: the kinds of records of a run's journal, as tables. */
#include "requeue/journal/records.h"

#include <string.h>

#include "requeue/policy/decision.h"

/* Beyond these a number is nonsense: sums of such stay far from an overflow. */
#define TIME_MOST                                                              \
	((int64_t)1 << 40)    /* seconds, of a span or since the epoch         \
			       */
#define LIMIT_MOST UINT32_MAX /* minutes, as slurmctld has them */
#define COUNT_MOST UINT32_MAX

static const char *cause_word(int value)
{
	return cause_name((enum cause)value);
}

static int cause_value(const char *word)
{
	return (int)cause_from_name(word);
}

static const char *action_word(int value)
{
	return action_name((enum action)value);
}

static int action_value(const char *word)
{
	return (int)action_from_name(word);
}

static const char *evidence_word(int value)
{
	return evidence_name((enum evidence)value);
}

static int evidence_value(const char *word)
{
	return (int)evidence_from_name(word);
}

static const struct ckpt_words evidences = {evidence_word, evidence_value};
static const struct ckpt_words causes = {cause_word, cause_value};
static const struct ckpt_words actions = {action_word, action_value};

/* Members are written in the order of their rows. */

#define INT(member, json, ...) CKPT_INT(struct OWNER, member, json, __VA_ARGS__)
#define NUM(member, json, ...) CKPT_NUM(struct OWNER, member, json, __VA_ARGS__)
#define BOOL(member, json, ...)                                                \
	CKPT_BOOL(struct OWNER, member, json, __VA_ARGS__)
#define TEXT(member, json)     CKPT_TEXT(struct OWNER, member, json)
#define WORD(member, json, of) CKPT_WORD(struct OWNER, member, json, of)
#define OPTIONAL	       CKPT_OPTIONAL

#define OWNER record_run
static const struct ckpt_field run_fields[] = {
	INT(run, "run", 0, COUNT_MOST, 0),
	INT(job, "job", 0, UINT32_MAX, 0),
	INT(restart, "restart", 0, COUNT_MOST, 0),
	TEXT(node, "node"),
	INT(start_s, "start", 0, TIME_MOST, 0),
	INT(submitted_min, "submitted_min", 0, LIMIT_MOST, 0),
	INT(restored, "restored", 0, UINT32_MAX, 0),
	TEXT(from, "from"),
	NUM(restored_progress, "restored_progress", 0, 1, -1, OPTIONAL),
	INT(passed, "passed", 0, UINT32_MAX, 0, OPTIONAL),
	TEXT(passed_why, "passed_why"),
	INT(grace_s, "grace", 0, TIME_MOST, 0),
	TEXT(grace_why, "grace_why"),
	INT(total_s, "total", 0, TIME_MOST, 0),
	INT(can_save, "can_save", 0, 1, 1),
	INT(pid, "pid", 0, INT32_MAX, 0),
	TEXT(output, "output"),
	INT(limit_min, "limit_min", 0, LIMIT_MOST, -1, OPTIONAL),
	INT(end_s, "end", 0, TIME_MOST, 0, OPTIONAL),
	BOOL(has_missed, "missed", OPTIONAL),
	INT(completing_s, "completing", 0, TIME_MOST, 0, OPTIONAL),
};
#undef OWNER

#define OWNER record_view
static const struct ckpt_field view_fields[] = {
	INT(limit_min, "limit_min", 0, LIMIT_MOST, -1),
	INT(time_min_min, "time_min_min", 0, LIMIT_MOST, 0),
	INT(end_s, "end", 0, TIME_MOST, -1),
	INT(call_timeout_s, "call_timeout", 0, TIME_MOST, 0),
	BOOL(has_exact_min, "exact_min", OPTIONAL),
	BOOL(is_quick_to_end, "quick_end", OPTIONAL),
	BOOL(can_requeue, "requeue"),
	INT(queued_s, "queued", 0, TIME_MOST, 0, OPTIONAL),
	INT(ordered_min, "ordered_min", 0, LIMIT_MOST, -1, OPTIONAL),
	INT(submitted_min, "submitted_min", 0, LIMIT_MOST, 0),
	BOOL(has_missed, "missed", OPTIONAL),
	INT(completing_s, "completing", 0, TIME_MOST, 0, OPTIONAL),
};
#undef OWNER

#define OWNER record_deadline
static const struct ckpt_field deadline_fields[] = {
	INT(end_s, "end", 0, TIME_MOST, -1),
};
#undef OWNER

#define OWNER record_set
static const struct ckpt_field set_fields[] = {
	INT(grace_s, "grace", 0, TIME_MOST, -1),
	INT(total_s, "total", 0, TIME_MOST, -1),
};
#undef OWNER

#define OWNER record_request
static const struct ckpt_field request_fields[] = {
	WORD(cause, "cause", &causes),
	BOOL(is_made, "made"),
	BOOL(has_term, "term"),
	TEXT(text, "text"),
};
#undef OWNER

#define OWNER record_program
static const struct ckpt_field signal_fields[] = {
	INT(pid, "pid", 0, INT32_MAX, 0),
	TEXT(node, "node"),
	TEXT(name, "name"),
	INT(signal, "signal", 0, INT32_MAX, 0),
};

static const struct ckpt_field passed_fields[] = {
	INT(pid, "pid", 0, INT32_MAX, 0),
	TEXT(node, "node"),
	TEXT(name, "name"),
	TEXT(why, "why"),
};
#undef OWNER

#define OWNER record_hook
static const struct ckpt_field hook_fields[] = {
	INT(status, "status", INT32_MIN, INT32_MAX, 0),
};
#undef OWNER

#define OWNER record_finish
static const struct ckpt_field finish_fields[] = {
	INT(signal, "signal", 0, INT32_MAX, 0, OPTIONAL),
	INT(exit, "exit", 0, INT32_MAX, -1, OPTIONAL),
	BOOL(has_store_failed, "store", OPTIONAL),
	BOOL(is_repeat, "repeat", OPTIONAL),
	BOOL(has_complied, "answered"),
	BOOL(is_cut, "cut"),
	BOOL(is_oom, "oom"),
	INT(save_ms, "save_ms", 0, TIME_MOST, 0, OPTIONAL),
	INT(calls, "calls", 0, COUNT_MOST, -1, OPTIONAL),
	BOOL(is_done, "done", OPTIONAL),
	INT(versions, "versions", 0, COUNT_MOST, 0, OPTIONAL),
	INT(saved_s, "saved", 0, TIME_MOST, 0, OPTIONAL),
	NUM(progress, "progress", 0, 1, -1, OPTIONAL),
	WORD(evidence, "evidence", &evidences),
	INT(files, "files", 0, COUNT_MOST, 0, OPTIONAL),
	TEXT(file, "file"),
	TEXT(digest, "digest"),
};
#undef OWNER

#define OWNER record_plan
static const struct ckpt_field plan_fields[] = {
	WORD(action, "action", &actions),
	WORD(cause, "cause", &causes),
	TEXT(state, "state"),
	INT(restart, "restart", 0, COUNT_MOST, 0),
	INT(old_limit_min, "old_limit_min", 0, LIMIT_MOST, 0),
	INT(limit_min, "limit_min", 0, LIMIT_MOST, 0),
	INT(time_min_min, "time_min_min", 0, LIMIT_MOST, 0),
	INT(ordered_min, "ordered_min", 0, LIMIT_MOST, -1, OPTIONAL),
	INT(delay_s, "delay", 0, TIME_MOST, 0),
	INT(begin_s, "begin", 0, TIME_MOST, 0),
	INT(remaining_s, "remaining", 0, TIME_MOST, -1),
	INT(used_s, "used", 0, TIME_MOST, -1),
	INT(stalls, "stalls", 0, COUNT_MOST, 0),
	INT(versions, "versions", 0, COUNT_MOST, 0),
	INT(version, "version", 0, UINT32_MAX, 0, OPTIONAL),
	INT(bytes, "bytes", 0, INT64_MAX, 0, OPTIONAL),
	INT(failed_s, "failed", 0, TIME_MOST, 0, OPTIONAL),
	TEXT(failed_why, "failed_why"),
	INT(saved_s, "saved", 0, TIME_MOST, 0),
	NUM(progress, "progress", 0, 1, -1),
	BOOL(is_done, "done"),
	BOOL(has_ended, "ended"),
	INT(code, "code", 0, INT32_MAX, 0),
	TEXT(reason, "reason"),
};
#undef OWNER

#define OWNER record_settled
static const struct ckpt_field settled_fields[] = {
	WORD(action, "action", &actions),
	TEXT(state, "state"),
	INT(limit_min, "limit_min", 0, LIMIT_MOST, -1),
	INT(time_min_min, "time_min_min", 0, LIMIT_MOST, 0),
	INT(begin_s, "begin", 0, TIME_MOST, -1),
	INT(calls, "calls", 0, COUNT_MOST, 0),
	TEXT(text, "text"),
};
#undef OWNER

#define OWNER record_settings
static const struct ckpt_field settings_fields[] = {
	TEXT(text, "text"),
};
#undef OWNER

#define OWNER record_strike
static const struct ckpt_field strike_fields[] = {
	INT(version, "version", 0, UINT32_MAX, 0),
};
#undef OWNER

#define OWNER record_version
static const struct ckpt_field version_fields[] = {
	INT(version, "version", 0, UINT32_MAX, 0),
	INT(bytes, "bytes", 0, INT64_MAX, 0),
};
#undef OWNER

#define COUNT(array)	       (sizeof(array) / sizeof((array)[0]))
#define ROW(kind, name, table) [kind] = {"journal", name, table, COUNT(table)}

const struct ckpt_kind record_kinds[RECORD_KINDS] = {
	ROW(RECORD_RUN, "run", run_fields),
	ROW(RECORD_VIEW, "view", view_fields),
	ROW(RECORD_DEADLINE, "deadline", deadline_fields),
	ROW(RECORD_SET, "set", set_fields),
	ROW(RECORD_REQUEST, "request", request_fields),
	[RECORD_TERM] = {"journal", "term", NULL, 0},
	ROW(RECORD_SIGNAL, "signal", signal_fields),
	ROW(RECORD_PASSED, "passed", passed_fields),
	ROW(RECORD_HOOK, "hook", hook_fields),
	ROW(RECORD_FINISH, "finish", finish_fields),
	ROW(RECORD_PLAN, "plan", plan_fields),
	ROW(RECORD_SETTLED, "settled", settled_fields),
	ROW(RECORD_SETTINGS, "settings", settings_fields),
	ROW(RECORD_STRIKE, "strike", strike_fields),
	ROW(RECORD_VERSION, "version", version_fields),
};

struct ckpt_record *record_encode(const struct record *record)
{
	/* All members of the union begin at the same place. */
	return ckpt_kind_encode(&record_kinds[record->kind], &record->run);
}

bool record_decode(struct record *record, const struct ckpt_record *rec)
{
	const char *name = ckpt_record_kind(rec);
	double time_s = ckpt_record_time(rec);

	for (int kind = 0; kind < RECORD_KINDS; kind++) {
		if (strcmp(name, record_kinds[kind].name) != 0)
			continue;
		memset(record, 0, sizeof(*record));
		record->kind = (enum record_kind)kind;
		if (time_s > 0 && time_s <= (double)TIME_MOST)
			record->time_s = (int64_t)time_s;
		ckpt_kind_decode(&record_kinds[kind], rec, &record->run);
		return true;
	}
	return false;
}
