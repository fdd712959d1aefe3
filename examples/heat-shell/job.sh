#!/bin/sh
#
# The heat equation by a shell script and awk.  The script catches SIGTERM,
# saves with scheckpoint, and goes on from there in the next run.
#
#SBATCH --job-name=heat-shell
#SBATCH --time=2
#SBATCH --checkpoint=40
#SBATCH --output=heat-%j.out

# The trap makes the shell catch the signal of a request.  The shell runs the
# trap when the awk in the foreground has ended, so the state is always whole.
requested=no
trap 'requested=yes' TERM

# The run goes on from what was saved last, and from nothing else.  Exit code 1
# of restore means that nothing is saved yet.
rm -f state
if [ -n "${SLURM_CHECKPOINT_DIR:-}" ]; then
	scheckpoint restore --schema=heat-shell/1 || [ $? -eq 1 ] || exit 1
fi
[ -e state ] || awk -v count=0 -f heat.awk plate.in /dev/null >state || exit 1

while :; do
	read -r _ step _ steps <state
	echo "step $step of $steps"
	[ "$step" -lt "$steps" ] || break
	if [ "$requested" = yes ]; then
		scheckpoint save --schema=heat-shell/1 state || exit 1
		echo "saved after step $step"
		exit 85 # "run me again"
	fi
	awk -v count=250 -f heat.awk plate.in - <state >state.new || exit 1
	mv state.new state
done
tail -n +2 state >field.txt
echo "finished: $steps steps"
[ -z "${SLURM_CHECKPOINT_DIR:-}" ] || scheckpoint done
