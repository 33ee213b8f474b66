"""A plan that is moved to another endpoint tells the platform there everything, whenever the configuration says so."""

import sqlite3
import unittest

from can import simulator
from journal import journal
from support import integration_case


class moved(integration_case):
    def setUp(self):
        super().setUp()
        self.here = simulator(self.space).start()
        self.there = simulator(self.space, name="there").start()
        self.space.configure(self.here.url)
        self.space.partmark("init")
        self.daemon = None

    def configure(self, plan_at):
        common = {"tenant_id": "tn_1", "auth": {"type": "UID", "value": "1"}}
        endpoints = [{**common, "name": "here", "url": self.here.url}, {**common, "name": "there", "url": self.there.url}]
        self.space.configure("", endpoints=endpoints, plans=[{"uuid": "p", "endpoint": plan_at}])

    def start(self, plan_at):
        self.configure(plan_at)
        self.daemon = self.space.started_daemon()
        self.wait_folded()
        self.wait_settled()

    def record(self, *days, outcome="success"):
        with journal(self.space.journal_path) as book:
            for day in days:
                book.add("p", "DAY", day, outcome=outcome)

    def test_by_a_reload(self):
        self.start("here")
        self.record("2025-10-20", "2025-10-21")
        self.record("2025-10-21", outcome="failed")
        self.wait_folded()
        self.wait_settled()
        self.configure("there")
        self.daemon.signal(1)
        self.daemon.await_event("plans.moved", endpoint="there", plans=1)
        self.wait_settled()
        self.assertEqual(self.there.marks("p"), self.here.marks("p"))
        self.assertEqual(len(self.there.marks("p")), 2)
        self.record("2025-10-22")
        self.wait_folded()
        self.wait_settled()
        self.assertEqual(len(self.there.marks("p")), 3)
        self.assertEqual(len(self.here.marks("p")), 2)

    def test_while_the_daemon_is_down_and_only_once(self):
        self.start("here")
        self.record("2025-10-20")
        self.wait_folded()
        self.wait_settled()
        self.daemon.kill()
        self.start("there")
        self.daemon.await_event("plans.moved", endpoint="there", plans=1)
        self.assertEqual(self.there.marks("p"), self.here.marks("p"))
        requests = self.there.requests()
        self.assertEqual(self.daemon.stop(), 0)
        self.start("there")
        self.assertEqual(self.daemon.events("plans.moved"), [])
        self.assertEqual(self.there.requests(), requests)

    def test_a_command_that_comes_before_the_daemon_says_so(self):
        self.start("here")
        self.record("2025-10-20")
        self.wait_folded()
        self.wait_settled()
        self.assertEqual(self.daemon.stop(), 0)
        self.configure("there")
        code, out, err = self.space.partmark("pause", "there")
        self.assertEqual(code, 0, err)
        self.assertIn("1 plan goes to endpoint there from now on", out)
        self.daemon = self.space.started_daemon()
        self.space.partmark("resume", "there")
        self.wait_settled()
        self.assertEqual(self.there.marks("p"), self.here.marks("p"))

    def test_what_an_older_version_stored_was_told_where_it_is_configured(self):
        self.start("here")
        self.record("2025-10-20")
        self.wait_folded()
        self.wait_settled()
        self.assertEqual(self.daemon.stop(), 0)
        with sqlite3.connect(self.space.state_path) as state:
            state.execute("ALTER TABLE progress DROP COLUMN drift_checked_at")
            state.execute("ALTER TABLE plan DROP COLUMN endpoint")
            state.execute("PRAGMA user_version = 3")
        state.close()
        requests = self.here.requests()
        self.start("here")
        self.assertEqual(self.here.requests(), requests)
        self.assertEqual(self.daemon.events("plans.moved"), [])
        self.daemon.kill()
        self.start("there")
        self.assertEqual(self.there.marks("p"), self.here.marks("p"))


if __name__ == "__main__":
    unittest.main()
