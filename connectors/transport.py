"""HTTP with hard time-outs, size caps, redaction and one error mapping for every client.

`HttpSession.request` is the one seam for remote calls. What decides the error is whether the
request can have been executed: nothing written to the socket -> NotSentError, anything else ->
UnknownOutcomeError. It never repeats a call and follows no redirect.
"""

import base64
import http.client
import logging
import re
import socket
import threading
import time
import zlib
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from .errors import LoginError, NotSentError, UnknownOutcomeError

_logger = logging.getLogger(__name__)

# ValueError: addresses and headers that no library expected.
NETWORK_ERRORS = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    ValueError,
)
CONNECT_SECONDS = 10
TOTAL_SECONDS = 60
MAX_BYTES = 32 * 1024 * 1024
CHUNK = 64 * 1024
MAX_DETAIL = 2000
# Longest pause that a server may ask for: a day.
MAX_RETRY_AFTER = 86400


@dataclass(frozen=True)
class Limits:
    """Seconds to connect, seconds for the whole call, bytes of a decoded answer."""

    connect: float = CONNECT_SECONDS
    total: float = TOTAL_SECONDS
    max_bytes: int = MAX_BYTES

    @classmethod
    def from_options(cls, options):
        """Limits from the options `timeout` (seconds) and `max_bytes` of an account."""
        return cls(
            total=float(options.get("timeout") or TOTAL_SECONDS),
            max_bytes=int(options.get("max_bytes") or MAX_BYTES),
        )


class Redactor:
    """Replaces secrets in texts that people or logs may see."""

    def __init__(self, *secrets):
        self._secrets = set()
        for secret in secrets:
            self.add(secret)

    def __repr__(self):
        return "Redactor()"

    def add(self, secret):
        """Hide this text too, from now on. Texts under four characters would hide too much."""
        if secret and len(secret) > 3:
            self._secrets.add(secret)

    def __call__(self, text):
        for secret in sorted(self._secrets, key=len, reverse=True):
            text = text.replace(secret, "***")
        # "Authorization: Basic …" and GUID-like tokens that we have not been told of.
        text = re.sub(r"(?i)\b(basic|bearer)\s+[A-Za-z0-9+/=._-]{6,}", r"\1 ***", text)
        return re.sub(r"\b(?=\w*\d)[0-9A-Za-z]{32}\b", "***", text)


@dataclass(frozen=True)
class Answer:
    """An HTTP answer that was read completely. `content`: decoded bytes."""

    status: int
    content: bytes = field(repr=False)
    headers: dict = field(default_factory=dict, repr=False)

    @property
    def is_html(self):
        """Whether a web page came instead of data, whatever the content type says."""
        head = self.content[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        return head.startswith((b"<!doctype html", b"<html"))


class _Watch:
    """What the connection of the running call tells: its socket, and whether anything was sent."""

    def __init__(self):
        self.sock = None
        self.connecting = False
        self.sent = False
        self.expired = False

    def restart(self):
        self.__init__()

    def expire(self):
        """Called by a timer at the deadline: wakes a blocked read or write."""
        self.expired = True
        if self.sock is not None:
            try:
                # Not `self.sock.shutdown`: TLS sockets change their state there.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)
            except OSError:
                _logger.debug("The socket was closed before its deadline.")


def _watched(connection_class, watch):
    """A connection class that reports to `watch`."""

    class WatchedConnection(connection_class):
        def connect(self):
            # A proxy's CONNECT goes through `send` too, and is not our request yet.
            watch.connecting = True
            super().connect()
            watch.connecting = False

        def send(self, data):
            if self.sock is None:
                self.connect()
            if watch.expired:
                raise TimeoutError("deadline")
            watch.sock = self.sock
            watch.sent = watch.sent or not watch.connecting
            return super().send(data)

    return WatchedConnection


def _watched_pools(watch):
    class HttpPool(HTTPConnectionPool):
        ConnectionCls = _watched(HTTPConnection, watch)

    class HttpsPool(HTTPSConnectionPool):
        ConnectionCls = _watched(HTTPSConnection, watch)

    return {"http": HttpPool, "https": HttpsPool}


class _Adapter(HTTPAdapter):
    """requests' adapter with watched connections and a connect time-out of its own."""

    def __init__(self, watch, connect_seconds):
        self._pools = _watched_pools(watch)
        self._connect_seconds = connect_seconds
        super().__init__(max_retries=0)

    def init_poolmanager(self, *args, **kwargs):
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args, **kwargs):
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = self._pools
        return manager

    def send(self, request, timeout=None, **kwargs):
        connect = min(self._connect_seconds, timeout) if timeout else self._connect_seconds
        timeout = urllib3.Timeout(connect=connect, read=timeout)
        return super().send(request, timeout=timeout, **kwargs)

    def drop_idle(self):
        """Close kept connections, so that a write does not meet one that just died."""
        self.poolmanager.clear()
        for manager in self.proxy_manager.values():
            manager.clear()


class HttpSession:
    """One account's HTTP session. `redact`: its Redactor; `limits`: its Limits.

    Not for use by several threads at once.
    """

    def __init__(self, redact=None, limits=None):
        self.redact = redact or Redactor()
        self.limits = limits or Limits()
        self._watch = _Watch()
        self._adapter = _Adapter(self._watch, self.limits.connect)
        self._session = requests.Session()
        self._session.headers.update(
            {"User-Agent": "marketplace_helpdesk", "Accept-Encoding": "gzip"}
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, self._adapter)

    def close(self):
        self._session.close()

    def request(self, method, url, *, data=None, headers=None, auth=None, fresh=False):
        """One call, sent at most once; returns an Answer for any HTTP status.

        `auth`: (login, password) for HTTP Basic; `fresh`: use a new connection (writes).
        Raises NotSentError (nothing was sent) or UnknownOutcomeError (code: timeout, network,
        too_big or unreadable).
        """
        if auth:
            self._hide_auth(auth)
            # As bytes: requests would encode texts as latin-1 and fail on other letters.
            auth = tuple(part.encode() for part in auth)
        if fresh:
            self._adapter.drop_idle()
        watch, started = self._watch, time.monotonic()
        watch.restart()
        timer = threading.Timer(self.limits.total, watch.expire)
        timer.daemon = True
        timer.start()
        try:
            answer = self._exchange(method, url, data, headers, auth)
        except NETWORK_ERRORS as error:
            raise self._map_error(error) from None
        finally:
            timer.cancel()
        seconds = time.monotonic() - started
        if watch.expired:
            raise self._timeout_error("")
        _logger.debug(
            "%s %s: HTTP %s, %s bytes, %.2f s",
            method,
            host_of(url),
            answer.status,
            len(answer.content),
            seconds,
        )
        return answer

    def _hide_auth(self, auth):
        login, password = auth
        self.redact.add(password)
        self.redact.add(base64.b64encode(f"{login}:{password}".encode()).decode())

    def _exchange(self, method, url, data, headers, auth):
        with self._session.request(
            method,
            url,
            data=data,
            headers=headers,
            # Without one, requests would take a login of ~/.netrc and drop our header for it.
            auth=auth or _no_login,
            # One number: Odoo's test runner knows no pairs. The adapter splits it.
            timeout=self.limits.total,
            stream=True,
            allow_redirects=False,
        ) as response:
            content = _read_capped(response, self.limits.max_bytes)
            return Answer(response.status_code, content, dict(response.headers))

    def _map_error(self, error):
        detail = self.redact(str(error))[:MAX_DETAIL]
        # An unusable address never left this machine either.
        if not self._watch.sent and isinstance(error, requests.exceptions.SSLError):
            return NotSentError(
                "No encrypted connection (TLS) could be made: nothing was sent. Check the address "
                "and its port: there may be no https there, or no valid certificate.",
                code="no_connection",
                detail=detail,
            )
        if not self._watch.sent:
            return NotSentError(
                "The marketplace's server cannot be reached: nothing was sent. Check the address "
                "and the network; it is tried again later.",
                code="no_connection",
                detail=detail,
            )
        if self._watch.expired or _is_timeout(error):
            return self._timeout_error(detail)
        return UnknownOutcomeError(
            "The connection broke before the whole answer was here.",
            code="network",
            detail=detail,
        )

    def _timeout_error(self, detail):
        return UnknownOutcomeError(
            "No complete answer came in time.",
            code="timeout",
            detail=detail or f"after {self.limits.total:g} seconds",
        )


def _is_timeout(error):
    """requests hides some time-outs of the socket in a ConnectionError."""
    timeouts = (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)
    reasons = (error, *error.args, *getattr(error.args[0] if error.args else None, "args", ()))
    return any(isinstance(reason, timeouts) for reason in reasons)


def _no_login(request):
    return request


def host_of(url):
    """Host and port of an address: the only part of it that logs and messages show."""
    try:
        parts = urlsplit(url)
        return f"{parts.hostname or '?'}:{parts.port}" if parts.port else parts.hostname or "?"
    except ValueError:
        return "?"


def _read_capped(response, max_bytes):
    """The decoded body, refused while streaming when it grows over `max_bytes`.

    Decoded here and not by urllib3: one small compressed block may hold gigabytes.
    """
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip"):
        raise UnknownOutcomeError(
            "The answer is compressed in a way that was not asked for.", code="unreadable"
        )
    inflate = zlib.decompressobj(wbits=31) if encoding == "gzip" else None
    parts, size, received = [], 0, 0
    for chunk in response.raw.stream(CHUNK, decode_content=False):
        received += len(chunk)
        piece = _inflate(inflate, chunk, max_bytes - size + 1) if inflate else chunk
        parts.append(piece)
        size += len(piece)
        if size > max_bytes:
            raise UnknownOutcomeError(
                "The answer is too large and was not read.",
                code="too_big",
                detail=f"over {max_bytes} bytes",
            )
    # urllib3 before 2.0 does not compare.
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and received < int(announced):
        raise requests.ConnectionError("The answer is shorter than announced.")
    if inflate and parts and not inflate.eof:
        raise UnknownOutcomeError("The compressed answer is cut off.", code="unreadable")
    return b"".join(parts)


def _inflate(inflate, chunk, room):
    try:
        return inflate.decompress(chunk, room)
    except zlib.error:
        raise UnknownOutcomeError("The compressed answer is damaged.", code="unreadable") from None


def check_status(answer, redact, expected=(200,)):
    """Raise for an HTTP status outside `expected`.

    401 -> LoginError; other 4xx but 408 -> NotSentError, since the server refused to look at the
    request; everything else -> UnknownOutcomeError.
    """
    status = answer.status
    if status in expected:
        return
    detail = excerpt(answer, redact)
    code = f"http_{status}"
    if status == 401:
        raise LoginError("The marketplace refused the login.", code, detail)
    if status == 429:
        raise NotSentError(
            "Too many calls: the marketplace asks to wait.",
            "quota",
            detail,
            retry_after=retry_after(answer),
        )
    if 400 <= status < 500 and status != 408:
        raise NotSentError(
            "The marketplace's server refused the call. Check the address of the account, and "
            "whether this server's IP address is allowed there.",
            code,
            detail,
            retry_after=retry_after(answer),
        )
    raise UnknownOutcomeError("The marketplace's server has a problem.", code, detail)


def retry_after(answer):
    """Seconds of the Retry-After header, None where it is absent or a date."""
    for name, value in answer.headers.items():
        if name.lower() == "retry-after" and value.strip().isdigit():
            return min(int(value), MAX_RETRY_AFTER)
    return None


def excerpt(answer, redact):
    """The beginning of an answer as redacted text, for `ConnectorError.detail`."""
    text = answer.content[: MAX_DETAIL * 2].decode("utf-8", "replace")
    return redact(text)[:MAX_DETAIL]
