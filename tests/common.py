"""A company with agents, an account of the sandbox marketplace, and real HTTP and SMTP to it."""

from contextlib import contextmanager, nullcontext
from unittest.mock import patch

from odoo import Command
from odoo.addons.base.models.ir_mail_server import IrMail_Server
from odoo.tests import TransactionCase, new_test_user

from .sandbox_api import SMTP, URL, Seller


class MarketplaceCase(TransactionCase):
    """Every test gets its own seller at the sandbox and an enabled account of it."""

    seller_class = Seller

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.lang = "en_US"  # of the person responsible for the accounts
        host, _colon, port = SMTP.rpartition(":")
        cls.env["ir.mail_server"].search([]).active = False
        cls.mail_server = cls.env["ir.mail_server"].create(
            {"name": "Sandbox relay", "smtp_host": host, "smtp_port": int(port)}
        )
        cls.company = cls.env.company
        euro = cls.env.ref("base.EUR")
        euro.active = True
        # The sandbox's marketplaces charge in euros, and so do the company's own orders.
        cls.company.currency_id = euro
        cls.env["product.pricelist"].search([("currency_id", "!=", euro.id)]).active = False
        cls.agent = cls._make_user("agent", "marketplace_helpdesk.group_agent")
        cls.manager = cls._make_user("manager", "marketplace_helpdesk.group_manager")
        cls.team = cls._make_team(cls.company, cls.agent + cls.manager)
        cls.products = cls.env["product.product"].create(
            [
                {"name": "Lamp", "default_code": "REF-1", "list_price": 49.9, "taxes_id": False},
                {"name": "Brakes", "default_code": "REF-2", "list_price": 25.8, "taxes_id": False},
            ]
        )
        cls.shipping = cls.env["product.product"].create(
            {"name": "Shipping", "type": "service", "taxes_id": False}
        )

    @classmethod
    def _make_user(cls, login, groups, company=None):
        company = company or cls.env.company
        return new_test_user(
            cls.env,
            login=f"{login}_{company.id}",
            groups=groups,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
            notification_type="inbox",
            lang="en_US",
            email=f"{login}@desk.example",
        )

    @classmethod
    def _make_team(cls, company, users):
        return cls.env["helpdesk.ticket.team"].create(
            {
                "name": "Marketplace care",
                "company_id": company.id,
                "user_ids": [Command.set(users.ids)],
                "alias_name": f"care-{company.id}",
            }
        )

    def setUp(self):
        super().setUp()
        self.seller = self.seller_class()
        self.account = self._make_account(self.seller)

    def _make_account(self, seller, company=None, team=None, **values):
        account = self.env["marketplace.account"].create(
            {
                "name": seller.login,
                "provider": "cdiscount",
                "company_id": (company or self.company).id,
                "team_id": (team or self.team).id,
                "login": seller.login,
                "password_input": seller.password,
                "service_url": f"{URL}/cdiscount/MarketplaceAPIService.svc",
                "token_url": f"{URL}/cdiscount/users/httpIssue.svc/?realm=sandbox",
                "sender_email": "care@shop.example",
                "mail_server_id": self.mail_server.id,
                "order_policy": "create",
                "shipping_product_id": self.shipping.id,
                **values,
            }
        )
        account.action_enable()
        return account

    def run_job(self, account=None):
        """One turn of the account's scheduled action, as the scheduler runs it."""
        account = account or self.account
        account.stream_ids.next_pull = False
        self.env["marketplace.operation"].search([("retry_at", "!=", False)]).retry_at = False
        # The job mails for real; Odoo switches mails off while tests run.
        mails_on = patch.object(IrMail_Server, "_disable_send", lambda self: False)
        # Browser tests are in test mode already.
        entered = nullcontext() if self._registry_patched else self.enter_registry_test_mode()
        with entered, mails_on:
            account.cron_id.method_direct_trigger()
        self.env.invalidate_all()

    def make_order(self, **values):
        """An order of two shipped lines at the marketplace."""
        values.setdefault("state", "Shipped")
        values.setdefault(
            "lines",
            [
                self.line("REF-1", 49.9, shipping=4.0),
                self.line("REF-2", 25.8),
            ],
        )
        return self.seller.order(**values)

    def line(self, sku, price, shipping=0.0, **values):
        return {
            "seller_product_id": sku,
            "sku": f"SKU{sku}",
            "ean": "",
            "name": f"Product {sku}",
            "quantity": 1,
            "price": price,
            "shipping": shipping,
            **values,
        }

    def make_claim(self, order=None, text="Bonjour, la lampe est arrivée fêlée.", **values):
        values.setdefault("kind", "claim")
        if order:
            values["order_number"] = order["number"]
        return self.seller.discussion(text=text, **values)

    def get_case(self, discussion, account=None):
        return self.env["marketplace.case"].search(
            [
                ("account_id", "=", (account or self.account).id),
                ("remote_id", "=", str(discussion["id"])),
            ]
        )

    @contextmanager
    def as_user(self, user):
        """Records read in this block act with this user's rights."""
        previous = self.env
        self.env = self.env(user=user.id)
        try:
            yield self.env
        finally:
            self.env = previous
