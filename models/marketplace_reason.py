"""A code that the marketplace accepts for a refund, a gesture or a refusal."""

from odoo import api, fields, models

from .connector_terms import translate_term


class MarketplaceReason(models.Model):
    _name = "marketplace.reason"
    _description = "Marketplace Reason"
    _order = "account_id, usage, sequence, id"
    _rec_names_search = ["name", "code"]

    account_id = fields.Many2one(
        "marketplace.account", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    usage = fields.Selection(
        [("refund", "Refund"), ("gesture", "Commercial Gesture"), ("refusal", "Refusal")],
        required=True,
    )
    code = fields.Char(required=True, help="The marketplace's own code.")
    name = fields.Char(required=True, translate=True)
    is_default = fields.Boolean()
    sequence = fields.Integer()
    active = fields.Boolean(default=True)

    _code_uniq = models.Constraint(
        "unique(account_id, usage, code)", "This code exists already for this use."
    )

    @api.model_create_multi
    def create(self, vals_list):
        reasons = super().create(vals_list)
        for code, _name in self.env["res.lang"].get_installed():
            for reason in reasons:
                source = reason.with_context(lang="en_US").name
                translated = translate_term(reason.with_context(lang=code).env, source)
                if translated != source:
                    reason.update_field_translations("name", {code: translated})
        return reasons

    @api.depends("name", "code")
    def _compute_display_name(self):
        for reason in self:
            reason.display_name = f"{reason.name} ({reason.code})"
