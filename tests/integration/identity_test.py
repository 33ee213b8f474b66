"""A journal that is not the one that was folded: the daemon stops with 78 and says what to do, and nothing wrong is pushed."""

import os
import shutil
import sqlite3
import threading
import unittest

from can import simulator
from journal import journal
from raw_remote import ACCEPTED, raw_remote, reply
from support import eventually, integration_case


class identity(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.space.configure(self.can.url)
        self.make_journal()
        self.add_days(1, 5)
        self.backup = self.space.folder / "backup.db"

    def make_journal(self):
        code, _, err = self.space.partmark("init")
        self.assertEqual(code, 0, err)

    def add_days(self, first, last, outcome="success"):
        with journal(self.space.journal_path) as book:
            for day in range(first, last + 1):
                book.add("p", "DAY", f"2025-10-{day:02}", outcome)

    def back_up(self):
        source, target = sqlite3.connect(self.space.journal_path), sqlite3.connect(self.backup)
        source.backup(target)
        source.close()
        target.close()

    def put_in_place(self, path):
        """As an administrator would: the old files away, the new one renamed into place."""
        for suffix in ["-wal", "-shm"]:
            self.space.journal_path.with_name("journal.db" + suffix).unlink(missing_ok=True)
        os.replace(path, self.space.journal_path)

    def assert_refused(self, daemon, before):
        self.assertEqual(daemon.exit_code(), 78)
        self.assertIn("partmark state adopt-journal", daemon.said())
        self.assertIn(str(self.space.journal_path), daemon.said())
        self.assertEqual(self.can.requests(), before)

    def settle(self):
        self.assertEqual(self.space.once().child.returncode, 0)
        return self.can.requests()

    def test_a_log_whose_index_somebody_removed_is_read_on_and_nothing_old_is_told(self):
        self.space.started_daemon()
        eventually(lambda: len(self.can.marks("p")) == 5, "five days are told")
        self.space.journal_path.with_name("journal.db-shm").unlink()
        self.add_days(2, 3, "failed")
        eventually(lambda: "failed" in self.can.marks("p").values(), "what was recorded since is told")
        self.assertEqual(self.space.partmark("resync", "p")[0], 0)
        eventually(self.space.settled, "all is told again")
        marks = self.can.marks("p")
        self.assertEqual([marks[day] for day in sorted(marks)], ["success", "failed", "failed", "success", "success"])

    def test_another_journal_is_refused_at_start(self):
        before = self.settle()
        self.space.journal_path.unlink()
        self.make_journal()
        self.add_days(1, 9, "failed")
        self.assert_refused(self.space.daemon(), before)
        self.assert_refused(self.space.daemon("--once"), before)

    def test_a_journal_that_a_person_accepts_is_folded_on_top_of_what_there_was(self):
        self.settle()
        self.space.journal_path.unlink()
        self.make_journal()
        self.add_days(4, 9, "failed")
        self.assertEqual(self.space.daemon().exit_code(), 78)
        code, _, err = self.space.partmark("state", "adopt-journal")
        self.assertEqual(code, 0, err)
        self.settle()
        self.assertEqual([m for _, m in sorted(self.can.marks("p").items())], ["success"] * 3 + ["failed"] * 6)
        self.assertEqual(self.can.state()["violations"], [])

    def test_another_journal_is_refused_while_running(self):
        daemon = self.space.started_daemon()
        self.wait_settled()
        before = self.can.requests()
        other = self.space.folder / "other" / "journal.db"
        other.parent.mkdir()
        mine, self.space.journal_path = self.space.journal_path, other
        self.space.configure(self.can.url)
        self.make_journal()
        self.add_days(1, 9, "failed")
        self.space.journal_path = mine
        self.put_in_place(other)
        self.assert_refused(daemon, before)

    def test_a_restored_backup_is_refused(self):
        self.back_up()
        self.add_days(6, 8)
        before = self.settle()
        self.put_in_place(self.backup)
        self.assert_refused(self.space.daemon(), before)

    def test_a_restored_backup_that_was_written_on_is_refused(self):
        self.back_up()
        self.add_days(6, 8)
        before = self.settle()
        self.put_in_place(self.backup)
        self.add_days(6, 12, "failed")  # as many numbers again, other rows
        self.assert_refused(self.space.daemon(), before)

    def test_a_sequence_that_went_back_is_refused(self):
        before = self.settle()
        connection = sqlite3.connect(self.space.journal_path)
        connection.execute("DROP TRIGGER plan_completion_delete")
        connection.execute("DELETE FROM plan_completion WHERE seq > 2")
        connection.execute("UPDATE sqlite_sequence SET seq = 2 WHERE name = 'plan_completion'")
        connection.commit()
        connection.close()
        self.assert_refused(self.space.daemon(), before)

    def test_a_file_that_is_no_journal_is_never_folded(self):
        before = self.settle()
        connection = sqlite3.connect(self.space.folder / "plain.db")
        connection.execute("CREATE TABLE plan_completion(plan, granularity, first, last, outcome)")
        connection.close()
        self.put_in_place(self.space.folder / "plain.db")
        daemon = self.space.daemon()
        eventually(lambda: not daemon.running() or daemon.events("journal.unreadable"), "it is refused or said")
        self.assertIn(str(self.space.journal_path), daemon.said())
        self.assertEqual(self.can.requests(), before)

    def test_the_same_journal_under_a_new_inode_is_gone_on_with(self):
        daemon = self.space.started_daemon()
        self.wait_settled()
        self.back_up()
        self.put_in_place(self.backup)
        self.add_days(20, 22)
        self.wait_settled()
        self.assertEqual(len(self.can.marks("p")), 8)
        self.assertTrue(daemon.running())

    def test_a_copy_moved_to_a_new_path_is_gone_on_with(self):
        self.settle()
        moved = self.space.folder / "moved" / "journal.db"
        moved.parent.mkdir()
        shutil.copyfile(self.space.journal_path, moved)
        self.space.journal_path = moved
        self.space.configure(self.can.url)
        self.add_days(20, 22)
        self.settle()
        self.assertEqual(len(self.can.marks("p")), 8)

    def test_a_journal_that_goes_missing_is_waited_for(self):
        daemon = self.space.started_daemon()
        self.wait_settled()
        away = self.space.folder / "away.db"
        self.back_up()
        os.replace(self.backup, away)
        for file in self.space.journal_path.parent.iterdir():
            file.unlink()
        daemon.await_event("journal.waiting")
        os.replace(away, self.space.journal_path)
        self.add_days(20, 22)
        self.wait_settled()
        self.assertEqual(len(self.can.marks("p")), 8)

    def test_a_replaced_journal_is_told_once_while_a_call_is_under_way(self):
        arrived, go_on = threading.Event(), threading.Event()

        def answer(connection, asked):
            arrived.set()
            go_on.wait(30)
            return reply(200, ACCEPTED)

        remote = raw_remote(answer)
        self.addCleanup(remote.close)
        self.space.configure(remote.url)
        daemon = self.space.started_daemon()
        self.assertTrue(arrived.wait(30))
        for path in self.space.journal_path.parent.glob(self.space.journal_path.name + "*"):
            path.unlink()
        self.make_journal()
        daemon.await_event("daemon.stopping")
        go_on.set()
        self.assertEqual(daemon.exit_code(), 78)
        self.assertEqual(len(daemon.events("journal.refused")), 1)
        self.assertEqual(daemon.events("daemon.stopped")[-1]["exit_code"], 78)


if __name__ == "__main__":
    unittest.main()
