"""Every `partmark` and `partmarkd` command that README.md and docs/ show is one that the programs understand: each is run, and none ends with 2 (usage)."""

import re
import shlex
import subprocess
import unittest

from can import simulator
from journal import journal
from support import LIMIT, integration_case, program, source_root

PLAN = "ecfc2a9539a04ef49897a9b4e3d65e7f"
TABLE = "starrocks.`default_catalog.schema`.p_order"
PAGES = [source_root() / "README.md", *sorted((source_root() / "docs").rglob("*.md"))]
INDENTED = re.compile(r"^    (?:sudo (?:-u partmark )?)?(partmarkd? [^\n]*)$", re.MULTILINE)
FENCED = re.compile(r"^```sh[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`(partmarkd? [^`\n]*)`")
# What a page says in words, and pipelines and drawings, are no commands.
NOT_ONE = re.compile(r"…|──|COMMAND|--watch|^partmarkd?$|\$|\||^partmarkd? (is|has|knows)\b")


def commands():
    """(page, command) as shown, each once."""
    seen = set()
    for page in PAGES:
        text = page.read_text()
        fenced = "\n".join(FENCED.findall(text)).replace("\\\n", " ")
        shown = INDENTED.findall(text) + INLINE.findall(FENCED.sub("", text)) + re.findall(r"^(partmarkd? .*)$", fenced, re.MULTILINE)
        for command in shown:
            command = re.sub(r"\s+#.*$", "", command).replace("\\|", "|").strip()
            if command not in seen and not NOT_ONE.search(re.sub(r"\[[^\]]*\]|success\|failed\|cleared|ndjson\|csv|PLAN\|--all", "", command)):
                seen.add(command)
                yield page.name, command


class documented_commands(integration_case):
    def setUp(self):
        super().setUp()
        self.can = simulator(self.space).start()
        self.space.configure(self.can.url, plans=[{"uuid": PLAN, "name": "orders_daily"}])
        self.space.partmark("init")
        with journal(self.space.journal_path) as book:
            book.add_all([(PLAN, "DAY", "2025-10-20", "2025-10-22", "success"), ("orders", "DAY", "2025-10-23", None, "failed")])
        self.file = self.space.folder / "records.ndjson"
        self.file.write_text('{"plan":"%s","granularity":"DAY","first":"2025-10-25","outcome":"success"}\n' % PLAN)
        self.space.started_daemon()
        self.wait_settled()

    def words(self, command):
        command = re.sub(r"\[FILE\|-\]|FILE\|-", "FILE", command).replace("success|failed|cleared", "success").replace("ndjson|csv", "ndjson")
        command = re.sub(r"^(partmark \w+ )PLAN\|--all", r"\1PLAN", command.replace("[", "").replace("]", ""))
        for there, here in {"PLAN": PLAN, "PARTITION": "2025-10-20", "ENDPOINT": "can", "DURATION": "1s", "/etc/partmark/partmarkd.yaml": str(self.space.config_path),
                            "--config FILE": f"--config {self.space.config_path}", "FILE": str(self.file), "TABLE": f"'{TABLE}'"}.items():  # fmt: skip
            command = re.sub(rf"(?<![\w/.-]){re.escape(there)}(?![\w/])", lambda _: here, command)
        return shlex.split(command)

    def test_each_is_understood(self):
        shown = list(commands())
        self.assertGreater(len(shown), 40)
        for page, command in shown:
            name, *rest = self.words(command)
            if name == "partmarkd" and "--check-config" not in rest and "--version" not in rest:
                continue  # starts a daemon: every other test does
            with self.subTest(f"{page}: {command}"):
                if "--config" not in rest:
                    rest = ["--config", str(self.space.config_path), *rest]
                done = self.run_it(name, *rest)
                if done.returncode == 2 and re.search(r"required|missing", done.stderr):
                    self.assert_mentioned(name, rest[2:])
                else:
                    self.assertIn(done.returncode, (0, 1), done.stdout + done.stderr)

    def run_it(self, name, *arguments):
        return subprocess.run([program(name.upper()), *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT, check=False)

    def assert_mentioned(self, name, words):
        """Not typed so, only spoken of: what it names is there."""
        known = self.run_it(name, *[w for w in words if not w.startswith("-")], "--help").stdout
        for option in [w for w in words if w.startswith("-")]:
            self.assertIn(option, known)
        self.assertIn("Usage:", known)


if __name__ == "__main__":
    unittest.main()
