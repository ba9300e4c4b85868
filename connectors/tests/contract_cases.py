"""What every marketplace client must pass. Subclass `ClientContract` in test_<provider>.py."""

import logging
import time
import traceback
from urllib.parse import urlsplit

import pytest
from wire import (
    BOMB,
    HTML,
    Reply,
    Request,
    WireServer,
    closed_port,
    dripping,
    drop,
    endless,
    gzip_bomb,
    silent,
    truncated,
    truncated_gzip,
)

from connectors import base, errors
from connectors.transport import HttpSession, Limits

TIMEOUT = 0.3
MAX_BYTES = 200_000
PASSWORD = "p4ss-w0rd-s3cret"
# What can go wrong after the request has gone out: nobody knows whether it was executed.
DOUBTFUL = {
    "silent": silent,
    "dripping": dripping,
    "reset": drop,
    "truncated": truncated,
    "truncated gzip": truncated_gzip,
    "empty": Reply,
    "html": lambda: Reply(HTML, content_type="text/html"),
    "html 500": lambda: Reply(HTML, 500, "text/html"),
    "http 502": lambda: Reply(b"Bad gateway", 502, "text/plain"),
    "http 503": lambda: Reply(b"", 503),
    "http 500 empty": lambda: Reply(b"", 500),
    "http 408": lambda: Reply(b"", 408),
    "redirect": lambda: Reply(b"", 302, headers={"Location": "/elsewhere"}),
    "endless": endless,
    "huge": lambda: Reply(b" " * (MAX_BYTES + 1)),
    "gzip bomb": lambda: gzip_bomb(20),
    "entity bomb": lambda: Reply(BOMB),
    "nonsense": lambda: Reply(b"\x00\xff<<{{"),
    "other document": lambda: Reply(b"<x/>"),
}
# The server refused to look at the request.
NOT_SENT = {
    "http 404": lambda: Reply(b"Not found", 404),
    "http 403": lambda: Reply(HTML, 403, "text/html"),
    "http 429": lambda: Reply(b"", 429, headers={"Retry-After": "7"}),
}


class ClientContract:
    """Hooks: `client_class`, `make_client`, `is_login`, `login_reply`, `read`, `operations`."""

    client_class = base.Client
    operations = ()  # one of every kind that goes through `perform`
    secrets = (PASSWORD,)
    filtered = ()  # of NOT_SENT: answers of a server between, which may hide what was done

    def make_client(self, url, **options):
        """A client that talks to `url`; `options` go into the credentials' options."""
        raise NotImplementedError

    def is_login(self, request):
        """Whether a request only fetches a token."""
        return False

    def login_reply(self):
        """The Reply to a good login."""
        return Reply()

    def wrong_logins(self):
        """Replies that tell that login or password are wrong."""
        return [Reply(b"", 401)]

    def read(self, client):
        """Do one simple read."""
        raise NotImplementedError

    # Fixtures

    @pytest.fixture
    def server(self):
        with WireServer(self.is_login) as server:
            server.login = self.login_reply()
            yield server

    @pytest.fixture
    def client(self, server, monkeypatch):
        monkeypatch.setattr(HttpSession, "request", self.log_in_patiently(HttpSession.request))
        with self.make_client(server.url, timeout=TIMEOUT, max_bytes=MAX_BYTES) as client:
            yield client

    def log_in_patiently(self, genuine):
        """The short time-out is for the call that is tested: a busy machine may take longer to
        answer the one for the token before it."""

        def request(session, method, url, **options):
            short = session.limits
            if self.is_login(Request(method, urlsplit(url).path, {}, b"")):
                session.limits = Limits()
            try:
                return genuine(session, method, url, **options)
            finally:
                session.limits = short

        return request

    def assert_one_request(self, server):
        """Exactly one came; the server may note it later than the client gives up."""
        until = time.monotonic() + 5
        while not server.requests and time.monotonic() < until:
            time.sleep(0.01)
        assert len(server.requests) == 1

    def assert_no_secret(self, error, caplog):
        texts = [caplog.text, repr(error), str(vars(error)), str(error)]
        texts += traceback.format_exception(error)
        while error:
            texts += [repr(error), str(error.args)]
            error = error.__cause__ or error.__context__
        for secret in self.secrets:
            assert not any(secret in text for text in texts)

    # Cases

    @pytest.mark.parametrize("name", DOUBTFUL)
    def test_write_in_doubt(self, name, server, client, caplog):
        caplog.set_level(logging.DEBUG)
        for operation in self.operations:
            server.requests.clear()
            server.replies = [DOUBTFUL[name]()]
            with pytest.raises(errors.UnknownOutcomeError) as caught:
                client.perform(operation)
            self.assert_one_request(server)
            self.assert_no_secret(caught.value, caplog)

    @pytest.mark.parametrize("name", NOT_SENT)
    def test_write_not_sent(self, name, server, client, caplog):
        caplog.set_level(logging.DEBUG)
        for operation in self.operations:
            server.requests.clear()
            server.replies = [NOT_SENT[name]()]
            is_hidden = name in self.filtered
            kind = errors.UnknownOutcomeError if is_hidden else errors.NotSentError
            with pytest.raises(kind) as caught:
                client.perform(operation)
            assert len(server.requests) == 1
            if not is_hidden:
                assert caught.value.retry_after == (7 if name == "http 429" else None)
            self.assert_no_secret(caught.value, caplog)

    @pytest.mark.parametrize("name", {**DOUBTFUL, **NOT_SENT})
    def test_read_fails(self, name, server, client, caplog):
        caplog.set_level(logging.DEBUG)
        server.replies = [{**DOUBTFUL, **NOT_SENT}[name]()]
        with pytest.raises((errors.UnknownOutcomeError, errors.NotSentError)) as caught:
            self.read(client)
        self.assert_one_request(server)
        self.assert_no_secret(caught.value, caplog)

    def test_nobody_listens(self, caplog):
        caplog.set_level(logging.DEBUG)
        with self.make_client(closed_port(), timeout=TIMEOUT) as client:
            for operation in self.operations:
                with pytest.raises(errors.NotSentError) as caught:
                    client.perform(operation)
                self.assert_no_secret(caught.value, caplog)
            with pytest.raises(errors.NotSentError):
                self.read(client)

    def test_name_unknown(self):
        with self.make_client("http://nowhere.invalid", timeout=5) as client:
            with pytest.raises(errors.NotSentError):
                self.read(client)

    def test_no_tls(self, server, caplog):
        """A server that does not speak TLS: the request itself never left."""
        url = server.url.replace("http:", "https:")
        with self.make_client(url, timeout=TIMEOUT) as client:
            with pytest.raises(errors.NotSentError) as caught:
                self.read(client)
        self.assert_no_secret(caught.value, caplog)
        assert not server.requests and not server.logins

    def test_wrong_login(self, server, client, caplog):
        caplog.set_level(logging.DEBUG)
        for reply in self.wrong_logins():
            server.login = reply
            server.replies = [reply]
            for operation in self.operations:
                with pytest.raises(errors.LoginError) as caught:
                    client.perform(operation)
                self.assert_no_secret(caught.value, caplog)
            with pytest.raises(errors.LoginError):
                self.read(client)

    def test_credentials_hide_secrets(self):
        client = self.make_client("http://127.0.0.1:9")
        for secret in self.secrets:
            assert secret not in repr(client.credentials)

    def test_every_capability_is_declared_or_explained(self):
        client = self.client_class
        assert client.capabilities <= set(base.CAPABILITIES)
        assert not client.capabilities & set(client.cannot)
        assert client.capabilities | set(client.cannot) == set(base.CAPABILITIES)
        assert all(text.endswith(".") for text in client.cannot.values())

    def test_declarations(self):
        client = self.client_class
        assert client.provider and client.label
        assert client.reply_channel in (base.BY_API, base.BY_RELAY_MAIL)
        assert len({stream.key for stream in client.streams}) == len(client.streams)
        assert {stream.records for stream in client.streams} <= {"case", "order", "comment"}
        for usage in {reason.usage for reason in client.reasons}:
            defaults = [r for r in client.reasons if r.usage == usage and r.is_default]
            assert len(defaults) == 1

    def test_operations_follow_capabilities(self):
        client = self.client_class
        needs = {
            base.Reply: base.REPLY,
            base.Refund: base.REFUND_LINES,
            base.Gesture: base.GESTURE,
            base.RefuseLines: base.REFUSE_LINES,
            base.Close: base.CLOSE,
            base.ResolveIncident: base.RESOLVE_INCIDENT,
            base.Comments: base.COMMENT,
        }
        performed = {type(operation) for operation in self.operations}
        declared = {cls for cls, need in needs.items() if need in client.capabilities}
        if client.reply_channel == base.BY_RELAY_MAIL:
            declared.discard(base.Reply)
        assert performed == declared

    def test_undeclared_operations_are_refused(self, client):
        performed = {operation.kind for operation in self.operations}
        for kind, cls in base.OPERATION_TYPES.items():
            if kind not in performed:
                with pytest.raises(errors.NotSupportedError):
                    client.perform(cls(reference="x"))
