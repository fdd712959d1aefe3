#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# make install puts everything where it works; make uninstall removes just that.
# core
. "$(dirname "$0")/lib.sh"
unset MAKEFLAGS MAKELEVEL

root=$SCRATCH/root
prefix=$SCRATCH/prefix

# The test needs a build of its own: make install with another prefix compiles
# some files again, and other tests may use that build.
build=$SCRATCH/build
cp -a "$B" "$build" || bail_out 'no build'

# installed TARGET VARIABLE...: make in the checkout
installed()
{
	make -s -C "$TOP" "B=$build" "$@"
}

# compiled COMMAND...: lists the objects and programs that it makes
compiled()
{
	touch "$SCRATCH/stamp"
	"$@" >/dev/null || echo "failed: $*"
	find "$build" -type f -newer "$SCRATCH/stamp" \( -name '*.o' -o \
		-name '*.a' -o -name '*.so' -o -perm -100 \) -printf '%P\n' | sort
}

# helpers FILE: prints the directory where it looks for its helpers
helpers()
{
	grep -a -o '/[[:alnum:]/._-]*/libexec/slurm-checkpoint' "$1" | sort -u
}

modes()
{
	(cd "$1" && find . -type f -printf '%m %P\n' | sort -k 2)
}

mkdir -p "$root/usr/lib/slurm"
echo another >"$root/usr/lib/slurm/another.so"
before=$(modes "$root")
installed all prefix=/usr/local
is "$(compiled installed install "DESTDIR=$root" prefix=/usr sysconfdir=/etc |
	grep '\.o$' | xargs)" 'requeue/settings/site.o' \
	'make install with another prefix compiles the files that name it'
is "$(helpers "$root/usr/bin/scheckpoint")" /usr/libexec/slurm-checkpoint \
	'the command looks for its helpers where they are installed'
is "$(helpers "$root/usr/lib/slurm/spank_checkpoint.so")" \
	/usr/libexec/slurm-checkpoint 'so does the plugin'
is "$(compiled installed install "DESTDIR=$root" prefix=/usr sysconfdir=/etc)" \
	'' 'a second make install compiles nothing'
list=$(modes "$root")
like "$list" '^755 usr/bin/scheckpoint$' 'the command'
like "$list" '^755 usr/lib/slurm/spank_checkpoint.so$' 'the plugin'
is "$(grep -c '^711 usr/libexec/slurm-checkpoint/' <<<"$list")" 6 \
	'six helpers that a user may run and not read'
# Debian's directories of libraries and plugins have other names.
mapfile -t packaged < <(sed -e 's|/\*/slurm-wlm/|/slurm/|' -e 's|/lib/\*/|/lib/|' \
	"$TOP"/debian/*.install)
is "$(cd "$root" && find . -type f ! -name another.so -printf '%P\n' |
	while read -r file; do
		for entry in "${packaged[@]}"; do
			# shellcheck disable=SC2053 # a pattern
			[[ $file != $entry && $file != $entry/* ]] || continue 2
		done
		echo "$file"
	done)" '' 'every file is in a package of debian/'
is "$(grep -c "$SCRATCH" "$root/usr/lib/pkgconfig/ckptstate.pc")" 0 \
	'no file names DESTDIR'
like "$(cat "$root/etc/slurm/plugstack.conf.d/00-slurm-checkpoint.conf")" \
	'^optional /usr/lib/slurm/spank_checkpoint.so helpers=/usr/libexec' \
	'the line for plugstack.conf says optional'
is "$(readlink "$root/usr/lib/libckptstate.so")" libckptstate.so.0 \
	'the library under the name that the linker looks for'
page=$(tr -d '\134' <"$root/usr/share/man/man8/spank_checkpoint.8")
named=$(grep -v '^[.]["]' <<<"$page" | grep -o \
	-e '/[a-z./]*/\(00-\)\?slurm-checkpoint[/.a-z]*' -e '/[a-z/]*/spank_checkpoint.so' |
	sort -u)
is "$(wc -w <<<"$named")" 5 'the page names five paths of the installation'
is "$(for place in $named; do
	[ -e "$root$place" ] || echo "$place"
done)" '' 'and all of them exist'
doc=$root/usr/share/doc/slurm-checkpoint
ok 'both licences are there' test -s "$doc/COPYING" -a -s "$doc/COPYING.LESSER"
ok 'and the examples, to be run' test -x "$doc/examples/bash/job.sh"

snippet=$root/etc/slurm/plugstack.conf.d/00-slurm-checkpoint.conf
echo "required /usr/lib/slurm/spank_checkpoint.so max_runs=7" >"$snippet"
installed install "DESTDIR=$root" prefix=/usr sysconfdir=/etc >/dev/null
like "$(cat "$snippet")" max_runs=7 'an administrator'\''s line is kept'
old=${snippet/00-/}
mv "$snippet" "$old"
installed install "DESTDIR=$root" prefix=/usr sysconfdir=/etc >/dev/null
is "$(cd "${snippet%/*}" && grep -H . ./*.conf)" \
	"./00-slurm-checkpoint.conf:$(cat "$snippet")" \
	'and moved where the file has the name of an earlier version'
echo "required /usr/lib/slurm/spank_checkpoint.so" >"$old"
installed install "DESTDIR=$root" prefix=/usr sysconfdir=/etc >/dev/null
is "$(cd "${snippet%/*}" && ls)" \
	"$(printf '%s\n' 00-slurm-checkpoint.conf slurm-checkpoint.conf.old)" \
	'where both are there, Slurm reads the new one'
rm "$old.old"
plugstack=$root/etc/slurm/plugstack.conf
cat "$snippet" >"$plugstack"
said=$(installed uninstall "DESTDIR=$root" prefix=/usr sysconfdir=/etc 2>&1)
like "$? $said" "^2 .*/plugstack.conf has a line that requires the plugin" \
	'make uninstall refuses while plugstack.conf requires the plugin'
ok 'and removes nothing' test -e "$root/usr/lib/slurm/spank_checkpoint.so"
rm "$plugstack"
said=$(installed uninstall "DESTDIR=$root" prefix=/usr sysconfdir=/etc)
like "$said" 'kept .*, which was edited: its line is disabled' \
	'without such a line it keeps the edited one'
is "$(cat "$snippet")" \
	"# required /usr/lib/slurm/spank_checkpoint.so max_runs=7" 'disabled'
rm "$snippet"
is "$(modes "$root")" "$before" 'and leaves nothing else of ours'

# Installed at its prefix: the command runs, a program is built, a job runs.
installed install "prefix=$prefix" "sysconfdir=$prefix/etc" >/dev/null
like "$("$prefix/bin/scheckpoint" --help 2>&1)" 'scheckpoint' 'the command runs'
cat >program.c <<'END'
#include <stdio.h>
#include <ckptstate.h>

int main(void)
{
	puts(ckpt_status_text(CKPT_OK));
	return 0;
}
END
export PKG_CONFIG_PATH=$prefix/lib/pkgconfig
# shellcheck disable=SC2046 # several words
ok 'a program is built by what pkg-config says' \
	gcc -o program program.c $(pkg-config --cflags --libs ckptstate)
ok 'and runs with the library' \
	env "LD_LIBRARY_PATH=$prefix/lib" ./program
# shellcheck disable=SC2046 # several words
ok 'a static one needs nothing' \
	gcc -static -o static program.c \
	$(pkg-config --static --cflags --libs ckptstate)
unlike "$(ldd static 2>&1)" '=>' 'not even the libraries of the system'
# shellcheck disable=SC2046 # several words
ok 'one with our library alone in it is built as the page says' \
	gcc -o ours program.c $(pkg-config --cflags ckptstate) -Wl,-Bstatic \
	$(pkg-config --static --libs ckptstate) -Wl,-Bdynamic
unlike "$(ldd ours)" 'ckptstate|json|xxhash' 'and needs no package'
is "$(env -i ./static)" "$(LD_LIBRARY_PATH=$prefix/lib ./program)" \
	'and does the same'
# shellcheck disable=SC2046 # several words
ok 'so is the example in C' gcc -o heat \
	"$prefix"/share/doc/slurm-checkpoint/examples/heat/*.c \
	$(pkg-config --cflags --libs ckptstate)
# shellcheck disable=SC2046 # several words
ok 'and the one in Fortran' gfortran -J . -o heat-fortran \
	$(pkg-config --variable=fortran ckptstate) \
	"$prefix/share/doc/slurm-checkpoint/examples/heat-fortran/heat.f90" \
	$(pkg-config --libs ckptstate)
ok 'the Python module finds the library by its own place' \
	env "PYTHONPATH=$prefix/share/slurm-checkpoint/python" \
	python3 -c 'import ckptstate'

cluster_up --no-plugin
cat "$prefix/etc/slurm/plugstack.conf.d/00-slurm-checkpoint.conf" \
	>"$CLUSTER/etc/plugstack.conf"
id=$(submit --checkpoint=20 --time=2 --wrap "echo \$SLURM_CHECKPOINT_GRACE")
ok 'a checkpointed job completes' wait_job 60 "$id" COMPLETED
like "$(cat "slurm-$id.out")" '^20$' 'with its grace'
nodes_idle
done_testing
