"""Money that an order shows as given back: ours is followed, what others gave is imported once."""

from dataclasses import replace
from datetime import datetime, timedelta

from odoo import Command, api, fields, models

from ..connectors import base, records

# Money of an order that may just be on its way: nothing is taken for somebody else's then.
_UNSETTLED = ("sending", "unknown")
FOLLOW_DAYS = 60
FOLLOW_EVERY = timedelta(days=1)
FOLLOW_BATCH = 50


class MarketplaceRefundImport(models.AbstractModel):
    _name = "marketplace.refund.import"
    _description = "Marketplace Refund Import Service"

    @api.model
    def _store(self, account, sale_order, order, is_first=False):
        """Bring what a `connectors.records.Order` shows as given back in line with ours.

        `is_first`: nothing was known of the order before.
        """
        told = self._get_told(sale_order, order)
        if not told:
            self._end_history(sale_order)
            return
        lines = sale_order.sudo().marketplace_refund_ids.line_ids
        known = {_line_key(line): line for line in lines if line.remote_id}
        fresh = {key: refund for key, refund in told.items() if key not in known}
        if fresh and not self._is_unsettled(sale_order):
            known.update(self._adopt_ours(lines, order, fresh))
            for key, refund in sorted(fresh.items(), key=_by_date):
                if key not in known:
                    dated = self._date(account, order, refund, is_first)
                    service = self._for_history(sale_order, refund)
                    known[key] = service._import(account, sale_order, _swap(sale_order, dated))
            self._end_history(sale_order)
        self._note_payouts(
            {line: told[key] for key, line in known.items() if key in told and told[key].is_paid}
        )

    @api.model
    def _get_told(self, sale_order, order):
        """{key: records.OrderRefund} of what the marketplace tells and is to be known here.

        A line that was never to be delivered and is not on the sale order is none of its business.
        """
        if sale_order.currency_id.name != order.currency:
            return {}
        told = {}
        for refund in order.refunds:
            cancelled = refund.kind == records.GIVEN_CANCELLATION
            if cancelled and refund.from_state and not _find_line(sale_order, refund):
                continue
            if refund.remote_id and _get_item(refund):
                told[_key(refund)] = refund
        return told

    def _date(self, account, order, refund, is_first):
        """The refund with its date, to the second. One that is not told is not later than the last
        change of the order; what an order from before the account's start shows at first sight is
        part of the history."""
        date = refund.created_at
        if not date:
            start = account.clock_start
            is_history = is_first and start and order.created_at and order.created_at < start
            date = order.created_at if is_history else order.updated_at
        if date:
            date = min(date.replace(microsecond=0), fields.Datetime.now())
        return replace(refund, created_at=date)

    def _for_history(self, sale_order, refund):
        """What was given before these refunds were kept apart is no news, nor to be booked."""
        until = sale_order.sudo().marketplace_history_until
        is_before = until and (not refund.created_at or refund.created_at < until)
        return self.with_context(marketplace_history=True) if is_before else self

    def _end_history(self, sale_order):
        if sale_order.sudo().marketplace_history_until:
            sale_order.sudo().marketplace_history_until = False

    def _is_unsettled(self, sale_order):
        return bool(
            self.env["marketplace.operation"]
            .sudo()
            .search_count(
                [
                    ("sale_order_id", "=", sale_order.id),
                    ("refund_id", "!=", False),
                    ("state", "in", _UNSETTLED),
                ],
                limit=1,
            )
        )

    def _adopt_ours(self, lines, order, fresh):
        """{key: line} of what was given from here. The newest is ours sooner than an older one,
        and one of the same reason sooner than another."""
        free = lines.filtered(lambda line: line.state == "accepted" and not line.remote_id)
        products = {line.remote_id: line.sku for line in order.lines}
        found = {}
        for same_reason in (True, False):
            for key, refund in sorted(fresh.items(), key=_by_date, reverse=True):
                if key not in found and free:
                    line = self._adopt(free, refund, products, same_reason)
                    if line:
                        found[key] = line
                        free -= line
        return found

    def _adopt(self, lines, refund, products, same_reason):
        """One of ours whose number was not told when it was accepted."""
        candidates = lines.filtered(
            lambda line: (
                self._is_same_item(line, refund, products)
                and _is_cancelled(line) == (refund.kind == records.GIVEN_CANCELLATION)
                and (not same_reason or line.refund_id.reason_id.code == refund.reason_code)
                and (refund.from_state or self._is_same_amount(line, refund))
            )
        )
        line = candidates.sorted(lambda line: (line.item != _get_item(refund), line.id))[:1]
        if line:
            line.remote_id = refund.remote_id
        return line

    def _is_same_item(self, line, refund, products):
        """Lines of one product may swap places, where only their state tells of a refund."""
        item = _get_item(refund)
        if item == base.GESTURE:
            return line.item == item and refund.by_seller
        twins = refund.from_state and products.get(line.item) == products.get(item)
        return line.item == item or (twins and line.item in products)

    def _is_same_amount(self, line, refund):
        compare = line.currency_id.compare_amounts
        return compare(line.accepted_amount, float(refund.amount)) == 0

    # Made by somebody else ----------------------------------------------------------------------

    def _import(self, account, sale_order, refund):
        sale_line = _find_line(sale_order, refund)
        row = (
            self.env["marketplace.refund"]
            .sudo()
            .create(
                {
                    "account_id": account.id,
                    "sale_order_id": sale_order.id,
                    "ticket_id": sale_order.marketplace_case_ids.ticket_id.sorted("id")[-1:].id,
                    "kind": self._get_kind(refund),
                    "state": "paid" if refund.is_paid else "accepted",
                    "reason_id": self._get_reason(account, refund).id,
                    "currency_id": sale_order.currency_id.id,
                    "is_imported": True,
                    "paid_by": "seller" if refund.by_seller else "marketplace",
                    "line_ids": [Command.create(self._line_values(sale_line, refund))],
                }
            )
        )
        if not self._is_old(account, refund):
            self._tell(row)
        return row.line_ids

    def _get_kind(self, refund):
        if refund.kind == records.GIVEN_CANCELLATION:
            return "refusal"
        if refund.kind == records.GIVEN_GESTURE:
            return "gesture"
        if refund.from_state:
            return "lines"
        return "shipping" if refund.amount == refund.shipping else "amount"

    def _get_reason(self, account, refund):
        usage = _USAGES[refund.kind]
        return account.with_context(active_test=False).reason_ids.filtered(
            lambda r: r.usage == usage and r.code == refund.reason_code
        )[:1]

    def _line_values(self, sale_line, refund):
        cancelled = refund.kind == records.GIVEN_CANCELLATION
        return {
            "sale_line_id": sale_line.id,
            "item": _get_item(refund),
            "name": self._get_line_name(sale_line, refund),
            "decision": "cancel" if cancelled else "refund",
            "amount": float(refund.amount),
            "shipping_amount": float(refund.shipping),
            "quantity": refund.quantity,
            "remote_id": refund.remote_id,
            "state": "accepted",
            "paid_at": self._get_paid_at(refund) if refund.is_paid else False,
        }

    def _get_line_name(self, sale_line, refund):
        if refund.kind == records.GIVEN_GESTURE:
            return self.env._("Commercial gesture")
        return (sale_line.name or refund.line_remote_id).split("\n")[0]

    def _is_old(self, account, refund):
        """From before the account's start: part of the history, no news."""
        if self.env.context.get("marketplace_history"):
            return True
        start = account.clock_start
        return bool(start and refund.created_at and refund.created_at < start)

    def _tell(self, refund):
        order = refund.sale_order_id
        env = refund.account_id._get_responsible_env()
        values = {
            "name": refund.name,
            "amount": refund.currency_id.format(refund.accepted_amount),
            "account": refund.account_id.name,
            "lines": ", ".join(refund.line_ids.mapped("name")),
        }
        text = env._(
            "%(name)s: %(amount)s given back in the back office of %(account)s, not from here.",
            **values,
        )
        if refund.paid_by == "marketplace":
            text = env._(
                "%(name)s: %(account)s gave the customer %(amount)s at its own cost.", **values
            )
        elif refund.kind == "refusal":
            text = env._(
                "%(name)s: %(lines)s cancelled at %(account)s, not from here; the customer is not "
                "charged %(amount)s.",
                **values,
            )
        for record in (refund.ticket_id, order):
            if record:
                record.sudo().message_post(body=text, subtype_xmlid="mail.mt_note")

    @api.model
    def _take_back(self, imported, refund):
        """Wherever these were told of: they were our own `refund`, read before its answer came."""
        env = refund.account_id._get_responsible_env()
        for row in imported:
            text = env._(
                "%(name)s was not given in the back office: it is %(ours)s, asked for from here.",
                name=row.name,
                ours=refund.name,
            )
            for record in (row.ticket_id, row.sale_order_id):
                if self._get_notes(record, row):
                    record.sudo().message_post(body=text, subtype_xmlid="mail.mt_note")

    def _get_notes(self, record, refund):
        """What a record's chatter says of a refund."""
        return record and record.sudo().message_ids.filtered(
            lambda message: refund.name in (message.body or "")
        )

    # Paid out -----------------------------------------------------------------------------------

    def _note_payouts(self, paid):
        """`paid`: {refund line: records.OrderRefund}."""
        for line, refund in paid.items():
            if not line.paid_at and line.state == "accepted":
                line.paid_at = self._get_paid_at(refund)
                line.refund_id._refresh_state()

    def _get_paid_at(self, refund):
        return refund.paid_at.replace(microsecond=0) if refund.paid_at else fields.Datetime.now()

    @api.model
    def _follow(self, account):
        """Ask once a day for orders whose refunds are accepted and not paid out yet."""
        if not account._client_class().tells_payout:
            return
        now = fields.Datetime.now()
        waiting = (
            self.env["marketplace.refund.line"]
            .sudo()
            .search(
                [
                    ("refund_id.account_id", "=", account.id),
                    ("state", "=", "accepted"),
                    ("decision", "=", "refund"),  # what is cancelled was never charged
                    ("paid_at", "=", False),
                    ("remote_id", "!=", False),
                    ("create_date", ">", now - timedelta(days=FOLLOW_DAYS)),
                    "|",
                    ("followed_at", "=", False),
                    ("followed_at", "<", now - FOLLOW_EVERY),
                ],
                order="followed_at NULLS FIRST, id",
                limit=FOLLOW_BATCH,
            )
        )
        waiting.followed_at = now
        waiting.refund_id.sale_order_id._marketplace_refresh_wanted()


_USAGES = {
    records.GIVEN_CANCELLATION: base.FOR_REFUSAL,
    records.GIVEN_GESTURE: base.FOR_GESTURE,
    records.GIVEN_REFUND: base.FOR_REFUND,
}


def _find_line(sale_order, refund):
    """The line of the sale order that was given back."""
    return sale_order.order_line.filtered(
        lambda line: line.marketplace_ref and line.marketplace_ref == refund.line_remote_id
    )[:1]


def _swap(sale_order, refund):
    """Lines of one product may swap places: a line that only its state tells of is the first that
    was not given back yet."""
    told = _find_line(sale_order, refund)
    if not refund.from_state or not told:
        return refund
    cancelled = refund.kind == records.GIVEN_CANCELLATION
    twins = told | sale_order.order_line.filtered(
        lambda line: line.marketplace_ref and line.product_id == told.product_id
    )
    for line in twins:
        given = line.sudo().marketplace_refund_line_ids.filtered(
            lambda row: row.state == "accepted" and _is_cancelled(row) == cancelled
        )
        if not given:
            return replace(refund, line_remote_id=line.marketplace_ref)
    return refund


def _get_item(refund):
    """What a refund line calls it."""
    return base.GESTURE if refund.kind == records.GIVEN_GESTURE else refund.line_remote_id


def _by_date(item):
    """For sorting {key: refund}: what is not dated comes first."""
    return item[1].created_at or datetime.min, item[0]


def _is_cancelled(line):
    return line.decision in ("cancel", "refuse")


def _key(refund):
    """Refunds and cancellations are numbered apart, maybe with the same numbers."""
    return refund.kind == records.GIVEN_CANCELLATION, refund.remote_id


def _line_key(line):
    return _is_cancelled(line), line.remote_id
