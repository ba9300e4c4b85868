"""Reading inquiries (contract, 3.3 and section 4).

The list has no filter by date and no totals, and a reply changes a row wherever it stands. So the
newest page is compared with what was read before at each reading, and some pages more when a
notification says that something came, and every few hours.
"""

import hashlib
from datetime import datetime

from .. import errors, records, values
from . import const, threadmap
from .mapper import get_broken

KIND = "enquiry"


class Inquiries:
    """One reading. The cursor: {"seen": {id: digest of its row}, "whole": the first import is over,
    "notice": newest notification, "swept": when more than a page was last compared}."""

    def __init__(self, client, cursor, since):
        self._client = client
        self._site = client.site
        self._cursor = cursor or {}
        self._since = since or client.now() - const.FILTER_SLACK
        self._seen = dict(self._cursor.get("seen") or {})
        self._is_whole = bool(self._cursor.get("whole"))

    def walk(self):
        """Yield records.Pages, newest inquiries first."""
        notice = self._client.vendor.get_newest_notice(KIND)
        is_deep = self._is_deep(notice)
        pages = const.MAX_PAGES if not self._is_whole else const.WATCHED_PAGES if is_deep else 1
        numbers = []
        for page in range(1, pages + 1):
            rows = self._read_page(page)
            numbers += [values.text(row.get("ID")) for row in rows]
            is_last = len(rows) < const.PAGE or page == pages or self._is_past(rows)
            found = self._compare(rows)
            if is_last:
                self._finish(numbers, notice, is_deep or not self._is_whole)
            yield records.Page(found[0], self._get_cursor(), found[1])
            if is_last:
                return

    def _is_deep(self, notice):
        swept = self._cursor.get("swept")
        is_due = not swept or self._client.now() - datetime.fromisoformat(swept) > const.SWEEP_EVERY
        return is_due or notice > (self._cursor.get("notice") or 0)

    def _is_past(self, rows):
        """While the first import lasts: whether the rest is older than what is wanted."""
        if self._is_whole or not rows:
            return False
        try:
            posted = self._client.vendor.clock.to_utc(rows[-1].get("posted"))
        except values.MAPPING_ERRORS:
            return False
        return bool(posted and posted < self._since)

    def _read_page(self, page):
        parameters = {"per_page": const.PAGE, "page": page, "orderby": "ID", "order": "desc"}
        return self._site.get_list(f"{const.WCFM}/enquiries", parameters)

    def _compare(self, rows):
        """(cases, Broken ones) of the rows that are new or have changed."""
        cases, broken = [], []
        for row in rows:
            number, mark = values.text(row.get("ID")), get_mark(row)
            known = self._seen.get(number)
            self._seen[number] = mark
            if known == mark or (known is None and self._is_old(row)):
                continue
            try:
                case = self._client.read_inquiry(number)
                cases += [case] if case else []
            except values.MAPPING_ERRORS as error:
                broken.append(get_broken(row, error, threadmap.INQUIRY, "ID"))
        cases.sort(key=lambda case: case.updated_at or datetime.min)
        return tuple(cases), tuple(broken)

    def _is_old(self, row):
        """From before the first import: only what changes from now on is of interest."""
        try:
            posted = self._client.vendor.clock.to_utc(row.get("posted"))
        except values.MAPPING_ERRORS:
            return False
        return bool(posted and posted < self._since)

    def _finish(self, numbers, notice, is_swept):
        self._is_whole = True
        watched = const.WATCHED_PAGES * const.PAGE
        kept = set(sorted(filter(str.isdecimal, self._seen), key=int, reverse=True)[:watched])
        self._seen = {number: mark for number, mark in self._seen.items() if number in kept}
        self._cursor = {
            "notice": max(notice, self._cursor.get("notice") or 0),
            "swept": self._client.now().isoformat() if is_swept else self._cursor.get("swept"),
        }

    def _get_cursor(self):
        return {**self._cursor, "seen": dict(self._seen), "whole": self._is_whole}


def get_mark(row):
    """A digest of what a reply changes in a row."""
    parts = [values.text(row.get(name)) for name in ("reply", "reply_by", "replied", "is_private")]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]


def read(client, number):
    """The node of one inquiry, if it is ours: the route shows everybody's (3.3)."""
    node = client.site.get_object(f"{const.WCFM}/enquiries/{number}")
    if values.text(node.get("vendor_id")) != client.vendor.vendor_id:
        raise errors.RefusedError("The shop does not know this inquiry.", "no_case")
    values.required(node, "ID")
    return node
