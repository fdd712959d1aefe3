#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Every command and option is in the help and in the man page.
# shellcheck source=t/cmd/cmd.sh
. "$(dirname "$0")/cmd.sh"
man=$root/doc/scheckpoint.1

run scheckpoint --help
exits 0 "--help"
commands=$(said out | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p')
is "names the commands" yes "$(test "$(echo "$commands" | wc -l)" -ge 10 &&
	echo yes)"
is "in lines of a terminal's width" "" "$(said out | grep -E '.{81}')"
says out "Faults go to "
help=$(said out)
run scheckpoint -h
is "-h prints the same" "$help" "$(said out)"
for command in $commands; do
	run scheckpoint "$command" -h
	help=$(said out)
	run scheckpoint "$command" --help
	is "$command -h prints the same" "$help" "$(said out)"
	exits 0 "$command --help"
	says out "Usage: scheckpoint $command"
	is "in lines of a terminal's width" "" "$(said out | grep -E '.{81}')"
	section=$(sed -n "/^\.SS \"scheckpoint $command\b/,/^\.S[SH]/p" "$man" |
		tr -d '\134')
	is "$command is in the man page" yes "$(test -n "$section" && echo yes)"
	for option in $(said out | sed -n 's/^  --\([a-z-]*\).*/\1/p'); do
		is "$command --$option is in the man page" yes "$(
			echo "$section" | grep -q -e "--$option" && echo yes)"
	done
done
is "the man page names no command that there isn't" \
	"$(echo "$commands" | sort)" \
	"$(sed -n 's/^\.SS "scheckpoint \([a-z-]*\).*/\1/p' "$man" | sort -u)"
finish
