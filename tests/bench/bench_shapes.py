"""The fold of journals that are not made of appends: what a first fold costs where nothing comes at the tail, beside a bare scan of the same rows."""

import contextlib
import datetime
import json
import random
import sqlite3
import subprocess

from report import ratios, spread
from support import DATA, PARTMARK, configure, tool, workspace

RECORDS = 1_000_000
DAYS = [(datetime.date(2015, 1, 1) + datetime.timedelta(days=i)).isoformat() for i in range(4000)]


def minute(n):
    return (datetime.datetime(2015, 1, 1) + datetime.timedelta(minutes=n)).isoformat()


def outcome(dice, failed):
    return "failed" if dice.random() < failed else "success"


def random_days(dice, records):
    for _ in range(records):
        yield f"plan-{dice.randrange(records // 100)}", "DAY", dice.choice(DAYS), None, outcome(dice, 0.03)


def random_spans(dice, records):
    for _ in range(records):
        first = dice.randrange(3900)
        yield f"plan-{dice.randrange(records // 100)}", "DAY", DAYS[first], DAYS[first + dice.randrange(90)], outcome(dice, 0.3)


def all_marks(dice, records):
    for n in range(records):
        yield f"plan-{n % (records // 100)}", "DAY", DAYS[dice.randrange(200)], None, dice.choice(("success", "failed", "cleared"))


def alternating(_, records):
    plans = records // 1000
    for n in range(records):
        day = n // plans
        yield f"plan-{n % plans}", "DAY", DAYS[day % 2000], None, "failed" if day % 2 else "success"


def random_minutes_of_one_plan(dice, records):
    for _ in range(records):
        yield "plan", "MINUTE", minute(dice.randrange(records)), None, outcome(dice, 0.5)


SHAPES = {
    "random days of 10,000 plans": random_days,
    "random ranges of up to 90 days": random_spans,
    "success, failed and cleared over 200 days": all_marks,
    "success and failed in turn, day by day": alternating,
    "random minutes of one plan": random_minutes_of_one_plan,
}


def make(folder, shape, records):
    """A seeded journal in the folder."""
    path = folder / "journal.db"
    subprocess.run([PARTMARK, "--config", configure(folder, path, 1), "init"], check=True, capture_output=True)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("BEGIN")
        db.executemany("INSERT INTO plan_completion (plan, granularity, first, last, outcome) VALUES (?, ?, ?, ?, ?)", rows(shape, records))
        db.execute("COMMIT")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


def rows(shape, records):
    return shape(random.Random(11), records)


def fold(folder, path):
    """Seconds of the scan and of the fold, into a state.db of its own."""
    said = json.loads(subprocess.run([tool("bench_fold"), path, folder / "state.db", "1"], check=True, capture_output=True, text=True).stdout)
    return said["scan_s"], said["fold_s"]


def run(report, rounds):
    for name, shape in SHAPES.items():
        DATA.mkdir(parents=True, exist_ok=True)
        with workspace() as folder:
            path = make(folder, shape, RECORDS)
            scans, folds = zip(*(fold(folder, path) for _ in range(rounds)))
        report.add("shapes", f"{RECORDS:,} records, {name}: fold", spread(folds), unit="s")
        report.add("shapes", f"{RECORDS:,} records, {name}: fold, against the bare scan", ratios(folds, scans))
