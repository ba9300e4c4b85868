"""The marketplace's side of an order line: what was charged, given back, asked and is left."""

from odoo import api, fields, models

from ..connectors import records
from .sale_order import LINE_STATES


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    marketplace_ref = fields.Char("Marketplace Line", copy=False, index="btree_not_null")
    marketplace_state = fields.Selection(
        LINE_STATES, "State At The Marketplace", copy=False, readonly=True
    )
    marketplace_remote_state = fields.Char(
        "Marketplace's Own State", copy=False, readonly=True, groups="base.group_user"
    )
    marketplace_ean = fields.Char(copy=False, readonly=True)
    marketplace_condition = fields.Char(copy=False, readonly=True)
    marketplace_quantity = fields.Integer("Quantity At The Marketplace", copy=False, readonly=True)
    marketplace_amount = fields.Monetary(
        "Goods", copy=False, readonly=True, groups="base.group_user"
    )
    marketplace_shipping = fields.Monetary(
        "Shipping", copy=False, readonly=True, groups="base.group_user"
    )
    marketplace_seen_refunded = fields.Monetary(
        "Refunded As The Marketplace Shows", copy=False, readonly=True, groups="base.group_user"
    )
    marketplace_charged = fields.Monetary(
        "Charged", compute="_compute_marketplace_left", compute_sudo=True, groups="base.group_user"
    )
    marketplace_refunded = fields.Monetary(
        "Refunded", compute="_compute_marketplace_left", compute_sudo=True, groups="base.group_user"
    )
    marketplace_asked = fields.Monetary(
        "Refund Asked",
        compute="_compute_marketplace_left",
        compute_sudo=True,
        groups="base.group_user",
    )
    marketplace_left = fields.Monetary(
        "Left To Refund",
        compute="_compute_marketplace_left",
        compute_sudo=True,
        groups="base.group_user",
    )
    marketplace_refund_line_ids = fields.One2many(
        "marketplace.refund.line", "sale_line_id", groups="marketplace_helpdesk.group_agent"
    )

    @api.depends(
        "marketplace_amount",
        "marketplace_shipping",
        "marketplace_seen_refunded",
        "marketplace_state",
        "marketplace_refund_line_ids.state",
        "marketplace_refund_line_ids.amount",
        "marketplace_refund_line_ids.accepted_amount",
    )
    def _compute_marketplace_left(self):
        for line in self:
            refunds = line.sudo().marketplace_refund_line_ids.filtered("counts")
            asked = sum(refunds.filtered(lambda r: r.state == "asked").mapped("amount"))
            doubt = sum(refunds.filtered(lambda r: r.state == "doubt").mapped("amount"))
            charged = line.marketplace_amount + line.marketplace_shipping
            refunded = max(sum(refunds.mapped("accepted_amount")), line.marketplace_seen_refunded)
            if line.marketplace_state in (records.LINE_REFUSED, records.LINE_CANCELLED):
                refunded = charged
            line.marketplace_charged = charged
            line.marketplace_refunded = refunded
            # What is in doubt and shows as refunded meanwhile counts once.
            line.marketplace_asked = asked + min(doubt, max(charged - refunded, 0))
            line.marketplace_left = charged - refunded - line.marketplace_asked
