"""Reading support tickets (contract, 3.3): two lists, since the state is told in words only.

The filter takes the bare state, whatever language the site is in: who is in the list of open
tickets is open. Replies are seen only where the site has routes of its own.
"""

import hashlib

from .. import errors, records, values
from . import const, threadmap
from .mapper import get_broken

OPEN, CLOSED = "open", "close"
REREAD = 20


class Tickets:
    """One reading. The cursor: {"open": [ids], "seen": {id: digest}, "whole"}."""

    def __init__(self, client, cursor, since):
        self._client = client
        cursor = cursor or {}
        self._since = since or client.now() - const.FILTER_SLACK
        self._open = [values.text(number) for number in cursor.get("open") or ()]
        self._seen = dict(cursor.get("seen") or {})
        self._is_whole = bool(cursor.get("whole"))

    def walk(self):
        """Yield one page: the open ones, and those that were closed since."""
        if not self._client.vendor.has_ultimate:
            return
        opened = [row for page in read_pages(self._client, OPEN) for row in page]
        numbers = [values.text(row.get("support_id")) for row in opened]
        closed = self._read_closed(set(self._open) - set(numbers))
        cases, broken = [], []
        for is_open, rows in ((True, opened), (False, closed)):
            for position, row in enumerate(rows):
                self._take(row, is_open, position, cases, broken)
        self._forget()
        cursor = {"open": numbers, "seen": self._seen, "whole": True}
        cases.sort(key=lambda case: case.updated_at)
        yield records.Page(tuple(cases), cursor, tuple(broken))

    def _read_closed(self, missing):
        """Rows of closed tickets: the newest page, and on until all that are missing were met."""
        found = []
        for rows in read_pages(self._client, CLOSED):
            found += rows
            missing = missing - {values.text(row.get("support_id")) for row in rows}
            if not missing and (self._is_whole or self._is_past(rows)):
                break
        return found

    def _is_past(self, rows):
        return bool(rows) and self._is_old(rows[-1])

    def _is_old(self, row):
        try:
            posted = self._client.vendor.clock.shifted_to_utc(row.get("support_date"))
        except values.MAPPING_ERRORS:
            return False
        return bool(posted and posted < self._since)

    def _take(self, row, is_open, position, cases, broken):
        number, mark = values.text(row.get("support_id")), get_mark(row, is_open)
        known = self._seen.get(number)
        if known is None and self._is_skipped(row, is_open):
            self._seen[number] = mark
            return
        may_have_news = is_open and position < REREAD and self._client.vendor.has_ticket_routes
        if known and known.startswith(f"{mark}:") and not may_have_news:
            return
        try:
            case = self._client.map_ticket(row, is_open)
        except values.MAPPING_ERRORS as error:
            broken.append(get_broken(row, error, threadmap.TICKET, "support_id"))
        else:
            mark = f"{mark}:{len(case.messages)}"
            if known != mark:
                cases.append(case)
        self._seen[number] = mark

    def _is_skipped(self, row, is_open):
        """Closed before the first import."""
        return not is_open and self._is_old(row)

    def _forget(self):
        """Marks of the newest only, and of those that are open."""
        watched = const.WATCHED_PAGES * const.PAGE
        newest = sorted(filter(str.isdecimal, self._seen), key=int, reverse=True)[:watched]
        self._seen = {number: self._seen[number] for number in newest}


def read_pages(client, status):
    """Yield the pages of tickets in a state, newest first; no totals are told."""
    for page in range(1, const.MAX_PAGES + 1):
        parameters = {
            "support_status": status,
            "per_page": const.PAGE,
            "page": page,
            "orderby": "ID",
            "order": "desc",
        }
        rows = client.site.get_list(f"{const.WCFM}/support", parameters)
        yield rows
        if len(rows) < const.PAGE:
            return
    raise client.site.unreadable("the list of tickets does not end")


def get_mark(row, is_open):
    """A digest of what may change of a ticket, besides its replies."""
    parts = [values.text(row.get(name)) for name in ("support_category", "support_query")]
    text = "\x1f".join((*parts, str(is_open)))
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def read_details(client, number):
    """A ticket with its replies, by the site's own routes; RefusedError for another vendor's."""
    node = client.site.get_object(f"{const.WCFM}/support/{number}")
    vendor_id = values.text(node.get("vendor_id"))
    if vendor_id and vendor_id != client.vendor.vendor_id:
        raise errors.RefusedError("The shop does not know this inquiry.", "no_case")
    return node


def check_routes(client):
    """Raise RefusedError where tickets cannot be answered by a call."""
    if not client.vendor.has_ticket_routes:
        raise errors.RefusedError(
            "The marketplace has no call that answers a support ticket. Answer it in the store "
            "manager there.",
            "no_way",
        )
