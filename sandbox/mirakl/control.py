"""Control calls of a Mirakl seller, and its world as JSON."""

from ..web import Problem
from . import giving, making, shapes, threads
from .making import find_line
from .records import WAITING_REFUNDS
from .wire import Refused, View


def dispatch(seller, method, parts, body):
    """Route below /control/sellers/L/; None when the path is unknown. Refusals are ValueErrors."""
    with seller.lock:
        seller.settle()
        try:
            return _route(seller, method, parts, body)
        except Refused as refusal:
            raise ValueError(refusal.message) from refusal


def _route(seller, method, parts, body):
    match method, parts:
        case "POST", ["orders"]:
            return order_json(seller, making.create_order(seller, body))
        case _, ["orders", number, *rest]:
            return _order_call(seller, method, _order(seller, number), rest, body)
        case "POST", ["threads"]:
            return thread_json(seller, making.create_thread(seller, body))
        case _, ["threads", identifier, *rest]:
            return _thread_call(seller, method, _thread(seller, identifier), rest, body)
        case "POST", ["figures"]:
            seller.figures.update(body)
            return seller.figures
        case "POST", ["tokens", "expire"]:
            return expire_tokens(seller)
    return None


def _order(seller, number):
    if number not in seller.orders:
        raise Problem(404, f"no order {number}")
    return seller.orders[number]


def _thread(seller, identifier):
    if identifier not in seller.threads:
        raise Problem(404, f"no thread {identifier}")
    return seller.threads[identifier]


def expire_tokens(seller):
    for token in seller.tokens:
        seller.tokens[token] = seller.now()
    return {"expired": len(seller.tokens)}


def _order_call(seller, method, order, rest, body):
    line = find_line(order, body.get("line")) if rest else None
    match method, rest:
        case "GET", []:
            pass
        case "PATCH", []:
            making.patch_order(seller, order, body)
        case "POST", ["incidents"]:
            open_incident(seller, order, line, body)
        case "POST", ["incidents", "close"]:
            seller.close_incident(order, line if body.get("line") else with_incident(order, line))
        case "POST", ["incidents", "dispute"]:
            seller.dispute_incident(order, line if body.get("line") else with_incident(order, line))
        case "POST", ["refunds"]:
            giving.back_office(seller, order, line, "refund", body)
        case "POST", ["cancelations" | "cancellations"]:
            giving.back_office(seller, order, line, "cancelation", body)
        case "POST", ["payout"]:
            pay_out(seller, order)
        case _:
            return None
    return order_json(seller, order)


def with_incident(order, default):
    """The line with the open incident, where none is named."""
    return next((line for line in order.lines if line.incident), default)


def open_incident(seller, order, line, body):
    """Opens it; `text` becomes a thread of the order, as the customer or operator writes one."""
    by = body.get("by", "customer")
    seller.open_incident(order, line, str(body.get("reason_code") or "1"), by)
    if body.get("text"):
        topic = {"type": "FREE_TEXT", "value": line.incident.label}
        spec = {"order_number": order.number, "sender": by, "text": body["text"], "topic": topic}
        making.create_thread(seller, spec)


def pay_out(seller, order):
    for line in order.lines:
        due = [refund for refund in line.refunds if refund.state in WAITING_REFUNDS]
        seller.pay_out(order, line, due)


def _thread_call(seller, method, thread, rest, body):
    match method, rest:
        case "GET", []:
            pass
        case "POST", ["messages"]:
            making.add_message(seller, thread, body)
        case "POST", ["no_reply_needed"]:
            seller.no_reply_needed(thread, body.get("by", "SHOP"))
        case _:
            return None
    return thread_json(seller, thread)


# The world as JSON. Refunds, cancellations and threads look as on the wire, without quirks.


def plain_view(seller):
    return View(seller.options, plain=True)


def thread_json(seller, thread, messages=True):
    value = threads.thread_json(seller, thread, plain_view(seller), 0 if messages else None)
    return {**value, "order_number": thread.order_number, "shop_id": thread.shop_id}


def order_json(seller, order):
    view = plain_view(seller)
    return {
        "number": order.number,
        "commercial_id": order.commercial_id,
        "state": order.state,
        "shop_id": order.shop_id,
        "tax_mode": order.tax_mode,
        "payment_workflow": order.payment_workflow,
        "currency": order.currency,
        "debited": bool(order.debited),
        "created_at": view.date(order.created),
        "updated_at": view.date(order.updated),
        "shipped_at": view.date(order.shipped),
        "total": view.money(order.total()),
        "has_incident": order.has_incident,
        "fully_refunded": order.fully_refunded,
        "can_cancel": order.can_cancel,
        "tracking_number": order.tracking_number,
        "notification_email": order.alias,
        "customer": order.customer,
        "lines": [line_json(order, line, view) for line in order.lines],
        "documents": [
            {"id": d.id, "type": d.type, "name": d.name, "size": len(d.content)}
            for d in seller.documents.values()
            if d.order_number == order.number
        ],
    }


def line_json(order, line, view):
    """`state`: as the API shows it; `former_state`: without the incident."""
    goods, shipping, taxes, shipping_taxes = line.left()
    return {
        "id": line.id,
        "sku": line.sku,
        "name": line.name,
        "offer_sku": line.sku,
        "product_title": line.name,
        "quantity": line.quantity,
        "price": float(line.unit),
        "amount": view.money(line.price),
        "shipping": view.money(line.shipping),
        "taxes": shapes.tax_amounts({t.code: t.amount for t in line.taxes}, view),
        "shipping_taxes": shapes.tax_amounts({t.code: t.amount for t in line.shipping_taxes}, view),
        "left": view.money(goods),
        "left_shipping": view.money(shipping),
        "left_taxes": shapes.tax_amounts(taxes, view),
        "left_shipping_taxes": shapes.tax_amounts(shipping_taxes, view),
        "state": line.shown_state,
        "former_state": line.state,
        "shipped_at": view.date(line.shipped),
        "debited": bool(line.debited),
        "incident": line.incident and incident_json(line.incident, view),
        "incidents": [incident_json(incident, view) for incident in line.incidents],
        "refunds": [{**shapes.refund(order, line, r, view), "by": r.by} for r in line.refunds],
        "cancelations": [
            {**shapes.cancelation(order, line, c, view), "by": c.by} for c in line.cancelations
        ],
    }


def incident_json(incident, view):
    return {
        "status": incident.status,
        "reason_code": incident.reason,
        "reason": incident.label,
        "by": incident.by,
        "opened_at": view.date(incident.opened),
        "resolved_reason": incident.resolved_reason,
        "closed_at": view.date(incident.closed),
    }


def state_json(seller, messages=True):
    """The whole world."""
    with seller.lock:
        seller.settle()
        found = list(seller.threads.values())
        return {
            **seller.as_json(),
            "shop_id": seller.shop_id,
            "roles": seller.roles,
            "keys": seller.keys,
            "currency": seller.currency,
            "figures": seller.figures,
            "orders": [order_json(seller, order) for order in seller.orders.values()],
            "threads": [thread_json(seller, thread, messages) for thread in found],
            "counts": {
                "orders": len(seller.orders),
                "threads": len(found),
                "messages": sum(len(thread.messages) for thread in found),
                "tokens": len(seller.tokens),
                "calls": dict(seller.calls.counts),
            },
        }
