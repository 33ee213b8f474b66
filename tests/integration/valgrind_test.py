"""The daemon's once-run under valgrind: no byte is read that was not written, none after its memory went, none is lost in the end."""

import os
import random
import shutil
import sys
import unittest

import oracle
from can import simulator
from journal import journal
from support import integration_case, program

VALGRIND = shutil.which("valgrind")
FOUND = 99  # its exit code when it found something


class once_under_valgrind(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.space.configure(self.can.url)
        self.space.partmark("init")

    def run_once(self):
        command = [VALGRIND, "--error-exitcode=99", "--leak-check=full", "--errors-for-leak-kinds=definite,indirect", "--quiet"]
        watched = self.space.start([*command, program("PARTMARKD"), "--config", self.space.config_path, "--once"], "valgrind")
        code = watched.exit_code()
        self.assertNotEqual(code, FOUND, watched.said()[-6000:])
        return code

    def test_a_run_that_folds_retries_isolates_and_holds_is_clean(self):
        chance = random.Random(11)
        with journal(self.space.journal_path) as book:
            book.add_all(oracle.random_rows(chance, oracle.random_plans(chance, 6), 60))
            book.add("refused", "DAY", "2025-10-01", last="2025-10-09")
            book.add("bad", "DAY", "2025-02-30")
        self.can.fault("status", status=503, count=2)
        self.can.fault("reject", {"plan": "refused"}, errorMsg="no such partition", code="4001")
        self.assertEqual(self.run_once(), 1)

    def test_a_run_with_nothing_to_do_is_clean(self):
        self.assertEqual(self.run_once(), 0)


if __name__ == "__main__":
    if not VALGRIND or os.environ.get("PARTMARK_SANITIZE"):
        print("skipped: valgrind is not installed" if not VALGRIND else "skipped: the sanitizers look for the same")
        sys.exit(77)
    unittest.main()
