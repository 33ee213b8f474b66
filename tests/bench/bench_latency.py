"""From the start of another process's commit to the first bytes of its call at the server, beside the least that inotify and a loopback
connection take for the same commits, and the least with what must come between the two: the sync of the journal's log, without which a
power cut takes a record that the platform was told of."""

import contextlib
import ctypes
import os
import random
import socket
import sqlite3
import subprocess
import sys
import threading
import time

from report import ratios, spread
from server import counting_server
from support import PARTMARK, PARTMARKD, configure, running, wait_until, workspace

COMMITS = 500
INSERT = "INSERT INTO plan_completion (plan, granularity, first, outcome) VALUES (?, 'DAY', ?, 'success')"


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


class bare_watcher:
    """Sends a request over loopback whenever inotify tells of the journal's directory: the floor. With `synced`, a file, once that is synced."""

    def __init__(self, folder, port, synced=None):
        libc = ctypes.CDLL(None, use_errno=True)
        self.fd = libc.inotify_init1(os.O_CLOEXEC)
        libc.inotify_add_watch(self.fd, str(folder).encode(), 0x2)  # IN_MODIFY
        self.link = socket.create_connection(("127.0.0.1", port))
        self.link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.synced = synced and os.open(synced, os.O_RDWR)
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self):
        with contextlib.suppress(OSError):
            while os.read(self.fd, 65536):
                if self.synced:
                    os.fdatasync(self.synced)
                self.link.sendall(b"GET / HTTP/1.1\r\n\r\n")
                self.link.recv(4096)


# As jobs do it: 1,000 commits a second of other plans, from a process of its own.
BUSY_WRITER = """
import sqlite3, sys, time
db = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
db.execute("PRAGMA synchronous = NORMAL")
start, n = time.monotonic(), 0
while True:
    n += 1
    db.execute("INSERT INTO plan_completion (plan, granularity, first, outcome) VALUES (?, 'DAY', ?, 'success')",
               (f"busy-{n % 50}", f"{2000 + n // 336 % 60:04}-{n // 28 % 12 + 1:02}-{n % 28 + 1:02}"))
    if n == 1:
        print("writes", flush=True)
    time.sleep(max(0, start + n / 1000 - time.monotonic()))
"""


@contextlib.contextmanager
def busy_writer(journal_path):
    with running([sys.executable, "-c", BUSY_WRITER, journal_path], stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        yield


def connect(folder):
    db = contextlib.closing(sqlite3.connect(folder / "journal/journal.db", isolation_level=None, timeout=30))
    db.thing.execute("PRAGMA synchronous = NORMAL")
    return db


def warm_up(folder):
    """Until the journal's log has its full length and is written over, as everywhere but in a journal's first minutes."""
    with connect(folder) as db:
        for n in range(1200):
            db.execute(INSERT, ("warm-up", f"{1900 + n % 50}-01-01"))


def latencies(folder, server, dice, about=None):
    waits = []
    with connect(folder) as db:
        for n in range(COMMITS):
            time.sleep(dice.uniform(0.001, 0.004))
            day = f"{2000 + n % 1000 // 12 % 60:04}-{n % 12 + 1:02}-{n % 28 + 1:02}"
            waits.append(server.after(lambda: db.execute(INSERT, (f"plan-{n % 20}", day)), about=about) * 1e6)
    return waits


def measured(dice, through_daemon, busy=False, synced=False):
    with workspace() as folder, counting_server() as server:
        (folder / "journal").mkdir()  # its own, as where it is installed: what else changes in it wakes the watcher
        config = configure(folder, folder / "journal/journal.db", server.port, 64)
        subprocess.run([PARTMARK, "--config", config, "init"], check=True, capture_output=True)
        if not through_daemon:
            with connect(folder) as stays:  # as the daemon does: the log would go with its last user
                stays.execute("SELECT count(*) FROM plan_completion").fetchone()
                warm_up(folder)
                bare_watcher(folder / "journal", server.port, folder / "journal/journal.db-wal" if synced else None)
                return latencies(folder, server, dice)
        warm_up(folder)
        with open(folder / "log", "wb") as log, running([PARTMARKD, "--config", config], stderr=log, stdout=log):
            wait_until(lambda: b"push.accepted" in (folder / "log").read_bytes())
            time.sleep(0.2)
            if not busy:
                return latencies(folder, server, dice)
            with busy_writer(folder / "journal/journal.db"):
                return latencies(folder, server, dice, about=b'"plan-')


def run(report, rounds):
    dice = random.Random(5)
    ours, floor, synced, busy = [], [], [], []
    for _ in range(rounds):
        floor.append(measured(dice, False))
        synced.append(measured(dice, False, synced=True))
        ours.append(measured(dice, True))
        busy.append(measured(dice, True, busy=True))
    for name, share, bar in (("p50", 0.5, 2), ("p99", 0.99, 3), ("p99.9", 0.999, None)):
        for who, rounds_of in (("partmarkd", ours), ("partmarkd under 1,000 commits/s", busy), ("inotify + loopback", floor),
                               ("inotify + the journal's sync + loopback", synced)):
            report.add("latency", f"{name}, commit to call: {who}", spread([percentile(r, share) for r in rounds_of]), unit="µs")
        report.add("latency", f"{name}, over the inotify + loopback floor",
                   ratios([percentile(r, share) for r in ours], [percentile(r, share) for r in floor]), bar)
        report.add("latency", f"{name}, over inotify + the journal's sync + loopback",
                   ratios([percentile(r, share) for r in ours], [percentile(r, share) for r in synced]))
        report.add("latency", f"{name}, the journal's sync on its own: inotify + sync + loopback, over inotify + loopback",
                   ratios([percentile(r, share) for r in synced], [percentile(r, share) for r in floor]))
