"""Credit notes to the cent: taxes, currencies, several invoices, invoices credited before."""

from odoo import Command
from odoo.tests import tagged

from ..models.books_records import Item
from .books_case import BRAKES, LAMP, BooksCase


@tagged("post_install", "-at_install")
class TestBooksCents(BooksCase):
    """Taxes on top of the price: some totals are met by no net amount."""

    is_included = False

    def test_every_total_is_met(self):
        order, _invoice = self.read_invoiced()
        self.account.booking = "post"
        given = 0
        for cents in (0.01, 0.03, 0.09, 1.23, 7.77, 15):
            refund = self.give(order, "amount", lines={LAMP: {"goods": cents}})
            self.assertBooked(refund, cents, state="posted")
            given += cents
        self.assertNotToInvoice(order)
        rest = self.give(order, "order")
        self.assertBooked(rest, round(79.7 - given, 2), state="posted")
        self.assertEqual(order.invoice_ids.payment_state, "reversed")

    def test_taxes_of_the_invoice_line_not_of_the_product(self):
        order, _invoice = self.read_invoiced()
        self.products.taxes_id = [Command.set(self._make_tax(5.5, False).ids)]
        refund = self.give(order, "amount", lines={LAMP: {"goods": 12}})
        self.assertEqual(refund.credit_note_ids.invoice_line_ids.tax_ids, self.tax)
        self.assertTaxes(refund.credit_note_ids, 10, 2)

    def test_two_taxes_on_one_order(self):
        reduced = self._make_tax(5.5, False)
        self.products[1].taxes_id = [Command.set(reduced.ids)]
        order, _invoice = self.read_invoiced()
        refund = self.give(order, "order")
        note = refund.credit_note_ids
        self.assertBooked(refund, 79.7)
        by_tax = {line.tax_line_id: line.balance for line in note.line_ids if line.tax_line_id}
        self.assertEqual(
            {tax: round(amount, 2) for tax, amount in by_tax.items()},
            {
                self.tax: 8.99,
                reduced: 1.35,
            },
        )

    def test_rounding_of_the_company_by_document(self):
        self.company.tax_calculation_rounding_method = "round_globally"
        lines = [self.line(LAMP, 3.33, quantity=3, shipping=1.11), self.line(BRAKES, 7.77)]
        order, _invoice = self.read_invoiced(lines=lines)
        self.account.booking = "post"
        refund = self.give(order, "units", lines={LAMP: {"units": 2}})
        self.assertBooked(refund, 6.66, state="posted")
        rest = self.give(order, "order")
        self.assertBooked(rest, 12.21, state="posted")
        self.assertNotToInvoice(order)

    def test_discounted_invoice(self):
        lines = [self.line(LAMP, 10, quantity=3)]
        order = self.read_order(lines=lines)
        lamp = self.line_of(order, LAMP)
        lamp.write({"price_unit": lamp.price_unit / 0.9, "discount": 10})
        self.invoice(order)
        refund = self.give(order, "units", lines={LAMP: {"units": 1}})
        self.assertBooked(refund, 10)
        self.assertEqual(refund.credit_note_ids.invoice_line_ids.discount, 10)

    def test_fiscal_position_of_the_invoice(self):
        abroad = self._make_tax(0, False)
        position = self.env["account.fiscal.position"].create({"name": "Abroad"})
        abroad.write(
            {
                "fiscal_position_ids": [Command.link(position.id)],
                "original_tax_ids": [Command.link(self.tax.id)],
            }
        )
        order = self.read_order()
        order.fiscal_position_id = position
        order.action_update_taxes()
        for line in order.order_line:
            line.price_unit = line.marketplace_amount or line.price_total or line.price_unit
        self.invoice(order)
        refund = self.give(order, "amount", lines={LAMP: {"goods": 6}})
        note = refund.credit_note_ids
        self.assertEqual(note.fiscal_position_id, position)
        self.assertEqual(note.invoice_line_ids.tax_ids, abroad)
        self.assertTaxes(note, 6, 0)

    # Several invoices, invoices credited before ---------------------------------------------------

    def test_several_invoices(self):
        order = self.read_order(lines=[self.line(LAMP, 12, quantity=3)])
        first = order._create_invoices()
        first.invoice_line_ids.quantity = 1
        first.invoice_date = "2026-11-01"
        first.action_post()
        second = self.invoice(order)
        refund = self.give(order, "amount", lines={LAMP: {"goods": 20}})
        self.assertBooked(refund, 12, 8)
        notes = refund.credit_note_ids.sorted("id")
        self.assertEqual(notes.mapped("reversed_entry_id"), first + second)
        rest = self.give(order, "amount", lines={LAMP: {"goods": 16}})
        self.assertBooked(rest, 16)
        self.assertEqual(rest.credit_note_ids.reversed_entry_id, second)

    def test_invoice_that_was_credited_by_hand(self):
        order, invoice = self.read_invoiced()
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        by_hand = wizard.create({"journal_id": invoice.journal_id.id, "reason": "by hand"})
        note = self.env["account.move"].browse(by_hand.refund_moves()["res_id"])
        note.invoice_line_ids.filtered(lambda line: line.product_id != self.products[0]).unlink()
        note.action_post()
        self.assertAlmostEqual(note.amount_total, 49.9)
        refund = self.give(order, lines=[LAMP])
        self.assertBooked(refund, 4)
        self.assertIn("49.90", refund.booking_message)
        self.assertTrue(refund.activity_ids)

    def test_credit_note_made_from_the_order(self):
        """It names no invoice: the oldest gives back first, once."""
        order = self.read_order(lines=[self.line(LAMP, 12, quantity=2)])
        first = order._create_invoices()
        first.invoice_line_ids.quantity = 1
        first.invoice_date = "2026-11-01"
        first.action_post()
        second = self.invoice(order)
        lamp = self.line_of(order, LAMP)
        lamp.product_uom_qty = 1
        by_hand = order._create_invoices(final=True)
        by_hand.action_post()
        self.assertEqual(by_hand.move_type, "out_refund")
        refund = self.give(order, "amount", lines={LAMP: {"goods": 6}})
        self.assertBooked(refund, 6)
        self.assertEqual(refund.credit_note_ids.reversed_entry_id, second)

    def test_payment_terms_of_the_customer(self):
        order, _invoice = self.read_invoiced()
        order.partner_id.property_payment_term_id = self.env["account.payment.term"].create(
            {
                "name": "2 % in 10 days",
                "early_discount": True,
                "discount_percentage": 2,
                "discount_days": 10,
                "early_pay_discount_computation": "mixed",
            }
        )
        refund = self.give(order, "amount", lines={LAMP: {"goods": 30}})
        self.assertBooked(refund, 30)

    def test_invoice_of_less_than_the_marketplace_charged(self):
        order = self.read_order()
        self.line_of(order, LAMP).price_unit = 40  # 48.00 with taxes
        self.invoice(order)
        self.account.booking = "post"
        refund = self.give(order, "amount", lines={LAMP: {"goods": 49.9}})
        self.assertBooked(refund, 48)  # a draft, whatever the account says
        self.assertIn("1.90", refund.booking_message)
        self.assertEqual(len(refund.activity_ids), 1)

    def test_difference_on_its_product(self):
        order = self.read_order()
        self.line_of(order, LAMP).price_unit = 40
        self.invoice(order)
        self.account.write({"booking": "post", "adjustment_product_id": self.adjustment.id})
        refund = self.give(order, "amount", lines={LAMP: {"goods": 49.9}})
        self.assertBooked(refund, 49.9, state="posted")
        lines = refund.credit_note_ids.invoice_line_ids.sorted("id")
        self.assertEqual(lines.mapped("product_id"), self.products[0] + self.adjustment)
        self.assertEqual([round(line.price_total, 2) for line in lines], [48, 1.9])
        self.assertFalse(refund.activity_ids)

    # Other currencies ---------------------------------------------------------------------------

    def test_foreign_currency(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollar.id,
                "name": "2026-01-01",
                "rate": 1.25,
                "company_id": self.company.id,
            }
        )
        order, invoice = self.read_invoiced(currency="USD")
        self.assertEqual(invoice.currency_id, dollar)
        self.account.booking = "post"
        refund = self.give(order, "amount", lines={LAMP: {"goods": 15.03}})
        self.assertBooked(refund, 15.03, state="posted")
        note = refund.credit_note_ids
        self.assertEqual(note.currency_id, dollar)
        self.assertAlmostEqual(abs(note.amount_total_signed), 12.02, delta=0.011)

    def test_invoice_in_another_currency_is_left_to_people(self):
        order = self.read_order()
        invoice = self.invoice(order, post=False)
        dollar = self.env.ref("base.USD")
        dollar.active = True
        invoice.currency_id = dollar
        invoice.action_post()
        refund = self.give(order, lines=[LAMP])
        self.assertBooked(refund, state="failed")
        self.assertIn("USD", refund.booking_message)

    # What is shown is what is booked ------------------------------------------------------------

    def test_preview_is_what_is_booked(self):
        order, invoice = self.read_invoiced()
        lamp = self.line_of(order, LAMP)
        books = self.env["marketplace.books"].with_user(self.agent)
        before = self.env["account.move"].search_count([])
        preview = books._preview(order, [Item(lamp, "Lamp", 13.37, 1.5)])
        self.assertEqual(self.env["account.move"].search_count([]), before)
        refund = self.give(order, "amount", lines={LAMP: {"goods": 13.37, "shipping_back": 1.5}})
        note = refund.credit_note_ids
        self.assertEqual(preview["outcome"], "credit")
        self.assertEqual(
            preview["notes"],
            [
                {
                    "invoice": invoice.name,
                    "journal": note.journal_id.name,
                    "untaxed": note.amount_untaxed,
                    "tax": note.amount_tax,
                    "total": note.amount_total,
                    "posted": False,
                }
            ],
        )


@tagged("post_install", "-at_install")
class TestBooksCentsIncluded(BooksCase):
    """Taxes within the price."""

    def test_every_total_is_met(self):
        order, _invoice = self.read_invoiced()
        self.account.booking = "post"
        for cents in (0.01, 0.03, 1.23, 48.63):
            refund = self.give(order, "amount", lines={LAMP: {"goods": cents}})
            self.assertBooked(refund, cents, state="posted")
        self.assertNotToInvoice(order)

    def test_tax_per_unit(self):
        fixed = self._make_tax(0.5, True, amount_type="fixed", name="Eco", include_base_amount=True)
        self.products[0].taxes_id = [Command.set((fixed + self.tax).ids)]
        order = self.read_order(lines=[self.line(LAMP, 12, quantity=3)])
        invoice = self.invoice(order)
        self.assertAlmostEqual(invoice.amount_total, 36)
        self.assertBooked(self.give(order, "units", lines={LAMP: {"units": 1}}), 12)
        self.assertBooked(self.give(order, "amount", lines={LAMP: {"goods": 3.33}}), 3.33)

    def test_journal_and_dates(self):
        journal = self.env["account.journal"].create(
            {"name": "Marketplace credit notes", "code": "MKTCN", "type": "sale"}
        )
        self.account.refund_journal_id = journal
        order, invoice = self.read_invoiced()
        refund = self.give(order, lines=[LAMP])
        note = refund.credit_note_ids
        self.assertEqual(note.journal_id, journal)
        self.assertEqual(note.invoice_date, refund.line_ids.accepted_at.date())
        self.assertEqual(note.partner_id, invoice.partner_id)
        self.assertIn(order.marketplace_ref, note.ref)
