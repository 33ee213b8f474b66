"""state.db on a disk that is full: nothing is pushed that is not stored, and all is well when there is room again.

As root, on a tmpfs in a mount namespace that goes with this process; for anybody else it is skipped, with the reason (exit 77).
"""

import ctypes
import errno
import json
import os
import subprocess
import sys
import unittest

import oracle
from can import simulator
from journal import journal
from support import eventually, integration_case

ROOM = 16 << 20  # bytes
CLONE_NEWNS = 0x20000


def mount(*arguments):
    subprocess.run(["mount", *arguments], capture_output=True, text=True, check=True)


def own_mounts():
    """What is mounted from here on is seen by this process and its children only. Answers why not, else None."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0:
        return f"no mount namespace of its own: {os.strerror(ctypes.get_errno())}"
    try:
        mount("--make-rprivate", "/")
    except (OSError, subprocess.CalledProcessError) as e:
        return f"nothing can be mounted: {e}"
    return None


WHY_NOT = own_mounts()


@unittest.skipIf(WHY_NOT, WHY_NOT)
class full_disk(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.space.configure(self.can.url)
        self.space.partmark("init")
        mount("-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(self.space.state_path.parent))
        self.space.mounts.append(str(self.space.state_path.parent))
        self.book = journal(self.space.journal_path)
        self.addCleanup(self.book.close)
        self.filler = self.space.state_path.parent / "filler"

    def fill(self):
        """Takes all the room there is, down to the last byte."""
        with open(self.filler, "ab", buffering=0) as f:
            for size in (65536, 4096, 512, 1):
                try:
                    while True:
                        f.write(b"x" * size)
                except OSError as e:
                    self.assertEqual(e.errno, errno.ENOSPC)

    def rows(self, plans=20):
        """Enough that the state needs room for it."""
        for n in range(plans):
            self.book.add_all([(f"plan-{n}", "DAY", f"2025-{m:02}-{d:02}", None, "failed" if d % 2 else "success") for m in range(1, 13) for d in range(1, 29)])

    def assert_agreed(self):
        state = self.can.state()
        self.assertEqual(oracle.disagreements(self.book.rows(), state["plans"]), [])
        self.assertEqual(state["violations"], [])

    def test_nothing_is_pushed_while_it_cannot_be_stored_and_all_of_it_when_there_is_room(self):
        daemon = self.space.started_daemon()
        self.book.add("before", "DAY", "2025-10-20")
        self.wait_settled()
        before = self.can.requests()
        self.fill()
        self.rows()
        daemon.await_event("state.unwritable", 3)
        self.assertEqual(self.can.requests(), before)
        self.assertEqual(self.space.read("status")["journal"]["folded_seq"], 1)
        self.assertIn("not read yet", self.space.partmark("status")[1])
        os.unlink(self.filler)
        daemon.await_event("state.written")
        self.wait_settled()
        self.assert_agreed()
        before = self.can.requests()
        self.assertEqual(daemon.stop(), 0)
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(self.can.requests(), before)

    def test_a_kill_while_the_disk_is_full_loses_nothing(self):
        daemon = self.space.started_daemon()
        self.book.add("before", "DAY", "2025-10-20")
        self.wait_settled()
        self.fill()
        self.rows()
        daemon.await_event("state.unwritable")
        daemon.kill()
        os.unlink(self.filler)
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assert_agreed()

    def test_a_call_that_ends_while_the_disk_is_full_is_settled_when_there_is_room(self):
        self.can.fault("delay", count=1, reply_delay_ms=1000)
        daemon = self.space.started_daemon()
        self.book.add("p", "DAY", "2025-10-20")
        eventually(lambda: self.can.fired() == 1, "the call is under way")
        self.fill()
        self.rows()
        daemon.await_event("push.accepted", plan="p")
        daemon.await_event("state.unwritable", 2)
        self.assertEqual(self.can.requests(), 1)
        os.unlink(self.filler)
        self.wait_settled()
        self.assert_agreed()

    def test_a_command_is_not_confirmed_before_it_is_stored(self):
        daemon = self.space.started_daemon()
        self.wait_folded()
        self.fill()
        self.rows(1)
        daemon.await_event("state.unwritable")
        code, out, err = self.space.partmark("pause", "--json")
        daemon.kill()
        os.unlink(self.filler)
        self.space.started_daemon()
        self.assertEqual((code, json.loads(out)["done"]), (1, False), err)
        self.assertIn("state.db cannot be written", out)
        self.assertEqual(self.space.read("status")["paused"], [])

    def test_a_start_on_a_full_disk_says_so_and_may_be_tried_again(self):
        self.fill()
        daemon = self.space.daemon()
        self.assertEqual(daemon.exit_code(), 1)
        self.assertIn(str(self.space.state_path), daemon.said())
        self.assertRegex(daemon.said(), "full|space")
        os.unlink(self.filler)
        self.book.add("p", "DAY", "2025-10-20")
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assert_agreed()

    def test_a_job_on_a_full_disk_hears_of_it_and_may_record_when_there_is_room(self):
        daemon = self.space.started_daemon()
        folder = self.space.folder / "small"
        folder.mkdir()
        mount("-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder))
        self.space.mounts.append(str(folder))
        daemon.stop()
        self.space.configure(self.can.url, journal={"path": str(folder / "journal.db")}, state={"path": str(self.space.folder / "other.db")})
        self.space.partmark("init")
        self.filler = folder / "filler"
        self.fill()
        record = ["record", "--plan", "p", "--granularity", "DAY", "--first", "2025-10-20", "--outcome", "success"]
        code, _, err = self.space.partmark(*record)
        self.assertEqual(code, 1)
        self.assertRegex(err, "full|space")
        os.unlink(self.filler)
        self.assertEqual(self.space.partmark(*record)[0], 0)
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(len(self.can.marks("p")), 1)

    def test_a_rebuild_on_a_full_disk_says_so_and_leaves_the_state_alone(self):
        self.rows(3)
        self.assertEqual(self.space.once().child.returncode, 0)
        self.fill()
        code, _, err = self.space.partmark("state", "rebuild")
        self.assertEqual(code, 1)
        self.assertRegex(err, "full|space")
        self.assertEqual([p.name for p in self.filler.parent.iterdir() if "building" in p.name or "rebuilt" in p.name], [])
        os.unlink(self.filler)
        before = self.can.requests()
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assertEqual(self.can.requests(), before)

    def test_a_prune_on_a_full_disk_says_so_loses_nothing_and_goes_on_when_there_is_room(self):
        folder = self.space.folder / "small"
        folder.mkdir()
        mount("-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder))
        self.space.mounts.append(str(folder))
        self.space.configure(self.can.url, journal={"path": str(folder / "journal.db")}, state={"path": str(self.space.folder / "other.db")})
        self.space.partmark("init")
        self.filler = folder / "filler"
        rows = [(f"plan-{n % 20}", "DAY", f"2025-{1 + n // 28 % 12:02}-{1 + n % 28:02}", None, "failed" if n % 3 else "success") for n in range(40_000)]
        with journal(folder / "journal.db") as book:
            book.add_all(rows, recorded_at="2025-01-01T00:00:00.000Z")
        daemon = self.space.started_daemon()
        self.wait_settled()
        self.fill()
        code, out, err = self.space.partmark("prune", "--older-than", "90d")
        self.assertEqual(code, 1, out + err)
        self.assertRegex(err, "full|space")
        self.assertIn("prune again", err)
        left = self.count(folder)
        self.assertGreater(left, 1)
        self.assertTrue(daemon.running())
        os.unlink(self.filler)
        record = ["record", "--plan", "plan-1", "--granularity", "DAY", "--first", "2026-10-20", "--outcome", "success"]
        self.assertEqual(self.space.partmark(*record)[0], 0)
        self.assertEqual(self.space.partmark("prune", "--older-than", "90d")[0], 0)
        self.assertLess(self.count(folder), left)
        self.wait_settled()
        state = self.can.state()
        self.assertEqual(oracle.disagreements([*rows, ("plan-1", "DAY", "2026-10-20", None, "success")], state["plans"]), [])
        self.assertEqual(self.space.partmark("state", "check")[0], 0)

    def count(self, folder):
        with journal(folder / "journal.db") as book:
            return book.connection.execute("SELECT count(*) FROM plan_completion").fetchone()[0]

    def test_a_stop_on_a_full_disk_ends_and_the_next_run_makes_it_good(self):
        daemon = self.space.started_daemon()
        self.wait_folded()
        self.fill()
        self.rows()
        daemon.await_event("state.unwritable")
        self.assertEqual(daemon.stop(30), 0)
        os.unlink(self.filler)
        self.assertEqual(self.space.once().child.returncode, 0)
        self.assert_agreed()


if __name__ == "__main__":
    if WHY_NOT:
        print(f"SKIPPED: {WHY_NOT}", flush=True)
        sys.exit(77)
    unittest.main()
