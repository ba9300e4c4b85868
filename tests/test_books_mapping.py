"""Every kind of refund in the books: which credit note, and what the order says afterwards."""

from odoo import Command
from odoo.tests import tagged

from .books_case import BRAKES, LAMP, BooksCase

UNPAID = {"state": "SHIPPING", "payment_workflow": "PAY_ON_SHIPMENT"}


@tagged("post_install", "-at_install")
class TestBooksMapping(BooksCase):
    # Before shipment ----------------------------------------------------------------------------

    def test_whole_order_before_shipment_not_invoiced(self):
        order = self.read_order(**UNPAID)
        refund = self.give(order, "order", code="35")
        self.assertEqual((order.state, refund.booking_state), ("cancel", "order"))
        self.assertBooked(refund, state="order")
        self.assertNotToInvoice(order, "no")

    def test_whole_order_before_shipment_invoiced(self):
        order, invoice = self.read_invoiced(**UNPAID)
        refund = self.give(order, "order", code="35")
        self.assertBooked(refund, 79.7)
        note = refund.credit_note_ids
        self.assertEqual(note.reversed_entry_id, invoice)
        self.assertEqual(set(order.order_line.mapped("product_uom_qty")), {0})
        self.assertEqual(set(order.order_line.mapped("qty_invoiced")), {0})
        self.assertNotToInvoice(order)
        note.action_post()
        self.assertEqual(refund.booking_state, "posted")
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertNotToInvoice(order)

    def test_line_before_shipment_not_invoiced(self):
        order = self.read_order(**UNPAID)
        refund = self.give(order, lines=[LAMP], code="35")
        self.assertBooked(refund, state="order")
        self.assertEqual(order.state, "sale")
        self.assertEqual(self.line_of(order, LAMP).product_uom_qty, 0)
        self.assertEqual(self.line_of(order, BRAKES).product_uom_qty, 1)
        invoice = self.invoice(order)
        self.assertAlmostEqual(invoice.amount_total, 25.8)
        self.assertNotToInvoice(order)

    def test_line_before_shipment_invoiced(self):
        order, invoice = self.read_invoiced(**UNPAID)
        refund = self.give(order, lines=[LAMP], code="35")
        self.assertBooked(refund, 53.9)
        self.assertEqual(refund.credit_note_ids.reversed_entry_id, invoice)
        self.assertEqual(self.line_of(order, LAMP).qty_invoiced, 0)
        self.assertNotToInvoice(order)

    def test_units_before_shipment_invoiced(self):
        lines = [self.line(LAMP, 10, quantity=3, shipping=2)]
        order, _invoice = self.read_invoiced(lines=lines, **UNPAID)
        refund = self.give(order, "units", lines={LAMP: {"units": 1}}, code="34")
        self.assertBooked(refund, 10)
        lamp = self.line_of(order, LAMP)
        self.assertEqual((lamp.product_uom_qty, lamp.qty_invoiced), (2, 2))
        self.assertNotToInvoice(order)

    def test_draft_invoice_before_shipment_bills_less(self):
        order = self.read_order(**UNPAID)
        invoice = self.invoice(order, post=False)
        refund = self.give(order, lines=[BRAKES], code="35")
        self.assertBooked(refund, state="order")
        self.assertAlmostEqual(invoice.amount_total, 53.9)
        self.assertNotToInvoice(order)

    def test_refund_of_units_that_were_not_shipped(self):
        """The customer was charged, so it is a refund; but nothing of it is to be shipped."""
        order, _invoice = self.read_invoiced(state="SHIPPING")
        dialog = self.open_dialog(order, lines=[LAMP])
        self.assertEqual(dialog.way, "refund")
        self.assertIn("1 → 0", str(dialog.booked_rows))
        refund = self.confirm(dialog)
        self.turn()
        self.book()
        self.assertBooked(refund, 53.9)
        self.assertEqual(self.line_of(order, LAMP).product_uom_qty, 0)
        self.assertEqual(self.line_of(order, BRAKES).product_uom_qty, 1)
        self.assertNotToInvoice(order)
        refund.credit_note_ids.unlink()
        refund.with_user(self.manager).action_book_again()
        self.assertBooked(refund, 53.9)
        self.assertNotToInvoice(order)

    def test_amount_before_shipment_leaves_the_order(self):
        order, _invoice = self.read_invoiced(state="SHIPPING")
        refund = self.give(order, "amount", lines={LAMP: {"goods": 10}})
        self.assertBooked(refund, 10)
        self.assertEqual(self.line_of(order, LAMP).product_uom_qty, 1)
        self.assertNotToInvoice(order)

    def test_locked_order_stays_locked(self):
        order, _invoice = self.read_invoiced(**UNPAID)
        order.action_lock()
        self.assertBooked(self.give(order, lines=[LAMP], code="35"), 53.9)
        self.assertTrue(order.locked)

    def test_what_the_seller_added_stays_ordered(self):
        order = self.read_order(**UNPAID)
        wrap = self._make_product("Gift wrap", self.tax)
        order.order_line = [Command.create({"product_id": wrap.id, "price_unit": 5})]
        wrap_line = order.order_line[-1]
        self.invoice(order)
        self.account.booking = "post"
        refund = self.give(order, "order", code="35")
        self.assertBooked(refund, 79.7, state="posted")
        self.assertEqual((wrap_line.product_uom_qty, wrap_line.qty_invoiced), (1, 1))
        self.assertEqual(order.invoice_status, "invoiced")

    def test_empty_draft_invoices_go(self):
        order = self.read_order(lines=[self.line(LAMP, 10), self.line(BRAKES, 20)], **UNPAID)
        brakes = self.line_of(order, BRAKES)
        brakes.product_uom_qty = 0
        draft = self.invoice(order, post=False)
        brakes.product_uom_qty = 1
        self.give(order, lines=[LAMP], code="35")
        self.assertFalse(draft.exists())
        self.assertEqual(self.line_of(order, LAMP).product_uom_qty, 0)

    # After shipment -----------------------------------------------------------------------------

    def test_units_without_return(self):
        lines = [self.line(LAMP, 10, quantity=3)]
        order, invoice = self.read_invoiced(lines=lines)
        refund = self.give(order, "units", lines={LAMP: {"units": 2}})
        self.assertBooked(refund, 20)
        line = refund.credit_note_ids.invoice_line_ids
        self.assertEqual((line.quantity, line.price_unit, line.sale_line_ids.ids), (2, 10, []))
        self.assertEqual(line.marketplace_credited_line_id.move_id, invoice)
        self.assertEqual(self.line_of(order, LAMP).qty_invoiced, 3)
        self.assertNotToInvoice(order)

    def test_units_with_return(self):
        lines = [self.line(LAMP, 10, quantity=3)]
        order, _invoice = self.read_invoiced(lines=lines)
        refund = self.ask(order, "units", lines={LAMP: {"units": 1}})
        refund.sudo().line_ids.returned = True
        self.turn()
        self.book()
        self.assertBooked(refund, 10)
        lamp = self.line_of(order, LAMP)
        self.assertEqual(refund.credit_note_ids.invoice_line_ids.sale_line_ids, lamp)
        self.assertEqual(lamp.qty_invoiced, 2)
        self.assertNotToInvoice(order)

    def test_units_with_return_where_deliveries_are_invoiced(self):
        self.products.invoice_policy = "delivery"
        order = self.read_order(lines=[self.line(LAMP, 10, quantity=3)])
        lamp = self.line_of(order, LAMP)
        lamp.qty_delivered = 3
        self.invoice(order)
        refund = self.ask(order, "units", lines={LAMP: {"units": 1}})
        refund.sudo().line_ids.returned = True
        self.turn()
        self.book()
        self.assertBooked(refund, 10)
        self.assertNotToInvoice(order)
        lamp.qty_delivered = 2  # the goods are back
        self.assertNotToInvoice(order)

    def test_return_of_a_partly_delivered_order(self):
        """What is not delivered yet is not what came back."""
        self.products.invoice_policy = "delivery"
        order = self.read_order(lines=[self.line(LAMP, 10, quantity=3)])
        lamp = self.line_of(order, LAMP)
        lamp.qty_delivered = 2
        self.invoice(order)
        refund = self.ask(order, "units", lines={LAMP: {"units": 1}})
        refund.sudo().line_ids.returned = True
        self.turn()
        self.book()
        self.assertBooked(refund, 10)
        self.assertEqual(lamp.qty_to_invoice, 0)
        lamp.qty_delivered = 1  # back
        self.assertEqual(lamp.qty_to_invoice, 0)

    def test_amount_on_a_line(self):
        order, _invoice = self.read_invoiced()
        refund = self.give(order, "amount", lines={LAMP: {"goods": 15}})
        self.assertBooked(refund, 15)
        self.assertTaxes(refund.credit_note_ids, 12.5, 2.5)
        line = refund.credit_note_ids.invoice_line_ids
        self.assertEqual(line.product_id, self.products[0])
        self.assertFalse(line.sale_line_ids)
        self.assertNotToInvoice(order)

    def test_shipping(self):
        order, _invoice = self.read_invoiced()
        refund = self.give(order, "shipping", lines={LAMP: {"shipping_back": 4}})
        self.assertBooked(refund, 4)
        self.assertEqual(refund.credit_note_ids.invoice_line_ids.product_id, self.shipping)
        self.assertNotToInvoice(order)

    def test_line_with_its_shipping(self):
        order, _invoice = self.read_invoiced()
        refund = self.give(order, lines=[LAMP])
        self.assertBooked(refund, 53.9)
        lines = refund.credit_note_ids.invoice_line_ids
        self.assertEqual(sorted(lines.mapped("price_total")), [4, 49.9])
        self.assertNotToInvoice(order)

    def test_whole_order(self):
        order, invoice = self.read_invoiced()
        refund = self.give(order, "order")
        self.assertBooked(refund, 79.7)
        refund.credit_note_ids.action_post()
        self.assertEqual(invoice.payment_state, "reversed")
        self.assertNotToInvoice(order)

    # Not yet invoiced ---------------------------------------------------------------------------

    def test_the_credit_note_follows_the_invoice(self):
        order = self.read_order()
        refund = self.give(order, lines=[LAMP])
        self.assertBooked(refund, state="no_invoice")
        self.assertIn(order.name, refund.booking_message)
        self.assertFalse(refund.activity_ids)
        invoice = self.invoice(order, post=False)
        self.book()
        self.assertBooked(refund, state="no_invoice")
        invoice.action_post()
        self.assertEqual(refund.booking_state, "to_book")
        self.book()
        self.assertBooked(refund, 53.9)

    def test_accounts_that_book_elsewhere(self):
        self.account.booking = "none"
        order, _invoice = self.read_invoiced()
        refund = self.give(order, lines=[LAMP])
        self.assertBooked(refund, state="none")

    # Found again --------------------------------------------------------------------------------

    def test_found_from_order_ticket_and_refund(self):
        remote = self.make_order()
        case = self.make_case(remote)
        order = case.sale_order_id
        self.invoice(order)
        refund = self.give(order, "amount", lines={LAMP: {"goods": 5}})
        note = refund.credit_note_ids
        self.assertEqual(order.marketplace_credit_note_count, 1)
        for record in (order, case.ticket_id, refund):
            name = (
                "action_view_credit_notes"
                if record == refund
                else "action_view_marketplace_credit_notes"
            )
            self.assertEqual(getattr(record, name)()["res_id"], note.id)
        self.assertIn(refund.name, note.message_ids.mapped("preview")[0] or note.ref)
        self.assertEqual(refund.credit_note_names, note.display_name)
