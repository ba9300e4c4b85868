"""The payment services of a shop."""

from odoo import fields, models


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    gateway_ids = fields.One2many("marketplace.gateway", "account_id", "Payment Services")
