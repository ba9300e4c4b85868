"""HTTP: answers, hang-ups and a threaded server with keep-alive on werkzeug."""

import http
import json
import logging
import os
import socket
import struct

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.wrappers import Request as WerkzeugRequest

_logger = logging.getLogger(__name__)
MAX_BODY = 64 * 1024 * 1024  # bytes of a request; a Mirakl message may have 30 MB


class Problem(Exception):
    """A refusal of the control API: HTTP status and a sentence."""

    def __init__(self, status, text):
        super().__init__(text)
        self.status = status
        self.text = text


class HangUp(Exception):
    """Leave the caller without an answer: close the connection, or reset it."""

    def __init__(self, reset=False):
        super().__init__("reset" if reset else "close")
        self.reset = reset


class Request(WerkzeugRequest):
    max_content_length = MAX_BODY
    max_form_memory_size = MAX_BODY

    @property
    def base(self):
        """scheme://host:port as the caller wrote it."""
        return f"{self.scheme}://{self.host}"

    @property
    def is_foreign(self):
        """True when a browser says that a page of another site sends this."""
        return self.headers.get("Origin", self.base) != self.base


class Answer:
    """Status, type and body (bytes, or an iterable of bytes that is sent in chunks).

    cut      send only so many bytes of the body while announcing all, then close
    """

    def __init__(
        self, body=b"", status=200, content_type="text/plain; charset=utf-8", headers=None, cut=None
    ):
        self.body = body.encode() if isinstance(body, str) else body
        self.status = status
        self.content_type = content_type
        self.headers = headers or {}
        self.cut = cut

    @classmethod
    def json(cls, value, status=200):
        text = json.dumps(value, ensure_ascii=False, default=str)
        return cls(text, status, "application/json; charset=utf-8")

    @classmethod
    def html(cls, text, status=200):
        return cls(text, status, "text/html; charset=utf-8", {"Cache-Control": "no-store"})


class Handler(WSGIRequestHandler):
    """One connection: many requests, unless something was cut."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120  # seconds an idle connection is kept

    def version_string(self):
        return "Microsoft-IIS/8.5"

    def log_request(self, code="-", size="-"):
        _logger.debug("%s %s %s", self.command, self.path, code)

    def run_wsgi(self):
        """werkzeug's name for "handle one request"; `server.app` is `Request -> Answer`."""
        self.close_connection = self._wants_close()
        try:
            self._send(self.server.app(self._request()))
        except HangUp as hang_up:
            self._hang_up(hang_up.reset)
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    def _wants_close(self):
        wish = self.headers.get("Connection", "").lower()
        return wish == "close" or (self.request_version < "HTTP/1.1" and wish != "keep-alive")

    def _request(self):
        request = Request(self.make_environ())
        if (request.content_length or 0) > MAX_BODY:
            self.close_connection = True
        else:
            request.get_data(cache=True)  # all of it: the next request follows in the stream
        return request

    def _send(self, answer):
        streamed = not isinstance(answer.body, bytes)
        headers = {"Content-Type": answer.content_type, **answer.headers}
        headers["Server"] = self.version_string()
        headers["Date"] = self.date_time_string()
        if streamed:
            headers["Transfer-Encoding"] = "chunked"
        else:
            headers["Content-Length"] = str(len(answer.body))
        if answer.cut is not None:
            self.close_connection = True
        elif self.close_connection:
            headers["Connection"] = "close"
        phrase = http.HTTPStatus(answer.status).phrase
        head = f"HTTP/1.1 {answer.status} {phrase}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
        self.log_request(answer.status)
        if streamed:
            self._send_chunks(head.encode("latin-1"), answer.body)
        else:
            body = b"" if self.command == "HEAD" else answer.body[: answer.cut]
            self.wfile.write(head.encode("latin-1") + body)

    def _send_chunks(self, head, chunks):
        self.wfile.write(head)
        for chunk in chunks:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
        self.wfile.write(b"0\r\n\r\n")

    def _hang_up(self, reset):
        self.close_connection = True
        if not reset:
            return
        # Linger 0 makes close() send RST; detach() keeps socketserver from a polite FIN first.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.connection.detach())


class Server(ThreadedWSGIServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, host, port, app):
        super().__init__(host, port, app, handler=Handler)

    def shutdown_request(self, request):
        if request.fileno() == -1:  # reset by `_hang_up`
            return
        super().shutdown_request(request)
