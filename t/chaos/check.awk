# SPDX-License-Identifier: GPL-2.0-or-later
#
# Prints what is wrong with the output of a job, a line each.  Nothing is wrong
# if each number to TARGET was counted, each run went on from where it began,
# and no saved number was lost or counted again.  HITS: how often the job was
# killed without a chance to save: each time it may lose what it had not saved.

function wrong(text)
{
	print "line " NR ": " text
}

# run 3 version 2 count 40
/^run / {
	runs++
	if (runs > 1 && $2 <= run)
		wrong("run " $2 " after run " run)
	run = $2
	if ($4 < version)
		wrong("version " $4 " after version " version)
	if ($6 < saved)
		wrong("run " run " begins at " $6 ", though " saved " was saved")
	if ($6 > count)
		wrong("run " run " begins at " $6 ", after " count)
	if ($6 < count || is_over)
		lost++
	is_over = 0
	version = $4
	count = $6
	next
}

/^count / {
	if (is_over || $2 != count + 1)
		wrong($2 " follows " count (is_over ? ", the end" : ""))
	count = $2
	next
}

/^counted to / {
	if (is_over || $3 != count || $3 != target)
		wrong("counted to " $3 " after " count)
	is_over = 1
}

/^saved / {
	if ($2 != count)
		wrong("saved " $2 " after " count)
	saved = $2
}

END {
	if (!is_over)
		print "not counted to " target " but to " count + 0
	if (lost > hits)
		print lost " runs began again, and only " hits + 0 " were killed"
}
