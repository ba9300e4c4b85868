"""Orders and threads from JSON: the control API's and the seeds' way to make them."""

import base64
from decimal import Decimal

from . import threads
from .records import (
    CENT,
    DEAD_STATES,
    SENT_STATES,
    TAX_MODES,
    UNPAID_STATES,
    File,
    Line,
    Order,
    Tax,
)
from .texts import make_customer
from .wire import parse_date

ORDER_FIELDS = (
    "payment_workflow",
    "currency",
    "sparse",
    "channel",
    "carrier",
    "carrier_code",
    "tracking_number",
    "tracking_url",
    "seller_reference",
    "customer_reference",
    "shop_id",
)
DATES = {"created_at": "created", "updated_at": "updated", "shipped_at": "shipped"}
LINE_DATES = {"shipped_at": "shipped", "received_at": "received", "debited_at": "debited"}


def moment(body, name):
    return parse_date(body[name]) if body.get(name) else None


# Orders


def create_order(seller, body):
    """Order from JSON (README). Raises ValueError on a used number or a bad value."""
    state = body.get("state", "SHIPPING")
    created = moment(body, "created_at") or seller.now()
    number = body.get("number") or f"{new_commercial_id(seller)}-A"
    mode = body.get("tax_mode") or seller.options["tax_mode"]
    if mode not in TAX_MODES:
        raise ValueError(f"tax_mode: one of {', '.join(TAX_MODES)}")
    order = Order(
        number,
        number.rpartition("-")[0] or number,
        state,
        created,
        moment(body, "updated_at") or seller.now(),
        {**make_customer(seller.rng), **(body.get("customer") or {})},
        [],
        int(body.get("shop_id") or seller.shop_id),
        mode,
        currency=seller.currency,
    )
    for name in ORDER_FIELDS:
        if body.get(name) is not None:
            setattr(order, name, body[name])
    _set_dates(seller, order, body)
    for spec in body.get("lines") or [{}]:
        order.lines.append(make_line(seller, order, spec))
    seller.add_order(order)
    return order


def _set_dates(seller, order, body):
    state = order.state
    if state in SENT_STATES:
        order.shipped = moment(body, "shipped_at") or order.created
    if state not in ("STAGING", "WAITING_ACCEPTANCE", *DEAD_STATES):
        order.accepted = order.created
    debited = body.get("debited")
    if debited is None:
        debited = seller.is_debited(order.payment_workflow, state)
    order.debited = order.created if debited is True else _date_or_none(debited)


def _date_or_none(value):
    return parse_date(value) if isinstance(value, str) else None


def new_commercial_id(seller):
    return f"C{seller.new_number():08}"


def make_line(seller, order, spec):
    """JSON -> Line; what is missing is made up. `price`: of one unit, in the order's tax mode."""
    index = len(order.lines) + 1
    sku = str(spec.get("sku") or f"REF-{seller.rng.randrange(10**5):05}")
    state = spec.get("state") or order.state
    line = Line(
        str(spec.get("id") or f"{order.number}-{index}"),
        index,
        sku,
        str(spec.get("name") or f"Artikel {sku}"),
        int(spec.get("quantity", 1)),
        Decimal(str(spec.get("price", "19.90"))),
        Decimal(str(spec.get("shipping", "0"))).quantize(CENT),
        state,
        order.created,
        order.updated,
        int(spec.get("offer_id") or seller.new_number()),
        str(spec.get("product_sku") or f"20{seller.rng.randrange(10**11):011}"),
        debited=order.debited,
    )
    if state in SENT_STATES:
        line.shipped = order.shipped or order.created
    if state in ("RECEIVED", "CLOSED"):
        line.received = line.shipped
    for name, field in LINE_DATES.items():
        if name in spec:
            setattr(line, field, moment(spec, name))
    _set_taxes(order, line, spec.get("taxes") or ())
    return line


def _set_taxes(order, line, specs):
    """`specs`: [{code, rate, shipping: True}]; amounts follow the order's tax mode."""
    rates = sum((Decimal(str(s["rate"])) for s in specs), Decimal(0))
    base = 100 + rates if order.tax_mode == "TAX_INCLUDED" else Decimal(100)
    for spec in specs:
        rate = Decimal(str(spec["rate"]))
        amount = (line.price * rate / base).quantize(CENT)
        if spec.get("amount") is not None:
            amount = Decimal(str(spec["amount"])).quantize(CENT)
        line.taxes.append(Tax(spec["code"], rate, amount))
        if line.shipping and spec.get("shipping", True):
            shipping = (line.shipping * rate / base).quantize(CENT)
            line.shipping_taxes.append(Tax(spec["code"], rate, shipping))


def find_line(order, identifier=None):
    """A line by id, sku or index; without any the first. Raises ValueError."""
    if identifier in (None, ""):
        return order.lines[0]
    for line in order.lines:
        if str(identifier) in (line.id, line.sku, str(line.index)):
            return line
    raise ValueError(f"order {order.number} has no line {identifier}")


def patch_order(seller, order, body):
    """Change an order: fields, dates, `debited`, `state`, `lines` (by id or sku; new ones added).

    A new state takes the lines along unless `lines` are given too.
    """
    if "number" in body and body["number"] != order.number:
        raise ValueError("the number of an order cannot change")
    for name in ORDER_FIELDS:
        if name in body:
            setattr(order, name, body[name])
    order.customer.update(body.get("customer") or {})
    if body.get("state", order.state) != order.state:
        _change_state(seller, order, body)
    if "debited" in body:
        at = seller.now() if body["debited"] is True else _date_or_none(body["debited"])
        seller.set_debited(order, at)
    for spec in body.get("lines") or ():
        _patch_line(seller, order, spec)
    for name, field in DATES.items():
        if name in body:
            setattr(order, field, moment(body, name))
    if body.get("shipped_at"):
        for line in order.lines:
            line.shipped = order.shipped
    if "updated_at" not in body:
        seller.touch_order(order, *order.lines)
    return order


def _change_state(seller, order, body):
    if "lines" in body:
        order.state = body["state"]
    elif body["state"] in UNPAID_STATES or body["state"] in DEAD_STATES:
        order.state = body["state"]
        for line in order.lines:
            line.state = body["state"]
    else:
        seller.set_state(order, body["state"])


def _patch_line(seller, order, spec):
    try:
        line = find_line(order, spec.get("id") or spec.get("sku") or "?")
    except ValueError:
        order.lines.append(make_line(seller, order, spec))
        return
    for name in ("sku", "name", "quantity", "state"):
        if name in spec:
            setattr(line, name, spec[name])
    for name, field in (("price", "unit"), ("shipping", "shipping")):
        if name in spec:
            setattr(line, field, Decimal(str(spec[name])).quantize(CENT))
    for name, field in LINE_DATES.items():
        if name in spec:
            setattr(line, field, moment(spec, name))
    if "taxes" in spec:
        line.taxes, line.shipping_taxes = [], []
        _set_taxes(order, line, spec["taxes"])


# Threads

DEFAULT_TO = {"customer": ["SHOP"], "operator": ["SHOP"]}


def create_thread(seller, body):
    """Thread with its first message, from JSON (README). Raises ValueError."""
    number = body.get("order_number")
    if number and number not in seller.orders:
        raise ValueError(f"no order {number}")
    topic = body.get("topic") or {"type": "FREE_TEXT", "value": "Frage zur Bestellung"}
    if isinstance(topic, str):
        topic = {"type": "FREE_TEXT", "value": topic}
    order = seller.orders.get(number)
    thread = threads.new_thread(seller, topic, order, participants=body.get("participants"))
    thread.id = str(body.get("id") or thread.id)
    if thread.id in seller.threads:
        raise ValueError(f"thread {thread.id} exists already")
    thread.created = thread.updated = moment(body, "at") or thread.created
    seller.threads[thread.id] = thread
    add_message(seller, thread, {"sender": "customer" if order else "operator", **body})
    return thread


def add_message(seller, thread, body):
    """Body: sender, text, to, files, at. A past `at` also dates the thread's update."""
    sender = body.get("sender", "customer")
    to = [str(kind).upper() for kind in body.get("to") or ()]
    if not to:
        shop_to = "CUSTOMER" if thread.order_number else "OPERATOR"
        to = DEFAULT_TO.get(sender, [shop_to])
    files = [make_file(seller, spec) for spec in body.get("files") or ()]
    at = moment(body, "at")
    previous = thread.updated
    message = seller.add_message(thread, sender, body.get("text", ""), to, at, files)
    if at:
        thread.updated = max(at, previous)
    return message


def make_file(seller, spec):
    """{name, content (base64)} or {name, size} -> File."""
    content = spec.get("content")
    data = base64.b64decode(content) if content is not None else b"x" * int(spec.get("size", 10))
    return File(seller.new_uuid(), spec["name"], data)
