"""Figures of script/bench: medians and spreads, kept in build/bench.json from run to run and shown as docs/performance.md's table."""

import json
import os
import pathlib
import statistics

ROOT = pathlib.Path(__file__).resolve().parents[2]
JSON = ROOT / "build/bench.json"
DOCUMENT = ROOT / "docs/performance.md"
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def ratios(upper, lower):
    """Round by round, so that what disturbed a round disturbs both sides."""
    return spread([u / l for u, l in zip(upper, lower)])


def short(value):
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"


def shown(figure):
    return f"{short(figure['median'])} ({short(figure['min'])} – {short(figure['max'])})"


class report:
    def __init__(self):
        self.lines = json.loads(JSON.read_text())["lines"] if JSON.exists() else {}

    def add(self, bench, what, figure, bar=None, at_most=True, unit="×"):
        reached = None if bar is None else (figure["median"] <= bar if at_most else figure["median"] >= bar)
        line = {"bench": bench, "what": what, "unit": unit, "bar": bar, "at_most": at_most, "reached": reached, **figure}
        self.lines[what] = line
        verdict = "" if reached is None else f" (bar {'≤' if at_most else '≥'} {bar}: {'reached' if reached else 'missed'})"
        print(f"{bench}: {what}: {shown(figure)} {unit}{verdict}", flush=True)

    def save(self):
        JSON.parent.mkdir(exist_ok=True)
        JSON.write_text(json.dumps({"cores": os.cpu_count(), "lines": self.lines}, indent=1, ensure_ascii=False) + "\n")
        rows = ["| bench | what | median (min – max) | bar | |", "|---|---|---|---|---|"]
        for line in sorted(self.lines.values(), key=lambda l: l["bench"]):
            bar = "" if line["bar"] is None else f"{'≤' if line['at_most'] else '≥'} {line['bar']:g} {line['unit']}"
            verdict = {None: "", True: "reached", False: "**missed**"}[line["reached"]]
            rows.append(f"| {line['bench']} | {line['what']} | {shown(line)} {line['unit']} | {bar} | {verdict} |")
        if not DOCUMENT.exists():
            return
        text = DOCUMENT.read_text()
        head, rest = text.split(BEGIN)
        DOCUMENT.write_text(head + BEGIN + "\n" + "\n".join(rows) + "\n" + END + rest.split(END)[1])
