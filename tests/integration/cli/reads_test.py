"""What `partmark` shows of the journal and the state, with the daemon up, down, or never run."""

import http.server
import json
import os
import pty
import re
import shutil
import sqlite3
import subprocess
import threading
import unittest

from cli_support import NOWHERE, TABLE, cli_case
from support import program

READS = [["status"], ["plans"], ["preview"], ["pending"], ["held"], ["rejected"]]
ACCEPTED = b'{"data":"success","success":true,"code":"200","errorMsg":null}'
REFUSED = b'{"data":null,"success":false,"code":"4711","errorMsg":"no such plan","traceId":"t-1"}'


class platform:
    """A stand-in that answers every call alike and keeps what it was asked."""

    def __init__(self):
        self.reply = ACCEPTED
        self.calls = []
        platform_self = self

        class handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                platform_self.calls.append((self.command, self.path, body))
                reply = platform_self.reply.replace(b'"success":true', b'"succeed":true,"success":true')
                self.send_response(200)
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/base"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class reads(cli_case):
    def setUp(self):
        super().setUp()
        self.can = platform()
        self.addCleanup(self.can.close)
        self.configure()

    def configure(self, **sections):
        self.space.configure(self.can.url, **{"plans": [{"uuid": "u1", "name": "orders", "granularity": "DAY"}], **sections})

    def record(self, plan, granularity, first, outcome="success", last=None):
        more = ["--last", last] if last else []
        self.expect(0, "record", "--plan", plan, "--granularity", granularity, "--first", first, "--outcome", outcome, *more)

    def deliver(self, *arguments):
        return self.space.once("--deadline", "30s", *arguments).child.returncode

    def json(self, *arguments, code=0):
        out = self.expect(code, *arguments, "--json").stdout
        self.assertTrue(out.endswith("\n") and out.count("\n") == 1, out)
        return json.loads(out)


class nothing_there(reads):
    def test_a_word_that_is_no_command_is_named(self):
        for words, said in [(["frobnicate"], "frobnicate: no such command"), (["state", "frob"], "frob: no such command"), ([], "a command is missing")]:
            self.assertIn(said, self.expect(2, *words).stderr)

    def test_without_a_journal_everything_is_empty_and_nothing_is_made(self):
        status = self.json("status")
        self.assertEqual(status["journal"] | {"path": ""}, {"last_seq": 0, "folded_seq": 0, "table_last_seq": 0, "table_folded_seq": 0,
                                                            "rejected": 0, "present": False, "path": "", "trouble": None})  # fmt: skip
        counts = ("pending_partitions", "held_plans", "plans", "oldest_pending_seconds")
        self.assertEqual([status[k] for k in counts], [0, 0, 0, 0])
        for what in ["pending", "held", "rejected", "preview"]:
            self.assertEqual(self.json(what), [])
        self.assertEqual([p["plan"] for p in self.json("plans")], ["u1"])
        self.assertEqual(list(self.space.journal_path.parent.iterdir()) + list(self.space.state_path.parent.iterdir()), [])
        for read in READS:
            self.expect(0, *read)

    def test_with_a_journal_and_no_state_the_records_are_seen_as_unread(self):
        self.init()
        self.record("u1", "DAY", "2025-10-20")
        self.expect(0, "record", "--table", TABLE, "--partition", "2025-10-20", "--outcome", "success")
        journal = self.json("status")["journal"]
        self.assertEqual((journal["present"], journal["last_seq"], journal["folded_seq"]), (True, 1, 0))
        self.assertEqual((journal["table_last_seq"], journal["table_folded_seq"]), (1, 0))
        self.assertIn("not read yet", self.expect(0, "status").stdout)
        self.assertEqual(list(self.space.state_path.parent.iterdir()), [])

    def test_an_unknown_plan_is_trouble_and_a_silent_one_is_not(self):
        for command in ["show", "preview"]:
            self.assertIn("nobody", self.expect(1, command, "nobody").stderr)
        self.assertEqual(self.json("show", "orders")["runs"], [])
        self.assertEqual(self.json("show", "u1")["granularity"], "DAY")

    def test_a_state_that_is_no_state_is_trouble(self):
        self.space.state_path.write_bytes(b"something else, and not short at all" * 100)
        for read in READS:
            self.assertIn(str(self.space.state_path), self.expect(1, *read).stderr)

    def test_a_journal_that_is_no_journal_is_trouble_and_the_rest_is_shown(self):
        self.space.journal_path.write_bytes(b"something else, and not short at all" * 100)
        status = self.json("status", code=1)
        self.assertIn(str(self.space.journal_path), status["journal"]["trouble"])
        self.assertIn("cannot be used", self.expect(1, "status").stdout)


class delivered(reads):
    def setUp(self):
        super().setUp()
        self.init()
        self.record("u1", "DAY", "2025-10-01", last="2025-10-31")
        self.record("u1", "DAY", "2025-10-07", "failed", last="2025-10-08")
        self.record("u1", "DAY", "2025-10-20", "cleared")
        self.expect(0, "record", "--plan", "whole", "--full-refresh", "--outcome", "success")

    def test_preview_is_what_is_then_sent(self):
        shown = self.json("preview")
        self.assertEqual([c["plan"] for c in shown], ["u1", "whole", "u1"])
        self.assertEqual({c["endpoint"] for c in shown}, {"can"})
        self.assertEqual(self.can.calls, [])
        self.assertEqual(list(self.space.state_path.parent.iterdir()), [])
        self.assertEqual(self.deliver(), 0)
        key = lambda call: json.dumps(call, sort_keys=True)  # noqa: E731
        sent = [[c["method"], c["path"], c["body"]] for c in shown]
        self.assertEqual(sorted(sent, key=key), sorted(map(list, self.can.calls), key=key))
        self.assertEqual(self.json("preview"), [])

    def test_preview_shows_no_call_that_only_looks(self):
        self.deliver()
        self.record("u1", "DAY", "2025-12-01")
        shown = self.json("preview")
        self.assertNotEqual(shown, [])
        with sqlite3.connect(self.space.state_path) as state:
            state.execute("UPDATE progress SET drift_checked_at = 0")
        state.close()
        self.configure(drift={"check_every": "1h"})
        self.assertEqual(self.json("preview"), shown)

    def test_preview_of_one_plan(self):
        self.assertEqual({c["plan"] for c in self.json("preview", "orders")}, {"u1"})
        self.assertEqual(len(self.json("preview", "whole")), 1)

    def test_all_is_read_and_accepted(self):
        self.assertEqual(self.deliver(), 0)
        status = self.json("status")
        self.assertEqual((status["journal"]["last_seq"], status["journal"]["folded_seq"]), (4, 4))
        self.assertEqual((status["plans"], status["pending_partitions"], status["held_plans"]), (2, 0, 0))
        self.assertIn("accepted", self.expect(0, "status").stdout)
        self.assertEqual(self.json("pending"), [])
        self.assertIn("Nothing", self.expect(0, "pending").stdout)

    def test_plans_counts_partitions_by_mark(self):
        self.deliver()
        u1, whole = self.json("plans")
        self.assertEqual((u1["name"], u1["kind"], u1["granularity"], u1["endpoint"]), ("orders", "partitioned", "DAY", "can"))
        self.assertEqual((u1["success"], u1["failed"], u1["cleared"], u1["pending"], u1["held"]), (28, 2, 1, 0, 0))
        self.assertEqual(u1["last"], {"first": "2025-10-21T00:00:00", "last": "2025-10-31T00:00:00", "mark": "success"})
        self.assertEqual((whole["kind"], whole["granularity"], whole["success"]), ("full_refresh", None, 1))
        text = self.expect(0, "plans").stdout.splitlines()
        self.assertEqual(len(text), 3)
        self.assertRegex(text[1], r"^orders \(u1\) +DAY +28 +2 +1 +2025-10-31 success$")

    def test_show_draws_and_lists_the_runs(self):
        self.deliver()
        text = self.expect(0, "show", "orders").stdout
        self.assertIn("2025-10  SSSSSSFFSSSSSSSSSSSCSSSSSSSSSSS\n", text)
        self.assertNotIn("\x1b", text)
        shown = self.json("show", "u1")
        self.assertEqual(
            shown["runs"],
            [{"first": f"2025-10-{a}T00:00:00", "last": f"2025-10-{b}T00:00:00", "mark": m}
             for a, b, m in [("01", "06", "success"), ("07", "08", "failed"), ("09", "19", "success"), ("20", "20", "cleared"), ("21", "31", "success")]],
        )  # fmt: skip
        self.assertEqual((shown["pending"], shown["held"]), ([], []))
        self.assertEqual(self.json("show", "whole")["runs"], [{"first": None, "last": None, "mark": "success"}])
        self.assertIn("The whole table: success", self.expect(0, "show", "whole").stdout)

    def test_everything_can_be_read_while_the_daemon_runs(self):
        self.space.started_daemon()
        self.wait_settled()
        for read in [*READS, ["show", "orders"]]:
            self.expect(0, *read)


class undelivered(reads):
    def setUp(self):
        super().setUp()
        self.init()
        self.record("u1", "DAY", "2025-10-20", last="2025-10-22")
        self.record("u1", "DAY", "2025-10-22", "failed")

    def test_pending_tells_what_since_when_and_why(self):
        self.space.configure(NOWHERE)
        self.assertEqual(self.space.once("--deadline", "300ms").child.returncode, 75)
        status = self.json("status")
        self.assertEqual((status["pending_partitions"], status["held_plans"]), (3, 0))
        (plan,) = self.json("pending")
        self.assertEqual((plan["plan"], plan["granularity"], plan["partitions"]), ("u1", "DAY", 3))
        self.assertRegex(plan["since"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertEqual(
            [(r["first"], r["last"], r["mark"]) for r in plan["ranges"]],
            [("2025-10-20T00:00:00", "2025-10-21T00:00:00", "success"), ("2025-10-22T00:00:00", "2025-10-22T00:00:00", "failed")],
        )
        self.assertIn("2025-10-20 to 2025-10-21 success, 2025-10-22 failed", self.expect(0, "pending").stdout)
        self.assertIn("2025-10  ...................ssf.........\n", self.expect(0, "show", "u1").stdout)
        said = self.expect(0, "status").stdout
        self.assertRegex(said, r"^partmarkd is not running, and something waits\.\ndaemon    not running\n")
        self.assertIs(status["running"], False)
        self.assertRegex(said, r"\nendpoint  can took no call, .* ago: no reply, .*Connection refused\n")
        (answer,) = status["unanswered"]
        self.assertEqual((answer["endpoint"], answer["plans"], answer["verdict"], answer["http_status"]), ("can", 1, "retry", None))
        self.assertIn("Connection refused", answer["message"])

    def test_held_tells_what_the_remote_said(self):
        self.can.reply = REFUSED
        self.assertEqual(self.deliver(), 1)
        status = self.json("status", code=1)
        self.assertEqual((status["held_plans"], status["pending_partitions"]), (1, 0))
        held = self.json("held")
        self.assertEqual({h["plan"] for h in held}, {"u1"})
        self.assertEqual(sum(h["partitions"] for h in held), 3)
        for h in held:
            self.assertIn("no such plan", h["reason"])
            self.assertEqual((h["code"], h["message"], h["trace_id"], h["http_status"]), ("4711", "no such plan", "t-1", 200))
            self.assertLess(h["since"], h["next_try"])
        self.assertIn("no such plan", self.expect(0, "held").stdout)
        self.assertIn("2025-10  ...................!!!.........\n", self.expect(0, "show", "u1").stdout)
        self.assertIn("held", self.expect(1, "status").stdout)

    def test_triggers_are_pending_and_held_as_plans_are(self):
        self.assertEqual(self.deliver(), 0)
        for day in ["2025-10-21", "2025-10-20"]:
            self.expect(0, "record", "--table", TABLE, "--partition", day, "--outcome", "success")
        self.space.configure(NOWHERE)
        self.assertEqual(self.space.once("--deadline", "300ms").child.returncode, 75)
        (pending,) = self.json("pending")
        self.assertEqual((pending["plan"], pending["table"], pending["endpoint"], pending["partitions"]), (None, TABLE, "can", 2))
        self.assertEqual([r["first"] for r in pending["ranges"]], ["2025-10-20T00:00:00", "2025-10-21T00:00:00"])
        self.assertEqual(self.json("status")["pending_triggers"], 2)
        self.assertRegex(self.expect(0, "status").stdout, r"pending +2 triggers\n")
        self.configure()
        self.can.reply = REFUSED
        self.assertEqual(self.deliver(), 1)
        held = self.json("held")
        self.assertEqual([(h["plan"], h["table"], h["ranges"][0]["first"][:10]) for h in held], [(None, TABLE, "2025-10-20"), (None, TABLE, "2025-10-21")])
        self.assertIn("no such plan", held[0]["reason"])
        self.assertEqual(self.json("status", code=1)["held_triggers"], 2)
        self.assertRegex(self.expect(1, "status").stdout, r"held +2 triggers\n")
        self.assertIn(TABLE, self.expect(0, "held").stdout)

    def test_rejected_tells_which_record_and_why(self):
        connection = self.open_journal()
        connection.execute("INSERT INTO plan_completion(plan, granularity, first, outcome) VALUES ('u1', 'DAY', '2025-02-30', 'success')")
        connection.execute("INSERT INTO table_completion(table_name, partition, outcome) VALUES (?, '2025-02-30', 'success')", (TABLE,))
        self.assertEqual(self.deliver(), 1)
        rejected = self.json("rejected")
        self.assertEqual([(r["table"], r["seq"], r["plan"]) for r in rejected], [("plan_completion", 3, "u1"), ("table_completion", 1, TABLE)])
        for r in rejected:
            self.assertIn("2025-02-30", r["reason"])
        self.assertEqual(self.json("status")["journal"]["rejected"], 2)
        self.assertIn("2025-02-30", self.expect(0, "rejected").stdout)

    def test_another_journal_than_the_folded_one_is_told(self):
        self.assertEqual(self.deliver(), 0)
        for file in self.space.journal_path.parent.iterdir():
            file.unlink()
        # Nobody may be told to make a new one: it would be refused.
        gone = self.json("status", code=1)["journal"]
        self.assertIn("not there any more", gone["trouble"])
        self.assertIn("adopt-journal", gone["trouble"])
        self.assertIn("The journal cannot be used.", self.expect(1, "status").stdout)
        self.assertIn("not there any more", self.expect(78, "state", "check").stdout)
        self.init()
        self.assertIn("adopt-journal", self.json("status", code=1)["journal"]["trouble"])
        self.assertIn("adopt-journal", self.expect(78, "preview").stderr)


class looks(reads):
    """Terminals, pipes and full disks."""

    def setUp(self):
        super().setUp()
        self.init()
        self.record("u1", "DAY", "2025-10-01", last="2025-10-31")
        self.deliver()

    def on_terminal(self, *arguments, **env):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        command = [program("PARTMARK"), "--config", str(self.space.config_path), *arguments]
        inherited = {k: v for k, v in os.environ.items() if k != "NO_COLOR"}
        done = subprocess.run(command, stdout=slave, stderr=slave, env={**inherited, "TERM": "xterm", **env}, check=False)
        os.close(slave)
        self.assertEqual(done.returncode, 0)
        seen = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:
                return seen.decode().replace("\r\n", "\n")
            seen += piece

    def test_colours_are_for_terminals_only(self):
        for read in [["show", "orders"], ["plans"], ["status"]]:
            self.assertIn("\x1b[", self.on_terminal(*read))
            self.assertNotIn("\x1b", self.expect(0, *read).stdout)
            self.assertNotIn("\x1b", self.on_terminal(*read, "--json"))

    def test_no_color_and_dumb_terminals_are_honoured(self):
        for env in [{"NO_COLOR": "1"}, {"TERM": "dumb"}]:
            for read in [["show", "orders"], ["plans"], ["status"]]:
                self.assertNotIn("\x1b", self.on_terminal(*read, **env))
        self.assertIn("\x1b", self.on_terminal("show", "orders", NO_COLOR=""))

    def test_colours_change_nothing_else(self):
        coloured = self.on_terminal("show", "orders", LANG="C", LC_ALL="C")
        self.assertEqual(re.sub(r"\x1b\[[0-9;]*m", "", coloured), self.on_terminal("show", "orders", NO_COLOR="1", LANG="C", LC_ALL="C"))

    def test_record_says_a_line_on_a_terminal(self):
        said = self.on_terminal("record", "--plan", "u1", "--granularity", "DAY", "--first", "2025-11-01", "--outcome", "success")
        self.assertEqual(said, "recorded as 2: u1 DAY 2025-11-01 success\n")

    def test_preview_is_indented_for_people(self):
        self.record("u1", "DAY", "2025-11-01")
        self.assertTrue(self.on_terminal("preview").startswith('[\n  {\n    "plan": "u1",\n'))
        self.assertEqual(json.loads(self.on_terminal("preview")), self.json("preview"))

    def test_a_reader_that_goes_away_is_no_matter(self):
        read, write = os.pipe()
        os.close(read)
        command = [program("PARTMARK"), "--config", str(self.space.config_path), "show", "orders", "--json"]
        done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True, check=False)
        os.close(write)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_full_disk_is_trouble(self):
        with open("/dev/full", "w") as full:
            command = [program("PARTMARK"), "--config", str(self.space.config_path), "show", "orders"]
            done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write", done.stderr)

    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("setpriv"), "needs root, to become somebody else")
    def test_the_group_may_read_what_the_daemon_wrote(self):
        self.space.folder.chmod(0o755)
        for path in [self.space.journal_path.parent, self.space.state_path.parent]:
            os.chown(path, 0, 12345)
            path.chmod(0o2770 if path == self.space.journal_path.parent else 0o750)
            for file in path.iterdir():
                os.chown(file, 0, 12345)
                file.chmod(0o660 if path == self.space.journal_path.parent else 0o640)
        somebody = ["setpriv", "--reuid=54321", "--regid=54321", "--groups=12345"]
        for read in [*READS, ["show", "orders"]]:
            done = subprocess.run([*somebody, program("PARTMARK"), "--config", str(self.space.config_path), *read], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, (read, done.stderr))


if __name__ == "__main__":
    unittest.main()
