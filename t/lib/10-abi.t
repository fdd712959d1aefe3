#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A program that was compiled with an earlier release runs with this one.  abi-0
# lists what such a program has taken from the header.  New lines may be added.
# A change of an old line breaks programs: then SOVERSION goes up, and a new
# list begins.
# shellcheck source=t/cmd/cmd.sh
. "$(dirname "$0")/../cmd/cmd.sh"
library=$build/lib/libckptstate.so
header=$root/lib/ckptstate.h

is "the soname" libckptstate.so.0 "$(readelf -d "$library" |
	sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')"

nm -D --defined-only "$library" | awk '$2 == "T" { print $3 }' |
	sed 's/@@/ /' | sort >exported
is "every symbol has the version of the soname" "" \
	"$(grep -v ' CKPTSTATE_0$' exported)"
awk '/^CKPT_API/ { on = 1 } on { print } /;/ { on = 0 }' "$header" |
	grep -o 'ckpt_[a-z_]*(' | tr -d '(' | sort >declared
is "the library exports what the header declares, and nothing else" "" \
	"$(cut -d ' ' -f 1 exported | diff declared - 2>&1)"
is "the list of debian/ has them as well" "" "$(sed -n \
	's/^ \(ckpt_[a-z_]*\)@CKPTSTATE_0 [0-9.]*$/\1/p' \
	"$root/debian/libckptstate0.symbols" | sort | diff declared - 2>&1)"
is "it exports nothing but functions" "" "$(nm -D --defined-only "$library" |
	grep -v -e ' T ' -e ' A CKPTSTATE_0$')"

{
	cat declared
	"$build/t/lib/layout"
} >now
is "all that abi-0 lists is there, unchanged" "" \
	"$(grep -v '^#' "$root/t/lib/abi-0" | grep -v -x -F -f now)"
is "and all that there is is listed" "" "$(grep -v -x -F \
	-f "$root/t/lib/abi-0" now)"
finish
