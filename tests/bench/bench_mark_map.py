"""The mark map beside Boost.ICL's interval_map, and one plan of 74,388 partitions from its records to its request bodies."""

import json
import subprocess

from report import ratios, spread
from support import tool


def repetitions(program, rounds, *more):
    """Google Benchmark's own repetitions, in random order so that noise hits all alike: {name: [nanoseconds]}."""
    said = subprocess.run(
        [tool(program), f"--benchmark_repetitions={rounds}", "--benchmark_enable_random_interleaving=true", "--benchmark_format=json", *more],
        check=True, capture_output=True, text=True).stdout
    unit = {"ns": 1, "us": 1e3, "ms": 1e6}
    found = {}
    for run in json.loads(said)["benchmarks"]:
        if run["run_type"] == "iteration":
            name = run["name"].removesuffix("/iterations:1000000")
            found.setdefault(name, []).append(run["cpu_time"] * unit[run["time_unit"]])
    return found


def run(report, rounds):
    times = repetitions("bench_range_map", rounds, "--benchmark_min_time=0.1")
    for what, sizes, bar in (("tail_append", (1, 1000, 1000000), 5), ("tail_alternating", (1, 1000, 1000000), None),
                             ("random_rerun", (10, 1000, 100000, 1000000), 2)):
        for size in sizes:
            ours, icl = (times[f"{what}<{map}>/{size}"] for map in ("ours", "icl"))
            report.add("mark_map", f"{what} in {size:,} runs", spread(ours), unit="ns")
            report.add("mark_map", f"{what} in {size:,} runs, faster than Boost.ICL", ratios(icl, ours), bar, at_most=False)
    for name, values in repetitions("bench_plan_body", rounds).items():
        failed = "all success" if name.endswith("/0") else "one in 97 failed"
        report.add("mark_map", f"74,388 partitions, records to bodies, {failed}", spread([v / 1e6 for v in values]), 5, unit="ms")
