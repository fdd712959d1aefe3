#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The heat solver in C, Python and shell: each is stopped, killed and continued,
# and computes the same field, to the last bit, as the uninterrupted C program.
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
	# The one in C is too fast to be stopped: it gets a pace.
	if test "$1" = c; then
		echo 'pace 300' >>plate.in
	fi
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

prepare alone
sed -i '/^pace/d' plate.in
"$build/examples/heat/heat" plate.in field.txt >out
is "C alone" 0 $?
for language in c python shell; do
	prepare $language
	stop $language 0 TERM 85
	is "$language: it has saved a version" 1 "$(scheckpoint list "$PWD/store" |
		grep -c "not verified")"
	stop $language 1 KILL 137
	is "$language: it has saved no other" 1 "$(scheckpoint list "$PWD/store" |
		grep -c "not verified")"
	stop $language 2 TERM 85
	begin $language 3
	wait "$pid" 2>/dev/null
	is "$language: run 3 comes to the end" 0 $?
	is "$language: and has said that it is done" yes "$(
		test -e store/done-0003.json && echo yes)"
	is "$language: the field is that of C alone, to the last bit" \
		"$(cksum <../alone/field.txt)" "$(cksum <field.txt)"
	outside
done
finish
