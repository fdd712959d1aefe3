#!/usr/bin/env python3
"""Ising model, by a Metropolis walk in plain Python, as a job that survives
its time limit.  It catches SIGTERM and saves; the next run goes on from there.

usage: ising.py SWEEPS OUTPUT
"""
import json
import math
import os
import random
import signal
import subprocess
import sys

SIZE = 32
TEMPERATURE = 2.4
STATE = "ising.json"
EXIT_AGAIN = 85  # "saved, run me again"

requested = False


def on_term(_signum, _frame):
    # The handler only notes it: the state is consistent between two sweeps,
    # but not here.
    global requested
    requested = True


def fresh_state():
    rng = random.Random(1)
    spins = [rng.choice((-1, 1)) for _ in range(SIZE * SIZE)]
    return {"sweep": 0, "spins": spins, "trace": []}, rng


def load_state(path):
    with open(path) as file:
        state = json.load(file)
    version, numbers, gauss = state.pop("rng")
    rng = random.Random()
    rng.setstate((version, tuple(numbers), gauss))
    return state, rng


def write_whole(path, text):
    """Write a file that is the old one or the new one, never a part of it."""
    with open(path + ".tmp", "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".tmp", path)


def save(state, rng):
    # The random numbers are part of the state: a new seed in each run would
    # make it another walk.
    write_whole(STATE, json.dumps({**state, "rng": rng.getstate()}))
    subprocess.run(["scheckpoint", "save", STATE], check=True)


def sweep(state, rng, accept):
    spins = state["spins"]
    for _ in range(SIZE * SIZE):
        i = rng.randrange(SIZE * SIZE)
        row = i - i % SIZE
        around = (
            spins[row + (i + 1) % SIZE]
            + spins[row + (i - 1) % SIZE]
            + spins[(i + SIZE) % (SIZE * SIZE)]
            + spins[i - SIZE]
        )
        if rng.random() < accept[spins[i] * around]:
            spins[i] = -spins[i]
    state["sweep"] += 1


def main():
    sweeps, output = int(sys.argv[1]), sys.argv[2]
    signal.signal(signal.SIGTERM, on_term)

    restore = os.environ.get("SLURM_CHECKPOINT_RESTORE")
    if restore:
        state, rng = load_state(os.path.join(restore, STATE))
        print("resumed after sweep", state["sweep"], flush=True)
    else:
        state, rng = fresh_state()

    # Chance to flip a spin, by its product with the sum of its neighbours.
    accept = {
        product: min(1.0, math.exp(-2 * product / TEMPERATURE))
        for product in (-4, -2, 0, 2, 4)
    }
    while state["sweep"] < sweeps:
        sweep(state, rng, accept)
        if state["sweep"] % 100 == 0:
            state["trace"].append(sum(state["spins"]))
            done = state["sweep"] / sweeps
            subprocess.run(["scheckpoint", "progress", str(done)], check=False)
            print("sweep", state["sweep"], "of", sweeps, flush=True)
        if requested and state["sweep"] < sweeps:
            save(state, rng)
            print("saved after sweep", state["sweep"], flush=True)
            return EXIT_AGAIN
    write_whole(output, "".join(f"{value}\n" for value in state["trace"]))
    print("finished:", sweeps, "sweeps", flush=True)
    # Even if a request comes at this moment, the job is over.
    if "SLURM_CHECKPOINT_DIR" in os.environ:
        subprocess.run(["scheckpoint", "done"], check=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
