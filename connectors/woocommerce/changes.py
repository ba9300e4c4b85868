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

    The cursor: {"until": last change seen, by the shop's clock, "seen": {order id: its change}};
    within a second of many changes also "rest": {"begin", "page": the next to be read, "done": ids
    of it that were read}.
    """

    def __init__(self, read, cursor, since):
        self._read = read
        cursor = cursor or {}
        self._until = _parse(cursor.get("until"))
        self._begin = self._until - const.OVERLAP if self._until else since
        self._seen = dict(cursor.get("seen") or {})
        self._rest = cursor.get("rest")

    def walk(self):
        """Yield (nodes that were not seen as they are, cursor), few enough that the calls which
        they need fit into a run."""
        begin = self._begin
        if self._rest:
            begin = _parse(self._rest["begin"])
            yield from self._walk_pages(begin, self._rest["page"], self._rest["done"])
            begin += SECOND
        while True:
            nodes, pages = self._read(begin, 1)
            self._check_filter(nodes, begin)
            last = self._get_last(nodes)
            # "After" excludes its own second: one less, so that none of the same second is missed.
            if last and last - SECOND <= begin:
                yield from self._walk_pages(begin, pages or self._count_pages(begin))
                begin += SECOND
                continue
            yield from self._take(nodes)
            if not last:
                return
            begin = last - SECOND

    def _get_last(self, nodes):
        """The last change of a page that is full; None for the last page."""
        if len(nodes) < const.PAGE:
            return None
        last = max(filter(None, map(get_change, nodes)), default=None)
        if last is None:
            raise ValueError("date_modified_gmt is missing")
        return last

    def _walk_pages(self, begin, pages, done=()):
        """More than a page changed within a second or two: from the last page to the first.

        Orders leave such a list, none enters it: those that follow move to pages not yet read, by
        a later reading too. `done`: ids of the first of these pages that were read already.
        """
        mark = self._get_cursor()
        for page in range(pages, 0, -1):
            nodes = [n for n in self._read(begin, page)[0] if values.text(n.get("id")) not in done]
            *parts, last = (fresh for fresh, _cursor in self._take(nodes))
            done = list(done)
            for part in parts:
                done += [values.text(node.get("id")) for node in part]
                yield part, _with_rest(mark, begin, page, done)
            # The mark stays but for the page: what is newer comes first here.
            yield last, _with_rest(mark, begin, page - 1)
            done = ()
        self._until = max(self._until or begin, begin + SECOND)

    def _count_pages(self, begin):
        """Where the shop tells no totals: the first page that is not full."""
        full, last = 1, const.MAX_PAGES
        while last - full > 1:
            page = (full + last) // 2
            if len(self._read(begin, page)[0]) < const.PAGE:
                last = page
            else:
                full = page
        return last

    def _check_filter(self, nodes, begin):
        first = get_change(nodes[0]) if nodes else None
        if first and first < begin - const.FILTER_SLACK:
            raise errors.RefusedError(
                "The shop does not tell which orders changed: it needs WooCommerce 5.8 or newer.",
                "too_old",
            )

    def _take(self, nodes):
        fresh, calls = [], 0
        for node in nodes:
            change = get_change(node)
            mark = _get_mark(node)
            key = values.text(node.get("id"))
            if self._seen.get(key) != mark:
                fresh.append(node)
                calls += bool(node.get("refunds"))
            if change:
                self._until = max(self._until or change, change)
                self._seen[key] = mark
            if calls == const.CALLS_PER_PAGE:
                yield fresh, self._get_cursor()
                fresh, calls = [], 0
        yield fresh, self._get_cursor()

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


def _with_rest(mark, begin, page, done=()):
    return {**mark, "rest": {"begin": begin.isoformat(), "page": page, "done": list(done)}}


def _parse(text):
    return datetime.fromisoformat(text) if text else None
