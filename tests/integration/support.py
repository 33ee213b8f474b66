"""What every integration test stands on: a workspace of its own, processes that never outlive it, and waiting for conditions.

The programs come from the environment (PARTMARKD, PARTMARK, CAN_SIMULATOR, PARTMARK_SOURCE), as CMakeLists.txt passes them.
"""

import ctypes
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

# The credential of every endpoint that is not given another: wherever it shows up afterwards is a leak.
SECRET = "hush-8c1f4be2-not-for-any-log"

# Programs built with sanitizers need memory and descriptors of their own: what bounds those is no test then.
unless_sanitized = unittest.skipIf(os.environ.get("PARTMARK_SANITIZE"), "the sanitizers need memory and descriptors of their own")

LIMIT = int(os.environ.get("PARTMARK_TEST_LIMIT", "120"))  # seconds until a condition counts as never: nobody waits so long when all is well


def program(name):
    path = os.environ.get(name)
    assert path and os.access(path, os.X_OK), f"{name}={path}: expected the path of a built program"
    return path


def source_root():
    return pathlib.Path(os.environ.get("PARTMARK_SOURCE", pathlib.Path(__file__).resolve().parents[2]))


def eventually(look, what, limit=LIMIT):
    """Looks until the answer is true, and answers it."""
    end = time.monotonic() + limit
    while True:
        if found := look():
            return found
        if time.monotonic() > end:
            raise AssertionError(f"never came true: {what}")
        time.sleep(0.01)


def die_with_parent():
    """In a child: the kernel kills it when this test dies, however that happens."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class process:
    """A program under way; what it says goes to two files. Start it from the main thread: it dies with the thread that started it."""

    def __init__(self, command, folder, name, env=None):
        self.name = name
        self.out_path, self.err_path = folder / f"{name}.out", folder / f"{name}.err"
        with open(self.out_path, "ab") as out, open(self.err_path, "ab") as err:
            stat = os.fstat(err.fileno())
            env = {k: v.replace("{stderr}", f"{stat.st_dev}:{stat.st_ino}") for k, v in {**os.environ, **(env or {})}.items()}
            self.child = subprocess.Popen(
                [str(c) for c in command], stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=env, cwd=folder, preexec_fn=die_with_parent
            )

    @property
    def pid(self):
        return self.child.pid

    def running(self):
        return self.child.poll() is None

    def signal(self, number):
        self.child.send_signal(number)

    def kill(self):
        if self.running():
            self.child.kill()
        return self.child.wait()

    def exit_code(self, limit=LIMIT):
        try:
            return self.child.wait(limit)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} did not end within {limit} s; it said:\n{self.said()[-4000:]}") from None

    def stop(self, limit=LIMIT):
        self.signal(signal.SIGTERM)
        return self.exit_code(limit)

    def said(self):
        return self.err_path.read_text(errors="replace")

    def memory_peak_kib(self):
        for line in pathlib.Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
        raise AssertionError(f"{self.name} has ended")


class daemon(process):
    """partmarkd with `log.format: json`."""

    def lines(self):
        whole, _, _ = self.said().rpartition("\n")
        return whole.splitlines()

    def events(self, name=None):
        parsed = (json.loads(line) for line in self.lines() if line.startswith("{"))
        return [e for e in parsed if name in (None, e["event"])]

    def await_event(self, name, times=1, **fields):
        """Waits until it has logged the event so often, with these fields; answers the last."""

        def look():
            assert self.running(), f"partmarkd ended with {self.child.returncode} before it logged {name}:\n{self.said()[-4000:]}"
            found = [e for e in self.events(name) if all(e.get(k) == v for k, v in fields.items())]
            return found[-1] if len(found) >= times else None

        return eventually(look, f"{times} times {name} {fields or ''}")


class workspace:
    """A directory with one configuration, journal and state; everything started here ends with close()."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pm-"))
        self.processes = []
        self.mounts = []
        self.config_path = self.folder / "partmarkd.yaml"
        self.journal_path = self.folder / "journal" / "journal.db"
        self.state_path = self.folder / "state" / "state.db"
        self.socket_path = self.folder / "control.sock"
        self.journal_path.parent.mkdir()
        self.state_path.parent.mkdir()
        self.secrets = {}
        self.secret_path = self.keep_secret("credential", SECRET)

    def close(self):
        for p in self.processes:
            p.kill()
        for folder in self.mounts:
            subprocess.run(["umount", folder], check=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def keep_secret(self, name, value):
        """A file that holds it; from here on nothing else may, but what the platform's side keeps."""
        path = self.folder / f"{name}.secret"
        path.write_text(value + "\n")
        path.chmod(0o600)
        self.secrets[name] = value.encode()
        return path

    def leaks(self):
        """Files with a secret in them: logs, output, state.db and its log, journal, sockets' leavings."""
        found = []
        for path in self.folder.rglob("*"):
            if path.suffix == ".secret" or path.name.startswith("can.") or not path.is_file():
                continue
            content = path.read_bytes()
            found += [f"{path.name}: {name}" for name, value in self.secrets.items() if value in content]
        return found

    def configure(self, url, endpoint=None, **sections):
        """Writes the configuration: everything quick unless told otherwise. A section's keys are laid over the usual ones."""
        usual = {
            "journal": {"path": str(self.journal_path), "poll_interval": "500ms"},
            "state": {"path": str(self.state_path)},
            "delivery": {"linger": "20ms"},
            "retry": {"initial": "10ms", "max": "100ms"},
            "circuit": {"probe_every": "20ms"},
            "status": {"listen": "off"},
            "control": {"socket": str(self.socket_path)},
            "log": {"level": "trace", "format": "json"},
        }
        first = {"name": "can", "url": url, "tenant_id": "tn_1", "auth": {"type": "APIKEY", "value_file": str(self.secret_path)}}
        first |= {"request_timeout": "10s", "settle_time": "300ms"} | (endpoint or {})
        endpoints = sections.pop("endpoints", [first])
        whole = {k: {**usual.get(k, {}), **sections.get(k, {})} for k in usual | sections if k not in ("plans", "tables")}
        whole |= {"endpoints": endpoints} | {k: sections[k] for k in ("plans", "tables") if k in sections}
        # JSON is YAML: one section a line.
        self.config_path.write_text("".join(f"{k}: {json.dumps(v)}\n" for k, v in whole.items()))

    def start(self, command, name, env=None, kind=process):
        p = kind(command, self.folder, f"{name}-{len(self.processes)}", env)
        self.processes.append(p)
        return p

    def daemon(self, *arguments, env=None):
        return self.start([program("PARTMARKD"), "--config", self.config_path, *arguments], "partmarkd", env, daemon)

    def started_daemon(self, *arguments, env=None):
        d = self.daemon(*arguments, env=env)
        d.await_event("daemon.started")
        return d

    def once(self, *arguments):
        """Runs partmarkd --once to its end."""
        d = self.daemon("--once", *arguments)
        d.exit_code()
        return d

    def partmark(self, *arguments, stdin=None):
        """(exit code, standard output, standard error)"""
        done = subprocess.run(
            [program("PARTMARK"), "--config", str(self.config_path), *arguments],
            input=stdin, capture_output=True, text=True, timeout=LIMIT, check=False,
        )
        shown = (done.stdout + done.stderr).encode()
        assert not any(value in shown for value in self.secrets.values()), f"partmark {arguments} shows a secret: {shown}"
        return done.returncode, done.stdout, done.stderr

    def read(self, *arguments):
        """What a reading command says with --json."""
        code, out, err = self.partmark(*arguments, "--json")
        assert code in (0, 1) and out, f"partmark {' '.join(arguments)}: exit {code}: {err}"
        return json.loads(out)

    def folded(self):
        """The status once everything in the journal is folded, else None."""
        status = self.read("status")
        j = status["journal"]
        return status if j["last_seq"] == j["folded_seq"] and j["table_last_seq"] == j["table_folded_seq"] else None

    def settled(self):
        """The status once everything is folded and accepted, else None."""
        status = self.folded()
        return status if status and status["pending_partitions"] == 0 else None


class integration_case(unittest.TestCase):
    """One workspace a test. When a test fails, the ends of its logs are shown."""

    def setUp(self):
        self.space = workspace()
        self.addCleanup(self.space.close)
        self.addCleanup(self.show_logs)
        self.addCleanup(self.assert_no_leak)

    def assert_no_leak(self):
        self.assertEqual(self.space.leaks(), [], "a secret is written down")

    def show_logs(self):
        outcome = getattr(self._outcome, "result", None)
        troubles = getattr(outcome, "errors", []) + getattr(outcome, "failures", [])
        if any(test.id() == self.id() for test, _ in troubles):
            for p in self.space.processes:
                print(f"--- {self.id()}: end of {p.name}\n{p.said()[-3000:]}", flush=True)

    def wait_settled(self):
        return eventually(self.space.settled, "everything is folded and accepted")

    def wait_folded(self):
        return eventually(self.space.folded, "everything is folded")
