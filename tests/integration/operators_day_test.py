"""The first day of an operator who knows README.md and docs/operations.md: each trouble shows in `partmark status`, the table there leads to a section, the
commands of that section show the cause, and what the section says is the cure.
"""

import json
import os
import re
import signal
import subprocess
import unittest
import urllib.error
import urllib.request

from can import simulator
from support import eventually, integration_case, program, source_root

TEXT = (source_root() / "docs/operations.md").read_text()
PLAN = "ecfc2a9539a04ef49897a9b4e3d65e7f"
KEY = "sesame-of-the-day-41c7"


def section(name):
    return re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL)[1]


class operators_day(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.can.control("POST", "settings", {"auth_type": "APIKEY", "auth_value": KEY, "known_plans_only": True})
        self.can.control("POST", "plan", {"uuid": PLAN, "kind": "partitioned", "granularity": "DAY"})
        self.key = self.space.keep_secret("key", KEY)
        self.configure()
        self.expect(0, "init")

    def configure(self, **more):
        self.space.configure(self.can.url, {"auth": {"type": "APIKEY", "value_file": str(self.key)}}, circuit={"probe_every": "100ms"},
                             log={"level": "info", "format": "json"}, status={"listen": "127.0.0.1:0"}, **more)  # fmt: skip

    def expect(self, code, *arguments):
        got, out, err = self.space.partmark(*arguments)
        self.assertEqual(got, code, f"partmark {arguments}: {out}{err}")
        return out + err

    def record(self, first="2025-10-20", plan=PLAN, granularity="DAY", **more):
        options = [part for k, v in {"outcome": "success", **more}.items() for part in (f"--{k}", v)]
        return self.expect(0, "record", "--plan", plan, "--granularity", granularity, "--first", first, *options)

    def await_status(self, pattern, code=0):
        """`partmark status` until it says so; then what it says leads to a section."""

        def look():
            got, out, _ = self.space.partmark("status")
            return out if re.search(pattern, out) and got == code else None

        return eventually(look, f"status says {pattern}")

    def runbook(self, name, plan=PLAN):
        """What the commands of the section print, `partmark`'s by running them and journalctl's from the daemon's log."""
        self.assertIn(f"[{name}](#{name.lower()})", section("What `partmark status` says"))
        commands = re.findall(r"^    (partmark|journalctl -u partmarkd) ([^#\n]*)", section(name), re.MULTILINE)
        said = ""
        for program, rest in commands:
            if program == "partmark":
                _, out, err = self.space.partmark(*(plan if word == "PLAN" else word for word in rest.split() if word != "PARTITION"))
                said += out + err
            else:
                wanted = re.findall(r"PARTMARK_EVENT=(\S+)", rest)
                found = [e for e in self.daemon.events() if e["event"] in wanted]
                self.assertTrue(found, f"{name}: the log has no {rest}")
                said += "\n".join(json.dumps(e) for e in found)
        return said

    def start(self):
        self.daemon = self.space.started_daemon()
        return self.daemon

    def all_is_well(self):
        return self.await_status("^All that was read is accepted")

    def test_first_mark(self):
        self.assertIn("partmarkd has not run yet", self.expect(0, "status"))
        self.record()
        self.assertIn(PLAN, self.expect(0, "preview"))
        self.assertEqual(self.can.requests(), 0)
        self.start()
        self.all_is_well()
        self.assertIn("S", self.expect(0, "show", PLAN))
        self.assertIn("the platform has accepted it", self.expect(0, "explain", PLAN, "2025-10-20"))
        self.assertEqual(len(self.can.marks(PLAN)), 1)

    def test_a_daemon_that_is_down(self):
        self.start()
        self.record()
        self.all_is_well()
        self.daemon.stop()
        self.assertIn("daemon    not running", self.all_is_well())
        self.record("2025-10-21")
        self.await_status("^partmarkd is not running, and something waits")
        self.start()
        self.all_is_well()

    def test_a_broken_credential(self):
        self.key.write_text("expired\n")
        self.start()
        self.record()
        said = self.await_status(r"(?s)^What waits does not get through.*endpoint  can refuses the credential")
        self.assertIn("HTTP 401", said)
        self.assertIn(PLAN, self.runbook("PartmarkUnauthorized"))
        self.key.write_text(KEY + "\n")
        self.daemon.signal(signal.SIGHUP)  # systemctl reload
        self.all_is_well()

    def test_a_credential_that_others_can_read_is_refused_with_the_chmod_that_cures_it(self):
        self.key.chmod(0o644)
        daemon = self.space.daemon()
        self.assertEqual(daemon.exit_code(), 78)
        command = re.search(r"run (chmod \S+ \S+)", daemon.said())[1]
        subprocess.run(command.split(), check=True)
        self.start()

    def test_a_platform_that_is_dead(self):
        self.can.stop()
        self.start()
        self.record()
        self.await_status(r"(?s)^What waits does not get through.*endpoint  can took no call, .* ago: no reply, .*Connection refused")
        self.daemon.await_event("endpoint.circuit_opened")
        self.assertIn("Connection refused", self.runbook("PartmarkCircuitOpen"))
        self.can.start()
        self.all_is_well()
        self.daemon.await_event("endpoint.circuit_closed")

    def test_a_plan_that_is_refused_until_it_is_there(self):
        self.start()
        self.record(plan="orders")
        self.await_status("^The remote refused something", code=1)
        said = self.runbook("PartmarkPlansHeld", "orders")
        self.assertRegex(said, r"no plan orders .*\n.*traceId sim-\d+")
        self.can.control("POST", "plan", {"uuid": "orders", "kind": "partitioned", "granularity": "DAY"})
        self.expect(0, "retry", "orders")
        self.all_is_well()

    def test_a_plan_whose_first_record_had_a_wrong_granularity(self):
        self.can.control("POST", "plan", {"uuid": "monthly", "kind": "partitioned", "granularity": "MONTH"})
        self.start()
        self.record(plan="monthly", job="monthly-close")
        self.await_status("^The remote refused something", code=1)
        self.assertIn("granularity", self.runbook("PartmarkPlansHeld", "monthly"))
        self.record("2025-10", plan="monthly", granularity="MONTH", job="monthly-close")
        self.await_status("rejected  1 record", code=1)
        self.assertRegex(self.runbook("PartmarkRecordsRejected"), r"(?s)MONTH: this plan is DAY.*monthly-close")
        self.configure(plans=[{"uuid": "monthly", "granularity": "MONTH"}])
        self.daemon.signal(signal.SIGHUP)
        self.all_is_well()
        self.assertIn("Nothing is held", self.expect(0, "held"))
        self.assertEqual(list(self.can.marks("monthly").values()), ["success"])

    def test_a_pause_that_was_forgotten(self):
        self.start()
        self.expect(0, "pause")
        self.record()
        self.await_status("paused    endpoint can until `partmark resume`")
        self.runbook("PartmarkPaused")
        self.all_is_well()

    def test_marks_that_somebody_else_changed(self):
        self.start()
        self.record(last="2025-10-22")
        self.all_is_well()
        span = [{"first": "2025-10-21T00:00:00", "last": "2025-10-21T00:00:00"}]
        self.can.control("POST", "plan", {"uuid": PLAN, "clear": span})
        said = self.runbook("PartmarkDriftFound")
        self.assertIn("success here, and not in the platform's list: 1 partition: 2025-10-21\n", said)
        self.assertIn("pushed again now", said)
        eventually(lambda: len(self.can.marks(PLAN)) == 3, "it is put right")
        self.assertIn("1 plan compared, 0 differ", self.expect(0, "drift", PLAN))

    @unittest.skipIf(os.geteuid() != 0, "it needs root to be another user")
    def test_a_user_who_is_in_no_group_is_told_which(self):
        self.start()
        self.record()
        self.all_is_well()
        self.space.folder.chmod(0o755)
        self.space.journal_path.parent.chmod(0o770)
        self.space.state_path.parent.chmod(0o750)

        def as_nobody(*arguments):
            command = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program("PARTMARK"), "--config", self.space.config_path, *arguments]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
            return done.stdout + done.stderr

        for command in (["status"], ["show", PLAN], ["explain", PLAN, "2025-10-20"]):
            self.assertIn("is in the groups partmark and partmark-jobs", as_nobody(*command))
        recorded = as_nobody("record", "--plan", PLAN, "--granularity", "DAY", "--first", "2025-10-21", "--outcome", "success")
        self.assertIn("whose jobs record is in the group partmark-jobs", recorded)
        self.space.state_path.parent.chmod(0o755)
        self.space.state_path.chmod(0o644)
        for log in self.space.state_path.parent.glob("state.db-*"):
            log.chmod(0o644)
        self.assertTrue(as_nobody("status").startswith("This user may not read the journal.\n"))

    def test_health_says_the_same_over_http(self):
        self.key.write_text("expired\n")
        self.start()
        self.record()
        self.daemon.await_event("endpoint.unauthorized")
        port = self.daemon.events("status.listening")[-1]["port"]
        with self.assertRaises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30)
        self.assertEqual((refused.exception.code, refused.exception.read()), (503, b"endpoint can refuses the credential\n"))
        refused.exception.close()
        self.key.write_text(KEY + "\n")  # the daemon reads it again by itself
        self.all_is_well()


class every_section(unittest.TestCase):
    def test_the_table_leads_to_sections_that_there_are(self):
        anchors = {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^## (.*)$", TEXT, re.MULTILINE)}
        links = re.findall(r"\]\(#([\w-]+)\)", TEXT)
        self.assertGreater(len(links), 10)
        self.assertLessEqual(set(links), anchors)

    def test_the_table_says_what_the_program_says(self):
        source = (source_root() / "cli/status.cpp").read_text() + (source_root() / "cli/endpoint_answers.cpp").read_text()
        said = re.findall(r"`([^`]+)`", "".join(line.split("|")[1] for line in section("What `partmark status` says").splitlines() if line.startswith("| `")))
        self.assertGreater(len(said), 8)
        for text in said:
            words = text.replace("endpoint … ", "").split("  ")[0].split(" …")[0]
            self.assertIn(words, source, text)


if __name__ == "__main__":
    unittest.main()
