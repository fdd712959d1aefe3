#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Tasks save their shards of one version, which is there whole or not at all.
# shellcheck source=t/cmd/cmd.sh
. "$(dirname "$0")/cmd.sh"

"$mkstore" claim "$work/checkpoint-7" 7 0 || exit 1
in_job "$work/checkpoint-7" 7 0

# task I N: the directory and the environment of a task of step 4
task() {
	mkdir -p "$work/task$1"
	cd "$work/task$1" || exit 1
	export SLURM_STEP_ID=4 SLURM_PROCID="$1" SLURM_NTASKS="$2"
}

# save TEXT [OPTION...]: the task's own state
save() {
	echo "$1" >part
	shift
	run scheckpoint save --shard="$SLURM_PROCID/$SLURM_NTASKS" "$@" part
}

versions() {
	scheckpoint list "$work/checkpoint-7" | grep -c "not verified"
}

task 0 2 && save zero-1
exits 0 "the first shard is sealed"
is "and there is no version yet" "" "$(said out)"
task 1 2 && save one-1
exits 0 "the second one"
is "publishes the version and prints it" 1 "$(said out)"

# A task that runs ahead
task 0 2 && save zero-2 && save zero-3
is "a task that runs ahead publishes nothing" 1 "$(versions)"
task 1 2 && save one-2
is "its saves and the other's are paired" 2 "$(said out)"
v=$work/checkpoint-7/v000002
is "by how many each made" "zero-2 one-2" \
	"$(cat "$v/shard-0000/part" "$v/shard-0001/part" | xargs)"
save one-3
is "each once" 3 "$(said out)"

# Restore
task 0 2
echo lost >part
run scheckpoint restore --shard 0/2
exits 0 "a task gets its shard back"
says out "restored shard 0 of version 3 of run 0: 1 file, into ."
is "under the name that it had" zero-3 "$(cat part)"
mkdir all
run scheckpoint restore all
exits 0 "the whole version"
is "has a directory for each shard" "one-3" "$(cat all/shard-0001/part)"
is "and nothing of the store's own" "" "$(find . -name '.[!.]*')"
run scheckpoint restore --shard 0/3
exits 2 "another number of shards"
says err "version 3 has 2 shards, not 3"

# Steps and marks
export SLURM_STEP_ID=5
save zero-4
task 1 2 && export SLURM_STEP_ID=6 && save one-4
is "the shards of two steps never mix" 3 "$(versions)"
save one-5 --mark 'time 12'
task 0 2 && export SLURM_STEP_ID=9 && save zero-5 --mark 'time 12'
is "those of one mark are a version, whatever the step" 4 "$(said out)"
unset SLURM_STEP_ID
save x
exits 2 "outside of a step"
says err "give --mark"
PMIX_NAMESPACE=17.1 save zero-6
task 1 2 && PMIX_NAMESPACE=17.1 save one-6
is "under one mpirun, whose tasks needn't be in one step" 5 "$(said out)"

# A save that failed
task 0 3 && run scheckpoint save --shard 0/3 missing
exits 2 "a save that fails"
save zero-7
exits 2 "is not repeated under the same count"
says err "save 1 of shard 0 failed"
says err "give --mark"
save zero-7 --mark 7
exits 0 "but with a mark it is"
save zero-7 --mark 7
exits 2 "the same shard twice"
says err "shard 0 of '7' is sealed already"
is "no staging directory is left" "" "$(find "$work/checkpoint-7" \
	-name '.stage*')"

# Refusals
for bad in 2/2 -1/2 1/0 1 x/2 1/x 1/2/3 /2 1/ 99999999999/2; do
	run scheckpoint save --shard="$bad" part
	exits 2 "--shard=$bad"
	says err "is no shard"
done
run scheckpoint save --mark=3 part
exits 2 "a mark alone"
says err "give --shard, too"
run scheckpoint save part
exits 0 "one task alone saves as before"
run scheckpoint restore --shard 0/2
exits 2 "and its version"
says err "version 6 was not saved in shards"
finish
