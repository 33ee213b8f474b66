"""A remote made of plain sockets, for what no real service would do: each request is given to a function that answers as it likes."""

import socket
import struct
import threading

ACCEPTED = b'{"data":"success","success":true,"code":"200","errorMsg":null}'


def reply(status, body=b"", *headers):
    lines = [f"HTTP/1.1 {status} Whatever", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class request:
    def __init__(self, head, body):
        self.line, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = self.line.split(" ", 2)
        self.headers = {k.strip().lower(): v.strip() for k, v in (line.split(":", 1) for line in lines)}
        self.body = body


class raw_remote:
    """`answer(connection, request)` answers bytes to send, or sends itself and answers None. A raised OSError ends the connection."""

    def __init__(self, answer=lambda connection, asked: reply(200, ACCEPTED)):
        self.answer = answer
        self.requests = []
        self.connections = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def close(self):
        for s in [self.listener, *self.connections]:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            s.close()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            with connection:
                while asked := self.read(connection):
                    self.requests.append(asked)
                    said = self.answer(connection, asked)
                    if said is not None:
                        connection.sendall(said)
        except (OSError, ValueError):
            pass

    @staticmethod
    def read(connection):
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:
                return None
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        asked = request(head, body)
        wanted = int(asked.headers.get("content-length", "0"))
        while len(asked.body) < wanted:
            piece = connection.recv(65536)
            if not piece:
                return None
            asked.body += piece
        return asked


def wait_for_hang_up(connection):
    """Answers nothing until the client gives up."""
    while connection.recv(65536):
        pass


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
