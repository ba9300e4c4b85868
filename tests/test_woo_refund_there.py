"""A seller of a WCFM marketplace asks for refunds in its store manager; here it is noted."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .woo_case import WooCase


@tagged("post_install", "-at_install")
class TestWooRefundThere(WooCase):
    def setUp(self):
        super().setUp()
        self.vendor = self.make_vendor_account()
        self.remote = self.make_order()
        self.ticket = self.read_ticket(self.vendor, self.remote).ticket_id
        self.order = self.find_order(self.remote, self.vendor)

    def open_there(self, user=None, order=None, **values):
        return (
            self.env["marketplace.refund.there"]
            .with_user(user or self.agent)
            .with_context(default_order_id=(order or self.order).id)
            .create(values)
        )

    def test_the_dialog_is_not_offered(self):
        order = self.order.with_user(self.agent)
        self.assertFalse(order.can_marketplace_refund or order.can_marketplace_gesture)
        self.assertTrue(order.can_marketplace_refund_there)
        action = order.action_marketplace_refund_there()
        self.assertEqual(action["res_model"], "marketplace.refund.there")

    def test_what_was_asked_is_noted(self):
        dialog = self.open_there(amount=12.5, reason="Shade is scratched.")
        self.assertIn(f"/orders-details/{self.order.marketplace_ref}/", dialog.url)
        self.assertIn("store manager", dialog.explanation)
        self.assertFalse(dialog.asked_before)
        dialog.action_record()
        self.assertEqual(self.order.marketplace_asked_there, 12.5)
        self.assertEqual(self.order.marketplace_asked_there_by_id, self.agent)
        for record in (self.order, self.ticket):
            note = record.message_ids.sorted("id")[-1]
            self.assertIn("12.50", str(note.body))
            self.assertIn("Shade is scratched.", str(note.body))
            self.assertTrue(note.is_internal or note.subtype_id == self.env.ref("mail.mt_note"))
        self.assertIn("12.50", self.open_there(amount=1).asked_before)
        self.assertFalse(self.order.marketplace_refund_ids, "nothing was given back yet")

    def test_only_once_for_one_dialog(self):
        dialog = self.open_there(amount=2)
        dialog.action_record()
        with self.refused("asked for already"):
            dialog.action_record()

    def test_amounts_that_cannot_be(self):
        with self.refused("above zero"):
            self.open_there(amount=0).action_record()
        with self.refused("The customer paid"):
            self.open_there(amount=self.order.marketplace_charged + 1).action_record()
        self.assertFalse(self.order.marketplace_asked_there_at)

    def test_only_where_no_call_gives_back(self):
        order = self.read_order()
        self.assertFalse(order.with_user(self.agent).can_marketplace_refund_there)
        with self.assertRaises(UserError):
            self.open_there(order=order, amount=2).action_record()

    def test_only_agents(self):
        outsider = self._make_user("seller", "sales_team.group_sale_salesman_all_leads")
        with self.assertRaises(AccessError):
            self.open_there(outsider, amount=2)
        with self.assertRaises(AccessError):
            self.order.with_user(outsider).marketplace_asked_there = 3
