"""Control calls of a Cdiscount seller, and its world as JSON."""

from dataclasses import asdict
from decimal import Decimal

from ..clock import parse_moment
from ..web import Problem
from .records import FEE_LINE, Line, Order, Voucher
from .seed import make_customer

MONEY = Decimal("0.01")
ORDER_FIELDS = (
    "number",
    "state",
    "fulfilment",
    "shipping_code",
    "country",
    "partner_ref",
    "carrier",
    "tracking_number",
    "tracking_url",
    "has_claims",
)
LINE_FIELDS = (
    "seller_product_id",
    "sku",
    "ean",
    "name",
    "quantity",
    "state",
    "condition",
    "category",
    "has_claim",
)
SENT_STATES = ("Shipped", "AvailableOnStore", "PickedUp", "NonPickedUpByCustomer")
LINE_STATES = {
    "WaitingForSellerAcceptation": "None",
    "AcceptedBySeller": "AcceptedBySeller",
    "PaymentInProgress": "AcceptedBySeller",
    "WaitingForShipmentAcceptation": "AcceptedBySeller",
    "ShipmentRefusedBySeller": "RefundedAfterShipmentRefused",
    "RefusedBySeller": "RefusedBySeller",
    "PaymentRefused": "PaymentRefused",
    "CancelledByCustomer": "CancelledBeforePaymentByCustomer",
    **dict.fromkeys(SENT_STATES, "ShippedBySeller"),
}


# Who cancels -> the states of the line, and of an order of which nothing else is left.
CANCELLED_BY = {
    "seller": ("RefundedAfterShipmentRefused", "ShipmentRefusedBySeller"),
    "customer": ("RefundedAfterCustomerCancellation", "CancelledByCustomer"),
}
VOUCHER_SOURCES = ("Seller", "CDiscount", "Customer")


def dispatch(seller, method, parts, body):
    """Route below /control/sellers/L/; None when the path is unknown."""
    with seller.lock:
        match method, parts:
            case "POST", ["orders"]:
                return order_json(seller, create_order(seller, body))
            case "GET", ["orders", number]:
                return order_json(seller, _order(seller, number))
            case "PATCH", ["orders", number]:
                return order_json(seller, patch_order(seller, _order(seller, number), body))
            case "POST", ["orders", number, deed] if deed in BACK_OFFICE:
                order = BACK_OFFICE[deed](seller, _order(seller, number), body)
                return order_json(seller, order)
            case "POST", ["discussions"]:
                return discussion_json(seller, create_discussion(seller, body))
            case "GET", ["discussions", identifier]:
                return discussion_json(seller, _thread(seller, identifier))
            case "PATCH", ["discussions", identifier]:
                thread = patch_discussion(seller, _thread(seller, identifier), body)
                return discussion_json(seller, thread)
            case "POST", ["discussions", identifier, "messages"]:
                thread = _thread(seller, identifier)
                add_message(seller, thread, body)
                return discussion_json(seller, thread)
            case "POST", ["tokens", "expire"]:
                return _expire_tokens(seller)
            case "POST", ["mail_addresses", "expire"]:
                seller.expire_aliases()
                return {"expired": len(seller.aliases)}
    return None


def _order(seller, number):
    if number not in seller.orders:
        raise Problem(404, f"no order {number}")
    return seller.orders[number]


def _thread(seller, identifier):
    thread = seller.discussions.get(int(identifier)) if identifier.isdigit() else None
    if thread is None:
        raise Problem(404, f"no discussion {identifier}")
    return thread


def _expire_tokens(seller):
    for token in seller.tokens:
        seller.tokens[token] = seller.now()
    return {"expired": len(seller.tokens)}


def _moment(body, name):
    return parse_moment(body[name]) if body.get(name) else None


# Orders


def _line(seller, spec, order_state):
    """JSON -> Line; what is missing is made up."""
    reference = str(spec.get("seller_product_id") or f"REF-{seller.rng.randrange(10**6)}")
    quantity = int(spec.get("quantity", 1))
    line = Line(
        reference,
        str(spec.get("sku") or f"SKU{seller.rng.randrange(10**9):09}"),
        str(spec.get("ean") or ""),
        str(spec.get("name") or f"Article {reference}"),
        quantity,
        Decimal(str(spec.get("price", "19.90"))).quantize(MONEY),
        Decimal(str(spec.get("shipping", "0"))).quantize(MONEY),
        spec.get("state") or LINE_STATES.get(order_state, "None"),
    )
    line.condition = spec.get("condition", line.condition)
    line.has_claim = spec.get("has_claim")
    if line.state == "RefundedAfterShipmentRefused" and "quantity" not in spec:
        line.quantity = 0
    return line


def fee_line(seller, amount="2.50"):
    return _line(
        seller,
        {
            "seller_product_id": FEE_LINE,
            "sku": FEE_LINE,
            "name": "INTERETS BANCAIRES",
            "price": amount,
        },
        "AcceptedBySeller",
    )


def create_order(seller, body):
    """Order from JSON (README). Raises ValueError on a used number or a bad date."""
    state = body.get("state", "WaitingForShipmentAcceptation")
    created = _moment(body, "created_at") or seller.now()
    specs = body.get("lines") or [{}]
    order = Order(
        body.get("number") or seller.new_order_number(created),
        state,
        created,
        _moment(body, "updated_at") or seller.now(),
        {**make_customer(seller.rng), **(body.get("customer") or {})},
        [_line(seller, spec, state) for spec in specs],
    )
    if body.get("with_fee_line"):
        order.lines.append(fee_line(seller))
    for name in ORDER_FIELDS:
        if name in body and name not in ("number", "state"):
            setattr(order, name, body[name])
    if state in SENT_STATES:
        order.shipped_at = _moment(body, "shipped_at") or created
    seller.add_order(order)
    return order


def patch_order(seller, order, body):
    """Change any field; `lines` are patched by seller_product_id, unknown ones added."""
    if "number" in body and body["number"] != order.number:
        raise ValueError("the number of an order cannot change")
    for name in ORDER_FIELDS:
        if name in body and name not in ("number", "state"):
            setattr(order, name, body[name])
    order.customer.update(body.get("customer") or {})
    if "shipped_at" in body:
        order.shipped_at = _moment(body, "shipped_at")
    if "created_at" in body:
        order.created = parse_moment(body["created_at"])
    for spec in body.get("lines") or ():
        _patch_line(seller, order, spec)
    if "vouchers" in body:
        order.vouchers = [_voucher(seller, spec) for spec in body["vouchers"]]
    if body.get("with_fee_line") and not any(line.is_fee for line in order.lines):
        order.lines.append(fee_line(seller))
    if body.get("state", order.state) != order.state:
        _change_state(seller, order, body["state"], lines_given="lines" in body)
    seller.touch_order(order, _moment(body, "updated_at"))
    return order


def _voucher(seller, spec):
    created = _moment(spec, "created") or seller.now()
    amount = Decimal(str(spec["amount"]))
    return Voucher(created, amount, int(spec.get("motive_id", 139)), spec.get("source", "Seller"))


def _patch_line(seller, order, spec):
    for line in order.lines:
        if line.seller_product_id == spec.get("seller_product_id"):
            for name in LINE_FIELDS:
                if name in spec:
                    setattr(line, name, spec[name])
            for name in ("price", "shipping"):
                if name in spec:
                    setattr(line, name, Decimal(str(spec[name])).quantize(MONEY))
            return
    order.lines.append(_line(seller, spec, order.state))


def _change_state(seller, order, state, lines_given):
    """The lines follow the order unless they were given too."""
    seller.set_state(order, state)
    if lines_given or state not in LINE_STATES:
        return
    for line in order.goods:
        line.state = LINE_STATES[state]
        if line.state == "RefundedAfterShipmentRefused":
            line.quantity = 0


# Made in the back office: by the seller's people, the marketplace or the customer


def _line_of(order, body):
    """The line that `line` (its seller_product_id or its index) names, else the first."""
    wanted = body.get("line", 0)
    for index, line in enumerate(order.goods):
        if wanted in (index, line.seller_product_id):
            return line
    raise ValueError(f"no line {wanted} in order {order.number}")


def _refund(seller, order, body):
    """A shipped line is refunded whole; `shipping`: with its charges."""
    line = _line_of(order, body)
    if line.state != "ShippedBySeller":
        raise ValueError(f"a line in state {line.state} cannot be refunded")
    line.state = "RefundedAfterShipping"
    line.refunded_shipping = bool(body.get("shipping", True))
    seller.touch_order(order)
    return order


def _gesture(seller, order, body):
    voucher = _voucher(seller, {"amount": "5", **body})
    if voucher.source not in VOUCHER_SOURCES:
        raise ValueError(f"source is one of {', '.join(VOUCHER_SOURCES)}")
    order.vouchers.append(voucher)
    seller.touch_order(order)
    return order


def _cancel(seller, order, body):
    """A line is refused before shipment, or cancelled by the customer (`by`)."""
    line, actor = _line_of(order, body), body.get("by", "seller")
    if actor not in CANCELLED_BY:
        raise ValueError(f"by is one of {', '.join(CANCELLED_BY)}")
    if line.state not in ("None", "AcceptedBySeller"):
        raise ValueError(f"a line in state {line.state} cannot be cancelled")
    line.state, state = CANCELLED_BY[actor]
    if actor == "seller":
        line.quantity = 0
    if all(other.state == line.state for other in order.goods):
        seller.set_state(order, state)
    seller.touch_order(order)
    return order


BACK_OFFICE = {"refunds": _refund, "gestures": _gesture, "cancelations": _cancel}


def order_json(seller, order):
    value = asdict(order)
    value.update(
        has_claims=seller.has_claims(order),
        relay_address=order.alias if seller.alias_lives(order.alias) else None,
        total=order.total(),
        gestures=order.gestures(),
    )
    del value["alias"]
    return plain(value)


# Discussions


def create_discussion(seller, body):
    names = (
        "id",
        "order_number",
        "claim_type",
        "product_ean",
        "seller_reference",
        "subject",
        "customer",
    )
    more = {name: body[name] for name in names if body.get(name)}
    return seller.add_discussion(
        body.get("kind", "claim"),
        body.get("text", "Bonjour"),
        body.get("sender", "customer"),
        _moment(body, "timestamp"),
        **more,
    )


def add_message(seller, thread, body):
    seller.add_message(
        thread,
        body.get("sender", "customer"),
        body.get("text", ""),
        _moment(body, "timestamp"),
        body.get("sender_name"),
    )


def patch_discussion(seller, thread, body):
    """Change status, kind, claim_type, subject, order_number, cancel_pending, messages…

    Status and claim type may be any text: the real service could invent new ones too.
    """
    seller.forget_claim(thread)
    for name in (
        "claim_type",
        "subject",
        "order_number",
        "product_ean",
        "seller_reference",
        "customer",
        "cancel_pending",
    ):
        if name in body:
            setattr(thread, name, body[name])
    for position, spec in _patched_messages(thread, body.get("messages")):
        message = thread.messages[position]
        for name, field in (("content", "content"), ("sender", "kind"), ("sender_name", "sender")):
            if name in spec:
                setattr(message, field, spec[name])
        message.at = _moment(spec, "timestamp") or message.at
    if body.get("kind", thread.kind) != thread.kind:
        seller.change_kind(thread, body["kind"])
    if body.get("status", thread.status) != thread.status:
        seller.set_status(thread, body["status"])
    seller.note_claim(thread)
    seller.touch(thread, _moment(body, "last_updated"))
    return thread


def _patched_messages(thread, specs):
    """Pairs (position, changes) from a list (null = leave) or a dict {position: changes}."""
    pairs = specs.items() if isinstance(specs, dict) else enumerate(specs or ())
    pairs = [(int(position), spec) for position, spec in pairs if spec]
    if any(not -len(thread.messages) <= position < len(thread.messages) for position, _ in pairs):
        raise ValueError("messages: no message at this position")
    return pairs


def discussion_json(seller, thread, messages=True):
    value = {
        "id": thread.id,
        "kind": thread.kind,
        "order_number": thread.order_number,
        "claim_type": thread.claim_type,
        "status": thread.status,
        "subject": thread.subject,
        "product_ean": thread.product_ean,
        "seller_reference": thread.seller_reference,
        "customer": thread.customer,
        "created": thread.created,
        "last_updated": thread.updated,
        "closed_at": thread.closed_at,
        "cancel_pending": thread.cancel_pending,
        "mail_address": seller.alias_of_discussion.get(thread.id),
        "message_count": len(thread.messages),
    }
    if messages:
        value["messages"] = [
            {"sender": m.kind, "sender_name": m.sender, "timestamp": m.at, "content": m.content}
            for m in thread.messages
        ]
    return plain(value)


def state_json(seller, messages=True):
    """The whole world."""
    with seller.lock:
        threads = seller.discussions.values()
        return plain(
            {
                **seller.as_json(),
                "orders": [order_json(seller, order) for order in seller.orders.values()],
                "discussions": [discussion_json(seller, t, messages) for t in threads],
                "counts": {
                    "orders": len(seller.orders),
                    "discussions": len(seller.discussions),
                    "messages": sum(len(t.messages) for t in threads),
                    "mails": len(seller.mails),
                    "tokens": len(seller.tokens),
                    "calls": dict(seller.calls.counts),
                },
            }
        )


def plain(value):
    """Dates as ISO text, decimals as numbers with two digits; the rest as it is."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return float(value)
    if hasattr(value, "isoformat"):
        return value.isoformat(timespec="milliseconds")
    return value
