"""Remotes that no service should be: whatever comes back, nothing is believed too soon, nothing grows without bound, and it ends well."""

import threading
import unittest

from journal import journal
from raw_remote import ACCEPTED, raw_remote, reply, reset, wait_for_hang_up
from support import eventually, integration_case

MEMORY_MAX_KIB = 64 * 1024


class hostile_remote(integration_case):
    def setUp(self):
        super().setUp()
        self.misbehave = True

    def serve(self, misbehaviour, **endpoint):
        """A remote that misbehaves until told otherwise, and one plan for it; answers the remote and the running daemon."""

        def answer(connection, asked):
            return misbehaviour(connection) if self.misbehave else reply(200, ACCEPTED)

        remote = raw_remote(answer)
        self.addCleanup(remote.close)
        self.space.configure(remote.url, endpoint)
        self.space.partmark("init")
        daemon = self.space.started_daemon()
        with journal(self.space.journal_path) as book:
            book.add("p", "DAY", "2025-10-20")
        return remote, daemon

    def assert_believed_only_when_it_behaves(self, remote, daemon, tries=3):
        eventually(lambda: len(remote.requests) >= tries, f"{tries} tries")
        self.assertEqual(daemon.events("push.accepted"), [])
        status = self.space.read("status")
        self.assertTrue(status["pending_partitions"] == 1 or status["held_plans"] == 1, status)
        self.misbehave = False
        self.assertEqual(self.space.partmark("retry", "--all")[0], 0)  # what it refused is tried again later and later by itself
        daemon.await_event("push.accepted")
        self.wait_settled()
        self.assertEqual(len(daemon.events("push.accepted")), 1)
        self.assertTrue(daemon.running())

    def test_redirects_are_not_followed(self):
        elsewhere = raw_remote()
        self.addCleanup(elsewhere.close)
        for status in (301, 302, 303, 307, 308):
            with self.subTest(status):
                self.misbehave = True
                self.space.close()
                super().setUp()
                location = f"Location: {elsewhere.url}/anymetrics/api/v1/accelerate/plan/updatePartition"
                remote, daemon = self.serve(lambda c, s=status: reply(s, b"", location))
                self.assert_believed_only_when_it_behaves(remote, daemon)
                self.assertEqual(elsewhere.requests, [])

    def test_a_page_that_says_404_is_the_endpoints_trouble(self):
        page = b"<!DOCTYPE html><html><body>404 Not Found</body></html>"
        remote, daemon = self.serve(lambda c: b"HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(page), page))
        daemon.await_event("endpoint.circuit_opened")
        self.assertEqual(self.space.read("status")["held_plans"], 0)
        self.assert_believed_only_when_it_behaves(remote, daemon)

    def test_a_huge_reply_is_cut_off(self):
        def flood(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1073741824\r\n\r\n" + ACCEPTED)
            while True:
                connection.sendall(b" " * (1 << 20))

        remote, daemon = self.serve(flood)
        eventually(lambda: len(remote.requests) >= 3, "three tries")
        self.assertLess(daemon.memory_peak_kib(), MEMORY_MAX_KIB)
        self.assert_believed_only_when_it_behaves(remote, daemon)

    def test_a_huge_chunked_reply_is_cut_off(self):
        def flood(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                connection.sendall(b"100000\r\n" + b"x" * (1 << 20) + b"\r\n")

        remote, daemon = self.serve(flood)
        eventually(lambda: len(remote.requests) >= 3, "three tries")
        self.assertLess(daemon.memory_peak_kib(), MEMORY_MAX_KIB)
        self.assert_believed_only_when_it_behaves(remote, daemon)

    def test_a_flood_of_headers_is_cut_off(self):
        def flood(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                connection.sendall(b"X-More: " + b"y" * 60000 + b"\r\n")

        remote, daemon = self.serve(flood)
        eventually(lambda: len(remote.requests) >= 3, "three tries")
        self.assertLess(daemon.memory_peak_kib(), MEMORY_MAX_KIB)
        self.assert_believed_only_when_it_behaves(remote, daemon)

    def test_a_reply_that_never_ends_is_ended_by_request_timeout(self):
        stop = threading.Event()
        self.addCleanup(stop.set)

        def drip(connection):
            whole = reply(200, ACCEPTED + b" " * 1_000_000)
            for at in range(len(whole)):  # each byte would restart a timeout between reads
                connection.sendall(whole[at : at + 1])
                if stop.wait(0.05):
                    return None
            return None

        remote, daemon = self.serve(drip, request_timeout="400ms")
        self.assert_believed_only_when_it_behaves(remote, daemon)

    def test_a_remote_that_says_nothing_is_ended_by_request_timeout(self):
        remote, daemon = self.serve(wait_for_hang_up, request_timeout="200ms")
        self.assert_believed_only_when_it_behaves(remote, daemon)

    def test_connections_that_are_reset_are_made_anew(self):
        remote, daemon = self.serve(reset)
        self.assert_believed_only_when_it_behaves(remote, daemon, tries=10)

    def test_answers_that_are_not_http_are_not_believed(self):
        for said in [b"\x15\x03\x01\x00\x02\x02\x46", b"220 mail.example.com ESMTP\r\n", b"HTTP/9.9 200 OK\r\n\r\n", b"\0" * 1000, b"HTTP/1.1 200\r\n"]:
            with self.subTest(said):
                self.misbehave = True
                self.space.close()
                super().setUp()

                def say(connection, words=said):
                    connection.sendall(words)
                    connection.close()

                remote, daemon = self.serve(say)
                self.assert_believed_only_when_it_behaves(remote, daemon)

    def test_envelopes_that_contradict_themselves_are_not_believed(self):
        for said in [
            b"",
            b"null",
            b"[]",
            b"{}",
            b'"success"',
            b'{"success":"true"}',
            b'{"success":true,"succeed":false,"errorMsg":3}',
            b'{"success":true,"success":true}',
            b'{"data":"success","success":true,"code":"200","errorMsg":null}{"success":false}',
            b"[" * 100000,
            b'{"success":true' + b" " * 10,
            b"\xff\xfe{",
        ]:
            with self.subTest(said[:80]):
                self.misbehave = True
                self.space.close()
                super().setUp()
                remote, daemon = self.serve(lambda c, words=said: reply(200, words))
                self.assert_believed_only_when_it_behaves(remote, daemon, tries=2)

    def test_a_second_reply_behind_the_first_is_never_taken_for_the_next(self):
        """A stale yes in the connection's buffer must not answer the next call."""
        no = reply(503)
        remote, daemon = self.serve(lambda c: no + reply(200, ACCEPTED))
        self.assert_believed_only_when_it_behaves(remote, daemon, tries=6)

    def test_an_interim_reply_is_not_the_answer(self):
        remote, daemon = self.serve(lambda c: b"HTTP/1.1 100 Continue\r\n\r\n" + reply(503))
        self.assert_believed_only_when_it_behaves(remote, daemon)

    def test_a_retry_after_beyond_reason_does_not_stop_the_daemon(self):
        remote, daemon = self.serve(lambda c: reply(503, b"", "Retry-After: 99999999999999999999"))
        eventually(lambda: remote.requests, "the first try")
        daemon.await_event("push.retrying")
        self.assertEqual(daemon.stop(), 0)

    def test_a_long_retry_after_is_heeded_until_a_person_says_otherwise(self):
        remote, daemon = self.serve(lambda c: reply(429, b"", "Retry-After: 3600"))
        daemon.await_event("push.retrying")
        self.assertEqual(len(remote.requests), 1)
        self.misbehave = False
        self.assertEqual(self.space.partmark("resume")[0], 0)
        self.assertEqual(daemon.stop(), 0)


if __name__ == "__main__":
    unittest.main()
