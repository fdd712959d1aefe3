/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scheckpoint: save and restore the state of a checkpointed job from its
 * script, and look at what it has done.  Works where there is no Slurm.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cmd/scheckpoint/scheckpoint.h"
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
		.use = USE_BY_USER,
		.most = ANY_NUMBER,
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
};
const size_t command_count = sizeof(commands) / sizeof(commands[0]);

static void print_commands(enum command_use use)
{
	for (size_t i = 0; i < command_count; i++)
		if (commands[i].use == use)
			printf("  %-9s %-19s %s\n", commands[i].name,
			       commands[i].arguments, commands[i].help);
}

static int print_help(void)
{
	printf("Usage: scheckpoint COMMAND [OPTION...] [ARGUMENT...]\n\n"
	       "In the script of a job that was submitted with "
	       "sbatch --checkpoint:\n");
	print_commands(USE_IN_JOB);
	printf("\nFor users:\n");
	print_commands(USE_BY_USER);
	printf("\nFor operators:\n");
	print_commands(USE_BY_OPERATOR);
	printf("\nJOB is a job id or ARRAY_TASK, DIR a job's store.  "
	       "\"scheckpoint COMMAND --help\"\n"
	       "tells a command's options, scheckpoint(1) the rest.\n");
	return SAYS_YES;
}

static int print_command_help(const struct command *command)
{
	const struct command_option *option;

	printf("Usage: scheckpoint %s%s%s%s\n\n%s\n", command->name,
	       command->options[0].name ? " [OPTION...]" : "",
	       command->arguments[0] ? " " : "", command->arguments,
	       command->help);
	if (command->more)
		printf("%s\n", command->more);
	if (command->options[0].name)
		putchar('\n');
	for (option = command->options; option->name; option++)
		printf("  --%s%s%-*s  %s\n", option->name,
		       option->argument ? "=" : " ",
		       (int)(18 - strlen(option->name)),
		       option->argument ? option->argument : "", option->help);
	return SAYS_YES;
}

const char *call_option(const struct call *call, const char *name)
{
	for (size_t i = 0; call->command->options[i].name; i++)
		if (!strcmp(call->command->options[i].name, name))
			return call->values[i];
	return NULL;
}

static const char *spelled(char *argv[])
{
	return argv[optind - 1];
}

/* Returns -1 to go on, else an exit code. */
static int parse_options(struct call *call, int argc, char *argv[])
{
	const struct command *command = call->command;
	struct option options[COMMAND_OPTIONS_MAX + 2] = {0};
	enum {
		HELP = 1000
	};
	size_t n = 0;
	int c;

	for (; command->options[n].name; n++)
		options[n] = (struct option){
			.name = command->options[n].name,
			.has_arg = command->options[n].argument
					   ? required_argument
					   : no_argument,
			.val = (int)n + 1,
		};
	options[n] = (struct option){.name = "help", .val = HELP};
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (c == HELP)
			return print_command_help(command);
		if (c == ':')
			return say_error(call,
					 "%s needs a value; see "
					 "scheckpoint %s --help",
					 spelled(argv), command->name);
		if (c == '?')
			return say_error(call,
					 "unknown option %s; see "
					 "scheckpoint %s --help",
					 spelled(argv), command->name);
		call->values[c - 1] = optarg ? optarg : "";
	}
	call->count = argc - optind;
	call->operands = argv + optind;
	return -1;
}

static int run_command(const struct command *command, int argc, char *argv[])
{
	struct call call = {.command = command};
	int code = parse_options(&call, argc, argv);

	if (code >= 0)
		return code;
	if (call.count < command->least)
		return say_error(&call,
				 "too few arguments; usage: scheckpoint "
				 "%s %s",
				 command->name, command->arguments);
	if (command->most != ANY_NUMBER && call.count > command->most)
		return say_error(&call,
				 "too many arguments; usage: "
				 "scheckpoint %s%s%s",
				 command->name,
				 command->arguments[0] ? " " : "",
				 command->arguments);
	return command->run(&call);
}

static int find_and_run(int argc, char *argv[])
{
	if (argc < 2)
		return say_error(NULL, "no command was given; see scheckpoint "
				       "--help");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help"))
		return print_help();
	if (!strcmp(argv[1], "--version")) {
		printf("scheckpoint %s\n", VERSION);
		return SAYS_YES;
	}
	for (size_t i = 0; i < command_count; i++)
		if (!strcmp(argv[1], commands[i].name))
			return run_command(&commands[i], argc - 1, argv + 1);
	return say_error(NULL,
			 "there is no command '%s'; see scheckpoint "
			 "--help",
			 argv[1]);
}

int main(int argc, char *argv[])
{
	int code = find_and_run(argc, argv);

	/* A script that reads our answer must not take a part for it. */
	if (fflush(stdout) || ferror(stdout))
		return say_error(NULL, "the output could not be written");
	return code;
}
