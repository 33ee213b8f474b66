"""The .deb on a real systemd: `systemd_test.py PACKAGE CAN_SIMULATOR`. Run it through script/test-systemd, as root. One machine for all tests, in their order."""

import json
import pathlib
import re
import sys
import unittest

from machine import eventually, machine, why_not

SKIPPED = 77
UNIT = "partmarkd.service"
SECRET = "unit-hush-77aa"
PORT = 8123
CONFIG = f"""
endpoints:
  - name: can
    url: http://127.0.0.1:{PORT}
    tenant_id: tn_1
    auth: {{ type: APIKEY, value_credential: can }}
delivery: {{ linger: 50ms }}
retry: {{ initial: 50ms, max: 500ms }}
"""
DROP_IN = """[Service]
LoadCredential=can:/etc/partmark-secret
WatchdogSec=2
TimeoutAbortSec=1
RestartSec=100ms
TimeoutStopSec=5
"""
# What a stranger in the daemon's place would try. Each line that it prints is a door that stands open.
INTRUDER = """
import ctypes, mmap, os, socket
def tries(what, act):
    try:
        act()
        print("open:", what, flush=True)
    except (OSError, PermissionError) as e:
        pass
def write(path):
    with open(path, "a") as file:
        file.write("x")
for path in ["/etc/intruder", "/usr/intruder", "/var/lib/intruder", "/root/intruder", "/home/intruder", "/boot/intruder", "/run/intruder", "/etc/partmark/partmarkd.yaml", "/proc/sys/kernel/hostname", "/sys/kernel/x"]:
    tries("write " + path, lambda: write(path))
for family in ["AF_PACKET", "AF_NETLINK", "AF_ALG", "AF_VSOCK"]:
    tries(family, lambda: socket.socket(getattr(socket, family), socket.SOCK_RAW if family == "AF_PACKET" else socket.SOCK_DGRAM))
tries("read the secret's source", lambda: open("/etc/partmark-secret").read())
tries("writable and executable memory", lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC))
tries("a device", lambda: os.open("/dev/kmsg", os.O_RDONLY))
tries("another user", lambda: os.setuid(0))
def unshare():
    if ctypes.CDLL(None, use_errno=True).unshare(0x10000000):
        raise OSError(ctypes.get_errno(), "unshare")
tries("a namespace", unshare)
tries("a set-user-id file", lambda: (write("/var/lib/partmark/state/suid"), os.chmod("/var/lib/partmark/state/suid", 0o4755)))
write("/var/lib/partmark/state/inside")
print("done", flush=True)
"""


class on_a_real_systemd(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.m = machine()
        cls.addClassCleanup(cls.m.stop)
        cls.m.start()
        cls.m.put(PACKAGE, "/root/partmark.deb")
        cls.m.put(SIMULATOR, "/usr/local/bin/can_simulator")

    def install(self):
        return self.m.run("dpkg", "--install", "/root/partmark.deb")

    def active(self):
        return self.m.show(UNIT, "ActiveState")

    def await_active(self):
        eventually(lambda: self.active() == "active", "the service is active")

    def pid(self):
        return self.m.show(UNIT, "MainPID")

    def record(self, day, user="jobber", outcome="success"):
        self.m.run("sh", "-c", f"umask 077; partmark record --plan p --granularity DAY --first 2025-10-{day:02} --outcome {outcome}", user=user)

    def control(self, what):
        return json.loads(self.m.run("curl", "--silent", "--fail", f"http://127.0.0.1:{PORT}/_control/{what}").stdout)

    def marked(self, days):
        def look():
            plan = self.control("state")["plans"].get("p", {})
            ranges = plan.get("success", []) + plan.get("failed", [])
            return sum(int(r["last"][8:10]) - int(r["first"][8:10]) + 1 for r in ranges) == days

        eventually(look, f"{days} days are marked")

    def log(self, *match):
        lines = self.m.run("journalctl", "--unit", UNIT, "--output=json", "--no-pager", *match, check=False).stdout.splitlines()
        return [json.loads(line) for line in lines]

    def test_01_installed_it_is_enabled_and_waits_for_its_configuration(self):
        said = self.install().stdout
        self.assertIn("waits for /etc/partmark/partmarkd.yaml", said)
        self.assertEqual(self.m.run("systemctl", "is-enabled", UNIT).stdout.strip(), "enabled")
        self.assertEqual((self.active(), self.m.show(UNIT, "ConditionResult"), self.m.show(UNIT, "Result")), ("inactive", "no", "success"))
        for path, wanted in [("/var/lib/partmark/journal", "2770 partmark partmark-jobs"), ("/var/lib/partmark/state", "750 partmark partmark"),
                             ("/etc/partmark", "755 root root")]:  # fmt: skip
            self.assertEqual(self.m.run("stat", "--format=%a %U %G", path).stdout.strip(), wanted, path)
        for page in ("partmark", "partmarkd", "partmarkd.yaml"):
            self.assertTrue(list(self.m.root.glob(f"usr/share/man/man?/{page}.?.gz")), page)

    def test_01b_the_lines_of_the_readme_bring_it_up_whatever_roots_umask(self):
        page = (pathlib.Path(__file__).parents[2] / "README.md").read_text().split("## Install")[1]
        lines = re.findall(r"^    sudo (install [^&]*|-u partmark partmark init|systemctl start partmarkd)", page, re.MULTILINE)
        self.assertEqual(len(lines), 4, "the package's three, and init once more without it")
        for line in lines[:3]:
            self.m.run("sh", "-c", f"umask 077; {re.sub('^-u partmark', 'runuser -u partmark --', line)}")
        self.await_active()
        status = self.m.run("partmark", "status").stdout
        self.assertIn("All that was read is accepted", status)
        self.m.run("systemctl", "stop", UNIT)
        self.m.run("rm", "/etc/partmark/partmarkd.yaml")

    def test_02_configured_it_starts_with_the_secret_that_systemd_hands_it(self):
        self.m.write("/etc/partmark-secret", SECRET + "\n", 0o600)
        self.m.write("/etc/partmark/partmarkd.yaml", CONFIG)
        self.m.write(f"/etc/systemd/system/{UNIT}.d/test.conf", DROP_IN)
        self.m.write("/root/script.json", json.dumps({"settings": {"auth_type": "APIKEY", "auth_value": SECRET}}))
        self.m.run("systemd-run", "--unit=simulator", "can_simulator", "--port", PORT, "--script", "/root/script.json")
        self.m.run("partmark", "init", user="partmark")
        self.m.run("systemctl", "daemon-reload")
        self.m.run("systemctl", "start", UNIT)  # Type=notify: it returns once the daemon said READY
        self.assertEqual((self.active(), self.m.show(UNIT, "SubState")), ("active", "running"))
        self.assertRegex(self.m.show(UNIT, "StatusText"), ".")
        self.assertEqual(self.m.run("stat", "--format=%a %U %G", "/var/lib/partmark/journal/journal.db").stdout.strip(), "660 partmark partmark-jobs")

    def test_02b_journalctl_explains_what_it_says(self):
        (started,) = self.log("PARTMARK_EVENT=daemon.started")[-1:]
        self.assertRegex(started["MESSAGE_ID"], r"\A[0-9a-f]{32}\Z")
        said = self.m.run("journalctl", "--unit", UNIT, "-x", "--no-pager", "PARTMARK_EVENT=daemon.started").stdout
        self.assertIn("Subject: partmarkd has started", said)
        self.assertIn("/var/lib/partmark/journal/journal.db and the state", said)

    def test_03_a_second_user_with_a_hostile_umask_records_and_it_arrives(self):
        self.m.run("useradd", "--groups", "partmark-jobs", "jobber")
        self.m.run("useradd", "--groups", "partmark-jobs", "other")
        self.record(1)
        self.record(2, user="other")
        self.marked(2)

    def test_04_a_job_that_is_killed_while_it_writes_keeps_nobody_out(self):
        job = ("import os, signal, sqlite3; db = sqlite3.connect('/var/lib/partmark/journal/journal.db', timeout=30); db.execute('BEGIN IMMEDIATE');"
               "db.execute(\"INSERT INTO plan_completion(plan, granularity, first, outcome) VALUES ('p', 'DAY', '2025-10-30', 'success')\");"
               "os.kill(os.getpid(), signal.SIGKILL)")  # fmt: skip
        self.m.run("sh", "-c", f"umask 077; exec /usr/bin/python3 -c \"$0\"", job, user="jobber", check=False)
        self.record(3, user="other")
        self.marked(3)
        stranger = self.m.run("partmark", "record", "--plan", "p", "--granularity", "DAY", "--first", "2025-10-04", "--outcome", "success", user="nobody", check=False)
        self.assertNotEqual(stranger.returncode, 0, "who is not in partmark-jobs cannot record")

    def test_05_journald_holds_its_fields(self):
        (accepted, *_) = self.log("PARTMARK_EVENT=push.accepted")
        self.assertEqual((accepted["PARTMARK_PLAN"], accepted["PRIORITY"]), ("p", "6"))
        self.assertEqual(self.log("PARTMARK_EVENT=nothing.such"), [])
        self.assertNotIn(SECRET, json.dumps(self.log()))

    def test_06_reload_is_done_when_systemctl_says_so(self):
        before = self.pid()
        self.m.write("/etc/partmark/partmarkd.yaml", CONFIG + "drift: { check_every: 1h }\n")
        self.m.run("systemctl", "reload", UNIT)
        eventually(lambda: self.log("PARTMARK_EVENT=config.reloaded"), "it is reloaded")
        self.assertEqual((self.active(), self.pid()), ("active", before))

    def test_07_killed_it_comes_back_and_goes_on(self):
        before = self.pid()
        self.m.run("kill", "-KILL", before)
        eventually(lambda: self.pid() not in (before, "0"), "it is started again")
        self.await_active()
        self.record(4)
        self.marked(4)

    def test_08_a_loop_that_stands_still_is_ended_by_the_watchdog(self):
        before, restarts = self.pid(), int(self.m.show(UNIT, "NRestarts"))
        self.m.run("kill", "-STOP", before)
        eventually(lambda: int(self.m.show(UNIT, "NRestarts")) > restarts, "the watchdog bites")
        self.await_active()
        self.record(5)
        self.marked(5)

    def test_09_operators_reach_the_daemon_and_see_its_health(self):
        self.assertEqual(json.loads(self.m.run("partmark", "status", "--json", user="partmark").stdout)["pending_partitions"], 0)
        self.m.run("partmark", "pause", user="partmark")
        self.m.run("partmark", "resume", user="partmark")
        self.assertNotEqual(self.m.run("partmark", "pause", user="nobody", check=False).returncode, 0)

    def recipe(self, name):
        page = (pathlib.Path(__file__).parents[2] / "docs/integrations/systemd.md").read_text()
        self.m.write(f"/etc/systemd/system/{name}", re.search(rf"^```ini {re.escape(name)}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)[1])

    def recorded(self, plan="ecfc2a9539a04ef49897a9b4e3d65e7f"):
        """(first, outcome, job) of the plan's records."""
        read = "import json, sqlite3, sys; print(json.dumps(sqlite3.connect('/var/lib/partmark/journal/journal.db').execute('SELECT first, outcome, job FROM plan_completion WHERE plan = ? ORDER BY seq', sys.argv[1:]).fetchall()))"  # fmt: skip
        return [tuple(row) for row in json.loads(self.m.run("python3", "-c", read, plan).stdout)]

    def test_091_the_recipe_for_services_records_every_end(self):
        self.m.run("useradd", "etl")
        self.m.write("/usr/local/bin/build-orders", "#!/bin/sh\ncase $1 in 2025-10-21) exit 7;; 2025-10-22) sleep 600;; esac\n", 0o755)
        for name in ("orders@.service", "orders.service", "orders.timer"):
            self.recipe(name)
        self.m.run("systemctl", "daemon-reload")

        def start(day, *options):
            return self.m.run("systemctl", "start", *options, f"orders@2025-10-{day}", check=False).returncode

        self.assertEqual(start(20), 0)
        self.assertNotEqual(start(21), 0)
        self.assertEqual((self.m.show("orders@2025-10-21", "Result"), self.m.show("orders@2025-10-21", "ExecMainStatus")), ("exit-code", "7"))
        start(22, "--no-block")
        eventually(lambda: self.m.show("orders@2025-10-22", "ActiveState") == "activating", "the job runs")
        self.m.run("systemctl", "stop", "orders@2025-10-22")
        ends = [(f"2025-10-{day}", outcome, f"orders@2025-10-{day}.service") for day, outcome in ((20, "success"), (21, "failed"), (22, "failed"))]
        self.assertEqual(self.recorded(), ends)
        # A service that worked and could not be recorded has failed.
        self.m.write("/etc/systemd/system/orders@.service.d/test.conf", "[Service]\nSupplementaryGroups=\n")
        self.m.run("systemctl", "daemon-reload")
        self.assertNotEqual(start(23), 0)
        self.assertEqual(self.m.show("orders@2025-10-23", "Result"), "exit-code")
        self.assertEqual(self.recorded(), ends)
        self.m.run("rm", "-r", "/etc/systemd/system/orders@.service.d")
        self.m.run("systemctl", "daemon-reload")
        # Each night.
        self.m.run("systemctl", "start", "orders.timer", "orders.service")
        yesterday = self.m.run("date", "-d", "yesterday", "+%F").stdout.strip()
        eventually(lambda: len(self.recorded()) == 4, "yesterday is built")
        self.assertEqual(self.recorded()[-1], (yesterday, "success", f"orders@{yesterday}.service"))

    def test_092_the_runbook_finds_the_job_of_a_rejected_record(self):
        page = (pathlib.Path(__file__).parents[2] / "docs/operations.md").read_text()
        command = re.search(r"^    (journalctl .*PARTMARK_EVENT=record.rejected.*?) +#", page, re.MULTILINE)[1]
        bad = "import sqlite3; db = sqlite3.connect('/var/lib/partmark/journal/journal.db', timeout=30); db.execute(\"INSERT INTO plan_completion(plan, granularity, first, outcome, job) VALUES ('p', 'DAY', '2025-02-30', 'success', 'nightly-orders')\"); db.commit()"  # fmt: skip
        self.m.run("python3", "-c", bad)
        eventually(lambda: "nightly-orders" in self.m.run("sh", "-c", command).stdout, "the log names the job")
        # The other commands of the runbooks that only look are understood here.
        for line in re.findall(r"^    ((?:journalctl|systemctl status|ls|df|curl) [^\n]*)", page, re.MULTILINE):
            with self.subTest(line):
                self.m.run("sh", "-c", line)

    def test_093_directories_get_their_owners_back_as_the_runbook_says(self):
        page = (pathlib.Path(__file__).parents[2] / "docs/operations.md").read_text()
        command = re.search(r"`sudo (systemd-tmpfiles [^`]*)`", page)[1]
        self.m.run("chown", "root:root", "/var/lib/partmark/journal", "/var/lib/partmark/state")
        self.m.run(*command.split())
        for path, wanted in [("journal", "2770 partmark partmark-jobs"), ("state", "750 partmark partmark")]:
            self.assertEqual(self.m.run("stat", "--format=%a %U %G", f"/var/lib/partmark/{path}").stdout.strip(), wanted)
        self.record(5)
        status = lambda: json.loads(self.m.run("partmark", "status", "--json").stdout)  # noqa: E731
        eventually(lambda: status()["journal"]["folded_seq"] == status()["journal"]["last_seq"] and status()["pending_partitions"] == 0, "it is accepted")

    def test_10_the_sandbox_holds(self):
        text = self.m.run("cat", "/usr/lib/systemd/system/" + UNIT, check=False).stdout or self.m.run("cat", "/lib/systemd/system/" + UNIT).stdout
        text = re.sub(r"(?m)^(Type|ExecReload|WatchdogSec|Restart\w*|ConditionPathExists)=.*\n", "", text)
        text = re.sub(r"(?m)^ExecStart=.*$", "Type=oneshot\nExecStart=/usr/bin/python3 /usr/local/share/intruder.py", text)
        self.m.write("/etc/systemd/system/intruder.service", text)
        self.m.write("/usr/local/share/intruder.py", INTRUDER)
        self.m.run("systemctl", "daemon-reload")
        self.m.run("systemctl", "start", "intruder.service")
        said = self.m.run("journalctl", "--unit=intruder.service", "--output=cat", "--no-pager").stdout
        self.assertIn("done", said)
        self.assertEqual([line for line in said.splitlines() if line.startswith("open:")], [])

    def test_11_its_exposure_is_as_low_as_a_networked_service_gets(self):
        self.m.run("systemd-analyze", "security", "--threshold=12", "--no-pager", UNIT)

    def test_12_a_wrong_configuration_is_not_retried_for_ever(self):
        good = (self.m.root / "etc/partmark/partmarkd.yaml").read_text()
        self.m.write("/etc/partmark/partmarkd.yaml", "endpoints: 7\n")
        self.m.run("systemctl", "restart", UNIT, check=False)
        eventually(lambda: self.active() == "failed", "it gives up at once")
        self.assertEqual(self.m.show(UNIT, "ExecMainStatus"), "78")
        self.m.write("/etc/partmark/partmarkd.yaml", good)
        self.m.run("systemctl", "restart", UNIT)
        self.record(6)
        self.marked(6)

    def test_13_an_upgrade_keeps_the_configuration_and_the_administrators_wishes(self):
        before = (self.m.root / "etc/partmark/partmarkd.yaml").read_text()
        self.m.run("systemctl", "disable", UNIT)
        self.install()
        self.assertEqual((self.m.root / "etc/partmark/partmarkd.yaml").read_text(), before)
        self.assertEqual(self.m.run("systemctl", "is-enabled", UNIT, check=False).stdout.strip(), "disabled")
        self.await_active()

    def test_14_it_stops_cleanly_and_in_time(self):
        self.m.run("systemctl", "stop", UNIT)
        self.assertEqual((self.active(), self.m.show(UNIT, "Result")), ("inactive", "success"))
        self.assertEqual(self.log("PARTMARK_EVENT=daemon.stopped")[-1]["PARTMARK_EXIT_CODE"], "0")

    def test_15_purged_it_says_what_it_leaves(self):
        self.m.run("systemctl", "start", UNIT)
        self.m.run("dpkg", "--remove", "partmark")
        self.assertEqual(self.m.run("systemctl", "is-active", UNIT, check=False).stdout.strip(), "inactive")
        said = self.m.run("dpkg", "--purge", "partmark").stderr
        for left in ("/etc/partmark", "/var/lib/partmark"):
            self.assertIn(left, said)
            self.assertTrue((self.m.root / left[1:]).exists())


if __name__ == "__main__":
    if reason := why_not():
        print(f"skipped: {reason}")
        sys.exit(SKIPPED)
    PACKAGE, SIMULATOR = map(pathlib.Path, sys.argv[1:3])
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], failfast=False)
