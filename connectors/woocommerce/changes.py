"""Orders by the date of their change, oldest first (contract, 2.2 and section 4).

The list moves while it is read: an order that changes goes to its end. So each call starts at the
last date that was seen, and pages are only counted where more than a page changed in one second.
"""

from datetime import datetime, timedelta

from .. import errors, values
from . import const, mapper

SECOND = timedelta(seconds=1)
# Orders whose last state a cursor keeps; others are read again, which harms nothing.
KEPT = 1000


class Changes:
    """One reading. `read`: function (modified after, page) -> (nodes, number of pages or 0).

    The cursor: {"until": last change seen, by the shop's clock, "seen": {order id: its change}}.
    """

    def __init__(self, read, cursor, since):
        self._read = read
        cursor = cursor or {}
        self._until = _parse(cursor.get("until"))
        self._begin = self._until - const.OVERLAP if self._until else since
        self._seen = dict(cursor.get("seen") or {})

    def walk(self):
        """Yield (nodes that were not seen as they are, cursor)."""
        begin = self._begin
        while True:
            nodes, pages = self._read(begin, 1)
            self._check_filter(nodes, begin)
            yield self._take(nodes)
            if len(nodes) < const.PAGE:
                return
            last = max(filter(None, map(get_change, nodes)), default=None)
            if last is None:
                raise ValueError("date_modified_gmt is missing")
            # "After" excludes its own second: one less, so that none of the same second is missed.
            if last - SECOND > begin:
                begin = last - SECOND
                continue
            yield from self._walk_pages(begin, pages)
            begin = last

    def _walk_pages(self, begin, pages):
        """More than a page changed within a second or two: from the last page to the first.

        Orders leave such a list, none enters it: those that follow move to pages not yet read.
        """
        pages, mark = pages or self._count_pages(begin), self._get_cursor()
        for page in range(pages, 0, -1):
            nodes, _pages = self._read(begin, page)
            # The mark stays: what is newer comes first here.
            yield self._take(nodes)[0], mark

    def _count_pages(self, begin):
        """Where the shop tells no totals: until a page is not full."""
        for page in range(2, const.MAX_PAGES):
            nodes, _pages = self._read(begin, page)
            if len(nodes) < const.PAGE:
                return page
        return const.MAX_PAGES

    def _check_filter(self, nodes, begin):
        first = get_change(nodes[0]) if nodes else None
        if first and first < begin - const.FILTER_SLACK:
            raise errors.RefusedError(
                "The shop does not tell which orders changed: it needs WooCommerce 5.8 or newer.",
                "too_old",
            )

    def _take(self, nodes):
        fresh = []
        for node in nodes:
            change = get_change(node)
            mark = _get_mark(node)
            key = values.text(node.get("id"))
            if self._seen.get(key) != mark:
                fresh.append(node)
            if change:
                self._until = max(self._until or change, change)
                self._seen[key] = mark
        return fresh, self._get_cursor()

    def _get_cursor(self):
        """Only what the next reading will see again is kept."""
        if self._until is None:
            return {"until": self._begin.isoformat(), "seen": {}}
        edge = (self._until - const.OVERLAP - SECOND).isoformat()
        newest = sorted(self._seen.items(), key=lambda pair: pair[1])[-KEPT:]
        self._seen = {key: mark for key, mark in newest if mark[:19] >= edge[:19]}
        return {"until": self._until.isoformat(), "seen": self._seen}


def get_change(node):
    """When an order changed; None where that cannot be read."""
    try:
        return mapper.get_date(node, "date_modified")
    except values.MAPPING_ERRORS:
        return None


def _get_mark(node):
    """The change with what may change without it (section 5): state, total, refunds, lines."""
    refunds = node.get("refunds")
    lines = node.get("line_items")
    change = get_change(node)
    parts = (
        change.isoformat() if change else "",
        values.text(node.get("status")),
        values.text(node.get("total")),
        str(len(refunds) if isinstance(refunds, list) else ""),
        str(len(lines) if isinstance(lines, list) else ""),
    )
    return "|".join(parts)


def _parse(text):
    return datetime.fromisoformat(text) if text else None
