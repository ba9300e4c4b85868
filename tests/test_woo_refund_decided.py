"""A payment service that failed: a manager looks there, and ends the doubt."""

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .woo_case import WooCase


@tagged("post_install", "-at_install")
class TestWooRefundDecided(WooCase):
    def setUp(self):
        super().setUp()
        self.order = self.read_order(payment_method="stripe")
        self.turn()
        self.left = self.order.marketplace_left

    def ask(self, **values):
        dialog = self.open_refund(
            self.order, kind="gesture", **{"gesture_amount": 5, "pay_back": "yes", **values}
        )
        dialog.reason_id = dialog.reason_id or dialog._get_reasons()[0]
        return self.confirm(dialog)

    def wait_in_doubt(self):
        for _turn in range(3):
            self.turn()
            self.wait(minutes=12)

    def fail(self):
        """A refund that the payment service failed on: (refund, its operation)."""
        self.seller.gateway("stripe", failure="Card closed.")
        refund = self.ask()
        self.wait_in_doubt()
        operation = refund.operation_ids
        self.assertEqual((operation.state, operation.needs_decision), ("unknown", True))
        return refund, operation

    def get_notes(self):
        return " ".join(str(body) for body in self.order.message_ids.mapped("body"))

    def test_dropped(self):
        refund, operation = self.fail()
        self.assertEqual(self.order.marketplace_left, self.left - 5)
        for user in (self.agent, self.manager):
            self.assertEqual(refund.with_user(user).action_view_operation()["res_id"], operation.id)
        with self.assertRaises(AccessError):
            operation.with_user(self.agent).action_drop()
        operation.with_user(self.manager).action_drop()
        self.turn()
        self.assertEqual((operation.state, refund.state), ("cancelled", "cancelled"))
        self.assertIn(f"Decided by {self.manager.name}", refund.message)
        self.assertEqual(self.order.marketplace_left, self.left)
        self.assertEqual(self.seller.count("refunds.create")[0], 1, "asked once")
        again = self.ask(pay_back="no", gesture_amount=self.left)
        self.turn()
        self.assertEqual(again.state, "accepted", again.message)

    def test_dropped_though_it_happened(self):
        """The shop shows it when it is asked once more: it is done."""
        self.seller.fault("refunds.create", "reset_after")
        refund = self.ask()
        self.turn()
        refund.operation_ids.with_user(self.manager).action_drop()
        self.wait(minutes=12)
        self.turn()
        self.assertIn(refund.state, ("accepted", "paid"))
        self.assertFalse(refund.operation_ids.is_dropped)
        self.assertRefunds(self.order, 5.0)
        self.assertNotIn("given back", self.get_notes())

    def test_what_the_shop_shows_suggests_nothing(self):
        _refund, operation = self.fail()
        self.assertEqual(operation.suggestion, "look")
        self.assertEqual(operation.place, self.order.marketplace_gateway_name)
        self.assertNotEqual(operation.place, self.account.name)

    def test_decided_by_a_person(self):
        """Nobody claims that the shop accepted it."""
        refund, operation = self.fail()
        operation.with_user(self.manager).action_happened()
        self.assertIn(refund.state, ("accepted", "paid"))
        self.assertIn(f"decided by {self.manager.name}", self.get_notes())
        self.assertNotIn("accepted by", self.get_notes())


@tagged("post_install", "-at_install")
class TestWooRefundDecidedTour(HttpCase, WooCase):
    def tour(self, name, refund, user):
        self.start_tour(f"/odoo/marketplace.refund/{refund.id}", name, login=user.login)
        self.env.invalidate_all()

    def test_dropped(self):
        order = self.read_order(payment_method="stripe")
        order.marketplace_gateway_name = "Card by Stripe"
        self.turn()
        self.seller.gateway("stripe", failure="Card closed.")
        dialog = self.open_refund(order, kind="gesture", gesture_amount=5, pay_back="yes")
        dialog.reason_id = dialog.reason_id or dialog._get_reasons()[0]
        refund = self.confirm(dialog)
        for _turn in range(3):
            self.turn()
            self.wait(minutes=12)
        self.tour("marketplace_woo_refund_doubt_agent", refund, self.agent)
        self.tour("marketplace_woo_refund_dropped", refund, self.manager)
        self.turn()
        self.assertEqual(refund.state, "cancelled")

    def test_given_there(self):
        order = self.read_vendor_order(self.make_vendor_account())
        refund = self.env["marketplace.refund"]._note_there(order, 5)
        self.tour("marketplace_woo_refund_given_there", refund, self.agent)
        self.assertEqual(refund.state, "accepted")
