#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Slurm's own plugin cgroup/v2, on a hierarchy of v2 that is mounted for this
# test alone, and auth/slurm in the place of munge where Slurm has it.
#
# Slurm takes no group that has processes of others in it, so the test makes one,
# and a namespace in which that is the root.
mounted=/sys/fs/cgroup
case $(id -u),${PRIVATE:-} in
0,)
	PRIVATE=mount exec unshare --mount --propagation private "$0"
	;;
0,mount)
	group=$mounted/slurm-checkpoint-t.$$
	mount -t cgroup2 none $mounted && mkdir "$group"
	(
		echo $BASHPID >"$group/cgroup.procs"
		PRIVATE=$group exec unshare --cgroup --mount "$0"
	)
	status=$?
	find "$group" -depth -type d -exec rmdir {} +
	exit $status
	;;
esac
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || skip_all 'proctrack/cgroup needs root'
[ -d "$PRIVATE" ] || skip_all 'this kernel mounts no cgroup2'
umount $mounted
mount -t cgroup2 none $mounted || bail_out 'no cgroup2'
mount -t tmpfs tmpfs /run # where auth/slurm has its sockets
# Slurm puts its groups into the slice, and does not make it.
slice=$mounted/system.slice
mkdir "$slice" $mounted/test
echo $$ >$mounted/test/cgroup.procs

key=()
if is_since 24 5; then
	(umask 077 && head -c 1024 /dev/urandom >"$SCRATCH/slurm.key")
	key=(--file "$SCRATCH/slurm.key" --conf AuthType=auth/slurm
		--conf CredType=cred/slurm --conf AuthInfo=cred_expire=120)
fi
LD_PRELOAD=$B/t/cluster/plugins/unified.so cluster_up --proctrack cgroup \
	"${key[@]}" --cgroup CgroupPlugin=cgroup/v2 --conf TaskPlugin=task/none
groups=$(echo "$slice"/*_slurmstepd.scope)

# job_groups: prints the groups of jobs
job_groups()
{
	find "$groups" -mindepth 1 -maxdepth 1 -type d ! -name slurmd \
		! -name system
}

script chain <<'END'
#!/bin/bash
grep '^0::' /proc/self/cgroup
srun "$@"
echo after
END
id=$(submit --output=chain.out --checkpoint=40 --time=5 chain "$counter" 100)
other=$(submit --output=other.out --checkpoint=40 --time=5 chain "$counter" 900)
for file in chain.out other.out; do
	wait_for 40 "$file" has_line $file '^count 5$'
done
is "$(job_groups | wc -l)" 2 'each job has a group of v2'
like "$(head -n 2 chain.out)" \
	"^0::/system.slice/${groups##*/}/(job_$id|s[0-9A-Za-z]+)/step_batch/" \
	'in which its script runs'
as_owner scancel --batch -s TERM "$id"
as_owner scancel "$other"
wait_job 60 "$other" CANCELLED
is "$(job_state "$other")" CANCELLED 'a cancelled job is cancelled'
wait_job 90 "$id" COMPLETED
is "$(job_state "$id") $(job_field "$id" Restarts)" 'COMPLETED 1' \
	'the other one is saved, requeued and completed'
ok 'and each number was counted once' cmp \
	<(sed -n 's/^count //p' chain.out) <(seq 100)
nodes_idle
has_no_groups()
{
	[ -z "$(job_groups)" ]
}
ok 'no group of a job is left' wait_for 10 'that' has_no_groups
done_testing
