"""etc/mtail/partmark.mtail run by the real mtail over the log of the real daemon."""

import re
import shutil
import subprocess
import sys
import unittest

from can import simulator
from journal import journal
from support import integration_case, source_root

MTAIL = shutil.which("mtail")
LIAR = 'x" partitions=1000000 lag_ms=9 ms=8 \\" event=push.accepted msg=y level=error '


class mtail(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.space.configure(self.can.url, log={"level": "info", "format": "logfmt"})
        self.space.partmark("init")

    def metrics(self, log):
        """Name with labels to value, of what mtail makes of the log."""
        programs = self.space.folder / "programs"
        programs.mkdir()
        shutil.copy(source_root() / "etc/mtail/partmark.mtail", programs)
        command = [MTAIL, "--one_shot", "--one_shot_format=prometheus", "--progs", programs, "--logs", log, "--log_dir", self.space.folder]
        done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        found = re.findall(r"^(partmark_log_\w+)\{(.*)\} (\S+)$", done.stdout, re.MULTILINE)
        self.assertTrue(found, done.stdout + done.stderr)
        return {(name, re.sub(r',?prog="[^"]*"', "", labels).strip(",")): float(value) for name, labels, value in found}

    def test_it_counts_what_the_daemon_logged(self):
        with journal(self.space.journal_path) as book:
            book.add("p", "DAY", "2025-10-01", last="2025-10-20")
            book.add(LIAR, "DAY", "2025-10-01", last="2025-10-03")
            book.add("bad", "DAY", "2025-02-30")
            book.add("refused", "DAY", "2025-10-20")
        self.can.fault("status", status=503, count=6)
        self.can.fault("reject", {"plan": "refused"}, errorMsg=LIAR, code=LIAR)
        daemon = self.space.once()
        self.assertEqual(daemon.child.returncode, 1)
        got = self.metrics(daemon.err_path)
        self.assertEqual(got["partmark_log_partitions_accepted_total", ""], 23)
        self.assertEqual(got["partmark_log_records_folded_total", ""], 3)
        self.assertEqual(got["partmark_log_records_rejected_total", ""], 1)
        self.assertEqual(got["partmark_log_push_seconds_count", ""], 2)
        self.assertEqual(got["partmark_log_push_lag_seconds_count", ""], 2)
        self.assertEqual(got["partmark_log_circuit_open", 'endpoint="can"'], 0)
        events = {k[1]: v for k, v in got.items() if k[0] == "partmark_log_events_total"}
        self.assertEqual(sum(events.values()), len(daemon.lines()), "every line is one event")
        for event, level, count in (("push.accepted", "info", 2), ("plan.held", "error", 1), ("endpoint.circuit_opened", "error", 1), ("record.rejected", "warning", 1)):
            self.assertEqual(events[f'event="{event}",level="{level}"'], count)


if __name__ == "__main__":
    if not MTAIL:
        print("skipped: mtail is not installed")
        sys.exit(77)
    unittest.main()
