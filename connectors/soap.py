"""SOAP: zeep writes the requests from a WSDL that ships with the client, lxml reads the answers.

Answers are read by name and record by record, not with zeep's types: one bad date of one record
must not hide the other records (zeep logs it and gives None), unknown members of a newer schema
must not shift the known ones, and the raw XML of a bad record is kept.
"""

import functools
import re
import threading
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation

import zeep
import zeep.exceptions
import zeep.transports
from lxml import etree

from .errors import RefusedError, UnknownOutcomeError
from .transport import check_status, excerpt

ENVELOPE = "{http://schemas.xmlsoap.org/soap/envelope/}"
ENVELOPE_12 = "{http://www.w3.org/2003/05/soap-envelope}"
NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_load_lock = threading.Lock()


class SoapFault(UnknownOutcomeError):
    """A SOAP fault. Unless the client knows its code better, it may have been executed.

    `code`: local part of the fault code; `detail`: redacted fault text.
    """

    code = "fault"


class SoapService:
    """The operations of one service at one address.

    `http`: a transport.HttpSession; `wsdl`: path of the local WSDL; `binding`: its qualified name.
    """

    def __init__(self, http, wsdl, binding, address):
        self._http = http
        transport = _Transport(http)
        client = zeep.Client(load_wsdl(str(wsdl)), transport=transport, settings=_settings())
        self._operations = client.create_service(binding, address)
        self._transport = transport

    def call(self, operation, write=False, headers=None, **arguments):
        """The children of `<OperationResult>` as a Node; see `send`."""
        answer, wrapper = self._exchange(operation, write, headers, arguments)
        result = wrapper.child(f"{operation}Result")
        if result is None:
            raise _unreadable("it has no result", excerpt(answer, self._http.redact))
        return result

    def send(self, operation, write=False, headers=None, **arguments):
        """The children of `<OperationResponse>` as a Node.

        `write`: use a fresh connection; `headers`: {part: value} of the header elements that the
        WSDL names. Sent once in any case. Raises what the transport raises, SoapFault for a fault,
        UnknownOutcomeError for an answer that cannot be read, RefusedError for arguments that the
        WSDL does not know.
        """
        return self._exchange(operation, write, headers, arguments)[1]

    def _exchange(self, operation, write, headers, arguments):
        self._transport.fresh = write
        if headers:
            arguments = {**arguments, "_soapheaders": headers}
        try:
            answer = getattr(self._operations, operation)(**arguments)
        except (TypeError, ValueError, zeep.exceptions.Error) as error:
            # Raised while writing the envelope: what the HTTP session raises is of our own kinds.
            raise RefusedError(
                "The call cannot be written: a value has a form that the marketplace does not "
                "know. Nothing was sent.",
                "invalid_value",
                self._http.redact(str(error)),
            ) from None
        return answer, self._read(answer, operation)

    def _read(self, answer, operation):
        redact = self._http.redact
        # 400: how a fault of the caller may come in SOAP 1.2.
        if answer.is_html or answer.status not in (200, 400, 500):
            check_status(answer, redact)
        try:
            content = _find_content(_parse(answer.content))
        except ValueError as error:
            check_status(answer, redact)
            raise _unreadable(str(error), excerpt(answer, redact)) from None
        if content.tag == f"{ENVELOPE_12}Fault":
            raise _fault_12(Node(content), redact)
        if content.tag == f"{ENVELOPE}Fault" and answer.status != 400:
            raise _fault(Node(content), redact)
        check_status(answer, redact)
        if _local(content.tag) != f"{operation}Response":
            raise _unreadable("it belongs to another operation", excerpt(answer, redact))
        return Node(content)


class _Transport(zeep.transports.Transport):
    """Hands zeep's envelopes to our HttpSession. Loads local files only and logs no content."""

    def __init__(self, http=None):
        super().__init__()
        self._http = http
        self.fresh = False

    def load(self, url):
        if "://" in url:
            raise ValueError("A WSDL is never loaded over the network.")
        return super().load(url)

    def post_xml(self, address, envelope, headers):
        message = etree.tostring(envelope, encoding="utf-8", xml_declaration=True)
        return self._http.request(
            "POST", address, data=message, headers=dict(headers), fresh=self.fresh
        )


def _settings():
    # raw_response: zeep returns what post_xml gave.
    return zeep.Settings(raw_response=True, forbid_dtd=True, forbid_external=True)


@functools.cache
def _load(path):
    return zeep.Client(path, transport=_Transport(), settings=_settings()).wsdl


def load_wsdl(path):
    """The parsed WSDL, read once per process."""
    with _load_lock:
        return _load(path)


def parse_xml(content):
    """The root Node of XML bytes, without DTD, entities or network; ValueError otherwise."""
    return Node(_parse(content))


def _parse(content):
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    if not content.strip():
        raise ValueError("it is empty")
    # Before parsing, since libxml2 expands entities in attributes whatever it is told.
    if b"<!DOCTYPE" in re.split(rb"<[A-Za-z_]", content, maxsplit=1)[0]:
        raise ValueError("it has a document type declaration")
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        raise ValueError("it is not XML") from None
    if root.getroottree().docinfo.doctype:
        raise ValueError("it has a document type declaration")
    return root


def _find_content(root):
    """The one element of the body, in either version of SOAP: a server may answer in another
    version than it was asked in."""
    for version in (ENVELOPE, ENVELOPE_12):
        body = root.find(f"{version}Body")
        if root.tag == f"{version}Envelope" and body is not None and len(body) == 1:
            return body[0]
    raise ValueError("it is not a SOAP answer")


def _unreadable(why, detail):
    return UnknownOutcomeError(
        "The marketplace's answer cannot be read.", code="unreadable", detail=f"{why}: {detail}"
    )


def _fault(fault, redact):
    """SOAP 1.1 fault; the prefix of its code is a matter of taste and is dropped."""
    return _make_fault(fault.text("faultcode"), fault.text("faultstring"), redact)


def _fault_12(fault, redact):
    """SOAP 1.2 fault."""
    code, reason = fault.child("Code"), fault.child("Reason")
    return _make_fault(
        code.text("Value") if code else "", reason.text("Text") if reason else "", redact
    )


def _make_fault(code, text, redact):
    return SoapFault(
        "The marketplace's server reported an internal error.",
        code=code.rpartition(":")[2] or "fault",
        detail=redact(text)[:2000],
    )


def _local(tag):
    return tag.rpartition("}")[2]


class Node:
    """An XML element read by local names. A missing, an empty and a nil member are the same.

    Getters raise ValueError for a value of another type.
    """

    __slots__ = ("_children", "element")

    def __init__(self, element):
        self.element = element
        # A doubled member: the last one wins, as in most readers.
        self._children = {_local(child.tag): child for child in element}

    def __contains__(self, name):
        return name in self._children

    def content(self):
        """The element's own text."""
        return (self.element.text or "").strip()

    def raw(self):
        """The element as text, for a record that cannot be read."""
        return etree.tostring(self.element, encoding="unicode", with_tail=False)

    def child(self, name):
        """The member as a Node; None where it is missing or nil."""
        element = self._children.get(name)
        if element is None or element.get(NIL) in ("true", "1"):
            return None
        return Node(element)

    def children(self, name):
        """All members of this name as Nodes."""
        return [Node(child) for child in self.element if _local(child.tag) == name]

    def items(self, name, item):
        """Nodes called `item` inside the list called `name`; [] for every kind of empty list."""
        element = self._children.get(name)
        if element is None:
            return []
        return [Node(child) for child in element if _local(child.tag) == item]

    def text(self, name):
        """Stripped text, "" where there is none; line ends become plain line feeds."""
        element = self._children.get(name)
        if element is None or element.text is None:
            return ""
        return element.text.replace("\r\n", "\n").replace("\r", "\n").strip()

    def required(self, name):
        """Text that must be there."""
        text = self.text(name)
        if not text:
            raise ValueError(f"{name} is missing")
        return text

    def boolean(self, name):
        """True or False; None where it is missing."""
        text = self.text(name)
        values = {"true": True, "1": True, "false": False, "0": False, "": None}
        if text not in values:
            raise ValueError(f"{name} is not true or false: {text!r}")
        return values[text]

    def integer(self, name, default=0):
        text = self.text(name)
        return int(text) if text else default

    def decimal(self, name, default=Decimal(0)):
        """A finite Decimal."""
        text = self.text(name)
        if not text:
            return default
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise ValueError(f"{name} is not a number: {text!r}") from None
        if not value.is_finite():
            raise ValueError(f"{name} is not a number: {text!r}")
        return value

    def date(self, name, zone):
        """Naive UTC; None where it is missing or never set (year 1). `zone`: of local times."""
        text = self.text(name)
        return to_utc(text, zone) if text else None


def to_utc(text, zone):
    """Naive UTC of an xs:dateTime; None for the year 1, which .NET writes for "never".

    A time without zone is local. In the hour that exists twice (autumn) and in the one that does
    not exist (spring) the earlier reading is taken: no clock starts too late.
    """
    value = datetime.fromisoformat(_six_digits(text))
    if value.year == 1:
        return None
    if value.tzinfo:
        return value.astimezone(timezone.utc).replace(tzinfo=None)
    readings = (value.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    return min(reading.astimezone(timezone.utc) for reading in readings).replace(tzinfo=None)


def _six_digits(text):
    """Python 3.10 reads only three or six digits of a second, and no Z."""
    if text.endswith("Z"):
        text = text[:-1] + "+00:00"
    head, point, tail = text.partition(".")
    if not point:
        return text
    digits = tail[: len(tail) - len(tail.lstrip("0123456789"))]
    return f"{head}.{digits[:6].ljust(6, '0')}{tail[len(digits) :]}"
