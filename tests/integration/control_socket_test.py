"""Whose the control socket is: a live daemon's stays its own, a dead one's is taken over, one that was lost is made again."""

import fcntl
import unittest

from can import simulator
from support import integration_case


class control_socket(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.space.configure(self.can.url)
        self.space.partmark("init")

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
