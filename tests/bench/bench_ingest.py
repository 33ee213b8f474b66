"""Rows a second into the journal, and what one record costs a job, beside sqlite3's own shell."""

import subprocess
import time

from report import ratios, spread
from support import PARTMARK, configure, workspace

ROWS, CALLS = 200_000, 40


def timed(command, **options):
    start = time.monotonic()
    subprocess.run([str(c) for c in command], check=True, capture_output=True, **options)
    return time.monotonic() - start


def run(report, rounds):
    figures = {"import": [], "shell import": [], "record": [], "shell insert": []}
    with workspace() as folder:
        config = configure(folder, folder / "journal.db", 9)
        partmark = [PARTMARK, "--config", config]
        rows = folder / "rows.csv"
        for n_th in range(rounds):
            # Other rows each round: an import's keys follow from the file's content, and it skips what it has seen.
            rows.write_text("plan,granularity,first,outcome\n" + "".join(
                f"r{n_th}-p{n % 500},DAY,{1970 + n % 97}-{n % 12 + 1:02}-{n % 28 + 1:02},success\n" for n in range(ROWS)))
            for suffix in ("", "-wal", "-shm"):
                (folder / f"journal.db{suffix}").unlink(missing_ok=True)
            timed([*partmark, "init"])
            # The shell's .import wants every column: a view with a trigger would be slower still, so it fills a table of its own first.
            script = (f".mode csv\n.import --skip 1 {rows} given\nINSERT INTO plan_completion (plan, granularity, first, outcome) SELECT * FROM given;\nDROP TABLE given;\n")
            figures["shell import"].append(ROWS / timed(["sqlite3", folder / "journal.db"], text=True, input="CREATE TABLE given (plan, granularity, first, outcome);\n" + script))
            figures["import"].append(ROWS / timed([*partmark, "import", "--format", "csv", rows]))
            record = [*partmark, "record", "--plan", "p", "--granularity", "DAY", "--first", "2025-01-01", "--outcome", "success"]
            insert = ["sqlite3", folder / "journal.db", "INSERT INTO plan_completion (plan, granularity, first, outcome) VALUES ('p', 'DAY', '2025-01-01', 'success')"]
            figures["record"].append(sum(timed(record) for _ in range(CALLS)) / CALLS * 1000)
            figures["shell insert"].append(sum(timed(insert) for _ in range(CALLS)) / CALLS * 1000)
    for name in ("import", "shell import"):
        report.add("ingest", name, spread(figures[name]), unit="rows/s")
    for name in ("record", "shell insert"):
        report.add("ingest", f"{name}, start to exit", spread(figures[name]), unit="ms")
    report.add("ingest", "import, against the shell's", ratios(figures["import"], figures["shell import"]))
    report.add("ingest", "record, against the shell's INSERT", ratios(figures["record"], figures["shell insert"]))
