"""The second API: the platform hears once of each source table's date that succeeded, oldest first, and never again after it said yes."""

import threading
import unittest

from can import simulator
from journal import journal
from raw_remote import ACCEPTED, raw_remote, reply
from support import eventually, integration_case

ORDERS = "starrocks.`default_catalog.schema`.orders"
ITEMS = "starrocks.`default_catalog.schema`.items"


class triggers(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space, record=True).start()
        self.space.configure(self.can.url)
        self.space.partmark("init")
        self.book = journal(self.space.journal_path)
        self.addCleanup(self.book.close)

    def accepted(self):
        """{(table, date): times}"""
        state = self.can.state()
        self.assertEqual(state["violations"], [])
        return {(t["table"], t["partition"]): t["times"] for t in state["triggers"]}

    def await_accepted(self, wanted):
        eventually(lambda: self.accepted() == wanted, f"{wanted} is accepted")

    def assert_a_restart_sends_nothing(self, daemon):
        before = self.can.requests()
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(self.can.requests(), before)

    def test_a_success_triggers_once(self):
        daemon = self.space.started_daemon()
        self.book.add_table(ORDERS, "2025-10-20")
        self.book.add_table(ITEMS, "2025-10-20")
        self.await_accepted({(ORDERS, "2025-10-20"): 1, (ITEMS, "2025-10-20"): 1})
        self.wait_settled()
        self.assertEqual({r["body"]["tenantId"] for r in self.can.recorded()}, {"tn_1"})
        self.assert_a_restart_sends_nothing(daemon)

    def test_successes_that_wait_together_are_one_call(self):
        for _ in range(10):
            self.book.add_table(ORDERS, "2025-10-20")
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(self.accepted(), {(ORDERS, "2025-10-20"): 1})

    def test_a_later_success_triggers_again(self):
        daemon = self.space.started_daemon()
        for times in (1, 2):
            self.book.add_table(ORDERS, "2025-10-20")
            self.await_accepted({(ORDERS, "2025-10-20"): times})
        self.assert_a_restart_sends_nothing(daemon)

    def test_a_failure_cancels_what_was_not_sent(self):
        self.book.add_table(ORDERS, "2025-10-20")
        self.book.add_table(ORDERS, "2025-10-21")
        self.book.add_table(ORDERS, "2025-10-20", "failed")
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(self.accepted(), {(ORDERS, "2025-10-21"): 1})

    def test_a_failure_alone_sends_nothing(self):
        self.book.add_table(ORDERS, "2025-10-20", "failed")
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(self.can.requests(), 0)

    def test_successes_during_a_call_trigger_once_more(self):
        self.can.fault("delay", {"path": "trigger"}, count=1, reply_delay_ms=500)
        daemon = self.space.started_daemon()
        self.book.add_table(ORDERS, "2025-10-20")
        eventually(lambda: self.can.fired() == 1, "the call is under way")
        for _ in range(3):
            self.book.add_table(ORDERS, "2025-10-20")
        self.await_accepted({(ORDERS, "2025-10-20"): 2})
        self.assert_a_restart_sends_nothing(daemon)

    def test_dates_go_out_oldest_first(self):
        days = [f"2025-10-{day:02}" for day in (17, 3, 29, 11, 5)]
        for day in days:
            self.book.add_table(ORDERS, day)
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual([r["body"]["tablePartition"] for r in self.can.recorded()], sorted(days))

    def test_one_call_of_a_table_is_under_way_at_a_time(self):
        lock, under_way, most = threading.Lock(), {}, {}

        def answer(_, asked):
            table = ORDERS if ORDERS.encode() in asked.body else ITEMS
            with lock:
                under_way[table] = under_way.get(table, 0) + 1
                most[table] = max(most.get(table, 0), under_way[table])
                both = len([t for t in under_way.values() if t])
                most["both"] = max(most.get("both", 0), both)
            release.wait(0.05)
            with lock:
                under_way[table] -= 1
            return reply(200, ACCEPTED)

        release = threading.Event()
        remote = raw_remote(answer)
        self.addCleanup(remote.close)
        self.space.configure(remote.url)
        for day in range(1, 11):
            self.book.add_table(ORDERS, f"2025-10-{day:02}")
            self.book.add_table(ITEMS, f"2025-10-{day:02}")
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual((most[ORDERS], most[ITEMS], most["both"]), (1, 1, 2))
        self.assertEqual(len(remote.requests), 20)

    def test_a_refused_call_is_sent_again_until_accepted_and_then_no_more(self):
        self.can.fault("status", {"path": "trigger"}, count=4, status=503)
        self.can.fault("reset_before", {"path": "trigger"}, count=2)
        self.book.add_table(ORDERS, "2025-10-20")
        daemon = self.space.started_daemon()
        self.await_accepted({(ORDERS, "2025-10-20"): 1})
        self.wait_settled()
        self.assert_a_restart_sends_nothing(daemon)

    def test_an_accepted_trigger_is_not_repeated_after_a_kill(self):
        daemon = self.space.started_daemon()
        for day in range(1, 6):
            self.book.add_table(ORDERS, f"2025-10-{day:02}")
            daemon.await_event("trigger.accepted", day)
        eventually(lambda: self.space.folded(), "all is folded")
        self.book.add("p", "DAY", "2025-10-20")  # its intent is stored after the last trigger's end was
        daemon.await_event("push.accepted")
        daemon.kill()
        before = self.accepted()
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(self.accepted(), before)

    def test_a_trigger_whose_reply_was_lost_is_sent_again_or_held_as_configured(self):
        self.can.fault("reset_after", {"path": "trigger"}, count=1)
        self.book.add_table(ORDERS, "2025-10-20")
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(self.accepted(), {(ORDERS, "2025-10-20"): 2})

        self.space.configure(self.can.url, triggers={"on_ambiguous": "hold"})
        self.can.fault("reset_after", {"path": "trigger"}, count=1)
        self.book.add_table(ITEMS, "2025-10-20")
        daemon = self.space.started_daemon()
        held = daemon.await_event("trigger.held")
        self.assertEqual((held["table"], held["date"]), (ITEMS, "2025-10-20"))
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(self.space.once().child.returncode, 1, "a run to the journal's end is no person")
        self.assertEqual(self.accepted()[(ITEMS, "2025-10-20")], 1)
        self.assertEqual(self.space.partmark("retry", ITEMS)[0], 0)
        self.space.started_daemon()
        eventually(lambda: self.accepted()[(ITEMS, "2025-10-20")] == 2, "a person has decided")

    def test_a_call_under_way_when_the_daemon_was_killed_is_held_as_configured(self):
        self.space.configure(self.can.url, {"request_timeout": "60s"}, triggers={"on_ambiguous": "hold"})
        self.can.fault("hang", {"path": "trigger"}, count=1, apply=True)
        self.book.add_table(ORDERS, "2025-10-20")
        daemon = self.space.started_daemon()
        eventually(lambda: self.can.fired() == 1, "the call is under way")
        daemon.kill()
        self.space.started_daemon().await_event("trigger.held")
        self.assertEqual(self.accepted(), {(ORDERS, "2025-10-20"): 1})

    def test_a_table_that_is_refused_is_held_and_delays_no_other(self):
        self.can.fault("reject", {"path": "trigger"}, count=4, code="NO_TABLE", errorMsg="no such table")
        self.book.add_table(ORDERS, "2025-10-20")
        daemon = self.space.started_daemon()
        held = daemon.await_event("trigger.held")
        self.assertEqual((held["code"], held["reason"]), ("NO_TABLE", "no such table"))
        self.book.add_table(ITEMS, "2025-10-20")
        self.book.add_table(ORDERS, "2025-10-21")
        self.await_accepted({(ITEMS, "2025-10-20"): 1, (ORDERS, "2025-10-21"): 1})
        self.book.add_table(ORDERS, "2025-10-20")  # a new completion is tried at once
        eventually(lambda: (ORDERS, "2025-10-20") in self.accepted(), "it is accepted")

    def test_a_table_goes_to_its_own_endpoint(self):
        other = {"name": "other", "url": self.can.url, "tenant_id": "tn_other", "auth": {"type": "UID", "value": "1"}}
        nowhere = {**other, "name": "can", "url": "http://127.0.0.1:1"}
        self.space.configure("", endpoints=[nowhere, other], tables=[{"name": ITEMS, "endpoint": "other"}])
        self.book.add_table(ORDERS, "2025-10-20")
        self.book.add_table(ITEMS, "2025-10-20")
        self.space.started_daemon()
        self.await_accepted({(ITEMS, "2025-10-20"): 1})
        self.assertEqual(self.can.recorded()[0]["body"]["tenantId"], "tn_other")


if __name__ == "__main__":
    unittest.main()
