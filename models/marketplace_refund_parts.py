"""Refunds that a shop tells in parts: what is known of one here keeps the parts that it came in."""

from dataclasses import replace
from decimal import Decimal

from odoo import api, models

from ..connectors import base, records
from .marketplace_refund_import import _is_cancelled


class MarketplaceRefundImport(models.AbstractModel):
    _inherit = "marketplace.refund.import"

    @api.model
    def _keep_parts(self, sale_order, order):
        """The `connectors.records.Order` with its refunds in the parts that are known here: what
        others make of the order later may divide the same money otherwise."""
        groups = {refund.group for refund in order.refunds if refund.group}
        known = {group: rows for group in groups if (rows := _find_rows(sale_order, group))}
        if not known:
            return order
        loose = [refund for refund in order.refunds if refund.group not in known]
        told = [refund for refund in order.refunds if refund.group in known]
        first = {refund.group: refund for refund in reversed(told)}
        kept = [_to_part(row, first[group]) for group, rows in known.items() for row in rows]
        lines = [_move(line, told, kept) for line in order.lines]
        return replace(order, refunds=(*loose, *kept), lines=tuple(lines))


def _find_rows(sale_order, group):
    """The lines of refunds here that are parts of this one there, in whatever shape."""
    return sale_order.sudo().marketplace_refund_ids.line_ids.filtered(
        lambda row: (
            not _is_cancelled(row)
            and (row.remote_id == group or (row.remote_id or "").startswith(f"{group}-"))
        )
    )


def _to_part(row, told):
    """What is known of a part, as if it were told."""
    goods, shipping = (_to_decimal(row, share.accepted) for share in row._get_shares())
    is_gesture = row.item == base.GESTURE
    return replace(
        told,
        amount=goods + shipping,
        shipping=shipping,
        remote_id=row.remote_id,
        kind=records.GIVEN_GESTURE if is_gesture else records.GIVEN_REFUND,
        line_remote_id="" if is_gesture else row.item,
        quantity=row.quantity,
    )


def _to_decimal(row, amount):
    return Decimal(str(row.currency_id.round(amount)))


def _move(line, told, kept):
    """The records.OrderLine with what is known instead of what is told."""
    goods, shipping = line.refunded, line.refunded_shipping
    for parts, sign in ((told, -1), (kept, 1)):
        for part in parts:
            if part.line_remote_id == line.remote_id:
                goods += sign * (part.amount - part.shipping)
                shipping += sign * part.shipping
    return replace(line, refunded=goods, refunded_shipping=shipping)
