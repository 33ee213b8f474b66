"""The whole journal folded into a new state.db, beside a bare scan of it and beside what SQL and Python make of the same rows."""

import json
import os
import subprocess
import time

from report import ratios, spread
from support import journal, one, remove_database, tool, workspace

RECORDS, PLANS = 5_000_000, 10_000

# Every record as one row a partition, the latest for each partition, neighbours of one outcome joined.
WINDOW_SQL = """
WITH RECURSIVE span(plan, granularity, seq, at, until, outcome) AS (
  SELECT plan, granularity, seq, unixepoch(first), unixepoch(coalesce(last, first)), outcome FROM plan_completion
  UNION ALL
  SELECT plan, granularity, seq, at + CASE granularity WHEN 'DAY' THEN 86400 ELSE 3600 END, until, outcome FROM span WHERE at < until),
latest AS (SELECT plan, granularity, at, outcome, max(seq) FROM span GROUP BY plan, at),
island AS (SELECT plan, outcome, at, at / CASE granularity WHEN 'DAY' THEN 86400 ELSE 3600 END
  - row_number() OVER (PARTITION BY plan, outcome ORDER BY at) AS n FROM latest)
SELECT count(*) FROM (SELECT plan, outcome, min(at), max(at) FROM island GROUP BY plan, outcome, n)
"""

POSTGRES_SQL = """
SET work_mem = '512MB'; SET max_parallel_workers_per_gather = 0;
SELECT count(*) FROM (SELECT plan, outcome, unnest(range_agg(tsrange(at, at + step))) FROM (
  SELECT DISTINCT ON (plan, at) plan, outcome, at, step FROM (
    SELECT plan, seq, outcome, step, generate_series(first, last, step) AS at FROM completion) AS each
  ORDER BY plan, at, seq DESC) AS latest GROUP BY plan, outcome) AS ranges
"""


def python_fold(path):
    """A dict of the latest outcome a partition, sorted and merged: a straightforward script. Answers the number of ranges."""
    import sqlite3
    from datetime import datetime, timedelta

    latest, step = {}, {"DAY": timedelta(days=1), "HOUR": timedelta(hours=1)}
    for plan, unit, first, last, outcome in sqlite3.connect(path).execute("SELECT plan, granularity, first, last, outcome FROM plan_completion ORDER BY seq"):
        at, until = datetime.fromisoformat(first), datetime.fromisoformat(last or first)
        partitions = latest.setdefault((plan, step[unit]), {})
        while at <= until:
            partitions[at] = outcome
            at += step[unit]
    ranges = 0
    for (_, width), partitions in latest.items():
        before, said = None, None
        for at in sorted(partitions):
            if said != partitions[at] or at - before != width:
                ranges += 1
            before, said = at, partitions[at]
    return ranges


def timed(work):
    start = time.monotonic()
    answer = work()
    return time.monotonic() - start, answer


class postgres:
    """A cluster of its own, as the user postgres when this is root (PostgreSQL refuses root)."""

    BIN = "/usr/lib/postgresql/15/bin"

    def __init__(self, folder):
        self.folder = folder / "pg"
        self.folder.mkdir()
        self.as_user = []
        if os.geteuid() == 0:
            for path in (self.folder, folder):
                os.chmod(path, 0o755)
            subprocess.run(["chown", "postgres", self.folder], check=True)
            self.as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]

    def call(self, program, *arguments, **options):
        return subprocess.run([*self.as_user, f"{self.BIN}/{program}", *map(str, arguments)], check=True, capture_output=True, text=True, cwd="/", **options)

    def __enter__(self):
        self.call("initdb", "-D", self.folder / "data", "--auth=trust", "-U", "bench")
        settings = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c shared_buffers=2GB -c max_wal_size=8GB"
        # pg_ctl waits for its child's output otherwise.
        subprocess.run([*self.as_user, f"{self.BIN}/pg_ctl", "-D", str(self.folder / "data"), "-w", "-l", str(self.folder / "log"), "-o", settings, "start"],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
        return self

    def __exit__(self, *_):
        self.call("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")

    def sql(self, text, **options):
        return self.call("psql", "-h", self.folder, "-U", "bench", "-d", "postgres", "-qAtX", "-v", "ON_ERROR_STOP=1", "-c", text, **options).stdout

    def fill(self, path):
        self.sql("CREATE UNLOGGED TABLE completion (plan text, seq bigint, first timestamp, last timestamp, outcome text, step interval)")
        rows = subprocess.Popen(
            ["sqlite3", "-csv", path, "SELECT plan, seq, first, coalesce(last, first), outcome, CASE granularity WHEN 'DAY' THEN '1 day' ELSE '1 hour' END FROM plan_completion"],
            stdout=subprocess.PIPE)
        self.sql("COPY completion FROM STDIN (FORMAT csv)", stdin=rows.stdout)
        rows.wait()
        self.sql("ANALYZE completion")


def run(report, rounds, records=RECORDS, plans=PLANS):
    path = journal(records, plans)
    figures = {"scan": [], "fold": [], "sqlite": [], "postgres": [], "python": []}
    counts = set()
    with workspace() as folder, postgres(folder) as pg:
        pg.fill(path)
        for _ in range(rounds):
            said = json.loads(subprocess.run([tool("bench_fold"), path, folder / "state.db", "1"], check=True, capture_output=True, text=True).stdout)
            figures["scan"].append(said["scan_s"])
            figures["fold"].append(said["fold_s"])
            counts.add(one(folder / "state.db", "SELECT count(*) FROM mark_run"))
            for name, work in (
                ("sqlite", lambda: int(subprocess.run(["sqlite3", path, WINDOW_SQL], check=True, capture_output=True, text=True).stdout)),
                ("postgres", lambda: int(pg.sql(POSTGRES_SQL))),
                ("python", lambda: python_fold(path)),
            ):
                seconds, count = timed(work)
                figures[name].append(seconds)
                counts.add(count)
        remove_database(folder / "state.db")
    assert len(counts) == 1, f"not all came to the same number of ranges: {counts}"
    for name, values in figures.items():
        report.add("fold", f"{records:,} records of {plans:,} plans: {name}", spread(values), unit="s")
    report.add("fold", "fold, against the bare scan", ratios(figures["fold"], figures["scan"]), 1.5)
    report.add("fold", "fold, faster than SQLite window SQL", ratios(figures["sqlite"], figures["fold"]), 15, at_most=False)
    report.add("fold", "fold, faster than PostgreSQL range_agg", ratios(figures["postgres"], figures["fold"]), 9, at_most=False)
    report.add("fold", "fold, faster than Python", ratios(figures["python"], figures["fold"]), 10, at_most=False)
