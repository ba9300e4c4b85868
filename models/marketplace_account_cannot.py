"""What the marketplace of an account cannot do, and which buttons are absent because of it."""

from odoo import api, fields, models

from ..connectors import base
from .connector_terms import translate_term


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    limits = fields.Html(compute="_compute_limits", sanitize=False)

    @api.depends("provider")
    @api.depends_context("lang")
    def _compute_limits(self):
        for account in self:
            cannot = account.provider and account._client_class().cannot or {}
            reasons = {}
            for ability, reason in cannot.items():
                reasons.setdefault(reason, []).append(ability)
            names = self._get_ability_names()
            account.limits = self.env["ir.qweb"]._render(
                "marketplace_helpdesk.account_limits",
                {
                    "limits": [
                        (", ".join(names[a] for a in abilities), translate_term(self.env, reason))
                        for reason, abilities in reasons.items()
                    ]
                },
            )

    def _get_ability_names(self):
        """{capability: what people call it}"""
        return {
            base.REPLY: self.env._("Answering customers"),
            base.OPEN_CONVERSATION: self.env._("Writing to a customer first"),
            base.CONTACT_OPERATOR: self.env._("Writing to the marketplace itself"),
            base.REPLY_CLOSED: self.env._("Answering closed cases"),
            base.ATTACHMENTS: self.env._("Sending files"),
            base.CHOOSE_RECIPIENT: self.env._("Choosing between customer and operator"),
            base.REFUND_ORDER: self.env._("Refunding whole orders"),
            base.REFUND_LINES: self.env._("Refunding lines"),
            base.REFUND_UNITS: self.env._("Refunding single units"),
            base.REFUND_AMOUNT: self.env._("Refunding free amounts of a line"),
            base.REFUND_SHIPPING: self.env._("Refunding shipping on its own"),
            base.REFUND_LINE_SHIPPING: self.env._("Refunding shipping with its line"),
            base.GESTURE: self.env._("Commercial gestures"),
            base.REFUSE_LINES: self.env._("Refusing lines before shipment"),
            base.REFUSE_NEEDS_ALL_LINES: self.env._("Deciding all lines at once"),
            base.CLOSE: self.env._("Closing cases"),
            base.CLOSE_NEEDS_ANSWER: self.env._("Closing with an answer"),
            base.RESOLVE_INCIDENT: self.env._("Resolving incidents"),
            base.COMMENT: self.env._("Order comments"),
        }
