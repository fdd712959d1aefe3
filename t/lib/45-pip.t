#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# "pip install ." in a virtual environment: with the library built into the
# module, and without a compiler, where the module takes the system's library.
# shellcheck source=t/cmd/cmd.sh
. "$(dirname "$0")/../cmd/cmd.sh"
python=/usr/bin/python3
test -x $python || python=python3

mkdir "$temporary/tree"
for file in pyproject.toml setup.py MANIFEST.in configure.ac lib python; do
	cp -r "$root/$file" "$temporary/tree"
done
# install ENVIRONMENT: makes a virtual environment with the module
install() {
	$python -m venv --system-site-packages "$work/$1" || exit 1
	run "$work/$1/bin/pip" install --disable-pip-version-check \
		--no-build-isolation --no-index "$temporary/tree"
	exits 0 "$1: pip installs it"
}

install built
run "$work/built/bin/python" -c 'import ckptstate as c; print(c._binding._lib)'
says out "$work/built/"
mkdir "$work/one" && cd "$work/one" || exit 1
run "$work/built/bin/python" "$root/t/lib/job.py" "$mkstore"
exits 0 "built: $(said out | grep -c '^ok') tests pass"
test -e "$(dirname "$(echo "$work"/built/lib/python3*/site-packages/ckptstate/_job.py)")/py.typed"
result $? "its types are there"

rm -rf "$temporary/tree/build"
export CC=false
install plain
unset CC
run "$work/plain/bin/python" -c 'import ckptstate as c; print(c._binding._lib)'
case $code in
0) says out libckptstate.so.0 ;;
*) says err "install the package libckptstate0" ;;
esac
export CKPTSTATE_LIBRARY="$build/lib/libckptstate.so.0"
mkdir "$work/two" && cd "$work/two" || exit 1
run "$work/plain/bin/python" "$root/t/lib/job.py" "$mkstore"
exits 0 "plain: $(said out | grep -c '^ok') tests pass"
finish
