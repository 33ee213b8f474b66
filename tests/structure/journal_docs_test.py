"""Runs every snippet of docs/journal.md: `journal_docs_test.py SOURCE_DIR PARTMARK`.

Each runs against a journal of its own, made from the schema, and must leave exactly the rows that the document shows below it.
"""

import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv[1])
PARTMARK = sys.argv[2]
DOCUMENTED_PATH = "/var/lib/partmark/journal/journal.db"
ROWS = """
    SELECT 'plan_completion', plan, granularity, first, last, outcome, job, dedupe_key FROM plan_completion
    UNION ALL
    SELECT 'table_completion', table_name, partition, outcome, job, dedupe_key, NULL, NULL FROM table_completion
"""
COLUMNS = {"plan_completion": 8, "table_completion": 6}


def snippets():
    """(language, text, the rows below it) for each, in order."""
    document = (SOURCE / "docs/journal.md").read_text(encoding="utf-8")
    fences = re.findall(r"^```(\w*)\n(.*?)^```$", document, re.MULTILINE | re.DOTALL)
    return [
        (language, text, fences[i + 1][1].splitlines() if i + 1 < len(fences) and fences[i + 1][0] == "text" else None)
        for i, (language, text) in enumerate(fences)
        if language != "text"
    ]


class journal_document(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.path = self.folder / "journal.db"

    def make_journal(self):
        self.path.unlink(missing_ok=True)
        with sqlite3.connect(self.path) as journal:
            journal.execute("PRAGMA journal_mode = WAL")
            journal.executescript((SOURCE / "sql/journal/001_initial.sql").read_text(encoding="utf-8"))
        journal.close()

    def start(self, language, text):
        """The snippet as a process, with the commands that it names."""
        tools = self.folder / "bin"
        if not tools.exists():
            tools.mkdir()
            config = self.folder / "partmarkd.yaml"
            config.write_text(
                f"journal: {{ path: {self.path} }}\n"
                f"state: {{ path: {self.folder}/state.db }}\n"
                'endpoints: [{ name: can, url: "http://127.0.0.1:9", tenant_id: tn_1, auth: { type: UID, value: "1" } }]\n'
            )
            for name, command in [("partmark", f'exec {PARTMARK} --config {config} "$@"'), ("build-orders", "exit 0")]:
                (tools / name).write_text(f"#!/bin/sh\n{command}\n")
                (tools / name).chmod(0o755)
        text = text.replace(DOCUMENTED_PATH, str(self.path))
        command = {
            "sql": ["sqlite3", "-bail", f"file:{self.path}?mode=rw"],
            "sh": ["sh", "-eu", "-s"],
            "python": [sys.executable, "-B", "-"],
        }[language]
        script = self.folder / "snippet"
        script.write_text(text)
        with script.open() as given:
            process = subprocess.Popen(
                command, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                env={**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"},
            )
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process

    def rows(self):
        journal = sqlite3.connect(self.path)
        found = ["|".join("" if value is None else str(value) for value in row[: COLUMNS[row[0]]]) for row in journal.execute(ROWS)]
        journal.close()
        return found

    def test_the_document_shows_every_language_with_its_rows(self):
        self.assertEqual({language for language, _, _ in snippets()}, {"sql", "sh", "python"})
        for language, text, rows in snippets():
            self.assertTrue(rows, f"no rows are shown below this {language} snippet:\n{text}")

    def test_each_snippet_leaves_the_rows_shown_also_when_it_has_to_wait_for_another_writer(self):
        for language, text, rows in snippets():
            with self.subTest(text):
                self.make_journal()
                other = sqlite3.connect(self.path, isolation_level=None)
                other.execute("BEGIN IMMEDIATE")
                process = self.start(language, text)
                # A snippet that doesn't wait ends here with "database is locked"; one that is merely slow to start loses nothing.
                with self.assertRaises(subprocess.TimeoutExpired, msg="it did not wait for its turn"):
                    process.wait(timeout=0.4)
                other.execute("ROLLBACK")
                other.close()
                said, _ = process.communicate(timeout=60)
                self.assertEqual(process.returncode, 0, said)
                self.assertEqual(self.rows(), rows)

    def test_every_snippet_waits_thirty_seconds(self):
        for _, text, _ in snippets():
            if not text.startswith("partmark "):  # which sees to it itself
                self.assertRegex(text, r"busy_timeout = 30000;|\.timeout 30000|timeout=30\b")

    def test_no_snippet_makes_a_journal_where_there_is_none(self):
        for language, text, _ in snippets():
            with self.subTest(text):
                process = self.start(language, text)
                process.communicate(timeout=60)
                self.assertNotEqual(process.returncode, 0)
                self.assertFalse(self.path.exists())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
