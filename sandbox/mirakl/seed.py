"""Seeded worlds: equal ones for tests and benchmarks, and the demo seller."""

import base64
import random
from datetime import timedelta

from . import making, texts
from .giving import back_office
from .wire import format_date

STATES = (("SHIPPED", 40), ("RECEIVED", 30), ("SHIPPING", 20), ("WAITING_DEBIT", 10))


def populate(seller, spec):
    """Fill an empty seller: seed, orders, threads, messages_per_thread (1), since_days (30)."""
    rng = random.Random(str(spec.get("seed", 0)))
    days = float(spec.get("since_days", 30))
    threads = int(spec.get("threads", 0))
    count = max(int(spec.get("orders", 0)), 1 if threads else 0)
    orders = [make_order(seller, rng, rng.uniform(0.1, days)) for _ in range(count)]
    for position in range(threads):
        make_thread(seller, rng, orders[position % count], int(spec.get("messages_per_thread", 1)))


def ago(seller, days):
    return format_date(seller.now() - timedelta(days=days))


def make_line(rng):
    sku, name, price, shipping = rng.choice(texts.PRODUCTS)
    quantity = rng.choice((1, 1, 1, 2))
    return {"sku": sku, "name": name, "price": price, "shipping": shipping, "quantity": quantity}


def make_order(seller, rng, days, state=None, **more):
    """An order of so many days ago."""
    names, weights = zip(*STATES, strict=True)
    spec = {
        "state": state or rng.choices(names, weights)[0],
        "created_at": ago(seller, days),
        "updated_at": ago(seller, days * 0.7),
        "lines": [make_line(rng) for _ in range(rng.choice((1, 1, 2)))],
        "customer": texts.make_customer(rng),
        **more,
    }
    return making.create_order(seller, spec)


def make_thread(seller, rng, order, size):
    """A conversation of `size` messages, customer and shop in turns, since the order."""
    language = texts.language(order.customer)
    topic, text = rng.choice(texts.QUESTIONS[language])
    span = (seller.now() - order.created) / (size + 1)
    spec = {
        "order_number": order.number,
        "topic": topic,
        "text": texts.fill(text, order),
        "at": format_date(order.created + span),
    }
    thread = making.create_thread(seller, spec)
    for position in range(1, size):
        shop = position % 2
        text = texts.SHOP_ANSWERS[language] if shop else rng.choice(texts.REPLIES[language])
        spec = {
            "sender": "shop" if shop else "customer",
            "text": texts.fill(text, order),
            "at": format_date(order.created + span * (position + 1)),
        }
        making.add_message(seller, thread, spec)
    return thread


# The demo seller


def demo(seller):
    """Orders in several states, threads of every kind, an open incident."""
    rng = random.Random("demo")
    _awaiting(seller, rng)
    _incident(seller, rng)
    _answered(seller, rng)
    _not_debited(seller, rng)
    _with_taxes(seller, rng)
    make_order(seller, rng, 0.1, "WAITING_ACCEPTANCE", sparse=True)
    _with_pdf(seller, rng)
    _with_operator(seller, rng)
    make_order(seller, rng, 45, "CLOSED")


def _customer(rng, language):
    while True:
        customer = texts.make_customer(rng)
        if texts.language(customer) == language:
            return customer


def _write(seller, order, days, topic, text, **more):
    spec = {
        "order_number": order.number,
        "topic": topic,
        "text": texts.fill(text, order),
        "at": ago(seller, days),
        **more,
    }
    return making.create_thread(seller, spec)


def _awaiting(seller, rng):
    order = make_order(seller, rng, 6, "SHIPPED", customer=_customer(rng, "de"))
    _write(seller, order, 0.8, *texts.QUESTIONS["de"][0])


def _incident(seller, rng):
    order = make_order(seller, rng, 12, "RECEIVED", customer=_customer(rng, "de"))
    seller.open_incident(order, order.lines[0], "3", "customer")
    _write(seller, order, 0.1, *texts.QUESTIONS["de"][2])


def _answered(seller, rng):
    order = make_order(seller, rng, 3, "SHIPPING", customer=_customer(rng, "fr"))
    thread = _write(seller, order, 2, *texts.QUESTIONS["fr"][0])
    text = texts.fill(texts.SHOP_ANSWERS["fr"], order)
    making.add_message(seller, thread, {"sender": "shop", "text": text, "at": ago(seller, 1.5)})


def _not_debited(seller, rng):
    customer = _customer(rng, "de")
    order = make_order(seller, rng, 0.5, "WAITING_DEBIT", customer=customer)
    text = "Guten Tag, ich habe die Bestellung {number} doppelt aufgegeben. Bitte stornieren!"
    _write(seller, order, 0.3, "Stornierung", text)


def _with_taxes(seller, rng):
    """A company: prices without taxes, and a mail program that writes HTML."""
    customer = {**_customer(rng, "fr"), "company": "Atelier des Essais SARL"}
    taxes = [{"code": "TVA", "rate": 20}]
    lines = [{**make_line(rng), "taxes": taxes} for _ in range(2)]
    more = {"customer": customer, "lines": lines, "tax_mode": "TAX_EXCLUDED"}
    order = make_order(seller, rng, 9, "RECEIVED", **more)
    _write(seller, order, 1.2, "Pièce manquante", texts.HTML_BODY)


def _with_pdf(seller, rng):
    """The customer sends a form; a part of the money went back in the back office."""
    order = make_order(seller, rng, 15, "RECEIVED", customer=_customer(rng, "de"))
    spec = {"amount": "5.00", "reason_code": "19", "state": "REFUNDED"}
    back_office(seller, order, order.lines[0], "refund", spec)
    content = base64.b64encode(pdf(f"Widerruf {order.number}")).decode()
    files = [{"name": "Widerrufsformular.pdf", "content": content}]
    _write(seller, order, 0.4, *texts.QUESTIONS["de"][3], files=files)


def _with_operator(seller, rng):
    order = make_order(seller, rng, 8, "SHIPPED", customer=_customer(rng, "de"))
    thread = _write(seller, order, 1, "Rückmeldung", texts.OPERATOR_NOTE, sender="operator")
    thread.participants = ["SHOP", "OPERATOR"]
    spec = {"text": texts.OPERATOR_LETTER, "at": ago(seller, 2), "topic": "Produktbilder"}
    making.create_thread(seller, spec)


def pdf(text):
    """A document of one page that says `text` (ASCII)."""
    page = f"BT /F1 18 Tf 60 760 Td ({text}) Tj ET".encode("ascii", "replace")
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources 6 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(page), page),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Font<</F1 5 0 R>>>>",
    )
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    start = len(data)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return data + head + table + tail
