#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Texts that users and sites write about a job are kept as they are, however
# long, and can't imitate a message of ours.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
cluster_up --nodes 2 --conf "$MANY"
declare -A id

# is_text GOT WANTED TEXT: as is(), but shows only the end of a long text
is_text()
{
	[ "$1" = "$2" ]
	tap $? "$3" || diag "got ${#1} bytes, which end in ${1: -200}"
}

# ---- long comments: the site's, which operators write, and a user's
mine=$(head -c 1000 /dev/zero | tr '\0' u)
site="{\"site\": \"$(head -c 6000 /dev/zero | tr '\0' s)\", \"n\": [1]}"
id[long]=$(LINGER=8 start long --time=10 --checkpoint=30 "--comment=$mine" \
	"$counter" 150)
wait_for 40 'the job to run' has_line long.out '^count 5$'
node=$(job_field "${id[long]}" NodeList)
# others on that node: one whose name imitates an answer, one that is suspended
forged=$(printf '\u202ex"): is saving')
id[forged]=$(submit --partition=many "--nodelist=$node" "--job-name=$forged" \
	--output=forged.out --wrap 'echo runs; sleep 300')
id[stopped]=$(start stopped --time=10 --checkpoint=30 "--nodelist=$node" \
	"$counter" 300)
wait_for 40 'the others to run' has_line forged.out '^runs$'
wait_for 40 'the others to run' has_line stopped.out '^count 1$'
scontrol suspend "${id[stopped]}"
scontrol update "JobId=${id[long]}" "AdminComment=$site"
said=$(scheckpoint vacate "$node")
is "$?" 1 'there are jobs that stay'
note "$said"
like "$said" "^job ${id[stopped]} .*: is suspended and can't save: it stays" \
	'a suspended one is named,'
is "$(sed -n "s/^job ${id[forged]} //p" <<<"$said")" \
	"($JOB_USER, \"???x\\\"): is saving\"): doesn't answer, so it has no --checkpoint: it stays" \
	'and a name that imitates an answer is shown as a name'
scancel "${id[forged]}" "${id[stopped]}"
like "$said" "^job ${id[long]} .*: is saving" \
	'a job with long comments is seen to save,'
like "$said" "^job ${id[long]} .*: has left" 'and to leave'
# scontrol adds a blank at the end, except on 26.05.
is_text "$(job_field "${id[long]}" AdminComment | sed 's/ $//')" "$site" \
	"the site's comment is as it was"
wait_for 20 'it to be settled' has_line \
	"checkpoint-${id[long]}/journal-0000.jsonl" '"settled"'
comment=$(job_field "${id[long]}" Comment)
like "$comment" 'u{900}\.\.\. \[scheckpoint: run 0: .*cause: operator.*\] *$' \
	"the user's is cut to the room that Slurm has, and our part is whole"
wait_job 60 "${id[long]}" COMPLETED
scontrol update "nodename=$node" state=resume

# ---- a store whose path has characters that separate words in a comment
dir="$WORK/my states; [1] %/100 %"
id[path]=$(start path --time=10 --checkpoint=30 \
	"--checkpoint-dir=${dir//%/%%}" "$counter" 20)
wait_for 40 'the job to run' has_line path.out '^count 5$'
as_owner scheckpoint requeue "$dir"
wait_for 20 'it to be settled' has_line "$dir/journal-0000.jsonl" '"settled"'
like "$(cd / && as_owner scheckpoint status "${id[path]}")" \
	'^  store     .*/my states; \[1\] %/100 %$' \
	'scheckpoint finds a store with spaces in its path by the job alone'
wait_job 60 "${id[path]}" COMPLETED

nodes_idle
done_testing
