# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the tests on a private cluster share: TAP, starting and stopping the
# cluster, and the states of jobs and nodes as Slurm reports them.  A test
# sources it:
#
#	. "$(dirname "$0")/lib.sh"
#	plan 3
#	cluster_up --nodes 2
#	id=$(submit --checkpoint=20 --time=1 job.sh)
#	...
#
# The test then runs in $WORK, where jobs may write.  $SCRATCH is removed at the
# end unless a test failed.  If root runs the test, its jobs belong to the
# ordinary user $JOB_USER.
set -u
umask 022

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
B=$(cd "$TOP" && cd "${B:-build}" && pwd) || exit 1
export B
PATH=$PATH:/usr/sbin:/sbin

# ------------------------------------------------------------------ TAP
tap_planned='' tap_count=0 tap_failed=0 tap_cluster=''

plan()
{
	tap_planned=$1
	echo "1..$1"
}

# done_testing: at the end of a test that has no plan
done_testing()
{
	plan "$tap_count"
}

diag()
{
	printf '%s\n' "$*" | sed 's/^/# /' >&2
}

note()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

bail_out()
{
	echo "Bail out! $*"
	tap_failed=1
	exit 255
}

# tap STATUS TEXT: prints one line of result
tap()
{
	tap_count=$((tap_count + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_count - $2"
		return 0
	fi
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_count - $2"
	return 1
}

# ok TEXT COMMAND...: the command succeeds; if not, its output is shown
ok()
{
	local text=$1 said="$SCRATCH/said"

	shift
	if "$@" >"$said" 2>&1; then
		tap 0 "$text"
	else
		tap 1 "$text"
		diag "failed: $*"
		diag "$(head -c 4000 "$said")"
		return 1
	fi
}

# not_ok TEXT COMMAND...: the command fails
not_ok()
{
	local text=$1

	shift
	ok "$text" fails "$@"
}

fails()
{
	! "$@"
}

# is GOT WANTED TEXT
is()
{
	[ "$1" = "$2" ]
	tap $? "$3" && return
	diag "     got: $1"
	diag "expected: $2"
	return 1
}

# like GOT EXTENDED-REGEX TEXT
like()
{
	grep -q -E -e "$2" <<<"$1"
	tap $? "$3" && return
	diag "          got: $1"
	diag "doesn't match: $2"
	return 1
}

# unlike GOT EXTENDED-REGEX TEXT
unlike()
{
	! grep -q -E -e "$2" <<<"$1"
	tap $? "$3" && return
	diag "    got: $1"
	diag "matches: $2"
	return 1
}

# skip_all REASON: this machine can't run the test; on CI that is a failure
skip_all()
{
	[ "${CI:-}" != true ] || bail_out "skipped on CI: $*"
	echo "1..0 # SKIP $*"
	exit 0
}

# skip N REASON: leaves out the next N tests
skip()
{
	local i

	for ((i = 0; i < $1; i++)); do
		if [ "${CI:-}" = true ]; then
			tap 1 "skipped on CI: $2"
		else
			tap 0 "# SKIP $2"
		fi
	done
}

# ------------------------------------------------- a place, and its end
SCRATCH=$(mktemp -d "${TMPDIR:-/tmp}/slurm-checkpoint-t.XXXXXX") || exit 1
chmod 755 "$SCRATCH"
CLUSTER=$SCRATCH/cluster
WORK=$SCRATCH/work
mkdir "$WORK"

# Two ordinary users; if root runs the test, the first owns the jobs.  It is not
# the user nobody: on 26.05 that user can't have a cluster.  There it also needs
# a login shell for --export=NONE.
if [ "$(id -u)" -eq 0 ]; then
	JOB_USER=${JOB_USER:-games} OTHER_USER=daemon
	chown "$JOB_USER" "$WORK"
else
	JOB_USER=$(id -un) OTHER_USER=
fi
export JOB_USER OTHER_USER

at_exit()
{
	local status=$? dir

	trap - EXIT
	unset SLURM_CONF
	# The cluster of this test, even if its directory is gone, and others
	# that it has in $SCRATCH.
	[ -z "$tap_cluster" ] || cluster_down
	for dir in "$SCRATCH"/*/run/slurmctld.pid; do
		[ ! -e "$dir" ] || [ "$dir" -ef "$CLUSTER/run/slurmctld.pid" ] ||
			"$TOP/scripts/cluster" down "${dir%/run/*}"
	done
	if [ -n "$tap_planned" ] && [ "$tap_count" -ne "$tap_planned" ]; then
		diag "planned $tap_planned tests, ran $tap_count"
		tap_failed=1
	fi
	if [ "$tap_failed" -ne 0 ] || [ "$status" -ne 0 ]; then
		diag "logs and job files are kept in $SCRATCH"
		[ "$status" -ne 0 ] || status=1
	elif [ -n "${KEEP:-}" ]; then
		diag "kept: $SCRATCH"
	else
		cd / && rm -rf "$SCRATCH"
	fi
	exit "$status"
}
trap at_exit EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$WORK" || exit 1

# run_as USER COMMAND...: with the user's ids and groups, without capabilities
run_as()
{
	local user=$1

	shift
	if [ "$user" = "$(id -un)" ]; then
		"$@"
		return
	fi
	HOME=$WORK USER=$user LOGNAME=$user setpriv \
		"--reuid=$user" "--regid=$(id -g "$user")" --init-groups \
		--inh-caps=-all -- "$@"
}

# as_owner COMMAND...: as the user who owns the jobs
as_owner()
{
	run_as "$JOB_USER" "$@"
}

# wait_for SECONDS WHAT COMMAND...: polls until the command succeeds
wait_for()
{
	local bound_s=$1 what=$2 end=$((SECONDS + $1))

	shift 2
	until "$@" >/dev/null 2>&1; do
		if ((SECONDS >= end)); then
			diag "waited $bound_s s for $what: in vain"
			return 1
		fi
		sleep 0.2
	done
}

# -------------------------------------------------------------- cluster

# cluster_up [OPTION]...: scripts/cluster up with these; bails out if it fails
cluster_up()
{
	tap_cluster=yes
	"$TOP/scripts/cluster" up "$CLUSTER" --build "$B" "$@" 2>&1 |
		sed 's/^/# /' >&2
	[ "${PIPESTATUS[0]}" -eq 0 ] || bail_out "no private cluster"
	eval "$("$TOP/scripts/cluster" env "$CLUSTER")"
}

# is_since MAJOR MINOR: this Slurm is of that version or a later one
is_since()
{
	slurmctld -V | awk -v major="$1" -v minor="$2" '{
		split($NF, part, ".")
		exit part[1] * 100 + part[2] < major * 100 + minor
	}'
}

cluster_down()
{
	"$TOP/scripts/cluster" down "$CLUSTER"
}

# daemon stop|start|crash|reboot NAME...: slurmctld, munged, n1, ...
daemon()
{
	local verb=$1

	shift
	"$TOP/scripts/cluster" "$verb" "$CLUSTER" "$@"
}

# is_idle: every node is idle; none is drained, down or not responding
is_idle()
{
	! sinfo -h -N -o '%T' | grep -v -x idle
}

# nodes_idle: a test of that, when running epilogs have ended
nodes_idle()
{
	wait_for 30 'all nodes to be idle' is_idle
	ok 'every node is idle, none is drained' is_idle
}

# ----------------------------------------------------------------- jobs

# Programs that jobs run: see the files.
# shellcheck disable=SC2034 # for the tests
counter=$TOP/t/cluster/jobs/counter steps=$TOP/t/cluster/jobs/steps

# submit ARGUMENT...: sbatch as $JOB_USER; prints the job id
submit()
{
	run_as "$JOB_USER" sbatch --parsable "$@"
}

# job_field ID FIELD: prints it as scontrol shows it; for an array, from the
# record whose JobId is ID
job_field()
{
	scontrol show job "$1" 2>/dev/null | awk -v id="$1" -v field="$2" '
		/^JobId=/ { mine = id ~ /_/ ? !seen++ : $1 == "JobId=" id }
		!mine { next }
		{ sub(/^ +/, "") }
		index($0, field "=") == 1 && field ~ \
			/^(Comment|AdminComment|Command|WorkDir|Std.*)$/ {
			print substr($0, length(field) + 2)
			exit
		}
		{
			for (i = 1; i <= NF; i++)
				if (index($i, field "=") == 1) {
					print substr($i, length(field) + 2)
					exit
				}
		}'
}

job_state()
{
	job_field "$1" JobState
}

# job_is ID STATE...: it is in one of these states
job_is()
{
	local state id=$1 wanted

	state=$(job_state "$id")
	shift
	for wanted in "$@"; do
		[ "$state" = "$wanted" ] && return
	done
	echo "job $id is $state"
	return 1
}

# job_over ID: no part of it runs or is pending
job_over()
{
	! squeue -h -j "$1" -o %T 2>/dev/null | grep -q .
}

# wait_job SECONDS ID STATE...
wait_job()
{
	local bound_s=$1 id=$2

	shift 2
	wait_for "$bound_s" "job $id to be $*" job_is "$id" "$@" && return
	diag "job $id is $(job_state "$id"), reason $(job_field "$id" Reason)"
	return 1
}

# restarted ID COUNT: slurmctld has requeued it at least COUNT times
restarted()
{
	[ "$(job_field "$1" Restarts)" -ge "$2" ]
}

# is_held ID: it is pending, and held
is_held()
{
	[ "$(job_state "$1")" = PENDING ] &&
		[ "$(job_field "$1" Priority)" = 0 ]
}

# wait_held SECONDS ID
wait_held()
{
	wait_for "$1" "job $2 to be held" is_held "$2" && return
	diag "job $2 is $(job_state "$2"), reason $(job_field "$2" Reason)"
	return 1
}

# job_environment ID: the variables that slurmctld keeps for it, one a line
job_environment()
{
	find "$CLUSTER/state" -path "*/job.$1/environment" -exec cat {} + |
		tr '\0' '\n'
}

# job_settings ID: the settings of --checkpoint that the job carries
job_settings()
{
	job_environment "$1" | sed -n 's/^.*SLURM_SPANK_CHECKPOINT=//p'
}

# has_line FILE EXTENDED-REGEX [COUNT]: at least COUNT lines match (default 1)
has_line()
{
	[ "$(grep -c -E -e "$2" "$1")" -ge "${3:-1}" ]
}

# script NAME: writes a job script in $WORK from the standard input
script()
{
	cat >"$WORK/$1" && chmod 755 "$WORK/$1"
}

# guide_files GUIDE: writes its blocks that begin with ```LANGUAGE file=NAME as
# executable files into the present directory
guide_files()
{
	# shellcheck disable=SC2016 # awk's
	awk '/^```[a-z]+ file=/ { sub(/.*file=/, ""); file = $0; next }
		/^```/ { file = "" }
		file { print >file; print file }' "$1" | sort -u | xargs chmod 755
}
