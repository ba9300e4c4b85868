"""The rules that a marketplace imposes on an account: what it asks, and what people made of it.

A rule's default comes from the account's preset, else from its provider, else from `RULES`.
"""

from dataclasses import dataclass, field

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..connectors import base
from .html_tools import find_contact_details

# To whom an answer goes where its writer does not choose.
RECIPIENT_POLICIES = [
    ("as_addressed", "Whoever Was Addressed"),
    ("customer", "Always The Customer"),
    ("both", "Always Customer And Operator"),
]


def _everywhere(_client):
    return True


def _by_relay_mail(client):
    return client.reply_channel == base.BY_RELAY_MAIL


def _where(capability):
    return lambda client: capability in client.capabilities


def _asks_to_close(client):
    return "close_after_answer" in client.defaults


@dataclass(frozen=True)
class Rule:
    """`default`: where neither preset nor provider has one; `concerns`: tells of a client class
    whether the rule means anything there."""

    default: object
    concerns: object = field(default=_everywhere)


RULES = {
    "answer_hours": Rule(48),
    "warn_hours": Rule(8),
    "incident_hours": Rule(24, _where(base.RESOLVE_INCIDENT)),
    "refund_days": Rule(200),
    "contact_days": Rule(90),
    "recipient_policy": Rule("as_addressed", _where(base.CHOOSE_RECIPIENT)),
    "relay_days": Rule(28, _by_relay_mail),
    "confirm_minutes": Rule(60, _by_relay_mail),
    "settle_minutes": Rule(90),
    "silence_hours": Rule(6),
    "comment_minutes": Rule(10, _where(base.COMMENT)),
    "close_after_answer": Rule(0, _asks_to_close),
}
NUMBERS = [name for name, asked in RULES.items() if isinstance(asked.default, int)]


def _follow_default(name):
    """The compute of one rule. Each has its own: one that filled them all would, when an upgrade
    adds a rule, put the others back to their defaults."""

    @api.depends("provider", "preset_id")
    def compute(accounts):
        for account in accounts:
            account[name] = account._get_rule_default(name)

    return compute


def rule(name, label, explanation=None, kind=fields.Integer, **options):
    """A field that follows the default of its rule until somebody changes it."""
    return kind(
        string=label,
        compute=_follow_default(name),
        store=True,
        readonly=False,
        precompute=True,
        help=explanation,
        **options,
    )


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    preset_id = fields.Many2one(
        "marketplace.preset",
        "Marketplace",
        domain="[('provider', '=', provider)]",
        ondelete="restrict",
        help="Fills the rules and limits below with what this marketplace publishes.",
    )
    preset_note = fields.Text(related="preset_id.note")
    has_presets = fields.Boolean(compute="_compute_has_presets")

    answer_hours = rule("answer_hours", "Answer Within (hours)")
    warn_hours = rule("warn_hours", "Warn Before (hours)")
    incident_hours = rule(
        "incident_hours",
        "Solve Incidents Within (hours)",
        "Counted from when the incident was first seen. 0: at once.",
    )
    refund_days = rule("refund_days", "Refund Window (days)")
    contact_days = rule("contact_days", "Contact Window (days)")
    recipient_policy = rule(
        "recipient_policy",
        "Answers Go To",
        "The first choice of the answer dialog; its writer may choose differently.",
        kind=fields.Selection,
        selection=RECIPIENT_POLICIES,
    )
    relay_days = rule("relay_days", "Relay Address Valid (days)")
    confirm_minutes = rule(
        "confirm_minutes",
        "Answer Seen Within (minutes)",
        "An answer sent by relay mail and not seen after this time raises an alarm.",
    )
    silence_hours = rule("silence_hours", "Silence Alarm (hours)")
    settle_minutes = rule(
        "settle_minutes",
        "Doubt Lasts At Least (minutes)",
        "Changes become visible late at some marketplaces: what is not seen before this time has "
        "passed is not taken as absent.",
    )
    content_policy = fields.Selection(
        [("allow", "Allow"), ("warn", "Warn"), ("block", "Block")],
        "Addresses, Phones, Links",
        default="warn",
        required=True,
        help="What happens when an answer holds an e-mail address, a phone number or a link.",
    )
    rule_defaults = fields.Json(
        compute="_compute_rule_defaults",
        help="What the marketplace asks, by rule; only rules that mean something there.",
    )
    rule_sources = fields.Json(
        compute="_compute_rule_defaults",
        help="Where that is written, by rule: {text, url}.",
    )
    changed_rule_count = fields.Integer(compute="_compute_rule_defaults")

    # What is asked ------------------------------------------------------------------------------

    def _get_rule_names(self):
        """The rules that mean something at this marketplace."""
        if not self.provider:
            return []
        client = self._client_class()
        return [name for name, asked in RULES.items() if asked.concerns(client)]

    def _get_rule_default(self, name):
        """What the marketplace asks: the preset's value, else the provider's, else our own."""
        asked = self.preset_id._get_rule(name)
        if asked:
            return asked._get_value()
        defaults = self._client_class().defaults if self.provider else {}
        return defaults.get(name, RULES[name].default)

    @api.depends(
        "provider",
        "preset_id.rule_ids.key",
        "preset_id.rule_ids.value",
        "preset_id.rule_ids.recipient_policy",
        "preset_id.rule_ids.source",
        "preset_id.rule_ids.source_url",
        *RULES,
    )
    @api.depends_context("lang")
    def _compute_rule_defaults(self):
        for account in self:
            names = account._get_rule_names()
            asked = {name: account.preset_id._get_rule(name) for name in names}
            account.rule_defaults = {name: account._get_rule_default(name) for name in names}
            account.rule_sources = {
                name: {"text": line.source, "url": line.source_url or ""}
                for name, line in asked.items()
                if line
            }
            account.changed_rule_count = sum(
                account[name] != value for name, value in account.rule_defaults.items()
            )

    @api.depends("provider")
    def _compute_has_presets(self):
        providers = dict(
            self.env["marketplace.preset"]._read_group(
                [("provider", "in", self.mapped("provider"))], ["provider"], ["__count"]
            )
        )
        for account in self:
            account.has_presets = bool(account.preset_id or providers.get(account.provider))

    @api.onchange("preset_id")
    def _onchange_preset_id(self):
        """What people would otherwise type next, where nothing is typed yet."""
        if not self.preset_id:
            return
        self.name = self.name or self.preset_id.name
        self.service_url = self.service_url or self.preset_id.service_url

    def action_reset_rules(self):
        """Every rule back to what the marketplace asks."""
        for account in self:
            names = account._get_rule_names()
            account.write({name: account._get_rule_default(name) for name in names})

    # Constraints --------------------------------------------------------------------------------

    @api.constrains(*RULES)
    def _check_rules(self):
        for account in self:
            if min(account[name] for name in NUMBERS) < 0 or not account.answer_hours:
                raise ValidationError(
                    self.env._("The rules of “%s” need numbers above zero.", account.name)
                )

    @api.constrains("provider", "preset_id")
    def _check_preset(self):
        for account in self.filtered("preset_id"):
            if account.preset_id.provider != account.provider:
                raise ValidationError(
                    self.env._(
                        "“%(preset)s” is no marketplace of the provider of “%(account)s”.",
                        preset=account.preset_id.name,
                        account=account.name,
                    )
                )

    # Applying one of them -----------------------------------------------------------------------

    def _check_answer_content(self, text, confirmed):
        """Refuse an empty answer, and what this account's policy forbids.

        `confirmed`: the agent has looked at what was found and sends it all the same.
        """
        self.ensure_one()
        if not (text or "").strip():
            raise UserError(self.env._("The answer is empty."))
        findings = find_contact_details(text)
        if not findings or self.content_policy == "allow":
            return
        if self.content_policy == "block" or not confirmed:
            raise UserError(
                self.env._(
                    "Marketplaces refuse answers with addresses, phone numbers or links: %s. "
                    "Remove them, or use the Answer button to decide.",
                    ", ".join(findings),
                )
            )
