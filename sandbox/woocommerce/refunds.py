"""wc/v3: refunds and payment gateways."""

import re

from . import acts, shapes
from .orders import find, need_force, need_manager, page
from .records import FRACTION, TAX_RATE_ID, ZERO, Decimal, RefundLine
from .wire import Refused, invalid, money

NUMBER = re.compile(r"-?\d+(\.\d+)?")


def list_refunds(call, identifier):
    need_manager(call)
    order = find(call, identifier, "woocommerce_rest_invalid_order_id", "Invalid order ID.")
    rows, headers = page(call, order.refunds[::-1], f"orders/{order.id}/refunds")
    places = call.params.number("dp", 2, low=0)
    found = [shapes.refund(call.seller, order, row, call.home, places) for row in rows]
    call.summary = f"{len(rows)} refunds of {order.id}"
    return found, headers


def all_refunds(call):
    """Across all orders, newest first."""
    need_manager(call)
    rows = [(order, row) for order in call.seller.orders.values() for row in order.refunds]
    rows.sort(key=lambda pair: (pair[1].created, pair[1].id), reverse=True)
    rows, headers = page(call, rows, "refunds")
    return [shapes.refund(call.seller, *pair, call.home) for pair in rows], headers


def _refund_of(call, identifier, number):
    order = find(call, identifier, "woocommerce_rest_invalid_order_id", "Invalid order ID.")
    refund = next((row for row in order.refunds if row.id == int(number)), None)
    if refund is None:
        text = "Invalid order refund ID."
        raise Refused("woocommerce_rest_invalid_order_refund_id", text, 404)
    return order, refund


def get_refund(call, identifier, number):
    need_manager(call, "one")
    return shapes.refund(call.seller, *_refund_of(call, identifier, number), call.home)


def delete_refund(call, identifier, number):
    need_manager(call, "delete")
    order, refund = _refund_of(call, identifier, number)
    need_force(call)
    value = shapes.refund(call.seller, order, refund, call.home)
    acts.delete_refund(call.seller, order, refund)
    return value


def create_refund(call, identifier):
    """Refusals have bare data and HTTP 500, whatever they are about."""
    need_manager(call, "create")
    order = call.seller.orders.get(int(identifier))
    if order is None:
        code = "woocommerce_rest_invalid_order_id"
        raise Refused(code, "Invalid order ID.", 404, bare=True)
    lines, clear = read_lines(call, order)
    amount = _amount(call, lines if clear else ())
    if amount < 0:
        text = "Refund amount must be greater than zero."
        raise Refused("woocommerce_rest_invalid_order_refund", text, 400, bare=True)
    try:
        refund = acts.create_refund(
            call.seller,
            order,
            amount,
            call.params.text("reason"),
            [row for row in lines if row.quantity or row.total or row.tax],
            call.caller.user.id,
            _true_unless_told(call, "api_refund"),
            _true_unless_told(call, "api_restock"),
            call.params.raw("meta_data") or (),
        )
    except acts.CannotRefund as problem:
        code = "woocommerce_rest_cannot_create_order_refund"
        raise Refused(code, str(problem), 500, bare=True) from problem
    refund.way = "call"
    call.summary = f"refund {refund.id} of {amount} on {order.id}"
    value = shapes.refund(call.seller, order, refund, call.home)
    call.created(value)
    return value


def _true_unless_told(call, name):
    """Default true; whatever is not a boolean counts as true."""
    value = call.params.raw(name, True)
    return value if isinstance(value, bool) else True


def _amount(call, lines):
    """The amount given wins; else that of the lines, where each has a number."""
    value = call.params.raw("amount")
    if value not in (None, ""):
        return money(value, "amount")
    return acts.net_total(lines)


def read_lines(call, order):
    """(RefundLines, whether all have numbers) of the list, or of the map by item id.

    Raises Refused.
    """
    given = call.params.raw("line_items") or []
    if isinstance(given, dict):
        pairs = [(key, row, row.get("qty", row.get("quantity"))) for key, row in given.items()]
    elif call.seller.options["refund_lines"] == "map":
        pairs = []
    else:
        if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
            raise invalid("line_items", "line_items is not of type array.")
        pairs = [(row.get("id"), row, row.get("quantity", row.get("qty"))) for row in given]
    lines, all_clear = [], True
    for identifier, row, quantity in pairs:
        item = order.item(int(identifier)) if str(identifier).isdigit() else None
        if item is None:
            continue
        total, clear = _number(row.get("refund_total"))
        tax, tax_clear = _tax(row.get("refund_tax"))
        all_clear = all_clear and clear and tax_clear
        lines.append(RefundLine(item.id, int(quantity or 0), total, tax))
    return lines, all_clear


def _number(value):
    """(Decimal, whether it was a number)"""
    if not NUMBER.fullmatch(str(value)):
        return ZERO, False
    return Decimal(str(value)).quantize(FRACTION), True


def _tax(value):
    """The tax of a line: a list by tax rate, or a map; without it there is none."""
    if not value:
        return ZERO, True
    if isinstance(value, dict):
        rows = [{"id": key, "refund_total": amount} for key, amount in value.items()]
    else:
        rows = value if isinstance(value, list) else []
    known = [row for row in rows if str(row.get("id")) == str(TAX_RATE_ID)]
    numbers = [_number(row.get("refund_total")) for row in known]
    return sum((number for number, _ in numbers), ZERO), all(clear for _, clear in numbers)


# Payment gateways


def list_gateways(call):
    need_manager(call)
    found = enumerate(call.seller.gateways.values())
    return [shapes.gateway(gateway, position, call.home) for position, gateway in found]


def get_gateway(call, name):
    need_manager(call, "one")
    gateway = call.seller.gateways.get(name)
    if gateway is None:
        raise Refused("woocommerce_rest_payment_gateway_invalid", "Resource does not exist.", 404)
    return shapes.gateway(gateway, list(call.seller.gateways).index(name), call.home)
