"""Seeded worlds: the same seed gives the same sellers, orders and conversations."""

import random
from datetime import timedelta
from decimal import Decimal

from . import texts
from .records import FEE_LINE, Discussion, Line, Message, Order, customer_name

# Weights of the states of a random order.
STATES = (
    ("Shipped", 60),
    ("WaitingForShipmentAcceptation", 18),
    ("WaitingForSellerAcceptation", 10),
    ("ShipmentRefusedBySeller", 5),
    ("CancelledByCustomer", 4),
    ("RefusedBySeller", 3),
)
LINE_STATE_OF = {
    "Shipped": "ShippedBySeller",
    "WaitingForShipmentAcceptation": "AcceptedBySeller",
    "WaitingForSellerAcceptation": "None",
    "ShipmentRefusedBySeller": "RefundedAfterShipmentRefused",
    "CancelledByCustomer": "CancelledBeforePaymentByCustomer",
    "RefusedBySeller": "RefusedBySeller",
}
BEFORE_SHIPPING = ("OrderNotShipped", "OrderCanceling", "ProductCanceling", "Other")
AFTER_SHIPPING = tuple(t for t in texts.CLAIMS if t not in BEFORE_SHIPPING) + ("Other",)


def populate(seller, spec, lively=False):
    """Fill an empty seller.

    `spec`: seed, orders, claims, order_questions, offer_questions, messages_per_discussion,
    since_days (all dates fall between that many days ago and now). `lively`: threads of
    one to five messages in various states instead of equal ones.
    """
    rng = random.Random(str(spec.get("seed", 0)))
    seller.rng = random.Random(f"{spec.get('seed', 0)}/{seller.login}")
    days = float(spec.get("since_days", 30))
    counts = {
        kind: int(spec.get(name, 0))
        for kind, name in (
            ("claim", "claims"),
            ("order_question", "order_questions"),
            ("offer_question", "offer_questions"),
        )
    }
    needed = max(int(spec.get("orders", 0)), 1 if counts["claim"] + counts["order_question"] else 0)
    for _ in range(needed):
        order = make_order(seller, rng, seller.now() - timedelta(days=rng.uniform(0.1, days)))
        seller.orders[order.number] = order
    orders = list(seller.orders.values())
    per_thread = int(spec.get("messages_per_discussion", 1))
    for kind, count in counts.items():
        for position in range(count):
            size = rng.choice((1, 1, 2, 3, 3, 4, 5)) if lively else per_thread
            order = orders[position % len(orders)] if kind != "offer_question" else None
            thread = make_thread(seller, rng, kind, order, size, days)
            seller.discussions[thread.id] = thread
    seller.index()


def make_customer(rng):
    code, city = rng.choice(texts.CITIES)
    return {
        "id": f"{rng.getrandbits(128):032x}",
        "civility": rng.choice(("MR", "MRS")),
        "first_name": rng.choice(texts.FIRST_NAMES),
        "last_name": rng.choice(texts.LAST_NAMES),
        "mobile": f"06{rng.randrange(10**8):08}",
        "street": rng.choice(texts.STREETS),
        "building": "",
        "zip": code,
        "city": city,
        "country": "FR",
    }


def _ean(rng):
    digits = f"20{rng.randrange(10**10):010}"
    total = sum(int(d) * (1, 3)[i % 2] for i, d in enumerate(digits))
    return digits + str(-total % 10)


def make_line(rng, state, taken):
    name, category, price, shipping = rng.choice(texts.PRODUCTS)
    quantity = rng.choice((1, 1, 1, 1, 2, 3))
    reference = f"REF-{rng.randrange(10**5):05}"
    while reference in taken:
        reference += "X"
    taken.add(reference)
    sku = f"{''.join(rng.choices('ABCDEFGHJKLMNP', k=3))}{rng.randrange(10**10):010}"
    line = Line(
        reference,
        sku,
        _ean(rng),
        name,
        quantity,
        Decimal(price * quantity).scaleb(-2),
        Decimal(shipping).scaleb(-2).quantize(Decimal("0.01")),
        state,
        category=category,
    )
    if state == "RefundedAfterShipmentRefused":
        line.quantity = 0
    return line


def make_order(seller, rng, created, state=None):
    names, weights = zip(*STATES, strict=False)
    created = created.replace(microsecond=created.microsecond // 1000 * 1000)
    age = seller.now() - created
    state = state or rng.choices(names, weights)[0]
    taken = set()
    size = rng.choice((1, 1, 1, 2, 3))
    lines = [make_line(rng, LINE_STATE_OF[state], taken) for _ in range(size)]
    updated = created + age * rng.uniform(0.05, 0.3)
    order = Order(
        _number(seller, rng, created),
        state,
        created,
        _cut(updated),
        make_customer(rng),
        lines,
        shipping_code=rng.choice(("STD", "TRK", "REG", "REL", "SO1")),
    )
    order.state_since = order.updated
    if rng.random() < 0.06:
        fee = Line(
            FEE_LINE, FEE_LINE, "", "INTERETS BANCAIRES", 1, Decimal("2.50"), Decimal("0.00")
        )
        order.lines.append(fee)
    if state == "Shipped":
        order.shipped_at = order.updated
        order.carrier = "Colissimo"
        order.tracking_number = f"6A{rng.randrange(10**11):011}"
        if rng.random() < 0.08:
            order.fulfilment = "MKPFBC"
    return order


def _number(seller, rng, created):
    while True:
        tail = "".join(rng.choices("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", k=5))
        number = created.strftime("%y%m%d%H%M") + tail
        if number not in seller.orders:
            return number


def _cut(moment):
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def make_thread(seller, rng, kind, order, size, days):
    """One conversation of `size` messages, customer first, then in turns."""
    now = seller.now()
    begin = max(order.created, now - timedelta(days=days)) if order else now - timedelta(days=days)
    created = _cut(begin + (now - begin) * rng.uniform(0.2, 0.97))
    customer = order.customer if order else make_customer(rng)
    thread = Discussion(
        seller.new_id(),
        kind,
        created,
        created,
        "Open",
        "",
        order_number=order.number if order else None,
        customer=customer_name(customer),
    )
    if order:
        line = rng.choice(order.goods)
        thread.product_ean, thread.seller_reference = line.ean, line.seller_product_id
    else:
        line = make_line(rng, "None", set())
        thread.product_ean, thread.seller_reference = line.ean, line.seller_product_id
    if kind == "claim":
        shipped = order.state == "Shipped"
        thread.claim_type = rng.choice(AFTER_SHIPPING if shipped else BEFORE_SHIPPING)
    thread.subject = texts.subject(thread, (line.name, line.sku))
    facts = _facts(thread, line, customer, created)
    moment = created
    for position in range(size):
        who = _turn(rng, position, kind)
        text = _text(rng, thread, who, position).format(**facts)
        thread.messages.append(Message(text, seller.sender_name(thread, who), who, moment))
        moment = min(_cut(moment + (now - moment) * rng.uniform(0.05, 0.3)), now)
    _finish(thread, rng)
    return thread


def _facts(thread, line, customer, created):
    return {
        "product": line.name,
        "number": thread.order_number or "",
        "city": customer["city"],
        "first": customer["first_name"],
        "date": created.strftime("%d/%m"),
    }


def _turn(rng, position, kind):
    if position % 2 == 0:
        return "customer"
    return "operator" if kind == "claim" and rng.random() < 0.12 else "seller"


def _text(rng, thread, who, position):
    if who == "seller":
        return rng.choice(texts.SELLER_ANSWERS)
    if who == "operator":
        return rng.choice(texts.OPERATOR_NOTES)
    if position:
        return rng.choice(texts.CUSTOMER_REPLIES)
    return rng.choice(opening_texts(thread))


def opening_texts(thread):
    """Possible first messages of a thread."""
    if thread.kind == "claim":
        return texts.CLAIMS.get(thread.claim_type) or texts.CLAIMS["Other"]
    return texts.ORDER_QUESTIONS if thread.kind == "order_question" else texts.OFFER_QUESTIONS


def _finish(thread, rng):
    """Dates and status that fit the messages."""
    last = thread.messages[-1]
    thread.updated = last.at
    if last.kind == "seller" and rng.random() < 0.5:
        thread.status, thread.closed_at = "Closed", last.at
    elif len(thread.messages) == 1 and rng.random() < 0.33:
        thread.status = "NotProcessed"
