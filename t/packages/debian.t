#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Packages are built, installed, upgraded and removed in clean roots of the
# Debian releases; no step leaves a cluster where jobs can't be submitted.
#
#	debian.t [RELEASE...]
#
# It needs dist/ ("make dist") and root.  DEB_BUILD_OPTIONS=nocheck leaves out the
# unit tests.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
matrix=$top/scripts/matrix count=0 failed=0
[ $# -gt 0 ] || set -- bookworm trixie forky

# step TEXT LOG COMMAND...: tests that the command succeeds
step()
{
	local text=$1 log=$2

	shift 2
	count=$((count + 1))
	if "$@" >"$log" 2>&1; then
		echo "ok $count - $text"
	else
		echo "not ok $count - $text"
		tail -n 40 "$log" | sed 's/^/# /'
		echo "# all of it is in $log"
		failed=$((failed + 1))
		return 1
	fi
}

tarballs=("$top"/dist/slurm-checkpoint-*.tar.gz)
[ -e "${tarballs[0]}" ] || { echo 'Bail out! run "make dist" first'; exit 1; }
tarball=${tarballs[-1]##*/}
for release; do
	log=$top/dist/$release.log
	step "$release: packages are built from the tarball" "$log" \
		"$matrix" --clean "$release" env "DEB_BUILD_OPTIONS=${DEB_BUILD_OPTIONS:-}" \
		/src/t/packages/build \
		"/src/dist/$tarball" 0.1.0 || continue
	step "$release: lintian has nothing against them" "$log.lintian" \
		"$matrix" --clean "$release" /src/t/packages/judge
	step "$release: they install, work, upgrade and go" "$log.life" \
		"$matrix" --clean "$release" /src/t/packages/life
	grep -a -E '^(not )?ok ' "$log.life" | sed 's/^/# /'
done
echo "1..$count"
exit $((failed > 0))
