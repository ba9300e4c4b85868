"""Reading calls as PHP's SOAP server does: by full name, in any order, forgiving."""

import re
from dataclasses import dataclass

from ..xmlin import BadXml, parse
from .const import DATA, OPENSI, OPERATIONS, VERSIONS, XSI

ENCODING = "SOAP-ERROR: Encoding: Violation of encoding rules"
NUMERIC = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
# Who is to blame for a fault.
CALLER, SHOP, MISMATCH = "caller", "shop", "mismatch"


class Unreadable(Exception):
    """Becomes PHP's own fault; without a known version it is one of SOAP 1.2."""

    def __init__(self, text, version="1.2", blame=CALLER):
        super().__init__(text)
        self.version = version
        self.blame = blame


@dataclass(frozen=True)
class Received:
    """One comment as it came. What is missing is empty; `number` "" = none was given."""

    own_order: str = ""
    web_order: str = ""
    number: str = ""
    text: str = ""
    date: str = ""
    mail: bool = False
    visible: bool = False


@dataclass(frozen=True)
class Call:
    version: str
    operation: str
    key: str
    website_code: str
    comments: tuple


def read(data):
    """bytes -> Call. Raises Unreadable."""
    try:
        root = parse(data)
    except BadXml as problem:
        if "document type" in str(problem):
            raise Unreadable("DTD are not supported by SOAP", blame=SHOP) from problem
        raise Unreadable("Bad Request") from problem
    namespace, _, name = root.tag[1:].partition("}")
    if namespace not in VERSIONS or name != "Envelope":
        raise Unreadable("Wrong Version", blame=MISMATCH)
    version = VERSIONS[namespace]
    try:
        return _read_envelope(root, namespace, version)
    except ValueError:
        raise Unreadable(ENCODING, version, SHOP) from None


def _read_envelope(root, namespace, version):
    element = next(iter(root.findall(f"{{{namespace}}}Body/*")), None)
    if element is None:
        raise Unreadable('looks like we got "Body" without function call', version)
    operation = element.tag.removeprefix(f"{{{OPENSI}}}").removesuffix("Request")
    if element.tag != f"{{{OPENSI}}}{operation}Request" or operation not in OPERATIONS:
        name = element.tag.rpartition("}")[2]
        raise Unreadable(f"Procedure '{name}' not present", version, SHOP)
    key = root.find(f"{{{namespace}}}Header/{{{OPENSI}}}Header/{{{OPENSI}}}key")
    return Call(
        version,
        operation,
        _text(key),
        _text(element.find(f"{{{OPENSI}}}Website_Code")),
        tuple(_comment(child) for child in element.findall(f"{{{OPENSI}}}Comment")),
    )


def _comment(element):
    def text(name):
        return _text(element.find(f"{{{DATA}}}{name}"))

    return Received(
        text("OrderNumber"),
        text("WebOrderNumber"),
        _number(text("CommentId")),
        text("Comment"),
        text("CommentDate"),
        _flag(text("SendMail")),
        _flag(text("VisibleForCustomer")),
    )


def _text(element):
    """Raises ValueError where the text has elements in it."""
    if element is None or element.get(f"{{{XSI}}}nil") in ("true", "1"):
        return ""
    if len(element):
        raise ValueError
    return element.text or ""


def _number(text):
    """PHP takes what looks like a number, beyond 32 bits too. Raises ValueError."""
    text = text.strip()
    if not text:
        return ""
    if not NUMERIC.fullmatch(text):
        raise ValueError
    try:
        return str(int(text))
    except ValueError:
        return str(int(min(float(text), 1e30)))


def _flag(text):
    """A word that is neither yes nor no is a yes, as for PHP."""
    return text.strip().lower() not in ("", "false", "f", "0")
