"""What tests of the bookkeeping share: taxes, invoices, the job that books, totals."""

from odoo import Command

from .mirakl_refund_case import MiraklRefundCase

LAMP, BRAKES = "REF-1", "REF-2"


class BooksCase(MiraklRefundCase):
    """Orders of a lamp (49.90 and 4.00 shipping) and brakes (25.80), at 20 % of taxes that the
    prices include; `self.account` makes drafts."""

    is_included = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tax = cls._make_tax(20, cls.is_included)
        for product in cls.products | cls.shipping:
            product.write({"taxes_id": [Command.set(cls.tax.ids)], "invoice_policy": "order"})
        cls.gesture_product = cls._make_product("Commercial gesture", cls.tax)
        cls.adjustment = cls._make_product("Difference", cls.tax.browse())

    @classmethod
    def _make_tax(cls, amount, included, **values):
        return cls.env["account.tax"].create(
            {
                "name": f"VAT {amount} {'incl.' if included else 'excl.'}",
                "amount": amount,
                "type_tax_use": "sale",
                "price_include_override": "tax_included" if included else "tax_excluded",
                "company_id": cls.env.company.id,
                **values,
            }
        )

    @classmethod
    def _make_product(cls, name, taxes):
        return cls.env["product.product"].create(
            {"name": name, "type": "service", "taxes_id": [Command.set(taxes.ids)]}
        )

    def setUp(self):
        super().setUp()
        self.account.gesture_product_id = self.gesture_product

    # The world

    def read_invoiced(self, **values):
        """(order, its posted invoice)"""
        order = self.read_order(**values)
        return order, self.invoice(order)

    def invoice(self, order, post=True):
        """Invoice all that is to invoice."""
        move = order._create_invoices()
        move.invoice_date = "2026-11-01"
        if post:
            move.action_post()
        return move

    def give(self, order, kind="lines", **values):
        """Ask for a refund, have it accepted and booked; returns it."""
        refund = self.ask(order, kind, **values)
        self.turn()
        self.assertEqual(refund.state, "accepted")
        self.book()
        return refund

    def give_gesture(self, order, amount):
        refund = self.confirm(self.open_dialog(order, "gesture", gesture_amount=amount))
        self.turn()
        self.book()
        return refund

    def book(self):
        """One turn of the job that books."""
        with self.enter_registry_test_mode():
            self.env.ref("marketplace_helpdesk.cron_book").method_direct_trigger()
        self.env.invalidate_all()

    # What is in the books

    def assertBooked(self, refund, *totals, state="draft"):
        """The credit notes of a refund: their totals, all of them in `state`."""
        notes = refund.credit_note_ids.sorted("id")
        self.assertEqual([round(note.amount_total, 2) for note in notes], list(totals))
        self.assertEqual(refund.booking_state, state, refund.booking_message)
        self.assertEqual(set(notes.mapped("state")) - {state}, set())
        for note in notes:
            self.assertTrue(note.reversed_entry_id)
            self.assertEqual(note.move_type, "out_refund")

    def assertTaxes(self, note, untaxed, tax):
        self.assertEqual((round(note.amount_untaxed, 2), round(note.amount_tax, 2)), (untaxed, tax))

    def assertNotToInvoice(self, order, status="invoiced"):
        """Nothing can be invoiced, or credited by the order, once more."""
        self.assertEqual(order.invoice_status, status)
        self.assertEqual(set(order.order_line.mapped("qty_to_invoice")), {0})
