"""Orders of which only the marketplace's back office gives money back."""

from odoo import api, fields, models

from ..connectors import base

_GIVES_BACK = (
    base.REFUND_ORDER,
    base.REFUND_LINES,
    base.REFUND_UNITS,
    base.REFUND_AMOUNT,
    base.REFUND_SHIPPING,
    base.GESTURE,
)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    can_marketplace_refund_there = fields.Boolean(
        compute="_compute_can_marketplace_refund_there",
        compute_sudo=True,
        groups="base.group_user",
        help="No call gives money back here, but the back office does.",
    )
    marketplace_refunds_hint = fields.Char(
        compute="_compute_marketplace_refunds_hint",
        compute_sudo=True,
        groups="base.group_user",
        help="Where more may have been given back than the marketplace tells.",
    )

    @api.depends("marketplace_account_id", "marketplace_ref")
    @api.depends_context("uid")
    def _compute_can_marketplace_refund_there(self):
        is_agent = self.env.user.has_group("marketplace_helpdesk.group_agent")
        for order in self:
            account = order.marketplace_account_id
            order.can_marketplace_refund_there = (
                is_agent
                and bool(order.marketplace_ref)
                and not any(account._can(capability) for capability in _GIVES_BACK)
                and bool(account._get_backoffice_url("", order.marketplace_ref))
            )

    @api.depends("marketplace_account_id", "marketplace_ref")
    @api.depends_context("lang")
    def _compute_marketplace_refunds_hint(self):
        for order in self:
            account = order.marketplace_account_id
            tells = not order.marketplace_ref or account._client_class().tells_refunds
            order.marketplace_refunds_hint = not tells and self.env._(
                "%s does not tell all that it gave back: what is left may be less. Look in its "
                "back office.",
                account.name,
            )

    def action_marketplace_refund_there(self):
        """Open the dialog that leads to the back office and notes what was asked for there."""
        return self._action_marketplace_dialog(
            "marketplace.refund.there", self._get_marketplace_refund_title()
        )

    def _note_asked_there(self, amount, reason, case):
        """Somebody has asked for a refund in the back office. `reason`: a text or nothing."""
        self.ensure_one()
        refund = self.env["marketplace.refund"]._note_there(self, amount, reason, case)
        text = self.env._(
            "%(name)s: %(amount)s asked for in the back office of %(account)s by %(user)s.",
            name=refund.name,
            amount=self.currency_id.format(amount),
            account=self.marketplace_account_id.name,
            user=self.env.user.name,
        )
        refund._note_everywhere(f"{text} {reason}" if reason else text)
        return refund
