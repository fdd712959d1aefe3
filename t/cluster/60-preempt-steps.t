#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# At the start of a preemption's grace Slurm signals only srun's steps.  If one
# ends at once, its script must not go on to the next command.  Several jobs run
# at once, so that the nodes are busy.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
low='Nodes=ALL OverSubscribe=FORCE:16 MaxTime=UNLIMITED DefaultTime=10'
low="$low PriorityTier=1 PreemptMode=REQUEUE GraceTime=30 State=UP"
cluster_up --nodes 2 --preempt --conf "PartitionName=crowd $low"
JOBS=4

# It ends 0.1 s after the signal.
script step <<'END'
#!/usr/bin/perl
$SIG{TERM} = sub { select(undef, undef, undef, 0.1); exit 0 };
sleep 1000 while 1;
END
script once <<'END'
#!/bin/bash
srun --ntasks=1 --overlap ./step
echo "the next command"
END
script loop <<'END'
#!/bin/bash
for i in 1 2 3; do
	srun --ntasks=1 --overlap ./step
	echo "the next command"
done | cat
END
script nested <<'END'
#!/bin/bash
sh -c 'srun --ntasks=1 --overlap ./step; echo "the next command"'
echo "the next command"
END

steps_named() # NAME
{
	squeue -h -s -p crowd -o %j | grep -c -x -e "$1"
}

# all_have_steps: each job has a step of its own, and the sentinel
all_have_steps()
{
	[ "$(steps_named step)" -eq $JOBS ] &&
		[ "$(steps_named preempt-notice)" -eq $JOBS ]
}

# with REGEX: prints in how many outputs it is
with()
{
	grep -l -e "$1" "$name".*.out | wc -l
}

all_requeued()
{
	[ "$(with 'run 0: requeued')" -eq $JOBS ]
}

all_over()
{
	! squeue -h -p crowd -o %i | grep -q .
}

for name in once loop nested; do
	for ((i = 0; i < JOBS; i++)); do
		submit --partition=crowd --checkpoint=30 --time=10 \
			--output="$name.%j.out" $name >/dev/null
	done
	wait_for 60 'all steps and sentinels' all_have_steps ||
		diag "$(squeue -s -o '%i %j')"
	high=$(submit --partition=high --exclusive --nodes=2 --time=1 \
		--output=/dev/null --wrap 'sleep 2')
	wait_for 60 'all to be requeued' all_requeued
	is "$(cat "$name".*.out | grep -c 'the next command')" 0 \
		"$name: no next command in $JOBS jobs that are preempted"
	is "$(with 'the job is being preempted')" $JOBS 'each output says why'
	is "$(with 'srun steps got SIGTERM from Slurm')" $JOBS \
		'and that Slurm signalled its step'
	as_owner scancel --partition=crowd --user="$JOB_USER"
	wait_for 30 'them to be gone' all_over
	wait_job 30 "$high" COMPLETED
done
nodes_idle
done_testing
