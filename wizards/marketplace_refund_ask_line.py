"""One order line in the refund dialog."""

from decimal import Decimal

from odoo import api, fields, models

from ..connectors import base, records


class MarketplaceRefundAskLine(models.TransientModel):
    _name = "marketplace.refund.ask.line"
    _description = "Line Of A Marketplace Refund Dialog"

    wizard_id = fields.Many2one("marketplace.refund.ask", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="sale_line_id.currency_id")
    sale_line_id = fields.Many2one("sale.order.line", required=True, ondelete="cascade")
    name = fields.Char(compute="_compute_name")
    sku = fields.Char(related="sale_line_id.product_id.default_code")
    quantity = fields.Integer(related="sale_line_id.marketplace_quantity")
    state = fields.Selection(related="sale_line_id.marketplace_state")
    charged = fields.Monetary(related="sale_line_id.marketplace_charged")
    shipping = fields.Monetary(related="sale_line_id.marketplace_shipping")
    refunded = fields.Monetary(related="sale_line_id.marketplace_refunded")
    asked = fields.Monetary(related="sale_line_id.marketplace_asked")
    left = fields.Monetary(related="sale_line_id.marketplace_left")
    is_refundable = fields.Boolean(compute="_compute_is_refundable")
    selected = fields.Boolean()
    amount = fields.Monetary("To Refund", compute="_compute_amount")

    @api.depends("sale_line_id")
    def _compute_name(self):
        for line in self:
            line.name = (line.sale_line_id.name or "").split("\n")[0]

    @api.depends("state", "left", "asked", "refunded")
    def _compute_is_refundable(self):
        """Shipped, and nothing of it given back or asked yet: lines are refunded whole."""
        for line in self:
            line.is_refundable = (
                line.state == records.LINE_SHIPPED
                and line.currency_id.compare_amounts(line.left, 0) > 0
                and not line.asked
                and not line.refunded
            )

    @api.depends("selected", "wizard_id.kind", "wizard_id.with_shipping", "is_refundable")
    def _compute_amount(self):
        for line in self:
            line.amount = line._get_amount() if line in line.wizard_id._get_lines() else 0

    def _get_amount(self):
        """Goods, with the line's shipping where it is refunded too."""
        goods = self.sale_line_id.marketplace_amount
        return goods + (self.shipping if self.wizard_id.with_shipping else 0)

    def _get_refund_values(self):
        shipping = self.shipping if self.wizard_id.with_shipping else 0
        return {
            "sale_line_id": self.sale_line_id.id,
            "item": self.sale_line_id.marketplace_ref,
            "name": self.name,
            "amount": self._get_amount(),
            "shipping_amount": shipping,
        }

    def _get_remote_line(self, reason_code):
        line = self.sale_line_id
        return base.RefundLine(
            line_remote_id=line.marketplace_ref,
            sku=self.sku or "",
            ean=line.marketplace_ean or "",
            amount=Decimal(str(line.marketplace_amount)),
            shipping=Decimal(str(line.marketplace_shipping)),
            with_shipping=self.wizard_id.with_shipping,
            reason_code=reason_code,
        )
