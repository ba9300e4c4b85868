"""wcfmmp/v1: inquiries, support tickets, notifications."""

from datetime import timezone

from . import asking
from .records import PRIORITIES
from .shop import need_login, need_seller, window
from .texts import CATEGORY_LABELS, LABELS, PRIORITY_LABELS
from .vendors import texts
from .wire import Refused, critical, filter_html, no_route

BLANK = "Please insert your reply before submit."
NOBODY = "You don't have permission to do this."


def may_answer(user):
    return user.is_vendor or user.is_administrator


def refusal():
    """WCFM's own way to say no: status 200."""
    return {"success": False, "data": NOBODY}


def _own(records, user):
    return [row for row in records.values() if not user.is_vendor or row.vendor_id == user.id]


# Inquiries


def list_inquiries(call):
    user = need_login(call)
    if not may_answer(user):
        return refusal()
    rows = [
        i for i in call.seller.inquiries.values() if not user.is_vendor or i.vendor_id == user.id
    ]
    down = (call.params.text("order") or "desc").lower() == "desc"
    found = [inquiry_row(call.seller, inquiry) for inquiry in rows]
    column = call.params.text("orderby") or "ID"
    # Any column of the table; SQL says nothing about the order of equal ones.
    found.sort(key=lambda row: int(row["ID"]))
    found.sort(key=lambda row: int(row[column]) if column == "ID" else row[column], reverse=down)
    found = window(call, found)
    call.summary = f"{len(found)} inquiries"
    for row in found:
        row["enquiry"] = row["enquiry"].replace("<br/>", "\n")
    return found


def inquiry_row(seller, inquiry):
    last = inquiry.replies[-1] if inquiry.replies else None
    product = seller.products.get(inquiry.product_id)
    row = texts(
        {
            "ID": inquiry.id,
            "enquiry": inquiry.text,
            "reply": last.text if last else "",
            "product_id": inquiry.product_id,
            "author_id": inquiry.vendor_id,
            "vendor_id": inquiry.vendor_id,
            "customer_id": inquiry.customer_id,
            "customer_name": inquiry.customer_name,
            "customer_email": inquiry.customer_email,
            "reply_by": last.by if last else 0,
            "is_private": inquiry.is_private,
            "posted": seller.local(inquiry.posted),
            "replied": seller.local(last.posted if last else inquiry.posted)[:10],
        }
    )
    if product:
        row["product_title"] = product.name
    return row


def find_inquiry(call, identifier):
    inquiry = call.seller.inquiries.get(int(identifier))
    if inquiry is None:
        raise Refused("wcfmapi_rest_invalid_enquiry_id", "Invalid ID", 404)
    return inquiry


def get_inquiry(call, identifier):
    """Whoever is logged in may read any."""
    need_login(call)
    return inquiry_details(call.seller, find_inquiry(call, identifier))


def inquiry_details(seller, inquiry):
    extra = [
        texts({"ID": n, "enquiry_id": inquiry.id, "key": key, "value": value})
        for n, (key, value) in enumerate(inquiry.extra.items(), 1)
    ]
    value = {**inquiry_row(seller, inquiry), "additional_datas": extra}
    if seller.options["reply_view"]:
        value["reply_count"] = len(inquiry.replies)
        value["all_replies"] = [reply_row(seller, inquiry, reply) for reply in inquiry.replies]
    return value


def reply_row(seller, inquiry, reply):
    if reply.by == inquiry.customer_id:
        name = inquiry.customer_name
    else:
        user = seller.users.get(reply.by)
        name = seller.shop if user and user.is_administrator else seller.user_name(reply.by)
    return texts(
        {
            "ID": reply.id,
            "enquiry_id": inquiry.id,
            "product_id": inquiry.product_id,
            "vendor_id": inquiry.vendor_id,
            "customer_id": inquiry.customer_id,
            "customer_name": inquiry.customer_name,
            "customer_email": inquiry.customer_email,
            "reply": reply.text,
            "reply_by": reply.by,
            "posted": seller.local(reply.posted),
            "reply_by_image": "",
            "reply_by_name": name,
        }
    )


def reply_inquiry(call, identifier):
    """Nobody checks whose inquiry it is, nor whether this was said before."""
    user = need_login(call)
    inquiry = find_inquiry(call, identifier)
    if not may_answer(user):
        return refusal()
    text = filter_html(call.params.text("enquiry_reply"))
    if not text.strip():
        return {"status": False, "message": BLANK}
    asking.reply_inquiry(call.seller, inquiry, text, user)
    call.summary = f"reply to inquiry {inquiry.id}: {text[:60]}"
    return inquiry_details(call.seller, inquiry)


# Tickets


def list_tickets(call):
    user = need_login(call)
    if not call.seller.options["ultimate"]:
        raise critical()
    if not may_answer(user):
        return refusal()
    rows = _own(call.seller.tickets, user)
    status, priority = call.params.text("support_status"), call.params.text("support_priority")
    product = call.params.number("support_product", 0)
    rows = [
        t
        for t in rows
        if (not status or t.status == status)
        and (not priority or t.priority == priority)
        and (not product or _product_of(call.seller, t) == product)
    ]
    down = (call.params.text("order") or "desc").lower() == "desc"
    rows.sort(key=lambda ticket: ticket.id, reverse=down)
    rows = window(call, rows)
    call.summary = f"{len(rows)} tickets"
    return [ticket_row(call, ticket) for ticket in rows]


def _product_of(seller, ticket):
    item = seller.orders[ticket.order_id].item(ticket.item_id)
    return item.product_id


def ticket_row(call, ticket):
    """Labels instead of values, and a date with the site's offset in it twice."""
    seller = call.seller
    language = seller.options["language"]
    category = CATEGORY_LABELS.get(language, {}).get(ticket.category, ticket.category)
    about = {"order_id": ticket.order_id}
    product = seller.products.get(_product_of(seller, ticket))
    if product:
        about["product_id"] = product.id
        about["product_title"] = product.name
        about["product_url"] = f"{call.home}/product/{product.sku.lower()}/"
    customer = {"customer_name": ticket.customer_name, "customer_email": ticket.customer_email}
    return {
        "support_id": str(ticket.id),
        "support_id_to_display": f"{ticket.id:06}",
        "support_status": LABELS[language]["open" if ticket.status == "open" else "close"],
        "support_category": category,
        "support_query": ticket.text,
        "support_order": about,
        "support_customer": customer,
        "support_priority": PRIORITY_LABELS[language][PRIORITIES.index(ticket.priority)],
        "support_vendor_name": seller.user_name(ticket.vendor_id),
        "support_date": ticket_date(seller, ticket.posted),
    }


def ticket_date(seller, moment):
    local = moment.astimezone(seller.zone)
    if seller.options["double_offset"]:
        local = local + local.utcoffset()
    return local.replace(tzinfo=timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


# Routes that this site would have added itself (option `ticket_routes`)


def _own_ticket(call, identifier):
    if not call.seller.options["ticket_routes"]:
        raise no_route()
    user = need_seller(call)
    ticket = call.seller.tickets.get(int(identifier))
    if ticket is None or (user.is_vendor and ticket.vendor_id != user.id):
        raise Refused("wcfmapi_rest_invalid_support_id", "Invalid ID", 404)
    return user, ticket


def get_ticket(call, identifier):
    return ticket_details(call, _own_ticket(call, identifier)[1])


def ticket_details(call, ticket):
    replies = [
        texts(
            {
                "ID": reply.id,
                "support_id": ticket.id,
                "order_id": ticket.order_id,
                "vendor_id": ticket.vendor_id,
                "customer_id": ticket.customer_id,
                "reply": reply.text,
                "reply_by": reply.by,
                "posted": call.seller.local(reply.posted),
            }
        )
        for reply in ticket.replies
    ]
    people = texts({"vendor_id": ticket.vendor_id, "customer_id": ticket.customer_id})
    return {**ticket_row(call, ticket), **people, "all_replies": replies}


def reply_ticket(call, identifier):
    user, ticket = _own_ticket(call, identifier)
    text = filter_html(call.params.text("support_reply"))
    if not text.strip():
        return {"status": False, "message": BLANK}
    status = call.params.choice("support_status", ("open", "close"), ticket.status)
    priority = call.params.choice("support_priority", PRIORITIES, ticket.priority)
    spec = {"text": text, "by": user, "status": status, "priority": priority}
    asking.reply_ticket(call.seller, ticket, spec)
    return ticket_details(call, ticket)


# Notifications


def list_notifications(call):
    user = need_login(call)
    read = call.params.text("notification_status") == "read"
    kind = call.params.text("notification_type")
    mine = (0, user.id) if user.is_vendor else None
    rows = [
        n
        for n in call.seller.notifications
        if n.is_read == read
        and (mine is None or n.vendor_id in mine)
        and (kind in ("", "all") or n.kind == kind)
    ]
    down = (call.params.text("order") or "desc").lower() == "desc"
    rows.sort(key=lambda n: n.id, reverse=down)
    return [
        texts(
            {
                "ID": n.id,
                "message": n.message,
                "message_type": n.kind,
                "created": call.seller.local(n.created),
            }
        )
        for n in window(call, rows)
    ]
