/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * brief.h: what the plugin hands to the supervisor and to settle, through a
 * descriptor: facts of the job from Slurm, the user's and the site's settings
 * as text, and for the supervisor the job's environment as data.
 */
#ifndef BRIEF_H
#define BRIEF_H

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>

#include "requeue/settings/settings.h"

/* The descriptors of a helper: its brief, */
#define BRIEF_FD	   3
/* the socket by which the supervisor speaks to the script's process, or the
 * pipe by which settle shows its parent that it lives, */
#define BRIEF_REPLY_FD	   4
/* and the memo, see memo.h. */
#define BRIEF_MEMO_FD	   5
#define BRIEF_MEMO_BYTES   32768
#define BRIEF_MEMO_SEALS   (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)
/*
 * The supervisor's last word to the script's process: start the script; start
 * the helper "method" in its place; end.
 */
#define BRIEF_GO	   "go"
#define BRIEF_METHOD	   "method"
#define BRIEF_STOP	   "stop"
/* What that helper finds in its environment: the path of the script, and its
 * end of the socket. */
#define BRIEF_SCRIPT_ENV   "SLURM_CHECKPOINT_SCRIPT"
#define BRIEF_SOCKET_ENV   "SLURM_CHECKPOINT_SOCKET"
#define BRIEF_BEAT	   '.'	 /* settle lives */
#define BRIEF_BEAT_WAITING 'w'	 /* it lives, and slurmctld doesn't reply */
#define BRIEF_HEAD_LEN	   16384 /* the facts, without the environment */
#define BRIEF_NO_TASK	   UINT32_MAX
#define BRIEF_NO_STATUS	   (-1)
/* restart_count in a brief of an epilog, which doesn't know the run. */
#define BRIEF_NO_RUN	   UINT32_MAX

struct brief {
	uint32_t job_id;
	uint32_t array_job_id;	/* 0: not an array */
	uint32_t array_task_id; /* BRIEF_NO_TASK: not an array */
	uint32_t restart_count;
	int script_pid;	    /* supervisor: the user's script; else 0 */
	int wait_status;    /* settle: of the batch task; BRIEF_NO_STATUS */
	uint32_t oom_kills; /* settle: counted by the task's memory cgroup */
	uint32_t is_blind; /* settle: keep off the owner's file systems, because
			      the settle before it hung there */
	uint32_t call_timeout_s; /* settle: the longest call to a slurmctld that
				    is away; 0 unknown */
	char cluster[128];
	char node[256];
	char job_name[256];
	char user[256];
	char work_dir[4096];
	char settings[SETTINGS_TEXT_LEN];
	char site[SETTINGS_TEXT_LEN];
	/* of an epilog, in place of site: the arguments of plugstack.conf */
	char site_args[SETTINGS_TEXT_LEN];
};

/*
 * Write the facts as text into head.  Returns the length, or -1 where something
 * doesn't fit or a value has a newline.  Neither allocates nor calls the
 * system.
 */
int brief_format(const struct brief *brief, char head[BRIEF_HEAD_LEN]);

/*
 * Make memory for memo.h: BRIEF_MEMO_BYTES, whose number is sealed.  Returns a
 * descriptor that is closed on exec; -1: errno says why.
 */
int brief_memo(void);

/*
 * Read a brief from a descriptor.
 *
 * env      set to a NULL-terminated array (one allocation, free with free()),
 *          empty where the brief carries no environment; may be NULL
 *
 * Returns 0, or -1 with a line in err.
 */
int brief_read(int fd, struct brief *brief, char ***env, char *err,
	       size_t err_len);

#endif
