"""What is logged: whole lines that parse, known events only, priorities under systemd, and never a secret."""

import json
import re
import shlex
import unittest

from can import simulator
from journal import journal
from support import integration_case, source_root

PAIR = re.compile(r'([a-z_]+)=("(?:[^"\\]|\\.)*"|[^ "=]*)(?: |$)')
SECRET = "s3cret-of-the-endpoint"


def event_names():
    text = (source_root() / "lib/reconcile/event_names.hpp").read_text()
    return set(re.findall(r'string_view \w+ = "([a-z_.]+)";', text))


def parse_logfmt(line):
    """Its pairs in order; fails when anything is left between them."""
    pairs, at = {}, 0
    for match in PAIR.finditer(line):
        assert match.start() == at, f"not logfmt at {at}: {line}"
        value = match[2]
        pairs[match[1]] = json.loads(value) if value.startswith('"') else value
        at = match.end()
    assert at == len(line), f"not logfmt at {at}: {line}"
    return pairs


class log(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.endpoint = {"auth": {"type": "APIKEY", "value": SECRET}}

    def busy_life(self, form, level="debug"):
        """Runs a daemon through most that can happen; answers its lines."""
        self.space.configure(self.can.url, self.endpoint, log={"level": level, "format": form})
        self.space.partmark("init")
        with journal(self.space.journal_path) as book:
            book.add("p", "DAY", "2025-02-30", job='odd "job"\\ =é')
            book.add('odd "plan"\\ =é', "DAY", "2025-10-20")
            book.add("refused", "DAY", "2025-10-20")
            book.add("lost", "DAY", "2025-10-20")
            book.add_table("a.`b.c`.d", "2025-10-20")
        self.can.fault("status", status=503, count=12)
        self.can.fault("status", status=401, count=1)
        self.can.fault("status", {"plan": "lost"}, count=1, status=502)
        self.can.fault("reject", {"plan": "refused"}, errorMsg=f'no "such" plan\n\tat line 1, sent {SECRET}', code="E=1")
        daemon = self.space.once()
        self.assertEqual(daemon.child.returncode, 1)
        return daemon.said().splitlines()

    def assert_well_told(self, events):
        names = {e["event"] for e in events}
        self.assertLessEqual(names, event_names())
        wanted = {"daemon.started", "daemon.stopped", "journal.folded", "record.rejected", "push.accepted", "push.retrying", "plan.held"}
        wanted |= {"push.ambiguous", "endpoint.circuit_opened", "endpoint.unauthorized", "trigger.accepted", "config.warning"}
        self.assertLessEqual(wanted, names)
        for e in events:
            self.assertRegex(e["ts"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
            self.assertIn(e["level"], ("debug", "info", "warning", "error"))
            self.assertTrue(e["msg"])
        held = next(e for e in events if e["event"] == "plan.held")
        self.assertEqual((held["plan"], held["code"]), ("refused", "E=1"))
        self.assertIn('no "such" plan', held["reason"])
        rejected = next(e for e in events if e["event"] == "record.rejected")
        self.assertEqual(rejected["job"], 'odd "job"\\ =é')
        self.assertIn('odd "plan"\\ =é', {e.get("plan") for e in events if e["event"] == "push.accepted"})

    def test_logfmt_lines_parse_and_name_known_events(self):
        lines = self.busy_life("logfmt")
        self.assert_well_told([parse_logfmt(line) for line in lines])
        self.assertEqual(len(shlex.split(lines[0])), len(parse_logfmt(lines[0])))

    def test_auto_is_logfmt_outside_of_systemd(self):
        self.assert_well_told([parse_logfmt(line) for line in self.busy_life("auto")])

    def test_json_lines_parse_and_name_known_events(self):
        events = [json.loads(line) for line in self.busy_life("json")]
        self.assert_well_told(events)
        self.assertIsInstance(next(e for e in events if e["event"] == "push.accepted")["partitions"], int)

    def test_no_line_shows_the_secret_that_the_remote_quotes(self):
        lines = self.busy_life("json")
        self.assertTrue(any("***" in line for line in lines))
        everywhere = "\n".join(lines) + self.space.state_path.read_bytes().decode("latin-1")
        everywhere += "".join(p.read_bytes().decode("latin-1") for p in self.space.state_path.parent.iterdir())
        for command in ("status", "held", "pending"):
            everywhere += self.space.partmark(command)[1] + self.space.partmark(command, "--json")[1]
        self.assertNotIn(SECRET, everywhere)

    def test_lines_begin_with_their_priority_when_standard_error_is_the_systemd_journal(self):
        self.assertFalse(any(line.startswith("<") for line in self.busy_life("logfmt")), "not the journal's stream")
        daemon = self.space.daemon("--once", env={"JOURNAL_STREAM": "{stderr}"})
        daemon.exit_code()
        for line in daemon.lines():
            priority = {"debug": 7, "info": 6, "warning": 4, "error": 3}
            match = re.match(r"^<(\d)>(.*)$", line)
            self.assertTrue(match, line)
            self.assertEqual(int(match[1]), priority[parse_logfmt(match[2])["level"]])

    def test_a_level_leaves_out_what_lies_below(self):
        levels = {parse_logfmt(line)["level"] for line in self.busy_life("logfmt", level="error")}
        self.assertEqual(levels, {"error"})

    def test_a_flood_of_bad_records_does_not_flood_the_log(self):
        self.space.configure(self.can.url)
        self.space.partmark("init")
        with journal(self.space.journal_path) as book:
            book.add_all([("p", "DAY", "2025-02-30", None, "success")] * 5000)
        daemon = self.space.once()
        self.assertEqual(daemon.child.returncode, 1)
        self.assertLess(len(daemon.events("record.rejected")), 100)
        self.assertEqual(self.space.read("status")["journal"]["rejected"], 5000)

    def test_what_is_refused_alike_is_summed_up(self):
        self.space.configure(self.can.url, self.endpoint, log={"level": "info", "format": "json"})
        self.space.partmark("init")
        with journal(self.space.journal_path) as book:
            book.add_all([(f"p{n}", "DAY", "2025-10-20", None, "success") for n in range(50)])
            book.add_all([("bad", "DAY", "2025-10-20", "2025-10-19", "success")])
        self.can.fault("reject", code="GONE", errorMsg="no such plan")
        daemon = self.space.once()
        self.assertEqual(self.space.read("status")["held_plans"], 50)
        held = [e for e in daemon.events("plan.held")]
        self.assertEqual(len(held), 20)
        summed = [e for e in daemon.events("log.repeated") if e["of"] == "plan.held"]
        self.assertEqual([(e["times"], e["endpoint"], e["level"]) for e in summed], [(30, "can", "error")])
        self.assertIn("repeated 30 times since", summed[0]["msg"])


if __name__ == "__main__":
    unittest.main()
