#!/bin/bash
#
# A network in PyTorch.  It runs two minutes at a time: 40 s before the end of
# each run, train.py gets SIGTERM, saves, and is queued again.
#
#SBATCH --job-name=train
#SBATCH --time=2
#SBATCH --checkpoint=40
#SBATCH --output=train-%j.out

# train.py itself catches SIGTERM, saves and resumes, by ckptstate.torch.  With
# several processes: torchrun --standalone --nproc_per_node=2 train.py
/usr/bin/python3 train.py "$@"
