#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# scripts/lint-include and scripts/lint-calls find each mistake in a small tree.
set -u
scripts=$(cd "$(dirname "$0")/../../scripts" && pwd) || exit 1
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
count=0

# result STATUS TEXT: a line of TAP
result()
{
	count=$((count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
		sed 's/^/# /' "$dir/out"
	fi
}

# tree: sources without a mistake
tree()
{
	rm -rf lib requeue spank cmd methods
	mkdir -p lib requeue/settings requeue/policy spank cmd/helpers
	echo '#include <json-c/json.h>' >lib/record.c
	echo '#include "lib/record.h"' >>lib/record.c
	echo 'int json_a(void);' >lib/record.h
	echo 'int text_a(void);' >requeue/settings/text.h
	echo '#include "requeue/settings/text.h"' >requeue/settings/text.c
	echo 'int text_a(void) { return 0; }' >>requeue/settings/text.c
	echo 'int plan_a(void);' >requeue/policy/plan.h
	cat >requeue/policy/plan.c <<'END'
#include "requeue/policy/plan.h"
#include "requeue/settings/text.h"
int plan_a(void) { return text_a(); }
END
	echo '#include <slurm/spank.h>' >spank/plugin.c
	echo '#include "requeue/policy/plan.h"' >cmd/helpers/rpc.c
}

# build: compiles the sources of requeue/ beside them
build()
{
	find requeue -name '*.c' | while IFS= read -r file; do
		${CC:-cc} -I. -c -o "${file%c}o" "$file"
	done
}

# finds REGEX TEXT COMMAND...: tests that the command fails and prints REGEX
finds()
{
	regex=$1
	text=$2
	shift 2
	"$@" >out 2>&1
	[ $? = 1 ] && grep -q -e "$regex" out
	result $? "$text"
	tree
}

# includes_are REGEX TEXT: lint-include finds REGEX
includes_are()
{
	finds "$@" "$scripts/lint-include" .
}

# calls_are REGEX TEXT: lint-calls finds REGEX
calls_are()
{
	build
	finds "$@" "$scripts/lint-calls"
}

export B=.
tree
"$scripts/lint-include" . >out 2>&1
result $? 'includes in the right direction pass'

echo '#include "requeue/policy/plan.h"' >>requeue/settings/text.c
includes_are '^requeue/settings/text.c:3: .*requeue/settings does not include' \
	'settings that include the policy are found'

echo '# include  <slurm/slurm.h>' >>requeue/policy/plan.c
includes_are 'plan.c:4: .*only requeue/slurm includes it' \
	'slurm.h outside its room is found'

echo '#include <slurm/spank.h>' >>cmd/helpers/rpc.c
includes_are 'rpc.c:2: .*only spank includes it' \
	'spank.h outside the plugin is found'

echo '#include <json-c/json.h>' >>cmd/helpers/rpc.c
includes_are 'rpc.c:2: .*only lib/record.c includes it' \
	'json-c outside lib/record.c is found'

echo '#include "text.h"' >>requeue/settings/text.c
includes_are 'text.c:3: "text.h": requeue/settings does not include it' \
	'a header without its path is found'

mkdir requeue/attic
touch requeue/attic/old.h
echo '#include "lib/record.h"' >requeue/attic/old.h
includes_are 'old.h:1: .*does not name requeue/attic' \
	'a room that is not in the table is found'

echo '#include "requeue/settings/word.h"' >>requeue/settings/text.h
echo '#include "requeue/settings/text.h"' >requeue/settings/word.h
includes_are '	requeue/settings/text.h -> requeue/settings/word.h (2)' \
	'headers that include each other are found'

rm requeue/policy/plan.h
includes_are 'plan.c: has no requeue/policy/plan.h' \
	'a file without a header is found'

build
"$scripts/lint-calls" >out 2>&1
result $? 'calls in one direction pass'

echo 'int plan_a(void); int text_b(void) { return plan_a(); }' \
	>>requeue/settings/text.c
calls_are '	requeue/settings/text.c -> requeue/policy/plan.c (plan_a)' \
	'files that call each other are found'

echo 'int text_b(void) { return 0; }' >>requeue/settings/text.c
calls_are 'text.c: text_b: requeue/settings/text.h does not declare it' \
	'a function that its header does not declare is found'

rm -r requeue/*
calls_are 'no objects in .: build first' 'a tree that is not built is found'

echo "1..$count"
