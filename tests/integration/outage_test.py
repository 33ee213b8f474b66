"""A long outage costs few calls and little memory, and one endpoint's outage is nobody else's."""

import json
import unittest

import oracle
from can import simulator
from journal import journal
from support import eventually, integration_case, unless_sanitized

MEMORY_MAX_KIB = 64 * 1024


class outage(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.space.configure(self.can.url)
        self.space.partmark("init")

    def import_records(self, rows):
        def line(plan, granularity, first, last, outcome):
            record = {"plan": plan, "granularity": granularity, "first": first, "last": last, "outcome": outcome}
            return json.dumps({k: v for k, v in record.items() if v is not None})

        text = "\n".join(line(*row) for row in rows) + "\n"
        code, _, err = self.space.partmark("import", "-", stdin=text)
        self.assertEqual(code, 0, err)

    @unless_sanitized
    def test_three_hundred_thousand_records_of_an_outage_are_three_calls_a_plan_at_most_in_64_mib(self):
        self.can.stop()
        daemon = self.space.started_daemon()
        plans = 60
        start = oracle.read_time("2024-01-01T00:00:00")
        rows = []
        for hour in range(2500):  # each hour of each plan: some run fails and is run again, some stay failed
            first = oracle.following("HOUR", start, hour).isoformat()
            for n in range(plans):
                rows.append((f"plan-{n}", "HOUR", first, None, "failed" if (hour + n) % 5 == 0 else "success"))
                rows.append((f"plan-{n}", "HOUR", first, None, "failed" if (hour * 7 + n) % 499 == 0 else "success"))
        self.assertEqual(len(rows), 300_000)
        with journal(self.space.journal_path) as book:
            for at in range(0, 270_000, 10_000):
                book.add_all(rows[at : at + 10_000])
        self.import_records(rows[270_000:])
        self.wait_folded()
        daemon.await_event("endpoint.circuit_opened")
        self.can.start()
        self.wait_settled()
        peak = daemon.memory_peak_kib()
        state = self.can.state()
        with journal(self.space.journal_path) as book:
            self.assertEqual(oracle.disagreements(book.rows(), state["plans"]), [])
        self.assertEqual(state["violations"], [])
        for plan, there in state["plans"].items():
            self.assertLessEqual(there["updates"] + there["clears"], 3, plan)
        self.assertLessEqual(state["requests"], 3 * plans)
        self.assertLessEqual(peak, MEMORY_MAX_KIB)
        print(f"peak memory {peak} KiB, {state['requests']} requests")

    def test_an_endpoint_that_is_down_delays_no_other(self):
        other = {"name": "other", "url": "http://127.0.0.1:1", "tenant_id": "tn_1", "auth": {"type": "UID", "value": "1"}}
        first = {**other, "name": "can", "url": self.can.url}
        self.space.configure("", endpoints=[first, other], plans=[{"uuid": "lost", "endpoint": "other"}])
        daemon = self.space.started_daemon()
        with journal(self.space.journal_path) as book:
            book.add("lost", "DAY", "2025-10-20")
            daemon.await_event("endpoint.circuit_opened", endpoint="other")
            for n in range(20):
                book.add(f"well-{n}", "DAY", "2025-10-20")
        eventually(lambda: len(self.can.state()["plans"]) == 20, "the plans of the healthy endpoint are pushed")
        status = eventually(lambda: (s := self.space.read("status"))["pending_partitions"] == 1 and s, "only the lost one is pending")
        self.assertEqual(status["held_plans"], 0)
        self.assertEqual([p["plan"] for p in self.space.read("pending")], ["lost"])

    def test_a_plan_that_moves_to_a_healthy_endpoint_is_delivered_there(self):
        self.space.configure("http://127.0.0.1:1")
        daemon = self.space.started_daemon()
        with journal(self.space.journal_path) as book:
            book.add("p", "DAY", "2025-10-20")
        daemon.await_event("endpoint.circuit_opened")
        self.space.configure(self.can.url)
        daemon.signal(1)
        daemon.await_event("config.reloaded")
        self.wait_settled()
        self.assertEqual(len(self.can.marks("p")), 1)


if __name__ == "__main__":
    unittest.main()
