"""One more record on long and short histories: time until its call is at the server, and bytes read for it. Flat is what it must be."""

import contextlib
import pathlib
import sqlite3
import statistics
import subprocess

from plot import plot
from report import ROOT, ratios, spread
from server import counting_server
from support import PARTMARKD, configure, copy_of, journal, nginx, running, wait_until, workspace

# (records, plans): more history for as many plans, then more plans.
SIZES = ((10_000, 10_000), (1_000_000, 10_000), (10_000_000, 10_000), (10_000_000, 100_000), (10_000_000, 1_000_000))
COMMITS = 100  # a round
WARM_UP = 20
NO_PAGE = "status: { listen: off }"  # several daemons at once
PICTURE = ROOT / "docs/images/incremental.svg"


class history:
    """A daemon that has told all of its journal, and the job that commits one record more, again and again."""

    def __init__(self, size, folder, server, daemon, db):
        self.size, self.folder, self.server, self.daemon, self.db = size, folder, server, daemon, db
        self.commits = 0

    def commit(self):
        """Milliseconds from the beginning of the commit until the call's bytes are there."""
        self.commits += 1
        row = (f"one-more-{self.commits % 50}", f"{1970 + self.commits // 50}-01-01")
        return 1000 * self.server.after(lambda: self.db.execute(
            "INSERT INTO plan_completion (plan, granularity, first, outcome) VALUES (?, 'YEAR', ?, 'success')", row))

    def bytes_read(self):
        lines = pathlib.Path(f"/proc/{self.daemon.pid}/io").read_text().splitlines()
        return int(next(l for l in lines if l.startswith("rchar")).split()[1])


@contextlib.contextmanager
def told(size):
    with workspace() as folder:
        path = copy_of(journal(*size), folder)
        with nginx(folder) as port:
            command = [PARTMARKD, "--config", configure(folder, path, port, 64, more=NO_PAGE), "--once"]
            with open(folder / "log", "wb") as log:
                subprocess.run(command, check=True, stderr=log, stdout=log)
        (folder / "log").unlink()
        with counting_server() as server:
            config = configure(folder, path, server.port, 64, more=NO_PAGE)
            with open(folder / "log", "wb") as log, running([PARTMARKD, "--config", config], stderr=log, stdout=log) as daemon:
                wait_until(lambda: b"daemon.started" in (folder / "log").read_bytes())
                with contextlib.closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as db:
                    db.execute("PRAGMA synchronous = NORMAL")
                    yield history(size, folder, server, daemon, db)


def name(size):
    return f"{size[0]:,} records of {size[1]:,} plans"


def run(report, rounds, sizes=SIZES, picture=PICTURE):
    times, read = {size: [] for size in sizes}, {size: [] for size in sizes}
    with contextlib.ExitStack() as all_of_them:
        histories = [all_of_them.enter_context(told(size)) for size in sizes]
        for _ in range(WARM_UP):
            for h in histories:
                h.commit()
        for _ in range(rounds):
            before = {h.size: h.bytes_read() for h in histories}
            waits = {h.size: [] for h in histories}
            for _ in range(COMMITS):
                for h in histories:  # in turns: what disturbs one disturbs the others
                    waits[h.size].append(h.commit())
            for h in histories:
                times[h.size].append(statistics.median(waits[h.size]))
                read[h.size].append((h.bytes_read() - before[h.size]) / COMMITS)
    for size in sizes:
        report.add("incremental", f"one more record until its call, after {name(size)}", spread(times[size]), unit="ms")
        report.add("incremental", f"bytes read for it, after {name(size)}", spread(read[size]), unit="bytes")
    for size in sizes[1:]:
        against = f"after {name(size)}, against {name(sizes[0])}"
        report.add("incremental", f"fold and push one more {against}", ratios(times[size], times[sizes[0]]), 1.1)
        report.add("incremental", f"bytes read {against}", ratios(read[size], read[sizes[0]]))
    if picture:
        labels = [f"{size[0]:,}\n{size[1]:,}" for size in sizes]
        plot(picture, "One more record: records of history, plans", labels, [
            ("ms from commit to call", [statistics.median(times[size]) for size in sizes]),
            ("KB read", [statistics.median(read[size]) / 1000 for size in sizes])])
