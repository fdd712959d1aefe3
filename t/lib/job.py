# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of ckptstate.job(); prints TAP.

usage: job.py MKSTORE
"""
import multiprocessing
import os
import signal
import subprocess
import sys
import time
import unittest

import tap

import ckptstate
from ckptstate import Error, Status

MKSTORE = sys.argv[1]
STATE = {"step": b"3", "deep/field": b"\0\1"}
FAR, NEAR = "4000000000", "1"


def mkstore(*words):
    subprocess.run([MKSTORE, *words], check=True)


def in_job(run):
    mkstore("claim", os.path.abspath("jobs"), "7", str(run))
    os.environ["SLURM_CHECKPOINT_DIR"] = os.path.abspath("jobs")
    os.environ["SLURM_CHECKPOINT_RUN"] = str(run)


def sleep_long():
    time.sleep(300)


class Outside(unittest.TestCase):
    """The tests run in the order of their names; each needs the one before."""

    def setUp(self):
        ckptstate.notice_clear()

    def stops(self, job):
        with self.assertRaises(SystemExit) as caught:
            job.stop()
        self.assertEqual(caught.exception.code, 85)

    def test_01_a_store_is_made_and_a_signal_is_a_request(self):
        with ckptstate.job() as job:
            self.assertIsNone(job.restore())
            self.assertIsNone(job.time_left())
            self.assertFalse(job.requested())
            os.kill(os.getpid(), signal.SIGTERM)
            self.assertTrue(job.requested())
            self.assertEqual(job.save(STATE, progress=0.5, notes={"a": "b"}), 1)
            self.assertEqual(job.store.note(1, "a"), "b")
            self.stops(job)
        self.assertEqual(signal.getsignal(signal.SIGTERM), signal.SIG_DFL)

    def test_02_the_next_run_goes_on(self):
        with ckptstate.job() as job:
            state = job.restore()
            self.assertEqual(job.run, 1)
            self.assertEqual(dict(state), STATE)
            self.assertEqual(state.version.progress, 0.5)
            self.assertEqual(len(state), 2)
            for name in ("none", "MANIFEST.json", "../store.json", "deep"):
                with self.assertRaises(KeyError):
                    state[name]
            self.assertFalse(job.requested())

    def test_03_a_reader_and_a_writer_get_the_directory(self):
        with ckptstate.job() as job:
            self.assertEqual(job.restore(lambda d: (d / "step").read_text()), "3")
            job.save(lambda d: (d / "step").write_text("4"))
            self.assertEqual(dict(job.restore()), {"step": b"4"})

    def test_04_what_fails_saves_nothing(self):
        with ckptstate.job() as job:
            for name in ("../x", "/tmp/x", "a/../../x", ""):
                with self.assertRaisesRegex(ValueError, "leads out"):
                    job.save({name: b""})
            with self.assertRaises(ZeroDivisionError):
                job.save(lambda d: 1 // 0)
            with self.assertRaisesRegex(Error, "no file was put"):
                job.save({})
            self.assertEqual(dict(job.restore()), {"step": b"4"})

    def test_05_shards(self):
        with ckptstate.job() as job:
            self.assertEqual(job.save({"x": b"0"}, shard=(9, 0, 2)), 0)
            with ckptstate.job(run=job.run) as other:
                self.assertEqual(other.save({"x": b"1"}, shard=(9, 1, 2)), 3)
            self.assertEqual(
                {n: d for n, d in job.restore().items() if n.endswith("/x")},
                {"shard-0000/x": b"0", "shard-0001/x": b"1"},
            )

    def test_06_started_twice_the_last_one_goes_on(self):
        with ckptstate.job() as first, ckptstate.job() as second:
            with self.assertRaises(Error) as caught:
                first.save({"x": b"first"})
            self.assertEqual(caught.exception.status, Status.STALE)
            second.save({"x": b"second"})
            self.assertEqual(second.restore()["x"], b"second")

    def test_07_schema(self):
        with ckptstate.job(schema=("test", 2)) as job:
            with self.assertRaises(Error) as caught:
                job.restore()
            self.assertEqual(caught.exception.status, Status.SCHEMA)

    def test_08_processes_that_were_forked_die_of_the_signal(self):
        with ckptstate.job() as job:
            fork = multiprocessing.get_context("fork")
            for _ in range(20):
                child = fork.Process(target=sleep_long, daemon=True)
                child.start()
                child.terminate()
                child.join(30)
                self.assertEqual(child.exitcode, -signal.SIGTERM)
            with fork.Pool(2) as pool:
                self.assertEqual(pool.map(abs, [-1, -2]), [1, 2])
            self.assertFalse(job.requested())
            os.kill(os.getpid(), signal.SIGTERM)
            self.assertTrue(job.requested())

    def test_09_the_limit_of_a_plain_job_of_slurm(self):
        os.environ["SLURM_JOB_END_TIME"] = FAR
        with ckptstate.job() as job:
            self.assertTrue(job.time_left() > 10 ** 6)
            self.assertFalse(job.requested())
        os.environ["SLURM_JOB_END_TIME"] = NEAR
        with ckptstate.job() as job:
            self.assertTrue(job.requested())
        del os.environ["SLURM_JOB_END_TIME"]

    def test_10_in_a_checkpointed_job_all_is_the_jobs(self):
        in_job(0)
        with ckptstate.job("unused") as job:
            self.assertIsNone(job.restore())
            self.assertEqual((job.run, job.store.dir), (0, os.path.abspath("jobs")))
            self.assertFalse(job.requested())
            mkstore("record", "jobs", "0", "request", "cause=limit")
            job._looked = 0
            self.assertTrue(job.requested())
            job.save(STATE)
            job.progress(0.5)
            job.done()
        in_job(1)
        with ckptstate.job("unused") as job:
            self.assertEqual((job.run, dict(job.restore())), (1, STATE))
            self.assertFalse(job.requested())
        self.assertFalse(os.path.exists("unused"))
        self.assertTrue(os.path.exists("jobs/done-0000.json"))


if __name__ == "__main__":
    tap.main(Outside)
