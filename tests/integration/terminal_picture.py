"""Draws docs/images/terminal.png: `partmark show` of a plan of status_world on a terminal, by Chromium. By hand, when the strip changes:

    PARTMARKD=… PARTMARK=… CAN_SIMULATOR=… python3 -B tests/integration/terminal_picture.py docs/images/terminal.png
"""

import html
import os
import pty
import re
import subprocess
import sys

import status_world
from support import eventually, program, workspace

COLOURS = {"1": "font-weight:bold", "2": "color:#8b949e", "30": "color:#0d1117", "31": "color:#ff7b72", "32": "color:#56d364", "33": "color:#e3b341",
           "37": "color:#b1bac4", "97": "color:#ffffff", "41": "background:#b62324", "42": "background:#2ea043", "43": "background:#d29922",
           "47": "background:#b1bac4"}  # fmt: skip
PAGE = "<body style='margin:0;background:#0d1117'><pre style='margin:0;padding:18px 22px;color:#e6edf3;font:15px/1.35 DejaVu Sans Mono'>"


def on_a_terminal(*command):
    ours, theirs = pty.openpty()
    child = subprocess.Popen(command, stdout=theirs, stderr=theirs, env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"})
    os.close(theirs)
    said = b""
    try:
        while chunk := os.read(ours, 65536):
            said += chunk
    except OSError:  # the terminal's way of saying that nobody writes any more
        pass
    child.wait()
    os.close(ours)
    return said.decode().replace("\r\n", "\n")


def to_html(text):
    out = PAGE
    for part in re.split(r"(\x1b\[[0-9;]*m)", text):
        if found := re.fullmatch(r"\x1b\[([0-9;]*)m", part):
            style = ";".join(COLOURS[code] for code in found[1].split(";") if code in COLOURS)
            out += f"</span><span style='{style}'>"
        else:
            out += html.escape(part)
    return out


def main(target):
    space = workspace()
    try:
        can = status_world.build(space, hostile=False)
        space.started_daemon()
        eventually(space.settled, "all is accepted")
        status_world.later(space, can)
        eventually(lambda: space.read("status")["held_plans"] > 0, "something is held")
        plan = status_world.uuid_of("returns")
        text = "\x1b[2m$\x1b[0m partmark show returns\n"
        shown = on_a_terminal(program("PARTMARK"), "--config", str(space.config_path), "show", plan).strip("\n").splitlines()
        calendar = [i for i, line in enumerate(shown) if re.match(r"\d{4}-\d\d  ", line)]
        legend = [i for i, line in enumerate(shown) if " held: " in line and "!" in line]
        text += "\n".join(shown[:3] + shown[calendar[-6] : legend[0] + 1])
        page = space.folder / "picture.html"
        page.write_text(to_html(text))
        height = 36 + 21 * (text.count("\n") + 1)
        subprocess.run(["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size=760,{height}",
                        f"--screenshot={target}", page.as_uri()], check=True, capture_output=True)  # fmt: skip
    finally:
        space.close()


if __name__ == "__main__":
    main(os.path.abspath(sys.argv[1]))
