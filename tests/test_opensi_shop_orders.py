"""Which order a comment of OpenSi belongs to: the shop's own, or none."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from .opensi_shop_case import ADDED, UNKNOWN, OpensiShopCase, record, results


@tagged("post_install", "-at_install")
class TestOpensiShopOrders(OpensiShopCase):
    def setUp(self):
        super().setUp()
        self.shop = self.make_shop_account(order_field="client_order_ref")

    def tell(self, ref, number, account=None):
        answer = self.set_comments(record(ref, str(number)), account=account)
        return results(answer)[0][1]

    def test_own_order_before_one_of_nobody(self):
        own = self.make_sale_order("4711", self.shop)
        stranger = self.make_sale_order("4711")
        self.assertEqual(self.tell("4711", 1), ADDED)
        self.assertEqual((len(self.get_comments(own)), len(self.get_comments(stranger))), (1, 0))

    def test_people_write_to_the_customer_here(self):
        """Odoo is the shop: its portal shows what the customer may see, and Odoo mails."""
        self.assertFalse(self.shop._takes_comments())
        order = self.make_sale_order("4712", self.shop)
        box = order.with_user(self.salesman).marketplace_comment_box
        self.assertEqual((box["channel"], box["can_show"], box["can_mail"]), ("odoo", True, True))
        shown = self.write_comment(order, "It leaves tonight.", is_visible=True)
        mailed = self.write_comment(order, "By mail only.", is_mailed=True)
        self.assertEqual((shown + mailed).mapped("state"), ["kept", "kept"])
        self.assertFalse(shown.mail_message_id.is_internal)
        self.assertTrue(mailed.mail_message_id.is_internal)
        self.assertEqual(mailed.customer_mail_id.recipient_ids, self.customer)
        self.assertFalse(shown.customer_mail_id)

    def test_two_shops_with_the_same_numbers(self):
        other = self.make_shop_account(order_field="client_order_ref")
        mine, theirs = self.make_sale_order("7", self.shop), self.make_sale_order("7", other)
        self.assertEqual((self.tell("7", 1), self.tell("7", 2, other)), (ADDED, ADDED))
        self.assertEqual(len(self.get_comments(mine)), 1)
        self.assertEqual(len(self.get_comments(theirs, other)), 1)

    def test_two_orders_that_could_be_meant(self):
        first, second = self.make_sale_order("8"), self.make_sale_order("8")
        self.assertEqual(self.tell("8", 1), UNKNOWN)
        self.assertFalse(self.get_comments(first) | self.get_comments(second))
        first._action_cancel()
        self.assertEqual(self.tell("8", 1), ADDED)
        self.assertTrue(self.get_comments(second))

    def test_team_tells_which_orders_are_the_shops(self):
        team = self.env["crm.team"].create({"name": "Web", "company_id": self.company.id})
        self.shop.order_team_id = team
        self.make_sale_order("9")
        self.make_sale_order("10", team_id=team.id)
        self.assertEqual((self.tell("9", 1), self.tell("10", 2)), (UNKNOWN, ADDED))

    def test_what_is_not_taken_is_a_to_do(self):
        self.tell("nowhere", 1)
        self.assertIn("not taken", self.shop.activity_ids.mapped("summary")[0])
        self.assertIn("nowhere", self.shop.activity_ids.note)
        self.make_sale_order("11", self.shop)
        self.assertEqual(self.tell("11", 2), ADDED)
        self.assertTrue(self.shop.activity_ids)  # somebody has to look at it

    def test_opensi_that_calls_no_more(self):
        self.shop._cron_watch()
        self.assertFalse(self.shop.activity_ids)  # it never called yet
        self.shop.sudo().last_call_at = fields.Datetime.now() - timedelta(days=5)
        self.shop._cron_watch()
        self.assertIn("no more", self.shop.activity_ids.summary)
        self.tell("x", 1)
        self.shop._cron_watch()
        self.assertFalse(self.shop.activity_ids.filtered(lambda a: "no more" in a.summary))
