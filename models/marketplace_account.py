"""One seller login at one marketplace: its life, what it reads, its client.

Credentials, rules, the facts that the marketplace tells and the job have files of their own.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import email_normalize

from ..connectors import base, get_client_class
from .connector_terms import get_providers
from .marketplace_stream import HEALTH

FIRST_IMPORT_DAYS = 30
# Kept by the account itself: over RPC nobody writes them.
_OWN = {
    "state",
    "cron_id",
    "clock_start",
    "last_run",
    "last_error",
    "last_call_at",
    "last_call_problem",
    "last_refused_at",
    "has_own_numbers",
    "site_tickets",
    "site_ticket_answers",
    "site_ticket_news",
    "site_notes",
    "checked_at",
    "password_date",
    "facts_at",
    "facts_retry_at",
    "facts_problems",
    "shop_name",
    "shop_state",
    "webhook_wish",
    "webhook_ids",
    "webhook_problem",
}
_WAITING = ("pending", "waiting", "sending", "sent")


class MarketplaceAccount(models.Model):
    _name = "marketplace.account"
    _description = "Marketplace Account"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "sequence, name, id"
    _check_company_auto = True

    name = fields.Char(required=True)
    code = fields.Char(
        "Short Code", size=3, help="One to three letters shown in lists, in the account's colour."
    )
    color = fields.Integer()
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    provider = fields.Selection(selection=get_providers, required=True, default="cdiscount")
    state = fields.Selection(
        [
            ("disabled", "Disabled"),
            ("observing", "Observing"),
            ("enabled", "Enabled"),
            ("stopped", "Stopped"),
        ],
        default="disabled",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
        help="Observing reads and writes nothing. Stopped: the marketplace refused the login.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    team_id = fields.Many2one(
        "helpdesk.ticket.team", "Helpdesk Team", required=True, check_company=True
    )
    user_id = fields.Many2one(
        "res.users",
        "Responsible",
        default=lambda self: self.env.user,
        help="Is told when the account stops, falls silent or leaves an answer undelivered.",
    )
    category_id = fields.Many2one("helpdesk.ticket.category", "Ticket Category")

    # Orders
    order_field = fields.Selection(
        [
            ("client_order_ref", "Customer Reference"),
            ("name", "Order Number"),
            ("origin", "Source"),
        ],
        default="client_order_ref",
        required=True,
        help="Where your sale orders hold the marketplace's order number.",
    )
    order_prefix = fields.Char(help="What your orders write before the marketplace's number.")
    order_suffix = fields.Char(help="What your orders write after the marketplace's number.")
    order_policy = fields.Selection(
        [("await", "Wait for it"), ("create", "Create it from the marketplace")],
        "Unknown Order",
        default="await",
        required=True,
    )
    shipping_product_id = fields.Many2one(
        "product.product", check_company=True, help="Used for shipping charges of created orders."
    )
    refund_call = fields.Selection(
        [
            ("standard", "CreateRefundVoucher"),
            ("after_shipment", "CreateRefundVoucherAfterShipment"),
        ],
        default="standard",
        required=True,
        help="The older call refunds lines only. Use it where the newer one is refused.",
    )
    interval_minutes = fields.Integer("Read Every (minutes)", default=5, required=True)
    import_start = fields.Datetime(
        "First Import From",
        default=lambda self: fields.Datetime.now() - timedelta(days=FIRST_IMPORT_DAYS),
        required=True,
    )
    clock_start = fields.Datetime(
        readonly=True, copy=False, help="Messages older than this start no clock."
    )

    started_at = fields.Datetime(readonly=True, copy=False, help="Silence counts from here.")

    cron_id = fields.Many2one("ir.cron", ondelete="restrict", readonly=True, copy=False)
    stream_ids = fields.One2many("marketplace.stream", "account_id", copy=False)
    check_ids = fields.One2many("marketplace.account.check", "account_id", copy=False)
    checked_at = fields.Datetime(readonly=True, copy=False)
    reason_ids = fields.One2many("marketplace.reason", "account_id")
    dead_letter_ids = fields.One2many("marketplace.dead.letter", "account_id")
    last_run = fields.Datetime(readonly=True, copy=False)
    next_run = fields.Datetime(related="cron_id.nextcall", related_sudo=True)
    last_error = fields.Char(readonly=True, copy=False)
    is_silent = fields.Boolean(compute="_compute_is_silent")
    health = fields.Selection(HEALTH, compute="_compute_health", help="Of its worst stream.")
    failed_check_count = fields.Integer(
        compute="_compute_failed_check_count",
        groups="marketplace_helpdesk.group_administrator",
    )
    is_neutralized = fields.Boolean(compute="_compute_is_neutralized")
    case_count = fields.Integer(compute="_compute_counts")
    refund_count = fields.Integer(compute="_compute_counts")
    doubt_count = fields.Integer(compute="_compute_counts")
    waiting_count = fields.Integer(compute="_compute_counts")
    refused_count = fields.Integer(compute="_compute_counts")
    dead_letter_count = fields.Integer(compute="_compute_counts")

    _name_company_uniq = models.Constraint(
        "unique(name, company_id)", "Another account of this company has this name."
    )
    _interval_positive = models.Constraint(
        "CHECK(interval_minutes > 0)", "Read at least every minute: give a number above zero."
    )

    # Computes -----------------------------------------------------------------------------------

    @api.depends("stream_ids.last_success", "silence_hours", "state")
    def _compute_is_silent(self):
        for account in self:
            account.is_silent = any(stream.health == "silent" for stream in account.stream_ids)

    @api.depends("stream_ids.health")
    def _compute_health(self):
        best_first = [health for health, _label in HEALTH]
        for account in self:
            healths = account.stream_ids.mapped("health")
            account.health = max(healths, key=best_first.index, default="off")

    @api.depends("check_ids.result")
    def _compute_failed_check_count(self):
        for account in self:
            failed = account.check_ids.filtered(lambda check: check.result == "failed")
            account.failed_check_count = len(failed)

    def _compute_is_neutralized(self):
        self.is_neutralized = self._is_database_neutralized()

    def _compute_counts(self):
        counts = {
            name: self._count_by_account(model, domain)
            for name, model, domain in (
                ("case_count", "marketplace.case", []),
                ("refund_count", "marketplace.refund", []),
                ("doubt_count", "marketplace.operation", [("state", "=", "unknown")]),
                ("waiting_count", "marketplace.operation", [("state", "in", _WAITING)]),
                ("refused_count", "marketplace.operation", [("state", "=", "rejected")]),
                ("dead_letter_count", "marketplace.dead.letter", [("state", "=", "open")]),
            )
        }
        for account in self:
            for name, values in counts.items():
                account[name] = values.get(account.id, 0)

    def _count_by_account(self, model, domain):
        groups = (
            self.env[model]
            .sudo()
            ._read_group([("account_id", "in", self.ids), *domain], ["account_id"], ["__count"])
        )
        return {account.id: count for account, count in groups}

    # Constraints --------------------------------------------------------------------------------

    @api.constrains("sender_email", "state")
    def _check_sender_email(self):
        for account in self:
            sender = account.sender_email
            if sender and not email_normalize(sender):
                raise ValidationError(self.env._("“%s” is not an e-mail address.", sender))
            if not sender and account.uses_relay_mail and account.state in ("observing", "enabled"):
                raise ValidationError(
                    self.env._(
                        "“%s” needs a sender address as long as it is on: answers leave as "
                        "e-mails from there. Disable the account first.",
                        account.name,
                    )
                )

    # Lifecycle ----------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_values(vals)
        accounts = super().create([self._clean_values(vals) for vals in vals_list])
        for account in accounts:
            account._create_cron()
        accounts._add_declared()
        accounts._add_limits()
        return accounts

    def _check_values(self, vals):
        own = _OWN & vals.keys()
        if own and not self.env.su:
            raise AccessError(
                self.env._("%s: only the account itself changes this.", ", ".join(sorted(own)))
            )

    def _clean_values(self, vals):
        """The sender as a plain address; what is none is left to the constraint."""
        sender = vals.get("sender_email")
        return {**vals, "sender_email": email_normalize(sender) or sender} if sender else vals

    def write(self, vals):
        self._check_values(vals)
        vals = self._clean_values(vals)
        if "provider" in vals and any(account.provider != vals["provider"] for account in self):
            raise UserError(self.env._("Make a new account for another marketplace."))
        if "company_id" in vals:
            self._check_company_change(vals["company_id"])
        result = super().write(vals)
        if {"login", "service_url", "token_url"} & vals.keys():
            self.sudo().write({"token": False, "token_expires_at": False})
        if "preset_id" in vals:
            self._add_limits()
        if {"active", "state", "interval_minutes", "name"} & vals.keys():
            self._sync_cron()
        return result

    def unlink(self):
        crons = self.sudo().cron_id
        actions = crons.ir_actions_server_id
        result = super().unlink()
        crons.unlink()
        actions.unlink()
        return result

    def _check_company_change(self, company_id):
        moved = self.filtered(lambda account: account.company_id.id != company_id)
        if moved._has_cases():
            raise UserError(
                self.env._("This account has cases, which belong to its company: make a new one.")
            )

    def _has_cases(self):
        return bool(
            self.env["marketplace.case"]
            .sudo()
            .search_count([("account_id", "in", self.ids)], limit=1)
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_with_cases(self):
        if self._has_cases():
            raise UserError(self.env._("This account has cases: archive it instead."))

    def _add_declared(self):
        """The streams and reasons that the clients declare and that are not there yet: for new
        accounts, and after an upgrade that brings more."""
        for account in self.with_context(active_test=False).sudo():
            account._add_streams()
            account._add_reasons()

    def _add_streams(self):
        known = set(self.stream_ids.mapped("key"))
        specs = [*enumerate(self._client_class().streams)]
        self.stream_ids.create(
            [
                {
                    "account_id": self.id,
                    "key": spec.key,
                    "records": spec.records,
                    "interval_minutes": spec.every,
                    "sequence": index,
                }
                for index, spec in specs
                if spec.key not in known
            ]
        )

    def _add_reasons(self):
        known = {(reason.usage, reason.code) for reason in self.reason_ids}
        specs = [*enumerate(self._client_class().reasons)]
        self.reason_ids.create(
            [
                {
                    "account_id": self.id,
                    "usage": spec.usage,
                    "code": spec.code,
                    "name": spec.label,
                    "is_default": spec.is_default,
                    "allowed": spec.allowed,
                    "sequence": index,
                }
                for index, spec in specs
                if (spec.usage, spec.code) not in known
            ]
        )

    # Client -------------------------------------------------------------------------------------

    def _client_class(self):
        return get_client_class(self.provider)

    def _can(self, capability):
        """Whether the marketplace can do `capability`, a constant of connectors.base."""
        return bool(self.provider) and capability in self._client_class().capabilities

    def _get_client(self):
        """A client with this account's credentials. Use as a context manager."""
        account = self.sudo()
        client_class = account._client_class()
        return client_class(
            base.Credentials(
                login=account.login or "",
                password=account.password or "",
                service_url=account.service_url or client_class.default_urls.get("service_url", ""),
                token_url=account.token_url or client_class.default_urls.get("token_url", ""),
                token=account.token or "",
                token_expires_at=account.token_expires_at or None,
                options=account._client_options(),
            )
        )

    def _get_backoffice_url(self, case_remote_id, order_ref):
        """A link into the seller's back office, "" where none is known."""
        if not self.provider:
            return ""
        client_class = self._client_class()
        address = self.service_url or client_class.default_urls.get("service_url", "")
        return client_class.backoffice_url(address, case_remote_id or "", order_ref or "")

    def _client_options(self):
        names = [name.strip() for name in (self.seller_names or "").split(",")]
        return {
            "seller_names": [name for name in names if name],
            "settle_minutes": self.settle_minutes,
            "refund_call": self.refund_call,
            "shop": (self.shop_ref or "").strip(),
            "locale": self._get_language(),
        }

    def _get_language(self):
        """The language of what the marketplace tells: of who looks after the account, else of
        the company; for example "fr_FR"."""
        return self.user_id.lang or self.company_id.partner_id.lang or "en_US"

    def _keep_token(self, client):
        """Store the token that the client drew, so that the next run need not."""
        if not client.token_state:
            return
        token, expires_at = client.token_state
        expires_at = expires_at and expires_at.replace(microsecond=0) or False
        account = self.sudo()
        if (account.token or "", account.token_expires_at) != (token or "", expires_at):
            account.write({"token": token, "token_expires_at": expires_at})

    def _format_order_ref(self, remote_ref):
        return f"{self.order_prefix or ''}{remote_ref}{self.order_suffix or ''}"

    @api.model
    def _is_database_neutralized(self):
        return bool(self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized"))

    # Checks before something is written to the marketplace ---------------------------------------

    def _check_writes(self):
        self.ensure_one()
        if self.state != "enabled":
            states = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "“%(account)s” is %(state)s: nothing is sent to the marketplace.",
                    account=self.name,
                    state=states[self.state].lower(),
                )
            )
        if self._is_database_neutralized():
            raise UserError(
                self.env._("This is a neutralised copy of a database: nothing is sent from here.")
            )

    # Buttons ------------------------------------------------------------------------------------

    def action_observe(self):
        """Read, write nothing."""
        self._activate("observing")

    def action_enable(self):
        """Read and write."""
        self._activate("enabled")

    def action_disable(self):
        """Neither read nor write. What waits in the outbox stays there."""
        self.check_access("write")
        self.sudo().write({"state": "disabled"})

    def _activate(self, state):
        self.check_access("write")
        for account in self:
            account._check_ready()
            values = {"state": state, "last_error": False}
            if not account.clock_start:
                values["clock_start"] = fields.Datetime.now() - timedelta(
                    hours=account.answer_hours
                )
            if not account._is_running():
                values["started_at"] = fields.Datetime.now()
            account.sudo().write(values)
            account._withdraw_alarm("stopped")
            account._trigger_job()

    def action_read_now(self):
        """Read every stream at the next turn of the scheduler, which is asked for at once; and
        what the marketplace did not tell about the account when it was last asked."""
        self.ensure_one()
        self.stream_ids.sudo().write({"next_pull": False})
        self.filtered("facts_problems")._forget_facts_date()
        self._trigger_job()
        return self._notify_client(self.env._("Reading starts within seconds."))

    def action_test_connection(self):
        """Ask the marketplace for each right, without changing anything there."""
        self.ensure_one()
        self.env["marketplace.account.check"]._run_checks(self)

    def _notify_client(self, message, kind="info"):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": kind,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_view_cases(self):
        return self._action_records("marketplace_helpdesk.action_case")

    def action_view_refunds(self):
        return self._action_records("marketplace_helpdesk.action_refund")

    def action_view_doubts(self):
        action = self._action_records("marketplace_helpdesk.action_operation")
        action["context"] = {"search_default_unknown": 1}
        return action

    def action_view_dead_letters(self):
        return self._action_records("marketplace_helpdesk.action_dead_letter")

    def _action_records(self, xmlid):
        action = self.env["ir.actions.actions"]._for_xml_id(xmlid)
        action["domain"] = [("account_id", "in", self.ids)]
        return action
