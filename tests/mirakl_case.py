"""What tests of Mirakl share: an account of the sandbox operator, and its wire."""

import re
from contextlib import contextmanager
from unittest.mock import patch
from urllib.parse import urlsplit

from ..connectors.transport import HttpSession
from .out_case import OutCase
from .sandbox_api import URL, MiraklSeller

# Mirakl's names of the calls that tests meddle with.
CALLS = {
    "A01": ("GET", r"/api/account"),
    "A21": ("GET", r"/api/account/statistics"),
    "RE01": ("GET", r"/api/reasons"),
    "OR11": ("GET", r"/api/orders"),
    "OR28": ("PUT", r"/api/orders/refund"),
    "OR29": ("PUT", r"/api/orders/[^/]+/cancel"),
    "OR30": ("PUT", r"/api/orders/cancel"),
    "OR43": ("POST", r"/api/orders/[^/]+/threads"),
    "OR64": ("PUT", r"/api/orders/[^/]+/lines/[^/]+/resolve_incident"),
    "M10": ("GET", r"/api/inbox/threads/[^/]+"),
    "M11": ("GET", r"/api/inbox/threads"),
    "M12": ("POST", r"/api/inbox/threads/[^/]+/message"),
    "M13": ("GET", r"/api/inbox/threads/[^/]+/download"),
    "M14": ("POST", r"/api/inbox/threads"),
}


class MiraklCase(OutCase):
    """`self.account` is an enabled Mirakl account of `self.seller`, whose key may do everything."""

    seller_class = MiraklSeller

    def _make_account(self, seller, company=None, team=None, **values):
        account = self.env["marketplace.account"].create(
            {
                "name": seller.login,
                "provider": "mirakl",
                "company_id": (company or self.company).id,
                "team_id": (team or self.team).id,
                "password_input": seller.password,
                "service_url": f"{URL}/mirakl",
                "order_policy": "create",
                "shipping_product_id": self.shipping.id,
                **values,
            }
        )
        account.action_enable()
        return account

    def make_order(self, **values):
        """A shipped order of two lines at the operator, the first with shipping charges."""
        values.setdefault("state", "SHIPPED")
        lines = [self.line("REF-1", 49.9, shipping=4.0), self.line("REF-2", 25.8)]
        values.setdefault("lines", lines)
        return self.seller.order(**values)

    def line(self, sku, price, shipping=0.0, **values):
        """`price`: of one unit."""
        return {
            "sku": sku,
            "name": f"Product {sku}",
            "quantity": 1,
            "price": price,
            "shipping": shipping,
            **values,
        }

    def make_thread(self, order=None, text="Hallo, die Lampe ist zerbrochen.", **values):
        """A thread at the operator; without an order it is one with the operator."""
        if order:
            values["order_number"] = order["number"]
        values.setdefault("sender", "customer" if order else "operator")
        return self.seller.thread(text=text, **values)

    def make_case(self, order=None, **values):
        """A thread about an order, read by Odoo."""
        thread = self.make_thread(order or self.make_order(), **values)
        self.turn(pull=True)
        return self.get_case(thread)

    def make_incident(self, order=None, **values):
        """An order with an incident, read by Odoo; returns the incident's case."""
        order = order or self.make_order()
        self.seller.open_incident(order["number"], **values)
        self.turn(pull=True)
        return self.get_incidents(order)[-1:]

    def get_incidents(self, order):
        """The incident cases of an order at the operator, the oldest first."""
        return self.env["marketplace.case"].search(
            [("order_ref", "=", order["number"]), ("kind", "=", "incident")], order="id"
        )

    def get_reason(self, usage, code):
        """A reason of the account, which is read once a day: read now if it is not there."""
        if not self.account.reason_ids:
            self.account.facts_at = False
            self.turn()
        reason = self.account.reason_ids.filtered(lambda r: (r.usage, r.code) == (usage, code))
        self.assertEqual(len(reason), 1, f"{usage} {code}")
        return reason

    @contextmanager
    def wire(self, operation, before=None, after=None, change=None):
        """See OutCase; `operation`: Mirakl's name of a call."""
        genuine = HttpSession.request
        wanted_method, path = CALLS[operation]

        def request(session, method, url, **options):
            if method != wanted_method or not re.fullmatch(f"(/mirakl)?{path}", urlsplit(url).path):
                return genuine(session, method, url, **options)
            if before:
                raise before
            answer = genuine(session, method, url, **options)
            if after:
                raise after
            return change(answer) if change else answer

        with patch.object(HttpSession, "request", request):
            yield

    def assertSaid(self, case, *texts):
        """What the shop said in the thread at the operator."""
        remote = self.seller.get_thread(case.remote_id)
        said = [m["body"] for m in remote["messages"] if m["from"]["type"] == "SHOP_USER"]
        self.assertEqual(said, list(texts))

    def assertRefunds(self, order, *amounts):
        """Goods given back at the operator, refund by refund, the oldest first."""
        remote = self.seller.get_order(order.marketplace_ref)
        refunds = [refund for line in remote["lines"] for refund in line["refunds"]]
        refunds.sort(key=lambda refund: refund["created_date"])
        self.assertEqual([float(refund["amount"]) for refund in refunds], list(amounts))
