"""Things that customers do by themselves."""

from . import texts
from .seed import AFTER_SHIPPING, BEFORE_SHIPPING, make_line, make_order, opening_texts


def event(seller):
    """Let one thing happen now; returns a sentence about it. Hold the seller's lock."""
    rng = seller.rng
    deed = rng.choices(
        (_new_claim, _new_order_question, _new_offer_question, _reply, _new_order),
        (3, 2, 2, 4, 2),
    )[0]
    return deed(seller, rng)


def _any_order(seller, rng):
    numbers = list(seller.orders)
    return seller.orders[rng.choice(numbers)] if numbers else _order(seller, rng)


def _order(seller, rng):
    state = rng.choice(("WaitingForSellerAcceptation", "WaitingForShipmentAcceptation"))
    order = make_order(seller, rng, seller.now(), state)
    seller.add_order(order)
    return order


def _new_order(seller, rng):
    return f"new order {_order(seller, rng).number}"


def _open(seller, rng, kind, order=None, **more):
    """A thread whose first text fits its kind and claim type."""
    thread = seller.add_discussion(kind, "…", **more)
    name, _ = seller.find_product(thread)
    customer = order.customer if order else {"first_name": "", "city": "Lyon"}
    text = rng.choice(opening_texts(thread)).format(
        product=name,
        number=thread.order_number or "",
        city=customer.get("city", ""),
        first=customer.get("first_name", ""),
        date=seller.now().strftime("%d/%m"),
    )
    thread.messages[0].content = text
    return thread


def _new_claim(seller, rng):
    order = _any_order(seller, rng)
    kinds = AFTER_SHIPPING if order.state == "Shipped" else BEFORE_SHIPPING
    line = rng.choice(order.goods)
    thread = _open(
        seller,
        rng,
        "claim",
        order,
        order_number=order.number,
        claim_type=rng.choice(kinds),
        seller_reference=line.seller_product_id,
        product_ean=line.ean,
    )
    return f"new claim {thread.id} on order {order.number}"


def _new_order_question(seller, rng):
    order = _any_order(seller, rng)
    thread = _open(seller, rng, "order_question", order, order_number=order.number)
    return f"new question {thread.id} on order {order.number}"


def _new_offer_question(seller, rng):
    line = make_line(rng, "None", set())
    thread = seller.add_discussion(
        "offer_question",
        rng.choice(texts.OFFER_QUESTIONS).format(product=line.name),
        product_ean=line.ean,
        seller_reference=line.seller_product_id,
        subject=f"Détail produit {line.name}",
    )
    return f"new offer question {thread.id}"


def _reply(seller, rng):
    """A customer writes in a recent thread; one that the seller answered, if there is one."""
    recent = list(seller.discussions.values())
    answered = [t for t in recent if t.messages[-1].kind != "customer" and t.status != "Closed"]
    if not recent:
        return _new_offer_question(seller, rng)
    thread = rng.choice(answered or recent)
    seller.add_message(thread, "customer", rng.choice(texts.CUSTOMER_REPLIES))
    return f"the customer wrote in {thread.id}"
