"""Receivers on this machine that do what a hospital's would: a webhook that checks signatures, and a mail server."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from mlops.notifications.webhook import key_of


@dataclass
class Webhook:
    """Takes what one of its keys signed; `answer` is what it says to that."""

    key: str
    answer: int = 204
    address: str = ""
    bodies: list[bytes] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    refused: int = 0

    def accepts(self, headers: dict[str, str], body: bytes) -> bool:
        content = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
        expected = "v1," + base64.b64encode(hmac.new(key_of(self.key), content, hashlib.sha256).digest()).decode()
        return any(hmac.compare_digest(expected, signature) for signature in headers["webhook-signature"].split())


@contextlib.contextmanager
def webhook(key: str, *, answer: int = 204) -> Iterator[Webhook]:
    kept = Webhook(key, answer)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_ours = kept.accepts({name.lower(): value for name, value in self.headers.items()}, body)
            kept.refused += not is_ours
            if is_ours:
                kept.bodies.append(body)
                kept.ids.append(self.headers["webhook-id"])
            self.send_response(kept.answer if is_ours else 401)
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            """Nothing."""

    with _served(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        kept.address = f"http://127.0.0.1:{port}/hook"
        yield kept


@dataclass
class MailServer:
    """Says yes to everything but to addresses at nowhere.test."""

    port: int = 0
    messages: list[str] = field(default_factory=list)


@contextlib.contextmanager
def mail_server() -> Iterator[MailServer]:
    kept = MailServer()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 here")
            while line := self.rfile.readline().decode().strip():
                verb = line[:4].upper()
                if verb == "DATA":
                    self._say("354 go on")
                    kept.messages.append(self._read())
                if verb == "QUIT":
                    return self._say("221 bye")
                self._say("550 unknown" if verb == "RCPT" and "nowhere.test" in line else "250 ok")
            return None

        def _read(self) -> str:
            lines = []
            while (line := self.rfile.readline().decode()) != ".\r\n":
                lines.append(line)
            return "".join(lines)

        def _say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    with _served(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as port:
        kept.port = port
        yield kept


@contextlib.contextmanager
def _served(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
