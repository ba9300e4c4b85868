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

    # What waits is nobody else's to give ---------------------------------------------------------

    def read_three(self):
        """An order of three lamps that is paid with its shipment."""
        lines = [self.line(LAMP, 100, quantity=3)]
        return self.read_order(state="SHIPPING", payment_workflow="PAY_ON_SHIPMENT", lines=lines)

    def assertRestOnly(self, order, *refunds):
        """The last lamp was cancelled, and what is asked besides is still to come."""
        self.assertEqual(self.get_given(order, "cancelations"), [(LAMP, 100, 0, 1)])
        self.assertEqual(self.seller.get_order(order.marketplace_ref)["state"], "SHIPPING")
        self.assertExecuted("OR29", 0)
        self.turn(pull=True)
        self.assertAmounts(order, 300, 100, 200, 0)
        self.assertEqual(len(order.marketplace_refund_ids), len(refunds), "nothing foreign came in")

    def test_rest_of_the_order_leaves_what_waits_for_approval(self):
        self.limit(120, what="refusal")
        order = self.read_three()
        above = self.ask(order, "units", lines={LAMP: {"units": 2}}, code="34")
        rest = self.ask(order, "order", code="34")
        self.assertEqual((above.state, rest.state, rest.amount), ("to_approve", "asked", 100))
        self.assertFalse(rest.operation_ids.payload["whole_order"])
        self.turn()
        self.assertEqual((above.state, rest.state), ("to_approve", "accepted"))
        self.assertRestOnly(order, above, rest)
        self.decide(above)
        self.turn()
        self.assertEqual(above.state, "accepted")
        self.assertEqual(self.seller.get_order(order.marketplace_ref)["state"], "CANCELED")
        self.turn(pull=True)
        self.assertAmounts(order, 300, 300, 0, 0)

    def test_rest_that_was_asked_as_the_whole_order(self):
        """Also where the request says so: only what was asked leaves."""
        self.limit(120, what="refusal")
        order = self.read_three()
        above = self.ask(order, "units", lines={LAMP: {"units": 2}}, code="34")
        rest = self.ask(order, "order", code="34")
        operation = rest.operation_ids
        operation.payload = {**operation.payload, "whole_order": True}
        self.turn()
        self.assertEqual((above.state, rest.state), ("to_approve", "accepted"))
        self.assertRestOnly(order, above, rest)

    def test_rest_of_the_order_leaves_what_is_postponed(self):
        order = self.read_three()
        first = self.ask(order, "units", lines={LAMP: {"units": 2}}, code="34")
        first.operation_ids._postpone("Too many calls", 3600)
        rest = self.ask(order, "order", code="34")
        self.turn()
        self.assertEqual((first.state, rest.state), ("asked", "accepted"))
        self.assertRestOnly(order, first, rest)
        self.wait(hours=2)
        self.turn()
        self.assertEqual(first.state, "accepted")
        given = [(LAMP, 100, 0, 1), (LAMP, 200, 0, 2)]
        self.assertEqual(self.get_given(order, "cancelations"), given)

    def test_rest_of_a_line_leaves_what_waits_for_approval(self):
        """All that is left of net and of each tax is left after what waits."""
        self.limit(60)
        taxes = [{"code": "VAT", "rate": 19}]
        lines = [self.line(LAMP, 33.33, quantity=3, shipping=5, taxes=taxes)]
        order = self.read_order(lines=lines, tax_mode="TAX_EXCLUDED")
        left = order.marketplace_left
        above = self.ask(order, "units", lines={LAMP: {"units": 2}})
        rest = self.ask(order, lines=[LAMP])
        self.assertEqual((above.state, rest.state), ("to_approve", "asked"))
        self.assertAlmostEqual(above.amount + rest.amount, left)
        self.turn()
        self.turn(pull=True)
        self.assertAmounts(order, left, rest.amount, above.amount, 0)
        self.decide(above)
        self.turn()
        self.turn(pull=True)
        self.assertEqual((above.state, rest.state), ("accepted", "accepted"))
        self.assertAmounts(order, left, left, 0, 0)
