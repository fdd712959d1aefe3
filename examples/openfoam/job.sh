#!/bin/bash
#
# OpenFOAM: the flow in a cavity below a moving lid.  A solver dies of SIGTERM
# unless system/controlDict has "stopAtWriteNowSignal 15".  With that it writes
# the present time and ends with exit code 0, and "startFrom latestTime" goes on
# from there.  In binary and with a fixed time step the result is the same to
# the last bit.
#
# --checkpoint-files takes the time directories into the store as well.  The
# solver writes them in place: a run that is killed may leave a newest one that
# is not whole.  So the script removes them before it restores the version.
#
#SBATCH --job-name=cavity
#SBATCH --time=10
#SBATCH --checkpoint=1m
#SBATCH --checkpoint-files='[0-9]*'
#SBATCH --output=cavity-%j.out

# Debian's OpenFOAM needs this variable and nothing else.
export WM_PROJECT_DIR="${WM_PROJECT_DIR:-/usr/share/openfoam}"

if [ -n "${SLURM_CHECKPOINT_RESTORE:-}" ]; then
	rm -rf [1-9]* 0.*
	scheckpoint restore || exit 1
fi
[ -s constant/polyMesh/boundary ] || blockMesh || exit 1
icoFoam
