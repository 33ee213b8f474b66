"""What the remote should hold, by brute force: one dictionary entry a partition, stepped with datetime. Shares nothing with lib/core."""

from datetime import datetime, timedelta

GRANULARITIES = ["MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"]
STEPS = {"MINUTE": timedelta(minutes=1), "HOUR": timedelta(hours=1), "DAY": timedelta(days=1), "WEEK": timedelta(days=7)}
MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}


def following(granularity, start, count=1):
    """The start of the partition `count` after the one that starts at `start`."""
    if granularity in STEPS:
        return start + STEPS[granularity] * count
    months = start.year * 12 + start.month - 1 + MONTHS[granularity] * count
    return start.replace(year=months // 12, month=months % 12 + 1)


def read_time(text):
    return datetime.fromisoformat(text + "0000-01-01T00:00:00"[len(text):])


def span(granularity, first, last):
    """The starts of all partitions from `first` to `last`, both texts."""
    at, end = read_time(first), read_time(last or first)
    while at <= end:
        yield at
        at = following(granularity, at)


def fold(rows):
    """{plan: {partition start: mark}}; a full refresh has the one partition None."""
    plans = {}
    for plan, granularity, first, last, outcome in rows:
        marks = plans.setdefault(plan, {})
        for at in [None] if granularity is None else span(granularity, first, last):
            marks[at] = outcome
    return plans


def remote_marks(plan):
    """A plan of the simulator's state as {partition start: mark}."""
    marks = {}
    for mark in ("success", "failed"):
        for r in plan[mark]:
            for at in span(plan["granularity"], r["first"], r["last"]):
                marks[at] = mark
    return marks


def disagreements(rows, remote_plans):
    """Every difference between the fold of `rows` and what the simulator holds, as text; empty: they agree."""
    found = []
    for plan, wanted in fold(rows).items():
        there = remote_plans.get(plan)
        if None in wanted:
            # A failed full refresh has no call: whatever was accepted before it stays.
            if wanted[None] == "success" and not (there and there["refreshes"] > 0):
                found.append(f"{plan}: its full refresh was never accepted")
            continue
        wanted = {at: mark for at, mark in wanted.items() if mark != "cleared"}
        held = remote_marks(there) if there else {}
        for at in sorted(wanted.keys() | held.keys()):
            if wanted.get(at) != held.get(at):
                found.append(f"{plan} {at.isoformat()}: {wanted.get(at)} was recorded last, the remote holds {held.get(at)}")
    for plan in remote_plans.keys() - fold(rows).keys():
        found.append(f"{plan}: nothing was recorded of it, but the remote knows it")
    return found


def text(granularity, at, style=0):
    """A partition's start as a job may write it; `style` chooses among the forms that the granularity allows."""
    forms = {"MINUTE": [19], "HOUR": [19], "DAY": [10, 19], "WEEK": [10, 19], "MONTH": [7, 10, 19], "QUARTER": [7, 10, 19], "YEAR": [4, 7, 10, 19]}
    lengths = forms[granularity]
    return at.isoformat()[: lengths[style % len(lengths)]]


ORIGINS = {"WEEK": datetime(2024, 12, 30)}  # a Monday


def random_row(random, plan, granularity, width):
    """A record about some of the `width` partitions of a plan: mostly single successes, sometimes ranges, failures and clears."""
    if granularity is None:
        return (plan, None, None, None, random.choice(["success", "success", "failed"]))
    origin = ORIGINS.get(granularity, datetime(2025, 1, 1))
    start = random.randrange(width)
    first = following(granularity, origin, start)
    outcome = random.choice(["success"] * 6 + ["failed"] * 2 + ["cleared"])
    last = None
    if random.random() < 0.3:
        last = text(granularity, following(granularity, origin, min(width - 1, start + random.randrange(6))), random.randrange(4))
    return (plan, granularity, text(granularity, first, random.randrange(4)), last, outcome)


def random_plans(random, count, prefix="plan"):
    """{plan: granularity}: every granularity and full refreshes in turn."""
    kinds = [*GRANULARITIES, None]
    random.shuffle(kinds)
    return {f"{prefix}-{i}": kinds[i % len(kinds)] for i in range(count)}


def random_rows(random, plans, count, width=40):
    names = list(plans)
    return [random_row(random, plan, plans[plan], width) for plan in random.choices(names, k=count)]
