"""Inquiries and tickets as customers, vendors and the operator write them. Hold the lock."""

from . import mailing
from .making import check, find_item, find_order, moment
from .records import CATEGORIES, NO_TICKETS, PRIORITIES, Inquiry, Reply, Ticket
from .wire import html

# Inquiries


def _person(seller, spec):
    """(id, name, email) of who writes."""
    given = spec.get("customer") or {}
    if isinstance(given, str):
        given = {"name": given}
    number = 0 if spec.get("guest") else seller.customer.id
    name = given.get("name") or ("Jonas Probe" if spec.get("guest") else seller.customer.name)
    mail = given.get("email") or f"{name}@customers.example".lower().replace(" ", ".")
    return number, name, mail


def create_inquiry(seller, spec):
    known = ("text", "product", "customer", "guest", "vendor", "at", "extra")
    check(spec, known, "inquiry")
    product = seller.product_of_sku(spec["product"]) if spec.get("product") else None
    if spec.get("product") and product is None:
        raise ValueError(f"no product {spec['product']}")
    vendor = seller.named_user(spec.get("vendor", "ours")).id
    if product and "vendor" not in spec:
        vendor = product.vendor_id
    number = max(seller.inquiries, default=0) + 1
    # line feeds are stored as <br/>, as the form's script does
    text = html(spec["text"]).replace("\n", "<br/>")
    inquiry = Inquiry(
        number,
        text,
        vendor,
        *_person(seller, spec),
        moment(seller, spec),
        product.id if product else 0,
        extra=dict(spec.get("extra") or {}),
    )
    seller.inquiries[number] = inquiry
    about = product.name if product else seller.user_name(vendor)
    seller.notify(
        vendor, "enquiry", f"New Inquiry #{number:06} received for {about}", inquiry.posted
    )
    mailing.notice(seller, "enquiry", inquiry, spec["text"])
    return inquiry


def reply_inquiry(seller, inquiry, text, by, at=None):
    """`by`: customer, vendor, operator or a user. Who did not write gets a mail at once."""
    author = writer(seller, inquiry, by)
    number = seller.new_id()
    reply = Reply(number, text, author, at or seller.now())
    inquiry.replies.append(reply)
    _tell(seller, "enquiry", inquiry, author, text)
    return reply


def writer(seller, record, by):
    """The user's id behind a word; 0 = a guest."""
    if by == "customer":
        return record.customer_id
    if by == "vendor":
        return record.vendor_id
    return by.id if hasattr(by, "id") else seller.named_user(by).id


def _notify(seller, vendor_id, kind, text, at=None):
    if kind != "support" or seller.options["ticket_news"]:
        seller.notify(vendor_id, kind, text, at)


def _tell(seller, kind, record, author, text, at=None):
    what = "Inquiry" if kind == "enquiry" else "Support Ticket"
    if author == record.customer_id:
        message = f"New reply received for {what} #{record.id:06}"
        _notify(seller, record.vendor_id, kind, message, at)
        mailing.notice(seller, kind, record, text, reply=True)
    else:
        subject = f"{what} #{record.id:06} - there is a reply"
        mailing.to_customer(seller, record.customer_email, subject, text)


# Tickets


def create_ticket(seller, spec):
    """Raises ValueError where the customer would have no button."""
    check(spec, ("order", "line", "text", "category", "priority", "at", "force"), "ticket")
    order = find_order(seller, spec["order"])
    if not order.customer_id and not spec.get("force"):
        raise ValueError("a guest has no account and can open no ticket")
    if order.status in NO_TICKETS and not spec.get("force"):
        raise ValueError(f"an order in status {order.status} has no Support button")
    item = find_item(order, spec.get("line", 0))
    number = max(seller.tickets, default=0) + 1
    ticket = Ticket(
        number,
        order.id,
        item.id,
        item.vendor_id,
        order.customer_id,
        order.customer_name,
        order.billing["email"],
        spec["text"],
        spec.get("category", CATEGORIES[0]),
        _priority(spec.get("priority", "normal")),
        moment(seller, spec),
    )
    seller.tickets[number] = ticket
    text = f"New Support Ticket {number:06} for Order #{order.number}"
    _notify(seller, item.vendor_id, "support", text, ticket.posted)
    mailing.notice(seller, "support", ticket, spec["text"])
    return ticket


def _priority(value):
    if value not in PRIORITIES:
        raise ValueError(f"priority: one of {', '.join(PRIORITIES)}")
    return value


def reply_ticket(seller, ticket, spec):
    """The form of either side also sets status and priority: a customer reopens by it."""
    check(spec, ("text", "by", "status", "priority", "at"), "reply")
    author = writer(seller, ticket, spec.get("by", "customer"))
    posted = moment(seller, spec)
    ticket.replies.append(Reply(seller.new_id(), spec["text"], author, posted))
    change_ticket(seller, ticket, {"status": spec.get("status") or "open"})
    if spec.get("priority"):
        change_ticket(seller, ticket, {"priority": spec["priority"]})
    _tell(seller, "support", ticket, author, spec["text"], posted)
    return ticket


def change_ticket(seller, ticket, spec):
    check(spec, ("status", "priority"), "ticket")
    if "status" in spec:
        if spec["status"] not in ("open", "close"):
            raise ValueError("status: open or close")
        ticket.status = spec["status"]
    if "priority" in spec:
        ticket.priority = _priority(spec["priority"])
    seller.dirty = True
    return ticket
