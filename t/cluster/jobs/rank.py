# SPDX-License-Identifier: GPL-2.0-or-later
# rank.py TARGET DIR: one rank of a job: it counts to TARGET, saves into DIR when
# it gets SIGTERM, and goes on from there.
import os
import signal
import sys
import time

target, where = int(sys.argv[1]), sys.argv[2]
rank = os.environ["SLURM_PROCID"]
path = os.path.join(where, "rank-" + rank)
count = int(open(path).read()) if os.path.exists(path) else 0


def save(signum, frame):
    with open(path + ".tmp", "w") as state:
        state.write(str(count))
    os.rename(path + ".tmp", path)
    print("rank", rank, "saved", count, flush=True)
    sys.exit(0)


signal.signal(signal.SIGTERM, save)
while count < target:
    time.sleep(0.1)
    count += 1
    print("rank", rank, "count", count, flush=True)
