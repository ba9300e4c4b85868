"""What an account needs to log in: who may read it, what is missing, who else uses it."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..connectors import base


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    # The stored ones are read by the job only, never over RPC.
    login = fields.Char(
        "API Login",
        groups="marketplace_helpdesk.group_administrator",
        copy=False,
        tracking=True,
    )
    password = fields.Char(groups=fields.NO_ACCESS, copy=False)
    password_input = fields.Char(
        "API Password",
        compute="_compute_password_input",
        inverse="_inverse_password_input",
        groups="marketplace_helpdesk.group_administrator",
        copy=False,
        help="Write-only: nobody can read it back.",
    )
    password_date = fields.Datetime("Password Set On", readonly=True, copy=False)
    token = fields.Char(groups=fields.NO_ACCESS, copy=False)
    token_expires_at = fields.Datetime(groups=fields.NO_ACCESS, copy=False)
    uses_oauth = fields.Boolean(
        "The operator gave a client id (OAuth)",
        compute="_compute_uses_oauth",
        inverse="_inverse_uses_oauth",
        groups="marketplace_helpdesk.group_administrator",
    )
    service_url = fields.Char(
        "Service Address", tracking=True, help="Empty: the marketplace's own address."
    )
    token_url = fields.Char("Token Address", help="Empty: the marketplace's own address.")
    shop_ref = fields.Char(
        "Shop Number",
        copy=False,
        help="Only for a login that looks after several shops: the number of the one that this "
        "account reads. Empty: the login's own shop.",
    )
    seller_names = fields.Char(
        help="Names under which our shop writes at the marketplace, separated by commas. "
        "They tell our own messages from the customer's."
    )
    # Relay mail
    uses_relay_mail = fields.Boolean(compute="_compute_uses_relay_mail")
    sender_email = fields.Char(
        help="Answers leave from this address. The marketplace must know it."
    )
    mail_server_id = fields.Many2one(
        "ir.mail_server", "Outgoing Mail Server", groups="marketplace_helpdesk.group_administrator"
    )

    # Computes -----------------------------------------------------------------------------------

    @api.depends("password_date")
    def _compute_password_input(self):
        self.password_input = False

    def _inverse_password_input(self):
        for account in self.filtered("password_input"):
            secret = account.password_input
            if account.password_date:
                account._message_log(body=self.env._("The secret was changed."))
            account.sudo().write(
                {
                    # A key is pasted, often with what stood around it.
                    "password": secret.strip() if account._has_optional_login() else secret,
                    "password_date": fields.Datetime.now(),
                    "token": False,
                    "token_expires_at": False,
                }
            )
        # What was typed must not come back with the answer of saving.
        self.invalidate_recordset(["password_input"], flush=False)

    @api.depends("login", "provider")
    def _compute_uses_oauth(self):
        for account in self:
            account.uses_oauth = account._has_optional_login() and bool(account.login)

    def _inverse_uses_oauth(self):
        for account in self.filtered(lambda a: a._has_optional_login() and not a.uses_oauth):
            account.write({"login": False, "token_url": False})

    def _has_optional_login(self):
        """Whether a key is enough, and a login beside it means OAuth."""
        return bool(self.provider) and "login" not in self._client_class().required

    @api.depends("provider")
    def _compute_uses_relay_mail(self):
        for account in self:
            channel = account.provider and account._client_class().reply_channel
            account.uses_relay_mail = channel == base.BY_RELAY_MAIL

    # Checks -------------------------------------------------------------------------------------

    @api.constrains("service_url", "token_url")
    def _check_urls(self):
        for account in self:
            for url in (account.service_url, account.token_url):
                if url and not url.startswith(("https://", "http://")):
                    raise ValidationError(
                        self.env._("“%s” is no address: it must start with https://.", url)
                    )

    def _check_ready(self):
        """Refuse to switch on an account that cannot work, or would do another one's work."""
        if self._is_database_neutralized():
            raise UserError(
                self.env._("This is a neutralised copy of a database: accounts stay off here.")
            )
        missing = self._get_missing_credentials()
        if missing:
            raise UserError(
                self.env._(
                    "“%(account)s” cannot log in yet. Give it first: %(missing)s.",
                    account=self.name,
                    missing=", ".join(missing),
                )
            )
        twin = self._get_running_twin()
        if twin:
            raise UserError(
                self.env._(
                    "“%s” works for the same shop with the same login already: everything would "
                    "come, or leave, twice.",
                    twin.name,
                )
            )
        if self.uses_relay_mail and not self.sender_email:
            raise UserError(
                self.env._(
                    "Give “%s” a sender address first: answers leave as e-mails from there.",
                    self.name,
                )
            )

    def _get_missing_credentials(self):
        """What the client requires and nobody has given, in words."""
        account, labels = self.sudo(), self._get_credential_labels()
        return [labels[name] for name in account._get_required() if not account[name]]

    def _get_credential_labels(self):
        """{field: what people call it}"""
        return {
            "login": self.env._("the API login"),
            "password": self._get_secret_label(),
            "service_url": self.env._("the service address"),
            "token_url": self.env._("the token address"),
            "website_code": self.env._("the website code"),
        }

    def _get_secret_label(self):
        if not self._has_optional_login():
            return self.env._("the API password")
        if self.sudo().login:
            return self.env._("the client secret")
        return self.env._("the API key")

    def _get_running_twin(self):
        """Another account that is on and reads the same shop with the same login, or with the
        same key where there is no login."""
        account = self.sudo()
        running = account.search(
            [
                ("id", "!=", account.id),
                ("provider", "=", account.provider),
                ("state", "in", ("observing", "enabled")),
            ]
        )
        identity = account._get_identity()
        return running.filtered(lambda other: other._get_identity() == identity)[:1]

    def _get_identity(self):
        """What tells two logins apart; it holds a secret and is only for comparing."""
        default = self._client_class().default_urls.get("service_url", "")
        address = (self.service_url or default).strip().rstrip("/").lower()
        shop = (self.shop_ref or "").strip()
        return address, self.login or self.password, shop, *self._get_service_identity()
