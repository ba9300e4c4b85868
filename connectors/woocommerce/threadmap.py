"""From WCFM's inquiries, tickets and notes to records (contract, 3.3): all values are texts."""

from dataclasses import replace
from datetime import timedelta

from .. import records, texts, values
from ..values import child, items, required, text
from . import const

INQUIRY, TICKET = "inquiry:", "ticket:"
MAX_SUBJECT = 80
MAX_DETAILS, MAX_DETAIL = 20, 200
SECOND = timedelta(seconds=1)


def get_number(remote_id, prefix):
    """The id of a thread that is called so here; "" for others."""
    return remote_id.removeprefix(prefix) if remote_id.startswith(prefix) else ""


def map_inquiry(node, clock):
    """An inquiry. It has no state there: it is never closed by the marketplace."""
    number = required(node, "ID")
    customer = text(node.get("customer_name"))
    first = records.Message(
        sent_at=_required_date(clock, node, "posted"),
        sender_type=records.CUSTOMER,
        sender_name=customer,
        remote_id=f"{INQUIRY}{number}",
        **_get_body(node, "enquiry"),
    )
    messages = _date_in_order(
        [first, *(map_reply(reply, node, clock) for reply in get_replies(node))]
    )
    return records.Case(
        remote_id=f"{INQUIRY}{number}",
        kind=records.INQUIRY,
        subject=text(node.get("product_title")) or _get_subject(first.body),
        product_ref=text(node.get("product_title")),
        created_at=first.sent_at,
        updated_at=messages[-1].sent_at,
        participants=(records.CUSTOMER,),
        details=tuple(_get_details(node)),
        # Without the right to see replies they are not there at all.
        complete="all_replies" in node,
        messages=messages,
    )


def _get_details(node):
    """(name, text) of the fields that the marketplace has added to its form."""
    rows = node.get("additional_datas")
    rows = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    for row in rows[:MAX_DETAILS]:
        name, value = (texts.normalise(text(row.get(part))) for part in ("key", "value"))
        if name and value:
            yield name[:MAX_SUBJECT], value[:MAX_DETAIL]


def _date_in_order(messages):
    """As the site lists them: its time falls at the end of summer time, dates in a thread never
    do."""
    told = messages[:1]
    for message in messages[1:]:
        if message.sent_at < told[-1].sent_at:
            message = replace(message, sent_at=told[-1].sent_at + SECOND)
        told.append(message)
    return tuple(told)


def get_replies(node):
    return items(node, "all_replies")


def map_reply(reply, node, clock, prefix="reply:", name="reply_by_name"):
    """A reply; who wrote it is told by ids."""
    sender = get_sender(reply, node)
    is_customer = sender == records.CUSTOMER
    return records.Message(
        sent_at=_required_date(clock, reply, "posted"),
        sender_type=sender,
        sender_name=text(node.get("customer_name")) if is_customer else text(reply.get(name)),
        remote_id=f"{prefix}{required(reply, 'ID')}",
        **_get_body(reply, "reply"),
    )


def get_sender(reply, node):
    """Seller, customer, or else the marketplace (3.3). Nobody knows who 0 is."""
    author = _get_id(reply, "reply_by")
    if not author:
        return records.UNKNOWN
    if author == (_get_id(reply, "vendor_id") or _get_id(node, "vendor_id")):
        return records.SELLER
    if author == (_get_id(reply, "customer_id") or _get_id(node, "customer_id")):
        return records.CUSTOMER
    return records.OPERATOR


def _get_id(node, name):
    """An id; "" for 0, which means nobody."""
    value = text(node.get(name))
    return "" if value == "0" else value


def _get_body(node, name):
    body = node.get(name)
    body = body if isinstance(body, str) else ""
    return {"body": body, "is_html": texts.has_markup(body)}


def _get_subject(body):
    return texts.normalise(body)[:MAX_SUBJECT]


def _required_date(clock, node, name):
    moment = clock.to_utc(node.get(name))
    if moment is None:
        raise ValueError(f"{name} is missing")
    return moment


def map_ticket(node, is_open, clock):
    """A support ticket, as far as the add-on shows it: its first text and its state; replies only
    where the site has routes of its own."""
    number = required(node, "support_id")
    order = child(node, "support_order")
    customer = child(node, "support_customer")
    posted = clock.shifted_to_utc(node.get("support_date"))
    if posted is None:
        raise ValueError("support_date is missing")
    first = records.Message(
        sent_at=posted,
        sender_type=records.CUSTOMER,
        sender_name=text(customer.get("customer_name")),
        remote_id=f"{TICKET}{number}",
        **_get_body(node, "support_query"),
    )
    people = {"customer_name": first.sender_name, "vendor_id": node.get("vendor_id")}
    replies = [
        map_reply(reply, people, clock, prefix="ticket-reply:") for reply in get_replies(node)
    ]
    # Its date is worked out, and never behind its replies.
    first = replace(first, sent_at=min(m.sent_at for m in (first, *replies[:1])))
    messages = _date_in_order([first, *replies])
    category = text(node.get("support_category"))
    return records.Case(
        remote_id=f"{TICKET}{number}",
        kind=records.SUPPORT_TICKET,
        subject=category or _get_subject(first.body),
        topic=category,
        is_open=is_open,
        order_ref=_get_id(order, "order_id"),
        product_ref=text(order.get("product_title")),
        created_at=first.sent_at,
        updated_at=messages[-1].sent_at,
        participants=(records.CUSTOMER,),
        complete="all_replies" in node,
        messages=messages,
    )


def map_note(node, order_ref, clock, own_names):
    """A note of wcfmmp/v1; its date is an object with the zone that it is in."""
    body = node.get("content")
    if not isinstance(body, str):
        raise ValueError("content is missing")
    author = text(node.get("added_by"))
    is_visible = values.flag(node.get("customer_note"))
    return records.OrderNote(
        remote_id=required(node, "id"),
        order_ref=str(order_ref),
        text=body,
        created_at=_required_date(clock, child(node, "date_created"), "date"),
        sender_type=_get_author_type(author, own_names),
        author=author,
        is_html=texts.has_markup(body),
        is_visible=is_visible,
        is_mailed=is_visible,
    )


def _get_author_type(author, own_names):
    if author.lower() in const.SYSTEM_AUTHORS:
        return records.SYSTEM
    is_own = not own_names or author.lower() in own_names
    return records.SELLER if is_own else records.OPERATOR
