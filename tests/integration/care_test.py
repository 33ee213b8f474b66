"""docs/care.md: each block is run, line by line, on a daemon at work. `systemctl` is this test; users and owners are left out, as there is but one here."""

import re
import sqlite3
import threading
import unittest
import subprocess

import oracle
from can import simulator
from journal import journal
from support import LIMIT, eventually, integration_case, program, source_root

PAGE = (source_root() / "docs/care.md").read_text()
BLOCKS = dict(re.findall(r"^```sh ([\w-]+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL))
DAYS = [f"2025-10-{day:02}" for day in range(1, 31)]


class care(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.space.configure(self.can.url, {"settle_time": "50ms"}, journal={"poll_interval": "100ms"})
        self.space.partmark("init")
        self.backups = self.space.folder / "backups"
        self.run_daemon()

    def run_daemon(self):
        self.daemon = self.space.started_daemon()

    def record(self, days, outcome="success"):
        with journal(self.space.journal_path) as book:
            book.add_all([("p", "DAY", day, None, outcome) for day in days])

    def do(self, name):
        """The block as root would type it."""
        text = BLOCKS[name].replace("/var/lib/partmark/journal", str(self.space.journal_path.parent)).replace("/var/backups/partmark", str(self.backups))
        text = re.sub(r"-o partmark -g [a-z-]+ ", "", text.replace("/var/lib/partmark/state", str(self.space.state_path.parent)).replace("sudo -u partmark ", ""))
        said = ""
        for line in text.splitlines():
            if line == "systemctl stop partmarkd":
                self.daemon.stop()
            elif line == "systemctl start partmarkd":
                self.run_daemon()
                self.wait_folded()
            else:
                line = re.sub(r"^partmark ", f"{program('PARTMARK')} --config {self.space.config_path} ", line)
                done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=LIMIT, check=False)
                self.assertEqual(done.returncode, 0, f"{line}: {done.stdout}{done.stderr}")
                said += done.stdout
        return said

    def marks(self):
        """What the platform holds, by day of October."""
        return {first.day: mark for first, mark in self.can.marks("p").items()}

    def assert_agreed(self):
        self.wait_settled()
        with journal(self.space.journal_path) as book:
            self.assertEqual(oracle.disagreements(book.rows(), self.can.state()["plans"]), [])
        self.assertEqual(self.can.state()["violations"], [])

    def assert_journal_is_as_before(self):
        with sqlite3.connect(self.space.journal_path) as file:
            self.assertEqual(file.execute("PRAGMA journal_mode").fetchone()[0], "wal")
        file.close()
        self.assertEqual(self.space.journal_path.stat().st_mode & 0o777, 0o660)

    def test_a_backup_that_is_taken_while_jobs_write_goes_on_as_a_pair(self):
        stop = threading.Event()

        def write():
            for n in range(1000000):
                if stop.is_set():
                    return
                self.record([DAYS[n % 20]], "failed" if n % 3 else "success")

        writer = threading.Thread(target=write)
        writer.start()
        eventually(lambda: self.space.read("status")["journal"]["folded_seq"] > 20, "the daemon is at work")
        self.do("backup")
        stop.set()
        writer.join()
        self.assertRegex(self.do("look"), r"^ok\n\d+\nok\n$")
        self.record(DAYS[20:25])
        self.wait_settled()
        self.do("restore-both")
        self.assert_journal_is_as_before()
        self.wait_settled()
        # What was recorded after the backup is known to the platform alone, and drift says so.
        code, out, _ = self.space.partmark("drift", "p")
        self.assertEqual(code, 0)
        self.assertIn("never recorded here, and in the platform's list: 5 partitions\n", out)
        self.record(DAYS[20:25])
        self.assert_agreed()

    def test_a_snapshot_serves_as_well(self):
        self.record(DAYS[:5])
        self.wait_settled()
        self.do("backup")
        self.do("snapshot")
        self.do("restore-both")
        self.assert_journal_is_as_before()
        self.record(DAYS[2:7], "failed")
        self.assert_agreed()

    def test_a_journal_that_is_put_back_alone_is_refused_until_that_is_said(self):
        self.record(DAYS[:3])
        self.do("backup")
        self.record(DAYS[2:5], "failed")
        self.wait_settled()
        self.daemon.stop()
        for line in BLOCKS["restore-journal"].splitlines()[1:4]:
            BLOCKS["part"] = line
            self.do("part")
        daemon = self.space.daemon()
        self.assertEqual(daemon.exit_code(), 78)
        self.assertIn("adopt-journal", daemon.said())
        self.run_daemon_after_adoption()
        # The copy's word on the 3rd is older, and wins; what only lost records spoke of stays.
        self.wait_settled()
        self.assertEqual(self.marks(), {1: "success", 2: "success", 3: "success", 4: "failed", 5: "failed"})
        self.assert_journal_is_as_before()

    def run_daemon_after_adoption(self):
        self.assertEqual(self.space.partmark("state", "adopt-journal")[0], 0)
        self.run_daemon()
        self.wait_folded()

    def test_the_block_that_puts_a_journal_back_does_all_of_it(self):
        self.record(DAYS[:3])
        self.do("backup")
        self.record(DAYS[3:5])
        self.wait_settled()
        self.do("restore-journal")
        self.record(DAYS[:1], "failed")
        self.wait_settled()
        self.assertEqual(self.marks(), {1: "failed", 2: "success", 3: "success", 4: "success", 5: "success"})

    def test_a_new_journal_keeps_what_the_state_knows(self):
        self.record(DAYS[:5])
        self.wait_settled()
        self.do("new-journal")
        self.record(DAYS[1:2], "failed")
        self.wait_settled()
        self.assertEqual(self.marks(), {1: "success", 2: "failed", 3: "success", 4: "success", 5: "success"})

    def test_a_state_that_is_put_back_reads_on_and_one_that_is_rebuilt_knows_all(self):
        self.record(DAYS[:5])
        self.wait_settled()
        self.do("backup")
        self.record(DAYS[3:9], "failed")
        self.wait_settled()
        self.do("restore-state")
        self.assert_agreed()
        self.do("rebuild-state")
        self.assert_agreed()

    def test_a_state_of_a_newer_version_is_78_and_both_ways_back_work(self):
        self.record(DAYS[:5])
        self.wait_settled()
        self.do("backup")
        for way in ("restore-state", "rebuild-state"):
            self.daemon.stop()
            with sqlite3.connect(self.space.state_path) as file:
                file.execute("PRAGMA user_version = 99")
            file.close()
            daemon = self.space.daemon()
            self.assertEqual(daemon.exit_code(), 78)
            said = re.search(r"`(has schema version) N, (this program knows up to) M; (use a partmark .*?)`", PAGE)
            for words in said.groups():
                self.assertIn(words, daemon.said())
            self.assertEqual(self.space.partmark("status")[0], 78)
            self.daemon = daemon
            self.daemon.stop = lambda: None
            self.do(way)
            self.record(DAYS[5:7], "failed")
            self.assert_agreed()

    def test_every_block_is_tried(self):
        own = (source_root() / "tests/integration/care_test.py").read_text()
        for name in BLOCKS.keys() - {"part"}:
            self.assertIn(f'"{name}"', own)
        self.assertEqual(PAGE.count("```sh"), len(BLOCKS.keys() - {"part"}))


if __name__ == "__main__":
    unittest.main()
