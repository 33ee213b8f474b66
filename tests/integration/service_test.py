"""partmarkd under a service manager: stop, reload, and what it tells through NOTIFY_SOCKET."""

import os
import select
import signal
import socket
import stat
import time
import unittest

from can import simulator
from held_thread import held_thread, thread_named
from journal import journal
from raw_remote import raw_remote, wait_for_hang_up
from support import eventually, integration_case

LONG = {"request_timeout": "10m"}
STOP_LIMIT = 30  # the contract says 5 s; what must not be waited for takes minutes
WATCHDOG_PERIOD = 0.2  # seconds


class manager_socket:
    """What systemd listens at: datagrams, each of some lines KEY=VALUE."""

    def __init__(self, folder):
        self.path = str(folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.setblocking(False)
        self.said = []

    def messages(self):
        while True:
            try:
                self.said.append(dict(line.split("=", 1) for line in self.socket.recv(65536).decode().splitlines()))
            except BlockingIOError:
                return self.said

    def having(self, key):
        return [m for m in self.messages() if key in m]

    def coming(self, key, seconds):
        """Those with it that come from now on, within so many seconds."""
        before = len(self.having(key))
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and select.select([self.socket], [], [], left)[0]:
            self.messages()
        return self.having(key)[before:]


class service(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.space.configure(self.can.url)
        self.space.partmark("init")
        self.book = journal(self.space.journal_path)
        self.addCleanup(self.book.close)

    def hanging_remote(self):
        remote = raw_remote(lambda connection, asked: wait_for_hang_up(connection))
        self.addCleanup(remote.close)
        return remote

    def reload(self, daemon, event="config.reloaded"):
        times = len(daemon.events(event))
        daemon.signal(signal.SIGHUP)
        return daemon.await_event(event, times + 1)

    def test_a_stop_lets_the_call_under_way_end_and_stores_its_end(self):
        self.can.fault("delay", reply_delay_ms=500)
        daemon = self.space.started_daemon()
        self.book.add("p", "DAY", "2025-10-20")
        eventually(lambda: self.can.requests() == 1, "the call is under way")
        self.assertEqual(daemon.stop(STOP_LIMIT), 0)
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(self.can.requests(), 1)

    def test_a_stop_does_not_wait_for_a_remote_that_hangs(self):
        remote = self.hanging_remote()
        self.space.configure(remote.url, LONG)
        for number in (signal.SIGTERM, signal.SIGINT):
            daemon = self.space.started_daemon()
            self.book.add("p", "DAY", "2025-10-20")
            eventually(lambda: remote.requests, "the call is under way")
            remote.requests.clear()
            daemon.signal(number)
            self.assertEqual(daemon.exit_code(STOP_LIMIT), 0)
            self.assertEqual(daemon.events("daemon.stopped")[-1]["exit_code"], 0)
        self.space.configure(self.can.url)
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(len(self.can.marks("p")), 1)

    def test_a_stop_starts_no_new_call(self):
        remote = self.hanging_remote()
        self.space.configure(remote.url, {**LONG, "max_in_flight": 1})
        daemon = self.space.started_daemon()
        self.book.add_all([(f"p{n}", "DAY", "2025-10-20", None, "success") for n in range(5)])
        eventually(lambda: remote.requests, "the first call is under way")
        self.assertEqual(daemon.stop(STOP_LIMIT), 0)
        self.assertEqual(len(remote.requests), 1)

    def test_a_reload_takes_new_plans_limits_and_endpoints(self):
        daemon = self.space.started_daemon()
        other = {"name": "other", "url": self.can.url, "tenant_id": "tn_other", "auth": {"type": "UID", "value": "77"}}
        first = {**other, "name": "can", "tenant_id": "tn_1"}
        self.space.configure(
            "", endpoints=[first, other], delivery={"max_ranges_per_request": 2}, plans=[{"uuid": "p", "endpoint": "other", "run_type": "MANUAL"}]
        )
        self.reload(daemon)
        self.book.add_all([("p", "DAY", f"2025-10-{day:02}", None, "success") for day in range(1, 12, 2)])
        self.wait_settled()
        self.assertEqual([entry["ranges"] for entry in self.can.log()], [2, 2, 2])
        self.assertEqual(self.can.state()["plans"]["p"]["runType"], "MANUAL")

    def test_a_reload_refuses_a_bad_file_and_goes_on(self):
        daemon = self.space.started_daemon()
        good = self.space.config_path.read_text()
        for bad in ["surprise: 1\n", "endpoints: []\n"]:
            self.space.config_path.write_text(good.replace("endpoints:", "former:") + bad)
            said = self.reload(daemon, "config.refused")
            self.assertIn(str(self.space.config_path), said["msg"])
        self.space.config_path.write_text(good.replace(str(self.space.state_path), str(self.space.folder / "other.db")))
        self.assertIn("restart", self.reload(daemon, "config.refused")["msg"])
        self.space.config_path.write_text(good)
        self.book.add("p", "DAY", "2025-10-20")
        self.wait_settled()
        self.assertEqual(len(self.can.marks("p")), 1)
        self.assertTrue(daemon.running())

    def test_a_reload_moves_the_control_socket(self):
        daemon = self.space.started_daemon()
        former = self.space.socket_path
        moved = self.space.folder / "moved.sock"
        self.space.configure(self.can.url, control={"socket": str(moved)})
        self.reload(daemon)
        self.assertEqual(self.space.partmark("pause")[0], 0)
        self.assertIs(self.space.read("status")["running"], True)
        self.assertFalse(former.exists())
        self.assertEqual(stat.S_IMODE(moved.stat().st_mode), 0o660)
        self.space.configure(self.can.url, control={"socket": str(self.space.folder / "nowhere" / "c.sock")}, delivery={"linger": "1h"})
        self.assertIn("nowhere", self.reload(daemon, "config.refused")["msg"])
        self.space.configure(self.can.url, control={"socket": str(moved)})
        self.assertEqual(self.space.partmark("resume")[0], 0)
        self.book.add("p", "DAY", "2025-10-20")
        self.wait_settled()
        self.assertEqual(daemon.stop(STOP_LIMIT), 0)
        self.assertFalse(moved.exists())

    def test_a_reload_that_corrects_the_address_delivers_at_once(self):
        slow = {"retry": {"initial": "1h", "max": "1h"}, "circuit": {"open_after": 1000}}
        self.space.configure("http://127.0.0.1:1", **slow)
        daemon = self.space.started_daemon()
        self.book.add("p", "DAY", "2025-10-20")
        daemon.await_event("push.retrying")
        self.space.configure(self.can.url, **slow)
        self.reload(daemon)
        self.wait_settled()
        self.assertEqual(len(self.can.marks("p")), 1)

    def test_a_reload_reads_a_secret_again(self):
        secret = self.space.folder / "secret"
        secret.write_text("first-secret\n")
        secret.chmod(0o600)
        self.can.control("POST", "settings", {"auth_type": "APIKEY", "auth_value": "second-secret"})
        self.space.configure(self.can.url, {"auth": {"type": "APIKEY", "value_file": str(secret)}}, circuit={"probe_every": "1h"})
        daemon = self.space.started_daemon()
        self.book.add("p", "DAY", "2025-10-20")
        daemon.await_event("endpoint.unauthorized")
        secret.write_text("second-secret\n")
        self.reload(daemon)
        self.wait_settled()
        for where in [daemon.said(), self.space.state_path.read_bytes().decode("latin-1"), self.space.partmark("status")[1]]:
            self.assertNotIn("first-secret", where)
            self.assertNotIn("second-secret", where)

    def test_a_reload_while_an_endpoint_hangs_moves_its_plans_on(self):
        remote = self.hanging_remote()
        self.space.configure(remote.url, LONG)
        daemon = self.space.started_daemon()
        self.book.add("p", "DAY", "2025-10-20")
        eventually(lambda: remote.requests, "the call is under way")
        self.space.configure(self.can.url)
        self.reload(daemon)
        self.book.add("q", "DAY", "2025-10-20")  # must not wait for the call to the former address
        eventually(lambda: self.can.marks("q"), "another plan goes to the new address")
        self.assertEqual(daemon.stop(STOP_LIMIT), 0)
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(len(self.can.marks("p")), 1)
        self.assertEqual(self.can.state()["violations"], [])

    def test_the_service_manager_hears_of_start_status_reload_and_stop(self):
        manager = manager_socket(self.space.folder)
        self.addCleanup(manager.socket.close)
        self.book.add("p", "DAY", "2025-10-20")
        daemon = self.space.daemon(env={"NOTIFY_SOCKET": manager.path})
        eventually(lambda: manager.having("READY"), "READY=1")
        self.assertIn("STATUS", manager.having("READY")[0])
        self.wait_settled()
        self.reload(daemon)
        eventually(lambda: len(manager.having("READY")) == 2, "READY=1 after RELOADING=1")
        keys = [next(k for k in ("READY", "RELOADING") if k in m) for m in manager.messages() if "READY" in m or "RELOADING" in m]
        self.assertEqual(keys, ["READY", "RELOADING", "READY"])
        self.assertGreater(int(manager.having("RELOADING")[0]["MONOTONIC_USEC"]), 0)
        self.assertIn("1 plans", manager.having("READY")[-1]["STATUS"])
        self.space.config_path.write_text("surprise: 1\n")
        self.reload(daemon, "config.refused")
        eventually(lambda: len(manager.having("READY")) == 3, "READY=1 after a refused reload too")
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(manager.having("STOPPING")[-1]["STOPPING"], "1")

    def test_the_watchdog_is_fed_while_there_is_nothing_to_do_and_while_the_remote_hangs(self):
        manager = manager_socket(self.space.folder)
        self.addCleanup(manager.socket.close)
        self.space.configure(self.hanging_remote().url, LONG)
        self.space.started_daemon(env={"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "200000"})
        eventually(lambda: len(manager.having("WATCHDOG")) >= 5, "signs of life")
        self.book.add("p", "DAY", "2025-10-20")
        before = len(manager.having("WATCHDOG"))
        eventually(lambda: len(manager.having("WATCHDOG")) >= before + 5, "more signs of life")

    def watched_daemon(self):
        """It, and a manager that has had a sign of life from it."""
        manager = manager_socket(self.space.folder)
        self.addCleanup(manager.socket.close)
        daemon = self.space.started_daemon(env={"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": str(int(WATCHDOG_PERIOD * 1e6))})
        eventually(lambda: manager.having("WATCHDOG"), "a sign of life")
        return daemon, manager

    def await_another_sign_of_life(self, manager):
        before = len(manager.having("WATCHDOG"))
        eventually(lambda: len(manager.having("WATCHDOG")) > before, "another sign of life")

    def test_the_watchdog_is_not_fed_while_the_thread_of_the_calls_stands_still(self):
        daemon, manager = self.watched_daemon()
        with held_thread(thread_named(daemon.pid, "partmarkd-calls")):
            # The loop's answer shows that the loop goes on, and comes after any sign of life that was on its way to it.
            self.assertEqual(self.space.partmark("retry", "--all")[0], 0)
            self.assertEqual(manager.coming("WATCHDOG", 5 * WATCHDOG_PERIOD), [])
        self.await_another_sign_of_life(manager)

    def test_the_watchdog_is_not_fed_while_the_thread_of_the_loop_stands_still(self):
        daemon, manager = self.watched_daemon()
        with held_thread(daemon.pid):
            self.assertEqual(manager.coming("WATCHDOG", 5 * WATCHDOG_PERIOD), [])
        self.await_another_sign_of_life(manager)

    def test_nothing_is_told_to_a_manager_that_does_not_watch(self):
        manager = manager_socket(self.space.folder)
        self.addCleanup(manager.socket.close)
        other = {"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "200000", "WATCHDOG_PID": str(os.getpid())}
        daemon = self.space.started_daemon(env=other)
        self.book.add("p", "DAY", "2025-10-20")
        self.wait_settled()
        daemon.stop()
        self.assertEqual(manager.having("WATCHDOG"), [])


if __name__ == "__main__":
    unittest.main()
