"""Whose the control socket is: a live daemon's stays its own, a dead one's is taken over, one that was lost is made again."""

import fcntl
import signal
import socket
import unittest

from can import simulator
from support import daemon, eventually, integration_case, program


class control_socket(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.space.configure(self.can.url)
        self.space.partmark("init")

    def other_daemon(self, *arguments, state="other"):
        """One with a state of its own, and the same socket."""
        config, folder = self.space.folder / f"{state}.yaml", self.space.folder / state
        folder.mkdir(exist_ok=True)
        config.write_text(self.space.config_path.read_text().replace(str(self.space.state_path), str(folder / "state.db")))
        return self.space.start([program("PARTMARKD"), "--config", config, *arguments], state, kind=daemon)

    def listener(self):
        """A socket of ours in place of what is there."""
        self.space.socket_path.unlink(missing_ok=True)
        s = socket.socket(socket.AF_UNIX)
        self.addCleanup(s.close)
        s.bind(str(self.space.socket_path))
        s.listen()
        return s

    def reachable(self):
        status = self.space.read("status")
        return status["running"] and status["reachable"]

    def reload(self, d):
        before = len(d.events("config.reloaded"))
        d.signal(signal.SIGHUP)
        d.await_event("config.reloaded", before + 1)

    def test_a_live_daemons_socket_is_left_to_it(self):
        first = self.space.started_daemon()
        inode = self.space.socket_path.stat().st_ino
        second = self.other_daemon("--once")
        self.assertEqual(second.exit_code(), 0)
        (said,) = second.events("control.unavailable")
        for word in [str(self.space.socket_path), f"process {first.pid} ", "stop it", "control.socket"]:
            self.assertIn(word, said["msg"])
        self.assertEqual(self.space.socket_path.stat().st_ino, inode)
        self.assertTrue(self.reachable())
        self.assertEqual(self.space.partmark("pause")[0], 0)
        self.assertEqual(first.events("control.unavailable"), [])

    def test_who_waits_for_a_socket_gets_it_when_the_other_daemon_ends(self):
        first = self.space.started_daemon()
        second = self.other_daemon()
        second.await_event("control.unavailable")
        self.assertEqual(first.stop(), 0)
        eventually(self.space.socket_path.exists, "the second makes its own")
        code, out, err = self.space.partmark("pause")
        self.assertEqual(code, 0, err)
        self.assertNotIn("not running", out)
        self.assertEqual(len(second.events("control.unavailable")), 1)

    def test_a_socket_that_was_removed_or_replaced_by_a_dead_one_is_made_again(self):
        d = self.space.started_daemon()
        for lost in (self.space.socket_path.unlink, lambda: self.listener().close()):
            lost()
            self.assertFalse(self.reachable())
            eventually(self.reachable, "it listens again")
        self.assertEqual(d.events("control.unavailable"), [])
        self.assertEqual(d.stop(), 0)
        self.assertFalse(self.space.socket_path.exists())

    def test_a_reload_makes_it_again_at_once(self):
        d = self.space.started_daemon()
        self.space.socket_path.unlink()
        self.reload(d)
        self.assertTrue(self.reachable())

    def test_what_somebody_else_put_there_is_said_once_a_reload_and_left_alone_at_exit(self):
        d = self.space.started_daemon()
        mine = self.listener()
        d.await_event("control.unavailable")
        self.reload(d)
        self.assertEqual(len(d.events("control.unavailable")), 2, "who reloads hears of it again")
        self.assertEqual(d.stop(), 0)
        self.assertEqual(len(d.events("control.unavailable")), 2)
        self.assertTrue(self.space.socket_path.exists())
        mine.close()

    def test_two_daemons_that_start_at_once_beside_a_dead_socket_leave_one_that_has_it(self):
        for turn in range(5):
            self.listener().close()
            both = [self.other_daemon(state=f"{turn}-{n}") for n in "ab"]
            for d in both:
                d.await_event("daemon.started")
            self.assertEqual(self.space.partmark("resume")[0], 0)
            for d in both:
                self.assertEqual(d.stop(), 0)
            self.assertEqual(sum(len(d.events("control.unavailable")) for d in both), 1, f"turn {turn}")

    def test_status_does_not_say_that_a_daemon_without_its_socket_is_down(self):
        d = self.space.started_daemon()
        self.space.configure(self.can.url, control={"socket": str(self.space.folder / "elsewhere.sock")})
        status = self.space.read("status")
        self.assertEqual((status["running"], status["reachable"]), (True, False))
        _, page, _ = self.space.partmark("status")
        self.assertNotIn("not running", page)
        self.assertRegex(page, rf"daemon +process {d.pid} runs, and does not listen at \S+/elsewhere.sock: ")
        self.assertEqual(d.stop(), 0)
        status = self.space.read("status")
        self.assertEqual((status["running"], status["reachable"]), (False, False))

    def test_status_knows_nothing_of_whoever_else_holds_the_state(self):
        self.assertEqual(self.space.started_daemon().stop(), 0)
        with open(f"{self.space.state_path}.lock", "r+", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assertIsNone(self.space.read("status")["running"])
        self.assertIs(self.space.read("status")["running"], False)


if __name__ == "__main__":
    unittest.main()
