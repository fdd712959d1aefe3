/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * scheckpoint: save and restore the state of a checkpointed job from its
 * script, and look at what it has done.  Works where there is no Slurm.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cmd/scheckpoint/commands.h"
#include "cmd/scheckpoint/say.h"

static void print_commands(enum command_use use)
{
	for (size_t i = 0; i < command_count; i++)
		if (commands[i].use == use)
			printf("  %-10s %-19s %s\n", commands[i].name,
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
	       "tells a command's options, scheckpoint(1) the rest.\n"
	       "Faults go to " BUGREPORT ".\n");
	return SAYS_YES;
}

static void print_option(const struct command_option *option, char letter)
{
	const char *argument = option->argument ? option->argument : "";
	char form[64], mark[8] = "";

	snprintf(form, sizeof(form), "%s%s", option->name,
		 !argument[0]	      ? ""
		 : argument[0] == '[' ? "[="
				      : "=");
	snprintf(form + strlen(form), sizeof(form) - strlen(form), "%s",
		 argument[0] == '[' ? argument + 1 : argument);
	if (letter)
		snprintf(mark, sizeof(mark), " (-%c)", letter);
	printf("  --%-20s %s%s\n", form, option->help, mark);
}

static int print_command_help(const struct command *command)
{
	const char *letters = command->letters ? command->letters : "";
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
		print_option(option, *letters ? *letters++ : '\0');
	return SAYS_YES;
}

static const char *spelled(char *argv[])
{
	return argv[optind - 1];
}

/* Fill what getopt_long() takes, for a command's options and --help. */
static void list_options(const struct command *command,
			 struct option options[COMMAND_OPTIONS_MAX + 2],
			 char letters[COMMAND_OPTIONS_MAX + 4])
{
	size_t n = 0;

	for (; command->options[n].name; n++) {
		const struct command_option *from = &command->options[n];

		options[n] = (struct option){
			.name = from->name,
			.has_arg = !from->argument ? no_argument
				   : from->argument[0] == '['
					   ? optional_argument
					   : required_argument,
			.val = (int)n + 1,
		};
	}
	options[n] = (struct option){.name = "help", .val = 'h'};
	snprintf(letters, COMMAND_OPTIONS_MAX + 4, "%s:h%s",
		 command->is_wrapper ? "+" : "",
		 command->letters ? command->letters : "");
}

/* The place of the option with this letter, from 1; others are places. */
static int place_of(const struct command *command, int c)
{
	const char *at = command->letters ? strchr(command->letters, c) : NULL;

	return at ? (int)(at - command->letters) + 1 : c;
}

/* Returns -1 to go on, else an exit code. */
static int parse_options(struct call *call, int argc, char *argv[])
{
	const struct command *command = call->command;
	struct option options[COMMAND_OPTIONS_MAX + 2] = {0};
	char letters[COMMAND_OPTIONS_MAX + 4];
	int c;

	list_options(command, options, letters);
	opterr = 0;
	while ((c = getopt_long(argc, argv, letters, options, NULL)) != -1) {
		if (c == 'h')
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
		call->values[place_of(command, c) - 1] = optarg ? optarg : "";
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
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
	    !strcmp(argv[1], "help"))
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

	/* A script that reads the output must not take a part for the whole. */
	if (fflush(stdout) || ferror(stdout))
		return say_error(NULL, "the output could not be written");
	return code;
}
