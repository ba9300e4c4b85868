"""How an order was paid at its shop, and whether that pays back by itself."""

from odoo import api, fields, models

from .marketplace_gateway import PAYS_BACK


class SaleOrder(models.Model):
    _inherit = "sale.order"

    marketplace_gateway = fields.Char(
        "Payment Service Code", copy=False, readonly=True, groups="base.group_user"
    )
    marketplace_gateway_name = fields.Char(
        "Payment Service", copy=False, readonly=True, groups="base.group_user"
    )
    marketplace_gateway_refunds = fields.Selection(
        PAYS_BACK,
        "Payment Service Pays Back",
        compute="_compute_marketplace_gateway_refunds",
        compute_sudo=True,
        groups="base.group_user",
        help="Empty: the shop does not tell, or was not asked yet.",
    )

    @api.depends("marketplace_gateway", "marketplace_account_id.gateway_ids.can_refund")
    def _compute_marketplace_gateway_refunds(self):
        gateways = self.env["marketplace.gateway"]
        for order in self:
            account = order.marketplace_account_id
            found = False
            if account.provider and account._client_class().asks_pay_back:
                # An order without a payment service was paid in no way that could pay back.
                known = gateways._find(account, order.marketplace_gateway)
                found = known.can_refund if order.marketplace_gateway else "no"
            order.marketplace_gateway_refunds = found

    def _get_kept(self):
        return super()._get_kept() | {"marketplace_gateway", "marketplace_gateway_name"}

    def _get_pay_back_problem(self):
        """Why the payment service cannot pay back, in a sentence; False where it can, or where
        nobody knows."""
        self.ensure_one()
        if self.marketplace_gateway_refunds != "no":
            return False
        if not self.marketplace_gateway:
            return self.env._(
                "The shop names no payment service on this order: pay the customer yourself."
            )
        return self.env._(
            "“%s” cannot pay back by itself: pay the customer yourself.",
            self.marketplace_gateway_name or self.marketplace_gateway,
        )
