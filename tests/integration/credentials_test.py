"""Credentials against a platform that checks them: fetched, renewed, replaced, refused, and never shown."""

import json
import os
import pathlib
import signal
import threading
import unittest

from can import simulator
from journal import journal
from raw_remote import ACCEPTED, raw_remote, reply
from support import SECRET, eventually, integration_case

APP_SECRET = "app-hush-5d0c77aa"


class against_a_checking_platform(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.day = 0

    def begin(self, auth, env=None, **sections):
        self.space.configure(self.can.url, {"auth": auth}, **{"circuit": {"probe_every": "20ms"}, **sections})
        self.space.partmark("init")
        self.book = journal(self.space.journal_path)
        self.addCleanup(self.book.close)
        return self.space.started_daemon(env=env)

    def expect(self, kind, value):
        self.can.control("POST", "settings", {"auth_type": kind, "auth_value": value})

    def mark_one_more(self):
        self.day += 1
        self.book.add("p", "DAY", f"2025-10-{self.day:02}")
        eventually(lambda: len(self.can.marks("p")) == self.day, "the mark arrives")

    def calls(self):
        return [c["call"] for c in self.can.log()]


class plain_credentials(against_a_checking_platform):
    def test_each_kind_is_sent_as_it_is(self):
        for kind in ("UID", "ACCOUNT", "APIKEY", "TOKEN"):
            with self.subTest(kind):
                self.space.close()
                self.setUp()
                self.expect(kind, SECRET)
                self.begin({"type": kind, "value_file": str(self.space.secret_path)})
                self.mark_one_more()

    def test_a_systemd_credential_is_found_in_its_directory(self):
        folder = self.space.folder / "credentials"
        folder.mkdir()
        self.space.secret_path.rename(folder / "can.secret")
        self.expect("APIKEY", SECRET)
        self.begin({"type": "APIKEY", "value_credential": "can.secret"}, env={"CREDENTIALS_DIRECTORY": str(folder)})
        self.mark_one_more()

    def test_a_refused_credential_is_the_endpoints_trouble_and_no_plans(self):
        self.expect("APIKEY", "another")
        daemon = self.begin({"type": "APIKEY", "value_file": str(self.space.secret_path)})
        for plan in range(40):
            self.book.add(f"p{plan}", "DAY", "2025-10-20")
        daemon.await_event("endpoint.unauthorized")
        before = self.can.requests()
        eventually(lambda: self.can.requests() >= before + 3, "it is probed")
        self.assertEqual(self.space.read("status")["held_plans"], 0)
        self.assertEqual(len(daemon.events("endpoint.unauthorized")), 1, "said once")
        # The file is read again when it is refused: no reload is needed.
        self.expect("APIKEY", "the-new-one-1")
        self.space.keep_secret("credential", "the-new-one-1")
        self.wait_settled()
        self.assertEqual(self.can.state()["violations"], [])


class tokens(against_a_checking_platform):
    def begin_with_app(self, **settings):
        self.can.control("POST", "settings", {"auth_type": "none", "app_id": "partmark", "app_secret": APP_SECRET, **settings})
        self.space.secrets["token"] = b"sim-token-"
        secret = self.space.keep_secret("app", APP_SECRET)
        return self.begin({"type": "TOKEN", "app_id": "partmark", "app_secret_file": str(secret)})

    def test_one_token_serves_all_calls(self):
        self.begin_with_app()
        for plan in range(20):
            self.book.add(f"q{plan}", "DAY", "2025-10-20")
        self.wait_settled()
        self.mark_one_more()
        self.assertEqual(self.can.state()["calls"]["create"], 1)

    def test_an_expired_token_costs_one_round_trip_more(self):
        self.begin_with_app()
        self.mark_one_more()
        self.can.control("POST", "expire_tokens")
        before = self.can.requests()
        self.mark_one_more()
        self.wait_settled()
        self.assertEqual(self.can.requests() - before, 3, "the refused call, the token call, the call")
        self.assertEqual(self.can.state()["calls"]["create"], 2)

    def test_many_plans_under_way_fetch_one_new_token(self):
        daemon = self.begin_with_app()
        self.mark_one_more()
        self.can.control("POST", "expire_tokens")
        for plan in range(8):
            self.book.add(f"q{plan}", "DAY", "2025-10-20")
        self.wait_settled()
        self.assertEqual(self.can.state()["calls"]["create"], 2)
        self.assertEqual(daemon.events("endpoint.unauthorized"), [])
        self.assertEqual(self.can.state()["violations"], [])

    def test_tokens_that_live_for_a_moment_are_replaced_for_ever(self):
        self.begin_with_app(token_lifetime_s=1)
        for _ in range(4):
            self.mark_one_more()
            self.can.control("POST", "expire_tokens")
        self.wait_settled()

    def test_a_wrong_app_secret_pauses_the_endpoint_until_it_is_right(self):
        daemon = self.begin_with_app(app_secret="changed-over-there")
        self.book.add("p", "DAY", "2025-10-01")
        daemon.await_event("endpoint.unauthorized")
        self.assertEqual(self.space.read("status")["held_plans"], 0)
        self.space.keep_secret("app", "changed-over-there")
        daemon.signal(signal.SIGHUP)
        self.wait_settled()
        self.assertEqual(len(self.can.marks("p")), 1)

    def test_a_token_service_in_trouble_is_asked_until_it_answers(self):
        self.can.fault("status", match={"path": "token/create"}, status=503, count=3)
        self.begin_with_app()
        self.mark_one_more()


class a_platform_that_repeats_what_it_hears(integration_case):
    """Servers echo requests in their errors; whatever they repeat is concealed."""

    def test_an_echoed_credential_reaches_no_log_and_no_file(self):
        self.echo = True

        def answer(connection, asked):
            if not self.echo:
                return reply(200, ACCEPTED)
            value = asked.headers["auth-value"]
            said = {"success": False, "data": value, "code": f"E {value}", "errorMsg": f"denied for {value}: {asked.headers}",
                    "detailErrorMsg": value * 50, "traceId": value}  # fmt: skip
            shapes = [
                lambda: reply(200, json.dumps(said).encode()),
                lambda: reply(403, json.dumps(said).encode(), f"WWW-Authenticate: {value}"),
                lambda: reply(400, json.dumps(said | {"code": value}).encode()),
                lambda: reply(500, f"<html><body>{value}</body></html>".encode(), f"Retry-After: {value}"),
                lambda: reply(302, b"", f"Location: http://elsewhere.invalid/{value}"),
                lambda: f"HTTP/1.1 502 {value}\r\nContent-Length: 0\r\n\r\n".encode(),
                lambda: f"{value}\r\n\r\n".encode(),
                lambda: f"HTTP/1.1 200 OK\r\n{value}\r\n\r\n".encode(),
                lambda: reply(200, value.encode()),
            ]
            return shapes[len(remote.requests) % len(shapes)]()

        remote = raw_remote(answer)
        self.addCleanup(remote.close)
        self.space.configure(remote.url)
        self.space.partmark("init")
        daemon = self.space.started_daemon()
        with journal(self.space.journal_path) as book:
            for plan in range(6):
                book.add(f"p{plan}", "DAY", "2025-10-20", "success", "2025-10-22")
            eventually(lambda: len(remote.requests) > 60, "many refusals")
            for what in (["status"], ["held"], ["pending"], ["show", "p0"], ["explain", "p0", "2025-10-20"]):
                for more in ([], ["--json"]):
                    self.space.partmark(*what, *more)  # which looks for secrets itself
            self.assertEqual(self.space.leaks(), [])
            self.echo = False
            self.assertEqual(self.space.partmark("retry", "--all")[0], 0)
            eventually(lambda: self.space.read("status")["held_plans"] == 0 and self.space.settled(), "all is accepted at last")
        for what in ("cmdline", "environ"):
            self.assertNotIn(SECRET, pathlib.Path(f"/proc/{daemon.pid}/{what}").read_text())

    def test_an_app_secret_that_was_renewed_and_is_refused(self):
        renewed = "app-renewed-91b2c4"
        refusing = False

        def answer(connection, asked):
            if not refusing:
                return reply(200, b'{"data":"tok-1","success":true}' if "token/create" in asked.target else ACCEPTED)
            return reply(401, json.dumps({"success": False, "errorMsg": "unknown: " + asked.target + asked.body.decode()}).encode())

        self.space.secrets["renewed"] = renewed.encode()
        app = self.space.keep_secret("app", APP_SECRET)
        _, daemon, book = self.talking_to(answer, {"type": "TOKEN", "app_id": "partmark", "app_secret_file": str(app)})
        book.add("p", "DAY", "2025-10-01")
        self.wait_settled()
        app.write_text(renewed + "\n")  # no reload tells of it
        refusing = True
        book.add("p", "DAY", "2025-10-02")
        daemon.await_event("push.retrying")
        self.assertIn("***", daemon.said())
        self.assertEqual(self.space.leaks(), [])

    def test_a_credential_of_before_a_reload_comes_back_after_it(self):
        arrived, answered = threading.Event(), threading.Event()

        def answer(connection, asked):
            arrived.set()
            answered.wait(30)
            return reply(401, json.dumps({"success": False, "errorMsg": f"unknown: {asked.headers['auth-value']}"}).encode())

        former, present = self.space.keep_secret("former", "former-hush-1d5e"), self.space.keep_secret("present", "present-hush-77f0")
        remote, daemon, book = self.talking_to(answer, {"type": "APIKEY", "value_file": str(former)})
        book.add("p", "DAY", "2025-10-01")
        self.assertTrue(arrived.wait(30))
        self.space.configure(remote.url, {"auth": {"type": "APIKEY", "value_file": str(present)}})
        daemon.signal(signal.SIGHUP)
        daemon.await_event("config.reloaded")
        answered.set()
        daemon.await_event("push.retrying")
        self.assertIn("***", daemon.said())
        self.assertEqual(self.space.leaks(), [])

    def test_a_credential_of_many_reloads_before_comes_back(self):
        arrived, answered = threading.Event(), threading.Event()

        def answer(connection, asked):
            arrived.set()
            answered.wait(30)
            return reply(401, json.dumps({"success": False, "errorMsg": f"unknown: {asked.headers['auth-value']}"}).encode())

        key = self.space.keep_secret("key", "first-hush-93ab")
        remote, daemon, book = self.talking_to(answer, {"type": "APIKEY", "value_file": str(key)})
        book.add("p", "DAY", "2025-10-01")
        self.assertTrue(arrived.wait(30))
        for n in range(20):
            key.write_text(f"later-{n}-hush-1c77")
            daemon.signal(signal.SIGHUP)
            eventually(lambda: len(daemon.events("config.reloaded")) == n + 1, "the secret is read again")
        answered.set()
        daemon.await_event("push.retrying")
        self.assertIn("***", daemon.said())
        self.assertEqual(self.space.leaks(), [])

    def test_a_token_that_arrives_after_a_reload_is_concealed(self):
        asked_for_it, go_on = threading.Event(), threading.Event()
        self.space.secrets["token"] = b"late-token-hush-4711"

        def answer(connection, asked):
            if "token/create" not in asked.target:
                return reply(401, json.dumps({"success": False, "errorMsg": f"unknown: {asked.headers['auth-value']}"}).encode())
            asked_for_it.set()
            go_on.wait(30)
            return reply(200, b'{"data":"late-token-hush-4711","success":true}')

        app = self.space.keep_secret("app", "app-hush-5d0c77")
        auth = {"type": "TOKEN", "app_id": "partmark", "app_secret_file": str(app)}
        remote, daemon, book = self.talking_to(answer, auth)
        book.add("p", "DAY", "2025-10-01")
        self.assertTrue(asked_for_it.wait(30))
        self.space.configure(remote.url, {"auth": auth, "request_timeout": "9s"})
        daemon.signal(signal.SIGHUP)
        daemon.await_event("config.reloaded")
        go_on.set()
        daemon.await_event("push.retrying")
        self.assertIn("***", daemon.said())
        self.assertEqual(self.space.leaks(), [])

    def test_a_credential_that_a_former_endpoint_reads_after_the_reload_is_concealed(self):
        arrived, go_on = threading.Event(), threading.Event()

        def answer(connection, asked):
            first = not arrived.is_set()
            arrived.set()
            if first:
                go_on.wait(30)
            return reply(401, json.dumps({"success": False, "errorMsg": f"unknown: {asked.headers['auth-value']}"}).encode())

        key = self.space.keep_secret("key", "former-hush-1d5e")
        self.space.secrets["renewed"] = b"renewed-hush-77f0"
        auth = {"type": "APIKEY", "value_file": str(key)}
        remote, daemon, book = self.talking_to(answer, auth)
        book.add("p", "DAY", "2025-10-01")
        self.assertTrue(arrived.wait(30))
        self.space.configure(remote.url, {"auth": auth, "request_timeout": "9s"})
        daemon.signal(signal.SIGHUP)
        daemon.await_event("config.reloaded")
        key.write_text("renewed-hush-77f0\n")
        go_on.set()
        daemon.await_event("push.retrying")
        self.assertIn("***", daemon.said())
        key.unlink()
        self.assertEqual(self.space.leaks(), [])

    def test_a_refused_app_stays_a_refused_credential_until_it_is_mended_and_reloaded(self):
        self.refused = True

        def answer(connection, asked):
            if "token/create" not in asked.target:
                return reply(200, ACCEPTED)
            said = {"success": False, "code": "1", "errorMsg": "bad app id or secret"} if self.refused else {"success": True, "data": "t-1"}
            return reply(200, json.dumps(said).encode())

        app = self.space.keep_secret("app", "app-hush-5d0c77")
        remote, daemon, book = self.talking_to(answer, {"type": "TOKEN", "app_id": "partmark", "app_secret_file": str(app)})
        book.add("p", "DAY", "2025-10-01")
        daemon.await_event("endpoint.unauthorized")
        # Between two token calls as well.
        for n in range(3):
            book.add(f"q{n}", "DAY", "2025-10-01")
            eventually(lambda: self.space.read("status")["journal"]["folded_seq"] == n + 2, "the record is folded")
            self.assertNotIn("took no call", self.space.partmark("status")[1])
        self.assertEqual(daemon.events("endpoint.circuit_closed"), [])
        self.assertEqual({int(e["status"]) for e in daemon.events("push.retrying")}, {200}, "as the token service said it")
        self.refused = False
        daemon.signal(signal.SIGHUP)
        eventually(lambda: self.space.read("status")["pending_partitions"] == 0, "all is told")

    def talking_to(self, answer, auth):
        remote = raw_remote(answer)
        self.addCleanup(remote.close)
        self.space.configure(remote.url, {"auth": auth})
        self.space.partmark("init")
        daemon = self.space.started_daemon()
        book = journal(self.space.journal_path)
        self.addCleanup(book.close)
        return remote, daemon, book

    def test_a_leak_would_be_found(self):
        (self.space.folder / "some.log").write_text(f"auth-value: {SECRET}\n")
        self.assertEqual(self.space.leaks(), ["some.log: credential"])
        os.remove(self.space.folder / "some.log")


if __name__ == "__main__":
    unittest.main()
