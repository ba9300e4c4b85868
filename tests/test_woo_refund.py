"""Refunds of a shop: the two questions, what is sent, what comes back, what others gave."""

from datetime import timedelta

from odoo.exceptions import UserError
from odoo.tests import tagged

from .woo_case import WooCase

PAID = {"pay_back": "yes", "restock": "no"}


@tagged("post_install", "-at_install")
class TestWooRefund(WooCase):
    def read_paid(self, method="stripe", **values):
        """An order whose payment service the job has asked about."""
        order = self.read_order(payment_method=method, **values)
        self.turn()
        return order

    def open(self, order, *skus, kind="lines", **values):
        dialog = self.open_refund(order, kind=kind, **values)
        self.pick(dialog, *skus)
        if not dialog.reason_id:
            dialog.reason_id = dialog._get_reasons()[0]
        return dialog

    def ask_services_again(self):
        """A day later."""
        for gateway in self.account.gateway_ids:
            gateway.checked_at -= timedelta(hours=25)
        self.turn()

    def details(self, order):
        found = self.seller.get_order(order.marketplace_ref)["refund_details"]
        return sorted(found, key=lambda row: row["id"])

    # The payment service is asked beforehand ------------------------------------------------------

    def test_payment_service_is_asked_once_for_all_its_orders(self):
        orders = self.read_orders(
            *(self.make_order(payment_method=name) for name in ("stripe", "stripe", "cod"))
        )
        self.turn()
        self.turn()
        known = {order.marketplace_gateway: order.marketplace_gateway_refunds for order in orders}
        self.assertEqual(known, {"stripe": "yes", "cod": "no"})
        self.assertEqual(orders[0].marketplace_gateway_name, "Credit card (Stripe)")
        self.assertEqual(self.seller.count("gateways.get")[0], 2)
        self.seller.gateway("stripe", refunds=False)
        self.turn()
        self.assertEqual(orders[0].marketplace_gateway_refunds, "yes", "asked once a day")
        self.ask_services_again()
        self.assertEqual(orders[0].marketplace_gateway_refunds, "no")

    def test_payment_service_that_nobody_tells_of(self):
        """Not told: the question stays open, and the shop is asked once more before sending."""
        self.seller.fault("gateways.get", "http500_before", times=5)
        order = self.read_paid()
        dialog = self.open(order, "REF-1", **PAID)
        self.assertFalse(order.marketplace_gateway_refunds)
        self.assertIn("not told yet", dialog.pay_back_hint)
        self.assertFalse(dialog.pay_back_problem)
        self.assertTrue(dialog.can_confirm)

    # The questions --------------------------------------------------------------------------------

    def test_both_questions_must_be_answered(self):
        order = self.read_paid()
        dialog = self.open(order, "REF-1")
        self.assertEqual((dialog.pay_back, dialog.restock), (False, False))
        for field, value in (("pay_back", "yes"), ("restock", "no")):
            self.assertFalse(dialog.can_confirm)
            self.assertIn("Choose whether", dialog.to_do)
            with self.refused("Choose whether"):
                dialog.action_confirm()
            dialog[field] = value
        self.assertTrue(dialog.can_confirm)
        self.confirm(dialog)
        self.turn()
        self.assertExecuted("refunds.create", 1)

    def test_sums_of_money_are_not_put_in_stock(self):
        order = self.read_paid()
        dialog = self.open(order, kind="gesture", gesture_amount=5)
        self.assertEqual((dialog.asks_pay_back, dialog.asks_restock), (True, False))
        dialog.kind = "amount"
        dialog.line_ids[0].goods = 3
        self.assertEqual((dialog.asks_pay_back, dialog.asks_restock), (True, False))
        dialog.kind = "units"
        dialog.line_ids[0].units = 1
        self.assertEqual((dialog.asks_pay_back, dialog.asks_restock), (True, True))

    def test_service_that_cannot_pay_back_answers_the_question(self):
        order = self.read_paid("cod")
        dialog = self.open(order, "REF-1", restock="no")
        self.assertEqual(dialog.pay_back, "no")
        self.assertIn("cannot pay back by itself", dialog.pay_back_problem)
        dialog.pay_back = "yes"
        with self.refused("cannot pay back by itself"):
            dialog.action_confirm()
        self.assertFalse(order.marketplace_refund_ids)

    def test_answers_are_shown_before_they_are_asked(self):
        order = self.read_paid()
        dialog = self.open(order, "REF-1", pay_back="yes", restock="yes")
        notes = [row["note"] for row in dialog.asked_rows]
        self.assertIn("“Credit card (Stripe)” pays the customer", notes)
        self.assertIn("The goods are put back in stock", notes)
        dialog.write({"pay_back": "no", "restock": "no"})
        notes = [row["note"] for row in dialog.asked_rows]
        self.assertIn("Only noted in the shop: you pay the customer yourself", notes)
        self.assertIn("The goods are not put back in stock", notes)

    # What is sent ---------------------------------------------------------------------------------

    def test_paid_back_and_put_in_stock(self):
        for sku in ("REF-1", "REF-2"):
            self.seller.product(sku, name=f"Product {sku}", price=10)
        order = self.read_paid()
        refund = self.confirm(self.open(order, "REF-1", pay_back="yes", restock="yes"))
        self.assertEqual((refund.pay_back, refund.restock), ("yes", "yes"))
        self.turn()
        self.assertIn(refund.state, ("accepted", "paid"))
        [row] = self.details(order)
        self.assertEqual((row["refunded_payment"], row["restocked"]), (True, True))
        self.assertEqual(float(row["amount"]), refund.accepted_amount)
        self.assertEqual(row["reason"], "", "our reasons are not for its customers")

    def test_what_is_written_for_the_customer_stands_in_the_shop(self):
        order = self.read_paid()
        dialog = self.open(order, kind="gesture", gesture_amount=5, pay_back="yes")
        dialog.customer_text = "Pardon pour le retard"
        self.assertTrue([row for row in dialog.asked_rows if "Pardon" in row["note"]])
        refund = self.confirm(dialog)
        self.assertEqual(refund.customer_text, "Pardon pour le retard")
        self.turn()
        self.assertEqual(self.details(order)[0]["reason"], "Pardon pour le retard")

    def test_line_given_back_before_shipment_is_not_to_be_shipped(self):
        order = self.read_paid(status="processing")
        refund = self.confirm(self.open(order, "REF-1", pay_back="yes", restock="yes"))
        self.turn()
        with self.enter_registry_test_mode():
            self.env.ref("marketplace_helpdesk.cron_book").method_direct_trigger()
        self.turn(pull=True)
        given, other = order.marketplace_line_ids
        self.assertEqual(refund.booking_state, "order")
        self.assertEqual((given.product_uom_qty, given.marketplace_state), (0, "refunded"))
        self.assertEqual((other.product_uom_qty, other.marketplace_state), (1, "to_ship"))
        self.assertEqual(order.marketplace_state, "to_ship")
        # The rest in the shop's dashboard, but not the shipping charges.
        self.seller.refund(order.marketplace_ref, line=int(other.marketplace_ref))
        self.turn(pull=True)
        self.assertEqual(other.marketplace_state, "refunded")

    def test_part_of_a_line_is_still_to_be_shipped(self):
        order = self.read_paid(status="processing", lines=[self.line("REF-1", 40, quantity=2)])
        dialog = self.open(order, kind="units", **PAID)
        dialog.line_ids.units = 1
        self.give(dialog)
        self.turn(pull=True)
        self.assertEqual(order.marketplace_line_ids.marketplace_state, "to_ship")

    def test_neither_paid_nor_put_in_stock(self):
        order = self.read_paid()
        refund = self.confirm(self.open(order, "REF-1", pay_back="no", restock="no"))
        self.turn()
        self.assertEqual(refund.state, "accepted")
        [row] = self.details(order)
        self.assertEqual((row["refunded_payment"], row["restocked"]), (False, False))
        said = " ".join(order.message_ids.mapped(lambda m: str(m.body)))
        self.assertIn("pay the customer yourself", said)
        self.assertNotIn("tells the customer itself", said)

    def test_every_kind(self):
        order = self.read_paid(
            lines=[self.line("REF-1", 40, quantity=2), self.line("REF-2", 25)], shipping="4.00"
        )
        charged = order.marketplace_charged
        units = self.open(order, kind="units", **PAID)
        units.line_ids.filtered(lambda line: line.sku == "REF-1").units = 1
        self.give(units)
        amount = self.open(order, kind="amount", pay_back="yes")
        amount.line_ids.filtered(lambda line: line.sku == "REF-2").goods = 3.33
        self.give(amount)
        self.give(self.open(order, kind="shipping", pay_back="yes"))
        self.give(self.open(order, "REF-2", pay_back="yes", restock="yes"))
        self.give(self.open(order, kind="gesture", gesture_amount=2.5, pay_back="yes"))
        self.turn(pull=True)
        given = [float(row["amount"]) for row in self.details(order)]
        self.assertEqual(given, [refund.amount for refund in order.marketplace_refund_ids[::-1]])
        self.assertEqual(len(given), 5)
        self.assertAmounts(order, charged, round(sum(given), 2), 0, round(charged - sum(given), 2))

    def give(self, dialog):
        refund = self.confirm(dialog)
        self.turn()
        self.assertIn(refund.state, ("accepted", "paid"), refund.message)

    def test_gesture_has_no_lines(self):
        order = self.read_paid()
        gesture = self.open(order, kind="gesture", gesture_amount=5, pay_back="yes")
        refund = self.confirm(gesture)
        self.turn()
        [row] = self.details(order)
        self.assertEqual((float(row["amount"]), row["line_items"]), (5.0, []))
        self.assertTrue(refund.line_ids.remote_id)
        self.turn(pull=True)
        self.assertEqual(order.marketplace_refund_ids, refund)
        self.assertEqual(order.marketplace_refunded, 5)

    # Refused --------------------------------------------------------------------------------------

    def test_payment_service_that_fails_is_a_managers_to_decide(self):
        """It may have paid all the same: nothing is asked again by an agent's click."""
        order = self.read_paid()
        self.seller.gateway("stripe", failure="Card closed.")
        refund = self.confirm(self.open(order, "REF-1", **PAID))
        left = order.marketplace_left
        for _turn in range(3):
            self.turn()
            self.wait(minutes=12)
        operations = self.env["marketplace.operation"]
        operation = operations.search([("refund_id", "=", refund.id)])
        self.assertEqual((refund.state, operation.state), ("doubt", "unknown"))
        self.assertTrue(operation.needs_decision)
        for told in (operation.message, refund.message):
            self.assertIn("It said: “Card closed”.", told)
            self.assertIn("The order shows no new refund", told)
        self.assertEqual(order.marketplace_left, left)
        with self.assertRaises(UserError):
            operation.with_user(self.agent).action_retry()
        self.assertEqual(self.seller.count("refunds.create")[0], 1, "asked once")

    def test_service_that_changed_its_mind(self):
        """What was known a minute ago is asked once more just before it is sent."""
        order = self.read_paid()
        dialog = self.open(order, "REF-1", **PAID)
        self.seller.gateway("stripe", refunds=False)
        refund = self.confirm(dialog)
        self.turn()
        self.assertEqual(refund.state, "refused")
        self.assertIn("cannot pay back by itself", refund.message)
        self.assertExecuted("refunds.create", 0)

    def test_draft_is_checked_again(self):
        order = self.read_paid()
        self.open(order, "REF-1", **PAID).action_save_draft()
        draft = order.marketplace_refund_ids
        self.assertEqual((draft.state, draft.pay_back), ("draft", "yes"))
        self.seller.gateway("stripe", refunds=False)
        self.ask_services_again()
        with self.refused("cannot pay back by itself"):
            draft.with_user(self.agent).action_ask()
        self.assertEqual(draft.state, "draft")

    # Doubt ----------------------------------------------------------------------------------------

    def test_lost_answer_is_settled_by_the_refunds_of_the_order(self):
        order = self.read_paid()
        self.seller.refund(order.marketplace_ref, amount="10.00", paid=True)
        self.turn(pull=True)
        self.seller.fault("refunds.create", "reset_after")
        refund = self.confirm(self.open(order, kind="gesture", gesture_amount=10, pay_back="yes"))
        self.turn()
        self.assertEqual(refund.state, "doubt")
        self.wait(minutes=11)
        self.turn()
        self.assertIn(refund.state, ("accepted", "paid"))
        self.turn(pull=True)
        self.assertRefunds(order, 10.0, 10.0)
        self.assertEqual(len(order.marketplace_refund_ids), 2)
        self.assertExecuted("refunds.create", 1)

    def test_nothing_was_sent(self):
        """Only noted: it is sent again."""
        refund = self.ask_without_an_answer(pay_back="no")
        self.assertEqual(refund.state, "accepted")
        self.assertRefunds(refund.sale_order_id, 5.0)

    def test_nothing_is_seen_of_what_the_service_should_pay(self):
        """It may have paid all the same: a person looks there first."""
        refund = self.ask_without_an_answer(pay_back="yes")
        self.assertEqual(refund.state, "doubt")
        self.assertTrue(refund.operation_ids.needs_decision)
        self.assertIn("payment service", refund.operation_ids.message)
        self.assertRefunds(refund.sale_order_id)

    def ask_without_an_answer(self, **values):
        order = self.read_paid()
        self.seller.fault("refunds.create", "reset_before")
        refund = self.confirm(self.open(order, kind="gesture", gesture_amount=5, **values))
        self.turn()
        self.assertEqual(refund.state, "doubt")
        self.wait(minutes=11)
        for _step in range(3):
            self.turn()
        return refund

    # Made elsewhere -------------------------------------------------------------------------------

    def test_made_in_the_dashboard(self):
        order = self.read_paid()
        self.seller.refund(order.marketplace_ref, amount="7.50", paid=False)
        for _step in range(2):
            self.turn(pull=True)
        refund = order.marketplace_refund_ids
        self.assertEqual(len(refund), 1)
        self.assertTrue(refund.is_imported)
        self.assertEqual(refund.line_ids.remote_id, str(self.details(order)[0]["id"]))
        self.assertEqual((order.marketplace_refunded, refund.pay_back), (7.5, False))

    def test_more_than_is_left_there(self):
        order = self.read_paid()
        left = order.marketplace_left
        dialog = self.open(order, kind="gesture", gesture_amount=left, pay_back="no")
        self.seller.refund(order.marketplace_ref, amount="1.00", paid=True)
        refund = self.confirm(dialog)
        self.turn()
        self.assertEqual(refund.state, "refused")
        self.assertIn("given back meanwhile", refund.message)
        self.assertExecuted("refunds.create", 0)

    # Elsewhere ------------------------------------------------------------------------------------

    def test_no_choices_for_others(self):
        """Where no shop asks, nothing is asked, kept or sent."""
        vendor = self.make_vendor_account()
        order = self.read_vendor_order(vendor)
        self.assertFalse(order.marketplace_gateway_refunds)
        self.assertFalse(order.with_user(self.agent).can_marketplace_refund)
        with self.assertRaises(UserError):
            self.open_refund(order, kind="gesture", gesture_amount=5).action_confirm()
