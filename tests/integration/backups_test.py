"""Files that go back in time or change under the daemon: backups of the state and of the journal, a journal that is overwritten or cut short."""

import os
import shutil
import sqlite3
import unittest

import oracle
from can import simulator
from journal import journal
from support import eventually, integration_case

DAYS = [f"2025-10-{day:02}" for day in range(1, 21)]


class backups(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.space.configure(self.can.url, {"settle_time": "50ms"}, journal={"poll_interval": "100ms"})
        self.space.partmark("init")

    def record(self, days, outcome="success"):
        with journal(self.space.journal_path) as book:
            book.add_all([("p", "DAY", day, None, outcome) for day in days])

    def rows(self):
        with journal(self.space.journal_path) as book:
            return book.rows()

    def once(self, expected=0):
        d = self.space.once()
        self.assertEqual(d.child.returncode, expected, d.said())
        return d

    def assert_agreed(self):
        state = self.can.state()
        self.assertEqual(oracle.disagreements(self.rows(), state["plans"]), [])
        self.assertEqual(state["violations"], [])

    def back_up(self, path):
        copy = self.space.folder / (path.name + ".copy")
        source, target = sqlite3.connect(path), sqlite3.connect(copy)
        source.backup(target)
        source.close()
        target.close()
        return copy

    def put_back(self, copy, path):
        for suffix in ["-wal", "-shm"]:
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(copy, path)

    def test_a_restored_state_reads_the_journal_on_from_where_it_was(self):
        self.record(DAYS[:5])
        self.once()
        copy = self.back_up(self.space.state_path)
        self.record(DAYS[3:9], "failed")
        self.once()
        self.record(DAYS[5:6])
        self.put_back(copy, self.space.state_path)
        self.once()
        self.assert_agreed()

    def test_a_journal_and_a_state_of_the_same_backup_go_on(self):
        self.record(DAYS[:5])
        self.once()
        journal_copy, state_copy = self.back_up(self.space.journal_path), self.back_up(self.space.state_path)
        self.record(DAYS[5:9])
        self.once()
        self.put_back(journal_copy, self.space.journal_path)
        self.put_back(state_copy, self.space.state_path)
        self.record(DAYS[2:4], "failed")
        self.once()
        marks = {str(first)[:10]: mark for first, mark in sorted(self.can.marks("p").items())}
        self.assertEqual(list(marks.values())[:5], ["success", "success", "failed", "failed", "success"])

    def test_a_restored_journal_that_is_accepted_is_said_on_top(self):
        self.record(DAYS[:5])
        copy = self.back_up(self.space.journal_path)
        self.record(DAYS[5:9])
        self.once()
        self.put_back(copy, self.space.journal_path)
        self.assertIn("adopt-journal", self.once(78).said())
        code, _, err = self.space.partmark("state", "adopt-journal")
        self.assertEqual(code, 0, err)
        self.record(DAYS[0:2], "failed")
        self.once()
        self.assertEqual([m for _, m in sorted(self.can.marks("p").items())], ["failed"] * 2 + ["success"] * 7)

    def test_numbers_that_ignored_inserts_burned_are_passed(self):
        with journal(self.space.journal_path) as book:
            for _ in range(3):
                book.connection.execute(
                    "INSERT OR IGNORE INTO plan_completion(plan, granularity, first, outcome, dedupe_key) VALUES ('p', 'DAY', '2025-10-01', 'success', 'k')")
        self.record(DAYS[1:2])
        self.once()
        status = self.space.read("status")["journal"]
        self.assertEqual(status["folded_seq"], status["last_seq"])
        self.assert_agreed()

    def test_an_explicit_number_is_refused_to_the_job(self):
        with journal(self.space.journal_path) as book, self.assertRaisesRegex(sqlite3.Error, "seq: leave it out"):
            book.connection.execute("INSERT INTO plan_completion(seq, plan, granularity, first, outcome) VALUES (70, 'p', 'DAY', '2025-10-01', 'success')")

    def running_with(self, days):
        self.record(days)
        d = self.space.started_daemon()
        self.wait_settled()
        return d, self.can.requests()

    def assert_stays_true(self, d, before):
        """It ends with 78, or waits and says why; nothing was sent."""
        eventually(lambda: not d.running() or d.events("journal.unreadable") or d.events("journal.waiting"), "it stops or says why it waits")
        if not d.running():
            self.assertEqual(d.exit_code(), 78, d.said())
        self.assertEqual(self.can.requests(), before)

    def test_a_journal_cut_to_nothing_under_the_daemon_brings_no_wrong_mark(self):
        d, before = self.running_with(DAYS[:5])
        for suffix in ["", "-wal"]:
            os.truncate(str(self.space.journal_path) + suffix, 0)
        self.space.journal_path.touch()
        self.assert_stays_true(d, before)

    def test_a_journal_overwritten_in_place_by_an_older_copy_brings_no_wrong_mark(self):
        self.record(DAYS[:2])
        copy = self.back_up(self.space.journal_path)
        d, before = self.running_with(DAYS[2:9])
        with open(copy, "rb") as source, open(self.space.journal_path, "r+b") as target:  # the same inode
            target.truncate(0)
            target.write(source.read())
        for suffix in ["-wal", "-shm"]:
            self.space.journal_path.with_name("journal.db" + suffix).unlink(missing_ok=True)
        self.assert_stays_true(d, before)

    def test_a_journal_of_a_newer_version_is_78(self):
        self.record(DAYS[:2])
        self.once()
        with sqlite3.connect(self.space.journal_path) as connection:
            connection.execute("PRAGMA user_version = 99")
        connection.close()
        before = self.can.requests()
        self.record(DAYS[2:3], "failed")
        self.assertIn(str(self.space.journal_path), self.once(78).said())
        self.assertEqual(self.can.requests(), before)


if __name__ == "__main__":
    unittest.main()
