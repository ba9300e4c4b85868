"""What customers, vendors and WordPress do by themselves."""

from . import acts, asking, seed, texts
from .records import NO_TICKETS


def event(seller):
    """Let one thing happen now; returns a sentence about it. Hold the seller's lock."""
    deeds = (_new_order, _inquiry, _reply, _ticket, _order_moves)
    return seller.rng.choices(deeds, (2, 3, 3, 1, 2))[0](seller, seller.rng)


def _new_order(seller, rng):
    return f"new order {seed.make_order(seller, rng, 0, status='processing').number}"


def _inquiry(seller, rng):
    return f"new inquiry {seed.make_inquiry(seller, rng, 0).id}"


def _reply(seller, rng):
    """In an inquiry that was answered, or a ticket, which it opens again."""
    text = rng.choice(texts.REPLIES)
    tickets = [t for t in seller.tickets.values() if t.vendor_id == seller.vendor.id and t.replies]
    if tickets and rng.random() < 0.3:
        ticket = rng.choice(tickets)
        asking.reply_ticket(seller, ticket, {"text": text})
        return f"the customer wrote in ticket {ticket.id}"
    found = [i for i in seller.inquiries.values() if i.replies] or list(seller.inquiries.values())
    if not found:
        return _inquiry(seller, rng)
    inquiry = rng.choice(found)
    asking.reply_inquiry(seller, inquiry, text, "customer")
    return f"the customer wrote in inquiry {inquiry.id}"


def _ticket(seller, rng):
    orders = [
        order
        for order in seller.orders.values()
        if order.customer_id and order.status not in NO_TICKETS
    ]
    if not orders:
        return _new_order(seller, rng)
    return f"new ticket {seed.make_ticket(seller, rng, rng.choice(orders), 0).id}"


def _order_moves(seller, rng):
    steps = {"pending": "processing", "on-hold": "processing", "processing": "completed"}
    orders = [order for order in seller.orders.values() if order.status in steps]
    if not orders:
        return _new_order(seller, rng)
    order = rng.choice(orders)
    acts.set_status(seller, order, steps[order.status])
    acts.changed(seller, order)
    return f"order {order.number} is {order.status}"
