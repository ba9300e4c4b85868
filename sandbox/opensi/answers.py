"""Answers of the shop, shaped as PHP's SOAP server and the module around it shape them."""

import re
from html import escape

from ..web import Answer
from ..xmlin import clean_text
from .const import DATA, ENVELOPES, OPENSI
from .reader import CALLER, MISMATCH, SHOP

PREFIXES = {"1.1": "SOAP-ENV", "1.2": "env"}
FAULT_CODES = {
    "1.1": {CALLER: "Client", SHOP: "Server", MISMATCH: "VersionMismatch"},
    "1.2": {CALLER: "Sender", SHOP: "Receiver", MISMATCH: "VersionMismatch"},
}
XML_TYPE = "text/xml; charset=UTF-8"
FAULT_TYPES = {"1.1": "text/xml; charset=utf-8", "1.2": "application/soap+xml; charset=utf-8"}
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def quoted(text):
    return escape(clean_text(text), quote=False)


def envelope(version, body, namespaces=""):
    prefix = PREFIXES[version]
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<{prefix}:Envelope '
        f'xmlns:{prefix}="{ENVELOPES[version]}"{namespaces}><{prefix}:Body>{body}'
        f"</{prefix}:Body></{prefix}:Envelope>\n"
    )


def stripped(text):
    """An answer without line feeds and other control characters, always as text/xml."""
    return Answer(CONTROL.sub("", text), 200, XML_TYPE)


def results(version, triples):
    """The answer to setComments from [(key, code, message)]."""
    if not triples:
        return stripped(envelope(version, "<ns1:setCommentsResponse/>", f' xmlns:ns1="{OPENSI}"'))
    body = "".join(
        f"<ns2:return><ns1:Key>{quoted(key)}</ns1:Key><ns1:Code>{quoted(code)}</ns1:Code>"
        f"<ns1:Message>{quoted(message)}</ns1:Message></ns2:return>"
        for key, code, message in triples
    )
    body = f"<ns2:setCommentsResponse>{body}</ns2:setCommentsResponse>"
    return stripped(envelope(version, body, f' xmlns:ns1="{DATA}" xmlns:ns2="{OPENSI}"'))


def value(version, operation, text):
    """The answer to getVersion and getDatetime."""
    body = f"<ns1:{operation}Response><ns1:return>{quoted(text)}</ns1:return>"
    body += f"</ns1:{operation}Response>"
    return stripped(envelope(version, body, f' xmlns:ns1="{OPENSI}"'))


def refusal(version, text, style):
    """The module says no. `style`: "original" (SOAP 1.2 with status 200, whoever asks) or "php"."""
    if style != "original":
        return fault(version, text, SHOP, with_detail=True)
    body = (
        "<env:Fault><env:Code><env:Value>ns1:server</env:Value></env:Code><env:Reason>"
        f"<env:Text>{quoted(text)}</env:Text></env:Reason><env:Detail><ns1:fault/></env:Detail>"
        "</env:Fault>"
    )
    return Answer(envelope("1.2", body, f' xmlns:ns1="{OPENSI}"'), 200, "text/xml")


def fault(version, text, blame, with_detail=False):
    """PHP's own fault: in the caller's version, with status 500."""
    code = f"{PREFIXES[version]}:{FAULT_CODES[version][blame]}"
    detail = "<ns1:fault/>" if with_detail else ""
    if version == "1.1":
        body = f"<faultcode>{code}</faultcode><faultstring>{quoted(text)}</faultstring>"
        body += detail and f"<detail>{detail}</detail>"
    else:
        body = f"<env:Code><env:Value>{code}</env:Value></env:Code>"
        body += f"<env:Reason><env:Text>{quoted(text)}</env:Text></env:Reason>"
        body += detail and f"<env:Detail>{detail}</env:Detail>"
    prefix = PREFIXES[version]
    body = f"<{prefix}:Fault>{body}</{prefix}:Fault>"
    namespaces = f' xmlns:ns1="{OPENSI}"' if detail else ""
    return Answer(envelope(version, body, namespaces), 500, FAULT_TYPES[version])
