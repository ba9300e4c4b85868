"""Golden requests of REST APIs: golden/<provider>/<name>.request.json."""

import base64
import json
from decimal import Decimal
from email.parser import BytesParser
from email.policy import HTTP

import golden_tools

IGNORED = {"host", "user-agent", "accept-encoding", "connection", "content-length", "authorization"}


def describe(request):
    """{"method", "path", "headers", "body"}: what matters of a request, JSON-able.

    The body is JSON (numbers as their digits), a text, or a list of the parts of a form.
    """
    headers = {
        name: value
        for name, value in sorted(request.headers.items())
        if name.lower() not in IGNORED
    }
    content_type = headers.get("Content-Type", "")
    if content_type.startswith("multipart/"):
        headers["Content-Type"] = "multipart/form-data"
        body = [_describe_part(part) for part in parse_form(content_type, request.body)]
    elif content_type == "application/json":
        body = _read(request.body)
    else:
        body = request.body.decode()
    return {"method": request.method, "path": request.path, "headers": headers, "body": body}


def parse_form(content_type, body):
    """The parts of a form, as email.message.Message."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    return BytesParser(policy=HTTP).parsebytes(head + body).get_payload()


def _describe_part(part):
    content = part.get_payload(decode=True)
    kind = part.get_content_type()
    body = _read(content) if kind == "application/json" else base64.b64encode(content).decode()
    return {"disposition": str(part["Content-Disposition"]), "type": kind, "body": body}


def _read(content):
    """Numbers with the digits that were sent: 10.50 is not 10.5 here."""
    return json.loads(content, parse_float=lambda digits: f"number {digits}", parse_int=int)


def assert_golden(request, provider, name):
    golden = golden_tools.read(provider, f"{name}.request.json")
    assert describe(request) == json.loads(golden, parse_float=Decimal)
