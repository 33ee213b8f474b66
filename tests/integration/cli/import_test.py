"""`partmark import`, on real files and pipes."""

import json
import os
import pty
import signal
import sqlite3
import subprocess
import time
import unittest

from cli_support import TABLE, cli_case
from support import eventually, program, unless_sanitized


def line(plan, day, **more):
    return json.dumps({"plan": plan, "granularity": "DAY", "first": day, "outcome": "success", **more}) + "\n"


class imports(cli_case):
    def setUp(self):
        super().setUp()
        self.init()

    def write(self, name, text):
        path = self.space.folder / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    def start(self, *arguments, **streams):
        child = subprocess.Popen([program("PARTMARK"), "--config", str(self.space.config_path), "import", *map(str, arguments)], **streams)
        self.addCleanup(lambda: [stream.close() for stream in (child.stdin, child.stdout, child.stderr) if stream])
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        return child

    def count(self):
        return self.rows(columns="count(*)")[0][0]


class formats(imports):
    def test_ndjson_takes_plans_and_tables(self):
        text = line("p", "2025-10-20", last="2025-10-22", run_type="MANUAL", job="ü", dedupe_key="k1") + line("p", "2025-10-23", job=None)
        text += json.dumps({"table": TABLE, "partition": "2025-10-20", "outcome": "success", "dedupe_key": "k2"}) + "\n"
        text += json.dumps({"plan": "whole", "outcome": "failed", "dedupe_key": "k3"})
        self.assertEqual(self.expect(0, "import", self.write("in.ndjson", text)).stdout, "4 records recorded\n")
        rows = self.rows()
        self.assertEqual(rows[0], ("p", "DAY", "2025-10-20", "2025-10-22", "success", "MANUAL", "ü", "k1"))
        self.assertEqual(rows[1][:7], ("p", "DAY", "2025-10-23", None, "success", None, None))
        self.assertEqual(rows[2], ("whole", None, None, None, "failed", None, None, "k3"))
        self.assertEqual(self.rows("table_completion"), [(TABLE, "2025-10-20", "success", None, "k2")])

    def test_csv_is_known_by_its_name_and_written_by_the_rfc(self):
        text = "\ufeffplan,granularity,first,last,outcome,job\r\n"
        text += 'p,DAY,2025-10-20,,success,"a ""b"", c"\r\n"q",MONTH,2025-10,2025-12,failed,\r\n'
        self.expect(0, "import", self.write("in.csv", text))
        self.assertEqual(
            [row[:7] for row in self.rows()],
            [("p", "DAY", "2025-10-20", None, "success", None, 'a "b", c'), ("q", "MONTH", "2025-10", "2025-12", "failed", None, None)],
        )

    def test_csv_takes_tables(self):
        self.expect(0, "import", self.write("in.csv", f'table_name,partition,outcome\n"{TABLE}",2025-10-20,failed\n'))
        self.assertEqual(self.rows("table_completion")[0][:3], (TABLE, "2025-10-20", "failed"))

    def test_what_a_journal_exports_can_be_imported(self):
        self.expect(0, "import", self.write("in.ndjson", line("p", "2025-10-20") + line("q", "2025-10-21", last="2025-10-22", job="j")))
        for mode, name in [("-json", "out.json"), ("-csv", "out.csv")]:
            out = subprocess.run(["sqlite3", "-header", mode, self.space.journal_path, "SELECT * FROM plan_completion"], capture_output=True, text=True, check=True).stdout
            if mode == "-json":  # an array, a row a line
                out = "".join(json.dumps(row) + "\n" for row in json.loads(out))
            done = self.expect(0, "import", "--json", self.write(name, out))
            self.assertEqual(json.loads(done.stdout)["already_recorded"], 2)

    def test_the_format_can_be_told(self):
        self.expect(0, "import", "--format", "csv", stdin="plan,outcome\np,success\n")
        self.expect(0, "import", "--format", "ndjson", self.write("odd.csv", line("q", "2025-10-20")))
        self.assertEqual([row[0] for row in self.rows()], ["p", "q"])

    def test_a_file_that_is_missing_or_a_directory_is_named(self):
        self.assertIn("nowhere.csv", self.expect(1, "import", "nowhere.csv").stderr)
        self.assertIn(str(self.space.folder), self.expect(1, "import", self.space.folder).stderr)

    def test_a_csv_without_a_header_records_nothing(self):
        done = self.expect(1, "import", self.write("in.csv", "p,DAY,2025-10-20,success\np,DAY,2025-10-21,success\n"))
        self.assertIn("in.csv:1: ", done.stderr)
        self.assertEqual(self.count(), 0)

    def test_nothing_is_imported_from_nothing(self):
        self.assertEqual(self.expect(0, "import", stdin="").stdout, "0 records recorded\n")


class bad_lines(imports):
    BAD = [
        "nonsense\n",
        '{"plan": "p"}\n',
        '{"plan": "p", "table": "t", "outcome": "success"}\n',
        line("p", "2025-02-30"),
        line("p", "2025-10-20", last="2025-10-19"),
        line("p", "2025-10-20", colour="red"),
        line("p", "2025-10-20", job=7),
        line("", "2025-10-20"),
        '{"plan": "p", "outcome": "success", "job": "' + "x" * 70_000 + '"}\n',
        '{"plan": "p\\u0000q", "outcome": "success"}\n',
    ]

    def test_each_is_named_with_its_line_and_all_others_are_kept(self):
        text, good = "", 0
        for number, bad in enumerate(self.BAD):
            text += line("p", f"2025-10-{number + 1:02}") + bad
            good += 1
        path = self.write("in.ndjson", text)
        done = self.expect(1, "import", path)
        self.assertEqual(done.stdout, f"{good} records recorded, {len(self.BAD)} bad lines\n")
        self.assertEqual([said.split(": ")[0] for said in done.stderr.splitlines()], [f"{path}:{2 * n + 2}" for n in range(len(self.BAD))])
        self.assertEqual(self.count(), good)

    def test_bytes_that_are_no_utf8_are_a_bad_line(self):
        path = self.write("in.csv", b"plan,outcome,job\np,success,a\xffb\nq,success,c\n")
        self.assertIn("in.csv:2: ", self.expect(1, "import", path).stderr)
        self.assertEqual([row[0] for row in self.rows()], ["q"])

    def test_the_same_key_with_other_content_is_a_bad_line(self):
        done = self.expect(1, "import", stdin=line("p", "2025-10-20", dedupe_key="k") + line("p", "2025-10-21", dedupe_key="k") + line("p", "2025-10-22"))
        self.assertIn("<stdin>:2: ", done.stderr)
        self.assertEqual(self.count(), 2)

    def test_a_dry_run_names_them_too_and_records_nothing_and_needs_no_journal(self):
        for file in self.space.journal_path.parent.iterdir():
            file.unlink()
        done = self.expect(1, "import", "--dry-run", "--json", self.write("in.ndjson", line("p", "2025-10-20") + "".join(self.BAD)))
        self.assertEqual(json.loads(done.stdout), {"recorded": 0, "already_recorded": 0, "bad": len(self.BAD), "checked": len(self.BAD) + 1, "dry_run": True})
        self.assertEqual(len(done.stderr.splitlines()), len(self.BAD))
        self.assertFalse(self.space.journal_path.exists())


class repetition(imports):
    def summary(self, *arguments, **options):
        return json.loads(self.expect(0, "import", "--json", *arguments, **options).stdout)

    def test_the_same_file_is_recorded_once_also_under_another_name_and_through_standard_input(self):
        text = "".join(line("p", f"2025-10-{day:02}") for day in range(1, 31)) * 2
        path = self.write("in.ndjson", text)
        self.assertEqual(self.summary(path)["recorded"], 60)
        self.assertEqual(self.summary(path)["already_recorded"], 60)
        self.assertEqual(self.summary(self.write("other.ndjson", text))["already_recorded"], 60)
        with open(path) as redirected:
            done = subprocess.run(
                [program("PARTMARK"), "--config", self.space.config_path, "import", "--json"], stdin=redirected, capture_output=True, check=True
            )
        self.assertEqual(json.loads(done.stdout)["already_recorded"], 60)

    def test_another_file_is_news_also_where_its_lines_are_the_same(self):
        self.summary(self.write("monday.ndjson", line("p", "2025-10-20") + line("p", "2025-10-21")))
        self.assertEqual(self.summary(self.write("tuesday.ndjson", line("p", "2025-10-20") + line("p", "2025-10-22")))["recorded"], 2)

    def test_a_file_that_grows_meanwhile_is_recorded_as_it_was_and_said_to_have_grown(self):
        lines = 200_000
        grows = self.write("in.ndjson", "".join(line(f"p{n % 50}", "2025-10-20") for n in range(lines)))
        child = self.start(grows, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        eventually(lambda: self.count() > 0, "it has begun to record")
        with open(grows, "a") as file:
            file.write(line("late", "2025-10-20"))
        out, err = child.communicate(timeout=120)
        self.assertEqual((child.returncode, out), (1, "200,000 records recorded\n"))
        self.assertIn("was written to while it was read", err)
        self.assertEqual(self.count(), lines)

    def test_a_pipe_that_is_repeated_or_goes_on_is_recorded_once(self):
        first, more = line("p", "2025-10-20") + line("p", "2025-10-20"), line("p", "2025-10-21")
        self.assertEqual(self.summary(stdin=first)["recorded"], 2)
        self.assertEqual(self.summary(stdin=first + more), {"recorded": 1, "already_recorded": 2, "bad": 0, "checked": 3, "dry_run": False})
        self.assertEqual(self.summary(stdin=more + first)["recorded"], 3)

    def test_killed_at_any_moment_and_run_again_it_records_every_line_once(self):
        lines = 40_000
        path = self.write("in.ndjson", "".join(line(f"p{n}", "2025-10-20") for n in range(lines)))
        for pause in [0.01, 0.05, 0.1, 0.2]:
            child = self.start(path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(pause)  # no condition: wherever it hits
            child.send_signal(signal.SIGKILL)
            child.wait()
        self.expect(0, "import", path)
        self.assertEqual(self.rows(columns="count(*), count(DISTINCT plan)"), [(lines, lines)])


class company(imports):
    """Others write while an import goes on."""

    def test_other_writers_get_their_turn(self):
        lines = 60_000
        path = self.write("in.ndjson", "".join(line(f"p{n}", "2025-10-20") for n in range(lines)))
        child = self.start(path, stdout=subprocess.DEVNULL)
        eventually(lambda: self.count() > 0, "the import has begun")
        other = sqlite3.connect(self.space.journal_path, timeout=30, isolation_level=None)
        self.addCleanup(other.close)
        during = 0
        while child.poll() is None:
            other.execute("INSERT INTO plan_completion(plan, outcome) VALUES ('other', 'success')")
            (imported,) = other.execute("SELECT count(*) FROM plan_completion WHERE plan <> 'other'").fetchone()
            during += imported < lines
        self.assertEqual(child.returncode, 0)
        self.assertGreater(during, 0)
        self.assertEqual(self.rows(columns="count(*)", where="plan <> 'other'")[0][0], lines)

    def test_an_input_that_makes_it_wait_holds_nobody_up(self):
        child = self.start(stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        child.stdin.write(line("p", "2025-10-20"))
        child.stdin.flush()
        eventually(lambda: self.count() == 1, "what was read is committed while the import waits for more")
        other = sqlite3.connect(self.space.journal_path, timeout=0, isolation_level=None)
        self.addCleanup(other.close)
        other.execute("INSERT INTO plan_completion(plan, outcome) VALUES ('other', 'success')")
        child.stdin.write(line("p", "2025-10-21"))
        child.stdin.close()
        self.assertEqual(child.stdout.read(), "2 records recorded\n")
        self.assertEqual(child.wait(), 0)

    @unless_sanitized
    def test_memory_does_not_grow_with_the_input(self):
        child = self.start("--dry-run", stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        for number in range(100_000):
            child.stdin.write(line(f"p{number}", "2025-10-20", job="x" * 200))
        child.stdin.flush()
        with open(f"/proc/{child.pid}/status") as status:
            peak = next(row for row in status if row.startswith("VmHWM:"))
        self.assertLess(int(peak.split()[1]), 24 * 1024)
        child.stdin.close()
        self.assertEqual(child.wait(), 0)


class progress(imports):
    def test_a_terminal_sees_how_far_it_is_and_a_file_does_not(self):
        path = self.write("in.ndjson", "".join(line(f"p{n}", "2025-10-20") for n in range(200_000)))
        master, slave = pty.openpty()
        child = self.start(path, stdout=subprocess.PIPE, stderr=slave)
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
        self.assertEqual(child.wait(), 0)
        self.assertIn(b" %", seen)
        self.assertIn(b"/s", seen)
        self.assertTrue(seen.endswith(b"\r\x1b[K"), seen[-80:])
        self.assertEqual(self.expect(0, "import", path).stderr, "")


if __name__ == "__main__":
    unittest.main()
