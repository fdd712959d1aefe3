# SPDX-License-Identifier: LGPL-2.1-or-later
# mypy: ignore-errors
"""PyTorch loops that go on from where they were, to the last bit.

    with ckptstate.torch.job(model=model, optimizer=optimizer) as job:
        for batch in job.batches(data, batch_size=32, epochs=10, num_workers=4):
            optimizer.zero_grad()
            loss(model, batch).backward()
            optimizer.step()

Before the first batch the newest state is restored.  When the run is requested
to save, all ranks of torch.distributed save together after the same batch, and
the program ends with exit code 85.  Saved are the state_dict() of each object
that job() was given, all random number generators, and the position in the
data.  Needs PyTorch 1.13 or later.
"""

import functools
import random
import signal
import sys
from typing import Any, Callable, Dict, Iterator, List, Optional

import torch
import torch.distributed as dist
from torch.utils.data import DataLoader

import ckptstate


def _begin_worker(then: Optional[Callable[[int], None]], worker: int) -> None:
    """A worker ends with its program, and not by a signal to all processes."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if then:
        then(worker)


def _random_state() -> Dict[str, Any]:
    state = {"torch": torch.get_rng_state(), "python": random.getstate()}
    if "numpy" in sys.modules:
        state["numpy"] = sys.modules["numpy"].random.get_state()
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state_all()
    return state


def _set_random(state: Dict[str, Any]) -> None:
    torch.set_rng_state(state["torch"])
    random.setstate(state["python"])
    if "numpy" in state and "numpy" in sys.modules:
        sys.modules["numpy"].random.set_state(state["numpy"])
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(state["cuda"])


def _load(path: Any) -> Any:
    # It is what this program wrote, and was compared with its digests.
    return torch.load(path, map_location="cpu", weights_only=False)


class Job:
    """What job() returns; epoch and samples, done in it, are the position."""

    def __init__(self, path: str, every: int, objects: Dict[str, Any]) -> None:
        together = dist.is_available() and dist.is_initialized()
        self.rank = dist.get_rank() if together else 0
        self.ranks = dist.get_world_size() if together else 1
        self.objects, self.every = objects, every
        self.epoch = self.samples = self._saves = 0
        self.progress = None
        self._before = self._now = None  # random states, to go on from
        # The first rank opens, the others join its run.
        self.job = ckptstate.job(path) if self.rank == 0 else None
        run = [self.job.run if self.job else None]
        if self.ranks > 1:
            dist.broadcast_object_list(run)
        self.job = self.job or ckptstate.job(path, run=run[0])
        self._restore()

    def __enter__(self) -> "Job":
        return self

    def __exit__(self, *_error: object) -> None:
        self.job.close()

    def _restore(self) -> None:
        state = self.job.restore()
        if state is None:
            return
        saved = _load(state.dir / "shard-0000" / "state.pt")
        for name, thing in self.objects.items():
            thing.load_state_dict(saved["objects"][name])
        self.epoch, self.samples = saved["epoch"], saved["samples"]
        mine = state.dir / ("shard-%04d" % self.rank) / "random.pt"
        if mine.exists():
            self._before, self._now = _load(mine)

    def requested(self) -> bool:
        """Shall all ranks save and stop?  Each calls it, and gets the same."""
        if self.ranks == 1:
            return self.job.requested()
        where = "cuda" if dist.get_backend() == "nccl" else "cpu"
        flag = torch.tensor(int(self.job.requested()), device=where)
        dist.all_reduce(flag, op=dist.ReduceOp.MAX)
        return bool(flag)

    def save(self) -> None:
        """Save a version, from all ranks; rank 0 writes the objects."""

        def write(top: Any) -> None:
            torch.save([self._before, _random_state()], top / "random.pt")
            if self.rank == 0:
                saved = {k: thing.state_dict() for k, thing in self.objects.items()}
                position = {"epoch": self.epoch, "samples": self.samples}
                torch.save({"objects": saved, **position}, top / "state.pt")

        self._saves += 1
        shard = (self._saves, self.rank, self.ranks)
        self.job.save(write, progress=self.progress, shard=shard)
        if self.ranks > 1:
            dist.barrier()  # a launcher kills the others when one has ended

    def batches(
        self,
        data: Any,
        batch_size: int,
        epochs: int = 1,
        seed: int = 0,
        shuffle: bool = True,
        **more: Any
    ) -> Iterator[Any]:
        """Batches of this rank, from the position to the end of the last epoch;
        more: arguments of DataLoader.  Several ranks leave out what is left of
        an epoch when there is less than a batch for each."""
        init = functools.partial(_begin_worker, more.pop("worker_init_fn", None))
        step = batch_size * self.ranks
        end = len(data) - len(data) % step if self.ranks > 1 else len(data)
        for self.epoch in range(self.epoch, epochs):
            order = torch.arange(len(data))
            if shuffle:
                chance = torch.Generator().manual_seed(seed + self.epoch)
                order = torch.randperm(len(data), generator=chance)
            lists: List[List[int]] = [
                order[at : at + step][self.rank :: self.ranks].tolist()
                for at in range(self.samples, end, step)
            ]
            # A loader draws its workers' seed as it begins.
            if self._now:
                _set_random(self._before)
            self._before = _random_state()
            loader = iter(
                DataLoader(data, batch_sampler=lists, worker_init_fn=init, **more)
            )
            if self._now:
                _set_random(self._now)
                self._now = None
            for count, batch in enumerate(self._unharmed(loader), 1):
                yield batch
                self.samples = min(self.samples + step, end)
                self.progress = (self.epoch + self.samples / end) / epochs
                if count % self.every == 0 and self.requested():
                    self._save_and_stop()
            self.samples = 0

    def _unharmed(self, loader: Iterator[Any]) -> Iterator[Any]:
        """Where the signal goes to all processes, as at the limit of a plain job,
        the loader fails because its workers die: the state is whole."""
        try:
            yield from loader
        except RuntimeError:
            if self.ranks > 1 or not self.job.requested():
                raise
            self._save_and_stop()

    def _save_and_stop(self) -> None:
        self.save()
        self.job.stop()


def job(path: str = "checkpoint", every: int = 1, **objects: Any) -> Job:
    """Open and restore.

    path     as in ckptstate.job()
    every    the ranks agree after so many batches
    objects  by names: what has state_dict() and load_state_dict(), such as
             model, optimizer, scheduler, scaler
    """
    return Job(path, every, objects)
