"""`partmark status --watch` on a real terminal: drawn in place, ended by a key or a signal, and the terminal as it was before."""

import fcntl
import os
import pty
import signal
import struct
import subprocess
import termios
import time
import unittest

from cli_support import LIMIT, cli_case
from support import program

ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"


class watched(cli_case):
    def setUp(self):
        super().setUp()
        self.init()
        self.master, self.slave = pty.openpty()
        self.addCleanup(os.close, self.master)
        self.addCleanup(os.close, self.slave)
        self.resize(24, 80)
        self.before = termios.tcgetattr(self.slave)
        self.seen = b""
        os.set_blocking(self.master, False)

    def resize(self, rows, columns):
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def start(self, *arguments):
        def own_terminal():
            os.setsid()
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

        command = [program("PARTMARK"), "--config", str(self.space.config_path), "status", "--watch", *arguments]
        child = subprocess.Popen(command, stdin=self.slave, stdout=self.slave, stderr=self.slave, preexec_fn=own_terminal)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        return child

    def read_until(self, true, what):
        end = time.monotonic() + LIMIT
        while not true():
            self.assertLess(time.monotonic(), end, f"{what}: {self.seen[-500:]}")
            try:
                self.seen += os.read(self.master, 65536)
            except BlockingIOError:
                time.sleep(0.01)

    def frames(self):
        return self.seen.count(b"\x1b[H")

    def assert_restored(self):
        self.read_until(lambda: LEAVE in self.seen, "it leaves")
        self.assertTrue(self.seen.startswith(ENTER))
        self.assertEqual(termios.tcgetattr(self.slave), self.before)

    def test_it_redraws_in_place_until_q(self):
        child = self.start("--interval", "100ms")
        self.read_until(lambda: self.frames() >= 3, "three frames")
        self.assertIn(b"partmarkd has not run yet.", self.seen)
        self.assertNotIn(b"\x1b[2J", self.seen)
        self.assertFalse(termios.tcgetattr(self.slave)[3] & termios.ECHO)
        os.write(self.master, b"xq")
        self.assertEqual(child.wait(LIMIT), 0)
        self.assert_restored()

    def test_a_signal_ends_it_and_the_terminal_is_as_before(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            self.seen = b""
            child = self.start()
            self.read_until(lambda: self.frames() >= 1, "a frame")
            child.send_signal(number)
            self.assertEqual(child.wait(LIMIT), 0)
            self.assert_restored()

    def test_ctrl_c_ends_it(self):
        child = self.start("--interval", "1h")
        self.read_until(lambda: self.frames() >= 1, "a frame")
        os.write(self.master, b"\x03")
        self.assertEqual(child.wait(LIMIT), 0)
        self.assert_restored()

    def test_another_size_is_drawn_at_once(self):
        child = self.start("--interval", "1h")
        self.read_until(lambda: self.frames() >= 1, "a frame")
        self.resize(3, 12)
        child.send_signal(signal.SIGWINCH)
        self.read_until(lambda: self.frames() >= 2, "a frame of the new size")
        self.read_until(lambda: self.seen.endswith(b"\x1b[J"), "all of it")
        last = self.seen[self.seen.rindex(b"\x1b[H") :]
        self.assertEqual(last.count(b"\r\n"), 2)
        os.write(self.master, b"q")
        self.assertEqual(child.wait(LIMIT), 0)

    def test_without_a_terminal_one_follows_the_other(self):
        command = [program("PARTMARK"), "--config", str(self.space.config_path), "status", "--watch", "--interval", "100ms"]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        self.addCleanup(child.wait)
        self.addCleanup(child.stdout.close)
        times = 0
        while times < 3:
            times += child.stdout.readline() == "partmarkd has not run yet.\n"
        child.send_signal(signal.SIGTERM)
        self.assertNotIn("\x1b", child.stdout.read())
        self.assertEqual(child.wait(LIMIT), 0)

    def test_an_interval_that_is_none(self):
        for text in ["", "0s", "99ms", "2h", "often"]:
            self.assertIn("--interval", self.expect(2, "status", "--watch", "--interval", text).stderr)


if __name__ == "__main__":
    unittest.main()
