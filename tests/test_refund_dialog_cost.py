"""The refund dialog stays quick: what a keystroke costs does not grow with the order."""

from odoo.tests import Form, tagged

from .books_case import BooksCase

FEW, MANY = 2, 40


@tagged("post_install", "-at_install")
class TestRefundDialogCost(BooksCase):
    def make_products(self, count):
        values = [
            {"name": f"Part {number}", "default_code": f"PART-{number}", "invoice_policy": "order"}
            for number in range(count)
        ]
        return self.env["product.product"].create(values)

    def read_long(self, count):
        lines = [self.line(f"PART-{number}", 10 + number) for number in range(count)]
        return self.read_invoiced(lines=lines)[0]

    def count_queries(self, order):
        """(to open the dialog, to tick one line, to take the whole order) as in the browser."""
        self.env.flush_all()
        self.env.invalidate_all()
        dialog = self.env["marketplace.refund.ask"].with_user(self.agent)
        start = self.cr.sql_log_count
        form = Form(dialog.with_context(default_order_id=order.id, default_kind="lines"))
        opened = self.cr.sql_log_count
        self.env.invalidate_all()
        with form.line_ids.edit(1) as line:
            line.selected = True
        self.assertTrue(form.asked_rows)
        ticked = self.cr.sql_log_count
        self.env.invalidate_all()
        form.kind = "order"
        self.assertEqual(form.booked_rows[0]["style"], "strong", "a credit note")
        return opened - start, ticked - opened, self.cr.sql_log_count - ticked

    def test_queries(self):
        self.make_products(MANY)
        few, many = self.read_long(FEW), self.read_long(MANY)
        self.count_queries(few)  # views, rights and the like are read once
        few, many = self.count_queries(few), self.count_queries(many)
        self.assertEqual(few, many)
        self.assertLess(max(many), 40)
