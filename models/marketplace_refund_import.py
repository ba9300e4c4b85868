"""Money that an order shows as given back: ours is followed, what others gave is imported once."""

from datetime import timedelta

from odoo import Command, api, fields, models

from ..connectors import records

# Money of an order that may just be on its way: nothing is taken for somebody else's then.
_UNSETTLED = ("sending", "unknown")
FOLLOW_DAYS = 60
FOLLOW_EVERY = timedelta(days=1)
FOLLOW_BATCH = 50


class MarketplaceRefundImport(models.AbstractModel):
    _name = "marketplace.refund.import"
    _description = "Marketplace Refund Import Service"

    @api.model
    def _store(self, account, sale_order, order):
        """Bring refunds and cancellations of a `connectors.records.Order` in line with ours."""
        told = {_key(r): r for r in order.refunds if r.remote_id and r.line_remote_id}
        if not told or sale_order.currency_id.name != order.currency:
            return
        lines = sale_order.sudo().marketplace_refund_ids.line_ids
        known = {_line_key(line): line for line in lines if line.remote_id}
        fresh = [refund for key, refund in told.items() if key not in known]
        if fresh and not self._is_unsettled(sale_order):
            for refund in fresh:
                line = self._adopt(lines, refund) or self._import(account, sale_order, refund)
                known[_key(refund)] = line
        self._note_payouts(
            {line: told[key] for key, line in known.items() if key in told and told[key].is_paid}
        )

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

    def _adopt(self, lines, refund):
        """One of ours whose number was not told when it was accepted."""
        candidates = lines.filtered(
            lambda line: (
                line.item == refund.line_remote_id
                and _is_cancelled(line) == (refund.kind == records.GIVEN_CANCELLATION)
                and line.state == "accepted"
                and not line.remote_id
                and line.currency_id.compare_amounts(line.accepted_amount, float(refund.amount))
                == 0
            )
        )
        line = candidates.sorted("id")[:1]
        if line:
            line.remote_id = refund.remote_id
        return line

    # Made by somebody else ----------------------------------------------------------------------

    def _import(self, account, sale_order, refund):
        sale_line = sale_order.order_line.filtered(
            lambda line: line.marketplace_ref == refund.line_remote_id
        )[:1]
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
        return "shipping" if refund.amount == refund.shipping else "amount"

    def _get_reason(self, account, refund):
        usage = "refusal" if refund.kind == records.GIVEN_CANCELLATION else "refund"
        return account.with_context(active_test=False).reason_ids.filtered(
            lambda r: r.usage == usage and r.code == refund.reason_code
        )[:1]

    def _line_values(self, sale_line, refund):
        cancelled = refund.kind == records.GIVEN_CANCELLATION
        return {
            "sale_line_id": sale_line.id,
            "item": refund.line_remote_id,
            "name": (sale_line.name or refund.line_remote_id).split("\n")[0],
            "decision": "cancel" if cancelled else "refund",
            "amount": float(refund.amount),
            "shipping_amount": float(refund.shipping),
            "quantity": refund.quantity,
            "remote_id": refund.remote_id,
            "state": "accepted",
            "paid_at": self._get_paid_at(refund) if refund.is_paid else False,
        }

    def _is_old(self, account, refund):
        """From before the account's start: part of the history, no news."""
        start = account.clock_start
        return bool(start and refund.created_at and refund.created_at < start)

    def _tell(self, refund):
        order = refund.sale_order_id
        env = refund.account_id._get_responsible_env()
        text = env._(
            "%(name)s: %(amount)s given back in the back office of %(account)s, not from here.",
            name=refund.name,
            amount=refund.currency_id.format(refund.accepted_amount),
            account=refund.account_id.name,
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


def _is_cancelled(line):
    return line.decision in ("cancel", "refuse")


def _key(refund):
    """Refunds and cancellations are numbered apart, maybe with the same numbers."""
    return refund.kind == records.GIVEN_CANCELLATION, refund.remote_id


def _line_key(line):
    return _is_cancelled(line), line.remote_id
