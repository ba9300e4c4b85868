"""Seeded worlds: equal ones for tests and benchmarks, and the demo seller."""

import random

from . import control, texts
from .world import FIRST_ORDER


def populate(seller, spec):
    """Fill an empty seller: seed, orders, erp_comments (about them, one after the other)."""
    rng = random.Random(str(spec.get("seed", 0)))
    count = int(spec.get("orders", 0))
    for position in range(count):
        make_order(seller, rng, number=FIRST_ORDER + position)
    numbers = list(seller.orders)
    for position in range(int(spec.get("erp_comments", 0))):
        write(seller, rng, numbers[position % count] if count else str(FIRST_ORDER + position))


def make_order(seller, rng, **more):
    name, email = rng.choice(texts.CUSTOMERS)
    return seller.add_order({"customer": name, "email": email, **more})


def write(seller, rng, number):
    """A comment in the ERP about that order of the shop that it feeds."""
    text, visible, mail = rng.choice(texts.COMMENTS)
    return seller.add_erp_comment(
        {"web_order": number, "text": text, "visible": visible, "mail": mail}
    )


def demo(seller):
    """Six orders; one takes no comments any more, two have some."""
    for offset, (name, email) in enumerate(texts.CUSTOMERS):
        state = ("processing", "processing", "pending", "complete", "complete", "closed")[offset]
        number = str(100000123 + offset)
        spec = {"number": number, "customer": name, "email": email, "state": state}
        seller.add_order({**spec, "blocked": state == "closed"})
    _earlier(seller, "100000123", 6001, 1)
    _earlier(seller, "100000126", 6002, 0)
    _earlier(seller, "100000126", 6003, 3)


def _earlier(seller, order, number, which):
    text, visible, mail = texts.COMMENTS[which]
    spec = {"number": number, "text": text, "visible": visible, "mail": mail}
    control.add_shop_comment(seller, seller.orders[order], spec)
