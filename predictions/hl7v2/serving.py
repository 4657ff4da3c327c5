"""The MLLP server: a thread for each connection, its messages one after another, and an end that finishes what it began."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from ipaddress import ip_address

import structlog
from django.db import close_old_connections, connection

from clinical.models import EhrClient
from predictions.hl7v2.framing import BrokenFrameError, Frames, framed
from predictions.hl7v2.receiving import receive

MOST_CONNECTIONS = 32
IDLE_SECONDS = 600
_LOOK_SECONDS = 1.0  # how often a quiet line asks whether the server ends
_PORTION = 64 * 1024
log = structlog.get_logger(__name__)


class Line(socketserver.BaseRequestHandler):
    """One connection."""

    server: MllpServer
    request: socket.socket

    def handle(self) -> None:
        frames, quiet = Frames(), 0.0
        self.request.settimeout(_LOOK_SECONDS)
        try:
            while not self.server.is_ending.is_set() and quiet < IDLE_SECONDS:
                try:
                    portion = self.request.recv(_PORTION)
                except TimeoutError:
                    quiet += _LOOK_SECONDS
                    continue
                if not portion:
                    return
                quiet = 0.0
                for raw in frames.feed(portion):
                    self._answer(raw)
        except BrokenFrameError:
            log.warning("what came is no frame: the line is closed")
        except OSError as error:
            log.info("the line broke", error_type=type(error).__name__)
        finally:
            connection.close()

    def _answer(self, raw: bytes) -> None:
        close_old_connections()
        self.request.settimeout(IDLE_SECONDS)
        self.request.sendall(framed(receive(raw=raw, client=self.server.client)))
        self.request.settimeout(_LOOK_SECONDS)


class MllpServer(socketserver.ThreadingTCPServer):
    """For one sender."""

    allow_reuse_address = True
    daemon_threads = False

    def __init__(self, address: tuple[str, int], *, client: EhrClient, tls: ssl.SSLContext | None = None) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, Line)
        self.client, self._tls = client, tls
        self.is_ending = threading.Event()
        self._free = threading.BoundedSemaphore(MOST_CONNECTIONS)

    def verify_request(self, request: object, client_address: object) -> bool:
        """One line too many is closed at once: its sender tries again, and the others are served."""
        return self._free.acquire(blocking=False)

    def process_request_thread(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        try:
            # in the line's own thread: a handshake that never ends holds up nobody else
            request.settimeout(10)
            line = self._tls.wrap_socket(request, server_side=True) if self._tls else request
            super().process_request_thread(line, client_address)
        except (ssl.SSLError, OSError) as error:
            log.warning("no line was made", error_type=type(error).__name__)
            request.close()
        finally:
            self._free.release()

    def end(self) -> None:
        self.is_ending.set()
        threading.Thread(target=self.shutdown).start()  # it waits for the loop, which runs in the thread that was interrupted


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def tls_context(*, certificate: str, key: str, client_ca: str) -> ssl.SSLContext:
    """Only a sender that shows a certificate of `client_ca`, where one is named."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=client_ca or None)
    context.load_cert_chain(certificate, key)
    if client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
    return context
