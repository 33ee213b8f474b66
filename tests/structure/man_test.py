"""Manual pages and completion against the programs: `man_test.py PARTMARK PARTMARKD SOURCE`."""

import pathlib
import re
import shutil
import subprocess
import sys
import unittest

PARTMARK, PARTMARKD, SOURCE = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])


def commands():
    said = subprocess.run([PARTMARK, "--help"], capture_output=True, text=True, check=True).stdout
    return re.findall(r"^  ([a-z]+) {2,}", said.split("Subcommands:")[1].split("\n\n")[0], re.M)


class manual_pages(unittest.TestCase):
    def test_they_say_what_the_programs_say(self):
        done = subprocess.run([SOURCE / "script/man", "--check", PARTMARK, PARTMARKD], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_troff_has_nothing_against_them(self):
        if not shutil.which("groff"):
            self.skipTest("groff is not installed")
        for page in sorted((SOURCE / "man").iterdir()):
            done = subprocess.run(["groff", "-k", "-man", "-Tutf8", "-ww", "-z", page], capture_output=True, text=True, check=False)
            with self.subTest(page.name):
                self.assertEqual(done.stderr, "")


class completion(unittest.TestCase):
    def complete(self, *words):
        script = f"""
partmark() {{ '{PARTMARK}' "$@"; }}
. '{SOURCE}/completions/partmark.bash'
COMP_WORDS=({' '.join(f"'{w}'" for w in words)}); COMP_CWORD={len(words) - 1}
_partmark; printf '%s\\n' "${{COMPREPLY[@]}}"
"""
        return subprocess.run(["bash", "-euc", script], capture_output=True, text=True, check=True).stdout.split()

    def test_every_command_is_offered(self):
        self.assertEqual(set(commands()), {w for w in self.complete("partmark", "") if not w.startswith("-")})

    def test_words_are_completed_where_they_belong(self):
        self.assertEqual(self.complete("partmark", "stat"), ["status", "state"])
        self.assertIn("--outcome", self.complete("partmark", "record", "--"))
        self.assertEqual(self.complete("partmark", "record", "--granularity", "M"), ["MINUTE", "MONTH"])
        self.assertEqual(self.complete("partmark", "--config", "/dev/null", "hel"), ["held"])
        self.assertIn("adopt-journal", self.complete("partmark", "state", ""))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
