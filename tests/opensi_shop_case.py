"""OpenSi calls Odoo: envelopes written by hand, sent over real HTTP."""

import hashlib
from datetime import date
from xml.sax.saxutils import escape

from lxml import etree

from odoo.tests import HttpCase

from .opensi_case import OpensiCase

ENVELOPES = {
    "1.1": "http://schemas.xmlsoap.org/soap/envelope/",
    "1.2": "http://www.w3.org/2003/05/soap-envelope",
}
CONTENT_TYPES = {
    "1.1": "text/xml; charset=utf-8",
    "1.2": "application/soap+xml; charset=utf-8",
}
SERVICE, TYPES = "http://www.opensi.fr", "http://www.opensi.fr/xsd"
ADDED, KNOWN, UNKNOWN = "1002", "2001", "3002"
FIELDS = (
    "OrderNumber",
    "WebOrderNumber",
    "CommentId",
    "Comment",
    "CommentDate",
    "SendMail",
    "VisibleForCustomer",
)


def make_key(login, password):
    return hashlib.md5(f"{login}-{password}".encode(), usedforsecurity=False).hexdigest()


def record(order="", number="1", text="Parti ce soir", names=FIELDS, **changes):
    """The XML of one comment. `changes`: by field name; None leaves the field out."""
    values = {
        "OrderNumber": "CC26110001",
        "WebOrderNumber": order,
        "CommentId": number,
        "Comment": text,
        "CommentDate": date.today().isoformat(),
        "SendMail": "false",
        "VisibleForCustomer": "false",
        **changes,
    }
    shown = [(name, values[name]) for name in names if values[name] is not None]
    inside = "".join(f"<d:{name}>{escape(str(value))}</d:{name}>" for name, value in shown)
    return f"<s:Comment>{inside}</s:Comment>"


def envelope(body, key=None, version="1.1"):
    header = f"<s:Header><s:key>{key}</s:key></s:Header>" if key is not None else ""
    return (
        f'<e:Envelope xmlns:e="{ENVELOPES[version]}" xmlns:s="{SERVICE}" xmlns:d="{TYPES}">'
        f"<e:Header>{header}</e:Header><e:Body>{body}</e:Body></e:Envelope>"
    )


def results(answer):
    """[(key, code)] of the answer to setComments."""
    root = etree.fromstring(answer.content)
    return [
        (item.findtext(f"{{{TYPES}}}Key"), item.findtext(f"{{{TYPES}}}Code"))
        for item in root.iter(f"{{{SERVICE}}}return")
    ]


def fault(answer):
    """(SOAP version, sentence) of a fault."""
    root = etree.fromstring(answer.content)
    version = next(v for v, space in ENVELOPES.items() if root.tag == f"{{{space}}}Envelope")
    space = ENVELOPES[version]
    found = root.find(f"{{{space}}}Body/{{{space}}}Fault")
    assert found is not None, answer.text
    if version == "1.1":
        return version, found.findtext("faultstring")
    return version, found.findtext(f"{{{space}}}Reason/{{{space}}}Text")


class OpensiShopCase(HttpCase, OpensiCase):
    """`self.shop` is the account that is called, `self.order` an order of it."""

    def setUp(self):
        super().setUp()
        self.forget_calls()
        self.addCleanup(self.forget_calls)
        self.shop = self.make_shop_account()
        self.order = self.make_sale_order()

    def forget_calls(self):
        self.registry.__dict__.pop("_marketplace_call_limits", None)

    def get_key(self, account):
        return make_key(account.login, account.password)

    def set_comments(self, *records, account=None, **values):
        """One call of setComments; the answer. `values`: key, website_code, version, url."""
        account = account or self.shop
        code = values.pop("website_code", "main")
        body = (
            f"<s:setCommentsRequest><s:Website_Code>{code}</s:Website_Code>"
            f"{''.join(records)}</s:setCommentsRequest>"
        )
        return self.call(body, account, **values)

    def call(self, body, account=None, version="1.1", url=None, **values):
        """`values`: key (None: no header), headers."""
        account = account or self.shop
        key = values.get("key", self.get_key(account))
        content = envelope(body, key, version)
        headers = {"Content-Type": CONTENT_TYPES[version], **values.get("headers", {})}
        return self.post(content.encode(), url or account.web_service_url, headers)

    def post(self, content, url=None, headers=None):
        self.env.flush_all()
        answer = self.opener.post(
            url or self.shop.web_service_url,
            data=content,
            headers=headers or {"Content-Type": CONTENT_TYPES["1.1"]},
            timeout=300,
        )
        self.env.invalidate_all()
        return answer

    def get_comments(self, order=None, account=None):
        return self.env["sale.order.comment"].search(
            [
                ("order_id", "=", (order or self.order).id),
                ("account_id", "=", (account or self.shop).id),
            ],
            order="id",
        )

    def assertFault(self, answer, sentence, version="1.1", status=500):
        self.assertEqual(answer.status_code, status, answer.text)
        self.assertEqual(fault(answer)[0], version)
        self.assertIn(sentence, fault(answer)[1])
