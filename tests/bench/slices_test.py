"""What the benches measure is also right: small runs of them, whose answers are compared and whose time is not."""

import collections
import contextlib
import datetime
import itertools
import json
import re
import sqlite3
import subprocess
import unittest

import bench_fold
import bench_incremental
import bench_shapes
from support import PARTMARKD, configure, one, running, tool, wait_until, workspace
from server import counting_server

RECORDS, PLANS = 3000, 40


def small_journal(folder):
    path = folder / "journal.db"
    subprocess.run([tool("bench_make_journal"), path, str(RECORDS), str(PLANS), "7"], check=True)
    return path


MARKS = {"success": 0, "failed": 1, "cleared": 2}
WIDTHS = {"DAY": datetime.timedelta(days=1), "MINUTE": datetime.timedelta(minutes=1)}


def runs_of(records):
    """The runs of equal marks that these come to, partition by partition: (plan, first, last, mark) as state.db has them."""
    marks = collections.defaultdict(dict)
    for plan, unit, first, last, outcome in records:
        count = lambda text: (datetime.datetime.fromisoformat(text) - datetime.datetime(1970, 1, 1)) // WIDTHS[unit]
        for partition in range(count(first), count(last or first) + 1):
            marks[plan][partition] = MARKS[outcome]
    for plan, said in marks.items():
        for _, run in itertools.groupby(enumerate(sorted(said.items())), lambda e: (e[1][0] - e[0], e[1][1])):
            partitions = [p for _, (p, _) in run]
            yield plan, partitions[0], partitions[-1], said[partitions[0]]


class slices(unittest.TestCase):
    def test_the_fold_and_its_peers_come_to_the_same_ranges(self):
        with workspace() as folder:
            path = small_journal(folder)
            said = subprocess.run([tool("bench_fold"), path, folder / "state.db", "1"], check=True, capture_output=True, text=True).stdout
            self.assertEqual(json.loads(said)["rows"], RECORDS)
            ranges = one(folder / "state.db", "SELECT count(*) FROM mark_run")
            self.assertEqual(ranges, bench_fold.python_fold(path))
            window = subprocess.run(["sqlite3", path, bench_fold.WINDOW_SQL], check=True, capture_output=True, text=True).stdout
            self.assertEqual(ranges, int(window))

    def test_journals_of_every_shape_are_folded_as_partition_by_partition(self):
        for shape in bench_shapes.SHAPES.values():
            with self.subTest(shape=shape.__name__), workspace() as folder:
                bench_shapes.fold(folder, bench_shapes.make(folder, shape, RECORDS))
                with contextlib.closing(sqlite3.connect(folder / "state.db")) as state:
                    for table in ("mark_run", "pending_run"):
                        stored = state.execute(f"SELECT uuid, first, last, mark FROM {table} JOIN plan ON id = plan_id").fetchall()
                        self.assertEqual(sorted(stored), sorted(runs_of(bench_shapes.rows(shape, RECORDS))), table)

    def test_every_plan_of_the_delivery_bench_is_told_once(self):
        with workspace() as folder, counting_server() as server:
            config = configure(folder, small_journal(folder), server.port, 64)
            with open(folder / "log", "wb") as log, running([PARTMARKD, "--config", config, "--once"], stderr=log, stdout=log) as daemon:
                self.assertEqual(daemon.wait(60), 0)
            accepted = re.findall(r"push\.accepted.* plan=(\S+)", (folder / "log").read_text())
            self.assertEqual(len(accepted), PLANS)
            self.assertEqual(len(set(accepted)), PLANS)

    def test_one_more_record_is_told_after_short_and_long_histories_and_drawn(self):
        sizes, figures = ((300, 10), (RECORDS, PLANS)), collected()
        with workspace() as folder:
            bench_incremental.run(figures, 1, sizes, folder / "plot.svg")
            drawn = (folder / "plot.svg").read_text()
        self.assertEqual(drawn.count("<circle"), 2 * len(sizes))
        for size in sizes:
            self.assertGreater(figures.medians[f"bytes read for it, after {bench_incremental.name(size)}"], 0)


class collected:
    def __init__(self):
        self.medians = {}

    def add(self, bench, what, figure, *_, **__):
        self.medians[what] = figure["median"]


if __name__ == "__main__":
    unittest.main()
