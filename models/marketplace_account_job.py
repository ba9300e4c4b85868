"""The scheduled job of an account: push what waits, then read, pushing between pages."""

import logging
from datetime import datetime
from itertools import islice

from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import split_every

from ..connectors import errors, records
from .connector_terms import translate_term
from .job_run import JobRun

_logger = logging.getLogger(__name__)

RETRY_PAGES = 2


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    # The scheduled action ------------------------------------------------------------------------

    def _create_cron(self):
        """One scheduled action per account; the account is its only master."""
        self.ensure_one()
        self.sudo().cron_id = (
            self.env["ir.cron"]
            .sudo()
            .create(
                {
                    "name": self._get_cron_name(),
                    "user_id": self.env.ref("base.user_root").id,
                    "model_id": self.env["ir.model"]._get_id(self._name),
                    "state": "code",
                    "code": f"model.browse({self.id})._cron_run()",
                    "active": False,
                    "interval_number": self.interval_minutes,
                    "interval_type": "minutes",
                }
            )
        )
        self._sync_cron()

    def _get_cron_name(self):
        return f"Marketplace: {self.name}"

    def _sync_cron(self):
        """Bring the scheduled action in line.

        While it runs it cannot be changed: the hourly watch does it then, and a run of an account
        that is off does nothing.
        """
        for account in self.filtered("cron_id"):
            cron = account.cron_id.sudo()
            wanted = {
                "name": account._get_cron_name(),
                "active": account._is_running(),
                "interval_number": account.interval_minutes,
            }
            changed = {name: value for name, value in wanted.items() if cron[name] != value}
            if changed and cron.try_lock_for_update(allow_referencing=True):
                cron.write(changed)

    def _is_running(self):
        return (
            self.active
            and self.state in ("observing", "enabled")
            and not self._is_web_service()
            and not self._is_database_neutralized()
        )

    def _trigger_job(self, at=None):
        """Ask for a run as soon as possible, or at a date."""
        for account in self.filtered(lambda a: a._is_running()):
            account.cron_id.sudo()._trigger(at)

    # One run -------------------------------------------------------------------------------------

    def _cron_run(self):
        """Push and pull once. Remote errors are noted; a bug is an exception."""
        self.ensure_one()
        account = self.with_company(self.company_id).with_context(
            allowed_company_ids=self.company_id.ids
        )
        if not account._is_running():
            return
        run, refusal = JobRun(self.env), None
        with account._get_client() as client:
            try:
                account._run_with_client(client, run)
            except errors.LoginError as error:
                refusal = error
            run.do(account._end_run, client, refusal)

    def _end_run(self, client, refusal=None):
        if refusal:
            self._take_refusal(refusal)
        elif self.last_error:
            self.last_error = False
        self._keep_token(client)
        self._keep_site_abilities(client)
        self.last_run = fields.Datetime.now()

    def _run_with_client(self, client, run):
        outbox = self.env["marketplace.outbox"]
        outbox._settle(self, client, run)
        outbox._push(self, client, run)
        self._push_comments(client, run)
        # Only where the marketplace has such things: an idle run stays cheap.
        if client.webhook_topics:
            self._arrange_webhooks(client, run)
            run.do(self.env["marketplace.hint"]._take, self)
        if client.takes_notices:
            run.do(self.env["marketplace.notice"]._take_waiting, self)
        self._refresh_facts(client, run)
        self._refresh_orders(client, run)
        self.env["marketplace.gateway"]._refresh(self, client, run)
        self._retry_cases(client, run)
        for turn, stream in enumerate(self._get_due_streams()):
            # One at least: customers wait, however many orders there are to be read again.
            if run.is_stopped or (turn and run.is_over):
                break
            self._pull_stream(stream, client, run)
            outbox._push(self, client, run)
        self._pull_notes(client, run)
        run.do(self.env["marketplace.case"]._warn_of_deadlines, self)
        is_told = client.webhook_topics and self.env["marketplace.hint"]._has_waiting(self)
        if is_told or (run.is_over and (self._has_reading_left() or outbox._has_work(self))):
            self._trigger_job()

    def _get_due_streams(self):
        """Those that are due and read by pages, the one that was not read for longest first; notes
        of orders are read in turn."""
        due = self.stream_ids._get_due().filtered(lambda s: s.records != "comment")
        return due.sorted(lambda s: s.last_try or datetime.min)

    def _has_reading_left(self):
        return bool(self._get_due_streams()) or self._has_wanted_notes()

    def _refresh_orders(self, client, run):
        """Orders that somebody wants to see as they are now."""
        orders = self.env["marketplace.orders"]
        wanted = orders._get_wanted(self)
        letters = self.env["marketplace.dead.letter"]._get_due_orders(self)
        refs = dict.fromkeys([*wanted.mapped("marketplace_ref"), *letters.mapped("remote_id")])
        try:
            for part in split_every(client.orders_at_once or len(refs) or 1, refs, list):
                if run.is_over:
                    return
                fresh, broken = records.part_broken(client.get_orders(part))
                asked = wanted.filtered(lambda o, part=part: o.marketplace_ref in part)
                run.do(orders._store_wanted, self, asked, fresh, broken)
                due = letters.filtered(lambda le, part=part: le.remote_id in part)
                run.do(self.env["marketplace.inbox"]._store_retried, due, fresh)
        except errors.LoginError:
            raise
        except errors.ConnectorError as error:
            _logger.info("Account %s: orders not refreshed: %s", self.id, error)

    def _retry_cases(self, client, run):
        """Cases that were set aside, read again by the hour: by their order's number or their own
        where that is known, else from the window that they came in."""
        letters = self.env["marketplace.dead.letter"]
        inbox = self.env["marketplace.inbox"]
        try:
            flagged = letters._get_due_claims(self)
            if flagged:
                cases = list(client.get_cases(flagged.mapped("remote_id")))
                run.do(inbox._store_flagged, flagged, cases)
            for stream, start, window in letters._get_due_windows(self):
                size = client.cases_at_once or len(window)
                for part in split_every(size, window.ids, window.browse):
                    if run.is_over:
                        return
                    if client.cases_at_once:
                        found = client.read_cases(part.mapped("remote_id"))
                    else:
                        found = self._read_window(stream, start, part, client)
                    run.do(inbox._store_retried, part, found)
        except errors.LoginError:
            raise
        except errors.ConnectorError as error:
            _logger.info("Account %s: what was set aside is not read: %s", self.id, error)

    def _read_window(self, stream, start, letters, client):
        """The cases of these letters in a window and the next: starts of windows shift."""
        wanted, found = set(letters.mapped("remote_id")), []
        for page in islice(client.pull(stream.key, None, start), RETRY_PAGES):
            found += [record for record in page.records if record.remote_id in wanted]
            if wanted <= {record.remote_id for record in found}:
                break
        return found

    def _pull_stream(self, stream, client, run):
        """Read one stream as far as time allows; its cursor moves with each stored page."""
        stream.last_count = 0
        inbox = self.env["marketplace.inbox"]
        since = stream.read_from or self.import_start
        is_orders = stream.records == "order"
        mark = stream._get_mark()
        try:
            for page in client.pull(stream.key, stream.cursor or None, since):
                chased = self._chase_claims(page.records, client) if is_orders else None
                run.do(inbox._store_page, stream, page, chased, mark)
                mark = [page.cursor, mark[1]]
                if run.is_over or mark != stream._get_mark():
                    return  # no time left, or somebody asked to read again from elsewhere
                if page.records:
                    self.env["marketplace.outbox"]._push(self, client, run)
        except errors.LoginError:
            raise
        except errors.ConnectorError as error:
            _logger.info("Account %s, stream %s: %s", self.id, stream.key, error)
            message = translate_term(self._get_responsible_env(), str(error))
            retry_after = getattr(error, "retry_after", None)
            run.do(lambda: stream._record_failure(message, retry_after))
        else:
            run.do(stream._record_success)

    def _chase_claims(self, orders, client):
        """Orders flagged with a claim whose case did not come: asked for by number, and stored or
        reported with their page."""
        missing = self.env["marketplace.inbox"]._get_flagged_without_case(self, orders)
        return (missing, list(client.get_cases(missing))) if missing else None

    def _get_responsible_env(self):
        """The environment in the language of the person who looks after the account."""
        reader = self.user_id or self.env.user
        lang = self.env.context.get("marketplace_lang") or reader.lang or self.env.lang
        return self.with_context(lang=lang).env

    def _take_refusal(self, error):
        """One that may pass is only noted: the next run stops if it is said again."""
        if error.may_pass and not self.last_error:
            self.last_error = translate_term(self._get_responsible_env(), str(error))
        else:
            self._stop(error)

    def _stop(self, error):
        """The login was refused: nothing is tried again until an administrator mends it."""
        message = translate_term(self._get_responsible_env(), str(error))
        self.write({"state": "stopped", "last_error": message, "token": False})
        self._alarm(self._get_alarm("stopped"), message)

    def _get_alarm(self, kind):
        """The subject of an alarm, in the language of whoever looks after the account."""
        env = self._get_responsible_env()
        return {
            "stopped": env._("“%s” stopped: its login is refused", self.name),
            "silent": env._("“%s” is silent: messages may be missing", self.name),
            "comments": env._("Order comments do not arrive at “%s”", self.name),
            "no_call": env._("OpenSi calls “%s” no more", self.name),
            "not_taken": env._("Comments of OpenSi were not taken by “%s”", self.name),
            "closed": env._("The shop of “%s” is not open", self.name),
            "webhooks": env._("The shop of “%s” does not call any more", self.name),
            "notices": env._("Too many notices by mail came to “%s”", self.name),
        }[kind]

    def _withdraw_alarm(self, kind):
        """What it warned of is over."""
        for account in self.sudo():
            summary = account._get_alarm(kind)
            account.activity_ids.filtered(lambda a, s=summary: a.summary == s).unlink()

    def _alarm(self, summary, note=""):
        """One open activity per subject for the person responsible. `note`: plain text."""
        note = Markup("<p>%s</p>") % note if note else ""
        user = self.user_id or self.create_uid
        for account in self:
            known = account.activity_ids.filtered(lambda a: a.summary == summary)
            if not known:
                account.activity_schedule(
                    "mail.mail_activity_data_warning", summary=summary, note=note, user_id=user.id
                )

    # The watch over all accounts -----------------------------------------------------------------

    @api.model
    def _cron_watch(self):
        """Silence is noticed, also when an account's own scheduled action does not run."""
        accounts = self.with_context(active_test=False).search([("provider", "!=", False)])
        for account in accounts.filtered(lambda a: not a.cron_id):
            account._create_cron()
        for account in accounts.with_context(active_test=False):
            account._add_streams()
        accounts._sync_cron()
        for account in accounts.filtered(lambda a: a._is_running()):
            silent = account.stream_ids.filtered(lambda s: s.health == "silent")
            if silent:
                account._alarm(account._get_alarm("silent"), ", ".join(silent.mapped("name")))
            else:
                account._withdraw_alarm("silent")
            self.env["marketplace.refund.import"]._follow(account)
        for account in accounts.filtered(lambda a: a.active and a.state == "enabled"):
            account._watch_comments()
