#!/usr/bin/env python3
"""The heat equation on a plate in plain Python, as a job that survives its
time limit, and as a program that goes on where it was on any other machine.  It
does the same as ../heat in C, with the same library.

usage: heat.py INPUT OUTPUT
"""
import array
import os
import sys

import ckptstate

TELL_EVERY = 250  # steps


class Plate:
    """The plate that INPUT describes, see plate.in; row 0 is the north edge."""

    def __init__(self, path):
        self.step = 0
        self.spacing = 1.0
        with open(path) as file:
            for line in file:
                words = line.split("#")[0].split()
                if words:
                    getattr(self, "take_" + words[0])(*words[1:])
        self.ratio = self.alpha * self.dt / (self.spacing * self.spacing)

    def take_grid(self, nx, ny):
        self.nx, self.ny = int(nx), int(ny)
        self.now = array.array("d", bytes(8 * self.nx * self.ny))
        self.fixed = bytearray(self.nx * self.ny)

    def take_spacing(self, value):
        self.spacing = float(value)

    def take_alpha(self, value):
        self.alpha = float(value)

    def take_dt(self, value):
        self.dt = float(value)

    def take_steps(self, value):
        self.steps = int(value)

    def take_start(self, value):
        for i, is_fixed in enumerate(self.fixed):
            if not is_fixed:
                self.now[i] = float(value)

    def take_edge(self, side, value):
        cells = {
            "north": range(self.nx),
            "south": range((self.ny - 1) * self.nx, self.ny * self.nx),
            "west": range(0, self.ny * self.nx, self.nx),
            "east": range(self.nx - 1, self.ny * self.nx, self.nx),
        }
        for i in cells[side]:
            self.fix(i, value)

    def take_spot(self, x, y, radius, value):
        for i in range(self.nx * self.ny):
            dx, dy = i % self.nx - float(x), i // self.nx - float(y)
            if dx * dx + dy * dy <= float(radius) * float(radius):
                self.fix(i, value)

    def fix(self, i, value):
        self.now[i] = float(value)
        self.fixed[i] = 1

    def advance(self):
        """One explicit step, in a fixed order of operations."""
        now, fixed, nx, ratio = self.now, self.fixed, self.nx, self.ratio
        after = now[:]
        for row in range(nx, (self.ny - 1) * nx, nx):
            for i in range(row + 1, row + nx - 1):
                if not fixed[i]:
                    flow = (now[i - 1] + now[i + 1]) + (
                        now[i - nx] + now[i + nx]
                    ) - 4 * now[i]
                    after[i] = now[i] + ratio * flow
        self.now = after
        self.step += 1

    def save(self, path):
        with open(path, "xb") as file:
            array.array("q", [self.step]).tofile(file)
            self.now.tofile(file)

    def load(self, path):
        step, now = array.array("q"), array.array("d")
        with open(path, "rb") as file:
            step.fromfile(file, 1)
            now.fromfile(file, self.nx * self.ny)
        self.step, self.now = step[0], now

    def write(self, path):
        """Write text, one line for each row; 17 digits lose nothing."""
        with open(path + ".tmp", "w") as file:
            for row in range(0, self.ny * self.nx, self.nx):
                cells = self.now[row : row + self.nx]
                file.write(" ".join("%.17g" % cell for cell in cells) + "\n")
        os.replace(path + ".tmp", path)


def save(job, plate):
    done = plate.step / plate.steps
    version = job.save(lambda dir: plate.save(dir / "plate"), progress=done)
    print("saved version", version, "at step", plate.step, flush=True)


def compute(job, plate):
    state = job.restore()
    if state:
        plate.load(state.dir / "plate")
        print("resumed from version", state.version.number, "at step", plate.step)
    while plate.step < plate.steps:
        plate.advance()
        if plate.step % TELL_EVERY == 0:
            print("step", plate.step, "of", plate.steps, flush=True)
            job.progress(plate.step / plate.steps)
        if plate.step < plate.steps and job.requested():
            save(job, plate)
            job.stop()  # with the exit code 85: "saved, run me again"


def main():
    # This comes first: a signal that comes before this line kills.  The number
    # grows when a later program changes the format.
    with ckptstate.job(schema=("heat-python", 1)) as job:
        plate = Plate(sys.argv[1])
        compute(job, plate)
        plate.write(sys.argv[2])
        print("finished:", plate.step, "steps", flush=True)
        job.done()


if __name__ == "__main__":
    main()
