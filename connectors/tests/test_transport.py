"""HTTP and XML: limits, error codes, redaction, dates."""

import gzip
import threading
import time
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from contract_cases import DOUBTFUL, MAX_BYTES
from wire import BOMB, Reply, WireServer, closed_port, drop

from connectors import errors, soap, transport
from connectors.cdiscount import service

PARIS = ZoneInfo("Europe/Paris")
CODES = {
    "silent": "timeout",
    "dripping": "timeout",
    "reset": "network",
    "truncated": "network",
    "truncated gzip": "unreadable",
    "endless": "too_big",
    "huge": "too_big",
    "gzip bomb": "too_big",
}


@pytest.fixture
def server():
    with WireServer() as server:
        yield server


@pytest.fixture
def http():
    session = transport.HttpSession(limits=transport.Limits(1, 0.4, MAX_BYTES))
    yield session
    session.close()


@pytest.mark.parametrize(("name", "code"), CODES.items())
def test_codes(name, code, server, http):
    server.replies = [DOUBTFUL[name]()]
    started = time.monotonic()
    with pytest.raises(errors.UnknownOutcomeError) as caught:
        http.request("POST", server.url, data=b"x")
    assert caught.value.code == code
    # The deadline is hard: bytes that drip in do not move it.
    assert time.monotonic() - started < 1


@pytest.mark.parametrize(
    "url", [closed_port(), "http://nowhere.invalid", "nonsense", "ftp://x/", "http://[::1"]
)
def test_not_sent(url, http):
    with pytest.raises(errors.NotSentError):
        http.request("POST", url, data=b"x")


def test_gzip_is_read(server, http):
    body = b"<x/>" * 100
    server.replies = [Reply(gzip.compress(body), headers={"Content-Encoding": "gzip"})]
    assert http.request("GET", server.url).content == body


def test_other_encodings_are_refused(server, http):
    server.replies = [Reply(b"x", headers={"Content-Encoding": "gzip, gzip"})]
    with pytest.raises(errors.UnknownOutcomeError):
        http.request("GET", server.url)


def test_session_goes_on_after_a_failure(server, http):
    server.replies = [drop(), Reply(b"<x/>")]
    with pytest.raises(errors.UnknownOutcomeError):
        http.request("POST", server.url)
    assert http.request("POST", server.url).content == b"<x/>"


def test_login_of_any_letters(server, http):
    server.replies = [Reply()]
    http.request("GET", server.url, auth=("ré", "mot de passe €"))
    assert server.requests[0].headers["Authorization"].startswith("Basic ")
    assert "€" not in http.redact("mot de passe €")


def test_redactor():
    redact = transport.Redactor("s3cret", "")
    redact.add("other-secret")
    text = "s3cret, other-secret, Basic c2hvcDpzZWNyZXQ=, 0123456789abcdef0123456789abcdef"
    assert redact(text) == "***, ***, Basic ***, ***"
    assert redact("nothing to hide") == "nothing to hide"
    assert "s3cret" not in repr(redact)


@pytest.mark.parametrize(
    ("value", "seconds"), [("7", 7), ("999999999", 86400), ("Wed, 21 Oct 2026 07:28:00 GMT", None)]
)
def test_retry_after(value, seconds):
    assert transport.retry_after(transport.Answer(429, b"", {"retry-after": value})) == seconds


def test_host_of():
    assert transport.host_of("https://user:pw@example.com:8443/a?token=x") == "example.com:8443"
    assert transport.host_of("nonsense") == "?"


# XML


@pytest.mark.parametrize(
    "content",
    [
        BOMB,
        b"",
        b"  ",
        b"<x",
        b"text",
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd"><x/>',
        b'<!--<a--><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x><x/>'.encode("utf-16"),
        b"<x>" * 1000,
    ],
)
def test_hostile_xml(content):
    with pytest.raises(ValueError):
        soap.parse_xml(content)


def test_node():
    node = soap.parse_xml(
        b'<r xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><a> x&#xD;\ny </a>'
        b'<n i:nil="true"/>'
        b"<e/><t>true</t><d>1.50</d><bad>NaN</bad><l><s>1</s><o/><s>2</s></l><i>7</i></r>"
    )
    assert node.text("a") == "x\ny"
    assert node.text("n") == node.text("e") == node.text("missing") == ""
    assert node.child("n") is None and node.child("missing") is None
    assert "n" in node and "missing" not in node
    assert node.boolean("t") is True and node.boolean("e") is None
    assert node.decimal("d") == Decimal("1.50") and node.decimal("e") == 0
    assert [item.content() for item in node.items("l", "s")] == ["1", "2"]
    assert node.items("n", "s") == node.items("missing", "s") == []
    assert node.integer("i") == 7 and node.integer("e") == 0
    for getter, name in (
        (node.decimal, "bad"),
        (node.decimal, "a"),
        (node.boolean, "d"),
        (node.integer, "d"),
        (node.required, "e"),
    ):
        with pytest.raises(ValueError):
            getter(name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-15T10:00:00", datetime(2024, 1, 15, 9)),
        ("2024-07-15T10:00:00.1", datetime(2024, 7, 15, 8, 0, 0, 100000)),
        ("2024-07-15T10:00:00.1234567", datetime(2024, 7, 15, 8, 0, 0, 123456)),
        ("2024-07-15T10:00:00Z", datetime(2024, 7, 15, 10)),
        ("2024-07-15T10:00:00.12+04:00", datetime(2024, 7, 15, 6, 0, 0, 120000)),
        ("0001-01-01T00:00:00", None),
        # The hour that exists twice, and the one that does not: the earlier reading.
        ("2023-10-29T02:30:00", datetime(2023, 10, 29, 0, 30)),
        ("2023-10-29T03:00:00", datetime(2023, 10, 29, 2)),
        ("2024-03-31T02:30:00", datetime(2024, 3, 31, 0, 30)),
    ],
)
def test_to_utc(text, expected):
    assert soap.to_utc(text, PARIS) == expected


@pytest.mark.parametrize("text", ["", "yesterday", "2024-13-01T00:00:00"])
def test_to_utc_of_nonsense(text):
    with pytest.raises(ValueError):
        soap.to_utc(text, PARIS)


def test_wsdl_is_read_once_by_many_threads():
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(soap.load_wsdl(str(service.WSDL))))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len({id(wsdl) for wsdl in found}) == 1


def test_a_wsdl_is_never_loaded_over_the_network():
    with pytest.raises(ValueError):
        soap.load_wsdl("http://127.0.0.1:1/?wsdl")
