"""A Cdiscount seller's page: discussions, the open thread or order, and the tools."""

from html import escape
from urllib.parse import quote

from ..page import button, field, hidden_fields, press, select, seller_tools, tag
from .control import LINE_STATES, add_message, create_discussion, patch_discussion, patch_order
from .texts import CLAIM_LABELS
from .types import OPERATIONS
from .world import KINDS

KIND_NAMES = {
    "claim": ("Claim", "bad"),
    "order_question": ("Order question", "blue"),
    "offer_question": ("Offer question", ""),
}
STATUS_TONES = {"Open": "good", "NotProcessed": "warm", "Closed": ""}
SHOWN = 150  # threads and orders in the lists


def render(seller, query):
    """Hold the seller's lock. `query`: thread=ID or order=NUMBER opens one."""
    thread = _chosen_thread(seller, query)
    order = seller.orders.get(query.get("order") or (thread.order_number if thread else None))
    middle = _thread(seller, thread) if thread else ""
    middle += _order(seller, order) if order else ""
    return (
        f"<h1>{escape(seller.shop)} <span class=soft>{escape(seller.login)}</span> "
        f"{tag(seller.mode)}</h1>"
        f'<div class="columns"><div>{_threads(seller, thread)}{_orders(seller, order)}</div>'
        f"<div>{middle or _welcome()}</div>"
        f"<div>{_new(seller)}{seller_tools(seller, sorted(OPERATIONS))}</div></div>"
    )


def _welcome():
    return '<div class="card soft">Choose a discussion or an order on the left.</div>'


def _chosen_thread(seller, query):
    identifier = query.get("thread", "")
    return seller.discussions.get(int(identifier)) if identifier.isdigit() else None


# Lists


def _threads(seller, chosen):
    threads = sorted(seller.discussions.values(), key=lambda t: t.updated, reverse=True)
    items = "".join(_thread_item(t, t is chosen) for t in threads[:SHOWN])
    return (
        f'<div class="card"><h2>Discussions ({len(threads)})</h2>'
        f'<div class="list" style="max-height:46vh">{items}</div></div>'
    )


def _thread_item(thread, on):
    name, tone = KIND_NAMES[thread.kind]
    last = thread.messages[-1] if thread.messages else None
    excerpt = f"{last.sender}: {last.content}" if last else ""
    return (
        f'<a class="item{" on" if on else ""}" href="?thread={thread.id}">{tag(name, tone)} '
        f"{tag(thread.status, STATUS_TONES.get(thread.status, 'warm'))} "
        f"<small>{thread.updated:%d/%m %H:%M}</small>"
        f'<b class="cut">{escape(thread.subject)}</b>'
        f'<small class="cut">{escape(excerpt[:120])}</small></a>'
    )


def _orders(seller, chosen):
    orders = sorted(seller.orders.values(), key=lambda o: o.updated, reverse=True)
    items = "".join(
        f'<a class="item{" on" if order is chosen else ""}"'
        f' href="?order={quote(order.number, safe="")}"><b>{escape(order.number)}</b> '
        f"{tag(order.state, _order_tone(order))}"
        f"{tag('claim', 'bad') if seller.has_claims(order) else ''}"
        f'<small class="cut">{escape(_name(order))} · {order.total()} €</small></a>'
        for order in orders[:SHOWN]
    )
    return (
        f'<div class="card"><h2>Orders ({len(orders)})</h2>'
        f'<div class="list" style="max-height:46vh">{items}</div></div>'
    )


def _order_tone(order):
    if order.state == "Shipped":
        return "good"
    return "warm" if order.state.startswith("Waiting") else ""


def _name(order):
    return f"{order.customer.get('first_name', '')} {order.customer.get('last_name', '')}"


# One thread


def _thread(seller, thread):
    name, tone = KIND_NAMES[thread.kind]
    messages = "".join(_message(m) for m in thread.messages)
    address = seller.alias_of_discussion.get(thread.id)
    facts = [f"no. {thread.id}"]
    if thread.order_number:
        number = thread.order_number
        facts.append(f'order <a href="?order={quote(number, safe="")}">{escape(number)}</a>')
    if thread.kind == "claim":
        facts.append(escape(f"{thread.claim_type}"))
    if address:
        alive = "" if seller.alias_lives(address) else " (expired)"
        facts.append(f"{escape(address)}{alive}")
    return (
        f'<div class="card"><h2>{escape(thread.subject)}</h2><div class="row">{tag(name, tone)} '
        f"{tag(thread.status, STATUS_TONES.get(thread.status, 'warm'))} "
        f"{tag('cancellation pending', 'bad') if thread.cancel_pending else ''}"
        f'<span class="soft">{" · ".join(facts)}</span></div>{messages}'
        f"{_answer_box(thread)}{_thread_buttons(thread)}</div>"
    )


def _message(message):
    return (
        f'<div class="message {escape(message.kind)}"><span class="who">'
        f"{escape(message.sender)} ({escape(message.kind)}) · "
        f"{message.at:%d/%m/%Y %H:%M:%S}</span>{escape(message.content)}</div>"
    )


def _answer_box(thread):
    return (
        f'<form method="post">{hidden_fields(do="message", thread=thread.id)}'
        '<textarea name="text" placeholder="Bonjour…" required></textarea><div class="row">as '
        f"{select('sender', ['customer', 'operator', 'seller', 'system'])}"
        f"{press('Write', True)}</div></form>"
    )


def _thread_buttons(thread):
    buttons = [
        button("Reopen", "patch_thread", thread=thread.id, status="Open")
        if thread.status == "Closed"
        else button("Close", "patch_thread", thread=thread.id, status="Closed"),
        button(
            "No cancellation pending" if thread.cancel_pending else "Cancellation pending",
            "patch_thread",
            thread=thread.id,
            cancel_pending="" if thread.cancel_pending else "1",
        ),
    ]
    if thread.kind == "order_question":
        buttons.append(button("Becomes a claim", "patch_thread", thread=thread.id, kind="claim"))
    return f'<div class="row">{"".join(buttons)}</div>'


# One order


def _order(seller, order):
    rows = "".join(
        f"<tr><td>{escape(line.seller_product_id)}</td><td>{escape(line.name)}</td>"
        f'<td class="number">{line.quantity}</td><td class="number">{line.price} €</td>'
        f'<td class="number">{line.shipping} €</td>'
        f"<td>{tag(line.state, 'bad' if 'Refund' in line.state else '')}</td></tr>"
        for line in order.lines
    )
    return (
        f'<div class="card"><h2>Order {escape(order.number)} '
        f"{tag(order.state, _order_tone(order))} {tag(order.fulfilment)}</h2>"
        f'<div class="soft">{escape(_name(order))}, {escape(order.customer.get("zip", ""))} '
        f"{escape(order.customer.get('city', ''))} · {order.created:%d/%m/%Y %H:%M} · "
        f"total {order.total()} €{_shipping(order)}</div>"
        "<table><tr><th>Reference</th><th>Product</th><th>Qty</th><th>Price</th><th>Shipping</th>"
        f"<th>State</th></tr>{rows}</table>{_vouchers(order)}{_order_buttons(order)}"
        f"{_new_thread(order)}</div>"
    )


def _shipping(order):
    if not order.shipped_at:
        return ""
    text = f" · shipped {order.shipped_at:%d/%m/%Y}"
    if order.tracking_number:
        text += f" by {order.carrier}, {order.tracking_number}"
    return escape(text)


def _vouchers(order):
    if not order.vouchers:
        return ""
    rows = "".join(
        f"<tr><td>{v.created:%d/%m/%Y %H:%M}</td><td>{escape(v.source)}</td>"
        f'<td>motive {v.motive_id}</td><td class="number">{v.amount} €</td></tr>'
        for v in order.vouchers
    )
    return f"<h2 style='margin-top:12px'>Commercial gestures</h2><table>{rows}</table>"


def _order_buttons(order):
    """Steps that the marketplace or the seller's own tools would take."""
    steps = {
        "WaitingForSellerAcceptation": ("WaitingForShipmentAcceptation", "Accept and pay"),
        "WaitingForShipmentAcceptation": ("Shipped", "Ship"),
    }
    state, label = steps.get(order.state, (None, None))
    buttons = button(label, "order_state", order=order.number, state=state) if state else ""
    form = (
        f'<form method="post" class="row">{hidden_fields(do="order_state", order=order.number)}'
        f"{select('state', sorted(LINE_STATES), order.state)}{press('Set state')}</form>"
    )
    return f'<div class="row">{buttons}{form}</div>'


def _new_thread(order):
    return (
        f'<form method="post">{hidden_fields(do="discussion", order_number=order.number)}'
        '<textarea name="text" placeholder="What the customer writes…" required></textarea>'
        f'<div class="row">{select("kind", ["claim", "order_question"])}'
        f"{select('claim_type', list(CLAIM_LABELS))}"
        f"{press('New discussion on this order', True)}</div></form>"
    )


def _new(seller):
    return (
        '<div class="card"><h2>New offer question</h2>'
        f'<form method="post">{hidden_fields(do="discussion", kind="offer_question")}'
        f'<div class="row">{field("seller_reference", "REF-1", placeholder="seller reference")}'
        f"{field('product_ean', '2000000000008', placeholder='EAN')}</div>"
        '<textarea name="text" placeholder="Bonjour, ce produit…" required></textarea>'
        f'<div class="row">{press("Ask", True)}</div></form></div>'
    )


# Buttons


def act(seller, form):
    """Raises ValueError with a sentence. Hold the seller's lock."""
    action = ACTIONS.get(form.get("do"))
    if action is None:
        raise ValueError("unknown button")
    action(seller, form)


def _thread_of(seller, form):
    thread = seller.discussions.get(int(form["thread"]))
    if thread is None:
        raise ValueError("this discussion is gone")
    return thread


def _message_act(seller, form):
    add_message(seller, _thread_of(seller, form), form.to_dict())


def _patch_thread(seller, form):
    changes = {name: form[name] for name in ("status", "kind") if form.get(name)}
    if "cancel_pending" in form:
        changes["cancel_pending"] = bool(form["cancel_pending"])
    patch_discussion(seller, _thread_of(seller, form), changes)


def _order_state(seller, form):
    patch_order(seller, seller.orders[form["order"]], {"state": form["state"]})


def _discussion(seller, form):
    spec = form.to_dict()
    if spec.get("kind") not in KINDS:
        raise ValueError("unknown kind of discussion")
    if spec["kind"] != "claim":
        spec.pop("claim_type", None)
    create_discussion(seller, spec)


def _expire_tokens(seller, form):
    for token in seller.tokens:
        seller.tokens[token] = seller.now()


ACTIONS = {
    "message": _message_act,
    "patch_thread": _patch_thread,
    "order_state": _order_state,
    "discussion": _discussion,
    "expire_tokens": _expire_tokens,
}
