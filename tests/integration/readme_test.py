"""README.md as its reader takes it: the five-minute tour typed line by line into a shell on a terminal, and what it prints held against what the page shows."""

import os
import pathlib
import pty
import re
import select
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import unittest
from fcntl import ioctl
from termios import TIOCSWINSZ

from support import LIMIT, die_with_parent, program, source_root

TEXT = (source_root() / "README.md").read_text()
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LOOKS = re.compile(r"(partmark (status|show|explain|preview|drift)\b.*\n)+")


def tour():
    """(commands, what they print or None) in order."""
    blocks = FENCE.findall(TEXT)
    return [(text, blocks[i + 1][1] if blocks[i + 1 : i + 2] and blocks[i + 1][0] == "text" else None) for i, (kind, text) in enumerate(blocks) if kind == "sh"]


def free_ports(count):
    holders = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [str(h.getsockname()[1]) for h in holders]
    for h in holders:
        h.close()
    return ports


def shape(text):
    """What is printed, but for numbers that differ from run to run: times, durations, ports; `…` stands for anything."""
    lines = [re.escape(line.rstrip()).replace("…", ".*") for line in text.strip("\n").splitlines()]
    pattern = "\n".join(re.sub(r"(\\ )+", " +", line) for line in lines)
    pattern = re.sub(r"20\d\d\\-10\\-24(T| \+)\d\d:\d\d:\d\d", lambda m: r"20\d\d-\d\d-\d\d" + m[1] + r"\d\d:\d\d:\d\d", pattern)
    pattern = re.sub(r"\\\.\d\d\dZ", lambda _: r"\.\d{3}Z", pattern)
    return re.sub(r"\b\d+ \+(ms|s)\b", lambda _: r"\d+ +(?:ms|s|min)(?: \d+ s)?", pattern)


class shell:
    """bash with a terminal as its output."""

    def __init__(self, folder, env):
        self.ours, theirs = pty.openpty()
        ioctl(theirs, TIOCSWINSZ, struct.pack("HHHH", 50, 120, 0, 0))
        self.child = subprocess.Popen(["bash", "--norc", "--noprofile"], stdin=subprocess.PIPE, stdout=theirs, stderr=theirs, cwd=folder, env=env,
                                      preexec_fn=die_with_parent, start_new_session=True, text=True)  # fmt: skip
        os.close(theirs)

    def run(self, commands):
        self.child.stdin.write(commands + "\nprintf '<done %s>' $?\n")
        self.child.stdin.flush()
        said, end = "", time.monotonic() + LIMIT
        while not (done := re.search(r"<done (\d+)>", said)):
            assert time.monotonic() < end, f"{commands} does not end:\n{said}"
            if select.select([self.ours], [], [], 1)[0]:
                said += os.read(self.ours, 65536).decode()
        return int(done[1]), said[: done.start()].replace("\r\n", "\n")

    def close(self):
        self.child.stdin.close()
        self.child.wait()
        os.close(self.ours)


class five_minutes(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="pm-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        platform, page = free_ports(2)
        build = os.path.dirname(os.path.dirname(os.path.abspath(program("PARTMARK"))))
        self.here = {"$PWD/build/dev": build, "/tmp/partmark-tour": str(self.folder / "tour"), "8083": platform, "9464": page}
        env = {k: v for k, v in os.environ.items() if not k.startswith("PARTMARK")} | {"NO_COLOR": "1", "TERM": "xterm"}
        self.shell = shell(self.folder, env)
        self.addCleanup(self.shell.close)
        self.addCleanup(self.shell.run, "kill $(jobs -p) 2>/dev/null; wait")

    def put_here(self, text):
        for there, here in self.here.items():
            text = text.replace(there, here)
        # The page's port is the default: the tour does not name it.
        return text.replace("control: {", f'status: {{ listen: "127.0.0.1:{self.here["9464"]}" }}\ncontrol: {{')

    def run_until(self, commands, shown):
        """Commands that only look are tried until they show it: the reader takes a moment, too."""
        pattern, end = shape(self.put_here(shown)), time.monotonic() + LIMIT
        while True:
            status, said = self.shell.run(commands)
            plain = "\n".join(line.rstrip() for line in said.strip("\n").splitlines())
            if status == 0 and re.fullmatch(pattern, plain):
                return
            if not LOOKS.fullmatch(commands) or time.monotonic() > end:
                self.fail(f"{commands}ended with {status} and printed\n{plain}\n--- the page shows\n{shown}")
            time.sleep(0.05)

    def test_every_command_prints_what_the_page_shows(self):
        steps = tour()
        self.assertGreater(len(steps), 10)
        for commands, shown in steps:
            if shown is not None:
                self.run_until(self.put_here(commands), shown)
                continue
            status, said = self.shell.run(self.put_here(commands))
            # 143: `wait` for what was just ended
            self.assertIn(status, (0, 143), f"{commands}: {said}")
        self.assertFalse((self.folder / "tour").exists(), "the tour clears up behind itself")
        self.assertEqual(self.shell.run("jobs -r")[1].strip(), "")


class the_page(unittest.TestCase):
    def test_every_link_and_picture_is_there(self):
        links = re.findall(r"\]\(([^)#:]+)\)", TEXT)
        self.assertGreater(len(links), 12)
        for link in links:
            self.assertTrue((source_root() / link).exists(), link)

    def test_every_command_is_named_here_or_in_the_reference_that_it_leads_to(self):
        said = subprocess.run([program("PARTMARK"), "--help"], capture_output=True, text=True, check=True).stdout
        commands = re.findall(r"^  ([a-z]+) {2,}", said.split("Subcommands:")[1].split("\n\n")[0], re.MULTILINE)
        for command in set(commands):
            self.assertRegex(TEXT + (source_root() / "docs/cli.md").read_text(), rf"`(partmark )?{command}\b")


if __name__ == "__main__":
    unittest.main()
