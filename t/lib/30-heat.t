#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The heat solver in C, Python, Fortran and shell: each is stopped, killed and
# continued, in a job and outside of one, and computes the same field, to the last
# bit, as the uninterrupted C program.
# shellcheck source=t/cmd/cmd.sh
. "$(dirname "$0")/../cmd/cmd.sh"
export PYTHONPATH="$root/python"
export CKPTSTATE_LIBRARY="$build/lib/libckptstate.so.0"
export PYTHONDONTWRITEBYTECODE=1

# solver LANGUAGE: executes it
solver() {
	case $1 in
	c) exec "$build/examples/heat/heat" plate.in field.txt ;;
	python) exec python3 "$root/examples/heat-python/heat.py" plate.in \
		field.txt ;;
	fortran) exec "$temporary/heat" plate.in field.txt ;;
	shell) exec ./job.sh ;;
	esac
}

# prepare LANGUAGE: makes a directory with a small plate
prepare() {
	mkdir "$work/$1"
	cd "$work/$1" || exit 1
	sed -e 's/^steps.*/steps 1500/' \
		"$root/examples/heat-shell/plate.in" >plate.in
	cp "$root/examples/heat-shell/job.sh" \
		"$root/examples/heat-shell/heat.awk" .
	# Some are too fast to be stopped: they get a pace, or more steps.
	case $1 in
	c) echo 'pace 300' >>plate.in ;;
	fortran) sed -i 's/^steps.*/steps 60000/' plate.in ;;
	esac
}

# alone DIR: the field of the uninterrupted C program from the same plate
alone() {
	mkdir "$1" && (
		cd "$1" || exit 1
		sed '/^pace/d' ../plate.in >plate.in
		"$build/examples/heat/heat" plate.in field.txt >out
	)
	is "C alone" 0 $?
}

# same FILE FILE: the same numbers, as languages print them in their own ways
same() {
	python3 -c 'import sys; a, b = ([float(word) for word in
open(path).read().split()] for path in sys.argv[1:]); sys.exit(a != b)' "$@"
}

# wait_for REGEX FILE
wait_for() {
	tries=0
	until grep -q "$1" "$2"; do
		tries=$((tries + 1))
		test $tries -lt 1200 || return 1
		sleep 0.05
	done
}

# begin LANGUAGE RUN: starts the solver in the background, as in that run of a
# job
begin() {
	"$mkstore" claim "$PWD/store" 7 "$2" || exit 1
	in_job "$PWD/store" 7 "$2"
	: >"out$2"
	(solver "$1") >"out$2" 2>&1 &
	pid=$!
}

# stop LANGUAGE RUN SIGNAL EXIT-CODE: signals it when it has computed a step
stop() {
	begin "$1" "$2"
	wait_for '^step [1-9]' "out$2"
	is "$1: run $2 computes" 0 $?
	kill "-$3" "$pid"
	wait "$pid" 2>/dev/null
	is "$1: and is stopped by SIG$3" "$4" $?
}

languages='c python shell'
if command -v gfortran >/dev/null || test -n "${CI:-}"; then
	languages="$languages fortran"
	run gfortran -std=f2008 -Wall -Wextra -Werror -O2 -ffp-contract=off \
		-J "$temporary" -o "$temporary/heat" \
		"$root/fortran/ckptstate.f90" \
		"$root/examples/heat-fortran/heat.f90" \
		"-L$build/lib" -lckptstate "-Wl,-rpath,$build/lib"
	exits 0 "the module for Fortran and its example are built"
fi
for language in $languages; do
	prepare "$language"
	alone uninterrupted
	stop "$language" 0 TERM 85
	is "$language: it has saved a version" 1 "$(scheckpoint list "$PWD/store" |
		grep -c "not verified")"
	stop "$language" 1 KILL 137
	is "$language: it has saved no other" 1 "$(scheckpoint list "$PWD/store" |
		grep -c "not verified")"
	stop "$language" 2 TERM 85
	begin "$language" 3
	wait "$pid" 2>/dev/null
	is "$language: run 3 comes to the end" 0 $?
	is "$language: and has said that it is done" yes "$(
		test -e store/done-0003.json && echo yes)"
	same uninterrupted/field.txt field.txt
	result $? "$language: the field is that of C alone, to the last bit"
	outside
done

# Outside of a job each makes a store in "checkpoint", and goes on from there.
for language in $languages; do
	test "$language" != shell || continue
	cd "$work/$language" && rm field.txt || exit 1
	: >out
	(solver "$language") >out 2>&1 &
	pid=$!
	wait_for '^step [1-9]' out
	kill -TERM "$pid"
	wait "$pid" 2>/dev/null
	is "$language, in no job: it saves and stops" 85 $?
	(solver "$language") >out 2>&1
	is "$language, in no job: it comes to the end" 0 $?
	is "$language, in no job: from where it was" 1 \
		"$(grep -c '^resumed from version 1 ' out)"
	same uninterrupted/field.txt field.txt
	result $? "$language, in no job: the same field"
done
finish
