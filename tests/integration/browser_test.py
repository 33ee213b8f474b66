"""The status page in a real browser: headless Chromium draws it light and dark, runs its script, and runs nobody else's.

PARTMARK_SCREENSHOTS=FOLDER keeps the pictures, as docs/images holds two of them.
"""

import http.server
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import threading
import unittest
import urllib.parse
import urllib.request

import status_world
from status_test import status_case
from support import eventually

CHROMIUM = shutil.which("chromium")


class counting_proxy(http.server.ThreadingHTTPServer):
    """The daemon behind a number: each page that goes through says the how manieth it is."""

    def __init__(self, port):
        self.pages = 0
        super().__init__(("127.0.0.1", 0), self.handler)
        self.daemon_port = port

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    class handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            with urllib.request.urlopen(f"http://127.0.0.1:{self.server.daemon_port}{self.path}", timeout=30) as reply:
                body, headers = reply.read(), reply.headers
            if self.path == "/":
                self.server.pages += 1
                body = body.replace(b"as of ", f"as of page {self.server.pages} ".encode())
            self.send_response(200)
            for name in ("Content-Type", "Content-Security-Policy", "X-Content-Type-Options"):
                self.send_header(name, headers[name])
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass


class browser(status_case):
    def build(self, hostile=True):
        self.can.stop()
        self.can = status_world.build(self.space, hostile)
        self.serve()
        eventually(lambda: self.space.settled() is not None, "all is accepted")
        status_world.later(self.space, self.can)
        eventually(lambda: self.space.read("status")["held_plans"] == 1, "the refusal is held")
        eventually(lambda: self.ask("/healthz")[0] == 503, "the endpoint at which nobody listens is in trouble")

    def chromium(self, *arguments):
        command = [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--hide-scrollbars"]
        command += [f"--user-data-dir={self.space.folder}/browser", "--virtual-time-budget=12000", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=self.space.folder)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def dom(self, path):
        return self.chromium("--dump-dom", self.url(path))

    def picture(self, name, path, scheme, size):
        folder = pathlib.Path(os.environ.get("PARTMARK_SCREENSHOTS", self.space.folder))
        file = folder / f"{name}.png"
        file.unlink(missing_ok=True)
        self.chromium(f"--window-size={size}", f"--blink-settings=preferredColorScheme={scheme}", f"--screenshot={file}", self.url(path))
        data = file.read_bytes()
        self.assertEqual(data[:8], b"\x89PNG\r\n\x1a\n")
        self.assertEqual(struct.unpack(">II", data[16:24]), tuple(int(n) for n in size.split(",")))
        return data

    def test_it_is_drawn_light_and_dark(self):
        self.build(hostile=False)
        plan = "/plan?id=" + status_world.uuid_of("returns")
        light = self.picture("status-light", "/", 1, "1280,1080")
        dark = self.picture("status-dark", plan, 0, "1280,1080")
        self.assertNotEqual(light, self.picture("status-other", "/", 0, "1280,1080"))
        for data in (light, dark):
            self.assertGreater(len(data), 40_000, "an empty page")

    def test_drift_is_seen_until_it_is_compared_again(self):
        self.build(hostile=False)
        u = status_world.uuid_of("returns")
        self.assertEqual(re.findall(r'<td class="(s [dm])" title="(\S+): ', self.dom(f"/plan?id={u}")),
                         [("s d", f"2026-09-{d:02}") for d in (8, 9, 10)] + [("s m", "2026-09-11")])
        self.can.clear_faults()
        self.assertEqual(self.space.partmark("drift", u, "--repair")[0], 1)
        eventually(lambda: self.ask(f"/plan?id={u}")[2].count('<td class="s m"') == 3, "what differed then is accepted again")
        self.assertEqual(self.space.partmark("drift", u)[0], 0)
        self.assertNotRegex(self.ask(f"/plan?id={u}")[2], r'<td class="s [dm]"')

    def test_its_script_keeps_it_live_and_the_policy_lets_it(self):
        self.build()
        with counting_proxy(self.port) as proxy:
            dom = self.chromium("--dump-dom", f"http://127.0.0.1:{proxy.server_port}/")
        self.assertGreater(proxy.pages, 1, "it asked again")
        shown = int(re.search(r"as of page (\d+) ", dom)[1])
        self.assertGreater(shown, 1, "and shows what it got")
        self.assertIn('role="status">live<', dom)

    def test_a_hostile_name_runs_nothing(self):
        self.build()
        for path in ("/", "/plan?id=" + urllib.parse.quote(status_world.HOSTILE, safe="")):
            dom = self.dom(path)
            self.assertEqual(dom.count("<script"), 1 + dom.count("<noscript><script"), path)
            self.assertIn("&lt;script&gt;alert", dom)


if __name__ == "__main__":
    if not CHROMIUM:
        print("skipped: chromium is not installed (script/bootstrap browser)")
        sys.exit(77)
    unittest.main()
