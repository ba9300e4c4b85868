"""Cancelled units where stock is installed beside: nothing of them is delivered any more."""

from odoo.tests import tagged

from .books_world import BooksWorld, Line, Shop, Step


@tagged("post_install", "-at_install")
class TestBooksStock(BooksWorld):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if "stock.move" not in cls.env or "move_ids" not in cls.env["sale.order.line"]._fields:
            cls.skipTest(cls, "Stock is not installed.")
        cls.desk = cls._make_desk(cls.env.company)
        for product in cls.desk.products.values():
            product.type = "consu"

    def setUp(self):
        super().setUp()
        self.open_shop(self.desk, Shop())
        self.order = self.make_order(
            self.desk, [Line(quantity=3, shipping=400), Line()], shipped=False
        )

    def get_units(self):
        """Units that are still to be delivered, and what comes in."""
        moves = self.order.picking_ids.move_ids.filtered(
            lambda m: m.state not in ("done", "cancel")
        )
        return sorted((m.picking_id.picking_type_id.code, m.product_uom_qty) for m in moves)

    def test_some_units(self):
        self.invoice(self.order)
        self.give(self.order, Step("units", units=1))
        self.book()
        self.assertEqual(self.get_units(), [("outgoing", 1), ("outgoing", 2)])

    def test_whole_order(self):
        self.invoice(self.order)
        self.give(self.order, Step("order"))
        self.book()
        self.assertEqual(self.get_units(), [])
        self.assertEqual(self.order.invoice_status, "invoiced")

    def test_delivered_already(self):
        for move in self.order.picking_ids.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        self.order.picking_ids.button_validate()
        for step in (Step("units", units=1), Step("order")):
            refund = self.give(self.order, step)
            self.book()
            self.assertEqual(refund.booking_state, "failed")
            self.assertIn("delivered", refund.booking_message)
            self.assertTrue(refund.activity_ids)
        self.assertEqual(self.order.state, "sale")
