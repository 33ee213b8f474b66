"""What the remote will not have: held with its reason, found by halving, tried again, and in nobody's way."""

import unittest

import oracle
from can import simulator
from journal import journal
from raw_remote import ACCEPTED, raw_remote, reply
from support import eventually, integration_case


class rejection(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.space.configure(self.can.url)
        self.space.partmark("init")
        self.book = journal(self.space.journal_path)
        self.addCleanup(self.book.close)

    def month(self, plan="p", outcome="success"):
        self.book.add(plan, "DAY", "2025-10-01", outcome, "2025-10-31")

    def await_held(self, partitions):
        def look():
            held = self.space.read("held")
            return held if sum(h["partitions"] for h in held) == partitions and self.space.settled() else None

        return eventually(look, f"{partitions} partitions are held and nothing is pending")

    def await_none_held(self):
        status = eventually(lambda: (s := self.space.settled()) and s["held_plans"] == 0 and s, "nothing is held any more")
        self.assertEqual(self.space.read("held"), [])
        state = self.can.state()
        self.assertEqual(oracle.disagreements(self.book.rows(), state["plans"]), [])
        self.assertEqual(state["violations"], [])
        return status

    def test_a_held_plan_shows_what_the_remote_said(self):
        self.can.fault("reject", code="PLAN_GONE", errorMsg="no such plan", traceId="t-17")
        self.month()
        daemon = self.space.started_daemon()
        (held,) = self.await_held(31)
        self.assertEqual((held["plan"], held["code"], held["trace_id"]), ("p", "PLAN_GONE", "t-17"))
        self.assertIn("no such plan", held["reason"])
        self.assertRegex(held["since"], r"^\d{4}-\d\d-\d\dT")
        self.assertGreater(held["next_try"], held["since"])
        self.assertEqual(self.space.read("status")["held_plans"], 1)
        self.assertEqual(self.space.partmark("status")[0], 1)
        self.assertEqual(daemon.events("plan.held")[-1]["partitions"], 31)

    def test_a_plan_that_is_refused_altogether_costs_few_calls(self):
        self.can.fault("reject")
        self.month()
        self.space.started_daemon()
        self.await_held(31)
        self.assertLessEqual(self.can.requests(), 1 + 3 + 8)

    def test_one_bad_partition_is_found_and_the_rest_goes_through(self):
        self.can.fault("reject", {"first": "2025-10-13"})
        self.month()
        self.space.started_daemon()
        (held,) = self.await_held(1)
        self.assertEqual([r["first"][:10] for r in held["ranges"]], ["2025-10-13"])
        self.assertEqual(len(self.can.marks("p")), 30)
        self.assertLessEqual(self.can.requests(), 64 + 4)

    def test_several_bad_partitions_are_found(self):
        for day in (2, 3, 17, 30):
            self.can.fault("reject", {"first": f"2025-10-{day:02}"})
        self.month()
        self.space.started_daemon()
        held = self.await_held(4)
        days = [r["first"][8:10] + r["last"][8:10] for h in held for r in h["ranges"]]
        self.assertEqual(sorted(days), ["0202", "0303", "1717", "3030"] if len(days) == 4 else ["0203", "1717", "3030"])
        self.assertEqual(len(self.can.marks("p")), 27)

    def test_a_bad_partition_among_failures_and_clears_is_found(self):
        self.month()
        self.space.started_daemon()
        self.wait_settled()
        self.can.fault("reject", {"first": "2025-10-13"})
        self.book.add_all([("p", "DAY", "2025-10-05", "2025-10-10", "cleared"), ("p", "DAY", "2025-10-11", "2025-10-15", "failed")])
        (held,) = self.await_held(1)
        self.assertEqual(held["ranges"][0]["first"][:10], "2025-10-13")
        marks = self.can.marks("p")
        self.assertEqual(len(marks), 25)
        self.assertEqual(list(marks.values()).count("failed"), 4)

    def test_a_poisoned_plan_delays_no_other(self):
        self.space.configure(self.can.url, {"max_in_flight": 1})
        self.can.fault("reject", {"plan": "poison"})
        self.can.fault("status", {"plan": "ill"}, status=409)
        for plan in ("poison", "ill"):
            self.month(plan)
        daemon = self.space.started_daemon()
        for n in range(30):
            self.month(f"well-{n}")
        self.await_held(62)
        self.assertEqual(len(self.can.state()["plans"]), 30)
        self.assertEqual(daemon.events("endpoint.circuit_opened"), [], "a refusal of one plan is not the endpoint's trouble")

    def test_a_new_completion_is_tried_at_once(self):
        self.can.fault("reject", {"first": "2025-10-13"})
        self.month()
        self.space.started_daemon()
        self.await_held(1)
        self.can.clear_faults()
        self.book.add("p", "DAY", "2025-10-13", "failed")
        self.await_none_held()

    def test_held_partitions_are_tried_again_by_themselves(self):
        self.space.configure(self.can.url, delivery={"reprobe_held": "200ms"})
        self.can.fault("reject", {"first": "2025-10-13"})
        self.month()
        daemon = self.space.started_daemon()
        daemon.await_event("plan.held", 3)
        self.can.clear_faults()
        self.await_none_held()
        daemon.await_event("plan.released")

    def test_retry_tries_what_is_held_now(self):
        self.can.fault("reject")
        for plan in ("p", "q"):
            self.month(plan)
        self.space.started_daemon()
        self.await_held(62)
        self.can.clear_faults()
        code, _, err = self.space.partmark("retry", "p")
        self.assertEqual(code, 0, err)
        self.await_held(31)
        self.assertEqual(self.space.partmark("retry", "--all")[0], 0)
        self.await_none_held()

    def test_what_is_held_outlives_a_kill(self):
        self.can.fault("reject", {"first": "2025-10-13"}, code="LOCKED")
        self.month()
        daemon = self.space.started_daemon()
        (before,) = self.await_held(1)
        daemon.kill()
        self.space.started_daemon()
        self.wait_settled()
        (after,) = self.space.read("held")
        self.assertEqual((after["code"], after["since"], after["ranges"]), ("LOCKED", before["since"], before["ranges"]))

    def test_a_yes_that_carries_an_error_message_is_a_no(self):
        said = b'{"data":null,"success":true,"code":"200","errorMsg":"partition column missing","traceId":"t-9"}'
        remote = raw_remote(lambda connection, asked: reply(200, said if b"poison" in asked.body else ACCEPTED))
        self.addCleanup(remote.close)
        self.space.configure(remote.url)
        self.book.add("poison", "DAY", "2025-10-20")
        self.book.add("well", "DAY", "2025-10-20")
        self.assertEqual(self.space.once().child.returncode, 1)
        (held,) = self.space.read("held")
        self.assertEqual((held["plan"], held["trace_id"]), ("poison", "t-9"))
        self.assertIn("partition column missing", held["reason"])
        self.assertEqual(self.space.read("status")["pending_partitions"], 0)


if __name__ == "__main__":
    unittest.main()
