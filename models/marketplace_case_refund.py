"""Refunds and gestures asked for from a case."""

from odoo import api, fields, models


class MarketplaceCase(models.Model):
    _inherit = "marketplace.case"

    can_refund = fields.Boolean(compute="_compute_can_refund")
    can_gesture = fields.Boolean(compute="_compute_can_refund")

    @api.depends("sale_order_id")
    @api.depends_context("uid")
    def _compute_can_refund(self):
        for case in self:
            order = case.sale_order_id
            case.can_refund = order.can_marketplace_refund or order.can_marketplace_cancel
            case.can_gesture = order.can_marketplace_gesture

    def action_refund(self):
        """Open the refund dialog on this case's order."""
        return self._get_own_order().action_marketplace_refund()

    def action_gesture(self):
        """Open the dialog for a commercial gesture."""
        return self._get_own_order().action_marketplace_gesture()

    def _get_own_order(self):
        self.ensure_one()
        return self.sale_order_id.with_context(default_case_id=self.id)
