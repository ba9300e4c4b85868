"""Seeded worlds: equal ones for tests and benchmarks, and the demo seller."""

import random
import unicodedata
from datetime import timedelta

from . import acts, asking, making, texts
from .records import CATEGORIES, NO_TICKETS
from .wire import iso

STATES = ("processing", "completed", "completed", "on-hold", "refunded", "pending", "cancelled")
WEIGHTS = (5, 5, 4, 1, 1, 1, 1)


def ago(seller, days):
    return iso(seller.now() - timedelta(days=days))


def person(rng):
    names = ("first_name", "last_name", "address_1", "postcode", "city", "country")
    found = dict(zip(names, rng.choice(texts.PEOPLE), strict=True))
    name = f"{found['first_name']}.{found['last_name']}".lower()
    ascii_name = unicodedata.normalize("NFD", name).encode("ascii", "ignore").decode()
    return {**found, "email": f"{ascii_name}@customers.example"}


def populate(seller, spec):
    """Fill an empty site: seed, orders, inquiries, tickets, notes (of each order), since_days."""
    rng = random.Random(str(spec.get("seed", 0)))
    days = float(spec.get("since_days", 30))
    orders = []
    for _ in range(int(spec.get("orders", 0))):
        status = rng.choices(STATES, WEIGHTS)[0]
        order = make_order(seller, rng, rng.random() * days, status=status)
        orders.append(order)
        for number in range(int(spec.get("notes", 0))):
            acts.write_note(seller, order, texts.NOTES[number % 2], customer=not number % 2)
    for _ in range(int(spec.get("inquiries", 0))):
        make_inquiry(seller, rng, rng.random() * days)
    open_orders = [order for order in orders if order.status not in NO_TICKETS]
    for number in range(int(spec.get("tickets", 0))):
        if open_orders:
            order = open_orders[number % len(open_orders)]
            make_ticket(seller, rng, order, rng.random() * days)
    # what was mailed and queued before anybody listened
    seller.queue.clear()


def make_order(seller, rng, days, **more):
    product = rng.choice([p for p in seller.products.values() if p.vendor_id == seller.vendor.id])
    spec = {
        "created_at": ago(seller, days),
        "lines": [{"sku": product.sku, "quantity": rng.choice((1, 1, 2))}],
        "customer": person(rng),
        **more,
    }
    return making.create_order(seller, spec)


def make_inquiry(seller, rng, days, **more):
    product = rng.choice([p for p in seller.products.values() if p.vendor_id == seller.vendor.id])
    spec = {"product": product.sku, "text": rng.choice(texts.QUESTIONS), "at": ago(seller, days)}
    return asking.create_inquiry(seller, {**spec, **more})


def make_ticket(seller, rng, order, days, **more):
    spec = {
        "order": order.id,
        "text": rng.choice(texts.TICKETS),
        "category": rng.choice(CATEGORIES[2:5]),
        "at": ago(seller, days),
    }
    return asking.create_ticket(seller, {**spec, **more})


def demo(seller):
    """Ten orders in several states with notes, three inquiries, two tickets."""
    rng = random.Random("demo")
    plan = (
        (0.2, {"status": "processing", "customer_note": "Bitte als Geschenk verpacken."}),
        (0.9, {"status": "processing", "guest": True}),
        (1.5, {"status": "processing", "shipping": "6.90"}),
        (2.5, {"status": "on-hold", "payment_method": "bacs"}),
        (4, {"status": "processing", "lines": [{"sku": "UP-1001"}, {"sku": "ST-2001"}]}),
        (6, {"status": "completed"}),
        (9, {"status": "completed", "fees": [{"name": "Geschenkverpackung", "total": "3.00"}]}),
        (12, {"status": "completed", "payment_method": "paypal"}),
        (20, {"status": "cancelled"}),
        (28, {"status": "completed"}),
    )
    orders = [make_order(seller, rng, days, **spec) for days, spec in plan]
    shipped, damaged, refunded = orders[5], orders[6], orders[9]
    vendor = seller.vendor
    acts.vendor_note(seller, shipped, vendor, texts.NOTES[0], customer=True)
    acts.vendor_note(seller, orders[2], vendor, texts.NOTES[1])
    making.back_office_refund(seller, damaged, {"amount": "10.00", "reason": "Kratzer"})
    making.back_office_refund(seller, refunded, {"reason": "Retoure"})
    first = make_inquiry(seller, rng, 0.3, text=texts.QUESTIONS[0])
    answered = make_inquiry(seller, rng, 3, text=texts.QUESTIONS[1], guest=True)
    asking.reply_inquiry(seller, answered, texts.ANSWERS[1], "vendor")
    store = {"text": texts.QUESTIONS[2], "at": ago(seller, 1)}
    asking.create_inquiry(seller, store)
    first.extra["Phone"] = "030 1234567"
    make_ticket(seller, rng, damaged, 0.5, text=texts.TICKETS[0], category=CATEGORIES[3])
    closed = make_ticket(seller, rng, orders[7], 8, text=texts.TICKETS[1], category=CATEGORIES[4])
    answer = {"text": texts.TICKET_ANSWER, "by": "vendor", "status": "close", "at": ago(seller, 7)}
    asking.reply_ticket(seller, closed, answer)
    seller.queue.clear()
