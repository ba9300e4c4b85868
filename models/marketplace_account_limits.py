"""What people may give back alone at an account."""

from odoo import fields, models

from .marketplace_refund_limit import AGENT, MANAGER, get_limited


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    refund_limit_ids = fields.One2many("marketplace.refund.limit", "account_id", "Alone Up To")

    def _get_refund_limit(self, user, kind, currency):
        """Up to what `user` may give back alone by a refund of this kind, in `currency`; None
        where there is no limit."""
        self.ensure_one()
        user = user.sudo()
        if user.has_group("marketplace_helpdesk.group_administrator"):
            return None
        role = MANAGER if user.has_group("marketplace_helpdesk.group_manager") else AGENT
        limit = self.sudo().refund_limit_ids.filtered(
            lambda row: row.role == role and row.what == get_limited(kind)
        )
        if not limit:
            return None
        return limit.currency_id._convert(
            limit.amount, currency, self.company_id, fields.Date.context_today(self)
        )
