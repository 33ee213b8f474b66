"""`verify_plans`: the endpoint is asked whether it has the configured plans, and marks never wait for the answer."""

import signal
import unittest

from can import simulator
from journal import journal
from support import eventually, integration_case


class verify_plans(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()

    def configure(self, *plans, **endpoint):
        listed = [{"uuid": uuid, "granularity": "DAY"} for uuid in plans]
        self.space.configure(self.can.url, {"verify_plans": True, **endpoint}, plans=listed)
        if not self.space.journal_path.exists():
            self.space.partmark("init")

    def define(self, uuid, kind="EXTERNAL"):
        self.can.control("POST", "plan", {"uuid": uuid, "kind": "partitioned", "granularity": "DAY", "materializeType": kind})

    def test_known_plans_are_confirmed(self):
        self.define("p")
        self.define("q")
        self.configure("p", "q")
        daemon = self.space.started_daemon()
        self.assertEqual(daemon.await_event("endpoint.plans_verified", plans=2)["endpoint"], "can")
        self.assertEqual(daemon.events("plan.unverified"), [])

    def test_a_plan_of_another_kind_and_an_unknown_one_are_named(self):
        self.define("built-by-can", "ACCELERATE")
        self.configure("built-by-can", "mistyped")
        daemon = self.space.started_daemon()
        self.assertEqual(daemon.await_event("plan.unverified", plan="built-by-can")["type"], "ACCELERATE")
        self.assertIn("not known", daemon.await_event("plan.unverified", plan="mistyped")["msg"])
        self.define("mistyped")
        self.configure("mistyped")
        daemon.signal(signal.SIGHUP)
        daemon.await_event("endpoint.plans_verified", plans=1)

    def test_marks_do_not_wait_for_a_list_that_does_not_come(self):
        self.can.fault("reset_before", match={"path": "queryAccelerateResultPlanList"})
        self.define("p")
        self.configure("p")
        daemon = self.space.started_daemon()
        with journal(self.space.journal_path) as book:
            book.add("p", "DAY", "2025-10-20")
        eventually(lambda: self.can.marks("p"), "the mark arrives")
        self.assertIn("pushed all the same", daemon.await_event("endpoint.plans_unlisted")["msg"])
        self.assertEqual(self.can.state()["violations"], [])

    def test_a_single_run_asks_too_and_ends(self):
        self.configure("mistyped")
        run = self.space.once("--deadline", "30s")
        self.assertEqual(run.child.returncode, 0, run.said())


if __name__ == "__main__":
    unittest.main()
