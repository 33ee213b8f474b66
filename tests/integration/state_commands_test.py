"""partmark state check and rebuild, as a person uses them on a state that is fine, damaged or lost."""

import json
import os
import random
import shutil
import sqlite3
import unittest

import oracle
from can import simulator
from journal import journal
from support import eventually, integration_case

TABLE = "starrocks.`c.s`.orders"


class state_commands(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.space.configure(self.can.url, {"settle_time": "50ms"})
        self.run_partmark(0, "init")
        self.book = journal(self.space.journal_path)
        self.addCleanup(self.book.close)

    def run_partmark(self, expected, *arguments):
        code, out, err = self.space.partmark(*arguments)
        self.assertEqual(code, expected, out + err)
        return out + err

    def check(self, expected=0):
        code, out, err = self.space.partmark("state", "check", "--json")
        self.assertEqual(code, expected, out + err)
        answer = json.loads(out)
        self.assertEqual(answer["fine"], not answer["problems"])
        return answer

    def live(self, seed=1, count=120):
        chance = random.Random(seed)
        self.book.add_all(oracle.random_rows(chance, oracle.random_plans(chance, 8), count))
        self.assertEqual(self.space.once().child.returncode, 0)

    def agree(self):
        state = self.can.state()
        self.assertEqual(oracle.disagreements(self.book.rows(), state["plans"]), [])
        self.assertEqual(state["violations"], [])

    def edit(self, sql):
        with sqlite3.connect(self.space.state_path) as connection:
            connection.executescript(sql)
        connection.close()

    def backups(self):
        return sorted(p.name for p in self.space.state_path.parent.iterdir() if p.name.endswith(".bak"))

    def leftovers(self):
        return [p.name for p in self.space.state_path.parent.iterdir() if "building" in p.name or "rebuilt" in p.name]

    def test_check_before_the_first_start(self):
        self.assertFalse(self.check()["state"]["present"])
        self.assertIn("there is no state yet", self.run_partmark(0, "state", "check"))

    def test_check_of_a_sound_state_with_the_daemon_up_and_down(self):
        self.live()
        answer = self.check()
        self.assertEqual((answer["journal"]["folded_seq"], answer["journal"]["last_seq"]), (120, 120))
        self.space.started_daemon()
        self.assertEqual(self.check()["problems"], [])

    def test_check_never_writes(self):
        self.live()
        for path in self.space.state_path.parent.iterdir():
            path.chmod(0o440)
        before = {p.name: p.read_bytes() for p in self.space.state_path.parent.iterdir() if not p.name.endswith("-shm")}
        self.check()
        self.assertEqual({p.name: p.read_bytes() for p in self.space.state_path.parent.iterdir() if not p.name.endswith("-shm")}, before)

    def test_check_names_what_contradicts(self):
        self.live()
        self.edit("INSERT INTO held_run (plan_id, first, last, hold_id) VALUES (0, 0, 0, 77)")
        problems = self.check(1)["problems"]
        self.assertTrue(any("a hold that is not there" in p for p in problems), problems)

    def test_check_says_when_the_journal_is_another(self):
        self.live()
        self.edit("UPDATE progress SET journal_uuid = 'x'")
        self.assertIn("adopt-journal", self.check(78)["problems"][0])

    def test_check_says_when_the_journal_ends_before_the_cursor(self):
        self.live()
        self.edit("UPDATE progress SET plan_folded_seq = 4000")
        self.assertIn("folded up to seq 4000", self.check(78)["problems"][0])

    def damage(self):
        """No page but the first says what it said."""
        for suffix in ["-wal", "-shm"]:
            self.space.state_path.with_name("state.db" + suffix).unlink(missing_ok=True)
        content = bytearray(self.space.state_path.read_bytes())
        content[4096:] = bytes(random.Random(7).randbytes(len(content) - 4096))
        self.space.state_path.write_bytes(content)

    def checkpointed(self):
        self.edit("PRAGMA wal_checkpoint(TRUNCATE)")

    def test_a_damaged_state_is_found_and_rebuilt(self):
        self.live()
        self.checkpointed()
        self.damage()
        self.assertIn("rebuild", self.run_partmark(1, "state", "check"))
        self.check(1)
        before = self.can.requests()
        self.assertIn("could not be read", self.run_partmark(0, "state", "rebuild"))
        self.check()
        self.assertEqual(len(self.backups()), 1)
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertGreater(self.can.requests(), before)
        self.agree()

    def test_a_state_that_is_no_database_at_all_is_rebuilt(self):
        self.live()
        self.space.state_path.write_bytes(b"\0" * 8192)
        self.run_partmark(0, "state", "rebuild")
        self.assertEqual(self.space.once().child.returncode, 0)
        self.agree()

    def test_everything_is_said_again(self):
        self.live()
        marked = self.can.state()["plans"]
        self.can.stop()
        os.unlink(self.can.state_path)  # the platform has forgotten
        self.can.start()
        self.space.configure(self.can.url, {"settle_time": "50ms"})
        self.run_partmark(0, "state", "rebuild")
        self.assertEqual(self.space.once().child.returncode, 0)
        self.agree()
        self.assertEqual(set(self.can.state()["plans"]), set(marked))

    def test_tables_owe_what_they_owed_and_a_pause_stays(self):
        self.book.add_table(TABLE, "2025-10-20")
        self.live()
        self.assertEqual(len(self.triggers()), 1)
        self.run_partmark(0, "pause")
        self.book.add_table(TABLE, "2025-10-21")
        self.space.partmark("status")
        daemon = self.space.started_daemon()
        eventually(lambda: self.space.read("status")["pending_triggers"] == 1, "the trigger waits")
        daemon.stop()
        self.book.add_table(TABLE, "2025-10-22")  # not folded yet
        self.assertIn("and table records up to 3;", self.run_partmark(0, "state", "rebuild"))
        self.assertIn("and table record 3 of 3\n", self.run_partmark(0, "state", "check"))
        self.assertEqual(self.space.read("status")["paused"], ["can"])
        self.run_partmark(0, "resume")
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(self.triggers(), {"2025-10-20": 1, "2025-10-21": 1, "2025-10-22": 1})

    def test_tables_are_told_of_anew_only_when_asked(self):
        self.book.add_table(TABLE, "2025-10-20")
        self.live()
        self.space.state_path.write_bytes(b"\0" * 8192)
        self.run_partmark(0, "state", "rebuild")
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(self.triggers(), {"2025-10-20": 1})
        self.run_partmark(0, "state", "rebuild", "--replay-triggers")
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(self.triggers(), {"2025-10-20": 2})

    def test_of_a_lost_state_no_table_is_told_of_anew_either(self):
        self.book.add_table(TABLE, "2025-10-20")
        self.live()
        for path in self.space.state_path.parent.iterdir():
            path.unlink()
        self.assertIn("There was no state", self.run_partmark(0, "state", "rebuild"))
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(self.triggers(), {"2025-10-20": 1})
        self.agree()
        self.assertEqual(self.backups(), [])

    def test_marks_of_another_journals_records_are_not_forgotten_unasked(self):
        self.book.add("p", "DAY", "2025-10-20")
        self.live()
        self.book.close()
        for path in self.space.journal_path.parent.iterdir():
            path.unlink()
        self.run_partmark(0, "init")
        self.run_partmark(0, "state", "adopt-journal")
        self.assertEqual(self.space.once().child.returncode, 0)
        said = self.run_partmark(1, "state", "rebuild")
        self.assertIn("--without-pruned", said)
        self.assertEqual((self.backups(), self.leftovers()), ([], []))
        self.assertIn("success", self.space.partmark("explain", "p", "2025-10-20")[1])
        self.run_partmark(0, "state", "rebuild", "--without-pruned")
        self.assertIn("no such plan", self.space.partmark("explain", "p", "2025-10-20")[2])

    def triggers(self):
        """How often the platform was told of each day."""
        return {t["partition"]: t["times"] for t in self.can.state()["triggers"]}

    def test_rebuild_waits_for_no_daemon(self):
        daemon = self.space.started_daemon()
        self.assertIn("in use by process", self.run_partmark(1, "state", "rebuild"))
        self.assertEqual(daemon.stop(), 0)

    def test_rebuild_refuses_another_journal_and_leaves_the_state_alone(self):
        self.live()
        self.book.close()
        for path in self.space.journal_path.parent.iterdir():
            path.unlink()
        self.run_partmark(0, "init")
        before = self.space.state_path.read_bytes()
        self.assertIn("adopt-journal", self.run_partmark(78, "state", "rebuild"))
        self.assertEqual(self.space.state_path.read_bytes(), before)
        self.assertEqual((self.backups(), self.leftovers()), ([], []))

    def test_rebuild_from_a_pruned_journal_is_a_choice(self):
        self.live()
        self.book.connection.execute("UPDATE journal_identity SET plans_pruned_through = 3")
        self.assertIn("--without-pruned", self.run_partmark(1, "state", "rebuild"))
        self.run_partmark(0, "state", "rebuild", "--without-pruned")

    def test_rebuild_without_a_journal_keeps_the_state(self):
        self.live()
        self.book.close()
        shutil.rmtree(self.space.journal_path.parent)
        self.run_partmark(1, "state", "rebuild")
        self.assertEqual((self.backups(), self.leftovers()), ([], []))


if __name__ == "__main__":
    unittest.main()
