"""Calls that come in at an account's web service: who is let in, and what he is answered."""

import hmac
import secrets

from odoo import api, fields, models, release
from odoo.modules import get_manifest
from odoo.tools import SQL

from ..connectors.opensi import const, keys, server
from .connector_terms import translate_term

ACCEPTING = ("observing", "enabled")
# When somebody last called at an address that nobody has.
STRANGERS_PARAMETER = "marketplace_helpdesk.opensi_last_stranger"
# Stand in for the credentials of an account that there is not: nobody can know them.
_NOBODY = secrets.token_hex(), secrets.token_hex()


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    # Who calls ----------------------------------------------------------------------------------

    @api.model
    def _admit(self, service_key, call, is_secure):
        """(account or none, why the call is refused or "", whether that is told as the original
        module does).

        An address that nobody has, an account that is off and a wrong key take the same steps to
        the same answer; also where the key is right and the call should have come over TLS.
        """
        services = self._get_services()
        called = self.browse()
        for service in services:  # all of them: how long it takes tells nothing
            if _is_same(service.service_key, service_key):
                called = service
        is_right = _is_same(call.key, _get_key(called)) and called._has_key()
        # Who has no right key must not learn which account he has met by the look of the refusal.
        is_original = "original" in services.mapped("fault_style")
        if not is_right:
            called._note_stranger()
            return self.browse(), const.BAD_KEY, is_original
        called = called._for_call()
        if not is_secure and not called.allow_http:
            called._note_call(
                called.env._(
                    "A call came without TLS and was refused. Let OpenSi use https://; behind a "
                    "proxy, Odoo must run in proxy mode."
                )
            )
            return self.browse(), const.BAD_KEY, is_original
        return called, called._get_call_problem(call), called.fault_style == "original"

    def _get_services(self):
        """The accounts that take calls now, with what is compared."""
        domain = [
            ("provider", "=", "opensi"),
            ("opensi_role", "=", const.SHOP),
            ("state", "in", ACCEPTING),
        ]
        return self.sudo().search_fetch(
            domain, ["service_key", "login", "password", "fault_style", "allow_http", "company_id"]
        )

    def _has_key(self):
        return bool(self.login and self.password)

    def _for_call(self):
        """This account as superuser in its company, in the language of whoever looks after it."""
        account = self.with_context(
            allowed_company_ids=self.company_id.ids,
            lang=self._get_language(),
            tz=self._get_time_zone(),
        )
        return account.with_company(self.company_id)

    def _get_call_problem(self, call):
        """Why a call with the right key is refused, in the words of the original; "" if not."""
        if call.operation != "setComments" or _is_same(self.website_code, call.website_code):
            return ""
        self._note_call(
            self.env._(
                "OpenSi called with the website code “%(theirs)s”; here it is “%(ours)s”.",
                theirs=call.website_code[:80],
                ours=self.website_code or "",
            )
        )
        return const.BAD_WEBSITE_CODE

    def _note_stranger(self):
        """When somebody called with a wrong key. Where there is no account, a row of as much work
        is written: who waits for the answer must not learn which of the two happened."""
        if self:
            where = SQL(
                "marketplace_account SET last_refused_at = NOW() AT TIME ZONE 'UTC' WHERE id = %s",
                self.id,
            )
        else:
            where = SQL(
                "ir_config_parameter SET value = NOW()::text WHERE key = %s", STRANGERS_PARAMETER
            )
        self.env.execute_query(SQL("UPDATE %s RETURNING id", where))
        self.invalidate_recordset(["last_refused_at"])

    def _note_call(self, problem=False):
        self.write({"last_call_at": fields.Datetime.now(), "last_call_problem": problem})

    # What is answered ---------------------------------------------------------------------------

    def _answer_call(self, call):
        """The answer to a call that was let in: a connectors.opensi.server.Written."""
        self.ensure_one()
        if call.operation == "getVersion":
            self._note_call()
            return self._write_value(call, self._get_service_version())
        if call.operation == "getDatetime":
            self._note_call()
            now = fields.Datetime.context_timestamp(self, fields.Datetime.now())
            return self._write_value(call, f"{now:%Y-%m-%d %H:%M:%S}")
        self._lock_service()
        results = self.env["sale.order.comment"]._receive(self, call.items)
        problem = self._get_refused_items(results)
        self._note_call(problem)
        if problem:  # the next good call takes its place, the to-do stays
            self._alarm(self._get_alarm("not_taken"), problem)
        return server.write_results(call, results, self.fault_style == "original")

    def _write_value(self, call, text):
        return server.write_value(call, text, self.fault_style == "original")

    def _get_service_version(self):
        version = get_manifest("marketplace_helpdesk")["version"]
        return f"{self.name}, marketplace_helpdesk {version}, Odoo {release.version}"

    def _get_refused_items(self, results):
        """What did not fit of a call, in a sentence; False where all did."""
        refused = [(key, message) for key, code, message in results if code == const.NOT_FOUND]
        if not refused:
            return False
        key, message = refused[0]
        return self.env._(
            "%(refused)s of %(total)s comments were not taken. The first: order “%(order)s”: "
            "%(message)s",
            refused=len(refused),
            total=len(results),
            order=key[:40],
            message=translate_term(self.env, message),
        )

    def _lock_service(self):
        """Serialise the calls of one account.

        The row is changed, not only locked: under repeatable read the second one must fail and
        start again, or it would not see the comments of the first.
        """
        self.env.cr.execute(
            SQL(
                "UPDATE marketplace_account SET service_lock = COALESCE(service_lock, 0) + 1"
                " WHERE id = %s",
                self.id,
            )
        )


def _is_same(ours, theirs):
    """Compare without telling by time how much is the same."""
    return hmac.compare_digest((ours or "").encode(), (theirs or "").encode())


def _get_key(account):
    return keys.make_key(account.login or _NOBODY[0], account.password or _NOBODY[1])
