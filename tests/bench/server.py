"""A small HTTP server in a thread of its own that accepts every call and notes when its first bytes came."""

import contextlib
import selectors
import socket
import threading
import time

from support import ACCEPTED

REPLY = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(ACCEPTED)}\r\n\r\n{ACCEPTED}".encode()


class counting_server:
    def __enter__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.calls, self.came, self.about = 0, 0.0, None
        self.news = threading.Condition()
        self.over = False
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.over = True
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port)).close()

    def after(self, act, limit=30, about=None):
        """Seconds from the beginning of `act` until the next call's bytes; `about`: until the next call that holds these."""
        with self.news:
            seen, self.about = self.calls, about
        start = time.monotonic()
        act()
        with self.news:
            if not self.news.wait_for(lambda: self.calls > seen, limit):
                raise RuntimeError("no call came")
            return self.came - start

    def _serve(self):
        looking = selectors.DefaultSelector()
        looking.register(self.listener, selectors.EVENT_READ)
        rest = {}
        while not self.over:
            for key, _ in looking.select():
                now = time.monotonic()
                if key.fileobj is self.listener:
                    link, _ = self.listener.accept()
                    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    looking.register(link, selectors.EVENT_READ)
                    rest[link] = b""
                    continue
                link = key.fileobj
                with contextlib.suppress(OSError):
                    data = link.recv(65536)
                    if data:
                        rest[link] = self._answer(link, rest[link] + data, now)
                        continue
                looking.unregister(link)
                link.close()

    def _answer(self, link, data, now):
        while (end := data.find(b"\r\n\r\n")) >= 0:
            head = data[:end].lower()
            at = head.find(b"content-length:")
            length = int(head[at + 15:].split(b"\r\n")[0]) if at >= 0 else 0
            if len(data) < end + 4 + length:
                break
            call, data = data[: end + 4 + length], data[end + 4 + length:]
            link.sendall(REPLY)
            with self.news:
                if self.about and self.about not in call:
                    continue
                self.calls += 1
                self.came = now
                self.news.notify_all()
        return data
