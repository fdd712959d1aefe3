#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Quantum ESPRESSO, whose state is a directory.
# shellcheck source=t/apps/lib.sh
. "$(dirname "$0")/lib.sh"
needs pw.x

worked()
{
	said '^ *iteration # *[3-9] '
}

# energies FILE: prints the steps and the total energy at each
energies()
{
	awk '/Entering Dynamics/ { step = $NF }
		/Ekin \+ Etot/ { print step, $(NF - 1) }' "$1"
}

# same_energies: each step once, in order, with the energy of the uninterrupted
# run except for the last digits, since the potential is iterated
same_energies()
{
	energies "$WORK/alone.out" >alone.txt
	energies job.out >stopped.txt
	paste -d ' ' alone.txt stopped.txt
	[ "$(wc -l <alone.txt)" -eq 16 ] &&
		paste -d ' ' alone.txt stopped.txt | awk '
			$1 != $3 || ($2 - $4) ^ 2 > 1e-12 { exit 1 }'
}

app_start quantum-espresso
app_edit 's/nstep = .*/nstep = 16/' h2.in
# shellcheck disable=SC2119 # it has no arguments
app_alone
app_submit --time=5 --checkpoint=45 job.sh
app_stop scancel
app_stop requeue
app_completes
ok 'each step was done once, with the same energy' same_energies
like "$(our_lines)" '^[^ ]* scheckpoint: pw.x \(pid [0-9]+\) was asked by the hook' \
	'pw.x was asked by the hook'
unlike "$(our_lines)" '^[^ ]* scheckpoint: SIGTERM to' 'and got no signal'
ok 'its state is in the store' \
	test -s "$(app_newest)/out/h2.save/charge-density.dat"
nodes_idle
done_testing
