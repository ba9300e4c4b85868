"""One order line in the dialog that decides before shipment."""

from odoo import api, fields, models

from ..connectors import base
from .marketplace_refund_dialog import make_row


class MarketplaceRefuseLine(models.TransientModel):
    _name = "marketplace.refuse.line"
    _inherit = ["marketplace.readable"]
    _description = "Line Of A Refusal Before Shipment"

    wizard_id = fields.Many2one("marketplace.refuse", required=True, ondelete="cascade")
    currency_id = fields.Many2one(related="sale_line_id.currency_id")
    sale_line_id = fields.Many2one("sale.order.line", required=True, ondelete="cascade")
    name = fields.Char(compute="_compute_name")
    sku = fields.Char(related="sale_line_id.product_id.default_code")
    quantity = fields.Integer(related="sale_line_id.marketplace_quantity")
    charged = fields.Monetary(related="sale_line_id.marketplace_charged")
    shipping = fields.Monetary(related="sale_line_id.marketplace_shipping")
    decision = fields.Selection([("ship", "Shipped"), ("refuse", "Refuse")])
    note = fields.Char("Internal Reason")

    @api.depends("sale_line_id")
    def _compute_name(self):
        for line in self:
            line.name = (line.sale_line_id.name or "").split("\n")[0]

    def _make_asked_row(self):
        """What is said of this line to the marketplace, as a row of widget marketplace_rows."""
        amount = self.currency_id.format(self.charged)
        name = " · ".join(filter(None, (self.name, self.sku)))
        if self.decision == "refuse":
            return make_row(self.env._("Refuse and refund"), name, f"− {amount}", "danger")
        if self.decision == "ship":
            return make_row(self.env._("Declare shipped"), name, amount)
        return make_row(self.env._("Not decided yet"), name, amount, "open")

    def _get_refund_values(self):
        return {
            "sale_line_id": self.sale_line_id.id,
            "item": self.sale_line_id.marketplace_ref,
            "name": self.name,
            "decision": self.decision,
            "amount": self.charged if self.decision == "refuse" else 0,
            "shipping_amount": self.shipping if self.decision == "refuse" else 0,
            "note": self.note or False,
        }

    def _get_decision(self):
        return base.LineDecision(
            line_remote_id=self.sale_line_id.marketplace_ref,
            refuse=self.decision == "refuse",
            condition=self.sale_line_id.marketplace_condition or "",
        )
