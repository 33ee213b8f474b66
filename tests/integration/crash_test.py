"""A slice of kill_loop.py, and the moments around a call at which a kill hurts most."""

import unittest

import kill_loop
import oracle
from can import simulator
from journal import journal
from support import eventually, integration_case


class kills(unittest.TestCase):
    def test_twelve_kills_under_load_lose_nothing(self):
        self.assertEqual(kill_loop.run(kills=12, seed=4711), [])

    def test_kills_of_both_sides_lose_nothing(self):
        self.assertEqual(kill_loop.run(kills=10, seed=815, kill_remote=True), [])


class killed_in_a_call(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.space.configure(self.can.url, {"settle_time": "500ms", "request_timeout": "60s"})
        self.space.partmark("init")
        self.book = journal(self.space.journal_path)
        self.addCleanup(self.book.close)

    def kill_in_flight(self, row):
        """Lets a daemon send the row's call into a fault, and kills it there."""
        self.book.add_all([row])
        before = self.can.fired()
        daemon = self.space.started_daemon()
        eventually(lambda: self.can.fired() > before, "the call is on its way")
        daemon.kill()

    def assert_agreed(self):
        state = self.can.state()
        self.assertEqual(oracle.disagreements(self.book.rows(), state["plans"]), [])
        self.assertEqual(state["violations"], [])

    def test_a_call_that_was_never_applied_is_sent_by_the_next_run(self):
        self.can.fault("hang", count=1)
        self.kill_in_flight(("p", "DAY", "2025-10-20", None, "success"))
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assert_agreed()

    def test_an_applied_call_whose_end_was_not_stored_is_repeated_once_at_most(self):
        self.can.fault("hang", count=1, apply=True)
        self.kill_in_flight(("p", "DAY", "2025-10-20", None, "success"))
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(self.can.state()["plans"]["p"]["updates"], 2)
        self.assert_agreed()

    def test_the_newer_mark_is_asserted_after_what_the_killed_daemon_had_sent(self):
        self.can.fault("delay", count=1, delay_ms=300)  # on its way still when the daemon dies, and applied after the newer mark
        self.kill_in_flight(("p", "DAY", "2025-10-20", None, "success"))
        self.book.add("p", "DAY", "2025-10-20", "failed")
        self.space.started_daemon()
        eventually(lambda: self.can.state()["plans"].get("p", {}).get("updates", 0) >= 2, "both calls were applied")
        self.wait_settled()
        self.assert_agreed()
        self.assertEqual(list(self.can.marks("p").values()), ["failed"])


if __name__ == "__main__":
    unittest.main()
