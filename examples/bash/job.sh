#!/bin/bash
#
# A sweep over many cases in bash: the period of a pendulum for amplitudes up
# to 175 degrees.  Each case writes a line of results.txt.  The job saves that
# file, and a run goes on at the first case that is not in it.
#
#SBATCH --job-name=sweep
#SBATCH --time=10
#SBATCH --checkpoint=1m
#SBATCH --output=sweep-%j.out

cases=${1:-400}

# The trap makes bash catch the signal of a request.  bash runs the trap when
# the program in the foreground has ended, so a case is always finished.  Cases
# must be shorter than the grace.
requested=no
trap 'requested=yes' TERM

# The run goes on from what was saved last.  A run that was killed may have
# left a results.txt with later lines: never append to that file.
if [ -n "${SLURM_CHECKPOINT_RESTORE:-}" ]; then
	scheckpoint restore || exit 1
else
	: >results.txt
fi

# The function computes a quarter of a period: from the amplitude until the
# angle crosses zero.
period() {
	awk -v i="$1" -v cases="$2" 'BEGIN {
		degrees = 175 * i / cases
		x = degrees * 3.141592653589793 / 180; v = 0; h = 0.00002
		for (t = 0; x > 0; t += h) {
			k1 = v;            l1 = -sin(x)
			k2 = v + h/2 * l1; l2 = -sin(x + h/2 * k1)
			k3 = v + h/2 * l2; l3 = -sin(x + h/2 * k2)
			k4 = v + h * l3;   l4 = -sin(x + h * k3)
			before = x
			x += h/6 * (k1 + 2*k2 + 2*k3 + k4)
			v += h/6 * (l1 + 2*l2 + 2*l3 + l4)
		}
		printf "%.6f %.10f\n", degrees, 4 * (t - h * x / (x - before))
	}'
}

# There is no $(...) below the trap: bash 5.2 may lose a signal that comes while
# it reads one, with "unexpected EOF while looking for matching `)'".
mapfile -t finished <results.txt
for ((i = ${#finished[@]} + 1; i <= cases; i++)); do
	period "$i" "$cases" >>results.txt || exit 1
	if ((i % 20 == 0)); then
		printf -v progress '%d.%04d' $((i / cases)) \
			$((10000 * i / cases % 10000))
		scheckpoint progress "$progress"
		echo "case $i of $cases"
	fi
	if [ "$requested" = yes ]; then
		scheckpoint save results.txt || exit 1
		echo "saved after case $i"
		exit 85 # "run me again"
	fi
done
echo "finished: $cases cases"
# Even if a request comes at this moment, the job is over.
[ -z "${SLURM_CHECKPOINT_DIR:-}" ] || scheckpoint done
