#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Who gets the signal where the user says so; programs that hear it late; and
# jobs in which nobody hears it.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
cluster_up --nodes 1 --conf "$MANY"
declare -A id

# A script that hears, by a trap, with a program that hears in its foreground,
# and one in a step.
script family <<'END'
#!/bin/bash
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
trap 'echo "the script heard"' TERM
srun --overlap --ntasks=1 ./hearer task &
./hearer program
wait
END
script hearer <<'END'
#!/usr/bin/perl
$| = 1;
$SIG{TERM} = sub { print "the $ARGV[0] heard\n"; exit 0 };
print "the $ARGV[0] is ready\n";
sleep 1 for 1 .. 100;
print "the $ARGV[0] was left alone\n";
END
# A script that TERM kills.
script deaf <<'END'
#!/bin/bash
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
./hearer program
echo "the next command"
END

ask() # NAME
{
	as_owner scancel -b -s TERM "${id[$1]}"
}

heard() # NAME: who heard, in one line
{
	sed -n 's/^the \(.*\) heard$/\1/p' "$1.out" | sort | paste -sd' '
}

both_ready()
{
	[ "$(grep -c 'is ready' "$1.out")" -eq 2 ]
}

# The grace is 20 s of a limit of minutes: who isn't asked lives on that long.
for target in auto script tasks all; do
	id[$target]=$(start $target --checkpoint=20 --time=5 \
		--checkpoint-target=$target family)
done
for target in script all; do
	id[$target-deaf]=$(start $target-deaf --checkpoint=20 --time=5 \
		--checkpoint-target=$target deaf)
done
for target in auto script tasks all; do
	wait_for 60 "both of $target" both_ready $target
	ask $target
done
for target in script all; do
	wait_for 30 "$target-deaf" has_line $target-deaf.out 'is ready'
	ask $target-deaf
done
for target in auto script tasks all; do
	wait_for 60 "the end of $target" restarted "${id[$target]}" 1
done
is "$(heard auto)" 'program script task' 'auto: each that hears'
is "$(heard all)" 'program script task' 'all: each that hears'
is "$(heard tasks)" 'task' "tasks: srun's tasks only"
like "$(cat "checkpoint-${id[tasks]}/journal-0000.jsonl")" \
	'"name":"hearer",.*only srun.s tasks are to get it' \
	'and the journal says why the program was passed over'
# Its trap waits for the program in the foreground, which isn't asked.
is "$(sed -n 's/^scheckpoint: SIG\(TERM to .*\) (pid.*/\1/p' script.out)" \
	'TERM to the job script' 'script: it alone gets it'
is "$(grep -E -c 'the (task|program) heard' script.out)" 0 'and nobody else'
for target in script all; do
	wait_for 60 "$target-deaf" restarted "${id[$target-deaf]}" 1
	like "$(cat $target-deaf.out)" 'SIGTERM to the job script' \
		"$target: the script gets it even if it has no trap"
	unlike "$(cat $target-deaf.out)" 'next command' 'and dies of it'
done
is "$(heard script-deaf)" '' 'script: its program gets nothing'
is "$(heard all-deaf)" 'program' 'all: its program as well'
like "$(cat script-deaf.out)" 'run 0: requeued: this run saved nothing \(1 of 3' \
	'a script that dies of it, and got it alone, has not heard it'
like "$(cat all-deaf.out)" 'run 0: requeued: to be continued' \
	'where a program got it as well that one has'

# ---- too early: a program that is still loading, here and in a step
script loads <<'END'
#!/bin/bash
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
$1 ./loader
echo "the next command"
END
script loader <<'END'
#!/usr/bin/perl
$| = 1;
print "loading\n";
sleep 1 until -e "$ENV{SLURM_JOB_NAME}.loaded";
$SIG{TERM} = sub { print "heard\n"; $heard++ };
print "ready\n";
sleep 1 for 1 .. 6; # a sleep is cut short by the signal
print "heard it $heard times\n";
END
id[early]=$(start early --checkpoint=50 --time=5 loads)
id[early-step]=$(start early-step --checkpoint=50 --time=5 loads \
	'srun --overlap --ntasks=1')
for name in early early-step; do
	wait_for 30 "$name" has_line $name.out '^loading'
	ask $name
done
for name in early early-step; do
	wait_for 30 "the word of $name" has_line $name.out \
		'no program of the job catches SIGTERM'
	touch $name.loaded
done
for name in early early-step; do
	wait_for 60 "the end of $name" restarted "${id[$name]}" 1
	like "$(cat $name.out)" '^heard it 1 times' \
		"$name: what hears it late gets it then, and once"
	is "$(grep -c 'SIGTERM to loader' $name.out)" 1 'which is told'
	is "$(grep -c 'no program of the job catches' $name.out)" 1 \
		'as it was that nobody heard, once'
	unlike "$(cat $name.out)" 'next command' 'no next command after it'
	is "$(grep -c 'script is not continued .* no trap for SIGTERM' \
		$name.out)" 1 'and why not is told, once'
done

# ---- an operator suspends and resumes it while it saves: Slurm's SIGCONT
# wakes what was stopped
script saves <<'END'
#!/bin/bash
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
./saver
echo "the next command"
END
script saver <<'END'
#!/usr/bin/perl
$| = 1;
$SIG{TERM} = sub {
	print "saving\n";
	select(undef, undef, undef, 0.1) for 1 .. 60;
	open my $file, '>', "late.$ENV{SLURM_JOB_NAME}";
	print $file "whole\n";
	exit 0;
};
print "ready\n";
sleep 1 while 1;
END
# A script that ends as soon as it is asked, before its step has saved.
script leaves <<'END'
#!/bin/bash
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
trap 'echo "the script leaves"; exit 0' TERM
srun --overlap --ntasks=1 ./saver &
wait
END
id[resumed]=$(start resumed --checkpoint=50 --time=5 saves)
id[left]=$(start left --checkpoint=50 --time=5 \
	--checkpoint-files='late.left' leaves)
for name in resumed left; do
	wait_for 30 "$name" has_line $name.out '^ready'
	ask $name
	wait_for 10 "$name to save" has_line $name.out '^saving'
done
ok 'an operator suspends a job that is saving' \
	scontrol suspend "${id[resumed]}"
wait_job 10 "${id[resumed]}" SUSPENDED
ok 'and resumes it' scontrol resume "${id[resumed]}"
for name in resumed left; do
	wait_for 60 "the end of $name" restarted "${id[$name]}" 1
done
is "$(cat late.resumed)" whole 'resumed: it has saved'
unlike "$(cat resumed.out)" 'next command' 'and no next command was started'
like "$(cat left.out)" 'the script leaves' 'left: a script that ends first'
is "$(cat "checkpoint-${id[left]}/v000001/late.left")" whole \
	'its step is waited for before its files are taken'

# ---- nobody hears: the job computes on, in its script as well
script unheard <<'END'
#!/bin/bash
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
echo begun
for i in 1 2 3 4; do
	$1 sleep 4
	echo "command $i is done"
done
END
id[unheard]=$(start unheard --checkpoint=14 --time=5 unheard)
id[unheard-step]=$(start unheard-step --checkpoint=14 --time=5 unheard \
	'srun --overlap --ntasks=1')
# Its limit is the end: of the grace of 50 s the last 5 are for us.
script endless <<'END'
#!/bin/bash
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
while :; do date +'at %s'; sleep 0.5; done
END
id[endless]=$(start endless --checkpoint=50 --time=1 endless)
for name in unheard unheard-step; do
	wait_for 30 "$name" has_line $name.out '^begun'
	ask $name
done
for name in unheard unheard-step; do
	wait_job 60 "${id[$name]}" COMPLETED FAILED
	is "$(job_state "${id[$name]}") $(grep -c 'is done' $name.out)" \
		'COMPLETED 4' "$name: the script goes on, to its end"
	is "$(grep -c 'no program of the job catches' $name.out)" 1 \
		'that nobody hears is said once'
	is "$(grep -c 'what helps: a handler' $name.out)" 1 \
		'and so is what helps'
	like "$(cat $name.out)" 'sleep .*passed over: does not catch it' \
		'with who was passed over'
done
wait_for 120 'the end of endless' restarted "${id[endless]}" 1
wait_for 10 'settle' has_line endless.out 'run 0: requeued'
end=$(sed -n 's/.*"rec":"view",.*"end":\([0-9]*\).*/\1/p' \
	"checkpoint-${id[endless]}/journal-0000.jsonl")
last=$(sed -n 's/^at //p' endless.out | tail -n 1)
ok "endless: computes until just before its end (by $((end - last)) s)" \
	[ $((end - last)) -ge 3 -a $((end - last)) -le 9 ]
like "$(cat endless.out)" "out of time: the job's programs are stopped" \
	'then it is stopped in order'
is "$(grep -c 'no program of the job catches' endless.out)" 1 \
	'that nobody hears is said once'
unlike "$(cat endless.out)" 'DUE TO TIME LIMIT|CANCELLED' \
	'before Slurm would have'
as_owner scancel "${id[@]}"
nodes_idle
done_testing
