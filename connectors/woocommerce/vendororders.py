"""A vendor's orders (contract, 3.3): no filter by state or change, no totals, newest first.

The newest page is read each time; orders that are older and still open are read again by number,
some at each reading.
"""

from dataclasses import replace
from datetime import datetime

from .. import errors, records, values
from ..values import child, text
from . import const, mapper

PAGE = 50


class VendorOrders:
    """One reading. The cursor: {"seen": {id: mark}, "open": [ids, the next to be read first],
    "whole": the first import is over}."""

    def __init__(self, client, cursor, since):
        self._client = client
        cursor = cursor or {}
        self._since = since or client.now() - const.FILTER_SLACK
        self._seen = dict(cursor.get("seen") or {})
        self._open = [text(number) for number in cursor.get("open") or ()]
        self._is_whole = bool(cursor.get("whole"))

    def walk(self):
        """Yield records.Pages."""
        shown = set()
        for page in range(1, const.MAX_PAGES + 1):
            nodes = self._read_page(page)
            numbers = [text(node.get("id")) for node in nodes]
            is_known = self._is_whole and any(number in self._seen for number in numbers)
            is_last = len(nodes) < PAGE or is_known or self._is_past(nodes)
            shown.update(numbers)
            found = self._take(nodes)
            if is_last:
                self._is_whole = True
            yield self._page(*found)
            if is_last:
                break
        yield from self._read_again(shown)

    def _read_page(self, page):
        parameters = {"per_page": PAGE, "page": page, "orderby": "ID", "order": "desc"}
        return self._client.site.get_list(f"{const.WCFM}/orders", parameters)

    def _is_past(self, nodes):
        created = self._get_created(nodes[-1]) if nodes else None
        return bool(created and created < self._since)

    def _get_created(self, node):
        try:
            return self._client.get_order_date(node, "date_created")
        except values.MAPPING_ERRORS:
            return None

    def _take(self, nodes):
        """(orders, Broken ones) of the nodes that are new or have changed."""
        fresh = []
        for node in nodes:
            number, mark = text(node.get("id")), get_mark(node)
            known = self._seen.get(number)
            self._seen[number] = mark
            self._follow(node, number)
            created = self._get_created(node)
            is_old = known is None and created and created < self._since
            if known != mark and not is_old:
                fresh.append(node)
        return mapper.map_each(fresh, self._client.map_order)

    def _follow(self, node, number):
        is_final = text(node.get("status")) in const.FINAL
        if is_final and number in self._open:
            self._open.remove(number)
        elif not is_final and number not in self._open:
            self._open.append(number)

    def _read_again(self, shown):
        """Open orders that are not among the newest: the next ones, in turn."""
        due = [number for number in self._open if number not in shown][: const.REREAD_ORDERS]
        nodes = []
        for number in due:
            self._open.remove(number)
            try:
                node = self._client.read_order(number)
            except errors.RefusedError as error:
                if error.code != "no_order":
                    raise
                continue
            nodes.append(node)
        if due:
            yield self._page(*self._take(nodes))

    def _page(self, orders, broken):
        watched = const.WATCHED_PAGES * PAGE
        newest = sorted(filter(str.isdecimal, self._seen), key=int, reverse=True)[:watched]
        kept = {*newest, *self._open}
        self._seen = {number: mark for number, mark in self._seen.items() if number in kept}
        cursor = {"seen": dict(self._seen), "open": list(self._open), "whole": self._is_whole}
        orders = sorted(orders, key=lambda o: o.updated_at or o.created_at or datetime.min)
        return records.Page(tuple(orders), cursor, tuple(broken))


def get_mark(node):
    """What may change of an order."""
    row = node.get("vendor_order_details")
    row = row if isinstance(row, dict) else {}
    parts = [text(node.get(name)) for name in ("status", "total", "date_modified_gmt")]
    parts += [text(row.get(name)) for name in ("refunded_amount", "is_refunded")]
    return "|".join(parts)


def map_order(node, dates):
    """Our part of an order: fees and refunds of the whole order are not ours to tell."""
    own = {**node, "fee_lines": [], "refunds": []}
    order = mapper.map_order(own, dates=dates, is_part=True)
    row = child(node, "vendor_order_details")
    if not values.flag(row.get("is_refunded")):
        return order
    lines = tuple(replace(line, state=records.LINE_REFUNDED) for line in order.lines)
    return replace(order, state=records.LINE_REFUNDED, lines=lines)
