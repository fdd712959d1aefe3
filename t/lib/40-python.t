#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Tests of all that the Python module offers, on real stores; and that it says
# what is missing where the library is.
# shellcheck source=t/cmd/cmd.sh
. "$(dirname "$0")/../cmd/cmd.sh"
export PYTHONPATH="$root/python" PYTHONDONTWRITEBYTECODE=1
export CKPTSTATE_LIBRARY="$build/lib/libckptstate.so.0"

# passes NAME COMMAND...: the TAP of the command has no failure
passes() {
	name=$1
	shift
	run "$@"
	exits 0 "$name: $(said out | grep -c '^ok') tests"
}

"$mkstore" claim "$work/store" 7 0 || exit 1
passes binding python3 "$root/t/lib/binding.py" "$work/store" "$mkstore" \
	"$build/t/lib/layout"
passes job python3 "$root/t/lib/job.py" "$mkstore"

run env CKPTSTATE_LIBRARY="$work/none.so" python3 -c 'import ckptstate'
exits 1 "without the library"
says err "install the package libckptstate0"

# The example at the head of the module, with 10 steps
mkdir "$work/example" && cd "$work/example" || exit 1
python3 -c 'import ckptstate; print(ckptstate.__doc__)' |
	sed -n '/^    import/,/^        *job.stop/s/^    //p' |
	sed 's/1000/10/' >example.in
{
	printf 'import os, signal\n\ndef compute(step):\n'
	printf '    print("step", step)\n'
	printf '    if step == 4 and not os.path.exists("checkpoint/v000001"):\n'
	printf '        os.kill(os.getpid(), signal.SIGTERM)\n'
	printf '    return step + 1\n\n'
	cat example.in
} >example.py
run python3 example.py
exits 85 "the example of its help stops at a signal"
run python3 example.py
exits 0 "and comes to its end"
is "from where it was" "step 5 step 6 step 7 step 8 step 9" "$(said out | xargs)"

if command -v mypy >/dev/null; then
	# torch may not be here, and brings types of its own
	run mypy --strict --cache-dir="$work/mypy" --exclude 'torch\.py' \
		"$root/python/ckptstate"
	exits 0 "its types are right"
fi
finish
