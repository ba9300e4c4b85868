"""Before shipment: every line of an order is refused, or declared shipped, in one call."""

from odoo.tests import tagged

from .out_case import GONE, REFUSED, SHIPPED, OutCase

WAITING = "WaitingForShipmentAcceptation"
TO_SHIP = "AcceptedBySeller"


@tagged("post_install", "-at_install")
class TestRefusal(OutCase):
    def waiting_order(self, **values):
        return self.read_order(state=WAITING, **values)

    def decide(self, order, *decisions, **values):
        """Decide line by line and confirm; returns the refund."""
        dialog = self.open_refusal(order, **values)
        for line, decision in zip(dialog.line_ids, decisions, strict=True):
            line.decision = decision
        return self.confirm(dialog)

    def test_all_lines_refused(self):
        order = self.waiting_order()
        self.assertTrue(order.with_user(self.agent).can_marketplace_refuse)
        self.assertFalse(order.with_user(self.agent).can_marketplace_refund)
        dialog = self.open_refusal(order)
        dialog.action_refuse_all()
        self.assertEqual(dialog.amount, 79.7)
        refund = self.confirm(dialog)
        self.assertAmounts(order, 79.7, 0, 79.7, 0)
        self.turn()
        self.assertEqual((refund.state, refund.accepted_amount), ("accepted", 79.7))
        self.assertLines(order, REFUSED, REFUSED)
        self.assertExecuted("ValidateOrderList", 1)
        self.assertAmounts(order, 79.7, 79.7, 0, 0)
        self.assertEqual(order.marketplace_state, "refused")
        self.assertFalse(order.with_user(self.agent).can_marketplace_refuse)

    def test_mixed_with_shipped(self):
        order = self.waiting_order()
        refund = self.decide(order, "ship", "refuse", carrier="Colissimo", tracking_number="6A123")
        self.assertAmounts(order, 79.7, 0, 25.8, 53.9)
        self.turn()
        self.assertEqual((refund.state, refund.accepted_amount), ("accepted", 25.8))
        remote = self.seller.get_order(order.marketplace_ref)
        self.assertEqual(
            (remote["state"], remote["carrier"], remote["tracking_number"]),
            ("Shipped", "Colissimo", "6A123"),
        )
        self.assertLines(order, SHIPPED, REFUSED)
        self.assertAmounts(order, 79.7, 25.8, 0, 53.9)
        # The shipped line can be refunded like any other.
        self.refund(order, "REF-1")
        self.turn()
        self.assertLines(order, GONE, REFUSED)

    def test_what_the_dialog_refuses(self):
        order = self.waiting_order()
        with self.refused("1 line.* to be decided"):
            self.decide(order, "refuse", False)
        with self.refused("Nothing is refused"):
            self.decide(order, "ship", "ship", carrier="Colissimo", tracking_number="6A123")
        with self.refused("carrier and the tracking"):
            self.decide(order, "ship", "refuse", carrier="Colissimo")
        with self.refused("carrier and the tracking"):
            self.decide(order, "ship", "refuse", tracking_number="6A123")
        dialog = self.open_refusal(order)
        dialog.action_refuse_all()
        dialog.line_ids[0].unlink()
        with self.refused("changed meanwhile"):
            self.confirm(dialog)
        self.turn()
        self.assertLines(order, TO_SHIP, TO_SHIP)
        self.assertExecuted("ValidateOrderList", 0)

    def test_twice_at_once(self):
        """Two dialogs were open: the second refusal finds nothing left."""
        order = self.waiting_order()
        first, second = self.open_refusal(order), self.open_refusal(order, user=self.manager)
        first.action_refuse_all()
        second.action_refuse_all()
        self.confirm(first)
        with self.refused("is left to refund"):
            self.confirm(second)
        self.turn()
        self.assertExecuted("ValidateOrderList", 1)

    def test_refused_transition(self):
        """The answer's own flag claims success: what it says of the order decides."""
        order = self.waiting_order()
        dialog = self.open_refusal(order)
        dialog.action_refuse_all()
        refund = self.confirm(dialog)
        self.seller.change_order(order.marketplace_ref, state="Shipped")
        self.turn()
        self.assertEqual((refund.state, refund.operation_ids.state), ("refused", "rejected"))
        self.assertEqual(refund.operation_ids.code, "OrderStateIncoherent")
        self.assertIn("no longer in a state that allows this", refund.message)
        self.assertLines(order, SHIPPED, SHIPPED)
        self.assertAmounts(order, 79.7, 0, 0, 79.7)

    def test_partly_refused(self):
        order = self.waiting_order()
        self.seller.fault("ValidateOrderList", "item_error", index=1)
        dialog = self.open_refusal(order)
        dialog.action_refuse_all()
        refund = self.confirm(dialog)
        self.turn()
        self.assertEqual(refund.state, "partial")
        self.assertEqual(refund.line_ids.mapped("state"), ["accepted", "refused"])
        self.assertEqual((refund.amount, refund.accepted_amount), (79.7, 53.9))
        self.assertLines(order, REFUSED, TO_SHIP)
        self.assertAmounts(order, 79.7, 53.9, 0, 25.8)

    def test_unknown_carrier(self):
        order = self.waiting_order()
        refund = self.decide(order, "ship", "refuse", carrier="Pigeon", tracking_number="6A123")
        self.turn()
        self.assertEqual(refund.state, "refused")
        self.assertEqual(refund.operation_ids.code, "OrderTrackingInformationError")
        self.assertIn("carrier", refund.message)
        self.assertLines(order, TO_SHIP, TO_SHIP)
        again = self.decide(order, "ship", "refuse", carrier="Colissimo", tracking_number="6A123")
        self.turn()
        self.assertEqual(again.state, "accepted")
        self.assertLines(order, SHIPPED, REFUSED)

    def test_fee_pseudo_line_is_left_out(self):
        order = self.waiting_order(with_fee_line=True)
        self.assertAmounts(order, 79.7, 0, 0, 79.7)
        dialog = self.open_refusal(order)
        self.assertEqual(dialog.line_ids.mapped("sku"), ["REF-1", "REF-2"])
        dialog.action_refuse_all()
        refund = self.confirm(dialog)
        self.turn()
        self.assertEqual(refund.state, "accepted")
        self.assertLines(order, REFUSED, REFUSED, TO_SHIP)

    def test_lost_answer_is_found_by_the_lines(self):
        order = self.waiting_order()
        self.seller.fault("ValidateOrderList", "reset_after")
        refund = self.decide(order, "refuse", "ship", carrier="Colissimo", tracking_number="6A123")
        self.turn()
        self.assertEqual(refund.state, "doubt")
        self.assertAmounts(order, 79.7, 0, 53.9, 25.8)
        self.turn()
        self.assertEqual((refund.state, refund.accepted_amount), ("accepted", 53.9))
        self.assertLines(order, REFUSED, SHIPPED)
        self.assertExecuted("ValidateOrderList", 1)
