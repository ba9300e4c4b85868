"""What one marketplace of a provider publishes for its sellers: one data record each."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .connector_terms import get_providers


class MarketplacePreset(models.Model):
    _name = "marketplace.preset"
    _description = "Marketplace Preset"
    _order = "provider, sequence, name, id"

    name = fields.Char("Marketplace", required=True)
    provider = fields.Selection(selection=get_providers, required=True, default="mirakl")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    service_url = fields.Char(
        "Service Address",
        help="Where it is the same for every seller: proposed to new accounts.",
    )
    note = fields.Text(translate=True, help="What a seller should know besides.")
    rule_ids = fields.One2many(
        "marketplace.preset.rule", "preset_id", "Rules And Limits", copy=True
    )
    account_ids = fields.One2many("marketplace.account", "preset_id")
    account_count = fields.Integer(compute="_compute_account_count")

    @api.depends("account_ids")
    def _compute_account_count(self):
        for preset in self:
            preset.account_count = len(preset.account_ids)

    def _get_rule(self, key):
        """The line about a rule or a figure, possibly empty. For every user: it is no secret."""
        return self.sudo().rule_ids.filtered(lambda line: line.key == key)[:1]

    @api.constrains("name", "provider")
    def _check_name(self):
        """Not as a constraint of the table: one that a release brings must not stop the upgrade of
        a database where somebody has written it down already."""
        if self.env.context.get("install_mode"):
            return
        for preset in self:
            twins = self.with_context(active_test=False).search_count(
                [
                    ("id", "!=", preset.id),
                    ("name", "=", preset.name),
                    ("provider", "=", preset.provider),
                ]
            )
            if twins:
                raise ValidationError(self.env._("“%s” is in the list already.", preset.name))

    @api.constrains("provider")
    def _check_provider(self):
        for preset in self:
            if any(account.provider != preset.provider for account in preset.sudo().account_ids):
                raise ValidationError(
                    self.env._("Accounts of another provider follow “%s”.", preset.name)
                )

    def copy_data(self, default=None):
        """A copy is another marketplace."""
        return [
            {**vals, "name": (default or {}).get("name") or self.env._("%s (copy)", preset.name)}
            for preset, vals in zip(self, super().copy_data(default), strict=True)
        ]
