"""The two panels of the refund dialogs: what will be asked, and what will be booked."""

from odoo.tests import tagged

from .books_case import BRAKES, LAMP, BooksCase
from .out_case import OutCase


class Panels:
    """Reads the panels as (text, amount), without notes."""

    def read_rows(self, rows):
        return [(row["text"], row["amount"].replace("\xa0", " ")) for row in rows]

    def read_notes(self, rows):
        return " ".join(f"{row['text']} {row['note']}" for row in rows).replace("\xa0", " ")


@tagged("post_install", "-at_install")
class TestRefundPanels(Panels, BooksCase):
    # What will be asked -------------------------------------------------------------------------

    def test_asked(self):
        order = self.read_order(
            lines=[self.line(LAMP, 49.9, shipping=4), self.line(BRAKES, 10, quantity=3)]
        )
        for kind, lines, expected in (
            (
                "lines",
                [LAMP],
                [
                    ("Refund · 1 line", "53.90 €"),
                    ("REF-1 · 1 unit · of which shipping 4.00 €", "53.90 €"),
                ],
            ),
            (
                "units",
                {BRAKES: {"units": 2}},
                [("Refund · Units · 1 line", "20.00 €"), ("REF-2 · 2 units", "20.00 €")],
            ),
            (
                "amount",
                {LAMP: {"goods": 12.5, "shipping_back": 1}, BRAKES: {"goods": 3}},
                [
                    ("Refund · Amount · 2 lines", "16.50 €"),
                    ("REF-1 · of which shipping 1.00 €", "13.50 €"),
                    ("REF-2", "3.00 €"),
                ],
            ),
            (
                "shipping",
                {LAMP: {"shipping_back": 2.5}},
                [("Refund · Shipping Charges · 1 line", "2.50 €"), ("REF-1", "2.50 €")],
            ),
        ):
            dialog = self.open_dialog(order, kind, lines=lines)
            rows = [
                (text.replace("\xa0", " "), amount)
                for text, amount in self.read_rows(dialog.asked_rows)
            ]
            self.assertEqual(rows, expected)
        dialog = self.open_dialog(order, lines=[LAMP], with_shipping=False)
        self.assertEqual(dialog.asked_rows[1]["text"], "REF-1 · 1 unit · without shipping")
        self.assertFalse(self.open_dialog(order).asked_rows)

    # What will be booked ------------------------------------------------------------------------

    def test_booked_as_shown(self):
        """The panel says what the credit note then is, to the cent."""
        for kind, lines in (
            ("lines", [LAMP]),
            ("amount", {LAMP: {"goods": 12.34, "shipping_back": 0.77}, BRAKES: {"goods": 3.33}}),
            ("shipping", {LAMP: {"shipping_back": 2.5}}),
            ("order", []),
        ):
            order, invoice = self.read_invoiced()
            dialog = self.open_dialog(order, kind, lines=lines)
            rows, amount = dialog.booked_rows, dialog.amount
            refund = self.confirm(dialog)
            self.turn()
            self.book()
            self.assertBooked(refund, round(amount, 2))
            note = refund.credit_note_ids
            money = order.currency_id.format
            self.assertEqual(rows[0]["text"], f"Draft credit note on {invoice.name}")
            self.assertEqual(rows[0]["amount"], money(note.amount_total))
            self.assertEqual(
                rows[0]["note"],
                f"{money(note.amount_untaxed)} + tax {money(note.amount_tax)} · "
                f"journal “{note.journal_id.name}”",
            )
            self.assertIn("does not go back to “to invoice”", self.read_notes(rows))

    def test_units_that_come_back(self):
        order, _invoice = self.read_invoiced()
        dialog = self.open_dialog(order, lines=[BRAKES], goods_return="returned")
        self.assertIn("The goods come back", self.read_notes(dialog.booked_rows))

    def test_posted_at_once(self):
        self.account.booking = "post"
        order, invoice = self.read_invoiced()
        dialog = self.open_dialog(order, lines=[BRAKES])
        self.assertEqual(dialog.booked_rows[0]["text"], f"Credit note on {invoice.name}, posted")

    def test_no_invoice_yet(self):
        order = self.read_order()
        dialog = self.open_dialog(order, lines=[LAMP])
        [row] = dialog.booked_rows
        self.assertIn("no posted invoice yet: the credit note follows", row["text"])
        self.assertFalse(dialog.invoices)

    def test_before_shipment(self):
        order = self.read_order(state="SHIPPING", payment_workflow="PAY_ON_SHIPMENT")
        dialog = self.open_dialog(order, code="35", lines=[LAMP])
        self.assertEqual(dialog.asked_rows[0]["text"], "Cancellation · 1 line")
        text = self.read_notes(dialog.booked_rows)
        self.assertIn("quantity 1 → 0", text)
        self.assertIn("no credit note", text)

    def test_what_no_invoice_has_left(self):
        """A credit note by hand took most of it: the rest is named, not hidden."""
        order, invoice = self.read_invoiced()
        credit = invoice._reverse_moves([{"date": invoice.date}])
        credit.invoice_line_ids.filtered(lambda line: line.product_id != self.products[0]).unlink()
        credit.invoice_line_ids.price_unit = 45
        credit.action_post()
        dialog = self.open_dialog(order, lines=[LAMP], with_shipping=False)
        rows = dialog.booked_rows
        self.assertEqual(rows[0]["amount"].replace("\xa0", " "), "4.90 €")
        [warning] = [row for row in rows if row["style"] == "warning"]
        self.assertIn("Not on any invoice", warning["text"])
        self.assertEqual(warning["amount"].replace("\xa0", " "), "45.00 €")

    def test_not_booked_from_here(self):
        self.account.booking = "none"
        order, _invoice = self.read_invoiced()
        dialog = self.open_dialog(order, lines=[LAMP])
        self.assertIn("not booked from here", self.read_notes(dialog.booked_rows))

    def test_agents_see_the_name_of_the_invoice_only(self):
        order, invoice = self.read_invoiced()
        dialog = self.open_dialog(order)
        self.assertEqual(dialog.invoices, invoice.name)
        self.assertFalse(invoice.with_user(self.agent).has_access("read"))

    def test_nothing_is_written_by_looking(self):
        order, invoice = self.read_invoiced()
        dialog = self.open_dialog(order, "order")
        self.assertTrue(dialog.booked_rows)
        self.env.flush_all()
        self.assertFalse(invoice.reversal_move_ids)
        self.assertNotToInvoice(order)


@tagged("post_install", "-at_install")
class TestRefusalPanels(Panels, OutCase):
    def test_line_by_line(self):
        order = self.read_order(state="WaitingForShipmentAcceptation")
        dialog = self.open_refusal(order)
        self.assertEqual(
            self.read_rows(dialog.asked_rows),
            [("Not decided yet", "53.90 €"), ("Not decided yet", "25.80 €")],
        )
        self.assertFalse(dialog.booked_rows)
        lamp, brakes = dialog.line_ids
        lamp.decision, brakes.decision = "ship", "refuse"
        self.assertEqual(
            self.read_rows(dialog.asked_rows),
            [("Declare shipped", "53.90 €"), ("Refuse and refund", "− 25.80 €")],
        )
        text = self.read_notes(dialog.booked_rows)
        self.assertIn("Product REF-2: quantity 1 → 0", text)
        self.assertNotIn("REF-1", text)
        self.assertIn("no credit note", text)

    def test_draft(self):
        order = self.read_order(state="WaitingForShipmentAcceptation")
        dialog = self.open_refusal(order)
        dialog.action_refuse_all()
        dialog.action_save_draft()
        refund = order.marketplace_refund_ids
        self.assertEqual((refund.kind, refund.state, refund.amount), ("refusal", "draft", 79.7))
        self.turn()
        self.assertExecuted("ValidateOrderList", 0)
