"""The status server of the real daemon: metrics, health, and what it refuses."""

import http.client
import re
import shutil
import signal
import socket
import subprocess
import unittest

from can import simulator
from journal import journal
from support import eventually, integration_case, source_root

LISTEN = {"listen": "127.0.0.1:0"}
SECRET = "s3cret-of-the-endpoint"


class status_case(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.space.configure(self.can.url, {"auth": {"type": "APIKEY", "value": SECRET}}, status=LISTEN)
        self.space.partmark("init")

    def serve(self):
        self.daemon = self.space.started_daemon()
        self.port = self.daemon.events("status.listening")[-1]["port"]
        return self.daemon

    def ask(self, path, method="GET", headers=None, port=None):
        """(status, headers, body)"""
        connection = http.client.HTTPConnection("127.0.0.1", port or self.port, timeout=30)
        try:
            connection.request(method, path, headers=headers or {})
            reply = connection.getresponse()
            return reply.status, reply.headers, reply.read().decode()
        finally:
            connection.close()

    def raw(self, data, until=None):
        """What the daemon answers to these bytes until it closes, or until `until` was seen."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as s:
            s.sendall(data)
            got = b""
            while chunk := s.recv(65536):
                got += chunk
                if until and until in got:
                    break
            return got.decode()

    def samples(self):
        status, _, text = self.ask("/metrics")
        self.assertEqual(status, 200)
        lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, _, value in lines}

    def sample(self, name):
        return self.samples()[name]


class metrics(status_case):
    def busy(self):
        self.serve()
        with journal(self.space.journal_path) as book:
            book.add("accepted", "DAY", "2025-10-01", last="2025-10-20")
            book.add("bad", "DAY", "2025-02-30")
            book.add("refused", "DAY", "2025-10-20")
            book.add_table("a.`b.c`.d", "2025-10-20")
        self.can.fault("reject", {"plan": "refused"}, errorMsg=f"no such plan, sent {SECRET}", code="E1")
        eventually(lambda: self.space.read("status")["held_plans"] == 1 and self.space.settled(), "all but the refused is accepted")
        self.daemon.await_event("trigger.accepted")

    def test_a_scrape_tells_what_happened(self):
        self.busy()
        got = self.samples()
        for name, value in {
            "partmark_records_folded_total": 2,
            "partmark_records_rejected_total": 1,
            "partmark_partitions_accepted_total": 20,
            'partmark_calls_total{endpoint="can",api="mark",verdict="accepted"}': 1,
            'partmark_calls_total{endpoint="can",api="trigger",verdict="accepted"}': 1,
            'partmark_calls_total{endpoint="can",api="mark",verdict="rejected"}': 4,
            'partmark_call_duration_seconds_count{endpoint="can",api="mark"}': 5,
            "partmark_push_lag_seconds_count": 1,
            "partmark_plans": 2,
            "partmark_held_plans": 1,
            "partmark_held_partitions": 1,
            "partmark_pending_partitions": 0,
            "partmark_oldest_pending_seconds": 0,
            "partmark_journal_readable": 1,
            "partmark_journal_behind": 0,
            "partmark_state_writable": 1,
            'partmark_endpoint_circuit_open{endpoint="can"}': 0,
            'partmark_endpoint_max_in_flight{endpoint="can"}': 8,
        }.items():
            with self.subTest(name):
                self.assertEqual(got[name], value)
        self.assertGreater(got["partmark_journal_bytes"], 0)
        self.assertGreater(got["partmark_state_bytes"], 0)
        self.assertGreater(got["process_resident_memory_bytes"], 1_000_000)

    def test_no_metric_and_no_page_shows_the_secret_that_the_remote_quotes(self):
        self.busy()
        for path in ("/metrics", "/healthz", "/", "/plan?id=refused", "/held", "/rejected", "/events"):
            self.assertNotIn(SECRET, self.ask(path)[2], path)

    def test_promtool_has_nothing_to_say_against_the_exposition(self):
        if not shutil.which("promtool"):
            self.skipTest("promtool is not installed (Debian: prometheus)")
        self.busy()
        text = self.ask("/metrics")[2]
        done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_the_documented_metrics_are_those_that_there_are(self):
        self.busy()
        served = set(re.findall(r"^# TYPE (\S+) ", self.ask("/metrics")[2], re.MULTILINE))
        documented = re.findall(r"^\| `([a-z_]+)` \| (?:counter|gauge|histogram)", (source_root() / "docs/status.md").read_text(), re.MULTILINE)
        self.assertEqual(len(documented), len(set(documented)))
        self.assertEqual(set(documented), served)


class health(status_case):
    def test_it_is_well_while_marks_get_through(self):
        self.serve()
        self.assertEqual(self.ask("/healthz")[::2], (200, "ok\n"))
        eventually(lambda: self.ask("/readyz")[0] == 200, "the journal is read")

    def test_it_tells_why_when_the_endpoint_does_not_answer_and_recovers(self):
        self.serve()
        self.can.fault("status", status=503)
        with journal(self.space.journal_path) as book:
            book.add("p", "DAY", "2025-10-20")
        eventually(lambda: self.ask("/healthz")[0] == 503, "the circuit is open")
        self.assertIn("endpoint can", self.ask("/healthz")[2])
        self.assertEqual(self.sample('partmark_endpoint_circuit_open{endpoint="can"}'), 1)
        self.can.clear_faults()
        eventually(lambda: self.ask("/healthz")[0] == 200, "the circuit is closed")

    def test_it_tells_why_when_there_is_no_journal(self):
        self.space.journal_path.unlink()
        self.serve()
        eventually(lambda: self.ask("/healthz")[0] == 503, "the missing journal is noticed")
        self.assertIn("partmark init", self.ask("/healthz")[2])
        self.assertEqual(self.ask("/readyz")[0], 503)
        self.space.partmark("init")
        eventually(lambda: self.ask("/healthz")[0] == 200, "the journal is there")


class server(status_case):
    def test_only_get_and_head_are_served(self):
        self.serve()
        status, headers, body = self.ask("/metrics", "HEAD")
        self.assertEqual((status, body), (200, ""))
        self.assertGreater(int(headers["Content-Length"]), 1000)
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "TRACE"):
            status, headers, _ = self.ask("/", method)
            self.assertEqual((status, headers["Allow"]), (405, "GET, HEAD"), method)
            self.assertIsNone(headers["Access-Control-Allow-Origin"])

    def test_a_name_that_a_browser_was_led_here_with_is_refused(self):
        self.serve()
        for host in ("evil.example", "127.0.0.1.evil.example", f"evil.example:{self.port}"):
            self.assertEqual(self.ask("/", headers={"Host": host})[0], 421, host)
        for host in (f"localhost:{self.port}", "[::1]", socket.gethostname()):
            self.assertEqual(self.ask("/healthz", headers={"Host": host})[0], 200, host)

    def test_paths_lead_nowhere_else(self):
        self.serve()
        for path in ("/nothing", "/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/static/../../../etc/passwd", "//etc/passwd", "/metrics/"):
            status, _, body = self.ask(path)
            self.assertEqual(status, 404, path)
            self.assertNotIn("root:", body)
        self.assertEqual(self.ask("/%00")[0], 400)
        self.assertEqual(self.ask("/%zz")[0], 400)

    def test_a_huge_header_is_refused_and_the_refusal_arrives(self):
        self.serve()
        self.assertTrue(self.raw(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 100_000 + b"\r\n\r\n").startswith("HTTP/1.1 431 "))
        self.assertTrue(self.raw(b"\x16\x03\x01\x02\x00 not HTTP\r\n\r\n").startswith("HTTP/1.1 400 "))

    def test_one_connection_carries_many_requests(self):
        self.serve()
        got = self.raw(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 3 + b"GET /nothing HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        self.assertEqual(re.findall(r"^HTTP/1.1 (\d+)", got, re.MULTILINE), ["200", "200", "200", "404"])

    def test_slow_callers_in_any_number_keep_nobody_out(self):
        self.serve()
        slow = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(200)]
        for s in slow:
            try:
                s.sendall(b"GET / HTTP/1.1\r\nHost")
            except OSError:
                pass  # it was put out for a later one
        self.assertEqual(self.ask("/healthz")[0], 200)
        self.assertLess(self.sample("process_open_fds"), 120)
        for s in slow:
            s.close()

    def test_delivery_goes_on_while_the_pages_are_asked_for(self):
        self.serve()
        with journal(self.space.journal_path) as book:
            book.add_all([(f"p{i}", "DAY", "2025-10-01", "2025-10-20", "success") for i in range(200)])
        while not self.space.settled():
            self.assertEqual(self.ask("/metrics")[0], 200)
            self.assertEqual(self.ask("/healthz")[0], 200)

    def test_a_port_that_is_taken_is_said_at_start_and_nothing_runs(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            self.space.configure(self.can.url, status={"listen": f"127.0.0.1:{port}"})
            daemon = self.space.daemon()
            self.assertEqual(daemon.exit_code(), 1)
        self.assertIn(f"status.listen: 127.0.0.1:{port}: cannot listen", daemon.said())

    def test_off_listens_nowhere_and_once_does_not_either(self):
        self.space.configure(self.can.url, status={"listen": "off"})
        self.assertEqual(self.space.started_daemon().events("status.listening"), [])
        for p in self.space.processes[1:]:
            p.kill()
        self.space.configure(self.can.url, status=LISTEN)
        self.assertEqual(self.space.once().events("status.listening"), [])

    def reload(self, **sections):
        self.space.configure(self.can.url, **sections)
        self.daemon.signal(signal.SIGHUP)

    def test_a_reload_adds_a_name_that_a_request_may_use(self):
        self.serve()
        self.assertEqual(self.ask("/metrics", headers={"Host": "metrics.example.org"})[0], 421)
        self.reload(status={"listen": "127.0.0.1:0", "hosts": ["Metrics.Example.org"]})
        self.daemon.await_event("config.reloaded")
        self.port = self.daemon.events("status.listening")[-1]["port"]
        self.assertEqual(self.ask("/metrics", headers={"Host": f"metrics.example.org:{self.port}"})[0], 200)
        self.assertEqual(self.ask("/metrics", headers={"Host": "other.example.org"})[0], 421)

    def test_a_reload_moves_it_and_one_that_cannot_keeps_it(self):
        self.serve()
        with socket.create_server(("127.0.0.1", 0)) as free:
            moved = free.getsockname()[1]
            self.reload(status={"listen": f"127.0.0.1:{moved}"})
            refused = self.daemon.await_event("config.refused")
            self.assertIn(f"127.0.0.1:{moved}", refused["msg"])
            self.assertEqual(self.ask("/healthz")[0], 200)
        self.reload(status={"listen": f"127.0.0.1:{moved}"})
        self.daemon.await_event("status.listening", 2)
        self.assertEqual(self.ask("/healthz", port=moved)[0], 200)
        with self.assertRaises(OSError):
            self.ask("/healthz")
        self.reload(status={"listen": "off"})
        self.daemon.await_event("config.reloaded", 2)
        with self.assertRaises(OSError):
            self.ask("/healthz", port=moved)

    def test_a_reload_that_fails_half_way_takes_back_what_it_moved(self):
        self.serve()
        socket_there, ca_file = self.space.folder / "moved.sock", self.space.folder / "ca.pem"
        ca_file.write_text("no certificate\n")
        good = self.space.config_path.read_text()
        with socket.create_server(("127.0.0.1", 0)) as free:
            moved = free.getsockname()[1]
        for bad in [{"tls": {"ca_file": str(ca_file)}}, {}]:
            control = socket_there if bad else self.space.folder / "nowhere" / "c.sock"
            self.space.configure(
                "https://127.0.0.1:1", bad, status={"listen": f"127.0.0.1:{moved}"}, control={"socket": str(control)})
            self.daemon.signal(signal.SIGHUP)
            self.daemon.await_event("config.refused", 1 if bad else 2)
            self.assertFalse(control.exists())
            with self.assertRaises(OSError):
                self.ask("/healthz", port=moved)
            listening = self.daemon.events("status.listening")
            self.assertEqual(len(listening), 3 if bad else 5, "it had moved, and came back")
            self.port = listening[-1]["port"]
            self.assertEqual(self.ask("/healthz")[0], 200)
            self.space.config_path.write_text(good)
            self.assertEqual(self.space.partmark("pause")[0], 0)
            self.assertIs(self.space.read("status")["running"], True)

    def test_a_stop_does_not_wait_for_callers(self):
        self.serve()
        with socket.create_connection(("127.0.0.1", self.port)) as idle:
            idle.sendall(b"GET / HTTP/1.1\r\n")
            self.assertEqual(self.daemon.stop(30), 0)


if __name__ == "__main__":
    unittest.main()
