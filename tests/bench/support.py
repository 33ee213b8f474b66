"""What the benches share: where programs and data lie, a daemon's configuration, an nginx that accepts everything."""

import contextlib
import os
import pathlib
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("PARTMARK_BUILD", ROOT / "build/release"))
DATA = ROOT / "build/bench"
PARTMARKD, PARTMARK = BUILD / "daemon/partmarkd", BUILD / "cli/partmark"
ACCEPTED = '{"data":"success","success":true,"code":"200","errorMsg":null,"detailErrorMsg":null,"traceId":"t-1"}'


def tool(name):
    return BUILD / "tests/bench" / name


def journal(records, plans, seed=7):
    """A seeded journal; made once."""
    DATA.mkdir(parents=True, exist_ok=True)
    path = DATA / f"journal-{records}-{plans}-{seed}.db"
    if not path.exists():
        making = path.with_suffix(".making")
        subprocess.run([tool("bench_make_journal"), making, str(records), str(plans), str(seed)], check=True)
        for suffix in ("-wal", "-shm"):
            pathlib.Path(f"{making}{suffix}").unlink(missing_ok=True)
        making.rename(path)
    return path


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def workspace():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="partmark-bench-", dir=DATA if DATA.exists() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def running(command, **options):
    child = subprocess.Popen([str(c) for c in command], **options)
    try:
        yield child
    finally:
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


@contextlib.contextmanager
def nginx(folder, tls=None):
    """One worker that answers everything alike and keeps connections, over TLS with `tls`, (certificate, key); answers its port."""
    port = free_port()
    speaks = f" ssl; ssl_certificate {tls[0]}; ssl_certificate_key {tls[1]}; ssl_protocols TLSv1.3" if tls else ""
    (folder / "nginx.conf").write_text(f"""
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.err;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 100000000; keepalive_timeout 300s; client_body_temp_path {folder}/body;
  server {{ listen 127.0.0.1:{port}{speaks}; location / {{ default_type application/json; return 200 '{ACCEPTED}'; }} }}
}}
""")
    with running(["nginx", "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "nginx.err"], stderr=subprocess.DEVNULL):
        wait_until(lambda: connects(port))
        yield port


def certificate(folder):
    """(certificate, key) for 127.0.0.1, its own authority."""
    made, key = folder / "server.pem", folder / "server.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=127.0.0.1",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-days", "30", "-keyout", key, "-out", made], check=True, capture_output=True)  # fmt: skip
    return made, key


def connects(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def wait_until(look, limit=120):
    end = time.monotonic() + limit
    while not look():
        if time.monotonic() > end:
            raise RuntimeError("waited too long")
        time.sleep(0.002)


def configure(folder, journal_path, port, max_in_flight=8, linger="0ms", more="", ca_file=None):
    path = folder / "partmarkd.yaml"
    scheme, tls = ("https", f"tls: {{ ca_file: {ca_file} }}") if ca_file else ("http", "")
    path.write_text(f"""
journal: {{ path: {journal_path} }}
state: {{ path: {folder}/state.db }}
endpoints:
  - name: can
    url: {scheme}://127.0.0.1:{port}
    {tls}
    tenant_id: tn_1
    auth: {{ type: UID, value: "1234" }}
    max_in_flight: {max_in_flight}
delivery: {{ linger: {linger} }}
control: {{ socket: {folder}/control.sock }}
log: {{ level: info, format: logfmt }}
{more}""")
    return path


def remove_database(path):
    for suffix in ("", "-wal", "-shm"):
        pathlib.Path(f"{path}{suffix}").unlink(missing_ok=True)


def copy_of(journal_path, folder):
    """In a directory of its own, as where it is installed: what else changes in it wakes the watcher."""
    (folder / "journal").mkdir(exist_ok=True)
    path = folder / "journal/journal.db"
    shutil.copyfile(journal_path, path)
    os.chmod(path, 0o660)
    return path


def one(path, sql):
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as db:
        return db.execute(sql).fetchone()[0]
