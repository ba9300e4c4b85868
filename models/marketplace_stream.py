"""How far one kind of inbound data of one account has been read."""

from datetime import timedelta

from odoo import api, fields, models

from .connector_terms import translate_term

MAX_BACKOFF_MINUTES = 60
# The scheduler starts by its own grid and up to a minute late: a stream that counted from the end
# of its last reading would miss every second turn.
GRID_SECONDS = 60
GRID_SHARE = 0.2
# From the best to the worst.
HEALTH = [
    ("off", "Off"),
    ("healthy", "Healthy"),
    ("never", "Never Read"),
    ("set_aside", "Records Set Aside"),
    ("failing", "Failing"),
    ("silent", "Silent"),
]


class MarketplaceStream(models.Model):
    _name = "marketplace.stream"
    _description = "Marketplace Stream"
    _order = "account_id, sequence, id"

    account_id = fields.Many2one(
        "marketplace.account", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="account_id.company_id", store=True)
    key = fields.Char(required=True, readonly=True)
    name = fields.Char(compute="_compute_name", readonly=True)
    records = fields.Char(required=True, readonly=True, help="case, order or comment")
    sequence = fields.Integer()
    active = fields.Boolean("Read", default=True)
    interval_minutes = fields.Integer(
        "Every (minutes)",
        help="0: as often as the account reads. More often than the account is not possible.",
    )
    cursor = fields.Json(readonly=True, help="The client's own mark of how far it has read.")
    read_from = fields.Datetime(readonly=True, help="Start of the first import, or of a re-read.")
    read_until = fields.Datetime("Read Up To", readonly=True)
    next_pull = fields.Datetime(readonly=True)
    last_try = fields.Datetime(readonly=True)
    last_success = fields.Datetime(readonly=True)
    last_error = fields.Char(readonly=True)
    error_count = fields.Integer("Failures In A Row", readonly=True)
    last_count = fields.Integer("New In Last Run", readonly=True)
    total_count = fields.Integer("Records Read", readonly=True)
    set_aside_count = fields.Integer(compute="_compute_set_aside_count")
    health = fields.Selection(HEALTH, compute="_compute_health")

    _account_key_uniq = models.Constraint(
        "unique(account_id, key)", "An account reads each stream once."
    )
    _interval_not_negative = models.Constraint(
        "CHECK(interval_minutes >= 0)", "A stream is read every so many minutes: zero or more."
    )

    @api.depends("key")
    @api.depends_context("lang")
    def _compute_name(self):
        for stream in self:
            stream.name = translate_term(self.env, stream._get_spec().label)

    def _get_spec(self):
        specs = {spec.key: spec for spec in self.account_id._client_class().streams}
        return specs[self.key]

    def _compute_set_aside_count(self):
        counts = dict(
            self.env["marketplace.dead.letter"]
            .sudo()
            ._read_group(
                [("stream_id", "in", self.ids), ("state", "=", "open")], ["stream_id"], ["__count"]
            )
        )
        for stream in self:
            stream.set_aside_count = counts.get(stream, 0)

    @api.depends("last_success", "last_error", "active", "account_id.state")
    def _compute_health(self):
        for stream in self:
            stream.health = stream._get_health()

    def _get_health(self):
        if not self.active or self.account_id.state == "disabled":
            return "off"
        if self._is_silent():
            return "silent"
        if self.last_error:
            return "failing"
        if not self.last_success:
            return "never"
        return "set_aside" if self.set_aside_count else "healthy"

    def _is_silent(self):
        """Nothing was read for longer than the account allows, or than two of its readings take."""
        readings = (self.last_success, self.account_id.started_at)
        since = max((moment for moment in readings if moment), default=None)
        hours = self.account_id.silence_hours
        if not since or not hours:
            return False
        allowed = max(timedelta(hours=hours), 2 * timedelta(minutes=self._get_interval()))
        return since < fields.Datetime.now() - allowed

    # Written by the job -------------------------------------------------------------------------

    def _get_due(self):
        """The streams of an account that are due now."""
        now = fields.Datetime.now()
        return self.filtered(lambda s: s.active and (not s.next_pull or s.next_pull <= now))

    def _get_mark(self):
        """Where reading stands: changes also when somebody asks to read again."""
        self.invalidate_recordset(["cursor", "read_from"])
        return [self.cursor, self.read_from]

    def _record_page(self, page, new_count, mark=None):
        """Move the cursor in the transaction of its page.

        `mark`: where the page was read from; the cursor stays where somebody has set it since.
        """
        if mark is not None and mark != self._get_mark():
            return
        self.write(
            {
                "cursor": page.cursor,
                "last_try": fields.Datetime.now(),
                "read_until": _read_until(page.cursor) or self.read_until,
                "total_count": self.total_count + len(page.records),
                "last_count": self.last_count + new_count,
            }
        )

    def _get_interval(self):
        """Minutes between two readings."""
        return self.interval_minutes or self.account_id.interval_minutes

    def _record_success(self):
        now = fields.Datetime.now()
        seconds = self._get_interval() * 60
        early = min(GRID_SECONDS, seconds * GRID_SHARE)
        self.write(
            {
                "last_try": now,
                "last_success": now,
                "last_error": False,
                "error_count": 0,
                "next_pull": now + timedelta(seconds=seconds - early),
            }
        )

    def _record_failure(self, message, retry_after=None):
        """Note the failure and wait: twice as long at each failure in a row, at most an hour."""
        now = fields.Datetime.now()
        minutes = min(self._get_interval() * 2 ** min(self.error_count, 8), MAX_BACKOFF_MINUTES)
        wait = timedelta(seconds=retry_after) if retry_after else timedelta(minutes=minutes)
        self.write(
            {
                "last_try": now,
                "last_error": message,
                "error_count": self.error_count + 1,
                "next_pull": now + wait,
            }
        )

    def _read_again(self, since):
        """Forget how far it was read: the next run starts at `since`. Nothing is doubled.

        What a client watches until it is over is no date and stays: nobody else would see the end.
        """
        self.write({"read_from": since, "next_pull": False})
        for stream in self:
            watched = stream.cursor.get("open") if isinstance(stream.cursor, dict) else None
            stream.cursor = {"open": watched} if watched else False

    def action_read_again(self):
        """Ask from which date this stream shall be read again."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Read “%s” again", self.name),
            "res_model": "marketplace.read.again",
            "view_mode": "form",
            "target": "new",
            "context": {"default_stream_id": self.id},
        }


def _read_until(cursor):
    """The date in a cursor, for people; cursors without one show nothing."""
    until = cursor.get("until") if isinstance(cursor, dict) else None
    return until and fields.Datetime.to_datetime(until[:19].replace("T", " "))
