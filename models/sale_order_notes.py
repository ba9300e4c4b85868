"""Orders whose notes at the shop are read in turn: a note changes no date that tells of it."""

import uuid
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
# Half of each turn is for orders of these days, where notes are written.
RECENT = timedelta(days=14)
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
    # Another text for each wish: one that comes while they are being read is not over with it.
    marketplace_notes_wish = fields.Char(
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
        "(marketplace_account_id, marketplace_notes_at NULLS FIRST, id DESC, date_order)"
        " WHERE marketplace_notes_watch IS TRUE"
    )
    _marketplace_notes_wish_idx = models.Index(
        "(marketplace_account_id) WHERE marketplace_notes_wish IS NOT NULL"
    )

    def _get_kept(self):
        return super()._get_kept() | {
            "marketplace_notes_at",
            "marketplace_notes_watch",
            "marketplace_notes_wish",
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
                and (is_wanted or not o.marketplace_notes_watch)
                and o.marketplace_account_id._reads_notes()
            )
        )
        if not orders:
            return
        values = {"marketplace_notes_watch": True}
        if is_wanted:
            values["marketplace_notes_wish"] = uuid.uuid4().hex
        orders.with_context(mail_notrack=True).write(values)

    def _is_current(self):
        """Whether a shop's site has not ended it yet, however old it is."""
        is_open = self.marketplace_state and self.marketplace_state not in FINAL
        return bool(is_open) and self.sudo().marketplace_account_id._is_shop_site()

    @api.model
    def _get_next_noted(self, account, limit, only_wanted=False):
        """The orders whose notes are read now: those that somebody asked for, then those that were
        read longest ago, half of them among the recent ones."""
        own = ("marketplace_account_id", "=", account.id)
        wanted = self.search(
            [own, ("marketplace_notes_wish", "!=", False)], order="id desc", limit=limit
        )
        if only_wanted or len(wanted) == limit:
            return wanted
        recent = [("date_order", ">=", fields.Datetime.now() - RECENT)]
        half = -(-(limit - len(wanted)) // 2)
        found = wanted + self._get_longest_ago(account, wanted, half, recent)
        return found + self._get_longest_ago(account, found, limit - len(found))

    def _get_longest_ago(self, account, taken, limit, domain=()):
        """Those of the round, but for `taken`, that were read longest ago."""
        watched = [
            ("marketplace_account_id", "=", account.id),
            ("marketplace_notes_watch", "=", True),
            ("id", "not in", taken.ids),
            *domain,
        ]
        order = "marketplace_notes_at NULLS FIRST, id desc"
        return self.search(watched, order=order, limit=limit) if limit else self.browse()

    def _record_notes_read(self, account, wishes):
        """Their turn is over; those that nothing is expected of any more leave the round. `wishes`:
        those of before they were read; later ones stay.

        Not over `write`: an order that other modules keep from being written would be read for
        ever.
        """
        if not self:
            return
        kept = self._filter_noted(account)
        names = ["marketplace_notes_at", "marketplace_notes_watch", "marketplace_notes_wish"]
        self.flush_recordset(names)
        self.env.execute_query(
            SQL(
                "UPDATE sale_order SET marketplace_notes_at = %s,"
                " marketplace_notes_watch = id = ANY(%s),"
                " marketplace_notes_wish = CASE WHEN marketplace_notes_wish = ANY(%s) THEN NULL"
                " ELSE marketplace_notes_wish END WHERE id = ANY(%s) RETURNING id",
                fields.Datetime.now(),
                kept.ids,
                wishes,
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
