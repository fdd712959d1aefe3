#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# timeline: a job's life as a picture, in a terminal and as SVG.
# shellcheck source=t/cmd/cmd.sh
. "$(dirname "$0")/cmd.sh"
export TZ=UTC
start=1790000000

# at SECONDS RUN KIND KEY=VALUE...: a record of job 1234
at() {
	when=$1
	shift
	MKSTORE_NOW=$((start + when)) "$mkstore" record life "$@"
}

# begins RUN SECONDS QUEUED LIMIT VERSION
begins() {
	"$mkstore" claim life 1234 "$1"
	at "$2" "$1" run run="$1" node=n1 start=$((start + $2)) grace=300 \
		"restored=$5" restored_progress=0.29
	at "$2" "$1" view limit_min="$4" queued=$((start + $3))
}
# A run that was saved and requeued before its limit, one that was preempted
# some time after its save, one whose node failed, and one that ended.
begins 0 0 -900 60 0
at 3300 0 request cause=limit made=true
at 3360 0 finish exit=0 answered=true
at 3361 0 plan action=requeue cause=limit versions=2 version=2 \
	saved=$((start + 3350)) progress=0.213
begins 1 3500 3362 60 2
at 5200 1 request cause=preempt made=true
at 5220 1 finish signal=9
at 5221 1 plan action=requeue cause=preempt versions=1 version=3 \
	saved=$((start + 4100)) progress=0.29
begins 2 7500 5222 60 3
begins 3 10000 9700 120 3
at 16000 3 finish exit=0 "done=true"
at 16001 3 plan action=leave cause=none versions=0 progress=1.0

cat >ascii <<'EOF'
job 1234: 2026-09-21 13:58:20 to 18:40:00
4 runs; computed 3 h 41 min, lost 55 min 30 s of it; waited 1 h

      14:00              16:00              18:00
run 0 ..=========S                                   limit, 21.3 %
run 1            ==SxxP    |                         preempt, 29.0 %
run 2                 ......xxxxxx?  |               node failed, 29.0 %
run 3                             .===============   done, 100.0 %

. waits  | its limit  = computes  ? end not on record  x lost
P preempted  S saved
EOF
export COLUMNS=72
LC_ALL=C run scheckpoint timeline life
exits 0 "timeline"
is "where the locale has no UTF-8, in ASCII" "$(cat ascii)" "$(said out)"
LC_ALL=C.UTF-8 run scheckpoint timeline --ascii life
is "or where that is asked for" "$(cat ascii)" "$(said out)"
LC_ALL=C.UTF-8 run scheckpoint timeline life
says out "run 1            ██◆░░▼    ┊                         preempt, 29.0 %"
for width in 60 100 300; do
	LC_ALL=C COLUMNS=$width run scheckpoint timeline life
	is "it fits $width columns" "$width" "$(said out | sed 2d |
		awk '{ n = length(); if (n > most) most = n } END { print most }')"
done
LC_ALL=C.UTF-8 COLUMNS=72 run scheckpoint timeline --svg=life.svg life
exits 0 "as SVG"
is "it is XML, with a row for each run" \
	"job 1234|4 runs; computed 3 h 41 min, lost 55 min 30 s of it; waited 1 h|run 0 run 1 run 2 run 3" \
	"$(python3 -c 'import xml.etree.ElementTree as tree
svg = tree.parse("life.svg").getroot()
texts = [t.text for t in svg.iter("{http://www.w3.org/2000/svg}text")]
print(svg.find("{http://www.w3.org/2000/svg}title").text, texts[2],
      " ".join(t for t in texts if t.startswith("run ")), sep="|")')"
is "with what was lost, saved and preempted" "3 2 1" "$(
	for class in lost save preempt; do
		sed '/waits</,$d' life.svg | grep -c "class=\"$class\""
	done | paste -sd' ')"
run scheckpoint timeline --svg=- life
is "to the output as well" "$(cat life.svg)" "$(said out)"
run scheckpoint timeline --svg=/no/such/place.svg life
exits 2 "a picture that can't be written"
says err "/no/such/place.svg could not be written: No such file or directory"
echo kept >kept
ln -s kept link.svg
if test "$(id -u)" -eq 0; then
	run scheckpoint timeline --svg=link.svg life
	exits 2 "for root, through a link"
	is "what it leads to stays" kept "$(cat kept)"
fi

# What is in the job's records can't break the picture.
"$mkstore" claim 'a<b' 7 0
"$mkstore" record 'a<b' 0 run run=0 start=$((start + 5))
MKSTORE_NOW=$((start + 50)) "$mkstore" record 'a<b' 0 finish exit=3
cat >"$helpers/rpc" <<'EOF'
#!/bin/sh
printf '%s\n' job_id=7 state=FAILED 'name=<&"x'
EOF
chmod +x "$helpers/rpc"
run scheckpoint timeline --svg=- 'a<b'
is "a name with characters of XML" 'job 7 "<&\"x"' "$(said out | python3 -c '
import sys, xml.etree.ElementTree as tree
print(tree.fromstring(sys.stdin.read()).find(
    "{http://www.w3.org/2000/svg}title").text)')"
"$mkstore" claim empty 8 0
run scheckpoint timeline empty
exits 2 "a store without a run"
says err "the journal in $work/empty has no run yet"
finish
