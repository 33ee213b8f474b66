"""Installs the build into an empty directory and looks at it as a system would: `install_test.py CMAKE BUILD_DIR PREFIX`.

As any user; as root also the ownership of the directories that tmpfiles.d makes.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

CMAKE, BUILD, PREFIX = sys.argv[1:4]
EXPOSURE_MAX = 12  # of systemd-analyze security, in tenths


def run(*command, **options):
    """(exit status, everything it said)"""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False, **options)
    return done.returncode, done.stdout


class installed_system(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.root = pathlib.Path(cls.folder.name)
        cls.install()
        cls.prefix = cls.root / PREFIX.lstrip("/")
        cls.config = cls.root / "etc/partmark/partmarkd.yaml"

    @classmethod
    def install(cls):
        status, said = run(CMAKE, "--install", BUILD, env={**os.environ, "DESTDIR": str(cls.root)})
        assert status == 0, said

    def unit_of_this_tree(self):
        """The installed unit with its paths moved below the root, in a folder of its own."""
        text = (self.prefix / "lib/systemd/system/partmarkd.service").read_text()
        text = text.replace(f"ExecStart={PREFIX}", f"ExecStart={self.prefix}")
        folder = self.root / "unit"
        folder.mkdir(exist_ok=True)
        (folder / "partmarkd.service").write_text(text)
        return folder / "partmarkd.service"

    def test_programs_schema_and_documents_are_where_they_belong(self):
        for program in ["sbin/partmarkd", "bin/partmark"]:
            with self.subTest(program):
                self.assertTrue(os.access(self.prefix / program, os.X_OK))
        for file in ["share/partmark/sql/journal/001_initial.sql", "share/doc/partmark/README.md", "share/doc/partmark/journal.md"]:
            with self.subTest(file):
                self.assertTrue((self.prefix / file).is_file())

    def test_a_configuration_that_is_there_stays_as_it_is(self):
        self.assertTrue(self.config.is_file())
        self.config.write_text("# mine\n")
        self.install()
        self.assertEqual(self.config.read_text(), "# mine\n")

    def test_the_unit_starts_the_installed_daemon_with_the_installed_configuration(self):
        unit = (self.prefix / "lib/systemd/system/partmarkd.service").read_text()
        self.assertIn(f"\nExecStart={PREFIX}/sbin/partmarkd --config /etc/partmark/partmarkd.yaml\n", unit)
        self.assertNotIn("@", unit.replace("@system-service", "").replace("@privileged", "").replace("@resources", ""))

    def test_systemd_has_nothing_to_say_against_the_unit(self):
        self.assertEqual(run("systemd-analyze", "verify", "--man=no", str(self.unit_of_this_tree())), (0, ""))

    def test_the_unit_is_as_closed_as_a_networked_service_can_be(self):
        status, said = run("systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE_MAX}", "--no-pager", str(self.unit_of_this_tree()))
        self.assertEqual(status, 0, said)

    def test_the_users_and_directories_of_the_journal(self):
        system = self.root / "system"
        (system / "etc").mkdir(parents=True)
        status, said = run("systemd-sysusers", f"--root={system}", str(self.prefix / "lib/sysusers.d/partmark.conf"))
        self.assertEqual(status, 0, said)
        passwd = {line.split(":")[0]: line.split(":") for line in (system / "etc/passwd").read_text().splitlines()}
        group = {line.split(":")[0]: line.split(":") for line in (system / "etc/group").read_text().splitlines()}
        self.assertEqual(passwd["partmark"][6], "/usr/sbin/nologin")
        self.assertEqual(group["partmark-jobs"][3], "partmark")

        status, said = run("systemd-tmpfiles", f"--root={system}", "--create", str(self.prefix / "lib/tmpfiles.d/partmark.conf"))
        is_root = os.geteuid() == 0
        complaints = [line for line in said.splitlines() if is_root or "fchownat() of " not in line]
        self.assertEqual(complaints, [])
        daemon, own, jobs = int(passwd["partmark"][2]), int(passwd["partmark"][3]), int(group["partmark-jobs"][2])
        for path, mode, owner in [("", 0o755, (0, 0)), ("journal", 0o2770, (daemon, jobs)), ("state", 0o750, (daemon, own))]:
            with self.subTest(path):
                there = (system / "var/lib/partmark" / path).stat()
                if is_root:
                    self.assertEqual((there.st_uid, there.st_gid), owner)
                    self.assertEqual(there.st_mode & 0o7777, mode)
                else:
                    self.assertEqual(there.st_mode & 0o0700, 0o0700)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
