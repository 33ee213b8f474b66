"""kill -9 of partmarkd again and again under load; in the end the remote must hold what the journal says.

By hand:  PARTMARKD=… PARTMARK=… CAN_SIMULATOR=… kill_loop.py --kills 60 [--seed N] [--kill-remote]
"""

import argparse
import random
import sys
import threading
import time

import oracle
from can import simulator
from journal import journal
from support import eventually, workspace

FAULTS = ["reset_after", "reset_before", "close_mid_body", "late"]


class writers:
    """Jobs: threads that commit records until told to stop."""

    def __init__(self, path, plans, seed, count=2):
        self.done = threading.Event()
        self.trouble = []
        self.threads = [threading.Thread(target=self.write, args=(path, plans, seed + n)) for n in range(count)]
        for t in self.threads:
            t.start()

    def write(self, path, plans, seed):
        chance = random.Random(seed)
        try:
            with journal(path) as book:
                while not self.done.is_set():
                    book.add_all(oracle.random_rows(chance, plans, chance.choice([1, 1, 1, 5, 40])))
                    self.done.wait(chance.random() * 0.01)
        except Exception as e:  # told to the one who waits
            self.trouble.append(e)

    def stop(self):
        self.done.set()
        for t in self.threads:
            t.join()
        assert not self.trouble, self.trouble


def run(kills, seed, kill_remote=False, tell=lambda text: None):
    """One loop; answers every disagreement as text, empty when all is well."""
    chance = random.Random(seed)
    space = workspace()
    jobs = None
    try:
        can = simulator(space).start()
        for i, kind in enumerate(FAULTS):
            can.fault(kind, probability=0.04, seed=seed + i, **({"late_ms": 200} if kind == "late" else {}))
        # A late effect comes 200 ms after its lost reply at most: far below settle_time.
        space.configure(can.url, {"settle_time": "2s", "request_timeout": "2s"}, delivery={"linger": "5ms"})
        assert space.partmark("init")[0] == 0
        plans = oracle.random_plans(chance, 16)
        jobs = writers(space.journal_path, plans, seed)
        for n in range(kills):
            daemon = space.daemon()
            # Anywhere: in its first instructions, while it restores, folds, stores and sends.
            daemon_life = chance.choice([0.0, 0.01, 0.03, 0.1, 0.3, 0.8]) * (0.5 + chance.random())
            if chance.random() < 0.5:
                daemon.await_event("daemon.started")
            time.sleep(daemon_life)  # not a wait for anything: when the blow falls is the test's input
            early = daemon.child.poll()
            daemon.kill()
            if early is not None:
                return [f"kill {n}: partmarkd had ended by itself with {early}:\n{daemon.said()[-3000:]}"]
            if kill_remote and n % 5 == 4:
                can.stop()
                can.start()
                for i, kind in enumerate(FAULTS):
                    can.fault(kind, probability=0.04, seed=seed + n * 10 + i, **({"late_ms": 200} if kind == "late" else {}))
            tell(f"\rkill {n + 1}/{kills}")
        daemon = space.started_daemon()
        jobs.stop()
        jobs = None
        eventually(space.settled, "everything is folded and accepted")
        with journal(space.journal_path) as book:
            rows = book.rows()
        state = can.state()
        tell(f"\n{len(rows)} records, {state['requests']} requests\n")
        found = oracle.disagreements(rows, state["plans"]) + [f"violation: {v}" for v in state["violations"]]
        can.clear_faults()
        before = can.requests()
        if daemon.stop() != 0:
            found.append("the daemon did not stop cleanly")
        code = space.once().child.returncode
        if code != 0:
            found.append(f"--once after it: exit {code}")
        if can.requests() != before:
            found.append(f"a clean restart sent {can.requests() - before} requests again")
        return found
    finally:
        if jobs:
            jobs.stop()
        space.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 30))
    parser.add_argument("--kill-remote", action="store_true", help="kill and restart the simulator too")
    given = parser.parse_args()
    print(f"seed {given.seed}", flush=True)
    found = run(given.kills, given.seed, given.kill_remote, tell=lambda text: print(text, end="", flush=True))
    print("\n".join(found) or "the remote holds what the journal says")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
