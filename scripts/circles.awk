# Reads lines "A B HOW", of which the first of each A and B counts: A needs B.
# Prints the needs of files that need each other, a paragraph a circle:
#
#	awk -v what=includes -f circles.awk

# walk: marks what FROM needs, by way of others too
function walk(from, file,    i)
{
	for (i = 1; i <= degree[file]; i++) {
		if ((from, next_of[file, i]) in reaches)
			continue
		reaches[from, next_of[file, i]] = 1
		walk(from, next_of[file, i])
	}
}

function is_circle(a, b) { return (a, b) in reaches && (b, a) in reaches }

!(($1, $2) in how) {
	how[$1, $2] = $3
	next_of[$1, ++degree[$1]] = $2
	if (degree[$1] == 1)
		files[++count] = $1
}

END {
	for (i = 1; i <= count; i++)
		walk(files[i], files[i])
	for (i = 1; i <= count; i++) {
		if (files[i] in done || !is_circle(files[i], files[i]))
			continue
		print "a circle of " what ":"
		for (j = i; j <= count; j++) {
			if (!is_circle(files[i], files[j]))
				continue
			done[files[j]] = 1
			for (k = 1; k <= degree[files[j]]; k++) {
				other = next_of[files[j], k]
				if (is_circle(files[j], other))
					print "\t" files[j] " -> " other \
						" (" how[files[j], other] ")"
			}
		}
	}
}
