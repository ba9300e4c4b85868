"""Writing answers: dicts {member: value} -> the text that WCF would send.

Every member of a type is written in order. None -> `i:nil="true"`; "" and [] -> an empty
element; members marked as recent are left out when the dict has no such key; any other
missing key is a bug and raises KeyError.
"""

from decimal import Decimal
from functools import cache

from .types import NAMESPACES, XSI, array_item, kind, members

CDS, CM, MAIL = NAMESPACES["CDS"], NAMESPACES["CM"], NAMESPACES["MAIL"]
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_ESCAPES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;", ord("\r"): "&#xD;"}


def escape(text):
    """Text content as .NET writes it: a carriage return survives as a reference."""
    return text.translate(_ESCAPES)


def date_text(moment):
    """Local time without zone, trailing zeros of the fraction dropped."""
    return moment.isoformat(timespec="milliseconds").rstrip("0").rstrip(".")


def decimal_text(number):
    """Plain notation without superfluous zeros."""
    text = f"{Decimal(number):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _text_of(key):
    if key == "xs:dateTime":
        return date_text
    if key == "xs:decimal":
        return decimal_text
    if key == "xs:boolean":
        return lambda value: "true" if value else "false"
    if key in ("xs:int", "xs:long", "xs:short"):
        return str
    if kind(key) == "list":
        return " ".join
    return escape


class _Tag:
    """The four forms of one element."""

    def __init__(self, name, prefix):
        declare = f' xmlns="{CM}"' if prefix == "CM" else ""
        name = f"a:{name}" if prefix == "MAIL" else name
        self.open = f"<{name}{declare}>"
        self.close = f"</{name}>"
        self.empty = f"<{name}{declare}/>"
        self.nil = f'<{name}{declare} i:nil="true"/>'


@cache
def _value_writer(key):
    """key -> function(value, append) that writes the inside; returns nothing."""
    what = kind(key)
    if what == "complex":
        return _complex_writer(key)
    if what == "array":
        return _array_writer(key)
    text_of = _text_of(key)
    return lambda value, append: append(text_of(value))


@cache
def _element_writer(name, prefix, key):
    tag = _Tag(name, prefix)
    scalar = kind(key) not in ("complex", "array")
    inside = None  # looked up late: types may contain themselves

    def write(value, append):
        nonlocal inside
        if value is None:
            return append(tag.nil)
        if value == "" or value == []:
            return append(tag.empty)
        if inside is None:
            inside = _text_of(key) if scalar else _value_writer(key)
        if scalar:
            return append(tag.open + inside(value) + tag.close)
        append(tag.open)
        inside(value, append)
        return append(tag.close)

    return write


def _complex_writer(key):
    plan = [(m.name, m.recent, _element_writer(m.name, m.prefix, m.type)) for m in members(key)]

    def write(value, append):
        for name, recent, write_member in plan:
            if recent and name not in value:
                continue
            write_member(value[name], append)

    return write


def _array_writer(key):
    item = array_item(key)
    write_item = _element_writer(item.name, key.partition(":")[0], item.type)

    def write(values, append):
        for value in values:
            write_item(value, append)

    return write


def envelope(inside):
    """SOAP envelope with the prefix that the real service uses."""
    return f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{inside}</s:Body></s:Envelope>'


def response(operation, key, value):
    """The whole answer of an operation as text."""
    parts = []
    _value_writer(key)(value, parts.append)
    mail = f' xmlns:a="{MAIL}"' if key.startswith("MAIL:") else ""
    return envelope(
        f'<{operation}Response xmlns="{CDS}">'
        f'<{operation}Result{mail} xmlns:i="{XSI}">{"".join(parts)}</{operation}Result>'
        f"</{operation}Response>"
    )


def fault(code, text, namespace=None):
    """A SOAP 1.1 fault; `namespace` declares prefix `a` for WCF's own codes."""
    declare = f' xmlns:a="{namespace}"' if namespace else ""
    return envelope(
        f"<s:Fault><faultcode{declare}>{code}</faultcode>"
        f'<faultstring xml:lang="fr-FR">{escape(text)}</faultstring></s:Fault>'
    )
