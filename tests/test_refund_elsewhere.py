"""Money that Cdiscount shows as given back: ours is known again, what others gave comes in once."""

import re
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged

from .out_case import OutCase

LAMP, BRAKES = "REF-1", "REF-2"
TO_SHIP = "WaitingForShipmentAcceptation"
_VOUCHER = re.compile(rb"<(\w+:)?Voucher>.*?</(\w+:)?Voucher>", re.DOTALL)


class ElsewhereCase(OutCase):
    def get_imported(self, order):
        return order.marketplace_refund_ids.filtered("is_imported").sorted("id")

    def line_of(self, order, sku):
        return order.order_line.filtered(
            lambda line: line.marketplace_ref and line.product_id.default_code == sku
        )

    def notes(self, record, refund):
        """What a record's chatter says of a refund."""
        messages = record.message_ids.sorted("id")
        return [m.preview for m in messages if refund.name in (m.body or "")]

    def read_again(self, order, times=2):
        for _time in range(times):
            self.turn(pull=True)
            self.refresh(order)

    def put_off(self, refund):
        """The answer to the question what happened is lost for a while."""
        refund.operation_ids.retry_at = fields.Datetime.now() + timedelta(days=1)

    def settle(self, refund, **delta):
        refund.operation_ids.retry_at = False
        self.wait(**delta)
        self.turn()

    @contextmanager
    def unguarded(self):
        """Another worker reads the order before ours is noted as being sent."""
        service = type(self.env["marketplace.refund.import"])
        with patch.object(service, "_is_unsettled", lambda *args: False):
            yield

    def get_vouchers(self, order):
        """The vouchers at the marketplace, as they can be put there again."""
        remote = self.seller.get_order(order.marketplace_ref)
        return remote["vouchers"]

    def late(self, amount):
        """Orders are read without the vouchers of this amount, which show later."""

        def hide(match):
            return b"" if b"Amount>%d<" % amount in match[0] else match[0]

        return self.wire(
            "GetOrderList",
            change=lambda answer: replace(answer, content=_VOUCHER.sub(hide, answer.content)),
        )


@tagged("post_install", "-at_install")
class TestLineRefundElsewhere(ElsewhereCase):
    def test_refund_of_the_back_office(self):
        case = self.make_case()
        order = case.sale_order_id
        self.seller.refund(order.marketplace_ref, line=LAMP)
        self.turn(pull=True)
        refund = order.marketplace_refund_ids
        self.assertTrue(refund.is_imported)
        self.assertEqual(
            (refund.kind, refund.state, refund.paid_by), ("lines", "accepted", "seller")
        )
        self.assertFalse(refund.user_id or refund.operation_ids)
        line = refund.line_ids
        self.assertEqual((line.amount, line.shipping_amount, line.quantity), (53.9, 4, 1))
        self.assertEqual(line.sale_line_id, self.line_of(order, LAMP))
        self.assertEqual(refund.with_user(self.agent).ticket_id, case.ticket_id)
        self.assertAmounts(order, 79.7, 53.9, 0, 25.8)
        self.read_again(order)
        self.assertEqual(order.marketplace_refund_ids, refund)
        self.assertAmounts(order, 79.7, 53.9, 0, 25.8)
        for record in (order, case.ticket_id):
            [note] = self.notes(record, refund)
            self.assertIn("53.90", note)
            self.assertIn("not from here", note)

    def test_without_shipping_charges(self):
        order = self.read_order()
        self.seller.refund(order.marketplace_ref, line=LAMP, shipping=False)
        self.turn(pull=True)
        self.assertEqual(order.marketplace_refund_ids.amount, 49.9)
        self.assertAmounts(self.line_of(order, LAMP), 53.9, 49.9, 0, 4)

    def test_lines_of_one_product_one_after_the_other(self):
        """The second line is refunded first: its number is that of the first line, once the first
        is refunded too."""
        lines = [self.line(LAMP, 10), self.line(LAMP, 10)]
        remote = self.make_order(lines=lines)
        order = self.read_orders(remote)
        for index in (1, 0):
            self.seller.refund(remote["number"], line=index)
            self.read_again(order)
        refunds = self.get_imported(order)
        self.assertEqual(len(refunds), 2)
        goods = order.order_line.filtered("marketplace_ref")
        self.assertEqual(refunds.line_ids.sale_line_id, goods)
        for line in goods:
            self.assertAmounts(line, 10, 10, 0, 0)

    def test_what_an_older_version_showed_is_history(self):
        order = self.read_order()
        self.seller.refund(order.marketplace_ref, line=LAMP)
        self.seller.give_gesture(order.marketplace_ref, amount="3")
        order.marketplace_history_until = fields.Datetime.now() + timedelta(minutes=1)
        self.read_again(order)
        old = self.get_imported(order)
        self.assertEqual(set(old.mapped("booking_state")), {"none"})
        self.assertFalse([note for refund in old for note in self.notes(order, refund)])
        self.assertFalse(order.marketplace_history_until)
        self.seller.refund(order.marketplace_ref, line=BRAKES)
        self.read_again(order)
        new = self.get_imported(order) - old
        self.assertNotEqual(new.booking_state, "none")
        self.assertTrue(self.notes(order, new))

    def test_ours_is_not_imported(self):
        order = self.read_order()
        refund = self.refund(order, LAMP)
        self.turn()
        self.assertEqual(refund.state, "accepted")
        self.turn(pull=True)
        self.assertTrue(refund.line_ids.remote_id)
        self.seller.refund(order.marketplace_ref, line=BRAKES)
        self.read_again(order)
        self.assertEqual(
            self.get_imported(order).line_ids.sale_line_id, self.line_of(order, BRAKES)
        )
        self.assertEqual(len(order.marketplace_refund_ids), 2)
        self.assertAmounts(order, 79.7, 79.7, 0, 0)

    def test_ours_whatever_amount_is_told(self):
        """The state of a line says that it was refunded, not how much it was."""
        order = self.read_order()
        refund = self.refund(order, LAMP)

        def lower(answer):
            return replace(answer, content=re.sub(rb"Price>49.90?<", b"Price>40<", answer.content))

        with self.wire("GetOrderList", change=lower):
            self.turn()
            self.read_again(order)
        self.assertEqual(self.line_of(order, LAMP).marketplace_amount, 40)
        self.assertEqual(refund.amount, 53.9)
        self.assertEqual(order.marketplace_refund_ids, refund)
        self.assertTrue(refund.line_ids.remote_id)

    def test_nothing_is_imported_while_ours_is_in_doubt(self):
        order = self.read_order()
        self.seller.fault("CreateRefundVoucher", "reset_after")
        refund = self.refund(order, LAMP)
        self.turn()
        self.assertEqual(refund.state, "doubt")
        self.put_off(refund)
        self.seller.refund(order.marketplace_ref, line=BRAKES)
        self.turn(pull=True)
        self.assertEqual(order.marketplace_refund_ids, refund)
        self.settle(refund, minutes=91)
        self.turn()  # asked for with the end of the doubt
        self.assertEqual(refund.state, "accepted")
        self.assertTrue(refund.line_ids.remote_id)
        imported = self.get_imported(order)
        self.assertEqual(imported.line_ids.sale_line_id, self.line_of(order, BRAKES))

    def test_refused_because_somebody_was_faster(self):
        order = self.read_order()
        refund = self.refund(order, LAMP)
        self.seller.refund(order.marketplace_ref, line=LAMP)
        self.turn()
        self.assertEqual(refund.state, "refused")
        self.read_again(order)
        self.assertEqual(self.get_imported(order).amount, 53.9)
        self.assertAmounts(order, 79.7, 53.9, 0, 25.8)

    def test_imported_one_that_was_ours_is_taken_back(self):
        case = self.make_case()
        order = case.sale_order_id
        self.seller.fault("CreateRefundVoucher", "reset_after")
        refund = self.refund(order, LAMP)
        self.turn()
        self.put_off(refund)
        with self.unguarded():
            self.turn(pull=True)
        name = self.get_imported(order).name
        self.settle(refund, minutes=91)
        self.assertEqual(refund.state, "accepted")
        self.read_again(order)
        self.assertEqual(order.marketplace_refund_ids, refund)
        self.assertAmounts(order, 79.7, 53.9, 0, 25.8)
        for record in (order, case.ticket_id):
            said = [m.preview for m in record.message_ids.sorted("id") if name in (m.body or "")]
            self.assertEqual(len(said), 2)
            self.assertIn(f"it is {refund.name}", said[1])

    def test_line_that_the_order_does_not_have(self):
        self.account.order_policy = "await"
        remote = self.make_order()
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Karim"}).id,
                "client_order_ref": remote["number"],
                "order_line": [fields.Command.create({"product_id": self.products[1].id})],
            }
        )
        self.seller.refund(remote["number"], line=LAMP)
        self.read_again(order)
        self.assertFalse(order.marketplace_refund_ids.line_ids.sale_line_id)
        self.assertAmounts(order, 79.7, 53.9, 0, 25.8)


@tagged("post_install", "-at_install")
class TestGestureElsewhere(ElsewhereCase):
    def test_gesture_of_the_back_office(self):
        case = self.make_case()
        order = case.sale_order_id
        self.seller.give_gesture(order.marketplace_ref, amount=7, motive_id=132)
        self.turn(pull=True)
        refund = order.marketplace_refund_ids
        self.assertTrue(refund.is_imported)
        self.assertEqual((refund.kind, refund.state), ("gesture", "accepted"))
        self.assertEqual((refund.paid_by, refund.amount), ("seller", 7))
        self.assertEqual((refund.reason_id.code, refund.reason_id.usage), ("132", "gesture"))
        self.assertAmounts(order, 79.7, 7, 0, 72.7)
        self.read_again(order)
        self.assertEqual(order.marketplace_refund_ids, refund)
        self.assertAmounts(order, 79.7, 7, 0, 72.7)
        self.assertEqual(len(self.notes(case.ticket_id, refund)), 1)

    def test_paid_by_the_marketplace(self):
        """It is shown, and takes nothing of what the seller may give."""
        order = self.read_order()
        self.account.booking = "draft"
        self.seller.give_gesture(order.marketplace_ref, amount=7, source="CDiscount")
        self.read_again(order)
        refund = order.marketplace_refund_ids
        self.assertEqual((refund.kind, refund.paid_by), ("gesture", "marketplace"))
        self.assertEqual(refund.booking_result, "none")
        self.assertAmounts(order, 79.7, 0, 0, 79.7)
        [note] = self.notes(order, refund)
        self.assertIn("at its own cost", note)
        self.seller.give_gesture(order.marketplace_ref, amount=8)
        self.turn(pull=True)
        self.assertEqual((order.marketplace_refund_ids - refund).booking_result, "to_book")
        self.assertAmounts(order, 79.7, 8, 0, 71.7)

    def test_one_of_the_marketplace_is_never_ours(self):
        order = self.read_order()
        refund = self.gesture(order, 7)
        self.seller.give_gesture(order.marketplace_ref, amount=7, motive_id=135, source="CDiscount")
        with self.late(7):
            self.turn()
        self.assertEqual((refund.state, refund.line_ids.remote_id), ("accepted", False))
        vouchers = self.get_vouchers(order)
        theirs = [v for v in vouchers if v["source"] == "CDiscount"]
        self.assertEqual((len(vouchers), len(theirs)), (2, 1))
        self.seller.change_order(order.marketplace_ref, vouchers=theirs)
        self.turn(pull=True)
        self.assertEqual(self.get_imported(order).paid_by, "marketplace")
        self.assertFalse(refund.line_ids.remote_id)

    def test_what_the_customer_used_is_no_refund(self):
        order = self.read_order()
        self.seller.give_gesture(order.marketplace_ref, amount=7, source="Customer")
        self.read_again(order)
        self.assertFalse(order.marketplace_refund_ids)
        self.assertAmounts(order, 79.7, 0, 0, 79.7)

    def test_equal_ones_of_one_second_in_any_order(self):
        order = self.read_order()
        moment = datetime.now(timezone.utc).isoformat()
        for amount in (5, 5, 6):
            self.seller.give_gesture(order.marketplace_ref, amount=amount, created=moment)
        self.turn(pull=True)
        imported = self.get_imported(order)
        self.assertEqual(sorted(imported.mapped("amount")), [5, 5, 6])
        vouchers = self.get_vouchers(order)
        self.seller.change_order(order.marketplace_ref, vouchers=vouchers[::-1])
        self.read_again(order)
        self.assertEqual(self.get_imported(order), imported)
        self.assertAmounts(order, 79.7, 16, 0, 63.7)

    def test_ours_and_an_equal_one(self):
        order = self.read_order()
        refund = self.gesture(order, 5)
        with self.late(5):
            self.turn()
        self.seller.give_gesture(order.marketplace_ref, amount=5, motive_id=135)
        self.read_again(order)
        imported = self.get_imported(order)
        self.assertEqual((len(imported), imported.amount), (1, 5))
        self.assertEqual(order.marketplace_refund_ids, imported | refund)
        self.assertTrue(refund.line_ids.remote_id)
        self.assertAmounts(order, 79.7, 10, 0, 69.7)

    def test_ours_is_the_one_of_its_reason(self):
        order = self.read_order()
        refund = self.gesture(order, 5, code="135")
        with self.late(5):
            self.turn()
        self.wait(seconds=2)
        self.seller.give_gesture(order.marketplace_ref, amount=5, motive_id=132)
        self.read_again(order)
        self.assertIn(" 135 ", refund.line_ids.remote_id)
        self.assertEqual(self.get_imported(order).reason_id.code, "132")

    def test_ours_shows_late(self):
        order = self.read_order()
        refund = self.gesture(order, 30)
        with self.late(30):
            self.turn()
            self.read_again(order)
            self.assertEqual(order.marketplace_refund_ids, refund)
            self.assertEqual((refund.state, refund.line_ids.remote_id), ("accepted", False))
            self.assertAmounts(order, 79.7, 30, 0, 49.7)
            self.seller.give_gesture(order.marketplace_ref, amount=10)
            self.read_again(order)
            imported = self.get_imported(order)
            self.assertEqual(imported.amount, 10)
            self.assertAmounts(order, 79.7, 40, 0, 39.7)
        self.read_again(order)
        self.assertEqual(order.marketplace_refund_ids, refund | imported)
        self.assertTrue(refund.line_ids.remote_id)
        self.assertAmounts(order, 79.7, 40, 0, 39.7)

    def test_nothing_is_imported_while_ours_is_in_doubt(self):
        order = self.read_order()
        self.seller.fault("CreateRefundVoucher", "reset_after")
        refund = self.gesture(order, 5)
        self.turn()
        self.assertEqual(refund.state, "doubt")
        self.put_off(refund)
        self.seller.give_gesture(order.marketplace_ref, amount=3)
        self.turn(pull=True)
        self.assertEqual(order.marketplace_refund_ids, refund)
        self.settle(refund, minutes=91)
        self.turn()
        self.assertEqual(refund.state, "accepted")
        self.assertTrue(refund.line_ids.remote_id)
        self.assertEqual(self.get_imported(order).amount, 3)
        self.assertAmounts(order, 79.7, 8, 0, 71.7)

    def test_doubt_that_ends_with_giving_up(self):
        """What came meanwhile is read then, an equal one too."""
        order = self.read_order()
        self.seller.fault("CreateRefundVoucher", "reset_before")
        refund = self.gesture(order, 5)
        self.turn()
        self.put_off(refund)
        self.seller.give_gesture(order.marketplace_ref, amount=5, motive_id=135)
        self.turn(pull=True)
        self.assertFalse(self.get_imported(order))
        refund.operation_ids.with_user(self.manager).action_not_happened()
        refund.operation_ids.with_user(self.agent).action_abandon()
        self.turn()
        self.assertEqual(refund.state, "cancelled")
        self.assertEqual(self.get_imported(order).amount, 5)
        self.assertAmounts(order, 79.7, 5, 0, 74.7)

    def test_imported_one_that_was_ours_is_taken_back(self):
        """One that was there before ours was sent stays."""
        order = self.read_order()
        self.seller.give_gesture(order.marketplace_ref, amount=5, motive_id=135)
        self.turn(pull=True)
        theirs = self.get_imported(order)
        self.wait(seconds=2)
        self.seller.fault("CreateRefundVoucher", "reset_after")
        refund = self.gesture(order, 5)
        self.turn()
        self.assertEqual(refund.state, "doubt")
        self.put_off(refund)
        with self.unguarded():
            self.turn(pull=True)
        self.assertEqual(len(self.get_imported(order)), 2)
        self.settle(refund, minutes=91)
        self.assertEqual(refund.state, "accepted")
        self.read_again(order)
        self.assertEqual(order.marketplace_refund_ids, refund | theirs)
        self.assertTrue(refund.line_ids.remote_id)
        self.assertAmounts(order, 79.7, 10, 0, 69.7)

    def test_manager_says_that_it_happened(self):
        order = self.read_order()
        self.seller.fault("CreateRefundVoucher", "reset_after")
        refund = self.gesture(order, 5)
        self.turn()
        self.put_off(refund)
        with self.unguarded():
            self.turn(pull=True)
        self.assertTrue(self.get_imported(order))
        refund.operation_ids.with_user(self.manager).action_happened()
        self.read_again(order)
        self.assertEqual(order.marketplace_refund_ids, refund)
        self.assertAmounts(order, 79.7, 5, 0, 74.7)


@tagged("post_install", "-at_install")
class TestHistoryElsewhere(ElsewhereCase):
    def setUp(self):
        super().setUp()
        self.account.import_start = fields.Datetime.now() - timedelta(days=40)
        self.account.booking = "draft"
        self.account.clock_start = fields.Datetime.now() - timedelta(hours=1)
        self.old = (datetime.now(timezone.utc) - timedelta(days=30)).isoformat()

    def make_old_order(self, **values):
        return self.make_order(created_at=self.old, shipped_at=self.old, **values)

    def assertSilent(self, order, refund):
        self.assertTrue(refund.is_imported)
        self.assertFalse(self.notes(order, refund))
        self.assertEqual(refund.booking_result, "none")
        self.assertTrue(refund.line_ids.accepted_at)

    def test_what_an_old_order_shows_at_first_sight(self):
        """Nothing dates the refund of a line; the order may have changed for another reason."""
        remote = self.make_old_order()
        self.seller.refund(remote["number"], line=LAMP)
        order = self.read_orders(remote)
        refund = order.marketplace_refund_ids
        self.assertSilent(order, refund)
        self.assertAmounts(order, 79.7, 53.9, 0, 25.8)
        self.seller.refund(remote["number"], line=BRAKES)
        self.turn(pull=True)
        news = order.marketplace_refund_ids - refund
        self.assertEqual(len(self.notes(order, news)), 1)
        self.assertEqual(news.booking_result, "to_book")

    def test_old_and_new_gestures_of_an_old_order(self):
        remote = self.make_old_order()
        self.seller.give_gesture(remote["number"], amount=5, created=self.old)
        self.seller.give_gesture(remote["number"], amount=6)
        order = self.read_orders(remote)
        old, new = self.get_imported(order)
        self.assertSilent(order, old)
        given_on = (fields.Datetime.now() - timedelta(days=30)).date()
        self.assertEqual((old.amount, old.line_ids.accepted_at.date()), (5, given_on))
        self.assertEqual((new.amount, new.booking_result), (6, "to_book"))
        self.assertEqual(len(self.notes(order, new)), 1)

    def test_new_order_that_is_refunded_already(self):
        remote = self.make_order()
        self.seller.refund(remote["number"], line=LAMP)
        order = self.read_orders(remote)
        refund = order.marketplace_refund_ids
        self.assertEqual(len(self.notes(order, refund)), 1)
        self.assertEqual(refund.booking_result, "to_book")


@tagged("post_install", "-at_install")
class TestCancelledElsewhere(ElsewhereCase):
    def test_refused_in_the_back_office(self):
        order = self.read_order(state=TO_SHIP)
        self.account.booking = "draft"
        self.seller.cancel(order.marketplace_ref, line=LAMP)
        self.read_again(order)
        refund = order.marketplace_refund_ids
        self.assertTrue(refund.is_imported)
        self.assertEqual((refund.kind, refund.state), ("refusal", "accepted"))
        self.assertEqual((refund.line_ids.decision, refund.amount), ("cancel", 53.9))
        self.assertAmounts(order, 79.7, 53.9, 0, 25.8)
        [note] = self.notes(order, refund)
        self.assertIn("not charged", note)
        self.assertEqual(refund.booking_result, "to_book")
        refund._book()
        self.assertEqual(refund.booking_result, "order")
        self.assertEqual(self.line_of(order, LAMP).product_uom_qty, 0)
        self.assertEqual(self.line_of(order, BRAKES).product_uom_qty, 1)

    def test_cancelled_by_the_customer(self):
        order = self.read_order(state=TO_SHIP)
        self.account.booking = "draft"
        for sku in (LAMP, BRAKES):
            self.seller.cancel(order.marketplace_ref, line=sku, by="customer")
            self.read_again(order)
        refunds = order.marketplace_refund_ids
        self.assertEqual(refunds.mapped("kind"), ["refusal", "refusal"])
        self.assertEqual(sorted(refunds.mapped("amount")), [25.8, 53.9])
        self.assertAmounts(order, 79.7, 79.7, 0, 0)
        for refund in refunds.sorted("id"):
            refund._book()
        self.assertEqual(order.state, "cancel")

    def test_state_that_follows_is_no_second_one(self):
        order = self.read_order(state=TO_SHIP)
        for state in ("CancelledAfterPaymentByCustomer", "RefundedAfterCustomerCancellation"):
            line = {"seller_product_id": LAMP, "state": state}
            self.seller.change_order(order.marketplace_ref, lines=[line])
            self.read_again(order)
        self.assertEqual(len(order.marketplace_refund_ids), 1)

    def test_our_refusal_is_not_imported(self):
        order = self.read_order(state=TO_SHIP)
        dialog = self.open_refusal(order)
        dialog.line_ids.decision = "refuse"
        refund = self.confirm(dialog)
        self.turn()
        self.assertEqual(refund.state, "accepted")
        self.read_again(order)
        self.assertEqual(order.marketplace_refund_ids, refund)
        self.assertTrue(all(refund.line_ids.mapped("remote_id")))

    def test_line_that_was_never_sold(self):
        """It was refused before the order came in, which has no line of it."""
        remote = self.make_order(state=TO_SHIP)
        self.seller.cancel(remote["number"], line=LAMP)
        order = self.read_orders(remote)
        self.read_again(order)
        self.assertFalse(order.marketplace_refund_ids)
