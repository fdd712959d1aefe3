# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# cmd.sh: TAP for tests of scheckpoint on real stores, without Slurm.
# B is the build directory (default: build, below the tree's root).

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${B:-build}
case $build in /*) ;; *) build=$root/$build ;; esac
# shellcheck disable=SC2034 # for the tests that source this
mkstore=$build/t/cmd/mkstore
PATH=$build/bin:$PATH
for program in "$build/bin/scheckpoint" "$mkstore"; do
	if ! test -x "$program"; then
		echo "Bail out! $program is missing: make first"
		exit 1
	fi
done
tests=0
failed=0
code=0

for name in $(env | sed -n 's/^\(SLURM_[A-Za-z0-9_]*\)=.*/\1/p'); do
	unset "$name"
done
temporary=$(mktemp -d) || exit 1
trap 'cd / && rm -rf "$temporary"' EXIT
work=$temporary/work
mkdir "$work" "$temporary/helpers"
cd "$work" || exit 1
# Where the helper rpc is looked for: there is none, unless a test makes one.
helpers=$temporary/helpers
export SCHECKPOINT_HELPERS="$helpers"
# So is sacct; here it has no accounting, unless a test writes another one.
PATH=$helpers:$PATH
cat >"$helpers/sacct" <<'EOF'
#!/bin/sh
echo "Slurm accounting storage is disabled" >&2
exit 1
EOF
chmod +x "$helpers/sacct"

result() { # 0|1 NAME
	tests=$((tests + 1))
	if test "$1" -eq 0; then
		echo "ok $tests - $2"
	else
		echo "not ok $tests - $2"
		failed=$((failed + 1))
	fi
}

# Run a command; exits, says and said look at its exit code and output.
run() {
	"$@" >"$temporary/out" 2>"$temporary/err"
	code=$?
}

explain() {
	echo "# exit code $code"
	sed 's/^/# /' "$temporary/out" "$temporary/err"
}

# exits CODE NAME
exits() {
	if test "$code" -eq "$1"; then
		result 0 "$2"
	else
		result 1 "$2 (expected exit code $1)"
		explain
	fi
}

# says out|err TEXT: the output has this text.
says() {
	if grep -qF -- "$2" "$temporary/$1"; then
		result 0 "$1 says: $2"
	else
		result 1 "$1 says: $2"
		explain
	fi
}

# said out|err: prints the output.
said() {
	cat "$temporary/$1"
}

# is NAME EXPECTED GOT
is() {
	if test "$2" = "$3"; then
		result 0 "$1"
	else
		result 1 "$1"
		echo "# expected '$2', got '$3'"
	fi
}

# in_job DIR JOB RUN: as in a checkpointed job's script.
in_job() {
	export SLURM_CHECKPOINT_DIR="$1" SLURM_JOB_ID="$2"
	export SLURM_CHECKPOINT_RUN="$3"
}

outside() {
	unset SLURM_CHECKPOINT_DIR SLURM_JOB_ID SLURM_CHECKPOINT_RUN
}

# rpc_fails CODE TEXT: installs a helper rpc that fails.
rpc_fails() {
	cat >"$helpers/rpc" <<EOF
#!/bin/sh
echo "rpc: \$1 \$2: $2" >&2
exit $1
EOF
	chmod +x "$helpers/rpc"
}

finish() {
	echo "1..$tests"
	exit "$((failed > 0))"
}
