"""What came in as made in the back office while ours was on its way, and turns out to be ours."""

from odoo import models

from ..connectors import base
from .marketplace_refund_import import _is_cancelled


class MarketplaceRefund(models.Model):
    _inherit = "marketplace.refund"

    def _follow_operation(self, operation):
        if operation.state == "done":
            self._take_over_imported(operation)
        return super()._follow_operation(operation)

    def _take_over_imported(self, operation):
        """Where what is given back has no number, ours takes over the number made up for it."""
        if self.account_id._client_class().numbers_refunds:
            return
        for line in self.line_ids:
            if line.counts and not line.remote_id and line.state in ("asked", "doubt", "accepted"):
                double = self._find_double(line, operation)
                if double:
                    number = double.remote_id
                    self._drop_double(double)
                    line.remote_id = number

    def _find_double(self, line, operation):
        """The imported line that is this one, or none."""
        numbered = self.sale_order_id.marketplace_refund_ids.line_ids.filtered(
            lambda row: (
                row.remote_id
                and row.item == line.item
                and row.refund_id.paid_by == "seller"
                and _is_cancelled(row) == _is_cancelled(line)
            )
        )
        if line.item == base.GESTURE:
            numbered = numbered.filtered(
                lambda row: line.currency_id.compare_amounts(row.amount, line.amount) == 0
            )
            if len(numbered) <= self._count_before(line, operation):
                return numbered.browse()
        return numbered.filtered("refund_id.is_imported").sorted("id")[-1:]

    def _count_before(self, line, operation):
        """How many gestures of this amount the marketplace showed before ours was sent."""
        vouchers = (operation.before or {}).get("vouchers")
        if vouchers is None:
            return float("inf")  # nobody looked
        compare = line.currency_id.compare_amounts
        return sum(compare(float(v["amount"]), line.amount) == 0 for v in vouchers)
