#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# --checkpoint-method: a method saves and restores the job from outside.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
cp -r "$TOP/t/cluster/methods" "$SCRATCH/methods"
chmod -R a+rX "$SCRATCH/methods"
cluster_up --nodes 9 --plugstack-arg "methods=$SCRATCH/methods"

script count.sh <<'EOJ'
#!/bin/bash
# count.sh TARGET: counts in toy.count, which the toy saves and restores
count=$(cat toy.count)
while [ "$count" -lt "$1" ]; do
	sleep 0.2
	count=$((count + 1))
	echo "count $count"
	echo "$count" >toy.new
	mv toy.new toy.count
done
echo counted
EOJ

# job NAME TARGET FAIL [OPTION]...: in a directory of its own
declare -A id
job()
{
	local name=$1 target=$2 fail=$3

	shift 3
	as_owner mkdir "$name"
	[ -z "$fail" ] || echo "$fail" >"$name/FAIL"
	id[$name]=$(cd "$name" && submit --checkpoint=13 --time=10 \
		--checkpoint-method=toy --output=out "$@" ../count.sh "$target")
}
# command NAME WORD: scheckpoint's, for the job
command_to()
{
	as_owner scheckpoint "$2" "${id[$1]}" >/dev/null
}
# said NAME COUNT REGEX: lines of its output
said()
{
	wait_for 40 "$1: $3" has_line "$1/out" "$3" "$2"
}

for how in foo:'no such method' 'a/b':'must be a name'; do
	submit --checkpoint=20 --checkpoint-method="${how%%:*}" count.sh 1 \
		>sbatch.out 2>&1
	like "$(cat sbatch.out)" "${how#*:}" "sbatch refuses ${how%%:*}"
done
submit --checkpoint=20 --checkpoint-method=toy --checkpoint-hook=true count.sh 1 \
	>sbatch.out 2>&1
like "$(cat sbatch.out)" 'nothing is requested of the program' \
	'sbatch refuses a hook'

job good 60 '' --checkpoint-files=result
job interval 1000 '' --checkpoint-interval=10
job probe 1 'probe fail'
job start 1 'start die'
job fail 1000 'save fail'
job hang 1000 'save hang'
job die 1000 'save die'
job discard 1000 'discard fail'
job restore 1000 ''

for name in good fail hang die discard restore interval; do
	said $name 1 '^count 5$'
done
echo result >good/result
command_to good now
for name in fail hang die discard; do
	command_to $name requeue
done
echo 'continue die' >interval/FAIL
like "$(cat good/out)" 'toy saves and restores the job.s processes: as a toy' \
	'the output names the method, and what it says'
like "$(cat good/out)" 'before its end at .*, it is saved by toy' \
	'and when the job is saved'
said good 1 'toy has saved version 1 in .*: the job computes on'
command_to good requeue
command_to restore now
said restore 1 'toy has saved version 1'
command_to restore requeue

# A save that works.
said good 1 'toy has restored version 2: the job computes on'
said good 1 '^counted$'
wait_job 20 "${id[good]}" COMPLETED
ok 'a restored job comes to its end' job_is "${id[good]}" COMPLETED
# A step whose line was written as it was saved is done again.
is "$(grep '^count ' good/out | sort -u | wc -l)" 60 'and has done each step'
is "$(grep -c '^count 1$' good/out)" 1 'and has never begun again'
is "$(cat "good/checkpoint-${id[good]}/v000002/result")" result \
	'the version has the files of --checkpoint-files beside the memory'
like "$(cat good/out)" 'run 0: requeued: to be continued \(cause: operator\)' \
	'the run counts as one that saved'

# A method that can't begin.
for name in probe start; do
	wait_held 60 "${id[$name]}"
	ok "$name: the job is held" is_held "${id[$name]}"
	unlike "$(cat $name/out)" '^count' "$name: and nothing was started"
done
like "$(cat probe/out)" \
	"it can't work on n[0-9]: the toy can't probe; nothing is started" \
	'probe: the reason is said'
like "$(cat start/out)" \
	"can't start the job script: it was ended by signal 9" \
	'start: the reason is said'

# A save that doesn't work.
said fail 1 "toy can't save the job: the toy can't save"
said hang 1 "toy can't save the job: it didn't end within [0-9]* s"
said die 1 "toy can't save the job: it was ended by signal 9"
for name in fail hang die; do
	said $name 1 "the job computes on; for the rest of this run its"
	said $name 1 'no program of the job catches SIGTERM'
	before=$(cat $name/toy.count)
	wait_for 5 'it to compute on' test "$(cat $name/toy.count)" -gt 0
	sleep 0.5
	ok "$name: it computes on" test "$(cat $name/toy.count)" -gt "$before"
	unlike "$(cat $name/out)" ' saved: version' "$name: nothing is saved"
	as_owner scancel "${id[$name]}"
done

# A method that can't let the job compute on, or end it.
said interval 2 'toy has saved version'
before=$(cat interval/toy.count)
sleep 0.7
ok 'a job that the method leaves stopped is continued' \
	test "$(cat interval/toy.count)" -gt "$before"
as_owner scancel "${id[interval]}"
said discard 1 'run 1 on .* begins from version 1'
ok 'a job that the method leaves is ended, and goes on' \
	has_line discard/out 'toy has restored version 1'
as_owner scancel "${id[discard]}"

# A restore that doesn't work: nothing begins from the start.
said restore 1 'toy has restored version 2'
echo 'restore leave' >restore/FAIL
command_to restore requeue
wait_held 40 "${id[restore]}"
for version in 3 2; do
	like "$(cat restore/out)" \
		"version $version can't be restored: exit code 1" \
		"version $version is tried"
done
like "$(job_field "${id[restore]}" Comment)" "can't start or restore it" \
	'then the job is held, and its comment says why'
rm restore/left
sleep 0.6
ok 'and nothing of what it began is left' test ! -e restore/left
rm restore/FAIL
as_owner scontrol release "${id[restore]}"
said restore 1 'toy has restored version 3'
command_to restore requeue
store="restore/checkpoint-${id[restore]}"
wait_for 30 'version 4' test -e "$store/v000004"
chmod 0 "$store"/v*/method/count
wait_held 40 "${id[restore]}"
ok 'a job of which no version can be read is held as well' \
	has_line restore/out 'no version can be restored; to begin from the'
is "$(grep -c '^count 1$' restore/out)" 1 'the job was never begun again'
as_owner scancel "${id[restore]}"
chmod 600 "$store"/v*/method/count

# Another job can't begin from what only the method restores.
as_owner mkdir other
id[other]=$(submit --checkpoint=13 --time=10 --output=out --chdir=other \
	--checkpoint-from="$PWD/restore/checkpoint-${id[restore]}" count.sh 1)
wait_held 40 "${id[other]}"
like "$(cat other/out)" \
	'was saved by --checkpoint-method=toy, which alone can restore it' \
	'a job without the method is held'
as_owner scancel "${id[other]}"
nodes_idle
done_testing
