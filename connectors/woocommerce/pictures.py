"""What the shop shows of an order just before money is given back, as JSON; amounts are texts.

A picture: {"order", "status", "currency", "charged", "refunded", "left", "payment_method",
"gestures", "lines": {line id: {"give_back", "quantity", "goods" (Money that is left), "left",
"left_shipping" (with taxes)}}, "extra": {item id of shipping or fee: Money that is left},
"refunds": [{"id", "amount", "reference", "is_paid", "parts": {line id: amount}}]}
"""

from decimal import Decimal

from .. import money, records, values
from . import amounts, mapper
from .shares import Shares

ZERO = Decimal(0)


def take(node, refunds):
    """The picture of an order and its refunds."""
    order = mapper.map_order(node, refunds, can_refund=True)
    shares = Shares(node, refunds)
    rows = [_take_refund(given, shares) for given in shares.given.values()]
    given = sum((Decimal(row["amount"]) for row in rows), ZERO)
    gestures = [part.amount for part in order.refunds if part.kind == records.GIVEN_GESTURE]
    left = get_left(node, refunds)
    kinds = amounts.get_items(node)
    return {
        "order": order.remote_id,
        "status": order.remote_state,
        "currency": order.currency,
        "charged": str(order.charged),
        "refunded": str(given),
        "left": str(order.charged - given),
        "payment_method": values.text(node.get("payment_method")),
        "payment_title": values.text(node.get("payment_method_title")),
        "gestures": str(sum(gestures, ZERO)),
        "lines": {line.remote_id: _take_line(line, left[line.remote_id]) for line in order.lines},
        "extra": {
            item_id: left[item_id].to_json()
            for item_id, (kind, _item) in kinds.items()
            if kind != amounts.LINE
        },
        "refunds": rows,
    }


def get_left(node, refunds):
    """{item id: the Money of an order's item that was not given back}"""
    known = amounts.get_items(node)
    left = {item_id: amounts.get_money(item) for item_id, (_kind, item) in known.items()}
    for refund in refunds:
        for kind, item in amounts.get_items(refund).values():
            item_id = amounts.get_refunded_item(kind, item, known)
            if item_id:
                given = amounts.get_money(item)  # negative
                taxes = {rate: -amount for rate, amount in given.taxes.items()}
                left[item_id] -= money.Money(-given.amount, taxes)
    return left


def _take_line(line, left):
    return {
        "give_back": line.give_back,
        "quantity": line.quantity,
        "goods": left.to_json(),
        "left": str(line.amount - line.refunded),
        "left_shipping": str(line.shipping - line.refunded_shipping),
    }


def _take_refund(given, shares):
    refund, parts = given.node, mapper.map_refund(given, shares.first)
    return {
        "id": values.required(refund, "id"),
        "amount": str(amounts.get_amount(refund, shares.step)),
        "reference": mapper.get_reference(refund),
        "is_paid": values.flag(refund.get("refunded_payment")),
        "parts": {part.line_remote_id: str(part.amount) for part in parts if part.line_remote_id},
    }


def get_new(before, now):
    """The refunds that an order shows now and did not before."""
    known = {refund["id"] for refund in before["refunds"]}
    return [refund for refund in now["refunds"] if refund["id"] not in known]
