"""Giving money back: OR28 refunds, OR29 and OR30 cancellations.

What is checked beyond the published shapes is our assumption; every such check says so.
"""

from decimal import Decimal

from ..web import Answer
from . import reasons, shapes
from .records import CENT, DEAD_STATES, TAX_MODES, WAITING_REFUNDS, GiveBack
from .wire import Refused, View, money

REASON_TYPE = {"refund": "REFUND", "cancelation": "CANCELATION"}
ZERO = Decimal(0)


def create_refunds(call):
    """OR28."""
    return _create(call, "refund")


def create_cancelations(call):
    """OR30."""
    return _create(call, "cancelation")


def _create(call, kind):
    body = call.json()
    entries = body.get(f"{kind}s")
    if not isinstance(entries, list) or not entries:
        text = f"There is an error with field '{kind}s', please check the datatype."
        raise Refused(400, text)
    mode = body.get("order_tax_mode")
    if mode not in (None, *TAX_MODES):
        raise Refused(400, f"The field 'order_tax_mode' must be one of {', '.join(TAX_MODES)}.")
    planned = []
    group = call.seller.new_uuid()
    for entry in entries:
        planned.append(_plan(call.seller, kind, entry, mode, group, planned))
    for order, line, item in planned:
        apply(call.seller, order, line, item)
    call.summary = f"{len(planned)} {kind}s"
    view = View(call.seller.options, mode)
    mode = mode or planned[0][0].tax_mode
    rows = [_answer(kind, order, line, item, view) for order, line, item in planned]
    return Answer.json({"order_tax_mode": mode, f"{kind}s": rows})


def _plan(seller, kind, entry, mode, group, planned):
    """(order, line, GiveBack) of one entry, checked. Raises Refused."""
    if not isinstance(entry, dict):
        text = f"There is an error with field '{kind}s', please check the datatype."
        raise Refused(400, text)
    needed = ["order_line_id", "amount", "shipping_amount", "reason_code"]
    needed += ["quantity"] if kind == "cancelation" else []
    for name in needed:
        if entry.get(name) in (None, ""):
            raise Refused(400, f"The field '{name}' is mandatory.")
    order, line = seller.find_line(str(entry["order_line_id"]))
    if line is None:
        raise Refused(404, f"Order line {entry['order_line_id']} not found.")  # assumption
    item = _read(seller, kind, order, line, entry, mode, group)
    _check_reason(kind, item.reason)
    _check_state(seller, kind, order, line)
    _check_left(line, item, [p[2] for p in planned if p[1] is line])
    _check_balance(seller, kind, item, [p[2] for p in planned])
    return order, line, item


def _read(seller, kind, order, line, entry, mode, group):
    if entry.get("currency_iso_code", order.currency) != order.currency:
        raise Refused(400, f"The currency of the order is {order.currency}.")
    quantity = entry.get("quantity") or 0
    if isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 0:
        text = "There is an error with field 'quantity', please check the datatype."
        raise Refused(400, text)
    item = GiveBack(
        str(seller.new_number()),
        group,
        kind,
        money(entry["amount"], "amount"),
        money(entry["shipping_amount"], "shipping_amount"),
        quantity,
        str(entry["reason_code"]),
        seller.now(),
        _taxes(entry, "taxes", line.taxes),
        _taxes(entry, "shipping_taxes", line.shipping_taxes),
    )
    if kind == "refund":
        item.state = _first_state(seller, item)
        item.excluded_from_shipment = entry.get("excluded_from_shipment")
    for amount, name, taxes in (
        (item.amount, "taxes", line.taxes),
        (item.shipping, "shipping_taxes", line.shipping_taxes),
    ):
        if amount and taxes and entry.get(name) is None:
            raise Refused(400, f"The field '{name}' is mandatory for an order with taxes.")
    own = mode or order.tax_mode
    if own != order.tax_mode:  # stored in the order's mode
        item.amount = _store(item.amount, item.taxes, own)
        item.shipping = _store(item.shipping, item.shipping_taxes, own)
    return item


def _store(amount, taxes, given_mode):
    total = sum(taxes.values(), ZERO)
    return amount - total if given_mode == "TAX_INCLUDED" else amount + total


def _taxes(entry, name, taxes):
    """{code: amount} of an entry. Amounts may be texts: the official example has them so."""
    rows = entry.get(name) or []
    known = {tax.code for tax in taxes}
    values = {}
    for row in rows if isinstance(rows, list) else [rows]:
        if not isinstance(row, dict) or "code" not in row or "amount" not in row:
            raise Refused(400, f"There is an error with field '{name}', please check the datatype.")
        if row["code"] not in known:
            raise Refused(400, f"The tax {row['code']} does not exist on the order line.")
        values[row["code"]] = values.get(row["code"], ZERO) + money(row["amount"], name)
    return values


def _first_state(seller, item):
    if seller.options["refund_tax_confirmation"] and (item.taxes or item.shipping_taxes):
        return "WAITING_REFUND_TAX_CONFIRMATION"
    return "WAITING_REFUND"


def _check_reason(kind, code):
    """Type and shop right of the reason: assumption that the server looks at them."""
    reason = reasons.find(REASON_TYPE[kind], code)
    if reason is None:
        raise Refused(400, f"The reason {code} is not of type {REASON_TYPE[kind]}.")
    if not reason[4]:
        raise Refused(400, f"The shop may not use the reason {code}.")


def _check_state(seller, kind, order, line):
    """Debited: refund. Not yet debited: cancellation (reported by operators' help pages)."""
    if kind == "cancelation":
        if line.debited:
            raise Refused(400, f"Order line {line.id} is debited already, refund it instead.")
        if order.state in ("STAGING", "CLOSED", *DEAD_STATES) or line.state in DEAD_STATES:
            raise Refused(400, f"Order line {line.id} cannot be canceled in its state.")
        return
    if not line.debited:
        raise Refused(400, f"Order line {line.id} is not debited yet, it cannot be refunded.")
    if order.state == "CLOSED" and not seller.options["refund_closed_orders"]:
        raise Refused(400, f"Order {order.number} is closed, it cannot be refunded.")
    if not seller.options["refund_while_waiting"]:
        if any(refund.state in WAITING_REFUNDS for refund in line.refunds):
            raise Refused(400, f"A refund of order line {line.id} is in progress already.")


def _check_left(line, item, earlier):
    """Assumption: more than what is left of goods, shipping or a tax is refused."""
    goods, shipping, taxes, shipping_taxes = line.left()
    goods -= sum((e.amount for e in earlier), ZERO)
    shipping -= sum((e.shipping for e in earlier), ZERO)
    if item.amount + item.shipping == 0 and not any(item.taxes.values()):
        raise Refused(400, "The amount must be greater than 0.")
    if item.amount < 0 or item.shipping < 0:
        raise Refused(400, "The taxes are greater than the amount.")
    if item.amount > goods:
        raise Refused(400, f"The amount {item.amount} exceeds what is left ({goods}).")
    if item.shipping > shipping:
        raise Refused(
            400, f"The shipping_amount {item.shipping} exceeds what is left ({shipping})."
        )
    for name in ("taxes", "shipping_taxes"):
        left = taxes if name == "taxes" else shipping_taxes
        for code, amount in getattr(item, name).items():
            rest = left[code] - sum((getattr(e, name).get(code, ZERO) for e in earlier), ZERO)
            if amount > rest:
                raise Refused(400, f"The tax {code} of {amount} exceeds what is left ({rest}).")


def _check_balance(seller, kind, item, earlier):
    """Reported by users: only the payable balance counts, not the pending one."""
    limit = seller.options["payable_balance"]
    if kind != "refund" or limit is None:
        return
    if sum((e.amount + e.shipping for e in (*earlier, item)), ZERO) > Decimal(str(limit)):
        raise Refused(400, f"The payable balance of the shop ({limit}) is too small.")


def apply(seller, order, line, item):
    """Write a refund or cancellation and what follows from it."""
    (line.refunds if item.kind == "refund" else line.cancelations).append(item)
    balance = seller.options["payable_balance"]
    if item.kind == "refund" and balance is not None:
        seller.options["payable_balance"] = float(
            Decimal(str(balance)) - item.amount - item.shipping
        )
    if line.all_given():
        line.state = "REFUNDED" if line.refunds else "CANCELED"
        line.state_reason = item.reason
        if (
            item.kind == "refund"
            and line.incident
            and seller.options["full_refund_closes_incident"]
        ):
            seller.close_incident(order, line)
    if all(one.state == "CANCELED" for one in order.lines):
        order.state = "CANCELED"
    seller.touch_order(order, line)


def _answer(kind, order, line, item, view):
    """The id is called refund_id here, and id in OR11."""
    mode = view.tax_mode or order.tax_mode
    amount = shapes.converted(order, item.amount, item.taxes.values(), mode)
    shipping = shapes.converted(order, item.shipping, item.shipping_taxes.values(), mode)
    value = {
        f"{kind}_id": item.id,
        "order_line_id": line.id,
        "amount": view.money(amount),
        "shipping_amount": view.money(shipping),
        "quantity": item.quantity,
        "reason_code": item.reason,
        "currency_iso_code": order.currency,
        "taxes": shapes.tax_amounts(item.taxes, view),
        "shipping_taxes": shapes.tax_amounts(item.shipping_taxes, view),
        "fees": [],
    }
    if kind == "refund":
        value["order_refund_id"] = item.group
        value["excluded_from_shipment"] = item.excluded_from_shipment
    return view.clean(value)


def cancel_order(call, number):
    """OR29: all that is left of every line."""
    order = call.order(number)
    if not order.can_cancel:
        raise Refused(400, f"Order {number} cannot be canceled in its state {order.state}.")
    cancel_all(call.seller, order)
    call.summary = number
    return Answer("", 204)


def cancel_all(seller, order, reason="34", by="shop"):
    group = seller.new_uuid()
    for line in order.lines:
        if line.state in DEAD_STATES:
            continue
        item = whole_rest(seller, line, "cancelation", group, reason, by)
        item.quantity = line.quantity
        apply(seller, order, line, item)


def whole_rest(seller, line, kind, group, reason, by):
    goods, shipping, taxes, shipping_taxes = line.left()
    return GiveBack(
        str(seller.new_number()),
        group,
        kind,
        goods,
        shipping,
        0,
        reason,
        seller.now(),
        taxes,
        shipping_taxes,
        by=by,
    )


def back_office(seller, order, line, kind, spec):
    """A refund or cancellation that somebody makes in the back office.

    `spec`: amount, shipping (in the order's tax mode), reason_code, quantity, taxes,
    shipping_taxes ({code: amount}), by. Without amount: all that is left. Taxes that are
    not given follow the amounts. Raises ValueError where more is asked than is left, and Refused
    on a bad amount.
    """
    reason = str(spec.get("reason_code") or {"refund": "19", "cancelation": "34"}[kind])
    by = spec.get("by") or "shop"
    item = whole_rest(seller, line, kind, seller.new_uuid(), reason, by)
    if spec.get("amount") is not None:
        amount = money(spec["amount"], "amount")
        shipping = money(spec.get("shipping") or 0, "shipping")
        if amount > item.amount or shipping > item.shipping or amount + shipping <= 0:
            raise ValueError(f"only {item.amount} + {item.shipping} are left")
        given = spec.get("taxes"), spec.get("shipping_taxes")
        item.taxes = _shares(item.taxes, amount, item.amount, given[0])
        item.shipping_taxes = _shares(item.shipping_taxes, shipping, item.shipping, given[1])
        item.amount, item.shipping = amount, shipping
    item.quantity = int(spec.get("quantity") or 0)
    if kind == "refund":
        item.state = spec.get("state") or _first_state(seller, item)
        if item.state == "REFUNDED":
            item.paid_at = seller.now()
    apply(seller, order, line, item)
    return item


def _shares(taxes, part, whole, given):
    if given is not None:
        return {code: Decimal(str(amount)).quantize(CENT) for code, amount in given.items()}
    if not whole:
        return {}
    return {code: (amount * part / whole).quantize(CENT) for code, amount in taxes.items()}
