#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Hostile users: what a job puts into its environment, its options and its
# store, and what a user's other jobs try, affects neither root nor another
# user, and drains no node.
# shellcheck source=t/cluster/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=t/cluster/ends.sh
. "$TOP/t/cluster/ends.sh"
[ "$(id -u)" -eq 0 ] || skip_all 'another user is needed, and root to be one'
cluster_up --nodes 2 --conf "$MANY" --plugstack-arg restart_delay=3 \
	--plugstack-arg max_grace=1h
declare -A id

# all_nodes_work: busy or idle, but none drained or down
all_nodes_work()
{
	! sinfo -h -N -o %T | grep -v -x -e idle -e mixed -e allocated
}

# wait [CODE]: prints that it is ready, waits for NAME.go, and exits with the
# code
script wait <<'END'
#!/bin/bash
echo "ready as run $SLURM_CHECKPOINT_RUN"
[ "$SLURM_CHECKPOINT_RUN" -eq 0 ] || exit 0
until [ -e "$SLURM_JOB_NAME.go" ]; do sleep 0.1; done
exit "${1:-85}"
END

ready()
{
	wait_for 30 "job $1" has_line "$1.out" '^ready as run 0'
}

store_of() # NAME
{
	echo "$WORK/checkpoint-${id[$1]}"
}

# ---------------------------------------------------------- environment

cat >"$SCRATCH/reach.c" <<'END'
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* A file shows which program loaded this, and its user. */
__attribute__((constructor)) static void reach(void)
{
	char path[4096];

	snprintf(path, sizeof(path), REACHED "/%s.%u",
		 program_invocation_short_name, (unsigned)geteuid());
	close(open(path, O_WRONLY | O_CREAT, 0666));
}
END
reached=$WORK/reached
mkdir -m 777 "$reached" evil
"${CC:-cc}" -shared -fPIC -DREACHED="\"$reached\"" -o "$WORK/evil/reach.so" \
	"$SCRATCH/reach.c" || bail_out 'no compiler'
for library in $(ldd "$B"/libexec/* | awk '/=>/ { print $1 }' | sort -u); do
	case $library in
	libjson* | libxxhash* | libslurm*)
		cp evil/reach.so "evil/$library"
		;;
	esac
done
for name in supervise settle rpc deliver notice sh; do
	printf '#!/bin/bash\ntouch "%s/%s.path"\n' "$reached" "$name" \
		>"evil/$name"
	chmod 755 "evil/$name"
done
echo "touch '$reached/bash_env.'\$EUID.\$PPID" >evil/rc
script environment <<'END'
#!/bin/bash
echo "$PPID" >"ppid.$SLURM_CHECKPOINT_RUN"
[ "$SLURM_CHECKPOINT_RUN" -lt 1 ] || exit 0
trap 'exit 1' TERM
kill -TERM "$PPID"
sleep 5 &
wait
END
export_evil="ALL,LD_PRELOAD=$WORK/evil/reach.so,LD_LIBRARY_PATH=$WORK/evil"
export_evil+=",PATH=$WORK/evil:/usr/bin:/bin,BASH_ENV=$WORK/evil/rc"
export_evil+=",ENV=$WORK/evil/rc,LD_AUDIT=$WORK/evil/reach.so"
export_evil+=",SLURM_CONF=$WORK/evil/rc,GLIBC_TUNABLES=glibc.malloc.check=3"
id[env]=$(start env --checkpoint=5 --time=5 "--export=$export_evil" environment)

# --------------------------------------------------- files in the store

# The victim's files: all users may write them, so that a fault would show.
victim=$WORK/victim
mkdir -m 777 "$victim" "$victim/store"
echo 'belongs to another' >"$victim/file"
cp "$victim/file" "$victim/store/store.json"
chmod 666 "$victim/file" "$victim/store/store.json"
chown -R "$OTHER_USER" "$victim"
fingerprint()
{
	find "$victim" -printf '%p %U %m %s %T@ ' -type f -exec cat {} \; \
		-o -printf '\n'
}
untouched=$(fingerprint)

# put KIND PATH: replaces PATH by a file of that kind
put()
{
	rm -rf "$2"
	case $1 in
	link) ln -s "$victim/file" "$2" ;;
	dirlink) ln -s "$victim/store" "$2" ;;
	hard) ln "$victim/file" "$2" ;;
	fifo) mkfifo "$2" && chown "$JOB_USER" "$2" ;;
	device) mknod -m 666 "$2" c 1 7 ;; # /dev/full
	zero) ln -s /dev/zero "$2" ;;
	dir) mkdir "$2" && chown "$JOB_USER" "$2" ;;
	esac
}

kinds='link hard fifo device zero dir'
for what in store journal output version; do
	for kind in $kinds; do
		name=$what-$kind
		code=85
		# slurmstepd itself would open it in the next run, as the user
		[ $what != output ] || code=3
		id[$name]=$(start "$name" --checkpoint=20 --time=5 wait $code)
	done
done
id[swap]=$(start swap --checkpoint=20 --time=5 wait)

for what in store journal output version; do
	for kind in $kinds; do
		name=$what-$kind
		ready "$name"
		case $what in
		store) put "$kind" "$(store_of "$name")/store.json" ;;
		journal) put "$kind" "$(store_of "$name")/journal-0000.jsonl" ;;
		output) cp "$name.out" "$name.first" && put "$kind" "$name.out" ;;
		version)
			version=$(store_of "$name")/v000001
			mkdir "$version"
			chown "$JOB_USER" "$version"
			put "$kind" "$version/MANIFEST.json"
			;;
		esac
		touch "$name.go"
	done
done

# Between two runs the store becomes a link to another user's.
ready swap
touch swap.go
wait_for 30 'the requeue' restarted "${id[swap]}" 1
mv "$(store_of swap)" swapped && put dirlink "$(store_of swap)"

over_or_held() # NAME
{
	is_held "${id[$1]}" || job_is "${id[$1]}" COMPLETED FAILED
}

for what in store journal output version; do
	for kind in $kinds; do
		name=$what-$kind
		wait_for 60 "$name" over_or_held "$name"
		state=$(job_state "${id[$name]}")
		state+=" $(job_field "${id[$name]}" Restarts)"
		case $what in
		store) # settled by the exit code alone; then held
			is "$state" 'PENDING 2' "$what as $kind: held"
			like "$(cat "$name.out")" "can't be used: .*store.json" \
				'and the job says why'
			;;
		journal) # the same; the next run has a journal of its own
			is "$state" 'COMPLETED 1' "$what as $kind: goes on"
			;;
		output)
			is "$state" 'FAILED 0' \
				"$what as $kind: ends with its exit code"
			;;
		version)
			is "$state" 'COMPLETED 1' "$what as $kind: goes on"
			;;
		esac
	done
done
wait_held 30 "${id[swap]}"
like "$(cat swap.out)" "can't be used: .*is a symbolic link, .*--checkpoint-dir" \
	'a store that became a link to another user'\''s: held'
is "$(fingerprint)" "$untouched" "no file of the other user was touched"
ok 'no node was drained' all_nodes_work

wait_job 30 "${id[env]}" COMPLETED
is "$(job_state "${id[env]}") $(job_field "${id[env]}" Restarts)" \
	'COMPLETED 1' 'a job with LD_PRELOAD and the like is requeued'
like "$(ls reached)" "^bash\\.$(id -u "$JOB_USER")\$" \
	'its own programs loaded the library'
unlike "$(ls reached)" 'supervise|settle|rpc|deliver|notice|stepd|\.0$|\.path' \
	'none of ours did, and no process of root'
unlike "$(ls reached)" 'bash_env\.0' 'no shell of root read the file'
for i in "${!id[@]}"; do
	scancel "${id[$i]}"
done

# ------------------------------------------------------ another's token
id[mine]=$(start mine --checkpoint=20 --time=5 wait)
ready mine
token=$(grep -o '"token":"[0-9a-f]*"' "$(store_of mine)/store.json" |
	cut -d'"' -f4)
like "$token" '^[0-9a-f]{16,}$' 'the token is there'
ok 'and no other user can read it' \
	fails run_as "$OTHER_USER" cat "$(store_of mine)/store.json"

# sbatch without the plugin passes on any environment.
sed 's,^PlugStackConfig=.*,PlugStackConfig=/dev/null,' "$SLURM_CONF" \
	>"$SCRATCH/plain.conf"
# forge NAME USER VARIABLE...: submits with these
forge()
{
	local name=$1 user=$2

	shift 2
	(
		for variable; do
			export "${variable?}"
		done
		SLURM_CONF=$SCRATCH/plain.conf run_as "$user" sbatch \
			--parsable --partition=many "--job-name=$name" \
			--requeue --open-mode=append --time=5 \
			"--output=$WORK/forged/$name.out" wait
	)
}

carried=v1,grace=20,signal=TERM,keep=2,clean=never,exit=85
carried+=,max-runs=1000,max-stalls=3
good="$carried,dir=checkpoint-%25j,token=$token"
mkdir -m 777 forged
ids=()
# forged NAME VARIABLE...: the same as the job user, into id and ids
forged()
{
	id[$1]=$(forge "$1" "$JOB_USER" "${@:2}")
	ids+=("$1")
}
long=$(printf 'x%.0s' {1..5000})
huge=$(head -c 100000 /dev/zero | tr '\0' x)
S=SLURM_SPANK_CHECKPOINT
forged unknown-key "$S=$good,evil=1"
forged beyond-bounds "$S=${good/grace=20/grace=2h}"
forged too-many-runs "$S=${good/max-runs=1000/max-runs=4000000000}"
forged negative "$S=${good/grace=20/grace=-20}"
forged twice "$S=$good,grace=30"
forged no-token "$S=${good%,token=*}"
forged bad-escape "$S=${good/\%25j/%zz}"
forged nul-escape "$S=${good/\%25j/a%00b}"
forged newline-escape "$S=${good/\%25j/a%0ajob_id=1}"
forged long "$S=$good,hook=$long"
forged huge "$S=$huge"
forged newline "$S=$good"$'\n'job_id=1
forged control "$S=$good"$'\033]0;owned\007'
forged empty "$S="
forged words "$S=rm -rf \$HOME; \`id\`"
forged binary "$S="$'\xff\xfe\x80'
for name in "${ids[@]}"; do
	wait_job 40 "${id[$name]}" FAILED
	is "$(job_state "${id[$name]}") $(job_field "${id[$name]}" Restarts)" \
		'FAILED 0' "forged, $name: the job fails"
	like "$(cat "forged/$name.out")" '^([^ ]* )?scheckpoint: [[:print:]]+$' \
		'with a line that says why'
	is "$(wc -l <"forged/$name.out")" 1 'and no other line'
	ok 'without control characters' \
		fails grep -q -P '[\x00-\x08\x0b-\x1f\x7f-\xff]' "forged/$name.out"
done

# Variables that Slurm would take for options, with any size and value
id[options]=$(forge options "$JOB_USER" \
	"_SLURM_SPANK_OPTION_checkpoint_checkpoint=$huge" \
	"SLURM_SPANK__SLURM_SPANK_OPTION_checkpoint_checkpoint_dir="$'\001\n' \
	"SLURM_CHECKPOINT_RUN=0")
# With a false count of restarts
for count in 7 4294967295 -1 999999999999 x; do
	id[count$count]=$(forge "count$count" "$JOB_USER" \
		"SLURM_RESTART_COUNT=$count" \
		"$S=${good/$token/$(md5sum <<<"$count" | cut -c 1-32)}")
done
# In another user's store, with the right token
chmod 777 "$(store_of mine)"
chmod 644 "$(store_of mine)"/*
id[thief]=$(forge thief "$OTHER_USER" \
	"$S=${good/checkpoint-%25j/$WORK/checkpoint-${id[mine]}}")
wait_job 30 "${id[options]}" RUNNING
ok 'options forged into the environment turn nothing on' \
	fails grep -q scheckpoint forged/options.out
scancel "${id[options]}"
touch mine.go
for count in 7 4294967295 -1 999999999999 x; do
	name=count$count
	touch "$name.go"
	wait_for 40 "$name" over_or_held "$name"
	note "$name: $(job_state "${id[$name]}")" \
		"$(job_field "${id[$name]}" Restarts)" \
		"$(tail -n 1 "forged/$name.out")"
	ok "SLURM_RESTART_COUNT=$count: it ends or is held" over_or_held "$name"
	ok 'after two runs at most' \
		[ "$(job_field "${id[$name]}" Restarts)" -le 2 ]
done
wait_held 40 "${id[thief]}"
ok "a job in another user's store, with the right token: held" \
	is_held "${id[thief]}"
like "$(cat forged/thief.out)" 'belongs to another user' \
	'and the output says why'
for i in "${!id[@]}"; do
	scancel "${id[$i]}" 2>/dev/null
done

# ---------------------------------------------------- a forged plan
# Its owner writes into the journal what settle is to do, with a good checksum.
cat >"$SCRATCH/forge.c" <<'END'
#include <stdio.h>
#include <stdlib.h>

#include "lib/record.h"
#include "requeue/journal/records.h"

/* forge DELAY: prints a plan to requeue the job */
int main(int argc, char **argv)
{
	const struct record record = {
		.kind = RECORD_PLAN,
		.plan = {.action = ACT_REQUEUE,
			 .cause = CAUSE_SELF,
			 .state = "RUNNING",
			 .limit_min = 1000000,
			 .time_min_min = 900000,
			 .ordered_min = -1,
			 .delay_s = atoll(argv[argc - 1]),
			 .reason = "forged"},
	};
	struct ckpt_record *rec = record_encode(&record);
	char line[4096];

	fwrite(line, 1, ckpt_record_line(rec, line, sizeof(line)), stdout);
	return 0;
}
END
"${CC:-cc}" -std=gnu11 -D_GNU_SOURCE -I"$TOP" -o "$SCRATCH/forge" \
	"$SCRATCH/forge.c" "$B/librequeue.a" "$B/lib/libckptstate.a" \
	-ljson-c -lxxhash -lpthread || bail_out 'no compiler'
script forging <<END
#!/bin/bash
"$SCRATCH/forge" "\$1" >>"\$(ls -t "\$SLURM_CHECKPOINT_DIR"/journal-*.jsonl |
	head -n 1)"
[ "\$SLURM_JOB_NAME" != zero ] || until [ -e zero.go ]; do sleep 0.1; done
exit 85
END
id[runs]=$(start runs --checkpoint=20 --checkpoint-max-runs=3 --time=5 \
	forging 1)
id[delay]=$(start delay --checkpoint=20 --time=5 forging 9223372036854775807)
id[long]=$(start long --checkpoint=20 --time=5 forging 1099511627775)
id[zero]=$(start zero --checkpoint=20 --time=5 forging 1)
# What it began with is on record.
wait_for 30 'its first reply' has_line \
	"checkpoint-${id[zero]}/journal-0000.jsonl" '"view"'
scontrol update "JobId=${id[zero]}" Requeue=0
touch zero.go
wait_job 30 "${id[zero]}" FAILED
is "$(job_field "${id[zero]}" Restarts)" 0 \
	'a forged plan: Requeue=0 is heeded all the same'
for name in delay long; do
	wait_for 30 'the requeue' restarted "${id[$name]}" 1
	begin=$(date -d "$(job_field "${id[$name]}" EligibleTime)" +%s)
	ok "a forged delay ($name) is bounded" \
		test $((begin - $(date +%s))) -le 600
	like "$(job_field "${id[$name]}" TimeLimit)" '^00:0[1-5]:00$' \
		'so is a forged limit'
	scancel "${id[$name]}"
done
wait_held 60 "${id[runs]}"
is "$(job_field "${id[runs]}" Restarts)" 3 'so is the number of runs'

# --------------------------------------------------- options to sbatch
for value in "$huge" $'60\n' $'\033[2J' "$long"; do
	for option in checkpoint checkpoint-dir checkpoint-hook \
		checkpoint-signal checkpoint-total; do
		said=$(submit "--$option=$value" --checkpoint-keep=3 \
			-H wait 2>&1)
		name="--$option of ${#value} bytes"
		ok "$name: refused in one line" \
			[ "$(wc -l <<<"$said") ${said%%:*}" = '1 sbatch' ]
		ok 'of bounded length' [ "${#said}" -lt 700 ]
		ok 'without control characters' fails grep -q -P \
			'[\x00-\x08\x0b-\x1f\x7f]' <<<"$said"
	done
done
mkdir $'new\nline' && chown "$JOB_USER" $'new\nline'
said=$(start newline --checkpoint=20 --time=5 \
	"--chdir=$WORK/"$'new\nline' "--output=$WORK/newline.out" wait 2>&1)
like "$said" '^sbatch: .*line break' \
	'a line break in the directory: sbatch refuses it'
wait_for 30 'all nodes to be idle' is_idle
nodes_idle
done_testing
