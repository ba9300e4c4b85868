"""A record of the marketplace that could not be stored: kept raw, shown to people, tried again."""

from datetime import timedelta

from odoo import api, fields, models

from ..connectors import records

RETRY_AFTER = timedelta(hours=1)
RETRY_BATCH = 50
RETRY_WINDOWS = 5


class MarketplaceDeadLetter(models.Model):
    _name = "marketplace.dead.letter"
    _description = "Marketplace Record Set Aside"
    _order = "state, write_date desc, id desc"
    _rec_name = "remote_id"

    account_id = fields.Many2one(
        "marketplace.account", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    stream_id = fields.Many2one("marketplace.stream", ondelete="cascade", index=True, readonly=True)
    kind = fields.Selection(
        [
            ("record", "Record That Cannot Be Stored"),
            ("claim_without_case", "Order With A Claim, But No Case"),
            ("notice", "Mail That Was Not Taken"),
        ],
        required=True,
        default="record",
        readonly=True,
    )
    remote_id = fields.Char("Number", required=True, readonly=True)
    error = fields.Char(readonly=True)
    payload = fields.Text("Raw Record", readonly=True, groups="marketplace_helpdesk.group_manager")
    attempts = fields.Integer(default=1, readonly=True)
    read_from = fields.Datetime(
        readonly=True, help="Start of the window that it came in: from there it is read again."
    )
    tried_at = fields.Datetime("Last Try", readonly=True, default=fields.Datetime.now)
    state = fields.Selection(
        [("open", "To Look At"), ("solved", "Solved"), ("ignored", "Ignored")],
        default="open",
        required=True,
        readonly=True,
        index=True,
    )

    _remote_uniq = models.UniqueIndex(
        "(account_id, kind, remote_id)", "This record is set aside already."
    )

    @api.model
    def _set_aside(self, account, stream, broken, kind="record"):
        """Note records that could not be stored.

        `broken`: iterable of connectors.records.Broken. A record seen before counts up.
        """
        broken = {item.remote_id: item for item in broken}
        if not broken:
            return self.browse()
        known = self.search(
            [
                ("account_id", "=", account.id),
                ("kind", "=", kind),
                ("remote_id", "in", list(broken)),
            ]
        )
        solved = known.filtered(lambda letter: letter.state == "solved")
        for letter in known:
            item = broken.pop(letter.remote_id)
            letter.write(
                {
                    "error": item.error,
                    "payload": item.payload,
                    "attempts": letter.attempts + 1,
                    "tried_at": fields.Datetime.now(),
                    "state": "ignored" if letter.state == "ignored" else "open",
                }
            )
        new = self.create(
            [
                {
                    "account_id": account.id,
                    "stream_id": stream.id,
                    "kind": kind,
                    "remote_id": item.remote_id,
                    "error": item.error,
                    "payload": item.payload,
                    "read_from": stream.read_until or stream.read_from or account.import_start,
                }
                for item in broken.values()
            ]
        )
        if new or solved:
            account._alarm(
                self._get_summary(account),
                account._get_responsible_env()._(
                    "Look at “Records Set Aside” of the account: they may be claims."
                ),
            )
        return known + new

    def _get_summary(self, account):
        return account._get_responsible_env()._("“%s”: records were set aside", account.name)

    @api.model
    def _solve(self, account, remote_ids, kind="record"):
        """These records are stored now: nothing left to look at."""
        letters = self.search(
            [
                ("account_id", "=", account.id),
                ("kind", "=", kind),
                ("state", "=", "open"),
                ("remote_id", "in", list(remote_ids)),
            ]
        )
        if letters:
            letters.write({"state": "solved"})
            self._withdraw_alarm(account)

    def _withdraw_alarm(self, account):
        """Nothing is left to look at: nor is the to-do."""
        left = [("account_id", "=", account.id), ("state", "=", "open")]
        if not self.sudo().search_count(left, limit=1):
            summary = self._get_summary(account)
            account.sudo().activity_ids.filtered(lambda a: a.summary == summary).unlink()

    @api.model
    def _get_due_orders(self, account):
        """Orders that may be tried again: perhaps their product exists by now."""
        return self._get_due(
            account, [("kind", "=", "record"), ("stream_id.records", "=", "order")]
        )

    @api.model
    def _get_due_claims(self, account):
        """Orders flagged with a claim that did not come: perhaps it shows by now."""
        return self._get_due(account, [("kind", "=", "claim_without_case")])

    @api.model
    def _get_due_windows(self, account):
        """[(stream, where to start reading, letters)] of cases that may be tried again."""
        letters = self._get_due(
            account,
            [
                ("kind", "=", "record"),
                ("stream_id.records", "=", "case"),
                ("stream_id.active", "=", True),
            ],
        )
        windows = letters.grouped(lambda letter: (letter.stream_id, letter.read_from))
        return [
            (stream, start - timedelta(seconds=stream._get_spec().overlap), part)
            for (stream, start), part in list(windows.items())[:RETRY_WINDOWS]
        ]

    def _get_due(self, account, domain):
        return self.sudo().search(
            [
                ("account_id", "=", account.id),
                ("state", "=", "open"),
                ("tried_at", "<", fields.Datetime.now() - RETRY_AFTER),
                *domain,
            ],
            order="tried_at, id",
            limit=RETRY_BATCH,
        )

    def action_ignore(self):
        """A person has looked: nothing to do."""
        self.check_access("write")
        self.sudo().state = "ignored"
        for account in self.account_id:
            self._withdraw_alarm(account)

    def action_retry(self):
        """Read the streams again from a day before the window that these records came in; take
        mails again."""
        self.check_access("write")
        notices = self.env["marketplace.notice"].sudo()
        notices.search([("dead_letter_id", "in", self.ids)])._try_again()
        for stream, letters in self.filtered("stream_id").grouped("stream_id").items():
            since = min(letter.read_from or letter.create_date for letter in letters)
            stream.sudo()._read_again(since - timedelta(days=1))
        self.filtered(lambda letter: letter.stream_id.records == "comment")._want_notes()
        return self.account_id[:1].action_read_now()

    def _want_notes(self):
        """The notes of these orders are read next."""
        for account, letters in self.grouped("account_id").items():
            refs = [records.get_noted_order(key) for key in letters.mapped("remote_id")]
            own = [("marketplace_account_id", "=", account.id), ("marketplace_ref", "in", refs)]
            self.env["sale.order"].sudo().search(own)._watch_notes(is_wanted=True)
