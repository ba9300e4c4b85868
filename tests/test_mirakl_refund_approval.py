"""Approvals at Mirakl: what was asked leaves exactly so, or not at all once its state changed."""

from odoo.tests import tagged

from .approval_case import ApprovalCase
from .mirakl_refund_case import MiraklRefundCase

LAMP = "REF-1"


@tagged("post_install", "-at_install")
class TestMiraklApproval(ApprovalCase, MiraklRefundCase):
    def test_units_leave_as_asked(self):
        self.limit(15)
        order = self.read_order(lines=[self.line(LAMP, 10, quantity=3, shipping=2)])
        alone = self.ask(order, "units", lines={LAMP: {"units": 1}})
        above = self.ask(order, "units", lines={LAMP: {"units": 1}})
        self.assertEqual((alone.state, above.state), ("asked", "to_approve"))
        self.assertEqual(self.line_of(order, LAMP).marketplace_units_left, 1)
        self.turn()
        self.assertEqual(self.get_given(order), [(LAMP, 10, 0, 1)])
        self.decide(above)
        self.turn()
        self.assertEqual(self.get_given(order), [(LAMP, 10, 0, 1)] * 2)
        self.assertEqual(above.state, "accepted")
        self.assertExecuted("OR28", 2)

    def test_amounts_leave_as_asked(self):
        self.limit(15)
        order = self.read_order()
        refund = self.ask(order, "amount", lines={LAMP: {"goods": 12.34, "shipping_back": 2.67}})
        self.assertEqual((refund.state, refund.amount), ("to_approve", 15.01))
        self.decide(refund)
        self.turn()
        self.assertEqual(self.get_given(order), [(LAMP, 12.34, 2.67, 0)])
        self.assertAmounts(order, 79.7, 15.01, 0, 64.69)

    def test_cancellation_of_what_was_charged_meanwhile(self):
        """Nothing is cancelled any more once the customer has paid: it is refunded, anew."""
        self.limit(0, what="refusal")
        order = self.read_order(state="SHIPPING", payment_workflow="PAY_ON_SHIPMENT")
        refund = self.ask(order, lines=[LAMP], code="35")
        self.assertEqual((refund.kind, refund.state), ("refusal", "to_approve"))
        self.seller.change_order(order.marketplace_ref, state="SHIPPED")
        self.refresh(order)
        self.assertEqual(self.line_of(order, LAMP).marketplace_give_back, "refund")
        with self.refused("not give this back in that way any more: Product REF-1.*turn it down"):
            self.decide(refund)
        self.decide(refund, "refuse", reason="It is charged now")
        self.assertEqual(self.ask(order, lines=[LAMP]).state, "asked")
        self.turn()
        self.assertEqual(self.get_given(order), [(LAMP, 49.9, 4, 1)])
        self.assertEqual(self.get_given(order, "cancelations"), [])
