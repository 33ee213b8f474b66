"""partmarkd as a command: its arguments, its exit codes, what it says when it cannot start."""

import os
import shutil
import sqlite3
import unittest

from can import simulator
from journal import journal
from support import eventually, integration_case


class programs(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.space.configure(self.can.url)

    def init(self):
        code, _, err = self.space.partmark("init")
        self.assertEqual(code, 0, err)

    def add(self, *row):
        with journal(self.space.journal_path) as book:
            book.add(*row)

    def run_to_end(self, *arguments):
        """(exit code, standard output, standard error)"""
        d = self.space.daemon(*arguments)
        code = d.exit_code()
        return code, d.out_path.read_text(), d.said()

    def test_version_and_help_are_said_without_a_configuration(self):
        self.space.config_path.unlink()
        code, out, _ = self.run_to_end("--version")
        self.assertEqual(code, 0)
        self.assertRegex(out, r"^partmarkd \d+\.\d+\.\d+\n$")
        code, out, _ = self.run_to_end("--help")
        self.assertEqual(code, 0)
        for word in ["--config", "--once", "--deadline", "--check-config", "75", "78"]:
            self.assertIn(word, out)

    def test_wrong_usage_is_2(self):
        for arguments in [["--sometimes"], ["--deadline", "5s"], ["--once", "--deadline", "5"], ["--once", "--deadline", "soon"]]:
            with self.subTest(arguments):
                code, _, err = self.run_to_end(*arguments)
                self.assertEqual(code, 2)
                self.assertTrue(err)

    def test_check_config_is_0_and_touches_nothing(self):
        self.assertEqual(self.run_to_end("--check-config")[0], 0)
        self.assertEqual(list(self.space.state_path.parent.iterdir()), [])
        self.assertEqual(self.can.requests(), 0)

    def test_every_error_of_the_configuration_is_named_with_its_line(self):
        good = self.space.config_path.read_text()
        self.space.config_path.write_text(
            good.replace('"500ms"', "5") + 'drift: { check_every: often }\ntables: [ { name: "no table" } ]\nsurprise: 1\nlog: {}\n'
        )
        lines = len(good.splitlines())
        for arguments in [["--check-config"], ["--once"], []]:
            code, out, err = self.run_to_end(*arguments)
            self.assertEqual((code, out), (78, ""), err)
            found = [line for line in err.splitlines() if line.startswith(f"{self.space.config_path}:")]
            self.assertEqual(len(found), len(err.splitlines()), err)
            for where in ["1: journal.poll_interval: 5: ", f"{lines + 1}: drift.check_every: often: ", f"{lines + 3}: surprise: ", f"{lines + 4}: log: "]:
                self.assertTrue(any(line.startswith(f"{self.space.config_path}:{where}") for line in found), (where, err))
            self.assertTrue(any(f":{lines + 2}: tables[0].name: " in line for line in found), err)

    def test_a_configuration_that_is_missing_is_78(self):
        self.space.config_path.unlink()
        code, _, err = self.run_to_end()
        self.assertEqual(code, 78)
        self.assertIn(str(self.space.config_path), err)

    def test_a_secret_that_cannot_be_read_is_78_and_names_the_line(self):
        self.space.configure(self.can.url, {"auth": {"type": "APIKEY", "value_file": str(self.space.folder / "nowhere")}})
        code, _, err = self.run_to_end("--check-config")
        self.assertEqual(code, 78)
        self.assertRegex(err, rf"^{self.space.config_path}:\d+: endpoints\[0\]\.auth\.value_file: ")

    def test_once_is_0_when_all_was_accepted(self):
        self.init()
        self.add("p", "DAY", "2025-10-20")
        self.assertEqual(self.run_to_end("--once")[0], 0)
        self.assertEqual(len(self.can.marks("p")), 1)

    def test_once_is_1_when_a_record_was_rejected_in_this_run_only(self):
        self.init()
        self.add("p", "DAY", "2025-02-30")
        self.assertEqual(self.run_to_end("--once")[0], 1)
        self.assertEqual(self.run_to_end("--once")[0], 0)

    def test_once_is_1_while_something_is_held_and_tries_it_each_time(self):
        self.init()
        self.can.fault("reject")
        self.add("p", "DAY", "2025-10-20")
        self.assertEqual(self.run_to_end("--once")[0], 1)
        self.assertEqual(self.space.read("status")["held_plans"], 1)
        before = self.can.requests()
        self.assertEqual(self.run_to_end("--once")[0], 1)
        self.assertGreater(self.can.requests(), before)
        self.can.clear_faults()
        self.assertEqual(self.run_to_end("--once")[0], 0)
        self.assertEqual(self.space.read("status")["held_plans"], 0)

    def test_once_is_75_when_the_deadline_passes(self):
        self.init()
        self.add("p", "DAY", "2025-10-20")
        self.can.stop()
        self.assertEqual(self.run_to_end("--once", "--deadline", "300ms")[0], 75)
        self.assertEqual(self.space.read("status")["pending_partitions"], 1)
        self.can.start()
        self.assertEqual(self.run_to_end("--once", "--deadline", "60s")[0], 0)

    def test_once_is_75_when_it_is_told_to_stop_before_it_is_done(self):
        self.init()
        self.add("p", "DAY", "2025-10-20")
        self.can.stop()
        d = self.space.daemon("--once")
        d.await_event("endpoint.circuit_opened")
        self.assertEqual(d.stop(), 75)

    def test_a_second_daemon_on_the_same_state_is_refused_and_the_first_unharmed(self):
        self.init()
        first = self.space.started_daemon()
        for arguments in [[], ["--once"]]:
            code, _, err = self.run_to_end(*arguments)
            self.assertEqual(code, 1)
            self.assertIn(str(self.space.state_path), err)
            self.assertRegex(err, "(another|other) partmarkd|in use|holds")
        self.add("p", "DAY", "2025-10-20")
        eventually(lambda: self.can.marks("p"), "the first goes on")
        self.assertTrue(self.space.socket_path.exists(), "the first keeps its socket")
        self.assertTrue(first.running())

    def test_a_state_of_a_newer_version_is_78_and_left_alone(self):
        self.init()
        self.add("p", "DAY", "2025-10-20")
        self.assertEqual(self.run_to_end("--once")[0], 0)
        connection = sqlite3.connect(self.space.state_path)
        connection.execute("PRAGMA user_version = 9999")
        connection.close()
        code, _, err = self.run_to_end("--once")
        self.assertEqual(code, 78)
        self.assertIn(str(self.space.state_path), err)

    def test_a_file_that_is_no_database_is_refused_by_name(self):
        self.init()
        self.space.state_path.write_bytes(b"not a database, not at all " * 200)
        code, _, err = self.run_to_end("--once")
        self.assertEqual(code, 78)
        self.assertIn(str(self.space.state_path), err)

    def test_a_missing_state_directory_is_named(self):
        shutil.rmtree(self.space.state_path.parent)
        code, _, err = self.run_to_end("--once")
        self.assertIn(code, (1, 78))
        self.assertIn(str(self.space.state_path.parent), err)

    def test_the_socket_of_a_killed_daemon_is_replaced(self):
        self.init()
        self.space.started_daemon().kill()
        self.assertTrue(self.space.socket_path.exists())
        self.space.started_daemon()
        self.assertTrue(os.access(self.space.socket_path, os.W_OK))
        self.assertEqual(self.space.daemon("--version").exit_code(), 0)


if __name__ == "__main__":
    unittest.main()
