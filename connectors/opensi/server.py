"""The shop's side of the web service: reading OpenSi's calls and writing the answers, no more.

Who may call, which orders there are and what is stored is the caller's business.
"""

import codecs
import re
from dataclasses import dataclass, field
from email.message import Message
from functools import cached_property

from lxml import etree

from .. import soap
from . import const
from .items import read_item
from .service import WSDL

ENVELOPES = {
    "1.1": "http://schemas.xmlsoap.org/soap/envelope/",
    "1.2": "http://www.w3.org/2003/05/soap-envelope",
}
CONTENT_TYPES = {
    "1.1": "text/xml; charset=utf-8",
    "1.2": "application/soap+xml; charset=utf-8",
}
# Encodings in which no markup can hide.
_ENCODINGS = ("utf-8", "utf-16", "ascii", "iso8859-1", "iso8859-15", "cp1252")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARATION = re.compile(r"<\?xml\s[^>]*\?>")
_ENCODING = re.compile(r"""\sencoding\s*=\s*["']([^"']*)""")
# What may stand before the first element, but a document type.
_PROLOG = re.compile(r"(?:\s+|<\?.*?\?>|<!--.*?-->)*", re.DOTALL)
# No sign of control in an answer, line feeds included, as in the original.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")
_SERVICE, _TYPES = f"{{{const.SERVICE}}}", f"{{{const.TYPES}}}"


class BadCall(Exception):
    """A fault of the caller. `version`: the SOAP version to answer in."""

    def __init__(self, message, version="1.1"):
        super().__init__(message)
        self.message = message
        self.version = version


@dataclass(frozen=True)
class Call:
    """One call. `operation`: of const.OPERATIONS; `key`: as sent, a secret; `website_code`: ""
    for the probes, which name none; `wrapper`: its element, None for no comments."""

    version: str
    operation: str
    key: str = field(repr=False)
    website_code: str = ""
    wrapper: object = field(default=None, repr=False, compare=False)

    @cached_property
    def items(self):
        """The Items in the order of the request: read only for whoever is let in."""
        found = () if self.wrapper is None else self.wrapper.iterfind(f"{_SERVICE}Comment")
        return tuple(map(read_item, found))


@dataclass(frozen=True)
class Written:
    """An answer, ready to be sent."""

    status: int
    content_type: str
    content: bytes = field(repr=False)


# Reading --------------------------------------------------------------------------------------


def parse(content, content_type=""):
    """The Call in the bytes of a request; raises BadCall for what is none.

    `content_type`: of the request; its charset counts where the XML names none.
    """
    if len(content) > const.MAX_CALL_BYTES:
        raise BadCall("The request is too large.")
    # Before it is parsed: no element without this sign.
    if content.count(b"<") > const.MAX_CALL_MARKS:
        raise BadCall("The request has too many elements.")
    try:
        root = soap.parse_xml(_decode(content, content_type).encode()).element
    except ValueError as error:
        raise BadCall(f"The request cannot be read: {error}.") from None
    for version, namespace in ENVELOPES.items():
        if root.tag == f"{{{namespace}}}Envelope":
            return _read_envelope(root, version, f"{{{namespace}}}")
    raise BadCall("The request is no SOAP envelope.")


def _read_envelope(root, version, namespace):
    body = root.find(f"{namespace}Body")
    if body is None or len(body) != 1:
        raise BadCall("The request has no body with one operation.", version)
    wrapper = body[0]
    operation = wrapper.tag.removeprefix(_SERVICE).removesuffix("Request")
    if operation not in const.OPERATIONS or wrapper.tag != f"{_SERVICE}{operation}Request":
        raise BadCall("The operation is not known here.", version)
    key = root.findtext(f"{namespace}Header/{_SERVICE}Header/{_SERVICE}key", "")
    return Call(
        version,
        operation,
        key.strip(),
        wrapper.findtext(f"{_SERVICE}Website_Code", "").strip(),
        wrapper,
    )


def _decode(content, content_type):
    """The text without its XML declaration; ValueError where it cannot be read safely."""
    marked = next((name for bom, name in _BOMS if content.startswith(bom)), "")
    declaration = _DECLARATION.match(content[:200].decode("latin-1"))
    declared = declaration and _ENCODING.search(declaration[0])
    encoding = marked or (declared and declared[1]) or _get_charset(content_type) or "utf-8"
    try:
        name = codecs.lookup(encoding).name
        if name not in (*_ENCODINGS, "utf-8-sig"):
            raise ValueError("its encoding is not supported")
        text = content.decode(name)
    except (LookupError, UnicodeError):
        raise ValueError("its encoding is wrong") from None
    declaration = _DECLARATION.match(text)
    text = text[declaration.end() :] if declaration else text
    if text.startswith("<!", _PROLOG.match(text).end()):
        raise ValueError("it has a document type declaration")
    return text


def _get_charset(content_type):
    header = Message()
    header["Content-Type"] = " ".join((content_type or "").split())
    return str(header.get_param("charset", "") or "")


# Writing --------------------------------------------------------------------------------------


def write_results(call, results, original_style=False):
    """The answer to setComments. `results`: (key, code, message) for each item, in its order;
    `original_style`: in the original module's content type."""
    envelope, wrapper = _start_answer(call)
    for values in results:
        result = etree.SubElement(wrapper, f"{_SERVICE}return")
        for name, value in zip(("Key", "Code", "Message"), values, strict=True):
            etree.SubElement(result, _TYPES + name).text = _clean(value)
    return _write(envelope, "1.1" if original_style else call.version)


def write_value(call, text, original_style=False):
    """The answer to getVersion or getDatetime: one text."""
    envelope, wrapper = _start_answer(call)
    etree.SubElement(wrapper, f"{_SERVICE}return").text = _clean(text)
    return _write(envelope, "1.1" if original_style else call.version)


def write_fault(version, message, original_style=False, by_caller=True):
    """A fault in the caller's version, HTTP 500; `original_style`: SOAP 1.2 with HTTP 200,
    whatever the caller speaks; `by_caller`: whether the fault is his or ours."""
    content_version = "1.2" if original_style else version
    envelope, body = _start(content_version)
    namespace = f"{{{ENVELOPES[content_version]}}}"
    fault = etree.SubElement(body, f"{namespace}Fault")
    if content_version == "1.2":
        code = etree.SubElement(etree.SubElement(fault, f"{namespace}Code"), f"{namespace}Value")
        blame = "env:Sender" if by_caller else "env:Receiver"
        code.text = "open:server" if original_style else blame
        reason = etree.SubElement(fault, f"{namespace}Reason")
        text = etree.SubElement(reason, f"{namespace}Text")
        text.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
        text.text = _clean(message)
        detail = etree.SubElement(fault, f"{namespace}Detail")
    else:
        blame = "env:Client" if by_caller else "env:Server"
        etree.SubElement(fault, "faultcode").text = blame
        etree.SubElement(fault, "faultstring").text = _clean(message)
        detail = etree.SubElement(fault, "detail")
    etree.SubElement(detail, f"{_SERVICE}fault")
    if original_style:
        return _write(envelope, "1.1")
    return _write(envelope, version, 500)


def write_wsdl(address):
    """Our WSDL with the address at which it is served."""
    root = etree.parse(str(WSDL)).getroot()
    for port in root.iter("{http://schemas.xmlsoap.org/wsdl/}port"):
        port[0].set("location", address)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _start(version):
    """(envelope, body) with all prefixes in the root: a fault's code is a prefixed name."""
    namespace = ENVELOPES[version]
    prefixes = {"env": namespace, "open": const.SERVICE, "data": const.TYPES}
    envelope = etree.Element(f"{{{namespace}}}Envelope", nsmap=prefixes)
    return envelope, etree.SubElement(envelope, f"{{{namespace}}}Body")


def _start_answer(call):
    envelope, body = _start(call.version)
    return envelope, etree.SubElement(body, f"{_SERVICE}{call.operation}Response")


def _write(envelope, content_version, status=200):
    content = etree.tostring(envelope, encoding="utf-8", xml_declaration=True)
    return Written(status, CONTENT_TYPES[content_version], content)


def _clean(text):
    return _CONTROL.sub(" ", str(text or "")).strip()
