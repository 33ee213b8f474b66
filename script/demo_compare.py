"""The end of script/demo: compares what the platform holds with what the jobs did, partition by partition.

usage: demo_compare.py JOBS STATE   JOBS: lines "plan partition outcome", in the order of the runs; STATE: what /_control/state of the simulator says
"""

import json
import sys


def months(first, last):
    """The months from first to last, as YYYY-MM."""
    year, month = int(first[:4]), int(first[5:7])
    while f"{year:04}-{month:02}" <= last[:7]:
        yield f"{year:04}-{month:02}"
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def days(first, last):
    """The days from first to last, as YYYY-MM-DD."""
    import datetime

    day = datetime.date.fromisoformat(first[:10])
    while day.isoformat() <= last[:10]:
        yield day.isoformat()
        day += datetime.timedelta(days=1)


def main(jobs_path, state_path):
    wanted, records = {}, 0
    for line in open(jobs_path):
        plan, partition, outcome = line.split()
        wanted[plan, partition] = outcome
        records += 1

    state = json.load(open(state_path))
    held = {}
    ranges = 0
    for uuid, plan in state["plans"].items():
        walk = days if plan["granularity"] == "DAY" else months
        for outcome in ("success", "failed"):
            for r in plan[outcome]:
                ranges += 1
                for partition in walk(r["first"], r["last"]):
                    held[uuid, partition] = outcome

    differences = sorted(k for k in wanted.keys() | held.keys() if wanted.get(k) != held.get(k))
    for plan, partition in differences:
        print(f"DIFFERENT {plan} {partition}: the jobs say {wanted.get((plan, partition))}, the platform {held.get((plan, partition))}")
    for violation in state["violations"]:
        print(f"VIOLATION {violation}")

    good = sum(outcome == "success" for outcome in wanted.values())
    print(f"{records} records of {len(wanted)} partitions: {good} success, {len(wanted) - good} failed")
    print(f"{state['requests']} requests brought them to the platform, which holds them as {ranges} ranges")
    if differences or state["violations"]:
        print("NOT the same")
        return 1
    print("The same, partition by partition.")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
