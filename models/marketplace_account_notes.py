"""Notes of orders are read in turn: so many orders a run, however many there are."""

import logging

from odoo import models

from ..connectors import base, errors, records
from .connector_terms import translate_term

_logger = logging.getLogger(__name__)

ORDERS_PER_RUN = 40
# After so many orders in a row that cannot be read, it is not for the orders.
FAILURES_IN_A_ROW = 3


class MarketplaceAccount(models.Model):
    _inherit = "marketplace.account"

    def _reads_notes(self):
        """Whether notes of orders can be read, of orders that change nothing when one is added."""
        return bool(self.provider) and any(
            spec.records == "comment" for spec in self._client_class().streams
        )

    def _takes_comments(self):
        """Whether the shop takes comments of orders, as far as is known of this one; not where Odoo
        is the shop."""
        is_shop_there = self._can(base.COMMENT) and not self._is_web_service()
        return is_shop_there and self.site_notes != "no"

    def _pull_notes(self, client, run):
        """Read the notes of the orders whose turn it is; only of those that somebody wants to see
        now, where the stream is not due."""
        stream = self.stream_ids.filtered(lambda s: s.active and s.records == "comment")[:1]
        if not stream or run.is_over:
            return
        is_due = bool(stream._get_due())
        orders = self.env["sale.order"]._get_next_noted(
            self, ORDERS_PER_RUN, only_wanted=not is_due
        )
        if orders or is_due:
            wishes = orders.filtered("marketplace_notes_wish").mapped("marketplace_notes_wish")
            notes, read, error = self._read_notes(orders, client, run)
            run.do(self._store_read_notes, stream, is_due, notes, read, wishes, error)

    def _read_notes(self, orders, client, run):
        """(notes and Broken ones, orders whose turn is over, the error that ended it or None)"""
        notes, read, failures = [], orders.browse(), []
        for order in orders:
            if run.is_over:
                break
            try:
                notes += client.get_notes([order.marketplace_ref])
                failures = []
            except errors.LoginError:
                raise
            except errors.NotSentError as error:
                return notes, read, error
            except errors.ConnectorError as error:
                _logger.info("Notes of order %s are not read: %s", order.marketplace_ref, error)
                failures.append(error)
            # One that cannot be read waits for its next turn as the others do.
            read += order
            if len(failures) == FAILURES_IN_A_ROW:
                return notes, read, failures[0]
        is_all = bool(failures) and len(failures) == len(read)
        return notes, read, failures[0] if is_all else None

    def _store_read_notes(self, stream, is_due, notes, orders, wishes, error):
        notes, broken = records.part_broken(notes)
        letters = self.env["marketplace.dead.letter"].sudo()
        letters._set_aside(self, stream, broken)
        letters._solve(self, [note.key for note in notes])
        comments = self.env["sale.order.comment"]._store_notes(self, notes)
        orders._record_notes_read(self, wishes)
        stream.write(
            {
                "last_count": len(comments),
                "total_count": stream.total_count + len(comments),
            }
        )
        if error:
            message = translate_term(self._get_responsible_env(), str(error))
            stream._record_failure(message, getattr(error, "retry_after", None))
        elif is_due:
            stream._record_success()

    def _has_wanted_notes(self):
        """Whether somebody wants to see notes that were not read in this run."""
        orders = self.env["sale.order"]
        return self._reads_notes() and bool(orders._get_next_noted(self, 1, only_wanted=True))
