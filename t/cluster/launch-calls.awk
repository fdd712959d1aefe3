# SPDX-License-Identifier: GPL-2.0-or-later
#
# awk -f launch-calls.awk TRACE TRACE: prints how many system calls slurmstepd
# and its children made before they executed a program of the job, from the
# output of "strace -f -y -o TRACE -p SLURMD".  Calls whose number varies are
# left out: waiting, reading /proc, setting ids in each thread.  The file is
# read twice: first for the parent of each process.

NR == FNR {
	if ($0 ~ /(clone|clone3|fork|vfork)/ && match($0, /= [0-9]+$/))
		parent[substr($0, RSTART + 2)] = $1
	next
}

{
	pid = $1
	call = $2
	sub(/\(.*/, "", call)
	if (!(pid in is_step))
		is_step[pid] = pid in parent && is_step[parent[pid]]
	if (call == "execve" && $0 ~ /(= 0|<unfinished \.\.\.>)$/)
		is_step[pid] = $0 ~ /slurmstepd/
	if (!is_step[pid] || call !~ /^[a-z]/ || /[<"]\/proc[\/">]/ ||
	    call ~ /^(futex|p?poll|epoll|p?select|restart_|(clock_)?nanosleep)/ ||
	    call ~ /^(wait|madvise|sched_yield|tgkill|rt_sigreturn|setres)/)
		next
	count[call]++
}

END {
	for (call in count) {
		total += count[call]
		if (verbose)
			print call, count[call] >"/dev/stderr"
	}
	print total + 0
}
