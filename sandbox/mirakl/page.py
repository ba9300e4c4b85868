"""A Mirakl seller's page: the operator's and the customers' side of the desk."""

from html import escape
from urllib.parse import quote

from ..page import button, hidden_fields, press, select, seller_tools, tag
from . import control, making, reasons
from .giving import back_office
from .records import ORDER_STATES
from .routes import OPERATIONS
from .wire import Refused

SHOWN = 150  # threads and orders in the lists


def render(seller, query):
    """Hold the seller's lock. `query`: thread=ID or order=NUMBER opens one."""
    seller.settle()
    thread = seller.threads.get(query.get("thread"))
    order = seller.orders.get(query.get("order") or (thread.order_number if thread else None))
    middle = (_thread(seller, thread) if thread else "") + (_order(order) if order else "")
    middle = middle or '<div class="card soft">Choose a thread or an order on the left.</div>'
    roles = "shop admin" if seller.roles is None else f"{len(seller.roles)} roles"
    return (
        f"<h1>{escape(seller.shop)} <span class=soft>{escape(seller.login)}, shop "
        f"{seller.shop_id}</span> {tag(roles)}</h1>"
        f'<div class="columns"><div>{_threads(seller, thread)}{_orders(seller, order)}</div>'
        f"<div>{middle}</div><div>{_new_operator_thread()}"
        f"{seller_tools(seller, sorted(OPERATIONS))}</div></div>"
    )


# Lists


def _threads(seller, chosen):
    threads = sorted(seller.threads.values(), key=lambda t: t.updated, reverse=True)
    items = "".join(_thread_item(t, t is chosen) for t in threads[:SHOWN])
    return (
        f'<div class="card"><h2>Threads ({len(threads)})</h2>'
        f'<div class="list" style="max-height:46vh">{items}</div></div>'
    )


def _thread_item(thread, on):
    last = thread.messages[-1]
    needed = tag("awaits the shop", "warm") if thread.needed_since else ""
    about = tag("order", "blue") if thread.order_number else tag("operator")
    return (
        f'<a class="item{" on" if on else ""}" href="?thread={quote(thread.id, safe="")}">{about} '
        f"{needed} <small>{thread.updated:%d/%m %H:%M}</small>"
        f'<b class="cut">{escape(thread.topic["value"])}</b>'
        f'<small class="cut">{escape(f"{last.sender_name}: {last.body}"[:120])}</small></a>'
    )


def _orders(seller, chosen):
    orders = sorted(seller.orders.values(), key=lambda o: o.updated, reverse=True)
    items = "".join(
        f'<a class="item{" on" if order is chosen else ""}"'
        f' href="?order={quote(order.number, safe="")}"><b>{escape(order.number)}</b> '
        f"{tag(order.state, 'good' if order.shipped else '')} "
        f"{tag('incident', 'bad') if order.has_incident else ''}"
        f'<small class="cut">{escape(_name(order))} · {order.total()} {order.currency}</small></a>'
        for order in orders[:SHOWN]
    )
    return (
        f'<div class="card"><h2>Orders ({len(orders)})</h2>'
        f'<div class="list" style="max-height:46vh">{items}</div></div>'
    )


def _name(order):
    return f"{order.customer['firstname']} {order.customer['lastname']}"


# One thread


def _thread(seller, thread):
    messages = "".join(_message(message) for message in thread.messages)
    number = thread.order_number
    order = f' order <a href="?order={quote(number, safe="")}">{escape(number)}</a>'
    waits = f"{thread.needed_since:%d/%m/%Y %H:%M}" if thread.needed_since else "no"
    marks = "".join(
        tag(f"no reply needed ({by}, {at:%d/%m %H:%M})") for at, by in thread.not_needed
    )
    return (
        f'<div class="card"><h2>{escape(thread.topic["value"])}</h2><div class="row">'
        f'{tag(thread.topic["type"])}<span class="soft">{order if number else " operator"} · '
        f"awaits the shop since: {waits}</span> {marks}</div>{messages}"
        f"{_write_box(thread)}"
        f'<div class="row">{_no_reply(thread, "SHOP")}{_no_reply(thread, "OPERATOR")}</div></div>'
    )


def _message(message):
    kind = {"shop": "seller"}.get(message.sender, message.sender)
    files = "".join(f" {tag(f.name)}" for f in message.files)
    return (
        f'<div class="message {kind}"><span class="who">{escape(message.sender_name)} → '
        f"{escape(', '.join(message.to))} · {message.at:%d/%m/%Y %H:%M:%S}</span>"
        f"{escape(message.body)}{files}</div>"
    )


def _write_box(thread):
    senders = [kind for kind in ("customer", "operator") if kind.upper() in thread.participants]
    return (
        f'<form method="post">{hidden_fields(do="message", thread=thread.id)}'
        '<textarea name="text" placeholder="Guten Tag…" required></textarea><div class="row">as '
        f"{select('sender', [*senders, 'shop'])}{press('Write', True)}</div></form>"
    )


def _no_reply(thread, by):
    return button(f"No reply needed ({by.lower()})", "no_reply", thread=thread.id, by=by)


# One order


def _order(order):
    rows = "".join(_line(order, line) for line in order.lines)
    facts = f"{order.created:%d/%m/%Y %H:%M} · {order.tax_mode} · {order.payment_workflow} · "
    facts += "debited" if order.debited else "not debited"
    return (
        f'<div class="card"><h2>Order {escape(order.number)} {tag(order.state)}</h2>'
        f'<div class="soft">{escape(_name(order))}, {escape(order.customer.get("city") or "")} · '
        f"{escape(facts)} · total {order.total()} {order.currency}</div>"
        "<table><tr><th>Line</th><th>Product</th><th>Price</th><th>Left</th><th>State</th></tr>"
        f"{rows}</table>{_given(order)}{_order_buttons(order)}{_incident_box(order)}"
        f"{_refund_box(order)}{_new_thread(order)}</div>"
    )


def _line(order, line):
    goods, shipping, *_ = line.left()
    incident = line.incident
    state = tag(line.shown_state, "bad" if incident else "")
    if incident:
        state += f" {tag(incident.status, 'warm')}<br><small>{escape(incident.label)}</small>"
        hidden = {"order": order.number, "line": line.id}
        state += button("Close incident", "close_incident", **hidden)
        if incident.status == "RESOLVED":
            state += button("Dispute", "dispute_incident", **hidden)
    return (
        f"<tr><td>{line.index}</td><td>{line.quantity} x {escape(line.name)}<br>"
        f'<small class="soft">{escape(line.sku)}</small></td><td class="number">{line.price} + '
        f'{line.shipping}</td><td class="number">{goods} + {shipping}</td><td>{state}</td></tr>'
    )


def _given(order):
    rows = "".join(
        f"<tr><td>{item.created:%d/%m/%Y %H:%M}</td><td>{item.kind} {item.id}, line {line.index}, "
        f'reason {escape(item.reason)}</td><td class="number">{item.amount} + {item.shipping}'
        f"</td><td>{tag(item.state, 'good' if item.paid_at else '')}</td></tr>"
        for line in order.lines
        for item in line.given()
    )
    return f"<h2 style='margin-top:12px'>Given back</h2><table>{rows}</table>" if rows else ""


def _order_buttons(order):
    buttons = button("Pay refunds out", "payout", order=order.number)
    if order.state == "SHIPPING":
        buttons += button("Ship", "state", order=order.number, state="SHIPPED")
    form = (
        f'<form method="post" class="row">{hidden_fields(do="state", order=order.number)}'
        f"{select('state', ORDER_STATES, order.state)}{press('Set state')}</form>"
    )
    return f'<div class="row">{buttons}{form}</div>'


def _lines(order):
    return select("line", [line.id for line in order.lines])


def _coded(name, kind):
    options = "".join(
        f'<option value="{escape(r["code"])}">{escape(r["label"])}</option>'
        for r in reasons.as_json(kind)
    )
    return f'<select name="{name}">{options}</select>'


def _incident_box(order):
    return (
        f'<form method="post" class="row">{hidden_fields(do="incident", order=order.number)}'
        f"{_lines(order)}{_coded('reason_code', 'INCIDENT_OPEN')}"
        f"{select('by', ['customer', 'operator'])}"
        '<input name="text" placeholder="and writes…">'
        f"{press('Open incident')}</form>"
    )


def _refund_box(order):
    return (
        f'<form method="post" class="row">{hidden_fields(do="refund", order=order.number)}'
        f"{_lines(order)}{_coded('reason_code', 'REFUND')}"
        '<input name="amount" placeholder="amount" size="7">'
        '<input name="shipping" placeholder="shipping" size="7">'
        f"{press('Refund in the back office')}</form>"
    )


def _new_thread(order):
    return (
        f'<form method="post">{hidden_fields(do="thread", order_number=order.number)}'
        '<textarea name="text" placeholder="Guten Tag…" required></textarea><div class="row">'
        '<input name="topic" value="Frage zur Bestellung">'
        f"{select('sender', ['customer', 'operator'])}"
        f"{press('New thread on this order', True)}</div></form>"
    )


def _new_operator_thread():
    return (
        '<div class="card"><h2>New thread of the operator</h2>'
        f'<form method="post">{hidden_fields(do="thread", sender="operator")}'
        '<textarea name="text" placeholder="Guten Tag…" required></textarea>'
        f'<div class="row"><input name="topic" value="Mitteilung">{press("Write", True)}</div>'
        "</form></div>"
    )


# Buttons


def act(seller, form):
    """Raises ValueError with a sentence. Hold the seller's lock."""
    action = ACTIONS.get(form.get("do"))
    if action is None:
        raise ValueError("unknown button")
    try:
        action(seller, form)
    except Refused as refusal:
        raise ValueError(refusal.message) from refusal


def _thread_of(seller, form):
    if form["thread"] not in seller.threads:
        raise ValueError("this thread is gone")
    return seller.threads[form["thread"]]


def _order_of(seller, form):
    order = seller.orders[form["order"]]
    return order, making.find_line(order, form.get("line"))


def _message_act(seller, form):
    making.add_message(seller, _thread_of(seller, form), form.to_dict())


def _thread_act(seller, form):
    making.create_thread(seller, form.to_dict())


def _no_reply_act(seller, form):
    seller.no_reply_needed(_thread_of(seller, form), form["by"])


def _incident_act(seller, form):
    control.open_incident(seller, *_order_of(seller, form), form)


def _close_act(seller, form):
    seller.close_incident(*_order_of(seller, form))


def _dispute_act(seller, form):
    seller.dispute_incident(*_order_of(seller, form))


def _refund_act(seller, form):
    spec = {name: value for name, value in form.items() if value}
    back_office(seller, *_order_of(seller, form), "refund", spec)


def _payout_act(seller, form):
    control.pay_out(seller, seller.orders[form["order"]])


def _state_act(seller, form):
    making.patch_order(seller, seller.orders[form["order"]], {"state": form["state"]})


def _expire_tokens(seller, form):
    control.expire_tokens(seller)


ACTIONS = {
    "message": _message_act,
    "thread": _thread_act,
    "no_reply": _no_reply_act,
    "incident": _incident_act,
    "close_incident": _close_act,
    "dispute_incident": _dispute_act,
    "refund": _refund_act,
    "payout": _payout_act,
    "state": _state_act,
    "expire_tokens": _expire_tokens,
}
