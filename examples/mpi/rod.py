#!/usr/bin/env python3
"""Heat in a rod that is divided among MPI ranks, as a job that survives its
time limit.  The ranks agree at each step on whether to stop, so that all of
them are at the same one; the first gathers the state and saves it.

usage: rod.py STEPS OUTPUT
"""
import json
import os
import signal
import subprocess
import sys

asked = False


def on_term(_signum, _frame):
    global asked
    asked = True


# Before MPI is started, which takes a while.
signal.signal(signal.SIGTERM, on_term)

from mpi4py import MPI  # noqa: E402

POINTS = 400
STATE = "rod.json"

comm = MPI.COMM_WORLD
rank, ranks = comm.rank, comm.size


def say(*words):
    if rank == 0:
        print(*words, flush=True)


def load():
    """The whole rod, and the number of steps done, on the first rank."""
    restore = os.environ.get("SLURM_CHECKPOINT_RESTORE")
    if not restore:
        return 0, [100.0] + [0.0] * (POINTS - 1)
    with open(os.path.join(restore, STATE)) as file:
        state = json.load(file)
    say("resumed after step", state["step"])
    return state["step"], state["rod"]


def scatter(rod):
    bounds = [POINTS * r // ranks for r in range(ranks + 1)]
    pieces = rod and [rod[bounds[r] : bounds[r + 1]] for r in range(ranks)]
    return comm.scatter(pieces)


def gather(piece):
    pieces = comm.gather(piece)
    return pieces and sum(pieces, [])


def advance(piece):
    left, right = rank - 1, rank + 1
    before = after = None
    if left >= 0:
        before = comm.sendrecv(piece[0], left, source=left)
    if right < ranks:
        after = comm.sendrecv(piece[-1], right, source=right)
    wide = [value for value in (before, *piece, after) if value is not None]
    inner = [
        b + 0.4 * (a - 2 * b + c) for a, b, c in zip(wide, wide[1:], wide[2:])
    ]
    # The ends of the rod keep their temperature.
    first = piece[:1] if left < 0 else []
    last = piece[-1:] if right >= ranks else []
    return first + inner + last


def save(step, piece):
    rod = gather(piece)
    if rank == 0:
        with open(STATE, "w") as file:
            json.dump({"step": step, "rod": rod}, file)
        subprocess.run(["scheckpoint", "save", STATE], check=True)
    say("saved after step", step)
    # mpirun ends all when one leaves early: none may, before it is saved.
    comm.barrier()


def main():
    steps, output = int(sys.argv[1]), sys.argv[2]
    step, rod = load() if rank == 0 else (None, None)
    step = comm.bcast(step)
    piece = scatter(rod)
    while step < steps:
        piece = advance(piece)
        step += 1
        if step % 100 == 0:
            say("step", step, "of", steps)
        # A rank alone must not stop: the others would wait for it.  Each
        # may have been asked, and not at the same step.
        if comm.allreduce(asked, MPI.LOR) and step < steps:
            save(step, piece)
            return
    rod = gather(piece)
    if rank == 0:
        with open(output, "w") as file:
            file.writelines(f"{value!r}\n" for value in rod)
    say("finished:", steps, "steps on", ranks, "ranks")


if __name__ == "__main__":
    # After a request any exit code does; mpirun takes all but 0 for a failure.
    main()
