"""One OpenSi seller, steered through the control API and called through SOAP."""

import hashlib
import itertools
from html import escape

import requests
from lxml import etree

OPENSI = "http://www.opensi.fr"
DATA = "http://www.opensi.fr/xsd"
SOAP = {
    "1.1": "http://schemas.xmlsoap.org/soap/envelope/",
    "1.2": "http://www.w3.org/2003/05/soap-envelope",
}
ENVELOPE = (
    '<e:Envelope xmlns:e="{soap}" xmlns:o="http://www.opensi.fr" '
    'xmlns:x="http://www.opensi.fr/xsd" xmlns:i="http://www.w3.org/2001/XMLSchema-instance">'
    "<e:Header>{header}</e:Header><e:Body>{body}</e:Body></e:Envelope>"
)
_numbers = itertools.count(1)


def record(**values):
    """The XML of one comment; `values` replace fields, None leaves one out."""
    fields = {
        "OrderNumber": "CC26110001",
        "WebOrderNumber": "100000001",
        "CommentId": "5001",
        "Comment": "Votre colis est parti.",
        "CommentDate": "2026-11-22",
        "SendMail": "false",
        "VisibleForCustomer": "true",
        **values,
    }
    found = (f"<x:{n}>{escape(str(v))}</x:{n}>" for n, v in fields.items() if v is not None)
    return f"<o:Comment>{''.join(found)}</o:Comment>"


class OpensiWorld:
    def __init__(self, server, **spec):
        self.server = server
        self.login = f"opensi{next(_numbers)}"
        self.password = f"password-of-{self.login}"
        spec = {"platform": "opensi", "login": self.login, "password": self.password, **spec}
        server.control("POST", "sellers", spec)
        self.url = f"{server.url}/opensi/shop/{self.login}/"

    def control(self, method, path="", **body):
        return self.server.control(method, f"sellers/{self.login}/{path}".rstrip("/"), body)

    def state(self):
        return self.control("GET")

    def order(self, number="100000001", **spec):
        return self.control("POST", "orders", number=number, **spec)

    def comments(self, number="100000001"):
        return self.control("GET", f"orders/{number}")["comments"]

    def options(self, **options):
        return self.control("PATCH", options=options)

    def fault(self, fault, operation="setComments", **more):
        return self.control("POST", "faults", operation=operation, fault=fault, **more)

    def key(self):
        return hashlib.md5(f"{self.login}-{self.password}".encode()).hexdigest()

    def body(self, items, version="1.1", key=None, code="main", operation="setComments"):
        head = f"<o:Header><o:key>{key or self.key()}</o:key></o:Header>"
        body = (
            f"<o:Website_Code>{code}</o:Website_Code>{items}" if operation == "setComments" else ""
        )
        body = f"<o:{operation}Request>{body}</o:{operation}Request>"
        return ENVELOPE.format(soap=SOAP[version], header=head, body=body)

    def post(self, items="", content=None, timeout=10, **more):
        """The raw answer of one call."""
        data = content if content is not None else self.body(items, **more).encode()
        headers = {"Content-Type": "text/xml; charset=utf-8"}
        return requests.post(self.url, data=data, headers=headers, timeout=timeout)

    def call(self, *records, **more):
        """[(key, code, message)] of a call that must work."""
        answer = self.post("".join(records), **more)
        assert answer.status_code == 200, answer.text
        return results(answer)

    # The ERP

    def aim(self, url, **more):
        more = {"login": self.login, "password": self.password, **more}
        return self.control("POST", "erp/target", url=url, **more)

    def write(self, **spec):
        spec = {"web_order": "100000001", "text": "Votre colis est parti.", **spec}
        return self.control("POST", "erp/comments", **spec)

    def push(self, **more):
        return self.control("POST", "erp/push", **more)

    def erp(self):
        return self.control("GET", "erp")

    def states(self):
        return [comment["state"] for comment in self.erp()["comments"]]


def results(answer):
    root = etree.fromstring(answer.content)
    (response,) = root.iter(f"{{{OPENSI}}}setCommentsResponse")
    names = [f"{{{DATA}}}{name}" for name in ("Key", "Code", "Message")]
    return [
        tuple(one.findtext(name) for name in names)
        for one in response.findall(f"{{{OPENSI}}}return")
    ]


def fault_of(answer):
    """(version, text) of the SOAP fault in an answer."""
    root = etree.fromstring(answer.content)
    version = next(v for v, namespace in SOAP.items() if root.tag == f"{{{namespace}}}Envelope")
    (fault,) = root.iter(f"{{{SOAP[version]}}}Fault")
    text = fault.findtext("faultstring") or fault.findtext("{*}Reason/{*}Text")
    return version, text
