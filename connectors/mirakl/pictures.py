"""What Mirakl shows of an order just before sending, as JSON; amounts are texts.

A picture: {"order", "remote_state", "currency", "tax_mode", "can_cancel", "charged", "refunded",
"lines": {line id: {"state", "remote_state", "give_back", "quantity", "goods", "shipping" (Money
that is left), "left", "left_shipping" (the same with taxes), "given": [{"id", "kind", "amount",
"shipping", "quantity", "reason_code"}]}}}
"""

from decimal import Decimal

from .. import money, records, values
from . import mapper

ZERO = Decimal(0)


def take(node):
    """The picture of an order of OR11."""
    order, mode = mapper.map_order(node), mapper.get_mode(node)
    step = money.get_step(order.currency)
    lines = {line.remote_id: line for line in order.lines}
    refunded = sum((line.refunded + line.refunded_shipping for line in order.lines), ZERO)
    return {
        "order": order.remote_id,
        "remote_state": order.remote_state,
        "currency": order.currency,
        "tax_mode": mode,
        "can_cancel": node.get("can_cancel") is True,
        "charged": str(order.charged.quantize(step)),
        "refunded": str(refunded.quantize(step)),
        "lines": {
            values.text(line.get("order_line_id")): _take_line(
                lines[values.text(line.get("order_line_id"))], line, mode
            )
            for line in values.items(node, "order_lines")
        },
    }


def _take_line(line, node, mode):
    goods, shipping = mapper.get_left(node)
    return {
        "state": line.state,
        "remote_state": line.remote_state,
        "give_back": line.give_back,
        "quantity": line.quantity,
        "goods": goods.to_json(),
        "shipping": shipping.to_json(),
        "left": str(goods.total(mode)),
        "left_shipping": str(shipping.total(mode)),
        "given": [_take_given(kind, item, mode) for kind, item in mapper.get_given(node)],
    }


def _take_given(kind, node, mode):
    return {
        "id": values.required(node, "id"),
        "kind": kind,
        "amount": str(mapper.get_goods(node).total(mode)),
        "shipping": str(mapper.get_shipping(node).total(mode)),
        "quantity": values.integer(node.get("quantity")),
        "reason_code": values.text(node.get("reason_code")),
    }


def get_new(before, now, kind):
    """{line id: what was given back since then}, in Mirakl's order."""
    known = {
        (line_id, item["id"])
        for line_id, line in before["lines"].items()
        for item in line["given"]
        if item["kind"] == kind
    }
    return {
        line_id: [
            item
            for item in line["given"]
            if item["kind"] == kind and (line_id, item["id"]) not in known
        ]
        for line_id, line in now["lines"].items()
    }


def get_quantity_left(line):
    """Units that were not given back, as far as quantities tell."""
    return max(line["quantity"] - sum(item["quantity"] for item in line["given"]), 0)


def is_over(line):
    """Whether a line was cancelled or refused as a whole."""
    return line["state"] in (records.LINE_CANCELLED, records.LINE_REFUSED)


def get_step(picture):
    return money.get_step(picture.get("currency") or "")


def get_left(picture, line_id):
    """(goods, shipping) of a line as Money."""
    line = picture["lines"][line_id]
    return money.Money.from_json(line["goods"]), money.Money.from_json(line["shipping"])


def get_mode(picture):
    return picture.get("tax_mode") or money.TAX_INCLUDED
