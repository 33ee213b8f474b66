"""What the tests of `partmark` share: a workspace whose endpoint need not be there, and rows as any SQLite reads them."""

import os
import pathlib
import sqlite3
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from support import LIMIT, integration_case, program  # noqa: E402

NOWHERE = "http://127.0.0.1:9"
PLAN_COLUMNS = "plan, granularity, first, last, outcome, run_type, job, dedupe_key"
TABLE_COLUMNS = "table_name, partition, outcome, job, dedupe_key"
TABLE = "starrocks.`default_catalog.schema`.p_order"


class cli_case(integration_case):
    def setUp(self):
        super().setUp()
        self.space.configure(NOWHERE)

    def run_partmark(self, *arguments, stdin=None, env=None):
        """The ended process, with its output as text."""
        command = [program("PARTMARK"), "--config", str(self.space.config_path), *map(str, arguments)]
        return subprocess.run(
            command, input=stdin, capture_output=True, text=True, timeout=LIMIT, check=False, cwd=self.space.folder, env={**os.environ, **(env or {})}
        )

    def expect(self, code, *arguments, **options):
        done = self.run_partmark(*arguments, **options)
        self.assertEqual(done.returncode, code, f"partmark {arguments}: {done.stdout}{done.stderr}")
        return done

    def init(self):
        self.expect(0, "init")

    def open_journal(self):
        connection = sqlite3.connect(self.space.journal_path, timeout=30, isolation_level=None)
        self.addCleanup(connection.close)
        return connection

    def rows(self, table="plan_completion", columns=None, where="1"):
        columns = columns or (PLAN_COLUMNS if table == "plan_completion" else TABLE_COLUMNS)
        return self.open_journal().execute(f"SELECT {columns} FROM {table} WHERE {where} ORDER BY seq").fetchall()
