#!/usr/bin/env python3
"""Heat in a rod that is divided among MPI ranks, as a job that survives its
time limit.  At each step the ranks agree on whether to stop, so that all of
them stop at the same step.  The first rank gathers the state and saves it.

usage: rod.py STEPS OUTPUT
"""
import json
import os
import signal
import subprocess
import sys

requested = False


def on_term(_signum, _frame):
    global requested
    requested = True


# The handler is set before MPI is started, which takes a while.
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
    # mpirun ends all ranks when one leaves early.  So no rank may leave
    # before the state is saved.
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
        # A rank must not stop alone: the others would wait for it.  The
        # signal may reach each rank at another step.
        if comm.allreduce(requested, MPI.LOR) and step < steps:
            save(step, piece)
            return
    rod = gather(piece)
    if rank == 0:
        with open(output, "w") as file:
            file.writelines(f"{value!r}\n" for value in rod)
    say("finished:", steps, "steps on", ranks, "ranks")


if __name__ == "__main__":
    # After a request any exit code will do.  It is 0 here, because mpirun
    # takes any other code for a failure.
    main()
