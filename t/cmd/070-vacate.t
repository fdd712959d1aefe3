#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# vacate: each job is looked at, however many there are, by one query a round;
# and no job's name passes for a state.
# shellcheck source=t/cmd/cmd.sh
. "$(dirname "$0")/cmd.sh"

# 8000 suspended jobs, whose list is longer than a MiB, then three that run:
# the first replies and leaves, the second leaves at once, the third is
# suspended in the end.  slurmctld is away for a round.
awk -v name="$(printf '%0150d' 0)" 'BEGIN {
	for (i = 1; i <= 8000; i++)
		print i, 0, 1, 1, 0, name
}' >suspended
cat >"$helpers/rpc" <<EOF
#!/bin/sh
echo "\$*" >>"$work/calls"
[ "\$1" = on ] || { [ "\$1" != load ] || echo state=PENDING; exit 0; }
round=\$(grep -c '^on' "$work/calls")
[ \$round -ne 4 ] || { echo away >&2; exit 1; }
cat "$work/suspended"
[ \$round -ne 1 ] || echo 8002 0 1 0 0 quick
[ \$round -gt 2 ] || echo 8001 0 1 0 \$((round - 1)) first
echo "8003 0 1 \$((round / 6)) 0 x): is saving"
EOF
chmod +x "$helpers/rpc"
run scheckpoint vacate n1
exits 1 "jobs are still there"
says out "n1 drained, 8003 jobs there"
is "each job that is suspended is named" 8001 \
	"$(said out | grep -c 'is suspended and can.t save: it stays')"
is "jobs that reply and jobs that leave are reported" "8001 has left, is PENDING
8001 is saving
8002 has left, is PENDING" \
	"$(said out | grep '^job 800[12] ' |
		sed 's/^job \([0-9]*\) .*): /\1 /' | sort)"
is "jobs that are suspended get no request" "8001 8002 8003" \
	"$(sed -n 's/^vacate //p' calls | sort | paste -sd' ')"
is "one question a round, and one for each that has left" "on 6, load 2" \
	"on $(grep -c '^on' calls), load $(grep -c '^load' calls)"

# A comment that says that the job saves counts only after the request.
cat >"$helpers/rpc" <<EOF
#!/bin/sh
[ "\$1" = on ] || exit 0
round=\$(cat "$work/round" 2>/dev/null || echo 0)
echo \$((round + 1)) >"$work/round"
said=2; [ \$round -eq 0 ] || said=1
echo 1 0 1 0 \$said written
echo 2 0 1 0 1 earlier
EOF
run scheckpoint vacate --wait=1s n1
exits 1 "jobs are still there"
says out '"written"): doesn'"'"'t answer: its comment says that it saves, but'
says out '"earlier"): is saving'

# slurmctld goes away and doesn't come back
cat >"$helpers/rpc" <<EOF
#!/bin/sh
[ "\$1" = on ] || exit 0
[ ! -e "$work/listed" ] || { echo 'rpc: on n1: away' >&2; exit 1; }
: >"$work/listed"
echo 1 0 1 0 0 job
EOF
run scheckpoint vacate --wait=1s n1
exits 2 "what became of the jobs can't be queried"
says err "scheckpoint: vacate: rpc: on n1: away"
is "so nothing is said of them" "n1 drained, 1 job there" "$(said out)"

rpc_fails 3 "Invalid node name specified"
run scheckpoint vacate n99
exits 2 "a node that there isn't"
is "and permission isn't mentioned" \
	"scheckpoint: vacate: rpc: drain n99: Invalid node name specified" \
	"$(said err)"
rpc_fails 3 "Access/permission denied"
run scheckpoint vacate n1
exits 2 "a user who is no operator"
says err "permission denied (nodes are drained by operators only)"
finish
