#!/usr/bin/env python3
"""First-passage times of random walks on several processors, as a job that
survives its time limit.  The main process catches SIGTERM, lets its workers
finish their batches, and saves; the next run goes on from there.

usage: walks.py BATCHES WORKERS OUTPUT
"""
import concurrent.futures
import json
import os
import random
import signal
import subprocess
import sys

WALKS = 100  # in one batch; a worker does one batch at a time
DISTANCE = 20
STATE = "walks.json"
EXIT_AGAIN = 85  # "saved, run me again"

requested = False


def on_term(_signum, _frame):
    global requested
    requested = True


def init_worker():
    # Workers inherit the main process's handler.  A request goes to the main
    # process only, but a scancel reaches the workers as well.  They ignore the
    # signal, because the main process saves.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def walk_batch(batch):
    # The batch is the seed, not the worker: the result doesn't depend on
    # worker, order or run.
    rng = random.Random(batch)
    steps = 0
    for _ in range(WALKS):
        place = 0
        while abs(place) < DISTANCE:
            place += rng.choice((-1, 1))
            steps += 1
    return steps


def load():
    restore = os.environ.get("SLURM_CHECKPOINT_RESTORE")
    if not restore:
        return {}
    with open(os.path.join(restore, STATE)) as file:
        done = {int(batch): steps for batch, steps in json.load(file).items()}
    print("resumed with", len(done), "batches", flush=True)
    return done


def save(done):
    with open(STATE, "w") as file:
        json.dump(done, file)
    subprocess.run(["scheckpoint", "save", STATE], check=True)
    print("saved", len(done), "batches", flush=True)


def compute(done, batches, workers):
    """Compute until all is done, or until a request has come and the workers
    are idle."""
    todo = iter([batch for batch in range(batches) if batch not in done])
    running = {}
    with concurrent.futures.ProcessPoolExecutor(
        workers, initializer=init_worker
    ) as pool:
        while True:
            # Only one batch waits in the queue, because a request must wait
            # until all that is queued is finished.
            while not requested and len(running) < workers + 1:
                batch = next(todo, None)
                if batch is None:
                    break
                running[pool.submit(walk_batch, batch)] = batch
            if not running:
                return
            ready, _ = concurrent.futures.wait(
                running, return_when=concurrent.futures.FIRST_COMPLETED
            )
            for future in ready:
                done[running.pop(future)] = future.result()
                if len(done) % 10 == 0:
                    print("batch", len(done), "of", batches, flush=True)


def main():
    batches, workers, output = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    signal.signal(signal.SIGTERM, on_term)
    done = load()
    compute(done, batches, workers)
    if len(done) < batches:
        save(done)
        return EXIT_AGAIN
    with open(output, "w") as file:
        for batch in range(batches):
            file.write(f"{batch} {done[batch] / WALKS}\n")
    print("finished:", batches, "batches", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
