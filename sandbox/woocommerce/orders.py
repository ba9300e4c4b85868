"""wc/v3: orders and their notes."""

from urllib.parse import urlencode

from . import acts, mailing, shapes
from .wire import Refused, invalid, iso, missing, parse_date

ORDERINGS = ("date", "id", "include", "title", "slug", "modified")
VERBS = {"view": "list resources", "one": "view this resource", "create": "create resources"}
VERBS |= {"edit": "edit this resource", "delete": "delete this resource"}
SETTABLE = ("first_name", "last_name", "company", "address_1", "address_2")
SETTABLE += ("city", "state", "postcode", "country", "phone", "email")


def need_manager(call, verb="view"):
    """wc/v3 is for shop managers: 401 to nobody, 403 to others."""
    user = call.caller.user
    if user is None or not user.is_administrator:
        code = "view" if verb == "one" else verb
        raise Refused(
            f"woocommerce_rest_cannot_{code}",
            f"Sorry, you cannot {VERBS[verb]}.",
            401 if user is None else 403,
        )


def page(call, rows, path):
    """(rows of the page, headers). A page beyond the end is empty, the totals stay right."""
    number = call.params.number("page", 1, low=1)
    size = call.params.number("per_page", 10, 1, 100)
    start = call.params.number("offset", (number - 1) * size, low=0)
    pages = -(-len(rows) // size)
    headers = {"X-WP-Total": str(len(rows)), "X-WP-TotalPages": str(pages)}
    found = []
    if number > 1:
        found.append(_link(call, path, min(number - 1, pages or 1), "prev"))
    if number < pages:
        found.append(_link(call, path, number + 1, "next"))
    if found:
        headers["Link"] = ", ".join(found)
    return rows[start : start + size], headers


def _link(call, path, number, relation):
    query = {k: v for k, v in call.request.args.items() if not k.startswith(("oauth_", "consumer"))}
    text = urlencode({**query, "page": number})
    return f'<{call.home}/wp-json/wc/v3/{path}?{text}>; rel="{relation}"'


# Orders


def list_orders(call):
    need_manager(call)
    rows = [order for order in call.seller.orders.values() if _wanted(call, order)]
    rows = _sorted(call, rows)
    rows, headers = page(call, rows, "orders")
    places = call.params.number("dp", 2, low=0)
    call.summary = f"{len(rows)} orders"
    return [shapes.order(call.seller, o, call.home, places) for o in rows], headers


def _wanted(call, order):
    """All filters that the list knows."""
    params = call.params
    tests = (_in_status, _in_dates, _in_lists, _in_search)
    customer = params.number("customer", None)
    product = params.number("product", None)
    if customer is not None and order.customer_id != customer:
        return False
    if product is not None and all(item.product_id != product for item in order.items):
        return False
    return all(test(call, order) for test in tests)


def _in_status(call, order):
    wanted = call.params.listed("status") or ["any"]
    known = ("any", "trash", "auto-draft", *acts.known_statuses(call.seller))
    for position, status in enumerate(wanted):
        if status not in known:
            raise invalid("status", f"status[{position}] is not one of {', '.join(known)}.")
    return "any" in wanted or order.status in wanted


def _in_dates(call, order):
    gmt = call.params.flag("dates_are_gmt")
    for name, moment in (("", order.created), ("modified_", order.modified)):
        after, before = call.params.date(f"{name}after"), call.params.date(f"{name}before")
        if after and moment <= _boundary(call.seller, after, gmt):
            return False
        if before and moment >= _boundary(call.seller, before, gmt):
            return False
    return True


def _boundary(seller, text, gmt):
    """Site time unless `gmt`. A text with an offset becomes site time first, in both cases."""
    zone = seller.zone
    moment = parse_date(text, zone)
    if not gmt:
        return moment
    return parse_date(iso(moment, zone))


def _in_lists(call, order):
    include, exclude = call.params.numbers("include"), call.params.numbers("exclude")
    if include and order.id not in include:
        return False
    parents = call.params.numbers("parent")
    return order.id not in (exclude or ()) and (not parents or 0 in parents)


def _in_search(call, order):
    words = call.params.text("search").lower()
    if not words:
        return True
    texts = (str(order.id), order.number, *order.billing.values(), *order.shipping.values())
    return any(words in text.lower() for text in (*texts, order.customer_name))


def _sorted(call, rows):
    ordering = call.params.choice("orderby", ORDERINGS, "date")
    down = call.params.choice("order", ("asc", "desc"), "desc") == "desc"
    if ordering == "include" and call.params.numbers("include"):
        wanted = call.params.numbers("include")
        return sorted(rows, key=lambda order: wanted.index(order.id))
    keys = {"modified": lambda o: (o.modified, o.id), "id": lambda o: o.id}
    return sorted(rows, key=keys.get(ordering, lambda o: (o.created, o.id)), reverse=down)


def find(call, identifier, code="woocommerce_rest_shop_order_invalid_id", text="Invalid ID."):
    order = call.seller.orders.get(int(identifier))
    if order is None:
        raise Refused(code, text, 404)
    return order


def get_order(call, identifier):
    need_manager(call, "one")
    order = find(call, identifier)
    return shapes.order(call.seller, order, call.home, call.params.number("dp", 2, low=0))


def update_order(call, identifier):
    need_manager(call, "edit")
    order = find(call, identifier)
    params, seller = call.params, call.seller
    for part in ("billing", "shipping"):
        given = params.raw(part)
        if isinstance(given, dict):
            getattr(order, part).update({k: str(v) for k, v in given.items() if k in SETTABLE})
    for name in ("customer_note", "transaction_id"):
        if name in params:
            setattr(order, name, params.text(name))
    _set_meta(order, params.raw("meta_data"))
    known = acts.known_statuses(seller)
    status = params.choice("status", known)
    if params.flag("set_paid") and not order.paid:
        status = status or "processing"
        order.paid = seller.now()
    if status:
        manual = params.flag("manual_update")
        author = call.caller.user.name if manual else None
        acts.set_status(seller, order, status, author)
    acts.changed(seller, order)
    call.summary = f"order {order.id}"
    return shapes.order(seller, order, call.home)


def _set_meta(order, rows):
    for row in rows if isinstance(rows, list) else ():
        found = next((m for m in order.meta if m["key"] == row.get("key")), None)
        if found:
            found["value"] = row.get("value")
        else:
            number = order.id * 100 + len(order.meta)
            order.meta.append({"id": number, "key": row.get("key"), "value": row.get("value")})


def statuses(call):
    return [{"slug": s, "name": acts.status_name(s)} for s in acts.known_statuses(call.seller)]


def send_details(call, identifier):
    need_manager(call, "edit")
    order = find(call, identifier)
    address = call.params.text("email") or order.billing["email"]
    if not address:
        raise Refused("woocommerce_rest_missing_email", "Order does not have an email.", 400)
    subject = f"Details of your order #{order.number}"
    mailing.to_customer(call.seller, address, subject, subject)
    message = f"Order details sent to {address}, via REST API."
    call.seller.add_note(order, message, author=call.caller.user.name, by="operator")
    return {"message": message}


# Notes


def list_notes(call, identifier):
    need_manager(call)
    order = find(call, identifier)
    kind = call.params.choice("type", ("any", "customer", "internal"), "any")
    wanted = {"any": (True, False), "customer": (True,), "internal": (False,)}[kind]
    rows = [note for note in newest_first(order.notes) if note.customer in wanted]
    call.summary = f"{len(rows)} notes of {order.id}"
    return [shapes.note(call.seller, order, note, call.home) for note in rows]


def newest_first(notes):
    return sorted(notes, key=lambda note: (note.created, note.id), reverse=True)


def find_note(call, order, identifier):
    note = next((note for note in order.notes if note.id == int(identifier)), None)
    if note is None:
        raise Refused("woocommerce_rest_invalid_id", "Invalid resource ID.", 404)
    return note


def get_note(call, identifier, number):
    need_manager(call, "one")
    order = find(call, identifier, "woocommerce_rest_order_invalid_id", "Invalid order ID.")
    return shapes.note(call.seller, order, find_note(call, order, number), call.home)


def create_note(call, identifier):
    need_manager(call, "create")
    if "note" not in call.params:
        raise missing("note")
    code = "woocommerce_rest_order_invalid_id"
    order = find(call, identifier, code, "Invalid order ID.")
    by_user = call.params.flag("added_by_user")
    text = call.params.text("note")
    customer = call.params.flag("customer_note")
    author = call.caller.user.name if by_user else None
    by = "operator" if by_user else "system"
    note = acts.write_note(call.seller, order, text, customer, author, by)
    call.summary = f"note {note.id} on {order.id}: {text[:60]}"
    value = shapes.note(call.seller, order, note, call.home)
    call.created(value)
    return value


def delete_note(call, identifier, number):
    need_manager(call, "delete")
    code = "woocommerce_rest_order_invalid_id"
    order = find(call, identifier, code, "Invalid order ID.")
    note = find_note(call, order, number)
    need_force(call)
    order.notes.remove(note)
    return shapes.note(call.seller, order, note, call.home)


def need_force(call, what="Resource"):
    if not call.params.flag("force"):
        text = f"{what} does not support trashing."
        raise Refused("woocommerce_rest_trash_not_supported", text, 501)


# Batch


def batch_orders(call):
    return batch(call, {"update": update_order, "create": _cannot, "delete": _cannot})


def _cannot(call, *_):
    raise Refused("woocommerce_rest_cannot_create", "Not imitated by this sandbox.", 400)


def batch(call, doing):
    """create, update and delete together at most 100; refusals are elements of the answer."""
    lists = {name: call.params.raw(name) or [] for name in ("create", "update", "delete")}
    if sum(map(len, lists.values())) > 100:
        text = "Unable to accept more than 100 items for this request."
        raise Refused("woocommerce_rest_request_entity_too_large", text, 413)
    found = {}
    for name, rows in lists.items():
        for row in rows:
            value = row if isinstance(row, dict) else {"id": row, "force": True}
            found.setdefault(name, []).append(_one_of_batch(call, doing[name], name, value))
    return found


def _one_of_batch(call, act, name, value):
    try:
        inner = call.inner(value)
        return act(inner) if name == "create" else act(inner, value.get("id") or 0)
    except Refused as refusal:
        data = refusal.status if refusal.bare else {"status": refusal.status, **refusal.data}
        problem = {"code": refusal.code, "message": refusal.message, "data": data}
        return {"id": value.get("id", 0), "error": problem}
