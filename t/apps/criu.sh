# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# Skips a test of --checkpoint-method=criu where it can't work.
criu_version=$(criu --version 2>/dev/null | sed -n 's/^Version: //p')
[ -n "$criu_version" ] || skip_all "no criu here"
[ "$(printf '%s\n' 3.18 "$criu_version" | sort -V | head -n 1)" = 3.18 ] ||
	skip_all "criu $criu_version is older than 3.18"
as_owner unshare --user true || skip_all "users can't make namespaces here"
