"""Accounts of WooCommerce and WCFM: ways to log in, what the site offers, mail to customers."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import email_normalize

from ..connectors import base
from .marketplace_account_rules import rule

OPERATOR, SELLER = "woocommerce", "wcfm"
SHOPS = (OPERATOR, SELLER)
# What the client finds out about its site -> the field that keeps it.
_ABILITIES = {
    base.SITE_TICKETS: "site_tickets",
    base.SITE_TICKET_ANSWERS: "site_ticket_answers",
    base.SITE_TICKET_NEWS: "site_ticket_news",
    base.SITE_NOTES: "site_notes",
}
TOLD = [("yes", "Yes"), ("no", "No")]


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    key_way = fields.Selection(
        [
            ("header", "In the Header"),
            ("query", "In the Address"),
            ("oauth", "Signed (OAuth 1.0a)"),
        ],
        "Key Is Sent",
        help="Empty: in the header over https, signed over http. “Test Connection” says when "
        "another way is needed.",
    )
    login_way = fields.Selection(
        [("jwt", "Password, for a Token (JWT)"), ("application_password", "Application Password")],
        "Logs In By",
        help="Empty: by the form of the password. Application passwords have six groups of four "
        "letters and digits, with or without blanks.",
    )
    platform_email = fields.Char(
        "Copied On Direct Mail",
        help="An e-mail from an order of this marketplace to its customer goes to this address, "
        "too, where the marketplace asks for that.",
    )
    close_after_answer = rule(
        "close_after_answer",
        "Close Support Tickets",
        "The first choice of the answer dialog of a support ticket, and what answers from the "
        "chatter do.",
        kind=fields.Boolean,
    )
    has_own_numbers = fields.Boolean(
        readonly=True,
        copy=False,
        help="Customers know orders by another number than the one that its calls use.",
    )
    site_tickets = fields.Selection(TOLD, "Has Support Tickets", readonly=True, copy=False)
    site_ticket_answers = fields.Selection(
        TOLD, "Support Tickets Are Answered From Here", readonly=True, copy=False
    )
    site_ticket_news = fields.Selection(
        TOLD, "Tells Of Entries In Support Tickets", readonly=True, copy=False
    )
    site_notes = fields.Selection(TOLD, "Takes Order Notes", readonly=True, copy=False)

    @api.constrains("platform_email")
    def _check_platform_email(self):
        for account in self.filtered("platform_email"):
            if not email_normalize(account.platform_email):
                raise ValidationError(
                    self.env._("“%s” is not an e-mail address.", account.platform_email)
                )

    def _is_shop_site(self):
        """Whether this is a site of WooCommerce, in either of its roles."""
        return self.provider in SHOPS

    # Logging in ---------------------------------------------------------------------------------

    def _client_options(self):
        way = {OPERATOR: self.key_way, SELLER: self.login_way}.get(self.provider)
        return {**super()._client_options(), **({"login_way": way} if way else {})}

    def _get_credential_labels(self):
        labels = super()._get_credential_labels()
        if self.provider == OPERATOR:
            labels |= {
                "login": self.env._("the consumer key"),
                "password": self.env._("the consumer secret"),
            }
        if self.provider == SELLER:
            labels |= {
                "login": self.env._("the user name"),
                "password": self.env._("the password"),
            }
        if self._is_shop_site():
            labels["service_url"] = self.env._("the site's address")
        return labels

    # What the site offers -----------------------------------------------------------------------

    def _keep_site_abilities(self, client):
        """Keep what the client found out about its site; what it did not look at stays."""
        told = {
            _ABILITIES[name]: "yes" if is_there else "no"
            for name, is_there in client.site_abilities.items()
        }
        account = self.sudo()
        changed = {name: value for name, value in told.items() if account[name] != value}
        if changed:
            account.write(changed)

    def _answers_kind(self, kind):
        """Whether cases of this kind are answered by a call here; others may be by hand there."""
        if not self._can(base.REPLY):
            return False
        return kind != "support_ticket" or self.site_ticket_answers == "yes"

    # Direct mail --------------------------------------------------------------------------------

    def _get_platform_partner(self):
        """The contact of the address that is copied; made when it is needed first."""
        address = email_normalize(self.platform_email or "")
        if not address:
            return self.env["res.partner"]
        partners = self.env["res.partner"].sudo()
        known = partners.search(
            [
                ("email_normalized", "=", address),
                ("company_id", "in", [False, self.company_id.id]),
            ],
            limit=1,
        )
        name = self.preset_id.name or self.name
        return known or partners.create({"name": name, "email": address})
