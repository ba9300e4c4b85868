"""Whether Odoo hears of what customers write where no call shows it, and what to do about it."""

from odoo import api, fields, models

from ..connectors import records


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    hears_entries = fields.Boolean(
        compute="_compute_hears_entries",
        compute_sudo=True,
        help="New entries in support tickets are heard of, though no call shows them: by the "
        "site's notifications, or by its notices by mail.",
    )
    notice_warning = fields.Char(compute="_compute_notice_warning", compute_sudo=True)

    @api.depends("site_ticket_news", "alias_name", "alias_domain_id")
    def _compute_hears_entries(self):
        for account in self:
            account.hears_entries = account.site_ticket_news == "yes" or bool(
                account.alias_email and account._has_any("marketplace.notice", state="taken")
            )

    def _has_any(self, model, **values):
        domain = [(name, "=", value) for name, value in values.items()]
        return bool(
            self.env[model].search_count([("account_id", "=", self._origin.id), *domain], limit=1)
        )

    @api.depends(
        "provider", "hears_entries", "site_ticket_answers", "alias_name", "alias_domain_id"
    )
    def _compute_notice_warning(self):
        for account in self:
            account.notice_warning = account.has_notices and account._get_notice_warning()

    def _get_notice_warning(self):
        """What keeps mails from arriving, or makes them needed; False where all is well."""
        if self.alias_name and not self.alias_email:
            return self.env._(
                "No mail can arrive at “%s”: it has no alias domain. Set one in Odoo's general "
                "settings, then choose it beside the address under “Streams and Health”.",
                self.alias_name,
            )
        is_needed = not self.hears_entries and not self._answers_kind(records.SUPPORT_TICKET)
        if not is_needed or not self._has_any("marketplace.case", kind=records.SUPPORT_TICKET):
            return False
        if not self.alias_email:
            return self.env._(
                "Odoo does not hear of what customers write in support tickets: only the store "
                "manager shows it, and the marketplace's notices by mail. Give the account an "
                "address under “Streams and Health”, “Notices by Mail”, and have them sent or "
                "forwarded there."
            )
        return self.env._(
            "Odoo does not hear of what customers write in support tickets yet: no notice of the "
            "marketplace has come to %s. Have them sent or forwarded there.",
            self.alias_email,
        )
