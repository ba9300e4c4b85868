"""Control calls of an OpenSi seller, and both sides as JSON."""

from ..web import Problem
from . import synchroniser
from .reader import Received


def dispatch(hub, seller, method, parts, body):
    """Route below /control/sellers/L/; None when the path is unknown. Raises ValueError."""
    match method, parts:
        case "POST", ["erp", "push"]:
            return synchroniser.push(hub, seller, body)
        case "POST", ["erp", "replay"]:
            return synchroniser.push(hub, seller, body, everything=True)
        case "POST", ["erp", "probe"]:
            operation = body.pop("operation", "getVersion")
            return synchroniser.probe(seller, operation, body)
    with seller.lock:  # never while the ERP waits for an answer
        return _route(hub, seller, method, parts, body)


def _route(hub, seller, method, parts, body):
    match method, parts:
        case "POST", ["orders"]:
            return seller.add_order(body).as_json()
        case "GET", ["orders", number]:
            return _order(seller, number).as_json()
        case "PATCH", ["orders", number]:
            return seller.change_order(_order(seller, number), body).as_json()
        case "POST", ["orders", number, "comments"]:
            return add_shop_comment(seller, _order(seller, number), body)
        case "GET", ["erp"]:
            return erp_json(seller)
        case "POST", ["erp", "target"]:
            return set_target(hub, seller, body).as_json()
        case "POST", ["erp", "comments"]:
            if "comments" in body:
                return [seller.add_erp_comment(one).as_json() for one in body["comments"]]
            return seller.add_erp_comment(body).as_json()
    return None


def _order(seller, number):
    if number not in seller.orders:
        raise Problem(404, f"no order {number}")
    return seller.orders[number]


def add_shop_comment(seller, order, spec):
    """A comment that came to the shop some other way; its number is in the table from now on."""
    received = Received(
        str(spec.get("own_ref", order.own_number)),
        order.number,
        str(spec["number"]),
        str(spec.get("text", "")),
        str(spec.get("date", "")),
        bool(spec.get("mail")),
        bool(spec.get("visible", True)),
    )
    seller.store(order, received, order.website_code)
    return order.as_json()


def set_target(hub, seller, spec):
    target = seller.set_target(spec)
    synchroniser.schedule(hub, seller)
    return target


def erp_json(seller):
    return {
        "target": seller.target.as_json(),
        "comments": [comment.as_json() for comment in seller.erp_comments],
        "pushes": list(seller.pushes),
    }


def state_json(seller, messages=True):
    """The whole world; without `messages` the orders come without their comments."""
    with seller.lock:
        orders = [order.as_json() for order in seller.orders.values()]
        comments = sum(len(order["comments"]) for order in orders)
        if not messages:
            for order in orders:
                del order["comments"]
        return {
            **seller.as_json(),
            "orders": orders,
            "comment_ids": list(seller.comment_ids),
            "erp": erp_json(seller) if messages else None,
            "counts": {
                "orders": len(orders),
                "comments": comments,
                "erp_comments": len(seller.erp_comments),
                "calls": dict(seller.calls.counts),
            },
        }
