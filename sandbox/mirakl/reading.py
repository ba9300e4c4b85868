"""OR11 and OR12: reading orders."""

from datetime import timedelta
from urllib.parse import urlencode

from ..web import Answer
from . import shapes
from .records import ORDER_STATES, TAX_MODES
from .wire import MAX_LIST, Refused, View

OLD_STATES = ("WAITING_REFUND", "WAITING_REFUND_PAYMENT")
WORKFLOWS = (
    "PAY_ON_ACCEPTANCE",
    "PAY_ON_DELIVERY",
    "PAY_ON_DUE_DATE",
    "PAY_ON_SHIPMENT",
    "NO_CUSTOMER_PAYMENT_CONFIRMATION",
)


def list_orders(call):
    """OR11."""
    query = call.query
    limit = query.number("max", 10, 1, MAX_LIST)
    offset = query.number("offset", 0, 0, 10**9)
    view = View(call.seller.options, query.choice("order_tax_mode", TAX_MODES))
    orders = select(call.seller, query, call.shop_id)
    query.choice("sort", ("dateCreated",))  # the only one
    if query.choice("order", ("asc", "desc")) == "desc":
        orders.reverse()
    page = orders[offset : offset + limit]
    answer = Answer.json(
        {
            "orders": [shapes.order(call.seller, order, view) for order in page],
            "total_count": len(orders),
        }
    )
    link = _link(call.request, offset, limit, len(orders))
    if link:
        answer.headers["Link"] = link
    call.summary = f"{len(page)} of {len(orders)} orders"
    return answer


def _link(request, offset, limit, total):
    links = []
    for name, start in (("previous", max(0, offset - limit)), ("next", offset + limit)):
        if (name == "next" and start < total) or (name == "previous" and offset > 0):
            args = {**request.args.to_dict(), "max": limit, "offset": start}
            links.append(f'<{request.base}{request.path}?{urlencode(args)}>; rel="{name}"')
    return ", ".join(links)


def select(seller, query, shop_id):
    """Orders that match all filters, oldest first."""
    wanted = _criteria(seller, query)
    orders = [o for o in seller.orders.values() if o.shop_id == shop_id]
    return sorted(
        (o for o in orders if all(check(o) for check in wanted)),
        key=lambda o: (o.created, o.number),
    )


def _criteria(seller, query):
    """Functions order -> bool, one per filter given."""
    checks = [
        *_lists(query),
        *_dates(seller, query),
        *_flags(seller, query),
    ]
    query.repeated("fulfillment_center_code")
    return checks


def _lists(query):
    states = query.csv("order_state_codes")
    unknown = set(states or ()) - {*ORDER_STATES, *OLD_STATES}
    if unknown:
        raise Refused(400, f"The parameter 'order_state_codes' has unknown values {unknown}.")
    pairs = (
        (query.csv("order_ids"), "number"),
        (states, "state"),
        (query.csv("channel_codes"), "channel"),
        (query.csv("order_references_for_customer"), "customer_reference"),
        (query.csv("order_references_for_seller"), "seller_reference"),
        (_one(query.choice("payment_workflow", WORKFLOWS)), "payment_workflow"),
    )
    for values, name in pairs:
        if values:
            yield lambda o, values=values, name=name: getattr(o, name) in values
    if query.flag("only_null_channel"):
        yield lambda o: o.channel is None


def _one(value):
    return [value] if value else None


def _dates(seller, query):
    delta = timedelta(seconds=float(seller.options["update_delta_seconds"]))
    pairs = (
        ("start_date", "end_date", "created"),
        ("start_update_date", "end_update_date", "updated"),
    )
    for first, last, name in pairs:
        begin, end = query.date(first), query.date(last)
        if begin and name == "updated":
            begin -= delta
        if begin:
            yield lambda o, begin=begin, name=name: getattr(o, name) >= begin
        if end:
            yield lambda o, end=end, name=name: getattr(o, name) <= end


def _flags(seller, query):
    debited, incident = query.flag("customer_debited"), query.flag("has_incident")
    if debited is not None:
        yield lambda o: bool(o.debited) is debited
    if incident is not None:
        yield lambda o: shapes.shows_incident(seller, o) is incident


def get_order(call, number):
    """OR12: deprecated, and gone where the option says so."""
    if call.seller.options["or12"] != "200":
        raise Refused(410, "This resource is no longer available, use OR11 with order_ids.")
    return Answer.json(shapes.order(call.seller, call.order(number), View(call.seller.options)))
