"""Notices that are not taken: of strangers, without a link, more than a day's worth; old ones."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import email_normalize

from ..connectors import records

DAY = timedelta(days=1)
PER_DAY = 500
PER_DAY_PARAMETER = "marketplace_helpdesk.notices_per_day"
KEPT_DAYS = 365
GC_BATCH = 1000


class MarketplaceNotice(models.Model):
    _inherit = "marketplace.notice"

    ended_at = fields.Datetime("Taken Or Set Aside On", readonly=True)
    dead_letter_id = fields.Many2one(
        "marketplace.dead.letter",
        "Set Aside",
        ondelete="set null",
        index="btree_not_null",
        readonly=True,
    )

    _state_idx = models.Index("(account_id, state, ended_at)")
    _old_idx = models.Index("(create_date)")

    def _end(self, state, letter=None, **values):
        """It is taken or set aside, with what becomes of the record that it was set aside in."""
        former = self.dead_letter_id
        self.write(
            {
                "state": state,
                "ended_at": fields.Datetime.now(),
                "dead_letter_id": letter.id if letter else False,
                **values,
            }
        )
        left = [("dead_letter_id", "=", former.id)]
        if former and not self.search_count(left, limit=1):
            former._solve(self.account_id, [former.remote_id], "notice")

    # Set aside ----------------------------------------------------------------------------------

    def _set_aside_if_strange(self):
        """Whether it is nothing to believe; a person is told why, and what to do."""
        env = self.account_id._get_responsible_env()
        if not self.account_id._believes_sender(self.sender):
            error = env._(
                "Mails from “%s” are not believed. If they are the marketplace's notices, add the "
                "address or its domain to the “Senders Believed” of the account, then press “Try "
                "Again” here.",
                self.sender or "",
            )
            self._set_aside(error, email_normalize(self.sender or ""))
        elif not self.remote_id:
            error = env._("This mail has no link to a ticket or an inquiry of this site.")
            self._set_aside(error)
        return self.state == "strange"

    def _set_aside(self, error, name=""):
        """Those of one `name` are one record, and those beyond a day's worth."""
        if self._is_too_many("strange"):
            name = f"{fields.Date.today()}"
            error = self.account_id._get_responsible_env()._(
                "So many mails were set aside within a day that they have one record together: "
                "see “Notices By Mail”. Once it is known who is believed, “Try Again” takes those "
                "that are notices."
            )
        payload = "\n".join((self.sender or "", self.name or "", "", self.text or ""))
        broken = records.Broken(name or f"notice-{self.id}", error, payload)
        letters = self.env["marketplace.dead.letter"].sudo()
        stream = self.env["marketplace.stream"]
        self._end("strange", letters._set_aside(self.account_id, stream, [broken], "notice"))

    def _try_again(self):
        """The job takes them, or sets them aside again."""
        self.write({"state": "new"})
        self.account_id._trigger_job()

    # So many in a day ---------------------------------------------------------------------------

    def _is_too_many(self, state):
        """Whether a day's worth of the account's has come to this state within 24 hours."""
        limit = self._get_per_day()
        since = fields.Datetime.now() - DAY
        domain = [
            ("account_id", "=", self.account_id.id),
            ("state", "=", state),
            ("ended_at", ">", since),
        ]
        return self.search_count(domain, limit=limit) >= limit

    def _get_per_day(self):
        value = self.env["ir.config_parameter"].sudo().get_param(PER_DAY_PARAMETER, "")
        return int(value) if value.isdecimal() and int(value) else PER_DAY

    def _has_room(self):
        """Whether it can be taken today: else it waits, with one alarm for all."""
        if not self._is_too_many("taken"):
            return True
        account = self.account_id
        account._alarm(
            account._get_alarm("notices"),
            account._get_responsible_env()._(
                "More than %s came within 24 hours. The others wait and are taken as soon as these "
                "are a day old. If they are not the marketplace's, give the account another "
                "address.",
                self._get_per_day(),
            ),
        )
        return False

    @api.autovacuum
    def _gc_notices(self):
        """Old ones that nobody waits for. Returns (number, whether there may be more)."""
        old = self.sudo().search(
            [
                ("create_date", "<", fields.Datetime.now() - timedelta(days=KEPT_DAYS)),
                ("state", "!=", "new"),
                "|",
                ("dead_letter_id", "=", False),
                ("dead_letter_id.state", "!=", "open"),
            ],
            order="create_date",
            limit=GC_BATCH,
        )
        old.unlink()
        return len(old), len(old) == GC_BATCH
