"""One more record on long and short histories: time and bytes read until its call is at the server. Flat is what it must be."""

import contextlib
import pathlib
import sqlite3
import statistics

from report import ratios, spread
from server import counting_server
from support import PARTMARKD, configure, copy_of, journal, one, running, wait_until, workspace

SIZES = ((10_000, 1_000), (1_000_000, 10_000), (10_000_000, 10_000))
COMMITS = 200


def bytes_read(pid):
    return int(next(l for l in pathlib.Path(f"/proc/{pid}/io").read_text().splitlines() if l.startswith("rchar")).split()[1])


def cost(records, plans):
    """The median milliseconds from commit to call, and bytes read a record, with so much history already told."""
    with workspace() as folder, counting_server() as server:
        path = copy_of(journal(records, plans), folder)
        config = configure(folder, path, server.port, 64)
        with open(folder / "log", "wb") as log, running([PARTMARKD, "--config", config], stderr=log, stdout=log) as daemon:
            wait_until(lambda: (folder / "state.db").exists() and settled(folder / "state.db", records), 1200)
            with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as db:
                db.execute("PRAGMA synchronous = NORMAL")
                before, waits = bytes_read(daemon.pid), []
                for n in range(COMMITS):
                    waits.append(server.after(lambda: db.execute(
                        "INSERT INTO plan_completion (plan, granularity, first, outcome) VALUES (?, 'DAY', ?, 'success')",
                        (f"latency-{n % 50}", f"20{n % 80 + 10}-01-01"))))
                return statistics.median(waits) * 1000, (bytes_read(daemon.pid) - before) / COMMITS


def settled(state, records):
    with contextlib.suppress(sqlite3.Error):
        return one(state, "SELECT plan_folded_seq FROM progress") >= records and one(state, "SELECT count(*) FROM pending_run") == 0
    return False


def run(report, rounds):
    times, read = {size: [] for size in SIZES}, {}
    for _ in range(min(rounds, 3)):
        for size in SIZES:
            milliseconds, bytes_a_record = cost(*size)
            times[size].append(milliseconds)
            read.setdefault(size, []).append(bytes_a_record)
    for size in SIZES:
        history = f"{size[0]:,} records of {size[1]:,} plans"
        report.add("incremental", f"one more record until its call, after {history}", spread(times[size]), unit="ms")
        report.add("incremental", f"bytes read for it, after {history}", spread(read[size]), unit="bytes")
    report.add("incremental", "fold and push, 10⁷ against 10⁴ records of history", ratios(times[SIZES[2]], times[SIZES[0]]), 1.1)
