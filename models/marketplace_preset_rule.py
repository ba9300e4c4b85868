"""One rule or limit that a marketplace publishes, with the page where it says so."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..connectors import get_client_class
from .marketplace_account_figure import KEYS
from .marketplace_account_rules import NUMBERS, RECIPIENT_POLICIES, RULES

RULE_KEYS = [
    ("answer_hours", "Answer Within (hours)"),
    ("warn_hours", "Warn Before The Deadline (hours)"),
    ("incident_hours", "Solve Incidents Within (hours)"),
    ("refund_days", "Refund Until (days)"),
    ("contact_days", "Write First Until (days)"),
    ("recipient_policy", "Answers Go To"),
    ("relay_days", "Relay Address Valid (days)"),
    ("confirm_minutes", "Answer Seen Within (minutes)"),
    ("settle_minutes", "Doubt Lasts At Least (minutes)"),
    ("close_after_answer", "Close Support Tickets After An Answer (1 or 0)"),
]
FIGURE_KEYS = [key for key, _label in KEYS]


class MarketplacePresetRule(models.Model):
    _name = "marketplace.preset.rule"
    _description = "Marketplace Preset Rule"
    _order = "preset_id, sequence, id"

    preset_id = fields.Many2one("marketplace.preset", required=True, ondelete="cascade", index=True)
    sequence = fields.Integer(default=10)
    key = fields.Selection([*RULE_KEYS, *KEYS], "Rule", required=True)
    is_figure = fields.Boolean(compute="_compute_is_figure")
    value = fields.Integer(help="Of a rule. 0 hours for incidents: at once.")
    recipient_policy = fields.Selection(RECIPIENT_POLICIES, "Recipients")
    warn_at = fields.Float("Warning At", digits=(16, 2), help="Of a figure. 0: no warning.")
    limit = fields.Float(digits=(16, 2), help="Of a figure. 0: no limit.")
    period = fields.Char(help="The time that a figure covers, in the provider's words.")
    source = fields.Char(
        translate=True, required=True, help="What the marketplace says, and on which page."
    )
    source_url = fields.Char("Page")

    _key_uniq = models.Constraint(
        "unique(preset_id, key)", "A marketplace has each rule and each limit once."
    )

    @api.depends("key")
    def _compute_is_figure(self):
        for line in self:
            line.is_figure = line.key in FIGURE_KEYS

    @api.depends("key", "value", "recipient_policy", "warn_at", "limit")
    @api.depends_context("lang")
    def _compute_display_name(self):
        rules = dict(self._fields["key"]._description_selection(self.env))
        policies = dict(self._fields["recipient_policy"]._description_selection(self.env))
        for line in self:
            if line.is_figure:
                value = f"{line.limit or line.warn_at:g}"
            elif line.key == "recipient_policy":
                value = policies.get(line.recipient_policy, "")
            else:
                value = line.value
            line.display_name = f"{rules.get(line.key, '')}: {value}"

    def _get_value(self):
        """The rule's value as the account holds it."""
        return self.value if self.key in NUMBERS else self.recipient_policy

    @api.constrains("key", "value", "recipient_policy", "warn_at", "limit", "preset_id")
    def _check_value(self):
        for line in self:
            if not line._is_sensible():
                raise ValidationError(
                    self.env._(
                        "“%(rule)s” of “%(preset)s” needs a sensible value.",
                        rule=dict(self._fields["key"]._description_selection(self.env))[line.key],
                        preset=line.preset_id.name,
                    )
                )

    def _is_sensible(self):
        if self.is_figure:
            return min(self.warn_at, self.limit) >= 0 and max(self.warn_at, self.limit) > 0
        if not RULES[self.key].concerns(get_client_class(self.preset_id.provider)):
            return False
        if self.key == "recipient_policy":
            return bool(self.recipient_policy)
        return self.value >= (self.key == "answer_hours")

    @api.constrains("source_url")
    def _check_source_url(self):
        for line in self:
            if line.source_url and not line.source_url.startswith(("https://", "http://")):
                raise ValidationError(
                    self.env._("“%s” is no address: it must start with https://.", line.source_url)
                )
