"""The account's form as an administrator fills it in for a shop with the OpenSi interface."""

from lxml import etree

from odoo.exceptions import UserError
from odoo.tests import Form, tagged

from .opensi_case import OpensiCase

# What means nothing for order comments.
HIDDEN_PAGES = {"streams", "rules", "books", "reasons"}


@tagged("post_install", "-at_install")
class TestOpensiAccountForm(OpensiCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.administrator = cls._make_user(
            "administrator",
            "marketplace_helpdesk.group_administrator,sales_team.group_sale_manager",
        )

    def open(self, **values):
        """A new account's form with these values in it, as the administrator sees it."""
        form = Form(self.env["marketplace.account"].with_user(self.administrator))
        values = {"name": "Web shop", "provider": "opensi", "team_id": self.team, **values}
        for name, value in values.items():
            setattr(form, name, value)
        return form

    def get_values(self, **values):
        seller = self.seller_class()
        return {
            "login": seller.login,
            "password_input": seller.password,
            "website_code": "main",
            **values,
        }

    def test_feed(self):
        """Filled in from top to bottom, it can be enabled, and a comment leaves."""
        seller = self.seller_class()
        form = self.open(
            login=seller.login,
            password_input=seller.password,
            website_code="main",
            service_url=seller.shop_url,
            allow_http=True,
        )
        account = form.save()
        account.action_enable()
        self.assertEqual(account.state, "enabled")
        seller.order(number="1")
        order = self.make_sale_order("1", account.sudo())
        self.write_comment(order)
        self.send_now(order)
        self.assertEqual(len(seller.comments("1")), 1)

    def test_shop(self):
        """Nothing to call, so no address is asked for; there is one to give away."""
        form = self.open(**self.get_values(), opensi_role="shop")
        account = form.save()
        account.action_enable()
        self.assertEqual(account.state, "enabled")
        before = account.web_service_url
        self.assertRegex(before, r"/marketplace/opensi/[0-9a-f]{32}$")
        account.action_new_service_address()
        self.assertNotEqual(account.web_service_url, before)

    def test_feed_needs_an_address(self):
        account = self.open(**self.get_values()).save()
        with self.assertRaisesRegex(UserError, "the service address"):
            account.action_enable()

    def test_pages(self):
        """Each page that means nothing here is hidden for OpenSi, and for nobody else."""
        arch = self.env["marketplace.account"].get_view(view_type="form")["arch"]
        pages = {page.get("name"): page for page in etree.fromstring(arch).iter("page")}
        for name in HIDDEN_PAGES:
            self.assertIn("opensi", pages[name].get("invisible", ""), name)
        self.assertEqual(pages["comments"].get("invisible"), "not has_comments")
        self.assertTrue(self.account.has_comments)
