"""Deliveries a second: 20,000 plans with one record each to nginx on loopback, beside wrk (the limit) and what one would write instead."""

import asyncio
import os
import re
import shutil
import subprocess
import time
from datetime import datetime

from report import ratios, spread
from support import PARTMARKD, certificate, configure, copy_of, journal, nginx, remove_database, workspace

PLANS = 20_000
BODY = ('{"uuid":"9e3779b1-5e0d-4c1b-9a77-000000000001","successTimeRange":[{"dateGranularity":"DAY","startTime":"2015-01-01T00:00:00",'
        '"endTime":"2015-01-01T00:00:00"}]}')
PATH = "/anymetrics/api/v1/accelerate/plan/updatePartition"
HEADERS = {"content-type": "application/json", "accept": "application/json", "tenant-id": "tn_1", "auth-type": "UID", "auth-value": "1234"}


def partmarkd(folder, journal_path, port, in_flight, ca_file=None):
    """Accepted calls a second, from the log's own times of the first and the last."""
    remove_database(folder / "state.db")
    config = configure(folder, journal_path, port, in_flight, ca_file=ca_file)
    with open(folder / "log", "wb") as log:
        subprocess.run([PARTMARKD, "--config", config, "--once"], stderr=log, stdout=log, check=True)
    times = re.findall(r"^ts=(\S+)Z .*push\.accepted", (folder / "log").read_text(), re.M)
    assert len(times) >= PLANS * 0.6, f"{len(times)} calls"
    first, last = (datetime.fromisoformat(times[i]) for i in (0, -1))
    return (len(times) - 1) / (last - first).total_seconds()


def bytes_written(folder, journal_path, port):
    """What one accepted call costs the disk: all that a run writes, less what a run writes that folds as much and sends nothing."""

    def run(*options):
        remove_database(folder / "state.db")
        config = configure(folder, journal_path, port, 64, linger="0ms" if not options else "1h")
        child = subprocess.Popen([PARTMARKD, "--config", config, "--once", *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        return used.ru_oublock * 512

    return (run() - run("--deadline", "5s")) / PLANS


def wrk(folder, port, connections, seconds=3, scheme="http"):
    lines = [f'wrk.headers["{k}"] = "{v}"' for k, v in HEADERS.items()]
    (folder / "post.lua").write_text(f'wrk.method = "POST"\nwrk.body = [[{BODY}]]\n' + "\n".join(lines) + "\n")
    said = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "-s", folder / "post.lua", f"{scheme}://127.0.0.1:{port}{PATH}"],
        check=True, capture_output=True, text=True).stdout
    return float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1])


def curl(folder, port, calls=5000):
    one = f'url = "http://127.0.0.1:{port}{PATH}"\ndata = "{BODY.replace(chr(34), chr(92) + chr(34))}"\noutput = "/dev/null"\n'
    one += "".join(f'header = "{k}: {v}"\n' for k, v in HEADERS.items())
    (folder / "curl.conf").write_text("next\n".join([one] * calls))
    start = time.monotonic()
    subprocess.run(["curl", "-sS", "--parallel", "--parallel-max", "64", "-K", folder / "curl.conf"], check=True, capture_output=True)
    return calls / (time.monotonic() - start)


def aiohttp_client(port, calls=5000):
    import aiohttp

    async def push():
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=64)) as session:
            slots = asyncio.Semaphore(64)

            async def one():
                async with slots, session.post(f"http://127.0.0.1:{port}{PATH}", data=BODY, headers=HEADERS) as reply:
                    assert (await reply.json())["success"]

            start = time.monotonic()
            await asyncio.gather(*(one() for _ in range(calls)))
            return calls / (time.monotonic() - start)

    return asyncio.run(push())


def syslog_ng(folder, port, messages=20_000):
    """http() behind a reliable disk buffer, sixteen workers: its best of those that were tried. From a file of one message a line."""
    source = folder / "messages"
    source.write_text((BODY + "\n") * messages)
    for stale in folder.glob("syslog*"):
        stale.unlink()
    headers = ", ".join(f'"{k}: {v}"' for k, v in HEADERS.items())
    (folder / "syslog-ng.conf").write_text(f"""@version: 3.38
options {{ stats-level(1); }};
source s {{ file("{source}" flags(no-parse) read-old-records(yes) follow-freq(0.05) log-iw-size(100000) log-fetch-limit(10000)); }};
destination d {{ http(url("http://127.0.0.1:{port}{PATH}") method("POST") body("$MSG") headers({headers}) workers(16)
  disk-buffer(reliable(yes) disk-buf-size(104857600) mem-buf-size(33554432) dir("{folder}"))); }};
log {{ source(s); destination(d); flags(flow-control); }};
""")
    ctl = folder / "syslog-ng.ctl"
    child = subprocess.Popen(
        ["syslog-ng", "-F", "--no-caps", "-f", folder / "syslog-ng.conf", "-R", folder / "syslog-ng.persist", "-c", ctl, "-p",
         folder / "syslog-ng.pid"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        first = None
        while True:
            time.sleep(0.02)
            stats = subprocess.run(["syslog-ng-ctl", "stats", "-c", ctl], capture_output=True, text=True).stdout
            written = sum(int(n) for n in re.findall(r"^dst\.http;.*;written;(\d+)$", stats, re.M))
            if written and first is None:
                first = (time.monotonic(), written)
            if written >= messages * 0.95:
                return (written - first[1]) / (time.monotonic() - first[0])
            assert child.poll() is None, "syslog-ng ended"
    finally:
        child.terminate()
        child.wait()


def run(report, rounds):
    figures = {}

    def note(name, value):
        figures.setdefault(name, []).append(value)

    with workspace() as folder, nginx(folder) as port:
        records = copy_of(journal(PLANS * 4, PLANS, 3), folder)
        for _ in range(rounds):
            note("wrk 64", wrk(folder, port, 64))
            for in_flight in (64, 8, 1):
                note(f"partmarkd {in_flight}", partmarkd(folder, records, port, in_flight))
            note("curl", curl(folder, port))
            note("aiohttp", aiohttp_client(port))
            if shutil.which("syslog-ng"):
                note("syslog-ng", syslog_ng(folder, port))
        written = [bytes_written(folder, records, port) for _ in range(rounds)]
    with workspace() as folder, nginx(folder, tls := certificate(folder)) as port:
        records = copy_of(journal(PLANS * 4, PLANS, 3), folder)
        for _ in range(rounds):
            note("wrk 64, TLS", wrk(folder, port, 64, scheme="https"))
            note("partmarkd 64, TLS", partmarkd(folder, records, port, 64, ca_file=tls[0]))
    for name, values in figures.items():
        report.add("delivery", f"calls/s: {name}", spread(values), unit="/s")
    ours = figures["partmarkd 64"]
    report.add("delivery", "64 in flight, against wrk with 64 connections", ratios(ours, figures["wrk 64"]), 0.4, at_most=False)
    report.add("delivery", "64 in flight, against curl --parallel", ratios(ours, figures["curl"]), 2, at_most=False)
    if "syslog-ng" not in figures:
        print("delivery: syslog-ng is not installed (beside rsyslog Debian does not allow it): not compared", flush=True)
    else:
        report.add("delivery", "64 in flight, against syslog-ng http() with a reliable disk buffer", ratios(ours, figures["syslog-ng"]), 1.3, at_most=False)
    report.add("delivery", "64 in flight, against a Python asyncio client", ratios(ours, figures["aiohttp"]), 5, at_most=False)
    report.add("delivery", "64 in flight over TLS, against wrk over TLS", ratios(figures["partmarkd 64, TLS"], figures["wrk 64, TLS"]))
    report.add("delivery", "written to disk for one accepted call", spread(written), unit="bytes")
    report.add("delivery", "the same, against the call's body", spread([w / len(BODY) for w in written]))
