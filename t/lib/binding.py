# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of the library's functions in Python; prints TAP.

usage: binding.py STORE MKSTORE LAYOUT
"""
import ctypes
import os
import signal
import subprocess
import sys
import unittest

import tap

import ckptstate
from ckptstate import Error, Status, Store, _binding

DIR, MKSTORE, LAYOUT = sys.argv[1:]


def save(store, text, **how):
    with store.begin() as stage:
        for key, value in how.items():
            getattr(stage, key)(*value)
        with open(os.path.join(stage.dir, "state"), "w") as file:
            file.write(text)
    return stage.version


def record(*words):
    subprocess.run([MKSTORE, "record", DIR, "0", *words], check=True)


class Binding(unittest.TestCase):
    """The tests run in the order of their names; each needs the one before."""

    def fails(self, status, words, call, *arguments, **more):
        with self.assertRaises(Error) as caught:
            call(*arguments, **more)
        self.assertEqual(caught.exception.status, status)
        self.assertIn(words, str(caught.exception))

    def test_01_nothing_yet(self):
        with Store(DIR) as store:
            self.assertIsNone(store.restore())
            self.assertIsNone(store.last_save())
            self.assertIsNone(store.time_left())
            self.assertFalse(store.requested())
            self.assertEqual(store.versions(), [])

    def test_02_save_and_restore(self):
        with Store(DIR) as store:
            store.schema("binding", 3)
            number = save(
                store, "one", progress=(0.5,), note=("host", "café")
            )
            self.assertEqual(number, 1)
            version = store.restore()
            self.assertEqual((version.number, version.run), (1, 0))
            self.assertEqual(version.progress, 0.5)
            self.assertEqual((version.files, version.bytes), (1, 3))
            self.assertEqual((version.schema_name, version.schema), ("binding", 3))
            with open(os.path.join(version.dir, "state")) as file:
                self.assertEqual(file.read(), "one")
            self.assertEqual(store.note(1, "host"), "café")
            self.assertIsNone(store.note(1, "none"))
            seconds, size = store.last_save()
            self.assertEqual(size, 3)
            self.assertTrue(0 < seconds < 60)

    def test_03_other_schema(self):
        with Store(DIR) as store:
            store.schema("binding", 4)
            self.fails(Status.SCHEMA, "'binding' 4 is needed", store.restore)

    def test_04_an_exception_aborts(self):
        with Store(DIR) as store:
            with self.assertRaises(KeyError):
                with store.begin() as stage:
                    raise KeyError
            self.assertIsNone(stage.version)
            self.assertFalse(os.path.exists(stage.dir))
            self.assertEqual(len(store.versions()), 1)
            with self.assertRaises(ValueError):
                stage.add("state")

    def test_05_an_empty_stage_is_refused(self):
        with Store(DIR) as store:
            self.fails(Status.EINVAL, "no file was put", store.begin().commit)

    def test_06_add(self):
        os.mkdir("more")
        with open("more/part", "w") as file:
            file.write("part")
        with Store(DIR) as store:
            stage = store.begin()
            stage.add("more")
            stage.add("more/part", "deep/name")
            self.fails(Status.EIO, "missing", stage.add, "missing")
            self.assertEqual(stage.commit(), 2)
            directory = store.restore().dir
            self.assertTrue(os.path.exists(directory + "/more/part"))
            self.assertTrue(os.path.exists(directory + "/deep/name"))

    def test_07_shards(self):
        with Store(DIR) as store:
            for i, published in ((1, 0), (0, 3)):
                with store.shard("step 7", i, 2) as stage:
                    with open(stage.dir + "/state", "w") as file:
                        file.write(str(i))
                self.assertEqual(stage.version, published)
            self.assertEqual(store.versions()[0].shards, 2)

    def test_08_damage(self):
        with open(DIR + "/v000003/shard-0000/state", "w") as file:
            file.write("x")
        with Store(DIR) as store:
            self.fails(Status.DAMAGED, "other contents", store.verify, 3)
            store.verify(2)
            self.assertEqual(store.restore().number, 2)
            newest = store.versions()[0]
            self.assertTrue(newest.is_aside)
            self.assertIn("other contents", newest.reason)

    def test_09_reading_only(self):
        with Store(DIR, write=False) as store:
            self.assertEqual(store.restore().number, 2)
            self.fails(Status.EINVAL, "for reading only", store.begin)

    def test_10_facts(self):
        with Store(DIR) as store:
            store.progress(0.25)
            self.fails(Status.EINVAL, "from 0 to 1", store.progress, 2)
            record("deadline", "end=1.0")
            self.assertEqual(store.time_left(), 0)
            record("request", "cause=limit")
            self.assertTrue(store.requested())
            store.done()
        self.assertTrue(os.path.exists(DIR + "/done-0000.json"))

    def test_11_a_closed_store(self):
        store = Store(DIR)
        store.close()
        store.close()
        with self.assertRaises(ValueError):
            store.restore()
        with Store(DIR) as store:
            stage = store.begin()
        with self.assertRaisesRegex(ValueError, "store is closed"):
            stage.commit()
        with self.assertRaisesRegex(KeyError, "why"):
            with Store(DIR) as store, store.begin():
                store.close()
                raise KeyError("why")

    def test_12_a_later_run(self):
        with Store(DIR) as store:
            stage = store.begin()
            subprocess.run([MKSTORE, "claim", DIR, "7", "1"], check=True)
            self.fails(Status.STALE, "run 1", stage.commit)
        self.fails(Status.STALE, "run 1", Store, DIR, run=0)
        self.fails(Status.NONE, "no store", Store, "missing")

    def test_13_notice(self):
        ckptstate.notice_install(signal.SIGUSR1)
        self.assertFalse(ckptstate.notice_pending())
        os.kill(os.getpid(), signal.SIGUSR1)
        self.assertTrue(ckptstate.notice_pending())
        ckptstate.notice_clear()
        self.assertFalse(ckptstate.notice_pending())
        self.fails(Status.EINVAL, "", ckptstate.notice_install, 9999)

    def test_14_the_layout_is_that_of_the_header(self):
        lines = subprocess.run(
            [LAYOUT], check=True, stdout=subprocess.PIPE, universal_newlines=True
        ).stdout.splitlines()
        ours = ["CKPT_%s = %d" % (s.name, s.value) for s in Status]
        for name, kind in (
            ("ckpt_error", _binding._Error),
            ("ckpt_version", _binding._Version),
        ):
            ours.append("%s: %d bytes" % (name, ctypes.sizeof(kind)))
            for member, _ in kind._fields_:
                place = getattr(kind, member)
                ours.append(
                    "%s.%s at %d, %d bytes" % (name, member, place.offset, place.size)
                )
        for name in ("READ", "WRITE", "CREATE", "RUN_PRESENT"):
            ours.append("CKPT_%s = %d" % (name, getattr(_binding, name)))
        self.assertEqual([line for line in lines if line not in ours], [])
        self.assertEqual([line for line in ours if line not in lines], [])


if __name__ == "__main__":
    tap.main(Binding)
