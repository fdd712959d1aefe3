#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# CP2K, which looks for its stop file only every 20 s.
# shellcheck source=t/apps/lib.sh
. "$(dirname "$0")/lib.sh"
needs cp2k

worked()
{
	app_grew argon-1.ener
}

# energies FILE: prints steps and energies, without the time that each took
energies()
{
	awk '!/#/ { print $1, $3, $5, $6 }' "$1" | sort -n | uniq
}

# same_energies: a step that was computed twice with two energies would differ,
# too
same_energies()
{
	diff <(energies "$WORK/alone/argon-1.ener") \
		<(energies argon-1.ener) | head -n 20
	[ "${PIPESTATUS[0]}" -eq 0 ]
}

# try_steps: computes 1,000 steps.  Two runs of little more than 20 s must not
# be the whole job, so it needs as many steps as take 48 s.
try_steps()
{
	sed 's/STEPS 100000/STEPS 1000/' argon.inp >try/argon.inp
	(cd try && as_owner ./job.sh) >try.out 2>&1
}

steps_for_48_s()
{
	local TIMEFORMAT=%U used

	mkdir try && cp job.sh try && chown -R "$JOB_USER" try || return
	used=$({ time try_steps; } 2>&1)
	awk "BEGIN { print int(48 * 1000 / $used) }"
}

app_start cp2k
steps=$(steps_for_48_s)
note "$steps steps"
app_edit "s/STEPS 100000/STEPS $steps/" argon.inp
app_submit --time=5 --checkpoint=60 job.sh
app_alone_begin
app_stop scancel
app_stop requeue
app_completes
app_alone_end
ok 'every step has the same energy' same_energies
is "$(energies argon-1.ener | wc -l)" "$steps" 'and none is missing'
like "$(our_lines)" '^[^ ]* scheckpoint: cp2k[.a-z]* \(pid [0-9]+\) was asked by the hook' \
	'CP2K was asked by the hook'
unlike "$(our_lines)" '^[^ ]* scheckpoint: SIGTERM to' 'and got no signal'
ok 'its restart file is in the store' \
	test -s "$(app_newest)/argon-1.restart"
nodes_idle
done_testing
