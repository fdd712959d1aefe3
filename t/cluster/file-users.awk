# SPDX-License-Identifier: GPL-2.0-or-later
#
# awk -f file-users.awk TRACE TRACE: prints effective uid, call and path of each
# call that takes a path, from the output of "strace -f -y -o TRACE -e
# trace=%file,%process,setuid,setreuid,setresuid".  Processes that ran before
# the trace count as root's.  The file is read twice: first for the parent of
# each process, since a child's first line may come before the line in which its
# parent's clone() returns.

function effective(call, uids, n)
{
	n = split(call, uids, /[(,) ]+/)
	if (call ~ /^setuid/)
		return uids[2]
	return uids[3]
}

NR == FNR {
	if ($0 ~ /(clone|clone3|fork|vfork)/ && match($0, /= [0-9]+$/))
		parent[substr($0, RSTART + 2)] = $1
	next
}

{
	pid = $1
	call = substr($0, index($0, $2))
	if (!(pid in euid))
		euid[pid] = pid in parent && parent[pid] in euid ? \
			euid[parent[pid]] : 0
	if (call ~ /^set(re|res)?uid/) {
		if (call !~ /= -1/ && effective(call) >= 0)
			euid[pid] = effective(call)
		next
	}
	if (match(call, /"[^"]*"/) && call ~ /^[a-z0-9_]+\(/) {
		path = substr(call, RSTART + 1, RLENGTH - 2)
		if (path !~ /^\// && match(call, /<[^>]*>, "/))
			path = substr(call, RSTART + 1, RLENGTH - 5) "/" path
		name = substr(call, 1, index(call, "(") - 1)
		if (name != "getcwd")
			print euid[pid], name, path
	}
}
