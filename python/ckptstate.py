# SPDX-License-Identifier: LGPL-2.1-or-later
"""Versions of a program's state that are there whole or not at all.

A thin binding of libckptstate, see ckptstate(3).  In a job that was submitted
with sbatch --checkpoint:

    import signal
    import ckptstate

    ckptstate.notice_install(signal.SIGTERM)
    with ckptstate.Store() as store:
        version = store.restore()
        if version:
            state = load(os.path.join(version.dir, "state"))
        while not finished(state):
            compute(state)
            if ckptstate.notice_pending():
                with store.begin() as stage:
                    write(state, os.path.join(stage.dir, "state"))
                sys.exit(85)
        store.done()

Error is raised if the library refuses or fails.  None is returned if there is
no version, note or limit.
"""

import ctypes
import enum
import os

__all__ = [
    "Error",
    "Stage",
    "Status",
    "Store",
    "Version",
    "notice_clear",
    "notice_install",
    "notice_pending",
]

SONAME = "libckptstate.so.0"
RUN_PRESENT = -1


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

    def __init__(self, status, text, errno=0):
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

    def __init__(self, raw, path=None):
        for name, kind in _Version._fields_:
            value = getattr(raw, name)
            setattr(self, name, os.fsdecode(value) if isinstance(value, bytes) else value)
        if self.progress < 0:
            self.progress = None
        self.dir = path

    def __repr__(self):
        return "<Version %d of run %d>" % (self.number, self.run)


def _load():
    """The library of CKPTSTATE_LIBRARY, else where the loader finds it, else
    below the prefix that this file is installed in."""
    chosen = os.environ.get("CKPTSTATE_LIBRARY")
    if chosen:
        return ctypes.CDLL(chosen)
    try:
        return ctypes.CDLL(SONAME)
    except OSError:
        above = os.path.dirname(os.path.abspath(__file__))
        while above != os.path.dirname(above):
            for lib in ("lib64", "lib"):
                path = os.path.join(above, lib, SONAME)
                if os.path.exists(path):
                    return ctypes.CDLL(path)
            above = os.path.dirname(above)
        raise


_lib = _load()
_P = ctypes.c_void_p
_S = ctypes.c_char_p
_U32 = ctypes.c_uint32
_OUT = ctypes.POINTER

# Arguments of all functions that return a status, but for the error.
_SIGNATURES = {
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
_lib.ckpt_notice_pending.argtypes = []
_lib.ckpt_notice_pending.restype = ctypes.c_bool
_lib.ckpt_notice_clear.argtypes = []
_lib.ckpt_notice_clear.restype = None
_free = ctypes.CDLL(None).free
_free.argtypes = [_P]
_free.restype = None


def _call(name, *arguments, may_be_none=False):
    """Call a function of the library; False: there is none, if that may be."""
    error = _Error()
    status = getattr(_lib, name)(*arguments, ctypes.byref(error))
    if status == Status.OK:
        return True
    if status == Status.NONE and may_be_none:
        return False
    raise Error(Status(status), os.fsdecode(error.text), error.errnum)


def _path(path):
    return None if path is None else os.fsencode(path)


class Store:
    """The store of this job, or the store in the directory path; close() or
    "with" end it.  write=False: only list and restore.  run: the run to write
    for; without it the present one."""

    def __init__(self, path=None, write=True, run=RUN_PRESENT):
        self._handle = _P()
        _call("ckpt_open", ctypes.byref(self._handle), _path(path), int(write), run)

    def close(self):
        """Close the store; its stages must be committed or aborted before."""
        _lib.ckpt_close(self._handle)
        self._handle = _P()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self.close()

    @property
    def _open(self):
        if not self._handle:
            raise ValueError("the store is closed")
        return self._handle

    def schema(self, name, number):
        """Set the name and number of the program's own format.  Versions that are
        committed get them, and only versions that have them are restored."""
        _call("ckpt_schema", self._open, name.encode(), number)

    def restore(self):
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
        return Version(raw, os.fsdecode(path.value))

    def begin(self):
        """Begin a version: a Stage."""
        stage = _P()
        _call("ckpt_begin", self._open, ctypes.byref(stage))
        return Stage(stage, self)

    def shard(self, mark, index, count):
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

    def versions(self):
        """All versions, newest first, with those that are set aside."""
        array, count = _P(), ctypes.c_size_t()
        _call("ckpt_list", self._open, ctypes.byref(array), ctypes.byref(count))
        try:
            raw = ctypes.cast(array, _OUT(_Version))
            return [Version(raw[i]) for i in range(count.value)]
        finally:
            _free(array)

    def verify(self, version):
        """Read all files of a version; Error with Status.DAMAGED if they aren't
        what was committed."""
        _call("ckpt_verify", self._open, version)

    def note(self, version, key):
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

    def last_save(self):
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

    def progress(self, part):
        """Report how much of the whole job is done, from 0 to 1."""
        _call("ckpt_progress", self._open, part)

    def done(self):
        """Report that the job is finished: it is not run again."""
        _call("ckpt_done", self._open)

    def time_left(self):
        """Seconds until the end of this run, or None if it is unknown."""
        seconds = ctypes.c_int64()
        if not _call(
            "ckpt_time_left", self._open, ctypes.byref(seconds), may_be_none=True
        ):
            return None
        return seconds.value

    def requested(self):
        """Is this run requested to save and stop?"""
        return _call("ckpt_requested", self._open, may_be_none=True)


class Stage:
    """A version that is being written: files go into the directory dir.  As a
    context it is committed at the end, or aborted if there was an exception;
    version is then its number, 0 for a shard while others are missing."""

    def __init__(self, handle, store):
        self._handle = handle
        self._store = store  # must live until the stage ends
        self.dir = os.fsdecode(_lib.ckpt_stage_dir(handle))
        self.version = None

    @property
    def _open(self):
        if not self._handle:
            raise ValueError("the stage was committed or aborted")
        self._store._open  # a closed store's memory is freed
        return self._handle

    def add(self, path, name=None):
        """Copy a file or directory into the stage, as name."""
        _call("ckpt_add", self._open, _path(path), _path(name))

    def progress(self, part):
        """Set how much of the whole job is done in this version."""
        _call("ckpt_stage_progress", self._open, part)

    def note(self, key, value):
        """Put a short text into the version's manifest."""
        _call("ckpt_note", self._open, key.encode(), value.encode())

    def commit(self):
        """Publish the version, durably, and return its number.  Error with
        Status.UNSURE: it is published, but may be gone after a crash."""
        handle, self._handle = self._open, _P()
        number = _U32()
        try:
            _call("ckpt_commit", handle, ctypes.byref(number))
        finally:
            self.version = number.value
        return self.version

    def abort(self):
        """Remove what was staged."""
        handle, self._handle = self._open, _P()
        _lib.ckpt_abort(handle)

    def __enter__(self):
        return self

    def __exit__(self, kind, _value, _trace):
        if not self._handle or (kind and not self._store._handle):
            return
        if kind is None:
            self.commit()
        else:
            self.abort()


def notice_install(signum):
    """Catch a signal, in place of Python's own handler, and set a flag that a
    loop can poll."""
    _call("ckpt_notice_install", int(signum))


def notice_pending():
    """Was an installed signal caught?"""
    return _lib.ckpt_notice_pending()


def notice_clear():
    """Clear the flag."""
    _lib.ckpt_notice_clear()
