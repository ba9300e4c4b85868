"""Refunds that only the marketplace's back office can ask for: opened there, noted here."""

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
    marketplace_asked_there_at = fields.Datetime(
        "Refund Asked There On", copy=False, readonly=True, groups="base.group_user"
    )
    marketplace_asked_there_by_id = fields.Many2one(
        "res.users", "Refund Asked There By", copy=False, readonly=True, groups="base.group_user"
    )
    marketplace_asked_there = fields.Monetary(
        "Refund Asked There",
        copy=False,
        readonly=True,
        groups="base.group_user",
        help="In the back office, by hand: the last request that somebody noted here.",
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

    def _get_kept(self):
        return super()._get_kept() | {
            "marketplace_asked_there",
            "marketplace_asked_there_at",
            "marketplace_asked_there_by_id",
        }

    def action_marketplace_refund_there(self):
        """Open the dialog that leads to the back office and notes what was asked for there."""
        return self._action_marketplace_dialog(
            "marketplace.refund.there", self._get_marketplace_refund_title()
        )

    def _note_asked_there(self, amount, reason, ticket):
        """Somebody has asked for a refund in the back office. `reason`: a text or nothing."""
        self.ensure_one()
        self.sudo().with_context(mail_notrack=True).write(
            {
                "marketplace_asked_there": amount,
                "marketplace_asked_there_at": fields.Datetime.now(),
                "marketplace_asked_there_by_id": self.env.uid,
            }
        )
        text = self.env._(
            "Refund of %(amount)s asked for in the back office of %(account)s by %(user)s.",
            amount=self.currency_id.format(amount),
            account=self.marketplace_account_id.name,
            user=self.env.user.name,
        )
        if reason:
            text = f"{text} {reason}"
        for record in (self, ticket):
            if record:
                record.sudo().message_post(
                    body=text,
                    author_id=self.env.user.partner_id.id,
                    subtype_xmlid="mail.mt_note",
                )
