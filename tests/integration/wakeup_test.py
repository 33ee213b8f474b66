"""A commit wakes the daemon. The poll is an hour away, so what arrives was found by watching the directory."""

import os
import sqlite3
import unittest

from can import simulator
from journal import journal
from support import eventually, integration_case


class wakeup(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.configure()
        self.records = 0

    def configure(self):
        self.space.configure(self.can.url, journal={"path": str(self.space.journal_path), "poll_interval": "1h"}, delivery={"linger": "0"})

    def make_journal(self):
        code, _, err = self.space.partmark("init")
        self.assertEqual(code, 0, err)

    def assert_a_commit_is_pushed(self, book=None):
        self.records += 1
        plan = f"p{self.records}"
        own = book or journal(self.space.journal_path)
        own.add(plan, "DAY", "2025-10-20")
        if not book:
            own.close()
        eventually(lambda: self.can.marks(plan), f"{plan} arrives")

    def test_a_commit_is_pushed(self):
        self.make_journal()
        self.space.started_daemon()
        with journal(self.space.journal_path) as book:
            for _ in range(20):
                self.assert_a_commit_is_pushed(book)

    def test_a_commit_is_pushed_under_synchronous_full(self):
        self.make_journal()
        self.space.started_daemon()
        with journal(self.space.journal_path) as book:
            book.connection.execute("PRAGMA synchronous = FULL")
            for _ in range(20):
                self.assert_a_commit_is_pushed(book)

    def test_a_journal_whose_wal_comes_and_goes_stays_watched(self):
        self.make_journal()
        self.space.started_daemon()
        for _ in range(5):  # each connection's close may delete the WAL
            self.assert_a_commit_is_pushed()

    def test_a_checkpoint_that_truncates_the_wal_hides_nothing(self):
        self.make_journal()
        self.space.started_daemon()
        with journal(self.space.journal_path) as book:
            for _ in range(5):
                self.assert_a_commit_is_pushed(book)
                busy = book.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                self.assertEqual(busy, 0)
                self.assert_a_commit_is_pushed(book)

    def test_a_journal_made_after_the_start_is_found(self):
        daemon = self.space.started_daemon()
        daemon.await_event("journal.waiting")
        self.make_journal()
        self.assert_a_commit_is_pushed()
        self.assert_a_commit_is_pushed()

    def test_a_directory_made_after_the_start_is_found(self):
        self.space.journal_path = self.space.folder / "later" / "deeper" / "journal.db"
        self.configure()
        daemon = self.space.started_daemon()
        daemon.await_event("journal.waiting")
        self.space.journal_path.parent.parent.mkdir()
        self.space.journal_path.parent.mkdir()
        self.make_journal()
        self.assert_a_commit_is_pushed()
        self.assert_a_commit_is_pushed()

    def test_a_symlinked_journal_is_watched_where_it_really_lies(self):
        self.make_journal()
        real = self.space.folder / "elsewhere"
        real.mkdir()
        os.rename(self.space.journal_path, real / "journal.db")
        self.space.journal_path.symlink_to(real / "journal.db")
        self.space.started_daemon()
        with journal(self.space.journal_path) as book:
            self.assert_a_commit_is_pushed(book)
            self.assert_a_commit_is_pushed(book)
        self.space.journal_path = real / "journal.db"
        self.assert_a_commit_is_pushed()

    def test_a_symlinked_directory_is_watched_where_it_really_lies(self):
        real = self.space.folder / "elsewhere"
        os.rename(self.space.journal_path.parent, real)
        self.space.journal_path.parent.symlink_to(real)
        self.make_journal()
        self.space.started_daemon()
        self.assert_a_commit_is_pushed()
        self.assert_a_commit_is_pushed()

    def test_a_writer_that_holds_its_transaction_open_is_seen_once_it_commits(self):
        self.make_journal()
        daemon = self.space.started_daemon()
        with journal(self.space.journal_path) as book:
            book.connection.execute("BEGIN IMMEDIATE")
            for n in range(2000):  # pages reach the WAL long before the commit
                sql = "INSERT INTO plan_completion(plan, granularity, first, outcome, job) VALUES ('p', 'DAY', '2025-10-20', 'success', ?)"
                book.connection.execute(sql, (f"{n}" * 200,))
            self.assertEqual(daemon.events("journal.folded"), [])
            book.connection.execute("COMMIT")
            eventually(lambda: self.can.marks("p"), "the record arrives")

    def test_a_journal_in_rollback_mode_is_read_too(self):
        self.make_journal()
        connection = sqlite3.connect(self.space.journal_path)
        self.assertEqual(connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0], "delete")
        connection.close()
        self.space.started_daemon()
        with journal(self.space.journal_path) as book:
            self.assert_a_commit_is_pushed(book)
            self.assert_a_commit_is_pushed(book)


if __name__ == "__main__":
    unittest.main()
