#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Which programs get the signal with --checkpoint-target; programs that catch it
# late; and jobs in which no program catches it.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
cluster_up --nodes 1 --conf "$MANY"
declare -A id

# A script with a trap, a program in its foreground that catches the signal, and
# another one in a step.
script family <<'END'
#!/bin/bash
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
trap 'echo "the script caught"' TERM
srun --overlap --ntasks=1 ./catcher task &
./catcher program
wait
END
script catcher <<'END'
#!/usr/bin/perl
$| = 1;
$SIG{TERM} = sub {
	print "the $ARGV[0] caught\n";
	open(my $state, ">", "$ENV{SLURM_JOB_NAME}.state") or die;
	print $state "state\n";
	exit 0;
};
print "the $ARGV[0] is ready\n";
sleep 1 for 1 .. 100;
print "the $ARGV[0] was left alone\n";
END
# A script that TERM kills
script deaf <<'END'
#!/bin/bash
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
./catcher program
echo "the next command"
END

# request NAME: requests the job to save
request()
{
	as_owner scancel -b -s TERM "${id[$1]}"
}

# caught NAME: prints what has caught the signal, in one line
caught()
{
	sed -n 's/^the \(.*\) caught$/\1/p' "$1.out" | sort | paste -sd' '
}

both_ready()
{
	[ "$(grep -c 'is ready' "$1.out")" -eq 2 ]
}

# A program that is not requested lives on for the grace of 20 s.
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
	request $target
done
for target in script all; do
	wait_for 30 "$target-deaf" has_line $target-deaf.out 'is ready'
	request $target-deaf
done
for target in auto script tasks all; do
	wait_for 60 "the end of $target" restarted "${id[$target]}" 1
done
is "$(caught auto)" 'program script task' 'auto: each that catches it'
is "$(caught all)" 'program script task' 'all: each that catches it'
is "$(caught tasks)" 'task' "tasks: srun's tasks only"
like "$(cat "checkpoint-${id[tasks]}/journal-0000.jsonl")" \
	'"name":"catcher",.*only srun.s tasks are to get it' \
	'and the journal says why the program was passed over'
# The trap runs when the program in the foreground ends, which is not requested.
is "$(sed -n 's/^[^ ]* scheckpoint: SIG\(TERM to .*\) (pid.*/\1/p' script.out)" \
	'TERM to the job script' 'script: only the script gets it'
is "$(grep -E -c 'the (task|program) caught' script.out)" 0 \
	'and no other program'
for target in script all; do
	wait_for 60 "$target-deaf" restarted "${id[$target-deaf]}" 1
	like "$(cat $target-deaf.out)" 'SIGTERM to the job script' \
		"$target: the script gets it even if it has no trap"
	unlike "$(cat $target-deaf.out)" 'next command' 'and ends by it'
done
is "$(caught script-deaf)" '' 'script: its program gets nothing'
is "$(caught all-deaf)" 'program' 'all: its program as well'
like "$(cat script-deaf.out)" 'run 0: requeued: this run saved nothing \(1 of 3' \
	'a script that it kills, and that alone got it, has not saved'
like "$(cat all-deaf.out)" 'run 0: requeued: to be continued' \
	'where a program got it as well, that one has'

# ---- a request while a program is still loading, here and in a step
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
$SIG{TERM} = sub { print "caught\n"; $caught++ };
print "ready\n";
sleep 1 for 1 .. 6; # a sleep is cut short by the signal
print "caught it $caught times\n";
END
id[early]=$(start early --checkpoint=50 --time=5 loads)
id[early-step]=$(start early-step --checkpoint=50 --time=5 loads \
	'srun --overlap --ntasks=1')
for name in early early-step; do
	wait_for 30 "$name" has_line $name.out '^loading'
	request $name
done
for name in early early-step; do
	wait_for 30 "the word of $name" has_line $name.out \
		'no program of the job catches SIGTERM'
	touch $name.loaded
done
for name in early early-step; do
	wait_for 60 "the end of $name" restarted "${id[$name]}" 1
	like "$(cat $name.out)" '^caught it 1 times' \
		"$name: a program that catches it later gets it then, and once"
	is "$(grep -c 'SIGTERM to loader' $name.out)" 1 'the output says so'
	is "$(grep -c 'no program of the job catches' $name.out)" 1 \
		'and has said once that no program caught it'
	unlike "$(cat $name.out)" 'next command' 'no next command after it'
	is "$(grep -c 'script is not continued .* no trap for SIGTERM' \
		$name.out)" 1 'and the output says why, once'
done

# ---- an operator suspends and resumes a job that is saving: Slurm's SIGCONT
# thaws what is frozen
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
# A script that ends at the request, before its step has saved
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
	request $name
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
like "$(cat left.out)" 'the script leaves' 'left: the script ends first'
is "$(cat "checkpoint-${id[left]}/v000001/late.left")" whole \
	'files are taken when its step has ended'

# ---- no program catches it: the job computes on, and its script goes on
script uncaught <<'END'
#!/bin/bash
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
echo begun
for i in 1 2 3 4; do
	$1 sleep 4
	echo "command $i is done"
done
END
id[uncaught]=$(start uncaught --checkpoint=14 --time=5 uncaught)
id[uncaught-step]=$(start uncaught-step --checkpoint=14 --time=5 uncaught \
	'srun --overlap --ntasks=1')
# It computes to its limit; the last 5 s of the grace of 50 s are ours.
script endless <<'END'
#!/bin/bash
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
while :; do date +'at %s'; sleep 0.5; done
END
id[endless]=$(start endless --checkpoint=50 --time=1 endless)
for name in uncaught uncaught-step; do
	wait_for 30 "$name" has_line $name.out '^begun'
	request $name
done
for name in uncaught uncaught-step; do
	wait_job 60 "${id[$name]}" COMPLETED FAILED
	is "$(job_state "${id[$name]}") $(grep -c 'is done' $name.out)" \
		'COMPLETED 4' "$name: the script goes on, to its end"
	is "$(grep -c 'no program of the job catches' $name.out)" 1 \
		'the output says once that no program catches it'
	is "$(grep -c 'what helps: a handler' $name.out)" 1 \
		'and once what helps'
	like "$(cat $name.out)" 'sleep .*passed over: does not catch it' \
		'and names the program that was passed over'
done
wait_for 120 'the end of endless' restarted "${id[endless]}" 1
wait_for 10 'settle' has_line endless.out 'run 0: requeued'
end=$(sed -n 's/.*"rec":"view",.*"end":\([0-9]*\).*/\1/p' \
	"checkpoint-${id[endless]}/journal-0000.jsonl")
last=$(sed -n 's/^at //p' endless.out | tail -n 1)
ok "endless: computes until just before its end (by $((end - last)) s)" \
	[ $((end - last)) -ge 3 -a $((end - last)) -le 9 ]
like "$(cat endless.out)" "out of time: the job's programs are stopped" \
	'then its programs are ended'
is "$(grep -c 'no program of the job catches' endless.out)" 1 \
	'the output says once that no program catches it'
unlike "$(cat endless.out)" 'DUE TO TIME LIMIT|CANCELLED' \
	'before Slurm does it'
as_owner scancel "${id[@]}"
nodes_idle
done_testing
