#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Plugin and helpers are replaced while jobs run, Slurm is reconfigured, and an
# older release of ours finds a store of a later one: no job is lost.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
unset MAKEFLAGS MAKELEVEL
prefix=$SCRATCH/prefix
helpers=$prefix/libexec/slurm-checkpoint
plugin=$prefix/lib/slurm/spank_checkpoint.so
declare -A id

installed()
{
	"$@" make -s -C "$TOP" "B=$B" install "prefix=$prefix" \
		"sysconfdir=$prefix/etc" PYTHON=/usr/bin/python3
}

installed env >/dev/null || bail_out 'make install failed'
chmod 755 "$SCRATCH"
cluster_up --nodes 2 --no-plugin --conf "$MANY"
cat "$prefix/etc/slurm/plugstack.conf.d/00-slurm-checkpoint.conf" \
	>"$CLUSTER/etc/plugstack.conf"
export SCHECKPOINT_HELPERS=$helpers PATH=$prefix/bin:$PATH

# ---- everything is replaced while jobs run
id[over]=$(start over --time=10 --checkpoint=25 "$counter" 250)
for name in limit ended; do
	id[$name]=$(start $name --time=1 --checkpoint=25 "$counter" 450)
done
for name in over limit ended; do
	wait_for 40 "$name to run" has_line $name.out '^count 5$'
done
inode=$(stat -c %i "$plugin")
installed strace -f -qq -o "$SCRATCH/trace" -e trace=file >/dev/null
isnt_written()
{
	! grep -E "(O_WRONLY|O_RDWR|O_TRUNC|O_CREAT|unlink).*" "$SCRATCH/trace" |
		grep -F -e "\"$1\"" -e "\"${1##*/}\""
}
for file in "$plugin" "$helpers/supervise" "$helpers/settle" \
	"$helpers/rpc" "$helpers/deliver" "$prefix/bin/scheckpoint" \
	"$prefix/lib/libckptstate.so.0" "$prefix/lib/libckptstate.so"; do
	ok "${file##*/} is not written to" isnt_written "$file"
	like "$(grep rename "$SCRATCH/trace")" "\"$file\"" \
		'but replaced by a rename'
done
isnt()
{
	[ "$1" != "$2" ]
}
ok 'it is another file now' isnt "$inode" "$(stat -c %i "$plugin")"
# A new settle that leaves a trace.
mv "$helpers/settle" "$helpers/settle.real"
cat >"$helpers/settle.new" <<END
#!/bin/sh
echo \$\$ >>$SCRATCH/settled
exec $helpers/settle.real
END
chmod 755 "$helpers/settle.new"
: >"$SCRATCH/settled" && chmod 666 "$SCRATCH/settled"
mv "$helpers/settle.new" "$helpers/settle"
as_owner scheckpoint requeue "${id[over]}" >/dev/null
counted over 250 'a job that ran meanwhile is requeued and goes on'
is "$(job_field "${id[over]}" Restarts)" 1 'once'
ok 'settled by the new helper, with the journal of the old one' \
	test -s "$SCRATCH/settled"

# ---- reconfigured, and slurmd restarted, while they run
scontrol reconfigure
daemon stop n1 n2
daemon start n1 n2
counted limit 450 'a limit reached after scontrol reconfigure: goes on'
counted ended 450 'another'

# ---- a store of a later release
id[later]=$(start later --time=5 --checkpoint=30 "$counter" 200)
wait_for 40 'later to run' has_line later.out '^count 5$'
as_owner scheckpoint requeue "${id[later]}" >/dev/null
as_owner scontrol hold "${id[later]}"
wait_job 40 "${id[later]}" PENDING
store=checkpoint-${id[later]}
cp -p "$store/store.json" saved.json
as_owner "$B/t/cmd/mkstore" later "$store"
as_owner scontrol release "${id[later]}"
wait_for 60 'the hold' has_line later.out 'HELD'
wait_held 30 "${id[later]}"
is "$(job_state "${id[later]}") $(job_field "${id[later]}" Restarts)" \
	'PENDING 2' 'a store of a later release: held'
like "$(cat later.out)" \
	"$store can't be used: the store .*$store was made by a later release" \
	'its output says why'
like "$(as_owner scheckpoint list "$store" 2>&1)" \
	"made by a later release" 'and so does scheckpoint'
cp -p saved.json "$store/store.json"
as_owner scontrol release "${id[later]}"
counted later 200 'with the later release back, it goes on'
nodes_idle
done_testing
