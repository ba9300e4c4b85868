"""Calls of the shop to Odoo: asked for by a button, arranged by the job, checked by a secret."""

import hmac
import logging
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connectors import errors
from .connector_terms import translate_term

_logger = logging.getLogger(__name__)

CREATE, REMOVE = "create", "remove"
CHECK_EVERY = timedelta(days=1)
# Stands in for the secret of an account that there is not: nobody can know it.
_NOBODY = secrets.token_hex()


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    has_webhooks = fields.Boolean(compute="_compute_has_webhooks")
    webhook_secret = fields.Char(groups=fields.NO_ACCESS, copy=False)
    webhook_wish = fields.Selection(
        [(CREATE, "To Be Created"), (REMOVE, "To Be Removed")], readonly=True, copy=False
    )
    webhook_ids = fields.Json(readonly=True, copy=False, help="The shop's number of each topic.")
    webhook_problem = fields.Char(readonly=True, copy=False)
    webhook_checked_at = fields.Datetime(
        readonly=True, copy=False, help="When the shop was last asked whether it still calls."
    )
    webhook_state = fields.Selection(
        [
            ("off", "The Shop Does Not Call"),
            ("creating", "Being Arranged"),
            ("on", "The Shop Calls"),
            ("removing", "Being Removed"),
            ("failed", "Does Not Work"),
        ],
        "Calls Of The Shop",
        compute="_compute_webhook_state",
    )
    webhook_url = fields.Char(
        "Address For The Shop",
        compute="_compute_webhook_url",
        compute_sudo=True,
        groups="marketplace_helpdesk.group_administrator",
    )
    webhook_called_at = fields.Datetime("Last Call Of The Shop", compute="_compute_webhook_calls")

    @api.depends("provider")
    def _compute_has_webhooks(self):
        for account in self:
            client = account.provider and account._client_class()
            account.has_webhooks = bool(client and client.webhook_topics)

    @api.depends("webhook_wish", "webhook_ids", "webhook_problem")
    def _compute_webhook_state(self):
        for account in self:
            if account.webhook_wish:
                state = "creating" if account.webhook_wish == CREATE else "removing"
            elif account.webhook_problem:
                state = "failed"
            else:
                state = "on" if account.webhook_ids else "off"
            account.webhook_state = state

    @api.depends("service_key", "provider")
    def _compute_webhook_url(self):
        for account in self:
            offers = account.has_webhooks and account.service_key
            account.webhook_url = offers and account._get_webhook_url()

    def _get_webhook_url(self):
        return f"{self.get_base_url()}/marketplace/webhook/{self.sudo().service_key}"

    def _compute_webhook_calls(self):
        groups = (
            self.env["marketplace.hint"]
            .sudo()
            ._read_group([("account_id", "in", self.ids)], ["account_id"], ["called_at:max"])
        )
        last = {account.id: called_at for account, called_at in groups}
        for account in self:
            account.webhook_called_at = last.get(account.id, False)

    # Asked for ----------------------------------------------------------------------------------

    def action_create_webhooks(self):
        """Have the job ask the shop to call Odoo; those that are there are made anew."""
        self._wish_webhooks(CREATE)
        return self._notify_client(
            self.env._("The shop is asked within seconds; what became of it is shown here.")
        )

    def action_remove_webhooks(self):
        """Have the job ask the shop not to call Odoo any more."""
        self._wish_webhooks(REMOVE)
        return self._notify_client(
            self.env._("The shop is told within seconds; what became of it is shown here.")
        )

    def _wish_webhooks(self, wish):
        self.ensure_one()
        self.check_access("write")
        if not self.has_webhooks:
            raise UserError(self.env._("%s calls nobody.", self.name))
        self._check_writes()
        account = self.sudo()
        values = {"webhook_wish": wish, "webhook_problem": False}
        if wish == CREATE and not account.webhook_secret:
            # WordPress leaves these letters as they are; kept before the shop hears of it.
            values["webhook_secret"] = secrets.token_urlsafe(32)
        account.write(values)
        account._trigger_job()

    def _arrange_webhooks(self, client, run):
        """What somebody asked for is told to the shop; once a day it is asked if it still calls."""
        if self.webhook_wish and self.state == "enabled":
            self._grant_webhook_wish(client, run)
        elif self._is_webhook_check_due():
            self._check_webhooks(client, run)

    def _grant_webhook_wish(self, client, run):
        """Doing it twice harms nothing."""
        wish, url, ids = self.webhook_wish, self._get_webhook_url(), self._get_webhook_numbers()
        try:
            if wish == CREATE:
                made = client.create_webhooks(url, self.webhook_secret, ids)
            else:
                client.delete_webhooks(url, ids)
                made = {}
        except errors.LoginError:
            raise
        except errors.ConnectorError as error:
            message = translate_term(self._get_responsible_env(), str(error))
            run.do(self._note_webhooks, wish, None, message)
        else:
            run.do(self._note_webhooks, wish, made)

    def _get_webhook_numbers(self):
        return [*(self.webhook_ids or {}).values()]

    def _note_webhooks(self, wish, made, problem=False):
        """`made`: {topic: the shop's number}, or None where nothing is known to have changed."""
        values = {"webhook_problem": problem}
        if made is not None:
            values |= {"webhook_ids": made or False, "webhook_checked_at": fields.Datetime.now()}
            self._withdraw_alarm("webhooks")
        if made is not None and wish == REMOVE:
            values["webhook_secret"] = False
        if self.webhook_wish == wish:  # else somebody has changed his mind meanwhile
            values["webhook_wish"] = False
        self.write(values)

    # Whether it still calls ---------------------------------------------------------------------

    def _is_webhook_check_due(self):
        last = self.webhook_checked_at
        due = not last or last <= fields.Datetime.now() - CHECK_EVERY
        return bool(due and self.webhook_ids and not self.webhook_wish)

    def _check_webhooks(self, client, run):
        """A shop switches calls off for good after a few that failed, and says so to nobody."""
        try:
            there = client.get_webhooks(self._get_webhook_url())
        except errors.LoginError:
            raise
        except errors.ConnectorError as error:
            _logger.info("Account %s: the webhooks cannot be looked at: %s", self.id, error)
            there = None
        run.do(self._note_webhook_check, there)

    def _note_webhook_check(self, there):
        """`there`: {topic: whether the shop calls}; None where it did not tell."""
        self.webhook_checked_at = fields.Datetime.now()
        if there is None or self.webhook_wish:
            return
        silent = [topic for topic in self.webhook_ids or {} if not there.get(topic)]
        if not silent:
            self.webhook_problem = False
            self._withdraw_alarm("webhooks")
            return
        self.webhook_problem = self._get_responsible_env()._(
            "The shop does not call any more: %s. It stops after several calls that it could not "
            "deliver. “Create Webhooks” switches them on again; until then everything is read by "
            "the clock.",
            ", ".join(silent),
        )
        self._alarm(self._get_alarm("webhooks"), self.webhook_problem)

    # Who calls ----------------------------------------------------------------------------------

    @api.model
    def _admit_hint(self, service_key, check, raw_body, signature):
        """The account that is called, or none. `check`: of the shop's language.

        An address that nobody has and a wrong signature take the same steps to the same answer.
        Accounts that are off know their shop, too: refused, it would stop calling for good.
        """
        services = (
            self.sudo()
            .with_context(active_test=False)
            .search_fetch([("webhook_secret", "!=", False)], ["service_key", "webhook_secret"])
        )
        called = self.browse()
        for service in services:  # all of them: how long it takes tells nothing
            ours = (service.service_key or "").encode()
            if hmac.compare_digest(ours, service_key.encode()) and ours:
                called = service
        is_right = check(called.webhook_secret or _NOBODY, raw_body, signature)
        return called if is_right and called else self.browse()
