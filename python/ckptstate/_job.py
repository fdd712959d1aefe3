# SPDX-License-Identifier: LGPL-2.1-or-later
"""A program's state for people: restore it, save it when requested, stop."""

import os
import pathlib
import signal
import sys
import time
import warnings
from typing import (
    Any,
    Callable,
    Dict,
    Iterable,
    Iterator,
    Mapping,
    NoReturn,
    Optional,
    Tuple,
    TypeVar,
    Union,
    overload,
)

from ckptstate import _binding
from ckptstate._binding import Error, Path, Status, Store, Version

# Says "saved, run me again"; the default of sbatch's --checkpoint-exit.
EXIT_AGAIN = 85
# The library reads the journal of a job's run when it is asked for a request.
LOOK_EVERY_S = 1.0

T = TypeVar("T")
Writer = Callable[[pathlib.Path], object]


class State(Mapping[str, bytes]):
    """The files of a restored version by their names, each read when it is
    asked for; dir is where they are, version tells more."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self.dir = pathlib.Path(version.dir)

    def __getitem__(self, name: str) -> bytes:
        if name not in set(self):
            raise KeyError(name)
        return (self.dir / name).read_bytes()

    def __iter__(self) -> Iterator[str]:
        for path in sorted(self.dir.rglob("*")):
            if path.is_file() and path != self.dir / "MANIFEST.json":
                yield str(path.relative_to(self.dir))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Job:
    """What job() returns; use it as a context.

    store is the Store below it, for all that isn't here; run is the number of
    this run, from 0."""

    def __init__(self, store: Store, signals: Iterable[int]) -> None:
        self.store = store
        self.run = store.run
        self._is_requested = False
        self._looked = -LOOK_EVERY_S
        self._before: Dict[int, Any] = {}
        for signum in signals:
            self._before[signum] = signal.getsignal(signum)
            _binding.notice_install(signum)
        self._pid = os.getpid()
        self._was_pending = False
        os.register_at_fork(before=self._fork, after_in_child=self._forked)

    def _fork(self) -> None:
        self._was_pending = _binding.notice_pending()

    def _forked(self) -> None:
        """A process that was forked, as multiprocessing does, dies of the signal
        as any other: Pool.terminate() and the like rely on it.  The signal may
        have come already, to the handler of the process before the fork."""
        if not self._before:
            return
        signum = next(iter(self._before))
        self._uncatch()
        if _binding.notice_pending() and not self._was_pending:
            os.kill(os.getpid(), signum)
        _binding.notice_clear()

    def _uncatch(self) -> None:
        try:
            for signum, before in self._before.items():
                signal.signal(signum, before or signal.SIG_DFL)
        except ValueError:
            pass  # only the main thread can
        self._before = {}

    def close(self) -> None:
        """Close the store; the signals do what they did before.  Not needed in a
        "with"."""
        if os.getpid() == self._pid:
            self._uncatch()
            self.store.close()

    def __enter__(self) -> "Job":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @overload
    def restore(self) -> Optional[State]: ...

    @overload
    def restore(self, reader: Callable[[pathlib.Path], T]) -> Optional[T]: ...

    def restore(self, reader: Optional[Callable[[pathlib.Path], T]] = None) -> Any:
        """The newest state that is whole; None: begin from the start.

        Without an argument it is a State: the files by their names.  A reader
        is called with the directory where they are, and what it returns is
        returned.  Read the files there, never change them."""
        version = self.store.restore()
        if version is None:
            return None
        if reader is None:
            return State(version)
        return reader(pathlib.Path(version.dir))

    def requested(self) -> bool:
        """Shall the program save and stop?  Cheap enough for each turn of a
        loop.  True for good: after a signal, when the checkpointed job is
        requested to save, or when the time limit of another job is near."""
        if not self._is_requested:
            self._is_requested = _binding.notice_pending() or self._look()
        return self._is_requested

    def _look(self) -> bool:
        now = time.monotonic()
        if now - self._looked < LOOK_EVERY_S:
            return False
        self._looked = now
        return self.store.requested()

    def save(
        self,
        what: Union[Writer, Mapping[str, bytes]],
        progress: Optional[float] = None,
        notes: Optional[Mapping[str, str]] = None,
        shard: Optional[Tuple[object, int, int]] = None,
    ) -> int:
        """Save a version, whole or not at all, and return its number.

        what      a function that is called with an empty directory and writes
                  files into it, or the contents of files by their names
        progress  how much of the whole job is done, from 0 to 1
        notes     short texts for people
        shard     (mark, index, count): count processes write one version
                  together, each under the same mark; 0 is returned while
                  others are missing, and State has names as "shard-0003/name"

        Error if nothing was saved; with Status.STALE another run has taken the
        store over, and this process should end."""
        stage = self.store.shard(*shard) if shard else self.store.begin()
        try:
            with stage:
                if progress is not None:
                    stage.progress(progress)
                for key, value in (notes or {}).items():
                    stage.note(key, value)
                _write(what, pathlib.Path(stage.dir))
        except Error as error:
            if error.status != Status.UNSURE:
                raise
            warnings.warn(str(error), RuntimeWarning, stacklevel=2)
        return stage.version or 0

    def progress(self, part: float) -> None:
        """Report how much of the whole job is done, from 0 to 1."""
        self.store.progress(part)

    def time_left(self) -> Optional[int]:
        """Seconds until the end of this run; None: it is unknown."""
        return self.store.time_left()

    def stop(self) -> NoReturn:
        """End the program with the exit code 85: saved, run me again."""
        self.close()
        sys.exit(EXIT_AGAIN)

    def done(self) -> None:
        """Say that the whole job is finished: it isn't run again, even if it is
        requested to save.  For the last program of a job script only."""
        self.store.done()


def _write(what: Union[Writer, Mapping[str, bytes]], top: pathlib.Path) -> None:
    if callable(what):
        what(top)
        return
    if not isinstance(what, Mapping):
        raise TypeError(
            "save takes a function that writes files, or a dict of names and"
            " contents, such as {'state': b'...'}, not %r" % (what,)
        )
    for name, data in what.items():
        path = top / name
        if path.is_absolute() and top not in path.parents or ".." in path.parts:
            raise ValueError("the name %r leads out of the version" % name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def job(
    path: Path = "checkpoint",
    schema: Optional[Tuple[str, int]] = None,
    signals: Iterable[int] = (signal.SIGTERM,),
    run: Optional[int] = None,
) -> Job:
    """Open this program's state, in a checkpointed job or anywhere else.

    path     the directory of the state outside of a checkpointed job; it is
             made where there is none
    schema   name and number of the program's own format: only versions that
             have the same are restored
    signals  that request to save, besides what a checkpointed job requests
    run      for a program of several processes: the first leaves it out, the
             others give the first one's Job.run

    Each call outside of a checkpointed job begins a run, and makes processes of
    earlier ones stale: their save() fails."""
    store = Store(
        path,
        create=True,
        run=_binding.RUN_PRESENT if run is None else run,
    )
    try:
        if schema:
            store.schema(*schema)
        return Job(store, signals)
    except BaseException:
        store.close()
        raise
