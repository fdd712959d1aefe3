#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A job's script saves files and gets them back, whole or not at all.
# shellcheck source=t/cmd/cmd.sh
. "$(dirname "$0")/cmd.sh"

"$mkstore" claim "$work/checkpoint-7" 7 0 || exit 1
in_job "$work/checkpoint-7" 7 0

run scheckpoint restore
exits 1 "restore without a version says no"
says err "there is no version yet"

mkdir -p out/deep
echo one >state
echo deep >out/deep/file
chmod 751 out/deep/file
run scheckpoint save state ./out//
exits 0 "files and directories are saved"
is "save prints the version" 1 "$(said out)"

echo two >state
rm -r out/deep
run scheckpoint restore
exits 0 "restore in the job"
says out "restored version 1 of run 0: 2 files, 9 B, into ."
is "a changed file has its state of the version" one "$(cat state)"
is "a file in a directory is back in its place" deep "$(cat out/deep/file)"
is "with its mode" 751 "$(stat -c %a out/deep/file)"
is "nothing is left lying" "" "$(find . -name '.scheckpoint*')"

mkdir else
run scheckpoint restore else
exits 0 "restore into another directory"
is "which then has the files" one "$(cat else/state)"
run scheckpoint restore nowhere
exits 2 "restore into a directory that isn't there"
says err "nowhere can't be opened: No such file"

# Names
echo abs >"$work/absolute"
run scheckpoint save "$work/absolute" else/../state
exits 0 "a path that is absolute or leaves the directory"
mkdir names
run scheckpoint restore names
is "is known by its last component" "absolute state" "$(cd names && echo *)"
run scheckpoint save .
exits 2 "the present directory itself"
says err "name the files and directories to save"
run scheckpoint save state missing
exits 2 "a missing file"
says err "missing could not be opened"
mkfifo fifo
run scheckpoint save fifo
exits 2 "a FIFO"
says err "neither a file nor a directory"
run scheckpoint save state state
exits 2 "the same name twice"
says err "holds a 'state' already"
run scheckpoint list
is "a save that failed leaves no version" 2 "$(said out | grep -c "not verified")"
is "and no staging directory" "" "$(find checkpoint-7 -name '.stage*')"
run scheckpoint save -- -n
exits 2 "a name that begins with a dash, after --"
says err "-n could not be opened"
mkdir empty
run scheckpoint save empty
exits 2 "an empty directory has nothing to save"
says err "no file was put into"

# A file that came into a version's directory later is not part of it; an empty
# directory is.
mkdir -p hollow/empty into
echo x >hollow/x
run scheckpoint save hollow
exits 0 "a directory with an empty one in it"
echo stray | tee checkpoint-7/v000003/stray >checkpoint-7/v000003/hollow/stray
run scheckpoint restore into
says out "1 file, 2 B"
is "what isn't listed isn't restored" "hollow hollow/empty hollow/x" \
	"$(cd into && find ./* | sed 's:^./::' | sort | xargs)"
rm -r checkpoint-7/v000003 hollow into

# A directory where a file was, and the other way round
rm -r checkpoint-7/v000002
rm -r state out
mkdir state
run scheckpoint restore
exits 2 "a directory in the place of a file"
says err "state is a directory, but a file in version 1"
rmdir state
echo file >out
run scheckpoint restore
exits 2 "a file in the place of a directory"
says err "out is a file, but a directory in version 1"
is "and nothing was restored" no "$(test -e state && echo yes || echo no)"
is "nor is anything left lying" "" "$(find . -name '.scheckpoint*')"
rm out

# A user's own link at the place of a directory is followed.
mkdir "$temporary/far"
ln -s "$temporary/far" out
run scheckpoint restore
exits 0 "a link to a directory"
is "is followed" deep "$(cat "$temporary/far/deep/file")"
rm state
echo precious >"$temporary/far/precious"
ln -s "$temporary/far/precious" state
run scheckpoint restore
exits 0 "a link to a file"
is "is replaced by the file" one "$(cat state)"
is "and what it led to is untouched" precious "$(cat "$temporary/far/precious")"

# A link that another user made, or could have made, isn't followed, at any
# level: as root runs this, or anyone in a directory that others may write to.
rm -rf state out "$temporary/far"
mkdir "$temporary/far" "$temporary/far/deep"
unfollowed() { # NAME PATH
	run scheckpoint restore
	exits 2 "$1"
	says err "$2 is a symbolic link that another user made or could have"
	is "nothing is written through it" "deep" \
		"$(cd "$temporary/far" && find . -mindepth 1 | sed 's:^./::')"
	is "nothing else is restored" no "$(test -e state && echo yes || echo no)"
	is "nor is anything left lying" "" "$(find . -name '.scheckpoint*')"
}
ln -s "$temporary/far" out
chmod 777 .
unfollowed "a link in a directory that others may write to" out
if test "$(id -u)" -eq 0; then
	chmod 755 .
	chown -h 12345 out
	unfollowed "another user's link" out
	chown -h 0 out
	chown 12345 .
	unfollowed "a link in another user's directory" out
	chown 0 .
fi
rm out
mkdir -m 777 out
chmod 777 out
ln -s "$temporary/far/deep" out/deep
chmod 755 .
unfollowed "the same further down" out/deep
rm out/deep
chmod 755 out
ln -s "$temporary/far/deep" out/deep
run scheckpoint restore
exits 0 "a user's own link further down"
is "is followed" deep "$(cat "$temporary/far/deep/file")"

# A copy that fails (here: no more than 50 KiB to a file) changes nothing.
rm -rf state out
echo good >state
truncate -s 1M zeros
run scheckpoint save state zeros
echo mine >state
run sh -c 'trap "" XFSZ; ulimit -f 100; scheckpoint restore'
exits 2 "a copy that fails part way"
says err "zeros could not be copied: File too large"
is "leaves every file as it was" mine "$(cat state)"
is "and nothing lying" "" "$(find . -name '.scheckpoint*')"
run sh -c 'trap "" XFSZ; ulimit -f 100; scheckpoint save zeros'
exits 2 "a save that fails part way"
says err "zeros could not be copied: File too large"
is "leaves no staging directory" "" "$(find checkpoint-7 -name '.stage*')"
rm -r checkpoint-7/v000002

# Damage
rm -r names/* && run scheckpoint restore names
exits 0 "the version is good"

echo later >state
scheckpoint save state >/dev/null
echo x >>checkpoint-7/v000002/state
run scheckpoint restore names
exits 0 "where the newest is damaged, the one before is restored"
says out "restored version 1"
says err "version 2 can't be used: state has 8 bytes instead of 6"
rm -r checkpoint-7/v000002 checkpoint-7/aside-000002.json

# A job that begins from this one's version (--checkpoint-from)
"$mkstore" claim "$work/checkpoint-8" 8 0 || exit 1
begun_from="env SLURM_CHECKPOINT_DIR=$work/checkpoint-8 SLURM_JOB_ID=8
	SLURM_CHECKPOINT_RESTORE=$work/checkpoint-7/v000001"
# shellcheck disable=SC2086 # several words
run_begun() { run $begun_from "$@"; }
rm -r names/*
run_begun scheckpoint restore names
exits 0 "where the job has no version, the one that it began from"
says out "restored version 1 of run 0 of $work/checkpoint-7: 2 files"
is "is restored" "out state" "$(cd names && echo *)"
echo own >own
run_begun scheckpoint save own
exits 0 "it saves one of its own"
rm own
run_begun scheckpoint restore
is "which is restored from then on" own "$(cat own)"
rm -r checkpoint-8/v000001

echo x >>checkpoint-7/v000001/state
run scheckpoint restore
exits 2 "no good version where there is one is an error, not 'none yet'"
says err "can be used"
run_begun scheckpoint restore
exits 2 "nor is it 'none yet' for the job that began from it"
says err "the last tried: version 1: state has"
finish
