"""Control calls of a site, and its world as JSON."""

from ..web import Problem
from . import acts, asking, hooks, making, shapes, threads, vendors
from .records import Gateway
from .wire import iso


def dispatch(hub, seller, method, parts, body):
    """Route below /control/sellers/L/; None when the path is unknown. Raises ValueError."""
    match method, parts:
        case "POST", ["deliveries", "run"]:
            return hooks.run(hub, seller, body)
        case "POST", ["deliveries", identifier, "replay"]:
            return hooks.replay(hub, seller, identifier)
    with seller.lock:  # never while a delivery is on its way
        return _route(seller, method, parts, body)


def _route(seller, method, parts, body):
    match method, parts:
        case "GET", ["access"]:
            return access(seller)
        case "POST", ["keys"]:
            user = seller.named_user(body.get("user", "operator"))
            return seller.add_key(body.get("permissions", "read_write"), user.id).as_json()
        case "POST", ["gateways", name]:
            return change_gateway(seller, name, body).as_json()
        case "POST", ["products"]:
            return _add_product(seller, body)
        case "POST", ["orders"]:
            return order_json(seller, making.create_order(seller, body))
        case _, ["orders", number, *rest]:
            return _order_call(seller, method, _order(seller, number), rest, body)
        case "POST", ["inquiries"]:
            return inquiry_json(seller, asking.create_inquiry(seller, body))
        case _, ["inquiries", number, *rest]:
            return _inquiry_call(seller, method, number, rest, body)
        case "POST", ["tickets"]:
            return ticket_json(seller, asking.create_ticket(seller, body))
        case _, ["tickets", number, *rest]:
            return _ticket_call(seller, method, number, rest, body)
    return _hook_call(seller, method, parts, body)


def _hook_call(seller, method, parts, body):
    match method, parts:
        case "GET", ["webhooks"]:
            return [webhook_json(seller, webhook) for webhook in seller.webhooks.values()]
        case "GET", ["deliveries"]:
            return {"done": list(seller.done), "queued": list(seller.queue)}
        case "POST", ["hooks"]:
            order = making.find_order(seller, body["order"])
            hooks.fire(seller, body["topic"], order.id)
            return {"queued": list(seller.queue)}
        case "POST", ["tokens", "expire"]:
            return expire_tokens(seller)
    return None


def expire_tokens(seller):
    """All JWTs end now: the secret changes."""
    seller.jwt_secret += "x"
    return {"expired": True}


def access(seller):
    key = next(iter(seller.keys.values()))
    people = ("operator", "vendor", "stranger", "customer")
    return {
        "url": seller.home,
        "consumer_key": key.consumer_key,
        "consumer_secret": key.consumer_secret,
        **{name: seller.named_user(name).as_json() for name in people},
    }


def change_gateway(seller, name, body):
    gateway = seller.gateways.get(name)
    if gateway is None:
        gateway = seller.gateways[name] = Gateway(name, name)
    making.check(body, ("title", "refunds", "enabled", "failure"), "gateway")
    for key, value in body.items():
        setattr(gateway, key, value)
    seller.dirty = True
    return gateway


def _add_product(seller, body):
    making.check(body, ("sku", "name", "price", "vendor"), "product")
    owner = seller.named_user(body.get("vendor", "ours"))
    name = body.get("name", body["sku"])
    product = seller.add_product(body["sku"], name, str(body.get("price", 10)), owner.id)
    return {"id": product.id, "sku": product.sku, "vendor_id": owner.id}


def _order(seller, number):
    try:
        return making.find_order(seller, number)
    except ValueError as problem:
        raise Problem(404, str(problem)) from problem


def _order_call(seller, method, order, rest, body):
    match method, rest:
        case "GET", []:
            pass
        case "PATCH", []:
            making.patch_order(seller, order, body)
        case "DELETE", []:
            del seller.orders[order.id]
            hooks.fire(seller, "order.deleted", order.id)
        case "POST", ["notes"]:
            return shapes.note(seller, order, _write_note(seller, order, body))
        case "DELETE", ["notes", number]:
            order.notes = [note for note in order.notes if note.id != int(number)]
        case "POST", ["refunds"]:
            making.back_office_refund(seller, order, body)
        case _:
            return None
    return order_json(seller, order)


def _write_note(seller, order, body):
    """`by`: operator, vendor, stranger or system."""
    making.check(body, ("text", "by", "customer", "at"), "note")
    by, customer = body.get("by", "operator"), bool(body.get("customer"))
    if by == "system":
        return acts.write_note(seller, order, body["text"], customer, at=_at(seller, body))
    user = seller.named_user(by)
    if user.is_vendor:
        note = acts.vendor_note(seller, order, user, body["text"], customer)
    else:
        note = acts.write_note(seller, order, body["text"], customer, user.name, "operator")
    note.created = _at(seller, body)
    return note


def _at(seller, body):
    return making.moment(seller, body)


def _inquiry_call(seller, method, number, rest, body):
    inquiry = seller.inquiries.get(int(number))
    if inquiry is None:
        raise Problem(404, f"no inquiry {number}")
    match method, rest:
        case "GET", []:
            pass
        case "PATCH", []:
            making.check(body, ("is_private",), "inquiry")
            inquiry.is_private = bool(body.get("is_private", inquiry.is_private))
        case "DELETE", []:
            del seller.inquiries[inquiry.id]
        case "POST", ["replies"]:
            making.check(body, ("text", "by", "at"), "reply")
            by = body.get("by", "customer")
            asking.reply_inquiry(seller, inquiry, body["text"], by, _at(seller, body))
        case _:
            return None
    return inquiry_json(seller, inquiry)


def _ticket_call(seller, method, number, rest, body):
    ticket = seller.tickets.get(int(number))
    if ticket is None:
        raise Problem(404, f"no ticket {number}")
    match method, rest:
        case "GET", []:
            pass
        case "PATCH", []:
            asking.change_ticket(seller, ticket, body)
        case "POST", ["replies"]:
            asking.reply_ticket(seller, ticket, body)
        case _:
            return None
    return ticket_json(seller, ticket)


# The world as JSON


def order_json(seller, order):
    """As on the wire, with the notes, the refunds' lines and what is left."""
    value = shapes.order(seller, order, seller.home)
    del value["_links"]
    return {
        **value,
        "left": shapes.amount(order.left),
        "vendors": sorted(order.vendor_ids()),
        "commission_status": order.commission_status,
        "notes": [
            {**shapes.note(seller, order, note), "by": note.by, "_links": None}
            for note in order.notes
        ],
        "refund_details": [
            {**shapes.refund(seller, order, row), "restocked": row.restocked, "_links": None}
            for row in order.refunds
        ],
    }


def inquiry_json(seller, inquiry):
    return {
        **threads.inquiry_details(seller, inquiry),
        "id": inquiry.id,
        "replies": [reply_json(reply) for reply in inquiry.replies],
        "link": f"{seller.home}/store-manager/enquiry-manage/{inquiry.id}/",
    }


def reply_json(reply):
    return {"id": reply.id, "text": reply.text, "by": reply.by, "posted": iso(reply.posted)}


def ticket_json(seller, ticket):
    return {
        "id": ticket.id,
        "order_id": ticket.order_id,
        "item_id": ticket.item_id,
        "vendor_id": ticket.vendor_id,
        "customer_id": ticket.customer_id,
        "customer_name": ticket.customer_name,
        "text": ticket.text,
        "category": ticket.category,
        "priority": ticket.priority,
        "status": ticket.status,
        "posted": iso(ticket.posted),
        "replies": [reply_json(reply) for reply in ticket.replies],
        "link": f"{seller.home}/store-manager/support-manage/{ticket.id}/",
    }


def webhook_json(seller, webhook):
    more = {"secret": webhook.secret, "failure_count": webhook.failures, "_links": None}
    return {**shapes.webhook(seller, webhook), **more}


def state_json(seller, messages=True):
    """The whole world."""
    with seller.lock:
        orders = [order_json(seller, order) for order in seller.orders.values()]
        if not messages:
            for order in orders:
                del order["notes"]
        return {
            **seller.as_json(),
            "access": access(seller),
            "currency": seller.currency,
            "orders": orders,
            "inquiries": [inquiry_json(seller, row) for row in seller.inquiries.values()],
            "tickets": [ticket_json(seller, row) for row in seller.tickets.values()],
            "notifications": [
                vendors.texts(
                    {"ID": n.id, "vendor_id": n.vendor_id, "message": n.message, "type": n.kind}
                )
                for n in seller.notifications
            ],
            "products": [
                {"id": p.id, "sku": p.sku, "name": p.name, "price": str(p.price), "stock": p.stock}
                | {"vendor_id": p.vendor_id}
                for p in seller.products.values()
            ],
            "gateways": [gateway.as_json() for gateway in seller.gateways.values()],
            "webhooks": [webhook_json(seller, row) for row in seller.webhooks.values()],
            "counts": {
                "orders": len(orders),
                "notes": sum(len(order.notes) for order in seller.orders.values()),
                "inquiries": len(seller.inquiries),
                "tickets": len(seller.tickets),
                "deliveries": len(seller.done),
                "queued": len(seller.queue),
                "calls": dict(seller.calls.counts),
            },
        }
