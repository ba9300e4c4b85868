"""Who sees the comments of an order, and who learns at once that they moved on."""

from unittest.mock import patch

from odoo import Command
from odoo.addons.bus.models.bus_listener_mixin import BusListenerMixin
from odoo.tests import new_test_user, tagged

from ..models.sale_order_comments_live import CHANNEL, LIVE_NOTICES
from .opensi_case import OpensiCase


@tagged("post_install", "-at_install")
class TestOpensiCommentScreens(OpensiCase):
    def get_arch(self, user, view=None):
        orders = self.env["sale.order"].with_user(user)
        return orders.get_view(view and self.env.ref(view).id, "form")["arch"]

    def tell(self, orders):
        """{login: ids of orders} that learn about these orders."""
        told = {}

        def send(record, channel, message, **_values):
            if channel == CHANNEL:
                told[record.login] = message["order_ids"]

        with patch.object(BusListenerMixin, "_bus_send", send):
            orders._marketplace_refresh_comment_screens()
        return told

    def test_tab_for_those_who_write(self):
        for user in (self.salesman, self.agent):
            arch = self.get_arch(user)
            self.assertIn('name="marketplace_comment_box"', arch, user.login)
            self.assertIn('name="marketplace_comment_ids"', arch, user.login)

    def test_no_tab_for_the_books(self):
        """Somebody who reads orders for their invoices opens them, without the tab."""
        books = self._make_user("books", "account.group_account_invoice")
        self.assertTrue(books.has_group("account.group_account_invoice"))
        arch = self.get_arch(books)
        self.assertNotIn("marketplace_comment", arch)

    def test_agent_without_sales_rights(self):
        """An agent who sells nothing has the form of the desk, with the tab, and may write."""
        view = "marketplace_helpdesk.sale_order_view_form_agent"
        self.assertIn('name="marketplace_comment_box"', self.get_arch(self.agent, view))
        order = self.make_both("10482")
        box = order.with_user(self.agent).marketplace_comment_box
        self.assertTrue(box["can_write"], box["why_not"])
        self.write_comment(order, user=self.agent)
        self.assertEqual(order.with_user(self.agent).marketplace_comment_count, 1)

    def test_who_is_told(self):
        order = self.make_both("10482")
        colleague = self._make_user("colleague", "sales_team.group_sale_salesman_all_leads")
        self.write_comment(order, user=colleague)
        follower = self._make_user("follower", "sales_team.group_sale_salesman")
        customer = new_test_user(self.env, "customer_portal", groups="base.group_portal")
        order.message_subscribe((follower + customer).partner_id.ids)
        told = self.tell(order)
        for user in (self.salesman, colleague, follower):
            self.assertEqual(told.get(user.login), order.ids, user.login)
        self.assertNotIn(customer.login, told, "nobody outside")
        self.assertNotIn(self.manager.login, told)

    def test_everything_that_moves_is_told(self):
        """Written, sent, refused: the salesman's screen learns each time."""
        order = self.make_both("10482")
        told = []

        def send(record, channel, message, **_values):
            if channel == CHANNEL and record == self.salesman:
                told.append(message["order_ids"])

        with patch.object(BusListenerMixin, "_bus_send", send):
            self.write_comment(order)
            self.assertEqual(told[-1:], [order.ids])
            told.clear()
            self.send_now(order)
        self.assertEqual(order.marketplace_comment_ids.state, "sent")
        self.assertEqual(told[-1:], [order.ids])

    def test_one_notice_for_many_orders(self):
        orders = self.env["sale.order"].create(
            [
                {
                    "partner_id": self.customer.id,
                    "user_id": self.salesman.id,
                    "order_line": [Command.create({"product_id": self.products[0].id})],
                }
                for _number in range(3)
            ]
        )
        self.assertEqual(self.tell(orders)[self.salesman.login], orders.ids)
        many = orders.browse(orders.ids * LIVE_NOTICES)
        self.assertLessEqual(len(self.tell(many)[self.salesman.login]), LIVE_NOTICES)
