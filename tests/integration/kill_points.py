"""Crashes of the real programs, one after the other under load: at named points of their work (crash_point/ kills them at a system call) and
at random moments. Now and then, and in the end, the platform must hold what the journal says.

By hand:  script/crashes --kills 5000 [--seed N]
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import time

import oracle
from can import simulator
from journal import journal
from support import die_with_parent, eventually, program, workspace

# What the daemon is doing, as the system call at which that can be seen.
DAEMON_POINTS = {
    "before the state's log is written": "write:state.db-wal:before",
    "in the middle of writing the state's log": "write:state.db-wal:half",
    "a part of a batch written, not committed": "write:state.db-wal:after",
    "before the journal is made durable": "sync:journal.db-wal:before",
    "the journal is durable, its records are not folded": "sync:journal.db-wal:after",
    "before the first byte of a call": "send::before",
    "in the middle of a call": "send::half",
    "the call is sent, no reply yet": "send::after",
    "the reply is read, nothing stored": "receive::after",
    "before the state's log is made durable": "sync:state.db-wal:before",
    "the state's log is durable": "sync:state.db-wal:after",
    "before a checkpoint writes": "write:state.db:before",
    "in the middle of a checkpoint": "write:state.db:half",
    "a checkpoint wrote and did not sync": "sync:state.db:before",
    "a checkpoint is durable, its log not reset": "sync:state.db:after",
}
# Checkpoints are rare: most lives end without one.
NAMES = [None] * 3 + [name for name, point in DAEMON_POINTS.items() for _ in range(1 if "state.db:" in point or "sync:state" in point else 3)]
FAULTS = ["reset_after", "reset_before", "close_mid_body", "late"]
ROWS_A_CYCLE = [1, 1, 2, 5, 20]
CHECK_EVERY = 400


class crashing:
    """One workspace in which the daemon dies again and again."""

    def __init__(self, seed):
        self.chance = random.Random(seed)
        self.space = workspace()
        self.killed = {}  # by point
        self.kills = 0
        self.can = simulator(self.space).start()
        for i, kind in enumerate(FAULTS):
            self.can.fault(kind, probability=0.03, seed=seed + i, **({"late_ms": 100} if kind == "late" else {}))
        # A late effect comes 100 ms after its lost reply at most: far below settle_time.
        self.space.configure(self.can.url, {"settle_time": "1500ms", "request_timeout": "2s"}, delivery={"linger": "1ms"}, log={"level": "warn", "format": "json"})
        assert self.space.partmark("init")[0] == 0
        self.plans = oracle.random_plans(self.chance, 12)
        self.book = journal(self.space.journal_path)
        self.log_path = self.space.folder / "daemon.err"

    def close(self):
        self.book.close()
        self.space.close()

    def record(self):
        if rows := oracle.random_rows(self.chance, self.plans, self.chance.choice(ROWS_A_CYCLE)):
            self.book.add_all(rows)

    def start(self, point=None):
        env = dict(os.environ)
        if point:
            env |= {"LD_PRELOAD": program("CRASH_POINT"), "CRASH_AT": point}
        with open(self.log_path, "wb") as log:
            return subprocess.Popen(
                [program("PARTMARKD"), "--config", str(self.space.config_path)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env,
                preexec_fn=die_with_parent,
            )

    def kill_once(self):
        """One life of the daemon, up to its crash."""
        name = self.chance.choice(NAMES)
        point = name and f"{DAEMON_POINTS[name]}:{self.chance.choice([1, 1, 1, 2, 2, 3, 5])}"
        self.record()
        child = self.start(point)
        end = time.monotonic() + (0.4 if point else self.chance.random() ** 3 * 0.2)
        while child.poll() is None and time.monotonic() < end:
            time.sleep(0.002)
            if self.chance.random() < 0.1:
                self.record()
        self.kills += 1
        reached = child.poll()
        if reached is None:
            child.kill()
        code = child.wait()
        if code != -signal.SIGKILL:
            raise AssertionError(f"kill {self.kills} ({point}): partmarkd had ended by itself with {code}:\n{self.log_path.read_text()[-3000:]}")
        where = name if reached is not None else "at a random moment"
        self.killed[where] = self.killed.get(where, 0) + 1

    def disagreements(self):
        """Lets a daemon live until all is accepted, and compares."""
        daemon = self.start()
        eventually(self.space.settled, "everything is folded and accepted")
        daemon.terminate()
        found = [] if daemon.wait() == 0 else ["the daemon did not stop cleanly"]
        state = self.can.state()
        found += oracle.disagreements(self.book.rows(), state["plans"]) + [f"violation: {v}" for v in state["violations"]]
        code, out, err = self.space.partmark("state", "check")
        if code != 0:
            found.append(f"state check: {out}{err}")
        return found

    def at_rest(self):
        """A clean restart owes nothing."""
        self.can.clear_faults()
        before = self.can.requests()
        code = self.space.once().child.returncode
        sent = self.can.requests() - before
        return [] if code == 0 and sent == 0 else [f"a clean --once: exit {code}, {sent} requests"]


def run(kills, seed, tell=lambda text: None):
    """Answers (disagreements, kills by point, records)."""
    life = crashing(seed)
    try:
        while life.kills < kills:
            life.kill_once()
            if life.kills % CHECK_EVERY == 0:
                if found := life.disagreements():
                    return found, life.killed, 0
            tell(f"\r{life.kills}/{kills} kills")
        found = life.disagreements() or life.at_rest()
        return found, life.killed, len(life.book.rows())
    finally:
        life.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    begin = time.monotonic()
    found, killed, records = run(given.kills, given.seed, tell=lambda text: print(text, end="", flush=True) if sys.stdout.isatty() else None)
    for name, times in sorted(killed.items(), key=lambda item: -item[1]):
        print(f"{times:6}  {name}")
    print(f"{sum(killed.values())} kills, {records} records, {time.monotonic() - begin:.0f} s")
    print("\n".join(found) or "the platform holds what the journal says")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
