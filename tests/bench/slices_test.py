"""What the benches measure is also right: small runs of them, whose answers are compared and whose time is not."""

import json
import re
import subprocess
import unittest

import bench_fold
import bench_incremental
from support import PARTMARKD, configure, one, running, tool, wait_until, workspace
from server import counting_server

RECORDS, PLANS = 3000, 40


def small_journal(folder):
    path = folder / "journal.db"
    subprocess.run([tool("bench_make_journal"), path, str(RECORDS), str(PLANS), "7"], check=True)
    return path


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
