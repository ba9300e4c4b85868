"""Reading support tickets (contract, 3.3): two lists, since the state is told in words only.

The filter takes the bare state, whatever language the site is in: who is in the list of open
tickets is open. Replies are seen only where the site has routes of its own, by a call for each
ticket: the open ones are read in turn. Elsewhere the notifications tell that there are some.
"""

import hashlib
import logging
from dataclasses import replace
from itertools import islice

from .. import errors, records, values
from ..values import text
from . import const, threadmap
from .mapper import get_broken
from .one_by_one import OneByOne
from .ticketnews import TicketNews

_logger = logging.getLogger(__name__)
OPEN, CLOSED = "open", "close"
# Open ones whose replies are looked for in one reading.
REREAD = 20
# Marks of closed ones that are kept: more than the page that is compared.
WATCHED = 300
# Pages of each list in which single tickets are looked for.
FOUND_PAGES = 5


class Tickets:
    """One reading. The cursor: {"open": [ids, the next to be read again first], "missing": [those
    of them that are looked for among the closed ones], "page": where that goes on, "seen": {id:
    digest}, "whole": the first import is over}."""

    def __init__(self, client, cursor, since):
        self._client = client
        self._since = since or client.now() - const.FILTER_SLACK
        cursor = cursor or {}
        self._missing = [text(number) for number in cursor.get("missing") or ()]
        known = [text(number) for number in cursor.get("open") or ()]
        self._open = [number for number in known if number not in self._missing]
        self._seen = dict(cursor.get("seen") or {})
        self._page = cursor.get("page") or 1
        self._is_whole = bool(cursor.get("whole"))
        self._one = OneByOne(client.answers)
        self._news = None

    def walk(self):
        """Yield pages of few calls: what was closed since, then the open ones."""
        if not self._client.vendor.has_ultimate:
            return
        pages = read_pages(self._client, OPEN)
        opened = {_number(row): row for rows in pages for row in rows}
        self._missing = [number for number in self._missing if number not in opened]
        if self._page == 1:
            self._missing += [number for number in self._open if number not in opened]
        known = [number for number in self._open if number not in self._missing]
        self._open = known + [number for number in opened if number not in known]
        yield from self._walk_closed()
        yield from self._walk_open(opened)

    def _walk_closed(self):
        """The newest page, and on until all that are missing were met."""
        for rows in read_pages(self._client, CLOSED, self._page):
            taken = rows
            if self._is_whole and self._page > 1:
                taken = [row for row in rows if _number(row) in self._missing]
            shown = {_number(row) for row in rows}
            self._missing = [number for number in self._missing if number not in shown]
            self._page += 1
            is_over = not self._missing and (self._is_whole or self._is_past(rows))
            if is_over or len(rows) < const.PAGE:
                self._page, self._missing, self._is_whole = 1, [], True
            page = self._take([(row, False) for row in taken])
            if page.records or page.broken or self._page > 1:
                yield page
            if self._page == 1:
                return

    def _walk_open(self, opened):
        has_routes = bool(opened) and self._client.vendor.has_ticket_routes
        self._news = TicketNews(self._client) if opened and not has_routes else None
        is_new = {
            number: not self._is_known(row, True) or self._has_entry(row)
            for number, row in opened.items()
        }
        due = [number for number in opened if is_new[number]]
        if has_routes:
            due += [n for n in self._open if n in opened and not is_new[n]][:REREAD]
        size = const.CALLS_PER_PAGE if has_routes else const.PAGE
        for begin in range(0, len(due), size):
            part = due[begin : begin + size]
            self._open = [number for number in self._open if number not in part] + part
            yield self._take([(opened[number], True) for number in part])
            self._one.check()
        if not due:
            yield self._take([])

    def _take(self, found):
        """The page of these (row, whether it is open), and the cursor behind it."""
        cases, broken = [], []
        for row, is_open in found:
            if not is_open and (self._is_known(row, is_open) or self._is_skipped(row)):
                self._seen.setdefault(_number(row), get_mark(row, is_open))
                continue
            mark = get_mark(row, is_open)
            try:
                case = map_row(self._client, row, is_open, self._one)
            except values.MAPPING_ERRORS as error:
                broken.append(get_broken(row, error, threadmap.TICKET, "support_id"))
            else:
                number, moment = self._get_entry(row)
                case = replace(case, unseen_at=moment)
                mark = f"{mark}:{len(case.messages)}:{max(number, self._get_known_entry(row))}"
                if self._seen.get(_number(row)) != mark:
                    cases.append(case)
            self._seen[_number(row)] = mark
        cases.sort(key=lambda case: case.updated_at)
        return records.Page(tuple(cases), self._get_cursor(), tuple(broken))

    def _is_known(self, row, is_open):
        known = self._seen.get(_number(row))
        return bool(known) and known.partition(":")[0] == get_mark(row, is_open)

    def _get_entry(self, row):
        """(id of the notification, date) of the newest entry of which nothing else is told."""
        if self._news is None:
            return 0, None
        return self._news.get_newest(_number(row), self._get_date(row))

    def _get_known_entry(self, row):
        known = (self._seen.get(_number(row)) or "").split(":")
        return int(known[2]) if len(known) > 2 else 0

    def _has_entry(self, row):
        return self._get_entry(row)[0] > self._get_known_entry(row)

    def _is_skipped(self, row):
        """Closed before the first import."""
        return _number(row) not in self._seen and self._is_old(row)

    def _is_past(self, rows):
        return bool(rows) and self._is_old(rows[-1])

    def _is_old(self, row):
        posted = self._get_date(row)
        return bool(posted and posted < self._since)

    def _get_date(self, row):
        try:
            return self._client.vendor.clock.shifted_to_utc(row.get("support_date"))
        except values.MAPPING_ERRORS:
            return None

    def _get_cursor(self):
        """With the marks of the open ones and of the newest of the others."""
        watched = {*self._missing, *self._open}
        others = [number for number in self._seen if number.isdecimal() and number not in watched]
        kept = watched.union(sorted(others, key=int, reverse=True)[:WATCHED])
        self._seen = {number: mark for number, mark in self._seen.items() if number in kept}
        cursor = {"open": [*self._missing, *self._open], "seen": dict(self._seen)}
        if self._page > 1:
            cursor |= {"missing": list(self._missing), "page": self._page}
        return {**cursor, "whole": self._is_whole}


def _number(row):
    return text(row.get("support_id"))


def get_remote_id(row):
    """What the case of this row is called here."""
    return f"{threadmap.TICKET}{_number(row)}"


def map_row(client, row, is_open, one):
    """The records.Case of a row, with its replies where the site shows them."""
    if is_open and client.vendor.has_ticket_routes:
        row = {**row, **one.ask(read_details, client, values.required(row, "support_id"))}
    return threadmap.map_ticket(row, is_open, client.vendor.clock)


def read_cases(client, remote_ids):
    """The cases of these tickets; no more pages are read once all of them were met."""
    left, found = set(remote_ids), []
    for rows, is_open in _read_newest(client):
        found += _map_rows(client, [row for row in rows if get_remote_id(row) in left], is_open)
        left -= {get_remote_id(row) for row in rows}
        if not left:
            break
    return found


def get_cases(client, order_refs):
    """The cases of the tickets about these orders, as far as the newest pages tell."""
    found = []
    for rows, is_open in _read_newest(client):
        wanted = [row for row in rows if _get_order_ref(row) in order_refs]
        found += _map_rows(client, wanted, is_open)
    return found


def _get_order_ref(row):
    order = row.get("support_order")
    return text(order.get("order_id")) if isinstance(order, dict) else ""


def _read_newest(client):
    """Yield (rows, whether they are open): few calls, since nobody can stop them."""
    for status in (OPEN, CLOSED):
        for rows in islice(read_pages(client, status), FOUND_PAGES):
            yield rows, status == OPEN


def _map_rows(client, rows, is_open):
    """The cases of these rows; what cannot be read is left out."""
    found = []
    for row in rows:
        try:
            # A new one for each: those behind bad ones must have their turn.
            found.append(map_row(client, row, is_open, OneByOne(client.answers)))
        except values.MAPPING_ERRORS as error:
            _logger.warning("Ticket %s cannot be read: %s", _number(row), error)
    return found


def read_pages(client, status, first=1):
    """Yield the pages of tickets in a state, newest first; no totals are told."""
    for page in range(first, first + const.MAX_PAGES):
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
    parts = [text(row.get(name)) for name in ("support_category", "support_query")]
    whole = "\x1f".join((*parts, str(is_open)))
    return hashlib.sha256(whole.encode()).hexdigest()[:12]


def read_details(client, number):
    """A ticket with its replies, by the site's own routes; RefusedError for another vendor's."""
    node = client.site.get_object(f"{const.WCFM}/support/{number}")
    vendor_id = text(node.get("vendor_id"))
    if vendor_id and vendor_id != client.vendor.vendor_id:
        raise errors.RefusedError("The shop does not know this inquiry.", "no_case")
    return node


def check_routes(client):
    """Raise RefusedError where tickets cannot be answered by a call; NotSentError where the site
    does not tell now."""
    if client.vendor.has_ticket_routes is None:
        raise errors.NotSentError(
            "The marketplace does not tell now whether support tickets can be answered by a call. "
            "It is tried again later.",
            "no_answer",
        )
    if not client.vendor.has_ticket_routes:
        raise errors.RefusedError(
            "The marketplace has no call that answers a support ticket. Answer it in the store "
            "manager there.",
            "no_way",
        )
