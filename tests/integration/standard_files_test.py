"""Standard input, output and error that are closed, at start or later, and files that may not grow: no end without a word, and nothing of
what is said lands in a file of ours."""

import os
import resource
import subprocess
import unittest

from can import simulator
from journal import journal
from support import LIMIT, die_with_parent, eventually, integration_case, program, unless_sanitized


class standard_files(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.space.configure(self.can.url)
        self.space.partmark("init")
        self.book = journal(self.space.journal_path)
        self.addCleanup(self.book.close)

    def record(self, *days):
        self.book.add_all([("p", "DAY", f"2025-10-{day:02}", None, "success") for day in days])

    def closed(self, descriptors, *command):
        """Started with these descriptors closed."""
        without = " ".join(f"{fd}>&-" for fd in descriptors)
        return ["sh", "-c", f'exec "$@" {without}', "sh", *command]

    def lock_text(self):
        return (self.space.state_path.parent / "state.db.lock").read_text()

    def test_a_daemon_whose_logs_reader_went_away_goes_on(self):
        ours, theirs = os.pipe()
        command = [program("PARTMARKD"), "--config", self.space.config_path]
        with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=theirs, preexec_fn=die_with_parent) as d:
            self.addCleanup(d.kill)
            os.close(theirs)
            self.assertIn(b"daemon.started", os.read(ours, 65536))
            os.close(ours)
            self.record(1, 2, 3)
            self.wait_settled()
            d.terminate()
            self.assertEqual(d.wait(LIMIT), 0)

    @unless_sanitized
    def test_a_file_that_may_not_grow_is_said_and_the_daemon_goes_on_when_it_may(self):
        d = self.space.started_daemon()
        self.record(1)
        self.wait_settled()
        usual = resource.prlimit(d.pid, resource.RLIMIT_FSIZE)
        wal = self.space.state_path.parent / "state.db-wal"
        # Of the log's file, too, so the limit lies above what is said until then.
        room = max(wal.stat().st_size, d.err_path.stat().st_size) + (64 << 10)
        resource.prlimit(d.pid, resource.RLIMIT_FSIZE, (room, usual[1]))
        self.book.add_all([(f"plan-{n}", "DAY", f"2025-{m:02}-{k:02}", None, "failed" if k % 2 else "success")
                           for n in range(60) for m in range(1, 13) for k in range(1, 29)])
        d.await_event("state.unwritable")
        resource.prlimit(d.pid, resource.RLIMIT_FSIZE, usual)
        self.wait_settled()
        self.assertEqual(d.stop(), 0)

    @unless_sanitized
    def test_a_command_whose_file_may_not_grow_says_so(self):
        done = subprocess.run(
            [program("PARTMARK"), "--config", self.space.config_path, "record", "--plan", "p", "--granularity", "DAY", "--first", "2025-10-20",
             "--outcome", "success"],
            capture_output=True, text=True, timeout=LIMIT, check=False, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1024, 1024)),
        )
        self.assertEqual(done.returncode, 1, done)
        self.assertIn(str(self.space.journal_path), done.stderr)

    def test_a_daemon_that_is_started_without_them_writes_its_log_into_no_file_of_ours(self):
        for descriptors in ([2], [0, 1, 2]):
            with self.subTest(descriptors):
                d = self.space.start(self.closed(descriptors, program("PARTMARKD"), "--config", self.space.config_path), "closed")
                self.record(len(descriptors))
                eventually(lambda: self.space.read("status")["running"] and self.space.settled(), "it delivers")
                self.assertEqual(self.lock_text(), f"{d.pid}\n")
                self.assertEqual(d.stop(), 0)
                self.assertEqual(self.lock_text(), f"{d.pid}\n")
        self.assertEqual(self.space.partmark("state", "check")[0], 0)

    def test_a_command_without_them_says_nothing_into_the_state(self):
        self.assertEqual(self.space.once().child.returncode, 0)
        for descriptors in ([1], [0, 1, 2]):
            with self.subTest(descriptors):
                done = self.space.start(self.closed(descriptors, program("PARTMARK"), "--config", self.space.config_path, "pause"), "closed")
                self.assertEqual(done.exit_code(), 0)
                self.assertEqual(self.lock_text(), f"{done.pid}\n")
        self.assertEqual(self.space.read("status")["paused"], ["can"])


if __name__ == "__main__":
    unittest.main()
