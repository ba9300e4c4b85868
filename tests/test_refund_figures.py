"""What is left to give back, where gestures come from both sides and show late."""

from odoo.exceptions import UserError
from odoo.tests import tagged

from .out_case import OutCase


@tagged("post_install", "-at_install")
class TestGesturesOfBothSides(OutCase):
    def test_late_voucher_of_ours_adds_to_those_of_the_back_office(self):
        order = self.read_order()
        order.marketplace_gestures = 40  # given in the back office and seen
        self.assertAmounts(order, 79.7, 40, 0, 39.7)
        self.gesture(order, 30)
        self.assertAmounts(order, 79.7, 40, 30, 9.7)
        refund = order.marketplace_refund_ids
        refund.operation_ids.before = {"gestures": "40.00"}
        refund.operation_ids._set_state("done")
        self.assertAmounts(order, 79.7, 70, 0, 9.7)
        with self.refused("left", UserError):
            self.gesture(order, 20)

    def test_marketplace_that_shows_less_than_before_lowers_nothing(self):
        order = self.read_order()
        order.marketplace_gestures = 70
        order._marketplace_refresh_wanted()
        self.turn()
        self.assertAmounts(order, 79.7, 70, 0, 9.7)

    def test_two_of_ours_both_late(self):
        order = self.read_order()
        order.marketplace_gestures = 40
        for amount in (10, 20):
            self.gesture(order, amount)
            refund = order.marketplace_refund_ids.sorted("id")[-1]
            refund.operation_ids.before = {"gestures": "40.00"}
            refund.operation_ids._set_state("done")
        self.assertAmounts(order, 79.7, 70, 0, 9.7)

    def test_seen_at_once_counts_once(self):
        order = self.read_order()
        refund = self.gesture(order, 10)
        self.turn()
        self.assertEqual(refund.state, "accepted")
        self.assertIn("gestures", refund.operation_ids.before)
        self.turn(pull=True)
        self.assertAmounts(order, 79.7, 10, 0, 69.7)

    def test_dialog_confirmed_twice_asks_once(self):
        order = self.read_order()
        dialog = self.open_refund(order, kind="gesture", gesture_amount=5)
        dialog.reason_id = self.account.reason_ids.filtered(
            lambda r: r.usage == "gesture" and r.code == "135"
        )
        self.confirm(dialog)
        with self.refused("already"):
            dialog.action_confirm()
        self.assertEqual(len(order.marketplace_refund_ids), 1)

    def test_answer_and_refusal_confirmed_twice(self):
        case = self.make_case()
        answer = self.env["marketplace.answer"].with_user(self.agent)
        dialog = answer.create({"case_id": case.id, "body": "Bonjour."})
        dialog.action_send()
        with self.refused("already"):
            dialog.action_send()
        self.assertEqual(len(case.operation_ids), 1)
        order = self.read_order(state="WaitingForShipmentAcceptation")
        dialog = self.open_refusal(order)
        dialog.line_ids.decision = "refuse"
        self.confirm(dialog)
        with self.refused("already"):
            dialog.action_confirm()
        self.assertEqual(len(order.marketplace_refund_ids), 1)

    def test_reason_of_another_use_or_account_is_refused(self):
        order = self.read_order()
        dialog = self.open_refund(order, kind="gesture", gesture_amount=5)
        dialog.reason_id = self.account.reason_ids.filtered(lambda r: r.usage == "refund")[:1]
        with self.refused("reason"):
            dialog.action_confirm()

    def test_case_of_another_order_is_refused(self):
        case = self.make_case()
        order = self.read_order()
        dialog = self.open_refund(order, kind="order", case_id=case.id)
        with self.refused("another order"):
            dialog.action_confirm()
