"""What tests of WooCommerce share: a shop's operator, and a seller at the same site."""

import re
from contextlib import contextmanager
from unittest.mock import patch
from urllib.parse import urlsplit

from odoo import fields

from ..connectors.transport import HttpSession
from .out_case import FAR, OutCase
from .sandbox_api import WooSeller

# Names of the calls that tests meddle with; paths below wp-json.
CALLS = {
    "orders.list": ("GET", r"wc/v3/orders"),
    "notes.list": ("GET", r"wc/v3/orders/[^/]+/notes"),
    "notes.create": ("POST", r"wc/v3/orders/[^/]+/notes"),
    "refunds.list": ("GET", r"wc/v3/orders/[^/]+/refunds"),
    "refunds.create": ("POST", r"wc/v3/orders/[^/]+/refunds"),
    "gateways.get": ("GET", r"wc/v3/payment_gateways/[^/]+"),
    "wcfm.orders": ("GET", r"wcfmmp/v1/orders"),
    "wcfm.notes": ("GET", r"wcfmmp/v1/orders/note/[^/]+"),
    "wcfm.note": ("POST", r"wcfmmp/v1/orders/note/[^/]+"),
    "wcfm.inquiries": ("GET", r"wcfmmp/v1/enquiries"),
    "wcfm.inquiry": ("GET", r"wcfmmp/v1/enquiries/[^/]+"),
    "wcfm.reply": ("POST", r"wcfmmp/v1/enquiries/[^/]+/reply"),
    "wcfm.routes": ("GET", r"wcfmmp/v1/?"),
    "wcfm.tickets": ("GET", r"wcfmmp/v1/support"),
    "wcfm.ticket": ("GET", r"wcfmmp/v1/support/[^/]+"),
    "wcfm.ticket_reply": ("POST", r"wcfmmp/v1/support/[^/]+/reply"),
    "jwt.token": ("POST", r"jwt-auth/v1/token"),
}


class WooCase(OutCase):
    """`self.account` is an enabled account of the shop's operator (consumer key);
    `make_vendor_account` one of the seller "ours" at the same site. `options`: of the site."""

    seller_class = WooSeller
    options = {}

    def setUp(self):
        self.seller_class = lambda: WooSeller(options=dict(self.options))
        super().setUp()

    def _make_account(self, seller, company=None, team=None, **values):
        if values.get("provider", "woocommerce") == "woocommerce":
            access = seller.access
            values.setdefault("login", access["consumer_key"])
            values.setdefault("password_input", access["consumer_secret"])
        account = self.env["marketplace.account"].create(
            {
                "name": seller.login,
                "provider": "woocommerce",
                "company_id": (company or self.company).id,
                "team_id": (team or self.team).id,
                "login": seller.login,
                "password_input": seller.password,
                "service_url": seller.url,
                "allow_http": True,
                "order_policy": "create",
                "shipping_product_id": self.shipping.id,
                **values,
            }
        )
        account.action_enable()
        return account

    def make_vendor_account(self, seller=None, **values):
        """An account of our vendor; his login with the JWT plugin."""
        seller = seller or self.seller
        values.setdefault("name", f"{seller.login} as seller")
        values.setdefault("import_start", fields.Datetime.subtract(fields.Datetime.now(), hours=6))
        return self._make_account(seller, provider="wcfm", **values)

    # The world

    def make_order(self, **values):
        """A shipped order of two lines at the shop, with shipping charges."""
        values.setdefault("status", "completed")
        values.setdefault("shipping", "4.00")
        values.setdefault("lines", [self.line("REF-1", 49.9), self.line("REF-2", 25.8)])
        return self.seller.order(**values)

    def line(self, sku, price, **values):
        """`price`: of one unit, net."""
        return {"sku": sku, "name": f"Product {sku}", "quantity": 1, "price": price, **values}

    def read_order(self, **values):
        """An order at the shop, read by the operator's account as a sale order."""
        return self.read_orders(self.make_order(**values))

    def read_vendor_order(self, account, **values):
        """An order at the shop, read by a seller's account as a sale order."""
        remote = self.make_order(**values)
        self.turn(pull=True, account=account)
        return self.find_order(remote, account)

    def find_order(self, remote, account=None):
        """The sale order of an order at the shop."""
        order = self.env["sale.order"].search(
            [
                ("marketplace_account_id", "=", (account or self.account).id),
                ("marketplace_ref", "=", str(remote["id"])),
            ]
        )
        self.assertEqual(len(order), 1)
        return order

    def read_orders(self, *remote):
        self.turn(pull=True)
        return self.env["sale.order"].union(*(self.find_order(order) for order in remote))

    def read_inquiry(self, account, text="Is the lamp dimmable?", **values):
        """A customer's inquiry, read by a seller's account as a case."""
        return self.read_case(account, "inquiry", self.seller.inquiry(text, **values))

    def read_ticket(self, account, remote_order, text="The lamp is broken.", **values):
        """A support ticket about an order, read by a seller's account as a case."""
        ticket = self.seller.ticket(remote_order["id"], text, **values)
        return self.read_case(account, "ticket", ticket)

    def read_case(self, account, prefix, remote):
        self.turn(pull=True, account=account)
        case = self.find_case(account, prefix, remote)
        self.assertEqual(len(case), 1)
        return case

    def find_case(self, account, prefix, remote):
        return self.env["marketplace.case"].search(
            [
                ("account_id", "=", account.id),
                ("remote_id", "=", f"{prefix}:{remote['id']}"),
            ]
        )

    def get_notes(self, order):
        """[(text, whether the customer sees it)] of an order at the shop, oldest first; without
        the automatic ones."""
        notes = self.seller.get_order(order.marketplace_ref)["notes"]
        rows = sorted((row for row in notes if row["by"] != "system"), key=lambda row: row["id"])
        return [(row["note"], row["customer_note"]) for row in rows]

    @contextmanager
    def wire(self, operation, before=None, after=None, change=None):
        """See OutCase; `operation`: a key of CALLS."""
        genuine = HttpSession.request
        wanted_method, pattern = CALLS[operation]

        def request(session, method, url, **options):
            path = urlsplit(url).path.partition("/wp-json/")[2]
            if method != wanted_method or not re.fullmatch(pattern, path):
                return genuine(session, method, url, **options)
            if before:
                raise before
            answer = genuine(session, method, url, **options)
            if after:
                raise after
            return change(answer) if change else answer

        with patch.object(HttpSession, "request", request):
            yield

    def hold_streams(self, account=None):
        """Nothing is read until `turn(pull=True)`."""
        (account or self.account).stream_ids.next_pull = fields.Datetime.now() + FAR

    def assertRefunds(self, order, *amounts):
        """What was given back at the shop, refund by refund, the oldest first."""
        details = self.seller.get_order(order.marketplace_ref)["refund_details"]
        details.sort(key=lambda refund: refund["id"])
        self.assertEqual([float(refund["amount"]) for refund in details], list(amounts))
