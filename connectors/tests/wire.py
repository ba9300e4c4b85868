"""A tiny HTTP server that answers as told, well or badly, and keeps what it was asked.

with WireServer() as server:
    server.replies = [Reply(b"..."), drop()]     # one for each request, the last one stays
"""

import gzip
import socket
import struct
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

XML = "text/xml; charset=utf-8"
HTML = b"<!DOCTYPE html><html><body>Are you a robot? <b>&eacute;</b></body></html>"
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b"]><x>&j;</x>"
)


@dataclass
class Request:
    """One request as it came in."""

    method: str
    path: str
    headers: dict
    body: bytes = field(repr=False)
    port: int = 0  # of the client's end


@dataclass
class Reply:
    """`send`: a function that writes to the handler itself, for broken answers."""

    body: bytes = b""
    status: int = 200
    content_type: str = XML
    headers: dict = field(default_factory=dict)
    send: object = None


def drop():
    """The connection is reset after the request was read."""

    def send(handler):
        linger = struct.pack("ii", 1, 0)
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        handler.close_connection = True
        # The socket lives as long as a file of it does.
        handler.rfile.close()
        handler.connection.close()

    return Reply(send=send)


def truncated(body=b"<x/>"):
    """Less comes than the length promises."""
    return Reply(body, headers={"Content-Length": str(len(body) + 1000)})


def truncated_gzip(body=b"<x/>" * 1000):
    return Reply(gzip.compress(body)[:-20], headers={"Content-Encoding": "gzip"})


def gzip_bomb(megabytes):
    return Reply(
        gzip.compress(b" " * megabytes * 1024 * 1024), headers={"Content-Encoding": "gzip"}
    )


def endless():
    """Chunks for ever, as fast as they are read."""

    def send(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", XML)
        handler.end_headers()
        handler.connection.settimeout(5)
        try:
            while True:
                handler.wfile.write(b" " * 65536)
        except OSError:
            handler.close_connection = True

    return Reply(send=send)


def silent(seconds=30):
    """Nothing comes."""

    def send(handler):
        handler.server.wire.wait(seconds)
        handler.close_connection = True

    return Reply(send=send)


def dripping(seconds=30):
    """One byte of a header now and then, so that no single read times out."""

    def send(handler):
        until = time.monotonic() + seconds
        handler.close_connection = True
        try:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while time.monotonic() < until and not handler.server.wire.wait(0.05):
                handler.wfile.write(b"x")
        except OSError:
            return

    return Reply(send=send)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.answer()

    def do_POST(self):
        self.answer()

    def do_PUT(self):
        self.answer()

    def do_DELETE(self):
        self.answer()

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, self.path, dict(self.headers), body, self.client_address[1])
        reply = self.server.wire.choose(request)
        if reply.send:
            reply.send(self)
            return
        self.send_response(reply.status)
        headers = {
            "Content-Type": reply.content_type,
            "Content-Length": str(len(reply.body)),
            **reply.headers,
        }
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)
        if int(headers["Content-Length"]) != len(reply.body):
            self.close_connection = True

    def log_message(self, format, *args):
        """Quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Clients that go away, and sockets that `drop` closed, are part of the play."""


class WireServer:
    """`replies`: for every request but logins; `login`: Reply for requests that `is_login`."""

    def __init__(self, is_login=lambda request: False):
        self.is_login = is_login
        self.login = Reply()
        self.replies = []
        self.requests = []
        self.logins = []
        self._stopping = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.wire = self
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self):
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        return self

    def __exit__(self, *exc):
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()

    def wait(self, seconds):
        """Sleep unless the server stops; True if it does."""
        return self._stopping.wait(seconds)

    def choose(self, request):
        if self.is_login(request):
            self.logins.append(request)
            return self.login
        self.requests.append(request)
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


def closed_port():
    """An address where nobody listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{sock.getsockname()[1]}"
