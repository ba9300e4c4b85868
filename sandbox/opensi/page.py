"""An OpenSi seller's page: the shop with its orders, and the ERP where comments are written."""

from functools import partial
from html import escape
from urllib.parse import quote

from ..page import button, field, hidden_fields, press, select, seller_tools, tag
from . import control, synchroniser
from .const import OPERATIONS
from .records import DONE, LOST, REFUSED, WAITING

SHOWN = 150  # orders and comments in the lists
TONES = {WAITING: "", LOST: "warm", DONE: "good", REFUSED: "bad"}


def render(seller, query):
    """Hold the seller's lock. `query`: order=NUMBER opens one."""
    order = seller.orders.get(query.get("order"))
    middle = _order(order) if order else '<div class="card soft">Choose an order on the left.</div>'
    codes = " ".join(tag(code, "blue") for code in seller.website_codes)
    tools = seller_tools(seller, OPERATIONS, tokens=False, mails="Mails to customers")
    return (
        f"<h1>{escape(seller.shop)} <span class=soft>{escape(seller.login)}, website code</span> "
        f'{codes}</h1><div class="columns"><div>{_orders(seller, order)}{_new_order()}</div>'
        f"<div>{middle}{_erp(seller, order)}</div><div>{_target(seller)}{tools}</div></div>"
    )


# The shop


def _orders(seller, chosen):
    orders = list(seller.orders.values())[-SHOWN:]
    items = "".join(
        f'<a class="item{" on" if order is chosen else ""}"'
        f' href="?order={quote(order.number, safe="")}"><b>{escape(order.number)}</b> '
        f"{tag(order.state)} {tag('no comments', 'bad') if order.blocked else ''} "
        f"{tag(len(order.comments), 'blue') if order.comments else ''}"
        f'<small class="cut">{escape(order.customer)} · {escape(order.own_number)}</small></a>'
        for order in reversed(orders)
    )
    return (
        f'<div class="card"><h2>The shop: orders ({len(seller.orders)})</h2>'
        f'<div class="list" style="max-height:56vh">{items}</div></div>'
    )


def _new_order():
    return (
        f'<div class="card"><form method="post" class="row">{hidden_fields(do="order")}'
        f"{field('number', placeholder='number, or empty', size=16)}{press('New order')}"
        "</form></div>"
    )


def _order(order):
    comments = "".join(map(_comment, order.comments)) or '<div class="soft">No comment yet.</div>'
    do, label = ("unblock", "Take comments") if order.blocked else ("block", "Take no comments")
    return (
        f'<div class="card"><h2>Order {escape(order.number)} {tag(order.state)} '
        f"{tag('takes no comments', 'bad') if order.blocked else ''}</h2>"
        f'<div class="soft">{escape(order.customer)} · {escape(order.email)} · at OpenSi '
        f"{escape(order.own_number)} · store {escape(order.website_code)}</div>{comments}"
        f'<div class="row">{button(label, do, order=order.number)}</div></div>'
    )


def _comment(comment):
    shown = tag("customer sees it", "good") if comment.visible else tag("internal", "warm")
    mailed = tag("mailed", "blue") if comment.mailed else ""
    kind = "seller" if comment.visible else "operator"
    return (
        f'<div class="message {kind}"><span class="who">{comment.at:%d/%m/%Y %H:%M:%S} · '
        f"number {escape(comment.number)} {shown} {mailed}</span>{escape(comment.text)}</div>"
    )


# The ERP


def _erp(seller, order):
    comments = seller.erp_comments[-SHOWN:]
    rows = "".join(map(_erp_row, reversed(comments)))
    head = "<tr><th>Number</th><th>Order</th><th>Comment</th><th>Tries</th><th>State</th></tr>"
    return (
        f'<div class="card"><h2>The ERP: comments ({len(seller.erp_comments)})</h2>'
        f"{_write_box(order)}"
        f'<div class="row">{button("Push what waits", "push", main=True)}'
        f"{button('Push, lose the first answer', 'push', lose_answer=1)}"
        f"{button('Send everything again', 'replay')}</div>{_last_push(seller)}"
        f'<div style="max-height:60vh;overflow:auto"><table>{head}{rows}</table></div></div>'
    )


def _erp_row(comment):
    flags = ("customer" if comment.visible else "internal") + (", mail" if comment.mail else "")
    result = f"<br><small>{escape(comment.code)} {escape(comment.message)}</small>"
    return (
        f"<tr><td>{escape(comment.number)}</td><td>{escape(comment.web_order)}<br>"
        f'<small class="soft">{escape(comment.own_order)}</small></td><td>'
        f'{escape(comment.text)}<br><small class="soft">{escape(comment.date)} · {flags}</small>'
        f'</td><td class="number">{comment.tries}</td><td>'
        f"{tag(comment.state, TONES[comment.state])}{result if comment.code else ''}</td></tr>"
    )


def _write_box(order):
    number = order.number if order else ""
    return (
        f'<form method="post">{hidden_fields(do="write")}'
        '<textarea name="text" placeholder="Votre colis est parti…" required></textarea>'
        f'<div class="row">order {field("web_order", number, placeholder="web order", required="")}'
        f"<label>{field('visible', 1, 'checkbox', checked='')} customer sees it</label>"
        f"<label>{field('mail', 1, 'checkbox')} mail</label>"
        f"<label>{field('now', 1, 'checkbox', checked='')} push at once</label>"
        f"{press('Write', True)}</div></form>"
    )


def _last_push(seller):
    if not seller.pushes:
        return ""
    last = seller.pushes[-1]
    problem = last["fault"] or last["problem"]
    state = tag(problem, "bad") if problem else tag(f"{last['results']} results", "good")
    return (
        f'<div class="soft">Last {last["operation"]} at {last["at"][11:19]}: {last["comments"]} '
        f"comments, HTTP {last['status']} {state}</div>"
    )


def _target(seller):
    target = seller.target
    return (
        f'<div class="card"><h2>Whom the ERP calls</h2><form method="post">'
        f"{hidden_fields(do='target')}{_row('Address', 'url', target.url)}"
        f"{_row('Login', 'login', target.login)}{_row('Password', 'password', target.password)}"
        f"{_row('Website code', 'website_code', target.website_code)}"
        f'<div class="row">SOAP {select("version", ["1.1", "1.2"], target.version)} every '
        f"{field('every_seconds', f'{target.every_seconds:g}', 'number', style='width:70px')} s "
        f"{press('Set')}</div></form>"
        f'<div class="soft">0 s: only on demand.</div></div>'
    )


def _row(label, name, value):
    return f'<div class="row">{label}{field(name, value, style="flex:1")}</div>'


# Buttons


def act(hub, seller, form):
    """Raises ValueError with a sentence. Hold the seller's lock; what is returned runs without."""
    do = form.get("do")
    if do == "order":
        seller.add_order({"number": form["number"].strip()})
    elif do in ("block", "unblock"):
        seller.change_order(seller.orders[form["order"]], {"blocked": do == "block"})
    elif do == "target":
        names = ("url", "login", "password", "website_code", "version", "every_seconds")
        control.set_target(hub, seller, {name: form[name].strip() for name in names})
    elif do == "write":
        return _write(hub, seller, form)
    elif do in ("push", "replay"):
        spec = {"lose_answer": form.get("lose_answer")}
        return partial(synchroniser.push, hub, seller, spec, everything=do == "replay")
    else:
        raise ValueError("unknown button")
    return None


def _write(hub, seller, form):
    seller.add_erp_comment(
        {
            "web_order": form["web_order"].strip(),
            "text": form["text"],
            "visible": "visible" in form,
            "mail": "mail" in form,
        }
    )
    now = "now" in form and seller.target.url
    return partial(synchroniser.push, hub, seller, {}) if now else None
