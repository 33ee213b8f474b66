"""docs/integrations/: the recipes for cron, systemd, Airflow, DolphinScheduler and dbt, each run as its scheduler runs it."""

import datetime
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
import types
import unittest
from unittest import mock

from recipes import PAGES, PLAN, blocks, recipe_case, text_of

DAY = "2025-10-20"


class pages(unittest.TestCase):
    def test_every_file_has_a_name_by_which_a_test_takes_it(self):
        tests = "".join(p.read_text() for p in (PAGES.parents[1] / "tests").rglob("*recipes*_test.py")) + (
            PAGES.parents[1] / "tests/systemd/systemd_test.py").read_text()  # fmt: skip
        for page in sorted(PAGES.glob("*.md")):
            for language, name, text in blocks(page.name):
                self.assertTrue(name, f"{page.name}: this {language} block has no name:\n{text}")
                self.assertIn(f'"{name}"', tests, f"{page.name}: nobody tries {name}")

    def test_every_page_is_listed_and_every_link_leads_somewhere(self):
        listed = re.findall(r"^\| .*\[([a-z]+\.md)\]", (PAGES / "README.md").read_text(), re.MULTILINE)
        self.assertEqual(sorted(listed), sorted(p.name for p in PAGES.glob("*.md") if p.name != "README.md"))
        for page in PAGES.glob("*.md"):
            for link in re.findall(r"\]\(([^)#:]+\.md)", page.read_text()):
                self.assertTrue((PAGES / link).exists(), f"{page.name}: {link}")


class cron(recipe_case):
    def setUp(self):
        super().setUp()
        (self.tools / "run-and-mark").symlink_to(self.take("cron.md", "run-and-mark"))

    def mark(self, *command, **env):
        return self.run_it("run-and-mark", PLAN, "DAY", DAY, *(command or ("build-orders", DAY)), env=env)

    def test_the_line_runs_as_cron_runs_it(self):
        """Debian's cron: its own environment, the user's shell, what follows an unescaped percent sign is input."""
        lines = text_of("cron.md", "orders").splitlines()
        path = next(line for line in lines if line.startswith("PATH="))[5:].replace("/usr/local/bin", str(self.tools))
        minute, hour, day, month, weekday, user, command = lines[-1].split(None, 6)
        self.assertEqual((minute, hour, day, month, weekday, user), ("15", "2", "*", "*", "*", "etl"))
        self.assertNotRegex(command, r"(?<!\\)%")
        done = subprocess.run(
            ["/bin/sh", "-c", command.replace("\\%", "%")], cwd=self.space.folder, capture_output=True, text=True, check=False,
            env={"PATH": path, "HOME": "/", "SHELL": "/bin/sh", "PARTMARK_CONFIG": str(self.space.config_path)},
        )  # fmt: skip
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        built = (self.space.folder / "built").read_text().strip()
        self.assertIn(built, [str(datetime.date.today() - datetime.timedelta(days=n)) for n in (1, 2)])
        self.assertEqual(self.rows(), [(PLAN, "DAY", built, None, "success")])

    def test_a_rerun_that_fails_takes_the_success_back_and_keeps_its_status(self):
        self.assertEqual(self.mark()[0], 0)
        self.assertEqual(self.mark(BUILD_STATUS="7")[0], 7)
        self.assertEqual(self.rows("first, outcome, job"), [(DAY, "success", "build-orders"), (DAY, "failed", "build-orders")])
        self.assert_means({DAY: "failed"})

    def test_a_command_that_is_not_there_has_failed(self):
        self.assertEqual(self.mark("no-such-command")[0], 127)
        self.assertEqual(self.outcomes(), ["failed"])

    def test_a_job_that_could_not_be_recorded_fails_and_one_that_failed_keeps_its_status(self):
        self.lose_the_journal()
        status, said = self.mark()
        self.assertEqual(status, 1)
        self.assertIn("partmark init", said)
        self.assertEqual(self.mark(BUILD_STATUS="7")[0], 7)
        self.assert_no_journal()

    def test_a_job_that_is_stopped_is_recorded(self):
        child = self.start("run-and-mark", PLAN, "DAY", DAY, "build-orders", DAY, env={"BUILD_WAITS": "yes"})
        self.assertEqual(self.stopped_in_the_middle(child)[0], 143)
        self.assertEqual(self.outcomes(), ["failed"])

    def test_it_waits_for_its_turn_and_the_umask_does_not_matter(self):
        self.assert_waits(lambda: self.start("run-and-mark", PLAN, "DAY", DAY, "build-orders", DAY))
        self.assert_leaves_modes_alone(lambda umask: self.start("run-and-mark", PLAN, "DAY", DAY, "build-orders", DAY, umask=umask))


class systemd(recipe_case):
    """The ends of a service, as systemd tells them to ExecStopPost=; on a real systemd: tests/systemd."""

    def post(self, result, code, status, invocation="1"):
        line = re.search(r"^ExecStopPost=/usr/bin/(.*)$", text_of("systemd.md", "orders@.service"), re.MULTILINE)[1]
        env = {"SERVICE_RESULT": result, "EXIT_CODE": code, "EXIT_STATUS": status, "INVOCATION_ID": invocation}
        return self.run_it(*line.replace("%i", DAY).split(), env=env)

    def test_only_a_clean_end_is_a_success_and_each_invocation_is_a_record(self):
        self.assertEqual(self.post("success", "exited", "0")[0], 0)
        self.assertEqual(self.post("success", "exited", "0")[0], 0)
        self.assertEqual(self.post("exit-code", "exited", "7", "2")[0], 0)
        self.assertEqual(self.post("success", "killed", "TERM", "3")[0], 0)
        self.assertEqual(self.post("exec-condition", "exited", "1", "4")[0], 0)
        self.assertEqual(self.outcomes(), ["success", "failed", "failed"])
        self.assert_means({DAY: "failed"})

    def test_systemd_finds_nothing_wrong_with_the_units(self):
        if not shutil.which("systemd-analyze"):
            self.skipTest("systemd-analyze is not installed")
        units = [self.take("systemd.md", name) for name in ("orders@.service", "orders.service", "orders.timer")]
        units[0] = units[0].rename(units[0].with_name(f"orders@{DAY}.service"))
        for unit in units:
            unit.chmod(0o644)
            unit.write_text(re.sub(r"/usr/(local/)?bin/(build-orders|partmark)", "/bin/true", unit.read_text()).replace("etl", "root"))
        done = subprocess.run(["systemd-analyze", "verify", "--recursive-errors=no", *units], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))


class airflow(recipe_case):
    """The callbacks with a context such as Airflow gives them: no Airflow is needed, and none is tried."""

    def setUp(self):
        super().setUp()
        self.take("airflow.md", "partmark.py")
        self.take("airflow.md", "orders_dag.py")
        self.enterContext(mock.patch.object(sys, "path", [str(self.space.folder), *sys.path]))
        self.addCleanup(lambda: [sys.modules.pop(name, None) for name in ("partmark", "orders_dag")])
        self.marked = importlib.import_module("orders_dag").marked

    def context(self, number=1, start="2025-10-21T18:00:00+00:00"):
        ti = types.SimpleNamespace(dag_id="shop", task_id="build", run_id="scheduled__2025-10-19T16:00:00+00:00", map_index=-1, try_number=number,
                                   start_date=datetime.datetime.fromisoformat(start))  # fmt: skip
        # Midnight of the 20th in Shanghai.
        return {"ti": ti, "data_interval_start": datetime.datetime(2025, 10, 19, 16, tzinfo=datetime.timezone.utc), "ds": "2025-10-19"}

    def test_the_day_is_that_of_the_data_and_each_try_is_a_record(self):
        self.marked["on_retry_callback"](self.context(1))
        self.marked["on_success_callback"](self.context(2))
        self.marked["on_success_callback"](self.context(2))
        self.assertEqual(self.rows("plan, first, outcome, job"), [(PLAN, DAY, outcome, "airflow shop.build") for outcome in ("failed", "success")])
        self.assert_means({DAY: "success"})
        # A run that was deleted and made again counts its tries from one.
        self.marked["on_failure_callback"](self.context(1, "2025-10-22T09:00:00+00:00"))
        self.marked["on_success_callback"](self.context(2, "2025-10-22T09:10:00+00:00"))
        self.assertEqual(self.outcomes(), ["failed", "success", "failed", "success"])

    def test_what_cannot_be_recorded_is_raised_and_makes_no_journal(self):
        self.lose_the_journal()
        with self.assertRaisesRegex(Exception, "unable to open"):
            self.marked["on_success_callback"](self.context())
        self.assert_no_journal()

    def worker(self, umask=-1):
        code = f"import {__name__} as t, orders_dag; orders_dag.marked['on_success_callback'](t.airflow.context(None))"
        env = {"PYTHONPATH": f"{self.space.folder}:{os.path.dirname(os.path.abspath(__file__))}"}
        return self.start(sys.executable, "-B", "-c", code.replace("__main__", "recipes_test"), env=env, umask=umask)

    def test_it_waits_for_its_turn(self):
        self.assert_waits(self.worker)

    def test_the_umask_of_the_worker_does_not_matter(self):
        self.assert_leaves_modes_alone(self.worker)


class dolphinscheduler(recipe_case):
    """The script with the parameters put in, run by bash: no DolphinScheduler is needed, and none is tried."""

    def start_task(self, instance="41", **env):
        given = {"system.workflow.definition.name": "shop", "system.task.definition.name": "orders", "system.task.instance.id": instance}
        text = text_of("dolphinscheduler.md", "task.sh").replace("$[yyyy-MM-dd-1]", DAY)
        text = re.sub(r"\$\{([^}]+)\}", lambda found: given[found[1]], text)
        path = self.space.folder / "task.sh"
        path.write_text(text)
        return self.start("bash", path, env=env)

    def task(self, *arguments, **env):
        return self.ended(self.start_task(*arguments, **env))

    def test_each_instance_is_a_record_and_the_last_one_counts(self):
        self.assertEqual(self.task("41", BUILD_STATUS="3")[0], 3)
        self.assertEqual(self.task("42")[0], 0)
        self.assertEqual(self.task("42")[0], 0)
        self.assertEqual(self.rows("first, outcome, job"), [(DAY, outcome, "dolphinscheduler shop/orders") for outcome in ("failed", "success")])
        self.assertEqual((self.space.folder / "built").read_text(), f"{DAY}\n" * 3)
        self.assert_means({DAY: "success"})

    def test_a_task_that_could_not_be_recorded_fails_and_one_that_failed_keeps_its_status(self):
        self.lose_the_journal()
        self.assertEqual(self.task()[0], 1)
        self.assertEqual(self.task(BUILD_STATUS="3")[0], 3)
        self.assert_no_journal()

    def test_a_task_that_is_stopped_is_recorded(self):
        self.assertEqual(self.stopped_in_the_middle(self.start_task(BUILD_WAITS="yes"))[0], 143)
        self.assertEqual(self.outcomes(), ["failed"])

    def test_it_waits_for_its_turn(self):
        self.assert_waits(self.start_task)


class dbt(recipe_case):
    """Results as dbt writes them; `dbt` itself is a script that puts them in its place."""

    def setUp(self):
        super().setUp()
        self.take("dbt.md", "marks.py")
        (self.tools / "dbt-and-mark").symlink_to(self.take("dbt.md", "dbt-and-mark"))
        (self.space.folder / "target").mkdir()
        self.tool("dbt", 'echo "$@" >>dbt.log\n[ ! -e next.json ] || cp next.json target/run_results.json\nexit ${DBT_STATUS:-0}\n')
        models = {"orders_daily": PLAN, "customers": "0b1e6f0a5d3c4c6f9a51f1b8a3d2e4c7", "scratch": None}
        manifest = {
            "nodes": {f"model.shop.{m}": {"config": {"meta": {"partmark_plan": p} if p else {}}} for m, p in models.items()},
            "parent_map": {"test.shop.not_null_orders": ["model.shop.orders_daily"], "model.shop.customers": ["model.shop.orders_daily"]},
        }
        (self.space.folder / "target/manifest.json").write_text(json.dumps(manifest))

    def dbt(self, invocation, results, status=0):
        content = {"metadata": {"invocation_id": invocation}, "results": [{"unique_id": i, "status": s} for i, s in results.items()]}
        (self.space.folder / "next.json").write_text(json.dumps(content))
        return self.run_it("dbt-and-mark", DAY, env={"DBT_STATUS": str(status)})

    def test_models_that_ran_are_recorded_and_skipped_ones_keep_their_mark(self):
        self.assertEqual(self.dbt("a", {"model.shop.orders_daily": "success", "model.shop.customers": "success", "model.shop.scratch": "success"})[0], 0)
        self.assertEqual(self.dbt("b", {"model.shop.orders_daily": "error", "model.shop.customers": "skipped"}, 1)[0], 1)
        self.assertEqual(self.rows("first, outcome, job"), [
            (DAY, "success", "dbt model.shop.orders_daily"), (DAY, "success", "dbt model.shop.customers"), (DAY, "failed", "dbt model.shop.orders_daily"),
        ])  # fmt: skip
        self.assertIn(f"--vars {{day: '{DAY}'}}", (self.space.folder / "dbt.log").read_text())
        self.assert_means({DAY: "failed"})

    def test_a_test_that_fails_fails_its_model_and_one_that_warns_does_not(self):
        self.assertEqual(self.dbt("a", {"model.shop.orders_daily": "success", "test.shop.not_null_orders": "fail"}, 1)[0], 1)
        self.assertEqual(self.dbt("b", {"model.shop.orders_daily": "success", "test.shop.not_null_orders": "warn"})[0], 0)
        self.assertEqual(self.dbt("b", {"model.shop.orders_daily": "success", "test.shop.not_null_orders": "warn"})[0], 0)
        self.assertEqual(self.outcomes(), ["failed", "success"])

    def test_results_of_a_former_run_are_not_taken_for_this_one(self):
        self.dbt("a", {"model.shop.orders_daily": "success"})
        (self.space.folder / "next.json").unlink()
        self.assertEqual(self.run_it("dbt-and-mark", "2025-10-21", env={"DBT_STATUS": "2"})[0], 2)
        self.assertEqual(self.rows("first, outcome"), [(DAY, "success")])

    def test_marks_that_could_not_be_recorded_fail_the_run_and_dbts_own_status_stays(self):
        self.lose_the_journal()
        self.assertEqual(self.dbt("a", {"model.shop.orders_daily": "success"})[0], 1)
        self.assertEqual(self.dbt("b", {"model.shop.orders_daily": "error"}, 2)[0], 2)
        (self.space.folder / "target/manifest.json").unlink()
        self.assertEqual(self.dbt("c", {"model.shop.orders_daily": "success"})[0], 1)
        self.assert_no_journal()

    def test_a_run_without_marked_models_is_fine(self):
        self.assertEqual(self.dbt("a", {"model.shop.scratch": "success"})[0], 0)
        self.assertEqual(self.rows(), [])


if __name__ == "__main__":
    unittest.main()
