"""One item of a refund: an order line, or a free amount."""

from collections import namedtuple

from odoo import api, fields, models

from ..connectors import records

# One part, goods or shipping charges, of a refund line.
Share = namedtuple("Share", "state amount accepted")
_WAYS = {
    "refund": records.BY_REFUND,
    "cancel": records.BY_CANCELLATION,
    "refuse": records.BY_CANCELLATION,
}


class MarketplaceRefundLine(models.Model):
    _name = "marketplace.refund.line"
    _description = "Marketplace Refund Line"
    _order = "refund_id, id"

    refund_id = fields.Many2one(
        "marketplace.refund", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="refund_id.company_id", store=True, precompute=True)
    currency_id = fields.Many2one(related="refund_id.currency_id")
    sale_line_id = fields.Many2one(
        "sale.order.line", ondelete="restrict", index="btree_not_null", readonly=True
    )
    item = fields.Char(
        required=True, readonly=True, help="The marketplace's key of the line, or “gesture”."
    )
    name = fields.Char(required=True, readonly=True)
    decision = fields.Selection(
        [
            ("refund", "Refunded"),
            ("refuse", "Refused"),
            ("cancel", "Cancelled"),
            ("ship", "Declared Shipped"),
        ],
        required=True,
        default="refund",
        readonly=True,
    )
    amount = fields.Monetary("Asked", readonly=True, help="Goods and shipping, taxes included.")
    shipping_amount = fields.Monetary("Of Which Shipping", readonly=True)
    quantity = fields.Integer("Units", readonly=True, help="0 where money was meant, not units.")
    returned = fields.Boolean(
        "Goods Come Back",
        readonly=True,
        help="The credit note lowers the invoiced quantity, the return the delivered one.",
    )
    is_unshipped = fields.Boolean(
        "Not Shipped",
        readonly=True,
        help="Whole units that were not shipped when they were asked for: the order is lowered.",
    )
    is_lowered = fields.Boolean(
        "Taken Off The Order",
        readonly=True,
        copy=False,
        help="The ordered quantity was lowered for it: that happens once.",
    )
    remote_id = fields.Char(
        "Marketplace's Number", readonly=True, copy=False, index="btree_not_null"
    )
    accepted_at = fields.Datetime("Accepted On", readonly=True, copy=False)
    paid_at = fields.Datetime("Paid Out On", readonly=True, copy=False)
    followed_at = fields.Datetime("Payout Asked For On", readonly=True, copy=False)
    remote_amount = fields.Monetary("Accepted At The Marketplace", readonly=True)
    accepted_amount = fields.Monetary(compute="_compute_accepted_amount", store=True)
    counts = fields.Boolean(compute="_compute_counts", help="Whether money moves with it.")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("asked", "Asked"),
            ("doubt", "In Doubt"),
            ("accepted", "Accepted"),
            ("refused", "Turned Down"),
            ("cancelled", "Given Up"),
        ],
        default="asked",
        required=True,
        readonly=True,
    )
    code = fields.Char("Marketplace's Code", readonly=True)
    message = fields.Char("What Happened", readonly=True)
    note = fields.Char("Internal Reason", readonly=True)

    _remote_uniq = models.UniqueIndex(
        "(sale_line_id, decision, remote_id)"
        " WHERE remote_id IS NOT NULL AND sale_line_id IS NOT NULL",
        "This refund of the marketplace is known already.",
    )

    @api.depends("state", "amount", "remote_amount")
    def _compute_accepted_amount(self):
        for line in self:
            accepted = line.remote_amount or line.amount
            line.accepted_amount = accepted if line.state == "accepted" else 0

    @api.depends("decision")
    def _compute_counts(self):
        for line in self:
            line.counts = line.decision != "ship"

    def _is_still_possible(self):
        """Whether the marketplace still gives this line back, or takes it as shipped, that way."""
        line = self.sale_line_id
        if self.decision == "ship":
            return line.marketplace_state == records.LINE_TO_SHIP
        if self.state == "draft" and self.quantity > line.marketplace_units_left:
            return False
        return line.marketplace_give_back == _WAYS[self.decision]

    def _get_shares(self):
        """(goods, shipping): what this line asks and got of each, as Share."""
        self.ensure_one()
        shipping = self.shipping_amount
        accepted = min(shipping, self.accepted_amount)
        return (
            Share(self.state, self.amount - shipping, self.accepted_amount - accepted),
            Share(self.state, shipping, accepted),
        )
