"""What an idle daemon takes, and what a million plans take: memory, files, and the start until the first call."""

import os
import pathlib
import re
import subprocess
import threading
import time

from report import spread
from server import counting_server
from support import PARTMARK, PARTMARKD, configure, copy_of, free_port, journal, one, running, wait_until, workspace

IDLE_SECONDS = 600


def rss_mib(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text())[1]) / 1024


def idle(figures):
    """For its ten minutes beside the other benches: what a process takes is counted for it alone."""
    with workspace() as folder, counting_server() as server:
        # A port of its own: other daemons are measured meanwhile.
        config = configure(folder, folder / "journal.db", server.port, more=f'status: {{ listen: "127.0.0.1:{free_port()}" }}')
        subprocess.run([PARTMARK, "--config", config, "init"], check=True, capture_output=True)
        with open(folder / "log", "wb") as log, running([PARTMARKD, "--config", config], stderr=log, stdout=log) as daemon:
            time.sleep(2)

            def look():
                status = pathlib.Path(f"/proc/{daemon.pid}/status").read_text()
                times = pathlib.Path(f"/proc/{daemon.pid}/stat").read_text().rsplit(")", 1)[1].split()
                return int(times[11]) + int(times[12]), int(re.search(r"\nvoluntary_ctxt_switches:\s+(\d+)", status)[1])

            before = look()
            time.sleep(IDLE_SECONDS)
            after = look()
            ticks = os.sysconf("SC_CLK_TCK")
            figures["CPU"] = 100 * (after[0] - before[0]) / ticks / IDLE_SECONDS
            figures["wakeups"] = (after[1] - before[1]) / IDLE_SECONDS
            figures["RSS"] = rss_mib(daemon.pid)


def fold_paused(config, folder, records):
    """Folds everything and stops, with nothing sent: a linger that lasts."""
    with open(folder / "log", "wb") as log, running([PARTMARKD, "--config", config], stderr=log, stdout=log) as daemon:
        wait_until(lambda: (folder / "state.db").exists() and folded(folder / "state.db") >= records, 600)
        time.sleep(1)  # what the turn that stored it took is given back at its end
        return rss_mib(daemon.pid)


def folded(state):
    try:
        return one(state, "SELECT plan_folded_seq FROM progress")
    except Exception:  # noqa: BLE001 - not made yet
        return -1


def many_plans(report, plans, bars):
    with workspace() as folder, counting_server() as server:
        path = copy_of(journal(plans, plans, 9), folder)
        config = configure(folder, path, server.port, linger="1h")
        rss_folded = fold_paused(config, folder, plans)
        size = (folder / "state.db").stat().st_size
        stored = one(folder / "state.db", "SELECT count(*) FROM plan")
        config = configure(folder, path, server.port, linger="0ms")
        with open(folder / "log2", "wb") as log:
            start = time.monotonic()
            with running([PARTMARKD, "--config", config], stderr=log, stdout=log) as daemon:
                wait_until(lambda: server.calls > 0, 120)
                first = server.came - start
                rss_started = rss_mib(daemon.pid)
    name = f"{stored:,} plans, all pending"
    rss_bar, start_bar = bars or (None, None)
    report.add("footprint", f"{name}: RSS after folding", spread([rss_folded]), rss_bar, unit="MiB")
    report.add("footprint", f"{name}: RSS after a start", spread([rss_started]), rss_bar, unit="MiB")
    report.add("footprint", f"{name}: start to first call", spread([first]), start_bar, unit="s")
    report.add("footprint", f"{name}: state.db a plan", spread([size / stored]), unit="bytes")
    report.add("footprint", f"{name}: journal.db a record", spread([os.path.getsize(journal(plans, plans, 9)) / plans]), unit="bytes")


idle_figures = {}
beside = threading.Thread(target=idle, args=(idle_figures,))


def begin():
    beside.start()


def run(report, _rounds):
    many_plans(report, 10_000, None)
    many_plans(report, 100_000, None)
    many_plans(report, 1_600_000, (256, 2))  # drawn at random: of 1,600,000 about a million come up
    beside.join()
    for what, bar, unit in (("CPU", 0.05, "%"), ("wakeups", 1, "/s"), ("RSS", 20, "MiB")):
        report.add("footprint", f"idle for {IDLE_SECONDS // 60} minutes: {what}", spread([idle_figures[what]]), bar, unit=unit)
