"""What lands late, after its reply was lost: in the end the newest record wins, and nothing is said again that could not matter."""

import unittest

import oracle
from can import simulator
from journal import journal
from support import eventually, integration_case


class limbo(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space, record=True).start()
        self.space.configure(self.can.url, {"settle_time": "1500ms"})
        self.space.partmark("init")
        self.book = journal(self.space.journal_path)
        self.addCleanup(self.book.close)

    def assert_agreed(self):
        state = self.can.state()
        self.assertEqual(oracle.disagreements(self.book.rows(), state["plans"]), [])
        self.assertEqual(state["violations"], [])

    def sent(self):
        """What was said in each call, as (mark, first, last)."""
        said = []
        for call in self.can.recorded():
            for key, mark in [("successTimeRange", "success"), ("failedTimeRange", "failed"), ("timeRange", "cleared")]:
                said += [(mark, r["startTime"][:10], r["endTime"][:10]) for r in call["body"].get(key, [])]
        return said

    def lose(self, plan, *row):
        """Records something whose call is applied 300 ms after its reply was lost; comes back when it is on its way."""
        before = self.can.fired()
        self.can.fault("late", {"plan": plan}, count=1, late_ms=300)
        self.book.add(plan, *row)
        eventually(lambda: self.can.fired() > before, "the call is lost")

    def test_a_success_that_lands_after_the_failure_that_followed_it_does_not_stay(self):
        daemon = self.space.started_daemon()
        self.lose("p", "DAY", "2025-10-20", "success")
        self.book.add("p", "DAY", "2025-10-20", "failed")
        daemon.await_event("push.ambiguous", plan="p")
        eventually(lambda: self.sent().count(("failed", "2025-10-20", "2025-10-20")) == 2, "the failure is said again after settling")
        self.wait_settled()
        self.assert_agreed()
        self.assertEqual(list(self.can.marks("p").values()), ["failed"])

    def test_a_success_that_lands_after_a_clear_does_not_stay(self):
        self.space.started_daemon()
        self.lose("p", "DAY", "2025-10-20", "success")
        self.book.add("p", "DAY", "2025-10-20", "cleared")
        eventually(lambda: self.sent().count(("cleared", "2025-10-20", "2025-10-20")) == 2, "the clear is said again after settling")
        self.wait_settled()
        self.assert_agreed()
        self.assertEqual(self.can.marks("p"), {})

    def test_a_clear_that_lands_late_does_not_take_back_a_new_success(self):
        self.space.started_daemon()
        self.book.add("p", "DAY", "2025-10-20")
        self.wait_settled()
        self.lose("p", "DAY", "2025-10-20", "cleared")
        self.book.add("p", "DAY", "2025-10-20", "success")
        eventually(lambda: self.sent().count(("success", "2025-10-20", "2025-10-20")) == 3, "the success is said again after settling")
        self.wait_settled()
        self.assert_agreed()

    def test_only_the_partitions_that_changed_are_said_again(self):
        self.space.started_daemon()
        self.lose("p", "DAY", "2025-10-01", "success")
        self.wait_settled()
        self.can.clear_faults()
        self.can.fault("late", {"plan": "q"}, count=1, late_ms=300)
        self.book.add("q", "DAY", "2025-10-01", "success", "2025-10-09")
        eventually(lambda: self.can.fired() == 1, "the call is lost")
        self.book.add("q", "DAY", "2025-10-05", "failed")
        eventually(lambda: self.sent().count(("failed", "2025-10-05", "2025-10-05")) == 2, "the failure is said again after settling")
        self.wait_settled()
        self.assert_agreed()
        again = [c["body"] for c in self.can.recorded() if c["body"]["uuid"] == "q"][-1]
        self.assertEqual([r["startTime"][:10] for r in again["failedTimeRange"]], ["2025-10-05"])
        self.assertNotIn("successTimeRange", again)

    def test_nothing_is_said_again_where_the_marks_are_equal(self):
        self.space.configure(self.can.url, {"settle_time": "1500ms"})
        daemon = self.space.started_daemon()
        self.can.fault("reset_after", {"plan": "p"}, count=3)
        self.book.add("p", "DAY", "2025-10-20")
        daemon.await_event("push.accepted", plan="p")
        self.book.add("p", "DAY", "2025-10-20")  # rebuilt: the same mark once more
        daemon.await_event("push.accepted", 2, plan="p")
        # When this later one is said again, the settling of the former is over.
        self.can.fault("reset_after", {"plan": "q"}, count=1)
        self.book.add("q", "DAY", "2025-10-20")
        eventually(lambda: self.can.fired() == 4, "the other plan's call is lost")
        self.book.add("q", "DAY", "2025-10-20", "failed")
        eventually(lambda: self.sent().count(("failed", "2025-10-20", "2025-10-20")) == 2, "it is said again after settling")
        self.wait_settled()
        before = self.can.requests()
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(self.can.requests(), before)
        self.assertEqual(len([c for c in self.can.recorded() if c["body"]["uuid"] == "p"]), 5)

    def test_what_may_land_late_is_remembered_by_the_next_run(self):
        daemon = self.space.started_daemon()
        self.lose("p", "DAY", "2025-10-20", "success")
        self.book.add("p", "DAY", "2025-10-20", "failed")
        daemon.await_event("push.accepted", plan="p")
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(self.space.once().child.returncode, 0)  # waits for the settling, and says it again
        self.assert_agreed()
        self.assertEqual(self.sent().count(("failed", "2025-10-20", "2025-10-20")), 2)

    def test_pending_counts_what_is_to_be_said_again(self):
        self.space.configure(self.can.url, {"settle_time": "1h"})
        daemon = self.space.started_daemon()
        self.lose("p", "DAY", "2025-10-20", "success")
        self.book.add("p", "DAY", "2025-10-20", "failed")
        daemon.await_event("push.accepted", plan="p")
        status = eventually(lambda: self.space.folded(), "folded")
        self.assertEqual(status["pending_partitions"], 1)


if __name__ == "__main__":
    unittest.main()
