# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What the benchmarks share: the private cluster of the tests, and tables.

# shellcheck source=t/cluster/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../t/cluster/lib.sh"

slurm_version()
{
	sbatch --version | cut -d' ' -f2
}

title()
{
	echo "$* (Slurm $(slurm_version))"
}

# median: of the numbers on the standard input
median()
{
	sort -n | awk '{ n[NR] = $1 } END { print n[int((NR + 1) / 2)] }'
}

# row TEXT PLAIN OURS UNIT [less|more]: prints a line of the table, with how
# many times less or more ours is
row()
{
	awk -v text="$1" -v plain="$2" -v ours="$3" -v unit="$4" \
		-v word="${5:-}" 'BEGIN {
		line = sprintf("  %-40s %10s %12s %-3s", text, plain, ours, unit)
		if (word == "less" && ours > 0)
			line = line sprintf(" %6.1f times less", plain / ours)
		if (word == "more" && plain > 0)
			line = line sprintf(" %6.2f times", ours / plain)
		sub(/ +$/, "", line)
		print line
	}'
}

head_row()
{
	printf '  %-40s %10s %12s\n' '' "$1" "$2"
}
