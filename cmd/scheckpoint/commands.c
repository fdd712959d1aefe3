/* SPDX-License-Identifier: GPL-2.0-or-later */
/* commands.c: the table of all commands. */
#include "cmd/scheckpoint/commands.h"

#include "cmd/scheckpoint/check_site.h"
#include "cmd/scheckpoint/clean.h"
#include "cmd/scheckpoint/doctor.h"
#include "cmd/scheckpoint/history.h"
#include "cmd/scheckpoint/list.h"
#include "cmd/scheckpoint/log.h"
#include "cmd/scheckpoint/report.h"
#include "cmd/scheckpoint/request.h"
#include "cmd/scheckpoint/restore.h"
#include "cmd/scheckpoint/save.h"
#include "cmd/scheckpoint/set.h"
#include "cmd/scheckpoint/simple.h"
#include "cmd/scheckpoint/done.h"
#include "cmd/scheckpoint/status.h"
#include "cmd/scheckpoint/timeline.h"
#include "cmd/scheckpoint/try.h"
#include "cmd/scheckpoint/vacate.h"
#include "cmd/scheckpoint/verify.h"
#include "requeue/journal/amend.h"

const struct command commands[] = {
	{
		.name = "save",
		.arguments = "FILE...",
		.help = "Commit files and directories as a version.",
		.use = USE_IN_JOB,
		.least = 1,
		.most = ANY_NUMBER,
		.options =
			{
				{"progress", "P",
				 "the part of the whole job that is done, 0 to 1"},
				{"schema", "NAME/N",
				 "name and number of the state's own format"},
				{"shard", "I/N",
				 "shard I (from 0) of a version that N tasks save"},
				{"mark", "TEXT",
				 "what the shards of one version have in common"},
			},
		.run = command_save,
	},
	{
		.name = "restore",
		.arguments = "[DIR]",
		.help = "Copy the newest good version's files to DIR.",
		.use = USE_IN_JOB,
		.most = 1,
		.options =
			{
				{"from", "JOB|DIR",
				 "from that store, not from this job's own"},
				{"schema", "NAME/N",
				 "refuse a version of any other format"},
				{"shard", "I/N",
				 "only the files that were saved as shard I of N"},
				{"force", NULL,
				 "from outside of the job: replace newer files too"},
			},
		.run = command_restore,
	},
	{
		.name = "progress",
		.arguments = "P",
		.help = "Tell the part of the job that is done, 0 to 1.",
		.use = USE_IN_JOB,
		.least = 1,
		.most = 1,
		.run = command_progress,
	},
	{
		.name = "done",
		.arguments = "",
		.help = "Say that the job is finished for good.",
		.use = USE_IN_JOB,
		.run = command_done,
	},
	{
		.name = "time-left",
		.arguments = "",
		.help = "Print the seconds until this run ends.",
		.use = USE_IN_JOB,
		.run = command_time_left,
	},
	{
		.name = "requested",
		.arguments = "",
		.help = "Exit with 0 if asked to save and stop.",
		.use = USE_IN_JOB,
		.run = command_requested,
	},
	{
		.name = "status",
		.arguments = "[JOB|DIR...]",
		.help = "Tell how jobs are getting on.",
		.more = "Without JOB or DIR: all of your checkpointed jobs.",
		.use = USE_BY_USER,
		.most = ANY_NUMBER,
		.options =
			{
				{"long", NULL,
				 "all that is known, of each task of an array"},
				{"all", NULL, "jobs of all users"},
				{"user", "NAME", "jobs of that user"},
				{"watch", "[SECONDS]",
				 "again and again, every 10 seconds"},
				{"json", NULL, "as JSON, for programs"},
			},
		.letters = "la",
		.run = command_status,
	},
	{
		.name = "history",
		.arguments = "[JOB|DIR]",
		.help = "Print a job's runs, and why each ended.",
		.use = USE_BY_USER,
		.most = 1,
		.options =
			{
				{"json", NULL, "as JSON, for programs"},
			},
		.run = command_history,
	},
	{
		.name = "timeline",
		.arguments = "[JOB|DIR]",
		.help = "Draw a job's runs, waits and saves.",
		.use = USE_BY_USER,
		.most = 1,
		.options =
			{
				{"svg", "FILE",
				 "as a picture, - for the output"},
				{"ascii", NULL, "without line drawing"},
			},
		.run = command_timeline,
	},
	{
		.name = "log",
		.arguments = "[JOB|DIR]",
		.help = "Print our lines in a job's output.",
		.use = USE_BY_USER,
		.most = 1,
		.run = command_log,
	},
	{
		.name = "list",
		.arguments = "[JOB|DIR]",
		.help = "List the versions in a store.",
		.use = USE_BY_USER,
		.most = 1,
		.options =
			{
				{"json", NULL, "as JSON, for programs"},
			},
		.run = command_list,
	},
	{
		.name = "verify",
		.arguments = "[JOB|DIR [VERSION]]",
		.help = "Compare versions with what was committed.",
		.use = USE_BY_USER,
		.most = 2,
		.run = command_verify,
	},
	{
		.name = "release",
		.arguments = "JOB|DIR VERSION",
		.help = "Use a version again that was set aside.",
		.use = USE_BY_USER,
		.least = 2,
		.most = 2,
		.run = command_release,
	},
	{
		.name = "clean",
		.arguments = "JOB|DIR...",
		.help = "Remove the versions of jobs that are over.",
		.use = USE_BY_USER,
		.least = 1,
		.most = ANY_NUMBER,
		.options =
			{
				{"force", NULL,
				 "even if the job may go on from them"},
			},
		.run = command_clean,
	},
	{
		.name = "now",
		.arguments = "JOB|DIR...",
		.help = "Let running jobs save, and go on.",
		.use = USE_BY_USER,
		.least = 1,
		.most = ANY_NUMBER,
		.run = command_now,
	},
	{
		.name = "requeue",
		.arguments = "JOB|DIR...",
		.help = "Let running jobs save, and requeue them.",
		.use = USE_BY_USER,
		.least = 1,
		.most = ANY_NUMBER,
		.run = command_requeue,
	},
	{
		.name = "set",
		.arguments = "JOB WORD=VALUE...",
		.help = "Change settings after submission.",
		.more = "WORD is " AMEND_WORDS ".",
		.use = USE_BY_USER,
		.least = 2,
		.most = ANY_NUMBER,
		.run = command_set,
	},
	{
		.name = "try",
		.arguments = "SCRIPT [OPTION...]",
		.help = "Rehearse a job: does it save and go on?",
		.more = "OPTION is one of sbatch; after -- follow the script's "
			"arguments.",
		.use = USE_BY_USER,
		.least = 1,
		.most = ANY_NUMBER,
		.is_wrapper = true,
		.options =
			{
				{"after", "TIME",
				 "what a run computes before it is asked (20)"},
				{"wait", "TIME", "for each start (15m)"},
				{"json", NULL, "as JSON, for programs"},
			},
		.run = command_try,
	},
	{
		.name = "doctor",
		.arguments = "[DIR]",
		.help = "Look whether all is well, and say what to mend.",
		.more = "DIR is where jobs have their stores.",
		.use = USE_BY_USER,
		.most = 1,
		.options =
			{
				{"nodes", "LIST",
				 "compare these nodes, or ALL, by srun"},
				{"try", NULL,
				 "also submit a job of two minutes"},
				{"json", NULL, "as JSON, for programs"},
				{"facts", NULL,
				 "print what this machine has, for --nodes"},
			},
		.run = command_doctor,
	},
	{
		.name = "vacate",
		.arguments = "NODE...",
		.help = "Drain nodes; let jobs there save and go.",
		.use = USE_BY_OPERATOR,
		.least = 1,
		.most = ANY_NUMBER,
		.options =
			{
				{"wait", "TIME", "for jobs that save (10m)"},
			},
		.run = command_vacate,
	},
	{
		.name = "report",
		.arguments = "",
		.help = "Count jobs, requeues, and what was kept.",
		.use = USE_BY_OPERATOR,
		.options =
			{
				{"since", "TIME",
				 "how long ago, or a date (7d)"},
				{"user", "NAME", "only jobs of that user"},
				{"partition", "NAME", "only jobs there"},
				{"openmetrics", NULL,
				 "for a textfile collector"},
				{"json", NULL, "as JSON, for programs"},
			},
		.run = command_report,
	},
	{
		.name = "check-site",
		.arguments = "[FILE]",
		.help = "Check the plugin's line in plugstack.conf.",
		.use = USE_BY_OPERATOR,
		.most = 1,
		.run = command_check_site,
	},
};
const size_t command_count = sizeof(commands) / sizeof(commands[0]);
