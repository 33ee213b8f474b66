"""Alerts, dashboard and runbooks: `operations_test.py ROOT`. Rules are checked by the real promtool; every metric and command they name exists."""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(sys.argv.pop() if len(sys.argv) > 1 else ".")
RULES = ROOT / "etc/prometheus/partmark.rules.yml"
RULE_TESTS = ROOT / "etc/prometheus/partmark.rules.test.yml"
METRIC = re.compile(r"\b(?:partmark|process)_[a-z_]+\b")


def read(path):
    return (ROOT / path).read_text()


def documented_metrics():
    """Every name that may stand in a query; those of a histogram with its three suffixes."""
    names = set()
    for name, kind in re.findall(r"^\| `([a-z_]+)` \| (\w+) ", read("docs/status.md"), re.MULTILINE):
        names |= {f"{name}_{s}" for s in ("bucket", "sum", "count")} if kind == "histogram" else {name}
    return names


def alerts():
    return re.findall(r"^ +- alert: (\w+)$", RULES.read_text(), re.MULTILINE)


class operations(unittest.TestCase):
    def promtool(self, *arguments):
        if not shutil.which("promtool"):
            self.skipTest("promtool is not installed (Debian: prometheus)")
        done = subprocess.run(["promtool", *arguments], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_promtool_accepts_the_rules(self):
        self.promtool("check", "rules", str(RULES))

    def test_every_alert_fires_when_it_should_and_not_before(self):
        self.promtool("test", "rules", str(RULE_TESTS))
        tested = re.findall(r"^ +alertname: (\w+)$", RULE_TESTS.read_text(), re.MULTILINE)
        self.assertEqual(sorted(tested), sorted(alerts()))

    def test_every_alert_has_its_runbook_and_every_runbook_its_alert(self):
        sections = re.findall(r"^## (Partmark\w+)$", read("docs/operations.md"), re.MULTILINE)
        self.assertEqual(sorted(sections), sorted(alerts()))
        links = re.findall(r"runbook: docs/operations\.md#(\w+)$", RULES.read_text(), re.MULTILINE)
        self.assertEqual(links, [a.lower() for a in alerts()])

    def test_rules_and_dashboard_ask_for_metrics_that_there_are(self):
        expressions = re.findall(r"^ +expr: (.*)$", RULES.read_text(), re.MULTILINE)
        dashboard = json.loads(read("etc/grafana/partmark.json"))
        queries = [t["expr"] for p in dashboard["panels"] for t in p["targets"]]
        self.assertGreater(len(queries), 20)
        for query in expressions + queries:
            self.assertLessEqual(set(METRIC.findall(query)), documented_metrics(), query)
        self.assertEqual(len({p["id"] for p in dashboard["panels"]}), len(dashboard["panels"]))

    def test_promtool_can_read_what_the_dashboard_asks(self):
        dashboard = json.loads(read("etc/grafana/partmark.json"))
        queries = [t["expr"].replace("$__rate_interval", "5m") for p in dashboard["panels"] for t in p["targets"]]
        text = {"groups": [{"name": "g", "rules": [{"record": f"r:{i}", "expr": q} for i, q in enumerate(queries)]}]}
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            json.dump(text, file)  # JSON is YAML
            file.flush()
            self.promtool("check", "rules", file.name)

    def test_rsyslog_accepts_its_example(self):
        rsyslogd = shutil.which("rsyslogd") or "/usr/sbin/rsyslogd"
        if not pathlib.Path(rsyslogd).exists():
            self.skipTest("rsyslog is not installed")
        done = subprocess.run([rsyslogd, "-N1", "-f", str(ROOT / "etc/rsyslog/30-partmark.conf")], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_runbooks_ask_the_log_for_events_that_there_are(self):
        asked = set(re.findall(r"PARTMARK_EVENT=([\w.]+)", read("docs/operations.md")))
        self.assertGreater(len(asked), 8)
        self.assertLessEqual(asked, set(re.findall(r"^\| `([a-z_.]+)` \|", read("docs/events.md"), re.MULTILINE)))
        # The message is a sentence: journald finds no event's name in it.
        self.assertNotRegex(read("docs/operations.md"), r"journalctl [^\n`]*-g [a-z]")

    def test_runbooks_use_commands_that_there_are(self):
        text = read("docs/operations.md")
        commands = set(re.findall(r"^    partmark ([a-z]+)", text, re.MULTILINE)) | set(re.findall(r"`partmark ([a-z]+)", text))
        known = set(re.findall(r"`(?:partmark )?([a-z]+)\b[^`]*`", read("docs/cli.md")))
        self.assertGreater(len(commands), 8)
        self.assertLessEqual(commands, known)


if __name__ == "__main__":
    unittest.main()
