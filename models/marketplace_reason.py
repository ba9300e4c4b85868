"""A code that the marketplace knows: for a refund, a gesture, an incident, a topic."""

from odoo import api, fields, models

from ..connectors import base
from .connector_terms import translate_term

USAGES = [
    (base.FOR_REFUND, "Refund"),
    (base.FOR_GESTURE, "Commercial Gesture"),
    (base.FOR_REFUSAL, "Refusal Or Cancellation"),
    (base.FOR_INCIDENT, "Incident Opened"),
    (base.FOR_RESOLVING, "Incident Solved"),
    (base.FOR_TOPIC, "Topic"),
    (base.FOR_OPERATOR_TOPIC, "Topic With The Operator"),
]


class MarketplaceReason(models.Model):
    _name = "marketplace.reason"
    _description = "Marketplace Reason"
    _order = "account_id, usage, sequence, id"
    _rec_names_search = ["name", "code"]

    account_id = fields.Many2one(
        "marketplace.account", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    usage = fields.Selection(USAGES, required=True)
    code = fields.Char(required=True, help="The marketplace's own code.")
    name = fields.Char(required=True, translate=True)
    is_default = fields.Boolean()
    sequence = fields.Integer()
    active = fields.Boolean(default=True)
    allowed = fields.Boolean(
        "Ours To Use",
        default=True,
        help="Otherwise the marketplace and customers use it, and it only names what they did.",
    )
    is_gone = fields.Boolean(
        readonly=True, help="The marketplace tells it no longer; it comes back when it does."
    )

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

    # Told by the marketplace --------------------------------------------------------------------

    def _store_told(self, account, specs):
        """Bring an account's reasons in line with what the marketplace tells, base.ReasonSpec.

        What people have archived, chosen as default or sorted stays so.
        """
        specs = {(spec.usage, spec.code): spec for spec in specs if spec.usage in base.USAGES}
        known = self.with_context(active_test=False).search([("account_id", "=", account.id)])
        by_code = {(reason.usage, reason.code): reason for reason in known}
        for key, reason in by_code.items():
            reason._follow(specs.get(key))
        self.create(
            [
                {
                    "account_id": account.id,
                    "usage": spec.usage,
                    "code": spec.code,
                    "name": spec.label,
                    "is_default": spec.is_default,
                    "allowed": spec.allowed,
                    "sequence": index,
                }
                for index, (key, spec) in enumerate(specs.items())
                if key not in by_code
            ]
        )

    def _follow(self, spec):
        """Become what the marketplace tells of this reason; None: nothing."""
        if spec is None:
            if self.active:
                self.write({"active": False, "is_gone": True})
            return
        if self.is_gone:
            self.write({"active": True, "is_gone": False})
        if self.allowed != spec.allowed:
            self.allowed = spec.allowed
        if self.name != spec.label:
            # The marketplace tells one language, which is then the only right one.
            langs = [code for code, _name in self.env["res.lang"].get_installed()]
            self.update_field_translations("name", dict.fromkeys(langs, spec.label))

    @api.depends("name", "code")
    def _compute_display_name(self):
        for reason in self:
            reason.display_name = f"{reason.name} ({reason.code})"
