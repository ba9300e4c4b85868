"""The refund of a shop's order in a real browser, and the one that only its back office gives."""

from odoo.tests import HttpCase, tagged

from .woo_case import WooCase


@tagged("post_install", "-at_install")
class TestWooRefundTour(HttpCase, WooCase):
    def setUp(self):
        super().setUp()
        groups = "marketplace_helpdesk.group_agent,sales_team.group_sale_salesman_all_leads"
        self.seller_person = self._make_user("both", groups)

    def tour(self, name, order):
        self.start_tour(f"/odoo/sale.order/{order.id}", name, login=self.seller_person.login)
        self.env.invalidate_all()

    def read_paid(self, method):
        order = self.read_order(payment_method=method)
        self.turn()
        return order

    def test_two_questions(self):
        order = self.read_paid("stripe")
        self.tour("marketplace_woo_refund", order)
        refund = order.marketplace_refund_ids
        self.assertEqual((refund.pay_back, refund.restock), ("yes", "no"))
        self.turn()
        self.assertIn(refund.state, ("accepted", "paid"))

    def test_service_that_cannot_pay_back(self):
        order = self.read_paid("cod")
        self.tour("marketplace_woo_refund_cash", order)
        refund = order.marketplace_refund_ids
        self.assertEqual((refund.pay_back, refund.restock), ("no", "yes"))
        self.turn()
        self.assertEqual(refund.state, "accepted")

    def test_asked_there(self):
        order = self.read_vendor_order(self.make_vendor_account())
        self.tour("marketplace_woo_refund_there", order)
        refund = order.marketplace_refund_ids
        self.assertEqual((refund.amount, refund.user_id), (12.5, self.seller_person))
