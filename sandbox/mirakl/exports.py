"""Large exports: OR13 asks, OR14 tells, OR15 fetches. And OR75, the codes of taxes."""

import json
from datetime import timedelta

from werkzeug.datastructures import MultiDict

from ..web import Answer
from . import reading, shapes
from .records import TAX_MODES
from .wire import Query, Refused, View

RANGES = (("start_date", "end_date"), ("start_update_date", "end_update_date"))
LONGEST = timedelta(days=366)
CHUNK = 500  # orders of a file


def start(call):
    """OR13: needs a date range; over a year is reported to be refused."""
    body = call.json() if call.request.get_data() else {}
    query = Query(MultiDict({**_flat(body), **call.request.args.to_dict()}))
    if not any(query.text(name) for pair in RANGES for name in pair):
        raise Refused(400, "At least one date range is mandatory.")
    now = call.seller.now()
    for first, last in RANGES:
        begin = query.date(first)
        if begin and (query.date(last) or now) - begin > LONGEST:
            raise Refused(400, f"The range of '{first}' must not exceed one year.")
    if any(_is_running(call.seller, e) for e in call.seller.exports.values()):
        raise Refused(400, "An export of this shop is running already.")
    view = View(call.seller.options, query.choice("order_tax_mode", TAX_MODES))
    orders = reading.select(call.seller, query, call.shop_id)
    identifier = call.seller.new_uuid()
    call.seller.exports[identifier] = {
        "at": now,
        "orders": [shapes.order(call.seller, order, view) for order in orders],
        "key": call.seller.new_uuid(),
    }
    call.summary = f"{len(orders)} orders"
    return Answer.json({"tracking_id": identifier})


def _flat(body):
    """JSON values as query texts."""
    return {
        name: ",".join(value) if isinstance(value, list) else _text(value)
        for name, value in body.items()
        if value is not None
    }


def _text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_running(seller, export):
    seconds = float(seller.options["export_seconds"])
    return seller.now() < export["at"] + timedelta(seconds=seconds)


def status(call, identifier):
    """OR14."""
    export = call.seller.exports.get(identifier)
    if export is None:
        raise Refused(404, f"Export {identifier} not found.")
    if _is_running(call.seller, export):
        return Answer.json({"status": "PENDING"})
    prefix = call.request.path.partition("/api/")[0]
    base = f"{call.request.base}{prefix}/api/exported/{export['key']}"
    count = max(1, -(-len(export["orders"]) // CHUNK))
    return Answer.json({"status": "COMPLETED", "urls": [f"{base}/{n}" for n in range(count)]})


def fetch(call, key, number):
    """OR15: a file of an export, a JSON list of orders."""
    for export in call.seller.exports.values():
        if export["key"] == key and number.isdigit():
            begin = int(number) * CHUNK
            rows = export["orders"][begin : begin + CHUNK]
            return Answer(json.dumps(rows), 200, "application/json")
    raise Refused(404, "This file does not exist.")


def taxes(call):
    """OR75."""
    codes = {
        tax.code
        for order in call.seller.orders.values()
        for line in order.lines
        for tax in (*line.taxes, *line.shipping_taxes)
    }
    return Answer.json(
        {"taxes": [{"code": c, "label": c} for c in sorted(codes or {"TAXDEFAULT"})]}
    )
