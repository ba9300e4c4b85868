"""Money of a shop that must not be paid twice, and orders whose cents do not add up."""

import json
from contextlib import nullcontext
from dataclasses import replace
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from ..connectors.woocommerce import amounts
from ..connectors.woocommerce.shares import Given, Shares
from .woo_case import WooCase

PAID = {"pay_back": "yes", "restock": "no"}


def as_sums():
    """The shop's refunds are amounts without lines."""

    def give(self, refund):
        return Given(refund, amounts.get_amount(refund, self.step))

    return patch.object(Shares, "_give", give)


@tagged("post_install", "-at_install")
class TestWooRefundSure(WooCase):
    def open(self, order, *skus, kind="lines", **values):
        dialog = self.open_refund(order, kind=kind, **values)
        self.pick(dialog, *skus)
        if not dialog.reason_id:
            dialog.reason_id = dialog._get_reasons()[0]
        return dialog

    def read_paid(self, **values):
        order = self.read_order(payment_method="stripe", **values)
        self.turn()
        return order

    def ask(self, order=None, **values):
        order = order or self.read_paid()
        values = {"kind": "gesture", "gesture_amount": 5, "pay_back": "yes", **values}
        return self.confirm(self.open(order, **values))

    def settle(self):
        self.wait(minutes=12)
        for _turn in range(2):
            self.turn()

    # Not twice ------------------------------------------------------------------------------------

    def test_call_that_a_proxy_repeats(self):
        """The second copy is refused for its nonce, which says nothing of the first one."""
        self.seller.fault("refunds.create", "repeated")
        refund = self.ask()
        self.turn()
        self.assertEqual(refund.state, "doubt")
        self.settle()
        self.assertIn(refund.state, ("accepted", "paid"))
        self.assertRefunds(refund.sale_order_id, 5.0)

    def test_answer_that_a_firewall_hides(self):
        self.seller.fault("refunds.create", "html", status=403, after=True)
        refund = self.ask()
        self.turn()
        self.assertEqual(refund.state, "doubt")
        self.settle()
        self.assertIn(refund.state, ("accepted", "paid"))
        self.assertRefunds(refund.sale_order_id, 5.0)

    def lose(self, **values):
        """A refund whose answer is lost, and that the shop does not show; a manager says that it
        did not happen."""
        self.seller.fault("refunds.create", "reset_after")
        refund = self.ask(**values)

        def hide(answer):
            return replace(answer, content=b"[]")

        with self.wire("refunds.list", change=hide):
            self.turn()
            self.settle()
        operation = refund.operation_ids
        self.assertEqual((operation.state, operation.needs_decision), ("unknown", True))
        operation.with_user(self.manager).action_not_happened()
        return refund, operation

    def test_manager_was_wrong(self):
        """It shows late, and is not sent again."""
        refund, operation = self.lose()
        self.turn()
        self.assertEqual((operation.state, refund.state), ("done", "paid"))
        self.turn(pull=True)
        self.assertRefunds(refund.sale_order_id, 5.0)
        self.assertEqual(refund.sale_order_id.marketplace_refund_ids, refund)
        self.assertExecuted("refunds.create", 1)

    def test_manager_was_wrong_about_all_of_the_order(self):
        """Nothing is left since it happened: that is no refusal."""
        order = self.read_paid()
        left = order.marketplace_left
        refund, operation = self.lose(order=order, gesture_amount=left)
        self.turn()
        self.assertEqual((operation.state, refund.state), ("done", "paid"))
        self.assertRefunds(order, left)

    def test_what_shows_late_may_not_be_paid(self):
        """However often a manager has it sent again, until it was deleted in the shop."""
        refund, operation = self.lose()

        def unpaid(answer):
            found = [{**row, "refunded_payment": False} for row in json.loads(answer.content)]
            return replace(answer, content=json.dumps(found).encode())

        with self.wire("refunds.list", change=unpaid):
            for _time in range(2):
                self.turn()
                self.settle()
                self.assertEqual((operation.state, operation.needs_decision), ("unknown", True))
                self.assertIn("deleted in the shop", operation.message)
                operation.with_user(self.manager).action_not_happened()
        self.assertRefunds(refund.sale_order_id, 5.0)

    # Cents ----------------------------------------------------------------------------------------

    def read_uneven(self, **values):
        """Taxes are rounded once for the order."""
        self.seller.configure(options={"round_at_subtotal": True})
        lines = [self.line(sku, 1.99) for sku in ("REF-1", "REF-2", "REF-2")]
        values = {"lines": lines, "shipping": "0", **values}
        remote = self.make_order(tax_rate=20, payment_method="stripe", **values)
        order = self.read_orders(remote)
        self.assertEqual(order.marketplace_charged, float(remote["total"]))
        self.assertEqual(round(order.amount_total, 2), float(remote["total"]))
        self.turn()
        return order

    def test_all_of_an_order_with_fractions_of_cents(self):
        order = self.read_uneven()
        self.assertEqual(order.amount_total, 7.16)
        refund = self.confirm(self.open(order, kind="order", **PAID))
        self.turn()
        self.assertEqual(refund.state, "paid", refund.message)
        self.turn(pull=True)
        self.assertAmounts(order, 7.16, 7.16, 0, 0)
        self.assertEqual(order.marketplace_refund_ids, refund)

    def test_fee_below_zero_lowers_the_goods(self):
        """What is invoiced and what can be given back is what the customer paid."""
        fees = [{"name": "Loyalty", "total": "-3.10"}]
        order = self.read_uneven(fees=fees, lines=[self.line("REF-1", 49.9), self.line("REF-2", 9)])
        total = order.marketplace_charged
        self.assertEqual(total, 66.96)
        first, second = order.order_line
        self.assertAmounts(first, 56.73, 0, 0, 56.73)
        self.give(self.open(order, "REF-1", **PAID))
        self.turn(pull=True)
        self.assertAmounts(first, 56.73, 56.73, 0, 0)
        self.give(self.open(order, kind="order", **PAID))
        self.turn(pull=True)
        self.assertAmounts(order, total, total, 0, 0)
        self.assertEqual(len(order.marketplace_refund_ids), 2)
        self.assertEqual(second.marketplace_left, 0)

    def give(self, dialog):
        refund = self.confirm(dialog)
        self.turn()
        self.assertEqual(refund.state, "paid", refund.message)

    def test_books_of_a_discount(self):
        """The invoice is what was paid, and the credit notes make all of it, with taxes on top."""
        tax = self.env["account.tax"].create(
            {"name": "VAT 20 %", "amount": 20, "price_include_override": "tax_excluded"}
        )
        (self.products | self.shipping).write(
            {"taxes_id": [Command.set(tax.ids)], "invoice_policy": "order"}
        )
        fees = [{"name": "Loyalty", "total": "-3.10"}]
        order = self.read_uneven(fees=fees, shipping="4.90")
        invoice = order._create_invoices()
        invoice.action_post()
        self.assertEqual(invoice.amount_total, order.marketplace_charged)
        self.give(self.open(order, "REF-1", **PAID))
        self.give(self.open(order, kind="order", **PAID))
        with self.enter_registry_test_mode():
            self.env.ref("marketplace_helpdesk.cron_book").method_direct_trigger()
        self.env.invalidate_all()
        notes = order.marketplace_refund_ids.credit_note_ids
        self.assertEqual(len(notes), 2)
        self.assertEqual(round(sum(notes.mapped("amount_total")), 2), invoice.amount_total)

    def test_all_given_back_in_the_dashboard(self):
        order = self.read_uneven(fees=[{"name": "Loyalty", "total": "-1.00"}], shipping="4.90")
        self.seller.refund(order.marketplace_ref, lines=True, paid=True)
        self.turn(pull=True)
        total = order.marketplace_charged
        self.assertAmounts(order, total, total, 0, 0)
        self.assertEqual(set(order.order_line.mapped("marketplace_left")), {0})
        self.assertNotIn("gesture", order.marketplace_refund_ids.mapped("kind"))

    def read_again(self, order, as_sum=False):
        """`as_sum`: the shop's refunds are read as amounts without lines."""
        order._marketplace_refresh_wanted()
        with as_sums() if as_sum else nullcontext():
            self.turn(pull=True)

    def assert_same(self, order, rows):
        total, notes = order.marketplace_charged, order.message_ids
        for as_sum in (True, False):
            self.read_again(order, as_sum)
            self.assertEqual(order.marketplace_refund_ids, rows)
            self.assertAmounts(order, total, total, 0, 0)
            self.assertEqual(order.message_ids, notes)
            with as_sums() if as_sum else nullcontext(), self.account._get_client() as client:
                told = client.get_orders([order.marketplace_ref])
            found = {order.marketplace_ref: order}
            self.assertFalse(
                self.env["marketplace.orders"]._pick_changed(self.account, told, found)
            )

    def test_refund_that_was_known_as_one_sum(self):
        """Its lines are told now: it is the same money."""
        order = self.read_uneven()
        self.seller.refund(order.marketplace_ref, lines=True, paid=True)
        self.read_again(order, as_sum=True)
        self.assertEqual(order.marketplace_refund_ids.mapped("kind"), ["gesture"])
        self.assert_same(order, order.marketplace_refund_ids)

    def test_refund_that_was_known_by_its_lines(self):
        order = self.read_uneven()
        self.seller.refund(order.marketplace_ref, lines=True, paid=True)
        self.read_again(order)
        self.assertEqual(len(order.marketplace_refund_ids), 3)
        self.assert_same(order, order.marketplace_refund_ids)
        self.assertEqual(set(order.order_line.mapped("marketplace_left")), {0})

    def test_refund_that_is_deleted_at_the_shop(self):
        """Cents of later ones fall on other lines then."""
        order = self.read_uneven()
        ref, line = order.marketplace_ref, int(order.order_line[0].marketplace_ref)
        for values in ({"line": line}, {"lines": True}):
            self.seller.refund(ref, paid=True, **values)
            self.read_again(order)
        rows = order.marketplace_refund_ids
        self.assertAmounts(order, 7.16, 7.16, 0, 0)

        def drop(answer):
            found = sorted(json.loads(answer.content), key=lambda row: row["id"])
            return replace(answer, content=json.dumps(found[1:]).encode())

        with self.wire("refunds.list", change=drop):
            self.read_again(order)
        self.assertEqual(order.marketplace_refund_ids, rows)
        self.assertAmounts(order, 7.16, 7.16, 0, 0)

    def test_others_are_still_imported(self):
        order = self.read_uneven()
        self.seller.refund(order.marketplace_ref, amount="1.00", paid=True)
        self.read_again(order)
        first = order.marketplace_refund_ids
        self.seller.refund(order.marketplace_ref, amount="1.00", paid=True)
        self.read_again(order)
        self.assertEqual(len(order.marketplace_refund_ids - first), 1)
        self.assertAmounts(order, 7.16, 2, 0, 5.16)

    def test_total_that_nobody_explains(self):
        """A gift card: the order says that it does not fit; no more than its total goes back."""
        order = self.read_order(payment_method="stripe", gift_card="30.00")
        remote = self.seller.get_order(order.marketplace_ref)
        self.assertIn("gift card", order.marketplace_warning)
        self.assertEqual(order.marketplace_charged, float(remote["total"]))
        self.assertEqual(round(order.amount_total - order.marketplace_charged, 2), 30)
        dialog = self.open(order, kind="order", **PAID)
        self.assertFalse(dialog.can_confirm)
        left = order.currency_id.format(order.marketplace_left)
        self.assertIn(f"Choose Amount to give back up to {left}", dialog.problem)
        with self.refused("is left to refund"):
            self.confirm(dialog)

    def test_refund_without_an_amount(self):
        """It does not vanish: the order is set aside, with a word."""
        order = self.read_paid()
        self.seller.refund(order.marketplace_ref, amount="7.50", paid=False)

        def drop(answer):
            found = [{**row, "amount": None} for row in json.loads(answer.content)]
            return replace(answer, content=json.dumps(found).encode())

        with self.wire("refunds.list", change=drop):
            self.turn(pull=True)
        letter = self.env["marketplace.dead.letter"].search([("account_id", "=", self.account.id)])
        self.assertEqual(letter.mapped("remote_id"), [order.marketplace_ref])
        self.assertFalse(order.marketplace_refund_ids)
        boss = self._make_user("boss", "marketplace_helpdesk.group_administrator")
        letter.with_user(boss).action_retry()
        self.turn(pull=True)
        self.assertEqual(order.marketplace_refunded, 7.5)
