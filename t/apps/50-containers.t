#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Programs in containers: they are found and signalled, and their state lands in
# the store.  Nothing of Slurm or of this package is inside.
# shellcheck source=t/apps/lib.sh
. "$(dirname "$0")/lib.sh"
needs ch-run unshare

ways='charliecloud user-namespace pid-namespace shell'
declare -A id stopping

# An image for charliecloud with one program, which needs no libraries
image=$SCRATCH/image
mkdir -p "$image"/{bin,dev,etc,proc,sys,tmp} "$image$WORK"
touch "$image"/etc/{passwd,group,hosts,resolv.conf}
gcc -O2 -static -ffp-contract=off -D_GNU_SOURCE -I"$TOP" -I"$TOP/lib" \
	-o "$image/bin/heat" "$TOP"/examples/heat/*.c "$TOP"/lib/*.c \
	-ljson-c -lxxhash -lm || bail_out 'heat is not built'
chmod -R a+rX "$image"

# prepare DIRECTORY EXAMPLE
prepare()
{
	cp -r "$TOP/examples/$2" "$1"
	sed -i -e 's/^steps.*/steps 9000/' -e 's/^pace.*/pace 1000/' "$1/plate.in"
	chown -R "$JOB_USER" "$1"
}

# job DIRECTORY COMMAND: writes its job script
job()
{
	cat >"$1/job.sh" <<-END
		#!/bin/bash
		#SBATCH --time=10 --checkpoint=1m --output=out
		$2
	END
}

has_saved() # DIRECTORY RUN
{
	sed -n "/^[^ ]* scheckpoint: run $2 on /,\$p" "$1/out" | grep -q '^step '
}

stop_twice() # DIRECTORY
{
	local run

	for run in 0 1; do
		wait_for 60 "$1 to compute in run $run" has_saved "$1" $run &&
			as_owner scancel -b -s TERM "${id[$1]}" &&
			wait_for 30 "$1 to be requeued" restarted "${id[$1]}" \
				$((run + 1)) || return
	done
}

# stopped_twice DIRECTORY: its stop_twice, in the background, has succeeded
stopped_twice()
{
	wait "${stopping[$1]}" && return
	cat "$1.log" "$1/out"
	return 1
}

plan 22
cluster_up --nodes 2
for way in charliecloud user-namespace pid-namespace; do
	prepare $way heat
	cp "$image/bin/heat" $way
done
prepare shell heat-shell

job charliecloud "ch-run --no-home -b '$WORK:$WORK' -c '$WORK/charliecloud' \
	'$image' -- /bin/heat plate.in field.txt"
job user-namespace 'unshare --user --map-root-user --mount \
	./heat plate.in field.txt'
job pid-namespace 'unshare --user --map-root-user --pid --fork --mount-proc \
	./heat plate.in field.txt'
# scheckpoint itself is in there.
mv shell/job.sh shell/inside.sh
job shell 'unshare --user --map-root-user --mount ./inside.sh'

for way in $ways; do
	id[$way]=$(cd "$way" && submit job.sh)
	like "${id[$way]}" '^[0-9]+$' "$way: sbatch takes its job"
done
for way in $ways; do
	stop_twice "$way" >"$way.log" 2>&1 &
	stopping[$way]=$!
done
for way in $ways; do # uninterrupted
	"$image/bin/heat" -p 0 "$way/plate.in" "$way.alone" >"$way.alone.out"
done
for way in $ways; do
	ok "$way: is stopped in the middle of two runs" stopped_twice "$way"
	ok "$way: completes" wait_job 120 "${id[$way]}" COMPLETED
	is "$(job_field "${id[$way]}" Restarts)" 2 "$way: in its third run"
	ok "$way: the result is the same to the last bit" cmp \
		"$way/field.txt" "$way.alone"
done
like "$(cat charliecloud/out)" '^[^ ]* scheckpoint: SIGTERM to heat \(pid [0-9]+\)' \
	'the program in the container got the signal'
nodes_idle
