/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * find.c: the stores that a JOB, JOB_TASK or DIR stands for.
 *
 * The job's comment says where its store is, from its submission on.  Otherwise
 * the store has the default name and is in the job's work directory.  Where
 * slurmctld doesn't know the job any more, its accounting may; else the store
 * is looked for in the present directory.  A store that another job has claimed
 * is refused, however it was found.
 */
#include "cmd/scheckpoint/find.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/parse.h"
#include "cmd/scheckpoint/sacct.h"
#include "cmd/scheckpoint/say.h"
#include "cmd/scheckpoint/slurm.h"
#include "requeue/settings/comment.h"
#include "requeue/settings/pattern.h"

/* Enough for every job of a user; bounds the search in a wrong directory. */
#define STORES_MOST 10000

static bool is_store(const char *dir)
{
	char path[4352];

	snprintf(path, sizeof(path), "%s/store.json", dir);
	return access(path, F_OK) == 0;
}

/* May it not be looked into?  Then it may be another user's store. */
static bool is_shut(const char *dir)
{
	return access(dir, X_OK) && errno == EACCES;
}

static int say_shut(const struct call *call, const char *dir)
{
	return say_error(call,
			 "%s is another user's, or in another user's "
			 "directory: only that user and root may look into it",
			 dir);
}

static bool add_store(struct stores *stores, const char *dir)
{
	char **dirs;

	if (stores->count >= STORES_MOST)
		return false;
	dirs = reallocarray(stores->dirs, stores->count + 1, sizeof(*dirs));
	if (!dirs)
		return false;
	stores->dirs = dirs;
	dirs[stores->count] = strdup(dir);
	if (!dirs[stores->count])
		return false;
	stores->count++;
	return true;
}

void stores_free(struct stores *stores)
{
	for (size_t i = 0; i < stores->count; i++)
		free(stores->dirs[i]);
	free(stores->dirs);
	memset(stores, 0, sizeof(*stores));
}

static int by_number(const void *a, const void *b)
{
	return strverscmp(*(char *const *)a, *(char *const *)b);
}

/* Add the store dir itself, or the stores below it: those of an array are two
 * levels below the directory that it was submitted in. */
static void collect(struct stores *stores, const char *dir, int levels)
{
	struct dirent *entry;
	DIR *stream;

	if (is_store(dir)) {
		add_store(stores, dir);
		return;
	}
	stream = levels ? opendir(dir) : NULL;
	while (stream && (entry = readdir(stream))) {
		char path[4096];

		if (entry->d_name[0] == '.' ||
		    (entry->d_type != DT_DIR && entry->d_type != DT_LNK &&
		     entry->d_type != DT_UNKNOWN))
			continue;
		if (!strcmp(dir, "."))
			snprintf(path, sizeof(path), "%s", entry->d_name);
		else if (snprintf(path, sizeof(path), "%s/%s", dir,
				  entry->d_name) >= (int)sizeof(path))
			continue;
		collect(stores, path, levels - 1);
	}
	if (stream)
		closedir(stream);
	if (stores->count)
		qsort(stores->dirs, stores->count, sizeof(*stores->dirs),
		      by_number);
}

/* The same for a store that was named: it is added even if it can't be read,
 * so that its use tells why. */
static void collect_named(struct stores *stores, const char *dir, int levels)
{
	collect(stores, dir, levels);
	if (!stores->count && is_shut(dir))
		add_store(stores, dir);
}

struct job_words {
	uint32_t job, task; /* task: CKPT_NO_TASK: none was named */
};

static bool parse_job(const char *what, struct job_words *words)
{
	char text[32], *mark;

	words->task = CKPT_NO_TASK;
	if (snprintf(text, sizeof(text), "%s", what) >= (int)sizeof(text))
		return false;
	mark = strchr(text, '_');
	if (mark) {
		*mark = '\0';
		if (!parse_number(mark + 1, UINT32_MAX - 1, &words->task))
			return false;
	}
	return parse_number(text, UINT32_MAX - 1, &words->job);
}

/* base: "" or a directory with its slash. */
static void default_name(char *path, size_t size, const char *base,
			 uint32_t job, uint32_t task)
{
	int len = snprintf(path, size, "%scheckpoint-%u", base, job);

	if (task != CKPT_NO_TASK && len < (int)size)
		snprintf(path + len, size - (size_t)len, "/%u", task);
}

static void collect_by_name(struct stores *stores, const char *base,
			    const struct job *job,
			    const struct job_words *words)
{
	char path[4224];

	/* A task of an array, named by its own job id. */
	if (words->task == CKPT_NO_TASK && job->array_job_id &&
	    job->array_job_id != words->job) {
		default_name(path, sizeof(path), base, job->array_job_id,
			     job->array_task_id);
		collect_named(stores, path, 0);
	}
	if (!stores->count) {
		default_name(path, sizeof(path), base, words->job, words->task);
		collect_named(stores, path, words->task == CKPT_NO_TASK);
	}
}

bool job_store(char *dir, size_t size, const struct job *job)
{
	const struct pattern_values values = {
		.job = job->job_id,
		.array_job = job->array_job_id,
		.array_task = job->array_job_id ? job->array_task_id : 0,
		.name = "",
		.user = "",
	};
	const char *part = comment_part(job->comment);
	char pattern[COMMENT_STORE_MAX], err[256];

	if (comment_store_dir(dir, size, COMMENT_STORE, part))
		return true;
	if (job->array_job_id && job->array_task_id == JOB_NO_TASK)
		return false; /* several tasks that have not begun */
	if (!comment_store_dir(pattern, sizeof(pattern), COMMENT_PATTERN, part))
		snprintf(pattern, sizeof(pattern), "%s",
			 job->array_job_id ? PATTERN_DEFAULT_ARRAY
					   : PATTERN_DEFAULT);
	return pattern_expand(pattern, &values, job->work_dir, dir, size, err,
			      sizeof(err)) == 0;
}

bool job_has_store(const struct job *job, const struct ckpt_store *store)
{
	const struct ckpt_identity *id = ckpt_identity_of(store);

	return !id->job || !id->token[0] || id->job == job->job_id ||
	       (job->array_job_id && id->array_job == job->array_job_id &&
		id->array_task == job->array_task_id);
}

/* Is it the job that the words name, or a task of that array? */
static bool is_named(const struct job *job, const struct job_words *words)
{
	if (words->task != CKPT_NO_TASK)
		return job->array_job_id == words->job &&
		       job->array_task_id == words->task;
	return job->job_id == words->job || job->array_job_id == words->job;
}

/* What is found by the comments of a job or of an array's tasks. */
struct by_comment {
	struct stores *stores;
	const struct job_words *words;
	char cluster[128];
};

static void add_by_comment(const struct job *job, void *arg)
{
	struct by_comment *found = arg;
	char dir[4096];

	if (!is_named(job, found->words))
		return;
	snprintf(found->cluster, sizeof(found->cluster), "%s", job->cluster);
	if (job_store(dir, sizeof(dir), job) && (is_store(dir) || is_shut(dir)))
		add_store(found->stores, dir);
}

static bool add_listed(const struct job *job, void *arg)
{
	add_by_comment(job, arg);
	return true;
}

/* Find the stores of an array whose tasks don't have the default names. */
static void collect_tasks(struct by_comment *found, const struct job *job)
{
	char pattern[COMMENT_STORE_MAX], trouble[SLURM_TROUBLE_MAX], whose[32];
	const char *part = comment_part(job->comment);

	if (comment_store_dir(pattern, sizeof(pattern), COMMENT_PATTERN,
			      part) &&
	    !strcmp(pattern, PATTERN_DEFAULT_ARRAY))
		return;
	snprintf(whose, sizeof(whose), "job:%u", job->array_job_id);
	slurm_each(whose, add_listed, found, trouble);
}

static void collect_by_comment(struct by_comment *found, const struct job *job)
{
	char word[COMMENT_STORE_MAX];

	comment_store(word, comment_part(job->comment));
	if (job->array_job_id && word[0])
		collect_tasks(found, job);
	else if (word[0])
		add_by_comment(job, found);
}

/* A store without a token may be any job's, as for ckpt_claim(). */
static bool is_of_job(const struct ckpt_identity *id,
		      const struct job_words *words, const char *cluster)
{
	if (!id->job || !id->token[0])
		return true;
	if (cluster[0] && id->cluster[0] && strcmp(cluster, id->cluster) != 0)
		return false;
	if (words->task != CKPT_NO_TASK)
		return id->array_job == words->job &&
		       id->array_task == words->task;
	return id->job == words->job || id->array_job == words->job;
}

static bool is_of_other_job(const struct call *call, const char *what,
			    const struct job_words *words, const char *cluster,
			    const char *dir)
{
	struct ckpt_store *store = NULL;
	char name[JOB_NAME_MAX];
	bool is_other = false;

	/* A store that can't be opened is reported where it is used. */
	if (ckpt_open(&store, dir, CKPT_READ, CKPT_RUN_PRESENT, NULL) ==
	    CKPT_OK)
		is_other = !is_of_job(ckpt_identity_of(store), words, cluster);
	if (is_other)
		say_error(call, "%s is %s's store, not job %s's", dir,
			  job_name(name, store), what);
	ckpt_close(store);
	return is_other;
}

/* Leave out the stores of other jobs, and name each on stderr. */
static int leave_others_out(const struct call *call, const char *what,
			    const struct job_words *words, const char *cluster,
			    struct stores *stores)
{
	size_t kept = 0, found = stores->count;

	for (size_t i = 0; i < found; i++) {
		char *dir = stores->dirs[i];

		if (is_of_other_job(call, what, words, cluster, dir))
			free(dir);
		else
			stores->dirs[kept++] = dir;
	}
	stores->count = kept;
	return kept == found ? SAYS_YES : SAYS_ERROR;
}

static int say_none(const struct call *call, const char *what,
		    const struct job_words *words,
		    const struct slurm_reply *reply)
{
	const struct job *job = &reply->job;
	char said[2 * COMMENT_MAX], path[64];
	bool has_begun = job->restart_count || job->state != STATE_PENDING;
	const char *held = job->is_held ? ", HELD" : "";

	comment_said(said, sizeof(said), comment_part(job->comment));
	/* The reply is about another task, or the array as a whole. */
	if (reply->is_known && words->task != CKPT_NO_TASK &&
	    job->array_task_id != words->task)
		return say_error(call,
				 "task %u of array %u has no store in %s: it "
				 "has not begun yet, or the array has no such "
				 "task",
				 words->task, words->job, job->work_dir);
	if (reply->is_known && said[0])
		return say_error(
			call,
			"job %s (%s%s) has no store in %s; its comment "
			"says: %s",
			what, job->state_name, held, job->work_dir, said);
	if (reply->is_known && !has_begun)
		return say_error(call,
				 "job %s (%s%s) has not begun yet: it has no "
				 "store until then",
				 what, job->state_name, held);
	if (reply->is_known)
		return say_error(
			call,
			"job %s (%s%s) has no store in %s; it may have "
			"been submitted without --checkpoint; if it "
			"was submitted with --checkpoint-dir, name "
			"the directory",
			what, job->state_name, held, job->work_dir);
	default_name(path, sizeof(path), "", words->job, words->task);
	if (reply->trouble[0])
		return say_error(call,
				 "%s, and there is no %s here; name the "
				 "directory of job %s's store",
				 reply->trouble, path, what);
	return say_error(call,
			 "Slurm doesn't know job %s (any more), and "
			 "there is no %s here; name the directory of its store",
			 what, path);
}

static int find_job(const struct call *call, const char *what,
		    const struct job_words *words, struct stores *stores)
{
	struct slurm_reply reply;
	struct by_comment found = {.stores = stores, .words = words};
	const struct job *job = &reply.job;
	char base[sizeof(job->work_dir) + 1];
	int code;

	if (slurm_query(words->job, &reply))
		collect_by_comment(&found, job);
	else if (!reply.trouble[0])
		sacct_job(what, add_by_comment, &found);
	snprintf(base, sizeof(base), "%s/", job->work_dir);
	if (!stores->count && job->work_dir[0])
		collect_by_name(stores, base, job, words);
	if (!stores->count)
		collect_by_name(stores, "", job, words);
	if (stores->count)
		code = leave_others_out(
			call, what, words,
			reply.is_known ? job->cluster : found.cluster, stores);
	else
		code = say_none(call, what, words, &reply);
	slurm_forget(&reply);
	return code;
}

int find_stores(const struct call *call, const char *what,
		struct stores *stores)
{
	const char *own = getenv("SLURM_CHECKPOINT_DIR");
	struct job_words words;
	struct stat st;

	memset(stores, 0, sizeof(*stores));
	if (what && !strchr(what, '/') && parse_job(what, &words))
		return find_job(call, what, &words, stores);
	if (!what)
		what = own && own[0] ? own : ".";
	if (stat(what, &st) == 0 && !S_ISDIR(st.st_mode))
		return say_error(call,
				 "%s is not a directory; give a job id or the "
				 "directory of a store",
				 what);
	if (is_shut(what))
		return say_shut(call, what);
	if (access(what, R_OK | X_OK))
		return say_error(call,
				 "%s: %s; give a job id or the directory "
				 "of a store",
				 what, strerror(errno));
	collect(stores, what, 2);
	if (!stores->count)
		return say_error(call,
				 "there is no store in %s; give a job id "
				 "or the directory of a store",
				 !strcmp(what, ".") ? "this directory" : what);
	return SAYS_YES;
}

int each_store(const struct call *call, const char *what, enum ckpt_mode mode,
	       int (*each)(const struct call *call, struct ckpt_store *store))
{
	struct stores stores = {0};
	int code = find_stores(call, what, &stores);

	for (size_t i = 0; i < stores.count; i++) {
		struct ckpt_store *store = NULL;
		struct ckpt_error err = {0};
		enum ckpt_status status;
		int one;

		if (i)
			putchar('\n');
		status = mode == CKPT_WRITE
				 ? ckpt_attach(&store, stores.dirs[i], NULL,
					       &err)
				 : ckpt_open(&store, stores.dirs[i], CKPT_READ,
					     CKPT_RUN_PRESENT, &err);
		if (status && err.errnum == EACCES)
			one = say_shut(call, stores.dirs[i]);
		else if (status)
			one = say_status(call, status, &err);
		else
			one = each(call, store);
		if (one > code)
			code = one;
		ckpt_close(store);
	}
	stores_free(&stores);
	return code;
}

int each_operand(const struct call *call,
		 int (*each)(const struct call *call, struct ckpt_store *store))
{
	int code = SAYS_YES;

	for (int i = 0; i < call->count; i++) {
		int one = each_store(call, call->operands[i], CKPT_WRITE, each);

		if (one > code)
			code = one;
	}
	return code;
}

const char *job_name(char text[JOB_NAME_MAX], const struct ckpt_store *store)
{
	const struct ckpt_identity *id = ckpt_identity_of(store);

	text[0] = '\0';
	if (id->job && id->array_job && id->array_task != CKPT_NO_TASK)
		snprintf(text, JOB_NAME_MAX, "job %u_%u (%u)", id->array_job,
			 id->array_task, id->job);
	else if (id->job)
		snprintf(text, JOB_NAME_MAX, "job %u", id->job);
	return text;
}
