#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What starts one program after the other, in any language: nothing is started
# after the request, finished pieces aren't repeated, and results are exact.
# Then small things that scripts do wrong.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
cluster_up --nodes 2 --conf "$MANY"
declare -A id
mkdir bin

# saver PIECE [WORDS]: 36 steps in all; PIECE.ticks has each, "starts" each
# start with its run.  At the signal it writes so many bytes to its output before
# it saves.
script bin/saver <<'END'
#!/usr/bin/python3 -ES
import os, signal, sys, time
piece, words = sys.argv[1], int((sys.argv + ["0"])[2])
with open("starts", "a") as f:
    f.write(os.environ["SLURM_CHECKPOINT_RUN"] + ":" + piece + "\n")
n = int(open(piece).read()) if os.path.exists(piece) else 0
requested = []
signal.signal(signal.SIGTERM, lambda *_: requested.append(1))
with open(piece + ".ticks", "a") as ticks:
    while n < 36 and not requested:
        time.sleep(0.25)
        n += 1
        print(n, file=ticks, flush=True)
sys.stdout.write("w" * words)
sys.stdout.flush()
with open(piece + ".tmp", "w") as f:
    f.write(str(n))
os.replace(piece + ".tmp", piece)
if n == 36:
    open(piece + ".result", "w").write("36\n")
END
# piece: what drivers start; a finished one is left alone
script bin/piece <<'END'
#!/bin/sh
[ -e "$1.finished" ] || { saver "$1" && touch "$1.finished"; }
END
script bin/drive.py <<'END'
#!/usr/bin/python3 -ES
import os, subprocess
for piece in ("p1", "p2", "p3"):
    if not os.path.exists(piece + ".finished"):
        subprocess.run(["saver", piece], check=True)
        open(piece + ".finished", "w").close()
END
script bin/pipe.py <<'END'
#!/usr/bin/python3 -ES
import os, subprocess
for piece in ("p1", "p2", "p3"):
    if not os.path.exists(piece + ".finished"):
        with subprocess.Popen(["saver", piece, "1000000"],
                              stdout=subprocess.PIPE) as child:
            for line in child.stdout:
                pass
        if child.returncode == 0:
            open(piece + ".finished", "w").close()
END
script bin/drive.pl <<'END'
#!/usr/bin/perl
for my $piece ("p1", "p2", "p3") {
	next if -e "$piece.finished";
	system("saver", $piece) == 0 or die "saver failed";
	open(my $mark, ">", "$piece.finished") or die;
}
END
script bin/drive.R <<'END'
for (piece in c("p1", "p2", "p3"))
	if (!file.exists(paste0(piece, ".finished"))) {
		stopifnot(system(paste("saver", piece)) == 0)
		file.create(paste0(piece, ".finished"))
	}
END
script bin/drive.csh <<'END'
#!/usr/bin/csh -f
foreach piece (p1 p2 p3)
	if (! -e $piece.finished) then
		saver $piece
		if ($status == 0) touch $piece.finished
	endif
end
END
script bin/drive.sh <<'END'
#!/bin/sh
for piece in p1 p2 p3; do
	piece $piece
done
END

# The background process that the trap kills is not the program, once with a
# wait for the program and once with one for all
script bin/monitor.sh <<'END'
#!/bin/bash
trap 'kill $monitor' TERM
while :; do sleep 1; done & monitor=$!
saver p1 & pid=$!
wait $pid
END
script bin/server.sh <<'END'
#!/bin/bash
stop() { kill $server; wait; }
trap stop TERM
while :; do sleep 1; done & server=$!
saver p1 &
wait $!
[ ! -e p1.result ] || stop
END
# The trap interrupts the only wait, and the script ends before its program.
script bin/recipe.sh <<'END'
#!/bin/bash
_term() { kill -TERM "$child"; }
trap _term TERM
saver p1 & child=$!
wait "$child"
END
script bin/jobs.sh <<'END'
#!/bin/bash
trap 'jobs -p | xargs kill' TERM
saver p1 & saver p2 &
wait
END
# An EXIT trap that tells a job that was requested from one that has finished
script bin/mark.sh <<'END'
#!/bin/bash
trap 'scheckpoint requested && echo stopped >>ends || echo completed >>ends' EXIT
saver p1
END
# The second run doesn't find what the first one has consumed.
script bin/consume.sh <<'END'
#!/bin/bash
mv input work || exit 3
saver p1
END
# The workers inherit a handler that does nothing, and never end.
script bin/pool.py <<'END'
#!/usr/bin/python3 -ES
import multiprocessing, os, signal, time
requested = []
def work(n):
    time.sleep(0.1)
    return n
if not os.path.exists("state"):
    signal.signal(signal.SIGTERM, lambda *_: requested.append(1))
    with multiprocessing.Pool(2) as pool:
        for n in pool.imap(work, range(10000)):
            open("p2.ticks", "a").write("%d\n" % n)
            if requested:
                open("state.tmp", "w").write("%d" % n)
                os.rename("state.tmp", "state")
                break
END

# begin NAME ARGUMENT...: in a directory of its own
begin()
{
	local name=$1

	shift
	mkdir -p "in-$name" && chown "$JOB_USER" "in-$name"
	id[$name]=$(cd "in-$name" && PATH=$WORK/bin:$PATH submit \
		--partition=many "--job-name=$name" "--output=$WORK/$name.out" \
		--time=10 --checkpoint=20 "$@" 2>>"$WORK/submit.err") ||
		diag "$(cat "$WORK/submit.err")"
}

# ticks NAME PIECE COUNT: it has computed so many steps
ticks()
{
	[ -e "in-$1/$2.ticks" ] &&
		[ "$(wc -l <"in-$1/$2.ticks")" -ge "$3" ]
}

request() # NAME
{
	as_owner scancel -b -s TERM "${id[$1]}"
}

said() # NAME EXTENDED-REGEX
{
	grep -q -E -e "^[^ ]* scheckpoint: .*$2" "$1.out"
}

exact() # NAME COUNT
{
	local i name=$1

	for ((i = 1; i <= $2; i++)); do
		[ "$(cat "in-$name/p$i.result")" = 36 ] || return
		cmp "in-$name/p$i.ticks" <(seq 36) || return
	done
}

declare -A driver=([python]='drive\.py' [perl]='drive\.pl' [r]='drive\.R'
	[csh]='job script' [tcsh]='' [shell]='' [batch]='job script'
	[pipe]='pipe\.py' [step]='' [steppipe]='' [parallel]='parallel'
	[xargs]='xargs')
begin python --wrap 'drive.py'
begin perl --wrap 'drive.pl; echo after'
begin r --wrap "Rscript $WORK/bin/drive.R"
begin csh "$WORK/bin/drive.csh"
begin tcsh --wrap "tcsh -f $WORK/bin/drive.csh"
begin shell --wrap 'drive.sh'
begin batch "$WORK/bin/drive.py"
begin pipe --wrap 'pipe.py'
begin step --wrap 'srun drive.py'
begin steppipe --wrap 'srun pipe.py'
begin parallel --wrap 'parallel --will-cite -j2 --joblog joblog --resume \
	saver {} ::: p1 p2 p3 p4'
begin xargs --wrap 'seq -f p%g 4 | xargs -n1 -P2 piece'
for name in monitor server recipe jobs mark; do
	begin "$name" "$WORK/bin/$name.sh"
done
begin pool --wrap pool.py
mkdir in-consume && as_owner touch input && mv input in-consume/
begin consume "$WORK/bin/consume.sh"

# The request comes while the second piece computes, or the third and fourth.
declare -A is_requested=([none]=yes)
request_due()
{
	local name

	for name in "${!id[@]}"; do
		[ -z "${is_requested[$name]:-}" ] || continue
		case $name in
		parallel | xargs) ticks "$name" p3 2 && ticks "$name" p4 2 ;;
		monitor | server | recipe | mark | consume)
			ticks "$name" p1 4
			;;
		*) ticks "$name" p2 4 ;;
		esac && request "$name" && is_requested[$name]=yes
	done
	[ ${#is_requested[@]} -gt ${#id[@]} ]
}
ok 'all jobs are requested to save' \
	wait_for 90 'all jobs to compute' request_due
for name in "${!driver[@]}"; do
	ok "$name: completes" wait_job 90 "${id[$name]}" COMPLETED
	is "$(job_field "${id[$name]}" Restarts)" 1 "$name: in two runs"
	case $name in
	parallel | xargs)
		ok "$name: the results are exact" exact "$name" 4
		is "$(sort "in-$name/starts" | xargs)" \
			'0:p1 0:p2 0:p3 0:p4 1:p3 1:p4' \
			"$name: finished pieces were not repeated"
		;;
	*)
		ok "$name: the results are exact" exact "$name" 3
		is "$(xargs <"in-$name/starts")" '0:p1 0:p2 1:p2 1:p3' \
			"$name: nothing was started after the request"
		;;
	esac
	[ -z "${driver[$name]}" ] || ok "$name: the output names it" \
		said "$name" "${driver[$name]} .*is not continued"
done

for name in monitor server recipe jobs mark; do
	count=$([ "$name" = jobs ] && echo 2 || echo 1)
	ok "$name: completes" wait_job 90 "${id[$name]}" COMPLETED
	is "$(job_field "${id[$name]}" Restarts)" 1 "$name: in two runs"
	ok "$name: the results are exact" exact "$name" "$count"
	unlike "$(cat "$name.out")" 'saved nothing|out of time' \
		"$name: the first run has saved"
done
is "$(xargs <in-mark/ends)" 'stopped completed' \
	'an EXIT trap tells a stopped run by scheckpoint requested'
ok 'what consumes its input: has failed' wait_job 60 "${id[consume]}" FAILED
is "$(job_field "${id[consume]}" ExitCode)" 3:0 'with its exit code'
ok 'and its state is there' grep -q -x '[0-9]*' in-consume/p1
ok 'workers that never end: completes' wait_job 90 "${id[pool]}" COMPLETED
is "$(job_field "${id[pool]}" Restarts)" 1 'in the run that follows the grace'
not_ok 'no worker is left' pgrep -f "$WORK/bin/pool.py"
nodes_idle
done_testing
