"""The report of costs: sums, shares in every grouping, who may read it."""

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged

from .books_case import BRAKES, LAMP, BooksCase


@tagged("post_install", "-at_install")
class TestRefundReport(BooksCase):
    def read_report(self, groups=(), user=None, domain=()):
        """{group values: (given back, turnover, share, orders, threshold)} of the account."""
        rows = (
            self.env["marketplace.refund.report"]
            .with_user(user or self.manager)
            ._read_group(
                [("account_id", "=", self.account.id), *domain],
                list(groups),
                [
                    "given_back:sum",
                    "turnover:sum",
                    "refund_share:avg",
                    "order_share:avg",
                    "threshold:min",
                ],
            )
        )
        count = len(groups)
        return {
            tuple(row[:count]): tuple(value and round(value, 4) for value in row[count:])
            for row in rows
        }

    def test_sums_and_shares(self):
        first, second, third = self.read_orders(*(self.make_order() for _number in range(3)))
        self.give(first, "amount", lines={LAMP: {"goods": 15}})
        self.give(first, lines=[BRAKES])
        self.give(second, "shipping", lines={LAMP: {"shipping_back": 4}})
        self.assertEqual(
            self.read_report(), {(): (44.8, 239.1, round(44.8 / 239.1, 4), round(2 / 3, 4), False)}
        )
        by_product = self.read_report(["product_id"])
        self.assertEqual(by_product[self.products[0],][:3], (19, 161.7, round(19 / 161.7, 4)))
        self.assertEqual(by_product[self.products[1],][:2], (25.8, 77.4))
        by_kind = self.read_report(["kind"], domain=[("row", "=", "refund")])
        self.assertEqual(
            {kind: values[0] for (kind,), values in by_kind.items()},
            {"amount": 15, "lines": 25.8, "shipping": 4},
        )
        reason = first.marketplace_refund_ids.reason_id
        self.assertEqual(self.read_report(["reason_id"])[reason,][:3], (44.8, 0, False))
        self.assertFalse(third.marketplace_refund_ids)

    def test_threshold_of_the_marketplace(self):
        self.account.figure_ids.filtered(lambda f: f.key == "refund_rate").unlink()
        self.account.figure_ids = [Command.create({"key": "refund_rate", "limit": 8})]
        self.read_order()
        self.assertEqual(self.read_report()[()][4], 0.08)

    def test_what_costs_nothing(self):
        order = self.read_order()
        refund = self.give(order, "amount", lines={LAMP: {"goods": 15}})
        refund.paid_by = "marketplace"
        cancelled = self.read_order(state="SHIPPING", payment_workflow="PAY_ON_SHIPMENT")
        self.give(cancelled, lines=[LAMP], code="35")
        self.turn(pull=True)
        draft = self.ask(order, "amount", lines={LAMP: {"goods": 1}})
        self.assertEqual(draft.state, "asked")
        given, turnover, *_shares = self.read_report()[()]
        self.assertEqual((given, turnover), (0, 105.5))

    def test_units_that_were_cancelled_are_no_turnover(self):
        lines = [self.line(LAMP, 10, quantity=3)]
        order = self.read_order(lines=lines, state="SHIPPING", payment_workflow="PAY_ON_SHIPMENT")
        self.give(order, "units", lines={LAMP: {"units": 1}}, code="34")
        self.assertEqual(self.read_report()[()][:2], (0, 20))

    def test_by_month_and_account(self):
        order = self.read_order()
        self.give(order, "amount", lines={LAMP: {"goods": 10}})
        other = self._make_account(self.seller_class(), name="other")
        other.figure_ids.filtered(lambda f: f.key == "refund_rate").unlink()
        rows = self.env["marketplace.refund.report"].formatted_read_group(
            [("account_id", "in", (self.account + other).ids)],
            ["account_id", "date:month"],
            ["given_back:sum", "refund_share:avg"],
        )
        self.assertEqual(sum(row["given_back:sum"] for row in rows), 10)
        self.assertEqual({row["account_id"][0] for row in rows}, {self.account.id})

    def test_foreign_currency(self):
        dollar = self.env.ref("base.USD")
        dollar.active = True
        self.env["res.currency.rate"].create(
            {
                "currency_id": dollar.id,
                "name": "2026-01-01",
                "rate": 2,
                "company_id": self.company.id,
            }
        )
        order = self.read_order(currency="USD")
        self.give(order, "amount", lines={LAMP: {"goods": 10}})
        self.assertEqual(self.read_report()[()][:2], (5, 39.85))

    def test_companies_and_their_currencies(self):
        franc = self.env.ref("base.CHF")
        franc.active = True
        other = self.env["res.company"].create({"name": "Other", "currency_id": franc.id})
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.company.currency_id.id,
                "name": "2026-01-01",
                "rate": 0.5,  # euros for a franc
                "company_id": other.id,
            }
        )
        order = self.read_order()
        self.give(order, "amount", lines={LAMP: {"goods": 10}})
        stranger = self._make_user("stranger", "marketplace_helpdesk.group_manager", other)
        self.assertEqual(self.read_report(user=stranger)[()][0] or 0, 0)
        self.assertEqual(self.read_report(user=self.manager)[()][:2], (10, 79.7))
        self.env.flush_all()
        # Who looks at both companies from the other one sees its currency.
        both = self._make_user("both", "marketplace_helpdesk.group_manager", other)
        both.company_ids += self.company
        report = self.env["marketplace.refund.report"].with_user(both)
        report = report.with_context(allowed_company_ids=(other + self.company).ids)
        [row] = report.search([("refund_id", "!=", False), ("order_id", "=", order.id)])
        self.assertEqual((row.currency_id, round(row.given_back, 2)), (franc, 20))

    def test_agents_see_no_costs(self):
        with self.assertRaises(AccessError):
            self.read_report(user=self.agent)

    def test_rows_open_what_they_are_about(self):
        order = self.read_order()
        refund = self.give(order, "amount", lines={LAMP: {"goods": 10}})
        rows = self.env["marketplace.refund.report"].search([("order_id", "=", order.id)])
        opened = {(a["res_model"], a["res_id"]) for a in (row.action_open() for row in rows)}
        self.assertEqual(opened, {("marketplace.refund", refund.id), ("sale.order", order.id)})
