#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Job scripts in the shapes that computing centres teach, without their own code
# for checkpoints: each is stopped in the middle, goes on, and counts each number
# once.  No shape makes two jobs of one.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
cluster_up --nodes 2 --conf "$MANY"
declare -A id
saver=$TOP/t/cluster/jobs/saver

# shape NAME [DIRECTIVE...]: a job script from the standard input
shape()
{
	local name=$1

	shift
	mkdir "$name"
	chown "$JOB_USER" "$name"
	{
		echo '#!/bin/bash'
		printf '#SBATCH %s\n' --time=10 --checkpoint=30 "$@"
		cat
	} >"$name/job.sh"
	id[$name]=$(cd "$name" && start "$name" --output=../%x.out job.sh)
}

shape foreground <<END
$saver a 60 --signal SIGTERM --exit 3
END

# The shell passes the signal on, and waits until the program has saved.
shape trap-wait <<END
$saver a 60 --signal SIGTERM & program=\$!
trap 'kill -TERM \$program' TERM
wait \$program
wait \$program
END

shape usr1 --checkpoint-signal=USR1 <<END
$saver a 60 --signal SIGUSR1
END

shape stop-file "--checkpoint-hook='touch STOP'" <<END
rm -f STOP
$saver a 60 --stop-file STOP
END

# It stops by its own clock, like mdrun -maxh, and says when it is not finished.
shape own-clock --checkpoint-max-stalls=0 <<END
$saver a 60 --max-steps 25 --exit 1 || exit 85
END

shape own-code --checkpoint-exit=99 <<END
$saver a 60 --max-steps 30 --exit 99
END

# Programs in the background, which all save
shape background <<END
$saver a 60 --signal SIGTERM &
$saver b 70 --signal SIGTERM &
wait
END

# It submits itself at its end, unless it is finished.
shape resubmit <<END
$saver a 60 --signal SIGTERM
[ -e a.done ] || { touch a.done again; sbatch --parsable --begin=now+1hour "\$0"; }
END

for name in foreground trap-wait usr1 stop-file background resubmit; do
	wait_for 60 "$name to count" has_line "$name.out" '^a 15$'
	as_owner scancel -b -s TERM "${id[$name]}"
done
for name in foreground trap-wait usr1 stop-file own-clock own-code background \
	resubmit; do
	ok "$name: completes" wait_job 90 "${id[$name]}" COMPLETED
	ok "$name: counts each number once" cmp \
		<(sed -n 's/^a //p' "$name.out") <(seq 60)
done
ok 'so does the second program in the background' cmp \
	<(sed -n 's/^b //p' background.out) <(seq 70)
for name in foreground trap-wait usr1 stop-file background resubmit own-code; do
	is "$(job_field "${id[$name]}" Restarts)" 1 "$name: one run more"
done
is "$(job_field "${id[own-clock]}" Restarts)" 2 'own-clock: two'
is "$(squeue -h -t PENDING -o %i | wc -l)" 1 \
	'resubmit: submits itself once, at its end, and not at the request'
nodes_idle
done_testing
