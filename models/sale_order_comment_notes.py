"""Notes of orders at the shop: what colleagues write there, and our own comments coming back."""

import logging
import re
from datetime import timedelta

from odoo import api, fields, models

from ..connectors import records, texts
from .html_tools import to_bare_text, to_safe_html

_logger = logging.getLogger(__name__)

MAX_TEXT, MAX_AUTHOR = 50_000, 100
# The shop's clock may be off by so much.
CLOCK = timedelta(minutes=10)
# What a database does not take, or nobody sees.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class SaleOrderComment(models.Model):
    _inherit = "sale.order.comment"

    note_id = fields.Char(
        "Note Number", readonly=True, help="The shop's own number of the note that this is there."
    )
    is_system = fields.Boolean(
        "Automatic", readonly=True, help="The shop wrote it by itself, as when a state changes."
    )

    # A note is one comment, whatever way it took.
    _note_uniq = models.UniqueIndex(
        "(account_id, note_id) WHERE note_id IS NOT NULL",
        "This note of the shop is another comment already.",
    )

    def _get_kept(self):
        return super()._get_kept() | {"note_id", "is_system"}

    def _is_by_people(self):
        """Written by somebody, here or in the shop; what an ERP sends is not known to be."""
        return self.direction == "out" or bool(self.note_id)

    # In -----------------------------------------------------------------------------------------

    @api.model
    def _store_notes(self, account, notes):
        """Store what is new among notes of orders. `notes`: connectors.records.OrderNote.

        Nobody is told, and no mail leaves: the shop did that. Returns the new comments.
        """
        known = self._get_known_notes(account, notes)
        fresh = {note.remote_id: note for note in notes if note.remote_id not in known}
        if not fresh:
            return self.browse()
        orders = self._get_noted_orders(account, fresh.values())
        rows = [(orders[n.order_ref], n) for n in fresh.values() if n.order_ref in orders]
        rows.sort(key=lambda row: (row[1].created_at, len(row[1].remote_id), row[1].remote_id))
        news = [self._get_note_values(account, *row) for row in self._leave_own(rows)]
        stored, failed = self._do_apart(
            news, lambda part: self._bulk_create_received(account, part)
        )
        for values, error in failed:
            reason = str(error).partition("\n")[0]  # the others may quote the note
            _logger.warning("Note %s of account %s: %s", values["note_id"], account.id, reason)
        return self.browse().union(*stored)

    def _get_known_notes(self, account, notes):
        """The numbers of those of the notes that are comments already."""
        if not notes:
            return set()
        known = self.search_fetch(
            [("account_id", "=", account.id), ("note_id", "in", [n.remote_id for n in notes])],
            ["note_id"],
        )
        return set(known.mapped("note_id"))

    def _get_noted_orders(self, account, notes):
        """{the shop's number: sale order} of this account only."""
        orders = self.env["sale.order"].search_fetch(
            [
                ("marketplace_account_id", "=", account.id),
                ("marketplace_ref", "in", list({note.order_ref for note in notes})),
            ],
            ["marketplace_ref", "partner_id", "company_id", "marketplace_customer_email"],
        )
        return {order.marketplace_ref: order for order in orders}

    def _get_note_values(self, account, order, note):
        text = note.text[:MAX_TEXT]
        if note.is_html:
            text = to_bare_text(to_safe_html(_CONTROL.sub("", text), is_html=True))
        author = " ".join(_CONTROL.sub("", note.author).split())
        return {
            "order_id": order.id,
            "text": _CONTROL.sub("", text).strip() or self.env._("(no text)"),
            "date": note.created_at.replace(microsecond=0),
            "author_name": author[:MAX_AUTHOR] or account._get_sender_label(),
            "is_visible": note.is_visible,
            "is_mailed": note.is_mailed and order._has_shop_mail(),
            "note_id": note.remote_id,
            "is_system": note.sender_type == records.SYSTEM,
        }

    # Our own coming back ------------------------------------------------------------------------

    def _leave_own(self, rows):
        """The rows (order, note) that are not ours; those that may be ours wait until that is
        settled, and what a person decided gets its number."""
        orders = self.env["sale.order"].union(*(order for order, _note in rows))
        unsettled = self._get_unsettled(orders)
        if not unsettled:
            return rows
        return [row for row in rows if not self._is_own(unsettled, *row)]

    def _get_unsettled(self, orders):
        """Comments that may be at the shop under a number that is not known."""
        return self.search(
            [
                ("order_id", "in", orders.ids),
                ("direction", "=", "out"),
                ("channel", "=", "shop"),
                ("note_id", "=", False),
                ("operation_id", "!=", False),
            ]
        ).filtered(lambda c: c._get_first_attempt())

    def _get_first_attempt(self):
        """When it may have arrived; False where it surely has not."""
        operation = self.operation_id
        if operation.state in ("rejected", "cancelled"):
            return False
        return operation.doubted_at or operation.sent_at

    def _is_own(self, unsettled, order, note):
        """Whether a note is, or may be, one of the unsettled comments."""
        candidates = unsettled.filtered(
            lambda c: c.order_id == order and not c.note_id and c._may_be(note)
        )
        same = candidates.filtered(lambda c: texts.is_same(note.text, c.text))
        alike = same or candidates.filtered(lambda c: texts.is_like(note.text, c.text))
        if not alike:
            return False
        decided = alike.filtered(lambda c: c.operation_id.state == "done")[:1]
        if decided:
            decided.note_id = note.remote_id
        return True

    def _may_be(self, note):
        """Whether time, reader and picture before allow that a note is this comment."""
        if note.sender_type == records.SYSTEM or note.is_visible != self.is_visible:
            return False
        operation = self.operation_id
        if note.remote_id in ((operation.before or {}).get("notes") or ()):
            return False
        end = operation.done_at if operation.state == "done" else fields.Datetime.now()
        return self._get_first_attempt() - CLOCK <= note.created_at <= end + CLOCK

    def _keep_note(self, note_id):
        """The shop told the number of the note that this comment is there. Where it came in
        meanwhile as somebody else's, that was this one."""
        if not note_id or self.note_id:
            return
        same = self.search([("account_id", "=", self.account_id.id), ("note_id", "=", note_id)])
        if same.filtered(lambda c: c.direction == "out"):
            return
        bubbles = same.mail_message_id
        same.unlink()
        bubbles.unlink()
        self.note_id = note_id
        self.flush_recordset(["note_id"])
