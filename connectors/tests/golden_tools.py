"""Golden requests and answers: golden/<provider>/<name>.{request,response}.xml."""

from pathlib import Path

from lxml import etree

FOLDER = Path(__file__).parent / "golden"


def read(provider, name):
    return (FOLDER / provider / name).read_bytes()


def canonical(element):
    """(name with namespace, attributes, text, children): all but prefixes and blanks."""
    return (
        element.tag,
        sorted(element.attrib.items()),
        (element.text or "").strip(),
        [canonical(child) for child in element],
    )


def soap_body(content):
    """The first child of the SOAP body."""
    parser = etree.XMLParser(remove_comments=True, remove_blank_text=True)
    return etree.fromstring(content, parser).find(
        "{http://schemas.xmlsoap.org/soap/envelope/}Body"
    )[0]


def pretty(element):
    """Bytes to store as a golden file."""
    element = etree.fromstring(etree.tostring(element))
    etree.cleanup_namespaces(element)
    return etree.tostring(element, pretty_print=True, encoding="utf-8")


def assert_same(content, golden):
    """The body of a sent envelope is the golden element, member order included."""
    assert canonical(soap_body(content)) == canonical(
        etree.fromstring(golden, etree.XMLParser(remove_blank_text=True, remove_comments=True))
    )
