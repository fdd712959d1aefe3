# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Real applications as the examples run them: uninterrupted, and as a job that
# is stopped in the middle; the results are the same.  A test sources this file,
# names what it needs, and defines worked(): the run has computed something.
#
#	. "$(dirname "$0")/lib.sh"
#	needs gmx
#	worked() { grep -q '^Step' md.log; }
#	app_start gromacs
#	app_alone
#	app_submit --time=5
#	app_stop scancel
#	app_stop requeue
#	app_completes
#
# shellcheck source=t/cluster/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../cluster/lib.sh"

# Jobs inherit it, and it may not be theirs.
unset TMPDIR

# needs COMMAND...: skips the test where the machine lacks one of them
needs()
{
	local command

	for command in "$@"; do
		command -v "$command" >/dev/null ||
			skip_all "no $command here; as root: scripts/deps apps"
	done
}

# python_has MODULE: the distribution's Python does; another one may come first
# in PATH
python_has()
{
	/usr/bin/python3 -c "import $1" 2>/dev/null
}

# app_start EXAMPLE [OPTION]...: starts a cluster, with these options, and makes
# two directories as a user of the example has them: alone/ and job/, which
# becomes the working directory
app_start()
{
	local dir

	app=$1 app_run=0
	shift
	cluster_up "$@"
	for dir in alone job; do
		cp -r "$TOP/examples/$app" "$WORK/$dir"
		chown -R "$JOB_USER" "$WORK/$dir"
	done
	cd "$WORK/job" || exit 1
}

# app_edit EDIT FILE: edits it by sed in both directories
app_edit()
{
	sed -i -e "$1" "$WORK/alone/$2" "$WORK/job/$2"
}

# app_alone [ARGUMENT]...: runs the job uninterrupted, outside of Slurm; its
# output is in $WORK/alone.out
app_alone()
{
	app_alone_begin "$@"
	app_alone_end
}

# The same in two parts, for applications that take long
app_alone_begin()
{
	(
		cd "$WORK/alone" &&
			as_owner timeout 300 ./job.sh "$@"
	) >"$WORK/alone.out" 2>&1 &
	app_alone_pid=$!
}

app_alone_end()
{
	wait "$app_alone_pid"
	tap $? "$app: works outside of Slurm as well" ||
		diag "$(tail -n 50 "$WORK/alone.out")"
}

# app_submit [ARGUMENT]...: sbatch with these, job.sh among them
app_submit()
{
	id=$(submit --output=job.out "$@" 2>submit.err) || diag "$(cat submit.err)"
	like "$id" '^[0-9]+$' "$app: sbatch takes its job.sh"
}

# app_worked: the present run has begun and computed something
app_worked()
{
	grep -q "^[^ ]* scheckpoint: run $app_run on " job.out && worked
}

# said REGEX: the output of the present run matches it
said()
{
	sed -n "/^[^ ]* scheckpoint: run $app_run on /,\$p" job.out | grep -q -E -e "$1"
}

# app_scheckpoint ARGUMENT...: scheckpoint as the job's owner; outside of the
# job it needs to know where its helpers are
app_scheckpoint()
{
	SCHECKPOINT_HELPERS=$CLUSTER/libexec as_owner \
		"$CLUSTER/bin/scheckpoint" "$@"
}

app_request()
{
	wait_for 60 "run $app_run to compute" app_worked || return
	case $1 in
	scancel) as_owner scancel -b -s TERM "$id" ;;
	requeue) app_scheckpoint requeue "$id" ;;
	limit) ;; # it comes by itself
	esac
}

# app_stop HOW: stops this run in the middle, by scancel, requeue or limit; for
# limit the job has a short time limit and a long grace
app_stop()
{
	ok "$app: run $app_run is requested to save ($1)" app_request "$1" ||
		app_fail
	ok "$app: and is followed by the next" \
		wait_for 60 'the requeue' restarted "$id" $((app_run + 1)) ||
		app_fail
	[ "$1" != limit ] || app_lengthen
	app_run=$((app_run + 1))
}

# app_lengthen: the next run gets a longer limit, since runs of seconds compute
# too little on a busy machine
app_lengthen()
{
	wait_for 20 "the requeue's line" said "run $app_run: requeued" &&
		scontrol update "job=$id" timelimit=10
}

# app_fail: ends the test, whose other assertions would fail after long waits
app_fail()
{
	diag "$(tail -n 50 job.out)"
	done_testing
	exit 1
}

# our_lines: prints our lines in the job's output
our_lines()
{
	grep '^[^ ]* scheckpoint: ' job.out
}

app_completes()
{
	ok "$app: completes" wait_job 200 "$id" COMPLETED || app_fail
	ok "$app: its states are in the store" \
		[ "$(app_versions | wc -l)" -ge 2 ]
}

# app_versions: prints the complete versions, the newest one last
app_versions()
{
	for dir in "checkpoint-$id"/v0*; do
		[ ! -e "$dir/MANIFEST.json" ] || echo "$dir"
	done
}

app_newest()
{
	app_versions | tail -n 1
}

# app_grew FILE: it has grown since the first call in this run
app_grew()
{
	local size

	size=$(stat -c %s "$1" 2>/dev/null) || size=0
	if [ "${app_seen:-}" != "$app_run" ] || [ "$size" -lt "$app_size" ]; then
		app_seen=$app_run app_size=$size
	fi
	[ "$size" -gt "$app_size" ]
}

# app_same FILE: tests that it is that of the uninterrupted run, to the last bit
app_same()
{
	ok "$app: $1 is the same to the last bit" cmp "$1" "$WORK/alone/$1"
}
