"""What can go wrong between a refund and the books, and who may decide about it."""

from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..connectors.transport import HttpSession
from .books_case import LAMP, BooksCase

CLOSED = "The period is closed."


class Conflict(SerializationFailure):
    """As PostgreSQL raises it."""

    pgcode = "40001"


@tagged("post_install", "-at_install")
class TestBooksLife(BooksCase):
    def fail_to_book(self):
        """A refund that could not be booked: its invoice is in another currency."""
        order = self.read_order()
        invoice = self.invoice(order, post=False)
        self.env.ref("base.USD").active = True
        invoice.currency_id = self.env.ref("base.USD")
        invoice.action_post()
        return self.give(order, lines=[LAMP])

    def test_no_call_waits_for_a_posting(self):
        order, _invoice = self.read_invoiced()
        self.account.booking = "post"
        refund = self.ask(order, lines=[LAMP])
        self.turn()
        self.assertEqual((refund.state, refund.booking_state), ("accepted", "to_book"))
        self.assertFalse(refund.credit_note_ids)
        with patch.object(HttpSession, "request", side_effect=AssertionError("a call")):
            self.book()
        self.assertBooked(refund, 53.9, state="posted")

    def test_failed_posting_leaves_refund_and_draft(self):
        order, _invoice = self.read_invoiced()
        self.account.booking = "post"
        Move = type(self.env["account.move"])
        genuine = Move.action_post

        def refuse(moves):
            if moves.marketplace_refund_id:
                raise UserError(CLOSED)
            return genuine(moves)

        with patch.object(Move, "action_post", refuse):
            refund = self.give(order, lines=[LAMP])
        self.assertEqual(refund.state, "accepted")
        self.assertBooked(refund, 53.9)
        self.assertIn(CLOSED, refund.booking_message)
        self.assertEqual(refund.activity_ids.user_id, self.account.user_id)

    def test_conflict_is_tried_again_at_once(self):
        """The job of the account writes the same order: the booking starts again, and goes on."""
        order, _invoice = self.read_invoiced()
        refund = self.ask(order, lines=[LAMP])
        self.turn()
        Books, calls = type(self.env["marketplace.books"]), []
        genuine = Books._book

        def meet_another(books, row):
            calls.append(row)
            if len(calls) == 1:
                raise Conflict
            return genuine(books, row)

        with patch.object(Books, "_book", meet_another):
            self.book()
        self.assertEqual(len(calls), 2)
        self.assertBooked(refund, 53.9)

    def test_one_that_fails_stops_no_other(self):
        bad = self.fail_to_book()
        self.assertEqual(bad.state, "accepted")
        self.assertBooked(bad, state="failed")
        bad.booking_result = "to_book"
        order, _invoice = self.read_invoiced()
        self.assertBooked(self.give(order, lines=[LAMP]), 53.9)
        self.assertBooked(bad, state="failed")
        self.assertEqual(len(bad.activity_ids), 1)

    def test_booked_once(self):
        order, _invoice = self.read_invoiced()
        refund = self.give(order, lines=[LAMP])
        self.book()
        refund._want_booking(refund)
        refund._follow_operation(refund.operation_ids)
        self.book()
        self.turn(pull=True)
        self.book()
        self.assertBooked(refund, 53.9)

    def test_deleted_draft_is_noticed_and_made_again(self):
        order, _invoice = self.read_invoiced()
        refund = self.give(order, lines=[LAMP])
        refund.credit_note_ids.unlink()
        self.assertEqual(refund.booking_state, "failed")
        refund.with_user(self.manager).action_book_again()
        self.assertBooked(refund, 53.9)
        refund.credit_note_ids.button_cancel()
        self.assertEqual(refund.booking_state, "failed")

    def test_book_again_once_the_cause_is_mended(self):
        bad = self.fail_to_book()
        with self.assertRaises(AccessError):
            bad.with_user(self.agent).action_book_again()
        invoice = bad.sale_order_id.invoice_ids
        invoice.button_draft()
        invoice.currency_id = self.env.ref("base.EUR")
        invoice.action_post()
        bad.with_user(self.manager).action_book_again()
        self.assertBooked(bad, 53.9)
        self.assertFalse(bad.activity_ids)
        self.assertFalse(bad.booking_message)

    def test_booked_by_hand(self):
        bad = self.fail_to_book()
        with self.assertRaises(AccessError):
            bad.with_user(self.agent).action_booked_by_hand()
        bad.with_user(self.manager).action_booked_by_hand()
        self.assertEqual(bad.booking_state, "hand")
        self.assertFalse(bad.activity_ids)
        self.assertIn(self.manager.name, bad.message_ids[0].body)
        self.book()
        self.assertBooked(bad, state="hand")
        with self.assertRaises(UserError):
            bad.with_user(self.manager).action_booked_by_hand()

    def test_a_lost_credit_note_alarms(self):
        order = self.read_order(lines=[self.line(LAMP, 12, quantity=2)])
        first = order._create_invoices()
        first.invoice_line_ids.quantity = 1
        first.action_post()
        self.invoice(order)
        refund = self.give(order, "amount", lines={LAMP: {"goods": 20}})
        self.assertBooked(refund, 12, 8)
        refund.credit_note_ids.action_post()
        self.assertEqual(refund.booking_state, "posted")
        lost = refund.credit_note_ids[0]
        lost.button_draft()
        lost.button_cancel()
        self.assertEqual(refund.booking_state, "failed")
        self.assertIn("cancelled", refund.booking_message)
        self.assertEqual(len(refund.activity_ids), 1)
        # What is posted stands; the rest is for people.
        refund.with_user(self.manager).action_book_again()
        self.assertEqual(refund.booking_state, "failed")
        self.assertIn("credited already", refund.booking_message)
        self.assertEqual(len(refund.credit_note_ids), 2)

    def test_account_that_does_not_book_any_more(self):
        order, _invoice = self.read_invoiced()
        refund = self.ask(order, lines=[LAMP])
        self.turn()
        self.assertEqual(refund.booking_state, "to_book")
        self.account.booking = "none"
        self.book()
        self.assertBooked(refund, state="none")

    def test_dated_where_the_seller_is(self):
        self.account.user_id.tz = "Europe/Paris"
        order, _invoice = self.read_invoiced()
        refund = self.ask(order, lines=[LAMP])
        self.turn()
        refund.line_ids.accepted_at = "2026-12-31 23:30:00"
        self.book()
        self.assertEqual(str(refund.credit_note_ids.invoice_date), "2027-01-01")

    def test_accountants_find_credit_notes(self):
        remote = self.make_order()
        case = self.make_case(remote)
        order = case.sale_order_id
        self.invoice(order)
        refund = self.give(order, lines=[LAMP])
        accountant = self._make_user(
            "accountant", "account.group_account_invoice,sales_team.group_sale_salesman_all_leads"
        )
        action = order.with_user(accountant).action_view_marketplace_credit_notes()
        self.assertEqual(action["res_id"], refund.credit_note_ids.id)
        note = refund.credit_note_ids.with_user(accountant)
        note.action_post()
        self.assertEqual(refund.booking_state, "posted")

    def test_refused_refunds_are_not_booked(self):
        order, _invoice = self.read_invoiced()
        self.seller.configure(options={"payable_balance": 5})
        refund = self.ask(order, lines=[LAMP])
        self.turn()
        self.book()
        self.assertEqual(refund.state, "refused")
        self.assertBooked(refund, state="none")

    # Refunds made elsewhere ---------------------------------------------------------------------

    def test_made_in_the_back_office(self):
        remote = self.make_order()
        order = self.read_orders(remote)
        self.invoice(order)
        self.seller.refund(remote["number"], line=remote["lines"][0]["id"], amount=20)
        for _again in range(2):
            self.turn(pull=True)
            self.book()
        refund = order.marketplace_refund_ids
        self.assertTrue(refund.is_imported)
        self.assertBooked(refund, 20)
        self.assertNotToInvoice(order)

    def test_cancelled_in_the_back_office(self):
        remote = self.make_order(state="SHIPPING", payment_workflow="PAY_ON_SHIPMENT")
        order = self.read_orders(remote)
        self.invoice(order)
        self.seller.cancel(remote["number"], line=remote["lines"][1]["id"], amount=25.8)
        self.turn(pull=True)
        self.book()
        self.assertBooked(order.marketplace_refund_ids, 25.8)
        self.assertEqual(self.line_of(order, "REF-2").product_uom_qty, 0)
        self.assertNotToInvoice(order)

    def test_what_was_read_before_its_answer_is_booked_once(self):
        order, _invoice = self.read_invoiced()
        refund = self.give(order, lines=[LAMP])
        note = refund.credit_note_ids
        note.action_post()
        imported = self.env["marketplace.refund"].create(
            {
                "account_id": self.account.id,
                "sale_order_id": order.id,
                "kind": "amount",
                "state": "accepted",
                "currency_id": order.currency_id.id,
                "is_imported": True,
            }
        )
        note.marketplace_refund_id = imported
        refund.booking_result = "none"
        self.env["marketplace.refund.import"]._take_back(imported, refund)
        self.assertEqual(note.marketplace_refund_id, refund)
        refund._want_booking(refund)
        self.book()
        self.assertBooked(refund, 53.9, state="posted")

    def test_two_imported_ones_become_one_of_ours(self):
        """One is posted already: the other still gets into the books, or somebody is told."""
        order, _invoice = self.read_invoiced()
        self.seller.refund(order.marketplace_ref, line=LAMP, amount=10)
        self.seller.refund(order.marketplace_ref, line="REF-2", amount=5)
        self.turn(pull=True)
        self.book()
        imported = order.marketplace_refund_ids.sorted("id")
        notes = imported.credit_note_ids.sorted("id")
        notes[0].action_post()
        ours = self.ask(order, "amount", lines={LAMP: {"goods": 10}, "REF-2": {"goods": 5}})
        ours.line_ids.state = "accepted"
        for row in imported:
            ours._drop_double(row.line_ids)
        ours._note_accepted()
        self.book()
        self.assertFalse(imported.exists())
        self.assertEqual(ours.credit_note_ids, notes)
        self.assertEqual(sum(notes.mapped("amount_total")), 15)
        self.assertEqual(ours.booking_state, "draft")
