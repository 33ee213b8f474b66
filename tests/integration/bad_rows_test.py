"""Rows that pass the journal's CHECKs and are still wrong: set aside with a reason, counted, and in nobody's way."""

import sqlite3
import unittest

import oracle
from can import simulator
from journal import journal
from support import integration_case

# What is wrong, the row (plan, granularity, first, last, outcome), and a word of the reason.
BAD = [
    ("a day that does not exist", ("p", "DAY", "2025-02-30", None, "success"), "2025-02-30"),
    ("a month that does not exist", ("p", "DAY", "2025-13-01", None, "success"), "2025-13-01"),
    ("a day not at midnight", ("p", "DAY", "2025-10-20T01:00:00", None, "success"), "midnight|starts at"),
    ("last before first", ("p", "DAY", "2025-10-20", "2025-10-19", "success"), "before"),
    ("too many partitions", ("p", "DAY", "2025-01-01", "2025-06-30", "success"), "max_partitions_per_record"),
    ("another granularity than the plan's", ("p", "MONTH", "2025-10", None, "success"), "MONTH"),
    ("a full refresh on a partitioned plan", ("p", None, None, None, "success"), "full refresh"),
    ("a partition on a full-refresh plan", ("whole", "DAY", "2025-10-20", None, "success"), "DAY"),
    ("a week that does not start on Monday", ("weekly", "WEEK", "2025-10-21", None, "success"), "Monday|starts at"),
    ("a quarter that starts elsewhere", ("quarterly", "QUARTER", "2025-02-01", None, "success"), "QUARTER"),
    ("an hour without a time", ("hourly", "HOUR", "2025-10-20", None, "success"), "HOUR"),
    ("an hour at half past", ("hourly", "HOUR", "2025-10-20T10:30:00", None, "success"), "HOUR"),
    ("a minute with seconds", ("minutely", "MINUTE", "2025-10-20T10:30:30", None, "success"), "MINUTE"),
    ("a bad last", ("p", "DAY", "2025-10-20", "soon", "success"), "soon"),
    ("no date at all", ("p", "DAY", "yesterday", None, "success"), "yesterday"),
    ("a year zero", ("yearly", "YEAR", "0000", None, "success"), "0000"),
    ("a date with a zone", ("p", "DAY", "2025-10-20T00:00:00Z", None, "success"), "2025-10-20T00:00:00Z"),
    ("a month for a day", ("p", "DAY", "2025-10", None, "success"), "2025-10"),
]
GOOD = [
    ("p", "DAY", "2025-10-20", "2025-10-22", "success"),
    ("whole", None, None, None, "success"),
    ("weekly", "WEEK", "2025-10-20", None, "success"),
    ("quarterly", "QUARTER", "2025-04", None, "failed"),
    ("hourly", "HOUR", "2025-10-20T10:00:00", None, "success"),
    ("minutely", "MINUTE", "2025-10-20T10:30:00", None, "success"),
    ("yearly", "YEAR", "2025", None, "success"),
]
TABLE = "starrocks.`default_catalog.schema`.orders"


class bad_rows(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.space.configure(self.can.url, journal={"path": str(self.space.journal_path), "max_partitions_per_record": 100})
        self.space.partmark("init")
        self.book = journal(self.space.journal_path)
        self.addCleanup(self.book.close)

    def test_bad_rows_are_set_aside_with_their_reasons_and_the_rest_goes_through(self):
        self.book.add_all(GOOD)
        for _, bad, _ in BAD:  # each between good ones
            self.book.add_all([bad, ("p", "DAY", "2025-10-23", None, "success")])
        daemon = self.space.started_daemon()
        status = self.wait_settled()
        rejected = self.space.read("rejected")
        self.assertEqual(len(rejected), len(BAD))
        self.assertEqual(status["journal"]["rejected"], len(BAD))
        for (what, row, word), said in zip(BAD, sorted(rejected, key=lambda r: r["seq"])):
            with self.subTest(what):
                self.assertEqual((said["table"], said["plan"]), ("plan_completion", row[0]))
                self.assertRegex(said["reason"], word)
        state = self.can.state()
        self.assertEqual(oracle.disagreements(GOOD + [("p", "DAY", "2025-10-23", None, "success")], state["plans"]), [])
        self.assertEqual(state["violations"], [])
        self.assertEqual({e["seq"] for e in daemon.events("record.rejected")}, {r["seq"] for r in rejected})

    def test_text_that_is_no_utf8_is_set_aside(self):
        for column, values in [("plan", "CAST(x'70ff' AS TEXT), NULL"), ("job", "'p', CAST(x'80' AS TEXT)")]:
            sql = f"INSERT INTO plan_completion(plan, job, granularity, first, outcome) VALUES ({values}, 'DAY', '2025-10-20', 'success')"
            self.book.connection.execute(sql)
            with self.subTest(column):
                self.assertEqual(self.space.once().child.returncode, 1)
        self.book.add("p", "DAY", "2025-10-21")
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertTrue(all("UTF-8" in r["reason"] for r in self.space.read("rejected")))
        self.assertEqual(len(self.space.read("rejected")), 2)
        self.assertEqual(len(self.can.marks("p")), 1)

    def test_bad_table_rows_are_set_aside(self):
        self.book.add_table(TABLE, "2025-02-30")
        self.book.add_table(TABLE, "2025-02-28")
        self.assertEqual(self.space.once().child.returncode, 1)
        rejected = self.space.read("rejected")
        self.assertEqual([(r["seq"], r["table"]) for r in rejected], [(1, "table_completion")])
        self.assertIn("2025-02-30", rejected[0]["reason"])
        self.assertIn({"table": TABLE, "partition": "2025-02-28", "times": 1}, self.can.state()["triggers"])

    def test_a_table_without_checks_does_not_bring_wrong_marks(self):
        """A journal whose CHECKs were lost, as by a dump and a hand-made table: everything is still looked at."""
        path = self.space.journal_path
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("PRAGMA ignore_check_constraints = 1")
        for trigger in [r[0] for r in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]:
            connection.execute(f"DROP TRIGGER {trigger}")
        columns = "plan, granularity, first, last, outcome"
        odd = [
            ("", "DAY", "2025-10-20", None, "success"),
            ("p", "FORTNIGHT", "2025-10-20", None, "success"),
            ("p", "DAY", "2025-10-20", None, "done"),
            ("p", "DAY", None, None, "success"),
            ("p", None, "2025-10-20", None, "success"),
            ("p", None, None, None, "cleared"),
            ("p\nq", "DAY", "2025-10-20", None, "success"),
            ("x" * 300, "DAY", "2025-10-20", None, "success"),
        ]
        connection.executemany(f"INSERT INTO plan_completion({columns}) VALUES (?, ?, ?, ?, ?)", odd)
        connection.close()
        self.book.add("fine", "DAY", "2025-10-20")
        self.assertEqual(self.space.once().child.returncode, 1)
        self.assertEqual(len(self.space.read("rejected")), len(odd))
        self.assertEqual(list(self.can.state()["plans"]), ["fine"])

    def test_a_corrected_configuration_takes_back_what_was_refused(self):
        self.book.add("p", "MONTH", "2025-10")
        self.book.add("p", "DAY", "2025-10-20")
        self.assertEqual(self.space.once().child.returncode, 1)
        self.assertEqual(self.can.state()["plans"]["p"]["granularity"], "MONTH")
        self.can.control("POST", "forget")  # there the plan is made anew, as a DAY
        self.space.configure(self.can.url, plans=[{"uuid": "p", "granularity": "DAY"}])
        self.space.once()
        self.assertEqual([r["seq"] for r in self.space.read("rejected")], [1])
        self.assertEqual(len(self.can.marks("p")), 1)
        self.assertEqual(self.can.state()["violations"], [])


if __name__ == "__main__":
    unittest.main()
