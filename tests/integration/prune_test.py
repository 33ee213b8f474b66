"""partmark prune on a journal that lives: what the state believes, what a refold, resync and rebuild find, a kill, a full disk, other writers."""

import datetime
import json
import os
import pty
import random
import signal
import sqlite3
import subprocess
import time
import unittest

import oracle
from can import simulator
from journal import journal
from support import LIMIT, eventually, integration_case, program

TABLE = "starrocks.`c.s`.orders"
OLD = "2025-01-01T00:00:00.000Z"


class prune_case(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.space.configure(self.can.url, {"settle_time": "50ms"})
        self.run_partmark(0, "init")
        self.book = journal(self.space.journal_path)
        self.addCleanup(self.book.close)
        self.told = []  # every record ever, as the oracle takes them

    def run_partmark(self, expected, *arguments):
        code, out, err = self.space.partmark(*arguments)
        self.assertEqual(code, expected, out + err)
        return out + err

    def prune(self, older_than="90d", *arguments):
        code, out, err = self.space.partmark("prune", "--older-than", older_than, "--json", *arguments)
        self.assertEqual(code, 0, out + err)
        return json.loads(out)

    def record(self, rows, recorded_at=None):
        self.told += rows
        self.book.add_all(rows, **({"recorded_at": recorded_at} if recorded_at else {}))

    def grown(self, seed=3, old=200, young=60):
        """Old records and young ones of the same plans, all folded and accepted."""
        chance = random.Random(seed)
        plans = oracle.random_plans(chance, 8)
        self.record(oracle.random_rows(chance, plans, old), OLD)
        self.record(oracle.random_rows(chance, plans, young))
        self.assertEqual(self.space.once().child.returncode, 0)
        return chance, plans

    def number(self, sql):
        return self.book.connection.execute(sql).fetchone()[0]

    def agree(self):
        state = self.can.state()
        self.assertEqual(oracle.disagreements(self.told, state["plans"]), [])
        self.assertEqual(state["violations"], [])

    def beliefs(self):
        return {p["plan"]: self.space.read("show", p["plan"])["runs"] for p in self.space.read("plans")}


class what_goes(prune_case):
    def test_the_old_ones_go_and_no_belief_changes(self):
        self.grown()
        before = self.beliefs()
        would = self.prune("90d", "--dry-run")
        self.assertEqual((would["plans"], would["dry_run"]), ({"records": 200, "through_seq": 200}, True))
        self.assertEqual(self.number("SELECT count(*) FROM plan_completion"), 260)
        done = self.prune()
        self.assertEqual(done["plans"], {"records": 200, "through_seq": 200})
        self.assertEqual(self.number("SELECT min(seq) FROM plan_completion"), 201)
        self.assertEqual(self.beliefs(), before)
        self.assertTrue(json.loads(self.run_partmark(0, "state", "check", "--json"))["fine"])
        self.assertEqual(self.prune()["plans"], {"records": 0, "through_seq": 0})
        requests = self.can.requests()
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(self.can.requests(), requests, "a prune gives the daemon nothing to say")
        self.agree()

    def test_resync_refold_and_new_records_after_a_prune_agree_with_all_that_was_ever_recorded(self):
        chance, plans = self.grown()
        self.prune()
        self.can.stop()
        os.unlink(self.can.state_path)  # the platform has forgotten everything
        self.can.start()
        self.space.configure(self.can.url, {"settle_time": "50ms"})
        for plan in plans:
            self.run_partmark(0, "refold", plan)
        self.assertEqual(self.space.once().child.returncode, 0)
        self.agree()
        self.record(oracle.random_rows(chance, plans, 80))
        self.assertEqual(self.space.once().child.returncode, 0)
        self.agree()
        self.run_partmark(0, "resync", "--all")
        self.assertEqual(self.space.once().child.returncode, 0)
        self.agree()

    def test_what_the_remote_has_still_to_hear_survives_prune_and_refold(self):
        self.can.stop()
        self.record([("p", "DAY", "2024-06-01", "2024-06-05", "success"), ("p", "DAY", "2024-06-03", None, "failed")], OLD)
        self.record([("p", "DAY", "2025-10-20", None, "success")])
        self.space.once("--deadline", "300ms")
        self.assertEqual(self.space.read("status")["pending_partitions"], 6)
        self.assertEqual(self.prune()["plans"]["records"], 2)
        self.run_partmark(0, "refold", "p")
        self.can.start()
        self.space.configure(self.can.url, {"settle_time": "50ms"})
        self.assertEqual(self.space.once().child.returncode, 0)
        self.agree()

    def test_the_last_folded_record_stays_whatever_its_age(self):
        self.record([("p", "DAY", "2025-10-20", None, "success")] * 3, OLD)
        self.book.add_table(TABLE, "2025-10-20")
        self.assertEqual(self.space.once().child.returncode, 0)
        done = self.prune("0s")
        self.assertEqual((done["plans"]["records"], done["tables"]["records"]), (2, 0))
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(self.space.read("status")["journal"]["folded_seq"], 3)

    def test_explain_says_that_the_cause_is_gone(self):
        self.record([("p", "DAY", "2024-06-01", None, "success")], OLD)
        self.record([("p", "DAY", "2025-10-20", None, "success")])
        self.assertEqual(self.space.once().child.returncode, 0)
        self.prune()
        answer = self.space.read("explain", "p", "2024-06-01")
        self.assertEqual((answer["mark"], answer["cause_is_gone"], answer["pruned_through_seq"]), ("success", True, 1))

    def test_a_rebuild_wants_to_be_told(self):
        self.grown()
        self.prune()
        self.assertIn("--without-pruned", self.run_partmark(1, "state", "rebuild"))
        self.run_partmark(0, "state", "rebuild", "--without-pruned")
        self.assertEqual(self.space.once().child.returncode, 0)


class refusals(prune_case):
    def refused(self, code, *words, older_than="90d"):
        said = self.run_partmark(code, "prune", "--older-than", older_than)
        for word in words:
            self.assertIn(word, said)

    def test_before_the_daemon_ever_ran(self):
        self.record([("p", "DAY", "2025-10-20", None, "success")], OLD)
        self.refused(1, "there is no state yet")

    def test_while_old_records_are_unread(self):
        self.grown(old=5, young=5)
        self.record([("p", "DAY", "2025-10-20", None, "success")], OLD)
        self.refused(1, "behind", "partmark status")
        self.assertEqual(self.number("SELECT count(*) FROM plan_completion"), 11)

    def test_young_records_may_be_unread(self):
        self.grown(old=5, young=5)
        self.record([("p", "DAY", "2025-10-20", None, "success")])
        self.assertEqual(self.prune()["plans"]["records"], 5)

    def test_another_journal(self):
        self.grown(old=5, young=5)
        with sqlite3.connect(self.space.state_path) as state:
            state.execute("UPDATE progress SET journal_uuid = 'x'")
        state.close()
        self.refused(78, "adopt-journal")
        self.assertEqual(self.number("SELECT count(*) FROM plan_completion"), 10)

    def test_a_plan_that_is_being_folded_anew(self):
        self.grown(old=5, young=5)
        with sqlite3.connect(self.space.state_path) as state:
            state.execute("UPDATE plan SET refold_next = 0 WHERE id = 0")
        state.close()
        self.refused(1, "folded anew")

    def test_a_duration_that_is_none(self):
        for text in ["", "90", "-1d", "ninety days", "1e9d"]:
            self.refused(2, "--older-than", older_than=text)
        self.run_partmark(2, "prune")

    def test_a_state_restored_from_before_a_prune_is_found(self):
        self.grown(old=5, young=5)
        backup = self.space.state_path.parent / "backup.db"
        with sqlite3.connect(self.space.state_path) as state:
            state.execute("VACUUM INTO ?", (str(backup),))
        state.close()
        self.record([("p", "DAY", "2025-10-20", None, "success")] * 20)
        self.assertEqual(self.space.once().child.returncode, 0)
        self.prune("0s")
        for suffix in ["-wal", "-shm"]:
            self.space.state_path.with_name("state.db" + suffix).unlink(missing_ok=True)
        backup.replace(self.space.state_path)
        self.assertEqual(self.space.once().child.returncode, 78)


class company(prune_case):
    """A large prune beside the daemon, jobs and a kill."""

    LINES = 60_000

    def large(self):
        rows = [(f"p{n % 50}", "DAY", (datetime.date(2024, 1, 1) + datetime.timedelta(n // 50 % 300)).isoformat(), None, "success") for n in range(self.LINES)]
        self.record(rows, OLD)
        self.record([("p0", "DAY", "2025-10-20", None, "failed")])
        self.assertEqual(self.space.once().child.returncode, 0)

    def start(self, **streams):
        child = subprocess.Popen([program("PARTMARK"), "--config", str(self.space.config_path), "prune", "--older-than", "90d"], **streams)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        return child

    def left(self):
        return self.number("SELECT count(*) FROM plan_completion")

    def test_beside_the_daemon_and_writers(self):
        self.large()
        daemon = self.space.started_daemon()
        child = self.start(stdout=subprocess.DEVNULL)
        during = 0
        slowest = 0.0
        while child.poll() is None:
            begin = time.monotonic()
            self.record([("w", "DAY", "2025-10-20", None, random.choice(["success", "failed"]))])
            slowest = max(slowest, time.monotonic() - begin)
            during += self.left() > 10_000
        self.assertEqual(child.returncode, 0)
        self.assertGreater(during, 0)
        self.assertLess(slowest, 30)  # the jobs' own patience
        self.wait_settled()
        self.agree()
        self.assertEqual(daemon.stop(), 0)

    def test_killed_at_any_moment_it_leaves_whole_steps(self):
        self.large()
        before = self.beliefs()
        for delay in [0.02, 0.05, 0.1, 0.2, 0.3]:
            child = self.start(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(delay)  # no condition: wherever it hits
            child.send_signal(signal.SIGKILL)
            child.wait()
            through = self.number("SELECT plans_pruned_through FROM journal_identity")
            self.assertEqual(self.number("SELECT min(seq) FROM plan_completion"), through + 1)
        self.prune()
        self.assertEqual(self.left(), 1)
        self.assertEqual(self.number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0)
        self.assertEqual(self.number("PRAGMA freelist_count"), 0)
        self.assertEqual(self.beliefs(), before)
        self.assertEqual(self.space.once().child.returncode, 0)
        self.agree()

    def test_the_file_becomes_smaller_also_after_a_prune_that_was_cut_off(self):
        self.large()
        size = self.space.journal_path.stat().st_size
        done = self.prune()
        self.assertTrue(done["shrinks"])
        self.assertEqual(done["unused_bytes"], 0)
        self.assertLess(done["file_bytes"], size / 20)
        self.assertEqual(self.space.journal_path.stat().st_size, done["file_bytes"])

    def test_a_terminal_sees_how_far_it_is(self):
        self.large()
        master, slave = pty.openpty()
        child = self.start(stdout=subprocess.PIPE, stderr=slave)
        os.close(slave)
        seen = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            seen += piece
        os.close(master)
        out = child.stdout.read()
        child.stdout.close()
        self.assertEqual(child.wait(timeout=LIMIT), 0)
        self.assertIn(b"60,000 records older than 90d were dropped", out)
        if seen:  # a fast machine needs no bar
            self.assertIn(b"records dropped", seen)
            self.assertTrue(seen.endswith(b"\r\x1b[K"), seen[-80:])


if __name__ == "__main__":
    unittest.main()
