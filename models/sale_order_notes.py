"""Orders whose notes at the shop are read in turn: a note changes no date that tells of it."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..connectors import records
from .sale_order_comments import WRITERS

# The shop is done with these.
FINAL = (
    records.LINE_SHIPPED,
    records.LINE_REFUSED,
    records.LINE_REFUNDED,
    records.LINE_CANCELLED,
)
# An order that nobody ended in so long is forgotten by everybody.
LONGEST = timedelta(days=365)
DEFAULT_DAYS = 90
# Where one of these is written, something happened to the order.
_NEWS = ("marketplace_ref", "marketplace_state", "marketplace_remote_state", "marketplace_refresh")


class SaleOrder(models.Model):
    _inherit = "sale.order"

    marketplace_notes_at = fields.Datetime(
        "Notes Read At", copy=False, readonly=True, groups="base.group_user"
    )
    marketplace_notes_watch = fields.Boolean(
        copy=False,
        readonly=True,
        groups="base.group_user",
        help="Its notes at the shop are read in turn with those of other orders.",
    )
    marketplace_notes_wanted = fields.Boolean(
        copy=False, readonly=True, groups="base.group_user", help="Its notes are read next."
    )
    marketplace_system_note_ids = fields.One2many(
        "sale.order.comment",
        "order_id",
        domain=[("is_system", "=", True)],
        copy=False,
        groups=WRITERS,
    )
    marketplace_system_note_count = fields.Integer(
        compute="_compute_marketplace_system_note_count", groups=WRITERS
    )

    # What each run asks for: the next ones only, however many orders there are.
    _marketplace_notes_idx = models.Index(
        "(marketplace_account_id, marketplace_notes_at NULLS FIRST, id DESC)"
        " WHERE marketplace_notes_watch IS TRUE"
    )
    _marketplace_notes_wanted_idx = models.Index(
        "(marketplace_account_id) WHERE marketplace_notes_wanted IS TRUE"
    )

    def _get_kept(self):
        return super()._get_kept() | {
            "marketplace_notes_at",
            "marketplace_notes_watch",
            "marketplace_notes_wanted",
        }

    def _compute_marketplace_system_note_count(self):
        groups = self.env["sale.order.comment"]._read_group(
            [("order_id", "in", self.ids), ("is_system", "=", True)], ["order_id"], ["__count"]
        )
        counts = {order.id: count for order, count in groups}
        for order in self:
            order.marketplace_system_note_count = counts.get(order.id, 0)

    # Which orders -------------------------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._watch_notes()
        return orders

    def write(self, vals):
        result = super().write(vals)
        if any(vals.get(name) for name in _NEWS):
            self._watch_notes(is_wanted=bool(vals.get("marketplace_refresh")))
        return result

    def _watch_notes(self, is_wanted=False):
        """Read the notes of these orders in turn; with `is_wanted`, next."""
        orders = self.sudo().filtered(
            lambda o: (
                o.marketplace_account_id
                and o.marketplace_ref
                and not (o.marketplace_notes_wanted if is_wanted else o.marketplace_notes_watch)
                and o.marketplace_account_id._reads_notes()
            )
        )
        if not orders:
            return
        values = {"marketplace_notes_watch": True}
        if is_wanted:
            values["marketplace_notes_wanted"] = True
        orders.with_context(mail_notrack=True).write(values)

    @api.model
    def _get_next_noted(self, account, limit, only_wanted=False):
        """The orders whose notes are read now: those that somebody asked for, then those that were
        read longest ago."""
        own = ("marketplace_account_id", "=", account.id)
        wanted = self.search(
            [own, ("marketplace_notes_wanted", "=", True)], order="id desc", limit=limit
        )
        if only_wanted or len(wanted) == limit:
            return wanted
        return wanted + self.search(
            [own, ("marketplace_notes_watch", "=", True), ("id", "not in", wanted.ids)],
            order="marketplace_notes_at NULLS FIRST, id desc",
            limit=limit - len(wanted),
        )

    def _record_notes_read(self, account):
        """Their turn is over; those that nothing is expected of any more leave the round.

        Not over `write`: an order that other modules keep from being written would be read for
        ever.
        """
        if not self:
            return
        kept = self._filter_noted(account)
        names = ["marketplace_notes_at", "marketplace_notes_watch", "marketplace_notes_wanted"]
        self.flush_recordset(names)
        self.env.execute_query(
            SQL(
                "UPDATE sale_order SET marketplace_notes_at = %s, marketplace_notes_wanted = FALSE,"
                " marketplace_notes_watch = id = ANY(%s) WHERE id = ANY(%s) RETURNING id",
                fields.Datetime.now(),
                kept.ids,
                self.ids,
            )
        )
        self.invalidate_recordset(names, flush=False)

    def _filter_noted(self, account):
        """Those of which a note may still come: recent, not ended, or with a comment under way."""
        now = fields.Datetime.now()
        recent = now - timedelta(days=account.contact_days or DEFAULT_DAYS)
        comments = self.env["sale.order.comment"].search(
            [("order_id", "in", self.ids), ("state", "=", "waiting")]
        )
        return self.filtered(
            lambda o: (
                o.date_order >= recent
                or (o.marketplace_state not in FINAL and o.date_order >= now - LONGEST)
                or o in comments.order_id
            )
        )
