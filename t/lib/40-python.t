#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of all that the Python module offers, on real stores.
# shellcheck source=t/cmd/cmd.sh
. "$(dirname "$0")/../cmd/cmd.sh"
export PYTHONPATH="$root/python" PYTHONDONTWRITEBYTECODE=1
export CKPTSTATE_LIBRARY="$build/lib/libckptstate.so.0"

"$mkstore" claim "$work/store" 7 0 || exit 1
run python3 "$root/t/lib/binding.py" "$work/store" "$mkstore" \
	"$build/t/lib/layout"
said out
exit "$code"
