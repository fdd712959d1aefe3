#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# The program of ckptstate(3), as printed there, goes on from where it was, in a
# job and outside of one, also in a locale that writes one half as 0,5.
# shellcheck source=t/cmd/cmd.sh
. "$(dirname "$0")/../cmd/cmd.sh"
export LD_LIBRARY_PATH="$build/lib"

# try WHAT ARGUMENT...: runs the program in two runs of a job
try() {
	what=$1
	shift
	mkdir "$work/$what" && cd "$work/$what" || exit 1
	"$mkstore" claim "$PWD/store" 7 0 || exit 1
	in_job "$PWD/store" 7 0
	run "$build/t/lib/manual" "$@"
	exits 85 "$what: it saves when it is requested to"
	is "$what: after the third step" "step 3" "$(said out | tail -n 1)"
	"$mkstore" claim "$PWD/store" 7 1 || exit 1
	in_job "$PWD/store" 7 1
	run "$build/t/lib/manual" "$@"
	exits 0 "$what: it comes to its end"
	is "$what: from the fourth step on" "step 4 step 5 step 6" \
		"$(said out | xargs)"
	is "$what: and says that it is done" yes "$(
		test -e store/done-0001.json && echo yes)"
	outside
}

# try_outside WHAT ARGUMENT...: runs it twice, in no job
try_outside() {
	what=$1
	shift
	mkdir "$work/$what" && cd "$work/$what" || exit 1
	run "$build/t/lib/manual" "$@"
	exits 85 "$what: it makes a store, and saves"
	run "$build/t/lib/manual" "$@"
	exits 0 "$what: it comes to its end"
	is "$what: from the fourth step on" "step 4 step 5 step 6" \
		"$(said out | xargs)"
	is "$what: in a run of its own" yes "$(
		test -e state/done-0001.json && echo yes)"
}

try manual
is "the version knows its progress" "50.0 %" "$(scheckpoint list "$PWD/store" |
	grep -o '[0-9.]* %')"
try header header
try_outside 'manual, outside'
try_outside 'header, outside' header

# A machine may have no such locale: localedef makes one, from a list of
# characters and the decimal point.
{
	printf '<comment_char> %%\n<escape_char> /\n<code_set_name> ASCII\n'
	printf '<mb_cur_min> 1\n<mb_cur_max> 1\nCHARMAP\n'
	i=0
	while test $i -lt 128; do
		printf '<U%04X> /x%02x c\n' $i $i
		i=$((i + 1))
	done
	echo 'END CHARMAP'
} >"$temporary/map"
cat >"$temporary/comma" <<'EOF'
LC_NUMERIC
decimal_point "<U002C>"
thousands_sep ""
grouping -1
END LC_NUMERIC
EOF
mkdir "$temporary/locales"
localedef -c -f "$temporary/map" -i "$temporary/comma" \
	"$temporary/locales/comma" 2>"$temporary/err"
export LOCPATH="$temporary/locales" LC_NUMERIC=comma
is "a locale with a comma" "0,5" "$(/usr/bin/printf %.1f 0,5)"
try comma
unset LC_NUMERIC
is "the version knows its progress there, too" "50.0 %" \
	"$(scheckpoint list "$PWD/store" | grep -o '[0-9.]* %')"
finish
