"""The platform's side of a test: the project's CAN simulator as a process, steered and read over its control calls."""

import json
import urllib.request

import oracle
from support import eventually, program


class simulator:
    """A can_simulator on a port of its own. It keeps its state in a file, so that stop() and start() are a restart."""

    def __init__(self, space, record=False, name="can"):
        self.space = space
        self.state_path = space.folder / f"{name}.json"
        self.record_path = space.folder / f"{name}.requests"
        self.port_path = space.folder / f"{name}.port"
        self.record = record
        self.port = 0
        self.child = None

    def start(self):
        port_file = self.port_path
        port_file.unlink(missing_ok=True)
        command = [program("CAN_SIMULATOR"), "--port", self.port, "--port-file", port_file, "--state", self.state_path]
        if self.record:
            command += ["--record", self.record_path]
        self.child = self.space.start(command, "can_simulator")

        def listens():
            assert self.child.running(), self.child.said()
            return port_file.exists()

        eventually(listens, "the simulator listens")
        self.port = int(port_file.read_text())
        return self

    def stop(self):
        self.child.kill()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def control(self, method, what, body=None):
        request = urllib.request.Request(f"{self.url}/_control/{what}", method=method, data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=60) as reply:
            return json.load(reply)

    def state(self):
        return self.control("GET", "state")

    def log(self):
        return self.control("GET", "log")

    def requests(self):
        return self.state()["requests"]

    def recorded(self):
        """Every request since the start, with its body (only with record=True)."""
        whole, _, _ = self.record_path.read_text().rpartition("\n")
        return [json.loads(line) for line in whole.splitlines()]

    def fault(self, kind, match=None, apply=None, **more):
        """Adds a rule. The keys of a rule (nth, after, count, probability, seed) are told from those of its action."""
        rule = {k: more.pop(k) for k in ("nth", "after", "count", "probability", "seed") if k in more}
        if match:
            rule["match"] = match
        rule["action"] = {"kind": kind, **({} if apply is None else {"apply": apply}), **more}
        self.control("POST", "fault", rule)

    def clear_faults(self):
        self.control("DELETE", "fault")

    def fired(self):
        return sum(f["fired"] for f in self.state()["faults"])

    def marks(self, plan):
        there = self.state()["plans"].get(plan)
        return oracle.remote_marks(there) if there else {}
