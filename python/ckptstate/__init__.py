# SPDX-License-Identifier: LGPL-2.1-or-later
"""Versions of a program's state that are there whole or not at all.

A program that goes on from where it was, in a job that was submitted with
sbatch --checkpoint, in any other job and on a laptop:

    import ckptstate

    with ckptstate.job() as job:
        state = job.restore() or {"step": b"0"}
        step = int(state["step"])
        while step < 1000:
            step = compute(step)
            if job.requested():
                job.save({"step": str(step).encode()})
                job.stop()

Job says more.  Below it are the functions of libckptstate, see ckptstate(3):
Store, Stage and notice_install().
"""

from ckptstate._binding import (
    Error,
    Stage,
    Status,
    Store,
    Version,
    notice_clear,
    notice_install,
    notice_pending,
)
from ckptstate._job import EXIT_AGAIN, Job, State, job

__all__ = [
    "EXIT_AGAIN",
    "Error",
    "Job",
    "Stage",
    "State",
    "Status",
    "Store",
    "Version",
    "job",
    "notice_clear",
    "notice_install",
    "notice_pending",
]
