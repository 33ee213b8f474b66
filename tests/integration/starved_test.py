"""A daemon that the system gives too little: inotify, open files, memory, a file system that cannot be written. It goes on in a poorer way, or
waits and says why, or ends with an exit code and a message; and when there is enough again nothing is missing."""

import os
import resource
import subprocess
import sys
import unittest

import full_disk_test
import oracle
from can import simulator
from journal import journal
from support import daemon, eventually, integration_case, program, unless_sanitized

DAYS = [f"2025-10-{day:02}" for day in range(1, 21)]


def user_limit(name):
    """A command line that runs another one with a limit of its user namespace at 0, or None where that is not allowed."""
    setting = f"echo 0 > /proc/sys/user/{name}"
    if subprocess.run(["unshare", "-Ur", "sh", "-c", setting], capture_output=True, check=False).returncode != 0:
        return None
    return ["unshare", "-Ur", "sh", "-c", f'{setting}; exec "$@"', "sh"]


class starved(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.space.configure(self.can.url, journal={"poll_interval": "100ms"})
        self.space.partmark("init")
        self.book = journal(self.space.journal_path)
        self.addCleanup(self.book.close)

    def record(self, days):
        self.book.add_all([("p", "DAY", day, None, "success") for day in days])

    def assert_agreed(self):
        state = self.can.state()
        self.assertEqual(oracle.disagreements(self.book.rows(), state["plans"]), [])
        self.assertEqual(state["violations"], [])

    def limited(self, *arguments, **limits):
        """partmarkd under limits such as NOFILE=20."""
        wrapper = [sys.executable, "-c", "import os, resource, sys\nfor pair in sys.argv[1].split(','):\n  name, n = pair.split('=')\n"
                   "  resource.setrlimit(getattr(resource, 'RLIMIT_' + name), (int(n), int(n)))\nos.execv(sys.argv[2], sys.argv[2:])"]
        named = ",".join(f"{name}={value}" for name, value in limits.items())
        return self.space.start([*wrapper, named, program("PARTMARKD"), "--config", self.space.config_path, *arguments], "limited", kind=daemon)


class inotify(starved):
    def start_without(self, name):
        prefix = user_limit(name)
        if prefix is None:
            self.skipTest("no user namespaces here")
        return self.space.start([*prefix, program("PARTMARKD"), "--config", self.space.config_path], "unwatched", kind=daemon)

    def test_without_inotify_the_journal_is_polled_and_the_operator_told(self):
        for name in ["max_inotify_instances", "max_inotify_watches"]:
            with self.subTest(name):
                d = self.start_without(name)
                said = d.await_event("journal.unwatched")
                self.assertIn("polling every 100 ms", said["msg"])
                self.assertIn("fs.inotify." + name.replace("inotify_", "user_"), said["msg"])
                self.record(DAYS[:3])
                self.wait_settled()
                self.assert_agreed()
                self.assertEqual(len(d.events("journal.unwatched")), 1)
                self.assertEqual(d.stop(), 0)


@unless_sanitized
class open_files(starved):
    def test_with_any_limit_it_works_or_says_why_it_does_not(self):
        self.record(DAYS)
        ended = {}
        for limit in range(4, 26):
            d = self.limited("--once", "--deadline", "1s", NOFILE=limit)
            code = d.exit_code()
            self.assertIn(code, (0, 1, 75, 78, 127), f"{limit} files: {d.said()[-2000:]}")  # 127: too few for its libraries
            if code:
                self.assertNotEqual(d.said(), "", f"{limit} files: silence")
            ended[code] = ended.get(code, 0) + 1
        self.assertIn(0, ended)
        self.assertGreater(len(ended), 1)
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assert_agreed()

    def test_running_out_of_them_stops_nothing_for_good(self):
        d = self.space.started_daemon()
        self.record(DAYS[:2])
        self.wait_settled()
        used = max(int(n) for n in os.listdir(f"/proc/{d.pid}/fd"))
        enough = resource.prlimit(d.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(d.pid, resource.RLIMIT_NOFILE, (used - 2, enough[1]))
        self.can.stop()  # so that a new connection is needed
        self.can.start()
        self.record(DAYS[2:9])
        d.await_event("push.retrying")
        self.assertTrue(d.running())
        resource.prlimit(d.pid, resource.RLIMIT_NOFILE, enough)
        self.wait_settled()
        self.assert_agreed()
        self.assertEqual(d.stop(), 0)


@unless_sanitized
class memory(starved):
    def test_with_too_little_memory_it_ends_with_a_message_and_loses_nothing(self):
        for n in range(40):
            self.book.add_all([(f"p{n}", "MINUTE", f"2025-{month:02}-{day:02}T00:{2 * k:02}:00", None, "success")
                               for month in range(1, 5) for day in range(1, 29) for k in range(3)])
        # With less its libraries cannot start: nothing of the program's own has run then.
        least = next(mib for mib in range(16, 64) if self.limited("--version", AS=mib << 20).exit_code() == 0)
        ended = set()
        for mib in range(least, least + 24):
            d = self.limited("--once", "--deadline", "1s", AS=mib << 20)
            code = d.exit_code()
            self.assertIn(code, (0, 1, 75), f"{mib} MiB: {d.said()[-2000:]}")
            if code == 1:
                self.assertRegex(d.said(), "out of memory|no thread for the calls", f"{mib} MiB")
            ended.add(code)
            if code == 0:
                break
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assert_agreed()
        self.assertIn(0, ended)
        self.assertIn(1, ended)

    def test_calls_without_memory_even_to_say_so_end_it_with_a_message_and_lose_nothing(self):
        gone = self.space.folder / "memory-gone"
        without = {"LD_PRELOAD": program("NO_MEMORY"), "NO_MEMORY_THREAD": "partmarkd-calls", "NO_MEMORY_ONCE": str(gone)}
        d = self.space.started_daemon(env=without)
        self.record(DAYS[:5])
        self.wait_settled()
        before = self.can.requests()
        gone.touch()
        self.record(DAYS[5:])
        self.assertEqual(d.exit_code(), 1, d.said()[-2000:])
        self.assertIn("out of memory for calls; what was stored is safe", d.said())
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(self.can.requests(), before + 1)
        self.assert_agreed()


@unittest.skipIf(full_disk_test.WHY_NOT, full_disk_test.WHY_NOT)
class read_only(starved):
    def on_tmpfs(self, folder):
        kept = {p.name: p.read_bytes() for p in folder.iterdir()}
        full_disk_test.mount("-t", "tmpfs", "tmpfs", str(folder))
        self.space.mounts.append(str(folder))
        for name, content in kept.items():
            (folder / name).write_bytes(content)
            (folder / name).chmod(0o660)

    def remount(self, folder, how):
        full_disk_test.mount("-o", f"remount,{how}", str(folder))

    def test_a_state_on_a_read_only_file_system_is_refused_and_readable(self):
        self.record(DAYS[:5])
        self.assertEqual(self.space.once().child.returncode, 0)
        folder = self.space.state_path.parent
        self.on_tmpfs(folder)
        self.assertEqual(self.space.once().child.returncode, 0)
        self.remount(folder, "ro")
        self.record(DAYS[5:])
        before = self.can.requests()
        d = self.space.once()
        self.assertEqual(d.child.returncode, 78)
        self.assertIn(str(folder), d.said())
        self.assertEqual(self.can.requests(), before)
        self.assertEqual(self.space.read("status")["journal"]["folded_seq"], 5)
        self.assertEqual(self.space.read("state", "check")["problems"], [])
        code, _, err = self.space.partmark("state", "rebuild")
        self.assertEqual(code, 1)
        self.assertIn(str(folder), err)
        self.remount(folder, "rw")
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assert_agreed()

    def test_a_journal_on_a_read_only_file_system_is_read_or_said(self):
        self.record(DAYS)
        self.book.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        rows = self.book.rows()
        self.book.close()
        folder = self.space.journal_path.parent
        self.on_tmpfs(folder)
        self.remount(folder, "ro")
        d = self.space.daemon()
        eventually(lambda: not d.running() or d.events("journal.unreadable") or self.space.settled(), "it reads or says why not")
        self.assertTrue(d.running(), d.said())
        self.remount(folder, "rw")
        self.wait_settled()
        self.assertEqual(oracle.disagreements(rows, self.can.state()["plans"]), [])


if __name__ == "__main__":
    if full_disk_test.WHY_NOT:
        print(full_disk_test.WHY_NOT, flush=True)
    unittest.main()
