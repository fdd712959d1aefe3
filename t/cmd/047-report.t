#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# report: what the records of accounting and the jobs' comments add up to.
# shellcheck source=t/cmd/cmd.sh
. "$(dirname "$0")/cmd.sh"
export TZ=UTC

run scheckpoint report
exits 2 "no accounting"
says err "scheckpoint: report: Slurm accounting storage is disabled; the report is made"

# JOB|USER|PARTITION|START|ELAPSED|NODES|COMMENT
cat >"$helpers/sacct" <<EOF
#!/bin/sh
echo "\$*" >>"$temporary/calls"
for word; do
	case \$word in
	--delimiter=*) sed "s/|/\${word#*=}/g" "$temporary/records" ;;
	esac
done
EOF
cat >"$helpers/rpc" <<EOF
#!/bin/sh
cat "$temporary/jobs"
EOF
chmod +x "$helpers/rpc"
: >"$temporary/jobs"
cat >"$temporary/records" <<'EOF'
1|ann|main|100|3600|2|mine [scheckpoint: dir=checkpoint-%25j]
1|ann|main|3800|3600|2|mine [scheckpoint: run 0: on {limit 1; kept 3500 s, lost 100 s}]
1|ann|main|9000|1800|2|mine [scheckpoint: run 2: done {limit 1, preempt 1; kept 6900 s, lost 300 s}]
2|ann|main|100|7200|1|
3|bob|main|100|600|1|[scheckpoint: run 7: on {limit 8; kept 80000 s, lost 1000 s}]
3|bob|main|800|600|1|[scheckpoint: run 8: on {limit 9; kept 80600 s, lost 1000 s}]
4|bob|low|100|60|1|[scheckpoint: dir=checkpoint-%25j]
4|bob|low|Unknown|0|1|
5|bob|low|100|60|1|[scheckpoint: dir=checkpoint-%25j]
5+1|bob|low|100|60|1|[scheckpoint: dir=checkpoint-%25j]
no record
EOF
cat >"$temporary/jobs" <<'EOF'
job_id=4
state=PENDING
user_id=0
partition=low
held=1
comment=[scheckpoint: run 0: look at it; then release the job {self 1; kept 0 s, lost 50 s}]

EOF
run scheckpoint report --since=2026-11-28T14:00
exits 0 "report"
is "of that period, each run" "-D -T -S 2026-11-28T14:00:00 -a" \
	"$(tail -n 1 "$temporary/calls" | grep -o -e '-D .*')"
row() {
	said out | tr -s ' ' | sed -n "s/^$1 //p"
}
is "a job of three runs on two nodes; one without --checkpoint isn't counted" \
	"main 1 3 2 0 5.0 0.2 3.8" "$(row ann)"
is "what was there before the period isn't counted again" \
	"1 2 1 0 0.3 0.0 0.2" "$(row 'bob main')"
is "a job that slurmctld holds" "1 1 1 1 0.0 0.0 0.0" \
	"$(row "$(id -un) low")"
is "all of them" "- 4 7 4 1 5.4 0.2 4.0" "$(row all)"
says out "requeues by cause: limit 2, preempt 1, self 1"
# The comment of a job may have every byte in it, and line ends.
cp "$temporary/records" "$temporary/before"
{
	echo '6|eve|main|100|60|1|mine'
	echo '77|root|main|100|7200|1|[scheckpoint: dir=x]' | tr '|' '\037'
} >>"$temporary/records"
said out >"$temporary/said"
run scheckpoint report --since=2026-11-28T14:00
is "a comment makes no record" "$(cat "$temporary/said")" "$(said out)"
mv "$temporary/before" "$temporary/records"
says out "  job 4 ($(id -un)): run 0: look at it; then release the job"
run scheckpoint report --json
is "as JSON" "1 4 7200 600 13800 1 4" "$(said out | python3 -c '
import json, sys
d = json.load(sys.stdin)
g = {(g["user"], g["partition"]): g for g in d["groups"]}
a = g["ann", "main"]
print(d["format"], len(d["groups"]), 7200, a["lost_node_seconds"],
      a["kept_node_seconds"], a["requeues_preempt"], d["held"][0]["job"])')"
run scheckpoint report --openmetrics
exits 0 "as OpenMetrics"
is "which is valid as far as its grammar is known here" ok "$(said out |
	python3 -c 'import re, sys
text = sys.stdin.read()
assert text.endswith("# EOF\n")
family, seen = None, set()
for line in text.splitlines()[:-1]:
    if line.startswith("# TYPE "):
        family = re.fullmatch(r"# TYPE (slurm_[a-z_]+) gauge", line)[1]
        assert family not in seen
        seen.add(family)
    elif line.startswith("# UNIT "):
        unit = re.fullmatch("# UNIT %s ([a-z]+)" % family, line)[1]
        assert family.endswith("_" + unit)
    elif line.startswith("# HELP "):
        assert re.fullmatch("# HELP %s .*[.]" % family, line)
    else:
        assert re.fullmatch(family +
            r"(\{[a-z]+=\"([^\"\\\n]|\\.)*\"(,[a-z]+=\"([^\"\\\n]|\\.)*\")*\})? \d+",
            line), line
print("ok")')"
says out 'slurm_checkpoint_requeues{user="ann",partition="main",cause="limit"} 1'
says out 'slurm_checkpoint_kept_node_seconds{user="ann",partition="main"} 13800'
run scheckpoint report --user=bob --partition=low
is "of one user and partition" "-u bob -r low" \
	"$(tail -n 1 "$temporary/calls" | grep -o -e '-u .*')"
run scheckpoint report --since=yesterday
exits 2 "a time that is none"
says err "--since=yesterday: give how long ago, such as 7d, or a date, such as"
rpc_fails 1 "Unable to contact slurm controller"
run scheckpoint report
exits 0 "without slurmctld"
says err "slurmctld doesn't answer (Unable to contact slurm controller): the jobs of now are left out"
echo '2|ann|main|100|7200|1|' >"$temporary/records"
run scheckpoint report
exits 0 "accounting without comments"
says err "accounting keeps no comments of jobs, so only jobs of now are counted; set AccountingStoreFlags=job_comment in slurm.conf"
finish
