"""A site's page: orders with notes and refunds, inquiries, tickets, webhooks."""

from html import escape

from ..page import button, field, hidden_fields, press, select, seller_tools, tag
from ..relay import html_to_text
from . import acts
from .records import CATEGORIES, FEE, LINE, SHIPPING
from .routes import OPERATIONS

SHOWN = 100  # rows of each list
TONES = {"processing": "blue", "completed": "good", "on-hold": "warm", "pending": "warm"}
TONES |= {"cancelled": "bad", "refunded": "bad", "failed": "bad"}


def render(seller, query):
    """Hold the seller's lock. `query`: order=, inquiry= or ticket= ID opens one."""
    chosen, middle = _chosen(seller, query)
    tools = seller_tools(seller, ("delivery", *OPERATIONS), mails="Mails sent")
    return (
        f"<h1>{escape(seller.shop)} <span class=soft>{escape(seller.login)} · "
        f"{escape(seller.home)}</span></h1>"
        f'<div class="columns"><div>{_inquiries(seller, chosen)}{_tickets(seller, chosen)}'
        f"{_orders(seller, chosen)}</div><div>{middle}</div>"
        f"<div>{_access(seller)}{_webhooks(seller)}{tools}</div></div>"
    )


def _chosen(seller, query):
    views = (("order", seller.orders, _order), ("inquiry", seller.inquiries, _inquiry))
    for name, records, view in (*views, ("ticket", seller.tickets, _ticket)):
        number = query.get(name, "")
        if number.isdigit() and int(number) in records:
            record = records[int(number)]
            return record, view(seller, record)
    return None, '<div class="card soft">Choose something on the left.</div>' + _new_inquiry(seller)


# Lists


def _item(kind, record, chosen, head, tags, cut):
    return (
        f'<a class="item{" on" if record is chosen else ""}" href="?{kind}={record.id}">'
        f"<b>{escape(head)}</b> {tags}<small class=cut>{escape(cut)}</small></a>"
    )


def _list(title, items, extra="", height=26):
    return (
        f'<div class="card"><h2>{title}</h2>'
        f'<div class="list" style="max-height:{height}vh">{items}</div>{extra}</div>'
    )


def _store(seller, vendor_id):
    return "" if vendor_id == seller.vendor.id else tag(seller.user_name(vendor_id), "warm")


def awaits_seller(record):
    """No answer yet, or the customer wrote last."""
    return not record.replies or record.replies[-1].by == record.customer_id


def _inquiries(seller, chosen):
    rows = sorted(seller.inquiries.values(), key=lambda row: row.id, reverse=True)[:SHOWN]
    items = "".join(
        _item(
            "inquiry",
            row,
            chosen,
            f"{row.id:06} {row.customer_name}",
            (tag("awaits seller", "warm") if awaits_seller(row) else tag("answered", "good"))
            + _store(seller, row.vendor_id),
            html_to_text(row.replies[-1].text if row.replies else row.text),
        )
        for row in rows
    )
    return _list(f"Inquiries ({len(seller.inquiries)})", items)


def _tickets(seller, chosen):
    rows = sorted(seller.tickets.values(), key=lambda row: row.id, reverse=True)[:SHOWN]
    items = "".join(
        _item(
            "ticket",
            row,
            chosen,
            f"{row.id:06} {row.customer_name}",
            tag(row.status, "warm" if row.status == "open" else "good")
            + tag(row.priority)
            + _store(seller, row.vendor_id),
            row.text,
        )
        for row in rows
    )
    return _list(f"Support tickets ({len(seller.tickets)})", items, height=20)


def _orders(seller, chosen):
    rows = sorted(seller.orders.values(), key=lambda row: row.created, reverse=True)[:SHOWN]
    items = "".join(
        _item(
            "order",
            row,
            chosen,
            f"#{row.number} {row.customer_name}",
            tag(acts.status_name(row.status), TONES.get(row.status, ""))
            + (tag("guest") if not row.customer_id else ""),
            f"{row.created:%d/%m %H:%M} · {row.total} {row.currency} · {row.payment_title}",
        )
        for row in rows
    )
    return _list(f"Orders ({len(seller.orders)})", items, button("New order", "order"))


def _new_inquiry(seller):
    products = ["", *(product.sku for product in seller.products.values())]
    return (
        f'<div class="card"><h2>A customer asks</h2><form method="post">'
        f"{hidden_fields(do='inquiry')}<textarea name=text required></textarea>"
        f'<div class="row">about {select("product", products)} (else the store)'
        f"<label>{field('guest', 1, 'checkbox')} guest</label>{press('Ask', True)}</div>"
        "</form></div>"
    )


# One thing


def _bubble(kind, who, text):
    return f'<div class="message {kind}"><span class="who">{escape(who)}</span>{escape(text)}</div>'


def _order(seller, order):
    rows = "".join(
        f"<tr><td>{escape(item.name)} <small class=soft>{escape(item.sku)}</small>"
        f"{_store(seller, item.vendor_id) if item.kind == LINE else ''}</td>"
        f"<td class=number>{item.quantity if item.kind == LINE else ''}</td>"
        f"<td class=number>{item.total + item.tax}</td></tr>"
        for kind in (LINE, FEE, SHIPPING)
        for item in order.of(kind)
    )
    refunds = "".join(
        f"<tr><td>Refund {row.id} {escape(row.reason)} "
        f"{tag('paid back', 'good') if row.paid else tag('books only')}</td><td></td>"
        f"<td class=number>-{row.amount}</td></tr>"
        for row in order.refunds
    )
    wish = f"<p><i>{escape(order.customer_note)}</i></p>" if order.customer_note else ""
    mail = escape(order.billing["email"])
    return (
        f'<div class="card"><h2>Order #{escape(order.number)} '
        f"{tag(acts.status_name(order.status), TONES.get(order.status, ''))}</h2>"
        f'<div class="soft">{escape(order.customer_name)} · {mail} · '
        f"{escape(order.payment_title)} · changed {order.modified:%d/%m %H:%M:%S} UTC</div>{wish}"
        f"<table>{rows}{refunds}<tr><th>Total, of which can be refunded</th><td></td>"
        f"<td class=number><b>{order.total}</b><br>{order.left}</td></tr></table>"
        f"{_order_buttons(seller, order)}</div>{_notes(order)}{_new_ticket(order)}"
    )


def _order_buttons(seller, order):
    return (
        f'<form method="post" class="row">{hidden_fields(do="status", order=order.id)}'
        f"{select('status', acts.known_statuses(seller), order.status)}{press('Set')}</form>"
        f'<form method="post" class="row">{hidden_fields(do="refund", order=order.id)}'
        f"{field('amount', order.left, 'number', step='0.01', style='width:110px')}"
        f"{field('reason', placeholder='reason')}{press('Refund')}</form>"
    )


def _notes(order):
    tones = {"system": "system", "vendor": "seller", "operator": "seller"}
    notes = "".join(
        _bubble(
            tones.get(note.by, "seller"),
            f"{note.author} · {note.created:%d/%m %H:%M} UTC · "
            f"{'to the customer' if note.customer else 'private'}",
            html_to_text(note.text),
        )
        for note in order.notes
    )
    return (
        f'<div class="card"><h2>Order notes</h2>{notes}<form method="post">'
        f"{hidden_fields(do='note', order=order.id)}<textarea name=text required></textarea>"
        f'<div class="row">by {select("by", ["vendor", "operator", "system"])}'
        f"<label>{field('customer', 1, 'checkbox')} note to customer</label>"
        f"{press('Add', True)}</div></form></div>"
    )


def _new_ticket(order):
    if not order.customer_id:
        return '<div class="card soft">A guest has no account, so no support ticket.</div>'
    return (
        f'<div class="card"><h2>The customer presses Support</h2><form method="post">'
        f"{hidden_fields(do='ticket', order=order.id)}<textarea name=text required></textarea>"
        f'<div class="row">{select("category", CATEGORIES)}{press("Open a ticket", True)}</div>'
        "</form></div>"
    )


def _thread(seller, record):
    found = _bubble(
        "customer",
        f"{record.customer_name} · {record.posted:%d/%m %H:%M} UTC",
        html_to_text(record.text.replace("\n", "<br/>")),
    )
    for reply in record.replies:
        kind, name = "operator", seller.user_name(reply.by)
        if reply.by == record.vendor_id:
            kind = "seller"
        elif reply.by == record.customer_id:
            kind, name = "customer", record.customer_name
        who = f"{name} · {reply.posted:%d/%m %H:%M} UTC"
        found += _bubble(kind, who, html_to_text(reply.text.replace("\n", "<br/>")))
    return found


def _reply_box(kind, record, more=""):
    return (
        f'<form method="post">{hidden_fields(do="reply", kind=kind, number=record.id)}'
        f"<textarea name=text required></textarea>"
        f'<div class="row">by {select("by", ["customer", "vendor", "operator"])}{more}'
        f"{press('Send', True)}</div></form>"
    )


def _inquiry(seller, inquiry):
    product = seller.products.get(inquiry.product_id)
    about = product.name if product else "the store"
    return (
        f'<div class="card"><h2>Inquiry {inquiry.id:06} about {escape(about)} '
        f"{_store(seller, inquiry.vendor_id)}</h2>"
        f'<div class="soft">{escape(inquiry.customer_email)} '
        f"{'' if inquiry.customer_id else tag('guest')}</div>"
        f"{_thread(seller, inquiry)}{_reply_box('inquiry', inquiry)}</div>"
    )


def _ticket(seller, ticket):
    order = seller.orders[ticket.order_id]
    more = f"status {select('status', ['open', 'close'], ticket.status)}"
    return (
        f'<div class="card"><h2>Ticket {ticket.id:06} {_store(seller, ticket.vendor_id)} '
        f"{tag(ticket.status, 'warm' if ticket.status == 'open' else 'good')}</h2>"
        f'<div class="soft">{escape(ticket.category)} · {escape(ticket.priority)} · '
        f'<a href="?order={order.id}">order #{escape(order.number)}</a></div>'
        f"{_thread(seller, ticket)}{_reply_box('ticket', ticket, more)}</div>"
    )


# The site


def _access(seller):
    key = next(iter(seller.keys.values()))
    words = ", ".join(seller.vendor.application_passwords)
    return (
        '<div class="card"><details><summary>Who may come in</summary><table>'
        f"<tr><td>wc/v3</td><td>{escape(key.consumer_key)}<br>{escape(key.consumer_secret)}</td>"
        f"</tr><tr><td>wcfmmp/v1</td><td>{escape(seller.login)} / {escape(seller.password)}<br>"
        f"<small class=soft>application password {escape(words)}</small></td></tr></table>"
        "</details></div>"
    )


def _webhooks(seller):
    rows = "".join(
        f"<tr><td>{row.id} {escape(row.topic)}<br><small class=soft>{escape(row.delivery_url)}"
        f"</small></td><td>{tag(row.status, 'good' if row.status == 'active' else 'bad')} "
        f"{row.failures or ''}</td></tr>"
        for row in seller.webhooks.values()
    )
    made = "".join(
        f"<tr><td>{escape(row['topic'] or 'ping')}<br><small class=soft>{escape(row['problem'])}"
        f"</small></td><td>{tag(row['status'], 'good' if row['ok'] else 'bad')}</td></tr>"
        for row in seller.done[:-8:-1]
    )
    return (
        f'<div class="card"><details><summary>Webhooks ({len(seller.webhooks)}), '
        f"{len(seller.queue)} queued</summary><table>{rows}{made}</table></details></div>"
    )
