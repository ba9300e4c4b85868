"""Reading XML from outside: no DTD, no entities, no network."""

from lxml import etree


class BadXml(ValueError):
    """Not well-formed, or with a document type."""


def parse(data):
    """bytes -> root element. Raises BadXml."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        huge_tree=False,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadXml(str(error)) from error
    if root.getroottree().docinfo.doctype:
        raise BadXml("a document type is not accepted")
    return root


def clean_text(text):
    """Drop what XML 1.0 cannot carry (control characters, lone surrogates)."""
    return "".join(c for c in str(text) if _allowed(ord(c)))


def _allowed(code):
    return (
        code in (9, 10, 13) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000
    )
