"""Comments that come in from the shop's side: each is stored once, whatever its neighbours are."""

import logging
from datetime import datetime, time, timezone
from zoneinfo import ZoneInfo

import psycopg2

from odoo import api, fields, models

from ..connectors.opensi import const

_logger = logging.getLogger(__name__)

BATCH = 1000
NOON = time(12)

# What the caller reads, in English as the rest of the interface.
KNOWN = "This comment is in the shop already."
UNKNOWN_ORDER = "This order is not in the shop."
NOT_STORED = "This comment could not be stored."


class SaleOrderComment(models.Model):
    _inherit = "sale.order.comment"

    @api.model
    def _receive(self, account, items):
        """Store what came in one call. `items`: connectors.opensi.server.Item.

        Returns [(order number, code, message)] in the same order. One transaction: the caller
        holds the account's lock, and an answer is given only when all of it is stored.
        """
        sound = [item for item in items if not item.problem]
        orders = self._find_commented(account, {item.order_ref for item in sound})
        known = self._get_received_numbers(account, {item.number for item in sound})
        fresh, outcomes = {}, []
        for item in items:
            order = orders.get(item.order_ref)
            code, message = self._judge(item, order, item.number in known or item.number in fresh)
            outcomes.append((item, code, message))
            if code == const.ADDED:
                fresh[item.number] = self._get_received_values(account, item, order)
        lost = self._store_received(account, list(fresh.values()))
        return [
            (item.order_ref, const.NOT_FOUND, NOT_STORED)
            if code != const.NOT_FOUND and item.number in lost
            else (item.order_ref, code, message)
            for item, code, message in outcomes
        ]

    def _judge(self, item, order, is_known):
        """(code, message) of an item, in the order in which the original module looks."""
        if item.problem:
            return const.NOT_FOUND, item.problem
        if not order:
            return const.NOT_FOUND, UNKNOWN_ORDER
        if is_known:
            return const.DUPLICATE, KNOWN
        return const.ADDED, ""

    # Looking up ---------------------------------------------------------------------------------

    def _find_commented(self, account, refs):
        """{the shop's number: sale order} of the orders that are this shop's.

        A number that several orders of the shop have tells none of them, cancelled ones aside.
        """
        names = {account._format_order_ref(ref): ref for ref in refs if ref}
        if not names:
            return {}
        candidates = self.env["sale.order"].search_fetch(
            [
                ("company_id", "=", account.company_id.id),
                "|",
                "&",
                ("marketplace_account_id", "=", account.id),
                ("marketplace_ref", "in", list(names.values())),
                (account.order_field, "in", list(names)),
            ],
            ["name", account.order_field, "marketplace_ref", "marketplace_account_id", "state"],
        )
        found = {}
        for order in candidates:
            is_numbered = order.marketplace_account_id == account and order.marketplace_ref
            ref = order.marketplace_ref if is_numbered else names.get(order[account.order_field])
            if ref in names.values() and self._is_order_of(account, order):
                found[ref] = found.get(ref, order.browse()) | order
        picked = {ref: self._pick_order(account, orders) for ref, orders in found.items()}
        return {ref: order for ref, order in picked.items() if order}

    def _is_order_of(self, account, order):
        """Not of another account; of nobody only where no team tells which ones are the shop's."""
        holder = order.marketplace_account_id
        return holder == account or not (holder or account.order_team_id)

    def _pick_order(self, account, orders):
        """The shop's own before one of nobody, a live one before a cancelled one; none where that
        leaves several."""
        linked = orders.filtered(lambda o: o.marketplace_account_id == account) or orders
        alive = linked.filtered(lambda o: o.state != "cancel") or linked
        return alive if len(alive) == 1 else orders.browse()

    def _get_received_numbers(self, account, numbers):
        """Those of the comment numbers that came in before, for this website code."""
        if not numbers:
            return set()
        known = self.search_fetch(
            [
                ("account_id", "=", account.id),
                ("website_code", "=", account.website_code),
                ("direction", "=", "in"),
                ("remote_id", "in", list(numbers)),
            ],
            ["remote_id"],
        )
        return set(known.mapped("remote_id"))

    # Storing ------------------------------------------------------------------------------------

    def _get_received_values(self, account, item, order):
        return {
            "order_id": order.id,
            "text": item.text,
            "date": _get_moment(item, account._get_time_zone()),
            "is_visible": item.visible,
            "is_mailed": item.mail,
            "remote_id": item.number,
            "website_code": account.website_code,
            "remote_order_ref": item.own_ref,
            "remote_date": item.date_text,
        }

    def _store_received(self, account, values_list):
        """Store and mail; returns the numbers of the comments that cannot be stored."""
        lost = set()
        for start in range(0, len(values_list), BATCH):
            batch = values_list[start : start + BATCH]
            stored, failed = self._do_apart(
                batch, lambda rows: self._bulk_create_received(account, rows)
            )
            for values, error in failed:
                number = values["remote_id"]
                # The first line: the others may quote the comment.
                reason = str(error).partition("\n")[0]
                _logger.warning("Comment %s of account %s: %s", number, account.id, reason)
                lost.add(number)
            for comments in stored:
                comments._mail_to_customer()
        return lost

    def _do_apart(self, rows, function):
        """Call `function` with all rows, or with ever smaller halves of them where it fails.

        Returns ([what it returned], [(row, error)] of the rows for which it fails even alone).
        """
        try:
            with self.env.cr.savepoint():
                return [function(rows)], []
        except psycopg2.OperationalError:
            raise  # a conflict with another transaction: all of it is done again
        except Exception as error:
            _logger.debug("%s comments do not go together", len(rows), exc_info=True)
            if len(rows) == 1:
                return [], [(rows[0], error)]
        middle = len(rows) // 2
        done, failed = self._do_apart(rows[:middle], function)
        more_done, more_failed = self._do_apart(rows[middle:], function)
        return done + more_done, failed + more_failed


def _get_moment(item, zone):
    """When a comment was written, in UTC. `zone`: where dates without a zone are meant.

    A day without a time is its noon, which is that day nearly everywhere; today is now.
    """
    now = fields.Datetime.now()
    if not item.date or item.date.year < 1970:
        return now
    here = datetime.now(ZoneInfo(zone))
    if item.is_date_only:
        is_today = item.date.date() == here.date()
        return now if is_today else datetime.combine(item.date.date(), NOON)
    try:
        local = item.date if item.date.tzinfo else item.date.replace(tzinfo=ZoneInfo(zone))
        moment = local.replace(microsecond=0).astimezone(timezone.utc)
    except OverflowError:  # the last day of the year 9999
        return now
    return moment.replace(tzinfo=None)
