"""docs/integrations/: the programs in Python, Java, Go and Node.js that write SQL. One whose runtime is not here is skipped, with the reason."""

import os
import shutil
import subprocess
import sys
import unittest

from recipes import PLAN, recipe_case, text_of

DAY = "2025-10-20"
JDBC = "/usr/share/java/sqlite-jdbc.jar"
BOOTSTRAP = "script/bootstrap integrations installs it"


class marker:
    """What each of them does. They take PLAN DAY OUTCOME KEY."""

    def command(self):
        raise NotImplementedError

    def prepared(self):
        return self.command()

    def setUp(self):
        super().setUp()
        self.program = self.prepared()

    def begin(self, outcome="success", key="try-1/success", umask=-1):
        return self.start(*self.program, PLAN, DAY, outcome, key, umask=umask, env=self.environment())

    def environment(self):
        return {}

    def mark(self, *arguments):
        return self.ended(self.begin(*arguments))

    def test_a_key_is_one_record_and_another_try_is_another(self):
        for outcome, key in [("success", "try-1/success"), ("success", "try-1/success"), ("failed", "try-2/failed"), ("success", "try-3/success")]:
            status, said = self.mark(outcome, key)
            self.assertEqual((status, said), (0, ""))
        self.assertEqual(self.rows(), [(PLAN, "DAY", DAY, None, outcome) for outcome in ("success", "failed", "success")])
        self.assert_means({DAY: "success"})

    def test_what_the_journal_refuses_is_an_error_that_says_why(self):
        status, said = self.mark("finished")
        self.assertNotEqual(status, 0)
        self.assertIn("success, failed or cleared was expected", said)
        self.assertEqual(self.rows(), [])

    def test_where_there_is_no_journal_it_fails_and_makes_none(self):
        self.lose_the_journal()
        status, said = self.mark()
        self.assertNotEqual((status, said), (0, ""))
        self.assertNotEqual(status, 0)
        self.assert_no_journal()

    def test_it_waits_for_its_turn_thirty_seconds(self):
        self.assert_waits(self.begin)
        self.assertRegex(self.text(), r"30000|timeout=30\b")

    def test_the_umask_does_not_matter(self):
        self.assert_leaves_modes_alone(lambda umask: self.begin(umask=umask))


class python(marker, recipe_case):
    def text(self):
        return text_of("languages.md", "mark.py")

    def command(self):
        return [sys.executable, "-B", self.take("languages.md", "mark.py")]


@unittest.skipUnless(shutil.which("javac") and os.path.exists(JDBC), f"no JDK or no {JDBC}: {BOOTSTRAP}")
class java(marker, recipe_case):
    def text(self):
        return text_of("spark.md", "Mark.java")

    def command(self):
        source = self.take("spark.md", "Mark.java")
        subprocess.run(["javac", "-cp", JDBC, source], cwd=self.space.folder, check=True)
        return ["java", "-cp", f"{JDBC}:{self.space.folder}", "Mark"]


@unittest.skipUnless(shutil.which("go") and os.path.exists("/usr/share/gocode/src/github.com/mattn/go-sqlite3"), f"no Go or no go-sqlite3: {BOOTSTRAP}")
class go(marker, recipe_case):
    def text(self):
        return text_of("languages.md", "mark.go")

    def command(self):
        source = self.take("languages.md", "mark.go")
        env = {**os.environ, "GOPATH": "/usr/share/gocode", "GO111MODULE": "off"}
        subprocess.run(["go", "build", "-o", "mark", source], cwd=self.space.folder, check=True, env=env)
        return [self.space.folder / "mark"]


def node_has_sqlite3():
    done = shutil.which("node") and subprocess.run(["node", "-e", "require('sqlite3')"], check=False, capture_output=True)
    return done and done.returncode == 0


@unittest.skipUnless(node_has_sqlite3(), f"no Node.js with its module sqlite3 (Debian's nodejs and node-sqlite3): {BOOTSTRAP}")
class node(marker, recipe_case):
    def text(self):
        return text_of("languages.md", "mark.js")

    def command(self):
        self.take("languages.md", "mark.js")
        return ["node", "mark.js"]


class spark(recipe_case):
    """The driver with nothing to build: no Spark is needed, and none is tried."""

    def test_the_partition_is_failed_while_it_is_built_and_stays_so_when_that_fails(self):
        job = self.take("spark.md", "spark_job.py")
        self.assertEqual(self.run_it(sys.executable, "-B", job, DAY)[0], 0)
        self.assertEqual(self.outcomes(), ["failed", "success"])
        self.assert_means({DAY: "success"})
        job.write_text(job.read_text().replace("    ...  # spark", "    raise OSError('no executors')  # spark"))
        self.assertEqual(self.run_it(sys.executable, "-B", job, DAY)[0], 1)
        self.assertEqual(self.outcomes(), ["failed", "success", "failed"])
        self.assert_means({DAY: "failed"})


if __name__ == "__main__":
    unittest.main(verbosity=2)
