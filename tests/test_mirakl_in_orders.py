"""Orders of Mirakl as sale orders: what was charged, to the cent, however taxes are told."""

from odoo import Command
from odoo.tests import tagged

from .mirakl_case import MiraklCase

LAMP, BRAKES = "REF-1", "REF-2"


@tagged("post_install", "-at_install")
class TestMiraklOrders(MiraklCase):
    def set_taxes(self, included, rate=19):
        """Products and shipping get a tax that is in the price, or comes on top."""
        tax = self.env["account.tax"].create(
            {
                "name": f"{rate} % {included}",
                "amount": rate,
                "price_include_override": "tax_included" if included else "tax_excluded",
            }
        )
        (self.products | self.shipping).taxes_id = [Command.set(tax.ids)]

    def assertCharged(self, order, *amounts):
        """The totals of the lines, and of the order as it will be invoiced."""
        lines = order.order_line.filtered("marketplace_ref")
        self.assertEqual(
            [round(li.marketplace_amount + li.marketplace_shipping, 2) for li in lines],
            list(amounts),
        )
        self.assertEqual(round(order.marketplace_charged, 2), round(sum(amounts), 2))
        self.assertEqual(round(order.amount_total, 2), round(sum(amounts), 2))

    def test_several_units_whose_price_has_more_digits(self):
        for included in (True, False):
            with self.subTest(included=included):
                self.set_taxes(included)
                order = self.read_order(
                    lines=[self.line(LAMP, 3.33, quantity=3, shipping=1.01), self.line(BRAKES, 7)]
                )
                self.assertCharged(order, 11.0, 7.0)

    def test_amounts_that_no_net_price_yields(self):
        """With 19 % on top, 0.08 makes 0.10 and 0.07 makes 0.08: nothing makes 0.09."""
        self.set_taxes(included=False)
        prices = [0.09, 1.04, 10.0, 49.9, 19.99, 25.85]
        orders = self.read_orders(
            *[self.make_order(lines=[self.line(LAMP, price)]) for price in prices]
        )
        self.assertEqual([round(order.amount_total, 2) for order in orders], prices)
        extra = orders.mapped(lambda o: len(o.order_line) - 1)
        self.assertIn(1, extra, "none of these amounts needed a line for the cents")
        self.assertIn(0, extra, "each of these amounts got a line for the cents")
        for line in orders.order_line.filtered(lambda li: not li.marketplace_ref):
            self.assertFalse(line.tax_ids)
            self.assertEqual(abs(round(line.price_unit, 2)), 0.01)

    def test_taxes_told_on_top(self):
        """Amounts here are what the customer pays, whatever mode the operator tells them in."""
        for included in (True, False):
            with self.subTest(included=included):
                self.set_taxes(included)
                taxes = [{"code": "VAT", "rate": 19}]
                order = self.read_order(
                    tax_mode="TAX_EXCLUDED",
                    lines=[
                        self.line(LAMP, 10, quantity=3, shipping=5, taxes=taxes),
                        self.line(BRAKES, 8.4, taxes=taxes),
                    ],
                )
                self.assertCharged(order, 41.65, 10.0)

    def test_lines_tell_how_money_goes_back_and_since_when(self):
        order = self.read_order()
        lines = order.order_line.filtered("marketplace_ref")
        self.assertEqual(set(lines.mapped("marketplace_give_back")), {"refund"})
        self.assertTrue(all(lines.mapped("marketplace_line_shipped_at")))
        waiting = self.read_order(state="SHIPPING", payment_workflow="PAY_ON_SHIPMENT")
        lines = waiting.order_line.filtered("marketplace_ref")
        self.assertEqual(set(lines.mapped("marketplace_give_back")), {"cancellation"})
        self.assertFalse(any(lines.mapped("marketplace_line_shipped_at")))

    def test_debited_long_after_it_was_created(self):
        """Orders are read by the date of their change (contract 2, 3)."""
        order = self.make_order(state="WAITING_DEBIT_PAYMENT")
        self.turn(pull=True)
        orders = self.env["sale.order"].search([("marketplace_ref", "=", order["number"])])
        self.assertFalse(orders, "nothing is sold before it is paid")
        self.wait(days=3)
        self.seller.change_order(order["number"], state="SHIPPING")
        self.turn(pull=True)
        orders = self.env["sale.order"].search([("marketplace_ref", "=", order["number"])])
        self.assertEqual(orders.state, "sale")

    def test_unknown_values_and_sparse_orders(self):
        self.seller.configure(options={"extra_fields": True, "unknown_enums": True})
        self.seller.configure(options={"amounts": "text", "empty": "null", "dates": "plain"})
        order = self.read_order(sparse=True)
        self.assertEqual(order.state, "sale")
        self.assertCharged(order, 53.9, 25.8)
        self.assertFalse(self.account.dead_letter_ids)
