"""A slice of kill_points.py, and each crash point of what happens seldom: making the journal, the daemon's first start, a rebuild."""

import random
import signal
import subprocess
import unittest

import kill_points
import oracle
from can import simulator
from journal import journal
from support import integration_case, program

CALLS = ["write", "sync", "truncate", "rename", "link", "unlink"]


class kills(unittest.TestCase):
    def test_kills_at_points_and_at_random_lose_nothing(self):
        found, killed, _ = kill_points.run(kills=40, seed=20261122)
        self.assertEqual(found, [])
        self.assertGreater(len(killed), 6)


class rare_moments(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.space.configure(self.can.url, {"settle_time": "1ms"})

    def crash(self, point, program_name, *arguments):
        """Whether the program died at the point."""
        command = [program(program_name), "--config", str(self.space.config_path), *arguments]
        env = {"LD_PRELOAD": program("CRASH_POINT"), "CRASH_AT": point, "PATH": "/usr/bin:/bin"}
        done = subprocess.run(command, env=env, capture_output=True, timeout=60, check=False)
        self.assertIn(done.returncode, (0, -signal.SIGKILL), f"{point}: {done.stderr.decode()}")
        return done.returncode != 0

    def at_every_point(self, before, program_name, *arguments, after, step=1):
        """Crashes the program at each of its calls in turn; answers how often."""
        crashes = 0
        for call in CALLS:
            for when in ("before", "half", "after") if call == "write" else ("before", "after"):
                nth = 1
                while True:
                    before()
                    died = self.crash(f"{call}::{when}:{nth}", program_name, *arguments)
                    after()
                    crashes += died
                    if not died:
                        break
                    nth += step
        return crashes

    def record_some(self, count=30):
        chance = random.Random(5)
        with journal(self.space.journal_path) as book:
            book.add_all(oracle.random_rows(chance, oracle.random_plans(chance, 6), count))

    def assert_agreed(self):
        with journal(self.space.journal_path) as book:
            rows = book.rows()
        state = self.can.state()
        self.assertEqual(oracle.disagreements(rows, state["plans"]), [])
        self.assertEqual(state["violations"], [])

    def empty(self, folder):
        for path in folder.iterdir():
            path.unlink()

    def test_an_init_that_was_killed_is_ended_by_the_next(self):
        def after():
            code, _, err = self.space.partmark("init")
            self.assertEqual(code, 0, err)
            self.record_some(1)

        crashes = self.at_every_point(lambda: self.empty(self.space.journal_path.parent), "PARTMARK", "init", after=after, step=4)
        self.assertGreater(crashes, 10)

    def test_a_first_start_that_was_killed_is_ended_by_the_next(self):
        self.space.partmark("init")
        self.record_some()

        def after():
            self.assertEqual(self.space.once().child.returncode, 0)
            self.assert_agreed()

        crashes = self.at_every_point(lambda: self.empty(self.space.state_path.parent), "PARTMARKD", "--once", after=after, step=40)
        self.assertGreater(crashes, 10)

    def test_a_rebuild_that_was_killed_leaves_the_one_state_or_the_other(self):
        self.space.partmark("init")
        self.record_some()
        self.assertEqual(self.space.once().child.returncode, 0)

        def after():
            answer = self.space.read("state", "check")
            self.assertEqual(answer["problems"], [])
            self.assertTrue(answer["state"]["present"])
            self.assertEqual(self.space.once().child.returncode, 0)  # ends the exchange where there was one
            self.assertEqual([p.name for p in self.space.state_path.parent.iterdir() if "rebuilt" in p.name], [])
            self.assert_agreed()
            for path in self.space.state_path.parent.glob("*.bak*"):
                path.unlink()

        crashes = self.at_every_point(lambda: None, "PARTMARK", "state", "rebuild", after=after, step=10)
        self.assertGreater(crashes, 20)


if __name__ == "__main__":
    unittest.main()
