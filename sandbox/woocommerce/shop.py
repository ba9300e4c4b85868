"""wcfmmp/v1: the site, orders and notes of a vendor, figures, profiles."""

from datetime import timedelta

from . import acts, version
from .orders import newest_first
from .records import CENT, STATUSES, ZERO
from .vendors import COMMISSION, is_own, order_json, own_items
from .wire import Refused, critical, filter_html, missing, parse_date

SORRY = "Sorry, you are not allowed to do that."


def need_login(call):
    if call.caller.user is None:
        raise Refused("rest_forbidden", SORRY, 401)
    return call.caller.user


def need_seller(call):
    """A vendor or the administrator."""
    user = need_login(call)
    if not (user.is_vendor or user.is_administrator):
        raise Refused("rest_forbidden", SORRY, 403)
    return user


def window(call, rows):
    """One page; no totals are told."""
    number = call.params.number("page", 1, low=1)
    size = call.params.number("per_page", 10, 1, 100)
    return rows[(number - 1) * size : number * size]


# The site


def site_details(call):
    return {
        "is_wcfm_ultimate": bool(call.seller.options["ultimate"]),
        "is_wc_booking": False,
        "site_url": call.home,
        "site_title": call.seller.shop,
        "wcfm_url": f"{call.home}/store-manager/",
        "wcfm_rest_api_version": version.WCFM_REST,
    }


def capabilities(call):
    need_seller(call)
    names = ("manage_orders", "manage_support", "manage_enquiry", "manage_refund")
    return dict.fromkeys(names, "yes")


def settings(call, kind, value):
    user = need_login(call)
    people = call.seller.users.values()
    found = next((u for u in people if value in (str(u.id), u.email) and u.is_vendor), None)
    if found is None or not (user is found or user.is_administrator):
        raise Refused("rest_forbidden", SORRY, 403)
    return {
        "store_name": found.store,
        "store_slug": found.login,
        "store_email": found.email,
        "phone": "",
        "vendor_id": found.id,
    }


def profile(call):
    user = need_login(call)
    first, _, last = user.name.partition(" ")
    return {
        "id": user.id,
        "email": user.email,
        "first_name": first,
        "last_name": last,
        "role": user.role,
        "username": user.login,
    }


def my_orders(call):
    user = need_login(call)
    rows = [o for o in call.seller.orders.values() if o.customer_id == user.id]
    return [{"id": o.id, "status": o.status, "total": str(o.total)} for o in rows]


def sales_stats(call):
    user = need_login(call)
    now = call.seller.now()
    spans = {"last_month": (60, 30), "month": (30, 0), "week": (7, 0)}
    gross, earned = {}, {}
    for name, (since, until) in spans.items():
        first, last = now - timedelta(days=since), now - timedelta(days=until)
        orders = [o for o in call.seller.orders.values() if first <= o.created <= last]
        total = sum((i.total for o in orders for i in own_items(o, user)), ZERO)
        gross[name], earned[name] = float(total), float((total * COMMISSION).quantize(CENT))
    return {"gross_sales": gross, "earnings": earned, "currency": call.seller.currency}


def reviews(call):
    need_seller(call)
    return []


# Orders


def list_orders(call):
    user = need_seller(call)
    search = call.params.text("search").lower()
    rows = [o for o in call.seller.orders.values() if is_own(o, user)]
    if search:
        rows = [o for o in rows if search in f"{o.number} {o.customer_name}".lower()]
    else:
        rows = _between(call, rows)
    down = (call.params.text("order") or "desc").lower() == "desc"
    rows.sort(key=lambda order: order.id, reverse=down)
    rows = window(call, rows)
    call.summary = f"{len(rows)} orders"
    return [order_json(call, order, user) for order in rows]


def _between(call, rows):
    """Both bounds or none; only the days of creation count."""
    after, before = call.params.text("after"), call.params.text("before")
    if not (after and before):
        return rows
    zone = call.seller.zone
    first, last = (
        parse_date(text if "T" in text or " " in text else f"{text}T00:00:00", zone)
        for text in (after, before)
    )
    days = (first.astimezone(zone).date(), last.astimezone(zone).date())
    return [o for o in rows if days[0] <= o.created.astimezone(zone).date() <= days[1]]


def find_order(call, identifier):
    order = call.seller.orders.get(int(identifier))
    if order is None:
        raise Refused("wcfmapi_rest_invalid_shop_order_id", "Invalid ID", 404)
    return order


def own_order(call, identifier, user):
    order = find_order(call, identifier)
    if not is_own(order, user):
        raise Refused("wcfmapi_rest_invalid_vendor", "Invalid vendor", 404)
    return order


def get_order(call, identifier):
    user = need_seller(call)
    return order_json(call, own_order(call, identifier, user), user)


def update_order(call, identifier):
    """Without the prefix wc-. A vendor changes only his own commission, or nothing at all."""
    user = need_seller(call)
    if "status" not in call.params:
        raise missing("status")
    status, seller = call.params.text("status"), call.seller
    if status not in (*STATUSES, *seller.options["extra_statuses"]):
        text = "Invalid order status"
        raise Refused("wcfmapi_rest_invalid_shop_order_status", text, 404)
    order = own_order(call, identifier, user)
    if status != "refunded":
        if user.is_administrator:
            acts.set_status(seller, order, status, user.name)
            acts.changed(seller, order)
        elif not seller.options["order_sync"]:
            order.commission_status[user.id] = status
            text = f"Order status updated to <b>{acts.status_name(status)}</b>"
            acts.vendor_note(seller, order, user, text, customer=True)
    return order_json(call, order, user)


def track(call):
    need_seller(call)
    order = find_order(call, call.params.number("order_id"))
    names = ("tracking_url", "tracking_code")
    if not call.seller.options["ultimate"]:
        raise critical()
    order.tracking = {name: call.params.text(name) for name in names}
    tracking = dict(order.tracking)
    return {"order_id": order.id, "order_status": order.status, "tracking_data": tracking}


# Notes: nobody checks whose order it is


def list_notes(call, identifier):
    need_seller(call)
    order = find_order(call, identifier)
    return [note_row(call.seller, order, note) for note in newest_first(order.notes)]


def note_row(seller, order, note):
    zone = seller.options["timezone"]
    stamp = note.created.astimezone(seller.zone).strftime("%Y-%m-%d %H:%M:%S.000000")
    system = note.by == "system"
    return {
        "id": note.id,
        "date_created": {
            "date": stamp,
            "timezone_type": 3 if zone else 1,
            "timezone": zone or note.created.astimezone(seller.zone).isoformat()[-6:],
        },
        "content": note.text,
        "customer_note": note.customer,
        "added_by": "system" if system else note.author,
        "order_id": order.id,
    }


def create_note(call, identifier):
    user = need_seller(call)
    order = find_order(call, identifier)
    if user.is_vendor and not call.seller.options["ultimate"]:
        raise critical()
    text = filter_html(call.params.text("note"))
    customer = call.params.text("note_type") == "customer"
    for row in call.params.raw("attachments") or ():
        url = (row.get("attachmentData") or {}).get("source_url", "")
        text += f'<br/><a href="{url}">{row.get("attachmentText") or url}</a>'
    note = acts.vendor_note(call.seller, order, user, text, customer)
    call.summary = f"note {note.id} on {order.id}: {text[:60]}"
    return [note_row(call.seller, order, note) for note in newest_first(order.notes)]
