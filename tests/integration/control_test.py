"""Commands to the running daemon, straight through its socket: one JSON object a line each way."""

import grp
import json
import os
import pty
import pwd
import socket
import stat
import subprocess
import sys
import threading
import unittest

import oracle
from can import simulator
from journal import journal
from support import LIMIT, eventually, integration_case, program


class control(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.space.configure(self.can.url)
        self.space.partmark("init")
        self.book = journal(self.space.journal_path)
        self.addCleanup(self.book.close)

    def connect(self):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(60)
        self.addCleanup(s.close)

        def connected():  # a full queue is no refusal
            try:
                s.connect(str(self.space.socket_path))
            except BlockingIOError:
                return False
            return True

        eventually(connected, "the socket takes a connection")
        return s

    def say(self, line):
        s = self.connect()
        s.sendall(line)
        answer = b""
        while piece := s.recv(65536):
            answer += piece
        s.close()
        return answer

    def command(self, verb, target=None, **more):
        return json.loads(self.say(json.dumps({"command": verb, **({"target": target} if target else {}), **more}).encode() + b"\n"))

    def assert_done(self, *command):
        answer = self.command(*command)
        self.assertTrue(answer["done"], answer)

    def assert_agreed(self):
        state = self.can.state()
        self.assertEqual(oracle.disagreements(self.book.rows(), state["plans"]), [])
        self.assertEqual(state["violations"], [])

    def test_the_socket_is_the_owners_and_the_groups(self):
        self.space.started_daemon()
        status = eventually(lambda: self.space.socket_path.exists() and os.stat(self.space.socket_path), "the socket is there")
        self.assertEqual(stat.S_IMODE(status.st_mode), 0o660)

    @unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
    def test_others_cannot_command(self):
        self.space.folder.chmod(0o755)
        self.space.started_daemon()
        nobody = pwd.getpwnam("nobody")
        code = "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])"
        for groups, allowed in [([nobody.pw_gid], False), ([grp.getgrgid(os.getegid()).gr_gid], True)]:

            def become(gids=groups):
                os.setgroups([])
                os.setgid(gids[0])
                os.setuid(nobody.pw_uid)

            said = subprocess.run(["/usr/bin/python3", "-c", code, str(self.space.socket_path)], preexec_fn=become, capture_output=True, check=False)
            self.assertEqual(said.returncode == 0, allowed, said.stderr)

    def test_the_socket_goes_with_the_daemon(self):
        self.assertEqual(self.space.started_daemon().stop(), 0)
        self.assertFalse(self.space.socket_path.exists())

    def test_retry_tries_what_is_held(self):
        self.can.fault("reject")
        self.book.add_all([(plan, "DAY", "2025-10-20", None, "success") for plan in ("p", "q")])
        self.space.started_daemon()
        eventually(lambda: self.space.read("status")["held_plans"] == 2, "both are held")
        self.can.clear_faults()
        self.assert_done("retry", "p")
        eventually(lambda: self.can.marks("p"), "p is accepted")
        self.assertEqual(self.can.marks("q"), {})
        self.assert_done("retry")
        self.wait_settled()
        self.assert_agreed()

    def test_resync_pushes_the_whole_state_again(self):
        self.space.started_daemon()
        self.book.add("p", "DAY", "2025-10-01", "success", "2025-10-31")
        self.book.add("p", "DAY", "2025-10-05", "failed")
        self.book.add("q", "DAY", "2025-10-05")
        self.wait_settled()
        self.can.control("POST", "forget")
        self.assert_done("resync", "p")
        eventually(lambda: len(self.can.marks("p")) == 31, "p is there again")
        self.assertEqual(self.can.marks("q"), {})
        self.assert_done("resync")
        eventually(lambda: self.can.marks("q"), "q is there again")
        self.wait_settled()
        self.assert_agreed()

    def test_refold_ends_in_the_same_state_and_pushes_it(self):
        self.space.started_daemon()
        for day in range(1, 29):
            self.book.add("p", "DAY", f"2025-10-{day:02}", "failed" if day % 3 == 0 else "success")
        self.wait_settled()
        self.can.control("POST", "forget")
        self.assert_done("refold", "p")
        eventually(lambda: len(self.can.marks("p")) == 28, "p is there again")
        self.wait_settled()
        self.assert_agreed()

    def test_a_pause_keeps_everything_back_outlives_a_restart_and_ends_with_resume(self):
        daemon = self.space.started_daemon()
        self.assert_done("pause", "can")
        self.book.add("p", "DAY", "2025-10-20")
        self.wait_folded()
        daemon.kill()  # what was answered is stored
        daemon = self.space.started_daemon()
        self.book.add("q", "DAY", "2025-10-20")
        eventually(lambda: self.space.folded() and self.space.read("status")["pending_partitions"] == 2, "both are pending")
        self.assertEqual(self.space.read("status")["paused"], ["can"])
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(self.space.once("--deadline", "300ms").child.returncode, 75)
        self.assertEqual(self.can.requests(), 0)
        self.space.started_daemon()
        self.assert_done("resume", "can")
        self.wait_settled()
        self.assert_agreed()
        self.assertEqual(self.space.read("status")["paused"], [])

    def test_a_pause_before_the_first_start_lets_nothing_leave(self):
        self.book.add("p", "DAY", "2025-10-20")
        code, _, err = self.space.partmark("retry", "--all")
        self.assertEqual((code, "partmarkd never ran" in err), (1, True), err)
        code, out, err = self.space.partmark("pause")
        self.assertEqual(code, 0, err)
        self.assertEqual(self.space.read("status")["paused"], ["can"])
        self.assertEqual(self.space.once("--deadline", "300ms").child.returncode, 75)
        self.assertEqual(self.can.requests(), 0)
        code, _, err = self.space.partmark("resume")
        self.assertEqual(code, 0, err)
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assert_agreed()

    def test_a_pause_of_one_endpoint_stops_no_other(self):
        other = {"name": "other", "url": self.can.url, "tenant_id": "tn_1", "auth": {"type": "UID", "value": "1"}}
        self.space.configure("", endpoints=[{**other, "name": "can"}, other], plans=[{"uuid": "q", "endpoint": "other"}])
        self.space.started_daemon()
        self.assert_done("pause", "can")
        self.book.add("p", "DAY", "2025-10-20")
        self.book.add("q", "DAY", "2025-10-20")
        eventually(lambda: self.can.marks("q"), "the other endpoint goes on")
        self.assertEqual(self.can.marks("p"), {})
        self.assert_done("pause")  # all
        self.book.add("q", "DAY", "2025-10-21")
        self.wait_folded()
        self.assert_done("resume")
        self.wait_settled()
        self.assert_agreed()

    def test_drift_finds_what_somebody_else_changed_and_repairs_it(self):
        self.space.started_daemon()
        self.book.add("p", "DAY", "2025-10-01", "success", "2025-10-31")
        self.wait_settled()
        self.can.control("POST", "plan", {"uuid": "p", "clear": [{"first": "2025-10-05T00:00:00", "last": "2025-10-06T00:00:00"}]})
        found = self.command("drift", "p")
        self.assertFalse(found["done"])
        self.assertEqual(found["drift"][0]["missing_partitions"], 2)
        self.assertEqual(len(self.can.marks("p")), 29, "only told")
        self.command("drift", "p", repair=True)
        eventually(lambda: len(self.can.marks("p")) == 31, "it is repaired")
        self.wait_settled()
        self.assertTrue(self.command("drift")["done"])
        self.assert_agreed()

    def on_terminal(self, *arguments):
        """What partmark writes to a terminal on standard error, and to a pipe on standard output."""
        ours, theirs = pty.openpty()
        command = [program("PARTMARK"), "--config", str(self.space.config_path), *arguments]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, "TERM": "xterm", "COLUMNS": "100"}) as child:
            os.close(theirs)
            seen = b""
            try:
                while piece := os.read(ours, 65536):
                    seen += piece
            except OSError:  # the other end is closed
                pass
            os.close(ours)
            out = child.stdout.read()
            self.assertEqual(child.wait(timeout=LIMIT), 0)
        return seen, out

    def many_pages(self):
        self.book.add("p", "MINUTE", "2025-10-01T00:00:00", "success", "2025-10-08T23:59:00")  # twelve pages
        self.book.add("q", "DAY", "2025-10-01")
        self.wait_settled()
        self.can.fault("delay", reply_delay_ms=60)

    def test_progress_comes_before_the_answer_and_only_where_it_is_asked_for(self):
        self.space.started_daemon()
        self.many_pages()
        *progress, answer = [json.loads(line) for line in self.say(b'{"command":"drift","progress":true}\n').splitlines()]
        self.assertTrue(answer["done"], answer)
        self.assertGreater(len(progress), 1)
        told = [p["progress"] for p in progress]
        self.assertEqual({tuple(t) for t in told}, {("plans", "plans_done", "pages", "pages_expected")})
        self.assertEqual({(t["plans"], t["pages_expected"]) for t in told}, {(2, 13)})
        pages = [t["pages"] for t in told]
        self.assertEqual(pages, sorted(set(pages)))
        self.assertEqual(self.say(b'{"command":"drift"}\n').count(b"\n"), 1)

    def test_a_terminal_sees_how_far_a_drift_check_is_and_nobody_else(self):
        self.space.started_daemon()
        self.many_pages()
        seen, out = self.on_terminal("drift")
        self.assertEqual(out, b"2 plans compared, 0 differ\n")
        self.assertRegex(seen, rb"\d+ pages?  \d+/s")
        self.assertRegex(seen, rb"\d %")
        self.assertRegex(seen, rb"[01] of 2 plans")
        self.assertTrue(seen.endswith(b"\r\x1b[K"), seen[-80:])
        self.assertEqual(self.on_terminal("drift", "--json")[0], b"")
        self.assertEqual(self.space.partmark("drift"), (0, "2 plans compared, 0 differ\n", ""))

    def test_a_daemon_from_before_progress_is_asked_without_it(self):
        old = socket.socket(socket.AF_UNIX)
        self.addCleanup(old.close)
        self.space.socket_path.parent.mkdir(parents=True, exist_ok=True)
        old.bind(str(self.space.socket_path))
        old.listen()
        asked = []

        def answer():
            for _ in range(2):
                caller, _ = old.accept()
                with caller:
                    asked.append(json.loads(caller.makefile().readline()))
                    if "progress" in asked[-1]:
                        said = {"done": False, "message": "progress: only command, target (strings) and repair (true or false) were expected"}
                    else:
                        said = {"done": True, "message": "2 plans compared, 0 differ", "drift": []}
                    caller.sendall(json.dumps(said).encode() + b"\n")

        daemon = threading.Thread(target=answer, daemon=True)
        daemon.start()
        _, out = self.on_terminal("drift")
        daemon.join(LIMIT)
        self.assertEqual(out, b"2 plans compared, 0 differ\n")
        self.assertEqual(["progress" in a for a in asked], [True, False])

    def test_who_asks_for_progress_and_leaves_harms_nobody(self):
        self.space.started_daemon()
        self.many_pages()
        gone = self.connect()
        gone.sendall(b'{"command":"drift","progress":true}\n')
        self.assertIn(b"progress", gone.recv(4096))
        gone.close()
        self.assertTrue(self.command("drift")["done"])

    def test_what_is_no_command_is_answered_with_what_was_expected(self):
        self.space.started_daemon()
        for line, word in [
            (b"retry\n", "JSON"),
            (b"[]\n", "JSON"),
            (b"\n", "JSON"),
            (b'{"command":"explode"}\n', "command"),
            (b'{"command":"retry","target":3}\n', "target"),
            (b'{"command":"retry","force":true}\n', "force"),
            (b'{"command":"refold"}\n', "refold"),
            (b'{"command":"retry","target":"nobody"}\n', "nobody"),
            (b'{"command":"pause","target":"nowhere"}\n', "nowhere"),
            (b'{"command":"resync","target":"\xff"}\n', ""),
        ]:
            with self.subTest(line):
                answer = json.loads(self.say(line))
                self.assertFalse(answer["done"])
                self.assertIn(word, answer["message"])
        self.assert_done("resume")

    def test_silent_endless_and_many_callers_are_survived(self):
        daemon = self.space.started_daemon()
        silent = [self.connect() for _ in range(40)]  # more than it will talk to
        self.book.add("p", "DAY", "2025-10-20")
        self.wait_settled()
        for s in silent:
            s.close()
        endless = self.connect()
        try:
            for _ in range(1000):
                endless.sendall(b"x" * 4096)
        except OSError:
            pass
        eventually(lambda: self.answers(), "commands are taken again")
        self.assertTrue(daemon.running())

    def answers(self):
        try:
            return self.command("resume")["done"]
        except (OSError, ValueError):
            return False


if __name__ == "__main__":
    sys.exit(unittest.main())
