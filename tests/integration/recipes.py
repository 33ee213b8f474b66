"""The files that docs/integrations/ shows, taken out of the pages, and a machine for them: a journal, `partmark` and a job on the PATH.

A page shows a file as a fenced block whose first line names its language and itself: ```sh run-and-mark
"""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys

from can import simulator
from support import LIMIT, die_with_parent, eventually, integration_case, program, source_root

PLAN = "ecfc2a9539a04ef49897a9b4e3d65e7f"
PAGES = source_root() / "docs" / "integrations"
DOCUMENTED_PATH = "/var/lib/partmark/journal/journal.db"
FENCE = re.compile(r"^```(\w+)(?: ([\w.@-]+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# Holds the journal open while its -wal is gone from the folder: whoever comes next makes a new one, and cannot delete it at its end.
HOLD_OPEN = """
import os, sqlite3, sys
c = sqlite3.connect(sys.argv[1]); c.execute("SELECT count(*) FROM plan_completion").fetchall()
for end in ("-wal", "-shm"): os.unlink(sys.argv[1] + end)
print("held", flush=True); sys.stdin.read()
"""


def blocks(page):
    """(language, name or None, text) of each fenced block."""
    return [(language, name or None, text) for language, name, text in FENCE.findall((PAGES / page).read_text())]


def text_of(page, name):
    return next(text for _, given, text in blocks(page) if given == name)


class recipe_case(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.space.configure(self.can.url, {"settle_time": "50ms"})
        self.assertEqual(self.space.partmark("init")[0], 0)
        self.tools = self.space.folder / "bin"
        self.tools.mkdir()
        (self.tools / "partmark").symlink_to(os.path.abspath(program("PARTMARK")))
        self.tool("build-orders", 'echo "$@" >>built\n[ -z "$BUILD_WAITS" ] || { echo >building; sleep 600; }\nexit ${BUILD_STATUS:-0}\n')

    def tool(self, name, script):
        (self.tools / name).write_text(f"#!/bin/sh\n{script}")
        (self.tools / name).chmod(0o755)

    def take(self, page, name):
        """The file as the page shows it, with this test's journal in place of the documented one."""
        path = self.space.folder / name
        path.write_text(text_of(page, name).replace(DOCUMENTED_PATH, str(self.space.journal_path)))
        path.chmod(0o755)
        return path

    def start(self, *command, env=None, umask=-1):
        return subprocess.Popen(
            [str(c) for c in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.space.folder,
            preexec_fn=die_with_parent, start_new_session=True, umask=umask,
            env={**os.environ, "PATH": f"{self.tools}:{os.environ['PATH']}", "PARTMARK_CONFIG": str(self.space.config_path), "BUILD_WAITS": "", **(env or {})},
        )  # fmt: skip

    def ended(self, child):
        """(exit status, what it said)"""
        out, err = child.communicate(timeout=LIMIT)
        return child.returncode, out + err

    def run_it(self, *command, **options):
        return self.ended(self.start(*command, **options))

    def rows(self, columns="plan, granularity, first, last, outcome"):
        # In a process of its own: SQLite shares what it knows of a file within a process, also of one whose -wal was taken away.
        read = "import json, sqlite3, sys; print(json.dumps(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchall()))"
        sql = f"SELECT {columns} FROM plan_completion ORDER BY seq"
        done = subprocess.run([sys.executable, "-c", read, self.space.journal_path, sql], capture_output=True, text=True, check=True)
        return [tuple(row) for row in json.loads(done.stdout)]

    def outcomes(self):
        return [outcome for (outcome,) in self.rows("outcome")]

    def lose_the_journal(self):
        for path in self.space.journal_path.parent.iterdir():
            path.unlink()

    def assert_no_journal(self):
        self.assertEqual(list(self.space.journal_path.parent.iterdir()), [], "a job made a journal")

    def assert_waits(self, begin):
        """`begin` starts a recorder: it waits for another writer, and then it records."""
        before = len(self.rows())
        other = sqlite3.connect(self.space.journal_path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        child = begin()
        # One that doesn't wait ends here with "database is locked"; one that is merely slow to start loses nothing.
        with self.assertRaises(subprocess.TimeoutExpired, msg="it did not wait for its turn"):
            child.wait(timeout=1)
        other.execute("ROLLBACK")
        other.close()
        self.assertEqual(self.ended(child)[0], 0)
        self.assertEqual(len(self.rows()), before + 1)

    def assert_leaves_modes_alone(self, begin):
        """`begin(umask)` starts a recorder: what SQLite makes beside the journal is the group's all the same."""
        holder = subprocess.Popen([sys.executable, "-c", HOLD_OPEN, self.space.journal_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.assertEqual(holder.stdout.readline(), "held\n")
        self.assertEqual(self.ended(begin(0o077))[0], 0)
        modes = {p.name: oct(p.stat().st_mode & 0o777) for p in self.space.journal_path.parent.iterdir()}
        self.assertEqual(modes, {"journal.db": "0o660", "journal.db-wal": "0o660", "journal.db-shm": "0o660"})
        self.assertGreater(len(self.rows()), 0)
        holder.stdin.close()
        holder.wait()
        holder.stdout.close()

    def assert_means(self, marks):
        """The real daemon tells the platform just that."""
        done = self.space.once()
        self.assertEqual(done.child.returncode, 0, done.said())
        self.assertEqual({str(first)[:10]: mark for first, mark in self.can.marks(PLAN).items()}, marks)
        self.assertEqual(self.can.state()["violations"], [])

    def stopped_in_the_middle(self, child):
        """Ends a job while it builds, as a person or a scheduler does: a signal to all of it."""
        eventually((self.space.folder / "building").exists, "the job builds")
        os.killpg(child.pid, signal.SIGTERM)
        return self.ended(child)
