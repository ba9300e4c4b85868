"""A web shop with the OpenSi interface: fed by Odoo, or played by Odoo."""

import uuid
from contextlib import contextmanager
from unittest.mock import patch

from ..connectors.transport import HttpSession
from .out_case import OutCase
from .sandbox_api import OpensiSeller


class OpensiCase(OutCase):
    """`self.account` feeds the sandbox's shop; `make_shop_account` is Odoo as the shop."""

    seller_class = OpensiSeller

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.salesman = cls._make_user("salesman", "sales_team.group_sale_salesman")
        cls.customer = cls.env["res.partner"].create(
            {"name": "Camille Essai", "email": "camille@client.example", "lang": "en_US"}
        )

    def _make_account(self, seller, company=None, team=None, **values):
        account = self.env["marketplace.account"].create(
            {
                "name": seller.login,
                "provider": "opensi",
                "company_id": (company or self.company).id,
                "team_id": (team or self.team).id,
                "opensi_role": "feed",
                "login": seller.login,
                "password_input": seller.password,
                "website_code": "main",
                "service_url": seller.shop_url,
                "allow_http": True,
                **values,
            }
        )
        account.action_enable()
        return account

    def make_shop_account(self, company=None, team=None, **values):
        """An account that OpenSi calls; orders are found by their own number."""
        name = f"shop-{uuid.uuid4().hex[:8]}"
        account = self.env["marketplace.account"].create(
            {
                "name": name,
                "provider": "opensi",
                "company_id": (company or self.company).id,
                "team_id": (team or self.team).id,
                "opensi_role": "shop",
                "login": name,
                "password_input": f"{name}-secret",
                "website_code": "main",
                "order_field": "name",
                "allow_http": True,
                **values,
            }
        )
        account.action_enable()
        return account

    def make_sale_order(self, number=None, account=None, company=None, **values):
        """A confirmed order of the salesman; `number`: the shop's, as customer reference."""
        company = company or self.company
        order = (
            self.env["sale.order"]
            .with_company(company)
            .create(
                {
                    "partner_id": self.customer.id,
                    "company_id": company.id,
                    "user_id": self.salesman.id,
                    "client_order_ref": number,
                    "marketplace_account_id": account and account.id,
                    "order_line": [
                        (0, 0, {"product_id": self.products[0].id, "product_uom_qty": 1})
                    ],
                    **values,
                }
            )
        )
        order.action_confirm()
        return order

    def make_both(self, number, **values):
        """An order that the shop and Odoo know; returns Odoo's."""
        self.seller.order(number=number, **values)
        return self.make_sale_order(number, self.account)

    def write_comment(self, order, text="The lamp leaves tonight.", user=None, **values):
        """A comment as somebody writes it in the tab."""
        order = order.with_user(user or self.salesman)
        number = order.marketplace_add_comment({"text": text, **values})
        return self.env["sale.order.comment"].browse(number)

    def send_now(self, order):
        """The button "send now", and one turn of the job."""
        order.with_user(self.salesman).action_marketplace_send_comments()
        self.turn(account=order.marketplace_account_id)

    @contextmanager
    def wire(self, operation="setComments", before=None, after=None, change=None):
        """See OutCase; the call is known by the root of its body."""
        genuine = HttpSession.request

        def request(session, method, url, **options):
            if f"{operation}Request".encode() not in (options.get("data") or b""):
                return genuine(session, method, url, **options)
            if before:
                raise before
            answer = genuine(session, method, url, **options)
            if after:
                raise after
            return change(answer) if change else answer

        with patch.object(HttpSession, "request", request):
            yield
