"""Commercial gestures, and refusals before shipment at Cdiscount, in the books."""

from odoo import Command
from odoo.tests import tagged

from .books_case import BooksCase
from .common import MarketplaceCase
from .out_case import OutCase
from .sandbox_api import Seller


@tagged("post_install", "-at_install")
class TestBooksGestures(BooksCase):
    seller_class = Seller
    # The Cdiscount account and its orders.
    _make_account = MarketplaceCase._make_account
    make_order = MarketplaceCase.make_order
    line = MarketplaceCase.line
    wire = OutCase.wire

    def give_gesture(self, order, amount=5.0):
        refund = self.gesture(order, amount)
        self.turn()
        self.assertEqual(refund.state, "accepted")
        self.book()
        return refund

    def test_gesture_on_its_own_product(self):
        order, invoice = self.read_invoiced()
        refund = self.give_gesture(order)
        self.assertBooked(refund, 5)
        line = refund.credit_note_ids.invoice_line_ids
        self.assertEqual((line.product_id, line.tax_ids), (self.gesture_product, self.tax))
        self.assertFalse(line.sale_line_ids)
        self.assertNotToInvoice(order)
        refund.credit_note_ids.action_post()
        self.assertAlmostEqual(invoice.amount_residual, 74.7)
        self.assertEqual(order.marketplace_credit_note_count, 1)

    def test_gesture_on_several_invoices(self):
        order = self.read_order()
        lamp, brakes = order.order_line.filtered("marketplace_ref")
        brakes.product_uom_qty = 0
        self.invoice(order)  # the lamp and the shipping charges: 53.90
        brakes.product_uom_qty = 1
        self.invoice(order)
        self.assertEqual(lamp.invoice_status, "invoiced")
        refund = self.give_gesture(order, 60)
        self.assertBooked(refund, 53.9, 6.1)
        self.assertNotToInvoice(order)

    def test_taxes_of_a_gesture_are_configured(self):
        self.gesture_product.taxes_id = [Command.clear()]
        order, _invoice = self.read_invoiced()
        refund = self.give_gesture(order)
        self.assertTaxes(refund.credit_note_ids, 5, 0)

    def test_gesture_without_a_product(self):
        self.account.gesture_product_id = False
        order, _invoice = self.read_invoiced()
        refund = self.give_gesture(order)
        self.assertBooked(refund, state="failed")
        self.assertIn(self.account.name, refund.booking_message)
        self.assertTrue(refund.activity_ids)
        self.account.gesture_product_id = self.gesture_product  # mended: booked by itself
        self.book()
        self.assertBooked(refund, 5)
        self.assertFalse(refund.activity_ids)

    def test_refusal_before_shipment(self):
        order = self.read_order(state="WaitingForShipmentAcceptation")
        dialog = self.open_refusal(order)
        dialog.line_ids[0].decision = "refuse"
        dialog.line_ids[1].decision = "ship"
        dialog.write({"carrier": "Colissimo", "tracking_number": "1"})
        refund = self.confirm(dialog)
        self.turn()
        self.book()
        self.assertBooked(refund, state="order")
        goods = order.order_line.filtered("marketplace_ref")
        self.assertEqual(goods.mapped("product_uom_qty"), [0, 1])
        invoice = self.invoice(order)
        self.assertAlmostEqual(invoice.amount_total, 25.8)
        self.assertNotToInvoice(order)
