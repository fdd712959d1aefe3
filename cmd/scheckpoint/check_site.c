/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * check_site.c: the plugin's line in plugstack.conf, checked as sbatch and
 * slurmd read it.  Nothing is queried.
 */
#include "cmd/scheckpoint/check_site.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/scheckpoint/call.h"
#include "cmd/scheckpoint/plugin_check.h"
#include "cmd/scheckpoint/plugstack.h"
#include "cmd/scheckpoint/say.h"

/* Say what is wrong with a line, or that it is good. */
static int check_line(const struct call *call, const struct plugin_line *line)
{
	const struct site_conf no_conf = {0};
	struct checks checks = {0};
	int code = SAYS_YES;
	char path[4096];

	plugin_check(line, &no_conf, path, &checks);
	for (size_t i = 0; i < checks.count; i++)
		if (checks.list[i].grade == GRADE_ERROR)
			code = say_error(call, "%s", checks.list[i].text);
	if (code == SAYS_YES)
		printf("%s: good: %s\n", line->where,
		       line->is_required ? "required" : "optional");
	checks_free(&checks);
	return code;
}

int command_check_site(struct call *call)
{
	const char *name = call->count ? call->operands[0]
				       : "/etc/slurm/plugstack.conf";
	struct plugstack stack;
	int result = SAYS_NO, code;

	if (access(name, R_OK))
		return say_error(call, "%s: %s", name, strerror(errno));
	plugstack_read(&stack, name);
	if (stack.trouble[0])
		result = say_error(call, "%s", stack.trouble);
	for (size_t i = 0; i < stack.count; i++) {
		code = check_line(call, &stack.lines[i]);
		if (code == SAYS_ERROR || result == SAYS_NO)
			result = code;
	}
	if (!stack.count)
		say_error(call,
			  "%s: no line of it loads spank_checkpoint.so; give "
			  "the file that does, if it includes one",
			  name);
	plugstack_free(&stack);
	return result;
}
