"""Before the debit: lines are cancelled, nothing is paid back."""

from odoo.tests import tagged

from .inbound_common import hours_ago
from .mirakl_refund_case import MiraklRefundCase

LAMP, BRAKES = "REF-1", "REF-2"


@tagged("post_install", "-at_install")
class TestMiraklCancel(MiraklRefundCase):
    def read_unpaid(self, **values):
        """An order that waits for shipment, and is paid with it."""
        values = {"state": "SHIPPING", "payment_workflow": "PAY_ON_SHIPMENT", **values}
        return self.read_order(**values)

    def test_dialog_says_that_it_cancels(self):
        order = self.read_unpaid().with_user(self.agent)
        self.assertTrue(order.can_marketplace_cancel)
        self.assertFalse(order.can_marketplace_refund)
        action = order.action_marketplace_refuse()
        self.assertEqual(action["res_model"], "marketplace.refund.ask")
        dialog = self.open_dialog(order, code=None)
        self.assertEqual((dialog.way, dialog.reason_usage), ("cancellation", "refusal"))
        self.assertEqual(dialog.kinds, "order,lines,units")
        self.get_reason("refusal", "35")
        self.assertEqual(sorted(dialog._get_reasons().mapped("code")), ["34", "35"])
        for kind in ("amount", "shipping"):
            with self.refused("Choose at least one line"):
                self.ask(order, kind, code=None)

    def test_one_line(self):
        order = self.read_unpaid()
        refund = self.ask(order, lines=[LAMP], code="35")
        self.assertEqual((refund.kind, refund.operation_ids.kind), ("refusal", "refuse_lines"))
        self.assertEqual(refund.line_ids.decision, "cancel")
        self.assertAmounts(order, 79.7, 0, 53.9, 25.8)
        self.turn()
        self.assertEqual((refund.state, refund.accepted_amount), ("accepted", 53.9))
        self.assertFalse(refund.tells_payout)
        self.assertEqual(self.get_given(order, "cancelations"), [(LAMP, 49.9, 4, 1)])
        self.assertEqual(self.get_given(order), [])
        self.assertExecuted("OR30", 1)
        self.turn(pull=True)
        self.assertAmounts(order, 79.7, 53.9, 0, 25.8)
        self.assertEqual(self.line_of(order, LAMP).marketplace_state, "cancelled")
        self.assertEqual(self.line_of(order, BRAKES).marketplace_give_back, "cancellation")
        self.assertTrue(any("not charged" in (m.body or "") for m in order.message_ids))

    def test_units(self):
        lines = [self.line(LAMP, 10, quantity=3, shipping=2)]
        order = self.read_unpaid(lines=lines)
        refund = self.ask(order, "units", lines={LAMP: {"units": 1}}, code="34")
        self.turn()
        self.assertEqual((refund.state, refund.accepted_amount), ("accepted", 10))
        self.assertEqual(self.get_given(order, "cancelations"), [(LAMP, 10, 0, 1)])
        self.turn(pull=True)
        self.assertAmounts(order, 32, 10, 0, 22)
        self.assertEqual(self.line_of(order, LAMP).marketplace_units_left, 2)

    def test_whole_order(self):
        order = self.read_unpaid()
        refund = self.ask(order, "order", code="34")
        self.assertTrue(refund.operation_ids.payload["whole_order"])
        self.turn()
        self.assertEqual((refund.state, refund.accepted_amount), ("accepted", 79.7))
        self.assertEqual(self.seller.get_order(order.marketplace_ref)["state"], "CANCELED")
        self.turn(pull=True)
        self.assertAmounts(order, 79.7, 79.7, 0, 0)
        self.assertEqual(order.marketplace_refund_ids, refund, "read back, not imported besides")
        self.assertFalse(order.with_user(self.agent).can_marketplace_cancel)

    def test_all_lines_but_not_all_of_them(self):
        order = self.read_unpaid()
        refund = self.ask(order, "order", code="34", with_shipping=False)
        self.assertFalse(refund.operation_ids.payload["whole_order"])

    def test_paid_before_shipment_is_refunded(self):
        """Debited with the acceptance: it is a refund, also before anything was sent."""
        order = self.read_order(state="SHIPPING")
        self.assertTrue(order.with_user(self.agent).can_marketplace_refund)
        refund = self.ask(order, lines=[LAMP])
        self.turn()
        self.assertEqual((refund.kind, refund.state), ("lines", "accepted"))
        self.assertExecuted("OR28", 1)

    def test_both_ways_at_once(self):
        lines = [self.line(LAMP, 49.9, debited_at=hours_ago(1)), self.line(BRAKES, 25.8)]
        order = self.read_unpaid(lines=lines)
        self.assertEqual(self.line_of(order, LAMP).marketplace_give_back, "refund")
        for kind, chosen in (("order", ()), ("lines", (LAMP, BRAKES))):
            dialog = self.open_dialog(order, kind, code=None, lines=chosen)
            self.assertEqual(dialog.way, "both")
            with self.refused("choose lines of one kind"):
                dialog.action_confirm()
        self.assertEqual(dialog.line_ids.mapped("hint"), ["", "not charged yet"])
        refund = self.ask(order, lines=[LAMP])
        cancellation = self.ask(order, lines=[BRAKES], code="35")
        self.turn()
        self.turn()
        self.assertEqual((refund.state, cancellation.state), ("accepted", "accepted"))
        self.assertExecuted("OR28", 1)
        self.assertExecuted("OR30", 1)

    def test_charged_meanwhile(self):
        """Debited between the click and the call: turned down with a sentence, nothing counted."""
        order = self.read_unpaid()
        refund = self.ask(order, lines=[LAMP], code="35")
        self.seller.change_order(order.marketplace_ref, debited=True)
        self.turn()
        self.assertEqual(refund.state, "refused")
        self.assertTrue(refund.message)
        self.assertAmounts(order, 79.7, 0, 0, 79.7)
        self.assertEqual(self.get_given(order, "cancelations"), [])
        self.turn(pull=True)
        self.assertEqual(self.line_of(order, LAMP).marketplace_give_back, "refund")

    def test_answer_lost(self):
        for fault, before in (("reset_after", 0), ("reset_before", 1)):
            with self.subTest(fault):
                order = self.read_unpaid()
                self.seller.fault("OR30", fault)
                refund = self.ask(order, lines=[LAMP], code="35")
                self.turn()
                for _step in range(4):
                    self.wait(minutes=11)
                    self.turn()
                self.assertEqual(refund.state, "accepted", refund.operation_ids.message)
                self.assertEqual(self.get_given(order, "cancelations"), [(LAMP, 49.9, 4, 1)])
                self.assertEqual(refund.operation_ids.attempts, 1 + before)
