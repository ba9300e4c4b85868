"""A vendor's orders (contract, 3.3): no filter by state or change, no totals, newest first.

The newest page is read each time, and on until something known comes. Orders that are older and
still open are read again in turn, those of a day of creation together: `after` and `before` are
what the list can be asked for.
"""

import hashlib
import json
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from .. import errors, records, values
from ..values import child, text
from . import const, mapper
from .one_by_one import OneByOne

PAGE = 50
# An order that nobody ended in so long is forgotten, sooner where nobody waits for its goods.
LONGEST = timedelta(days=365)
LONGEST_IDLE = timedelta(days=60)
MAX_OPEN = 1000


class VendorOrders:
    """One reading. The cursor: {"seen": {id: mark} of the newest page and of open ones, "open":
    {day of creation: [ids]}, "turn": the day that was read again last, "whole": the first import is
    over}; while the list is walked also "page": the last that was read, "new": marks met."""

    def __init__(self, client, cursor, since):
        self._client = client
        self._since = since or client.now() - const.FILTER_SLACK
        cursor = cursor or {}
        self._seen = dict(cursor.get("seen") or {})
        self._open = {day: list(numbers) for day, numbers in (cursor.get("open") or {}).items()}
        self._turn = cursor.get("turn") or ""
        self._page = cursor.get("page") or 0
        self._new = dict(cursor.get("new") or {})
        self._is_whole = bool(cursor.get("whole"))
        self._shown = set()
        self._one = OneByOne(client.answers)

    def walk(self):
        """Yield records.Pages, each of few calls."""
        yield from self._walk_list()
        yield from self._walk_open()

    # The list, from the newest order to one that is known, or to the start of the first import

    def _walk_list(self):
        """A page that was left is looked at again: what is gone meanwhile moves the others."""
        left, before = self._page, None
        for self._page in count(left or 1):
            page, nodes = self._page, self._read_page(self._page)
            if nodes and nodes == before:
                raise self._client.site.unreadable("the list of orders does not end")
            before, is_last = nodes, self._is_last(nodes)
            self._shown.update(map(_number, nodes))
            # The newest ones are what the next reading will know.
            is_top = page == 1 and not self._is_whole
            found = self._take(nodes, self._seen if is_top else self._new)
            if is_last:
                self._end_list()
            elif not self._is_whole:
                self._forget(self._new, {_number(node) for node in nodes})
            if any(found) or not (is_last or page == left):
                yield self._to_page(*found)
            if is_last:
                return

    def _read_page(self, page, **more):
        parameters = {"per_page": PAGE, "page": page, "orderby": "ID", "order": "desc", **more}
        return self._client.site.get_list(f"{const.WCFM}/orders", parameters)

    def _is_last(self, nodes):
        if len(nodes) < PAGE or (self._is_whole and any(_number(n) in self._seen for n in nodes)):
            return True
        created = self._get_created(nodes[-1])
        return bool(created and created < self._since)

    def _end_list(self):
        if self._is_whole:
            self._forget(self._seen)
        self._seen |= self._new
        self._page, self._new, self._is_whole = 0, {}, True

    def _forget(self, marks, others=()):
        """Keep the marks of open orders, and of others that are named."""
        kept = {*others, *(number for numbers in self._open.values() for number in numbers)}
        for number in [number for number in marks if number not in kept]:
            del marks[number]

    # Each order

    def _take(self, nodes, marks, is_asked=False):
        """(orders, Broken ones) of the nodes that are new or have changed. `marks`: where they are
        noted; `is_asked`: whatever their age."""
        fresh = []
        for node in nodes:
            number, mark = _number(node), get_mark(node)
            known = self._new.get(number) or self._seen.get(number)
            marks[number] = mark
            created = self._get_created(node)
            self._follow(node, created)
            is_old = not is_asked and known is None and created and created < self._since
            if known != mark and not is_old:
                fresh.append(node)
        return mapper.map_each(fresh, self._client.map_order)

    def _get_created(self, node):
        try:
            return self._client.get_order_date(node, "date_created")
        except values.MAPPING_ERRORS:
            return None

    def _follow(self, node, created):
        """Keep an eye on what is open and not too old."""
        number, day, status = _number(node), _get_day(node, created), text(node.get("status"))
        self._drop(day, number)
        is_awaited = const.STATES.get(status) == records.LINE_TO_SHIP
        limit = self._client.now() - (LONGEST if is_awaited else LONGEST_IDLE)
        if status not in const.FINAL and created and created > limit:
            self._open.setdefault(day, []).append(number)

    def _drop(self, day, number):
        numbers = self._open.get(day) or []
        if number in numbers:
            numbers.remove(number)
        if not numbers:
            self._open.pop(day, None)

    # Open orders that are not among the newest

    def _walk_open(self):
        calls, asked, nodes, broken = 0, 0, [], []
        for day in self._get_days():
            due = [number for number in self._open[day] if number not in self._shown]
            if not due:
                continue
            if calls >= const.REREAD_ORDERS:
                break
            self._turn = day
            found, bad, more = self._read_day(day, due)
            nodes, broken = nodes + found, broken + bad
            calls, asked = calls + more, asked + more
            if asked >= const.CALLS_PER_PAGE:
                yield self._take_again(nodes, broken)
                self._one.check()
                asked, nodes, broken = 0, [], []
        # One at least, for the cursor.
        if asked or not calls:
            yield self._take_again(nodes, broken)
            self._one.check()

    def _get_days(self):
        """The days with open orders, in turn: each time from the one before the last."""
        days = sorted(self._open, reverse=True)
        behind = [day for day in days if day < self._turn]
        return behind + days[: len(days) - len(behind)]

    def _take_again(self, nodes, broken):
        orders, bad = self._take(nodes, self._seen, is_asked=True)
        return self._to_page(orders, [*broken, *bad])

    def _read_day(self, day, due):
        """(nodes of the orders that are due, Broken ones, number of calls)"""
        found, broken, calls = {}, [], 0
        if len(due) > 1:
            try:
                found, calls = self._one.ask(self._list_day, day, due)
            except values.MAPPING_ERRORS:
                calls = 1
        left = [number for number in due if number not in found][: const.CALLS_PER_PAGE]
        for number in left:
            try:
                found[number] = self._one.ask(self._find, number)
            except values.MAPPING_ERRORS as error:
                broken.append(mapper.get_broken({"id": number}, error))
        for number in (*found, *left):
            self._drop(day, number)
        for item in broken:
            self._open.setdefault(day, []).append(item.remote_id)
        return [node for node in found.values() if node], broken, calls + len(left)

    def _list_day(self, day, due):
        """({id: node} of those that are due, number of calls)"""
        found = {}
        for page in range(1, const.MAX_PAGES):
            nodes = self._read_page(page, after=day, before=day)
            found |= {_number(node): node for node in nodes if _number(node) in due}
            is_of_day = any(_get_day(node, None) == day for node in nodes)
            if len(nodes) < PAGE or len(found) == len(due) or not is_of_day:
                break
        return found, page

    def _find(self, number):
        """None for an order that is gone, or ours no more."""
        try:
            return self._client.read_order(number)
        except errors.RefusedError as error:
            if error.code != "no_order":
                raise
            return None

    def _to_page(self, orders, broken):
        while sum(map(len, self._open.values())) > MAX_OPEN:
            del self._open[min(self._open)]
        cursor = {"seen": dict(self._seen), "turn": self._turn, "whole": self._is_whole}
        cursor["open"] = {day: list(numbers) for day, numbers in self._open.items()}
        if self._page:
            cursor |= {"page": self._page, "new": dict(self._new)}
        orders = sorted(orders, key=lambda o: o.updated_at or o.created_at or datetime.min)
        return records.Page(tuple(orders), cursor, tuple(broken))


def _number(node):
    return text(node.get("id"))


def _get_day(node, created):
    """The day of creation, in the site's time."""
    local = node.get("date_created")
    local = text(local.get("date") if isinstance(local, dict) else local)
    return local[:10] or (created.date().isoformat() if created else "")


def get_mark(node):
    """A digest of what may change of an order."""
    row = node.get("vendor_order_details")
    row = row if isinstance(row, dict) else {}
    parts = [text(node.get(name)) for name in ("status", "total", "date_modified_gmt")]
    parts += [text(row.get(name)) for name in ("refunded_amount", "is_refunded", "is_refundeds")]
    # A second change within a second moves no date.
    for name in ("billing", "line_items"):
        parts.append(json.dumps(node.get(name), sort_keys=True, default=str))
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:8]


def map_order(node, dates):
    """Our part of an order: fees and refunds of the whole order are not ours to tell. WCFM tells
    in one sum what it gave back itself, on a request; not what others did."""
    own = {**node, "fee_lines": [], "refunds": []}
    order = mapper.map_order(own, dates=dates, is_part=True)
    row = child(node, "vendor_order_details")
    gone = _get_refunded(row, order.lines)
    lines = [
        replace(line, state=records.LINE_REFUNDED) if line.remote_id in gone else line
        for line in order.lines
    ]
    if lines and all(line.state == records.LINE_REFUNDED for line in lines):
        state, told = records.LINE_REFUNDED, order.charged
    else:
        of_lines = sum(line.amount for line in lines if line.remote_id in gone)
        state, told = order.state, max(of_lines, values.decimal(row.get("refunded_amount")))
    return replace(order, state=state, lines=tuple(lines), given_back=min(told, order.charged))


def _get_refunded(row, lines):
    """The ids of the lines that were given back whole; one flag for all where the list of flags
    is none of these lines."""
    numbers, flags = (text(row.get(name)).split(",") for name in ("order_item_ids", "is_refundeds"))
    if len(numbers) != len(flags) or set(numbers) != {line.remote_id for line in lines}:
        return {line.remote_id for line in lines if values.flag(row.get("is_refunded"))}
    return {number for number, flag in zip(numbers, flags, strict=True) if values.flag(flag)}
