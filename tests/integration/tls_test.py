"""TLS as a platform's operator meets it: certificates made with openssl, a server that Python speaks, wrong names, dates and authorities."""

import pathlib
import signal
import socket
import ssl
import subprocess
import unittest

from journal import journal
from raw_remote import ACCEPTED, raw_remote, reply
from support import eventually, integration_case


class authority:
    """A certificate authority in a folder."""

    def __init__(self, folder, name):
        self.folder, self.name = pathlib.Path(folder), name
        self.certificate = self.folder / f"{name}.pem"
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}", "-days", "30",
                     "-keyout", self.folder / f"{name}.key", "-out", self.certificate)  # fmt: skip

    @staticmethod
    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    def issue(self, name, alternative, days=30):
        """(certificate, key), both files; `days` may lie in the past."""
        base = self.folder / f"{self.name}-{name}"
        key, request, certificate, extensions = (base.with_suffix(s) for s in (".key", ".csr", ".crt", ".ext"))
        extensions.write_text(f"subjectAltName={alternative}\n")
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        if days > 0:
            self.openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.folder / f"{self.name}.key", "-CAcreateserial",
                         "-days", days, "-extfile", extensions, "-out", certificate)  # fmt: skip
        else:
            self.expired(request, certificate, extensions)
        key.chmod(0o600)
        return certificate, key

    def expired(self, request, certificate, extensions):
        """`openssl x509` starts every certificate now; `openssl ca` takes dates."""
        index = self.folder / "index.txt"
        index.write_text("")
        (self.folder / "serial").write_text("01\n")
        settings = self.folder / "ca.cnf"
        settings.write_text(f"[ca]\ndefault_ca=d\n[d]\ndatabase={index}\nserial={self.folder}/serial\nnew_certs_dir={self.folder}\n"
                            "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n")  # fmt: skip
        self.openssl("ca", "-batch", "-config", settings, "-in", request, "-cert", self.certificate, "-keyfile", self.folder / f"{self.name}.key",
                     "-startdate", "20200101000000Z", "-enddate", "20200201000000Z", "-extfile", extensions, "-out", certificate, "-notext")  # fmt: skip


class tls_remote(raw_remote):
    """raw_remote behind TLS. Counts handshakes, and those that resumed a session."""

    def __init__(self, certificate, key, clients=None, maximum=None, close_each=False):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        if maximum:
            self.context.maximum_version = maximum
            self.context.set_ciphers("DEFAULT:@SECLEVEL=0")
            self.context.minimum_version = ssl.TLSVersion.TLSv1
        if clients:
            self.context.load_verify_locations(clients)
            self.context.verify_mode = ssl.CERT_REQUIRED
        self.names = []
        self.context.sni_callback = lambda connection, name, context: self.names.append(name)
        self.handshakes = self.resumed = 0
        closing = lambda connection, asked: reply(200, ACCEPTED, "Connection: close")  # noqa: E731
        super().__init__(closing if close_each else lambda connection, asked: reply(200, ACCEPTED))

    def serve(self, connection):
        try:
            with self.context.wrap_socket(connection, server_side=True) as secure:
                self.handshakes += 1
                self.resumed += secure.session_reused
                while asked := self.read(secure):
                    self.requests.append(asked)
                    secure.sendall(said := self.answer(secure, asked))
                    if b"Connection: close" in said:
                        return
        except (OSError, ValueError):
            pass

    @property
    def url(self):
        return super().url.replace("http://127.0.0.1", "https://localhost")


class tls(integration_case):
    def setUp(self):
        super().setUp()
        self.ca = authority(self.space.folder, "trusted")
        self.good = self.ca.issue("good", "DNS:localhost")

    def serve(self, pair, **options):
        remote = tls_remote(*pair, **options)
        self.addCleanup(remote.close)
        return remote

    def begin(self, url, **tls_settings):
        self.space.configure(url, {"tls": {"ca_file": str(self.ca.certificate)} | tls_settings, "connect_timeout": "1s"})
        if not self.space.journal_path.exists():
            self.space.partmark("init")
        daemon = self.space.started_daemon()
        with journal(self.space.journal_path) as book:
            book.add("p", "DAY", "2025-10-20")
        return daemon

    def assert_refused(self, remote, word, **tls_settings):
        """Nothing is said to it, the log says why, and a good certificate on the same address heals it without a restart."""
        daemon = self.begin(remote.url, **tls_settings)
        opened = daemon.await_event("endpoint.circuit_opened")
        self.assertRegex(opened["reason"].lower(), word)
        self.assertEqual(remote.requests, [], "not a byte of a request, for it holds the credential")
        status = self.space.read("status")
        self.assertEqual((status["pending_partitions"], status["held_plans"]), (1, 0))
        remote.context.load_cert_chain(*self.good)
        if not tls_settings:
            self.wait_settled()

    def test_a_good_certificate_is_believed_and_named(self):
        remote = self.serve(self.good)
        self.begin(remote.url)
        self.wait_settled()
        self.assertEqual(set(remote.names), {"localhost"})
        self.assertEqual(len(remote.requests), 1)

    def test_a_certificate_for_another_name_is_not(self):
        self.assert_refused(self.serve(self.ca.issue("other", "DNS:elsewhere.example")), "host ?name|certificate")

    def test_a_certificate_for_the_address_does_not_do_for_the_name(self):
        self.assert_refused(self.serve(self.ca.issue("address", "IP:127.0.0.1")), "host ?name|certificate")

    def test_an_expired_certificate_is_not(self):
        self.assert_refused(self.serve(self.ca.issue("expired", "DNS:localhost", days=-1)), "expired")

    def test_an_unknown_authority_is_not(self):
        stranger = authority(self.space.folder, "stranger")
        self.assert_refused(self.serve(stranger.issue("good", "DNS:localhost")), "certificate|issuer")

    def test_a_self_signed_certificate_is_not(self):
        own = authority(self.space.folder, "localhost")
        self.assert_refused(self.serve((own.certificate, self.space.folder / "localhost.key")), "self|certificate")

    def test_an_old_protocol_is_not_spoken(self):
        remote = self.serve(self.good, maximum=ssl.TLSVersion.TLSv1_1)
        daemon = self.begin(remote.url)
        daemon.await_event("endpoint.circuit_opened")
        self.assertEqual((remote.requests, remote.handshakes), ([], 0))

    def test_a_plain_server_on_the_port_is_no_tls(self):
        remote = raw_remote()
        self.addCleanup(remote.close)
        daemon = self.begin(remote.url.replace("http://127.0.0.1", "https://localhost"))
        daemon.await_event("endpoint.circuit_opened")
        self.assertEqual(self.space.read("status")["pending_partitions"], 1)

    def test_verify_false_accepts_anything_and_warns_loudly(self):
        stranger = authority(self.space.folder, "stranger")
        remote = self.serve(stranger.issue("other", "DNS:elsewhere.example"))
        daemon = self.begin(remote.url, verify=False)
        self.wait_settled()
        self.assertTrue(any("verify" in e["msg"] for e in daemon.events("config.warning")))

    def test_a_client_certificate_is_shown_to_who_asks(self):
        certificate, key = self.ca.issue("client", "DNS:partmark.example")
        remote = self.serve(self.good, clients=self.ca.certificate)
        self.begin(remote.url, client_cert_file=str(certificate), client_key_file=str(key))
        self.wait_settled()
        self.assertEqual(len(remote.requests), 1)

    def test_without_a_client_certificate_the_servers_no_is_its_trouble(self):
        remote = self.serve(self.good, clients=self.ca.certificate)
        daemon = self.begin(remote.url)
        daemon.await_event("endpoint.circuit_opened")
        self.assertEqual(remote.requests, [])
        self.assertEqual(self.space.read("status")["held_plans"], 0)

    def test_sessions_are_resumed(self):
        remote = self.serve(self.good, close_each=True)
        self.begin(remote.url)
        self.wait_settled()
        with journal(self.space.journal_path) as book:
            for day in range(1, 6):
                book.add("p", "DAY", f"2025-11-{day:02}")
                eventually(lambda n=day: len(remote.requests) > n, "the next call")
        self.assertGreater(remote.resumed, 0)

    def test_a_new_authority_is_taken_over_on_reload(self):
        stranger = authority(self.space.folder, "stranger")
        remote = self.serve(stranger.issue("good", "DNS:localhost"))
        daemon = self.begin(remote.url)
        daemon.await_event("endpoint.circuit_opened")
        self.space.configure(remote.url, {"tls": {"ca_file": str(stranger.certificate)}})
        daemon.signal(signal.SIGHUP)
        self.wait_settled()

    def test_files_that_were_renewed_under_their_names_count_from_a_reload(self):
        certificate, key = self.ca.issue("client", "DNS:partmark.example")
        remote = self.serve(self.good, clients=self.ca.certificate, close_each=True)
        daemon = self.begin(remote.url, client_cert_file=str(certificate), client_key_file=str(key))
        self.wait_settled()
        renewed = authority(self.space.folder, "renewed")
        remote.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)  # which no longer knows the old authority, either
        remote.context.load_cert_chain(*renewed.issue("good", "DNS:localhost"))
        remote.context.load_verify_locations(renewed.certificate)
        remote.context.verify_mode = ssl.CERT_REQUIRED
        with journal(self.space.journal_path) as book:
            book.add("p", "DAY", "2025-10-21")
        daemon.await_event("endpoint.circuit_opened")
        for new, old in zip((renewed.certificate, *renewed.issue("client", "DNS:partmark.example")), (self.ca.certificate, certificate, key)):
            new.replace(old)
        daemon.signal(signal.SIGHUP)
        self.wait_settled()
        key.write_text("no key")
        daemon.signal(signal.SIGHUP)
        refused = daemon.await_event("config.refused")
        self.assertIn(str(key), refused["msg"])
        with journal(self.space.journal_path) as book:
            book.add("p", "DAY", "2025-10-22")
        self.wait_settled()  # with what was read before

    def test_a_handshake_that_never_ends_is_given_up(self):
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        url = f"https://localhost:{listener.getsockname()[1]}"
        self.space.configure(url, {"connect_timeout": "200ms", "tls": {"ca_file": str(self.ca.certificate)}})
        self.space.partmark("init")
        daemon = self.space.started_daemon()
        with journal(self.space.journal_path) as book:
            book.add("p", "DAY", "2025-10-20")
        self.assertIn("time", daemon.await_event("endpoint.circuit_opened")["reason"])
        self.assertEqual(daemon.stop(), 0)


if __name__ == "__main__":
    unittest.main()
