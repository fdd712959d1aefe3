# SPDX-License-Identifier: GPL-2.0-or-later
"""Tests of unittest as TAP."""
import sys
import unittest


class Tap(unittest.TestResult):
    def tell(self, word, test, trace=""):
        name = test.id().split(".test_")[1]
        print("%s %d - python: %s" % (word, self.testsRun, name))
        for line in trace.splitlines():
            print("# " + line)

    def addSuccess(self, test):
        self.tell("ok", test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.tell("not ok", test, self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.tell("not ok", test, self.errors[-1][1])


def main(case):
    """Run a test case, and exit; an argument of the program is none of ours."""
    result = Tap()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    print("1..%d" % result.testsRun)
    sys.exit(not result.wasSuccessful())
