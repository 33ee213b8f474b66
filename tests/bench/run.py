"""script/bench's runner: every bench, or those named; figures go to build/bench.json and docs/performance.md."""

import argparse
import importlib

from report import report

BENCHES = ["fold", "shapes", "mark_map", "incremental", "delivery", "latency", "footprint", "ingest"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    arguments.add_argument("--rounds", type=int, default=5)
    given = arguments.parse_args()
    if unknown := [n for n in given.names if n not in BENCHES]:
        arguments.error(f"{', '.join(unknown)}: expected {', '.join(BENCHES)}")
    figures = report()
    benches = [importlib.import_module(f"bench_{name}") for name in given.names or BENCHES]
    for bench in benches:
        if hasattr(bench, "begin"):  # what takes long, and no time of the others
            bench.begin()
    for bench in benches:
        bench.run(figures, given.rounds)
        figures.save()


if __name__ == "__main__":
    main()
