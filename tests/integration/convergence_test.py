"""Journals of every kind end as the oracle says, in few calls, and a restart has nothing to repeat."""

import random
import unittest

import oracle
from can import simulator
from journal import journal
from support import eventually, integration_case


class convergence(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space, record=True).start()
        self.space.configure(self.can.url)
        self.assertEqual(self.space.partmark("init")[0], 0)
        self.book = journal(self.space.journal_path)
        self.addCleanup(self.book.close)

    def assert_agreed(self):
        state = self.can.state()
        self.assertEqual(oracle.disagreements(self.book.rows(), state["plans"]), [])
        self.assertEqual(state["violations"], [])

    def assert_a_restart_sends_nothing(self, daemon):
        before = self.can.requests()
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(self.can.requests(), before)

    def test_random_journals_of_every_granularity_end_as_the_fold_of_their_records(self):
        chance = random.Random(20250101)
        plans = oracle.random_plans(chance, 24)
        daemon = self.space.started_daemon()
        for _ in range(40):  # commits of all sizes while the daemon works
            self.book.add_all(oracle.random_rows(chance, plans, chance.choice([1, 1, 2, 5, 50])))
        status = self.wait_settled()
        self.assert_agreed()
        self.assertEqual(status["plans"], len(oracle.fold(self.book.rows())))
        self.assertEqual((status["journal"]["rejected"], status["held_plans"]), (0, 0))
        self.assert_a_restart_sends_nothing(daemon)

    def test_a_journal_written_while_the_daemon_was_down_is_pushed_in_one_call_a_plan_and_kind(self):
        chance = random.Random(7)
        plans = oracle.random_plans(chance, 16)
        self.book.add_all(oracle.random_rows(chance, plans, 4000))
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assert_agreed()
        for plan, there in self.can.state()["plans"].items():
            self.assertLessEqual(max(there["updates"], there["clears"], there["refreshes"]), 1, plan)

    def test_a_rebuilt_partition_is_told_again_though_its_mark_stays(self):
        daemon = self.space.started_daemon()
        for times in (1, 2, 3):
            self.book.add("orders", "DAY", "2025-10-20")
            eventually(lambda n=times: self.can.state()["plans"].get("orders", {}).get("updates") == n, f"update {times} arrives")
        self.wait_settled()
        self.assert_agreed()
        self.assert_a_restart_sends_nothing(daemon)

    def test_the_last_word_on_a_partition_wins_through_reruns_backfills_failures_and_clears(self):
        daemon = self.space.started_daemon()
        for row in [
            ("orders", "DAY", "2025-10-01", "2025-10-31", "success"),  # backfill
            ("orders", "DAY", "2025-10-20", None, "failed"),  # a late failure
            ("orders", "DAY", "2025-10-21", None, "failed"),
            ("orders", "DAY", "2025-10-21", None, "success"),  # its rerun
            ("orders", "DAY", "2025-10-05", "2025-10-07", "cleared"),
            ("orders", "DAY", "2025-10-06", None, "success"),
        ]:
            self.book.add_all([row])
            self.wait_settled()
            self.assert_agreed()
        marks = self.can.marks("orders")
        self.assertEqual(list(marks.values()).count("failed"), 1)
        self.assertEqual(len(marks), 29)
        self.assert_a_restart_sends_nothing(daemon)

    def test_burned_numbers_do_not_hide_that_all_is_read(self):
        self.space.started_daemon()
        for _ in range(3):
            sql = "INSERT OR IGNORE INTO plan_completion(plan, granularity, first, outcome, dedupe_key) VALUES ('p', 'DAY', '2025-01-01', 'success', 'k')"
            self.book.connection.execute(sql)
        status = self.wait_settled()
        self.assertEqual(status["journal"]["folded_seq"], status["journal"]["last_seq"])
        self.assert_agreed()

    def test_the_run_type_of_the_record_or_else_of_the_plan_goes_along(self):
        self.space.configure(self.can.url, plans=[{"uuid": "configured", "granularity": "DAY", "run_type": "MANUAL"}])
        self.book.add("configured", "DAY", "2025-10-20")
        self.book.add("recorded", "DAY", "2025-10-20", run_type="NIGHTLY")
        self.book.add("neither", "DAY", "2025-10-20")
        self.assertEqual(self.space.once().child.returncode, 0)
        sent = {r["body"]["uuid"]: r["body"].get("runType") for r in self.can.recorded()}
        self.assertEqual(sent, {"configured": "MANUAL", "recorded": "NIGHTLY", "neither": None})

    def test_a_failed_full_refresh_takes_back_an_unsent_success_and_sends_nothing(self):
        self.book.add("whole", None, None)
        self.book.add("whole", None, None, "failed")
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(self.can.requests(), 0)

    def test_a_push_with_more_ranges_than_a_request_may_have_is_split_and_failures_go_first(self):
        self.space.configure(self.can.url, delivery={"max_ranges_per_request": 3})
        days = [f"2025-10-{day:02}" for day in range(1, 29)]
        self.book.add_all([("p", "DAY", day, None, "failed" if i % 2 else "success") for i, day in enumerate(days)])
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assert_agreed()
        bodies = [r["body"] for r in self.can.recorded()]
        counts = [(len(b.get("failedTimeRange", [])), len(b.get("successTimeRange", []))) for b in bodies]
        self.assertTrue(all(failed + succeeded <= 3 for failed, succeeded in counts), counts)
        self.assertEqual(counts, sorted(counts, key=lambda c: c[0] == 0), "a call of successes alone went before a failure")
        self.assertEqual(len(counts), 10)


if __name__ == "__main__":
    unittest.main()
