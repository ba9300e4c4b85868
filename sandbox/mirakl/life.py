"""Things that customers and the operator do by themselves."""

from . import control, making, seed, texts


def event(seller):
    """Let one thing happen now; returns a sentence about it. Hold the seller's lock."""
    rng = seller.rng
    deeds = (_new_order, _question, _reply, _incident, _operator_works, _order_moves)
    return rng.choices(deeds, (2, 3, 4, 1, 3, 2))[0](seller, rng)


def _new_order(seller, rng):
    state = rng.choice(("WAITING_ACCEPTANCE", "SHIPPING", "SHIPPING"))
    return f"new order {seed.make_order(seller, rng, 0.01, state).number}"


def _any_order(seller, rng):
    orders = [o for o in seller.orders.values() if not o.sparse]
    return rng.choice(orders) if orders else seed.make_order(seller, rng, 0.01)


def _question(seller, rng):
    order = _any_order(seller, rng)
    topic, text = rng.choice(texts.QUESTIONS[texts.language(order.customer)])
    spec = {"order_number": order.number, "topic": topic, "text": texts.fill(text, order)}
    thread = making.create_thread(seller, spec)
    return f"new thread {thread.id} on order {order.number}"


def _reply(seller, rng):
    """A customer writes in a thread; in one that the shop answered, if there is one."""
    found = [t for t in seller.threads.values() if "CUSTOMER" in t.participants]
    answered = [t for t in found if t.messages[-1].sender == "shop"]
    if not found:
        return _question(seller, rng)
    thread = rng.choice(answered or found)
    order = seller.orders[thread.order_number]
    text = rng.choice(texts.REPLIES[texts.language(order.customer)])
    making.add_message(seller, thread, {"text": text})
    return f"the customer wrote in {thread.id}"


def _incident(seller, rng):
    orders = [o for o in seller.orders.values() if o.state in ("SHIPPED", "RECEIVED")]
    free = [o for o in orders if not o.has_incident]
    if not free:
        return _question(seller, rng)
    order = rng.choice(free)
    text = texts.fill(texts.INCIDENT_TEXTS[texts.language(order.customer)], order)
    spec = {"reason_code": rng.choice("1234"), "text": text}
    control.open_incident(seller, order, rng.choice(order.lines), spec)
    return f"incident on order {order.number}"


def _operator_works(seller, rng):
    """Resolved incidents are closed or disputed, else refunds are paid out."""
    for order in seller.orders.values():
        for line in order.lines:
            if line.incident and line.incident.status == "RESOLVED":
                disputed = rng.random() < 0.25
                (seller.dispute_incident if disputed else seller.close_incident)(order, line)
                return f"incident on {line.id} {'disputed' if disputed else 'closed'}"
    for order in seller.orders.values():
        control.pay_out(seller, order)
    return "waiting refunds paid out"


def _order_moves(seller, rng):
    steps = {
        "WAITING_DEBIT": "SHIPPING",
        "WAITING_DEBIT_PAYMENT": "SHIPPING",
        "SHIPPING": "SHIPPED",
        "SHIPPED": "RECEIVED",
    }
    orders = [o for o in seller.orders.values() if o.state in steps and not o.has_incident]
    if not orders:
        return _new_order(seller, rng)
    order = rng.choice(orders)
    seller.set_state(order, steps[order.state])
    return f"order {order.number} is {order.state}"
