#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# A C++ program, linked with the shared library, goes on from where it was.
# shellcheck source=t/cmd/cmd.sh
. "$(dirname "$0")/../cmd/cmd.sh"
export LD_LIBRARY_PATH="$build/lib"

run "$build/t/lib/user"
exits 1 "outside of a job"
says err "SLURM_CHECKPOINT_DIR isn't set"
"$mkstore" claim "$work/store" 7 0 || exit 1
in_job "$work/store" 7 0
run "$build/t/lib/user"
is "it begins" 42 "$(said out)"
run "$build/t/lib/user"
is "and goes on" 43 "$(said out)"
finish
