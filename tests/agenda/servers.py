"""A mail server and a web server on this machine that keep what they get."""

import email
import email.policy
import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Mail(socketserver.ThreadingTCPServer):
    """Speaks SMTP; refuses addresses that begin with ``nobody``."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.got: list[tuple[str, EmailMessage]] = []

    @property
    def url(self) -> str:
        return f"mailto://127.0.0.1:{self.server_address[1]}?from=minsheng@example.cn"

    def text(self, number: int) -> str:
        return self.got[number][1].get_body(("plain",)).get_content()

    def subjects(self) -> list[tuple[str, str]]:
        return [(to, message["subject"]) for to, message in self.got]


class _Session(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.say("220 here")
        to = ""
        while line := self.rfile.readline().decode().strip():
            match line[:4].upper():
                case "RCPT" if "<nobody" in line:
                    self.say("550 no such user")
                case "RCPT":
                    to = line.partition("<")[2].partition(">")[0]
                    self.say("250 good")
                case "DATA":
                    self.say("354 go on")
                    content = b"".join(iter(self.rfile.readline, b".\r\n"))
                    self.server.got.append((to, email.message_from_bytes(content, policy=email.policy.default)))
                    self.say("250 kept")
                case "QUIT":
                    self.say("221 bye")
                    return
                case _:
                    self.say("250 good")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class Web(ThreadingHTTPServer):
    """Keeps what is posted, and answers with ``status``."""

    status = 200

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.got: list[tuple[str, dict]] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Request(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["content-length"]))
        if self.server.status == 200:
            self.server.got.append((self.path, json.loads(content)))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Nothing."""


@contextmanager
def served(server: socketserver.TCPServer) -> Iterator[socketserver.TCPServer]:
    """Let a server answer in a thread of its own."""
    with server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
