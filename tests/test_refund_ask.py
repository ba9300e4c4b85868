"""Refunds and gestures after shipment: what is asked, checked, accepted, refused and left."""

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .out_case import GONE, SHIPPED, OutCase


@tagged("post_install", "-at_install")
class TestRefundAsk(OutCase):
    def test_amounts_at_each_step(self):
        order = self.read_order()
        lamp, brakes = order.order_line.filtered("marketplace_ref")
        self.assertAmounts(order, 79.7, 0, 0, 79.7)
        self.assertAmounts(lamp, 53.9, 0, 0, 53.9)
        refund = self.refund(order, "REF-1")
        self.assertEqual((refund.state, refund.amount, refund.accepted_amount), ("asked", 53.9, 0))
        self.assertAmounts(order, 79.7, 0, 53.9, 25.8)
        self.assertAmounts(lamp, 53.9, 0, 53.9, 0)
        self.turn()
        self.assertEqual((refund.state, refund.accepted_amount), ("accepted", 53.9))
        self.assertAmounts(order, 79.7, 53.9, 0, 25.8)
        self.assertAmounts(lamp, 53.9, 53.9, 0, 0)
        self.assertAmounts(brakes, 25.8, 0, 0, 25.8)
        gesture = self.gesture(order, 5)
        self.assertAmounts(order, 79.7, 53.9, 5, 20.8)
        self.turn()
        self.assertEqual(gesture.state, "accepted")
        self.assertAmounts(order, 79.7, 58.9, 0, 20.8)
        self.assertLines(order, GONE, SHIPPED)
        self.assertVouchers(order, 5.0)
        self.assertExecuted("CreateRefundVoucher", 2)

    def test_from_a_case(self):
        case = self.make_case().with_user(self.agent)
        self.assertTrue(case.can_refund)
        self.assertTrue(case.can_gesture)
        for action in (case.action_refund(), case.action_gesture()):
            self.assertEqual(action["res_model"], "marketplace.refund.ask")
            self.assertEqual(action["context"]["default_case_id"], case.id)
            self.assertEqual(action["context"]["default_order_id"], case.sale_order_id.id)

    def test_amounts_in_doubt_count_once(self):
        """A refund in doubt counts as asked, and as refunded once the marketplace shows it."""
        order = self.read_order()
        self.seller.fault("CreateRefundVoucher", "reset_after")
        refund = self.refund(order, "REF-1")
        self.turn()
        self.assertEqual(refund.state, "doubt")
        self.assertAmounts(order, 79.7, 0, 53.9, 25.8)
        self.assertIn(refund.name, self.open_refund(order).doubt)
        # The order is read before the doubt is settled: the other line can be refunded still.
        self.seller.fault("GetOrderList", "http500_before")
        order.with_user(self.agent).action_marketplace_refresh()
        self.turn()
        self.assertEqual(refund.state, "doubt")
        self.assertAmounts(order, 79.7, 53.9, 0, 25.8)
        self.refund(order, "REF-2")
        self.assertAmounts(order, 79.7, 53.9, 25.8, 0)
        self.wait(minutes=6)
        self.turn()
        self.assertEqual(order.marketplace_refund_ids.mapped("state"), ["accepted", "accepted"])
        self.assertAmounts(order, 79.7, 79.7, 0, 0)
        self.assertLines(order, GONE, GONE)
        self.assertExecuted("CreateRefundVoucher", 2)

    def test_whole_order(self):
        with_shipping, without = self.read_orders(self.make_order(), self.make_order())
        refund = self.refund(with_shipping)
        bare = self.refund(without, with_shipping=False)
        self.assertEqual((refund.amount, bare.amount), (79.7, 75.7))
        self.turn()
        self.assertEqual((refund.state, bare.state), ("accepted", "accepted"))
        self.assertEqual((refund.accepted_amount, bare.accepted_amount), (79.7, 75.7))
        for order, shipping in ((with_shipping, True), (without, False)):
            self.assertLines(order, GONE, GONE)
            lines = self.seller.get_order(order.marketplace_ref)["lines"]
            self.assertEqual([line["refunded_shipping"] for line in lines], [shipping, shipping])
        self.assertExecuted("CreateRefundVoucher", 2)
        self.assertAmounts(with_shipping, 79.7, 79.7, 0, 0)
        self.assertAmounts(without, 79.7, 75.7, 0, 4)

    def test_older_call(self):
        """An account may refund with the call that Cdiscount had before."""
        self.account.refund_call = "after_shipment"
        order = self.read_order()
        self.seller.fault("CreateRefundVoucherAfterShipment", "reset_after")
        first = self.refund(order, "REF-1")
        self.turn()
        self.assertEqual(first.state, "doubt")
        self.turn()
        second = self.refund(order, "REF-2")
        self.turn()
        self.assertEqual((first.state, second.state), ("accepted", "accepted"))
        self.assertLines(order, GONE, GONE)
        self.assertExecuted("CreateRefundVoucherAfterShipment", 2)
        self.assertExecuted("CreateRefundVoucher", 0)

    def test_partly_refused_is_shown_as_that(self):
        case = self.make_case()
        order = case.sale_order_id
        self.seller.fault(
            "CreateRefundVoucher", "item_error", index=1, text="Refus du transporteur."
        )
        refund = self.refund(order)
        self.turn()
        self.assertEqual(refund.state, "partial")
        self.assertEqual(refund.line_ids.mapped("state"), ["accepted", "refused"])
        self.assertIn("Refus du transporteur", refund.line_ids[1].message)
        self.assertEqual((refund.amount, refund.accepted_amount), (79.7, 53.9))
        self.assertIn("part", refund.message)
        self.assertLines(order, GONE, SHIPPED)
        self.assertAmounts(order, 79.7, 53.9, 0, 25.8)
        notes = order.message_ids.mapped("body") + case.ticket_id.message_ids.mapped("body")
        self.assertEqual(len([note for note in notes if "refused: Product REF-2" in note]), 2)
        with self.refused("moved on"):
            refund.operation_ids.with_user(self.agent).action_retry()
        self.assertEqual(self.refund(order, "REF-2").amount, 25.8)
        self.turn()
        self.assertLines(order, GONE, GONE)
        self.assertExecuted("CreateRefundVoucher", 2)

    def test_refused_whole_leaves_the_money(self):
        case = self.make_case()
        order = case.sale_order_id
        self.seller.fault("CreateRefundVoucher", "item_error", text="Ligne bloquée.")
        refund = self.refund(order, "REF-1")
        self.turn()
        self.assertEqual((refund.state, refund.operation_ids.state), ("refused", "rejected"))
        self.assertAmounts(order, 79.7, 0, 0, 79.7)
        self.assertIn("Ligne bloquée", refund.message)
        self.assertLines(order, SHIPPED, SHIPPED)
        operation = refund.operation_ids.with_user(self.agent)
        operation.action_retry()
        self.assertAmounts(order, 79.7, 0, 53.9, 25.8)
        self.turn()
        self.assertEqual((refund.state, refund.operation_ids.state), ("accepted", "done"))
        self.assertLines(order, GONE, SHIPPED)

    def test_retry_counts_the_money_again(self):
        order = self.read_order()
        self.seller.fault("CreateRefundVoucher", "item_error", text="Ligne bloquée.")
        refund = self.refund(order, "REF-1")
        self.turn()
        self.gesture(order, 79.7)
        with self.refused("left to refund"):
            refund.operation_ids.with_user(self.agent).action_retry()
        self.turn()
        self.assertLines(order, SHIPPED, SHIPPED)
        self.assertVouchers(order, 79.7)

    def test_never_more_than_is_left(self):
        order = self.read_order()
        with self.refused("left to refund"):
            self.gesture(order, 79.71)
        self.refund(order, "REF-1")
        with self.refused("Nothing is left to give back of Product REF-1"):
            self.refund(order, "REF-1")
        with self.refused("left to refund"):
            self.gesture(order, 25.81)
        self.gesture(order, 20)
        with self.refused("Only .*5[.,]80.* of this order is left"):
            self.refund(order, "REF-2")
        for amount in (0, -5, 0.001):
            with self.refused("above zero"):
                self.gesture(order, amount)
        self.turn()
        self.assertLines(order, GONE, SHIPPED)
        self.assertVouchers(order, 20.0)
        self.assertExecuted("CreateRefundVoucher", 2)

    def test_refunded_in_the_back_office_meanwhile(self):
        """The marketplace knows of money that Odoo has not seen: nothing is given twice."""
        order = self.read_order()
        refund = self.refund(order, "REF-1")
        lines = [{"seller_product_id": "REF-1", "state": GONE}]
        self.seller.change_order(order.marketplace_ref, lines=lines)
        self.turn()
        self.assertEqual(refund.state, "refused")
        self.assertIn("refunded already", refund.message)
        self.assertExecuted("CreateRefundVoucher", 1)
        self.assertAmounts(order, 79.7, 49.9, 0, 29.8)

    def test_seen_refunded_before_it_leaves(self):
        """Read as refunded after it was asked: it does not leave at all."""
        order = self.read_order()
        self.seller.fault("CreateRefundVoucher", "quota")
        refund = self.refund(order, "REF-1")
        self.turn()
        lines = [{"seller_product_id": "REF-1", "state": GONE}]
        self.seller.change_order(order.marketplace_ref, lines=lines)
        self.refresh(order)
        self.wait(hours=1)
        self.turn()
        self.assertEqual((refund.state, refund.operation_ids.code), ("refused", "over_refund"))
        self.assertExecuted("CreateRefundVoucher", 0)

    def test_window_over_needs_a_manager_with_a_reason(self):
        order = self.read_order()
        self.wait(days=201)
        with self.time():
            dialog = self.open_refund(order)
            self.assertTrue(dialog.is_window_over)
            with self.refused("window of 200 days is over. Ask a manager"):
                self.refund(order, "REF-1")
            with self.refused("Ask a manager"):
                self.gesture(order, 5)
            with self.refused("say why"):
                self.refund(order, "REF-1", user=self.manager)
            refund = self.refund(order, "REF-1", user=self.manager, override="Goodwill")
        self.assertEqual((refund.note, refund.user_id), ("Goodwill", self.manager))
        self.turn()
        self.assertEqual(refund.state, "accepted")
        self.assertLines(order, GONE, SHIPPED)

    def test_window_counts_from_shipment(self):
        order = self.read_order()
        self.wait(days=199)
        with self.time():
            dialog = self.open_refund(order)
            self.assertEqual((dialog.is_window_over, dialog.days_left), (False, 1))
            self.refund(order, "REF-1")
        self.turn()
        self.assertLines(order, GONE, SHIPPED)

    def test_equal_gestures_are_legitimate(self):
        order = self.read_order()
        self.gesture(order, 5)
        self.gesture(order, 5)
        self.turn()
        self.assertVouchers(order, 5.0, 5.0)
        self.assertEqual(order.marketplace_refund_ids.mapped("state"), ["accepted", "accepted"])
        self.assertAmounts(order, 79.7, 10, 0, 69.7)

    def test_gesture_needs_a_reason(self):
        order = self.read_order()
        dialog = self.open_refund(order, kind="gesture", gesture_amount=5)
        with self.refused("Choose the reason"):
            dialog.action_confirm()
        self.assertFalse(order.marketplace_refund_ids)

    def test_gesture_on_an_order_that_the_marketplace_ships(self):
        """Only after shipping, where Cdiscount ships itself."""
        order = self.read_order(state="WaitingForShipmentAcceptation", fulfilment="MKPFBC")
        own = self.read_order(state="WaitingForShipmentAcceptation")
        self.assertFalse(order.with_user(self.agent).can_marketplace_gesture)
        with self.refused("once it is shipped"):
            self.gesture(order, 5)
        self.gesture(own, 4)
        self.seller.change_order(order.marketplace_ref, state="Shipped")
        self.refresh(order)
        self.gesture(order, 5)
        self.turn()
        self.assertVouchers(order, 5.0)
        self.assertVouchers(own, 4.0)

    def test_gesture_refused_by_the_marketplace(self):
        order = self.read_order()
        self.seller.fault("CreateRefundVoucher", "item_error", text="Montant trop élevé.")
        refund = self.gesture(order, 5)
        self.turn()
        self.assertEqual(refund.state, "refused")
        self.assertIn("Montant trop élevé", refund.message)
        self.assertVouchers(order)
        self.assertAmounts(order, 79.7, 0, 0, 79.7)

    def test_only_agents_give_money_back(self):
        order = self.read_order()
        outsider = self._make_user("seller", "sales_team.group_sale_salesman_all_leads")
        with self.assertRaises(AccessError):
            self.refund(order, "REF-1", user=outsider)
        with self.assertRaises(AccessError):
            self.gesture(order, 5, user=outsider)
        self.turn()
        self.assertExecuted("CreateRefundVoucher", 0)
        self.assertFalse(order.marketplace_refund_ids)
