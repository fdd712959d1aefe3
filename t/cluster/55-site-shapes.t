#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The shapes that sites give their Slurm, most of them at once: slurmd without
# files of its own, a SlurmUser, an extern step, a private /tmp, a job_submit
# plugin that refuses changes, hidden jobs, task prologs that print, gang
# scheduling, and nodes that are switched off between two runs.
#
# TMPDIR: jobs can't see this machine's /tmp.
TMPDIR=/var/tmp
# On one processor: a kernel that numbers mount namespaces by processor may find
# the job's older than slurmd's, and refuse to bind it.
taskset -p -c 0 $$ >/dev/null
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
[ "$(id -u)" -eq 0 ] || skip_all 'a private /tmp needs root'

# file NAME: a file for --file, from the standard input
files=()
file()
{
	mkdir -p "$SCRATCH/files"
	cat >"$SCRATCH/files/$1"
	files+=(--file "$SCRATCH/files/$1")
}

# The user's changes of jobs whose name begins with "refused" are refused.
file job_submit.lua <<'END'
function slurm_job_submit(desc, part, uid)
	return slurm.SUCCESS
end
function slurm_job_modify(desc, job, part, uid)
	if uid ~= 0 and string.find(job.name, "^refused") then
		return slurm.ERROR
	end
	return slurm.SUCCESS
end
return slurm.SUCCESS
END

# A private /tmp; from 26.05 on in a pid namespace as well.
container=JobContainerType=job_container/tmpfs
if is_since 26 5; then
	container=NamespaceType=namespace/linux
	file namespace.yaml <<-END
	defaults:
	  auto_base_path: true
	  base_path: "$SCRATCH/containers"
	  clone_ns_flags:
	    - "CLONE_NEWPID"
	END
else
	file job_container.conf <<-END
	AutoBasePath=true
	BasePath=$SCRATCH/containers
	END
fi
prolog=Contain,Alloc,X11 slurmctld=enable_configless,power_save_interval=1
slurmd=config_overrides
if is_since 24 5; then
	slurmctld=$slurmctld,enable_stepmgr
	slurmd=$slurmd,contain_spank
fi
! is_since 24 11 || prolog=$prolog,RunInJob

for name in prolog epilog; do
	cat >"$SCRATCH/$name" <<-END
	#!/bin/sh
	echo "print the site's $name"
	echo "export SITE=$name"
	END
	chmod 755 "$SCRATCH/$name"
done
# The power programs run as SlurmUser, and leave what they are to do to a loop.
mkdir "$SCRATCH/power"
chown daemon "$SCRATCH/power"
for name in reboot stop; do
	cat >"$SCRATCH/$name" <<-END
	#!/bin/sh
	echo "\$1" >"$SCRATCH/power/$name"
	END
	chmod 755 "$SCRATCH/$name"
done

# conf LINE...: lines of slurm.conf
conf=()
conf()
{
	local line

	for line; do
		conf+=(--conf "$line")
	done
}
conf SlurmUser=daemon "$container" "SlurmctldParameters=$slurmctld" \
	"SlurmdParameters=$slurmd" "PrologFlags=$prolog" \
	"TaskProlog=$SCRATCH/prolog" "TaskEpilog=$SCRATCH/epilog" \
	JobSubmitPlugins=lua PrivateData=jobs \
	"AuthInfo=socket=$CLUSTER/sock/munge,cred_expire=15"
conf PreemptMode=SUSPEND,GANG PreemptType=preempt/partition_prio \
	SchedulerTimeSlice=5 "${MANY/=many/=gang}"
conf SuspendTime=-1 ResumeTimeout=30 SuspendTimeout=5 \
	"ResumeProgram=$SCRATCH/reboot" "SuspendProgram=$SCRATCH/stop"
cluster_up --nodes 3 --proctrack cgroup --configless "${files[@]}" \
	"${conf[@]}" --plugstack-arg restart_delay=8
mapfile -t nodes < <(sinfo -h -N -p main -o %N)
declare -A id

# A program of a step, which saves what it has counted; a file in /tmp tells
# whether that is private and new; LINGER: seconds that its save takes.
script chain <<'END'
#!/bin/bash
echo "run $SLURM_CHECKPOINT_RUN: $SITE, $(find /tmp -type f | wc -l) files"
touch "/tmp/mark-$SLURM_JOB_NAME"
srun "$@"
echo after
END

script alone <<'END'
#!/bin/bash
"$@"
echo after
END

# suspensions: how often the job has been suspended
suspensions()
{
	grep -c "gang: suspending JobId=${id[gang]}\$" \
		"$CLUSTER/log/slurmctld"
}

# chain NAME NODE ARGUMENT...
chain()
{
	local name=$1 node=$2

	shift 2
	id[$name]=$(submit "--job-name=$name" "--output=$name.out" \
		"--nodelist=$node" --checkpoint=40 --time=5 "$@")
}

# chained NAME COUNT TEXT: it has completed in its second run, and each number
# was counted once
chained()
{
	wait_job 90 "${id[$1]}" COMPLETED
	is "$(job_state "${id[$1]}") $(job_field "${id[$1]}" Restarts)" \
		'COMPLETED 1' "$3: saved, requeued, completed"
	ok 'and each number was counted once' cmp \
		<(sed -n 's/^count //p' "$1.out") <(seq "$2")
}

# The third node is switched off whenever it has no job.
(
	while sleep 0.2 && kill -0 $$ 2>/dev/null; do
		for verb in stop reboot; do
			[ -e "$SCRATCH/power/$verb" ] || continue
			rm "$SCRATCH/power/$verb"
			echo "$verb" >>"$SCRATCH/power/done"
			daemon "$verb" n3
		done
	done
) &
power=$!
sed -i -e "s/^SuspendTime=.*/SuspendTime=1/" \
	-e "\$aSuspendExcNodes=${nodes[0]},${nodes[1]}" "$SLURM_CONF"
daemon stop slurmctld
daemon start slurmctld
scontrol reconfigure

# This checkout may be in /tmp as well.
cp "$counter" "$WORK/counter"
counter=$WORK/counter
count=100
chain shapes "${nodes[0]}" chain "$counter" $count
chain refused "${nodes[0]}" chain "$counter" $count
# Without a step: with enable_stepmgr Slurm starts none in a job that was once
# suspended.
chain gang "${nodes[1]}" --partition=gang --ntasks=2 --export=ALL,LINGER=11 \
	alone "$counter" $count
submit --partition=gang --nodelist="${nodes[1]}" --ntasks=2 --time=5 \
	--output=/dev/null --wrap='sleep 300' >beside
chain power "${nodes[2]}" chain "$counter" $count
for name in shapes refused gang power; do
	wait_for 90 "job $name" has_line "$name.out" '^count 5$'
done

: >"$SCRATCH/power/done"
before=$(suspensions)
for name in shapes refused gang power; do
	as_owner scancel --batch -s TERM "${id[$name]}"
done

wait_for 90 'the save' has_line gang.out 'scheckpoint: saved: version 1'
ok 'gang scheduling suspends a job while it saves' \
	[ "$(suspensions)" -gt "$before" ]
chained shapes $count 'slurmd without files, extern step, private /tmp, SlurmUser'
is "$(grep '^run ' shapes.out)" "run 0: prolog, 0 files
run 1: prolog, 0 files" 'its /tmp is its own, and new in each run'
is "$(grep -c "^the site's prolog" shapes.out)" 4 \
	'the task prologs print before script and step'
chained refused $count 'a job_submit plugin that refuses changes'
like "$(cat refused.out)" 'scheckpoint: run 0: begin time refused \(no reason .* job_submit plugin\)' \
	'its output says so'
chained power $count 'a node that is switched off between two runs'
like "$(paste -sd' ' "$SCRATCH/power/done")" '^stop reboot' 'which it was'
chained gang $count 'which'
scancel "$(cat beside)"
kill "$power"
# unusable: prints the states of nodes that are neither idle nor switched off
unusable()
{
	sinfo -h -N -o '%T' | grep -v -E '^idle[~%#!]?$'
}
# Slurm itself takes half a minute to end an extern step that it has just resumed.
wait_for 70 'the nodes to be idle' fails unusable
is "$(unusable)" '' 'every node is idle or switched off, none is drained'
done_testing
