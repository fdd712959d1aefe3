#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# scheckpoint try: a rehearsal tells a job that saves and goes on from one that
# doesn't, and leaves the directory as it was; so does doctor --try.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
cluster_up --nodes 5

# A job that saves by the command, and goes on; its own store and output are not
# used.
script good <<'END'
#!/bin/bash
#SBATCH --time=1-0
#SBATCH --checkpoint=40
#SBATCH --output=real.out --error=real.err
#SBATCH --array=3-9 --begin=now+1hour
done=0
dir=$(mktemp -d) && cd "$dir" || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'requested=yes' TERM
scheckpoint restore && done=$(cat done)
while [ "$done" -lt 300 ]; do
	sleep 0.5
	done=$((done + 1))
	[ -z "${requested:-}" ] || {
		echo "$done" >done
		scheckpoint save "--progress=$(printf '0.%03d' "$done")" done
		exit 85
	}
done
END
# One that begins from the start each time.
script forgetful <<'END'
#!/bin/bash
step=0
trap 'd=$(mktemp -d); echo $step >$d/step; scheckpoint save --progress=0.00$step $d/step
	exit 85' TERM
while [ "$step" -lt 9 ]; do
	sleep 3 &
	wait
	step=$((step + 1))
done
END
# One that can't save, one that another signal lets save, one that ends soon.
script deaf <<'END'
#!/bin/bash
sleep 300
END
cat >usr1.py <<'END'
import os, signal, sys, time
def save(*_):
    with open("usr1.state", "w") as file:
        file.write(str(time.time()))
    sys.exit(85)
signal.signal(signal.SIGUSR1, save)
time.sleep(300)
END
script usr1 <<'END'
#!/bin/bash
exec python3 usr1.py
END
script short <<'END'
#!/bin/bash
sleep 1
END
# Files that a program writes anyhow.
script files <<'END'
#!/bin/bash
#SBATCH --checkpoint=5 --checkpoint-files=table.*
scheckpoint restore
while sleep 1; do
	date >table.new && mv table.new "table.$((++n % 2))"
done
END
chown "$JOB_USER" usr1.py

# try NAME ARGUMENT...: in the background, into NAME.said; the exit code last
try()
{
	local name=$1

	shift
	{
		as_owner scheckpoint try "$@" 2>&1
		echo "code $?"
	} >"$SCRATCH/$name.said"
}

# says NAME REGEX TEXT
says()
{
	like "$(tr '\n' '~' <"$SCRATCH/$1.said")" "$2" "$3"
}

try good --after=6 good &
try usr1 --after=4 usr1 &
try right --after=4 usr1 --checkpoint-signal=USR1 --output=other.out &
try files --after=6 files &
try deaf --after=4 deaf &
try forgetful --after=7 forgetful &
try short --after=60 short &
try cut --after=200 deaf &
cut=$!
as_owner scheckpoint doctor --try . >"$SCRATCH/doctor.said" 2>&1
echo "code $?" >>"$SCRATCH/doctor.said"
wait_for 30 'the one that is cut short' grep -q 'run 0 has begun' \
	"$SCRATCH/cut.said"
kill -TERM "$(pgrep -P "$cut")"
wait

says good '~code 0~$' 'a job that saves and goes on is fit'
says good '~ok +request +the signal went to the job script~' 'who got the request'
says good '~ok +save +run 0: version 1 ' 'what was saved'
says good '~ok +grace +.* of 40 s; --checkpoint=30s is enough' 'how long it took'
says good '~ok +after it +run 0 started nothing' 'what was started after it'
says good '~ok +restart +run 1 began [0-9]+ s after' 'when it went on'
says good '~ok +continued +run 1 began from version 1, and its progress went' \
	'that it went on from there'

says usr1 '~error +request .* it catches USR1; give it --checkpoint-signal=USR1~' \
	'a job that needs another signal is told which'
says usr1 '~code 1~$' 'and is not fit without'
says right '~ok +request +the signal went to usr1.py~ok +save +run 0: 1 file ' \
	'it is fit with it'
says right '~warning +continued +run 0 wrote files of its own' \
	'as far as can be seen'
says right '~code 0~$' 'says the exit code'
says files '~ok +request +no program got it.*~ok +save +run 0: version 1.*code 0' \
	'files only'
says deaf '~error +request +nothing of the job got the request: .*sleep' \
	'a job that cannot save'
says deaf '; catch the signal in the program.*~code 1~$' 'is told what to do'
says forgetful '~error +continued +.*began from the start; let the program' \
	'a job that begins from the start'
says short '~unknown +rehearsal +run 0 ended by itself.*~code 2~' \
	'one that ends before it is requested'
says cut '~job [0-9]+: cancelled: .*~unknown +rehearsal +interrupted~code 2~$' \
	'one that is interrupted'
says doctor '~ok +continued +run 1 began from version 1.*~code 0~$' 'doctor --try'

is "$(squeue -h -o %T)" '' 'no job is left'
is "$(find . -name '*try*' | sed 's/[0-9]*$//; s/[0-9]*\.out$/N.out/' | sort |
	uniq -c | xargs)" '6 ./.scheckpoint-try- 6 ./scheckpoint-try-N.out' \
	'stores and outputs are kept of those that were not well'
is "$(find . -name 'real.*' -o -name other.out -o -name 'checkpoint-*')" '' \
	"the job's own output and store were not touched"
nodes_idle
done_testing
