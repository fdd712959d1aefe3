# SPDX-License-Identifier: LGPL-2.1-or-later
"""The functions of libckptstate as Python has them, see ckptstate(3).

Error is raised if the library refuses or fails.  None is returned if there is
no version, note or limit.
"""

import ctypes
import enum
import glob
import os
from types import TracebackType
from typing import Any, Dict, List, Optional, Tuple, Type, Union

SONAME = "libckptstate.so.0"
RUN_PRESENT = -1
READ, WRITE, CREATE = 0, 1, 2

Path = Union[str, bytes, "os.PathLike[str]"]


class Status(enum.IntEnum):
    """Why something failed."""

    OK = 0
    NONE = 1
    STALE = 2  # a later run owns the store; nothing was published
    UNSURE = 3  # done and visible, but the last sync failed
    EINVAL = 4
    EIO = 5  # a system call failed, see Error.errno
    DAMAGED = 6
    FOREIGN = 7
    SCHEMA = 8
    NEWER = 9
    LIMIT = 10
    ENOMEM = 11


class Error(Exception):
    """status is the kind of failure, str() describes it in a sentence, errno is
    that of the system call that failed, or 0."""

    def __init__(self, status: Status, text: str, errno: int = 0) -> None:
        super().__init__(text)
        self.status = status
        self.errno = errno


class _Error(ctypes.Structure):
    _fields_ = [("errnum", ctypes.c_int), ("text", ctypes.c_char * 512)]


class _Version(ctypes.Structure):
    _fields_ = [
        ("number", ctypes.c_uint32),
        ("run", ctypes.c_uint32),
        ("time_s", ctypes.c_int64),
        ("progress", ctypes.c_double),
        ("bytes", ctypes.c_uint64),
        ("files", ctypes.c_uint32),
        ("schema", ctypes.c_uint32),
        ("schema_name", ctypes.c_char * 64),
        ("strikes", ctypes.c_uint32),
        ("is_aside", ctypes.c_bool),
        ("reason", ctypes.c_char * 128),
        ("shards", ctypes.c_uint32),
        ("took_s", ctypes.c_double),
    ]


class Version:
    """One committed version: number, run, time_s, progress (None: unknown),
    bytes, files, schema, schema_name, strikes, is_aside, reason, shards,
    took_s; and dir, where it was restored: read its files there, never change
    them."""

    number: int
    run: int
    time_s: int
    progress: Optional[float]
    bytes: int
    files: int
    schema: int
    schema_name: str
    strikes: int
    is_aside: bool
    reason: str
    shards: int
    took_s: float

    def __init__(self, raw: _Version, path: str = "") -> None:
        for name, _kind in _Version._fields_:
            value = getattr(raw, name)
            text = name in ("schema_name", "reason")
            setattr(self, name, os.fsdecode(value) if text else value)
        if raw.progress < 0:
            self.progress = None
        self.dir = path

    def __repr__(self) -> str:
        return "<Version %d of run %d>" % (self.number, self.run)


def _candidates() -> List[str]:
    """Where the library may be: named by CKPTSTATE_LIBRARY; built by pip, beside
    this file; where the loader finds it; below the prefix that this file is
    installed in."""
    chosen = os.environ.get("CKPTSTATE_LIBRARY")
    if chosen:
        return [chosen]
    above = os.path.dirname(os.path.abspath(__file__))
    found = glob.glob(os.path.join(glob.escape(above), "_libckptstate*.so"))
    found.append(SONAME)
    while above != os.path.dirname(above):
        paths = [os.path.join(above, lib, SONAME) for lib in ("lib64", "lib")]
        found += [path for path in paths if os.path.exists(path)]
        above = os.path.dirname(above)
    return found


def _load() -> ctypes.CDLL:
    failed = []
    for path in _candidates():
        try:
            return ctypes.CDLL(path)
        except OSError as error:
            failed.append(str(error))
    raise ImportError(
        "the module ckptstate needs the library %s (%s): install the package "
        "libckptstate0 or slurm-checkpoint, or name the file in "
        "CKPTSTATE_LIBRARY" % (SONAME, "; ".join(failed))
    )


_lib = _load()
_P = ctypes.c_void_p
_S = ctypes.c_char_p
_U32 = ctypes.c_uint32
_OUT = ctypes.POINTER

# Arguments of all functions that return a status, but for the error.
_SIGNATURES: Dict[str, List[Any]] = {
    "ckpt_open": [_OUT(_P), _S, ctypes.c_int, ctypes.c_int],
    "ckpt_schema": [_P, _S, _U32],
    "ckpt_begin": [_P, _OUT(_P)],
    "ckpt_shard_begin": [_P, _OUT(_P), _S, _U32, _U32],
    "ckpt_add": [_P, _S, _S],
    "ckpt_stage_progress": [_P, ctypes.c_double],
    "ckpt_note": [_P, _S, _S],
    "ckpt_commit": [_P, _OUT(_U32)],
    "ckpt_restore": [_P, _OUT(_Version), _OUT(_S)],
    "ckpt_list": [_P, _OUT(_P), _OUT(ctypes.c_size_t)],
    "ckpt_verify": [_P, _U32],
    "ckpt_read_note": [_P, _U32, _S, _S, ctypes.c_size_t],
    "ckpt_last_save": [_P, _OUT(ctypes.c_double), _OUT(ctypes.c_uint64)],
    "ckpt_progress": [_P, ctypes.c_double],
    "ckpt_done": [_P],
    "ckpt_time_left": [_P, _OUT(ctypes.c_int64)],
    "ckpt_requested": [_P],
    "ckpt_notice_install": [ctypes.c_int],
}
for _name, _arguments in _SIGNATURES.items():
    _function = getattr(_lib, _name)
    _function.argtypes = _arguments + [_OUT(_Error)]
    _function.restype = ctypes.c_int
_lib.ckpt_close.argtypes = [_P]
_lib.ckpt_close.restype = None
_lib.ckpt_abort.argtypes = [_P]
_lib.ckpt_abort.restype = None
_lib.ckpt_stage_dir.argtypes = [_P]
_lib.ckpt_stage_dir.restype = _S
_lib.ckpt_dir.argtypes = [_P]
_lib.ckpt_dir.restype = _S
_lib.ckpt_run.argtypes = [_P]
_lib.ckpt_run.restype = ctypes.c_int
_lib.ckpt_notice_pending.argtypes = []
_lib.ckpt_notice_pending.restype = ctypes.c_bool
_lib.ckpt_notice_clear.argtypes = []
_lib.ckpt_notice_clear.restype = None
_free = ctypes.CDLL(None).free
_free.argtypes = [_P]
_free.restype = None


def _call(name: str, *arguments: Any, may_be_none: bool = False) -> bool:
    """Call a function of the library; False: there is none, if that may be."""
    error = _Error()
    status = getattr(_lib, name)(*arguments, ctypes.byref(error))
    if status == Status.OK:
        return True
    if status == Status.NONE and may_be_none:
        return False
    raise Error(Status(status), os.fsdecode(error.text), error.errnum)


def _path(path: Optional[Path]) -> Optional[bytes]:
    return None if path is None else os.fsencode(path)


class Store:
    """The store of this job, or the store in the directory path; close() or
    "with" end it.  write=False: only list and restore.  create=True: outside of
    a checkpointed job make the store in path, and begin a run; in one, open the
    job's.  run: the run to write for; without it the present one."""

    def __init__(
        self,
        path: Optional[Path] = None,
        write: bool = True,
        run: int = RUN_PRESENT,
        create: bool = False,
    ) -> None:
        self._handle = _P()
        mode = CREATE if create else WRITE if write else READ
        _call("ckpt_open", ctypes.byref(self._handle), _path(path), mode, run)

    def close(self) -> None:
        """Close the store; its stages must be committed or aborted before."""
        _lib.ckpt_close(self._handle)
        self._handle = _P()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def _open(self) -> ctypes.c_void_p:
        if not self._handle:
            raise ValueError("the store is closed")
        return self._handle

    @property
    def dir(self) -> str:
        """The absolute path of the store."""
        return os.fsdecode(_lib.ckpt_dir(self._open))

    @property
    def run(self) -> int:
        """The run that this store is written for, from 0."""
        return int(_lib.ckpt_run(self._open))

    def schema(self, name: str, number: int) -> None:
        """Set the name and number of the program's own format.  Versions that are
        committed get them, and only versions that have them are restored."""
        _call("ckpt_schema", self._open, name.encode(), number)

    def restore(self) -> Optional[Version]:
        """The newest version that is whole, or None if there is none yet."""
        raw, path = _Version(), _S()
        if not _call(
            "ckpt_restore",
            self._open,
            ctypes.byref(raw),
            ctypes.byref(path),
            may_be_none=True,
        ):
            return None
        return Version(raw, os.fsdecode(path.value or b""))

    def begin(self) -> "Stage":
        """Begin a version: a Stage."""
        stage = _P()
        _call("ckpt_begin", self._open, ctypes.byref(stage))
        return Stage(stage, self)

    def shard(self, mark: object, index: int, count: int) -> "Stage":
        """Begin shard index (from 0) of a version that count processes write
        together, each under the same mark, such as the number of the step."""
        stage = _P()
        _call(
            "ckpt_shard_begin",
            self._open,
            ctypes.byref(stage),
            str(mark).encode(),
            index,
            count,
        )
        return Stage(stage, self)

    def versions(self) -> List[Version]:
        """All versions, newest first, with those that are set aside."""
        array, count = _P(), ctypes.c_size_t()
        _call("ckpt_list", self._open, ctypes.byref(array), ctypes.byref(count))
        try:
            raw = ctypes.cast(array, _OUT(_Version))
            return [Version(raw[i]) for i in range(count.value)]
        finally:
            _free(array)

    def verify(self, version: int) -> None:
        """Read all files of a version; Error with Status.DAMAGED if they aren't
        what was committed."""
        _call("ckpt_verify", self._open, version)

    def note(self, version: int, key: str) -> Optional[str]:
        """A note of a version, or None."""
        value = ctypes.create_string_buffer(1024)
        if not _call(
            "ckpt_read_note",
            self._open,
            version,
            key.encode(),
            value,
            len(value),
            may_be_none=True,
        ):
            return None
        return value.value.decode(errors="replace")

    def last_save(self) -> Optional[Tuple[float, int]]:
        """(seconds, bytes) of the newest version, or None."""
        seconds, size = ctypes.c_double(), ctypes.c_uint64()
        if not _call(
            "ckpt_last_save",
            self._open,
            ctypes.byref(seconds),
            ctypes.byref(size),
            may_be_none=True,
        ):
            return None
        return seconds.value, size.value

    def progress(self, part: float) -> None:
        """Report how much of the whole job is done, from 0 to 1."""
        _call("ckpt_progress", self._open, part)

    def done(self) -> None:
        """Report that the job is finished: it is not run again."""
        _call("ckpt_done", self._open)

    def time_left(self) -> Optional[int]:
        """Seconds until the end of this run, or None if it is unknown."""
        seconds = ctypes.c_int64()
        if not _call(
            "ckpt_time_left", self._open, ctypes.byref(seconds), may_be_none=True
        ):
            return None
        return seconds.value

    def requested(self) -> bool:
        """Is this run requested to save and stop?"""
        return _call("ckpt_requested", self._open, may_be_none=True)


class Stage:
    """A version that is being written: files go into the directory dir.  As a
    context it is committed at the end, or aborted if there was an exception;
    version is then its number, 0 for a shard while others are missing."""

    def __init__(self, handle: ctypes.c_void_p, store: Store) -> None:
        self._handle = handle
        self._store = store  # must live until the stage ends
        self.dir = os.fsdecode(_lib.ckpt_stage_dir(handle))
        self.version: Optional[int] = None

    @property
    def _open(self) -> ctypes.c_void_p:
        if not self._handle:
            raise ValueError("the stage was committed or aborted")
        self._store._open  # a closed store's memory is freed
        return self._handle

    def add(self, path: Path, name: Optional[Path] = None) -> None:
        """Copy a file or directory into the stage, as name."""
        _call("ckpt_add", self._open, _path(path), _path(name))

    def progress(self, part: float) -> None:
        """Set how much of the whole job is done in this version."""
        _call("ckpt_stage_progress", self._open, part)

    def note(self, key: str, value: str) -> None:
        """Put a short text into the version's manifest."""
        _call("ckpt_note", self._open, key.encode(), value.encode())

    def commit(self) -> int:
        """Publish the version, durably, and return its number.  Error with
        Status.UNSURE: it is published, but may be gone after a crash."""
        handle, self._handle = self._open, _P()
        number = _U32()
        try:
            _call("ckpt_commit", handle, ctypes.byref(number))
        finally:
            self.version = number.value
        return number.value

    def abort(self) -> None:
        """Remove what was staged."""
        handle, self._handle = self._open, _P()
        _lib.ckpt_abort(handle)

    def __enter__(self) -> "Stage":
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        _value: Optional[BaseException],
        _trace: Optional[TracebackType],
    ) -> None:
        if not self._handle or (kind and not self._store._handle):
            return
        if kind is None:
            self.commit()
        else:
            self.abort()


def notice_install(signum: int) -> None:
    """Catch a signal, in place of Python's own handler, and set a flag that a
    loop can poll."""
    _call("ckpt_notice_install", int(signum))


def notice_pending() -> bool:
    """Was an installed signal caught?"""
    return bool(_lib.ckpt_notice_pending())


def notice_clear() -> None:
    """Clear the flag."""
    _lib.ckpt_notice_clear()
