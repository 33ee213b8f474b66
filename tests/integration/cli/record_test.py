"""`partmark init` and `partmark record`, as jobs run them."""

import json
import os
import stat
import subprocess
import threading
import unittest

from cli_support import NOWHERE, TABLE, cli_case
from support import program

ONE_DAY = ["record", "--plan", "p", "--granularity", "DAY", "--first", "2025-10-20", "--outcome", "success"]


class init(cli_case):
    def test_the_journal_is_made_for_its_group_whatever_the_umask(self):
        before = os.umask(0o077)
        try:
            self.init()
        finally:
            os.umask(before)
        self.assertEqual(stat.S_IMODE(self.space.journal_path.stat().st_mode), 0o660)
        self.expect(0, *ONE_DAY)
        self.assertEqual(len(self.rows()), 1)

    def test_it_may_be_run_again(self):
        self.init()
        self.expect(0, *ONE_DAY)
        self.assertIn("already", self.expect(0, "init").stdout)
        self.assertEqual(len(self.rows()), 1)

    def test_a_directory_that_is_missing_is_named(self):
        self.space.journal_path.parent.rmdir()
        self.assertIn(str(self.space.journal_path), self.expect(1, "init").stderr)

    def test_a_file_that_is_something_else_is_left_alone(self):
        self.space.journal_path.write_bytes(b"something else entirely, and long enough to be looked at\n" * 20)
        before = self.space.journal_path.read_bytes()
        self.expect(1, "init")
        self.assertEqual(self.space.journal_path.read_bytes(), before)


class record(cli_case):
    def setUp(self):
        super().setUp()
        self.init()

    def test_what_was_said_is_what_is_recorded_and_nothing_is_said(self):
        done = self.expect(0, *ONE_DAY)
        self.assertEqual((done.stdout, done.stderr), ("", ""))
        self.expect(
            0, "record", "--plan", "q", "--granularity", "HOUR", "--first", "2025-10-20T07:00:00", "--last", "2025-10-20T09:00:00",
            "--outcome", "cleared", "--run-type", "MANUAL", "--job", "hourly", "--key", "hourly/7",
        )  # fmt: skip
        self.expect(0, "record", "--plan", "r", "--full-refresh", "--outcome", "failed")
        self.assertEqual(
            self.rows(),
            [
                ("p", "DAY", "2025-10-20", None, "success", None, None, None),
                ("q", "HOUR", "2025-10-20T07:00:00", "2025-10-20T09:00:00", "cleared", "MANUAL", "hourly", "hourly/7"),
                ("r", None, None, None, "failed", None, None, None),
            ],
        )

    def test_a_table_has_a_form_of_its_own(self):
        self.expect(0, "record", "--table", TABLE, "--partition", "2025-10-20", "--outcome", "success", "--job", "j", "--key", "k")
        self.assertEqual(self.rows("table_completion"), [(TABLE, "2025-10-20", "success", "j", "k")])
        self.assertEqual(self.rows(), [])

    def test_who_asks_is_told(self):
        self.assertEqual(json.loads(self.expect(0, *ONE_DAY, "--json").stdout), {"seq": 1, "already_recorded": False})
        self.assertEqual(self.expect(0, *ONE_DAY, "--verbose").stdout, "recorded as 2: p DAY 2025-10-20 success\n")

    def test_the_same_key_and_content_are_recorded_once(self):
        self.expect(0, *ONE_DAY, "--key", "k")
        self.assertEqual(json.loads(self.expect(0, *ONE_DAY, "--key", "k", "--json").stdout), {"seq": 1, "already_recorded": True})
        self.assertEqual(len(self.rows()), 1)

    def test_the_same_key_with_other_content_is_trouble(self):
        self.expect(0, *ONE_DAY, "--key", "k")
        done = self.expect(1, *ONE_DAY[:-1], "failed", "--key", "k")
        self.assertIn('"k"', done.stderr)
        self.assertEqual(len(self.rows()), 1)

    def test_what_cannot_be_right_is_2_and_says_what_was_expected(self):
        for wrong, word in [
            (["--plan", "p", "--granularity", "DAY", "--first", "2025-02-30", "--outcome", "success"], "2025-02-30"),
            (["--plan", "p", "--granularity", "DAY", "--first", "2025-10-20T12:00:00", "--outcome", "success"], "2025-10-20T12:00:00"),
            (["--plan", "p", "--granularity", "WEEK", "--first", "2025-10-21", "--outcome", "success"], "Monday"),
            (["--plan", "p", "--granularity", "day", "--first", "2025-10-20", "--outcome", "success"], "DAY"),
            (["--plan", "p", "--granularity", "DAY", "--first", "2025-10-20", "--last", "2025-10-19", "--outcome", "success"], "before"),
            (["--plan", "p", "--granularity", "DAY", "--first", "0001-01-01", "--last", "9999-12-31", "--outcome", "success"], "100000"),
            (["--plan", "p", "--granularity", "DAY", "--first", "2025-10-20", "--outcome", "done"], "success, failed or cleared"),
            (["--plan", "p", "--granularity", "DAY", "--first", "2025-10-20"], "--outcome"),
            (["--plan", "p", "--full-refresh", "--outcome", "cleared"], "full refresh"),
            (["--plan", "", "--full-refresh", "--outcome", "success"], "plan"),
            (["--plan", "p", "--full-refresh", "--granularity", "DAY", "--outcome", "success"], "--full-refresh"),
            (["--plan", "p", "--full-refresh", "--outcome", "success", "--job", ""], "job"),
            (["--plan", "x" * 257, "--full-refresh", "--outcome", "success"], "256"),
            (["--table", "p_order", "--partition", "2025-10-20", "--outcome", "success"], "table_name"),
            (["--table", TABLE, "--partition", "2025-02-30", "--outcome", "success"], "2025-02-30"),
            (["--table", TABLE, "--outcome", "success"], "--partition"),
            (["--outcome", "success"], "--plan"),
        ]:
            with self.subTest(wrong):
                done = self.expect(2, "record", *wrong)
                self.assertIn(word, done.stderr)
                self.assertEqual(done.stdout, "")
        self.assertEqual((self.rows(), self.rows("table_completion")), ([], []))

    def test_the_configured_limit_of_partitions_holds(self):
        self.space.configure(NOWHERE, journal={"max_partitions_per_record": 3})
        days = ["record", "--plan", "p", "--granularity", "DAY", "--first", "2025-10-20", "--outcome", "success", "--last"]
        self.expect(0, *days, "2025-10-22")
        self.expect(2, *days, "2025-10-23")

    def test_without_a_journal_it_says_how_to_make_one(self):
        for file in self.space.journal_path.parent.iterdir():
            file.unlink()
        self.assertIn("partmark init", self.expect(1, *ONE_DAY).stderr)
        self.assertFalse(self.space.journal_path.exists())

    def test_a_configuration_that_is_wrong_or_missing_is_78_with_every_error(self):
        self.space.config_path.write_text("journal: { paht: x }\nnonsense: 1\n")
        done = self.expect(78, *ONE_DAY)
        self.assertIn(f"{self.space.config_path}:1: ", done.stderr)
        self.assertIn(f"{self.space.config_path}:2: ", done.stderr)
        self.space.config_path.unlink()
        self.assertIn(str(self.space.config_path), self.expect(78, *ONE_DAY).stderr)

    def test_a_job_needs_no_access_to_the_secrets(self):
        self.space.configure(NOWHERE, {"auth": {"type": "APIKEY", "value_file": "/nowhere/at/all"}})
        self.expect(0, *ONE_DAY)

    def test_it_waits_for_another_writer(self):
        other = self.open_journal()
        other.execute("BEGIN IMMEDIATE")
        started = subprocess.Popen([program("PARTMARK"), "--config", self.space.config_path, *ONE_DAY])
        self.addCleanup(started.kill)
        with self.assertRaises(subprocess.TimeoutExpired):
            started.wait(0.5)
        other.execute("COMMIT")
        self.assertEqual(started.wait(30), 0)
        self.assertEqual(len(self.rows()), 1)

    def test_many_jobs_at_once_lose_nothing(self):
        def job(number):
            for day in range(1, 11):
                self.expect(0, "record", "--plan", f"p{number}", "--granularity", "DAY", "--first", f"2025-10-{day:02}", "--outcome", "success")

        jobs = [threading.Thread(target=job, args=[number]) for number in range(8)]
        for j in jobs:
            j.start()
        for j in jobs:
            j.join()
        self.assertEqual(len(set(self.rows())), 80)

    def test_the_configuration_is_found_in_the_environment_and_after_the_command(self):
        config = str(self.space.config_path)
        for command, env in [([*ONE_DAY], {"PARTMARK_CONFIG": config}), ([*ONE_DAY, "--config", config], {"PARTMARK_CONFIG": "/nowhere"})]:
            done = subprocess.run([program("PARTMARK"), *command], env={**os.environ, **env}, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.rows()), 2)


class record_from_systemd(cli_case):
    def setUp(self):
        super().setUp()
        self.init()

    def stop_post(self, code, result, exit_code, exit_status, *more, invocation="0123abcd"):
        env = {"SERVICE_RESULT": result, "EXIT_CODE": exit_code, "EXIT_STATUS": exit_status, "INVOCATION_ID": invocation}
        return self.expect(code, "record", "--from-systemd", "--plan", "p", "--granularity", "DAY", "--first", "2025-10-20", *more, env=env)

    def test_the_end_of_the_service_is_the_outcome(self):
        for number, (result, exit_code, status, outcome) in enumerate(
            [("success", "exited", "0", "success"), ("exit-code", "exited", "1", "failed"), ("signal", "killed", "KILL", "failed"),
             ("timeout", "killed", "TERM", "failed"), ("success", "exited", "75", "failed"), ("success", "killed", "TERM", "failed")]
        ):  # fmt: skip
            self.stop_post(0, result, exit_code, status, invocation=f"run{number}")
            self.assertEqual(self.rows()[-1][4], outcome)

    def test_a_service_that_was_not_to_run_records_nothing(self):
        self.assertEqual(self.stop_post(0, "exec-condition", "exited", "1").stdout, "")
        self.assertEqual(json.loads(self.stop_post(0, "exec-condition", "exited", "1", "--json").stdout), {"seq": None, "already_recorded": False})
        self.assertEqual(self.rows(), [])

    def test_one_invocation_is_recorded_once(self):
        self.stop_post(0, "success", "exited", "0")
        self.stop_post(0, "success", "exited", "0")
        self.assertEqual(len(self.rows()), 1)
        self.assertTrue(self.rows()[0][7].startswith("systemd:0123abcd:"))
        self.stop_post(0, "success", "exited", "0", "--last", "2025-10-21")
        self.stop_post(0, "success", "exited", "0", invocation="4567")
        self.assertEqual(len(self.rows()), 3)

    def test_a_given_job_and_key_stay(self):
        self.stop_post(0, "success", "exited", "0", "--job", "mine", "--key", "my key")
        self.assertEqual(self.rows()[0][6:], ("mine", "my key"))

    def test_outside_of_a_service_it_is_wrong_usage(self):
        env = {k: v for k, v in os.environ.items() if k not in ("SERVICE_RESULT", "INVOCATION_ID")}
        command = [program("PARTMARK"), "--config", self.space.config_path, "record", "--from-systemd", "--plan", "p", "--full-refresh"]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("ExecStopPost=", done.stderr)
        self.expect(2, "record", "--from-systemd", "--outcome", "success", "--plan", "p", "--full-refresh")


if __name__ == "__main__":
    unittest.main()
