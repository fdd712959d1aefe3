#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What users and administrators can read about a job: scheckpoint status while
# it runs, waits and is over, its history as a table and as JSON, arrays, and a
# line in syslog for each settled run.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"

# A file instead of syslog(3), as a machine may have no syslog.
cat >"$SCRATCH/log.c" <<END
#include <stdarg.h>
#include <stdio.h>

void __syslog_chk(int priority, int flag, const char *format, ...)
{
	FILE *log = fopen("$SCRATCH/syslog", "a");
	va_list args;

	va_start(args, format);
	fprintf(log, "<%d> ", priority);
	vfprintf(log, format, args);
	fprintf(log, "\\n");
	fclose(log);
	va_end(args);
}
END
: >"$SCRATCH/syslog" && chmod 666 "$SCRATCH/syslog"
gcc -w -shared -fPIC -o "$SCRATCH/log.so" "$SCRATCH/log.c" || bail_out 'no gcc'
wrap_helpers "$SCRATCH/helpers" <<END
#!/bin/sh
LD_PRELOAD=$SCRATCH/log.so exec "$SCRATCH/helpers/settle.real"
END
cluster_up --nodes 2 --conf "$MANY" --plugstack-arg restart_delay=15 \
	--plugstack-arg "helpers=$SCRATCH/helpers"
declare -A id
clock='[0-9]{2}:[0-9]{2}:[0-9]{2}'

status()
{
	as_owner scheckpoint status "$@"
}

# line LABEL: prints the line of $shown that begins with it
line()
{
	grep "^  $1 " <<<"$shown"
}

id[chain]=$(start chain --time=10 --checkpoint=30 "$counter" 100)
id[array]=$(start array --time=10 --checkpoint=30 --array=3-4 \
	--output=array-%a.out "$counter" 60)
id[failed]=$(start failed --time=10 --checkpoint=30 --wrap 'exit 3')
id[own]=$(start own --time=10 --checkpoint=30 --comment='my word' \
	"--checkpoint-dir=$WORK/own-%j" "$counter" 4000)
wait_for 40 'a run' has_line chain.out '^count 30$'
wait_for 40 'a run' has_line own.out '^count 5$'

# ---- while it runs
shown=$(status "${id[chain]}")
like "$shown" "^job ${id[chain]} \"chain\": RUNNING on n[12]\$" \
	'running, and where'
like "$(line runs)" \
	"runs +1, the present one since $clock, ends .*$clock \(in 9 min" \
	'since when, and when it ends'
like "$(line newest)" 'no version yet' 'with nothing saved yet'
like "$(line options)" 'options +--checkpoint=30s$' 'what was asked for'

# ---- while it waits
as_owner scheckpoint requeue "${id[chain]}" >/dev/null
waits()
{
	[ "$(job_state "${id[chain]}") $(job_field "${id[chain]}" Reason)" = \
		'PENDING BeginTime' ]
}
wait_for 20 'it to wait' waits
shown=$(status "${id[chain]}")
like "$shown" "^job ${id[chain]} \"chain\": PENDING \(BeginTime\)\$" \
	'waiting, and why'
minutes=$(minutes "$(job_field "${id[chain]}" TimeLimit)")
like "$(line next)" "next +not before $clock, limit $minutes min" \
	"the next start, with Slurm's limit"
like "$(line next)" "$(date -d "$(job_field "${id[chain]}" StartTime)" +%T)" \
	'and as Slurm has it'
like "$(line newest)" 'version 1 of run 0' 'what was saved'
like "$(line progress)" \
	'\[[#]{5,19}[.]+\] [3-9][0-9]\.[0-9] %, about [0-9]+ s of computing left' \
	'a bar, and how much is left'
like "$(line 'last end')" \
	'run 0: exit 0, requeued \(cause: operator\)' \
	'why it was requeued'

# ---- all jobs of the owner, from any directory
shown=$(cd / && status)
like "$shown" "^${id[chain]} +chain +PENDING +1 +\[#+[.]+\] .* s ago +starts in" \
	'a job that waits has a line, with what was saved'
like "$shown" "^${id[own]} +own +RUNNING +0 .* request in [89] min" \
	'one that runs, too, with the time to its request'
like "$shown" "^${id[array]} [(]2 tasks[)] +array +2 RUNNING" \
	'and the array has one'
unlike "$shown" "^${id[failed]} " 'but a job that is over has none'
like "$(job_field "${id[own]}" Comment)" \
	'^my word \[scheckpoint: dir=.*/own-%25j\] *$' \
	"the comment names the store from the submission on, behind the user's"
like "$(cd / && status "${id[own]}")" "^  store +$WORK/own-${id[own]}\$" \
	'so that it is found before a run was settled'
like "$(cd / && scheckpoint status --all)" \
	"^${id[own]} +$JOB_USER +own +RUNNING " 'an operator sees the jobs of all'
as_owner scancel "${id[own]}"

# ---- an array
shown=$(status "${id[array]}")
like "$shown" "^job ${id[array]}_3 .*\"array\"" 'an array: its first task'
like "$shown" "^job ${id[array]}_4 .*\"array\"" 'and its second'
wait_for 60 'the array to end' job_over "${id[array]}"
is "$(as_owner scheckpoint history "${id[array]}_4" | grep -c '^job')" 1 \
	'the history of one task'

# ---- when it is over
wait_job 60 "${id[chain]}" COMPLETED
shown=$(status "${id[chain]}")
like "$shown" 'COMPLETED' 'over'
like "$(line 'last end')" 'run 1: exit 0, ended' 'how it ended'
unlike "$shown" '^  next' 'and nothing comes next'
history=$(as_owner scheckpoint history "${id[chain]}")
is "$(grep -c '^ *[01] ' <<<"$history")" \
	$(($(job_field "${id[chain]}" Restarts) + 1)) 'a row for each run'
like "$history" \
	'^ *0 .* n[12] +10 min +operator +1 +[3-9][0-9].* exit 0, requeued$' \
	'the first'
like "$history" "^ *1 .* n[12] +$minutes min +- +- .* exit 0, ended\$" \
	'the second'
as_owner scheckpoint history --json "${id[chain]}" >history.json
# Each member stands in the manual page.
cat >members.py <<'END'
import json, re, sys
page = open(sys.argv[1]).read().split(".SH JSON FORMAT")[1].split(".SH ")[0]
shown = json.load(open(sys.argv[2]))
keys = set(shown) | set(shown["store"])
for run in shown["runs"]:
    keys |= set(run)
words = set(re.findall(r"\w+", page))
print(*sorted(keys - words))
END
is "$(python3 members.py "$TOP/doc/scheckpoint.1" history.json)" '' \
	'JSON: every member is in the manual page'
is "$(python3 -c 'import json
shown = json.load(open("history.json"))
a, b = shown["runs"]
print(shown["format"], shown["store"]["job"], shown["store"]["cluster"],
      a["cause"], a["action"], a["settled"], a["exit"], a["version"],
      b["restored"], b["cause"], b["action"],
      a["next_limit_min"] == b["limit_min"], b["start"] > a["end"])')" \
	"1 ${id[chain]} private operator requeue True 0 1 1 none leave True True" \
	'and says what happened'

# ---- as a picture, and in the output
shown=$(as_owner scheckpoint timeline --ascii "${id[chain]}")
like "$shown" '^2 runs; computed .*, lost [0-9]+ s of it; waited [0-9]+ s$' \
	'timeline: the sums'
like "$shown" '^run 0 .*=+S.* operator, [3-9][0-9]' 'the first run, and its save'
like "$shown" '^run 1  *[.].*=+ .* ended' 'the wait, and the second run'
shown=$(as_owner scheckpoint log "${id[chain]}")
unlike "$shown" '^count' "log: none of the job's own lines"
like "$shown" '^20[0-9]{2}-[0-9-]+T[0-9:]{8} scheckpoint: run 0: requeued' \
	"settle's, with the time"
like "$shown" '^20[0-9]{2}-[0-9-]+T[0-9:]{8} scheckpoint: run 1 on ' \
	"and the supervisor's"

# ---- syslog
wait_job 60 "${id[failed]}" FAILED
logged()
{
	grep "^<6> job ${id[$1]} " "$SCRATCH/syslog" | cut -d' ' -f4-
}
is "$(logged chain | wc -l)" 2 'syslog has a line each time'
like "$(logged chain | head -n 1)" \
	"run 0: requeued: to be continued \(cause: operator\); limit $minutes min, was 10" \
	'what was decided, and the limits'
is "$(logged chain | tail -n 1)" 'run 1: the job has completed' 'the end'
is "$(logged failed)" "run 0: exit code 3: the job failed by itself and is \
not run again; scontrol requeue lets it go on" 'a failure'
nodes_idle
done_testing
