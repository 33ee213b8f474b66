"""A platform that fails two calls in five, in every way it can: the end is the fold of the journal all the same."""

import random
import threading
import unittest

import oracle
from can import simulator
from journal import journal
from support import integration_case

ANSWERS = [
    ("status", {"status": 500}),
    ("status", {"status": 502, "body": "<html>bad gateway</html>"}),
    ("status", {"status": 503}),
    ("status", {"status": 503, "headers": {"retry-after": "0"}}),
    ("status", {"status": 429, "headers": {"retry-after": "0"}}),
    ("status", {"status": 408}),
    ("status", {"status": 504}),
    ("status", {"status": 401}),
    ("html", {}),
    ("html", {"status": 404}),
    ("garbage", {}),
    ("garbage", {"apply": True}),
]
BREAKS = [("reset_before", {}), ("reset_after", {}), ("close_mid_header", {}), ("close_mid_body", {}), ("close_after", {}), ("reset_before", {"apply": True})]
DELAYS = [
    ("hang", {}),
    ("hang", {"apply": True}),
    ("delay", {"reply_delay_ms": 150}),
    ("delay", {"delay_ms": 150}),
    ("drip", {"drip_ms": 3}),
    ("late", {"late_ms": 120}),
]


class faults(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        # A reply that is lost may stand for an effect up to 150 ms later: far below settle_time, as it has to be.
        endpoint = {"request_timeout": "1s", "settle_time": "1500ms"}
        self.space.configure(self.can.url, endpoint, retry={"initial": "5ms", "max": "50ms"}, circuit={"probe_every": "10ms"})
        self.space.partmark("init")

    def make_trouble(self, kinds, seed):
        """Two calls in five fail. Rules are asked in order, so each gets a share of what the former ones left."""
        left = 1.0
        for i, (kind, more) in enumerate(kinds):
            share = 0.4 / len(kinds)
            self.can.fault(kind, match={"path": "Partition"}, probability=share / left, seed=seed + i, **more)
            left -= share

    def write_under_load(self, seed, plans, commits):
        def write():
            chance = random.Random(seed)
            with journal(self.space.journal_path) as book:
                for _ in range(commits):
                    book.add_all(oracle.random_rows(chance, plans, chance.choice([1, 1, 3, 8])))

        writer = threading.Thread(target=write)
        writer.start()
        return writer

    def run_under(self, kinds, seed):
        plans = oracle.random_plans(random.Random(seed), 16)
        self.make_trouble(kinds, seed)
        daemon = self.space.started_daemon()
        for writer in [self.write_under_load(seed + n, plans, 100) for n in range(2)]:
            writer.join()
        self.wait_settled()  # while the trouble goes on
        state = self.can.state()
        with journal(self.space.journal_path) as book:
            self.assertEqual(oracle.disagreements(book.rows(), state["plans"]), [])
        self.assertEqual(state["violations"], [])
        self.assertGreater(sum(f["fired"] for f in state["faults"]), state["requests"] / 4, "there was trouble indeed")
        self.can.clear_faults()
        before = self.can.requests()
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(self.can.requests(), before, "a clean restart repeats nothing")

    def test_wrong_answers_are_outlasted(self):
        self.run_under(ANSWERS, 100)

    def test_broken_connections_are_outlasted(self):
        self.run_under(BREAKS, 200)

    def test_hanging_slow_and_late_effects_are_outlasted(self):
        self.run_under(DELAYS, 300)

    def test_everything_at_once_is_outlasted(self):
        self.run_under(ANSWERS + BREAKS + DELAYS, 400)

    def test_a_rejection_that_passes_holds_nothing(self):
        self.can.fault("reject", count=3, code="500", errorMsg="database is restarting")
        with journal(self.space.journal_path) as book:
            book.add("p", "DAY", "2025-10-20")
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(self.can.state()["plans"]["p"]["updates"], 1)


if __name__ == "__main__":
    unittest.main()
