"""The marketplace's side of an order line: what was charged, given back, asked and is left."""

from datetime import timedelta

from odoo import api, fields, models

from ..connectors import records
from .sale_order import LINE_STATES

GIVE_BACK = [(records.BY_REFUND, "Refund"), (records.BY_CANCELLATION, "Cancellation")]


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "marketplace.kept"]

    _marketplace_kept = frozenset(
        {
            "marketplace_state",
            "marketplace_remote_state",
            "marketplace_ean",
            "marketplace_condition",
            "marketplace_quantity",
            "marketplace_amount",
            "marketplace_shipping",
            "marketplace_seen_refunded",
            "marketplace_seen_refunded_shipping",
            "marketplace_give_back",
            "marketplace_incident",
            "marketplace_line_shipped_at",
        }
    )

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
    marketplace_seen_refunded_shipping = fields.Monetary(
        "Of Which Shipping", copy=False, readonly=True, groups="base.group_user"
    )
    marketplace_give_back = fields.Selection(
        GIVE_BACK,
        "Money Goes Back By",
        copy=False,
        readonly=True,
        groups="base.group_user",
        help="Empty where nothing can be given back now.",
    )
    marketplace_incident = fields.Char(
        "Incident",
        copy=False,
        readonly=True,
        groups="base.group_user",
        help="Why the marketplace holds this line.",
    )
    marketplace_line_shipped_at = fields.Datetime(
        "Shipped On", copy=False, readonly=True, groups="base.group_user"
    )
    marketplace_refund_until = fields.Date(
        "Refundable Until",
        compute="_compute_marketplace_refund_until",
        compute_sudo=True,
        groups="base.group_user",
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
    marketplace_left_goods = fields.Monetary(
        "Goods Left To Refund",
        compute="_compute_marketplace_left",
        compute_sudo=True,
        groups="base.group_user",
    )
    marketplace_left_shipping = fields.Monetary(
        "Shipping Left To Refund",
        compute="_compute_marketplace_left",
        compute_sudo=True,
        groups="base.group_user",
    )
    marketplace_refunded_shipping = fields.Monetary(
        "Shipping Refunded",
        compute="_compute_marketplace_left",
        compute_sudo=True,
        groups="base.group_user",
    )
    marketplace_asked_shipping = fields.Monetary(
        "Shipping Refund Asked",
        compute="_compute_marketplace_left",
        compute_sudo=True,
        groups="base.group_user",
    )
    marketplace_units_left = fields.Integer(
        "Units Left To Refund",
        compute="_compute_marketplace_units_left",
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
        "marketplace_seen_refunded_shipping",
        "marketplace_state",
        "marketplace_refund_line_ids.state",
        "marketplace_refund_line_ids.amount",
        "marketplace_refund_line_ids.shipping_amount",
        "marketplace_refund_line_ids.accepted_amount",
    )
    def _compute_marketplace_left(self):
        """Goods and shipping charges are counted apart: neither can be given back for the other."""
        # Of what is saved: pages may name refunds that their user does not read.
        for line in self:
            refunds = line._origin.sudo().marketplace_refund_line_ids.filtered("counts")
            goods, shipping = line.marketplace_amount, line.marketplace_shipping
            seen = line.marketplace_seen_refunded
            # What is more than the goods is shipping, where the marketplace names only a sum.
            seen_shipping = max(line.marketplace_seen_refunded_shipping, seen - goods, 0)
            shares = [refund._get_shares() for refund in refunds]
            goods_back, goods_asked = line._count_part(
                goods, seen - seen_shipping, [share for share, _shipping in shares]
            )
            shipping_back, shipping_asked = line._count_part(
                shipping, seen_shipping, [share for _goods, share in shares]
            )
            line.marketplace_charged = goods + shipping
            line.marketplace_refunded = goods_back + shipping_back
            line.marketplace_asked = goods_asked + shipping_asked
            line.marketplace_refunded_shipping = shipping_back
            line.marketplace_asked_shipping = shipping_asked
            line.marketplace_left_goods = goods - goods_back - goods_asked
            line.marketplace_left_shipping = shipping - shipping_back - shipping_asked
            line.marketplace_left = line.marketplace_left_goods + line.marketplace_left_shipping

    def _count_part(self, charged, seen, shares):
        """(given back, asked) of the goods or of the shipping charges of this line.

        `shares`: what its refund lines ask and got of this part, as Share.
        """
        if self.marketplace_state in (records.LINE_REFUSED, records.LINE_CANCELLED):
            given = charged
        else:
            given = max(sum(share.accepted for share in shares), seen)
        asked = sum(share.amount for share in shares if share.state == "asked")
        doubt = sum(share.amount for share in shares if share.state == "doubt")
        # What is in doubt may show as given back meanwhile: never more than is charged.
        return given, asked + min(doubt, max(charged - given, 0))

    @api.depends(
        "marketplace_quantity",
        "marketplace_refund_line_ids.state",
        "marketplace_refund_line_ids.quantity",
    )
    def _compute_marketplace_units_left(self):
        for line in self:
            refunds = line._origin.sudo().marketplace_refund_line_ids.filtered("counts")
            live = refunds.filtered(lambda r: r.state not in ("draft", "refused", "cancelled"))
            units = line.marketplace_quantity - sum(live.mapped("quantity"))
            line.marketplace_units_left = max(units, 0)

    @api.depends(
        "marketplace_line_shipped_at",
        "order_id.marketplace_shipped_at",
        "order_id.marketplace_account_id.refund_days",
    )
    def _compute_marketplace_refund_until(self):
        """The refund window counts from the shipment of the line itself, where that is told."""
        for line in self:
            order = line._origin.order_id
            shipped = line.marketplace_line_shipped_at or order.marketplace_shipped_at
            days = order.marketplace_account_id.refund_days
            line.marketplace_refund_until = (
                (shipped + timedelta(days=days)).date() if shipped and days else False
            )

    def _get_marketplace_units_amount(self, units):
        """What `units` more of this line cost: to the cent, the last one takes the rest; never
        more than is left of its goods."""
        self.ensure_one()
        given = self.marketplace_quantity - self.marketplace_units_left
        before, after = (self._get_marketplace_price_of(n) for n in (given, given + units))
        return self.currency_id.round(max(min(after - before, self.marketplace_left_goods), 0))

    def _get_marketplace_price_of(self, units):
        """What the first `units` of this line cost."""
        quantity, goods = self.marketplace_quantity, self.marketplace_amount
        if not quantity or units >= quantity:
            return goods
        return min(units * self.currency_id.round(goods / quantity), goods)
