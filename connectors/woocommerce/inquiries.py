"""Reading inquiries (contract, 3.3 and section 4).

The list has no filter and no totals, but it is sorted by any column: a reply dates its row anew
(`replied`, a day), however old the inquiry is. What a row cannot show, the same words on the same
day, is told by the notifications, which name the inquiry; where there are none, the inquiries of
the last days are read again every few hours.
"""

import hashlib
import re
from datetime import datetime, timedelta

from .. import errors, records, values
from ..values import text
from . import const, threadmap
from .mapper import get_broken
from .one_by_one import OneByOne

KIND = "enquiry"
# As WCFM writes numbers of inquiries in its notifications, in any language.
_NUMBER = re.compile(r"#(\d{6,})")
_DAY = timedelta(days=1)


class Inquiries:
    """One reading. The cursor: {"due": [ids to be read], "seen": {id: mark of its row}, "notice":
    newest notification, "swept": when all of the last days were read, "whole": the first import is
    over, else "page": where it is}."""

    def __init__(self, client, cursor, since):
        self._client = client
        self._since = since or client.now() - const.FILTER_SLACK
        cursor = cursor or {}
        self._due = list(cursor.get("due") or ())
        self._seen = dict(cursor.get("seen") or {})
        self._notice = cursor.get("notice")
        swept = cursor.get("swept")
        self._swept = datetime.fromisoformat(swept) if swept else client.now()
        self._is_whole = bool(cursor.get("whole"))
        self._page = cursor.get("page") or 1
        self._one = OneByOne(client.answers)

    def walk(self):
        """Yield records.Pages, each of few calls."""
        if self._due:
            yield from self._read_due()
        while not self._is_whole:
            yield from self._import_page()
        self._look_for_news()
        yield from self._read_due()

    def _read_due(self):
        """Yield one page at least, for its cursor."""
        while True:
            part = self._due[: const.CALLS_PER_PAGE]
            self._due = self._due[const.CALLS_PER_PAGE :]
            cases, broken = read_cases(self._client, part, self._one)
            yield records.Page(tuple(cases), self._get_cursor(), tuple(broken))
            self._one.check()
            if not self._due:
                return

    def _get_cursor(self):
        cursor = {"due": self._due, "seen": dict(self._seen), "swept": self._swept.isoformat()}
        if self._notice is not None:
            cursor["notice"] = self._notice
        return {**cursor, **({"whole": True} if self._is_whole else {"page": self._page})}

    # The first import, from the newest to the start

    def _import_page(self):
        """A page that was left is looked at again: what was deleted meanwhile moves the others."""
        rows = self._read_page("ID", self._page)
        for row in rows:
            number = text(row.get("ID"))
            if number not in self._seen and not self._is_old(row):
                self._due.append(number)
            self._seen[number] = get_mark(row)
        if self._due:
            yield from self._read_due()
        self._is_whole = len(rows) < const.PAGE or self._is_old(rows[-1])
        self._page += 1

    def _is_old(self, row):
        """From before the first import: only what changes from now on is of interest."""
        try:
            posted = self._client.vendor.clock.to_utc(row.get("posted"))
        except values.MAPPING_ERRORS:
            return False
        return bool(posted and posted < self._since)

    # News

    def _look_for_news(self):
        """What is new or changed since the last sweep becomes due."""
        # Days of the site's time, which is a day behind at most.
        since = (self._swept.date() - _DAY).isoformat()
        named, is_deep = self._read_notices()
        if self._client.now() - self._swept > const.SWEEP_EVERY:
            is_deep, self._swept = True, self._client.now()
        for row in self._read_news(since):
            number, mark = text(row.get("ID")), get_mark(row)
            is_new = self._seen.get(number) != mark
            may_hide_news = is_deep and text(row.get("reply_by")) not in ("", "0")
            self._seen[number] = mark
            if (is_new or may_hide_news) and number not in self._due:
                self._due.append(number)
        self._due += [number for number in named if number not in self._due]
        since = (self._swept.date() - _DAY).isoformat()
        self._seen = {number: mark for number, mark in self._seen.items() if mark >= since}

    def _read_news(self, since):
        """The rows that were written in since a day."""
        for page in range(1, const.MAX_PAGES + 1):
            rows = self._read_page("replied", page)
            news = [row for row in rows if text(row.get("replied")) >= since]
            yield from news
            if len(rows) < const.PAGE or len(news) < len(rows):
                return
        raise self._client.site.unreadable("the list of inquiries does not end")

    def _read_page(self, column, page):
        parameters = {"per_page": const.PAGE, "page": page, "orderby": column, "order": "desc"}
        return self._client.site.get_list(f"{const.WCFM}/enquiries", parameters)

    def _read_notices(self):
        """(ids of inquiries that new notifications name, whether one of these names none)"""
        parameters = {"notification_type": KIND, "per_page": const.PAGE, "order": "desc"}
        try:
            rows = self._client.site.get_list(f"{const.WCFM}/notifications", parameters)
            told = {values.integer(row.get("ID")): text(row.get("message")) for row in rows}
        except (errors.RefusedError, *values.MAPPING_ERRORS):
            return [], False
        known, newest = self._notice, max(told, default=0)
        self._notice = max(newest, known or 0)
        if known is None:
            return [], False
        named = [_NUMBER.findall(message) for number, message in told.items() if number > known]
        numbers = [str(int(number)) for found in named for number in found]
        return list(dict.fromkeys(numbers)), not all(named)


def get_mark(row):
    """A day, and a digest of what a reply changes in a row."""
    parts = [text(row.get(name)) for name in ("reply", "reply_by", "is_private")]
    digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]
    return f"{text(row.get('replied'))} {digest}"


def read(client, number):
    """The node of one inquiry, if it is ours: the route shows everybody's (3.3)."""
    node = client.site.get_object(f"{const.WCFM}/enquiries/{number}")
    if text(node.get("vendor_id")) != client.vendor.vendor_id:
        raise errors.RefusedError("The shop does not know this inquiry.", "no_case")
    values.required(node, "ID")
    return node


def read_cases(client, numbers, one):
    """(cases, Broken ones) of the inquiries that are there and ours; the oldest news first."""
    cases, broken = [], []
    # Not of a single inquiry: asked for before, and nothing else is asked where there is none.
    _own = numbers and client.vendor.vendor_id
    for number in numbers:
        node = {"ID": number}
        try:
            node = one.ask(_find, client, number)
            cases += [threadmap.map_inquiry(node, client.vendor.clock)] if node else []
        except values.MAPPING_ERRORS as error:
            broken.append(get_broken(node, error, threadmap.INQUIRY, "ID"))
    cases.sort(key=lambda case: case.updated_at)
    return cases, broken


def _find(client, number):
    """None for an inquiry that is gone or is not ours."""
    try:
        return read(client, number)
    except errors.RefusedError as error:
        if error.code != "no_case":
            raise
        return None
